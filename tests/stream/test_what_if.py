"""``stream.what_if``: its answers and its refusals, in words for a manager."""

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.real_streams import TRACKERS, real_log, real_workflow
from tests.streams import sample_stream, stream_of
from vsm.config import parse_workflow
from vsm.errors import ConfigError, ParameterError
from vsm.from_log import stream_from_log
from vsm.stream import ValueStream


@pytest.fixture(scope="module")
def before_the_tester(sample_folder: Path) -> ValueStream:
    """The sample as it was when the second tester began."""
    return sample_stream(sample_folder).where(until="2025-09-08")


@pytest.mark.slow
def test_an_answer_has_waits_lead_time_and_how_far_the_replay_misses(before_the_tester: ValueStream) -> None:
    """One sentence for the change and one for the past months, with 90 % intervals."""
    ask = before_the_tester.what_if
    answers = ask([ask.OneMore("In QA", "09:00-13:00")], weeks=13, replications=20)
    first, last = answers.sentences
    assert first.startswith("With one more person on 'In QA' (09:00-13:00): half of the tickets would wait ")
    assert " in 'Waiting for QA' instead of " in first
    assert last.startswith("Replayed on 5 past months the model missed lead times by 8")
    assert answers.refusals.empty
    assert set(answers.scenarios["measure"]) >= {"lead time, median", "finished tickets", "wait, median"}
    assert "<li>With one more person" in answers._repr_html_()


@pytest.mark.slow
def test_a_stage_whose_waits_are_unexplained_is_refused(before_the_tester: ValueStream) -> None:
    """Nobody was busy while tickets waited there, so that somebody more would change nothing that can be seen."""
    ask = before_the_tester.what_if
    answers = ask([ask.OneMore("Reported")], weeks=4, replications=4)
    assert answers.sentences[0] == (
        "No what-if for 'Reported': 8.1 % of its waiting in working time is explained by people being busy, by batches "
        "or by blocks."
    )
    assert answers.refusals["needed"].tolist() == [0.6]
    assert answers.refusals["record"][0].startswith("Record who a ticket waits for")


