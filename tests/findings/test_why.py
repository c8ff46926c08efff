"""The cause of the costliest waiting is claimed where it surely leads, with its number, and nowhere else."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.streams import sample_stream
from vsm.findings import Findings
from vsm.findings.past import Evidence
from vsm.findings.ranked import PAST
from vsm.findings.why import BECAUSE, Leading, leading_cause
from vsm.model.causes import MEANINGS
from vsm.tables import CAUSES, WAITS, conform

HOUR = pd.Timedelta(hours=1)
MONDAY = pd.Timestamp("2026-01-05T09:00", tz="UTC")
NIGHT = 16


def waits(*hours: dict[str, int]) -> pd.DataFrame:
    """One wait a ticket in 'Queue', in pieces: cause → hours; a night off lies at the end of each."""
    rows = []
    for number, pieces in enumerate(hours):
        start = MONDAY
        for cause, long in [*pieces.items(), ("non-working time", NIGHT)]:
            end = start + long * HOUR
            working = 0 if cause == "non-working time" else long
            rows.append(
                {
                    "ticket": f"t{number:02}", "n": 0, "handoff": 0, "stage": "Queue", "cause": cause,
                    "start": start, "end": end, "elapsed": long * HOUR, "working": working * HOUR,
                    "bulk": False,
                }
            )  # fmt: skip
            start = end
    return conform(pd.DataFrame(rows), WAITS)


def lifecycles(tickets: int, lead: int = 40) -> pd.DataFrame:
    """Three of them are finished a week."""
    finished = [MONDAY + lead * HOUR + pd.Timedelta(weeks=number // 3) for number in range(tickets)]
    names = [f"t{number:02}" for number in range(tickets)]
    return pd.DataFrame({"ticket": names, "lead": lead * HOUR, "finished": finished, "bulk": False})


def evidence(waited: pd.DataFrame, *, kind: str = "queue") -> Evidence:
    """One stage holds 24 of 40 hours of each of 12 tickets; nothing else costs anything."""
    done = lifecycles(12)
    share = {
        "stage": "Queue", "kind": kind, "tickets": 12, "total": 288 * HOUR, "share": 0.6, "low": 0.5,
        "high": 0.7, "median": 24 * HOUR, "p85": 24 * HOUR,
    }  # fmt: skip
    costs: dict[str, list[str]] = {"from_team": [], "to_team": []}
    return Evidence(
        pd.DataFrame({"ticket": done["ticket"], "key": done["ticket"].str.upper()}),
        pd.DataFrame({"ticket": [], "handoff": [], **costs}),
        waits=waited,
        stage_visits=done.assign(stage="Queue", elapsed=24 * HOUR),
        lifecycles=done,
        shares=pd.DataFrame([share]),
        batches=pd.DataFrame(
            {"stage": [], "batches": [], "batched": [], "departures": [], "beyond_chance": []}
        ),
        costs=pd.DataFrame(costs),
        returns=pd.DataFrame(),
        minimum=12,
    )


def leading(waited: pd.DataFrame, lives: pd.DataFrame) -> Leading | None:
    """The leading cause as rules ask for it: of completed tickets, without bulk edits."""
    known = replace(evidence(waited), lifecycles=lives)
    return leading_cause(known.waited, known.lead, minimum=12)


def claimed(known: Evidence) -> Findings:
    """What all rules about the past claim."""
    return Findings(finding for rule in PAST for finding in rule(known))


def test_the_cause_with_most_working_time_leads() -> None:
    """Of 12 tickets each was at capacity for 6 and unexplained for 2 hours; the longer night is nobody's cause."""
    found = leading(waits(*[{"at capacity": 6, "unexplained": 2}] * 12), lifecycles(12))
    assert found is not None
    assert (found.cause, found.tickets, found.waited) == ("at capacity", 12, 12)
    assert (found.part, found.low, found.high) == (0.75, 0.75, 0.75)
    assert found.cost == 72 * HOUR
    assert found.share == pytest.approx(6 / 40)
    assert found.bounds == pytest.approx((6 / 40, 6 / 40))


