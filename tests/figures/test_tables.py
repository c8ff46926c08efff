"""The published tables: the numbers of their frames in human words, escaped."""

import re
from functools import partial
from typing import Any

import pandas as pd
import pytest
from pandas.io.formats.style import Styler

from tests.figures.small_stream import DAY, HOSTILE, START, SmallStream, read, small_stream
from vsm.figures import doubts_table, handoff_table, lead_time_table, stage_table
from vsm.tables import QUALITY, conform

COST = {
    "from_team": "web", "to_team": "qa", "handoffs": 4, "tickets": 3, "back": 1, "wait": 1500 * DAY,
    "median": 2 * DAY, "p85": 3.5 * DAY, "share": 0.25, "low": 0.2, "high": 0.31,
}  # fmt: skip


def shown(table: Styler) -> list[list[str]]:
    """The cells of a table's page, row by row, as they are read."""
    lines = table.to_html().split("<tbody>")[1].split("</tr>")[:-1]
    return [[read(cell.split(">", 1)[1]).strip() for cell in line.split("<td")[1:]] for line in lines]


def lived(*leads: float, open_: int = 0) -> pd.DataFrame:
    """Lives of so many days each; the last ``open_`` of them are not finished."""
    finished = pd.Series(START, index=range(len(leads))).where(lambda at: at.index < len(leads) - open_)
    lead = [days * DAY for days in leads]
    return pd.DataFrame({"finished": finished, "bulk": False, "lead": lead})


def doubts(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows, columns=["level", "check", "detail"]), QUALITY)


def test_the_stage_table_tells_where_25_days_went() -> None:
    """Shares without interval, since three tickets are too few; no team is a dash."""
    assert shown(stage_table(small_stream().shares)) == [
        ["Ideas", "queue", "–", "3", "36 %", "3 d", "4 d 9 h", "9 d"],
        ["Build", "work", "web", "2", "40 %", "5 d", "5 d", "10 d"],
        ["Supplier", "external", "–", "1", "8.0 %", "2 d", "2 d", "2 d"],
        ["Test", "work", "qa", "2", "16 %", "2 d", "2 d", "4 d"],
    ]


def test_the_handoff_table_tells_what_a_pair_costs() -> None:
    """Numbers and their interval; a pair that too few tickets tell of has none."""
    few = COST | {"from_team": "qa", "to_team": "web", "low": float("nan"), "high": float("nan")}
    assert shown(handoff_table(pd.DataFrame([COST, few]))) == [
        ["web", "qa", "4", "3", "1", "25 % (20 – 31)", "2 d", "3 d 12 h", "1,500 d"],
        ["qa", "web", "4", "3", "1", "25 %", "2 d", "3 d 12 h", "1,500 d"],
    ]


def test_the_lead_time_table_counts_open_tickets() -> None:
    """Of 1 to 20 days all finished, half take 10 and 85 % take 17; were the last ten open, 85 % is unknown."""
    done = shown(lead_time_table(lived(*range(1, 21)), minimum=12))
    assert [row[:2] + row[3:] for row in done] == [
        ["50 %", "10 d", "20", "0", "0"],
        ["85 %", "17 d", "20", "0", "0"],
    ]
    half = shown(lead_time_table(lived(*range(1, 21), open_=10), minimum=10))
    assert [row[:2] + row[3:] for row in half] == [
        ["50 %", "10 d", "10", "10", "0"], ["85 %", "not reached", "10", "10", "0"]
    ]  # fmt: skip


def test_the_lead_time_table_says_that_bulk_edits_finish_nothing() -> None:
    """Twelve finished, two of them by a bulk edit: those count as open, and the caption says so."""
    lifecycles = lived(*range(1, 13))
    table = lead_time_table(lifecycles.assign(bulk=lifecycles.index < 2), minimum=10)
    assert shown(table)[0][3:] == ["10", "2", "0"]
    assert "includes those that a bulk edit closed" in table.to_html()


