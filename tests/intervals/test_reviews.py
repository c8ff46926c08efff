"""Reviews and pipelines split a ticket's life: as each rule says, and on random logs as their definitions do."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import pull_rows
from tests.definitions.same_rows import assert_same
from tests.frames import assert_same_rows
from tests.logs import PERSONS, START, WORKFLOW_TOML, as_ofs, logs
from tests.share import share
from tests.stories import at, story
from vsm.config import Workflow, parse_workflow
from vsm.context import Context, Intervals, context_of, intervals_of
from vsm.definitions.causes import list_causes
from vsm.definitions.explain import explain
from vsm.definitions.facts import events_of, facts_from_tables, stage_facts
from vsm.definitions.handoffs import list_handoffs
from vsm.definitions.pull_tables import phases_of_pulls, phases_table
from vsm.definitions.visits import Memberships, list_visits
from vsm.definitions.waits import list_waits
from vsm.eventlog.log import Log, merge_logs, sorted_events
from vsm.eventlog.pull_links import events_from_pulls
from vsm.intervals import handoffs_from_visits, visits_from_events, waits_from_visits
from vsm.intervals.handoffs import work_start
from vsm.intervals.waits import finished_at
from vsm.people import People, Teams
from vsm.tables import (
    EVENTS,
    HANDOFFS,
    NAMES,
    PIPELINES,
    PULL_EVENTS,
    PULLS,
    REVIEW_PHASES,
    TICKETS,
    VISITS,
    WAITS,
    conform,
)

STAGES = """
[[stage]]
name = "Open"
kind = "queue"
statuses = ["todo"]

[[stage]]
name = "Build"
kind = "work"
statuses = ["build"]

[[stage]]
name = "Rework"
kind = "work"
review = "rework"

[[stage]]
name = "Waiting for author"
kind = "queue"
review = "author"

[[stage]]
name = "Waiting for review"
kind = "queue"
review = "waiting"

[[stage]]
name = "In review"
kind = "work"
review = "reviewing"

[[stage]]
name = "Waiting to merge"
kind = "queue"
review = "merging"

[[stage]]
name = "Waiting for a runner"
kind = "queue"
pipeline = "queued"

[[stage]]
name = "Pipeline"
kind = "queue"
pipeline = "running"

[[stage]]
name = "Waiting for approval"
kind = "queue"
pipeline = "approval"

