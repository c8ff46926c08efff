"""What workflow do the data suggest? A proposal for vsm.toml, each guess with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from vsm.people import People

KNOWN_KINDS: Final[Mapping[str, str]] = {
    "in progress": "work", "in development": "work", "in review": "work", "code review": "work",
    "in qa": "work", "in test": "work", "testing": "work", "in analysis": "work",
    "resolved": "done", "closed": "done", "done": "done", "released": "done", "cancelled": "done",
    "waiting for customer": "outside", "waiting for support": "queue", "needs information": "outside",
}  # fmt: skip
RANK: Final = {"queue": 0, "outside": 1, "work": 2, "done": 3}


@dataclass(frozen=True, slots=True)
class ProposedStage:
    """Which stage is proposed for a status, and why?"""

    name: str
    kind: str
    statuses: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ProposedPerson:
    """Which accounts are proposed to be one person?"""

    name: str
    accounts: tuple[str, ...]


def propose_stages(stages: pd.DataFrame, *, events: pd.DataFrame) -> list[ProposedStage]:
    """Which stages do the unmapped statuses suggest? In the order in which tickets first reach them.

    The kind comes from a well-known name, else from the tracker's category, else it is a queue. A name
    says more than a category: a tracker files "Reopened" and "In Review" alike under "in progress".
    Statuses of one name become one stage. Only statuses that events use are proposed.

    Parameters
    ----------
    stages
        As ``stages_from_names`` gives them.
    events
        EVENTS, for the order: stages lie where tickets typically reach them in their lives.

    Examples
    --------
    >>> from vsm.eventlog.stages import stages_from_names
    >>> from vsm.tables import EVENTS, NAMES, empty
    >>> from vsm.workflow import Workflow
    >>> propose_stages(stages_from_names(empty(NAMES), workflow=Workflow()), events=empty(EVENTS))
    []
    """
    moves = events[events["kind"] == "status"].dropna(subset=["after"]).astype({"after": "str"})
    step = moves.groupby("ticket", observed=True).cumcount()
    place = step.groupby(moves["after"]).median()
    strange = stages[~stages["mapped"] & stages["status"].isin(place.index)]
    # A name may end in a blank, or be nothing but one: then the status goes by its id.
    names = strange["name"].str.strip()
    strange = strange.assign(name=names.mask(names == "", strange["status"]))
    proposals = [_proposal(str(name), group) for name, group in strange.groupby("name", sort=True)]
    reached = {name: place.reindex(group["status"]).min() for name, group in strange.groupby("name")}
    return sorted(proposals, key=lambda p: (p.kind == "done", reached[p.name], RANK[p.kind], p.name))


def _proposal(name: str, statuses: pd.DataFrame) -> ProposedStage:
    said = str(statuses["kind"].iloc[0])
    known = KNOWN_KINDS.get(name.casefold())
    reason = "by its name" if known else f"as the tracker files it under '{said}', or says nothing"
    return ProposedStage(name, known or said, tuple(sorted(statuses["status"])), reason)


def propose_people(people: People, *, declared: Mapping[str, str]) -> list[ProposedPerson]:
    """Which persons have accounts in several systems, or are not declared yet?

    Examples
    --------
    >>> propose_people(People({"jira:a": "dev-1", "git:dev-1": "dev-1"}, {}, ()), declared={})
    [ProposedPerson(name='dev-1', accounts=('git:dev-1', 'jira:a'))]
    """
    groups: dict[str, list[str]] = {}
    for account, person in people.person_of.items():
        if account not in declared:
            groups.setdefault(person.strip() or account, []).append(account)
    known = set(declared.values())
    return [ProposedPerson(name, tuple(sorted(groups[name]))) for name in sorted(groups) if name not in known]
