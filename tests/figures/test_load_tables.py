"""The tables of load: shares, switches, growth with its interval, busy times; few told as such."""

import pandas as pd

from tests.figures.small_stream import DAY, START
from tests.figures.test_tables import shown
from vsm.figures import active_table, queue_growth_table, switching_table

NAN = float("nan")
TEAM = {
    "team": "web", "people": 6, "tickets": 528, "time": 1989 * DAY, "one": 0.6, "two": 0.385, "more": 0.015,
    "days": 40, "median": 1.0, "p85": 3.5,
}  # fmt: skip
QUEUE = {
    "stage": "Ready", "weeks": 26, "arrivals": 30, "departures": 4, "bulk": 2, "length": 40, "growth": 1.0,
    "low": 0.04, "high": 2.0, "recent": 2.0, "recent_low": 0.0, "recent_high": 4.0, "verdict": "grows",
}  # fmt: skip


def test_a_team_has_its_shares_and_switches() -> None:
    """60 of 100 hours with one ticket; on half of the days one switch."""
    assert shown(switching_table(pd.DataFrame([TEAM]))) == [
        ["web", "6", "528", "60 %", "38 %", "1.5 %", "1,989 d", "40", "1", "3.5"]
    ]


def test_few_tickets_and_days_are_told_in_words() -> None:
    """The counts stay."""
    few = pd.DataFrame([TEAM | dict.fromkeys(("one", "two", "more", "median", "p85"), NAN)])
    assert shown(switching_table(few))[0].count("too few to say") == 5


def test_growth_bears_its_sign_and_interval() -> None:
    """One more a week; one that shrinks; one that tells nothing."""
    rows = [
        QUEUE,
        QUEUE | {"growth": -1.25, "low": -2.0, "high": -0.04, "verdict": "shrinks"},
        QUEUE
        | dict.fromkeys(("growth", "low", "high", "recent", "recent_low", "recent_high"), NAN)
        | {"verdict": "too few to say"},
    ]
    table = shown(queue_growth_table(pd.DataFrame(rows)))
    assert table[0] == [
        "Ready",
        "grows",
        "+1.0 (+0.04 to +2.0)",
        "+2.0 (0 to +4.0)",
        "40",
        "30",
        "4",
        "2",
        "26",
    ]
    assert table[1][1:3] == ["shrinks", "−1.2 (−2.0 to −0.04)"]
    assert table[2][1:4] == ["too few to say"] * 3


def test_the_latest_week_comes_first() -> None:
    """Two of three weeks are asked for."""
    week = {"team": "web", "since": START, "until": START + DAY, "length": DAY, "share": 0.5, "teams": 3}
    table = active_table(pd.DataFrame([{"week": START + 7 * n * DAY} | week for n in (1, 2, 3)]), most=2)
    begun, ends = f"{START:%Y-%m-%d}", [f"{START + 7 * n * DAY:%Y-%m-%d}" for n in (3, 2)]
    assert shown(table) == [[end, "web", "1 d", begun, "50 %", "3"] for end in ends]


def test_nothing_is_told_kindly() -> None:
    """What lacks; where to say it stands in the table of active periods, beside it."""
    assert "No multitasking in a known team" in switching_table(pd.DataFrame([TEAM]).iloc[:0]).to_html()
    assert "has waited in a queue" in queue_growth_table(pd.DataFrame([QUEUE]).iloc[:0]).to_html()