def test_intervals_of_lead_times_lie_around_them() -> None:
    """Low end, high end, or "unknown" where the curve does not come down so far."""
    (_, _, half, *_), (_, _, most, *_) = shown(lead_time_table(lived(*range(1, 21)), minimum=12))
    low, high = (int(word.removesuffix(" d")) for word in half.split(" to "))
    assert 1 <= low < 10 < high <= 20
    assert int(most.split(" d to ")[0]) > low
    assert shown(lead_time_table(lived(*range(1, 21), open_=10), minimum=10))[0][2].endswith(" to open end")


def test_too_few_finished_tickets_give_no_lead_time() -> None:
    """Eleven under a minimum of twelve; the counts are told."""
    rows = shown(lead_time_table(lived(*range(1, 16), open_=4), minimum=12))
    assert rows == [[share, "too few to say", "–", "11", "4", "0"] for share in ("50 %", "85 %")]


def test_doubts_are_counted_the_gravest_first() -> None:
    """Faults before warnings before notes, then by number; the first of each is the example."""
    table = doubts_table(
        doubts(
            ("note", "odd", "one"), ("warning", "late", "w1"), ("fault", "lost", "f1"), ("warning", "twice", "w2"),
            ("warning", "twice", "w3"),
        )
    )  # fmt: skip
    assert shown(table) == [
        ["fault", "lost", "1", "f1"], ["warning", "twice", "2", "w2"], ["warning", "late", "1", "w1"],
        ["note", "odd", "1", "one"],
    ]  # fmt: skip


def test_numbers_stand_right_and_words_left() -> None:
    """A column of numbers can be compared by eye."""
    (row,) = handoff_table(pd.DataFrame([COST])).to_html().split("<tbody>")[1].split("</tr>")[:-1]
    assert ["right" in cell.split(">")[0] for cell in row.split("<td")[1:]] == [False] * 2 + [True] * 7


def hostile_tables(text: str) -> list[Styler]:
    stages = SmallStream(names={"Build": text}, teams={"Build": text}).shares
    return [
        stage_table(stages),
        handoff_table(pd.DataFrame([COST | {"from_team": text, "to_team": text}])),
        doubts_table(doubts(("fault", text, text))),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_shown_as_they_are(text: str) -> None:
    """Nothing that somebody typed into a tracker becomes markup; a number's link is a mark of our own."""
    for table in hostile_tables(text):
        body = re.sub(
            r'<span data-tickets="[\w.#-]+">(\d+)</span>', r"\1", table.to_html().split("<tbody>")[1]
        )
        assert set(re.findall(r"</?[a-z]+", body)) == {"<tr", "</tr", "<td", "</td", "</tbody", "</table"}
        assert any(text.strip() in row for row in shown(table))


@pytest.mark.parametrize(
    "table",
    [
        stage_table(SmallStream((("Ideas", 1),)).shares),
        handoff_table(pd.DataFrame([COST]).iloc[:0]),
        doubts_table(doubts(("note", "odd", "one")).iloc[:0]),
    ],
    ids=["stages", "handoffs", "doubts"],
)
def test_an_empty_table_says_so(table: Styler) -> None:
    """Kindly, and without a row."""
    assert shown(table) == []
    nothing = (
        "Nothing to show.",
        "No handoff of a delivered ticket between known teams has been seen.",
    )
    assert any(sentence in table.to_html() for sentence in nothing)


def test_tables_leave_their_frames_as_they_are() -> None:
    """What is published is a copy."""
    frames: list[tuple[Any, pd.DataFrame]] = [
        (stage_table, small_stream().shares), (handoff_table, pd.DataFrame([COST])),
        (partial(lead_time_table, minimum=12), lived(*range(1, 21))), (doubts_table, doubts(("note", "odd", "one"))),
    ]  # fmt: skip
    for draw, frame in frames:
        before = frame.copy(deep=True)
        draw(frame)
        pd.testing.assert_frame_equal(frame, before)


def test_a_number_leads_to_the_tickets_that_it_counts() -> None:
    """In a report; where there is none it is plain text."""
    costs = pd.DataFrame([COST, COST | {"to_team": "ops & co", "tickets": 0}])
    found = re.findall(r"<td[^>]*>([^/]*?tickets.html.*?)</td>", handoff_table(costs).to_html())
    assert found == ['<span data-tickets="tickets.html#handoff-web-qa">3</span>']
