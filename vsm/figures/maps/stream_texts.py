"""What stands on the value stream map: data boxes, inventories, rates, the summary, and what comes back."""

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import networkx as nx
import pandas as pd

from vsm.counts import counted
from vsm.figures.labels import TOO_FEW, escape, hover, number, wrapped
from vsm.figures.maps.stream_layout import Layout, Slot
from vsm.figures.theme import KIND_WORDS
from vsm.findings.durations import percent, short_duration
from vsm.model.map_facts import MapFacts

_DAY: Final = 86400.0
_NAMED: Final = 6
_SMALLEST: Final = 0.75
UNKNOWN: Final = "–"


class Rework(NamedTuple):
    """The move back that most tickets made: how often, between which stages."""

    times: int
    sender: str
    receiver: str
    ca: float | None = None

    @property
    def brief(self) -> str:
        """It as a short label."""
        return f"{number(self.times)} back to {self.receiver}"

    @property
    def words(self) -> str:
        """It as a label, with the receiver's %C&A where that is known."""
        return self.brief if self.ca is None else f"{self.brief} (%C&A {_accuracy(self.ca)})"


def _accuracy(share: float) -> str:
    """Write %C&A as briefly as a box needs it."""
    return percent(share).removesuffix(" %").replace("over ", ">").replace("under ", "<")


def short(seconds: float) -> str:
    """A duration that fits a box, with two figures at most behind each other.

    Examples
    --------
    >>> [short(hours * 3600) for hours in (0.001, 0.75, 5, 30, 332)]
    ['<1 min', '45 min', '5 h', '1.2 d', '14 d']
    """
    days = seconds / _DAY
    if days >= 1:
        return f"{days:.1f} d" if days < 9.95 else f"{days:,.0f} d"
    if seconds >= 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 60 else "<1 min"


def fitted(name: str, *, letters: int, lines: int = 2) -> str:
    """A name on a few lines, in smaller letters where that saves a long word from being broken.

    Examples
    --------
    >>> fitted("In development", letters=10), fitted("In QA", letters=10)
    ("<span style='font-size:0.91em'>In<br>development</span>", 'In QA')
    """
    longest = max(map(len, name.split()), default=0)
    if not letters < longest <= letters / _SMALLEST:
        return wrapped(name, width=letters, lines=lines)
    smaller = f"<span style='font-size:{letters / longest:.2f}em'>"
    return f"{smaller}{wrapped(name, width=longest, lines=lines)}</span>"


def with_stays(network: "nx.DiGraph[str]", facts: MapFacts) -> "nx.DiGraph[str]":
    """The same network with the medians and 85th percentiles of ``facts``, which count open stays too.

    So they are the numbers of work item ageing; of stays that have ended alone, those of a stage in which
    most tickets still are would be short.
    """
    if facts.stays is None:
        return network
    found = network.copy()
    for stage, about in found.nodes(data=True):
        known = dict(zip(("median", "p85"), facts.stays.get(stage, ()), strict=False))
        for name in ("median", "p85"):
            about.pop(name, None)
            if not math.isnan(known.get(name, math.nan)):
                about[name] = known[name]
    return found


def median_of(about: Mapping[str, Any]) -> str:
    """The median of a stage's visits, where it is known."""
    return escape(short(about["median"])) if "median" in about else UNKNOWN


def data_lines(slot: Slot, facts: MapFacts) -> list[str]:
    """The lines of a data box: process time, %C&A, WIP with its limit, and people, where these are known."""
    ca = _accuracy(slot.about["ca"]) if "ca" in slot.about else UNKNOWN
    people = facts.people.get(slot.name)
    lines = [f"PT <b>{median_of(slot.about)}</b>", f"%C&amp;A {escape(ca)}", wip(slot, facts)]
    return [*lines, f"people {number(people)}"] if people else lines


def wip(slot: Slot, facts: MapFacts) -> str:
    """How many tickets are in a stage now, and how many may be."""
    limit = facts.limits.get(slot.name)
    return f"WIP <b>{number(slot.about['open'])}</b>" + (f" of {number(limit)}" if limit else "")


def a_week(rate: float | None) -> str:
    """A rate, where it is known."""
    return (
        ""
        if rate is None
        else f"{rate:.0f} a week"
        if rate >= 9.95
        else f"{rate:.1f}".removesuffix(".0") + " a week"
    )


def cadence(facts: MapFacts) -> str:
    """How often there is a release, in words; empty where that is not known."""
    if facts.release_every is None:
        return ""
    days = facts.release_every / pd.Timedelta(days=1)
    often = "day" if round(days) == 1 else f"{days:.0f} days" if days > 1 else short(days * _DAY)
    return f"released every {often}"


