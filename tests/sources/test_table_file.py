"""Any tracker's export is read by a mapping; what cannot be used is listed by its line."""

from pathlib import Path

import pandas as pd
import pytest

from vsm.errors import ParameterError, SourceError
from vsm.sources.table_file import parse_columns, row_pages

COLUMNS = parse_columns("ticket=ID,at=When,status=State,holder=Who,summary=Title")
GOOD = 'ID,When,State,Who,Title\n7,2026-01-06T09:00:00Z,Review,dev-1,"a\nb"\n7,2026-01-05T09:00:00+01:00,New,,x\n'


def bodies(path: Path, *, timezone: str | None = None, skip_bad: bool = False) -> list[dict[str, object]]:
    pages = row_pages(path, columns=COLUMNS, timezone=timezone, skip_bad=skip_bad)
    return [dict(document.body) for page in pages for document in page.documents]


def write(folder: Path, text: str) -> Path:
    (folder / "x.csv").write_text(text)
    return folder / "x.csv"


def test_rows_become_tickets_with_steps_in_order(tmp_path: Path) -> None:
    """Instants in UTC, empty texts as nothing, lines as in the file, the last known title."""
    (body,) = bodies(write(tmp_path, GOOD))
    assert body["ticket"] == "7"
    assert body["summary"] == "a\nb"
    assert body["rows"] == [
        {
            "status": "New",
            "holder": None,
            "team": None,
            "actor": None,
            "line": 4,
            "at": "2026-01-05T08:00:00+00:00",
        },
        {
            "status": "Review",
            "holder": "dev-1",
            "team": None,
            "actor": None,
            "line": 2,
            "at": "2026-01-06T09:00:00+00:00",
        },
    ]


def test_times_without_zone_need_a_named_one(tmp_path: Path) -> None:
    """Naive times are refused without a zone, and read on its clock with one."""
    path = write(tmp_path, "ID,When,State,Who,Title\n7,2026-07-06 09:00,New,,\n")
    with pytest.raises(SourceError, match="its times carry no zone; name it with --timezone"):
        bodies(path)
    assert bodies(path, timezone="Europe/Berlin")[0]["rows"][0]["at"] == "2026-07-06T07:00:00+00:00"  # type: ignore[index]
    with pytest.raises(SourceError, match="no time zone 'Mars/North'"):
        bodies(path, timezone="Mars/North")


BAD = (
    "ID,When,State,Who,Title\n,2026-01-05 09:00,New,,\n7,soon,New,,\n7,2026-01-05 09:00,,,\n7,,New,,\n"
    "7,2026-03-29 02:30,New,,\n7,2026-10-25 02:30,New,,\n8,2026-01-05 09:00,New,,\n"
)


def test_bad_rows_are_listed_by_line_and_nothing_is_stored(tmp_path: Path) -> None:
    """Missing values, unreadable times, and times that the clock skips or shows twice."""
    sentence = (
        r"6 bad rows: line 2: no ticket; line 3: no readable time 'soon', write it as 2026-01-31 08:00; line 4: no status; line 5: no time; "
        r"line 6: time '2026-03-29 02:30' is twice or never on that day's clock; line 7: .*; fix them, or pass --skip-bad"
    )
    with pytest.raises(SourceError, match=sentence):
        bodies(write(tmp_path, BAD), timezone="Europe/Berlin")


def test_bad_rows_can_be_left_out_and_are_kept_for_quality(tmp_path: Path) -> None:
    """What was skipped is a document of its own."""
    skipped, ticket = bodies(write(tmp_path, BAD), timezone="Europe/Berlin", skip_bad=True)
    assert [row["line"] for row in skipped["bad_rows"]] == [2, 3, 4, 5, 6, 7]  # type: ignore[attr-defined]
    assert ticket["ticket"] == "8"


def test_without_bad_rows_there_is_no_list(tmp_path: Path) -> None:
    """A mended export is pulled whole, which takes back what was said about the former one."""
    (ticket,) = bodies(write(tmp_path, GOOD), skip_bad=True)
    assert ticket["ticket"] == "7"


def test_more_than_ten_bad_rows_are_counted(tmp_path: Path) -> None:
    """The first ten by line, and how many more."""
    text = "ID,When,State,Who,Title\n" + ",2026-01-05T09:00Z,New,,\n" * 12
    with pytest.raises(SourceError, match=r"12 bad rows: line 2: .*; line 11: no ticket; and 2 more; fix"):
        bodies(write(tmp_path, text))


@pytest.mark.parametrize(
    "when", ["2026", "20260105", "1767600000", "09:00Z", "05.01.2026 09:00", "01/05/2026 09:00Z"]
)
def test_a_time_that_could_mean_something_else_is_not_guessed(tmp_path: Path, when: str) -> None:
    """A year, a number, a time of today's day, a day before or after its month: all refused, with a zone too."""
    text = f"ID,When,State,Who,Title\n7,{when},New,,\n"
    with pytest.raises(SourceError, match=f"line 2: no readable time '{when}', write it as"):
        bodies(write(tmp_path, text), timezone="UTC")


