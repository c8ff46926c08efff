"""How many people must a number be about before it is shared?"""

from pydantic import Field

from vsm.config.stages import Section


class Privacy(Section):
    """How many people must a team have to be told of by its own name?

    In everything read without names, teams in which fewer than ``fewest_people`` ever worked are one team,
    "small teams": a number about a team of one is a number about a person. 1: every team is told of.
    """

    fewest_people: int = Field(default=3, ge=1)
