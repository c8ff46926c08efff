"""What a run compares itself with: its stream's own weeks, and what the last run said."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from tests.model.test_steps import MONDAY, SLOWER, WEEK, stays
from tests.schedule.world import at
from vsm.config import Report, Workflow
from vsm.findings import Findings
from vsm.schedule import rendering
from vsm.schedule.history import Run
from vsm.schedule.plan import Plan
from vsm.schedule.rendering import compared
from vsm.sources.work_folder import WorkFolder

PLAN = Plan(Report(name="weekly"), (), {}, at("2026-04-27T07:00"), "")


def stream(table: pd.DataFrame) -> Any:
    """What a comparison looks at."""
    return SimpleNamespace(stage_visits=table, as_of=MONDAY + 16 * WEEK, findings=Findings())


@pytest.mark.parametrize("since", ["", "2026-04-20", "2026-01-26"])
def test_a_step_is_seen_whatever_window_the_report_has(
    since: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A week, thirteen, or no window: the thirteenth week of the whole history began it, and it is said once."""
    whole, asked = stays(*SLOWER), []

    def read(_: WorkFolder, plan: Plan) -> Any:
        asked.append(dict(plan.parameters))
        return stream(whole)

    monkeypatch.setattr(rendering, "stream_of_plan", read)
    plan = replace(PLAN, parameters={"since": since, "where": "team=web"})
    shown = stream(whole[whole["left"] >= pd.Timestamp(since or "2026-01-01", tz="UTC")])
    first = Run("weekly", at("2026-01-05T07:00"))
    changes, kept = compared(WorkFolder(tmp_path), plan, stream=shown, before=first)
    assert [(change.kind, change.subject) for change in changes or ()] == [("worse", "QA")]
    again, _ = compared(WorkFolder(tmp_path), plan, stream=shown, before=replace(first, findings=kept))
    assert [change.kind for change in again or ()] == ["still"]
    assert asked == [{"where": "team=web"}] * (2 if since else 0)


def test_a_first_run_has_no_changes_and_keeps_what_it_saw(tmp_path: Path) -> None:
    """Nothing to compare with is not the same as no change."""
    changes, kept = compared(WorkFolder(tmp_path), PLAN, stream=stream(stays(*SLOWER)), before=None)
    assert changes is None
    assert kept == ({"step": "worse", "subject": "QA", "since": "2026-03-30T00:00:00+00:00"},)


@pytest.mark.parametrize(
    ("before", "day"),
    [(None, ""), (Run("weekly", at("2026-04-20T07:00"), data="2026-04-19 22:10 UTC"), "2026-04-19")],
)
def test_slides_show_what_has_changed_since_the_data_of_the_last_report(
    before: Run | None, day: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without one since the current period began; the other notebooks do not know that parameter."""
    asked: dict[str, Any] = {}

    def publish(notebook: Any, *, runs: Path, parameters: dict[str, Any], **_: Any) -> Path:
        name = "deck" if isinstance(notebook, Path) else "report"
        asked[name] = parameters
        page = runs / name / ("retro.html" if name == "deck" else "index.html")
        page.parent.mkdir(parents=True)
        for made in (page, page.with_suffix(".ipynb")):
            made.touch()
        return page

    for name in ("publish_report", "publish_slides"):
        monkeypatch.setattr(rendering, name, publish)
    for name in ("unchanged", "cover_of", "drawing_of", "listing_of"):
        monkeypatch.setattr(rendering, name, lambda *_, **__: None)
    monkeypatch.setattr(rendering, "forecasts_of_reports", lambda *_: ({"forecast": 28},))
    plan = replace(PLAN, report=Report(name="weekly", formats=("html", "slides")))
    shown = stream(stays(*SLOWER))
    vars(shown).update(workflow=Workflow(), provenance={}, summary=None)
    output = rendering.render_plan(WorkFolder(tmp_path), plan, stream=shown, before=before, troubles=[])
    assert (asked["deck"]["last_retro"], "last_retro" in asked["report"]) == (day, False)
    assert (output.folder / "retro.html").is_file()
    assert {"forecast": 28} in output.kept
