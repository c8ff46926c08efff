"""Tables and networks on their way out: as files for people and other tools, or to search in a notebook."""

import json
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import networkx as nx
import numpy as np
import pandas as pd
from pandas.io.formats.style import Styler

from vsm.errors import ParameterError, RunError, TableError
from vsm.reports.atomic import beside
from vsm.stream import ValueStream
from vsm.tickets import keyed

T = TypeVar("T")
_FORMULA: Final = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫−]|[\t\r\n]")
"""What a spreadsheet may run: it drops blanks and line breaks in front, and some read full-width signs."""


def export_table(frame: pd.DataFrame, *, to: Path) -> None:
    """Write a table to a file, in the format that its suffix names.

    ``.parquet`` (zstd) keeps every type. In ``.csv`` and ``.json`` (a list of records) an instant is ISO
    8601 in UTC with microseconds and a ``Z``; a duration is a number of seconds, and its column is renamed
    to ``<name>_s``. In CSV a text that a spreadsheet would run as a formula (it begins with ``=``, ``+``,
    ``-`` or ``@``, also full-width or after blanks, or with a tab or line break) gets a leading
    apostrophe, and every line break is one line feed. An unnamed index is left out, a named one becomes
    columns. The file is written beside and renamed, so it is whole or not there; one that exists is replaced.

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
    write_as(frame, to=to, formats=TABLE_FORMATS)


def export_network(graph: "nx.DiGraph[str]", *, to: Path) -> None:
    """Write a network as GraphML, or as node-link JSON: both can be read back by networkx, Gephi or D3.

    The suffix of ``to`` names the format: ``.graphml`` or ``.json``. Durations are seconds, as in the graph;
    an attribute that is missing is left out. An existing file is replaced.

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
    write_as(plain, to=to, formats=NETWORK_FORMATS)


def _attributes(words: Mapping[str, Any]) -> dict[str, Any]:
    """Keep plain numbers, flags and texts, which is all that GraphML knows."""
    plain: dict[str, Any] = {}
    for name, value in words.items():
        if isinstance(value, (list, tuple, set, frozenset)):
            plain[name] = ", ".join(map(str, value))
        elif not pd.isna(value):
            plain[name] = value.item() if isinstance(value, np.generic) else value
    return plain


def suffix_of(to: Path, *, of: Iterable[str]) -> str:
    """Give which of these suffixes a file to be written has.

    Raises
    ------
    ParameterError
        It has none of them, or its folder does not exist.

    Examples
    --------
    >>> suffix_of(Path("waits.CSV"), of=[".parquet", ".csv"])
    '.csv'
    """
    suffixes = list(of)
    found = next((suffix for suffix in suffixes if to.name.lower().endswith(suffix)), None)
    if found is None:
        wanted = f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
        raise ParameterError(f"cannot export to '{to.name or to}'; use a name ending in {wanted}")
    if not to.parent.is_dir():
        raise ParameterError(f"cannot export to {to}: the folder {to.parent} does not exist; make it first")
    return found


def write_as(part: T, *, to: Path, formats: Mapping[str, Callable[[T, Path], object]]) -> None:
    """Write in the format that the suffix names, so that the file is whole or not there."""
    suffix = suffix_of(to, of=formats)
    try:
        with beside(to) as hidden:
            formats[suffix](part, hidden)
    except OSError as error:
        raise RunError(f"cannot write {to}: {error.strerror or error}") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise TableError(f"{to.name}: the table cannot be written as {to.suffix}: {error}") from error


def _write_csv(frame: pd.DataFrame, to: Path) -> None:
    plain = _plain(frame)
    guarded = pd.DataFrame({_guarded(name): _guarded_column(plain[name]) for name in plain.columns})
    guarded.to_csv(to, index=False, lineterminator="\n")


