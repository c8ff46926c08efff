"""What other tools' rules would say of the same tickets: how much of a number is its definition.

The rules were written anew after what the tools' sources and manuals say (jirametrics, jira-agile-metrics,
Lighthouse, GitLab's value stream analytics, Atlassian's control chart, Swarmia, Apache DevLake, as of 2026);
the tools themselves were not run. Where one speaks of statuses "to do", the queues before work started
stage are meant; days are days in UTC. The final start is the last entry into the ticket's first work stage;
what never was in a column from the first work stage on cannot be measured by columns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.model.interruptions import positions_held
from vsm.model.lifecycle import before_the_finish, completed
from vsm.stats.bootstrap import cluster_bootstrap, interval
from vsm.tables import DURATION

DAY: Final = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Paths:
    """What the rules read: stays before the finish of completed tickets, and their lifecycles, by ticket.

    ``backlog`` and ``first_work`` are the places of the stream's first stage and of its first work stage.
    """

    stage_visits: pd.DataFrame
    lifecycles: pd.DataFrame
    resolved: "pd.Series[Any]"
    backlog: int
    first_work: int

    def started(self, kept: "pd.Series[Any]") -> "pd.Series[Any]":
        """Give when each ticket first entered a work stage among these stays."""
        work = self.stage_visits[kept & (self.stage_visits["kind"] == "work")]
        first: pd.Series[Any] = work.groupby("ticket")["entered"].min().reindex(self.lifecycles.index)
        return first

    def after_last(self, left_behind: "pd.Series[bool]") -> "pd.Series[Any]":
        """Mark the stays after the last of these of their ticket."""
        ticket = self.stage_visits["ticket"]
        number = ticket.groupby(ticket).cumcount()
        after: pd.Series[Any] = ~(number <= number.where(left_behind).groupby(ticket).transform("max"))
        return after


def _whole_days(start: "pd.Series[Any]", end: "pd.Series[Any]", *, more: int) -> "pd.Series[Any]":
    days: pd.Series[Any] = (end.dt.normalize() - start.dt.normalize()) + more * DAY
    return days


def _first_start(paths: Paths) -> "pd.Series[Any]":
    everything = pd.Series(data=True, index=paths.stage_visits.index)
    return _whole_days(paths.started(everything), paths.lifecycles["finished"], more=1)


def _after_backlog(paths: Paths) -> "pd.Series[Any]":
    queue = (paths.stage_visits["position"] == paths.backlog) & (paths.stage_visits["kind"] == "queue")
    return _whole_days(paths.started(paths.after_last(queue)), paths.lifecycles["finished"], more=1)


def _after_to_do(paths: Paths) -> "pd.Series[Any]":
    to_do = (paths.stage_visits["kind"] == "queue") & (paths.stage_visits["position"] < paths.first_work)
    return paths.lifecycles["finished"] - paths.started(paths.after_last(to_do))


def _in_progress(paths: Paths) -> "pd.Series[Any]":
    work = paths.stage_visits[paths.stage_visits["kind"] == "work"]
    return work.groupby("ticket")["elapsed"].sum().reindex(paths.lifecycles.index)


def _columns_wiped(paths: Paths) -> "pd.Series[Any]":
    stage_visits = paths.stage_visits
    later = stage_visits[::-1].groupby("ticket")["position"].cummin()[::-1]
    kept = stage_visits[(later >= stage_visits["position"]) & (stage_visits["position"] >= paths.first_work)]
    start = kept.groupby("ticket")["entered"].min().reindex(paths.lifecycles.index)
    return _whole_days(start, paths.lifecycles["finished"], more=0)


def _final_start(paths: Paths) -> "pd.Series[Any]":
    work = paths.stage_visits[paths.stage_visits["kind"] == "work"]
    first = work["stage"] == work.groupby("ticket")["stage"].transform("first")
    start = work[first].groupby("ticket")["entered"].max().reindex(paths.lifecycles.index)
    return paths.lifecycles["finished"] - start


RULES: Final[dict[str, tuple[str, Callable[[Paths], "pd.Series[Any]"]]]] = {
    "created → finished for good": ("vsm: lead time", lambda paths: paths.lifecycles["lead"]),
    "first work → finished for good": ("vsm: cycle time", lambda paths: paths.lifecycles["cycle"]),
    "first start → last done, days + 1": ("jirametrics", _first_start),
    "the same, after the last time in the backlog": ("jirametrics, standard project", _after_backlog),
    "sum of the time in progress": ("Atlassian control chart, Swarmia", _in_progress),
    "first day in each column, wiped when it moves back": ("jira-agile-metrics", _columns_wiped),
    "start after the last time to do → done": ("Lighthouse", _after_to_do),
    "final start → final end": ("GitLab", _final_start),
    "created → resolved": (
        "Apache DevLake: lead time",
        lambda paths: paths.resolved - paths.lifecycles["created"],
    ),
}


def rule_durations(
    stage_visits: pd.DataFrame, lifecycles: pd.DataFrame, *, tickets: pd.DataFrame, stages: pd.DataFrame
) -> pd.DataFrame:
    """Give how long each completed ticket took, by each of ``RULES``.

    Returns
    -------
    DataFrame
        Indexed by ticket: ``back`` (it moved to an earlier stage before its finish), and a timedelta
        for each rule, missing where the rule cannot measure it.
    """
    done = completed(lifecycles).set_index("ticket")
    if done.empty:
        return pd.DataFrame(columns=["back", *RULES])
    before = stage_visits[stage_visits["ticket"].isin(done.index) & before_the_finish(stage_visits)]
    before = before.assign(position=positions_held(before, stages=stages))
    back = (before.groupby("ticket")["position"].diff() < 0).groupby(before["ticket"]).any()
    resolved = tickets.set_index(tickets["ticket"].astype("str"))["resolved"].reindex(done.index)
    work = stages.loc[stages["kind"] == "work", "position"]
    first = int(stages["position"].min())
    paths = Paths(before, done, resolved, first, int(work.min()) if len(work) else first)
    times = {name: rule(paths).astype(DURATION) for name, (_, rule) in RULES.items()}
    return pd.DataFrame({"back": back.reindex(done.index, fill_value=False), **times})


def named_rules(durations: pd.DataFrame, *, minimum: int, seed: int) -> pd.DataFrame:
    """Give the result of each rule, for all tickets and for those that moved backwards.

    Returns
    -------
    DataFrame
        One row a rule: ``rule, who, tickets`` (that it can measure), ``unmeasured``, ``median`` with its 95 %
        interval ``low, high``, ``p85``; ``back_tickets, back_median, back_p85`` of those that moved back.
        Durations are missing under ``minimum``.
    """
    rows = []
    for rule, (who, _) in RULES.items():
        known = durations[[rule, "back"]].dropna(subset=[rule])
        every = known[rule].astype(DURATION)
        back = every[known["back"].astype(bool)]
        low, high = _interval(every, minimum=minimum, seed=seed)
        rows.append(
            {
                "rule": rule, "who": who, "tickets": len(every), "unmeasured": len(durations) - len(every),
                "median": _quantile(every, 0.5, minimum), "low": low, "high": high,
                "p85": _quantile(every, 0.85, minimum), "back_tickets": len(back),
                "back_median": _quantile(back, 0.5, minimum), "back_p85": _quantile(back, 0.85, minimum),
            }
        )  # fmt: skip
    times = ("median", "low", "high", "p85", "back_median", "back_p85")
    table = pd.DataFrame(rows)
    return table.assign(**{name: pd.Series(table[name].tolist(), dtype=DURATION) for name in times})


def _quantile(durations: "pd.Series[Any]", quantile: float, minimum: int) -> Any:
    return durations.quantile(quantile) if len(durations) >= max(minimum, 1) else pd.NaT


def _interval(durations: "pd.Series[Any]", *, minimum: int, seed: int) -> tuple[Any, Any]:
    """Draw tickets with replacement; each draw gives a median."""
    if len(durations) < max(minimum, 1):
        return pd.NaT, pd.NaT
    seconds = durations.dt.total_seconds().to_numpy()
    low, high = interval(cluster_bootstrap(lambda drawn: np.median(seconds[drawn]), len(seconds), seed=seed))
    return pd.Timedelta(seconds=low), pd.Timedelta(seconds=high)


def rule_spread(durations: pd.DataFrame) -> dict[str, int]:
    """Count the tickets on which rules disagree by more than a day, and by more than a month.

    Lead times are left out: they answer another question. Days that a rule counts whole, plus one, are
    compared as they are.
    """
    rules = [rule for rule, (who, _) in RULES.items() if "lead time" not in who]
    times = durations[rules].astype(DURATION)
    spread = times.max(axis=1) - times.min(axis=1)
    days = {"over a day": DAY, "over 30 days": 30 * DAY}
    return {"tickets": len(durations)} | {name: int((spread > limit).sum()) for name, limit in days.items()}
