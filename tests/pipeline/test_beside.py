"""Are the parts beside the stream made when asked for, once, and not before?"""

from pathlib import Path

import pandas as pd
import pytest

from tests.pipeline.work import done, filled
from vsm import read_stream
from vsm.config import Workflow
from vsm.eventlog.log import Log
from vsm.pipeline import beside, stream_from_log

NOW = pd.Timestamp("2026-01-05", tz="UTC")
MAKERS = {
    "alignment": "alignment_of",
    "blocking": "blocking_network",
    "delivery": "delivery_of",
    "load": "load_of",
    "responsibility": "responsibility_of",
    "rework": "rework_of",
}


@pytest.mark.parametrize("part", MAKERS)
def test_a_part_is_made_when_asked_for_and_once(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a stream makes no part; asking twice gives the same one."""
    made: list[str] = []
    for name in MAKERS.values():
        real = getattr(beside, name)

        def counted(*given: object, _real: object = real, _name: str = name, **more: object) -> object:
            made.append(_name)
            return _real(*given, **more)  # type: ignore[operator]

        monkeypatch.setattr(beside, name, counted)
    stream = stream_from_log(Log(), workflow=Workflow(), as_of=NOW)
    assert made == []
    assert getattr(stream, part) is getattr(stream, part)
    assert made.count(MAKERS[part]) == 1
    assert set(made) <= {MAKERS[part], "alignment_of"}


def test_what_is_changed_in_a_frame_in_place_is_in_no_part_made_later(tmp_path: Path) -> None:
    """Whoever empties their tables gets the parts that an untouched stream has; with names, too."""
    root = filled(tmp_path, *(done(number, 7 + number) for number in range(1, 9)))
    stream, untouched = read_stream(root, names=True), read_stream(root, names=True)
    for frame in (stream.visits, stream.events, stream.tickets, stream.lives, stream.stays, stream.stages):
        for column in list(frame.columns):
            del frame[column]
    assert len(untouched.rework.stages) > 0
    assert len(untouched.load.queues) > 0
    pd.testing.assert_frame_equal(stream.rework.stages, untouched.rework.stages)
    pd.testing.assert_frame_equal(stream.load.queues, untouched.load.queues)
    pd.testing.assert_frame_equal(stream.alignment.tickets, untouched.alignment.tickets)
    pd.testing.assert_frame_equal(stream.responsibility.owners, untouched.responsibility.owners)
