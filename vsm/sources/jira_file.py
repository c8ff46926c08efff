"""What does a Jira export say? REST issue bodies from a file, checked whole before the first page."""

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, cast

from vsm.errors import SourceError
from vsm.sources.archive import Document, Page

LINES: Final = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
WHOLE: Final = (".json", ".json.gz")


def issue_pages(path: Path, *, page_size: int = 100) -> Iterator[Page]:
    """Which issues does this export hold?

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
        Of documents named by the issue's id; the cursor counts issues. An empty file gives none. An issue
        that stands in the file twice comes twice: the archive keeps the last.

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
    issues, done = _issues(path), 0
    while page := tuple(islice(issues, page_size)):
        done += len(page)
        yield Page(tuple(Document(body["id"], body) for body in page), cursor=str(done))


def _issues(path: Path) -> Iterator[dict[str, Any]]:
    """Read the bodies one by one; each fault names the file and the line or place."""
    if path.name.endswith(WHOLE):
        bodies = _search_answer(path)
    elif path.name.endswith(LINES):
        bodies = _lines(path)
    else:
        raise SourceError(f"{path}: not one of {', '.join((*LINES, *WHOLE))}; export issues as one of these")
    for place, body in bodies:
        fault = _fault(body)
        if fault:
            raise SourceError(f"{path}, {place}: {fault}")
        yield body


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    with _opened(path) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield f"line {number}", _json(line, f"{path}, line {number}")


def _search_answer(path: Path) -> Iterator[tuple[str, Any]]:
    with _opened(path) as file:
        text = file.read()
    if not text.strip():
        return
    answer = _json(text, str(path))
    issues = answer.get("issues") if isinstance(answer, dict) else answer
    if not isinstance(issues, list):
        raise SourceError(f"{path}: neither a search answer with 'issues' nor a list of issues")
    for number, body in enumerate(issues, start=1):
        yield f"issue {number}", body


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open plainly or through gzip, and say what is wrong with the file in one sentence."""
    try:
        with path.open("rb") as raw:
            yield cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw
    except gzip.BadGzipFile as error:
        raise SourceError(f"{path}: not a gzip file; rename it without .gz if it is plain text") from error
    except (EOFError, zlib.error) as error:
        raise SourceError(f"{path}: the gzip file is cut off or damaged; copy or export it again") from error
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error


def _json(text: bytes, where: str) -> Any:
    try:
        return json.loads(text)
    except UnicodeDecodeError as error:
        raise SourceError(f"{where}: not UTF-8 text") from error
    except ValueError as error:
        raise SourceError(f"{where}: not JSON ({error})") from error
    except RecursionError as error:
        raise SourceError(f"{where}: JSON nested too deeply to be an issue") from error


def _fault(body: Any) -> str | None:
    """Say why this is no issue that a life can be read from; None where it is one."""
    if not isinstance(body, dict):
        return "JSON, but not an issue (no object)"
    fields, changelog = body.get("fields"), body.get("changelog")
    if not (
        isinstance(body.get("id"), str) and isinstance(body.get("key"), str) and isinstance(fields, dict)
    ):
        return "JSON, but not an issue (it needs id, key and fields)"
    status = fields.get("status")
    if not (isinstance(fields.get("created"), str) and isinstance(status, dict) and status.get("name")):
        return f"issue {body['key']} lacks fields.created or fields.status; fetch all fields"
    if not (isinstance(changelog, dict) and isinstance(changelog.get("histories", []), list)):
        return f"issue {body['key']} has no changelog; fetch issues with expand=changelog"
    return None
