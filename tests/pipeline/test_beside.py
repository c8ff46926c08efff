"""Are the parts beside the stream made when asked for, once, and not before?"""

import pandas as pd
import pytest

from vsm.eventlog.log import Log
from vsm.pipeline import beside, stream_from_log
from vsm.workflow import Workflow

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
