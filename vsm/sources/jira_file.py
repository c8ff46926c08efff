"""What does a Jira export say? REST issue bodies in a file, one a line or as a search answer."""

import gzip
import json
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, NoReturn

from vsm.errors import SourceError
from vsm.sources.archive import Document, Page

SUFFIXES: Final = (".jsonl", ".jsonl.gz", ".json", ".json.gz")

Numbered = tuple[int, dict[str, Any]]


def issue_pages(path: Path, *, page_size: int = 100) -> Iterator[Page]:
    """Which issues does this file hold? The whole of it is checked before the first page comes.

    Parameters
    ----------
    path
        ``.jsonl`` (one REST v2 or v3 issue body a line) or ``.json`` (a search answer
        ``{"issues": [...]}``, or a list of bodies); either may be gzipped (``.gz``).
    page_size
        Documents a page.

    Yields
    ------
    Page
        One document an issue, under its ``id``, in the file's order: of an issue that occurs twice the
        later body counts. The cursor is the number of lines (in ``.json``, of issues) done. No page
        comes from an empty file or list.

    Raises
    ------
    SourceError
        The file cannot be read, or something in it is no issue with its changelog; says which line.

    Examples
    --------
    >>> list(issue_pages(Path("no-such.jsonl")))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: no-such.jsonl: no such file; name an export such as issues.jsonl.gz
    """
    for _ in _issues(path):
        pass
    issues = _issues(path)
    while part := list(islice(issues, page_size)):
        yield Page(tuple(Document(body["id"], body) for _, body in part), cursor=str(part[-1][0]))


def _issues(path: Path) -> Iterator[Numbered]:
    """Read the issues with their numbers, each one checked."""
    name = path.name.lower()
    if not name.endswith(SUFFIXES):
        raise SourceError(f"{path}: unknown kind of file; name one that ends in {', '.join(SUFFIXES)}")
    if not path.exists():
        raise SourceError(f"{path}: no such file; name an export such as issues.jsonl.gz")
    if not path.is_file():
        raise SourceError(f"{path}: not a file; name an export such as issues.jsonl.gz")
    by_line = ".jsonl" in name[-9:]
    word = "line" if by_line else "issue"
    for number, body in _bodies_by_line(path) if by_line else _bodies_of_answer(path):
        if fault := _fault(body):
            raise SourceError(f"{path} {word} {number}: {fault}")
        yield number, body


def _bodies_by_line(path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(_lines(path), start=1):
        if text := _text(line, path, number).strip():
            yield number, _parsed(text, f"{path} line {number}")


def _bodies_of_answer(path: Path) -> Iterator[tuple[int, Any]]:
    text = "".join(_text(line, path, number) for number, line in enumerate(_lines(path), start=1))
    answer = _parsed(text, str(path)) if text.strip() else []
    bodies = answer.get("issues") if isinstance(answer, dict) else answer
    if not isinstance(bodies, list):
        raise SourceError(
            f'{path} line 1: no search answer; expected {{"issues": [...]}} or a list of issues '
            "(one issue a line belongs in a .jsonl file)"
        )
    yield from enumerate(bodies, start=1)


def _lines(path: Path) -> Iterator[bytes]:
    """Read the lines of a file that may be packed; tell where it breaks."""
    done = 0
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
            for line in file:
                yield line
                done += 1
    except EOFError as error:
        raise SourceError(
            f"{path} line {done + 1}: the gzip file ends too early; copy or export it again"
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(
            f"{path} line {done + 1}: not a sound gzip file ({error}); export it again, or drop .gz from "
            "its name if it is not packed"
        ) from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}; see that you may read it") from error


def _text(line: bytes, path: Path, number: int) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path} line {number}: byte {error.start + 1} is not UTF-8; export it as UTF-8"
        ) from error


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}" if "\n" in text else f"column {error.colno}"
        raise SourceError(f"{where}: no JSON ({error.msg} at {place}); export it again") from error
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{where}: no JSON ({error}); export it again") from error


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _fault(body: Any) -> str:
    """Say why this is no issue with its changelog; nothing where it is one."""
    if not isinstance(body, dict):
        return "no issue: expected one REST issue body, an object"
    fields = body.get("fields")
    lacking = [word for word in ("id", "key") if not (isinstance(body.get(word), str) and body[word])]
    if not isinstance(fields, dict):
        lacking.append("fields")
    else:
        lacking += ["fields.created"] if not isinstance(fields.get("created"), str | int) else []
        lacking += ["fields.status"] if not isinstance(fields.get("status"), dict) else []
    if lacking:
        return f"no issue: it lacks {', '.join(lacking)}; expected one REST issue body"
    changelog = body.get("changelog")
    if not (isinstance(changelog, dict) and isinstance(changelog.get("histories"), list)):
        return f"issue {body['key']} has no changelog; fetch it with expand=changelog"
    return ""
