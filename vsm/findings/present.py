"""What findings about now are made from: the current period, and the year before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from vsm.clock import Clock
from vsm.config.findings import FindingRules
from vsm.model.ageing import usual_pace
from vsm.model.batches import batches_from_stage_visits
from vsm.model.lifecycle import completed, units_of_work
from vsm.model.period import Period, clipped, current_period, open_seconds, period_before, without
from vsm.model.queues import queue_growth
from vsm.model.wait_sums import WaitSums, waits_within
from vsm.model.weekly import week_numbers
from vsm.stats.shares import shares_with_intervals

_WORDS = dict.fromkeys(("ticket", "stage", "team", "cause"), "str")


def _inside(
    at: "pd.Series[Any]", spans: Sequence[Period], inclusive: Literal["both", "left"]
) -> "pd.Series[bool]":
    inside = pd.Series(data=False, index=at.index)
    for span in spans:
        inside |= at.between(span.begin, span.end, inclusive=inclusive)
    return inside


def excluded_tickets(tickets: pd.DataFrame, *, rules: FindingRules) -> frozenset[str]:
    """Give the tickets that vsm.toml excludes from findings."""
    named = {key.casefold() for rule in rules.exclude for key in rule.tickets}
    return frozenset(tickets.loc[tickets["key"].str.casefold().isin(named), "ticket"].astype("str"))


def periods_of(
    lives: pd.DataFrame, *, rules: FindingRules, as_of: pd.Timestamp, known_from: pd.Timestamp | None
) -> tuple[Period, Period | None]:
    """Give the current period of these lifecycles, and what it is compared with, if enough is known."""
    period = current_period(
        lives, as_of=as_of, days=rules.days, delivered=rules.delivered, known_from=known_from
    )
    first = lives["created"].min() if len(lives) else as_of
    return period, period_before(period, known_from=max(first, known_from or first))


@dataclass(frozen=True)
class Present:
    """The tables of a stream, as its measures give them, and the period that is current.

    ``ages`` are ``open_ages``, ``hours`` ``working_hours``, ``owners`` ``ticket_owners`` and ``deployments``
    those of ``Delivery``. ``causes_known`` and ``teams_known`` say whether the data can carry a claim about
    these; ``known_from`` is where the window begins, if it is one.
    """

    tickets: pd.DataFrame
    lifecycles: pd.DataFrame
    visits: pd.DataFrame
    stage_visits: pd.DataFrame
    waits: WaitSums
    handoffs: pd.DataFrame
    events: pd.DataFrame
    ages: pd.DataFrame
    owners: pd.DataFrame
    deployments: pd.DataFrame
    clock: Clock
    hours: Mapping[str, float]
    rules: FindingRules
    as_of: pd.Timestamp
    minimum: int
    causes_known: bool = True
    teams_known: bool = True
    known_from: pd.Timestamp | None = None

    @cached_property
    def key(self) -> "pd.Series[str]":
        """The key of each ticket."""
        return self.tickets.set_index(self.tickets["ticket"].astype("str"))["key"].astype("str")

    @cached_property
    def excluded(self) -> frozenset[str]:
        """The tickets that vsm.toml excludes."""
        return excluded_tickets(self.tickets, rules=self.rules)

    @cached_property
    def lives(self) -> pd.DataFrame:
        """The lifecycles of the units of work that are weighed."""
        units = units_of_work(self.lifecycles)
        return units[~units["ticket"].isin(self.excluded)]

    @property
    def period(self) -> Period:
        """The current period."""
        return self._periods[0]

    @property
    def before(self) -> Period | None:
        """What it is compared with."""
        return self._periods[1]

    @cached_property
    def _periods(self) -> tuple[Period, Period | None]:
        return periods_of(self.lives, rules=self.rules, as_of=self.as_of, known_from=self.known_from)

    @cached_property
    def queues(self) -> pd.DataFrame:
        """Whether queues grow, without the tickets that are left out; in a window, from its begin on."""
        stays = self.stage_visits[~self.stage_visits["ticket"].isin(self.excluded)]
        return queue_growth(stays, as_of=self.as_of, minimum=self.minimum, known_from=self.known_from)

    @cached_property
    def batches(self) -> pd.DataFrame:
        """From which queues tickets left in batches within the period."""
        return batches_from_stage_visits(
            self.stage_visits[self.within(self.stage_visits["left"])], hours=self.hours
        )

    def within(self, at: "pd.Series[Any]") -> "pd.Series[bool]":
        """Mark the instants that lie in the period, and not in days that are left out."""
        return _inside(at, self.spans, "both")

    @property
    def words(self) -> str:
        """The current period, in the middle of a sentence."""
        days = self.period.days
        return f"the last {days} days" if days > 1 else "the last day"

    @property
    def words_before(self) -> str:
        """What it is compared with, in the middle of a sentence."""
        days = 0 if self.before is None else self.before.days
        return (
            "the year before" if days >= 360 else f"the {days} days before" if days > 1 else "the day before"
        )

    @cached_property
    def queued(self) -> frozenset[str]:
        """The stages in which nobody works."""
        waits = self.stage_visits["kind"].isin(["queue", "external"])
        return frozenset(self.stage_visits.loc[waits, "stage"].astype("str"))

    @property
    def outside(self) -> frozenset[str]:
        """The stages that wait for an external party."""
        waits = self.stage_visits["kind"] == "external"
        return frozenset(self.stage_visits.loc[waits, "stage"].astype("str"))

    @cached_property
    def days_off(self) -> list[Period]:
        """The days that vsm.toml excludes."""
        day = pd.Timedelta(days=1)
        return [
            Period(pd.Timestamp(rule.since, tz="UTC"), pd.Timestamp(rule.until, tz="UTC") + day)
            for rule in self.rules.exclude
            if rule.since is not None and rule.until is not None
        ]

    @cached_property
    def spans(self) -> list[Period]:
        """The current period without the days that are left out."""
        return without(self.period, self.days_off)

    @cached_property
    def spans_before(self) -> list[Period]:
        """The same of the period before; empty where there is none."""
        return [] if self.before is None else without(self.before, self.days_off)

    @cached_property
    def open(self) -> "pd.Series[Any]":
        """Seconds for which each ticket was open in the period."""
        return open_seconds(self.lives, self.spans)

    @cached_property
    def open_before(self) -> "pd.Series[Any]":
        """The same of the period before."""
        return open_seconds(self.lives, self.spans_before)

    @cached_property
    def waiting(self) -> pd.DataFrame:
        """The waiting within the period by visit, cause and receiver: ``seconds`` elapsed and ``working``."""
        return self._waits_within(self.spans)

    @cached_property
    def waiting_before(self) -> pd.DataFrame:
        """The same of the period before."""
        return self._waits_within(self.spans_before)

    def _waits_within(self, spans: Sequence[Period]) -> pd.DataFrame:
        """Give the waiting of the tickets that are weighed within some spans."""
        rows = waits_within(self.waits.waits, spans, of=self.lives["ticket"], clock=self.clock)
        times = {"seconds": rows["elapsed"], "working": rows["working"]}
        rows = rows.assign(**{name: time.dt.total_seconds() for name, time in times.items()})
        return rows[
            ["ticket", "stage", "team", "cause", "handoff", "bulk", "start", "end", "seconds", "working"]
        ].astype(_WORDS)

    @cached_property
    def working_time(self) -> float:
        """Working seconds within the time that tickets were open, by the calendar of whoever had them."""
        mine = self.visits["ticket"].isin(self.lives["ticket"]) & (self.visits["kind"] != "done")
        rows = self.visits.loc[mine, ["ticket", "team", "entered", "left"]].reset_index(drop=True)
        inside = clipped(rows, self.spans, start="entered", end="left").reset_index(drop=True)
        working = self.clock.working(inside["start"], inside["end"], team=inside["team"].astype("object"))
        return float(working.dt.total_seconds().sum())

    @cached_property
    def delivered(self) -> pd.DataFrame:
        """The lifecycles of what was delivered within the period."""
        done = completed(self.lives)
        return done[self.within(done["finished"])]

    @cached_property
    def delivered_before(self) -> pd.DataFrame:
        """The same of the period before."""
        done = completed(self.lives)
        return done[_inside(done["finished"], self.spans_before, "left")]

    @cached_property
    def usual_stays(self) -> pd.DataFrame:
        """The times within which 50 and 85 % of tickets left each stage, and others of ``usual_pace``."""
        pace = usual_pace(
            self.stage_visits, lifecycles=self.lifecycles, events=self.events, minimum=self.minimum
        )
        return pace[pace["measure"] == "stay"].set_index("stage")

    def shares(self, seconds: "pd.Series[Any]", opened: "pd.Series[Any]") -> pd.DataFrame:
        """Give each group's share of the time that tickets were open, with its interval.

        ``seconds`` are indexed by group and ticket, ``opened`` by ticket.
        """
        return shares_with_intervals(seconds, whole=self.by_week(opened), minimum=self.minimum)

    def by_week(self, opened: "pd.Series[Any]") -> pd.DataFrame:
        """Give ``seconds`` with the ``week`` in which each ticket was finished, or created if it is open."""
        lives = self.lives.set_index("ticket")
        week = week_numbers(lives["finished"].fillna(lives["created"]))
        return pd.DataFrame({"seconds": opened, "week": week.reindex(opened.index)})

    def keys(self, tickets: "pd.Index[str] | pd.Series[str]") -> tuple[str, ...]:
        """Give the keys of the first five of these tickets."""
        return tuple(self.key.reindex(tickets[:5]))
