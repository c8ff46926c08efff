"""Does a report appear whole or not at all?"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.reports.pages import Visit, code, parameters, prose
from tests.reports.without_kernel import run_without_kernels
from vsm.errors import NotebookError, ParameterError, RunError
from vsm.findings import Finding, Findings, Summary, Tile
from vsm.model.period import Period
from vsm.reports.publish import publish_report
from vsm.reports.summary_page import Cover

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 23, 5, 15, tzinfo=timezone(timedelta(hours=2)))
HOSTILE = "<img src=x onerror=alert(1)></script>"
FIGURES = """
import plotly.graph_objects as go
from IPython.display import display
for alt in ("Waits by stage, n = 3.", "Flow of tickets."):
    figure = go.Figure(go.Bar(x=["Ready", "Review", "Test"], y=[3, weeks, 2]))
    display(figure.update_layout(meta={"alt": alt}))
display(go.Figure(go.Sankey(node={"label": ["a", "b"]}, link={"source": [0], "target": [1], "value": [2]})))
"""


ANSWERS = {f"Question {number}": True for number in range(5)} | {"Why it waits": False}


def claim(words: str) -> Finding:
    """A finding that says this, and asks for a change."""
    day = pd.Timedelta(days=1)
    return Finding("queue", words, words, day, 0.1, 0.1, 0.1, 12, (), "", f"Change {words}")


def summary(*found: Finding) -> Summary:
    """A summary of 90 days with one measure, and these findings."""
    end = pd.Timestamp("2026-11-22", tz="UTC")
    tile = Tile("Throughput", "8 a week", "103 delivered", points=(1.0, float("nan"), 2.0, 4.0))
    return Summary(Period(end - pd.Timedelta(days=90), end), None, ANSWERS, (tile,), Findings(found))


def _publish(notebooks: list[Path], runs: Path, **changes: Any) -> Path:
    request: dict[str, Any] = {
        "parameters": {"weeks": "4"},
        "at": AT,
        "cover": Cover(
            f"Shop {HOSTILE}",
            summary=summary(
                claim("Review costs most."), claim(f"Second {HOSTILE}"), claim("Third."), claim("Fourth.")
            ),
            provenance={"Data": "archive of 2026-11-22"},
        ),
    }
    return publish_report(notebooks, runs=runs, **(request | changes))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, write_notebook: Callable[..., Path]) -> Path:
    """Publish two notebooks once, one with figures."""
    folder = tmp_path_factory.mktemp("suite")
    where = write_notebook(
        folder / "where.ipynb",
        prose("# Where does work wait?\n\nBetween *hands*.", name="question"),
        parameters(),
        prose("## At a glance", name="glance"),
        code(FIGURES, name="figures"),
    )
    bare = write_notebook(folder / "bare.ipynb", parameters(), code("weeks + 1", name="sum"))
    return _publish([where, bare], folder / "runs")


def test_a_good_run_is_published_under_its_instant_in_utc_and_nothing_else_is_left(published: Path) -> None:
    """Index, pages and executed notebooks; no stage, no failure."""
    assert published.name == "index.html"
    assert published.parent.name == "2026-11-23T031500Z"
    assert [path.name for path in published.parents[1].iterdir()] == ["2026-11-23T031500Z"]
    names = sorted(path.name for path in published.parent.iterdir())
    assert names == ["bare.html", "bare.ipynb", "index.html", "where.html", "where.ipynb"]


def test_others_can_read_what_is_published(published: Path) -> None:
    """The folder is as open as the user's umask lets any folder be."""
    beside = published.parents[2] / "plain"
    beside.mkdir()
    assert published.parent.stat().st_mode == beside.stat().st_mode


def test_a_page_is_one_file_of_at_most_three_megabytes_that_tells_its_making(published: Path) -> None:
    """Parameters with their defaults, state of the data, versions."""
    page = published.with_name("where.html").read_text()
    assert len(page) < 3_000_000
    assert "<dd>weeks = 4\nteam = none</dd>" in page
    assert "<dd>archive of 2026-11-22</dd>" in page
    assert "<dd>2026-11-23 03:15 UTC</dd>" in page
    assert "how far back" not in page


def test_the_index_shows_three_findings_and_links_its_pages(
    published: Path, visit: Callable[..., Visit]
) -> None:
    """In a real browser, from the file system, calling nobody; a hostile title is just text."""
    window = visit()
    page = window.open(published)
    assert page.locator("h1").inner_text() == f"Shop {HOSTILE}: what matters now"
    assert page.locator(".findings strong").all_inner_texts() == [
        "Review costs most.", f"Second {HOSTILE}", "Third.",
    ]  # fmt: skip
    assert page.locator(".findings .try").first.inner_text() == "Try: Change Review costs most."
    assert page.locator(".pages a").all_inner_texts() == ["Where does work wait?", "bare"]
    page.get_by_text("Where does work wait?").click()
    page.wait_for_selector("body[data-ready]")
    assert page.url == published.with_name("where.html").as_uri()
    assert (window.said, window.called) == ([], [])


