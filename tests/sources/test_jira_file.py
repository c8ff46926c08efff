"""A Jira export is read whole or refused in one sentence."""

import gzip
import json
import os
import random
from pathlib import Path

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
    "number.jsonl": (b"7", r"number.jsonl, line 1: JSON, but not an issue \(no object\)"),
    "other.jsonl": (b'{"name": "x"}', r"line 1: JSON, but not an issue \(it needs id, key and fields\)"),
    "login.json": (b"<html>Log in</html>", r"login.json: not JSON"),
    "error.json": (b'{"errorMessages": ["no"]}', r"neither a search answer with 'issues' nor a list"),
    "fields.jsonl": (
        json.dumps(ONE | {"fields": {"summary": "x"}}).encode(),
        r"issue AB-1 lacks fields.created or fields.status",
    ),
    "short.jsonl": (
        json.dumps({k: v for k, v in ONE.items() if k != "changelog"}).encode(),
        r"issue AB-1 has no changelog; fetch issues with expand=changelog",
    ),
    "nan.jsonl": (b'{"a": NaN}', r"nan.jsonl, line 1: not JSON \(NaN is no number in JSON\)"),
    "deep.jsonl": (b"[" * 100_000, r"deep.jsonl, line 1: (JSON nested too deeply|not JSON)"),
    "zone.jsonl": (
        json.dumps(issue(1, created="2026-01-05 09:00")).encode(),
        r"line 1: issue AB-1 was created '2026-01-05 09:00', which is no instant with a zone",
    ),
    "null.jsonl": (
        json.dumps(ONE | {"changelog": {"histories": [None]}}).encode(),
        r"issue AB-1 has a changelog entry without a list of items",
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


@pytest.mark.parametrize(
    ("fields", "odd"),
    [
        ({"priority": "High"}, "fields.priority"),
        ({"parent": [1]}, "fields.parent"),
        ({"project": {"name": {}}}, "fields.project"),
        ({"comment": {"comments": ["x"]}}, "fields.comment"),
        ({"status": {"id": "1", "name": "x", "statusCategory": "new"}}, "fields.status.statusCategory"),
    ],
)
def test_an_oddly_shaped_field_is_refused(tmp_path: Path, fields: dict[str, object], odd: str) -> None:
    """Stored, it would stop every later command, far from the file that it came in."""
    (tmp_path / "a.jsonl").write_text(json.dumps(ONE | {"fields": ONE["fields"] | fields}))
    with pytest.raises(SourceError, match=f"line 1: issue AB-1 has an odd {odd}; fetch it again"):
        next(issue_pages(tmp_path / "a.jsonl"))


@pytest.mark.parametrize("created", ["2026-W02-1T09:00+00:00", "2026-01-05T09:00:00,123+0000"])
def test_only_jiras_own_way_to_write_an_instant_is_taken(tmp_path: Path, created: str) -> None:
    """The event log reads no other, and a ticket without a beginning has no life."""
    (tmp_path / "a.jsonl").write_text(json.dumps(issue(1, created=created)))
    with pytest.raises(SourceError, match="which is no instant with a zone"):
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
