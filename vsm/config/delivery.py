"""Sections of vsm.toml on delivery: production, failures, and what delivered work serves."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from vsm.config.repositories import Words
from vsm.config.toml import Section, Word, parsable

FIELDS: Final = ("type", "label", "component", "epic", "priority")
FLOWS: Final = ("risk", "debt", "defect", "feature")
"""Kinds of work. A ticket that selectors of several match is of the first: a security bug is a risk."""


class Delivery(Section):
    """What counts as production, and what as a failure there.

    ``environment`` are production's names among deployments, one or several. Tickets of ``incident_types``,
    or with one of ``incident_labels``, show that the deployment before them failed; with ``reverts``, so does
    a commit that reverts another.
    """

    environment: Words = ("production",)
    incident_types: tuple[Word, ...] = ()
    incident_labels: tuple[Word, ...] = ()
    reverts: bool = True


def split_selector(text: str) -> tuple[str, str]:
    """Give the field that a selector looks at, and the word. Without a prefix it is a ticket type.

    Examples
    --------
    >>> split_selector("Bug"), split_selector("label: security")
    (('type', 'Bug'), ('label', 'security'))
    """
    prefix, colon, word = (part.strip() for part in text.partition(":"))
    if not colon:
        return "type", prefix
    if prefix.casefold() not in FIELDS:
        known = ", ".join(f"{field}:" for field in FIELDS)
        raise ValueError(f"'{text}' in [alignment] begins with '{prefix}:'; known: {known}, or a ticket type")
    if not word:
        raise ValueError(f"'{text}' in [alignment] names nothing after '{prefix}:'")
    return prefix.casefold(), word


Selectors = tuple[Annotated[Word, parsable(split_selector)], ...]


class Flow(Section):
    """Selectors of features, defects, risks and debt. A ticket that none matches goes by its type."""

    feature: Selectors = ()
    defect: Selectors = ()
    risk: Selectors = ()
    debt: Selectors = ()

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        homes: dict[tuple[str, str], str] = {}
        for flow in FLOWS:
            for text in getattr(self, flow):
                field, word = split_selector(text)
                home = homes.setdefault((field, word.casefold()), flow)
                if home != flow:
                    raise ValueError(f"'{text}' in [alignment.flow] is both {home} and {flow}; keep one")
        return self


class Alignment(Section):
    """What delivered work serves, by selectors: objectives, kinds of work, and unplanned work.

    ``objectives`` stand in the file's order: a ticket that selectors of several match serves the first.
    Without ``unplanned`` nobody can tell planned work from unplanned.
    """

    objectives: dict[Word, Selectors] = Field(default_factory=dict)
    flow: Flow = Flow()
    unplanned: Selectors = ()