def test_every_figure_is_drawn_wide_and_named(published: Path, visit: Callable[..., Visit]) -> None:
    """At 1280 × 720, with no word on the console and no request."""
    window = visit()
    page = window.open(published.with_name("where.html"))
    charts = page.locator(".chart-plot")
    labels = [charts.nth(position).get_attribute("aria-label") for position in range(charts.count())]
    assert labels == ["Waits by stage, n = 3.", "Flow of tickets.", "Figure without a description"]
    widths = [charts.nth(n).locator("svg.main-svg").first.bounding_box() for n in range(charts.count())]
    assert all(box is not None and box["width"] > 600 for box in widths)
    assert page.locator(".bars .point path").count() == 6
    assert page.locator(".sankey-link").count() == 1
    assert page.locator("figcaption").all_inner_texts() == labels[:2]
    assert (window.said, window.called) == ([], [])


@pytest.mark.parametrize("name", ["index.html", "where.html", "bare.html"])
def test_a_phone_scrolls_down_only(published: Path, visit: Callable[..., Visit], name: str) -> None:
    """At 390 pixels no page is wider than the window."""
    page = visit(width=390, height=844).open(published.with_name(name))
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_pages_link_each_other_and_the_index(published: Path, visit: Callable[..., Visit]) -> None:
    """Every page names all pages and its own; below, one turns to the next and back."""
    page = visit().open(published.with_name("where.html"))
    assert page.locator(".others a").all_inner_texts() == ["Where does work wait?", "bare"]
    assert page.locator(".others [aria-current]").all_inner_texts() == ["Where does work wait?"]
    page.locator(".turn-after").click()
    assert page.url == published.with_name("bare.html").as_uri()
    assert page.locator(".turn-after").count() == 0
    page.locator(".turn-before").click()
    assert page.url == published.with_name("where.html").as_uri()
    page.locator(".home").click()
    assert page.url == published.as_uri()


def test_a_page_alone_links_the_index_only(
    tmp_path: Path, write_notebook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to turn to."""
    run_without_kernels(monkeypatch)
    path = write_notebook(tmp_path / "bare.ipynb", parameters())
    page = _publish([path], tmp_path / "runs").with_name("bare.html").read_text()
    assert 'class="others"' not in page
    assert 'class="turn"' not in page
    assert '<a class="home" href="index.html">' in page


def test_two_runs_of_one_instant_do_not_meet(
    tmp_path: Path, write_notebook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second gets a number; the first stays as it is."""
    run_without_kernels(monkeypatch)
    first = tmp_path / "runs" / "2026-11-23T031500Z"
    first.mkdir(parents=True)
    path = write_notebook(tmp_path / "bare.ipynb", parameters())
    assert _publish([path], tmp_path / "runs").parent.name == "2026-11-23T031500Z-2"
    assert list(first.iterdir()) == []


def test_a_notebook_that_leaves_in_the_middle_is_not_published(
    tmp_path: Path, write_notebook: Callable[..., Path]
) -> None:
    """``sys.exit(0)`` is a failure; what was run is kept where the message says."""
    path = write_notebook(
        tmp_path / "leave.ipynb",
        parameters(),
        code("import sys; sys.exit(0)", name="quit"),
        code("1 + 1", name="after"),
    )
    with pytest.raises(NotebookError, match=r"leave\.ipynb: cell 'quit' stopped: SystemExit: 0") as caught:
        _publish([path], tmp_path / "runs")
    kept = tmp_path / "runs" / "failed" / "2026-11-23T031500Z" / "leave.ipynb"
    assert str(caught.value).endswith(f"the cells that ran are in {kept}")
    assert [cell["execution_count"] for cell in json.loads(kept.read_text())["cells"]][-1] is None
    assert [entry.name for entry in (tmp_path / "runs").iterdir()] == ["failed"]


def test_parameters_of_all_notebooks_are_checked_before_any_is_run(
    tmp_path: Path, write_notebook: Callable[..., Path]
) -> None:
    """The second notebook lacks one, so not even the runs' folder is made."""
    first = write_notebook(tmp_path / "first.ipynb", parameters())
    second = write_notebook(tmp_path / "second.ipynb", code("weeks: int = 1", name="p", tags=["parameters"]))
    with pytest.raises(ParameterError, match=r"second\.ipynb: unknown parameter 'team'; known: weeks"):
        _publish([first, second], tmp_path / "runs", parameters={"team": "Web"})
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a/x.ipynb", "b/x.ipynb"], "several notebooks are called x"),
        (["index.ipynb"], "cannot be called index"),
    ],
)
def test_pages_that_would_hide_each_other_are_refused(tmp_path: Path, names: list[str], message: str) -> None:
    """Each page needs a name of its own."""
    with pytest.raises(ParameterError, match=message):
        _publish([tmp_path / name for name in names], tmp_path / "runs")


def test_an_instant_without_zone_is_refused(tmp_path: Path) -> None:
    """Nobody could tell which hour is meant."""
    with pytest.raises(ParameterError, match="has no time zone"):
        _publish([tmp_path / "a.ipynb"], tmp_path / "runs", at=AT.astimezone(UTC).replace(tzinfo=None))


def test_a_place_that_is_no_folder_is_told(tmp_path: Path, write_notebook: Callable[..., Path]) -> None:
    """A file lies where the runs should go."""
    (tmp_path / "runs").write_text("")
    path = write_notebook(tmp_path / "bare.ipynb", parameters())
    with pytest.raises(RunError, match=r"cannot make the folder .*runs"):
        _publish([path], tmp_path / "runs")
