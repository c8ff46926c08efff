"""Text from outside never becomes markup or script: a stream whose every word is hostile, in all that is made of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.jira_bodies import assigned, history, issue, moved
from tests.reports.pages import Visit, run_vsm

IMAGE = '<img src=x onerror="window.hacked=1">'
SCRIPT = "</script><script>window.hacked=1</script>"
TITLES = (
    IMAGE,
    SCRIPT,
    "$\\alpha$ %{y} <extra>",
    '=HYPERLINK("https://example.org")',
    "`code` [x](javascript:hacked)",
)
WORKFLOW = f"""
[stream]
name = '<b>{IMAGE}'
[[stage]]
name = '{IMAGE}'
kind = "queue"
team = '{SCRIPT}'
statuses = ["jira:1"]
[[stage]]
name = '{SCRIPT}'
kind = "work"
team = '<a href="javascript:window.hacked=1">team</a>'
statuses = ["jira:3"]
[[stage]]
name = "Done"
kind = "done"
statuses = ["jira:6"]
[rules]
minimum = 2
"""
EXPERIMENTS = f"""
[[experiment]]
name = '{IMAGE}'
since = 2026-01-20
change = '{SCRIPT}'
"""


def life(number: int) -> dict[str, Any]:
    """A ticket that was handed on, finished or not, with a hostile title, person, type and label."""
    day = f"2026-01-{6 + number % 20:02}"
    steps = [
        history(100 + number, f"{day}T09:00:00.000+0000", moved("1", "3"), assigned(None, IMAGE), by=IMAGE),
        history(300 + number, f"{day}T12:00:00.000+0000", assigned(IMAGE, SCRIPT), by=SCRIPT),
        *([history(500 + number, f"{day}T16:00:00.000+0000", moved("3", "6"), by=SCRIPT)] if number % 4 else []),
    ]  # fmt: skip
    about = {"summary": TITLES[number % len(TITLES)], "labels": [IMAGE], "issuetype": {"name": SCRIPT}}
    now = "6" if number % 4 else "3"
    return issue(number, *steps, now=now, **about) | {
        "self": "javascript:window.hacked=1//rest/api/2/issue/1"
    }


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, without_kernel: None) -> Path:
    """A work folder with the report, the slides and an export of such a stream."""
    work = tmp_path_factory.mktemp("hostile")
    (work / "vsm.toml").write_text(WORKFLOW)
    (work / "experiments.toml").write_text(EXPERIMENTS)
    file = work / "issues.jsonl"
    file.write_text("\n".join(json.dumps(life(number)) for number in range(40)))
    run_vsm("pull", "--dir", work, "jira", "--file", file)
    run_vsm("report", "--dir", work, "--names")
    run_vsm("slides", "--dir", work, "--names")
    run_vsm("export", "--dir", work, "tickets", "--to", work / "tickets.csv")
    return work


@pytest.mark.slow
def test_nothing_from_the_data_runs_or_calls(hostile: Path, visit: Callable[..., Visit]) -> None:
    """On no page and on no slide: no element, no address, no request of theirs; what they say is shown.

    The first page and the slides are opened as they are, the others with plotly.js beside them.
    """
    pages = sorted((hostile / "runs").glob("*/*.html"))
    assert len(pages) >= 9
    whole, served, shown = visit(as_they_are=True), visit(), {}
    for file in pages:
        window = whole if file.stem in {"index", "retro"} else served
        page = window.open_deck(file) if file.stem == "retro" else window.open(file)
        assert page.evaluate("window.hacked") is None, file.name
        assert page.locator("img[src='x']").count() == 0
        addresses = page.evaluate(
            "[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"
        )
        assert [a for a in addresses if not a.startswith(("#", "https://", "http://")) and ":" in a] == []
        assert (window.said, window.called) == ([], []), file.name
        shown[file.stem[:2]] = page.locator("main, .reveal").first.inner_text()
    assert "onerror" in shown["00"]


@pytest.mark.slow
def test_an_export_holds_no_formula(hostile: Path) -> None:
    """A title that a spreadsheet would run begins with an apostrophe."""
    text = (hostile / "tickets.csv").read_text(encoding="utf-8")
    assert "'=HYPERLINK" in text
    assert ",=HYPERLINK" not in text
    assert ',"=HYPERLINK' not in text
