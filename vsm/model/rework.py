"""Rework: returns to stages, by whom, and the share of work that passes without coming back."""

from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.model.network import complete_and_accurate, forward_moves
from vsm.stats.proportions import UNKNOWN, share_of
from vsm.stats.shares import LEAST_WEEKS, Floats, effective_weeks, jackknife_interval
from vsm.tables import DURATION

WAYS: Final = ("loop", "repetition")
DOERS: Final = ("repeat", "redo", "unknown")
_COLUMNS: Final = ("ticket", "stage", "way", "doer", "from_team", "to_team", "entered", "again")


def returns_of(visits: pd.DataFrame) -> pd.DataFrame:
    """Give the stays in a work stage that a ticket came back for, and who did the work again.

    The taxonomy of bupaR: a ``loop`` comes back with no other work between (queues may lie between), a
    ``repetition`` after work in another stage. A ``repeat`` is done by the person who held the ticket there
    last, a ``redo`` by another one; ``unknown`` where either is not known. A new holder in an unbroken stay
    is a handoff, not a return. Returns that a bulk edit began are left out.

    Returns
    -------
    DataFrame
        One row per return: ``ticket, stage, way`` (loop, repetition), ``doer`` (repeat, redo, unknown),
        ``from_team, to_team`` (who held it there last, and who does now; may be missing), ``entered``,
        ``again`` (timedelta, elapsed in the whole new stay).

    Examples
    --------
    >>> hours = pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta([0, 1, 2], unit="h")
    >>> visits = pd.DataFrame({"ticket": "a", "kind": "work", "stage": ["Build", "Test", "Build"]})
    >>> visits = visits.assign(holder=["ann", "bo", "ann"], team="web", entered=hours, bulk=False)
    >>> returns_of(visits.assign(elapsed=pd.Timedelta(hours=1)))[["stage", "way", "doer"]].values.tolist()
    [['Build', 'repetition', 'repeat']]
    """
    stage_visits = _work_stays(visits)
    last = stage_visits.groupby(["ticket", "stage"])[["ended_by", "ended_team"]].shift()
    back = stage_visits.groupby(["ticket", "stage"]).cumcount() > 0
    loop = stage_visits.groupby("ticket")["stage"].shift() == stage_visits["stage"]
    known = last["ended_by"].notna() & stage_visits["begun_by"].notna()
    doer = pd.Series("redo", index=stage_visits.index, dtype="str").mask(
        last["ended_by"] == stage_visits["begun_by"], "repeat"
    )
    found = stage_visits.assign(
        way=pd.Series("repetition", index=stage_visits.index, dtype="str").mask(loop, "loop"),
        doer=doer.where(known, "unknown"),
        from_team=last["ended_team"],
        to_team=stage_visits["begun_team"],
    )
    return found.loc[back & ~stage_visits["bulk"], list(_COLUMNS)].reset_index(drop=True)


def _work_stays(visits: pd.DataFrame) -> pd.DataFrame:
    """Join visits over changes of holder, with the first and the last holder of each stay of work."""
    words = dict.fromkeys(("ticket", "stage", "kind", "holder", "team"), "str")
    plain = visits.astype(words)
    begins = (plain["ticket"] != plain["ticket"].shift()) | (plain["stage"] != plain["stage"].shift())
    number = begins.cumsum()
    firsts = plain[begins].set_index(number[begins])
    lasts = plain[~number.duplicated(keep="last")].set_index(number[~number.duplicated(keep="last")])
    stage_visits = pd.DataFrame(
        {
            "ticket": firsts["ticket"],
            "stage": firsts["stage"],
            "kind": firsts["kind"],
            "begun_by": firsts["holder"],
            "begun_team": firsts["team"],
            "ended_by": lasts["holder"],
            "ended_team": lasts["team"],
            "entered": firsts["entered"],
            "bulk": firsts["bulk"].astype("bool"),
            "again": plain.groupby(number)["elapsed"].sum().astype(DURATION),
        }
    )
    return stage_visits[stage_visits["kind"] == "work"].reset_index(drop=True)