[[stage]]
name = "Done"
kind = "done"
statuses = ["done"]
"""
LIFE = (
    "08:00 lead created",
    "08:00 lead status - > todo",
    "09:00 ann assignee - > ann",
    "09:00 ann status todo > build",
    "19:00 ann status build > done",
)
TEAMS = {"ann": "web", "bob": "web", "cid": "ops"}
Acts = tuple[tuple[str, str, str | None, str | None], ...]


def on(clock: str) -> str:
    return f"2024-03-04 {clock}"


def stream(
    *pulls: Acts,
    runs: tuple[dict[str, Any], ...] = (),
    life: tuple[str, ...] = LIFE,
    toml: str = STAGES,
    as_of: str = "23:00",
) -> Context:
    """What is made of one ticket with these pull requests, each opened by ann at the first of its acts."""
    rows = [
        {"number": n, "created": on(acts[0][0]), "author": "github:ann", "mentions": "AB-1"}
        for n, acts in enumerate(pulls, start=1)
    ]
    acts = [
        pull_rows.pull_events(n, *((on(clock), kind, who, after) for clock, kind, who, after in acts))
        for n, acts in enumerate(pulls, start=1)
    ]
    events = conform(pd.DataFrame(story(*life)), EVENTS)
    ticket = {"ticket": "jira:1", "key": "AB-1", "created": at("08:00")}
    names = [{"kind": "status", "id": word, "name": word} for word in ("todo", "build", "done")]
    log = Log(
        tickets=conform(pd.DataFrame([ticket]), TICKETS),
        events=sorted_events(events),
        names=conform(pd.DataFrame(names), NAMES),
        pulls=pull_rows.pulls(*rows) if rows else Log().pulls,
        pull_events=pd.concat(acts, ignore_index=True).pipe(conform, PULL_EVENTS)
        if acts
        else Log().pull_events,
        pipelines=pull_rows.pipelines(*runs) if runs else Log().pipelines,
    )
    whole = merge_logs(log, Log(events=events_from_pulls(log, keys={"AB-1": "jira:1"})))
    people = People({f"github:{who}": who for who in ("ann", "bob", "cid")}, Teams(TEAMS))
    return context_of(whole, people=people, workflow=parse_workflow(toml), as_of=pd.Timestamp(at(as_of)))


@cache
def reviewed_once() -> tuple[Context, Intervals]:
    """The stream of REVIEWED, and its intervals."""
    context = stream(REVIEWED)
    return context, intervals_of(context)


def visited(context: Context) -> list[str]:
    """Each visit in words: stage, holder, from, to."""
    visits = visits_of(context).astype({"stage": "str", "holder": "str"})
    return [
        f"{row['stage']} {_or(row['holder'])} {_clock(row['entered'])} {_clock(row['left'])}"
        for row in visits.to_dict("records")
    ]


def visits_of(context: Context) -> pd.DataFrame:
    teams, as_of = context.people.teams, context.as_of
    return visits_from_events(context.moves, stages=context.stages, team_of=teams, as_of=as_of)


def _or(word: Any) -> str:
    return "-" if pd.isna(word) else str(word)


def _clock(instant: pd.Timestamp) -> str:
    return "-" if pd.isna(instant) else f"{instant:%H:%M}"


REVIEWED: Acts = (
    ("10:00", "opened", "ann", None),
    ("10:00", "review_request", "ann", "bob"),
    ("11:00", "comment", "bob", None),
    ("12:00", "review", "bob", "changes"),
    ("13:00", "comment", "ann", None),
    ("14:00", "push", "ann", "c2"),
    ("15:00", "review", "bob", "approved"),
    ("16:00", "merge", "ann", None),
)


def test_a_ticket_goes_through_the_phases_of_its_pull_request() -> None:
    """Held by whom it waits for; a review whose beginning nobody knows takes no time."""
    assert visited(stream(REVIEWED)) == [
        "Open ann 08:00 09:00",
        "Build ann 09:00 10:00",
        "Waiting for review bob 10:00 11:00",
        "In review bob 11:00 12:00",
        "Waiting for author ann 12:00 13:00",
        "Rework ann 13:00 14:00",
        "Waiting for review bob 14:00 15:00",
        "In review bob 15:00 15:00",
        "Waiting to merge ann 15:00 16:00",
        "Build ann 16:00 19:00",
        "Done - 19:00 -",
    ]


def test_each_round_is_two_handoffs_and_the_second_goes_back() -> None:
    """From author to reviewer and back, each with the wait that it cost."""
    handoffs = reviewed_once()[1].handoffs
    assert [
        (row["from_holder"], row["to_holder"], row["back"], row["wait"] // pd.Timedelta(hours=1))
        for row in handoffs.to_dict("records")
    ] == [
        ("ann", "bob", False, 1),
        ("bob", "ann", True, 1),
        ("ann", "bob", False, 1),
        ("bob", "ann", True, 1),
    ]


def test_a_wait_for_a_review_waits_for_whom_it_was_given_to() -> None:
    """The receiver is the one who was asked, and then the author."""
    waits = reviewed_once()[1].waits
    rows = waits[["stage", "receiver"]].astype("str").to_numpy().tolist()
    assert rows == [
        ["Open", "ann"],
        ["Waiting for review", "bob"],
        ["Waiting for author", "ann"],
        ["Waiting for review", "bob"],
        ["Waiting to merge", "ann"],
    ]


@pytest.mark.slow
def test_a_request_to_a_team_waits_for_the_team() -> None:
    """Where vsm.toml knows it; nobody is assigned meanwhile."""
    asked: Acts = (("10:00", "opened", "ann", None), ("10:00", "review_request", "ann", "team:ops"))
    toml = f'{STAGES}\n[[team]]\nname = "ops"\nmembers = ["cid"]\n'
    waits = intervals_of(stream(asked, toml=toml)).waits
    assert waits.loc[waits["stage"] == "Waiting for review", "receiver"].unique().tolist() == ["ops"]


@pytest.mark.slow
def test_a_request_to_nobody_leaves_it_unassigned() -> None:
    """The ticket's own assignee is its author, and does not review it."""
    waits = intervals_of(
        stream((("14:00", "opened", "ann", None), ("15:00", "review", "bob", "approved")))
    ).waits
    found = waits[waits["stage"] == "Waiting for review"]
    assert found["cause"].unique().tolist() == ["unassigned"]


