"""How are derived tables kept? Typed Parquet with a stamp of what they were made from."""

import json
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from vsm.tables import Table, check, conform

STAMP: Final = b"vsm"


def save_table(frame: pd.DataFrame, table: Table, path: Path, *, stamp: str) -> None:
    """Keep a table: sorted as it is, strings as dictionaries, whole or not at all.

    Parameters
    ----------
    frame
        Rows that pass ``check`` for ``table``.
    path
        Where; written beside and then renamed.
    stamp
        Of what it was made from; only who names the same stamp gets it back.

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
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    pq.write_table(arrow.replace_schema_metadata(about), beside, compression="zstd")
    beside.replace(path)


def load_table(path: Path, table: Table, *, stamp: str) -> pd.DataFrame | None:
    """What was kept under this stamp? The frame as it was saved, None where there is none to be read.

    Examples
    --------
    >>> from vsm.tables import NAMES
    >>> load_table(Path("nowhere.parquet"), NAMES, stamp="a") is None
    True
    """
    try:
        arrow = pq.read_table(path)
    except (OSError, pa.ArrowInvalid):
        return None
    about = (arrow.schema.metadata or {}).get(STAMP)
    if about != json.dumps({"table": table.name, "stamp": stamp}).encode():
        return None
    return check(conform(arrow.to_pandas(), table), table)
