"""How stages, and teams, pass work on: directed graphs with what each passing cost."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.intervals.codes import Flags, Ints, encode, run_ends, run_starts, shift_within_run
from vsm.model.graphs import Graph, directed_graph
from vsm.model.interruptions import positions_held, without_runs
from vsm.model.lifecycle import summed
from vsm.tables import DURATION

SECOND = 1_000_000
QUANTILES = (0.5, 0.85)


class Moves(NamedTuple):
    """Moves, one entry each, by ticket: upstream and downstream in codes, the wait in µs."""

    ticket: npt.NDArray[Any]
    upstream: npt.NDArray[Any]
    downstream: npt.NDArray[Any]
    wait: Ints
    back: Flags


def edges_of(moves: Moves, names: Sequence[str]) -> Iterator[tuple[str, str, dict[str, int | float]]]:
    """Give the edges that these moves make: upstream, downstream and measures, sorted by the two names.

    Measures are ``count, tickets, back, wait_median, wait_p85, wait_total`` (seconds) and ``share`` of all
    waiting. Sums are exact before they are rounded once, so they do not depend on the order of moves.

    Examples
    --------
    >>> one, wait = np.array([0, 0]), np.array([1_000_000, 3_000_000])
    >>> (edge,) = edges_of(Moves(one, one, one + 1, wait, one > 0), ["web", "qa"])
    >>> edge[0], edge[1], edge[2]["count"], edge[2]["wait_median"]
    ('web', 'qa', 2, 2.0)
    """
    kinds = np.uint16 if len(names) ** 2 < 1 << 16 else np.int64  # a short key is sorted by counting
    key = (moves.upstream.astype(np.int64) * len(names) + moves.downstream).astype(kinds)
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(run_starts(key))
    # The key knows both sides; what is measured is put into its order.
    measured = {name: getattr(moves, name)[order] for name in ("ticket", "wait", "back")}
    measures = _measures(moves._replace(**measured), key, first)
    pairs = [divmod(number, len(names)) for number in key[first].tolist()]
    edges = [
        (names[upstream], names[downstream], measure)
        for (upstream, downstream), measure in zip(pairs, measures, strict=True)
    ]
    yield from sorted(edges, key=lambda edge: edge[:2])


def _measures(moves: Moves, key: npt.NDArray[Any], first: Ints) -> Iterator[dict[str, int | float]]:
    """Measure the moves of each edge: they are adjacent, and each edge's begin in the rows ``first``."""
    tickets = summed(run_starts(key, moves.ticket).astype(np.int64), first).tolist()
    back = summed(moves.back.astype(np.int64), first).tolist()
    whole = total_seconds(moves.wait)
    bounds = zip(first.tolist(), [*first[1:].tolist(), len(key)], strict=False)
    for number, (begin, beyond) in enumerate(bounds):
        wait = moves.wait[begin:beyond]
        total = total_seconds(wait)
        median, p85 = _quantiles(wait)
        yield {
            "count": len(wait),
            "tickets": tickets[number],
            "back": back[number],
            "wait_median": median,
            "wait_p85": p85,
            "wait_total": total,
            "share": total / whole if whole else 0.0,
        }


def _quantiles(wait: Ints) -> list[float]:
    """Give median and 85th percentile in seconds, linear between neighbours as NumPy's."""
    places = [(len(wait) - 1) * quantile for quantile in QUANTILES]
    low = [int(position) for position in places]
    high = [min(position + 1, len(wait) - 1) for position in low]
    parted = np.partition(wait, sorted({*low, *high}))
    return [
        float(parted[here] / SECOND + (parted[there] - parted[here]) / SECOND * (position - here))
        for position, here, there in zip(places, low, high, strict=True)
    ]


def total_seconds(micros: Ints) -> float:
    """Sum microseconds to seconds, exactly: their own sum would overflow after some thousand years."""
    seconds = micros // SECOND
    return float(int(seconds.sum()) + int((micros - seconds * SECOND).sum()) / SECOND)


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
    begin = run_starts(stage_visits["ticket"].to_numpy())
    about = stages.drop_duplicates("stage").sort_values("position")
    names = pd.Index(about["stage"].astype("str"))
    codes = _StayColumns(stage_visits, names, positions_held(stage_visits, stages=stages))
    graph = directed_graph(name="stages", tickets=int(begin.sum()))
    kinds = about["kind"].to_numpy()
    counts = ~codes.bulk & (kinds != "done")[codes.stage]
    undone = total_seconds(codes.elapsed[counts])
    rates = complete_and_accurate(without_runs(stage_visits, stages=stages))
    enough = rates.loc[rates["forward"] >= minimum, "ca"].to_dict()
    used = np.bincount(codes.stage, minlength=len(names)) > 0
    for number in np.flatnonzero(used):
        words = about.iloc[number]
        stage, kind = str(words["stage"]), words["kind"]
        team = "" if pd.isna(words["team"]) else words["team"]
        measures = codes.measures(int(number), 0.0 if kind == "done" else undone)
        graph.add_node(stage, kind=kind, position=int(words["position"]), team=team, **measures)
        if stage in enough:
            graph.nodes[stage]["ca"] = float(enough[stage])
    graph.add_edges_from(edges_of(codes.moves(), list(names)))
    return graph


