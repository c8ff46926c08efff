"""What this process has read recently: reading it again costs nothing while nothing has changed.

In memory alone, so that nothing can be left behind or read by others. What ``vsm.reports`` forks for
notebooks begins with what its parent has read (``pack``, ``unpack``).
"""

import ctypes
import gc
import mmap
import pickle
from collections.abc import Hashable
from contextlib import suppress
from io import BytesIO
from typing import Any, BinaryIO, Final
from weakref import WeakSet

import numpy as np
import pyarrow as pa

from vsm.cuts import with_own_frames
from vsm.stream import ValueStream

MOST: Final = 2
"""Streams that are kept: those asked for last."""
SHOWN: Final = ("quality", "rework")
_ALIGNED: Final = 64
_unchanged: WeakSet[ValueStream] = WeakSet()
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
    """Write what is kept, with the measures that were made of it.

    ::

        number of parts, their sizes │ objects │ array │ array …        each from a multiple of 64 bytes on
    """
    arrays = list[pickle.PickleBuffer]()
    whole = _kept, [_measures(source) for source, _ in _kept.values()]
    objects = BytesIO()
    _Pickler(objects, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=arrays.append).dump(whole)
    parts = [objects.getbuffer(), *(array.raw() for array in arrays)]
    for part in (memoryview(np.array([len(parts), *map(len, parts)]).tobytes()), *parts):
        file.write(part)
        file.write(bytes(-len(part) % _ALIGNED))


class _Pickler(pickle.Pickler):
    """Lets arrays of instants and durations be buffers too, as the numbers that they are."""

    def reducer_override(self, value: Any) -> Any:
        """Say how such an array is made again."""
        times = isinstance(value, np.ndarray) and value.dtype.kind in "mM"
        return (_times, (value.view(np.int64), value.dtype)) if times else NotImplemented


def _times(numbers: Any, dtype: Any) -> Any:
    return numbers.view(dtype)


def unpack(file: BinaryIO) -> None:
    """Keep what another process has packed: one of our own, for there is no other check.

    Arrays are those in the file, which is mapped: processes share them, and one that changes some has its own
    copy of these pages. Of the stream that was asked for last, what every notebook shows is measured at once.
    """
    kept, measures = _loaded(file)
    for (source, _), made in zip(kept.values(), measures, strict=True):
        vars(source).update(made)
    _kept.update(kept)
    for source, _ in list(_kept.values())[-1:]:
        for name in SHOWN:
            getattr(source, name)


def unchanged(stream: ValueStream) -> None:
    """Say that nobody changes frames of this stream in place, so that ``share`` may exchange them."""
    _unchanged.add(stream)


def share(file: BinaryIO) -> None:
    """Pack what is kept, and use what was packed from now on: all processes have it in memory once.

    Streams that were handed out keep their frames, but for those that are said to be ``unchanged``.
    """
    pack(file)
    file.flush()
    kept, measures = _loaded(file)
    for (one, cut), (packed, other), made in zip(_kept.values(), kept.values(), measures, strict=True):
        for old, new in ((one, packed), *(((cut[0], other[0]),) if cut else ())):
            _forget_measures(old)
            vars(old).update(vars(new))
        vars(one).update(made)
        for stream in [each for each in _unchanged if each._source is one]:  # noqa: SLF001
            _forget_measures(stream)
            vars(stream).update(vars(with_own_frames(one, cut)))
    _give_back()


def _give_back() -> None:
    """Give free memory back to the system; else the allocators of C and Arrow keep it."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    with suppress(AttributeError):  # only the C library of GNU has it
        ctypes.CDLL(None).malloc_trim(0)


def _forget_measures(stream: ValueStream) -> None:
    for name in _measures(stream):
        del vars(stream)[name]


def _loaded(file: BinaryIO) -> tuple[dict[Hashable, tuple[ValueStream, Any]], list[dict[str, Any]]]:
    mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    count = int(np.frombuffer(mapped, dtype=np.int64, count=1)[0])
    sizes = np.frombuffer(mapped, dtype=np.int64, count=1 + count)
    ends, parts = _ALIGNED * -(-8 * len(sizes) // _ALIGNED), list[memoryview]()
    for size in sizes[1:].tolist():
        parts.append(mapped[ends : ends + size])
        ends += _ALIGNED * -(-size // _ALIGNED)
    found: tuple[dict[Hashable, tuple[ValueStream, Any]], list[dict[str, Any]]] = pickle.loads(  # noqa: S301
        parts[0], buffers=parts[1:]
    )
    return found


def _measures(source: ValueStream) -> dict[str, Any]:
    fields = source.__getstate__()
    return {name: made for name, made in vars(source).items() if name not in fields}
