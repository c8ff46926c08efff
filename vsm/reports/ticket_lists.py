"""The page of ticket lists: which tickets are behind each number of a report.

Figures and tables lead to groups of tickets (``vsm.figures.links``). The places that any page of a report
leads to are collected, each group is listed once, and what leads nowhere is no link.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from markupsafe import Markup

from vsm.counts import counted
from vsm.findings import shown_ticket
from vsm.findings.durations import percent, short_duration
from vsm.model.ticket_groups import KINDS, Tables, TicketGroup, life_shares, ticket_facts, ticket_groups
from vsm.reports.notebook_html import ENVIRONMENT, Body, Entry, Outline
from vsm.reports.render import Page

if TYPE_CHECKING:
    from vsm.stream import ValueStream

TICKETS: Final = "tickets.html"
QUESTION: Final = "Which tickets are behind the numbers?"
MOST, FEW = 25, 10
"""Tickets in one list, and in one of a week, of which there are many: the sample's 367 lists have 2.2 MB."""
SHORT: Final = 12
"""So many lists of one heading are named without unfolding it."""
WEEKLY: Final = frozenset({"waited", "left", "deployed-week"})
ALWAYS: Final = frozenset({"open", "queue", "over-age", "blocked", "handoff"})
"""Kinds that are listed whether or not a page leads to them: what one asks for first."""
_PLACE: Final = re.compile(r"tickets\.html#([a-z0-9-]+)")
_MARK: Final = re.compile(r'<span data-tickets="tickets\.html#([a-z0-9-]+)">([^<]*)</span>')
_POINT: Final = re.compile(r'(?<!=)"tickets\.html#([a-z0-9-]+)"')
_WORDS: Final = {"queue": "in queues", "work": "in work", "external": "with external parties"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One ticket: ``key`` as HTML that leads to it, and texts; ``strip`` names the picture of its life."""

    key: Markup
    summary: str
    state: str
    ended: str
    time: str
    age: str
    work: str
    strip: str


@dataclass(frozen=True, slots=True)
class TicketList:
    """The tickets of one place, how many they are, and of which (``lead``) some are shown."""

    anchor: str
    heading: str
    title: str
    time: str
    count: str
    lead: str
    rows: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class TicketLists:
    """The places that are listed; ``body`` is the page, or None."""

    anchors: frozenset[str]
    body: Body | None

    def linked(self, body: Body) -> Body:
        """The page with its marks as links to lists; what has no list is plain text, and no point's link."""

        def link(found: re.Match[str]) -> str:
            anchor, shown = found.groups()
            listed = anchor in self.anchors
            return f'<a class="tickets" href="{TICKETS}#{anchor}">{shown}</a>' if listed else shown

        def point(found: re.Match[str]) -> str:
            return found[0] if found[1] in self.anchors else "null"

        return replace(body, html=Markup(_POINT.sub(point, _MARK.sub(link, body.html))))  # noqa: S704 - our own


Listing = Callable[[frozenset[str]], TicketLists]
"""From the anchors that pages lead to, to their lists."""


def listing_of(stream: "ValueStream") -> Listing:
    """The function that lists groups of this stream's tickets."""
    # Imported here since plotly takes a second, and most commands draw nothing.
    from vsm.figures.links import tickets_link, web_address  # noqa: PLC0415
    from vsm.figures.theme import KIND_COLOURS  # noqa: PLC0415

    def make(asked: frozenset[str]) -> TicketLists:
        kinds = {each.kind for each in KINDS if each.kind in ALWAYS or _of_kind(each.kind, asked)}
        found: dict[str, TicketGroup] = {}
        sums, present = stream._waits, stream._present  # noqa: SLF001 - what all pages are made of
        places = {"deployments": stream.delivery, "ages": present, "by_cause": sums, "unbroken": sums}
        tables = Tables(**{name: getattr(places.get(name, stream), name) for name in Tables._fields})
        for group in ticket_groups(tables, kinds=kinds):
            anchor = tickets_link(group.kind, *group.names).partition("#")[2]
            if anchor in asked or group.kind in ALWAYS:
                found[anchor] = _together(found.get(anchor), group)
        facts = ticket_facts(tables)
        shown = {ticket for group in found.values() for ticket in group.times.index[: _most(group)]}
        records = facts[facts.index.isin(shown)]
        shares = life_shares(tables.stage_visits, tickets=shown).to_dict()
        records = records.assign(
            address=records["url"].map(web_address),
            strip=[shares.get(ticket, ()) for ticket in records.index],
        )
        return _page(found, facts, records.to_dict("index"), KIND_COLOURS)

    return make


def _of_kind(kind: str, asked: Iterable[str]) -> bool:
    return any(anchor == kind or anchor.startswith(f"{kind}-") for anchor in asked)


def _together(one: TicketGroup | None, other: TicketGroup) -> TicketGroup:
    """Join groups whose names differ in signs alone: they have one place, which lists the tickets of both."""
    if one is None:
        return other
    times = pd.concat([one.times, other.times])
    times = times[~times.index.duplicated()].sort_values(ascending=False, kind="stable")
    return one._replace(title=f"{one.title}; {other.title}", times=times)


def lists_of(pages: Mapping[Page, Body], *, listing: Listing) -> TicketLists:
    """The lists of all places that a report's pages lead to."""
    return listing(frozenset(found for body in pages.values() for found in _PLACE.findall(body.html)))


def _page(
    found: Mapping[str, TicketGroup],
    facts: pd.DataFrame,
    records: Mapping[Any, dict[Any, Any]],
    colours: Mapping[str, str],
) -> TicketLists:
    if not found:
        return TicketLists(frozenset(), None)
    strips = {str(ticket): f"s{number}" for number, ticket in enumerate(records)}
    outcomes = facts["state"].where(facts["ended"].notna(), "open").to_dict()
    lists = [_listed(anchor, group, outcomes, records, strips) for anchor, group in found.items()]
    parts = [(heading, list(rows)) for heading, rows in groupby(lists, key=lambda each: each.heading)]
    lead = (
        f"Numbers in this report lead to the tickets that they count: {len(lists)} lists of "
        f"{counted(len(strips), 'ticket')}."
    )
    html = ENVIRONMENT.get_template("tickets.html.j2").render(
        question=QUESTION, lead=lead, parts=parts, short=SHORT,
        strips={name: _bars(records[ticket]["strip"]) for ticket, name in strips.items()},
        kinds=[(kind, word, colours[kind]) for kind, word in _WORDS.items()],
    )  # fmt: skip
    entries = tuple(Entry(2, f"part-{number}", heading) for number, (heading, _) in enumerate(parts, start=1))
    body = Body(Markup(html), Outline(QUESTION, lead, entries))  # noqa: S704 - escaped by Jinja
    return TicketLists(frozenset(found), body)


def _most(group: TicketGroup) -> int:
    return FEW if group.kind in WEEKLY else MOST


def _listed(
    anchor: str,
    group: TicketGroup,
    outcomes: Mapping[Any, str],
    records: Mapping[Any, dict[Any, Any]],
    strips: Mapping[str, str],
) -> TicketList:
    known = {ticket: time for ticket, time in group.times.items() if ticket in outcomes}
    counts = Counter(outcomes[ticket] for ticket in known)
    split = ", ".join(f"{count:,} {word}" for word, count in counts.most_common())
    lead = f"n = {counted(len(known), 'ticket')}: {split}."
    most = _most(group)
    if len(known) > most:
        lead += f" The first {most} are listed."
    rows = tuple(
        _row(records[ticket], strips[str(ticket)], time) for ticket, time in islice(known.items(), most)
    )
    return TicketList(anchor, group.heading, group.title, group.time, f"{len(known):,}", lead, rows)


def _row(facts: Mapping[Any, Any], strip: str, time: pd.Timedelta) -> Listed:
    summary = "" if pd.isna(facts["summary"]) else str(facts["summary"])
    address = None if pd.isna(facts["address"]) else str(facts["address"])
    return Listed(
        key=Markup(shown_ticket(str(facts["key"]), address=address)),  # noqa: S704 - escapes itself
        summary=summary,
        state=str(facts["state"]),
        ended="" if pd.isna(facts["ended"]) else f"{facts['ended']:%Y-%m-%d}",
        time=short_duration(time),
        age=short_duration(facts["age"]),
        work=f"{percent(sum(share for kind, share in facts['strip'] if kind == 'work'))} in work",
        strip=strip,
    )


def _bars(strip: Sequence[tuple[str, float]]) -> dict[str, str]:
    """The path of each kind's bars: strokes as high as their picture, which is 100 wide and 8 high."""
    paths: dict[str, str] = {}
    at = 0.0
    for kind, share in strip:
        paths[kind] = paths.get(kind, "") + f"M{round(at, 1):g} 4h{max(round(100 * share, 1), 0.4):g}"
        at += 100 * share
    return paths