def test_the_longest_of_the_cause_are_named() -> None:
    """Those that waited 23, 22, … hours because somebody was busy, not those that waited idly."""
    hours = [{"at capacity": number + 12, "unexplained": 1} for number in range(12)]
    found = leading(waits(*hours, {"unexplained": 20}), lifecycles(13))
    assert found is not None
    assert list(found.longest) == ["t11", "t10", "t09", "t08", "t07"]
    assert (found.tickets, found.waited) == (12, 13)


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        ([{"at capacity": 6}] * 11, "eleven tickets, one short of the minimum"),
        ([{"at capacity": 9}] * 11 + [{"unexplained": 1}] * 12, "enough tickets, but not of that cause"),
        ([{"at capacity": 5}] * 12 + [{"unexplained": 4}] * 12, "the interval reaches down to the second"),
        ([{}] * 12, "nights alone have no working time"),
    ],
)
def test_nothing_is_said_where_the_lead_is_not_sure(hours: list[dict[str, int]], why: str) -> None:
    """Too few to say, too close to say, nothing to say."""
    assert leading(waits(*hours), lifecycles(len(hours))) is None, why


def test_open_tickets_and_clean_up_weigh_nothing() -> None:
    """The same waiting, of tickets that are not finished, or of a bulk edit."""
    waited = waits(*[{"at capacity": 6}] * 12)
    still = lifecycles(12).assign(finished=pd.Series([None] * 12, dtype="datetime64[us, UTC]"))
    assert leading(waited, still) is None
    assert leading(waited.assign(bulk=True), lifecycles(12)) is None


def test_waits_without_causes_say_nothing() -> None:
    """Whole waits, before anybody looked for causes."""
    whole = waits(*[{"at capacity": 6}] * 12)
    assert leading(whole.assign(cause=whole["cause"].mask(whole["n"] == 0)), lifecycles(12)) is None


def test_every_working_cause_can_be_said() -> None:
    """Non-working time has no working time; each of the other seven has words, in the same order."""
    assert list(BECAUSE) == [cause for cause in CAUSES if cause != "non-working time"]


@pytest.mark.parametrize("cause", BECAUSE)
def test_the_claim_names_cause_number_and_experiment(cause: str) -> None:
    """Beside the queue's own claim, with the caveat and the experiment of its cause."""
    found = claimed(evidence(waits(*[{cause: 8}] * 12)))
    (why,) = found.about("why")
    least = "At least " if cause == "unexplained" else ""
    assert why.claim == (
        f"{least}100 % (95 % CI 100 % to 100 %) of the working time that finished work waited in 'Queue' was spent "
        f"{BECAUSE[cause]} (n = 12 of 12 tickets that waited there)."
    )
    assert (why.caveat, why.experiment) == (MEANINGS[cause].caveat, MEANINGS[cause].experiment)
    assert why.share == pytest.approx(8 / 40)
    assert why.tickets == ("T00", "T01", "T02", "T03", "T04")
    assert [finding.rule for finding in found] == ["queue", "why"]


def test_an_outside_stage_need_not_say_that_it_waits_outside() -> None:
    """The workflow says so already; that it was blocked there is news."""
    told = [evidence(waits(*[{cause: 8}] * 12), kind="external") for cause in ("external", "blocked")]
    assert [len(claimed(each).about("why")) for each in told] == [0, 1]


def test_the_cause_at_a_handoff_is_claimed() -> None:
    """No queue, one handoff between teams: the waits of that handoff are weighed."""
    known = evidence(waits(*[{"overtaken": 8}] * 12), kind="work")
    pair = {"from_team": "dev", "to_team": "qa"}
    costs = pair | {
        "tickets": 12, "handoffs": 12, "median": 24 * HOUR, "wait": 288 * HOUR, "share": 0.6, "low": 0.5,
        "high": 0.7,
    }  # fmt: skip
    handoffs = pd.DataFrame({"ticket": known.lifecycles["ticket"], "handoff": 0, "wait": 24 * HOUR} | pair)
    told = Evidence(
        known.tickets, handoffs, waits=known.waits, stage_visits=known.stage_visits, lifecycles=known.lifecycles, shares=known.shares,
        batches=known.batches, costs=pd.DataFrame([costs]), returns=known.returns,
        minimum=12,
    )  # fmt: skip
    (why,) = claimed(told).about("why")
    assert why.subject == "dev → qa"
    assert "waited from dev → qa was spent while the receiver worked on later tickets" in why.claim


def test_the_planted_tester_is_busy(sample_folder: Path) -> None:
    """One tester for five developers: the queue waits since older work is in hand."""
    (why,) = sample_stream(sample_folder).past_findings.about("why")
    assert why.subject == "development → quality"
    assert BECAUSE["at capacity"] in why.claim
    assert why.n >= 12
