"""``stream.forecast``: questions about what comes, in sentences that bear their measured hit rate."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.jira_bodies import issue, log_from_jira
from tests.real_streams import TRACKERS, real_log, real_workflow
from tests.streams import STAGES, START, Life, sample_stream, stream_of
from vsm.config import parse_workflow
from vsm.errors import ParameterError
from vsm.findings import scored
from vsm.forecaster import forecasts_of_reports
from vsm.from_log import stream_from_log
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow
DAYS = 300


def steady(*more: Life, **settings: Any) -> ValueStream:
    """One ticket is finished every day for 300 days; ``more`` are as given."""
    done: list[Life] = [[("Ready", day), ("Build", 0.5), ("Done", 0)] for day in range(DAYS)]
    return stream_of(*done, *more, as_of_day=DAYS, **settings)


@pytest.fixture(scope="module")
def stream() -> ValueStream:
    """The steady stream, with three tickets in Build and one in Ready."""
    return steady(*[[("Ready", 299.0), ("Build", 0.0)]] * 3, [("Ready", 0.0)])


def test_how_many_is_a_sentence_with_its_hit_rate(stream: ValueStream) -> None:
    """28 of 28 days; all past forecasts held."""
    said = str(stream.forecast.how_many(weeks=4))
    assert re.fullmatch(
        r"In the next four weeks 28 or more tickets will be finished \(in 85 of 100 cases; forecasts made this "
        r"way held in 100 % of \d+ weeks, \d\d % to 100 %\)\.",
        said,
    )


def test_when_is_a_date(stream: ValueStream) -> None:
    """Ten tickets at one a day are done on the tenth day."""
    due = START + pd.Timedelta(days=DAYS + 10)
    assert f"10 more tickets will be finished by {due:%Y-%m-%d} (in 85 of 100 cases;" in str(
        stream.forecast.when(items=10)
    )


def test_the_open_work_of_a_stage_is_counted_and_what_it_supposes_is_said(stream: ValueStream) -> None:
    """Three are in Build: three days, if they come next; four, if all that is open comes first."""
    answer = stream.forecast.when(stage="Build")
    early, late = (f"{START + pd.Timedelta(days=DAYS + days):%Y-%m-%d}" for days in (3, 4))
    assert answer.answers["amount"].unique().tolist() == [3]
    assert f"The 3 open tickets of 'Build' will be finished by {early}" in str(answer)
    assert "supposes that the team finishes these next, before any other ticket and any new one" in str(
        answer
    )
    assert f"If all 4 tickets that are open now come first, it is {late}" in str(answer)


def test_tickets_are_asked_for_by_their_keys(stream: ValueStream) -> None:
    """Those that are done are not counted."""
    keys = stream.tickets["key"].astype("str")
    answer = stream.forecast.when(tickets=[keys.iloc[0], *keys.tail(2)])
    assert answer.answers["amount"].unique().tolist() == [2]
    assert str(answer).startswith(f"The 2 open tickets of {keys.iloc[0]}, ")


def test_one_ticket_is_asked_for_by_its_key(stream: ValueStream) -> None:
    """It is named, and what the date supposes is said of it alone."""
    key = str(stream.tickets["key"].iloc[-1])
    said = str(stream.forecast.when(tickets=key))
    assert said.startswith(f"{key} will be finished by ")
    assert (
        "supposes that the team finishes it next, before any other ticket and any new one, and that it"
        in said
    )
    assert said == str(stream.forecast.when(tickets=[key, key]))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "ask for one of items, tickets, epic, sprint, stage; given: none"),
        ({"items": 3, "stage": "Build"}, "given: items, stage"),
        ({"items": -1}, "items is -1; give a whole number from 1 on"),
        ({"stage": "Test"}, "stage is 'Test', which no ticket has; known: Build, Ready"),
        ({"epic": "AB-9999"}, "epic is 'AB-9999', which no ticket has; known: none"),
        ({"sprint": "S 1"}, "sprint is 'S 1', which no ticket has; known: none"),
        ({"tickets": ["AB-1"]}, "nothing of AB-1 is open: 1 unit of work known, all done"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_is_known(
    asked: dict[str, Any], message: str, stream: ValueStream
) -> None:
    """The message says what to ask instead."""
    with pytest.raises(ParameterError, match=re.escape(message)):
        stream.forecast.when(**asked)


def test_an_epics_open_tickets_are_counted_with_those_of_its_children() -> None:
    """Two of three stories below the epic are open; the epic itself is no unit of work."""
    kinds = "\n".join(
        f'[[stage]]\nname = "{name}"\nkind = "{kind}"\nstatuses = ["jira:{status}"]'
        for name, (status, kind) in STAGES.items()
    )
    epic = issue(1, now="3", issuetype={"name": "Epic", "hierarchyLevel": 1, "subtask": False})
    stories = [
        issue(n, now=now, parent={"id": "1001", "key": "AB-1"}) for n, now in ((2, "3"), (3, "1"), (4, "6"))
    ]
    log = log_from_jira([epic, *stories])
    small = stream_from_log(log, workflow=parse_workflow(kinds), as_of=START + pd.Timedelta(days=9))
    answer = small.forecast.when(epic="AB-1")
    assert answer.answers["amount"].unique().tolist() == [2]
    assert str(answer).startswith("No forecast: 9 days are on record")


@pytest.mark.parametrize("state", ["active", "future"])
def test_a_sprints_open_tickets_are_counted_before_it_begins_too(state: str) -> None:
    """Two of the three that are planned for July are open; one is in another sprint."""
    kinds = "\n".join(
        f'[[stage]]\nname = "{name}"\nkind = "{kind}"\nstatuses = ["jira:{status}"]'
        for name, (status, kind) in STAGES.items()
    )
    july = {"id": 14, "name": "July", "state": state, "boardId": 1}
    june = {"id": 13, "name": "June", "state": "active", "boardId": 1}
    begun = {"startDate": "2026-01-06T09:00:00.000Z"}
    bodies = [
        issue(n, now=now, customfield_10020=[of | begun if of["state"] == "active" else of])
        for n, now, of in ((1, "3", july), (2, "1", july), (3, "6", july), (4, "3", june))
    ]
    small = stream_from_log(
        log_from_jira(bodies), workflow=parse_workflow(kinds), as_of=START + pd.Timedelta(days=9)
    )
    answer = small.forecast.when(sprint="July")
    assert answer.answers["amount"].unique().tolist() == [2]
    with pytest.raises(ParameterError, match="sprint is 'May', which no ticket has; known: July, June"):
        small.forecast.when(sprint="May")


def test_a_refused_question_says_what_to_record() -> None:
    """A stream of ten days has no forecast; its findings and its page say so."""
    young = stream_of([("Ready", 1), ("Build", 1), ("Done", 0)], as_of_day=10)
    why = "No forecast: 10 days are on record, of the 91 needed. It can be made once 13 weeks are recorded."
    assert str(young.forecast.how_many(weeks=2)) == why
    assert why in str(young.forecast)
    assert young.forecast.how_many(weeks=2)._repr_html_() == f"<p>{why}</p>"


def test_levels_are_a_table_in_a_notebook(stream: ValueStream) -> None:
    """50, 70, 85 and 95 of 100, each with its hit rate."""
    html = stream.forecast.when(items=10)._repr_html_()
    assert html.count("<tr>") == 5
    assert ">85 of 100</td>" in html


def test_a_cut_is_counted_anew() -> None:
    """A window of 150 days bears four weeks, and is too short for twelve."""
    whole = steady(by="person-01")
    since = f"{START + pd.Timedelta(days=150):%Y-%m-%d}"
    recent = whole.where(since=since)
    answers = recent.forecasts.answers
    assert answers.loc[answers["amount"] == 28, "answer"].tolist() == [28] * 4
    assert answers.loc[answers["amount"] == 84, "verdict"].tolist() == ["refused"] * 4


@pytest.mark.parametrize("tracker", TRACKERS)
def test_real_trackers_are_forecast(tracker: str, real_data: Path) -> None:
    """A sentence with a tested hit rate comes out of both."""
    log = real_log(real_data, tracker)
    stream = stream_from_log(log, workflow=real_workflow(), as_of=log.events["at"].max())
    assert "forecasts made this way held in 8" in str(stream.forecast)


def test_the_sample_is_forecast(sample_folder: Path) -> None:
    """Its two releases of the next four weeks: some thirty tickets."""
    answers = sample_stream(sample_folder).forecast.answers
    row = answers[(answers["amount"] == 28) & (answers["level"] == 0.85)].iloc[0]
    assert (row["verdict"], row["block_days"]) == ("tested", 14)
    assert 25 <= row["answer"] <= 37


def test_what_an_earlier_report_forecast_is_scored_by_a_later_one(sample_folder: Path) -> None:
    """A report of January is held against what was finished by February; what it was is what is known now of then."""
    stream = sample_stream(sample_folder)
    kept = forecasts_of_reports(stream.where(until="2026-01-19"), ({"rule": "queue", "subject": "QA"},))
    assert [(old["made"], "held" in old) for old in kept] == [("2026-01-19T00:00:00+00:00", False)]
    now = forecasts_of_reports(stream, kept)
    hits = stream.forecasts.hits
    day = pd.Timestamp("2026-01-19", tz="UTC")
    asked = hits[(hits["amount"] == 28) & (hits["level"] == 0.85) & (hits["origin"] == day)].iloc[0]
    assert (now[0]["answer"], now[0]["actual"], now[0]["held"]) == tuple(asked[["answer", "actual", "held"]])
    assert scored(now).endswith(f"by 2026-02-16, and {now[0]['actual']} were finished.")