@pytest.mark.slow
def test_a_reviewer_with_earlier_work_in_hand_is_at_capacity() -> None:
    """bob reviews the first pull request from 11 to 13, the second has waited for him since 10:30."""
    first: Acts = (
        ("10:00", "opened", "ann", None),
        ("10:00", "review_request", "ann", "bob"),
        ("11:00", "comment", "bob", None),
        ("13:00", "review", "bob", "approved"),
        ("14:00", "merge", "ann", None),
    )
    one = stream(first)
    other = stream((("10:30", "opened", "ann", None), ("10:30", "review_request", "ann", "bob")))
    moves = other.moves.astype({"ticket": "str"}).assign(ticket="jira:2")
    both = sorted_events(conform(pd.concat([_plain(one.moves), _plain(moves)], ignore_index=True), EVENTS))
    visits = visits_from_events(both, stages=one.stages, team_of=one.people.teams, as_of=one.as_of)
    facts = facts_from_tables(
        both,
        stages=one.stages,
        teams=one.people.teams,
        blocks=intervals_of(one).blocks,
        clock=one.clock,
        rules=one.workflow.waiting,
        as_of=one.as_of,
        unit_of={},
    )
    pieces = [p for p in list_causes(facts.waits, facts) if p.wait.ticket == "jira:2"]
    assert len(visits)
    assert [
        (p.start, p.end) for p in pieces if p.cause == "at capacity" and p.wait.stage == "Waiting for review"
    ] == [(at("11:00"), at("13:00"))]


def _plain(events: pd.DataFrame) -> pd.DataFrame:
    return events.astype(dict.fromkeys(events.select_dtypes("category").columns, "str"))


def test_a_ticket_is_in_the_least_advanced_of_its_pull_requests() -> None:
    """The second one waits for a review until 14, while the first waits to be merged from 12 on."""
    first: Acts = (
        ("10:00", "opened", "ann", None),
        ("12:00", "review", "bob", "approved"),
        ("15:00", "merge", "ann", None),
    )
    second: Acts = (
        ("11:00", "opened", "ann", None),
        ("14:00", "review", "cid", "approved"),
        ("15:00", "merge", "ann", None),
    )
    assert visited(stream(first, second))[2:-2] == [
        "Waiting for review cid 10:00 14:00",
        "In review cid 14:00 14:00",
        "Waiting to merge ann 14:00 15:00",
    ]


def test_a_draft_beside_shows_nothing() -> None:
    """It is the least advanced: the ticket is still being built."""
    draft: Acts = (
        ("11:00", "opened", "ann", None),
        ("13:00", "ready", "ann", None),
        ("13:00", "close", "ann", None),
    )
    assert visited(stream((("10:00", "opened", "ann", None), ("14:00", "merge", "ann", None)), draft))[
        1:-1
    ] == [
        "Build ann 09:00 10:00",
        "Waiting to merge ann 10:00 11:00",
        "Build ann 11:00 13:00",
        "Waiting to merge ann 13:00 14:00",
        "Build ann 14:00 19:00",
    ]


def test_reviews_show_in_the_stages_that_they_split_only() -> None:
    """The tracker had it done at 14: the rest of the review is none of the stream's."""
    life = (*LIFE[:-1], "14:30 ann status build > done")
    assert visited(stream(REVIEWED, life=life))[-2:] == [
        "Waiting for review - 14:00 14:30",
        "Done - 14:30 -",
    ]


@pytest.mark.slow
def test_without_a_stage_for_it_waiting_for_the_author_is_a_part_of_rework() -> None:
    """From the review at 12 on; the author's comment at 13 is the first trace of work."""
    toml = STAGES.replace('[[stage]]\nname = "Waiting for author"\nkind = "queue"\nreview = "author"\n', "")
    context = stream(REVIEWED, toml=toml)
    assert visited(context)[4] == "Rework ann 12:00 14:00"
    waits = intervals_of(context).waits
    assert waits.loc[waits["stage"] == "Rework", "elapsed"].sum() == pd.Timedelta(hours=1)


