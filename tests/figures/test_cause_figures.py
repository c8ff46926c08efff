"""Causes in pictures and tables: the hours that are drawn, and the stories that are told."""

import pandas as pd
import pytest

from tests.figures.small_stream import HOSTILE, notes
from tests.figures.test_tables import shown
from tests.model.test_causes import HOUR, MONDAY, PIECES, handoffs, lifecycles, waits
from vsm.config import Waiting
from vsm.figures import calendar_table, causes_ladder, causes_table, meanings_table, wait_stories
from vsm.tables import BLOCKS, CAUSES, TICKETS, VISITS, conform, empty


@pytest.mark.slow
def test_a_ladder_stacks_working_hours_by_cause() -> None:
    """From web to qa four hours at capacity and two overtaken; 16 of its 22 hours were non-working time."""
    figure = causes_ladder(waits(), handoffs(), lifecycles(), rules=Waiting(), minimum=1)
    groups = list(figure.layout.yaxis.ticktext)
    assert groups == ["web → qa", "within a team", "before work started", "no handoff"]
    position = groups.index("web → qa")
    hours = {bar.name: bar.x[position] for bar in figure.data}
    assert (hours["at capacity"], hours["overtaken"], hours["batched"]) == (4.0, 2.0, 0.0)
    beside = [note.text for note in figure.layout.annotations if note.name == "numbers"]
    assert beside[position] == "6.0 h · 73 % non-working · n 1"


def test_off_hours_are_in_no_bar() -> None:
    """What the calendar takes out stands beside."""
    figure = causes_ladder(waits(), handoffs(), lifecycles(), rules=Waiting(), by="stage", minimum=1)
    assert {bar.name for bar in figure.data} == set(CAUSES) - {"non-working time"}
    assert sum(sum(bar.x) for bar in figure.data) == 15.0


def test_groups_of_few_tickets_are_counted_not_drawn() -> None:
    """All have one or two tickets, so twelve are not reached."""
    figure = causes_ladder(waits(), handoffs(), lifecycles(), rules=Waiting(), by="team", minimum=3)
    assert "enough delivered tickets" in figure.layout.meta["alt"]


@pytest.mark.slow
def test_hostile_teams_are_shown_as_they_are() -> None:
    """No tag in a label is markup."""
    for name in HOSTILE:
        figure = causes_ladder(
            waits().assign(stage=name), handoffs(), lifecycles(), rules=Waiting(), by="stage", minimum=1
        )
        assert "<script" not in figure.to_json()
        assert "<img" not in figure.to_json()


def test_the_table_of_causes_tells_shares_and_what_each_is_worth() -> None:
    """Non-working time has no share of working time; a cause that made nobody wait has no row."""
    rows = {row[0]: row[1:] for row in shown(causes_table(waits(), lifecycles(), minimum=2))}
    assert list(rows) == ["blocked", "non-working time", "batched", "at capacity", "overtaken", "unexplained"]
    assert rows["non-working time"][1:] == ["–", "0 h", "<1 d", "1", "31 %"]
    assert rows["batched"][1:] == ["40 %", "6.0 h", "<1 d", "1", "22 %"]


def test_every_cause_is_explained() -> None:
    """In the order in which they are looked for."""
    assert [row[0] for row in shown(meanings_table(rules=Waiting()))] == list(CAUSES)


def test_what_counts_as_a_batch_is_shown() -> None:
    """Half of a log's batch waiting is found with one window, and all of it with another."""
    rules = Waiting(batch_minutes=90, batch_tickets=4)
    batch = "A batch: 4 tickets or more that leave with no more than 1 h 30 min between two"
    assert batch in str(meanings_table(rules=rules).to_html())
    assert (
        batch in notes(causes_ladder(waits(), handoffs(), lifecycles(), rules=rules, minimum=1), "caption")[0]
    )


def test_the_calendar_is_told_by_stage() -> None:
    """Queue: 32 hours elapsed, 13 working."""
    stages = pd.DataFrame({"stage": ["Ready", "Queue"], "position": [0, 1]})
    assert shown(calendar_table(waits(), lifecycles(), stages=stages))[1][:5] == [
        "Queue",
        "2",
        "1 d",
        "13 h",
        "59 %",
    ]


def test_a_story_says_who_where_when_and_why() -> None:
    """Tags in a name are shown; the longest cause comes first."""
    tickets = conform(pd.DataFrame({"ticket": ["a"], "key": ["ABC-1"], "created": [MONDAY]}), TICKETS)
    table = wait_stories(
        waits(PIECES[1:4]).assign(receiver="<b>tester</b>"), lifecycles(), visits=empty(VISITS), blocks=empty(BLOCKS),
        tickets=tickets, as_of=MONDAY + 90 * HOUR,
    )  # fmt: skip
    assert shown(table) == [
        [
            "ABC-1",
            "–",
            "Waited 6.0 h of working time (22 h elapsed) in Queue for <b>tester</b>, 2026-01-05 to 2026-01-06: "
            "4.0 h while the receiver worked on earlier tickets, 2.0 h while the receiver worked on later tickets "
            "first. The rest, 16 h, was non-working time.",
            "–",
            "–",
        ]
    ]
    assert "&lt;b&gt;tester" in table.to_html()


@pytest.mark.parametrize(
    ("receiver", "team", "told"),
    [
        ("P-9MNKJ0", "web", "web"),
        ("P-9MNKJ0", None, "one person"),
        ("web", "web", "web"),
        ("ann", "web", "ann"),
    ],
)
def test_a_story_names_nobody_who_bears_a_pseudonym(receiver: str, team: str | None, told: str) -> None:
    """Ten stories with one pseudonym would be a rank; the team stands for it, names are shown on purpose."""
    tickets = conform(pd.DataFrame({"ticket": ["a"], "key": ["ABC-1"], "created": [MONDAY]}), TICKETS)
    table = wait_stories(
        waits(PIECES[1:4]).assign(receiver=receiver, team=team), lifecycles(), visits=empty(VISITS),
        blocks=empty(BLOCKS), tickets=tickets, as_of=MONDAY + 90 * HOUR,
    )  # fmt: skip
    assert f" in Queue for {told}, 2026-01-05" in shown(table)[0][2]
