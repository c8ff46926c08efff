"""Runs with nobody there: what is made when, what is left standing, and that nothing is lost silently."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.schedule.world import PLAN, World, at, quickly, world
from vsm.errors import BusyError, ConfigError, NotebookError, ParameterError, SourceError
from vsm.schedule.history import open_history
from vsm.schedule.publishing import publish_run
from vsm.schedule.rendering import Output
from vsm.sources.lock import one_at_a_time

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path, empty_stream: None) -> World:
    """A shop whose runs measure nothing."""
    return world(tmp_path)


def failing(error: BaseException) -> Any:
    def fail(*_: object, **__: object) -> Output:
        raise error

    return fail


def test_a_run_goes_through_all_its_phases_and_lies_in_its_place(tmp_path: Path) -> None:
    """Pull, check, render, publish; then its page leads to it, and it is told."""
    shop = world(tmp_path)
    (run,) = shop.run()
    assert (run.outcome, run.reason, run.folder) == ("done", "", "2026-01-05T070001Z")
    assert [event for event, _ in shop.log] == ["pull", "check", "render", "publish", "done"]
    assert f'href="{run.folder}/index.html"' in shop.index()
    assert shop.kept() == [run.folder]
    assert shop.told == [("weekly", "done")]


def test_no_news_makes_no_second_report(shop: World) -> None:
    """The last one stands and is linked; a document more, another setting, or --force make another."""
    first = shop.run()[0]
    again = shop.run()[0]
    assert (again.outcome, again.folder) == ("unchanged", first.folder)
    assert again.reason == "no news since 2026-01-05 07:00 UTC."
    assert shop.outcomes(force=True) == ["done"]
    shop.news()
    assert shop.outcomes() == ["done"]
    (shop.root / "vsm.toml").write_text(PLAN + '[report.parameters]\nwhere = "type=Bug"\n')
    assert shop.outcomes() == ["done"]
    assert len(shop.kept()) == 4


def test_what_was_removed_by_hand_is_made_again(shop: World) -> None:
    """No news, but no report either."""
    folder = shop.run()[0].folder
    (shop.folder.site / "weekly" / folder / "index.html").unlink()
    assert shop.outcomes() == ["done"]


def test_a_failure_leaves_the_last_good_report_and_says_so(shop: World) -> None:
    """What failed, since when, and which report still stands; a good run takes the words away."""
    good = shop.run()[0]
    shop.rendered = failing(NotebookError("05.ipynb: cell 'ages' stopped: no <room>"))
    for day in ("2026-01-12T07:00", "2026-01-19T07:00"):
        shop.now = at(day)
        shop.news()
        assert shop.outcomes() == ["failed"]
    page = shop.index()
    assert "The latest run failed and every one since 2026-01-12 07:00 UTC (2026-01-19 07:00 UTC)" in page
    assert "stopped: no &lt;room&gt;" in page
    assert "Below is the last complete report, of 2026-01-05 07:00 UTC." in page
    assert f'href="{good.folder}/index.html"' in page
    assert shop.kept() == [good.folder]
    shop.rendered = None
    assert shop.outcomes() == ["done"]
    assert "Note:" not in shop.index()


def test_a_failed_pull_renders_what_is_there_and_says_that_it_is_old(shop: World) -> None:
    """On the run's own pages and on the first; the run is stale, and so is the next without a pull."""
    shop.pulled = lambda: ["The pull of jira failed."]
    (run,) = shop.run()
    assert (run.outcome, run.reason) == ("stale", "The pull of jira failed.")
    assert "The pull of jira failed." in shop.index()
    assert "The pull of jira failed." in (shop.folder.site / "weekly" / run.folder / "index.html").read_text()
    assert shop.outcomes() == ["stale"]
    assert len(shop.kept()) == 1
    shop.pulled = list
    assert shop.outcomes() == ["done"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyError("odd")])
