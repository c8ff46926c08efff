"""Tables and networks on their way out: as files for people and other tools, or to search in a notebook."""

import json
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import networkx as nx
import numpy as np
import pandas as pd
from pandas.io.formats.style import Styler

from vsm.errors import ParameterError, RunError, TableError

T = TypeVar("T")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_HOURS = " (h)"


def export_table(frame: pd.DataFrame, *, to: Path) -> None:
    """Write a table to a file, in the format that its suffix names.

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
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    _written(frame, to=to, writers=_WRITERS)


def export_network(graph: "nx.DiGraph[str]", *, to: Path) -> None:
    """Write a network as GraphML, or as node-link JSON: both can be read back by networkx, Gephi or D3.

    Durations are seconds, as in the graph; an attribute that is missing is left out.

    Parameters
    ----------
    graph
        Any network of a stream; it is not changed.
    to
        The file, ending in ``.graphml`` or ``.json``; one that exists is replaced.

    Raises
    ------
    ParameterError
        The suffix is neither, or the folder does not exist.
    RunError
        The file cannot be written.
    """
    plain: nx.DiGraph[str] = nx.DiGraph(**_attributes(graph.graph))
    plain.add_nodes_from((node, _attributes(words)) for node, words in graph.nodes(data=True))
    plain.add_edges_from((a, b, _attributes(words)) for a, b, words in graph.edges(data=True))
    _written(plain, to=to, writers=_NETWORK_WRITERS)


def _attributes(words: Mapping[str, Any]) -> dict[str, Any]:
    """Keep plain numbers, flags and texts: what GraphML knows."""
    plain: dict[str, Any] = {}
    for name, value in words.items():
        if isinstance(value, (list, tuple, set, frozenset)):
            plain[name] = ", ".join(map(str, value))
        elif not pd.isna(value):
            plain[name] = value.item() if isinstance(value, np.generic) else value
    return plain


def _written(part: T, *, to: Path, writers: Mapping[str, Callable[[T, Path], None]]) -> None:
    """Write beside and rename, so that the file is whole or not there."""
    write = writers.get(to.suffix.lower())
    if write is None:
        raise ParameterError(f"cannot export to '{to.name}'; use a name ending in {', '.join(writers)}")
    if not to.parent.is_dir():
        raise ParameterError(f"cannot export to {to}: the folder {to.parent} does not exist; make it first")
    beside = to.with_name(f".{to.name}.part")
    try:
        write(part, beside)
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


def _write_graphml(graph: "nx.DiGraph[str]", to: Path) -> None:
    nx.write_graphml(graph, to)


def _write_node_link(graph: "nx.DiGraph[str]", to: Path) -> None:
    to.write_text(json.dumps(nx.node_link_data(graph, edges="edges"), ensure_ascii=False), encoding="utf-8")


_NETWORK_WRITERS: Final[dict[str, Callable[["nx.DiGraph[str]", Path], None]]] = {
    ".graphml": _write_graphml,
    ".json": _write_node_link,
}


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Say instants as text and durations as seconds."""
    names = [_plain_name(name, dtype) for name, dtype in frame.dtypes.items()]
    if twice := sorted({str(name) for name in names if names.count(name) > 1}):
        raise TableError(f"two columns would be called {', '.join(twice)}; rename one before exporting")
    columns = [_plain_column(frame.iloc[:, position]) for position in range(frame.shape[1])]
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


def explore(table: "pd.DataFrame | Styler") -> None:
    """Show a table with a search box, sortable by every column.

    For exploring in Jupyter, not for what is published: the script, about a megabyte, is kept in the notebook
    with the first table. Nothing is fetched, and text from the data is shown as it is.

    Parameters
    ----------
    table
        Any frame of a stream, or a table of ``vsm.figures``. Durations are shown in hours, so that they
        sort by length.

    Examples
    --------
    >>> explorable(pd.DataFrame({"wait": [pd.Timedelta(hours=36)]})).columns.tolist()
    ['wait (h)']
    """
    from itables import init_notebook_mode, show  # noqa: PLC0415 - a second of import for those who explore

    init_notebook_mode(all_interactive=False, connected=False)
    show(explorable(table), maxBytes=0, lengthMenu=[10, 25, 100], showIndex=False)


def explorable(table: "pd.DataFrame | Styler") -> pd.DataFrame:
    """The frame that is shown: durations as hours, instants as text that sorts, rows numbered from 0.

    Examples
    --------
    >>> explorable(pd.DataFrame({"at": pd.to_datetime(["2026-01-05"], utc=True)}))["at"].tolist()
    ['2026-01-05 00:00']
    """
    frame: pd.DataFrame = table.data if isinstance(table, Styler) else table  # type: ignore[attr-defined]
    columns: dict[str, Any] = {}
    for name, values in frame.items():
        if pd.api.types.is_timedelta64_dtype(values.dtype):
            columns[f"{name}{_HOURS}"] = (values.dt.total_seconds() / 3600).round(2)
        elif isinstance(values.dtype, pd.DatetimeTZDtype):
            columns[str(name)] = values.dt.strftime("%Y-%m-%d %H:%M")
        else:
            columns[str(name)] = values
    return pd.DataFrame(columns).reset_index(drop=True)
