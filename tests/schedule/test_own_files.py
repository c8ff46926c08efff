"""A run removes and writes over nothing but what runs made."""

import re
import tarfile
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.schedule.world import MONDAY, PLAN, World, quickly, world
from vsm.config import Report, parse_workflow
from vsm.errors import ConfigError
from vsm.reports.atomic import stamp_of, write_whole
from vsm.schedule.history import Run, open_history
from vsm.schedule.publishing import publish_run
from vsm.schedule.site import WHOLE, pack_old, tidy, write_index

pytestmark = pytest.mark.slow

FIRST = "2026-01-05T070001Z"


@pytest.fixture
def shop(tmp_path: Path, empty_stream: None) -> World:
    return world(tmp_path, PLAN.replace("keep = 6", "keep = 1"))


def publish(shop: World, plan: str = PLAN.replace("keep = 6", "keep = 1")) -> None:
    """Let the shop's report be published under ``www``."""
    (shop.root / "vsm.toml").write_text(plan + 'publish = "www"\n')
    shop.published = partial(publish_run, shop.folder)


def test_files_of_somebody_else_stay_wherever_they_lie(shop: World) -> None:
    """In the report's folder, its working folder and in the folders of runs that go."""
    site, runs, www = shop.folder.site / "weekly", shop.folder.runs / "weekly", shop.root / "www"
    publish(shop)
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
    assert f'href="{first.folder}' not in shop.index()
    assert (site / last.folder / "index.html").is_file()


@pytest.mark.parametrize("page", ["site/index.html", "site/weekly/index.html"])
def test_a_page_that_vsm_did_not_write_is_written_over_nowhere(shop: World, page: str) -> None:
    """The run says which it is and what to do; once it is moved away, the next run goes on."""
    theirs = shop.root / page
    theirs.parent.mkdir(parents=True)
    theirs.write_text("<h1>Welcome</h1>")
    (run,) = shop.run()
    assert run.outcome == "failed"
    assert run.reason.startswith(f"{theirs} was not written by vsm")
    assert "move it away" in run.reason
    assert theirs.read_text() == "<h1>Welcome</h1>"
    theirs.rename(theirs.with_name("welcome.html"))
    assert shop.outcomes() == ["done"]


def test_a_page_of_an_older_version_is_its_own(shop: World) -> None:
    """It is known by its foot."""
    page = shop.folder.site / "weekly" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<div><dt>Software</dt><dd>vsm 0.1.0, pandas 3.0.0</dd></div>")
    assert shop.outcomes() == ["done"]
    assert "vsm 0.1.0, pandas 3.0.0" not in page.read_text()


@pytest.mark.parametrize("page", ["index.html", f"{FIRST}/index.html", f"{FIRST}/05_what_is_stuck_now.html"])
def test_a_page_of_somebody_else_where_a_report_is_published_stays(shop: World, page: str) -> None:
    """Nothing is copied; the report stands in the work folder and says why."""
    publish(shop)
    theirs = shop.root / "www" / "weekly" / page
    theirs.parent.mkdir(parents=True)
    theirs.write_text("<h1>Welcome</h1>")
    (run,) = shop.run()
    assert (run.outcome, run.folder) == ("stale", FIRST)
    assert run.reason.startswith(f"{theirs} was not written by vsm")
    assert [path for path in (shop.root / "www").rglob("*") if path.is_file()] == [theirs]
    assert theirs.read_text() == "<h1>Welcome</h1>"


def test_folders_and_archives_that_only_bear_the_name_of_a_run_stay(shop: World) -> None:
    """Neither published nor packed nor removed: not even those that bear the name of this very run."""
    publish(shop)
    work, www = shop.folder.runs / "weekly", shop.root / "www" / "weekly"
    theirs = [
        *(shop.folder.site / "weekly" / FIRST / name for name in ("index.html", "05_what_is_stuck_now.html")),
        shop.folder.site / "weekly" / f"{FIRST}-2.tar.xz",
        *(work / name / "notes.html" for name in (FIRST, f"failed/{FIRST}", f".stage-{'0' * 32}")),
        *(www / name for name in ("2024-01-01T070000Z/index.html", "2024-01-01T070000Z.tar.xz")),
    ]
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("theirs")
    (run,) = shop.run()
    assert (run.outcome, run.folder) == ("done", f"{FIRST}-3")
    for _ in range(2):
        shop.news()
        (last,) = shop.run()
    assert [path for path in theirs if not path.is_file() or path.read_text() != "theirs"] == []
    assert not (shop.folder.site / "weekly" / run.folder).exists()
    assert sorted(path.name for path in www.iterdir()) == [
        "2024-01-01T070000Z", "2024-01-01T070000Z.tar.xz", last.folder, "index.html",
    ]  # fmt: skip


def stand(shop: World, count: int, *files: str) -> list[Run]:
    """Let so many runs stand in the report's folder, with these files and in the history; the latest first."""
    runs = []
    with open_history(shop.folder.history) as history:
        for day in range(count):
            begun = MONDAY + timedelta(days=day)
            run = Run("weekly", begun, outcome="done", folder=stamp_of(begun), files=("index.html", *files))
            for path in (shop.folder.site / "weekly" / run.folder / name for name in run.files):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("whole")
            runs.append(history.begin(run))
    write_whole(shop.folder.site / "weekly" / "index.html", "first page")
    return runs[::-1]