def test_runs_of_pipelines_show_while_it_waits_to_be_merged() -> None:
    """Queued, then held for somebody's approval, then running; before the approval of the review they do not."""
    runs = (
        {"created": on("14:10"), "started": on("14:20"), "finished": on("14:40"), "commit": "c2"},
        {
            "created": on("15:10"),
            "started": on("15:15"),
            "held_from": on("15:20"),
            "held_until": on("15:40"),
            "finished": on("15:50"),
            "commit": "c2",
        },
    )
    assert visited(stream(REVIEWED, runs=runs))[8:-2] == [
        "Waiting to merge ann 15:00 15:10",
        "Waiting for a runner ann 15:10 15:15",
        "Pipeline ann 15:15 15:20",
        "Waiting for approval ann 15:20 15:40",
        "Pipeline ann 15:40 15:50",
        "Waiting to merge ann 15:50 16:00",
    ]


def test_what_is_done_in_a_pull_request_is_a_trace_of_work() -> None:
    """ann took the ticket up when she pushed at 12, not when the lead gave it to her."""
    life = (
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 lead assignee - > ann",
        "09:00 lead status todo > build",
    )
    context = stream(
        (("10:00", "opened", "lead", None), ("12:00", "push", "ann", "c1")),
        life=life,
        toml=STAGES.partition('[[stage]]\nname = "Rework"')[0],
    )
    visits = visits_of(context)
    assert visits["first_touch"].iloc[-1] == pd.Timestamp(at("12:00"))


def test_the_explanation_names_the_steps_of_the_review() -> None:
    """Which pull request, and what happened in it."""
    context, intervals = reviewed_once()
    facts = facts_from_tables(
        context.moves, stages=context.stages, teams=context.people.teams, blocks=intervals.blocks,
        clock=context.clock, rules=context.workflow.waiting, as_of=context.as_of, unit_of={},
    )  # fmt: skip
    explained = explain("jira:1", facts, keys={"jira:1": "AB-1"})
    assert explained.waited + explained.worked == explained.lead == timedelta(hours=11)
    begun = [step.why.split(".")[0] for step in explained.steps if step.rule == "visit"]
    assert begun[2:] == [
        "Began when web#1 began to wait for a review",
        "Began when bob reviewed web#1",
        "Began when web#1 began to wait for its author",
        "Began when ann began to rework web#1",
        "Began when web#1 began to wait for a review",
        "Began when bob reviewed web#1",
        "Began when web#1 began to wait to be merged",
        "Began when no pull request or pipeline showed it elsewhere",
        "Began when ann moved it to Done",
    ]


def test_without_pull_requests_nothing_changes() -> None:
    """The moves are those that the tracker recorded."""
    assert visited(stream()) == ["Open ann 08:00 09:00", "Build ann 09:00 19:00", "Done - 19:00 -"]


# Random logs: pull requests of random tickets, with any acts, and runs of pipelines.

PHASES = ("waiting", "reviewing", "author", "rework", "merging")
OWN = ("Backlog", "Build", "Supplier", "Check", "Release", "Done")


class Reviewed(NamedTuple):
    log: Log
    workflow: Workflow
    as_of: datetime


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """Some phases of reviews and pipelines, in any place, with any kind, splitting what is usual or anything."""
    sections = [f"[[stage]]{part}" for part in WORKFLOW_TOML.split("[[stage]]")[1:]]
    words = [f"review:{phase}" for phase in PHASES] + ["pipeline:queued", "pipeline:running"]
    for word in draw(st.lists(st.sampled_from(words), min_size=1, unique=True)):
        by, _, phase = word.partition(":")
        kinds = ["queue", "external"] if by == "pipeline" else ["queue", "work", "work", "external"]
        kind = draw(st.sampled_from(kinds))
        within = draw(st.one_of(st.none(), st.lists(st.sampled_from(OWN), min_size=1, unique=True)))
        lines = ["[[stage]]", f'name = "{word}"', f'kind = "{kind}"', f'{by} = "{phase}"']
        lines += [f"within = {within}"] if within else []
        sections.insert(draw(st.integers(2, len(sections) - 1)), "\n".join(lines) + "\n\n")
    return parse_workflow("\n".join(sections))


