"""Each claim about the past says what its data bear, and nothing under the minimum."""

from pathlib import Path

import pandas as pd
import pytest

from tests.streams import sample_stream, stream_of
from vsm.findings import Finding, Findings
from vsm.findings.durations import time_of
from vsm.findings.finding import Basis, parts_by_key
from vsm.findings.past import Evidence
from vsm.findings.ranked import PAST
from vsm.stream import ValueStream
from vsm.tables import WAITS, empty


@pytest.fixture(scope="module")
def planted(sample_folder: Path) -> ValueStream:
    return sample_stream(sample_folder)


def claimed(evidence: Evidence) -> list[Finding]:
    """What all rules about the past claim, in their order."""
    return [finding for rule in PAST for finding in rule(evidence)]


@pytest.mark.slow
def test_the_planted_queue_and_batch_are_the_top_findings(planted: ValueStream) -> None:
    """One tester for five developers, and a release every second Thursday: first and second, as planted."""
    handoff, first, second = planted.past_findings[:3]
    assert (handoff.rule, handoff.subject) == ("handoff", "development → quality")
    assert (first.rule, first.subject) == ("queue", "Waiting for QA")
    assert (second.rule, second.subject) == ("batch", "Waiting for release")
    assert "one every 14 d" in second.claim
    assert first.low < first.share < first.high


@pytest.mark.slow
def test_findings_carry_number_interval_evidence_caveat_and_experiment(planted: ValueStream) -> None:
    """A claim without these is an opinion."""
    for finding in planted.past_findings:
        assert finding.n >= 12
        assert finding.tickets
        assert all(key.startswith("SHOP-") for key in finding.tickets)
        assert finding.caveat
        assert finding.experiment
        assert 0.01 <= finding.share <= 1
    costs = [finding.cost for finding in planted.past_findings]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.slow
def test_findings_can_be_chosen_by_rule(planted: ValueStream) -> None:
    """In their order; that there are none of a kind is said as such, not as too few tickets."""
    chosen = planted.past_findings.about("queue", "return")
    assert {finding.rule for finding in chosen} == {"queue", "return"}
    assert list(chosen) == [
        finding for finding in planted.past_findings if finding.rule in ("queue", "return")
    ]
    assert str(planted.past_findings.about("nothing")) == "The data do not support a claim of this kind."
    assert "do not support" in planted.past_findings.about("nothing")._repr_html_()


def test_no_person_is_named(planted: ValueStream) -> None:
    """We measure the system: no claim speaks of a person."""
    people = {person.name for person in planted.workflow.persons}
    assert people
    text = " ".join(f"{f.claim} {f.caveat} {f.experiment} {f.subject}" for f in planted.past_findings)
    assert not [name for name in people if name in text]


def test_only_the_costliest_handoff_is_named_beside_the_queue_that_it_waits_in(planted: ValueStream) -> None:
    """Development → quality waits in the QA queue, and is named all the same; smaller ones are the queue's."""
    handoffs = planted.past_findings.about("handoff")
    assert [finding.subject for finding in handoffs] == ["development → quality"]
    assert handoffs[0].trust == "sound"


@pytest.mark.slow
def test_too_few_tickets_claim_nothing() -> None:
    """Eleven delivered tickets, one short of the minimum."""
    assert stream_of(*[[("Ready", 3), ("Build", 4), ("Done", 1)]] * 11).past_findings == ()


@pytest.mark.slow
def test_a_queue_is_claimed_with_its_share() -> None:
    """Twelve tickets of one week wait 3 of 4 days each in one queue: 75 %, and one week has no interval."""
    stream = stream_of(*[[("Ready", 3), ("Build", 1), ("Done", 1)]] * 12)
    (finding,) = [f for f in stream.past_findings if f.rule == "queue"]
    assert finding.claim == (
        "75 % of lead time is spent waiting in 'Ready' "
        "(12 of 12 delivered tickets; median 3 d, 85th percentile 3 d)."
    )
    assert finding.cost == pd.Timedelta(days=36)


@pytest.mark.slow
def test_returns_weigh_only_what_was_done_again() -> None:
    """Back from Build to Ready (2 days) and Build again (1 day): three days each of ten."""
    life = [("Ready", 3), ("Build", 4), ("Ready", 2), ("Build", 1), ("Done", 1)]
    (finding,) = [f for f in stream_of(*[life] * 12).past_findings if f.rule == "return"]
    assert finding.share == pytest.approx(0.3)
    assert finding.claim == (
        "12 of 12 delivered tickets (100 %) returned to a stage that they had left, and spent 3 d there again "
        "(median): 30 % of lead time."
    )


@pytest.mark.slow
def test_a_stage_entered_late_for_the_first_time_is_no_return() -> None:
    """Work that began before it was opened went another way; it came back to nothing."""
    life = [("Build", 4), ("Ready", 3), ("Done", 1)]
    assert [f for f in stream_of(*[life] * 12).past_findings if f.rule == "return"] == []