@pytest.mark.parametrize(
    "when", ["2026-01-05 08:00:00 UTC", "2026/01/05 09:00:00.000+01:00", "2026-01-05T08:00:00Z"]
)
def test_instants_come_in_several_spellings(tmp_path: Path, when: str) -> None:
    """Dashes or slashes, a zone as an offset, as Z or as UTC."""
    (body,) = bodies(write(tmp_path, f"ID,When,State,Who,Title\n7,{when},New,,\n"))
    assert body["rows"][0]["at"] == "2026-01-05T08:00:00+00:00"  # type: ignore[index]


def test_a_row_with_more_cells_than_names_is_bad(tmp_path: Path) -> None:
    """An unquoted comma shifts what follows it: such a row is not read; empty cells at its end do no harm."""
    text = "ID,When,State,Who,Title\n7,2026-01-05T09:00Z,New,,x,\n7,2026-01-06T09:00Z,Done,,a, b\n"
    with pytest.raises(SourceError, match=r"1 bad row: line 3: 6 cells under 5 columns"):
        bodies(write(tmp_path, text))


def test_spreadsheets_write_csv_in_their_own_way(tmp_path: Path) -> None:
    """A byte order mark, semicolons, blank lines and long cells are read."""
    title = "x" * 200_000
    text = f"\ufeffID;When;State;Who;Title\r\n7;2026-01-05T09:00Z;New;;{title}\r\n\r\n7;2026-01-06T09:00Z;Done\r\n\r\n"
    (body,) = bodies(write(tmp_path, text))
    assert body["summary"] == title
    assert [row["line"] for row in body["rows"]] == [2, 4]  # type: ignore[attr-defined]


def test_parquet_keeps_whole_numbers_whole(tmp_path: Path) -> None:
    """Tickets are 7 and 8, not 7.0, also where an earlier tool made floats or an index of them."""
    rest = {"When": ["2026-01-05T09:00Z"] * 2, "State": ["New"] * 2, "Who": [None] * 2, "Title": ["x"] * 2}
    pd.DataFrame({"ID": [7.0, 8.0]} | rest).set_index("ID").to_parquet(tmp_path / "x.parquet")
    assert [body["ticket"] for body in bodies(tmp_path / "x.parquet")] == ["7", "8"]


def test_columns_are_checked_without_the_command_line_too(tmp_path: Path) -> None:
    """A mapping that was made otherwise is held to the same words."""
    pages = row_pages(write(tmp_path, GOOD), columns={"ticket": "ID", "colour": "X"}, timezone=None)
    with pytest.raises(SourceError, match=r"'colour' is not one of .*; 'at' is needed; 'status' is needed"):
        next(pages)


def test_parquet_is_read_with_its_own_types(tmp_path: Path) -> None:
    """Numbers as ids and zone-aware instants need no text."""
    at = pd.to_datetime(["2026-01-05T09:00"], utc=True).tz_convert("Europe/Berlin")
    frame = pd.DataFrame({"ID": [7], "When": at, "State": ["New"], "Who": [None], "Title": ["x"]})
    frame.to_parquet(tmp_path / "x.parquet")
    assert bodies(tmp_path / "x.parquet")[0]["rows"][0]["at"] == "2026-01-05T09:00:00+00:00"  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("none.csv", None, "none.csv: No such file"),
        ("x.ods", "", "neither .csv, .tsv, .xlsx, .parquet nor .xes"),
        ("x.xlsx", "PK?", "cannot be read as a table"),
        ("x.csv", "A,B\n1,2\n", "has no column ID, State, Title, When, Who; it has A, B"),
        ("x.csv", "", "cannot be read as a table .it is empty"),
        ("x.csv", 'ID,When,State,Who,Title\n7,"', "cannot be read as a table .unexpected end of data"),
        ("x.csv", "ID,When,State,Who,Title,ID\n", "has several columns called ID"),
        ("x.parquet", "PAR?", "cannot be read as a table"),
    ],
)
def test_files_that_are_no_such_table_are_refused(
    tmp_path: Path, name: str, text: str | None, sentence: str
) -> None:
    """Each says what it is and what there is."""
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(SourceError, match=sentence):
        bodies(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ticket=a,at=b", "'status' is needed"),
        ("ticket=a,at=b,status=c,colour=d", "'colour' is not one of ticket, at, status"),
        ("ticket=a,at=b,status", "'status' names no column"),
        ("ticket=a,ticket=b,at=b,status=c", "a word is given twice"),
    ],
)
def test_mappings_that_cannot_be_are_refused(text: str, sentence: str) -> None:
    """Each fault of a mapping is named."""
    with pytest.raises(ParameterError, match=sentence):
        parse_columns(text)
