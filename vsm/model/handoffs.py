"""Which handoffs and which single waits cost most, and what happened there."""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

import pandas as pd

from vsm.errors import ParameterError
from vsm.model.bottlenecks import handoff_costs
from vsm.model.lifecycle import before_the_finish, completed
from vsm.tables import CAUSES, DURATION

_SIDES: Final = ("from_team", "to_team", "from_stage", "to_stage")
_SHOWN: Final = ("ticket", "key", "url", *_SIDES, "given", "taken", "wait", "back")


def costliest_handoffs(
    handoffs: pd.DataFrame, lifecycles: pd.DataFrame, *, tickets: pd.DataFrame, most: int = 10
) -> pd.DataFrame:
    """Give the single handoffs that made work wait longest: the tickets to look at.

    Handoffs of completed tickets on any level are in it, also between two persons of one team; who the two
    are is not in it.

    Returns
    -------
    DataFrame
        One row per handoff, at most ``most``, the longest wait first, those that waited equally long in their
        own order: ``ticket, key, url, from_team, to_team`` (missing where unknown), ``from_stage, to_stage,
        given, taken, wait, back``. A handoff that nothing waited for is not in it.
    """
    plain = handoffs.astype(dict.fromkeys(("ticket", *_SIDES), "str"))
    waited = plain[plain["ticket"].isin(completed(lifecycles)["ticket"]) & (plain["wait"] > pd.Timedelta(0))]
    longest = waited.sort_values("wait", ascending=False, kind="stable").head(most)
    about = tickets.set_index(tickets["ticket"].astype("str"))[["key", "url"]].astype("str")
    return longest.join(about, on="ticket")[list(_SHOWN)].reset_index(drop=True)


def handoffs_between(handoffs: pd.DataFrame, a: str, b: str) -> pd.DataFrame:
    """Give the HANDOFFS from ``a`` to ``b``, two teams or two stages, the longest wait first.

    Raises
    ------
    ParameterError
        No handoff is between two such teams or stages; lists the pairs that are known.
    """
    known = []
    for side in ("team", "stage"):
        ends = handoffs[[f"from_{side}", f"to_{side}"]].astype("str").set_axis(["a", "b"], axis=1)
        found = handoffs[(ends["a"] == a) & (ends["b"] == b)]
        if len(found):
            return found.sort_values("wait", ascending=False, kind="stable", ignore_index=True)
        known += [f"{row.a} → {row.b}" for row in ends.dropna().drop_duplicates().itertuples()]
    raise ParameterError(f"no handoff is from '{a}' to '{b}'; known: {', '.join(known) or 'none'}")


def costliest_ends(handoffs: pd.DataFrame) -> tuple[str, str] | None:
    """Give the two teams between which work waited longest in all, or stages where no two are known.

    Examples
    --------
    >>> day = pd.Timedelta(days=1)
    >>> rows = {"from_team": ["web"] * 3, "to_team": ["qa", "qa", "web"], "wait": [day, day, 9 * day]}
    >>> costliest_ends(pd.DataFrame(rows))
    ('web', 'qa')
    """
    for side in ("team", "stage"):
        if f"from_{side}" not in handoffs:
            continue
        ends = handoffs[[f"from_{side}", f"to_{side}"]].astype("str").set_axis(["a", "b"], axis=1).dropna()
        ends = ends[ends["a"] != ends["b"]]
        if len(ends):
            seconds = handoffs["wait"].dt.total_seconds().reindex(ends.index)
            a, b = seconds.groupby([ends["a"], ends["b"]]).sum().idxmax()
            return str(a), str(b)
    return None


