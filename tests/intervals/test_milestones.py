"""Git's milestones split a ticket's life as the brute-force reference does, and as each rule says."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.definitions.same_rows import assert_same
from tests.logs import PERSONS, WORKFLOW_TOML, as_ofs, logs, shuffles
from tests.share import share
from vsm.config import Workflow, parse_workflow
from vsm.definitions.facts import events_of, rows_of, stage_facts
from vsm.definitions.handoffs import list_handoffs
from vsm.definitions.milestones import with_milestones
from vsm.definitions.visits import Memberships, StageFacts, list_visits
from vsm.eventlog.deliveries import milestones_from_commits
from vsm.eventlog.log import sorted_events
from vsm.eventlog.stages import stages_from_names
from vsm.intervals import (
    events_with_milestones,
    handoffs_from_visits,
    visits_from_events,
    waits_from_visits,
)
from vsm.intervals.handoffs import work_start
from vsm.intervals.waits import finished_at
from vsm.tables import COMMITS, EVENTS, HANDOFFS, NAMES, VISITS, WAITS, check, conform

OWN = ("Backlog", "Build", "Supplier", "Check", "Release", "Done")
KINDS = {"coding": "work", "landing": "queue", "releasing": "queue"}


class Joined(NamedTuple):
    events: pd.DataFrame
    commits: pd.DataFrame
    workflow: Workflow
    as_of: datetime


def stages_of(workflow: Workflow) -> pd.DataFrame:
    rows = [{"kind": "status", "id": status, "name": status} for status in workflow.mapping]
    return stages_from_names(conform(pd.DataFrame(rows), NAMES), workflow=workflow)


def joined(
    case: Joined, stages: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Visits, handoffs and waits as the house makes them; every table passes its schema."""
    as_of = pd.Timestamp(case.as_of)
    stages = stages_of(case.workflow) if stages is None else stages
    events = sorted_events(case.events)
    milestones = milestones_from_commits(events, case.commits, as_of=as_of)
    told = events_with_milestones(events, milestones, stages=stages, within=case.workflow.splits, as_of=as_of)
    visits = visits_from_events(told, stages=stages, team_of=case.workflow.team_of, as_of=as_of)
    handoffs = handoffs_from_visits(visits, stages=stages)
    waits = waits_from_visits(visits, handoffs, as_of=as_of)
    return check(visits, VISITS), check(handoffs, HANDOFFS), check(waits, WAITS)


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """Any of the three milestones, in any place, with any kind, splitting what is usual or anything."""
    sections = [f"[[stage]]{part}" for part in WORKFLOW_TOML.split("[[stage]]")[1:]]
    for milestone in draw(st.sets(st.sampled_from(sorted(KINDS)), min_size=1)):
        kind = draw(
            st.sampled_from([KINDS[milestone], KINDS[milestone], "work", "queue", "external", "done"])
        )
        within = draw(
            st.one_of(st.none(), st.lists(st.sampled_from(OWN), min_size=1, max_size=3, unique=True))
        )
        position = draw(st.integers(2, len(sections) - 1))
        lines = ["[[stage]]", f'name = "{milestone}"', f'kind = "{kind}"', f'git = "{milestone}"']
        lines += [f"within = {list(within)}"] if within else []
        sections.insert(position, "\n".join(lines) + "\n\n")
    return parse_workflow("\n".join(sections))


_GAPS = st.one_of(
    st.just(timedelta(0)),
    st.timedeltas(timedelta(0), timedelta(hours=8)),
    st.timedeltas(timedelta(0), timedelta(days=4)),
    st.timedeltas(timedelta(days=-1), timedelta(days=6)),
)


@st.composite
def cases(draw: st.DrawFn) -> Joined:
    """A log with more commits in two repositories; some land, some are released, some clocks are wrong."""
    log = draw(logs())
    instants = sorted(at.to_pydatetime() for at in log["at"])
    extra: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 8))):
        at = draw(st.sampled_from(instants)) + draw(_GAPS)
        ticket = draw(st.sampled_from(sorted(log["ticket"].astype("str").unique())))
        repository = draw(st.sampled_from(["shop", "shop", "app"]))
        actor = draw(st.sampled_from(PERSONS))
        extra.append(
            {
                "ticket": ticket, "at": at, "kind": "commit", "actor": actor, "source": f"git:{repository}",
                "ref": f"c{number}", "seq": 0, "bulk": False,
            }
        )  # fmt: skip
    both = [
        log.astype({"ticket": "str", "actor": "str", "source": "str", "kind": "str"}),
        pd.DataFrame(extra),
    ]
    events = sorted_events(conform(pd.concat(both if extra else both[:1], ignore_index=True), EVENTS))
    rows = []
    for row in events[events["kind"] == "commit"].to_dict("records"):
        merged_at = row["at"] + draw(_GAPS) if draw(st.integers(0, 3)) else None
        released = (merged_at or row["at"]) + draw(_GAPS) if draw(st.integers(0, 2)) else None
        rows.append(
            commit(row["ref"], row["at"], merged_at, released, str(row["source"]).removeprefix("git:"))
        )
    return Joined(
        events,
        conform(pd.DataFrame(rows, columns=COMMITS.names), COMMITS),
        draw(workflows()),
        draw(as_ofs(events)),
    )


