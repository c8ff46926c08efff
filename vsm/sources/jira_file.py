"""A Jira export: REST issue bodies from a file, checked whole before the first page."""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from vsm.bodies import IDS, ISSUES, last_updated, storable_number, unread_document
from vsm.errors import SourceError
from vsm.sources.archive import Document, Page

LINES: Final = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
WHOLE: Final = (".json", ".json.gz")
UNREAD: Final = "unread/"


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A line of JSON that is no plain body, and why."""

    text: str
    reason: str


def issue_pages(path: Path, *, page_size: int = 100, had_unread: bool = False) -> Iterator[Page]:
    """Give the issues of an export.

    Parameters
    ----------
    path
        ``.jsonl`` or ``.jsonl.gz``: one REST v2 or v3 issue body a line, fetched with
        ``expand=changelog``; or ``.json``, ``.json.gz``: a REST search answer, or a bare list of bodies.
    page_size
        Issues a page.
    had_unread
        Whether an earlier pull of this file kept bodies that could not be read: that list is then brought up
        to date even if it is empty now.

    Yields
    ------
    Page
        Of documents named by the issue's id; the cursor is the number of lines (of issues in a search
        answer) done. An empty file gives none. Bodies without an id stand together in one document, which is
        the last; so do the older ones of several differing bodies with one id.

    Raises
    ------
    SourceError
        The file is missing, truncated, no JSON, or holds not one issue that can be read; the whole file is
        read once for this before the first page, so a bad file stores nothing.

    Examples
    --------
    >>> next(issue_pages(Path("nowhere.jsonl")))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: nowhere.jsonl: No such file or directory
    """
    word, times, first, readable = _word(path), Counter[str](), "", False
    for number, body in _bodies(path, word):
        times[_id(body)] += 1
        if not readable:
            faults = _faults(body)
            readable = not faults
            called = f"issue {ISSUES.name(body)}, " if ISSUES.name(body) else ""
            first = first or f"{path}, {word} {number}: {called}{'; '.join(faults)}"
    if times and not readable:
        raise SourceError(f"{first}; not one issue in this file can be read (of {times.total()})")
    unread, several = list[tuple[str, str, object]](), dict[str, list[tuple[str, Any]]]()

    def documents() -> Iterator[tuple[int, Document]]:
        for number, body in _bodies(path, word):
            where, id_ = f"{path.name}, {word} {number}", _id(body)
            if not id_:
                name = ISSUES.name(body)
                called = f"{name} ({where})" if name else where
                raw = body.text if isinstance(body, Unparsed) else body
                unread.append((called, "; ".join(_faults(body)), raw))
            elif times[id_] > 1:
                several.setdefault(id_, []).append((where, body))
            else:
                yield number, Document(id_, body)

    there = documents()
    while part := list(islice(there, page_size)):
        yield Page(tuple(document for _, document in part), cursor=str(part[-1][0]))
    latest = tuple(Document(id_, _latest(bodies, unread)) for id_, bodies in several.items())
    kept = (Document(f"{UNREAD}{path.name}", unread_document(unread)),) if unread or had_unread else ()
    if latest or kept:
        yield Page((*latest, *kept), cursor="whole")


def _latest(bodies: list[tuple[str, Any]], unread: list[tuple[str, str, object]]) -> Any:
    """Give the body that can be read and was updated last; the others, where they differ, are unread."""

    def rank(number: int) -> tuple[float, int]:
        read = ISSUES.read(bodies[number][1]).body
        return (last_updated(read) if read else -1.0, number)

    latest = bodies[max(range(len(bodies)), key=rank)][1]
    for where, body in bodies:
        if body != latest:
            reason = f"another body with the id {_id(body)} was updated later, or is the last, and is taken"
            unread.append((f"{ISSUES.name(body)} ({where})", reason, body))
    return latest


def _id(body: Any) -> str:
    """Give the id under which a body can be stored; nothing where it has none."""
    read = IDS.read({"id": body.get("id")}).body if isinstance(body, dict) else None
    return read["id"] if read else ""


def _faults(body: Any) -> tuple[str, ...]:
    """Give why this is no issue that a life can be read from; nothing where it is one."""
    if isinstance(body, Unparsed):
        return (body.reason,)
    read = ISSUES.read(body)
    return () if read.body else read.faults


def _word(path: Path) -> str:
    """Give what one body stands on: a line, or an issue of a search answer."""
    name = path.name.lower()
    if name.endswith(WHOLE):
        return "issue"
    if name.endswith(LINES):
        return "line"
    raise SourceError(f"{path}: not one of {', '.join((*LINES, *WHOLE))}; export issues as one of these")


def _bodies(path: Path, word: str) -> Iterator[tuple[int, Any]]:
    """Read the bodies one by one, each with its line or number; each fault names it."""
    return _one_a_line(path) if word == "line" else _search_answer(path)


def _one_a_line(path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(_lines(path), start=1):
        if line.strip():
            yield number, _json(line, f"{path}, line {number}")


def _search_answer(path: Path) -> Iterator[tuple[int, Any]]:
    text = b"".join(_lines(path))
    answer = _json(text, str(path)) if text.strip() else []
    if isinstance(answer, Unparsed):
        raise SourceError(f"{path}: {answer.reason}; export it again")
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
        plain = text.decode("utf-8-sig")
        return json.loads(
            plain,
            parse_constant=str,
            parse_float=storable_number,
            parse_int=storable_number,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise SourceError(f"{where}: not UTF-8 text (byte {error.start + 1}); export it as UTF-8") from error
    except KeyError as error:
        return Unparsed(plain, f"the key {error} stands twice in one object")
    except ValueError as error:
        raise SourceError(f"{where}: not JSON ({error})") from error
    except RecursionError:
        return Unparsed(plain, "it is nested too deeply")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise KeyError(next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1))
    return made
