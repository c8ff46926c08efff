"""Which links are there of which the changelog does not tell? Imports and old Jiras lack their making."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import pandas as pd

from vsm.eventlog.blocking_links import link_told
from vsm.eventlog.jira_items import Item, Json

FIRST: Final = 100
"""Behind the first states of its instant, before every history."""

Said = tuple[str, str]
"""Who says it, and the wording."""


class Link(NamedTuple):
    """What does one entry of ``issuelinks`` say, and what would the other issue's entry say?"""

    ticket: str
    other: str
    key: str
    phrase: str
    wording: str
    answer: str
    ref: str

    @property
    def ends(self) -> frozenset[str]:
        """Between which two is it?"""
        return frozenset({self.ticket, self.other})

    @property
    def said(self) -> set[Said]:
        """What do the two say of it, in small letters?"""
        return {(self.ticket, self.wording), (self.other, self.answer)}


def links_without_history(
    bodies: Iterable[Json], changes: pd.DataFrame, *, lives: pd.DataFrame, ids: Mapping[str, str], source: str
) -> list[Item]:
    """Which links do issues show now, of which neither issue's changelog tells?

    Each is taken to have been there since the later of both tickets' beginning, as a first state is. Where a
    changelog tells of a link between the same two in words that neither shows any more, its type may have
    been renamed; where it tells the same of a key that was not pulled and is shown no more, that issue may
    have moved: then nothing is added.

    Parameters
    ----------
    bodies
        Issue bodies.
    changes
        Their recorded facts by ticket and time, as ``from_jira`` lays them out.
    lives
        One row per ticket with its ``start``.
    ids
        Ticket by key, former keys too.
    source
        Prefix of every id.

    Returns
    -------
    list of Item
        Of kind ``link``, worded as Jira words them. ``ref`` is Jira's number of the link.

    Examples
    --------
    >>> kind = {"inward": "is blocked by", "outward": "blocks"}
    >>> link = {"id": "5", "type": kind, "inwardIssue": {"id": "8", "key": "AB-2"}}
    >>> changes = pd.DataFrame(columns=["ticket", "kind", "before", "after"])
    >>> lives = pd.DataFrame({"ticket": ["jira:7"], "start": [pd.Timestamp("2026-01-05", tz="UTC")]})
    >>> body = {"id": "7", "fields": {"issuelinks": [link]}}
    >>> [(item.after, item.ref) for item in links_without_history(
    ...     [body], changes, lives=lives, ids={"AB-2": "jira:8"}, source="jira")]
    [('This issue is blocked by AB-2', 'link 5')]
    """
    links = [link for body in bodies for link in _links_now(body, ids, source)]
    now: dict[frozenset[str], set[Said]] = {}
    for link in links:
        now.setdefault(link.ends, set()).update(link.said)
    told, standing = _told(changes, ids, now)
    lost = {said for ends, several in standing.items() if ends not in now for said in several}
    start = dict(zip(lives["ticket"], lives["start"], strict=True))
    return [
        _item(link, start)
        for link in links
        if link.ticket in start
        and not link.said & told.get(link.ends, set())
        and standing.get(link.ends, set()) <= now[link.ends]
        and (link.other in start or (link.ticket, link.wording) not in lost)
    ]


def _links_now(body: Json, ids: Mapping[str, str], source: str) -> Iterator[Link]:
    ticket = f"{source}:{body['id']}"
    for place, link in enumerate(body["fields"].get("issuelinks") or ()):
        for way, back in (("outward", "inward"), ("inward", "outward")):
            other, phrase = link.get(f"{way}Issue"), (link.get("type") or {}).get(way)
            if not (other and other.get("key") and phrase):
                continue
            known = ids.get(other["key"], str(other["key"]))
            answer = _small(link["type"].get(back) or "")
            ref = f"link {link.get('id') or f'{ticket}/{place}'}"
            yield Link(ticket, known, str(other["key"]), str(phrase), _small(phrase), answer, ref)


def _told(
    changes: pd.DataFrame, ids: Mapping[str, str], now: Mapping[frozenset[str], set[Said]]
) -> tuple[dict[frozenset[str], set[Said]], dict[frozenset[str], set[Said]]]:
    """Tell what changelogs ever said of the links between two, and what of it was never taken back."""
    told: dict[frozenset[str], set[Said]] = {}
    standing: dict[frozenset[str], set[Said]] = {}
    rows = changes.loc[changes["kind"] == "link", ["ticket", "before", "after"]]
    for ticket, before, after in rows.itertuples(index=False):
        for text, there in ((before, False), (after, True)):
            found = link_told(text) if isinstance(text, str) else None
            if found is None:
                continue
            ends = frozenset({ticket, ids.get(found.key, found.key)})
            said = (ticket, found.wording if found.whole else _ending(ticket, found.wording, now.get(ends)))
            told.setdefault(ends, set()).add(said)
            lasting = standing.setdefault(ends, set())
            lasting.add(said) if there else lasting.discard(said)
    return told, standing


def _ending(ticket: str, wording: str, now: set[Said] | None) -> str:
    """Find the wording with which a sentence ends that begins in an unknown way."""
    ends = [said for teller, said in now or () if teller == ticket and wording.endswith(f" {said}")]
    return max(ends, key=len, default=wording)


def _item(link: Link, start: Mapping[str, Any]) -> Item:
    at = max(start[link.ticket], start.get(link.other, start[link.ticket]))
    text = f"This issue {link.phrase} {link.key}"
    return Item(link.ticket, at, -1, FIRST, "link", None, text, None, link.ref)


def _small(wording: str) -> str:
    return " ".join(wording.casefold().split())