@pytest.mark.slow
def test_more_tickets_than_are_replayed_are_refused(
    before_the_tester: ValueStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of replays of each of them would take hours; nothing is replayed, and a part may be asked for."""
    monkeypatch.setattr("vsm.what_if.MOST_ARRIVALS", 100)
    monkeypatch.setattr("vsm.findings.scenarios.MOST_ARRIVALS", 100)
    monkeypatch.setattr("vsm.what_if.trust_of_replay", None)
    ask = before_the_tester.where(until="2025-09-01").what_if
    (sentence,) = ask([ask.OneMore("In QA")], weeks=4, replications=4).sentences
    assert re.fullmatch(
        r"No what-if: \d{3} tickets came in the last half year, and 100 are replayed at most\. Ask of a part of the "
        r"stream: stream\.where\(team=…\)\.what_if\.",
        sentence,
    )
    assert ask.trust.empty


@pytest.mark.slow
def test_a_limit_says_what_it_can_and_cannot_show(before_the_tester: ValueStream) -> None:
    """Work is not seen to be quicker with fewer tickets in progress, so a limit would only move the waiting."""
    ask = before_the_tester.what_if
    (sentence, _) = ask([ask.Limit("In development", 4)], weeks=4, replications=4).sentences
    assert sentence.startswith(
        "A limit of 4 in 'In development' cannot be shown to help: with one more ticket in progress"
    )
    assert "a limit moves waiting to before the limit" in sentence


@pytest.mark.slow
def test_nothing_says_who_works_where(before_the_tester: ValueStream) -> None:
    """Stages, and how many people: no names."""
    assert before_the_tester.what_if.stations.columns.tolist() == ["stage", "people", "slots", "hours_a_week"]
    assert before_the_tester.what_if.stations["people"].tolist() == [3, 5, 1, 1]


@pytest.mark.slow
def test_an_unknown_stage_is_named_with_those_that_are_known(before_the_tester: ValueStream) -> None:
    """An answer about nothing would look like one."""
    ask = before_the_tester.what_if
    with pytest.raises(
        ParameterError, match=r"worked on tickets in 'QA' lately.*: 'In triage', 'In development'"
    ):
        ask([ask.OneMore("QA")], weeks=4, replications=4)


@pytest.mark.real
@pytest.mark.parametrize("tracker", TRACKERS)
def test_real_trackers_are_refused_where_waits_are_unexplained(tracker: str, real_data: Path) -> None:
    """Their tickets wait for nobody in particular: no queue of people explains it."""
    log = real_log(real_data, tracker)
    stream = stream_from_log(log, workflow=real_workflow(), as_of=log.events["at"].max())
    answers = stream.what_if([stream.what_if.Arriving(0.8)])
    assert answers.sentences[0].startswith("No what-if: of the working time that tickets waited, ")
    assert answers.refusals["number"][0] < 0.2
    assert answers.scenarios.empty


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("Released(2.5)", "every is 2.5; name a whole number of days"),
        ("Merged('In QA', 'Waiting for QA')", "have the same people; name two stages"),
        ("Split('In QA', 2)", "has 1 people, who cannot be split"),
        ("Arriving(1000)", "name a number from 0 to 10"),
        ("Limit('In QA', 0)", "wip is 0"),
        ("AgentTakesOver('In QA', 0)", "an agent needs at_once"),
        ("OneMore('In QA', '25:00-26:00')", "write them as 09:00-13:00"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    change: str, said: str, before_the_tester: ValueStream
) -> None:
    """None of it ends in a traceback of something else, nor in an answer to another question."""
    ask = before_the_tester.what_if
    with pytest.raises(ParameterError, match=said):
        ask(eval(f"ask.{change}"), weeks=4, replications=4)


@pytest.mark.slow
def test_a_change_in_vsm_toml_that_does_not_fit_is_an_answer_of_its_own() -> None:
    """A page with a wrong stage says so, and shows the others."""
    stream = stream_of(
        *[[("Ready", day), ("Build", 0.5), ("Done", 0)] for day in range(300)],
        by="person-01",
        as_of_day=300,
        settings='[[what_if]]\nchange = "one_more"\nstage = "Biuld"',
    )
    refusal = stream.what_if.refusals["sentence"][0]
    assert refusal.startswith("No what-if")
    assert "nan" not in refusal
    assert "inf" not in refusal


def test_vsm_toml_names_changes() -> None:
    """Each kind has keys of its own."""
    text = '[[what_if]]\nchange = "one_more"\nstage = "In QA"\nhours = "09:00-13:00"\n[[what_if]]\nchange = "released"\nevery = 7'
    text += '\n[[what_if]]\nchange = "without"\nstage = "In QA"\nafter = "In approval"\nkeep_work = true'
    assert [rule.arguments for rule in parse_workflow(text).what_if] == [
        {"stage": "In QA", "hours": "09:00-13:00"},
        {"every": 7},
        {"stage": "In QA", "after": "In approval", "keep_work": True},
    ]


def test_a_change_without_its_keys_is_a_fault() -> None:
    """One that is missing, and one of another change, are both named."""
    with pytest.raises(ConfigError, match=r'change = "limit" needs wip and has no every'):
        parse_workflow('[[what_if]]\nchange = "limit"\nstage = "In QA"\nevery = 7')


def test_weeks_that_cannot_be_are_refused(sample_folder: Path) -> None:
    """Weeks that cannot be are refused before anything is run."""
    ask = sample_stream(sample_folder).what_if
    for wrong in ({"weeks": 0}, {"weeks": 53}, {"weeks": 1.5}, {"replications": 0}, {"replications": 2.5}):
        with pytest.raises(ParameterError, match="weeks go from 1 to 52, replications from 1 on, in whole"):
            ask([], **wrong)
    with pytest.raises(ParameterError, match="'In QA' is no change; ask such as"):
        ask(["In QA"])
    assert isinstance(sample_stream(sample_folder).what_if.explained, pd.DataFrame)