_GAPS = st.one_of(st.just(timedelta(0)), st.timedeltas(timedelta(0), timedelta(days=3)))
_ACTS = st.tuples(
    st.sampled_from(
        [
            "draft",
            "ready",
            "review_request",
            "review",
            "review",
            "comment",
            "push",
            "merge",
            "close",
            "reopen",
        ]
    ),
    st.sampled_from([*PERSONS, PERSONS[0]]),
    st.sampled_from(["approved", "changes", "commented"]),
    st.sampled_from([*PERSONS, "team:Team A", "team:unknown"]),
    _GAPS,
)


@st.composite
def reviewed(draw: st.DrawFn) -> Reviewed:
    """A log with up to three pull requests of its tickets, and pipelines for them."""
    events = draw(logs())
    tickets = sorted(events["ticket"].astype("str").unique())
    pulls: list[dict[str, Any]] = []
    acts: list[dict[str, Any]] = []
    runs: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 3))):
        at = START + draw(st.timedeltas(timedelta(-1), timedelta(days=15)))
        name = f"github:o/r#{number}"
        pulls.append(
            {
                "pull": name, "key": f"r#{number}", "repository": "r", "number": number, "author": PERSONS[0],
                "created": at, "draft": False, "mentions": "; ".join(draw(st.sets(st.sampled_from(tickets)))),
            }
        )  # fmt: skip
        for seq, (kind, who, verdict, whom, gap) in enumerate(draw(st.lists(_ACTS, max_size=8))):
            after = verdict if kind == "review" else whom if kind == "review_request" else None
            at += gap
            acts.append(
                {
                    "pull": name,
                    "at": at,
                    "kind": kind,
                    "after": after,
                    "actor": who,
                    "ref": f"{seq}",
                    "seq": seq,
                }
            )
        started = at + draw(_GAPS)
        runs.append(
            {
                "pipeline": f"run/{number}", "repository": "r", "attempt": 1, "outcome": "success",
                "created": at, "started": started, "finished": started + draw(_GAPS), "branch": f"b{number}",
            }
        )  # fmt: skip
        pulls[-1]["branch"] = f"b{number}"
    return Reviewed(linked(events, pulls, acts, runs), draw(workflows()), draw(as_ofs(events)))


def linked(
    events: pd.DataFrame,
    pulls: list[dict[str, Any]],
    acts: list[dict[str, Any]],
    runs: list[dict[str, Any]],
) -> Log:
    """A log of tickets and of pull requests that mention them."""
    log = Log(
        events=events,
        pulls=conform(pd.DataFrame(pulls, columns=PULLS.names), PULLS) if pulls else Log().pulls,
        pull_events=conform(pd.DataFrame(acts), PULL_EVENTS) if acts else Log().pull_events,
        pipelines=conform(pd.DataFrame(runs), PIPELINES) if runs else Log().pipelines,
    )
    keys = {ticket.upper(): ticket for ticket in events["ticket"].astype("str").unique()}
    whole = merge_logs(log, Log(events=events_from_pulls(log, keys=keys)))
    statuses = [{"kind": "status", "id": f"jira:{n}", "name": f"jira:{n}"} for n in range(1, 8)]
    return merge_logs(whole, Log(names=conform(pd.DataFrame(statuses), NAMES)))


def context_in(case: Reviewed) -> Context:
    teams = Teams(case.workflow.team_of)
    as_of = pd.Timestamp(case.as_of)
    return context_of(case.log, people=People({}, teams), workflow=case.workflow, as_of=as_of)


@pytest.mark.slow
@settings(max_examples=share(8, of=300))
@given(reviewed())
def test_random_lives_equal_the_definitions(case: Reviewed) -> None:
    """Every row of visits, handoffs and waits; waits and work are the lead time, to the microsecond."""
    context = context_in(case)
    stages, as_of = context.stages, context.as_of
    visits = visits_from_events(context.moves, stages=stages, team_of=context.people.teams, as_of=as_of)
    handoffs = handoffs_from_visits(visits, stages=stages)
    waits = waits_from_visits(visits, handoffs, as_of=as_of)
    facts = stage_facts(stages)
    known = [event for event in events_of(context.moves) if event.at <= case.as_of]
    slow = list_visits(known, stage_of=facts, teams=Memberships(case.workflow.team_of), as_of=case.as_of)
    passed = list_handoffs(slow, stage_of=facts)
    assert_same(visits, slow, VISITS.names)
    assert_same(handoffs, passed, HANDOFFS.names)
    assert_same(waits, list_waits(slow, handoffs=passed, as_of=case.as_of), WAITS.names)
    finish = finished_at(visits)
    lost = visits["left"].groupby(visits["ticket"].astype("str")).last(skipna=False)
    ends = finish.fillna(lost).fillna(as_of)
    waited = waits.groupby(waits["ticket"].astype("str"))["elapsed"].sum()
    for name, life in visits.groupby(visits["ticket"].astype("str")):
        work = life[(life["kind"] == "work") & (life["entered"] < ends[name])]
        worked = (work["left"].fillna(as_of) - work_start(work)).sum()
        assert waited.get(name, pd.Timedelta(0)) + worked == ends[name] - life["entered"].iloc[0]


