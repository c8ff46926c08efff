"""The tables beside the network of teams: numbers in human words, tickets linked, all escaped."""

from typing import Any

import pandas as pd

from tests.figures.small_stream import DAY, HOSTILE, START
from tests.figures.test_tables import shown
from tests.model.test_handoffs_costliest import handoffs_of, lives_of, tickets_of
from vsm.figures import costliest_table, hidden_waits_table, ping_pong_table, places_table
from vsm.tables import VISITS, WAITS, conform

ROUND: dict[str, Any] = {
    "level": "team", "a": "qa", "b": "web", "tickets": 3, "rounds": 5, "cost": 40 * DAY,
    "share": 0.25, "low": 0.2, "high": 0.31, "evidence": ("jira:1", "jira:0"),
}  # fmt: skip


def test_the_costliest_handoffs_are_told_with_team_and_stage() -> None:
    """Given on the fifth of January, taken up two days later."""
    table = costliest_table(handoffs_of(0.5, 2), lives_of(2), tickets=tickets_of(2), most=1)
    assert shown(table) == [
        ["ABC-1", "–", "web · Build", "qa · Test", "2026-01-05", "2026-01-07", "2 d", "forward"]
    ]
    assert 'href="https://example.org/browse/ABC-1" rel="noreferrer"' in table.to_html()


def test_without_teams_the_stages_are_told() -> None:
    """An unknown team is no word at all."""
    handoffs = handoffs_of(2).assign(from_team=None, to_team=None)
    (row,) = shown(costliest_table(handoffs, lives_of(1), tickets=tickets_of(1)))
    assert row[2:4] == ["Build", "Test"]


def test_to_and_fro_is_told_by_pair_and_persons_are_not_named() -> None:
    """Persons have no evidence either: a dash."""
    persons = ROUND | {"level": "person", "a": None, "b": None, "low": float("nan"), "evidence": ()}
    table = ping_pong_table(pd.DataFrame([ROUND, persons]), tickets=tickets_of(2))
    assert shown(table) == [
        ["teams", "qa ⇄ web", "3", "5", "25 % (20 – 31)", "40 d", "ABC-1, ABC-0"],
        ["persons", "any two, not named", "3", "5", "25 %", "40 d", "–"],
    ]


def test_only_addresses_of_the_web_become_links_and_all_is_escaped() -> None:
    """A script's address is none, nor is one with a quote, and a key's tags are shown."""
    tickets = tickets_of(2).assign(
        key=["<b>K</b>", "ABC-1"], url=["javascript:alert(1)", 'https://x.org/"onclick="alert(1)']
    )
    for team in HOSTILE:
        found = pd.DataFrame([ROUND | {"a": team}])
        html = ping_pong_table(found, tickets=tickets).to_html()
        assert 'javascript:alert(1)"' not in html
        assert '"onclick="' not in html
        assert "<a " not in html
        assert "<script" not in html
        assert "&lt;b&gt;K&lt;/b&gt;" in html


def test_a_wait_in_a_work_stage_is_called_hidden() -> None:
    """One day, all of it."""
    wait = {
        "ticket": "jira:0",
        "handoff": 0,
        "n": 1,
        "bulk": False,
        "stage": "Test",
        "start": START,
        "end": START + DAY,
        "elapsed": DAY,
    }
    waits = conform(pd.DataFrame([wait]).reindex(columns=WAITS.names), WAITS)
    stages = pd.DataFrame({"stage": ["Test"], "kind": "work", "position": 0})
    table = places_table(waits, lives_of(1), stages=stages)
    assert shown(table) == [["Test", "work (hidden queue)", "1", "1", "100 %", "1 d"]]


def test_without_handoffs_every_table_says_so() -> None:
    """Kindly, in place of the caption."""
    assert (
        "No handoff of a delivered ticket has waited so far."
        in costliest_table(handoffs_of(), lives_of(0), tickets=tickets_of(0)).to_html()
    )
    nothing = pd.DataFrame(columns=list(ROUND))
    assert (
        "No delivered ticket has gone back and forth so far."
        in ping_pong_table(nothing, tickets=tickets_of(0)).to_html()
    )


def test_traces_tell_what_may_hide_in_work_stages() -> None:
    """An eighth of a day before the first trace, half a day after the last; one visit of three has none."""
    at = {"entered": START, "left": START + DAY}
    traces = {"first_touch": START + DAY / 8, "last_touch": START + DAY / 2}
    visit = {"stage": "Build", "kind": "work", "elapsed": DAY, "revisit": False, "bulk": False, "n": 0}
    rows = [visit | at | traces | {"ticket": "jira:0"}, visit | at | traces | {"ticket": "jira:1"}]
    frame = pd.DataFrame([*rows, visit | at | {"ticket": "jira:2"}])
    visits = conform(frame.astype(dict.fromkeys(traces, "datetime64[us, UTC]")), VISITS)
    lifecycles = lives_of(3).assign(finished=START + 2 * DAY)
    assert shown(hidden_waits_table(visits, lifecycles, minimum=2)) == [
        ["Build", "3", "1", "12 %", "50 %", "3 d"]
    ]