def handoff_places(waits: pd.DataFrame, lifecycles: pd.DataFrame, *, stages: pd.DataFrame) -> pd.DataFrame:
    """Give the stages in which work waits for the next team or person to start.

    A wait in a work stage is hidden: the ticket is called "in work", and there is no trace of any work yet.
    Weighed are waits in handoffs of completed tickets.

    Returns
    -------
    DataFrame
        One row per stage in stream order: ``stage, kind, handoffs, tickets`` (counts), ``wait`` (timedelta,
        in all), ``share`` of all waiting in handoffs; the shares sum to 1.
    """
    of_handoffs = waits["handoff"].notna() & waits["ticket"].isin(completed(lifecycles)["ticket"])
    waited = waits[of_handoffs & (waits["elapsed"] > pd.Timedelta(0))]
    places = waited.groupby(waited["stage"].astype("str")).agg(
        handoffs=("handoff", "nunique"), tickets=("ticket", "nunique"), wait=("elapsed", "sum")
    )
    about = stages.drop_duplicates("stage").set_index("stage")
    found = (
        places.join(about[["kind", "position"]]).sort_values("position").rename_axis("stage").reset_index()
    )
    seconds = found["wait"].dt.total_seconds()
    share = seconds / seconds.sum() if len(found) else seconds
    types: dict[str, Any] = {"handoffs": "int64", "tickets": "int64", "wait": DURATION, "share": "float64"}
    columns = ["stage", "kind", "handoffs", "tickets", "wait", "share"]
    return found.assign(share=share)[columns].astype(types)


RANK: Final = 0.85
_NUMBERS: Final = ["side", "from", "to", "handoffs", "tickets", "share", "low", "high", "median", "p85"]
_TOLD: Final = ["ticket", "key", "summary", "given", "taken", "waited"]
STORY_COLUMNS: Final = [*_NUMBERS, *_TOLD, *CAUSES, "meanwhile", "blockers"]


def handoff_stories(
    handoffs: pd.DataFrame,
    waits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    as_of: pd.Timestamp,
    minimum: int,
    most: int = 3,
) -> pd.DataFrame:
    """Give the costliest pairs of teams, each with one ticket that shows what happens there.

    The ticket is the one whose wait is at the 85th percentile of its pair's that waited at all (nearest
    rank): one in seven of them waits as long or longer. The longest would be an outlier, the median often
    harmless. Completed tickets are weighed, and pairs of fewer than ``minimum`` of them left out.

    Returns
    -------
    DataFrame
        One row per pair, at most ``most``, the costliest first. ``side`` is what they are: ``team``, or
        ``stage`` where no handoff between known teams is known. ``from, to, handoffs, tickets, share, low,
        high, median, p85`` as ``handoff_costs`` gives them; then the ticket's ``ticket, key, summary, given,
        taken, waited`` and the elapsed part of each cause, with ``meanwhile`` and ``blockers`` as
        ``longest_waits`` gives them.
    """
    weighed = handoffs[handoffs["ticket"].isin(completed(lifecycles)["ticket"])]
    side = "team" if weighed[["from_team", "to_team"]].notna().all(axis=1).any() else "stage"
    ends = [f"from_{side}", f"to_{side}"]
    weighed = weighed.astype(dict.fromkeys([*ends, "ticket"], "str"))
    costs = handoff_costs(handoffs, lifecycles, between=(side,), minimum=minimum)
    shown = costs[(costs["tickets"] >= minimum) & (costs["wait"] > pd.Timedelta(0))].head(most)
    about = {"visits": visits, "blocks": blocks, "tickets": tickets, "lifecycles": lifecycles, "as_of": as_of}
    rows = []
    found: list[dict[Any, Any]] = shown.to_dict("records")
    for cost in found:
        pair = weighed[(weighed[ends[0]] == cost[ends[0]]) & (weighed[ends[1]] == cost[ends[1]])]
        story = _told(_shown(pair), waits, about)
        rows.append({**cost, "side": side, "from": cost[ends[0]], "to": cost[ends[1]], **story})
    return pd.DataFrame(rows, columns=STORY_COLUMNS)


