"""What a slide of one handoff draws and says, and what is tried next."""

import json
from typing import Any

import pandas as pd
import pytest

from tests.figures.small_stream import HOSTILE, facts, notes, read
from vsm.figures import handoff_slide, next_steps_table
from vsm.figures.handoffs import _drawn
from vsm.findings import Finding, Findings
from vsm.tables import BLOCKS, CAUSES, HANDOFFS, TICKETS, VISITS, WAITS, empty

DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2026-01-05T09:00", tz="UTC")
NOTHING: dict[str, Any] = {
    "visits": empty(VISITS), "blocks": empty(BLOCKS), "tickets": empty(TICKETS), "as_of": START, "minimum": 12,
}  # fmt: skip
LIVES = pd.DataFrame({"ticket": [], "bulk": [], "finished": [], "lead": pd.to_timedelta([])})


def story(**words: Any) -> dict[str, Any]:
    """Ten days of waiting: six non-working time, three at capacity, one without a reason."""
    told: dict[str, Any] = {
        "from": "web", "to": "qa", "handoffs": 40, "tickets": 38, "share": 0.25, "low": 0.2, "high": 0.3,
        "median": 4 * DAY, "p85": 10 * DAY, "key": "AB-7", "summary": "Mend login", "given": START,
        "taken": START + 10 * DAY, "waited": 10 * DAY, **dict.fromkeys(CAUSES, 0 * DAY),
        "non-working time": 6 * DAY, "at capacity": 3 * DAY, "unexplained": DAY, "meanwhile": ("AB-1", "AB-2"), "blockers": (),
    }  # fmt: skip
    return told | words


def test_each_cause_is_a_bar_and_they_sum_to_the_wait() -> None:
    """The longest on top, in days, named in words."""
    figure = _drawn(story(), None)
    assert [(bar.name, bar.x[0], bar.y[0]) for bar in figure.data] == [
        ("non-working time", 6, 0),
        ("at capacity", 3, 1),
        ("unexplained", 1, 2),
    ]
    assert [read(text) for text in figure.layout.yaxis.ticktext] == [
        "on nights and weekends",
        "while the receiver worked on earlier tickets",
        "without a recorded reason",
    ]
    assert figure.layout.xaxis.title.text == "days"
    assert facts(figure.data[1].hovertext[0]) == {
        "": "AB-7: while the receiver worked on earlier tickets",
        "waited": "3 d",
        "of its wait": "30 %",
        "n": "1 ticket",
    }


def test_a_slide_has_a_heading_a_line_and_notes() -> None:
    """The heading says who waits for whom, the line what it costs, the notes the ticket's story."""
    figure = _drawn(story(), None)
    assert figure.layout.title.text == "web → qa"
    meta = figure.layout.meta
    assert meta["line"] == "25 % of all lead time; median wait 4 d; n = 38 tickets."
    assert meta["notes"] == [
        "AB-7 “Mend login” was handed over on 2026-01-05 and started on 2026-01-15, 10 d later: 6 d on nights and "
        "weekends, 3 d while the receiver worked on earlier tickets, 1 d without a recorded reason.",
        "Meanwhile the receiver was working on: AB-1, AB-2.",
    ]
    (caption,) = notes(figure, "caption")
    assert "n = 40 handoffs of delivered tickets" in caption
    assert meta["alt"].startswith(meta["line"])


def test_a_short_wait_is_told_in_hours_within_a_team() -> None:
    """Giver and receiver of one team, and a share that too few tell of."""
    times = {"non-working time": 0 * DAY, "at capacity": DAY / 4, "unexplained": 0 * DAY, "waited": DAY / 4}
    figure = _drawn(story(**times, to="web", share=float("nan"), blockers=("AB-9",)), None)
    assert figure.layout.title.text == "Handed over within web"
    assert (figure.layout.xaxis.title.text, list(figure.data[0].x)) == ("hours", [6])
    assert figure.layout.meta["line"].startswith("median wait 4 d")
    assert figure.layout.meta["notes"][-1] == "It was blocked by: AB-9."


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_the_data_become_no_markup(name: str) -> None:
    """In the title, the caption and the box beside the pointer."""
    figure = _drawn(story(summary=name, key=name, **{"from": name}), None)
    shown = json.loads(figure.to_json())
    texts = [shown["layout"]["title"]["text"], *(trace["hovertext"][0] for trace in shown["data"])]
    texts += [note["text"] for note in shown["layout"]["annotations"]]
    for text in texts:
        assert not set("<>") & set(text.replace("<br>", "").replace("<b>", "").replace("</b>", ""))


def test_nothing_to_tell_is_one_kind_sentence() -> None:
    """On the first slide; the second and the third are not there."""
    tables = (empty(HANDOFFS), empty(WAITS), LIVES)
    first = handoff_slide(*tables, **NOTHING)
    assert first is not None
    hint = "No handoff has made enough delivered tickets wait."
    assert notes(first, "empty") == [f"Nothing to see yet {hint}"]
    assert [handoff_slide(*tables, rank=rank, **NOTHING) for rank in (2, 3)] == [None, None]


def finding(experiment: str, *, subject: str, share: float) -> Finding:
    """A claim that proposes this."""
    return Finding("queue", subject, "Claim.", DAY, share, 0.1, 0.9, 20, ("AB-1",), "Beware.", experiment)


def test_what_is_tried_next_is_said_once() -> None:
    """Three proposals of the costliest findings; a repeated one stands with the costliest."""
    found = Findings(
        finding(words, subject=subject, share=share)
        for words, subject, share in (
            ("Limit <it>.", "QA", 0.5),
            ("Halve it.", "Release", 0.2),
            ("Limit <it>.", "Review", 0.1),
            ("Own it.", "Triage", 0.05),
            ("Drop it.", "Ideas", 0.01),
        )
    )
    table: Any = next_steps_table(found)
    rows = table.data
    assert rows.to_numpy().tolist() == [
        ["Limit <it>.", "QA", "50 %", 20, "sound"],
        ["Halve it.", "Release", "20 %", 20, "sound"],
        ["Own it.", "Triage", "5.0 %", 20, "sound"],
    ]
    assert "Limit &lt;it&gt;." in table.to_html()
    assert "Nothing to see yet" in next_steps_table(Findings()).to_html()
