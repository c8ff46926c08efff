"""Derived tables as typed Parquet, with a stamp of what they were made from.

Rows lie in groups that hold all of a ticket: a reader can take one group after another.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vsm.errors import ArchiveError, TableError
from vsm.tables import Table, check, conform, empty

STAMP: Final = b"vsm"
GROUP: Final = 1 << 19
"""Rows read together: so many that what each group costs anyhow is little, so few that memory is too."""


def save_table(frame: pd.DataFrame, table: Table, path: Path, *, stamp: str) -> None:
    """Write a table: sorted as it is, strings as dictionaries, whole or not at all.

    Parameters
    ----------
    frame
        Rows that pass ``check`` for ``table``.
    path
        Written beside and then renamed. File and folder are made for their owner only: titles and names of
        people are in them.
    stamp
        Of what it was made from; only who names the same stamp gets it back.

    Raises
    ------
    ArchiveError
        The disk is full, or the folder cannot be written to.
    """
    save_parts([frame], table, path, stamp=stamp)


def save_parts(parts: Iterable[pd.DataFrame], table: Table, path: Path, *, stamp: str) -> None:
    """Write a table in parts, so that it need not fit memory; else as ``save_table``.

    There is at least one part; they come in order, and none ends within a ticket.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        _write(parts, temporary, stamp=_stamped(table, stamp))
        digest = _digest(temporary)
        temporary.replace(path)
        path.with_suffix(".sha256").write_text(digest)
    except OSError as error:
        raise ArchiveError(
            f"{path} cannot be written: {error.strerror or error}; see that its disk can be written to"
        ) from error
    finally:
        with suppress(OSError):  # a file system that is mounted read-only refuses even what is not there
            temporary.unlink()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(parts: Iterable[pd.DataFrame], path: Path, *, stamp: bytes) -> None:
    writer: pq.ParquetWriter | None = None
    try:
        for part in parts:
            for first, beyond in row_groups(part):
                arrow = _arrow(part.iloc[first:beyond])
                if writer is None:
                    schema = arrow.schema.with_metadata({**(arrow.schema.metadata or {}), STAMP: stamp})
                    writer = pq.ParquetWriter(path, schema, compression="zstd")
                writer.write_table(arrow.cast(writer.schema))
    finally:
        if writer is not None:
            writer.close()


def row_groups(frame: pd.DataFrame) -> list[tuple[int, int]]:
    """Cut rows into groups of about ``GROUP`` that never split a ticket; one where there are none.

    With ``GROUP`` = 2::

        ticket    a a a b c c
        cuts          2   4       where groups of two would end
        changes         3 4   6   where tickets end
        edges     0     3 4   6   each cut moved to the next change
    """
    rows = len(frame)
    cuts = np.arange(GROUP, rows, GROUP)
    if "ticket" in frame.columns and len(cuts):
        ticket = frame["ticket"].cat.codes.to_numpy()
        changes = np.append(np.flatnonzero(ticket[1:] != ticket[:-1]) + 1, rows)
        cuts = np.unique(changes[np.searchsorted(changes, cuts)])
    edges = np.unique([0, *cuts, rows])
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)) or [(0, 0)]


def _arrow(rows: pd.DataFrame) -> pa.Table:
    """Give rows with only the categories that occur in them, and codes of one width."""
    words = list(rows.select_dtypes("category").columns)
    narrow = rows.assign(**{word: rows[word].cat.remove_unused_categories() for word in words})
    arrow = pa.Table.from_pandas(narrow, preserve_index=False)
    for position, name in enumerate(arrow.column_names):
        if name in words:
            column = arrow.column(name).combine_chunks()
            wide = pa.DictionaryArray.from_arrays(
                column.indices.cast(pa.int32()), column.dictionary.cast(pa.large_string())
            )
            arrow = arrow.set_column(position, name, wide)
    return arrow


def load_table(path: Path, table: Table, *, stamp: str) -> pd.DataFrame | None:
    """Give the frame that was saved under this stamp; None where there is none, or one byte of it changed.

    Of a table with fewer columns (``Table.only``) these are read.
    """
    stored = open_table(path, table, stamp=stamp)
    try:
        return stored and check(conform(stored.whole(), table), table, key=False)
    except (OSError, ValueError, pa.ArrowException, TableError):
        return None


