"""The sample's figures, against its visits and handoffs counted one by one."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pandas as pd
import pytest

from tests.figures.small_stream import facts, notes, read, trace
from tests.streams import sample_stream
from vsm.figures import flow_map, handoff_matrix, time_by_stage, value_stream_map
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

DAY = 86400.0
QA = "Waiting for QA"


class Stay(NamedTuple):
    """One ticket's unbroken time in a stage, whoever held it."""

    stage: str
    seconds: float
    open: bool
    bulk: bool


Lives = dict[str, list[Stay]]


@pytest.fixture(scope="module")
def stream(sample_folder: Path) -> ValueStream:
    return sample_stream(sample_folder)


@pytest.fixture(scope="module")
def lifecycles(stream: ValueStream) -> Lives:
    """Each ticket's stays, in order."""
    rows = stream.visits.sort_values(["ticket", "n"]).to_dict("records")
    return {
        ticket: [_stay(list(part)) for _, part in groupby(life, key=lambda visit: visit["stage"])]
        for ticket, life in groupby(rows, key=lambda visit: str(visit["ticket"]))
    }


def _stay(visits: Sequence[dict[Hashable, Any]]) -> Stay:
    seconds = sum(visit["elapsed"].total_seconds() for visit in visits)
    bulk = any(visit["bulk"] for visit in visits)
    return Stay(visits[0]["stage"], seconds, pd.isna(visits[-1]["left"]), bulk)


def test_bars_are_the_time_of_finished_tickets(stream: ValueStream, lifecycles: Lives) -> None:
    """Seconds in each stage before the last entry into Done, of delivered ones that no bulk edit brought there."""
    left_out = stream.lifecycles["bulk"] | (stream.lifecycles["outcome"] == "discarded")
    tidied = set(stream.lifecycles.loc[left_out, "ticket"])
    done = [
        life[:-1] for ticket, life in lifecycles.items() if life[-1].stage == "Done" and ticket not in tidied
    ]
    spent: dict[str, float] = defaultdict(float)
    for stay in (stay for life in done for stay in life):
        spent[stay.stage] += stay.seconds
    figure = time_by_stage(stream.stage_shares)
    names = [read(text.split("<br><span")[0]) for text in figure.layout.yaxis.ticktext]
    bars = [bar for bar in figure.data if bar.type == "bar"]
    drawn = {names[y]: x for bar in bars for y, x in zip(bar.y, bar.x, strict=True)}
    whole = sum(spent.values())
    assert drawn == pytest.approx({stage: 100 * seconds / whole for stage, seconds in spent.items()})
    passed = sum(any(stay.stage == QA for stay in life) for life in done)
    assert notes(figure, "numbers")[names.index(QA)].endswith(f"median 15 d · n {passed}")


def test_the_flow_map_counts_every_move(stream: ValueStream, lifecycles: Lives) -> None:
    """Numbers beside the lines, and in caption and sentence how many there are, folded or backwards."""
    moves: dict[tuple[str, str], int] = defaultdict(int)
    for one, two in (pair for life in lifecycles.values() for pair in pairwise(life)):
        moves[one.stage, two.stage] += not (one.bulk and two.bulk)
    whole = sum(moves.values())
    often = {pair: count for pair, count in moves.items() if count >= whole / 100}
    rare = [count for count in moves.values() if 0 < count < whole / 100]
    position = {stage: at for at, stage in enumerate(stream.network)}
    back = sum(count for (sender, receiver), count in moves.items() if position[receiver] < position[sender])
    figure = flow_map(stream.network)
    beside = trace(figure, "moves")
    drawn = {facts(hover)[""]: int(text) for hover, text in zip(beside.hovertext, beside.text, strict=True)}
    assert drawn == {f"{sender} → {receiver}": count for (sender, receiver), count in often.items()}
    assert f"{sum(rare)} moves on {len(rare)} rare paths not drawn" in notes(figure, "caption")[0]
    assert f"{whole:,} moves, {back} of them backwards" in figure.layout.meta["alt"]


def test_the_value_stream_map_counts_visits_and_what_waits_now(
    stream: ValueStream, lifecycles: Lives
) -> None:
    """Stays and open stays of each stage that is drawn, median days on the ladder."""
    every = [stay for life in lifecycles.values() for stay in life if not stay.bulk]
    figure = value_stream_map(stream.network)
    told = [facts(text) for text in trace(figure, "stages").hovertext]
    for found in told:
        mine = [stay for stay in every if stay.stage == found[""]]
        assert found["n"].endswith(f", {len(mine):,} visits")
        assert found["there now"].split()[0] == str(sum(stay.open for stay in mine))
    days = median(stay.seconds for stay in every if stay.stage == QA and not stay.open) / DAY
    ladder = trace(figure, "medians").text[[found[""] for found in told].index(QA)]
    assert read(ladder).startswith(f"{days:.0f} d")


def test_the_matrix_sums_every_handoff(stream: ValueStream) -> None:
    """Days between and within teams, cell by cell."""
    days: dict[tuple[str, str], float] = defaultdict(float)
    for row in stream.handoffs.to_dict("records"):
        days[row["from_team"], row["to_team"]] += row["wait"].total_seconds() / DAY
    figure = handoff_matrix(stream.team_network)
    teams = [read(text) for text in figure.layout.yaxis.ticktext]
    drawn = {
        (teams[y], teams[x]): value
        for heat in figure.data
        for y, row in enumerate(heat.z)
        for x, value in enumerate(row)
        if value is not None
    }
    assert drawn == pytest.approx(dict(days))
    assert notes(figure, "caption")[0].startswith(f"n = {len(stream.handoffs):,} handoffs")