def rework_by_stage(visits: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """Give how much rework each stage has, and how much time that takes.

    Returns
    -------
    DataFrame
        One row per stage of work, by name: ``stage, n`` (tickets ever worked on there), ``tickets``
        (of them those that came back), ``share, low, high`` (Wilson, 95 %), counts of returns ``loop_repeat,
        loop_redo, loop_unknown, repetition_repeat, repetition_redo, repetition_unknown``, and ``again``
        (timedelta, elapsed in these returns; open ones as far as they go).
    """
    stage_visits, returns = _work_stays(visits), returns_of(visits)
    back = returns.groupby("stage")
    table = pd.DataFrame(
        {
            "n": stage_visits.groupby("stage")["ticket"].nunique(),
            "tickets": back["ticket"].nunique(),
            "again": back["again"].sum(),
        }
    )
    counts = pd.crosstab(returns["stage"], returns["way"] + "_" + returns["doer"])
    kinds = [f"{way}_{doer}" for way in WAYS for doer in DOERS]
    table = table.join(counts.reindex(table.index, columns=kinds))
    table["again"] = table["again"].astype(DURATION).fillna(pd.Timedelta(0))
    table[["tickets", *kinds]] = table[["tickets", *kinds]].fillna(0).astype("int64")
    shares = [
        share_of(part, whole, minimum=minimum)
        for part, whole in zip(table["tickets"], table["n"], strict=True)
    ]
    table[["share", "low", "high"]] = pd.DataFrame(
        shares, index=table.index, columns=["share", "low", "high"]
    )
    types = {"stage": "str", "n": "int64", "tickets": "int64"} | dict.fromkeys(
        ("share", "low", "high"), "float64"
    )
    types |= dict.fromkeys(kinds, "int64") | {"again": DURATION}
    return table.rename_axis("stage").reset_index()[list(types)].astype(types)


def referral_matrix(visits: pd.DataFrame) -> pd.DataFrame:
    """Give the pairs of teams between which rework goes from one to the other.

    Returns
    -------
    DataFrame
        One row per pair of teams, by name: ``from_team`` (held it there last), ``to_team`` (does it again;
        the same where a colleague does), ``count`` (redos), ``tickets``, ``again`` (timedelta). Redos with
        an unknown team are in the row with the missing name.
    """
    returns = returns_of(visits)
    redone = returns[returns["doer"] == "redo"].groupby(["from_team", "to_team"], dropna=False)
    return redone.agg(
        count=("ticket", "size"), tickets=("ticket", "nunique"), again=("again", "sum")
    ).reset_index()


def accuracy_of(stage_visits: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """Give %C&A of each stage with its interval (``complete_and_accurate``).

    Returns
    -------
    DataFrame
        One row per stage in stream order: ``stage, n`` (moves forward), ``share, low, high`` (Wilson, 95 %;
        missing under ``minimum`` moves). Moves of one ticket are not independent, so the true interval is
        wider where tickets return often.
    """
    rates = complete_and_accurate(stage_visits)
    position = stage_visits.drop_duplicates("stage").set_index("stage")["position"]
    rows = [
        {"stage": stage, "n": int(row["forward"]), "position": position.loc[str(stage)]}
        | share_of(round(row["forward"] * row["ca"]), int(row["forward"]), minimum=minimum)
        for stage, row in rates.iterrows()
    ]
    types = {"stage": "str", "n": "int64"} | dict.fromkeys(("share", "low", "high"), "float64")
    table = pd.DataFrame(rows, columns=[*types, "position"]).sort_values("position")
    return table[list(types)].astype(types).reset_index(drop=True)


def backward_moves(stage_visits: pd.DataFrame) -> pd.DataFrame:
    """Give where work moves back from and to, and how long it takes to return to where it was.

    Returns
    -------
    DataFrame
        One row per pair, the most frequent first: ``from_stage, to_stage, count, tickets, n`` (of the moves,
        those after which the ticket came to ``from_stage``'s position or a later one again) and ``median``
        (timedelta, from the move back until then; missing where ``n`` is 0). Moves of a bulk edit, both
        ends marked, are left out.
    """
    stage_visits = stage_visits.assign(n=stage_visits.groupby("ticket").cumcount())
    following = stage_visits.groupby("ticket").shift(-1)
    tidied = stage_visits["bulk"].astype("bool") & following["bulk"].eq(other=True)
    back = stage_visits[(following["position"] < stage_visits["position"]) & ~tidied]
    moves = pd.DataFrame(
        {"ticket": back["ticket"], "from_stage": back["stage"], "position": back["position"], "n": back["n"]}
    )
    moves = (
        moves.assign(to_stage=following.loc[back.index, "stage"], at=following.loc[back.index, "entered"])
        .rename_axis("move")
        .reset_index()
    )
    ahead = moves.merge(
        stage_visits[["ticket", "position", "entered", "n"]], on="ticket", suffixes=("", "_later")
    )
    ahead = ahead[(ahead["n_later"] > ahead["n"] + 1) & (ahead["position_later"] >= ahead["position"])]
    again = ahead.groupby("move")["entered"].min().reindex(moves["move"])
    moves["until"] = again.array - moves["at"]
    table = (
        moves.astype({"until": DURATION})
        .groupby(["from_stage", "to_stage"])
        .agg(
            count=("ticket", "size"),
            tickets=("ticket", "nunique"),
            n=("until", "count"),
            median=("until", "median"),
        )
    )
    return table.sort_values("count", ascending=False, kind="stable").reset_index()


_TYPES: Final = dict.fromkeys(("tickets", "stages", "few"), "int64") | dict.fromkeys(
    ("share", "low", "high"), "float64"
)


def rolled_accuracy(stage_visits: pd.DataFrame, *, weeks: "pd.Series[Any]", minimum: int) -> pd.DataFrame:
    """Give rolled %C&A: the share of work that would pass every stage of work without coming back.

    The product of the %C&A of the stages of work along the stream (``complete_and_accurate``). Queues pass
    nothing on that they made, so they are not in it; a return over several stages counts against each of
    them, so the product is lower than the share of tickets that never came back. The 95 % interval
    takes weeks as units (``vsm.stats.shares``).

    Parameters
    ----------
    weeks
        By ticket: the week in which it was completed.

    Returns
    -------
    DataFrame
        One row, or none without a move forward out of a stage of work: ``tickets`` (with such moves in the
        stages of the product), ``stages`` (in the product), ``few`` (stages left out for fewer than
        ``minimum`` moves), ``share, low, high`` (0 to 1; missing under ``minimum`` tickets,
        the interval also of a single week).

    Examples
    --------
    >>> stay = {"ticket": "a", "kind": "work", "bulk": False}
    >>> rows = [stay | {"stage": f"S{position}", "position": position} for position in (0, 1, 0, 1, 2)]
    >>> stage_visits = pd.DataFrame(rows)
    >>> weeks = pd.Series({"a": 1})
    >>> rolled_accuracy(stage_visits, weeks=weeks, minimum=1)[["stages", "share"]].values.tolist()
    [[2.0, 0.5]]
    """
    moves = forward_moves(stage_visits)
    moves = moves[moves["kind"] == "work"]
    enough = moves.groupby("stage")["kept"].transform("size") >= minimum
    used = moves[enough]
    row = {
        "tickets": used["ticket"].nunique(),
        "stages": used["stage"].nunique(),
        "few": moves.loc[~enough, "stage"].nunique(),
        "share": UNKNOWN,
        "low": UNKNOWN,
        "high": UNKNOWN,
    }
    if row["stages"] and row["tickets"] >= minimum:
        row |= _rolled(used, weeks)
    return pd.DataFrame([row], columns=list(_TYPES)).astype(_TYPES)[: int(len(moves) > 0)]


def _rolled(moves: pd.DataFrame, weeks: "pd.Series[Any]") -> dict[str, float]:
    """Multiply the shares, of all weeks and without each of them."""
    stages = moves["stage"].nunique()
    counts = moves.assign(
        kept=moves["kept"].astype("int64"), week=weeks.reindex(moves["ticket"].astype("str")).array
    ).pivot_table(index="week", columns="stage", values="kept", aggfunc=["size", "sum"], fill_value=0)
    both = counts[["size", "sum"]].to_numpy(dtype=np.float64)
    share = _products(both.sum(axis=0)[np.newaxis], stages)
    row = {"share": float(share[0]), "low": UNKNOWN, "high": UNKNOWN}
    if len(both) >= LEAST_WEEKS:
        without = _products(both.sum(axis=0) - both, stages)[:, np.newaxis]
        effective = effective_weeks(both[:, :stages].sum(axis=1)[:, np.newaxis])
        low, high = jackknife_interval(share, without, effective=effective)
        row |= {"low": float(low[0]), "high": float(high[0])}
    return row


def _products(sums: Floats, stages: int) -> Floats:
    """Multiply kept by forward of each stage; NaN without any move out of a stage."""
    forward, kept = sums[:, :stages], sums[:, stages:]
    shares = np.divide(kept, forward, out=np.full_like(kept, np.nan), where=forward > 0)
    products: Floats = shares.prod(axis=1)
    return products
