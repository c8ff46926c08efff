"""Why reviews wait: on random logs with pull requests, as the definitions of causes say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.same_rows import assert_same
from tests.intervals.test_causes import RULES
from tests.intervals.test_reviews import Reviewed, context_in, linked, reviewed
from tests.logs import PERSONS, TICKETS, WORKFLOW_TOML
from tests.share import share
from vsm.config import Waiting, parse_workflow
from vsm.context import Context, Intervals, intervals_of
from vsm.definitions.causes import Piece, list_causes
from vsm.definitions.facts import facts_from_tables
from vsm.eventlog.log import sorted_events
from vsm.tables import EVENTS, WAITS, conform

pytestmark = pytest.mark.slow

MONDAY = datetime(2024, 3, 4, 9, tzinfo=UTC)
STEP = timedelta(minutes=30)
KINDS = {"rework": "work", "author": "queue", "waiting": "queue", "reviewing": "work", "merging": "queue"}
SPLIT = "".join(
    f'[[stage]]\nname = "{phase}"\nkind = "{kind}"\nreview = "{phase}"\nwithin = ["Build"]\n\n'
    for phase, kind in KINDS.items()
)
REVIEWS = parse_workflow(
    WORKFLOW_TOML.replace('[[stage]]\nname = "Supplier"', SPLIT + '[[stage]]\nname = "Supplier"')
)
_GAPS = st.sampled_from([0, 1, 2, 3, 8, 40]).map(lambda steps: steps * STEP)
_ASKED = st.sampled_from([PERSONS[1], PERSONS[1], PERSONS[2], "team:Team A", "team:Team B", "team:unknown"])
_ROUNDS = st.lists(
    st.tuples(
        st.sampled_from([("comment", None), ("review", "changes"), ("review", "approved"), ("push", None)]),
        st.sampled_from([PERSONS[0], PERSONS[1], PERSONS[1], PERSONS[2]]),
        _GAPS,
    ),
    max_size=6,
)


@st.composite
def busy_reviewers(draw: st.DrawFn) -> Reviewed:
    """Tickets in Build within days, with a pull request each, whose reviews two people are asked for."""
    rows: list[dict[str, Any]] = []
    pulls: list[dict[str, Any]] = []
    acts: list[dict[str, Any]] = []
    for number, ticket in enumerate(TICKETS[: draw(st.integers(2, 4))]):
        at, name, author = (
            MONDAY + draw(_GAPS),
            f"github:o/r#{number}",
            PERSONS[draw(st.sampled_from([0, 0, 1]))],
        )
        moves = [("created", None), ("status", "jira:2"), ("assignee", author)]
        moves += [("status", "jira:7")] if draw(st.booleans()) else []
        pull = {"pull": name, "key": f"r#{number}", "repository": "r", "number": number, "author": author}
        pulls.append(pull | {"created": at + STEP, "draft": False, "mentions": ticket})
        first: list[tuple[tuple[str, str | None], str, timedelta]] = [
            (("opened", None), author, STEP),
            (("review_request", draw(_ASKED)), author, timedelta(0)),
        ]
        when = at
        for seq, ((kind, after), who, gap) in enumerate([*first, *draw(_ROUNDS)]):
            when += gap
            act = {"pull": name, "at": when, "kind": kind, "after": after, "actor": who}
            acts.append(act | {"ref": str(seq), "seq": seq})
        ends = [at, at, at, when + draw(_GAPS)]
        rows += [
            {"ticket": ticket, "at": then, "kind": kind, "before": None, "after": after, "actor": author,
             "source": "jira", "ref": f"{ticket}/{seq}", "seq": seq, "bulk": False}
            for seq, ((kind, after), then) in enumerate(zip(moves, ends, strict=False))
        ]  # fmt: skip
    events = sorted_events(conform(pd.DataFrame(rows), EVENTS))
    return Reviewed(linked(events, pulls, acts, []), REVIEWS, MONDAY + timedelta(days=9))


CASES = st.one_of(busy_reviewers(), busy_reviewers(), reviewed())


def ruled(case: Reviewed, rules: Waiting) -> Context:
    """The case under other rules for causes."""
    return context_in(case._replace(workflow=case.workflow.model_copy(update={"waiting": rules})))


def defined(context: Context, intervals: Intervals) -> list[Piece]:
    """The pieces of waits by the loops of the definitions."""
    facts = facts_from_tables(
        context.moves, stages=context.stages, teams=context.people.teams, blocks=intervals.blocks,
        clock=context.clock, rules=context.workflow.waiting, as_of=context.as_of, unit_of=context.unit_of,
    )  # fmt: skip
    return list_causes(facts.waits, facts)


def row(piece: Piece) -> dict[str, Any]:
    """A piece as a row of WAITS."""
    receiver = piece.receiver.team if piece.receiver.person is None else piece.receiver.person
    names = ("ticket", "n", "handoff", "stage", "holder", "team", "bulk")
    about = {name: getattr(piece.wait, name) for name in names}
    times = {name: getattr(piece, name) for name in ("cause", "start", "end", "elapsed", "working")}
    return about | times | {"receiver": receiver}


@settings(max_examples=share(16, of=600))
@given(CASES, RULES)
def test_every_piece_of_a_wait_for_a_review_is_that_of_the_definition(case: Reviewed, rules: Waiting) -> None:
    """Its cause, its receiver, and where it is cut, to the microsecond."""
    context = ruled(case, rules)
    intervals = intervals_of(context)
    found = intervals.waits.drop(columns="carried")
    columns = [name for name in WAITS.names if name in found.columns]
    assert_same(found, [row(piece) for piece in defined(context, intervals)], columns)