@settings(max_examples=share(8, of=300))
@given(reviewed(), st.sets(st.integers(0, 2)))
def test_phases_of_some_pull_requests_are_those_of_all(case: Reviewed, numbers: set[int]) -> None:
    """A cut stream takes them from what its moves were made of."""
    context = context_in(case)
    pulls = case.log.pulls[case.log.pulls["number"].isin(numbers)]
    acts = case.log.pull_events[case.log.pull_events["pull"].isin(set(pulls["pull"]))]
    alone = phases_table(phases_of_pulls(pulls, acts, people=context.people, as_of=context.as_of))
    found = context.phases_of(pulls, acts)
    assert_same_rows(found, alone)


@pytest.mark.slow
@settings(max_examples=share(8, of=300))
@given(reviewed())
def test_at_any_instant_the_least_advanced_review_shows(case: Reviewed) -> None:
    """Asked of each half day by itself: the tracker's stage without reviews, and what splits it."""
    context = context_in(case)
    plain = context_in(case._replace(log=Log(events=case.log.events, names=case.log.names)))
    phases = phases_of_pulls(case.log.pulls, case.log.pull_events, people=context.people, as_of=context.as_of)
    splits, stage_of = (
        case.workflow.review_splits,
        dict(zip(context.stages["status"], context.stages["stage"], strict=True)),
    )
    found, tracker = (
        visits_from_events(c.moves, stages=c.stages, team_of=c.people.teams, as_of=c.as_of)
        for c in (context, plain)
    )
    links = case.log.events[case.log.events["before"].isin(set(case.log.pulls["pull"]))]
    for ticket in found["ticket"].astype("str").unique():
        own = set(links.loc[links["ticket"] == ticket, "before"])
        runs = set(links.loc[(links["ticket"] == ticket) & (links["kind"] == "pipeline"), "ref"])
        ends = [table.loc[table["ticket"] == ticket, "left"].iloc[-1] for table in (tracker, found)]
        events = case.log.events
        ends += [*events.loc[(events["ticket"] == ticket) & (events["kind"] == "delete"), "at"]]
        for days in range(40):
            at = pd.Timestamp(START) + days * pd.Timedelta(hours=12)
            was = stage_at(tracker, ticket, at)
            if was is None or at >= context.as_of or any(at >= end for end in ends):
                continue
            here = [
                p for p in phases if p.pull in own and p.entered <= at and (p.left is None or at < p.left)
            ]
            expected, beneath = was, {was}
            if here:
                word = min((p.phase for p in here), key=REVIEW_PHASES.index)
                if word == "author" and "review:author" not in stage_of:
                    word = "rework"
                if was in splits.get(f"review:{word}", ()):
                    expected = stage_of[f"review:{word}"]
                    beneath = {was, expected}
            rows = case.log.pipelines[case.log.pipelines["pipeline"].isin(runs)]
            queued = ((rows["created"] <= at) & (at < rows["started"])).any()
            running = ((rows["started"] <= at) & (at < rows["finished"])).any()
            for word, holds in (("queued", queued), ("running", running)):
                if holds and beneath & set(splits.get(f"pipeline:{word}", ())):
                    expected = stage_of[f"pipeline:{word}"]
                    break
            assert stage_at(found, ticket, at) == expected


def stage_at(visits: pd.DataFrame, ticket: str, at: pd.Timestamp) -> str | None:
    rows = visits[(visits["ticket"] == ticket) & (visits["entered"] <= at)]
    return None if rows.empty else str(rows["stage"].iloc[-1])
