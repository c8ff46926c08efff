"""How are derived tables kept? Typed Parquet with a stamp of what they were made from."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from vsm.errors import ArchiveError, TableError
from vsm.tables import Table, check, conform

STAMP: Final = b"vsm"


def save_table(frame: pd.DataFrame, table: Table, path: Path, *, stamp: str) -> None:
    """Keep a table: sorted as it is, strings as dictionaries, whole or not at all.

    Parameters
    ----------
    frame
        Rows that pass ``check`` for ``table``.
    path
        Where; written beside and then renamed. File and folder are made for their owner only: titles and
        names of people are in them.
    stamp
        Of what it was made from; only who names the same stamp gets it back.

    Raises
    ------
    ArchiveError
        The disk is full, or the folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> from vsm.tables import NAMES, empty
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_table(empty(NAMES), NAMES, Path(folder) / "names.parquet", stamp="a")
    ...     load_table(Path(folder) / "names.parquet", NAMES, stamp="b") is None
    True
    """
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    about = {
        **(arrow.schema.metadata or {}),
        STAMP: json.dumps({"table": table.name, "stamp": stamp}).encode(),
    }
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        pq.write_table(arrow.replace_schema_metadata(about), beside, compression="zstd")
        beside.replace(path)
    except OSError as error:
        raise ArchiveError(
            f"{path} cannot be written: {error.strerror or error}; see that its disk can be written to"
        ) from error
    finally:
        with suppress(OSError):  # a file system that is mounted read-only refuses even what is not there
            beside.unlink()


def load_table(path: Path, table: Table, *, stamp: str) -> pd.DataFrame | None:
    """What was kept under this stamp? The frame as it was saved, None where there is none to be read.

    Examples
    --------
    >>> from vsm.tables import NAMES
    >>> load_table(Path("nowhere.parquet"), NAMES, stamp="a") is None
    True
    """
    try:
        about = (pq.read_schema(path).metadata or {}).get(STAMP)
        if about != json.dumps({"table": table.name, "stamp": stamp}).encode():
            return None
        return check(conform(pq.read_table(path).to_pandas(), table), table)
    except (OSError, pa.ArrowException, TableError):
        return None
