"""A Jira export: REST issue bodies from a file, checked whole before the first page."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, NoReturn

from vsm.errors import SourceError
from vsm.sources.archive import Document, Page

LINES: Final = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
WHOLE: Final = (".json", ".json.gz")
NAMED: Final = ("issuetype", "priority", "project", "parent", "resolution", "assignee", "creator", "reporter")
SIDES: Final = ("field", "from", "fromString", "to", "toString")
NOTES: Final = {"comment": "comments", "worklog": "worklogs"}
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")


def issue_pages(path: Path, *, page_size: int = 100) -> Iterator[Page]:
    """Give the issues of an export.

    Parameters
    ----------
    path
        ``.jsonl`` or ``.jsonl.gz``: one REST v2 or v3 issue body a line, fetched with
        ``expand=changelog``; or ``.json``, ``.json.gz``: a REST search answer, or a bare list of bodies.
    page_size
        Issues a page.

    Yields
    ------
    Page
        Of documents named by the issue's id; the cursor is the number of lines (of issues in a search
        answer) done. An empty file gives none. An issue that stands in the file twice comes twice: the
        archive keeps the last.

    Raises
    ------
    SourceError
        The file is missing, truncated, no JSON, or holds what is no issue; the whole file is read once
        for this before the first page, so a bad file stores nothing.

    Examples
    --------
    >>> next(issue_pages(Path("nowhere.jsonl")))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: nowhere.jsonl: No such file or directory
    """
    for _ in _issues(path):
        pass
    issues = _issues(path)
    while part := list(islice(issues, page_size)):
        yield Page(tuple(Document(body["id"], body) for _, body in part), cursor=str(part[-1][0]))


def _issues(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read the bodies one by one, each with its line or number; each fault names it."""
    name = path.name.lower()
    if name.endswith(WHOLE):
        word, bodies = "issue", _search_answer(path)
    elif name.endswith(LINES):
        word, bodies = "line", _one_a_line(path)
    else:
        raise SourceError(f"{path}: not one of {', '.join((*LINES, *WHOLE))}; export issues as one of these")
    for number, body in bodies:
        if fault := _fault(body):
            raise SourceError(f"{path}, {word} {number}: {fault}")
        yield number, body


def _one_a_line(path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(_lines(path), start=1):
        if line.strip():
            yield number, _json(line, f"{path}, line {number}")


def _search_answer(path: Path) -> Iterator[tuple[int, Any]]:
    text = b"".join(_lines(path))
    answer = _json(text, str(path)) if text.strip() else []
    issues = answer.get("issues") if isinstance(answer, dict) else answer
    if not isinstance(issues, list):
        raise SourceError(f"{path}: neither a search answer with 'issues' nor a list of issues")
    yield from enumerate(issues, start=1)


def _lines(path: Path) -> Iterator[bytes]:
    """Read lines plainly or through gzip; an error says where the file breaks."""
    number = 0
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise SourceError(f"{path}: a pipe or device, which cannot be read twice; name a file")
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as lines:
            for line in lines:
                number += 1
                yield line
    except gzip.BadGzipFile as error:
        raise SourceError(
            f"{path}: not a gzip file (after line {number}); rename it without .gz if it is plain text"
        ) from error
    except (EOFError, zlib.error) as error:
        raise SourceError(
            f"{path}: the gzip file is cut off or damaged after line {number}; copy or export it again"
        ) from error
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error


def _json(text: bytes, where: str) -> Any:
    try:
        # Windows tools put a byte order mark before the first line.
        return json.loads(text.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise SourceError(f"{where}: not UTF-8 text (byte {error.start + 1}); export it as UTF-8") from error
    except ValueError as error:
        raise SourceError(f"{where}: not JSON ({error})") from error
    except RecursionError as error:
        raise SourceError(f"{where}: JSON nested too deeply to be an issue") from error


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number in JSON")


def _fault(body: Any) -> str | None:
    """Give why this is no issue that a life can be read from; None where it is one."""
    if not isinstance(body, dict):
        return "JSON, but not an issue (no object)"
    fields, changelog = body.get("fields"), body.get("changelog")
    if not (_text(body.get("id")) and _text(body.get("key")) and isinstance(fields, dict)):
        return "JSON, but not an issue (it needs id, key and fields)"
    created, status = fields.get("created"), fields.get("status")
    if not (_text(created) and isinstance(status, dict) and _text(status.get("name"))):
        return f"issue {body['key']} lacks fields.created or fields.status; fetch all fields"
    if not _zoned(str(created)):
        return f"issue {body['key']} was created '{created}', which is no instant with a zone"
    odd = next((name for name in NAMED if not _is_named(fields.get(name))), None)
    odd = odd or next((name for name, part in NOTES.items() if not _is_list(fields.get(name), part)), None)
    if odd or not _is_named(status.get("statusCategory")):
        return f"issue {body['key']} has an odd fields.{odd or 'status.statusCategory'}; fetch it again"
    return _changelog_fault(changelog, body["key"])


def _changelog_fault(changelog: Any, key: str) -> str | None:
    if not (isinstance(changelog, dict) and isinstance(changelog.get("histories"), list)):
        return f"issue {key} has no changelog; fetch issues with expand=changelog"
    if not isinstance(changelog.get("total", 0), int):
        return f"issue {key} has a changelog whose total is no number; fetch it again"
    if not all(_is_history(history) for history in changelog["histories"]):
        return f"issue {key} has a changelog entry without a list of items; fetch it again"
    return None


def _text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _zoned(text: str) -> bool:
    """Whether Jira wrote this instant; the event log reads no other form."""
    try:
        return bool(INSTANT.fullmatch(text)) and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_named(value: object) -> bool:
    """Whether this is nothing, or an object whose name, if it has one, is a text."""
    return value is None or (isinstance(value, dict) and isinstance(value.get("name", ""), str | None))


def _is_list(value: object, part: str) -> bool:
    """Whether this is nothing, or an object that holds a list of objects."""
    notes = value.get(part) or [] if isinstance(value, dict) else value or []
    return isinstance(notes, list) and all(isinstance(note, dict) for note in notes)


def _is_history(history: object) -> bool:
    items = history.get("items") if isinstance(history, dict) else None
    return isinstance(items, list) and all(_is_item(item) for item in items)


def _is_item(item: object) -> bool:
    """Whether this is one changed field, whose two sides are plain."""
    return isinstance(item, dict) and not any(isinstance(item.get(side), dict | list) for side in SIDES)
