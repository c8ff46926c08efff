"""Streams as they were read, in files beside the stored log: whole, few, and for their owner alone.

A file is what was given, and at its end a code that only the work folder's own key gives. What lacks it
is as good as absent: nothing here is needed, and deleting it loses nothing.
"""

import hmac
import os
import re
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

MOST: Final = 4
"""Streams that are kept: those that were read last."""
LARGEST: Final = 512 << 20
"""Bytes of all of them together; a larger stream is not kept."""
_CODE: Final = 32
_FILE: Final = re.compile(r"([0-9a-f]{16})-[0-9a-f]{32}\.arrow")
_WRITTEN: Final = re.compile(r"\.[0-9a-f]{16}-[0-9a-f]{32}\.arrow\.[0-9a-f]{16}")
_KILLED: Final = 3600
"""Seconds after which whoever began to write a file does so no more."""


def load_stream(path: Path, *, key: bytes) -> memoryview | None:
    """Give what was saved in this file with this key; None where there is no such file, or a byte differs."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        whole = memoryview(path.read_bytes())
    except OSError:
        return None
    content, code = whole[:-_CODE], whole[-_CODE:]
    known = _code(path, key)
    known.update(content)
    if not hmac.compare_digest(known.digest(), code):
        return None
    with suppress(OSError):
        os.utime(path)  # it was read last
    return content


def save_stream(path: Path, parts: Iterable[bytes | memoryview], *, key: bytes) -> None:
    """Write a file whole or not at all, and remove what is beside it of other states of the archive.

    Nothing is written where it cannot be, where it is too large, or where the folder is a link to another.

    Parameters
    ----------
    path
        Named by two digests, the first of the archive's state (16 hex digits) and the second of all else.
    key
        Secret of the work folder; a code is made with it, and it is written nowhere.
    """
    if path.parent.is_symlink():
        return
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                code = _code(path, key)
                for part in parts:
                    code.update(part)
                    file.write(part)
                    if file.tell() + _CODE > LARGEST:
                        return
                file.write(code.digest())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        _keep_few(path)


def remove_streams(folder: Path) -> None:
    """Remove every file that ``save_stream`` made in this folder, also what killed processes left."""
    for path in _entries(folder):
        if _FILE.fullmatch(path.name) or _WRITTEN.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _code(path: Path, key: bytes) -> hmac.HMAC:
    """Begin the code of a file under a key with the file's name; its content comes next."""
    return hmac.new(key, path.name.encode(), "sha256")


def _keep_few(path: Path) -> None:
    """Keep this file and those of the same state that were read last, as many and as large as may be."""
    files = [entry for entry in _entries(path.parent) if _FILE.fullmatch(entry.name) and entry != path]
    files.sort(key=lambda entry: entry.stat().st_mtime, reverse=True)
    number, size = 1, path.stat().st_size
    for file in files:
        number, size = number + 1, size + file.stat().st_size
        if number > MOST or size > LARGEST or file.name[:16] != path.name[:16]:
            file.unlink(missing_ok=True)
    for entry in _entries(path.parent):
        if _WRITTEN.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > _KILLED:
            entry.unlink(missing_ok=True)


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []
