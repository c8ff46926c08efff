"""How the stream is doing now: six measures of the current period beside the year before it.

A measure that counts what happened (lead time, throughput, flow efficiency) is called better or worse only
where a test or two intervals say so; one that counts what is there (open tickets, and those over age) is a
fact, and its difference as well.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from vsm.counts import counted
from vsm.findings.durations import humanize_duration, percent, short_duration, time_of
from vsm.findings.finding import Findings
from vsm.findings.present import Present
from vsm.findings.trust import TIMES, WORK, answered
from vsm.model.change import LONGER, NO_CHANGE, SHORTER
from vsm.model.compare import delivered_verdict, lead_times_of_periods
from vsm.model.efficiency import efficiency_bracket
from vsm.model.lifecycle import completed, still_open
from vsm.model.period import Period
from vsm.model.weekly import WEEK, completed_by_week
from vsm.quality.coverage import VERDICTS
from vsm.stats.shares import share_with_interval
from vsm.stats.week_test import ERROR_RATE, FEWEST_WEEKS
from vsm.stats.weekly_counts import counts_test

Floats = npt.NDArray[np.float64]
BUCKET: Final = pd.Timedelta(weeks=4)
BUCKETS: Final = 13
"""Points of a sparkline: a year in stretches of four weeks."""
_LEAST: Final = 3
"""Tickets under which a point of a sparkline is left out."""
UNKNOWN: Final = "unknown"
_NAN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Tile:
    """One measure of the current period.

    Attributes
    ----------
    measure, value, detail
        What it is, its value in words, and what else belongs to it.
    before, when, change
        What it was, in words, of which time or day that is, and how they differ; empty where nothing is known
        of that.
    better
        Whether the difference is for the better; None where there is none, or where it is no question of
        better.
    points
        Its values in the last ``BUCKETS`` stretches of four weeks, the latest last; NaN where unknown.
    """

    measure: str
    value: str
    detail: str
    before: str = ""
    when: str = ""
    change: str = ""
    better: bool | None = None
    points: tuple[float, ...] = ()

    def __str__(self) -> str:
        """Say it in a line."""
        then = f" It was {self.before} {self.when}; {self.change}." if self.before else ""
        return f"{self.measure}: {self.value} ({self.detail}).{then}"


@dataclass(frozen=True, slots=True)
class Summary:
    """What matters now: the period, how far the data can be trusted, measures, and findings.

    Attributes
    ----------
    period, before
        What it is about, and what that is compared with, where enough is known of that.
    questions
        Each question, and whether the data can answer it.
    tiles, findings
        Measures, and claims about the current period.
    forecast
        How many tickets will be finished, or why that cannot be said.
    """

    period: Period
    before: Period | None
    questions: Mapping[str, bool]
    tiles: tuple[Tile, ...]
    findings: Findings
    forecast: str = ""

    @property
    def about(self) -> str:
        """Which time it is about, and how many questions the data can answer."""
        begin, end = self.period
        than = ""
        if self.before is not None:
            than = f", compared with {self.before.begin:%Y-%m-%d} to {self.before.end:%Y-%m-%d}"
        return (
            f"{begin:%Y-%m-%d} to {end:%Y-%m-%d} ({counted(self.period.days, 'day')}){than}. The data can "
            f"answer {self.answered}."
        )

    @property
    def answered(self) -> str:
        """How many questions the data can answer, and which; or which not, where that is shorter."""
        number, most = sum(self.questions.values()), len(self.questions)
        few = 2 * number <= most
        names = [name[0].lower() + name[1:] for name, yes in self.questions.items() if yes == few]
        known = f"{number} of {counted(most, 'question')}"
        which = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
        return f"{known}{': ' if few else ', but not '}{which}" if names else known

    def __str__(self) -> str:
        """Give it as lines of text."""
        coming = [self.forecast] if self.forecast else []
        return "\n".join([self.about, *map(str, self.tiles), *coming, str(self.findings.headlines())])

    __repr__ = __str__


def summary_of(present: Present, *, claims: pd.DataFrame, findings: Findings, forecast: str = "") -> Summary:
    """Sum up the current period.

    Parameters
    ----------
    claims
        As ``claims_from_coverage`` gives them.
    findings
        As ``findings_about_now`` gives them.
    forecast
        As ``forecast_line`` gives it.
    """
    return Summary(
        present.period,
        present.before,
        dict(zip(claims["claim"], claims["verdict"].isin(VERDICTS[:2]), strict=True)),
        tuple(_trusted(tile, present, question, claims) for tile, question in TILES.items()),
        findings,
        forecast,
    )


def lead_time(present: Present) -> Tile:
    """Give the lead time of what was delivered: the median, and within what 85 % were."""
    sides = [rows[["lead", "finished"]] for rows in (present.delivered_before, present.delivered)]
    then, now = (rows["lead"].dt.total_seconds() for rows in sides)
    done = completed(present.lives)
    points = [_median(done[inside]["lead"]) for inside in _buckets(present, done["finished"])]
    tile = Tile("Lead time", UNKNOWN, _delivered(len(now)), points=tuple(points))
    if len(now) < _LEAST:
        return tile
    late = f"85 % within {short_duration(float(now.quantile(0.85)))}"
    sure = _median_between(present.delivered, minimum=present.minimum)
    tile = replace(tile, value=_days(now.median()), detail=f"median of {_delivered(len(now))}; {sure}{late}")
    if present.before is None or len(then) < _LEAST:
        return tile
    verdict = delivered_verdict(*sides, minimum=present.minimum)
    other = _with_open_tickets(present, present.before)
    change = {NO_CHANGE: NO_CHANGE, UNKNOWN: "change unknown"}.get(_sure(verdict), f"{verdict} now")
    if _sure(verdict) != other:
        change += f"; with open tickets: {other}"
    better = {SHORTER: True, LONGER: False}.get(verdict) if verdict == other else None
    return replace(tile, before=_days(then.median()), change=change, better=better)


def _with_open_tickets(present: Present, before: Period) -> str:
    """Say whether lead times differ where open tickets count, by days as ``vsm.compare`` has them."""
    since, day = (period.begin.floor("D") for period in (before, present.period))
    periods = Period(since, day), Period(day, present.as_of)
    return _sure(lead_times_of_periods(present.lives, *periods, minimum=present.minimum).verdict)


def _sure(verdict: str) -> str:
    return verdict if verdict in (SHORTER, LONGER, NO_CHANGE) else UNKNOWN


def _median_between(done: pd.DataFrame, *, minimum: int) -> str:
    """Give the 95 % interval of the median lead time, by weeks; empty where unknown, or its ends look alike.

    That of the share of tickets below it, at whose ends lead times are read (R. S. Woodruff, "Confidence
    intervals for medians and other position measures", 1952).
    """
    lead = done["lead"].dt.total_seconds()
    whole = completed_by_week(done).assign(seconds=1.0)
    below = (lead <= lead.median()).set_axis(whole.index).astype("float64")
    _, low, high = share_with_interval(below, whole=whole, minimum=minimum)
    if np.isnan(low):
        return ""
    ends = [_days(float(lead.quantile(end))) for end in (low, high)]
    return f"95 % CI {' to '.join(ends)}; " if ends[0] != ends[1] else ""


def throughput(present: Present) -> Tile:
    """Give how many tickets were delivered a week."""
    finished = completed(present.lives)["finished"]
    points = [float(inside.sum()) / (BUCKET / WEEK) for inside in _buckets(present, finished)]
    now, then = (_weekly(finished, period) for period in (present.period, present.before))
    tile = Tile(
        "Throughput", _a_week(len(present.delivered), present.period), _delivered(len(present.delivered)),
        points=tuple(points),
    )  # fmt: skip
    if present.before is None:
        return tile
    return _judged(
        tile, _a_week(len(present.delivered_before), present.before), _changed(then, now), "higher", "lower"
    )


def open_tickets(present: Present) -> Tile:
    """Give how many tickets are open, parts and containers too: what is there is counted whatever it is."""
    lives = present.lifecycles[~present.lifecycles["ticket"].isin(present.excluded)]
    ends = lives["finished"].fillna(lives["gone"])

    def there(at: pd.Timestamp) -> int:
        return int(((lives["created"] <= at) & ~(ends <= at)).sum())

    now, then = there(present.as_of), there(present.period.begin)
    started = int((still_open(lives) & lives["started"].notna()).sum())
    tile = Tile("Open tickets", f"{now:,}", f"{started:,} of them started", points=_at_ends(present, there))
    return _difference(tile, present, now, then)


def over_age(present: Present) -> Tile:
    """Give how many open tickets have been in their stage for longer than 85 % of tickets stayed there."""
    stays = present.stage_visits[present.stage_visits["kind"] != "done"]
    stays = stays[~stays["ticket"].isin(present.excluded)]
    usual = present.usual_stays["p85"].reindex(stays["stage"].astype("str")).array
    late = stays["entered"] + usual

    def there(at: pd.Timestamp) -> int:
        return int(((late < at) & ~(stays["left"] <= at)).sum())

    ages = present.ages[~present.ages["ticket"].isin(present.excluded)]
    known = ages["stay_p85"].notna()
    if not known.any():
        return Tile("Over-age tickets", UNKNOWN, "too few tickets have left any stage")
    now, then = there(present.as_of), there(present.period.begin)
    unknown = int((~known).sum())
    detail = f"of {len(ages):,} tickets; longer in their stage than 85 % stayed there"
    if unknown:
        detail += f"; unknown of {unknown:,}"
    return _difference(
        Tile("Over-age tickets", f"{now:,}", detail, points=_at_ends(present, there)), present, now, then
    )


def flow_efficiency(present: Present) -> Tile:
    """Give the share of working time in which somebody worked on what was delivered."""
    now, then = (_efficiency(present, rows) for rows in (present.delivered, present.delivered_before))
    done = completed(present.lives)
    points = [_efficient(done[inside]) for inside in _buckets(present, done["finished"])]
    tile = Tile("Flow efficiency", UNKNOWN, _delivered(len(present.delivered)), points=tuple(points))
    if now.empty or now["share"].isna().all():
        return tile
    detail = "of working time: recorded activity alone, to all time in work stages"
    tile = replace(tile, value=_bracket(now), detail=detail)
    if then.empty or then["share"].isna().all():
        return tile
    (low, high), (earlier_low, earlier_high) = (
        (float(found["low"]["statuses"]), float(found["high"]["statuses"])) for found in (now, then)
    )
    apart = float(low > earlier_high) - float(high < earlier_low)
    return _judged(tile, _bracket(then), apart, "higher", "lower")


def deployments(present: Present) -> Tile:
    """Give how often the product was deployed."""
    at = present.deployments["at"]
    if at.empty:
        return Tile("Deployments", UNKNOWN, "none is recorded")
    points = [float(inside.sum()) for inside in _buckets(present, at)]
    now, then = (_weekly(at, period) for period in (present.period, present.before))
    count = int(present.within(at).sum())
    tile = Tile(
        "Deployments", _every(count, present.period), counted(count, "deployment"), points=tuple(points)
    )
    if present.before is None:
        return tile
    earlier = int(((at >= present.before.begin) & (at < present.before.end)).sum())
    return _judged(tile, _every(earlier, present.before), _changed(then, now), "more often", "less often")


TILES: Final[Mapping[Callable[[Present], Tile], str]] = {
    lead_time: TIMES,
    throughput: "",
    open_tickets: "",
    over_age: "",
    flow_efficiency: WORK,
    deployments: "",
}
"""Each measure, and the question of ``vsm.quality.coverage.CLAIMS`` that it answers; none: a plain count."""


def _trusted(tile: Callable[[Present], Tile], present: Present, question: str, claims: pd.DataFrame) -> Tile:
    """Give a measure if the data can carry it, else say that they cannot."""
    made = tile(present)
    if not question or answered(claims, question):
        return replace(made, when=made.when or f"in {present.words_before}")
    return Tile(made.measure, UNKNOWN, "cannot be said from these data")


def _judged(tile: Tile, before: str, statistic: float, good: str, bad: str) -> Tile:
    """Say how a measure compares with before, by the sign of what a test found; 0: nothing."""
    if not statistic:
        return replace(tile, before=before, change=NO_CHANGE)
    better = statistic > 0
    return replace(tile, before=before, change=f"{good if better else bad} now", better=better)


def _difference(tile: Tile, present: Present, now: int, then: int) -> Tile:
    if present.before is None:
        return tile
    change = "as many now" if now == then else f"{abs(now - then):,} {'more' if now > then else 'fewer'} now"
    better = None if now == then else now < then
    when = f"on {present.period.begin:%Y-%m-%d}"
    return replace(tile, before=f"{then:,}", when=when, change=change, better=better)


def _changed(before: Floats, after: Floats) -> float:
    """Give the statistic of a significant difference, else 0."""
    statistic, p = counts_test(before, after)
    return statistic if p < ERROR_RATE and min(len(before), len(after)) >= FEWEST_WEEKS else 0.0


def _weekly(at: "pd.Series[Any]", period: Period | None) -> Floats:
    """Count by whole week of a period, from its end backwards."""
    if period is None:
        return np.zeros(0)
    weeks = (period.end - period.begin) // WEEK
    inside = at[(at <= period.end) & (at > period.end - weeks * WEEK)]
    ago = ((period.end - inside).dt.total_seconds() // WEEK.total_seconds()).astype("int64")
    return np.bincount(ago, minlength=weeks)[::-1].astype(np.float64)


def _buckets(present: Present, at: "pd.Series[Any]") -> Iterator["pd.Series[bool]"]:
    """Mark what happened in each of the last stretches of four weeks, the latest last."""
    for number in reversed(range(BUCKETS)):
        end = present.as_of - number * BUCKET
        yield (at > end - BUCKET) & (at <= end)


def _at_ends(present: Present, count: Callable[[pd.Timestamp], int]) -> tuple[float, ...]:
    """Count at the end of each of these stretches; NaN before the first ticket, or the window."""
    first = max(present.lives["created"].min(), present.known_from or present.as_of - 99 * BUCKET)
    ends = [present.as_of - number * BUCKET for number in reversed(range(BUCKETS))]
    return tuple(float(count(end)) if end >= first else _NAN for end in ends)


def _median(durations: "pd.Series[Any]") -> float:
    return float(durations.dt.total_seconds().median()) if len(durations) >= _LEAST else _NAN


def _efficiency(present: Present, delivered: pd.DataFrame) -> pd.DataFrame:
    """Give the bracket of flow efficiency in working time, indexed by ``measure``."""
    if delivered.empty:
        return pd.DataFrame({"share": []})
    found = efficiency_bracket(
        present.visits, present.waits.unbroken, delivered, clock=present.clock, minimum=present.minimum
    )
    return found[found["time"] == "working"].set_index("measure")


def _efficient(delivered: pd.DataFrame) -> float:
    """Give the upper end of flow efficiency, of elapsed time."""
    whole = float(delivered["lead"].dt.total_seconds().sum())
    worked = float(delivered["work"].dt.total_seconds().sum())
    return worked / whole if len(delivered) >= _LEAST and whole else _NAN


def _bracket(found: pd.DataFrame) -> str:
    low, high = (percent(found["share"][measure]) for measure in ("traces", "statuses"))
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


def _days(seconds: float) -> str:
    return humanize_duration(time_of(seconds))


def _delivered(count: int) -> str:
    return f"{counted(count, 'ticket')} delivered"


def _a_week(count: int, period: Period) -> str:
    weeks = (period.end - period.begin) / WEEK
    return f"{count / weeks:,.2g} a week" if weeks else UNKNOWN


def _every(count: int, period: Period) -> str:
    """Write how often something happened, in plain words."""
    return f"every {humanize_duration((period.end - period.begin) / count)}" if count else "none"
