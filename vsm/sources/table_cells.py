"""The cells of a table file, whatever wrote it: CSV in several encodings, Excel, Parquet."""

import codecs
import csv
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vsm.errors import SourceError

if TYPE_CHECKING:
    import pandas as pd

LONGEST: Final = 2**31 - 1  # of a cell; the csv module stops at 131,072 characters, some descriptions do not
LARGEST: Final = 2**30
"""Bytes of a workbook or event log, unpacked."""
CELLS: Final = 50_000_000
"""Of the rectangle around a sheet: one stray cell in its last corner makes 17 billion of them."""
SAMPLE: Final = 50
SUFFIXES: Final = (".csv", ".tsv", ".xlsx", ".parquet")
_SAID: Final = re.compile(r'\ufeff?"?sep=(.)"?\s*')
_REFERENCE: Final = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


@dataclass(frozen=True, slots=True)
class Cells:
    """A table as its file has it.

    ``frame`` has the columns 0, 1, … for ``header``, with texts or, from Excel and Parquet, values with
    types. ``lines`` says where each row begins in the file, ``odd`` what is wrong with its shape.
    """

    header: list[str]
    frame: "pd.DataFrame"
    lines: list[int]
    odd: list[str]


def read_cells(path: Path, *, encoding: str = "", sheet: str = "") -> Cells:
    """Read all cells of a table file.

    Parameters
    ----------
    path
        ``.csv`` or ``.tsv`` (separated by comma, semicolon, tab or bar, whichever fits its first lines),
        ``.xlsx`` or ``.parquet``.
    encoding
        Of a text file. Without one UTF-8, UTF-16 and UTF-32 are recognised by the first bytes.
    sheet
        Of a workbook; by default the only one that is not empty.

    Raises
    ------
    SourceError
        The file cannot be read, and why.

    Examples
    --------
    >>> read_cells(Path("nowhere.csv"))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: nowhere.csv: No such file or directory
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise SourceError(f"{path}: neither {', '.join(SUFFIXES)} nor .xes; export the table as one of these")
    try:
        if suffix == ".xlsx":
            return _workbook(path, sheet)
        return _parquet(path) if suffix == ".parquet" else _text(path, encoding)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    except UnicodeError as error:
        raise SourceError(_undecodable(path, encoding)) from error
    except (ValueError, csv.Error, zipfile.BadZipFile) as error:
        raise SourceError(f"{path}: cannot be read as a table ({error})") from error


def _text(path: Path, encoding: str) -> Cells:
    """Read CSV; a row's line is the one on which it begins: quoted texts may hold line breaks."""
    csv.field_size_limit(LONGEST)
    with path.open(encoding=_encoding(path, encoding), newline="") as file:
        head = list(islice(file, SAMPLE))
        file.seek(0)
        said = _SAID.fullmatch(head[0]) if head else None
        separator = said[1] if said else "\t" if path.suffix.lower() == ".tsv" else _separator(head)
        before = len(list(islice(file, 1))) if said else 0
        reader = csv.reader(file, delimiter=separator, strict=True)
        header = next(reader, None)
        if header is None:
            raise ValueError("it is empty: not even a line with names of columns")
        rows, lines, odd, end = list[list[str]](), list[int](), list[str](), reader.line_num
        for cells in reader:
            begin, end = end + 1, reader.line_num
            if cells:
                more = f"{len(cells)} cells under {len(header)} columns" if any(cells[len(header) :]) else ""
                rows.append((cells + [""] * (len(header) - len(cells)))[: len(header)])
                lines.append(begin + before)
                odd.append(more)
    return _cells(header, rows, lines, odd)


def _cells(header: Sequence[object], rows: Sequence[object], lines: list[int], odd: list[str]) -> Cells:
    import pandas as pd  # noqa: PLC0415 - keeps a pull of other sources quick to start

    values = pd.DataFrame(rows, columns=range(len(header)), dtype="object")
    return Cells([str(name).strip() for name in header], values, lines, odd)


