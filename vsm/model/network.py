"""How stages, and teams, pass work on: directed graphs with what each passing cost."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.intervals.codes import (
    Flags,
    Ints,
    distinct_words,
    encode,
    run_ends,
    run_starts,
    shift_within_run,
    summed,
)
from vsm.model.graphs import Graph, directed_graph
from vsm.model.interruptions import held_during_runs, interrupting
from vsm.model.moves import (
    QUANTILES,
    SECOND,
    Edges,
    Moves,
    edges_of_moves,
    in_seconds,
    measured,
    seconds_and_rest,
)
from vsm.model.stays import Stays, stays_in
from vsm.tables import DURATION


def stage_network(stage_visits: pd.DataFrame, *, stages: pd.DataFrame, minimum: int) -> Graph:
    """Give the directed graph of stages: how work moves, and what it waits for on the way.

    Nodes are stages with ``kind, position, team, tickets, visits, open`` (tickets there now), ``total`` and
    ``share`` of all time before the finish, ``median, p85`` (seconds of one stay) where any has ended, and
    ``ca`` (%C&A, 0 to 1: of the moves forward out of it, the share never followed by a return to it or an
    earlier stage) only with ``minimum`` such moves. Edges carry ``count, tickets, wait_median, wait_p85,
    wait_total`` (seconds), ``share`` of all waiting on edges, and ``back`` (moves backwards).

    The wait of a move is the waiting that it ends: the time in the stage it leaves, unless people work
    there, and what is hidden at the beginning of the work stage it leads to. So every such hour is on
    one edge; the waiting of tickets that have not moved on since is on none. Stays and moves of a bulk
    edit (both ends marked) are left out, but not from ``open``: who moved a ticket there says nothing of
    whether it is there. An open stay counts, as far as it goes, in ``total`` only, and so
    does one in which the ticket was found gone; that ticket is not there now. A pipeline's run passes nothing
    on and its end is no move back (``vsm.model.interruptions``).
    """
    numbered = numbered_stages(stages)
    stays = stays_in(stage_visits, pd.Index(numbered.names))
    return stage_graph([sums_of_stays(stays, stages=numbered)], stages=stages, minimum=minimum)


class NumberedStages(NamedTuple):
    """Stages by number, in the order of their first status; ``runs`` are those that pipelines show."""

    names: list[str]
    position: Ints
    works: Flags
    runs: Flags


def numbered_stages(stages: pd.DataFrame) -> NumberedStages:
    """Give what sums of stays need to know of each stage."""
    about = stages.drop_duplicates("stage")
    return NumberedStages(
        about["stage"].astype("str").tolist(),
        about["position"].to_numpy(dtype=np.int64),
        (about["kind"] == "work").to_numpy(dtype=bool),
        about["stage"].isin(interrupting(stages)).to_numpy(),
    )


class StageSums(NamedTuple):
    """Sums of stays by stage; ``seen`` are all of them, ``visits`` those that no bulk edit began or ended.

    These are of ``tickets`` and took ``seconds`` and the microseconds of ``rest``.
    """

    seen: Ints
    open: Ints
    visits: Ints
    tickets: Ints
    forward: Ints
    kept: Ints
    seconds: Ints
    rest: Ints


class StaySums(NamedTuple):
    """What a network of stages needs to know of some tickets; ``whole`` is how many they are.

    ``ended`` has by stage how long the visits took that somebody ended.
    """

    whole: int
    by_stage: StageSums
    ended: list[Ints]
    moves: Edges


def sums_of_stays(stays: Stays, *, stages: NumberedStages) -> StaySums:
    """Sum the stays of some tickets."""
    count = len(stages.names)
    # Stays by stage, those of bulk edits left out: short numbers are sorted by counting.
    clean = np.flatnonzero(~stays.bulk)
    rows = clean[np.argsort(stays.stage[clean].astype(np.int16), kind="stable")]
    stage, elapsed = stays.stage[rows], stays.elapsed[rows]
    ended = ~(stays.open | stays.gone)[rows]
    ticket, of_stage, bulk = _uninterrupted(stays, stages.runs)
    forward, kept = _forward(ticket, stages.position[of_stage], bulk)
    counts = [
        np.bincount(numbers, minlength=count)
        for numbers in (
            stays.stage,
            stays.stage[stays.open],
            stage,
            stage[run_starts(stage, stays.ticket[rows])],
            of_stage[forward],
            of_stage[forward & kept],
        )
    ]
    visits = np.bincount(stage, minlength=count)
    return StaySums(
        int(run_starts(stays.ticket).sum()),
        StageSums(*counts, **seconds_and_rest(elapsed, np.append(0, np.cumsum(visits)))),
        ended=np.split(elapsed[ended], np.searchsorted(stage[ended], np.arange(1, count))),
        moves=_moves(stays, stages),
    )


def _moves(stays: Stays, stages: NumberedStages) -> Edges:
    """Sum the moves from stay to stay, but for those between two stays of bulk edits.

    Each ended the waiting of the stage it left, unless people work there, and what was hidden at the
    beginning of the work stage that it led to.
    """
    begin = run_starts(stays.ticket)
    row = np.flatnonzero(~(begin[1:] | (stays.bulk[:-1] & stays.bulk[1:])))
    held = stages.position[stays.stage]
    if stages.runs.any():
        held = held_during_runs(held, stages.runs[stays.stage], begin)
    hidden = stays.waited * stages.works[stays.stage]
    wait = (stays.waited - hidden)[row] + hidden[row + 1]
    moves = Moves(stays.ticket[row], stays.stage[row], stays.stage[row + 1], wait, held[row + 1] < held[row])
    return edges_of_moves(moves, stages.names)


def _uninterrupted(stays: Stays, runs: Flags) -> tuple[npt.NDArray[Any], npt.NDArray[Any], Flags]:
    """Give ticket, stage and bulk of stays, without runs of pipelines; as ``without_runs``."""
    if not runs.any():
        return stays.ticket, stays.stage, stays.bulk
    kept = np.flatnonzero(~runs[stays.stage])
    first = np.flatnonzero(run_starts(stays.ticket[kept], stays.stage[kept]))
    bulk = summed(stays.bulk[kept].astype(np.int64), first) > 0
    return stays.ticket[kept][first], stays.stage[kept][first], bulk


def stage_graph(parts: Sequence[StaySums], *, stages: pd.DataFrame, minimum: int) -> Graph:
    """Give the network of stages of all parts; no ticket is in two of them."""
    about = stages.drop_duplicates("stage")
    sums = StageSums(*(np.sum(one, axis=0) for one in zip(*(part.by_stage for part in parts), strict=True)))
    graph = directed_graph(name="stages", tickets=sum(part.whole for part in parts))
    undone = (about["kind"] != "done").to_numpy()
    whole = in_seconds(sums.seconds[undone], sums.rest[undone])
    words = list(about[["stage", "kind", "team", "position"]].itertuples(index=False, name=None))
    order = np.argsort(about["position"].to_numpy())
    for number in order[sums.seen[order] > 0].tolist():
        stage, kind, team, position = words[number]
        total = in_seconds(sums.seconds[number], sums.rest[number])
        ended = np.concatenate([part.ended[number] for part in parts]) / SECOND
        typical = np.quantile(ended, QUANTILES).tolist() if len(ended) else ()
        graph.add_node(
            stage,
            kind=kind,
            position=position,
            team="" if pd.isna(team) else team,
            tickets=int(sums.tickets[number]),
            visits=int(sums.visits[number]),
            open=int(sums.open[number]),
            total=total,
            share=total / whole if whole and kind != "done" else 0.0,
            **dict(zip(("median", "p85"), typical, strict=False)),
        )
        if sums.forward[number] >= max(minimum, 1):
            graph.nodes[stage]["ca"] = float(sums.kept[number] / sums.forward[number])
    graph.add_edges_from(measured([part.moves for part in parts]))
    return graph


def complete_and_accurate(stage_visits: pd.DataFrame) -> pd.DataFrame:
    """Give %C&A by stage: the share of what it passed on that never came back.

    Of the moves forward out of a stage, the share that is not followed, ever, by a stay of the ticket in
    this stage or an earlier one. Moves of bulk edits are not counted. Indexed by stage: ``forward`` (number
    of moves) and ``ca`` (0 to 1).

    Examples
    --------
    >>> rows = {"ticket": "a", "stage": ["Build", "Test", "Build"], "position": [0, 1, 0], "bulk": False}
    >>> complete_and_accurate(pd.DataFrame(rows))["ca"].to_dict()
    {'Build': 0.0}
    """
    moves = forward_moves(stage_visits)
    by_stage = moves["kept"].astype("float64").groupby(moves["stage"])
    return pd.DataFrame({"forward": by_stage.size(), "ca": by_stage.mean()})


def forward_moves(stage_visits: pd.DataFrame) -> pd.DataFrame:
    """Give the moves forward, and which of them were never followed by a return.

    Moves of bulk edits are not in it.

    Returns
    -------
    DataFrame
        One row per move, indexed as the stay that it ends: ``ticket, stage, kind`` (where ``stage_visits``
        have it), ``position`` of that stay, and ``kept``: the ticket never came to this position or an
        earlier one again.
    """
    ticket, position, bulk = (stage_visits[name].to_numpy() for name in ("ticket", "position", "bulk"))
    forward, kept = _forward(ticket, position.astype(np.int64), bulk.astype(bool))
    columns = [name for name in ("ticket", "stage", "kind", "position") if name in stage_visits]
    moves: pd.DataFrame = stage_visits.loc[forward, columns].assign(kept=kept[forward])
    return moves


def _forward(ticket: npt.NDArray[Any], position: Ints, bulk: Flags) -> tuple[Flags, Flags]:
    """Mark the stays that ended with a move forward, and those after which the ticket never returned."""
    begin = run_starts(ticket)
    last = run_ends(begin)
    lowest = shift_within_run(_lowest_from_here(position, np.cumsum(begin)), last, missing=-1)
    ahead = shift_within_run(position, last, missing=-1)
    return (ahead > position) & ~bulk, lowest > position


def _lowest_from_here(position: Ints, number: Ints) -> Ints:
    """Give the lowest position from each stay on; later tickets are shifted too high to be the lowest."""
    width = int(position.max(initial=0)) + 1
    lowest: Ints = np.minimum.accumulate((position + number * width)[::-1])[::-1]
    return lowest - number * width


def team_network(handoffs: pd.DataFrame) -> Graph:
    """Give the directed graph of teams: how work passes between them, and how long it waits to be started.

    Nodes are teams with ``handoffs_given`` and ``handoffs_taken``; edges carry the same measures as the
    stage network's, over the handoffs between the two (within a team, from person to person, on a loop);
    ``back`` counts returns to an earlier stage. Handoffs with an unknown team are not in it.
    """
    known = handoffs[(handoffs["from_team"].notna() & handoffs["to_team"].notna()).to_numpy()]
    names = distinct_words(known["from_team"], known["to_team"])
    given, taken = encode(known["from_team"], names), encode(known["to_team"], names)
    wait = known["wait"].to_numpy().astype("timedelta64[us]").view(np.int64)
    ticket = np.cumsum(run_starts(known["ticket"].to_numpy()))
    moves = Moves(ticket, given, taken, wait, known["back"].to_numpy(dtype=bool))
    return team_graph([sums_of_handoffs(moves, names.tolist())])


class HandoffSums(NamedTuple):
    """What a network of teams needs to know of some tickets; ``whole`` is how many were handed over."""

    whole: int
    moves: Edges


def sums_of_handoffs(moves: Moves, names: Sequence[str]) -> HandoffSums:
    """Sum handoffs between teams that are known; their codes are positions in ``names``."""
    return HandoffSums(int(run_starts(moves.ticket).sum()), edges_of_moves(moves, names))


def team_graph(parts: Sequence[HandoffSums]) -> Graph:
    """Give the network of teams of all parts; no ticket is in two of them."""
    graph = directed_graph(name="teams", tickets=sum(part.whole for part in parts))
    edges = list(measured([part.moves for part in parts]))
    given, taken = Counter[str](), Counter[str]()
    for upstream, downstream, measures in edges:
        given[upstream] += int(measures["count"])
        taken[downstream] += int(measures["count"])
    for team in sorted({*given, *taken}):
        graph.add_node(team, handoffs_given=given[team], handoffs_taken=taken[team])
    graph.add_edges_from(edges)
    return graph


def team_lanes(visits: pd.DataFrame) -> pd.DataFrame:
    """Give which teams held tickets in which stage, and for which share of the stage's time.

    Visits after the finish and those of a bulk edit are left out; an open visit counts as far as it goes.

    Returns
    -------
    DataFrame
        One row per stage and team, by stage and falling share: ``stage, team`` (missing where unknown),
        ``elapsed`` in all, ``share`` of the stage's time (0 to 1), ``visits``, ``tickets``.
    """
    counted = visits[~visits["bulk"].astype(bool) & (visits["kind"] != "done")]
    counted = counted.astype(dict.fromkeys(("stage", "team", "ticket"), "str"))
    lanes = (
        counted.groupby(["stage", "team"], dropna=False)
        .agg(elapsed=("elapsed", "sum"), visits=("ticket", "size"), tickets=("ticket", "nunique"))
        .reset_index()
        .astype({"elapsed": DURATION})
    )
    whole = lanes.groupby("stage")["elapsed"].transform("sum")
    lanes["share"] = (lanes["elapsed"] / whole).fillna(0.0)
    ordered = lanes.sort_values(["stage", "share"], ascending=[True, False], kind="stable", ignore_index=True)
    return ordered[["stage", "team", "elapsed", "share", "visits", "tickets"]]