def test_evidence_names_finished_tickets_alone() -> None:
    """The longest wait of all is an open ticket's; the claim does not rest on it."""
    day, now = pd.Timedelta(days=1), pd.Timestamp("2026-01-05", tz="UTC")
    ids = [f"t{number}" for number in range(13)]
    finished = [now] * 12 + [pd.NaT]
    lifecycles = pd.DataFrame({"ticket": ids, "finished": finished, "bulk": False, "lead": 9 * day})
    pair = {"from_team": "dev", "to_team": "qa", "wait": [n * day for n in range(13)], "handoff": range(13)}
    costs = {
        "from_team": "dev",
        "to_team": "qa",
        "tickets": 12,
        "handoffs": 12,
        "median": day,
        "wait": 66 * day,
    }
    nothing = pd.DataFrame({"handoff": [], "stage": [], "kind": [], "elapsed": []})
    evidence = Evidence(
        pd.DataFrame({"ticket": ids, "key": [name.upper() for name in ids]}),
        pd.DataFrame({"ticket": ids} | pair),
        waits=empty(WAITS),
        stage_visits=lifecycles,
        lifecycles=lifecycles,
        shares=nothing,
        batches=pd.DataFrame(
            {"stage": [], "batches": [], "batched": [], "departures": [], "beyond_chance": []}
        ),
        costs=pd.DataFrame([costs | {"share": 0.5, "low": 0.4, "high": 0.6}]),
        returns=pd.DataFrame(),
        minimum=12,
    )
    (finding,) = claimed(evidence)
    assert finding.tickets == ("T11", "T10", "T9", "T8", "T7")
    assert finding.claim == (
        "Handoffs from dev to qa take 50 % (95 % CI 40 % to 60 %) of lead time: work waits 1 d (median) "
        "until qa starts (n = 12 handoffs, 12 of 12 delivered tickets)."
    )


@pytest.mark.slow
def test_a_stay_of_a_bulk_edit_is_no_evidence(planted: ValueStream) -> None:
    """Where the longest stays in the QA queue were ended by a bulk edit, others show the claim."""
    stage_visits = planted.stage_visits.astype({"bulk": "bool"})
    key = planted.tickets.set_index(planted.tickets["ticket"].astype("str"))["key"].astype("str")
    longest = stage_visits["stage"].eq("Waiting for QA") & stage_visits["ticket"].map(key).isin(
        planted.past_findings.about("queue")[0].tickets
    )
    evidence = Evidence(
        planted.tickets, planted.handoffs, planted.waits, stage_visits=stage_visits.assign(bulk=stage_visits["bulk"] | longest),
        lifecycles=planted.lifecycles, shares=planted.stage_shares, batches=planted.batches, costs=planted.handoff_costs,
        returns=pd.DataFrame(),
        minimum=12,
    )  # fmt: skip
    found = claimed(evidence)
    (queue,) = [f for f in found if f.rule == "queue" and f.subject == "Waiting for QA"]
    assert len(queue.tickets) == 5
    assert not set(queue.tickets) & set(planted.past_findings.about("queue")[0].tickets)


@pytest.mark.slow
def test_findings_show_themselves_escaped() -> None:
    """A stage called like a tag is shown as text."""
    stream = stream_of(*[[("Ready", 3), ("Build", 1), ("Done", 1)]] * 12, names={"Ready": "<img src=x>"})
    html = stream.past_findings._repr_html_()
    assert "&lt;img src=x&gt;" in html
    assert "<img" not in html
    assert "Nothing to show" in Findings()._repr_html_()


def test_the_time_of_tickets_beyond_292_years_is_summed() -> None:
    """In pandas' own unit it would not fit: a hundred thousand tickets have as much."""
    parts = {f"T-{number}": time_of(3e9) for number in range(20)}
    (line,) = [line for line in Basis("", "", "", parts).lines() if line.startswith("Tickets: ")]
    assert line.endswith("T-9 34,722 d, 10 others together 347,222 d.")


def test_a_number_lists_a_thousand_of_its_tickets_and_sums_the_others() -> None:
    """Each of dozens of findings would name every ticket of hundreds of thousands, and show ten of them."""
    seconds = pd.Series({f"jira:{number}": 3600.0 + number for number in range(1500)})
    key = pd.Series({f"jira:{number}": f"T-{number}" for number in range(1500)})
    made = parts_by_key(seconds, key=key)
    assert len(made["parts"]) == 1000
    assert next(iter(made["parts"])) == "T-1499"
    assert made["more"] == (500, time_of(float(seconds.iloc[:500].sum())))
    (line,) = [line for line in Basis("", "", "", **made).lines() if line.startswith("Tickets: ")]
    assert line.endswith(", 1,490 others together 75 d.")
