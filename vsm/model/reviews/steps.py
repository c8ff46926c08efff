"""How long the steps of a review take, by our rules and by those of other tools."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from vsm.model.period import Period
from vsm.stats.survival import survival_quantiles
from vsm.tables import DURATION

PHASES: Final = ("waiting", "reviewing", "author", "rework", "merging")
"""The phases of an open pull request that is no draft, in order."""
GROUPS: Final = {"everyone": None, "people": "person", "AI agents": "AI agent", "bots": "bot"}
"""Whose pull requests: what a group is called → ``by``."""
SIZES: Final = {"1–10": 10, "11–50": 50, "51–250": 250, "251–1,000": 1000, "over 1,000": np.inf}
"""Classes of sizes, in lines added and removed together → the largest of each."""

UNKNOWN: Final = np.timedelta64("NaT", "us")


class _Step(NamedTuple):
    """One step by one rule: how long it took each pull request, and of which of them it has ended."""

    rule: str
    step: str
    spent: "pd.Series[Any]"
    ended: "pd.Series[bool]"
    statistic: str = "median"


def time_in_phases(phases: pd.DataFrame) -> pd.DataFrame:
    """Sum the time of each pull request in each phase: ``pull`` as index, a column a phase, of timedelta."""
    spent = phases.assign(spent=phases["left"] - phases["entered"]).dropna(subset=["spent"])
    spent = spent.astype({"pull": "str", "phase": "str"})
    wide = spent.pivot_table(index="pull", columns="phase", values="spent", aggfunc="sum")
    return wide.reindex(columns=list(PHASES)).astype(DURATION).fillna(pd.Timedelta(0))


def review_period(times: pd.DataFrame, *, as_of: pd.Timestamp, days: int, merged: int) -> Period:
    """Give the current period of reviews: the last ``days``, or since the last ``merged`` were, if longer."""
    ends = times["merged"].dropna().sort_values()
    first = min(times["opened"].min(), as_of) if len(times) else as_of
    enough = ends.iloc[-merged] if len(ends) >= merged else first
    return Period(max(first, min(as_of - pd.Timedelta(days=days), enough)), as_of)


def within_period(times: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Give the pull requests that were open at some time within a period."""
    return times[~(times["closed"] < period.begin) & (times["opened"] <= period.end)]


def review_steps(
    times: pd.DataFrame, phases: pd.DataFrame, *, as_of: pd.Timestamp, minimum: int
) -> pd.DataFrame:
    """Give how long each step of a review takes, by our rules and by those of two other tools.

    Ours: *first response* from ready to the first response, in which what waits still is censored at its age
    (Kaplan–Meier), by the clock and in working time; the phases of merged pull requests, each the sum of its
    rounds; *ready to merged*.
    DevLake's: see ``pull_times``. LinearB's, with means: coding until it is ready, pickup from then until the
    first response by anybody, review until the merge, deploy from there (LinearB, cycle time, 2025).

    Parameters
    ----------
    times, phases
        As ``pull_times`` and ``phases_table`` give them.
    minimum
        Of fewer pull requests there are no times.

    Returns
    -------
    DataFrame
        One row per rule, step and group: ``rule`` (vsm, DevLake, LinearB), ``step``, ``by`` (who opened them:
        everyone, people, AI agents, bots), ``n``, ``statistic`` (median, mean), ``time``, ``p85`` (missing of
        means). Groups without pull requests have no rows.
    """
    rows = []
    steps = list(_steps(times, phases, as_of))
    for group, kind in GROUPS.items():
        mine = pd.Series(data=True, index=times.index) if kind is None else times["by"] == kind
        if mine.any():
            about = {"by": group}
            rows += [{"rule": s.rule, "step": s.step, **about, **_measured(s, mine, minimum)} for s in steps]
    columns = ["rule", "step", "by", "n", "statistic", "time", "p85"]
    words = dict.fromkeys(("rule", "step", "by", "statistic"), "str")
    return pd.DataFrame(rows, columns=columns).astype(
        {"n": "int64", "time": DURATION, "p85": DURATION} | words
    )


def _steps(times: pd.DataFrame, phases: pd.DataFrame, as_of: pd.Timestamp) -> Iterator[_Step]:
    merged = times["merged"].notna()
    answered = times["responded"].notna()
    until = times["responded"].fillna(times["closed"]).fillna(as_of)
    yield _Step("vsm", "first response", (until - times["ready"]).astype(DURATION), answered)
    yield _Step("vsm", "first response, working time", times["response_working"], answered)
    spent = time_in_phases(phases).reindex(times["pull"]).set_axis(times.index)
    for phase in PHASES:
        yield _Step("vsm", phase, spent[phase], merged)
    yield _Step("vsm", "ready to merged", times["merged"] - times["ready"], merged)
    for step in ("coding", "pickup", "review", "deploy"):
        yield _Step("DevLake", step, times[step], times[step].notna() & merged)
    issued, reviewed = times["ready"], times["opened"] + times["pickup"]
    spans = {
        "coding": (issued - (times["opened"] - times["coding"])),
        "pickup": reviewed - issued,
        "review": times["merged"] - reviewed,
        "deploy": times["deployed"] - times["merged"],
    }
    for step, span in spans.items():
        lasted = span.astype(DURATION).where(span >= pd.Timedelta(0))
        yield _Step("LinearB", step, lasted, lasted.notna() & merged, "mean")