TABLE_FORMATS: Final[dict[str, Callable[[pd.DataFrame, Path], object]]] = {
    ".parquet": lambda frame, to: frame.to_parquet(to, compression="zstd", index=False),
    ".csv": _write_csv,
    ".json": lambda frame, to: _plain(frame).to_json(
        to, orient="records", force_ascii=False, double_precision=15
    ),
}
NETWORK_FORMATS: Final[dict[str, Callable[["nx.DiGraph[str]", Path], object]]] = {
    ".graphml": nx.write_graphml,
    ".json": lambda graph, to: to.write_text(
        json.dumps(nx.node_link_data(graph, edges="edges"), ensure_ascii=False), encoding="utf-8"
    ),
}


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Instants as texts, and durations as seconds in a column of another name."""
    columns: list[tuple[Hashable, pd.Series]] = []
    for name, values in frame.reset_index(drop=True).items():
        if pd.api.types.is_timedelta64_dtype(values.dtype):
            columns.append((f"{name}_s", values.dt.total_seconds()))
        elif isinstance(values.dtype, pd.DatetimeTZDtype):
            columns.append((name, _iso(values.dt.tz_convert("UTC").dt.tz_localize(None), zone="Z")))
        elif pd.api.types.is_datetime64_dtype(values.dtype):
            columns.append((name, _iso(values, zone="")))
        else:
            columns.append((name, values))
    names = [name for name, _ in columns]
    if twice := sorted({str(name) for name in names if names.count(name) > 1}):
        raise TableError(f"two columns would be called {', '.join(twice)}; rename one before exporting")
    return pd.DataFrame(dict(columns), index=pd.RangeIndex(len(frame)))


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
    guard = "'" if _FORMULA.match(value) else ""
    return guard + value.replace("\r\n", "\n").replace("\r", "\n")


def explore(table: "pd.DataFrame | Styler", *, of: ValueStream | None = None, rows: int = 1_000) -> None:
    """Show a table with a search box, and a filter for every column, sortable by each.

    For exploring in Jupyter, not for publishing: the script, about a megabyte, is kept in the notebook with
    the first table. Nothing is fetched, and text from the data is shown as it is.

    Parameters
    ----------
    table
        Any frame of a stream, or a table of ``vsm.figures``.
    of
        The stream that the table is of: rows of a ticket then begin with its key and summary.
    rows
        How many of its rows are kept in the notebook at most: the first ones, so sort by what matters. A
        sentence says how many are left out, and where they are.
    """
    from itables import init_notebook_mode, show  # noqa: PLC0415 - a second of import for those who explore

    frame: pd.DataFrame = table.data if isinstance(table, Styler) else table  # type: ignore[attr-defined]
    if of is not None:
        frame = keyed(frame, of.tickets)
    if len(frame) > rows:
        print(  # noqa: T201 - to the reader of a notebook; a caption would be as wide as the table
            f"The first {rows:,} of {len(frame):,} rows, and only these are searched. Sort the table by what "
            "matters before, give rows=… for more, or write all to a file: vsm export TABLE --to FILE.csv"
        )
    init_notebook_mode(all_interactive=False, connected=False)
    show(
        explorable(frame.head(rows)),
        maxBytes=0,
        lengthMenu=[10, 25, 100],
        showIndex=False,
        column_filters="header",
    )


def explorable(table: "pd.DataFrame | Styler") -> pd.DataFrame:
    """The frame that is shown: durations as hours, instants as text that sorts, rows numbered from 0.

    Examples
    --------
    >>> explorable(pd.DataFrame({"wait": [pd.Timedelta(hours=36)]})).to_dict("list")
    {'wait (h)': [36.0]}
    """
    frame: pd.DataFrame = table.data if isinstance(table, Styler) else table  # type: ignore[attr-defined]
    columns: dict[str, Any] = {}
    for name, values in frame.items():
        if pd.api.types.is_timedelta64_dtype(values.dtype):
            columns[f"{name} (h)"] = (values.dt.total_seconds() / 3600).round(2)
        elif isinstance(values.dtype, pd.DatetimeTZDtype):
            columns[str(name)] = values.dt.strftime("%Y-%m-%d %H:%M")
        else:
            columns[str(name)] = values
    return pd.DataFrame(columns).reset_index(drop=True)
