"""A disk that is full at each step, and effects that break: no run is lost, and no page leads nowhere."""

import errno
import os
import re
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.schedule.world import MONDAY, World, at, world
from vsm.schedule import run as running
from vsm.schedule import site
from vsm.schedule.effects import log_to
from vsm.schedule.history import Run, open_history

pytestmark = pytest.mark.slow

FULL = OSError(errno.ENOSPC, "No space left on device")


def full(*_: object, **__: object) -> Any:
    raise FULL


@pytest.fixture
def shop(tmp_path: Path, empty_stream: None) -> World:
    """A shop with one good report, and news since."""
    made = world(tmp_path)
    made.run()
    made.news()
    made.now = at("2026-01-12T07:00")
    return made


def leads_to_what_is_there(shop: World) -> None:
    site = shop.folder.site / "weekly"
    for link in re.findall(r'href="(\d[^"#]*)"', shop.index()):
        assert (site / link).exists(), link


def ended(shop: World) -> list[str]:
    with open_history(shop.folder.history) as history:
        assert history.under_way() == []
        return [run.outcome for run in history.runs("weekly")]


def test_a_disk_that_fills_up_while_pulling_is_told(shop: World) -> None:
    """The run ends as failed with its reason, on the page and to those who are to know."""
    shop.pulled = full
    (run,) = shop.run()
    assert (run.outcome, run.reason) == ("failed", "OSError: [Errno 28] No space left on device")
    assert shop.told == [("weekly", "done"), ("weekly", "failed")]
    assert "No space left on device" in shop.index()
    leads_to_what_is_there(shop)


@pytest.mark.parametrize(
    ("where", "name"),
    [(running, "put_in_place"), (running, "plan_run"), (site, "settle"), (site, "write_index"), (os, "fsync")],
)  # fmt: skip
def test_a_disk_that_is_full_at_a_step_fails_the_run_alone(
    shop: World, monkeypatch: pytest.MonkeyPatch, where: Any, name: str
) -> None:
    """It is told, the last good report stands, nothing half-written lies about, and the next run mends it."""
    page = shop.index()
    with monkeypatch.context() as patch:
        patch.setattr(where, name, full)
        (run,) = shop.run()
    assert run.outcome == "failed"
    assert "No space left on device" in run.reason
    assert shop.told[-1] == ("weekly", "failed")
    leads_to_what_is_there(shop)
    if name in ("write_index", "fsync"):
        assert shop.index() == page
    assert not [path for path in shop.folder.site.rglob(".*") if path.is_file()]
    assert shop.outcomes() == ["done"]
    assert ended(shop) == ["done", "failed", "done"]
    leads_to_what_is_there(shop)


def test_old_runs_that_cannot_be_packed_hold_up_nothing(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither at the start nor at the end; they are packed when there is room, and no half archive stays."""
    monkeypatch.setattr(tarfile.TarFile, "add", full)
    for _ in range(6):
        shop.news()
        assert shop.outcomes() == ["done"]
        leads_to_what_is_there(shop)
    assert not [name for name in (shop.folder.site / "weekly").iterdir() if name.name.startswith(".")]
    assert ("old runs not removed", {"report": "weekly", "reason": str(FULL)}) in shop.log
    monkeypatch.undo()
    shop.news()
    assert shop.outcomes() == ["done"]
    assert [name.endswith(".tar.xz") for name in shop.kept()] == [True] * 2 + [False] * 4
    leads_to_what_is_there(shop)


def test_the_first_page_leads_to_the_new_run_before_the_old_one_goes(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one run to keep, a run that is killed while it clears leaves a page that leads to what is there."""
    plan = (shop.root / "vsm.toml").read_text().replace("keep = 6", "keep = 1")
    (shop.root / "vsm.toml").write_text(plan)
    tidy = site.tidy

    def killed(*known: Any, **more: Any) -> None:
        old = len(shop.kept()) > 1
        tidy(*known, **more)
        if old:
            raise KeyboardInterrupt

    monkeypatch.setattr(site, "tidy", killed)
    with pytest.raises(KeyboardInterrupt):
        shop.run()
    (kept,) = shop.kept()
    assert f'href="{kept}/index.html"' in shop.index()
    leads_to_what_is_there(shop)


def test_a_disk_full_while_a_broken_run_is_found_does_not_stop_the_next(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page about what was broken off waits; the run is made."""
    with open_history(shop.folder.history) as history:
        history.begin(Run("weekly", MONDAY, phase="render"))
    index = site.write_index
    left = iter([full])

    def first_full(*known: Any, **more: Any) -> None:
        next(left, index)(*known, **more)

    monkeypatch.setattr(site, "write_index", first_full)
    assert shop.outcomes() == ["done"]
    assert ended(shop) == ["done", "broken off", "done"]


def test_whoever_cannot_be_told_stops_no_other_report(shop: World) -> None:
    """An effect that breaks is noted by the name of its error; its words may be secret."""
    plan = (shop.root / "vsm.toml").read_text()
    (shop.root / "vsm.toml").write_text(
        plan + '[[report]]\nname = "monthly"\nnotebooks = ["05_what_is_stuck_now"]\n'
    )
    effects = replace(shop.effects, notify=full)
    runs = running.run_reports(shop.folder, effects=effects)
    assert [run.outcome for run in runs] == ["done", "done"]
    assert [about for event, about in shop.log if event == "not notified"] == [
        {"report": name, "reason": "OSError"} for name in ("weekly", "monthly")
    ]


def test_a_log_on_a_full_disk_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the file nor what cron leads standard output to."""
    with Path("/dev/full").open("w", buffering=1) as out:
        monkeypatch.setattr(sys, "stdout", out)
        log_to(Path("/dev/full"), clock=lambda: MONDAY)("pull", report="weekly")
        monkeypatch.undo()
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())  # what is left in its buffer goes there
