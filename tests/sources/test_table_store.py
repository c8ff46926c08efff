"""Derived tables come back from Parquet exactly as they were."""

import stat
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import vsm.sources.table_store
from tests.frames import assert_same_rows
from vsm.errors import ArchiveError
from vsm.sources.table_store import load_table, open_table, save_parts, save_table
from vsm.tables import EVENTS, TABLES, Table, conform, empty

AT = pd.Timestamp("2026-01-05T09:00:00.123456", tz="UTC")
VALUES = {
    "instant": AT, "duration": pd.Timedelta("1 days 00:00:00.000001"), "category": "a", "text": "é", "count": 7,
    "amount?": 2.5,
    "number?": 3, "flag": True, "flag?": True,
}  # fmt: skip


def rows(table: Table) -> pd.DataFrame:
    """Two rows: one with every value, one that lacks what may lack."""
    whole = {c.name: c.allowed[0] if c.allowed else VALUES[c.type] for c in table.columns}
    bare = {c.name: None if c.may_lack else whole[c.name] for c in table.columns}
    return conform(pd.DataFrame([whole, bare]), table)


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_tables_come_back_with_values_and_types(table: Table, tmp_path: Path) -> None:
    """With missing values, and empty."""
    for frame in (
        rows(table).iloc[: 2 if not table.key else 1],
        rows(table).iloc[1:].reset_index(drop=True),
        empty(table),
    ):
        save_table(frame, table, tmp_path / "t.parquet", stamp="s")
        again = load_table(tmp_path / "t.parquet", table, stamp="s")
        assert again is not None
        assert_same_rows(again, frame)


def test_strings_lie_as_dictionaries(tmp_path: Path) -> None:
    """Repeated strings are stored once."""
    table = TABLES["events"]
    save_table(rows(table).iloc[:1], table, tmp_path / "t.parquet", stamp="s")
    kinds = {field.name: str(field.type) for field in pq.read_schema(tmp_path / "t.parquet")}
    assert all(kinds[c.name].startswith("dictionary") for c in table.columns if c.type == "category")


def test_another_stamp_or_a_broken_file_gives_nothing(tmp_path: Path) -> None:
    """What was made from something else, or cannot be read, is made anew."""
    table = TABLES["names"]
    save_table(empty(table), table, tmp_path / "t.parquet", stamp="s")
    assert load_table(tmp_path / "t.parquet", table, stamp="other") is None
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    assert load_table(tmp_path / "t.parquet", table, stamp="s") is None


def test_a_table_of_another_shape_gives_nothing(tmp_path: Path) -> None:
    """Columns have changed since, under the same stamp: it is made anew, no fault."""
    table = TABLES["names"]
    save_table(pd.DataFrame({"note": ["x"]}), table, tmp_path / "t.parquet", stamp="s")
    assert load_table(tmp_path / "t.parquet", table, stamp="s") is None


def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """A folder stands where the file should be."""
    (tmp_path / "t.parquet").mkdir()
    table = TABLES["names"]
    with pytest.raises(ArchiveError, match=r"t.parquet cannot be written: Is a directory; see that its disk"):
        save_table(empty(table), table, tmp_path / "t.parquet", stamp="s")
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def test_derived_tables_are_their_owners_only(tmp_path: Path) -> None:
    """Titles and names are in them: folder 0700, file 0600, whatever the umask."""
    table = TABLES["names"]
    save_table(empty(table), table, tmp_path / "log" / "t.parquet", stamp="s")
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "log" / "t.parquet").stat().st_mode) == 0o600


def three_tickets() -> pd.DataFrame:
    """EVENTS of three tickets, two of each."""
    first = rows(EVENTS).iloc[[0, 0]].assign(seq=[0, 1]).astype({"ticket": "str"})
    tickets = [first.assign(ticket=ticket, actor=actor) for ticket, actor in zip("abc", "xyx", strict=True)]
    return conform(pd.concat(tickets, ignore_index=True), EVENTS)


def test_a_stored_table_is_read_in_the_groups_that_it_was_written_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has only the words that occur in it, and the columns that were asked for; read as often as wanted."""
    path, events = tmp_path / "t.parquet", three_tickets()
    monkeypatch.setattr(vsm.sources.table_store, "GROUP", 4)
    save_parts([events.iloc[:2], events.iloc[2:]], EVENTS, path, stamp="s")
    stored = open_table(path, EVENTS, stamp="s")
    assert stored is not None
    for _ in range(2):
        groups = list(stored.groups(("actor", "ticket")))
        assert [group.astype("str").to_numpy().tolist() for group in groups] == [
            [["a", "x"], ["a", "x"]],
            [["b", "y"], ["b", "y"], ["c", "x"], ["c", "x"]],
        ]
        assert [group["actor"].cat.categories.tolist() for group in groups] == [["x"], ["x", "y"]]


@pytest.mark.parametrize(("rows", "groups"), [(2, ["a", "b", "c"]), (4, ["ab", "c"]), (6, ["abc"])])
def test_small_groups_are_read_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, groups: list[str]
) -> None:
    """One after another, into groups of about as many rows; their words are joined, and in order."""
    path, events = tmp_path / "t.parquet", three_tickets()
    save_parts([events[events["ticket"] == ticket] for ticket in "abc"], EVENTS, path, stamp="s")
    monkeypatch.setattr(vsm.sources.table_store, "GROUP", rows)
    stored = open_table(path, EVENTS, stamp="s")
    assert stored is not None
    read = list(stored.groups(("actor", "ticket")))
    assert ["".join(group["ticket"].cat.categories) for group in read] == groups
    assert pd.concat(read)["actor"].tolist() == ["x", "x", "y", "y", "x", "x"]


def test_an_empty_table_is_one_empty_group(tmp_path: Path) -> None:
    """There is always one."""
    save_table(empty(EVENTS), EVENTS, tmp_path / "t.parquet", stamp="s")
    stored = open_table(tmp_path / "t.parquet", EVENTS, stamp="s")
    assert stored is not None
    assert [len(group) for group in stored.groups(EVENTS.names)] == [0]


def test_an_open_table_stays_what_it_was(tmp_path: Path) -> None:
    """Another one is written in its place while it is read; what is damaged is not opened."""
    path, events = tmp_path / "t.parquet", three_tickets()
    save_table(events, EVENTS, path, stamp="s")
    stored = open_table(path, EVENTS, stamp="s")
    save_table(events.iloc[:2], EVENTS, path, stamp="t")
    assert stored is not None
    assert [len(group) for group in stored.groups(["at"])] == [6]
    assert open_table(path, EVENTS, stamp="s") is None
    path.write_bytes(path.read_bytes()[:-1])
    assert open_table(path, EVENTS, stamp="t") is None


def test_a_flipped_bit_anywhere_gives_nothing(tmp_path: Path) -> None:
    """Not another table: it is made anew from the archive. A digest that is damaged does the same."""
    table = TABLES["events"]
    path = tmp_path / "t.parquet"
    save_table(rows(table).iloc[:1], table, path, stamp="s")
    for file in (path, path.with_suffix(".sha256")):
        whole = file.read_bytes()
        for place in range(0, len(whole), max(1, len(whole) // 60)):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
            assert load_table(path, table, stamp="s") is None
        file.write_bytes(whole[:-1])
        assert load_table(path, table, stamp="s") is None
        file.write_bytes(whole)
    assert load_table(path, table, stamp="s") is not None