def commit(
    name: str,
    written: datetime,
    merged_at: datetime | None,
    released: datetime | None,
    repository: str = "shop",
) -> dict[str, Any]:
    return {
        "commit": name, "repository": repository, "author": "git:x", "committer": "git:x", "authored": written,
        "committed": written, "parents": "", "merged_at": merged_at, "released": released,
    }  # fmt: skip


def facts_of(workflow: Workflow) -> dict[str, StageFacts]:
    return stage_facts(stages_of(workflow))


@pytest.mark.slow
@settings(max_examples=share(8, of=200))
@given(cases())
def test_random_lives_equal_the_definitions(case: Joined) -> None:
    """Every row and column of visits and handoffs, to the microsecond."""
    facts = facts_of(case.workflow)
    told = with_milestones(
        events_of(case.events),
        rows_of(case.commits),
        stage_of=facts,
        within=case.workflow.splits,
        as_of=case.as_of,
    )
    visits = list_visits(told, stage_of=facts, teams=Memberships(case.workflow.team_of), as_of=case.as_of)
    ours = joined(case)
    assert_same(ours[0], visits, VISITS.names)
    assert_same(ours[1], list_handoffs(visits, stage_of=facts), HANDOFFS.names)


@pytest.mark.slow
@settings(max_examples=share(8, of=200))
@given(cases())
def test_visits_tile_the_life_and_waits_and_work_are_the_lead_time(case: Joined) -> None:
    """No gap, no overlap; up to the finish, the loss or as-of, waits plus work are all there is."""
    visits, _, waits = joined(case)
    as_of, ticket = pd.Timestamp(case.as_of), visits["ticket"].astype("str")
    same = ticket == ticket.shift(-1)
    assert (visits["left"][same] == visits["entered"].shift(-1)[same]).all()
    assert (visits["elapsed"] >= pd.Timedelta(0)).all()
    lost = visits["left"].groupby(ticket).last(skipna=False)
    finish = finished_at(visits).fillna(lost).fillna(as_of)
    waited = waits.groupby(waits["ticket"].astype("str"))["elapsed"].sum()
    for name, life in visits.groupby(ticket):
        work = life[(life["kind"] == "work") & (life["entered"] < finish[name])]
        worked = (work["left"].fillna(as_of) - work_start(work)).sum()
        assert waited.get(name, pd.Timedelta(0)) + worked == finish[name] - life["entered"].iloc[0]


@pytest.mark.slow
@settings(max_examples=share(8, of=200))
@given(cases())
def test_without_git_in_the_workflow_nothing_changes(case: Joined) -> None:
    """The very same events, whatever commits are known; and so where commits are known but of no ticket."""
    plain = Joined(case.events, case.commits, parse_workflow(WORKFLOW_TOML), case.as_of)
    as_of, stages = pd.Timestamp(case.as_of), stages_of(plain.workflow)
    milestones = milestones_from_commits(case.events, case.commits, as_of=as_of)
    same = events_with_milestones(case.events, milestones, stages=stages, within={}, as_of=as_of)
    assert same is case.events
    none = joined(case._replace(commits=case.commits[:0]))
    for one, other in zip(joined(plain), none, strict=True):
        pd.testing.assert_frame_equal(
            one.drop(columns=["back"], errors="ignore"), other.drop(columns=["back"], errors="ignore")
        )


@pytest.mark.slow
@settings(max_examples=share(8, of=200))
@given(cases().flatmap(lambda c: st.tuples(st.just(c), shuffles(c.events), shuffles(c.commits))))
def test_names_and_order_of_rows_change_nothing(drawn: tuple[Joined, pd.DataFrame, pd.DataFrame]) -> None:
    """Statuses of the tracker may be called anything, events and commits come in any order."""
    case, events, commits = drawn
    renamed = {status: f"{status}-new" for status in case.workflow.mapping}
    status = events["kind"] == "status"
    sides = {
        side: events[side].astype("str").where(~status, events[side].astype("str").replace(renamed))
        for side in ("before", "after")
    }
    events = events.assign(**{side: words.astype("category") for side, words in sides.items()})
    stages = stages_of(case.workflow).replace({"status": renamed})
    other = joined(case._replace(events=events, commits=commits), stages)
    for one, two in zip(joined(case), other, strict=True):
        pd.testing.assert_frame_equal(one, two)
