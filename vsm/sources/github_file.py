"""What a repository has on GitHub, from a file: documents as a live pull stores them, one a line."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from vsm.errors import SourceError
from vsm.sources.archive import Document, Page


def document_page(path: Path) -> Iterator[Page]:
    """Give all documents of a ``.jsonl.gz``, named by their type and number; SourceError if it is none.

    Examples
    --------
    >>> next(document_page(Path("nowhere.jsonl.gz")))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: nowhere.jsonl.gz: No such file or directory
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            bodies = [json.loads(line) for line in lines]
        documents = [Document(_name(body), body) for body in bodies]
    except (OSError, EOFError, ValueError, LookupError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise SourceError(f"{path}: {reason}") from error
    yield Page(tuple(documents))


def _name(body: dict[str, object]) -> str:
    number = body.get("number", body.get("id"))
    return str(body["type"]) if number is None else f"{body['type']}/{number}"
