"""How much evidence there is, and what it bears, on streams counted by hand."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from tests.figures.test_tables import shown
from tests.model.test_ticket_life import commits, events, tickets, visits
from tests.streams import stream_of
from vsm.clock import DEFAULT, Clock, calendar_from_week
from vsm.figures import claims_table, coverage_bars, people_table, sources_table, statuses_table
from vsm.quality.coverage import CLAIMS, EVIDENCE, HELP, claims_from_coverage, evidence_coverage, sources_seen
from vsm.stream import ValueStream
from vsm.tables import DEPLOYS, NAMES, RELEASES, conform, empty

DONE = (("Ready", 1.0), ("Build", 2.0), ("Done", 1.0))
STRAIGHT = (("Ready", 1.0), ("Done", 1.0))


def parts(stream: ValueStream) -> dict[str, Any]:
    names = ("waits", "events", "commits", "tickets", "stages", "clock")
    return {"lifecycles": stream.lifecycles, **{name: getattr(stream, name) for name in names}}


def of_tickets(rows: pd.DataFrame, **words: Any) -> go.Figure:
    """Draw the evidence of a small stream, with these tickets."""
    stream = stream_of(DONE, DONE, STRAIGHT)
    return coverage_bars(evidence_coverage(stream.visits, **(parts(stream) | {"tickets": rows})), **words)


def counts(stream: ValueStream) -> dict[str, tuple[int, int]]:
    found = evidence_coverage(stream.visits, **parts(stream))
    return {row["evidence"]: (row["known"], row["n"]) for row in found.to_dict("records")}


@pytest.mark.slow
def test_evidence_is_counted_of_all_there_is() -> None:
    """Of three delivered tickets two were worked on; five moves by persons; no team, no commit; all in hours."""
    found = counts(stream_of(DONE, DONE, STRAIGHT))
    assert list(found) == list(EVIDENCE)
    assert found["statuses named in vsm.toml"] == (3, 3)
    assert found["moves made by somebody known"] == (5, 5)
    assert found["moves outside bulk edits"] == (5, 5)
    assert found["finishes outside bulk edits"] == (3, 3)
    assert found["visits with a known team"] == (0, 5)
    assert found["work visits with a known holder"] == (2, 2)
    assert found["delivered tickets with a work stage"] == (2, 3)
    assert found["tickets with a commit"] == (0, 3)
    assert found["commits that belong to a ticket"] == (0, 0)


@pytest.mark.slow
def test_a_clean_up_is_no_evidence_of_a_finish() -> None:
    """Six tickets moved by one hand in one instant."""
    found = counts(stream_of(*[DONE] * 6, by="admin"))
    assert found["finishes outside bulk edits"] == (0, 6)
    assert found["moves outside bulk edits"] == (0, 12)


@pytest.mark.slow
def test_acts_outside_of_the_calendar_are_seen() -> None:
    """From Monday 09:00 on: a comment at 12:00 and a move at 19:00; commits are acts too (21:00); bots have no nights."""
    days = {"since": pd.Timestamp("2025-01-01").date(), "until": pd.Timestamp("2027-01-01").date()}
    clock = Clock(calendar_from_week(DEFAULT, **days))
    stream = parts(stream_of(DONE)) | {"clock": clock}
    told = events().assign(before="x")
    late = told["ref"] == "abc"
    for actor, wanted in (("dev-1", (1, 3)), ("release-bot", (1, 2))):
        acts = told.assign(actor=told["actor"].astype("str").mask(late, actor))
        known = stream | {"events": acts[~acts["ref"].str.endswith("created")]}
        found = evidence_coverage(visits(), **known).set_index("evidence")
        assert tuple(found.loc["activity in working hours", ["known", "n"]]) == wanted


@pytest.mark.slow
def test_code_and_tickets_find_each_other() -> None:
    """One of three tickets has a commit, and the one commit belongs to it."""
    stream = parts(stream_of(DONE)) | {"events": events(), "tickets": tickets(), "commits": commits()}
    found = evidence_coverage(visits(), **stream).set_index("evidence")
    assert tuple(found.loc["tickets with a commit", ["known", "n"]]) == (1, 3)


def covered(**shares: tuple[float, int]) -> pd.DataFrame:
    """Everything is known of a hundred, but what is named by its first word."""
    rows = []
    for name, of in EVIDENCE.items():
        share, n = shares.get(name.split(maxsplit=1)[0], (1.0, 100))
        rows.append(
            {"evidence": name, "known": round((share if n else 0) * n), "n": n, "of": of, "share": share}
        )
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("share", "n", "verdict"),
    [
        (0.8, 100, "yes"), (0.79, 100, "with caution"), (0.5, 100, "with caution"), (0.49, 100, "not from these data"),
        (1.0, 11, "too few to say"), (float("nan"), 0, "no data"),
    ],
)  # fmt: skip
def test_a_claim_is_as_strong_as_its_weakest_evidence(share: float, n: int, verdict: str) -> None:
    """Only the claim that rests on it changes."""
    claims = claims_from_coverage(covered(waiting=(share, n))).set_index("claim")
    assert claims.loc["Why it waits", "verdict"] == verdict
    assert claims.drop(index="Why it waits")["verdict"].unique().tolist() == ["yes"]
    if verdict != "yes":
        assert claims.loc["Why it waits", "evidence"] == "waiting with a cause"
        assert claims.loc["Why it waits", "help"] == HELP["waiting with a cause"]


def test_every_claim_rests_on_known_evidence() -> None:
    """Names in one table are those in the other."""
    assert {name for needed in CLAIMS.values() for name in needed} <= set(EVIDENCE)
    assert set(HELP) == set(EVIDENCE)


def test_few_statuses_are_enough() -> None:
    """A stream has as many as it has."""
    claims = claims_from_coverage(covered(statuses=(1.0, 3))).set_index("claim")
    assert claims.loc["Where their time goes", "verdict"] == "yes"


@pytest.mark.slow
def test_bars_are_as_long_as_the_shares() -> None:
    """Of visits none has a team; 67 % of the finished were worked on; what is of nothing has no bar."""
    stream = stream_of(DONE, DONE, STRAIGHT)
    figure = coverage_bars(evidence_coverage(stream.visits, **parts(stream)))
    names = [text.split("<br>")[0] for text in figure.layout.yaxis.ticktext]
    drawn = {names[y]: round(x) for bar in figure.data for x, y in zip(bar.x, bar.y, strict=True)}
    assert drawn["visits with a known team"] == 0
    assert drawn["delivered tickets with a work stage"] == 67
    assert "commits that belong to a ticket" not in drawn
    beside = [note.text for note in figure.layout.annotations if note.name == "numbers"]
    assert beside[names.index("delivered tickets with a work stage")] == "67 % · n 3"
    assert beside[-1] == "– · n 0"
    assert (
        "The weakest: visits with a known team, 0 % (n 5 visits before the finish)."
        in figure.layout.meta["alt"]
    )


@pytest.mark.slow
def test_the_table_of_claims_says_what_would_help() -> None:
    """Three delivered tickets are too few for anything but the stages."""
    stream = stream_of(DONE, DONE, STRAIGHT)
    coverage = evidence_coverage(stream.visits, **parts(stream))
    rows = {row[0]: row[1:] for row in shown(claims_table(coverage, minimum=12))}
    assert rows["How long tickets take"][:2] == ["too few to say", "finishes outside bulk edits"]
    assert rows["How a commit reaches the customer"][0] == "no data"
    enough = {row[0]: row[1] for row in shown(claims_table(coverage, minimum=1))}
    assert enough["How long tickets take"] == "yes"
    assert enough["Which team waits for which"] == "not from these data"


def test_sources_tell_their_span() -> None:
    """Seven events of one ticket over 20 hours, one commit."""
    found = sources_seen(events(), commits=commits(), releases=empty(RELEASES), deploys=empty(DEPLOYS))
    assert list(found[["source", "what", "records", "tickets"]].itertuples(index=False, name=None)) == [
        ("git:x", "commits", 1, 0),
        ("x", "events", 7, 1),
    ]
    assert (found["last"] - found["first"]).tolist() == [pd.Timedelta(0), pd.Timedelta(hours=20)]
    table = sources_table(events(), commits=commits(), releases=empty(RELEASES), deploys=empty(DEPLOYS))
    assert shown(table)[1] == ["x", "events", "7", "1", "2026-01-05", "2026-01-06"]


@pytest.mark.slow
def test_assumed_statuses_come_first() -> None:
    """Whoever checks the table begins with what nobody said."""
    stages = stream_of(DONE).stages
    table = statuses_table(stages.assign(mapped=stages["stage"] != "Build"))
    assert shown(table)[0][1] == "Build"
    assert [row[4] for row in shown(table)] == ["assumed", "vsm.toml", "vsm.toml"]
    assert "Nobody confirmed the kind of 1 of them" in table.to_html()


def test_assumed_kinds_call_for_care_and_forbid_nothing() -> None:
    """Where they are the weakest evidence; weaker evidence of another sort still decides."""
    guessed = claims_from_coverage(covered(kinds=(0.1, 9))).set_index("claim")
    assert guessed["verdict"].tolist().count("with caution") == 2
    assert guessed["help"]["Where their time goes"] == "confirm the kinds of stages, with vsm init --review"
    both = claims_from_coverage(covered(kinds=(0.1, 9), statuses=(0.2, 9))).set_index("claim")
    assert both["verdict"]["Where their time goes"] == "not from these data"
    assert both["evidence"]["Where their time goes"] == "statuses named in vsm.toml"


@pytest.mark.slow
def test_a_mapped_status_of_an_assumed_kind_is_shown_as_such() -> None:
    """With what its kind was guessed from, before those that are known."""
    stages = stream_of(DONE).stages
    table = statuses_table(stages.assign(assumed=stages["assumed"].mask(stages["stage"] == "Build", "board")))
    assert [row[4:6] for row in shown(table)][:2] == [
        ["vsm.toml", "its place on the board"],
        ["vsm.toml", "–"],
    ]


def test_people_are_counted_and_not_named() -> None:
    """Two hold, both in a team; two act; one account is known."""
    names = conform(pd.DataFrame([{"kind": "account", "id": "x", "name": "Somebody"}]), NAMES)
    table = people_table(visits(), events=events(), names=names)
    assert [row[1] for row in shown(table)] == ["1", "2", "2", "2", "1"]
    assert "dev-1" not in table.to_html()
