"""Open work in pictures and tables, and the strip of one ticket's life: the numbers that are drawn."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from tests.figures.small_stream import HOSTILE, facts, notes, trace
from tests.figures.test_tables import shown
from tests.model import test_ticket_life as one
from tests.model.test_ageing import NOW, STAYS, events, lifecycles, stage_visits
from tests.model.test_causes import HOUR, MONDAY, Piece, waits
from tests.streams import sample_stream
from vsm.config import Workflow
from vsm.errors import ParameterError
from vsm.figures import ageing, ageing_work, open_stages_table, stuck_table, ticket_life
from vsm.tables import BLOCKS, EVENTS, TICKETS, WAITS, conform, empty


def tickets(title: str = "Mend it") -> pd.DataFrame:
    rows = [{"ticket": name, "key": f"KEY-{name}", "summary": title, "created": MONDAY} for name in "abcd"]
    return conform(pd.DataFrame(rows), TICKETS)


def aged(rows: pd.DataFrame, **words: Any) -> go.Figure:
    """Draw the ages of c, in Ready, and d, in Build, however few have left."""
    known = lifecycles()[lifecycles()["ticket"].isin(rows["ticket"])]
    told: dict[str, Any] = {"tickets": tickets(), "minimum": 1}
    return ageing_work(rows, lifecycles=known, events=events(), **({"workflow": Workflow()} | told | words))


def life(visits: pd.DataFrame, *, key: str = "KEY-1", title: str | None = None) -> go.Figure:
    """Draw the life of the ticket with this key."""
    pieces = waits(one.PIECES) if len(visits) else empty(WAITS)
    return ticket_life(
        visits, key=key, waits=pieces, handoffs=one.handoffs(), events=one.events(),
        commits=one.commits(), tickets=one.tickets(), title=title,
    )  # fmt: skip


def stuck(rows: pd.DataFrame, **tables: Any) -> Any:
    known: dict[str, Any] = {"waits": empty(WAITS), "blocks": empty(BLOCKS), "tickets": tickets()}
    return stuck_table(
        rows, lifecycles=lifecycles(), as_of=NOW, minimum=1, **(known | {"events": empty(EVENTS)} | tables)
    )


@pytest.mark.slow
def test_dots_stand_at_their_ages() -> None:
    """c is 30 days old, and 85 % were up to 54 when they left Ready; of Build no 85 % is known."""
    figure = aged(stage_visits())
    assert list(trace(figure, "open").y) == [30]
    assert list(trace(figure, "open, percentile unknown").y) == [100]
    assert facts(trace(figure, "open").hovertext[0]) == {
        "": "KEY-c", "title": "Mend it", "stage": "Ready", "time in stage": "30 d", "age": "30 d",
        "in progress for": "not started", "85th percentile": "54 d",
    }  # fmt: skip


@pytest.mark.slow
def test_lines_stand_where_half_and_85_percent_had_left() -> None:
    """In Ready at 20 and 54 days, over the whole column; since the first work half at 14 and 5."""
    figure = aged(stage_visits())
    assert [y for y in trace(figure, "50 %").y if y][:3] == [20, 20, 20]
    assert [y for y in trace(figure, "85 %").y if y] == [54, 54, 54]
    assert [y for y in trace(aged(stage_visits(), measure="cycle"), "50 %").y if y] == [14, 14, 14, 5, 5, 5]


@pytest.mark.slow
def test_what_is_beyond_is_marked_and_counted() -> None:
    """c's stay lasts for 60 days: of seven, six left Ready after 10, 10, 15, 20, 30 and 40, so 85 % took 40."""
    more = stage_visits([*STAYS, ("e", "Ready", 0, 30), ("f", "Ready", 0, 15)])
    later = more.assign(elapsed=lambda rows: rows["elapsed"].where(rows["ticket"] != "c", 60 * 24 * HOUR))
    figure = aged(later, measure="stay")
    assert list(trace(figure, "open, over the 85th percentile").y) == [60]
    assert figure.layout.meta["alt"].startswith(
        "How long open work has been in its stage: 1 of 2 open tickets exceed the 85th percentile "
        "of their stage, most of them in Ready (1); for 1 it cannot be said (too few have left their stage, or most never did). The longest: 60 d, in Ready."
    )
    assert notes(figure, "counts") == ["1 open n 5", "1 open n 3"]


@pytest.mark.slow
def test_too_few_have_no_lines() -> None:
    """Three tickets left Ready, two of them Build for good."""
    figure = aged(stage_visits(), minimum=4)
    assert not [y for y in trace(figure, "85 %").y if y]
    assert notes(figure, "counts") == ["1 open n 3 too few", "1 open n 2 too few"]


