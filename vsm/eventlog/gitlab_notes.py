"""What GitLab's system notes say: by their action where it says enough, else by their text.

GitLab writes most of these notes in English whatever the user's language; some old versions translated them.
A note that is not understood changes nothing, and is counted.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

MENTIONED: Final = re.compile(r"@([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)")
_PEOPLE: Final = {
    "assignee": re.compile(
        r"(?:(?:re)?assigned to (?P<added>.+?))?(?: and )?(?:unassigned (?P<removed>.+))?", re.IGNORECASE
    ),
    "reviewer": re.compile(
        r"(?:requested review from (?P<added>.+?))?(?: and )?(?:removed review request for (?P<removed>.+?))?"
        r"(?P<unapproved> and removed approval)?",
        re.IGNORECASE,
    ),
}
_NOBODY: Final = re.compile(r"(?:removed assignee|assignee removed)", re.IGNORECASE)
_DRAFT: Final = re.compile(
    r"(?P<un>un)?marked (?:this merge request )?as (?:a )?\**(?P<state>draft|ready|work in progress)\**",
    re.IGNORECASE,
)
_QUEUE: Final = re.compile(
    r"(?P<no>removed this merge request from )?(?:.*\b)?merge train", re.IGNORECASE | re.DOTALL
)
_LINK: Final = re.compile(
    r"marked this .+? as (?P<how>blocking|blocked by|related to) (?P<what>.+)|"
    r"removed the relation with (?P<gone>.+)",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(r"(?P<path>[\w./-]*)#(?P<number>\d+)")
_PARENT: Final = re.compile(r".*?#(?P<number>\d+)")
REVIEWS: Final = {
    "approved": "approved",
    "unapproved": "dismissed",
    "requested_changes": "changes",
    "reviewed": "commented",
}
"""Action of a note → how the review ended."""
_REVIEW_TEXTS: Final = {
    "approved this merge request": "approved",
    "unapproved this merge request": "unapproved",
    "requested changes": "requested_changes",
    "left review comments without approval": "reviewed",
}
_TEXTS: Final = {
    "assignee": re.compile(r"(?:re|un)?assigned |assignee removed|removed assignee", re.IGNORECASE),
    "reviewer": re.compile(r"requested review from |removed review request for ", re.IGNORECASE),
    "title": _DRAFT,
    "merge": re.compile(r".*merge train", re.IGNORECASE),
    "relate": re.compile(r"marked this .+ as (?:blocking|blocked by|related to) ", re.IGNORECASE),
    "unrelate": re.compile(r"removed the relation with ", re.IGNORECASE),
    "duplicate": re.compile(r"marked this .+ as a duplicate of ", re.IGNORECASE),
    "moved": re.compile(r"moved (?:to|from) ", re.IGNORECASE),
    "time_tracking": re.compile(r"(?:added|subtracted|removed) .*time spent", re.IGNORECASE),
}


class Changed(NamedTuple):
    """Who was added and who removed; ``all_removed`` where the note says no more than that."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    all_removed: bool = False
    unapproved: bool = False


class LinkNote(NamedTuple):
    """The wording of a link and the issues that it names, or of those to which it was removed (``gone``)."""

    wording: str
    named: tuple[str, ...]
    gone: bool = False


def action_of(action: str | None, body: str | None) -> str:
    """Give what a note is about: its action, or by its text where an old GitLab says none.

    Examples
    --------
    >>> action_of("approved", "a approuvé"), action_of(None, "unassigned @a"), action_of(None, "closed")
    ('approved', 'assignee', '')
    """
    if action:
        return action
    text = body or ""
    known = _REVIEW_TEXTS.get(text.strip().casefold())
    return known or next((name for name, pattern in _TEXTS.items() if pattern.match(text)), "")


