"""What workflow do the data suggest? A proposal for vsm.toml, each guess with its reason."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from vsm.eventlog.board import Board
from vsm.people import People

KNOWN_KINDS: Final[Mapping[str, str]] = {
    "in progress": "work", "in development": "work", "in review": "work", "code review": "work",
    "in qa": "work", "in test": "work", "testing": "work", "in analysis": "work",
    "resolved": "done", "closed": "done", "done": "done", "released": "done", "cancelled": "done",
    "waiting for customer": "external", "waiting for support": "queue", "needs information": "external",
}  # fmt: skip
RANK: Final = {"queue": 0, "external": 1, "work": 2, "done": 3}


@dataclass(frozen=True, slots=True)
class ProposedStage:
    """Which stage is proposed for some statuses, and why? ``wip`` is the limit that their board sets."""

    name: str
    kind: str
    statuses: tuple[str, ...]
    reason: str
    wip: int | None = None


@dataclass(frozen=True, slots=True)
class ProposedPerson:
    """Which accounts are proposed to be one person?"""

    name: str
    accounts: tuple[str, ...]


def propose_stages(
    stages: pd.DataFrame, *, events: pd.DataFrame, board: Board | None = None
) -> list[ProposedStage]:
    """Which stages do the unmapped statuses suggest? In the order in which tickets first reach them.

    The kind comes from a well-known name, else from the tracker's category, else it is a queue. A name
    says more than a category: a tracker files "Reopened" and "In Review" alike under "in progress".
    Statuses of one name become one stage. Only statuses that events use are proposed.

    Where a board is known its columns come first, one stage each, in its order; the last one is done, as in
    Jira itself. Statuses on no column follow: they cannot be seen on the board.

    Parameters
    ----------
    stages
        As ``stages_from_names`` gives them.
    events
        EVENTS, for the order: stages lie where tickets typically reach them in their lives.
    board
        Its columns also give statuses that no ticket has entered yet, if ``stages`` knows them.
    """
    columns = list(_columns(stages, board)) if board else []
    shown = {status for column in board.columns for status in column.statuses} if board else set()
    others = _by_name(stages[~stages["status"].isin(shown)], events)
    taken = {column.name for column in columns}
    return columns + [_beside(stage, taken) if board else stage for stage in others]


def _columns(stages: pd.DataFrame, board: Board) -> Iterator[ProposedStage]:
    """Propose a stage for each column with statuses that the file does not map yet."""
    about = stages[~stages["mapped"]].set_index("status")
    seen, names = set[str](), Counter[str]()
    for place, column in enumerate(board.columns):
        names[column.name] += 1
        name = f"{column.name} ({names[column.name]})" if names[column.name] > 1 else column.name
        known = tuple(dict.fromkeys(s for s in column.statuses if s in about.index and s not in seen))
        seen |= set(known)
        if known:
            kind, reason = _kind_of_column(
                column.name, about.loc[list(known)], last=column == board.columns[-1]
            )
            first = place == 0 and kind == "queue"
            yield ProposedStage(
                name, kind, known, "as the board's first column" if first else reason, column.wip
            )


def _kind_of_column(name: str, statuses: pd.DataFrame, *, last: bool) -> tuple[str, str]:
    """Say what a column is: the last one is done, else by names, else by what most of its statuses are."""
    if last:
        return "done", "as the board's last column"
    if known := KNOWN_KINDS.get(name.casefold()):
        return known, "by its name"
    named = [KNOWN_KINDS.get(str(word).strip().casefold()) for word in statuses["name"]]
    kinds = Counter(said or kind for said, kind in zip(named, statuses["kind"], strict=True))
    kind = kinds.most_common(1)[0][0]
    return kind, "by its statuses' names" if kind in named else _filed(kind)


def _beside(stage: ProposedStage, taken: set[str]) -> ProposedStage:
    name = f"{stage.name} (not on the board)" if stage.name in taken else stage.name
    return replace(stage, name=name, reason="on no column of the board")


def _filed(kind: str) -> str:
    return f"as the tracker files it under '{kind}', or says nothing"


def _by_name(stages: pd.DataFrame, events: pd.DataFrame) -> list[ProposedStage]:
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
    reason = "by its name" if known else _filed(said)
    return ProposedStage(name, known or said, tuple(sorted(statuses["status"])), reason)


def propose_people(people: People, *, declared: Mapping[str, str]) -> list[ProposedPerson]:
    """Which persons have accounts in several systems, or are not declared yet? Bots are told by themselves.

    Examples
    --------
    >>> propose_people(People({"jira:a": "dev-1", "git:dev-1": "dev-1"}), declared={})
    [ProposedPerson(name='dev-1', accounts=('git:dev-1', 'jira:a'))]
    """
    groups: dict[str, list[str]] = {}
    for account, person in people.person_of.items():
        if account not in declared and person not in people.bots:
            groups.setdefault(person.strip() or account, []).append(account)
    known = set(declared.values())
    return [ProposedPerson(name, tuple(sorted(groups[name]))) for name in sorted(groups) if name not in known]
