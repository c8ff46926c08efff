"""The tables' schema is kept: all faults at once, and the dictionary tells the truth."""

from pathlib import Path

import pandas as pd
import pytest

from vsm.errors import TableError
from vsm.tables import (
    COMMITS,
    QUALITY,
    RELEASES,
    TABLES,
    WAITS,
    Column,
    among,
    check,
    conform,
    data_dictionary,
    empty,
)
from vsm.tables.schema import Table

ROW = {
    "release": "v1", "repository": "shop", "commit": "c1", "at": pd.Timestamp("2026-01-05", tz="UTC"),
    "final": True,
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_empty_tables_keep_their_own_schema(table: object) -> None:
    """An empty frame of each table passes its check."""
    name = getattr(table, "name", "")
    assert check(empty(TABLES[name]), TABLES[name]).empty


def test_conform_orders_types_and_adds_what_may_lack() -> None:
    """Columns come in the table's order and type; ``tagged`` may lack and is added; the input stays."""
    rows = pd.DataFrame([ROW])[["at", "final", "commit", "release", "repository"]]
    frame = check(conform(rows, RELEASES), RELEASES)
    assert list(frame.columns) == RELEASES.names
    assert frame["tagged"].isna().all()
    assert list(rows.columns) == ["at", "final", "commit", "release", "repository"]


def test_conform_refuses_absent_columns_and_wrong_words() -> None:
    """A needed column that is not there, and a value that is not allowed, are refused."""
    with pytest.raises(TableError, match=r"releases lacks commit"):
        conform(pd.DataFrame([ROW]).drop(columns="commit"), RELEASES)
    with pytest.raises(TableError, match=r"quality.level holds \['bad'\], allowed are"):
        conform(pd.DataFrame([{"check": "x", "level": "bad", "detail": "y"}]), QUALITY)
    with pytest.raises(TableError, match=r"releases.at cannot be read as instant"):
        conform(pd.DataFrame([ROW | {"at": "soon"}]), RELEASES)


def test_check_tells_all_faults_at_once() -> None:
    """Missing values, a repeated key and a wrong type stand in one message."""
    frame = conform(pd.DataFrame([ROW, ROW]), RELEASES)
    frame = frame.assign(commit=pd.Series([None, "c1"], dtype="str"), at=frame["at"].dt.tz_localize(None))
    with pytest.raises(TableError, match=r"commit lacks 1.*at is datetime64\[us\].*1 row repeats the key"):
        check(frame, RELEASES)
    with pytest.raises(TableError, match=r"commits: columns are"):
        check(frame, COMMITS)


@pytest.mark.parametrize(
    ("days", "repeated"),
    [((5, 6, 7), 0), ((7, 5, 6), 0), ((5, 6, 6), 1), ((6, 5, 6), 1)],
    ids=["sorted", "in any order", "sorted, with a row twice", "in any order, with a row twice"],
)
def test_a_repeated_key_is_found_in_any_order(days: tuple[int, ...], repeated: int) -> None:
    """Neighbours suffice in a sorted table, and in no other."""
    at = [pd.Timestamp(f"2026-01-0{day}", tz="UTC") for day in days]
    columns = (Column("ticket", "category", "ticket id"), Column("start", "instant", "start"))
    table = Table("waits", "Waits.", ("ticket", "start"), columns)
    frame = conform(pd.DataFrame({"ticket": "a", "start": at}), table)
    if repeated:
        with pytest.raises(TableError, match=f"^waits: {repeated} row"):
            check(frame, table)
    else:
        check(frame, table)


def test_a_sorted_table_is_checked_without_looking_its_keys_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lookup of tens of millions of keys takes gigabytes."""
    monkeypatch.setattr(pd.DataFrame, "duplicated", None)
    at = pd.date_range("2026-01-05", periods=3, tz="UTC")
    rows = {
        "ticket": "a",
        "n": 0,
        "stage": "Build",
        "start": at,
        "end": at,
        "elapsed": at - at,
        "bulk": False,
    }
    check(conform(pd.DataFrame(rows), WAITS), WAITS)


@pytest.mark.parametrize("dtype", ["str", "category", "object"])
def test_texts_are_among_others_whatever_their_column_is(dtype: str) -> None:
    """A missing one is not; of known texts one may be there twice, or none at all."""
    texts = pd.Series(["b", None, "c", "b"], dtype=dtype)
    assert among(texts, pd.Series(["a", "b", "b"])).tolist() == [True, False, False, True]
    assert among(texts, ()).tolist() == [False] * 4
    assert among(texts.iloc[:0], {"a"}).tolist() == []


def test_the_dictionary_in_data_is_the_generated_one() -> None:
    """data/README.md is what ``make docs`` writes."""
    stored = Path(__file__).parents[1] / "data" / "README.md"
    assert stored.read_text(encoding="utf-8") == data_dictionary()
