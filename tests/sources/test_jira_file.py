"""A Jira export is read whole or refused in one sentence."""

import gzip
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.jira_bodies import issue
from vsm.errors import SourceError
from vsm.sources.jira_file import issue_pages

ONE, TWO = issue(1), issue(2)


def ids(path: Path, page_size: int = 100) -> list[list[str]]:
    return [[document.id for document in page.documents] for page in issue_pages(path, page_size=page_size)]


def test_lines_search_answers_and_lists_say_the_same(tmp_path: Path) -> None:
    """Plain or packed, a body a line or a search answer: the same issues, in pages."""
    lines = "\n".join(json.dumps(body) for body in (ONE, TWO)) + "\n\n"
    (tmp_path / "a.jsonl").write_text(lines)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "c.json").write_text(json.dumps({"total": 2, "issues": [ONE, TWO]}))
    (tmp_path / "d.json.gz").write_bytes(gzip.compress(json.dumps([ONE, TWO]).encode()))
    for name in ("a.jsonl", "b.jsonl.gz", "c.json", "d.json.gz"):
        assert ids(tmp_path / name) == [["1001", "1002"]]
    assert ids(tmp_path / "a.jsonl", page_size=1) == [["1001"], ["1002"]]


@pytest.mark.parametrize(
    ("name", "text"), [("a.jsonl", ""), ("a.json", '{"issues": []}'), ("b.json", "[]"), ("c.json", "")]
)
def test_an_empty_project_has_no_pages(tmp_path: Path, name: str, text: str) -> None:
    """Nothing in it is no fault."""
    (tmp_path / name).write_text(text)
    assert ids(tmp_path / name) == []