def _encoding(path: Path, named: str) -> str:
    """Give the named encoding, else what the first bytes say: a byte order mark, or each other one NUL."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if named and codecs.lookup(named).name != "utf-8":
        return named
    if head[1::2].count(0) > len(head) / 4:
        return "utf-16-le"
    return "utf-16-be" if head[::2].count(0) > len(head) / 4 else "utf-8-sig"


def _undecodable(path: Path, encoding: str) -> str:
    if encoding:
        return f"{path}: not a text in {encoding}; name its encoding with --encoding, such as cp1252 or utf-8"
    for line, raw in enumerate(path.read_bytes().split(b"\n"), start=1):
        try:
            raw.decode()
        except UnicodeDecodeError as error:
            return (
                f"{path}, line {line}: byte 0x{raw[error.start]:02x} is not UTF-8; name the encoding with "
                "--encoding, such as cp1252 (Excel on Windows in Western Europe) or utf-16, or save as UTF-8"
            )
    return f"{path}: not a text; name its encoding with --encoding, such as utf-16 or cp1252"


def _separator(head: list[str]) -> str:
    """Give the mark that cuts the first lines into as many cells as the header has, and into most."""

    def fit(mark: str) -> tuple[bool, float, int]:
        widths = [len(cells) for cells in csv.reader(head, delimiter=mark) if cells]
        whole = widths[:-1] if len(head) == SAMPLE and len(widths) > 1 else widths  # the last may be cut off
        if not whole:
            return False, 0.0, 0
        return whole[0] > 1, sum(width == whole[0] for width in whole) / len(whole), whole[0]

    return max(",;\t|", key=fit)


def _workbook(path: Path, named: str) -> Cells:
    """Read a sheet; its values are those that Excel saved with each formula."""
    from python_calamine import (  # noqa: PLC0415 - see _cells
        CalamineError,
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    _check_size(path)
    try:
        book = CalamineWorkbook.from_path(path)
        seen = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        if named and named not in seen:
            raise SourceError(f"{path} has no sheet '{named}'; it has {', '.join(seen)}")
        filled = {
            name: rows
            for name in ([named] if named else seen)
            if (rows := book.get_sheet_by_name(name).to_python(skip_empty_area=False))
        }
    except CalamineError as error:
        raise ValueError(str(error)) from error
    if len(filled) > 1:
        raise SourceError(f"{path} has several sheets: {', '.join(filled)}; name one with --sheet")
    table = [
        (line, cells)
        for sheet in filled.values()
        for line, cells in enumerate(sheet, start=1)
        if any(cell != "" for cell in cells)
    ]
    if not table:
        raise ValueError("it is empty: not even a row with names of columns")
    (_, header), *body = table
    return _cells(header, [cells for _, cells in body], [line for line, _ in body], [""] * len(body))


def _check_size(path: Path) -> None:
    """Refuse a workbook that unpacks to too much, or whose sheets span too much for memory."""
    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > LARGEST:
            raise ValueError(f"unpacked it is larger than {LARGEST >> 20} MB; export it as .csv")
        for part in packed.infolist():
            if part.filename.startswith("xl/worksheets/"):
                with packed.open(part) as sheet:
                    rows, columns = _span(iter(lambda: sheet.read(1 << 20), b""))
                if rows * columns > CELLS:
                    raise ValueError(
                        f"a sheet spans {rows:,} rows by {columns:,} columns; delete stray cells"
                    )


def _span(chunks: Iterator[bytes]) -> tuple[int, int]:
    rows = columns = 0
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        for letters, digits in set(_REFERENCE.findall(text)):
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            rows, columns = max(rows, int(digits)), max(columns, column)
        rest = text[-20:]
    return rows, columns


def _parquet(path: Path) -> Cells:
    """Read Parquet; integers stay integers where some are missing, and an index is a column."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - see _cells

    table = pq.read_table(path)
    plain = table.rename_columns([str(position) for position in range(table.num_columns)])
    values = plain.to_pandas(ignore_metadata=True, integer_object_nulls=True).astype("object")
    values.columns = range(table.num_columns)
    names = [name.strip() for name in table.column_names]
    return Cells(names, values, list(range(2, len(values) + 2)), [""] * len(values))
