"""What takes long to make and what many tests read: made once, and handed round between workers and runs.

An artefact is a folder in the user's cache, outside of the checkout, named by a digest of the code that makes it.
Change that code, and it is made anew; otherwise every worker of every run reads the same one. Nobody writes into it.
"""

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from filelock import FileLock

ROOT: Final = Path(__file__).parents[1]
CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vsm-tests"
UNUSED_DAYS: Final = 3


def artefact(name: str, make: Callable[[Path], object], *, of: Sequence[str]) -> Path:
    """Give the folder that ``make`` fills, made at its first use.

    Parameters
    ----------
    name
        What it is called; one word.
    make
        Fills an empty folder. It is made where it stays, for what is made may know its own path.
    of
        The code it depends on: files and folders of the checkout. The pinned libraries and Python are added.
    """
    folder = CACHE / f"{name}-{digest((*of, 'constraints.txt'))}"
    whole = folder.with_suffix(".whole")
    CACHE.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)  # a maker was killed half-way
            folder.mkdir()
            make(folder)
            _forget(name)
        whole.touch()
    return folder


@cache
def digest(of: tuple[str, ...]) -> str:
    """Give a digest of the content of these files and of all files in these folders, of Python and its environment.

    The installed demo borrows the libraries of this environment, where another checkout's may be gone.
    """
    state = hashlib.sha256(f"{sys.version}\n{sys.prefix}".encode())
    for name in of:
        for path in sorted([ROOT / name, *(ROOT / name).rglob("*")]):
            if path.is_file() and "__pycache__" not in path.parts:
                state.update(f"{path.relative_to(ROOT)}\n".encode())
                state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()[:16]


def _forget(name: str) -> None:
    """Remove what former code made, where nobody has asked for it in these days."""
    for whole in CACHE.glob(f"{name}-*.whole"):
        if time.time() - whole.stat().st_mtime > UNUSED_DAYS * 24 * 3600:
            whole.unlink()
            shutil.rmtree(whole.with_suffix(""), ignore_errors=True)
