"""Small inputs that once gave wrong numbers by default, with what is right; each stands for a kind."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from vsm.config import Workflow, parse_workflow
from vsm.eventlog.as_of import last_recorded
from vsm.from_log import stream_from_log
from vsm.model.lifecycle import completed, was_discarded
from vsm.read import log_from_archive
from vsm.sources.archive import open_archive
from vsm.sources.jira_file import issue_pages
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow


CASES = Path(__file__).parents[1] / "cases"
FIVE_STAGES = parse_workflow(
    "\n".join(
        f'[[stage]]\nname = "{name}"\nkind = "{kind}"\nstatuses = ["{name}"]'
        for name, kind in (("Open", "queue"), ("In Progress", "work"), ("Waiting for QA", "queue"),
                           ("In QA", "work"), ("Done", "done"))
    )
)  # fmt: skip


def read(case: str, folder: Path, workflow: Workflow | None = None) -> ValueStream:
    """The stream of a case's Jira bodies, under the workflow that nobody wrote."""
    with open_archive(folder / f"{case}.sqlite") as archive:
        pages = issue_pages(CASES / f"{case}.jsonl.gz")
        archive.store(pages, source="jira", scope=case, at=datetime(2026, 11, 26, tzinfo=UTC))
        log = log_from_archive(archive)
    as_of = last_recorded(log)
    assert as_of is not None
    return stream_from_log(log, workflow=workflow or Workflow(), as_of=as_of)


def test_what_was_discarded_within_hours_makes_no_lead_time_short(tmp_path: Path) -> None:
    """Twelve delivered in 20 days each; twelve closed as Won't Do stand apart, with their 51 hours."""
    lifecycles = read("discarded", tmp_path).lifecycles
    delivered, discarded = completed(lifecycles), lifecycles[was_discarded(lifecycles)]
    assert len(delivered) == len(discarded) == 12
    assert delivered["lead"].median() == pd.Timedelta(days=20)
    assert discarded["lead"].sum() == pd.Timedelta(hours=51)


def test_a_custom_field_called_status_moves_no_ticket(tmp_path: Path) -> None:
    """Three days In Progress and an hour before, whatever the field of that name says meanwhile."""
    lifecycles = read("custom-field-named-status", tmp_path, FIVE_STAGES).lifecycles
    assert set(lifecycles["work"]) == {pd.Timedelta(days=3)}
    assert set(lifecycles["wait"]) == {pd.Timedelta(hours=1)}


def test_an_apps_account_holds_nothing(tmp_path: Path) -> None:
    """It moves each ticket to QA, and comments: nobody's work, and no handoff to a program."""
    stream = read("app-account", tmp_path, FIVE_STAGES)
    assert set(stream.visits["holder"].dropna()) == {"dev-1"}
    assert stream.handoffs.empty


def test_a_move_between_projects_is_no_migration(tmp_path: Path) -> None:
    """Seven of ten days wait for QA after it, and count."""
    stream = read("moved-between-projects", tmp_path, FIVE_STAGES)
    assert not stream.events["bulk"].any()
    shares = stream.stage_shares.set_index("stage")["share"]
    assert round(shares["Waiting for QA"], 2) == 0.7


def test_a_resolution_in_a_status_that_is_not_done_is_reported_or_the_finish(tmp_path: Path) -> None:
    """13 are resolved In Progress, 14 are done without a resolution."""
    stream = read("resolved-but-not-done", tmp_path)
    checks = stream.quality.set_index("check")["detail"]
    assert checks["resolved but not done"].startswith(
        "13 ticket(s) have a resolution in a status that is not done"
    )
    assert checks["done without resolution"].startswith(
        "14 of 14 tickets in a done status have no resolution"
    )
    assert len(completed(stream.lifecycles)) == 14
    finish = parse_workflow('[outcome]\nfinish = "resolution"')
    assert len(completed(read("resolved-but-not-done", tmp_path, finish).lifecycles)) == 27


def test_a_statuss_category_is_the_latest_word(tmp_path: Path) -> None:
    """One body of eleven says "new" of a status that is done by now: all are finished, and it is reported."""
    stream = read("status-category-changed", tmp_path)
    assert stream.lifecycles["finished"].notna().sum() == 11
    checks = stream.quality.set_index("check")["detail"]
    assert "10 say done, 1 say queue" in checks["status category changed"]
