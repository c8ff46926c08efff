"""How a stream and its parts show themselves in a notebook."""

import json

import pandas as pd
import pytest

from tests.jira_bodies import issue, log_from_jira
from vsm.config import Workflow, parse_workflow
from vsm.eventlog.log import Log
from vsm.from_log import stream_from_log
from vsm.stream import ValueStream

NOW = pd.Timestamp("2026-01-05", tz="UTC")
HOSTILE = "<img src=x onerror=alert(1)>"


def empty_stream(workflow: Workflow | None = None) -> ValueStream:
    return stream_from_log(Log(), workflow=workflow or Workflow(), as_of=NOW, provenance={"where": HOSTILE})


@pytest.mark.slow
def test_a_stream_is_a_card_with_its_numbers() -> None:
    """Every count of the tables, and the note that nothing was pulled."""
    html = empty_stream()._repr_html_()
    assert '<th scope="row" style="text-align: left;">tickets</th><td' in html
    assert ">0</td>" in html
    assert "Nothing to show" in html
    assert "1 warning (may mislead)" in html


@pytest.mark.slow
def test_text_of_the_card_is_no_markup() -> None:
    """Neither the stream's name nor the window runs."""
    hostile = parse_workflow(f"[stream]\nname = {json.dumps(HOSTILE)}")
    assert "<img" not in empty_stream(hostile)._repr_html_()
    assert "&lt;img" in empty_stream(hostile)._repr_html_()


@pytest.mark.slow
def test_parts_of_a_stream_say_their_tables_in_one_line() -> None:
    """Names and rows, never the rows themselves."""
    stream = empty_stream()
    for part in (stream.delivery, stream.responsibility, stream.alignment, stream.rework, stream.load):
        assert "\n" not in repr(part)
        assert repr(part).startswith(f"{type(part).__name__}(")
    assert "stages: 0 rows" in repr(stream.rework)


@pytest.mark.slow
def test_counts_are_those_of_the_tables() -> None:
    """One open ticket, read from the body of a tracker."""
    log = log_from_jira([issue(1)])
    stream = stream_from_log(log, workflow=Workflow(), as_of=log.events["at"].max())
    html = stream._repr_html_()
    assert f">{len(stream.visits)}</td>" in html
    assert len(stream.tickets) == 1


def test_a_workflow_is_a_table_of_its_stages() -> None:
    """In their order, with what was not said as a dash; in a terminal one line."""
    workflow = parse_workflow(
        '[stream]\nname = "Shop"\n[[stage]]\nname = "Build"\nkind = "work"\nstatuses = ["In Progress"]'
    )
    html = workflow._repr_html_()
    assert "<td>Build</td><td>work</td><td>–</td><td>In Progress</td>" in html
    assert repr(workflow).startswith("Workflow('Shop', stages=1, teams=0")
