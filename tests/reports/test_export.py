"""Does a table survive the way out?"""

import json
from pathlib import Path

import pandas as pd
import pytest

from vsm.errors import ParameterError, RunError, TableError
from vsm.reports.export import export_table
from vsm.tables import QUALITY, TABLES, empty


def _waits() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "stage": pd.Categorical(["Review", "=SUM(A1)", None]),
            "start": pd.Series(
                ["2026-11-23T03:15:00.000001Z", "2026-03-29T01:00:00Z", None], dtype="datetime64[us, UTC]"
            ),
            "wait": pd.Series(
                [pd.Timedelta(days=2, microseconds=1), pd.Timedelta(0), pd.NaT], dtype="timedelta64[us]"
            ),
            "handoff": pd.Series([7, None, -1], dtype="Int64"),
            "back": [True, False, True],
        }
    )


def test_parquet_keeps_every_type_and_value(tmp_path: Path) -> None:
    """What is read back is what was written."""
    export_table(_waits(), to=tmp_path / "waits.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "waits.parquet"), _waits())


def test_csv_says_instants_in_utc_and_durations_in_seconds(tmp_path: Path) -> None:
    """The whole file, letter by letter: a gap is empty, a formula is disarmed, minus one is a number."""
    export_table(_waits(), to=tmp_path / "waits.csv")
    assert (tmp_path / "waits.csv").read_text() == (
        "stage,start,wait_s,handoff,back\n"
        "Review,2026-11-23T03:15:00.000001Z,172800.000001,7,True\n"
        "'=SUM(A1),2026-03-29T01:00:00.000000Z,0.0,,False\n"
        ",,,-1,True\n"
    )


def test_csv_gives_instants_and_durations_back(tmp_path: Path) -> None:
    """pandas reads the same instants and the same microseconds."""
    export_table(_waits(), to=tmp_path / "waits.csv")
    back = pd.read_csv(tmp_path / "waits.csv")
    assert (
        pd.to_datetime(back["start"]).astype("datetime64[us, UTC]").dropna() == _waits()["start"].dropna()
    ).all()
    seconds = pd.to_timedelta(back["wait_s"], unit="s").dt.round("us").dropna()
    assert seconds.tolist() == _waits()["wait"].dropna().tolist()


def test_json_is_a_list_of_records(tmp_path: Path) -> None:
    """A gap is null; text stays as it is, since no spreadsheet runs it."""
    export_table(_waits().iloc[1:], to=tmp_path / "waits.json")
    assert json.loads((tmp_path / "waits.json").read_text()) == [
        {
            "stage": "=SUM(A1)",
            "start": "2026-03-29T01:00:00.000000Z",
            "wait_s": 0.0,
            "handoff": None,
            "back": False,
        },
        {"stage": None, "start": None, "wait_s": None, "handoff": -1, "back": True},
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(tmp_path: Path, text: str) -> None:
    """In cells and in column names, whatever the column's type."""
    export_table(pd.DataFrame({text: [text, "a-b"]}), to=tmp_path / "t.csv")
    back = pd.read_csv(tmp_path / "t.csv")
    assert list(back.columns) == [f"'{text}"]
    assert back.iloc[:, 0].tolist() == [f"'{text}", "a-b"]


def test_a_carriage_return_does_not_end_a_row(tmp_path: Path) -> None:
    """Line breaks of every kind become a line feed inside quotes; one at the start is guarded too."""
    export_table(pd.DataFrame({"t": ["a\r\nb", "c\rd", "\re"]}), to=tmp_path / "t.csv")
    assert pd.read_csv(tmp_path / "t.csv")["t"].tolist() == ["a\nb", "c\nd", "'\ne"]


def test_an_instant_of_another_zone_is_said_in_utc(tmp_path: Path) -> None:
    """Midnight in Berlin in summer is 22:00 in UTC; a day without zone gets no Z."""
    table = pd.DataFrame(
        {"at": [pd.Timestamp("2026-07-01", tz="Europe/Berlin")], "day": [pd.Timestamp("2026-07-01")]}
    )
    export_table(table, to=tmp_path / "t.csv")
    line = (tmp_path / "t.csv").read_text().splitlines()[1]
    assert line == "2026-06-30T22:00:00.000000Z,2026-07-01T00:00:00.000000"


def test_a_named_index_becomes_a_column(tmp_path: Path) -> None:
    """What a table is indexed by is not lost."""
    table = pd.DataFrame({"n": [3]}, index=pd.Index(["Review"], name="stage"))
    export_table(table, to=tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "stage,n\nReview,3\n"


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".json"])
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_can_be_exported_empty(tmp_path: Path, table: object, suffix: str) -> None:
    """No rows is no fault."""
    export_table(empty(TABLES[getattr(table, "name")]), to=tmp_path / f"t{suffix}")  # noqa: B009
    assert (tmp_path / f"t{suffix}").stat().st_size > 0


def test_the_table_given_is_not_changed(tmp_path: Path) -> None:
    """Exporting to text leaves the frame as it was."""
    table = _waits()
    export_table(table, to=tmp_path / "t.csv")
    pd.testing.assert_frame_equal(table, _waits())


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    """The known ones are named."""
    with pytest.raises(ParameterError, match=r"cannot export to 't\.xlsx'; use .*\.parquet, \.csv or \.json"):
        export_table(empty(QUALITY), to=tmp_path / "t.xlsx")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """Folders are not made by surprise."""
    with pytest.raises(ParameterError, match=r"the folder .*absent does not exist; make it first"):
        export_table(empty(QUALITY), to=tmp_path / "absent" / "t.csv")


def test_two_columns_that_would_share_a_name_are_refused(tmp_path: Path) -> None:
    """``wait`` in seconds would hide ``wait_s``."""
    table = pd.DataFrame({"wait": [pd.Timedelta(0)], "wait_s": [1]})
    with pytest.raises(TableError, match="two columns would be called wait_s"):
        export_table(table, to=tmp_path / "t.csv")


def test_a_failed_export_leaves_the_old_file_and_no_crumbs(tmp_path: Path) -> None:
    """Parquet cannot hold a column of mixed types; what was there stays."""
    (tmp_path / "t.parquet").write_text("old")
    with pytest.raises(TableError, match=r"cannot be written as \.parquet"):
        export_table(pd.DataFrame({"mixed": [1, "a"]}), to=tmp_path / "t.parquet")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("t.parquet", "old")]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder of that name is in the way."""
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(RunError, match=r"cannot write .*t\.csv"):
        export_table(empty(QUALITY), to=tmp_path / "t.csv")


@pytest.mark.parametrize(
    "text",
    [
        "\n=1+1",
        "\n\n @SUM(A1)",
        " =1+1",
        "\xa0+1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "\ufeff=1",
        "\v=1",
        "−1+cmd",
    ],
)
def test_csv_disarms_what_a_spreadsheet_might_run(tmp_path: Path, text: str) -> None:
    """Also behind blanks and line breaks, and with full-width signs."""
    export_table(pd.DataFrame({"title": [text]}), to=tmp_path / "t.csv")
    assert pd.read_csv(tmp_path / "t.csv")["title"].tolist() == ["'" + text]