def _measured(step: _Step, mine: "pd.Series[bool]", minimum: int) -> dict[str, Any]:
    """Give number, statistic and times of one step for one group; of first responses open ones count too."""
    known = mine & step.spent.notna()
    known &= step.ended | step.step.startswith("first response")
    spent, ended = step.spent[known], step.ended[known].to_numpy()
    about = {"n": int(ended.sum()), "statistic": step.statistic}
    if step.statistic == "mean":
        return about | {"time": spent.mean() if len(spent) >= minimum else UNKNOWN, "p85": UNKNOWN}
    found = survival_quantiles(spent, ended, quantiles=(0.5, 0.85), minimum=minimum)
    return about | dict(zip(("time", "p85"), found["time"].to_numpy(), strict=True))


def review_sizes(times: pd.DataFrame, *, as_of: pd.Timestamp, minimum: int) -> pd.DataFrame:
    """Give how long pull requests of each size wait for the first response, and how many get none.

    Returns
    -------
    DataFrame
        One row per class of size, the smallest first: ``size``, ``n`` (pull requests that were ready),
        ``response`` and ``p85`` (Kaplan–Meier; missing under ``minimum``), ``unreviewed`` (share of the
        merged ones that nobody else reviewed; missing under ``minimum``). Those of unknown size are left out.
    """
    ready = times[times["size"].notna() & times["ready"].notna()]
    classes = pd.cut(ready["size"].astype("float64"), [-1.0, *SIZES.values()], labels=list(SIZES))
    until = ready["responded"].fillna(ready["closed"]).fillna(as_of)
    rows = []
    for size in SIZES:
        mine = ready[classes == size]
        waited = (until - ready["ready"])[classes == size].astype(DURATION)
        found = survival_quantiles(
            waited, mine["responded"].notna().to_numpy(), quantiles=(0.5, 0.85), minimum=minimum
        )
        merged = mine[mine["merged"].notna()]
        share = 1 - merged["reviewed"].mean() if len(merged) >= minimum else np.nan
        times_ = dict(zip(("response", "p85"), found["time"].to_numpy(), strict=True))
        rows.append({"size": size, "n": len(mine), **times_, "unreviewed": share})
    types = {"size": "str", "n": "int64", "response": DURATION, "p85": DURATION, "unreviewed": "float64"}
    return pd.DataFrame(rows).astype(types)


def reviews_in_period(times: pd.DataFrame, phases: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give what findings about reviews rest on, the longest wait for a review first.

    Returns
    -------
    DataFrame
        ``pull, key, repository, by, size, url, ready``; ``waited`` (duration: all its waiting for reviews, up
        to ``as_of`` where it waits still), ``response``, ``rounds``, ``merged``, ``reviewed`` (flag).
    """
    known = phases.assign(left=phases["left"].fillna(as_of))
    waited = time_in_phases(known)["waiting"].reindex(times["pull"]).fillna(pd.Timedelta(0))
    columns = ["pull", "key", "repository", "by", "size", "url", "ready", "waited", "response", "rounds"]
    rows = times.assign(waited=waited.astype(DURATION).set_axis(times.index))
    return rows[[*columns, "merged", "reviewed"]].sort_values(
        ["waited", "pull"], ascending=[False, True], ignore_index=True
    )


def waiting_for_review(times: pd.DataFrame, phases: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give the open pull requests that wait now, the longest first.

    Returns
    -------
    DataFrame
        ``pull, key, repository, by, size, url``, ``phase`` (waiting, author or merging), ``since`` (instant),
        ``waited`` (duration up to ``as_of``), ``rounds``.
    """
    now = phases[phases["left"].isna() & phases["phase"].isin(["waiting", "author", "merging"])]
    now = now.astype({"pull": "str", "phase": "str"}).drop_duplicates("pull", keep="last").set_index("pull")
    mine = times[times["closed"].isna() & times["pull"].isin(now.index)]
    phase, since = (now[name].reindex(mine["pull"]).array for name in ("phase", "entered"))
    rows = mine.assign(phase=phase, since=since)
    rows = rows.assign(waited=(as_of - rows["since"]).astype(DURATION))
    columns = ["pull", "key", "repository", "by", "size", "url", "phase", "since", "waited", "rounds"]
    return rows.sort_values(["since", "pull"], ignore_index=True)[columns]
