"""Words as integers: tables are encoded once, computed on as codes, and decoded at the end."""

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.intervals._kernels.arrays import MISSING, NEVER, NOBODY, Ints


class DictColumn(NamedTuple):
    """A dictionary-encoded column, as Arrow and pandas keep it: ``dictionary[codes[row]]``, −1 where missing.

    ::

        column   web  qa  –  web         dictionary  [web, qa]        codes  0 1 −1 0
    """

    codes: npt.NDArray[Any]
    dictionary: Sequence[Any]


class Interner:
    """One code for each word, whichever column or block of rows it comes from; grows with what it is shown.

    Several threads may use it. Codes are in the order in which words came, so they depend on the order of
    reading; ``to_categorical`` sorts the words again.

    Examples
    --------
    >>> words = Interner()
    >>> words.codes(["web", "qa", "web"]).tolist(), words.codes(["qa", None]).tolist()
    ([0, 1, 0], [1, -1])
    """

    def __init__(self) -> None:
        self._code: dict[str, int] = {}
        self._lock = Lock()

    def codes(self, words: Iterable[Any]) -> Ints:
        """Give the code of each word; NOBODY for a missing one."""
        known = self._code
        with self._lock:
            codes = [
                known.setdefault(word, len(known)) if isinstance(word, str) else NOBODY for word in words
            ]
        return np.array(codes, dtype=np.int64)

    def recode(self, column: Sequence[Any], codes: npt.NDArray[Any]) -> Ints:
        """Give a dictionary-encoded column in codes of this interner; values that no row has are not learned.

        ::

            column  [web, qa, ops]   codes  2 −1 2      occurs  F F T │ T       the last place is that of −1
            ops gets the code 5                         code   −1 −1 5 │ −1     code[codes] → 5 −1 5
        """
        codes = codes.astype(np.intp)  # else each lookup converts them for itself
        occurs = np.zeros(len(column) + 1, dtype=bool)
        occurs[codes] = True
        used = np.flatnonzero(occurs[:-1])
        code = np.full(len(column) + 1, NOBODY, dtype=np.int64)
        code[used] = self.codes([column[number] for number in used.tolist()])
        recoded: Ints = code[codes]
        return recoded

    def translate(self, number_of: Mapping[str, int]) -> Ints:
        """Give each word's number in a mapping, by its code; NOBODY where none, and in the last place."""
        with self._lock:
            known = list(self._code)
        return np.array([*(number_of.get(word, NOBODY) for word in known), NOBODY], dtype=np.int64)

    @property
    def words(self) -> "pd.Index[Any]":
        """The words known so far, in the order of their codes."""
        with self._lock:
            return pd.Index(list(self._code), dtype="str")


def encode(values: "pd.Series[Any]", known: "pd.Index[Any]") -> Ints:
    """Give each word's position in ``known``; −1 where it is missing or not there.

    Only the distinct words are looked up, then their positions are spread over the rows.

    Examples
    --------
    >>> encode(pd.Series(["b", None, "x"]), pd.Index(["a", "b"])).tolist()
    [1, -1, -1]
    """
    coded = values if isinstance(values.dtype, pd.CategoricalDtype) else values.astype("category")
    if known.is_(coded.cat.categories):
        return coded.cat.codes.to_numpy().astype(np.int64)
    position = np.append(known.get_indexer(coded.cat.categories), -1).astype(np.int64)
    return position[coded.cat.codes.to_numpy()]


def decode(codes: npt.NDArray[Any], known: "pd.Index[Any]") -> "pd.Series[Any]":
    """Give the word that each code stands for, as a category of all that are known; missing where −1.

    Examples
    --------
    >>> decode(np.array([1, -1]), pd.Index(["a", "b"])).tolist()
    ['b', nan]
    """
    return pd.Series(pd.Categorical.from_codes(codes, known))


def to_categorical(codes: npt.NDArray[Any], words: "pd.Index[Any]") -> "pd.Series[Any]":
    """Give the words of these codes as a category of those that occur, sorted; missing where NOBODY.

    ::

        words  [b, a, c]   codes  0 −1 1      used  0 1      sorted: a, b     code of b, a, –: 1 0 −1

    Examples
    --------
    >>> to_categorical(np.array([2, -1]), pd.Index(["a", "b", "c"])).cat.categories.tolist()
    ['c']
    """
    counts = np.bincount(codes.astype(np.int64) + 1, minlength=len(words) + 1)[1:]
    used = np.flatnonzero(counts)
    names = pd.Index(words[used], dtype="str")
    order = names.argsort()
    code = np.full(len(words) + 1, NOBODY, dtype=np.int32)
    code[used[order]] = np.arange(len(used))
    return pd.Series(pd.Categorical.from_codes(code[codes], categories=names[order], validate=False))


def distinct_words(*columns: "pd.Series[Any]") -> "pd.Index[Any]":
    """Give the different words of these columns, sorted.

    Examples
    --------
    >>> distinct_words(pd.Series(["b", None]), pd.Series(["a"])).tolist()
    ['a', 'b']
    """
    words = {str(word) for column in columns for word in column.dropna().unique().tolist()}
    return pd.Index(sorted(words), dtype="str")


def instants_of(micros: Ints) -> "pd.Series[Any]":
    """Give microseconds since the epoch as instants with zone; missing where NEVER or MISSING.

    Examples
    --------
    >>> instants_of(np.array([0, NEVER])).dt.year.tolist()
    [1970.0, nan]
    """
    shown = np.where(micros == NEVER, MISSING, micros)
    return pd.Series(pd.DatetimeIndex(shown.view("M8[us]"), tz="UTC"))


def never_where_missing(micros: Ints) -> Ints:
    """Give pandas' microseconds with NEVER for MISSING, so that "not yet" is later than everything.

    Examples
    --------
    >>> never_where_missing(np.array([0, MISSING])).tolist() == [0, NEVER]
    True
    """
    return np.where(micros == MISSING, NEVER, micros)


def micros_at(at: pd.Timestamp) -> int:
    """Give an instant in microseconds since the epoch.

    Examples
    --------
    >>> micros_at(pd.Timestamp("1970-01-01 00:00:01", tz="UTC"))
    1000000
    """
    return int(at.value) // 1000