def summary(facts: MapFacts) -> list[tuple[str, str]]:
    """The cells of the summary box: each value with what it is."""
    times = [UNKNOWN if time is None else short(time.total_seconds()) for time in (facts.lead, facts.process)]
    rolled = UNKNOWN if facts.rolled is None else percent(facts.rolled)
    ratio = percent(facts.process / facts.lead) if facts.lead and facts.process is not None else UNKNOWN
    return [
        (times[0], "mean lead time, delivered"),
        (times[1], "mean process time"),
        (ratio, "activity ratio"),
        (rolled, "rolled %C&A"),
    ]


def share(part: float) -> str:
    """A share in percent; a dash where it is not known."""
    return UNKNOWN if math.isnan(part) else percent(part)


def shares_of(layout: Layout, facts: MapFacts) -> tuple[float, float]:
    """The shares of waiting and of work in the time before the finish: of all tickets, as the ladder's are.

    On a slide, where the ladder has none, of delivered tickets, if known. Both are NaN where only the time in
    work is not known.
    """
    if not facts.lead or (facts.process is not None and not layout.slide):
        return layout.waiting, layout.work
    work = math.nan if facts.process is None else facts.process / facts.lead
    return 1 - work, work


def rework_of(network: "nx.DiGraph[str]") -> Rework | None:
    """The move back that was made most often; None where nothing came back."""
    back = [
        Rework(about["back"], sender, receiver, network.nodes[receiver].get("ca"))
        for sender, receiver, about in network.edges(data=True)
        if about["back"] and sender != receiver
    ]
    return max(back, default=None, key=lambda rework: rework[:3])


def stage_facts(name: str, about: Mapping[str, Any]) -> str:
    """The box beside the pointer of a stage: every number of it."""
    done = about["kind"] == "done"
    ca = percent(about["ca"]) if "ca" in about else TOO_FEW
    return hover(
        name,
        [
            ("kind", KIND_WORDS[about["kind"]]),
            ("team", about["team"]),
            ("median visit", "" if done else _time(about, "median")),
            ("85th percentile", "" if done else _time(about, "p85")),
            ("share of the time before the finish", "" if done else percent(about["share"])),
            ("complete and accurate", "" if done else ca),
            ("there now", counted(about["open"], "ticket")),
            ("n", f"{counted(about['tickets'], 'ticket')}, {counted(about['visits'], 'visit')}"),
        ],
    )


def _time(about: Mapping[str, Any], name: str) -> str:
    return short_duration(about[name]) if name in about else ""


def caption_of(layout: Layout, facts: MapFacts, *, tickets: str) -> str:
    """What the map is of, and what its words mean."""
    of = counted(facts.delivered, "delivered ticket")
    lead = (
        f" Lead and process time: means of {of}; the activity ratio is their quotient." if facts.lead else ""
    )
    rates = f" A week: arrivals and deliveries in the last {facts.days} days." if facts.days else ""
    return (
        f"n = {tickets}, open and discarded ones too. PT: median time of a visit; %C&A: share passed on that "
        "never came back. Ladder: medians of one visit, elapsed, with those that still last (Kaplan–Meier); "
        f"they do not add up to the lead time. {UNKNOWN}: too few, or not reached. The darker, the larger "
        f"the share of all time before the finish; stars: the two longest waits.{lead}{rates} Work is "
        "measured by status: a ticket left in a work stage overnight counts as worked on."
        f"{left_out_of(layout)}"
    )


def left_out_of(layout: Layout) -> str:
    """A sentence that names the stages that are not drawn, with their share; empty where all are."""
    if not layout.left_out:
        return ""
    names = [slot.name for slot in layout.left_out]
    more = f" and {counted(len(names) - _NAMED, 'other')}" if len(names) > _NAMED else ""
    share = percent(sum(slot.share for slot in layout.left_out))
    return f" Not drawn: {', '.join(names[:_NAMED])}{more}, with {share} of the time."


def alt_of(layout: Layout, facts: MapFacts, *, tickets: str) -> str:
    """The map in two sentences."""
    slots = (*layout.slots, *layout.left_out)
    waiting, work = shares_of(layout, facts)
    shares = "how much of the time is work is not known."
    if not math.isnan(work):
        shares = f"waiting {percent(waiting)}, work {percent(work)} of the time before the finish."
    sentence = (
        f"Value stream map of {counted(len(slots) + len(layout.ends), 'stage')} and {tickets}: {shares}"
    )
    if not slots:
        return sentence
    most = max(slots, key=lambda slot: slot.share)
    median = f"median {short_duration(most.about['median'])}, " if "median" in most.about else ""
    return (
        f"{sentence} The largest share is {most.name}: {percent(most.share)}, {median}"
        f"n {counted(most.about['visits'], 'visit')}.{left_out_of(layout)}"
    )
