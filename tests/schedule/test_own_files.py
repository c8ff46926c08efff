"""A run removes and writes over nothing but what runs made."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.schedule.world import PLAN, World, quickly, world
from vsm.config import parse_workflow
from vsm.errors import ConfigError
from vsm.reports.atomic import stamp_of
from vsm.schedule.publishing import publish_run


@pytest.fixture
def shop(tmp_path: Path) -> World:
    return world(tmp_path, PLAN.replace("keep = 6", "keep = 1"))


def test_files_of_somebody_else_stay_wherever_they_lie(shop: World) -> None:
    """In the report's folder, its working folder and in the folders of runs that go."""
    site, runs, www = shop.folder.site / "weekly", shop.folder.runs / "weekly", shop.root / "www"
    (shop.root / "vsm.toml").write_text(PLAN.replace("keep = 6", 'keep = 1\npublish = "www"'))
    shop.published = partial(publish_run, shop.folder)
    (first,) = shop.run()
    theirs = [
        *(site / name for name in (".htaccess", "CNAME", "robots.txt", "2024-01-01T070000Z/index.html")),
        site / "2024-01-08T070000Z.tar.xz",
        site / first.folder / "deep" / "notes.html",
        *(runs / name for name in ("notes.txt", "mine/index.html", "failed/mine/notes.txt", "failed/.keep")),
        www / "weekly" / "CNAME",
        www / "weekly" / first.folder / "notes.txt",
    ]
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("theirs")
    for _ in range(2):
        shop.news()
        (last,) = shop.run()
        assert last.outcome == "done"
    assert [path for path in theirs if not path.is_file() or path.read_text() != "theirs"] == []
    assert not (site / first.folder / "index.html").exists()
    assert not (www / "weekly" / first.folder / "index.html").exists()
    assert (site / last.folder / "index.html").is_file()


@pytest.mark.parametrize("link", ["site", "site/weekly", "runs", "runs/weekly", "site/index.html"])
def test_a_link_is_refused_and_what_it_leads_to_stays(shop: World, link: str) -> None:
    """One sentence says which it is; nothing is written or removed there."""
    elsewhere = shop.root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "2026-01-01T070000Z").mkdir()
    (elsewhere / "notes.html").write_text("theirs")
    leads = elsewhere / "notes.html" if link.endswith(".html") else elsewhere
    (shop.root / link).parent.mkdir(exist_ok=True)
    (shop.root / link).symlink_to(leads)
    (run,) = shop.run()
    assert run.outcome == "failed"
    assert run.reason.startswith(f"{shop.root / link} is a link")
    assert sorted(path.name for path in elsewhere.iterdir()) == ["2026-01-01T070000Z", "notes.html"]
    assert (elsewhere / "notes.html").read_text() == "theirs"


@pytest.mark.parametrize("part", ["", "/index.html"])
def test_a_link_where_a_report_is_published_is_refused(shop: World, part: str) -> None:
    """The report stands in the work folder and says so."""
    (shop.root / "vsm.toml").write_text(PLAN + 'publish = "www"\n')
    shop.published = partial(publish_run, shop.folder)
    theirs = shop.root / "theirs"
    theirs.mkdir()
    link = shop.root / f"www/weekly{part}"
    link.parent.mkdir(parents=True)
    link.symlink_to(theirs)
    (run,) = shop.run()
    assert run.outcome == "stale"
    assert f"{link} is a link" in run.reason
    assert list(theirs.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["failed", "Failed", "LATEST", "index", "2026-11-23T160000Z", "2026-11-23t160000z-2", "CON", "lpt1"],
)
def test_a_name_that_is_a_folder_of_runs_is_reserved(name: str) -> None:
    """In any case of its letters: file systems fold it."""
    with pytest.raises(ConfigError, match=f"cannot be named '{name}'"):
        parse_workflow(PLAN.replace('"weekly"', f'"{name}"'), origin="vsm.toml")


@pytest.mark.parametrize(
    "name", ["a/b", "..", ".hidden", "a.", "a ", "a\\\\b", "a\\u0001", "caf\u00e9", "a\\n"]
)
def test_a_name_that_is_no_plain_word_is_refused(name: str) -> None:
    """Separators, dots, blanks, control characters and letters that file systems fold."""
    with pytest.raises(ConfigError, match="name"):
        parse_workflow(PLAN.replace('"weekly"', f'"{name}"'), origin="vsm.toml")


def test_what_a_killed_run_left_goes_and_what_lay_beside_it_stays(shop: World) -> None:
    """Its folder is known by the run's instant."""

    def killed(folder: Any, order: Any, **known: Any) -> Any:
        made = quickly(folder, order, **known).folder
        made.rename(made.with_name(stamp_of(order.at)))
        raise KeyboardInterrupt

    shop.rendered = killed
    runs = shop.folder.runs / "weekly"
    (runs / "2024-01-01T070000Z").mkdir(parents=True)
    (runs / "2024-01-01T070000Z" / "theirs.html").write_text("theirs")
    with pytest.raises(KeyboardInterrupt):
        shop.run()
    shop.rendered = None
    assert shop.outcomes() == ["done"]
    assert sorted(path.name for path in runs.iterdir()) == ["2024-01-01T070000Z"]
    assert (runs / "2024-01-01T070000Z" / "theirs.html").read_text() == "theirs"