def _shown(pair: pd.DataFrame) -> Mapping[Any, Any]:
    """Choose the handoff whose wait is next above the 85th percentile; the earliest of equal ones."""
    waited = pair[pair["wait"] > pd.Timedelta(0)]
    ordered = waited.sort_values(["wait", "given", "ticket"], kind="stable")
    row: Mapping[Any, Any] = ordered.iloc[ceil(RANK * len(ordered)) - 1].to_dict()
    return row


def _told(handoff: Mapping[Any, Any], waits: pd.DataFrame, about: Mapping[str, Any]) -> dict[str, Any]:
    tickets = about["tickets"]
    itself = tickets[tickets["ticket"].astype("str") == handoff["ticket"]]
    named = itself.iloc[0] if len(itself) else {"key": handoff["ticket"], "summary": None}
    pieces = waits[(waits["handoff"] == handoff["handoff"]).fillna(value=False)]
    times = pieces.groupby(pieces["cause"].astype("str"))["elapsed"].sum()
    longest = longest_waits(pieces, most=1, **about)
    beside = longest[["meanwhile", "blockers"]].to_dict("records")
    return {
        "ticket": handoff["ticket"],
        "key": named["key"],
        "summary": named["summary"],
        "given": handoff["given"],
        "taken": handoff["taken"],
        "waited": handoff["wait"],
        **times.reindex(list(CAUSES), fill_value=pd.Timedelta(0)),
        **(beside[0] if beside else {"meanwhile": (), "blockers": ()}),
    }


AT_MOST: Final = 3
WAIT_COLUMNS: Final = [
    "ticket", "n", "key", "stage", "receiver", "team", "start", "end", "elapsed", "working", *CAUSES,
    "meanwhile", "blockers",
]  # fmt: skip


def longest_waits(
    waits: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    lifecycles: pd.DataFrame,
    as_of: pd.Timestamp,
    most: int = 10,
) -> pd.DataFrame:
    """Give the longest waits of completed tickets, in working time.

    A wait is all of one visit's; of equal ones the longer elapsed comes first. Waits of bulk edits are left
    out.

    Returns
    -------
    DataFrame
        ``ticket, n, key, stage``, ``receiver`` and ``team`` (of the longest piece, missing where unknown),
        ``start, end, elapsed, working``, the time of each cause
        (elapsed for non-working time, working for all others), ``meanwhile`` (keys of at most three other
        tickets that the receiver had in work, the longest first) and ``blockers`` (keys; both tuples).
    """
    plain = waits[~waits["bulk"] & waits["ticket"].isin(completed(lifecycles)["ticket"])]
    plain = plain.astype({"ticket": "str", "cause": "str", "stage": "str", "receiver": "str", "team": "str"})
    whole = plain.groupby(["ticket", "n"], sort=False).agg(
        stage=("stage", "first"),
        start=("start", "min"),
        end=("end", "max"),
        elapsed=("elapsed", "sum"),
        working=("working", "sum"),
    )
    order = ["working", "elapsed", "start"]
    found = whole.sort_values(order, ascending=[False, False, True], kind="stable")[:most].reset_index()
    key = dict(zip(tickets["ticket"].astype("str"), tickets["key"].astype("str"), strict=True))
    rows = [_story(row, plain, visits, blocks, key, as_of) for row in found.to_dict("records")]
    return pd.DataFrame(rows, columns=WAIT_COLUMNS)


def _story(
    row: Mapping[Any, Any],
    waits: pd.DataFrame,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    key: Mapping[str, str],
    as_of: pd.Timestamp,
) -> dict[str, Any]:
    pieces = waits[(waits["ticket"] == row["ticket"]) & (waits["n"] == row["n"])]
    main = pieces.loc[pieces.groupby(["receiver", "team"], dropna=False)["elapsed"].transform("sum").idxmax()]
    counted = pieces["working"].where(pieces["cause"] != "non-working time", pieces["elapsed"])
    times = counted.groupby(pieces["cause"]).sum().reindex(list(CAUSES), fill_value=pd.Timedelta(0))
    found = {"receiver": main["receiver"], "team": main["team"], "key": key.get(row["ticket"], row["ticket"])}
    busy = pieces[
        pieces["cause"].isin(["at capacity", "overtaken"]) & (pieces["receiver"] == main["receiver"])
    ]
    spans = {
        "meanwhile": _in_hand(busy, main["receiver"], visits, as_of),
        "blockers": _blockers(row, blocks, as_of),
    }
    keys = {name: tuple(key.get(ticket, ticket) for ticket in listed) for name, listed in spans.items()}
    return {**row, **found, **times, **keys}


