"""Logs of archives in which the same documents lie, whatever happened while they were pulled: made once."""

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, TypeVar

from vsm.sources.archive import Archive

STAND_IN: Final = re.compile(rb"127\.0\.0\.1:\d+")
Made = TypeVar("Made")
_known: dict[Any, Any] = {}


def read_once(archive: Archive, source: str, read: Callable[[Archive], Made]) -> Made:
    """What ``read`` makes of a source's documents, which are all that it looks at; to read only.

    Documents are the same where they differ in the stand-in's port alone, which is another one for each pull.
    """
    texts = STAND_IN.sub(b"", b"\n".join(archive.texts(source)))
    key = (read, sha256(texts).digest())
    if key not in _known:
        _known[key] = read(archive)
    made: Made = _known[key]
    return made
