"""What each ticket serves: which objective, which kind of work, planned or not."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from vsm.config import Workflow
from vsm.config.delivery import FLOWS, split_selector

NONE_NAMED: Final = "none named"
BY_FILE: Final = "vsm.toml"
BY_TYPE: Final = "the tracker's types"
FLOW_OF_TYPE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("bug", "defect", "incident", "fault", "error", "bug report"), "defect"),
    **dict.fromkeys(("security", "risk", "vulnerability", "security issue", "compliance"), "risk"),
    **dict.fromkeys(("technical debt", "tech debt", "debt", "refactoring", "cleanup"), "debt"),
    **dict.fromkeys(
        ("story", "user story", "new feature", "feature", "improvement", "enhancement", "task", "code task",
         "documentation", "epic", "change request"),
        "feature",
    ),
}  # fmt: skip
"""The usual types. Others are unknown until vsm.toml says what they are."""
SUB_TYPES: Final = frozenset({"sub-task", "subtask", "sub task", "technical task"})
"""Parts of a ticket are of its kind: a sub-task of a bug fixes it."""


def alignment_of_tickets(tickets: pd.DataFrame, *, workflow: Workflow) -> pd.DataFrame:
    """Give what each ticket serves, by the tracker's fields and ``[alignment]`` of vsm.toml.

    The objective is the ticket's own field, else the first objective of the file with a selector that matches
    it, else its parent's by the same two; else the name of its topmost parent: its summary, or its key, or
    its id where only that is known. A ticket without any is "none named", and so is an epic without an
    objective of its own.

    The flow is the first of risk, debt, defect and feature with a selector that matches the ticket; what none
    matches goes by its type (``FLOW_OF_TYPE``), a sub-task by its parent. Other types stay unknown.

    A ticket is unplanned where a selector of ``unplanned`` matches it, and planned elsewhere. Without such
    selectors it is unknown: the log records that a ticket came into a sprint, not whether the sprint had
    begun by then, so nothing is read from sprints.

    Parameters
    ----------
    tickets
        TICKETS: of all, so that parents are known.

    Returns
    -------
    DataFrame
        One row per ticket, in their order: ``ticket``, ``objective``, ``objective_by`` (field, vsm.toml,
        parent, or missing), ``flow`` (or missing), ``flow_by`` (vsm.toml, the tracker's types, or missing),
        ``planned`` (boolean, or missing).
    """
    section = workflow.alignment
    known = TicketSelectors(tickets)
    flows = {flow: getattr(section.flow, flow) for flow in FLOWS}
    own = {
        ticket: (about["objective"], "field") if about["objective"] else
        (known.first(ticket, section.objectives), BY_FILE)
        for ticket, about in known.about.items()
    }  # fmt: skip
    objectives = [known.objective(ticket, own) for ticket in known.about]
    flow = [known.flow(ticket, flows) for ticket in known.about]
    planned = [
        not known.meant(ticket, section.unplanned) if section.unplanned else None for ticket in known.about
    ]
    rows = {
        "ticket": pd.array(list(known.about), dtype="str"),
        "objective": pd.array([name for name, _ in objectives], dtype="str"),
        "objective_by": pd.array([by for _, by in objectives], dtype="str"),
        "flow": pd.array([name for name, _ in flow], dtype="str"),
        "flow_by": pd.array([by for _, by in flow], dtype="str"),
        "planned": pd.array(planned, dtype="boolean"),
    }
    return pd.DataFrame(rows)


class TicketSelectors:
    """The words by which selectors match each ticket, in lower case, and its parents."""

    def __init__(self, tickets: pd.DataFrame) -> None:
        words = [
            "ticket", "key", "type", "priority", "summary", "parent", "objective", "components", "labels",
        ]  # fmt: skip
        plain = tickets[words].astype("object")
        rows = plain.where(plain.notna(), None).to_dict("records")
        self.about: dict[str, dict[Any, Any]] = {str(row["ticket"]): row for row in rows}
        self.bears = {ticket: self._borne(ticket) for ticket in self.about}

    def lines(self, ticket: str) -> list[str]:
        """Give its parent, the parent's parent, and so on; a circle ends where it closes."""
        found: list[str] = []
        above = self.about[ticket]["parent"]
        while above and above != ticket and above not in found:
            found.append(str(above))
            above = self.about.get(above, {}).get("parent")
        return found

    def _borne(self, ticket: str) -> set[tuple[str, str]]:
        about = self.about[ticket]
        words = {"type": [about["type"]], "priority": [about["priority"]]}
        words["label"] = (about["labels"] or "").split("; ")
        words["component"] = (about["components"] or "").split("; ")
        words["epic"] = [self.about[above]["key"] for above in self.lines(ticket) if above in self.about]
        return {(field, str(word).casefold()) for field, several in words.items() for word in several if word}

    def meant(self, ticket: str, selectors: Iterable[str]) -> bool:
        """Say whether any of these selectors matches the ticket."""
        wanted = {(field, word.casefold()) for field, word in map(split_selector, selectors)}
        return not wanted.isdisjoint(self.bears[ticket])

    def first(self, ticket: str, mapping: Mapping[str, Iterable[str]]) -> str | None:
        """Give the first name with a selector that matches the ticket."""
        return next((name for name, selectors in mapping.items() if self.meant(ticket, selectors)), None)

    def objective(self, ticket: str, own: Mapping[str, tuple[str | None, str]]) -> tuple[str, str | None]:
        """Give the ticket's objective, its own or that of a parent, and where it comes from."""
        name, by = own[ticket]
        if name:
            return name, by
        above = self.lines(ticket)
        inherited = next((own[one][0] for one in above if one in own and own[one][0]), None)
        if inherited or not above:
            return inherited or NONE_NAMED, "parent" if inherited else None
        top = self.about.get(above[-1], {})
        return str(top.get("summary") or top.get("key") or above[-1]), "parent"

    def flow(self, ticket: str, flows: Mapping[str, Iterable[str]]) -> tuple[str | None, str | None]:
        """Give the kind of work, and where it comes from; a part without one is what its parents are."""
        for one in (ticket, *(above for above in self.lines(ticket) if above in self.about)):
            if flow := self.first(one, flows):
                return flow, BY_FILE
            kind = str(self.about[one]["type"] or "").casefold()
            if kind not in SUB_TYPES:
                usual = FLOW_OF_TYPE.get(kind)
                return usual, BY_TYPE if usual else None
        return None, None