def _in_hand(busy: pd.DataFrame, receiver: str, visits: pd.DataFrame, as_of: pd.Timestamp) -> list[str]:
    """Find what those it waited for had in work meanwhile: what overlaps longest."""
    if busy.empty:
        return []
    start, end = busy["start"].min(), busy["end"].max()
    theirs = (visits["holder"] == receiver) | (visits["team"] == receiver)
    work = visits[theirs & (visits["kind"] == "work")]
    left = work["left"].fillna(as_of)
    shared = left.where(left < end, end) - work["entered"].where(work["entered"] > start, start)
    shared = shared[shared > pd.Timedelta(0)].groupby(work["ticket"].astype("str")).sum()
    return list(shared.sort_values(ascending=False, kind="stable").index[:AT_MOST])


def _blockers(row: Mapping[Any, Any], blocks: pd.DataFrame, as_of: pd.Timestamp) -> list[str]:
    named = blocks[(blocks["ticket"] == row["ticket"]) & blocks["by"].notna()]
    during = named[(named["start"] < row["end"]) & (named["end"].fillna(as_of) > row["start"])]
    return list(dict.fromkeys(during["by"].astype("str")))[:AT_MOST]


def hidden_waits(visits: pd.DataFrame, lifecycles: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """Give the waiting that may hide inside work stages, before the first touch and after the last.

    Work visits of completed tickets are weighed, bulk ones left out. That nobody left a trace is evidence
    that nobody worked, not proof.

    Returns
    -------
    DataFrame
        One row per stage, by name: ``stage, visits, untouched`` (counts), ``elapsed`` (in all), ``before``
        (entry → first touch), ``after`` (last touch → left), ``unknown`` (elapsed in untouched visits), and
        ``before_share, after_share`` of the time in visits with a touch (missing under ``minimum`` of them).
    """
    before = _before_finish(visits, lifecycles)
    work = before[(before["kind"] == "work") & ~before["bulk"]]
    lasted, bare = work["left"] - work["entered"], work["first_touch"].isna()
    nothing = pd.Timedelta(0)
    parts = pd.DataFrame(
        {
            "visits": 1,
            "untouched": bare.astype("int64"),
            "elapsed": lasted,
            "before": (work["first_touch"] - work["entered"]).fillna(nothing),
            "after": (work["left"] - work["last_touch"]).fillna(nothing),
            "unknown": lasted.where(bare, nothing),
        },
        index=work.index,
    )
    parts = parts.astype(dict.fromkeys(("elapsed", "before", "after", "unknown"), DURATION))
    found = parts.groupby(work["stage"].astype("str")).sum()
    touched = (found["elapsed"] - found["unknown"]).where(found["visits"] - found["untouched"] >= minimum)
    seconds = touched.dt.total_seconds()
    for name in ("before", "after"):
        found[f"{name}_share"] = found[name].dt.total_seconds() / seconds.where(seconds > 0)
    return found.rename_axis("stage").reset_index()


def _before_finish(visits: pd.DataFrame, lifecycles: pd.DataFrame) -> pd.DataFrame:
    """Give the visits of completed tickets before the finish; their ends are before it too."""
    known = visits.astype({"ticket": "str", "kind": "str", "team": "str"})
    return known[known["ticket"].isin(completed(lifecycles)["ticket"]) & before_the_finish(known)]
