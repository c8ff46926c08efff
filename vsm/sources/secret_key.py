"""What are pseudonyms made with? A secret of the work folder, in a file that only its owner can read."""

import os
import secrets
from pathlib import Path
from typing import Final

from vsm.errors import ArchiveError

LENGTH: Final = 32


def secret_key(path: Path) -> bytes:
    """What is this work folder's secret? It is made when it is first asked for.

    Parameters
    ----------
    path
        Its file. Whoever loses it gets other pseudonyms; whoever gives it away gives away the names.

    Returns
    -------
    bytes
        32 random bytes, the same in every run.

    Raises
    ------
    ArchiveError
        The file can neither be read nor made, or holds something else.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as root:
    ...     secret_key(Path(root) / "a.key") == secret_key(Path(root) / "a.key")
    True
    """
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise ArchiveError(
            f"{path}: pseudonyms need this key, which can neither be read nor made: "
            f"{error.strerror or error}; see that its folder can be written, or show names (--names)"
        ) from error
    if len(key) != LENGTH:
        raise ArchiveError(
            f"{path} is damaged: it holds {len(key)} bytes, not {LENGTH}; put a copy back, or "
            "delete it and let everybody get a new pseudonym"
        )
    return key


def _make(path: Path) -> None:
    """Write it whole or not at all; where two do so at once, the first one's stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(LENGTH))
        try:
            os.link(beside, path)
        except FileExistsError:
            return
        except OSError:  # a disk without links
            beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
