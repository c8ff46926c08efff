"""What this process has read recently: reading it again costs nothing while nothing has changed.

In memory alone, so that nothing can be left behind or read by others. What ``vsm.reports`` forks for
notebooks begins with what its parent has read (``pack``, ``unpack``).
"""

import pickle
from collections.abc import Hashable
from typing import Any, BinaryIO, Final

from vsm.cuts import with_own_frames
from vsm.stream import ValueStream

MOST: Final = 2
"""Streams that are kept: those asked for last."""
SHOWN: Final = ("quality", "rework")
_kept: dict[Hashable, tuple[ValueStream, Any]] = {}


def recent(key: Hashable) -> ValueStream | None:
    """Give the stream that was read by this key, as it was read; None where none is kept."""
    if key not in _kept:
        return None
    _kept[key] = kept = _kept.pop(key)
    return with_own_frames(*kept)


def remember(key: Hashable, stream: ValueStream) -> None:
    """Keep a stream by everything that it was made of, and let the one go that was asked for longest ago."""
    _kept[key] = stream._source or stream, stream._cut  # noqa: SLF001 - what nobody has changed
    while len(_kept) > MOST:
        del _kept[next(iter(_kept))]


def pack(file: BinaryIO) -> None:
    """Write what is kept, with the measures that were made of it."""
    measures = [_measures(source) for source, _ in _kept.values()]
    pickle.dump((_kept, measures), file, protocol=pickle.HIGHEST_PROTOCOL)


def unpack(file: BinaryIO) -> None:
    """Keep what another process has packed: one of our own, for there is no other check.

    Of the stream that was asked for last, what every notebook shows is measured at once.
    """
    kept, measures = pickle.load(file)  # noqa: S301
    for (source, _), made in zip(kept.values(), measures, strict=True):
        vars(source).update(made)
    _kept.update(kept)
    for source, _ in list(kept.values())[-1:]:
        for name in SHOWN:
            getattr(source, name)


def _measures(source: ValueStream) -> dict[str, Any]:
    fields = source.__getstate__()
    return {name: made for name, made in vars(source).items() if name not in fields}
