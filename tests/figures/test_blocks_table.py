"""The table of the longest blocks: what blocked, since when, for how long; tickets linked, all escaped."""

import pandas as pd

from tests.blocks import AS_OF, at, blocks_of, flagged, said, tickets_of
from tests.figures.test_tables import shown
from vsm.figures.causes import blocks_table
from vsm.tables import BLOCKS, empty

TICKETS = tickets_of(0, 0, 0).assign(url=[f"https://example.org/browse/AB-{n}" for n in (1, 2, 3)])
LINES = (
    said(1, 1, new="This issue is blocked by AB-2"),
    said(1, 73, old="This issue is blocked by AB-2"),
    said(2, 2, new="This issue is blocked by XY-9"),
    flagged(3, 52, new="Impediment"),
    flagged(3, 54, old="Impediment"),
)


def test_the_longest_blocks_come_first_with_what_blocked() -> None:
    """By an unknown ticket, still; by a ticket; by a flag, in its own words."""
    table = blocks_table(blocks_of(*LINES), tickets=TICKETS, as_of=at(AS_OF))
    assert shown(table) == [
        ["AB-2", "–", "XY-9", "a link", "2026-01-05", "now", "4 d 2 h"],
        ["AB-1", "–", "AB-2", "a link", "2026-01-05", "2026-01-08", "3 d"],
        ["AB-3", "–", "Impediment", "a flag", "2026-01-07", "2026-01-07", "2 h"],
    ]
    assert table.to_html().count('rel="noreferrer"') == 4
    assert "3 of n = 3 blocks" in table.to_html()


def test_only_so_many_are_shown_and_none_that_lasted_no_time() -> None:
    """One of two that lasted; the third ended where it began."""
    made = blocks_of(*LINES[:3], said(3, 9, new="This issue is blocked by AB-2"), finished={2: 8})
    table = blocks_table(made, tickets=TICKETS, as_of=at(AS_OF), most=1)
    assert [row[0] for row in shown(table)] == ["AB-1"]
    assert "1 of n = 2 blocks" in table.to_html()


def test_what_a_flag_says_is_escaped() -> None:
    """It is free text."""
    html = blocks_table(
        blocks_of(flagged(3, 2, new="<script>x</script>")), tickets=TICKETS, as_of=at(AS_OF)
    ).to_html()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_no_blocks_are_told_kindly() -> None:
    """No row, one sentence."""
    table = blocks_table(empty(BLOCKS), tickets=TICKETS, as_of=pd.Timestamp(at(AS_OF)))
    assert "No block is recorded." in table.to_html()
