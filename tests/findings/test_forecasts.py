"""Claims about what comes: a number with its hit rate, doubt instead of zero, and the tickets at risk."""

from typing import Any, NamedTuple

import pandas as pd

from vsm.config import parse_workflow
from vsm.findings.forecasts import findings_about_what_comes, forecast_sentence, hit_words, usual_answer

NOW = pd.Timestamp("2026-03-06", tz="UTC")
WORKFLOW = parse_workflow("[service_level]\ndays = 14\n")
TICKETS = pd.DataFrame({"ticket": ["a", "b", "c", "d", "e"], "key": ["AB-1", "AB-2", "AB-3", "AB-4", "AB-5"]})
ROW: dict[str, Any] = {
    "question": "how many", "amount": 28, "level": 0.85, "answer": 12, "verdict": "tested", "why": None,
    "due": NOW, "held": 0.84, "held_low": 0.77, "held_high": 0.9, "outcomes": 179, "block_days": 14,
}  # fmt: skip
CHANCES = pd.DataFrame(
    {"ticket": ["a", "b", "c", "d", "e"], "chance": [0.0, 0.2, 0.4, 0.9, float("nan")], "n": 20}
)


class Tables(NamedTuple):
    """What claims are made from."""

    answers: pd.DataFrame
    service_level: pd.DataFrame = CHANCES


def test_zero_tickets_are_said_as_doubt() -> None:
    """ "0 or more" would be a number that says nothing."""
    row = ROW | {"amount": 14, "answer": 0, "verdict": "not yet tested", "outcomes": 1}
    said = forecast_sentence(row)
    assert said.startswith(
        "Possibly no ticket will be finished in the next two weeks: that happens in more than 15 of 100 cases ("
    )
    assert "of 1 past forecast are known" in hit_words(row)
    found = findings_about_what_comes(
        Tables(pd.DataFrame([row])), tickets=TICKETS, workflow=WORKFLOW, as_of=NOW
    )
    assert found[0].title == "Possibly no ticket in the next two weeks"


def test_four_weeks_are_forecast_else_two() -> None:
    """Where the record is too short for four weeks, two are said."""
    short = ROW | {"amount": 14, "answer": 5, "verdict": "not yet tested"}
    refused = ROW | {"verdict": "refused", "why": "No forecast: too short.", "answer": pd.NA}
    both = [usual_answer(pd.DataFrame(rows)) for rows in ([short, ROW], [short, refused], [refused])]
    assert [row and row["amount"] for row in both] == [28, 14, None]


def test_where_nothing_is_forecast_the_reason_is_said() -> None:
    """The refusal of four weeks, with its number."""
    refused = ROW | {"verdict": "refused", "why": "No forecast: 60 days are on record.", "answer": pd.NA}
    tables = Tables(pd.DataFrame([refused]), CHANCES.iloc[:0])
    found = findings_about_what_comes(tables, tickets=TICKETS, workflow=WORKFLOW, as_of=NOW)
    assert str(found) == "From 2026-03-06 on:\nNo forecast: 60 days are on record."


def test_tickets_that_may_miss_the_service_level_are_named_the_likeliest_first() -> None:
    """Two are less likely than not; one cannot any more; of one it cannot be said."""
    found = findings_about_what_comes(
        Tables(pd.DataFrame([ROW])), tickets=TICKETS, workflow=WORKFLOW, as_of=NOW
    )
    (claim,) = found.about("service level")
    assert claim.claim == (
        "2 open tickets of 4 are less likely than not to meet the service level (85 % within 14 days "
        "(lead time)); 1 cannot any more. Of 1 it cannot be said."
    )
    assert claim.tickets == ("AB-3", "AB-2")
