"""From PULLS, PULL_EVENTS and PIPELINES to phases of reviews, and to EVENTS with the moves that these make.

The loops of ``reviews`` and ``review_moves`` take some 30 µs an event, so that they serve streams as well.
"""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from vsm.definitions.facts import events_of, rows_of, stage_facts
from vsm.definitions.review_moves import STATES, Run, list_review_moves
from vsm.definitions.reviews import Phase, list_phases
from vsm.eventlog.pull_links import KIND_OF
from vsm.people import People
from vsm.tables import EVENTS, INSTANT

PHASES: dict[str, Any] = {
    "pull": "str", "n": "int64", "phase": "category", "holder": "str", "entered": INSTANT, "left": INSTANT,
}  # fmt: skip


def phases_of_pulls(
    pulls: pd.DataFrame, pull_events: pd.DataFrame, *, people: People, as_of: pd.Timestamp
) -> list[Phase]:
    """Give the phases of pull requests, with persons for accounts, up to an instant."""
    person = people.person_of
    described = [
        row | {"author": person.get(row["author"], row["author"])}
        for row in _rows(pulls, "pull", "author", "draft", "created")
    ]
    acts = _rows(pull_events, "pull", "at", "kind", "after", "actor", "ref", "seq")
    for act in acts:
        act["actor"] = person.get(act["actor"], act["actor"])
        act["after"] = person.get(act["after"], act["after"])
    return list_phases(described, acts, bots=people.bots, agents=people.agents, as_of=as_of.to_pydatetime())


def phases_table(phases: Collection[Phase]) -> pd.DataFrame:
    """Give PHASES: ``pull, n, phase, holder`` (a person, or ``team:`` and a name), ``entered, left``."""
    return _frame(phases, list(PHASES)).astype(PHASES)


def _rows(frame: pd.DataFrame, *names: str) -> list[dict[str, Any]]:
    return rows_of(frame[list(names)])


def events_with_reviews(
    events: pd.DataFrame,
    phases: Collection[Phase],
    *,
    pulls: pd.DataFrame,
    pipelines: pd.DataFrame,
    stages: pd.DataFrame,
    within: Mapping[str, Collection[str]],
    teams: Collection[str],
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Give EVENTS with moves into the stages that reviews and pipelines split from others.

    The result is for making visits and waits only; what was recorded are the events given. They are the same
    frame where no ticket has a pull request.

    Parameters
    ----------
    events
        EVENTS in their order, with persons for accounts and the moves that Git's milestones make. Those of
        pull requests name them in ``before``.
    phases
        As ``phases_of_pulls`` gives them.
    pulls, pipelines
        PULLS and PIPELINES.
    stages
        As ``stages_from_names`` gives them.
    within
        ``review:waiting`` and the like → names of the stages that it splits (``Workflow.review_splits``).
    teams
        Known teams.
    """
    kinds = [*KIND_OF.values(), "pipeline"]
    linked = events[events["before"].isin(set(pulls["pull"])) & events["kind"].isin(kinds)]
    if linked.empty or not within:
        return events
    of_pull: dict[str, list[Phase]] = {}
    for phase in phases:
        of_pull.setdefault(phase.pull, []).append(phase)
    by_ticket: dict[str, list[Phase]] = {}
    for ticket, pull in linked[["ticket", "before"]].astype("str").drop_duplicates().itertuples(index=False):
        by_ticket.setdefault(ticket, []).extend(of_pull.get(pull, ()))
    concerned = events[events["ticket"].isin(list(by_ticket)) & events["kind"].isin(STATES)]
    added = list_review_moves(
        events_of(concerned),
        phases=by_ticket,
        runs=_runs(linked, pipelines),
        stage_of=stage_facts(stages),
        within=within,
        teams=teams,
        as_of=as_of.to_pydatetime(),
    )
    return _inserted(events, _frame(added, list(EVENTS.names)))


def _frame(rows: Collection[Any], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({name: [getattr(row, name) for row in rows] for name in names})


def _runs(linked: pd.DataFrame, pipelines: pd.DataFrame) -> dict[str, list[Run]]:
    """Give the runs of each ticket in stretches: queued, running, and waiting for somebody's approval."""
    known = {row["pipeline"]: row for row in rows_of(pipelines)}
    runs: dict[str, list[Run]] = {}
    of_runs = linked[linked["kind"] == "pipeline"]
    for ticket, ref in of_runs[["ticket", "ref"]].astype("str").itertuples(index=False):
        row = known[ref]
        started, finished = row["started"], row["finished"]
        stretches = [Run("queued", row["created"], started or finished)]
        if started is not None:
            stretches.append(Run("running", started, finished))
        if row["held_from"] is not None:
            stretches.append(Run("approval", row["held_from"], row["held_until"] or finished))
        runs.setdefault(ticket, []).extend(stretches)
    return runs


def _inserted(events: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Add rows after all others of their ticket and instant."""
    words = ["ticket", "kind", "before", "after", "actor", "source", "field"]
    wider = {
        word: pd.CategoricalDtype(
            [*events[word].cat.categories, *sorted({*added[word].dropna()} - {*events[word].cat.categories})]
        )
        for word in words
    }
    types = {name: events[name].dtype for name in added.columns} | wider
    both = pd.concat([events.astype(wider), added.astype(types)[list(events.columns)]], ignore_index=True)
    return both.sort_values(["ticket", "at"], ignore_index=True, kind="stable")