def people_changed(action: str, body: str | None) -> Changed | None:
    """Give who was added and removed by a note on assignees or reviewers; None where it is not understood.

    Examples
    --------
    >>> people_changed("assignee", "assigned to @c and unassigned @a, @b.c, and @d")
    Changed(added=('c',), removed=('a', 'b.c', 'd'), all_removed=False, unapproved=False)
    >>> people_changed("reviewer", "a demandé une relecture à @c") is None
    True
    """
    text = (body or "").strip()
    if action == "assignee" and _NOBODY.fullmatch(text):
        return Changed(all_removed=True)
    match = _PEOPLE[action].fullmatch(text)
    if match is None or not (match["added"] or match["removed"]):
        return None
    added, removed = (tuple(MENTIONED.findall(match[side] or "")) for side in ("added", "removed"))
    if not (added or removed):
        return None
    return Changed(added, removed, unapproved=action == "reviewer" and bool(match["unapproved"]))


def people_over_time(now: Sequence[str], changes: Iterable[Changed | None]) -> list[list[str]]:
    """Give who was there at first, and after each change, in the order in which they came.

    The first state is worked out from today's, backwards. A change that is not understood changes nothing;
    where the last one is such, today's state follows it.

    Examples
    --------
    >>> people_over_time(["b"], [Changed(("b",), ("a",))])
    [['a'], ['b']]
    >>> people_over_time(["b"], [None])
    [[], ['b']]
    """
    known = list(changes)
    unread = bool(known) and known[-1] is None
    # Where the last change is not understood, what was before it is known from the front alone.
    first = [] if unread else list(now)
    for change in reversed(known):
        if change is not None:
            first = [one for one in first if one not in change.added]
            first += [one for one in change.removed if one not in first]
    states = [first]
    for change in known:
        state = states[-1]
        if change is not None:
            state = [one for one in state if one not in change.removed and not change.all_removed]
            state = [*state, *(one for one in change.added if one not in state)]
        states.append(state)
    if unread:
        states[-1] = list(now)
    return states


def draft_of(body: str | None) -> str | None:
    """Give ``draft`` or ``ready`` of a note on the title; None for any other change of it.

    Examples
    --------
    >>> [draft_of(text) for text in ("marked this merge request as **draft**",
    ...     "unmarked as a **Work In Progress**", "changed title from **a** to **b**")]
    ['draft', 'ready', None]
    """
    match = _DRAFT.match(body or "")
    if match is None:
        return None
    return "ready" if match["un"] or match["state"].casefold() == "ready" else "draft"


def queue_of(body: str | None) -> str | None:
    """Give ``queue`` or ``dequeue`` of a note on a merge train; None for any other.

    Examples
    --------
    >>> [queue_of(text) for text in ("started a merge train", "aborted automatic merge",
    ...     "removed this merge request from the merge train because of a conflict")]
    ['queue', None, 'dequeue']
    """
    match = _QUEUE.match(body or "")
    if match is None or re.match(r"enabled|aborted|canceled", body or "", re.IGNORECASE):
        return None
    return "dequeue" if match["no"] else "queue"


def link_of(body: str | None, *, repository: str) -> LinkNote | None:
    """Give the link that a note made or removed; None where it is not understood, or no block.

    Examples
    --------
    >>> link_of("marked this issue as blocked by #7 and group/web#8", repository="shop")
    LinkNote(wording='is blocked by', named=('shop#7', 'web#8'), gone=False)
    """
    match = _LINK.match(body or "")
    if match is None or (match["how"] or "").casefold() == "related to":
        return None
    what = match["what"] or match["gone"]
    named = tuple(
        f"{reference['path'].rpartition('/')[2] or repository}#{reference['number']}"
        for reference in _REFERENCE.finditer(what)
    )
    wording = {"blocking": "blocks", "blocked by": "is blocked by"}.get((match["how"] or "").casefold(), "")
    return LinkNote(wording, named, gone=match["gone"] is not None)


def parent_of(body: str | None) -> str | None:
    """Give the number of the parent issue that a note names; None where it names none of this project.

    Examples
    --------
    >>> parent_of("added #5 as parent issue"), parent_of("added &5 as parent epic")
    ('5', None)
    """
    match = _PARENT.match(body or "")
    return match["number"] if match else None
