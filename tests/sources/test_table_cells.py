"""The cells of a table are the same, whatever wrote them: separators, encodings, Excel."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from vsm.errors import SourceError
from vsm.sources.table_cells import read_cells

ROWS = [["Case, ID", "State"], ["7", "Grün; geprüft"], ["8", 'say "no"\nor yes']]


def rows_of(path: Path, *, encoding: str = "", sheet: str = "") -> list[list[object]]:
    cells = read_cells(path, encoding=encoding, sheet=sheet)
    return [list(cells.header), *cells.frame.to_numpy().tolist()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_of_unicode_are_told_by_their_first_bytes(tmp_path: Path, encoding: str) -> None:
    """With a byte order mark or, for UTF-16, without."""
    (tmp_path / "x.csv").write_text('"Case, ID",State\n7,Grün; geprüft\n8,"say ""no""\nor yes"\n', encoding)
    assert rows_of(tmp_path / "x.csv") == ROWS


@pytest.mark.parametrize(("encoding", "byte"), [("cp1252", "fc"), ("iso-8859-2", "fc"), ("mac_roman", "9f")])
def test_another_encoding_is_asked_for_by_line(tmp_path: Path, encoding: str, byte: str) -> None:
    """Windows, Central Europe, an old Mac: which one it is cannot be seen, so it is named with --encoding."""
    (tmp_path / "x.csv").write_text('"Case, ID",State\n7,Grün; geprüft\n8,"say ""no""\nor yes"\n', encoding)
    with pytest.raises(
        SourceError, match=f"x.csv, line 2: byte 0x{byte} is not UTF-8; .*--encoding, such as cp1252"
    ):
        rows_of(tmp_path / "x.csv")
    assert rows_of(tmp_path / "x.csv", encoding=encoding) == ROWS


def test_a_wrong_encoding_is_named(tmp_path: Path) -> None:
    """As is a byte order mark that belies it."""
    (tmp_path / "x.csv").write_bytes(b"ID,State\n7,Gr\xfcn\n")
    with pytest.raises(SourceError, match="not a text in ascii; name its encoding"):
        rows_of(tmp_path / "x.csv", encoding="ascii")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.csv", 'ID;When;Sum\n7;2026-01-05;"1.200,50"\n8;2026-01-06;3,5\n'),
        ("x.csv", 'sep=;\r\nID;When;Sum\r\n7;2026-01-05;1.200,50\r\n8;2026-01-06;3,5\r\n'),
        ("x.csv", 'ID,When,Sum\n7,2026-01-05,"1.200,50"\n8,2026-01-06,"3,5"\n'),
        ("x.tsv", "ID\tWhen\tSum\n7\t2026-01-05\t1.200,50\n8\t2026-01-06\t3,5\n"),
        ("x.csv", "ID\tWhen\tSum\n7\t2026-01-05\t1.200,50\n8\t2026-01-06\t3,5\n"),
        ("x.csv", "ID|When|Sum\n7|2026-01-05|1.200,50\n8|2026-01-06|3,5\n"),
    ],
)  # fmt: skip
def test_the_separator_is_the_mark_that_fits_the_first_lines(tmp_path: Path, name: str, text: str) -> None:
    """German numbers hold more commas than there are semicolons; Excel may say which mark it uses."""
    (tmp_path / name).write_text(text)
    rows = [["ID", "When", "Sum"], ["7", "2026-01-05", "1.200,50"], ["8", "2026-01-06", "3,5"]]
    assert rows_of(tmp_path / name) == rows


def test_a_header_with_commas_does_not_make_commas_the_separator(tmp_path: Path) -> None:
    """Three commas and two semicolons in the header; the rows say which is which."""
    (tmp_path / "x.csv").write_text("Case, ID;State, now, here;Who\n7;New;dev-1\n")
    assert rows_of(tmp_path / "x.csv") == [["Case, ID", "State, now, here", "Who"], ["7", "New", "dev-1"]]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """Also after a line break in a cell, an empty line, and the line that names the separator."""
    (tmp_path / "x.csv").write_text('sep=,\nID,State\n7,"a\nb"\n\n8,c\n')
    assert read_cells(tmp_path / "x.csv").lines == [3, 6]


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    """A workbook as Excel writes it, with these sheets."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd.mm.yyyy hh:mm"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return path


def test_a_sheet_keeps_the_types_of_its_cells(tmp_path: Path) -> None:
    """Dates, times and numbers, whatever Excel shows; empty rows are no rows, and lines are Excel's."""
    rows: list[list[object]] = [["ID", "When", "Sum"], [], [7, datetime(2026, 1, 5, 9, 30), 1200.5], [8, date(2026, 1, 6), ""]]  # fmt: skip
    path = workbook(tmp_path / "x.xlsx", Export=rows, Empty=[])
    cells = read_cells(path)
    assert cells.frame.to_numpy().tolist() == [
        [7.0, datetime(2026, 1, 5, 9, 30), 1200.5],
        [8.0, date(2026, 1, 6), ""],
    ]
    assert cells.lines == [3, 4]


def test_of_several_sheets_one_is_named(tmp_path: Path) -> None:
    """The first one would be a guess."""
    path = workbook(tmp_path / "x.xlsx", Old=[["ID"], [1]], New=[["ID"], [2]])
    with pytest.raises(SourceError, match="has several sheets: Old, New; name one with --sheet"):
        read_cells(path)
    assert rows_of(path, sheet="New") == [["ID"], [2.0]]
    with pytest.raises(SourceError, match="has no sheet 'Newer'; it has Old, New"):
        read_cells(path, sheet="Newer")
    with pytest.raises(SourceError, match="it is empty: not even a row"):
        read_cells(workbook(tmp_path / "y.xlsx", Empty=[]))


def test_a_sheet_with_a_stray_cell_in_its_corner_is_refused(tmp_path: Path) -> None:
    """It would be held as 17 billion empty cells."""
    path = workbook(tmp_path / "x.xlsx", Export=[["ID"], [7]])
    book = zipfile.ZipFile(path)
    with zipfile.ZipFile(tmp_path / "y.xlsx", "w") as stray:
        for name in book.namelist():
            text = book.read(name).decode()
            cell = '<row r="1048576"><c s="1" r="XFD1048576"><v>1</v></c></row></sheetData>'
            stray.writestr(name, text.replace("</sheetData>", cell))
    with pytest.raises(
        SourceError, match=r"a sheet spans 1,048,576 rows by 16,384 columns; delete stray cells"
    ):
        read_cells(tmp_path / "y.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it is held in memory."""
    monkeypatch.setattr("vsm.sources.table_cells.LARGEST", 1000)
    with pytest.raises(SourceError, match="unpacked it is larger than 0 MB"):
        read_cells(workbook(tmp_path / "x.xlsx", Export=[["ID"], [7]]))