class _StayColumns:
    """Stays as arrays, with stages in codes and tickets numbered in their order."""

    def __init__(self, stage_visits: pd.DataFrame, names: "pd.Index[str]", position: Ints) -> None:
        self.ticket: Ints = np.cumsum(run_starts(stage_visits["ticket"].to_numpy())) - 1
        self.stage = encode(stage_visits["stage"], names)
        self.elapsed, self.waited = (
            stage_visits[name].to_numpy().astype("timedelta64[us]").view(np.int64)
            for name in ("elapsed", "waited")
        )
        self.work: Flags = (stage_visits["kind"] == "work").to_numpy()
        self.position = position
        self.bulk: Flags = stage_visits["bulk"].to_numpy(dtype=bool)
        self.open: Flags = stage_visits["left"].isna().to_numpy()
        self.gone: Flags = stage_visits["gone"].to_numpy(dtype=bool)
        clean = np.flatnonzero(~self.bulk)
        self._rows = clean[np.argsort(self.stage[clean].astype(np.int16), kind="stable")]
        self._there = np.bincount(self.stage[self.open], minlength=len(names))
        self._bounds = np.searchsorted(self.stage[self._rows], np.arange(len(names) + 1))

    def moves(self) -> Moves:
        """Give the moves from stay to stay, but for those between two stays of bulk edits.

        Each ended the waiting of the stage it left, unless people work there, and what was hidden at the
        beginning of the work stage that it led to.
        """
        last = run_ends(run_starts(self.ticket))
        ahead = shift_within_run(np.arange(len(last)), last, missing=0)
        row = np.flatnonzero(~last & ~(self.bulk & self.bulk[ahead]))
        ahead = ahead[row]
        leaving = np.where(self.work[row], 0, self.waited[row])
        hidden = np.where(self.work[ahead], self.waited[ahead], 0)
        back = self.position[ahead] < self.position[row]
        return Moves(self.ticket[row], self.stage[row], self.stage[ahead], leaving + hidden, back)

    def measures(self, number: int, whole: float) -> dict[str, Any]:
        """Measure the stays in this stage, except those of bulk edits; what is there now is there anyhow."""
        rows = self._rows[self._bounds[number] : self._bounds[number + 1]]
        total = total_seconds(self.elapsed[rows])
        ended = self.elapsed[rows[~self.open[rows] & ~self.gone[rows]]] / SECOND
        typical = np.quantile(ended, QUANTILES) if len(ended) else ()
        return {
            "tickets": int(run_starts(self.ticket[rows]).sum()),
            "visits": len(rows),
            "open": int(self._there[number]),
            "total": total,
            "share": total / whole if whole else 0.0,
            **dict(zip(("median", "p85"), map(float, typical), strict=False)),
        }


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
    begin = run_starts(stage_visits["ticket"].to_numpy())
    last, position = run_ends(begin), stage_visits["position"].to_numpy(dtype=np.int64)
    lowest = shift_within_run(_lowest_from_here(position, np.cumsum(begin)), last, missing=-1)
    ahead = shift_within_run(position, last, missing=-1)
    forward = (ahead > position) & ~stage_visits["bulk"].to_numpy(dtype=bool)
    columns = [name for name in ("ticket", "stage", "kind", "position") if name in stage_visits]
    moves: pd.DataFrame = stage_visits.loc[forward, columns].assign(kept=(lowest > position)[forward])
    return moves


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
    names = pd.Index(sorted({str(t) for side in ("from_team", "to_team") for t in known[side].unique()}))
    ticket = np.cumsum(run_starts(known["ticket"].to_numpy()))
    given, taken = encode(known["from_team"], names), encode(known["to_team"], names)
    wait = known["wait"].to_numpy().astype("timedelta64[us]").view(np.int64)
    moves = Moves(ticket, given, taken, wait, known["back"].to_numpy(dtype=bool))
    graph = directed_graph(name="teams", tickets=int(run_starts(moves.ticket).sum()))
    counts = [np.bincount(side, minlength=len(names)) for side in (moves.upstream, moves.downstream)]
    for team, given, taken in sorted(zip(names, *counts, strict=True)):
        if given or taken:
            graph.add_node(team, handoffs_given=int(given), handoffs_taken=int(taken))
    graph.add_edges_from(edges_of(moves, list(names)))
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
