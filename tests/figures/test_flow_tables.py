"""The small tables beside the lead times: weeks, flow efficiency and the oldest open tickets."""

import re
from typing import Any

import pandas as pd
import pytest

from tests.figures.small_stream import DAY, HOSTILE
from tests.figures.test_tables import shown
from tests.streams import stream_of
from vsm.figures import age_table, weekly_flow_table
from vsm.stream import ValueStream
from vsm.tables import TICKETS, empty

LIFE = [("Ready", 3), ("Build", 1), ("Done", 1)]
START = pd.Timestamp("2026-01-05T09:00", tz="UTC")


def ages_of(stream: ValueStream, **more: Any) -> list[list[str]]:
    return shown(
        age_table(stream.lifecycles, stage_visits=stream.stage_visits, tickets=stream.tickets, **more)
    )


@pytest.mark.slow
def test_weeks_tell_what_came_left_and_is_under_way() -> None:
    """Three came on the first Monday; one was finished on the 9th, one found deleted on the 14th, one is left."""
    stream = stream_of(LIFE, [("Ready", 50)], [("Ready", 50)], gone={2: 9}, as_of_day=15)
    assert shown(weekly_flow_table(stream.lifecycles, as_of=stream.as_of)) == [
        ["2026-01-05", "3", "1", "0", "0", "2"],
        ["2026-01-12", "0", "0", "0", "1", "1"],
        ["2026-01-19", "0", "0", "0", "0", "1"],
    ]


@pytest.mark.slow
def test_only_the_last_weeks_are_shown() -> None:
    """Of fifteen weeks the last twelve, or as many as are asked for; the caption says where the last one ends."""
    stream = stream_of(LIFE)
    table = weekly_flow_table(stream.lifecycles, as_of=stream.as_of)
    assert [row[0] for row in shown(table)][::11] == ["2026-01-26", "2026-04-13"]
    assert "the last week only up to 2026-04-15 09:00" in table.to_html()
    assert len(shown(weekly_flow_table(stream.lifecycles, as_of=stream.as_of, weeks=3))) == 3


@pytest.mark.slow
def test_the_oldest_open_tickets_are_told_with_where_they_are() -> None:
    """Open ones alone: neither finished nor gone; a reopened one is where it is now."""
    back = [("Ready", 3), ("Done", 1), ("Build", 9)]
    stream = stream_of(LIFE, back, [("Ready", 50)], [("Ready", 50)], gone={4: 9}, as_of_day=20)
    assert ages_of(stream) == [
        ["AB-2", "Ticket 2", "Build", "2026-01-05", "20 d"],
        ["AB-3", "Ticket 3", "Ready", "2026-01-05", "20 d"],
    ]
    assert ages_of(stream, most=1) == [["AB-2", "Ticket 2", "Build", "2026-01-05", "20 d"]]


@pytest.mark.slow
def test_no_data_and_nothing_open_are_said_kindly() -> None:
    """Empty tables are no traceback."""
    none = pd.to_datetime([], utc=True)
    lifecycles = pd.DataFrame(
        {"ticket": [], "created": none, "finished": none, "bulk": [], "lead": none - none}
    )
    lifecycles = lifecycles.assign(work=lifecycles["lead"])
    stage_visits = pd.DataFrame({"ticket": [], "stage": [], "left": none})
    assert "Nothing to show." in weekly_flow_table(lifecycles, as_of=START).to_html()
    assert (
        "No ticket is open."
        in age_table(lifecycles, stage_visits=stage_visits, tickets=empty(TICKETS)).to_html()
    )
    assert ages_of(stream_of(LIFE)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_keys_and_stages_are_shown_as_they_are(text: str) -> None:
    """Nothing that somebody typed into a tracker becomes markup."""
    lifecycles = pd.DataFrame([{"ticket": "a", "created": START, "finished": pd.NaT, "lead": DAY}])
    stage_visits = pd.DataFrame([{"ticket": "a", "stage": text, "left": pd.NaT}])
    tickets = pd.DataFrame([{"ticket": "a", "key": text, "summary": text}])
    table = age_table(lifecycles, stage_visits=stage_visits, tickets=tickets)
    body = table.to_html().split("<tbody>")[1]
    assert set(re.findall(r"</?[a-z]+", body)) == {"<tr", "</tr", "<td", "</td", "</tbody", "</table"}
    assert shown(table)[0][:3] == [" ".join(text.split(" ")).strip()] * 3