def test_what_nobody_expected_fails_the_run_alone(shop: World, error: Exception) -> None:
    """The second report of the same call is made."""
    (shop.root / "vsm.toml").write_text(PLAN + '[[report]]\nname = "other"\n')

    def render(folder: Any, order: Any, **known: Any) -> Output:
        if order.report.name == "weekly":
            raise error
        return quickly(folder, order, **known)

    shop.rendered = render
    assert shop.outcomes() == ["failed", "done"]


def test_a_stop_is_written_down(shop: World) -> None:
    """Ctrl-C ends the call, and the history knows."""
    shop.rendered = failing(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        shop.run()
    with open_history(shop.folder.history) as history:
        (run,) = history.runs()
    assert (run.outcome, run.reason) == ("failed", "it was stopped before its end.")


def test_a_broken_workflow_is_told_on_the_page_until_it_is_mended(shop: World) -> None:
    """One line in the history however often it is tried; the last good report stands."""
    good = shop.run()[0]
    (shop.root / "vsm.toml").write_text("[strem]")
    for _ in range(3):
        with pytest.raises(ConfigError, match="unknown key 'strem'"):
            shop.run(due=True)
    assert "misconfigured, 3 times" in shop.index()
    assert "unknown key &#39;strem&#39; in the file" in shop.index()
    assert f'href="{good.folder}/index.html"' in shop.index()
    (shop.root / "vsm.toml").write_text(PLAN)
    assert shop.outcomes() == ["unchanged"]
    assert "Note:" not in shop.index()


def test_reports_that_cannot_be_are_misconfigured(shop: World) -> None:
    """An unknown notebook, nothing pulled yet: the user's to mend, and told as that."""
    (shop.root / "vsm.toml").write_text(PLAN.replace("05_what_is_stuck_now", "absent"))
    (run,) = shop.run()
    assert (run.outcome, run.reason.split(";")[0]) == (
        "misconfigured", "report 'weekly' names the notebook 'absent'",
    )  # fmt: skip
    shop.pulled = failing(SourceError("nothing was pulled yet"))
    assert shop.outcomes() == ["misconfigured"]
    with pytest.raises(ParameterError, match=r"no \[\[report\]\] is named 'daily'; known: weekly"):
        shop.run("daily")


def test_the_second_of_two_runs_at_once_is_refused_and_noted(shop: World) -> None:
    """It says who is at work and since when; the first goes on."""
    shop.run()
    with (
        one_at_a_time(shop.folder.run_lock, what="run", at=at("2026-01-05T08:00")),
        pytest.raises(BusyError, match=r"under way \(process \d+, since 2026-01-05T08:00:00\+00:00\)"),
    ):
        shop.run()
    with open_history(shop.folder.history) as history:
        assert [run.outcome for run in history.runs()] == ["refused", "done"]
    assert shop.outcomes() == ["unchanged"]
    assert "refused" in shop.index()


def test_a_run_that_ended_without_a_word_is_found_by_the_next(shop: World) -> None:
    """Told as broken off, with its phase; half-made folders are gone, the good report stands."""
    good = shop.run()[0]

    def killed(folder: Any, order: Any, **known: Any) -> Output:
        quickly(folder, order, **known)
        raise SystemError

    shop.rendered = killed
    shop.news()
    shop.run()
    with open_history(shop.folder.history) as history:
        run = history.runs()[0]
        history.database.execute(
            "UPDATE runs SET outcome = 'running', about = json_set(about, '$.outcome', 'running') WHERE run = ?",
            (run.number,),
        )
    shop.rendered = None
    assert shop.outcomes() == ["done"]
    with open_history(shop.folder.history) as history:
        assert history.runs()[1].reason == (
            "it was interrupted in the phase 'render'; nothing of it was published."
        )
    assert good.folder in shop.kept()
    assert list((shop.folder.runs / "weekly").iterdir()) == []


def test_only_what_is_due_is_made_and_after_downtime_once(shop: World) -> None:
    """Mondays at seven: made at once, then not before the next; three missed ones make one report."""
    made = []
    for day in ("01-05T06:00", "01-05T06:15", "01-05T07:15", "01-06T07:00", "01-28T12:00", "01-28T12:15"):
        shop.now = at(f"2026-{day}")
        shop.news()
        made.append(len(shop.run(due=True)))
    assert made == [1, 0, 1, 0, 1, 0]


def test_a_due_report_that_fails_is_tried_three_times_and_told_once(shop: World) -> None:
    """Then not before it is due again; a run by name is made all the same."""
    shop.run()
    shop.told.clear()
    shop.rendered = failing(NotebookError("no kernel"))
    shop.now = at("2026-01-12T07:00")
    shop.news()
    assert [len(shop.run(due=True)) for _ in range(5)] == [1, 1, 1, 0, 0]
    assert shop.told == [("weekly", "failed")]
    shop.now = at("2026-01-19T07:00")
    assert shop.outcomes(due=True) == ["failed"]
    assert shop.told == [("weekly", "failed")] * 2
    assert [run.outcome for run in shop.run("weekly")] == ["failed"]


def test_old_runs_are_packed_and_the_oldest_go(shop: World) -> None:
    """Six stay, two of them packed; each packed one is whole; the newest is always a folder."""
    for week in range(9):
        shop.now = at("2026-01-05T07:00").replace(day=5 + week)
        shop.news()
        shop.run()
    days = [name[8:10] for name in shop.kept()]
    assert days == ["08", "09", "10", "11", "12", "13"]
    assert [name.endswith(".tar.xz") for name in shop.kept()] == [True] * 2 + [False] * 4


def test_the_newest_good_report_outlives_any_number_of_failures(shop: World) -> None:
    """Even where only one is kept."""
    (shop.root / "vsm.toml").write_text(PLAN.replace("keep = 6", "keep = 1"))
    good = shop.run()[0]
    shop.rendered = failing(NotebookError("no kernel"))
    for _ in range(5):
        shop.news()
        shop.run()
    assert shop.kept() == [good.folder]


def test_a_report_that_cannot_be_copied_is_partly_stale(shop: World) -> None:
    """It lies in its own place, and the page says what is not up to date."""
    (shop.root / "vsm.toml").write_text(PLAN + 'publish = "s3://bucket/x"\n')
    shop.published = lambda *_: "It could not be copied to s3://bucket/x: no access."
    (run,) = shop.run()
    assert (run.outcome, run.reason) == ("stale", "It could not be copied to s3://bucket/x: no access.")
    assert shop.kept() == [run.folder]


def test_a_failure_is_told_where_the_report_is_published(shop: World) -> None:
    """There too the last good report stays, and a banner says what failed; the folder lies in the work folder."""
    (shop.root / "vsm.toml").write_text(PLAN + 'publish = "www"\n')
    shop.published = partial(publish_run, shop.folder)
    (good,) = shop.run()
    www = shop.root / "www" / "weekly"
    assert "Note:" not in (www / "index.html").read_text()
    shop.rendered = failing(NotebookError("no kernel"))
    shop.news()
    (bad,) = shop.run()
    page = (www / "index.html").read_text()
    assert bad.outcome == "failed"
    assert page == shop.index()
    assert "Note:" in page
    assert "no kernel" in page
    assert f'href="{good.folder}/index.html"' in page
    assert (www / good.folder / "index.html").is_file()


def test_the_history_tells_how_long_it_took_and_of_what(tmp_path: Path) -> None:
    """Duration, data, tickets and doubts stand in it, and on the page."""
    shop = world(tmp_path)
    shop.run()
    with open_history(shop.folder.history) as history:
        (run,) = history.runs()
    assert run.ended is not None
    assert (run.ended - run.begun).total_seconds() >= 1
    assert (run.title, run.data, run.tickets, run.warnings) == ("Shop", "2026-01-02 09:00 UTC", 1, 1)
    assert json.loads(json.dumps(run.findings)) == []
    assert "<h1>Shop: weekly</h1>" in shop.index()
