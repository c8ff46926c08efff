"""The tables of a stand-up, and what was agreed: WIP limits and the service level."""

from dataclasses import replace
from typing import Any

import pytest

from tests.streams import stream_of
from vsm.config import ServiceLevel
from vsm.errors import ParameterError
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

DONE = [("Ready", 3), ("Build", 4), ("Done", 1)]
WAITING = [("Ready", 97)]


@pytest.fixture(scope="module")
def stream() -> ValueStream:
    """Thirty of eight days, three that wait, and one that was moved to Build an hour ago; at most two wait."""
    moved = [("Ready", 99.9), ("Build", 0.1)]
    return stream_of(*[DONE] * 30, *[WAITING] * 3, moved, limits={"Ready": 2})


def with_level(stream: ValueStream, **words: Any) -> ValueStream:
    """The same stream, of which this service level is expected."""
    level = ServiceLevel(**words)
    return replace(stream, workflow=stream.workflow.model_copy(update={"service_level": level}))


def test_what_moved_has_its_keys_beside_it(stream: ValueStream) -> None:
    """Since the last working day, or since another one."""
    assert stream.table.moved().data.to_numpy().tolist() == [["Moved on", ("AB-34",), "Ready", "Build", "1"]]
    first = stream.table.moved(since_day="2026-01-05").data
    assert first["What"].tolist() == ["Finished", "New", "New"]
    assert set(first["From"]) == {"–"}


def test_a_day_that_is_none_is_refused(stream: ValueStream) -> None:
    """With an example."""
    with pytest.raises(ParameterError, match=r"since_day is 'Friday'; say a day such as 2026-05-01"):
        stream.table.moved(since_day="Friday")


def test_the_board_says_what_is_over_its_limit_and_over_age(stream: ValueStream) -> None:
    """From right to left, with the keys of what is over age."""
    rows = stream.table.board().data[["Stage", "Keys", "Open", "Over age"]].to_numpy().tolist()
    assert rows == [
        ["Build", (), "1", "0"],
        ["Ready", ("AB-31", "AB-32", "AB-33"), "3 of 2, over the limit", "3"],
    ]


def test_many_keys_are_cut() -> None:
    """A dozen are enough to begin with."""
    many = stream_of(*[DONE] * 100, *[WAITING] * 15)
    (keys,) = many.table.board().data["Keys"]
    assert (len(keys), keys[0], keys[-1]) == (13, "AB-101", "and 3 more")


def test_a_service_level_is_compared_with_what_was_delivered(stream: ValueStream) -> None:
    """All thirty took seven days; what is open is older than that."""
    row = with_level(stream, days=7.5).table.service_level().data.iloc[0]
    assert row["Service level"] == "85 % within 7.5 days (lead time)"
    assert row["Kept"].startswith("100 % (")
    assert row["Open beyond it"] == "4"
    cycle = with_level(stream, days=3, of="cycle time").table.service_level().data.iloc[0]
    assert cycle["Kept"].startswith("0 % (")
    assert cycle["Open beyond it"] == "0"


def test_without_a_service_level_the_table_says_how_to_set_one(stream: ValueStream) -> None:
    """No empty page."""
    assert "add [service_level] with days to vsm.toml" in stream.table.service_level().to_html()


def test_limits_stand_above_their_columns_and_the_service_level_is_a_line(stream: ValueStream) -> None:
    """In the chart of its measure alone; a limit that is exceeded has a colour of its own."""
    figure = with_level(stream, days=14).plot.ageing_work()
    ready, build = [note.text for note in figure.layout.annotations if note.name == "counts"]
    assert ready.startswith("<b style='color:#d55e00'>3 of 2</b>")
    assert build.startswith("<b>1 open</b>")
    (line,) = [trace for trace in figure.data if trace.name == "service level: 85 % within 14 d"]
    assert list(line.y) == [14, 14]
    assert not [
        trace.name for trace in stream.plot.ageing_work(measure="stay").data if "service" in str(trace.name)
    ]


def test_nothing_blocked_and_nothing_open_are_said_in_a_sentence(stream: ValueStream) -> None:
    """Instead of empty tables."""
    assert "Nothing is blocked." in stream.table.blocked().to_html()
    assert "No ticket is open." in stream_of(*[DONE] * 2).table.board().to_html()
