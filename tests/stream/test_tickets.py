"""Questions about single tickets: those of a handoff, by key and summary; one ticket's life."""

from pathlib import Path

import pandas as pd
import pytest

from tests.stream.test_small_teams import Step, shared, toml_of
from tests.stream.work import done, filled
from vsm.errors import ParameterError
from vsm.read import read_stream
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

QUICK: list[Step] = [
    ("New", None, None),
    ("Build", "ann", None),
    ("Waiting", None, None),
    ("Test", "bo", None),
]
LONG: list[Step] = [*QUICK[:3], ("Waiting", None, None), ("New", None, None), ("Test", "bo", None)]


def two_teams() -> ValueStream:
    """Two tickets that web hands to quality: one after a day, one after three."""
    return shared(QUICK, LONG, toml=toml_of({"web": ["ann"], "quality": ["bo"]}, fewest=1))


@pytest.mark.parametrize("ends", [("web", "quality"), ("Build", "Test")])
def test_tickets_on_a_handoff_come_with_key_and_summary_the_longest_wait_first(ends: tuple[str, str]) -> None:
    """Between two teams or two stages."""
    found = two_teams().tickets_on(*ends)
    assert found.columns.tolist()[:4] == ["key", "summary", "handoff", "ticket"]
    assert found["key"].tolist() == ["2", "1"]
    assert found["wait"].tolist() == [pd.Timedelta(days=3), pd.Timedelta(days=1)]


def test_without_names_it_is_the_handoff_where_work_waited_longest() -> None:
    """The only one there is; of a stream without handoffs there are no rows, and no fault."""
    assert two_teams().tickets_on()["key"].tolist() == ["2", "1"]
    alone = shared(QUICK[:2], toml=toml_of({"web": ["ann"]}, fewest=1))
    assert alone.tickets_on().empty


def test_any_frame_of_a_stream_gets_keys_and_summaries_in_front() -> None:
    """A part of it too; the frame itself is not changed."""
    stream = two_teams()
    part = stream.waits.head(2)
    assert stream.keyed(part).columns.tolist() == ["key", "summary", *part.columns]
    assert "key" not in stream.waits


def test_without_a_key_the_ticket_to_look_at_first_is_explained(tmp_path: Path) -> None:
    """The same whose life is drawn."""
    stream = read_stream(filled(tmp_path, done(1, 8), done(2, 20)), until="2026-01-15")
    assert "AB-2" in str(stream.explain())


def test_a_handoff_that_is_none_is_refused_with_those_known() -> None:
    """Teams first, then stages."""
    with pytest.raises(ParameterError, match="from 'web' to 'ops'; known: web → quality, Build → Test"):
        two_teams().tickets_on("web", "ops")


def test_a_life_is_drawn_by_key_or_is_that_to_look_at_first(tmp_path: Path) -> None:
    """Of two open tickets, the one that the table of stuck work begins with."""
    stream = read_stream(filled(tmp_path, done(1, 8), done(2, 20)), until="2026-01-15")
    assert str(stream.life("AB-1").layout.title.text).startswith("AB-1")
    assert str(stream.life().layout.title.text).startswith("AB-2")


def test_thresholds_are_arguments_of_reading(tmp_path: Path) -> None:
    """They say so in the provenance; privacy is no threshold."""
    root = filled(tmp_path, done(1, 8))
    stream = read_stream(root, rules={"minimum": 5, "days": 30, "active_days": 7.0})
    assert stream.minimum == 5
    assert stream.workflow.findings.days == 30
    assert stream.workflow.waiting.active_days == 7.0
    assert stream.where(type="Bug").provenance["rules"] == "minimum=5, days=30, active_days=7.0"
    with pytest.raises(
        ParameterError, match="no rule is called 'fewest_people'; known: bulk_tickets, bulk_min"
    ):
        read_stream(root, rules={"fewest_people": 1})
    with pytest.raises(ParameterError, match="rule minimum is 0: Input should be greater than or equal to 2"):
        read_stream(root, rules={"minimum": 0})
