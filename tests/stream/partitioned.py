"""Steps in any order, and frames compared byte by byte: for tests of partitions and clusters."""

import pickle
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import numpy as np
import pandas as pd


class AnyOrder:
    """Promises are kept in any order, once they are asked for, and everything is sent as to other processes."""

    def __init__(self, seed: int = 0, *, partitions: int = 3) -> None:
        self.random, self.number, self.waiting = Random(seed), partitions, list[_Promise]()
        self.sent = list[bytes]()

    def submit(self, work: Callable[..., Any], *args: Any) -> Any:
        self.sent.append(pickle.dumps([arg for arg in args if not _promised(arg)]))
        self.waiting.append(_Promise(work, args))
        return self.waiting[-1]

    def gather(self, promises: list[Any]) -> list[Any]:
        self.random.shuffle(self.waiting)
        for promise in self.waiting:
            promise.kept()
        return [pickle.loads(pickle.dumps(promise.kept())) for promise in promises]

    def partitions(self, moves: int) -> int:
        return self.number


class _Promise:
    """Work to be done once, with others' promises among its arguments."""

    def __init__(self, work: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.work, self.args, self.made = work, args, list[Any]()

    def kept(self) -> Any:
        if not self.made:
            self.made.append(self.work(*map(_resolved, self.args)))
        return self.made[0]


def _promised(arg: Any) -> bool:
    return isinstance(arg, _Promise) or (isinstance(arg, list) and any(map(_promised, arg)))


def _resolved(arg: Any) -> Any:
    if isinstance(arg, _Promise):
        return arg.kept()
    return [_resolved(one) for one in arg] if isinstance(arg, list) else arg


def same_bytes(ones: Iterable[pd.DataFrame], others: Iterable[pd.DataFrame]) -> None:
    """Each column has the same type, words and bytes."""
    for one, other in zip(ones, others, strict=True):
        assert list(one.columns) == list(other.columns)
        for name in one.columns:
            mine, theirs = one[name], other[name]
            assert mine.dtype == theirs.dtype, name
            if isinstance(mine.dtype, pd.CategoricalDtype):
                assert mine.cat.categories.tolist() == theirs.cat.categories.tolist(), name
                mine, theirs = mine.cat.codes, theirs.cat.codes
            pd.testing.assert_series_equal(mine, theirs, check_exact=True)
            assert _bytes(mine) == _bytes(theirs), name


def _bytes(values: Any) -> bytes:
    if str(values.dtype) == "str":
        return pickle.dumps(values.tolist())
    if str(values.dtype).startswith(("datetime", "timedelta")):
        return bytes(pd.Index(values).asi8.tobytes())
    missing = values.isna().to_numpy()
    plain = values.array._data if hasattr(values.array, "_mask") else values.to_numpy()
    return bytes(missing.tobytes() + np.asarray(plain)[~missing].tobytes())