BAD = {
    "half.jsonl.gz": (gzip.compress(json.dumps(ONE).encode() * 50)[:-20], r"half.jsonl.gz: the gzip file is cut off or damaged after line 0"),
    "plain.jsonl.gz": (json.dumps(ONE).encode(), r"plain.jsonl.gz: not a gzip file"),
    "bytes.jsonl": (json.dumps(ONE).encode() + b'\n{"a": "\xff"}', r"bytes.jsonl, line 2: not UTF-8 text"),
    "words.jsonl": (json.dumps(ONE).encode() + b"\n\nhello\n", r"words.jsonl, line 3: not JSON"),
    "number.jsonl": (b"7", r"number.jsonl, line 1: it is a number, not an object"),
    "other.jsonl": (b'{"name": "x"}', r"line 1: id is missing; key is missing; fields is missing"),
    "login.json": (b"<html>Log in</html>", r"login.json: not JSON"),
    "error.json": (b'{"errorMessages": ["no"]}', r"neither a search answer with 'issues' nor a list"),
    "fields.jsonl": (
        json.dumps(ONE | {"fields": {"summary": "x"}}).encode(),
        r"issue AB-1, fields.created is missing; fields.status is missing",
    ),
    "short.jsonl": (
        json.dumps({k: v for k, v in ONE.items() if k != "changelog"}).encode(),
        r"issue AB-1, changelog is missing; fetch issues with expand=changelog",
    ),
    "nan.jsonl": (b'{"a": NaN}', r"nan.jsonl, line 1: id is missing"),
    "deep.jsonl": (b"[" * 100_000, r"deep.jsonl, line 1: (it is nested too deeply|not JSON)"),
    "zone.jsonl": (
        json.dumps(issue(1, created="2026-01-05 09:00")).encode(),
        r"line 1: issue AB-1, fields.created is '2026-01-05 09:00', no instant with a zone from 1970 to 2199; not one issue in this file can be read",
    ),
    "null.jsonl": (
        json.dumps(ONE | {"changelog": {"histories": [None]}}).encode(),
        r"changelog.histories\[0\] is null, not an object",
    ),
    "issues.xml": (b"<rss/>", r"issues.xml: not one of .jsonl"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_before_the_first_page(tmp_path: Path, name: str) -> None:
    """Each fault names the file, the place and what it is; good lines before it are not handed out."""
    content, sentence = BAD[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=sentence):
        next(issue_pages(tmp_path / name, page_size=1))


def stored(path: Path, *bodies: object, had_unread: bool = False) -> dict[str, Any]:
    """What a pull of a file with these bodies, one a line, would store."""
    path.write_text("".join(f"{body if isinstance(body, str) else json.dumps(body)}\n" for body in bodies))
    pages = issue_pages(path, had_unread=had_unread)
    return {document.id: document.body for page in pages for document in page.documents}


def unread(documents: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry["name"], entry["reason"]) for entry in documents["unread/a.jsonl"]["entries"]]


def test_an_odd_body_with_an_id_is_stored_as_it_is(tmp_path: Path) -> None:
    """The event log leaves it out and says why; the other issues of the file are not its hostages."""
    odd = {"id": 7, "key": "AB-7", "fields": {"status": "Open"}}
    assert stored(tmp_path / "a.jsonl", ONE, odd) == {"1001": ONE, "7": odd}


NAMELESS = {
    "null": ("a.jsonl, line 2", "it is null, or nested too deeply"),
    "[]": ("a.jsonl, line 2", "it is a list, not an object"),
    '{"id": true, "key": "AB-7", "fields": {}, "changelog": {}}': ("AB-7 (a.jsonl, line 2)", "id is true, not a text or whole number; fields.created is missing; fields.status is missing; changelog.histories is missing"),
    '{"id": "7", "id": "8"}': ("a.jsonl, line 2", "the key 'id' stands twice in one object"),
    "[" * 5000 + "]" * 5000: ("a.jsonl, line 2", "it is nested too deeply"),
}  # fmt: skip


@pytest.mark.parametrize("text", NAMELESS, ids=["null", "list", "true as id", "twice", "deep"])
def test_a_body_without_an_id_is_kept_and_named_by_its_line(tmp_path: Path, text: str) -> None:
    """By its key too, where it has one."""
    documents = stored(tmp_path / "a.jsonl", ONE, text, TWO)
    assert unread(documents) == [NAMELESS[text]]
    assert {"1001", "1002"} < documents.keys()


def test_numbers_beyond_json_do_no_harm_where_nobody_reads_them(tmp_path: Path) -> None:
    """They are kept as texts, since the archive holds plain JSON."""
    text = json.dumps(ONE)[:-1] + ', "a": [NaN, -Infinity, 1e999, ' + "9" * 5000 + "]}"
    kept = stored(tmp_path / "a.jsonl", text)["1001"]["a"]
    assert kept[:3] == ["NaN", "-Infinity", "1e999"]
    assert kept[3] == "9" * 5000


def test_of_two_bodies_with_one_id_the_later_one_is_taken(tmp_path: Path) -> None:
    """Pages shift while an export is made; the older body is named, unless both say the same."""
    late = issue(1, updated="2026-03-01T09:00:00.000+0000")
    documents = stored(tmp_path / "a.jsonl", late, ONE, TWO, TWO)
    assert documents["1001"] == late
    reason = "another body with the id 1001 was updated later, or is the last, and is taken"
    assert unread(documents) == [("AB-1 (a.jsonl, line 2)", reason)]


def test_a_corrected_file_empties_its_list_of_unread_bodies(tmp_path: Path) -> None:
    """Else the fault would be reported for ever."""
    assert unread(stored(tmp_path / "a.jsonl", ONE, had_unread=True)) == []
    assert "unread/a.jsonl" not in stored(tmp_path / "a.jsonl", ONE)


@pytest.mark.parametrize("created", ["2026-W02-1T09:00+00:00", "2026-01-05T09:00:00,123+0000"])
def test_only_jiras_own_way_to_write_an_instant_is_taken(tmp_path: Path, created: str) -> None:
    """The event log reads no other, and a ticket without a beginning has no life."""
    (tmp_path / "a.jsonl").write_text(json.dumps(issue(1, created=created)))
    with pytest.raises(SourceError, match="no instant with a zone"):
        next(issue_pages(tmp_path / "a.jsonl"))


def test_the_cursor_counts_lines_and_blank_ones_too(tmp_path: Path) -> None:
    """The last line of each page; a byte order mark, as Windows tools write it, does no harm."""
    text = "\ufeff" + "\n\n".join(json.dumps(body) for body in (ONE, TWO))
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    assert [page.cursor for page in issue_pages(tmp_path / "a.jsonl", page_size=1)] == ["1", "3"]


def test_a_file_that_breaks_off_says_after_which_line(tmp_path: Path) -> None:
    """Of 3,000 issues some are whole; none is handed out."""
    noise = random.Random(7)
    lines = "".join(json.dumps(issue(n, summary=noise.randbytes(40).hex())) + "\n" for n in range(3000))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode())[:-2000])
    with pytest.raises(SourceError, match=r"cut off or damaged after line 2\d\d\d; copy or export it again"):
        next(issue_pages(tmp_path / "a.jsonl.gz"))


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    """The file is read twice, which a pipe does not bear: better a word than waiting for ever."""
    os.mkfifo(tmp_path / "a.jsonl")
    with pytest.raises(SourceError, match="a pipe or device, which cannot be read twice; name a file"):
        next(issue_pages(tmp_path / "a.jsonl"))


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    """No such file, and a folder where a file should be."""
    with pytest.raises(SourceError, match=r"none.jsonl: No such file or directory"):
        next(issue_pages(tmp_path / "none.jsonl"))
    (tmp_path / "dir.jsonl").mkdir()
    with pytest.raises(SourceError, match=r"dir.jsonl: Is a directory"):
        next(issue_pages(tmp_path / "dir.jsonl"))