class Stored(NamedTuple):
    """A stored table that is open: whoever writes another one in its place changes nothing here."""

    file: pq.ParquetFile
    table: Table

    def whole(self) -> pd.DataFrame:
        """Give all of it: groups have categories of their own, and each column gets one set of them, sorted.

        Of many rows one column after another, so that beside the frame only one of Arrow's is in memory.
        """
        rows, names = self.file.metadata.num_rows, self.table.names
        if not rows:
            return empty(self.table)
        columns = dict[str, Any]()
        for together in [names] if rows <= GROUP else [[name] for name in names]:
            columns |= _columns(self.file.read(together), self.table)
            pa.default_memory_pool().release_unused()  # Arrow keeps what it read with
        return pd.DataFrame(columns, copy=False)

    def groups(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Give these columns group after group, each with categories of its own; there is at least one.

        Small groups, as they were written, are read together.
        """
        table, about = self.table.only(*columns), self.file.metadata
        if not about.num_rows:
            yield empty(table)
            return
        ends = np.cumsum([about.row_group(number).num_rows for number in range(about.num_row_groups)])
        for numbers in np.split(np.arange(len(ends)), np.flatnonzero(np.diff((ends - 1) // GROUP)) + 1):
            arrow = self.file.read_row_groups(numbers.tolist(), columns=table.names)
            yield conform(pd.DataFrame(_columns(arrow, table), copy=False), table)


def open_table(path: Path, table: Table, *, stamp: str) -> Stored | None:
    """Give what ``load_table`` would give, to be read in groups; None where that gives none."""
    try:
        source = pa.OSFile(str(path))
        if path.with_suffix(".sha256").read_text() != hashlib.file_digest(source, "sha256").hexdigest():
            return None
        file = pq.ParquetFile(source)
        found = (file.schema_arrow.metadata or {}).get(STAMP)
        return Stored(file, table) if found == _stamped(table, stamp) else None
    except (OSError, ValueError, pa.ArrowException):
        return None


def _stamped(table: Table, stamp: str) -> bytes:
    return json.dumps({"table": table.name, "stamp": stamp}).encode()


def _columns(arrow: pa.Table, table: Table) -> dict[str, Any]:
    allowed = {column.name: column.allowed for column in table.columns if column.type == "category"}
    words = [name for name in arrow.column_names if name in allowed]
    plain = arrow.drop_columns(words).to_pandas()
    coded = {name: _categorical(arrow.column(name), allowed[name]) for name in words}
    return {name: coded[name] if name in coded else plain[name] for name in arrow.column_names}


def _categorical(column: pa.ChunkedArray, allowed: Sequence[str]) -> pd.Categorical:
    """Give one categorical for chunks with dictionaries of their own.

    Two chunks with dictionaries ``[b, a]`` and ``[c, a]``, indices ``[0, 1]`` and ``[1, 0]``::

        words    a b c            the union, sorted
        position 1 0 | 2 0        of each chunk's words among them
        codes    1 0 | 0 2        position[indices], chunk by chunk; -1 is a missing value

    Where the words of all chunks are in order, as those of tickets are, they are the union themselves.
    """
    chunks = [chunk for chunk in column.chunks if len(chunk)]
    known = pa.chunked_array(
        [chunk.dictionary.cast(pa.large_string()) for chunk in chunks], pa.large_string()
    )
    words = known.combine_chunks()
    position = np.arange(len(words), dtype=np.int32)
    in_order = not allowed and pc.all(pc.less(words[:-1], words[1:])).as_py()
    if in_order and len(chunks) == 1:
        categories = pd.Index(words.to_pandas(), dtype="str")
        return pd.Categorical.from_codes(_codes(chunks[0]), categories=categories, validate=False)
    if not in_order:
        words = pa.array(allowed, pa.large_string()) if allowed else pc.unique(known).sort()
        position = pc.index_in(known, words).to_numpy()
    numbers = np.empty(len(column), dtype=position.dtype)
    begin = row = 0
    for chunk in chunks:
        beyond, end = begin + len(chunk.dictionary), row + len(chunk)
        of_word = np.append(position[begin:beyond], position.dtype.type(-1))
        np.take(of_word, _codes(chunk), out=numbers[row:end], mode="wrap")
        begin, row = beyond, end
    return pd.Categorical.from_codes(
        numbers, categories=pd.Index(words.to_pandas(), dtype="str"), validate=False
    )


def _codes(chunk: pa.DictionaryArray) -> npt.NDArray[np.int32]:
    indices = chunk.indices.fill_null(-1) if chunk.null_count else chunk.indices
    codes: npt.NDArray[np.int32] = indices.to_numpy()
    return codes