@pytest.mark.slow
def test_what_nobody_has_begun_is_under_way_for_no_time() -> None:
    """c is left out, and the caption says so."""
    figure = aged(stage_visits(), measure="cycle")
    assert "Not shown: 1 open ticket that nobody has started." in notes(figure, "caption")[0]
    only = stage_visits([STAYS[4]])
    assert "Nothing that somebody has started is open" in aged(only, measure="cycle").layout.meta["alt"]


def test_an_unknown_measure_is_refused() -> None:
    """The message names those there are."""
    with pytest.raises(ParameterError, match="measure is 'height'; it must be one of age, cycle, stay"):
        aged(stage_visits(), measure="height")


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_titles_and_stages_become_no_markup(name: str) -> None:
    """In labels and beside the pointer, of both figures."""
    figure = aged(stage_visits().assign(stage=name), tickets=tickets(name))
    told = ticket_life(
        one.visits().assign(stage=name, team=name), key="KEY-1", waits=waits(one.PIECES),
        handoffs=one.handoffs().assign(from_team=name), events=one.events().assign(actor=name),
        commits=one.commits().assign(subject=name), tickets=one.tickets().assign(summary=name),
    )  # fmt: skip
    for drawn in (whole.update_layout(meta=None).to_json() for whole in (figure, told)):
        assert "<script" not in drawn
        assert "\\u003cscript" not in drawn
        assert "<a " not in drawn
        assert "%{y}" not in drawn


def test_the_table_says_where_to_look_first() -> None:
    """d has been begun and stands nearer to done; c waits for quality, unexplained; nothing is beyond a known 85 %."""
    pieces: list[Piece] = [("c", 0, None, "Ready", "unexplained", 0, 2400, 600)]
    table = stuck(stage_visits(), waits=waits(pieces))
    assert shown(table) == [
        ["KEY-d",
         "In progress, but without a trace for a week: move back what nobody is working on.",
         "1", "Build", "46 d", "not reached", "100 d", "in work; no recorded activity", "–"],
        ["KEY-c", "Nothing special: no older than is usual in this stage.", "1", "Ready", "30 d", "40 d",
         "30 d", "qa: no recorded reason since 2026-01-05", "–"],
    ]  # fmt: skip
    assert "2 of n = 2 open tickets; over the 85th percentile: 0." in table.to_html()


@pytest.mark.slow
def test_no_person_is_named_in_the_table() -> None:
    """Who is assigned is a person: the team is told, or that somebody is assigned."""
    pieces = waits([("c", 0, None, "Ready", "unexplained", 0, 2400, 600)])
    alone = stuck(stage_visits(), waits=pieces.assign(team=None)).to_html()
    assert "whoever is assigned" in alone
    assert "tester" not in alone
    nobody = pieces.assign(team=None, receiver=None)
    assert "receiver unknown" in stuck(stage_visits(), waits=nobody).to_html()


@pytest.mark.slow
def test_tickets_for_which_the_same_could_be_tried_share_a_row(sample_folder: Path) -> None:
    """42 untriaged tickets are one line, with the first five named and the longest wait."""
    table = sample_stream(sample_folder).table.stuck().data
    (row,) = table[table["n"] == 42].to_dict("records")
    assert row["Tickets"] == ("SHOP-485", "SHOP-486", "SHOP-487", "SHOP-488", "SHOP-491", "…")
    assert (row["Stage"], row["Longest"]) == ("Reported", "58 d")
    assert table["n"].sum() == 62  # every open ticket once


def test_blockers_are_linked() -> None:
    """c is blocked by d, for which one waits."""
    row = {"ticket": "c", "by": "d", "start": MONDAY, "end": pd.NaT, "how": "link"}
    table = stuck(
        stage_visits(),
        blocks=conform(
            pd.DataFrame([row]).assign(end=pd.Series([None], dtype="datetime64[us, UTC]")), BLOCKS
        ),
        tickets=tickets().assign(url="https://jira.example.org/browse/X"),
    )
    assert {row[0]: row[8] for row in shown(table)} == {"KEY-d": "–", "KEY-c": "KEY-d"}
    assert table.to_html().count('href="https://jira.example.org/browse/X"') == 3


def test_stages_are_counted() -> None:
    """One open ticket each; of Build no more than half is known."""
    table = open_stages_table(stage_visits(), lifecycles=lifecycles(), events=events(), minimum=1)
    assert shown(table) == [
        ["Ready", "queue", "1", "0", "30 d", "0", "20 d", "40 d", "3"],
        ["Build", "work", "1", "1", "46 d", "unknown", "4 d", "not reached", "3"],
    ]


def test_nothing_open_is_said_kindly() -> None:
    """Both tables."""
    none = stage_visits().iloc[:0]
    done = lifecycles().iloc[:2]
    first = stuck_table(
        none, lifecycles=done, waits=empty(WAITS), blocks=empty(BLOCKS), tickets=tickets(), events=empty(EVENTS),
        as_of=NOW,
    minimum=12)  # fmt: skip
    for table in (first, open_stages_table(none, lifecycles=done, events=events(), minimum=12)):
        assert "Nothing to show: no ticket is open." in table.to_html()


