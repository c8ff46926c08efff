"""How does a table leave the house? Parquet keeps every type; CSV and JSON are for people and other tools."""

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.errors import ParameterError, RunError, TableError

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def export_table(frame: pd.DataFrame, *, to: Path) -> None:
    """How is a table written to a file, in the format its suffix names?

    ``.parquet`` (zstd) keeps every type. In ``.csv`` and ``.json`` (a list of records) an instant is ISO
    8601 in UTC with microseconds and a ``Z``; a duration is a number of seconds, and its column is renamed
    to ``<name>_s``. In CSV a text that a spreadsheet would run as a formula (it begins with ``=``, ``+``,
    ``-``, ``@``, a tab or a carriage return) gets a leading apostrophe, and every line break is one line
    feed. An unnamed index is left out, a
    named one becomes columns. The file is written beside and renamed, so it is whole or not there.

    Parameters
    ----------
    frame
        Any table; it is not changed.
    to
        The file; one that exists is replaced.

    Raises
    ------
    ParameterError
        The suffix is none of the three, or the folder does not exist.
    TableError
        A column cannot be written in this format.
    RunError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> table = pd.DataFrame({"stage": ["=Review"], "wait": [pd.Timedelta(minutes=1.5)]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_table(table, to=Path(folder) / "waits.csv")
    ...     print((Path(folder) / "waits.csv").read_text())
    stage,wait_s
    '=Review,90.0
    """
    write = _WRITERS.get(to.suffix.lower())
    if write is None:
        raise ParameterError(f"cannot export to '{to.name}'; use a name ending in {', '.join(_WRITERS)}")
    if not to.parent.is_dir():
        raise ParameterError(f"cannot export to {to}: the folder {to.parent} does not exist; make it first")
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    beside = to.with_name(f".{to.name}.part")
    try:
        write(frame, beside)
        beside.replace(to)
    except OSError as error:
        raise RunError(f"cannot write {to}: {error.strerror or error}") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise TableError(f"{to.name}: the table cannot be written as {to.suffix}: {error}") from error
    finally:
        beside.unlink(missing_ok=True)


def _write_parquet(frame: pd.DataFrame, to: Path) -> None:
    frame.to_parquet(to, compression="zstd", index=False)


def _write_csv(frame: pd.DataFrame, to: Path) -> None:
    plain = _plain(frame)
    guarded = pd.DataFrame({_guarded(name): _guarded_column(plain[name]) for name in plain.columns})
    guarded.to_csv(to, index=False, lineterminator="\n")


def _write_json(frame: pd.DataFrame, to: Path) -> None:
    _plain(frame).to_json(to, orient="records", force_ascii=False, double_precision=15)


_WRITERS: Final[dict[str, Callable[[pd.DataFrame, Path], None]]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".json": _write_json,
}


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Say instants as text and durations as seconds."""
    names = [_plain_name(name, dtype) for name, dtype in frame.dtypes.items()]
    if twice := sorted({str(name) for name in names if names.count(name) > 1}):
        raise TableError(f"two columns would be called {', '.join(twice)}; rename one before exporting")
    columns = [_plain_column(frame.iloc[:, place]) for place in range(frame.shape[1])]
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=pd.RangeIndex(len(frame)))


def _plain_name(name: Hashable, dtype: Any) -> Hashable:
    return f"{name}_s" if pd.api.types.is_timedelta64_dtype(dtype) else name


def _plain_column(values: pd.Series) -> pd.Series:
    values = values.reset_index(drop=True)
    if pd.api.types.is_timedelta64_dtype(values.dtype):
        seconds: pd.Series = values.dt.total_seconds()
        return seconds
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
        return _iso(values, zone="Z")
    if pd.api.types.is_datetime64_dtype(values.dtype):
        return _iso(values, zone="")
    return values


def _iso(values: pd.Series, *, zone: str) -> pd.Series:
    instants = values.to_numpy(dtype="datetime64[us]")
    texts = pd.Series(np.char.add(np.datetime_as_string(instants), zone), dtype="str")
    return texts.mask(values.isna())


def _guarded_column(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return _guarded_column(values.astype(values.cat.categories.dtype))
    if pd.api.types.is_string_dtype(values.dtype) or pd.api.types.is_object_dtype(values.dtype):
        return values.map(_guarded, na_action="ignore")
    return values


def _guarded(value: Any) -> Any:
    """Keep a spreadsheet from running a text as a formula, and a carriage return from ending the row."""
    if not isinstance(value, str):
        return value
    guard = "'" if value.startswith(_FORMULA_STARTS) else ""
    return guard + value.replace("\r\n", "\n").replace("\r", "\n")
