"""Links between issues that no changelog mentions."""

from collections.abc import Iterable, Iterator, Mapping
from sys import intern
from typing import Final, NamedTuple

import pandas as pd

from vsm.eventlog.jira_items import Item, Json
from vsm.eventlog.links import KEY, longest_ending, parse_link, small_letters

FIRST: Final = 100
"""Behind the first states of its instant, before every history."""

Claim = tuple[str, str]
"""A ticket, and the wording of its end of a link."""
Ends = frozenset[str]
"""The two tickets of a link; a key where its ticket is not known."""


class Link(NamedTuple):
    """One entry of ``issuelinks``; ``answer`` is what the other issue's entry would say.

    ``other`` is the key until it is known whose it is.
    """

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
    links: Iterable[Link],
    said: pd.DataFrame,
    *,
    start: Mapping[str, pd.Timestamp],
    ids: Mapping[str, str],
) -> list[Item]:
    """Give the links that issues show now, and neither issue's changelog mentions: imports and old Jiras.

    Each is taken to have been there since the later of both tickets' beginning, as a first state is. Where a
    changelog mentions a link between the same two in words that neither shows any more, its type may have
    been renamed; where it says the same of a key that was not pulled and is shown no more, that issue may
    have moved: then nothing is added.

    Parameters
    ----------
    links
        As ``links_now`` gives them, of all issues.
    said
        Sentences of changelogs about links, by ticket and time: ``ticket, before, after``.
    start
        When the life of each of these tickets began, and of those that they name.
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
    >>> links = links_now({"id": "7", "fields": {"issuelinks": [link]}}, source="jira")
    >>> said = pd.DataFrame(columns=["ticket", "before", "after"])
    >>> start = {"jira:7": pd.Timestamp("2026-01-05", tz="UTC")}
    >>> [(item.after, item.ref) for item in links_without_history(
    ...     links, said, start=start, ids={"AB-2": "jira:8"})]
    [('This issue is blocked by AB-2', 'link 5')]
    """
    links = [link._replace(other=ids.get(link.key, link.key)) for link in links]
    now: dict[Ends, set[Claim]] = {}
    for link in links:
        now.setdefault(link.ends, set()).update(link.claims)
    ever, standing = _claims_of_changelogs(said, ids, now)
    lost = {claim for ends, claims in standing.items() if ends not in now for claim in claims}
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


def links_now(body: Json, *, source: str) -> Iterator[Link]:
    """Give the links that an issue shows.

    Examples
    --------
    >>> link = {"id": "5", "type": {"outward": "blocks"}, "outwardIssue": {"key": "AB-2"}}
    >>> body = {"id": "7", "fields": {"issuelinks": [link]}}
    >>> [(link.ticket, link.phrase, link.key) for link in links_now(body, source="jira")]
    [('jira:7', 'blocks', 'AB-2')]
    """
    ticket = f"{source}:{body['id']}"
    for number, link in enumerate(body["fields"].get("issuelinks") or ()):
        words = link.get("type") or {}
        for way, back in (("outward", "inward"), ("inward", "outward")):
            key, phrase = (link.get(f"{way}Issue") or {}).get("key"), words.get(way)
            if key and phrase:
                ref = f"link {link.get('id') or f'{ticket}/{number}'}"
                wording, answer = small_letters(phrase), small_letters(words.get(back) or "")
                yield Link(ticket, key, key, intern(phrase), intern(wording), intern(answer), ref)


def keys_named(said: pd.DataFrame) -> set[str]:
    """Give the keys that sentences of changelogs about links name, in capital letters."""
    texts = pd.concat([said["before"], said["after"]]).dropna().unique().tolist()
    return {key.upper() for text in texts for key in KEY.findall(text)}


def _claims_of_changelogs(
    said: pd.DataFrame, ids: Mapping[str, str], now: Mapping[Ends, set[Claim]]
) -> tuple[dict[Ends, set[Claim]], dict[Ends, set[Claim]]]:
    """Give what changelogs ever said of the links between two, and what of it was never taken back."""
    ever: dict[Ends, set[Claim]] = {}
    standing: dict[Ends, set[Claim]] = {}
    for ticket, before, after in said[["ticket", "before", "after"]].itertuples(index=False):
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
