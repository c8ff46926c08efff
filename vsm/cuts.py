"""Cuts of a stream: the tickets of a period, a component, a type …, without reading it again."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import reduce
from operator import and_
from typing import Any, Final

import pandas as pd

from vsm.context import Context, context_of, intervals_of, recorded_until, small_teams, small_teams_in_window
from vsm.errors import EmptyWindowError, ParameterError
from vsm.eventlog.participants import SmallTeams, teams_of_tickets
from vsm.measure import own_copy
from vsm.model.choices import values_of
from vsm.model.lifecycle import first_work_on_parts
from vsm.partitions import Workers, intervals_in_partitions
from vsm.stream import ValueStream
from vsm.tables import TABLES, among, check

BASE_TABLES: Final = (
    "tickets", "events", "visits", "handoffs", "waits", "blocks",
    "commits", "releases", "branches", "deploys", "pulls", "pull_events", "pipelines", "names",
)  # fmt: skip
LISTED: Final = 12
"""How many known values a message lists."""
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Window:
    """Which tickets are looked at; all fields empty: all of them.

    ``since``: finished for good, or found gone, at or after it, or still open. ``words``: pairs of a word of
    ``stream.where`` and its value; a ticket has to fit all of them. Whole lifecycles are kept; nothing is
    clipped to the window. ``until`` cuts nothing here (``as_of`` has): it says that the instant was chosen,
    so that people are counted among those who held work by then.
    """

    since: pd.Timestamp | None = None
    until: pd.Timestamp | None = None
    words: tuple[tuple[str, str], ...] = ()

    def within(self, other: "Window") -> "Window":
        """Give what is in both."""
        since = max(filter(None, (self.since, other.since)), default=None)
        until = min(filter(None, (self.until, other.until)), default=None)
        return Window(since, until, tuple(dict.fromkeys((*other.words, *self.words))))

    def provenance(self) -> dict[str, str]:
        """Give what the foot of a page says."""
        days = {"since": self.since, "until": self.until}
        said = {name: f"{day:%Y-%m-%d}" for name, day in days.items() if day is not None}
        return said | ({"where": ", ".join(map("=".join, self.words))} if self.words else {})


def day_of(name: str, given: str | date) -> pd.Timestamp | None:
    """Give the beginning of a day, in UTC: a date, or ``YYYY-MM-DD``; None where nothing is written.

    Raises
    ------
    ParameterError
        It is no day; names the parameter.

    Examples
    --------
    >>> day_of("since", "2026-01-05")
    Timestamp('2026-01-05 00:00:00+0000', tz='UTC')
    """
    text = f"{given:%Y-%m-%d}" if isinstance(given, date) else given
    if not text:
        return None
    day = pd.to_datetime(text, format="%Y-%m-%d", utc=True, errors="coerce")
    if pd.isna(day) or not _DAY.fullmatch(text):
        raise ParameterError(f"{name} is '{text}'; write a day as YYYY-MM-DD, or nothing")
    return day


def where(
    stream: ValueStream,
    *,
    component: str = "",
    label: str = "",
    epic: str = "",
    type: str = "",  # noqa: A002 - everybody's word for it
    priority: str = "",
    team: str = "",
    stage: str = "",
    since: str | date = "",
    until: str | date = "",
) -> ValueStream:
    """Give the same stream of some of its tickets, as if only they had been read: nothing is read again.

    ``stream.choices`` lists the values of every word, with their tickets counted. A cut of a cut keeps what
    fits both. The cut's measures are made when asked for, and teams of fewer people than ``[privacy]``
    says, counted within the cut and in what it leaves out, are one.

    Parameters
    ----------
    component, label, type, priority
        Of the ticket, as the tracker writes them; of several components or labels one suffices.
    epic
        Key of a parent, or of a parent's parent.
    team, stage
        Held by this team, or in this stage, at some time.
    since
        A date, or ``YYYY-MM-DD`` (UTC): finished since then, or open.
    until
        A date, or ``YYYY-MM-DD`` (UTC): the stream as of the beginning of that day. What needs the whole log
        (bulk edits, who is who) is as the loaded stream knows it, and teams that are one in it stay so.

    Raises
    ------
    ParameterError
        No ticket has the value, which lists those that are known; or a day cannot be used.
    """
    given = {
        "component": component, "label": label, "epic": epic, "type": type, "priority": priority,
        "team": team, "stage": stage,
    }  # fmt: skip
    words = tuple((word, value) for word, value in given.items() if value)
    whole, before = stream._cut or (stream._source or stream, Window())  # noqa: SLF001 - a method from outside
    asked = Window(day_of("since", since), day_of("until", until), words)
    window = asked.within(before)
    if asked.until is not None and asked.until > stream.as_of:
        raise ParameterError(
            f"until is {until}, but this stream is as of {stream.as_of:%Y-%m-%d %H:%M} UTC; "
            "name an earlier day"
        )
    as_of = window.until or whole.as_of
    if window.since is not None and window.since > as_of:
        raise EmptyWindowError(
            f"since is {window.since:%Y-%m-%d}, after the stream's last instant, {as_of:%Y-%m-%d %H:%M} UTC; "
            "name an earlier day",
            last=as_of.date(),
        )
    if as_of < whole.as_of:
        whole = _earlier(whole, as_of)
    return shown(whole, window, again=with_merged)


def shown(
    whole: ValueStream, window: Window, *, again: Callable[[ValueStream, SmallTeams], ValueStream]
) -> ValueStream:
    """Give a stream's part in a window, with frames of its own.

    ``again`` makes the whole stream with these teams as one: those that the window makes too small.
    """
    source = _cut(whole, window)
    context = whole._context  # noqa: SLF001
    if context.shared and window != Window():
        rest = ~whole.visits["ticket"].isin(source.tickets["ticket"].tolist())
        left_out = whole.visits.loc[rest, ["kind", "team", "holder"]]
        more = small_teams_in_window(source.visits, left_out, context=context, before=context.small)
        if more:
            return shown(again(whole, more), window, again=again)
    return with_own_frames(source, (whole, window))


def with_own_frames(source: ValueStream, cut: "tuple[ValueStream, Window] | None") -> ValueStream:
    """Give the same stream with frames to be changed in place; ``cut``: of which, and how, it is a part."""
    copies: dict[str, Any] = {name: own_copy(getattr(source, name)) for name in (*BASE_TABLES, "stages")}
    stream = replace(source, **copies)
    # No arguments, so that replace() on a stream makes its measures anew.
    vars(stream)["_source"], vars(stream)["_cut"] = source, cut
    return stream


def tables_of(context: Context, workers: Workers | None = None) -> dict[str, Any]:
    """Give the fields of a stream that are made of a context: base tables, stages, clock and workflow."""
    log = context.log
    intervals = (
        intervals_of(context) if workers is None else intervals_in_partitions(context, workers=workers)
    )
    made = {
        "tickets": log.tickets,
        "events": context.events,
        **intervals._asdict(),
        **{name: getattr(log, name) for name in BASE_TABLES[6:]},
    }
    for name in BASE_TABLES:
        check(made[name], TABLES[name])
    shared = {name: getattr(context, name) for name in ("stages", "clock", "workflow", "as_of")}
    in_parts = first_work_on_parts(intervals.visits, log.tickets)
    return made | shared | {"_context": context, "_in_parts": in_parts}


def _cut(whole: ValueStream, window: Window) -> ValueStream:
    """Keep the tickets that a window asks for, with whole lifecycles."""
    if window == Window():
        return whole
    chosen = [_fitting(whole, word, value) for word, value in window.words]
    if window.since is not None:
        lifecycles = whole.lifecycles
        end = lifecycles["finished"].fillna(lifecycles["gone"])
        chosen.append(set(lifecycles.loc[~(end < window.since), "ticket"]))
    kept: dict[str, Any] = {"provenance": {**whole.provenance, **window.provenance()}, "since": window.since}
    if chosen:
        tickets = reduce(and_, chosen)
        for name in ("tickets", "events", "visits", "handoffs", "waits", "blocks"):
            frame = getattr(whole, name)
            kept[name] = frame[frame["ticket"].isin(tickets)].reset_index(drop=True)
    if len(whole.pulls):
        kept |= _reviews(whole, kept.get("events"), window)
    part = replace(whole, **kept)
    if window.since is not None:  # lives are whole, so nothing in them differs but when they came into view
        lives = lifecycles[among(lifecycles["ticket"], tickets)].reset_index(drop=True)
        seen = lives["created"].mask(lives["created"] < window.since, window.since)
        vars(part)["lifecycles"] = lives.assign(seen_since=seen)
    return part


def _reviews(whole: ValueStream, events: pd.DataFrame | None, window: Window) -> dict[str, pd.DataFrame]:
    """Keep the pull requests closed since a day, or open; with words, those of the tickets that fit."""
    pulls, runs = whole.pulls, whole.pipelines
    if window.since is not None:
        pulls, runs = pulls[~(pulls["closed"] < window.since)], runs[~(runs["finished"] < window.since)]
    if window.words and events is not None:
        pulls = pulls[pulls["pull"].isin(set(events["before"].dropna()))]
        runs = runs[runs["pipeline"].isin(set(events.loc[events["kind"] == "pipeline", "ref"]))]
    acts = whole.pull_events[whole.pull_events["pull"].isin(set(pulls["pull"]))]
    frames = {"pulls": pulls, "pull_events": acts, "pipelines": runs}
    return {name: frame.reset_index(drop=True) for name, frame in frames.items()}


def _fitting(whole: ValueStream, word: str, value: str) -> set[str]:
    """Give the tickets with a value; refuse one that none has: an empty report would look like an answer."""
    small = whole._context.small  # noqa: SLF001
    if small and word == "team":
        small.check(value)
    known = whole._context.log.tickets  # noqa: SLF001
    pairs = values_of(word, tickets=whole.tickets, visits=whole.visits, known=known)
    tickets = set(pairs.loc[pairs["value"] == value, "ticket"])
    if not tickets:
        raise ParameterError(
            f"{word} is '{value}', which no ticket has; known: {_known(pairs['value'], value)}"
        )
    return tickets


def _known(values: "pd.Series[Any]", asked: str) -> str:
    """List values: all in their order, or of many those that look alike and the most frequent."""
    counts = values.value_counts()
    if len(counts) <= LISTED:
        return ", ".join(sorted(counts.index)) or "none"
    near = get_close_matches(asked, counts.index, n=LISTED // 2, cutoff=0.5)
    first = list(dict.fromkeys([*near, *counts.index]))[:LISTED]
    return f"{', '.join(first)} and {len(counts) - LISTED} more (stream.choices lists them)"


def _earlier(whole: ValueStream, as_of: pd.Timestamp) -> ValueStream:
    """Give the stream as it was at an earlier instant, from what it was made of; the last one is kept."""
    kept: tuple[pd.Timestamp, ValueStream] | None = vars(whole).get("_earlier")
    if kept is not None and kept[0] == as_of:
        return kept[1]
    context = whole._context  # noqa: SLF001
    log = recorded_until(context.log, as_of, workflow=context.workflow)
    people = teams_of_tickets(context.people, log, workflow=context.workflow)
    small = None
    if context.shared:
        small = small_teams(log, people=people, workflow=context.workflow, as_of=as_of, before=context.small)
    provenance: Mapping[str, str] = {**whole.provenance, "as of": f"{as_of:%Y-%m-%d %H:%M} UTC"}
    earlier = replace(whole, as_of=as_of, provenance=provenance)
    made = _made_anew(earlier, replace(context, log=log, people=people, as_of=as_of), small)
    vars(whole)["_earlier"] = as_of, made
    return made


def with_merged(whole: ValueStream, small: SmallTeams) -> ValueStream:
    """Give the whole stream with these teams as one."""
    return _made_anew(whole, whole._context, small)  # noqa: SLF001


def _made_anew(stream: ValueStream, context: Context, small: SmallTeams | None) -> ValueStream:
    """Give a stream of another context, with these teams as one."""
    log, people, workflow, notes = context.log, context.people, context.workflow, context.notes
    provenance = dict(stream.provenance)
    if small:
        notes = (*small.notes(workflow), *(note for note in notes if note.check != "small teams"))
        provenance |= small.provenance()
        workflow, log, people = small.workflow(workflow), small.log(log), small.people_in(people)
    context = context_of(
        log, people=people, workflow=workflow, as_of=context.as_of, shared=context.shared, notes=notes,
        small=small,
    )  # fmt: skip
    return replace(stream, **tables_of(context), provenance=provenance)
