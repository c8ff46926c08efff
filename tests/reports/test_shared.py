"""What is published is scanned: no address, no name, no path of this machine, no row for each person."""

import html
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from tests.reports.rendered import SMALL, planted_work
from vsm.people import is_bot
from vsm.people.pseudonyms import PSEUDONYM
from vsm.reports import notebooks_folder
from vsm.sources.archive import open_archive
from vsm.sources.work_folder import WorkFolder

pytestmark = pytest.mark.slow

ADDRESS: Final = re.compile(r"[\w.+-]+(?:@|%40|\\u0040)[\w-]+\.[\w.-]*[a-z]{2,}", re.IGNORECASE)
FIELDS: Final = ("name", "key", "accountId", "displayName", "emailAddress")
TITLED: Final = re.compile(r"for P-\w+,(?=(?:\s|<br>)+\[~)|\[~P-\w+|'P-\w+'?")
"""What became of the names planted in titles."""
LIBRARY: Final = re.compile(r"<(script|style)(?![^>]*application/json)[^>]*>.*?</\1>", re.DOTALL)
"""Plotly, reveal.js and their styles: the same in every page, and full of their makers' addresses."""
ROW: Final = re.compile(r"<tr\b.*?(?=<tr\b|</(?:tr|thead|tbody|table)>)", re.DOTALL)
CELL: Final = re.compile(r"<t[dh]\b.*?(?=<t[dh]\b|$)", re.DOTALL)
"""Rows and cells, whose end tags may be left out, as in the long lists of tickets."""


def persons_of(raw: Any) -> Iterator[str]:
    """Every name, login and account id of a person in a raw document, wherever it stands."""
    if isinstance(raw, list):
        for part in raw:
            yield from persons_of(part)
    elif isinstance(raw, dict):
        program = raw.get("accountType") == "app" or is_bot(str(raw.get("displayName")))
        if "displayName" in raw and not program:
            yield from (str(raw[field]) for field in FIELDS if raw.get(field))
        for name, part in raw.items():
            if name in {"author_name", "committer_name"} and not is_bot(str(part)):
                yield str(part)
            yield from persons_of(part)


def ordinary(work: Path) -> set[str]:
    """Words that name nobody: those of vsm.toml's stages and of the notebooks' own prose, letters alone.

    A name with a digit, a mark or two words is always looked for.
    """
    texts = [path.read_text(encoding="utf-8") for path in notebooks_folder().glob("*.ipynb")]
    stages = re.findall(r"^statuses = .*$|^name = .*$", (work / "vsm.toml").read_text(), flags=re.MULTILINE)
    return {word for text in (*texts, *stages) for word in re.findall(r"[A-Za-z]+", text)}


def looked_for(work: Path) -> set[str]:
    """Every word of the raw archive that tells of a person."""
    with open_archive(WorkFolder(work).archive) as archive:
        found = {word for source in archive.sources() for word in persons_of(list(archive.documents(source)))}
    return {word for word in found if not (word.isalpha() and word in ordinary(work))}


@pytest.fixture
def real(real_data: Path) -> Path:
    """DuraCloud with its repository, an address and names in every title, and two teams of few people."""
    return planted_work(real_data / "duracloud")


@pytest.fixture(params=["demo_run", pytest.param("real", marks=pytest.mark.real)])
def work(request: pytest.FixtureRequest) -> Path:
    """Each of the two work folders."""
    folder: Path = request.getfixturevalue(request.param)
    return folder


@cache
def published(work: Path) -> dict[str, str]:
    """Every published file by name, without the libraries in it, as its reader sees it."""
    files = [path for path in sorted((work / "runs").rglob("*")) if path.suffix not in {"", ".pdf", ".pptx"}]
    assert {path.suffix for path in files} == {".html", ".ipynb"}
    assert len(files) == 2 * 11 + len({"index.html", "timelines.html", "tickets.html"})
    texts = {str(path.relative_to(work)): path.read_text(encoding="utf-8") for path in files}
    plain = {name: LIBRARY.sub("", text) if name.endswith("html") else text for name, text in texts.items()}
    return {
        name: html.unescape(re.sub(r"\\u00([0-7][0-9a-f])", lambda found: chr(int(found[1], 16)), text))
        for name, text in plain.items()
    }


def test_no_published_file_holds_an_address(work: Path) -> None:
    """Whosever it may be."""
    assert {name: found for name, text in published(work).items() if (found := ADDRESS.findall(text))} == {}


def test_no_published_file_names_a_person(work: Path) -> None:
    """Nobody of the raw archive, by no name, login or account id; programs keep theirs."""
    words = looked_for(work)
    assert len(words) > 10
    names = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})(?!\w)")
    assert {
        name: set(found) for name, text in published(work).items() if (found := names.findall(text))
    } == {}


def test_no_published_file_tells_where_the_data_lie(work: Path) -> None:
    """Neither the work folder's path nor that of what it lies in."""
    for name, text in published(work).items():
        assert str(work.resolve()) not in text, name
        assert work.name not in text, name
        assert str(work.resolve().parent) not in text, name


def test_no_table_has_a_row_for_each_person(work: Path) -> None:
    """No cell tells of a pseudonym, but in a title, and of an account (jira:P-…) in what is doubtful."""
    rows = {Path(name).name: ROW.findall(text) for name, text in published(work).items()}
    assert len(rows["tickets.html"]) > 100
    for name, found in rows.items():
        for row in found:
            cells = [re.sub(r"<[^>]*>", "", cell).strip() for cell in CELL.findall(row)]
            plain = [TITLED.sub("", cell) for cell in cells]
            assert not any(re.search(rf"(?<!:){PSEUDONYM.pattern}", cell) for cell in plain), (name, cells)


def said_of(figure: Any) -> Iterator[str]:
    """Every text in a figure."""
    if isinstance(figure, str):
        yield figure
    elif isinstance(figure, list):
        for part in figure:
            yield from said_of(part)
    elif isinstance(figure, dict):
        for part in figure.values():
            yield from said_of(part)


def test_no_figure_tells_persons_apart(work: Path) -> None:
    """No axis, bar, dot or hover line is a pseudonym, but where it stands for a name in a title."""
    figures = 0
    for path in (work / "runs").rglob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                figure = output.get("data", {}).get("application/vnd.plotly.v1+json")
                figures += figure is not None
                for text in said_of(figure):
                    assert not PSEUDONYM.search(TITLED.sub("", text)), (path.name, cell["id"], text)
    assert figures > 20


def test_small_teams_are_in_no_page_and_the_foot_says_so(real: Path) -> None:
    """Two teams of one and two people are one; who reads the page is plain."""
    pages = {name: text for name, text in published(real).items() if name.endswith("html")}
    assert not [name for name, text in published(real).items() if any(team in text for team in SMALL)]
    assert all("2 teams of fewer than 3 people shown as 'small teams'" in text for text in pages.values())
    assert any("Wombats" in text for text in pages.values())
    assert any("[address]" in text and "for P-" in text for text in pages.values())