def test_a_life_is_drawn_on_its_lanes() -> None:
    """Bars begin where the ticket's spans begin, and last as long; marks stand at their instants."""
    figure = life(one.visits())
    bars = [bar for bar in figure.data if bar.type == "bar" and bar.name == "work"]
    assert [(bar.y[0], [ms / 3.6e6 for ms in bar.x]) for bar in bars] == [(0, [10]), (1, [4, 6])]
    assert [ms / 3.6e6 for ms in trace(figure, "waited: unexplained").x] == [6]
    assert [pd.Timestamp(at) for at in trace(figure, "commit").x] == [MONDAY + 12 * HOUR]
    assert facts(trace(figure, "commit").hovertext[0])["detail"] == "KEY-1 mend <it>"
    assert figure.layout.title.text == "KEY-1: Mend &lt;it&gt;"
    assert figure.layout.meta["alt"] == (
        "Timeline of KEY-1: 1 d from creation until now, open, 1 handoff, 4 recorded acts. It waited 58 % of "
        "that time, longest unexplained: 6 h."
    )


def test_nobody_asked_for_is_said_kindly() -> None:
    """No key: nothing is open, or nobody asked."""
    alt = life(one.visits(), key=" ").layout.meta["alt"]
    assert alt == "Nothing to show. No ticket was chosen, or none is open."


def test_a_life_of_very_many_changes_is_drawn_from_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more bars and marks than fit a page the last are drawn, the caption says since when, and n is whole."""
    whole = life(one.visits())
    monkeypatch.setattr(sys.modules["vsm.figures.ticket_life"], "MOST", 4)  # hidden by its function
    figure = life(one.visits())
    drawn = sum(len(mark.x) for mark in figure.data)
    assert (drawn, sum(len(mark.x) for mark in whole.data)) == (6, 13)
    caption = " ".join(str(note.text) for note in figure.layout.annotations).replace("<br>", " ")
    assert "n = 1 ticket, 3 visits" in caption
    assert "Too much for one figure: only what happened since 2026-01-06 00:00 is drawn." in caption
    assert figure.layout.meta["alt"] == whole.layout.meta["alt"]


def test_an_unknown_ticket_has_no_life() -> None:
    """Near keys are named."""
    with pytest.raises(ParameterError, match="no ticket has the key 'OTHER-7'; near: OTHER-77"):
        life(one.visits(), key="OTHER-7")


def test_a_finished_life_ends_at_its_finish() -> None:
    """What is done goes on being done; the strip does not."""
    visits = one.visits()
    done = visits["kind"].astype("str").where(visits["n"] < 4, "done")
    figure = ticket_life(
        visits.assign(kind=done), key="KEY-1", waits=waits(one.PIECES[:1]), handoffs=one.handoffs().iloc[:0],
        events=one.events().iloc[:0], commits=one.commits(), tickets=one.tickets(),
    )  # fmt: skip
    assert notes(figure, "ends") == ["created 2026-01-05", "finished 2026-01-06"]
    assert "20 h from creation to finish" in figure.layout.meta["alt"]
    assert notes(figure, "empty lane") == ["nothing recorded", "nothing recorded"]


def test_the_oldest_are_drawn_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """d, the older of the two, and the caption tells that it is not all."""
    monkeypatch.setattr(ageing, "MOST", 1)
    figure = aged(stage_visits())
    assert [list(trace(figure, name).y) for name in ("open", "open, percentile unknown")] == [[], [100]]
    assert notes(figure, "caption")[0].startswith("Dots: the 1 longest of 2 open tickets;")


def test_a_life_tells_nobody_apart_who_bears_a_pseudonym() -> None:
    """Two people without a team: one person, and in a handoff another; never the pseudonym."""
    called = {"dev-1": "P-9MNKJ0", "dev-2": "P-V38615"}

    def renamed(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
        changed = {name: table[name].astype("str").replace(called).astype("category") for name in columns}
        return table.assign(**changed)

    figure = ticket_life(
        renamed(one.visits(), "holder").assign(team=pd.Series([None] * 5, dtype="category")), key="KEY-1",
        waits=waits(one.PIECES), events=renamed(one.events(), "actor"), commits=one.commits(),
        handoffs=renamed(one.handoffs(), "from_holder", "to_holder").assign(to_team=None), tickets=one.tickets(),
    )  # fmt: skip
    text = figure.to_json()
    assert not any(name in text for name in called.values())
    (passed,) = trace(figure, "handoff").hovertext
    assert facts(passed)["who"] == "one person → another person"
    hands = [hover for bar in figure.data for hover in bar.hovertext if "lane: holder" in hover]
    assert [facts(hover)["who"] for hover in hands if "<b>" in hover] == ["one person", "one person"]
