"""Links between issues that no changelog mentions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import pandas as pd

from vsm.eventlog.jira_items import Item, Json
from vsm.eventlog.links import longest_ending, parse_link, small_letters

FIRST: Final = 100
"""Behind the first states of its instant, before every history."""

Claim = tuple[str, str]
"""A ticket, and the wording of its end of a link."""
Ends = frozenset[str]
"""The two tickets of a link; a key where its ticket is not known."""


class Link(NamedTuple):
    """One entry of ``issuelinks``; ``answer`` is what the other issue's entry would say."""

    ticket: str
    other: str
    key: str
    phrase: str
    wording: str
    answer: str
    ref: str

    @property
    def ends(self) -> Ends:
        """The two tickets."""
        return frozenset({self.ticket, self.other})

    @property
    def claims(self) -> set[Claim]:
        """What the two say of it, in small letters."""
        return {(self.ticket, self.wording), (self.other, self.answer)}


def links_without_history(
    bodies: Iterable[Json],
    changes: pd.DataFrame,
    *,
    lifecycles: pd.DataFrame,
    ids: Mapping[str, str],
    source: str,
) -> list[Item]:
    """Give the links that issues show now, and neither issue's changelog mentions: imports and old Jiras.

    Each is taken to have been there since the later of both tickets' beginning, as a first state is. Where a
    changelog mentions a link between the same two in words that neither shows any more, its type may have
    been renamed; where it says the same of a key that was not pulled and is shown no more, that issue may
    have moved: then nothing is added.

    Parameters
    ----------
    changes
        Recorded facts by ticket and time, as ``from_jira`` lays them out.
    lifecycles
        One row per ticket with its ``start``.
    ids
        Ticket by key, former keys too.

    Returns
    -------
    list of Item
        Of kind ``link``, worded as Jira words them. ``ref`` is Jira's number of the link.

    Examples
    --------
    >>> kind = {"inward": "is blocked by", "outward": "blocks"}
    >>> link = {"id": "5", "type": kind, "inwardIssue": {"id": "8", "key": "AB-2"}}
    >>> changes = pd.DataFrame(columns=["ticket", "kind", "before", "after"])
    >>> lifecycles = pd.DataFrame({"ticket": ["jira:7"], "start": [pd.Timestamp("2026-01-05", tz="UTC")]})
    >>> body = {"id": "7", "fields": {"issuelinks": [link]}}
    >>> [(item.after, item.ref) for item in links_without_history(
    ...     [body], changes, lifecycles=lifecycles, ids={"AB-2": "jira:8"}, source="jira")]
    [('This issue is blocked by AB-2', 'link 5')]
    """
    links = [link for body in bodies for link in _links_now(body, ids, source)]
    now: dict[Ends, set[Claim]] = {}
    for link in links:
        now.setdefault(link.ends, set()).update(link.claims)
    ever, standing = _claims_of_changelogs(changes, ids, now)
    lost = {claim for ends, claims in standing.items() if ends not in now for claim in claims}
    start = dict(zip(lifecycles["ticket"], lifecycles["start"], strict=True))
    return [
        Item(
            ticket=link.ticket,
            at=max(start[link.ticket], start.get(link.other, start[link.ticket])),
            history=-1,
            position=FIRST,
            kind="link",
            before=None,
            after=f"This issue {link.phrase} {link.key}",
            actor=None,
            ref=link.ref,
        )
        for link in links
        if link.ticket in start
        and not link.claims & ever.get(link.ends, set())
        and standing.get(link.ends, set()) <= now[link.ends]
        and (link.other in start or (link.ticket, link.wording) not in lost)
    ]


def _links_now(body: Json, ids: Mapping[str, str], source: str) -> Iterator[Link]:
    ticket = f"{source}:{body['id']}"
    for number, link in enumerate(body["fields"].get("issuelinks") or ()):
        words = link.get("type") or {}
        for way, back in (("outward", "inward"), ("inward", "outward")):
            key, phrase = (link.get(f"{way}Issue") or {}).get("key"), words.get(way)
            if key and phrase:
                ref, answer = (
                    f"link {link.get('id') or f'{ticket}/{number}'}",
                    small_letters(words.get(back) or ""),
                )
                yield Link(ticket, ids.get(key, key), key, phrase, small_letters(phrase), answer, ref)


def _claims_of_changelogs(
    changes: pd.DataFrame, ids: Mapping[str, str], now: Mapping[Ends, set[Claim]]
) -> tuple[dict[Ends, set[Claim]], dict[Ends, set[Claim]]]:
    """Give what changelogs ever said of the links between two, and what of it was never taken back."""
    ever: dict[Ends, set[Claim]] = {}
    standing: dict[Ends, set[Claim]] = {}
    rows = changes.loc[changes["kind"] == "link", ["ticket", "before", "after"]]
    for ticket, before, after in rows.itertuples(index=False):
        for text, there in ((before, False), (after, True)):
            sentence = parse_link(text) if isinstance(text, str) else None
            if sentence is None:
                continue
            ends, wording = frozenset({ticket, ids.get(sentence.key, sentence.key)}), sentence.wording
            if not sentence.whole:
                wording = longest_ending(wording, {own for who, own in now.get(ends, ()) if who == ticket})
            ever.setdefault(ends, set()).add((ticket, wording))
            lasting = standing.setdefault(ends, set())
            lasting.add((ticket, wording)) if there else lasting.discard((ticket, wording))
    return ever, standing