def clear(shop: World, *, runs: list[Run], keep: int) -> None:
    """Do what a run does at its end."""
    pack_old(shop.folder, "weekly", runs=runs, keep=keep)
    tidy(shop.folder, "weekly", runs=runs, keep=keep)


def test_the_first_page_leads_to_nothing_that_goes_after_it_is_written(shop: World) -> None:
    """A run that is killed in between leaves no dead link: neither to what is removed nor to what is packed."""
    runs = stand(shop, WHOLE + 3)
    for run in runs:
        (shop.folder.site / "weekly" / run.folder / "notes.txt").write_text("theirs")
    with open_history(shop.folder.history) as history:
        pack_old(shop.folder, "weekly", runs=runs, keep=WHOLE + 1)
        write_index(shop.folder, "weekly", history=history, at=MONDAY, keep=WHOLE + 1)
        tidy(shop.folder, "weekly", runs=runs, keep=WHOLE + 1)
    links = re.findall(r'href="(\d[^"]*)"', shop.index())
    assert links == [
        f"{runs[0].folder}/index.html",
        *(f"{run.folder}/index.html" for run in runs[:WHOLE]),
        f"{runs[WHOLE].folder}.tar.xz",
    ]
    assert [link for link in links if not (shop.folder.site / "weekly" / link).is_file()] == []


def test_what_somebody_put_into_a_run_is_not_published(shop: World) -> None:
    """Neither with the run that is missing there, nor within a packed one; and it stays where it lies."""
    runs, site = stand(shop, WHOLE + 1), shop.folder.site / "weekly"
    for run in runs:
        (site / run.folder / "private.html").write_text("theirs")
    (site / "2024-01-01T070000Z.tar.xz").write_text("theirs")
    clear(shop, runs=runs, keep=6)
    assert publish_run(shop.folder, Report(name="weekly", publish="www"), runs[0]) == ""
    there = shop.root / "www" / "weekly"
    packed = there / f"{runs[-1].folder}.tar.xz"
    assert sorted(path.name for path in there.rglob("*") if path.is_file()) == sorted(
        [packed.name, "index.html", *["index.html"] * WHOLE]
    )
    with tarfile.open(packed) as archive:
        assert archive.getnames() == [f"{runs[-1].folder}/index.html"]
    assert len(list(site.glob("*/private.html"))) == len(runs)


@pytest.mark.parametrize("kind", ["tar", "link"])
def test_an_archive_of_somebody_else_at_the_name_of_a_packed_run_stays(shop: World, kind: str) -> None:
    """The run stays a folder as long as its place is taken, and goes when it is old."""
    runs = stand(shop, WHOLE + 1)
    oldest = shop.folder.site / "weekly" / runs[-1].folder
    theirs, elsewhere = oldest.with_name(f"{oldest.name}.tar.xz"), shop.root / "elsewhere.tar.xz"
    with tarfile.open(theirs if kind == "tar" else elsewhere, "w:xz") as archive:
        archive.add(oldest / "index.html", arcname=f"{oldest.name}/index.html")
        archive.add(shop.root / "vsm.toml", arcname=f"{oldest.name}/theirs.toml")
    if kind == "link":
        theirs.symlink_to(elsewhere)
    before = theirs.read_bytes()
    clear(shop, runs=runs, keep=6)
    assert (oldest / "index.html").exists()
    clear(shop, runs=runs, keep=1)
    assert not oldest.exists()
    assert theirs.read_bytes() == before


def test_a_folder_of_a_run_that_became_a_link_is_not_followed(shop: World) -> None:
    """Its listed files are removed where the run put them, nowhere else."""
    runs = stand(shop, 2, "style/a.css")
    old = shop.folder.site / "weekly" / runs[1].folder
    (old / "style").rename(shop.root / "style")
    (old / "style").symlink_to(shop.root / "style")
    clear(shop, runs=runs, keep=1)
    assert (shop.root / "style" / "a.css").read_text() == "whole"
    assert not (old / "index.html").exists()


def test_runs_of_a_version_that_kept_no_list_stay(shop: World) -> None:
    """Nobody knows what in them is whose."""
    latest, *older = stand(shop, WHOLE + 3)
    clear(shop, runs=[latest, *(replace(run, files=()) for run in older)], keep=2)
    assert shop.kept() == sorted(run.folder for run in (latest, *older))


def test_hidden_files_of_writes_that_were_killed_go_with_the_next_run(shop: World) -> None:
    """Those beside first pages, packed runs and published files; other hidden files stay."""
    runs = stand(shop, WHOLE + 1)
    site, www = shop.folder.site, shop.root / "www" / "weekly"
    www.mkdir(parents=True)
    left = [
        *(folder / f".index.html.{'0' * 32}" for folder in (site, site / "weekly", www)),
        site / "weekly" / f".{runs[-1].folder}.tar.xz.{'0' * 32}",
    ]
    theirs = [site / f".notes.{'0' * 32}", site / "weekly" / f".{'0' * 32}", www / ".index.html.swp"]
    for path in (*left, *theirs):
        path.write_text("half")
    clear(shop, runs=runs, keep=6)
    publish_run(shop.folder, Report(name="weekly", publish="www"), runs[0])
    assert [path.name for path in left if path.exists()] == []
    assert [path.read_text() for path in theirs] == ["half"] * 3


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
