"""Review phases (optional branch): whether a pull request was with its author, its reviewers or its merger.

A plain loop over the events of one pull request: each changes who has to act, and that gives the phase.

========= =================================================================================== ==========
phase     while                                                                               holder
========= =================================================================================== ==========
draft     it is a draft: that is no waiting for review                                        author
waiting   it is open and nobody has to answer: it waits for a review                          requested
reviewing from a reviewer's first comment to their review; else without length, at the review reviewer
author    a reviewer asked for changes or commented, and the author has not reacted           author
rework    from the author's reaction to changes asked for, to their next push or request      author
merging   it is approved and no further review comes, or it is in a merge queue               who merges
========= =================================================================================== ==========

A pull request waits for a review from its opening, whether or not anybody was asked. What nobody was asked
to review, and nobody did, only waits to be merged. Bots do not review, nor does the author; an AI agent does,
but its comments alone end nobody's wait. A push answers all that was asked, a force push like any other, and
a new request answers what that reviewer asked; whom the author has answered is expected to look again.
A review by a deleted account counts, but nobody is expected again for it.
Approvals outlast pushes until they are dismissed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from vsm.tables import REVIEW_PHASES

Row = Mapping[str, Any]
DRAFT, AUTHOR, REWORK, WAITING, REVIEWING, MERGING = REVIEW_PHASES
APPROVED: Final = "approved"
TEAM: Final = "team:"
"""Before the name of a team that was asked to review."""
BRIEF: Final = (REVIEWING, REWORK)
"""Phases that count although they take no time: their work is known by its end only."""


class Phase(NamedTuple):
    """One row of PHASES: half-open ``[entered, left)``; ``left`` is None while the pull request is in it."""

    pull: str
    n: int
    phase: str
    holder: str | None
    entered: datetime
    left: datetime | None


class _Stretch(NamedTuple):
    """A phase before it is known what followed; ``asked`` are those whose review is still to come."""

    entered: datetime
    phase: str | None
    holder: str | None = None
    asked: tuple[str, ...] = ()
    merged: bool = False


@dataclass(kw_only=True, slots=True)
class _Pull:
    """What holds of one pull request after each of its events.

    ``asked``: whose review is still to come. ``unanswered``: who asked the author for something, and whether
    for changes. ``reading``: who began a review.
    """

    author: str | None
    draft: bool
    open: bool = True
    merged: bool = False
    queued: bool = False
    reacted: bool = False
    asked: dict[str, None] = field(default_factory=dict)
    unanswered: dict[str | None, bool] = field(default_factory=dict)
    approved: set[str | None] = field(default_factory=set)
    reading: dict[str, None] = field(default_factory=dict)
    reviewers: set[str | None] = field(default_factory=set)

    def stretch(self, at: datetime) -> _Stretch:
        """What it is in from now on."""
        phase, holder = self._phase()
        asked = tuple(self.asked) if phase in (WAITING, APPROVED) else ()
        return _Stretch(at, phase, holder, asked, self.merged)

    def _phase(self) -> tuple[str | None, str | None]:
        phase, holder = WAITING, None
        if not self.open:
            return None, None
        if self.draft:
            phase, holder = DRAFT, self.author
        elif self.queued:
            phase = MERGING
        elif self.unanswered:
            phase, holder = REWORK if self.reacted else AUTHOR, self.author
        elif self.reading:
            phase, holder = REVIEWING, next(iter(self.reading))
        elif self.approved:
            phase = APPROVED
        return phase, holder


def list_phases(
    pulls: Iterable[Row],
    events: Iterable[Row],
    *,
    bots: Collection[str] = (),
    agents: Collection[str] = (),
    as_of: datetime,
) -> list[Phase]:
    """List the phases of all pull requests, by pull request and time.

    Parameters
    ----------
    pulls, events
        Rows of PULLS and PULL_EVENTS, with persons for accounts; events after ``as_of`` are left out.
    bots, agents
        Persons that are bots, and those that are AI agents.

    Examples
    --------
    >>> at = [datetime(2026, 1, 5, hour) for hour in range(9, 14)]
    >>> pull = {"pull": "github:o/r#1", "author": "ann", "draft": False, "created": at[0]}
    >>> acts = [("review", "changes", "bob"), ("comment", None, "ann"), ("push", None, "ann"),
    ...         ("review", "approved", "bob")]
    >>> events = [{"pull": "github:o/r#1", "at": when, "kind": kind, "after": after, "actor": who, "seq": 0,
    ...            "ref": str(when)} for when, (kind, after, who) in zip(at[1:], acts, strict=True)]
    >>> for phase in list_phases([pull], events, as_of=at[-1]):
    ...     print(phase.phase, phase.holder, phase.entered.hour, phase.left and phase.left.hour)
    waiting None 9 10
    reviewing bob 10 10
    author ann 10 11
    rework ann 11 12
    waiting bob 12 13
    reviewing bob 13 13
    merging ann 13 None
    """
    of_pull: dict[str, list[Row]] = {}
    for event in events:
        if event["at"] <= as_of:
            of_pull.setdefault(event["pull"], []).append(event)
    phases: list[Phase] = []
    for pull in sorted(pulls, key=lambda pull: str(pull["pull"])):
        if pull["created"] <= as_of:
            rows = sorted(of_pull.get(pull["pull"], ()), key=lambda e: (e["at"], e["seq"], e["ref"]))
            acts = [act for act in rows if not _of_bot(act, pull["author"], bots)]
            phases += _named(pull, acts, _stretches(pull, acts, agents))
    return phases


def _of_bot(act: Row, author: str | None, bots: Collection[str]) -> bool:
    """Whether a bot acted, or was asked to: only its merging counts, and its work as the author."""
    if act["kind"] in ("review_request", "review_unrequest"):
        return act["after"] in (None, author) or act["after"] in bots
    moves = act["kind"] not in ("review", "comment", "push")
    return act["actor"] in bots and act["actor"] != author and not moves


def _stretches(pull: Row, acts: Sequence[Row], agents: Collection[str]) -> Iterator[_Stretch]:
    """Go through the events; give what held from each on, and reviews and reactions that took no time."""
    turned = next((act["kind"] for act in acts if act["kind"] in ("draft", "ready")), None)
    now = _Pull(author=pull["author"], draft=turned == "ready" if turned else bool(pull["draft"]))
    before = now.stretch(pull["created"])
    yield before
    for number, act in enumerate(acts):
        at, who = max(act["at"], pull["created"]), act["actor"]
        if act["kind"] == "review" and act["after"] != "dismissed" and who != now.author:
            _reviewed(now, act, by_agent=who in agents)
            # Who reviews while the author is to answer somebody else adds to that, and no more.
            theirs = (DRAFT, AUTHOR, REWORK)
            if now.open and (before.phase not in theirs or now.stretch(at).phase not in theirs):
                yield _Stretch(phase=REVIEWING, holder=who, entered=at)
        elif act["kind"] == "comment" and who not in (now.author, None) and who not in agents:
            if _reviews_next(who, acts[number + 1 :], now.author):
                now.reading.setdefault(who)
            elif who in now.asked or who in now.reviewers or all(one.startswith(TEAM) for one in now.asked):
                now.reviewers.add(who)
                now.unanswered.setdefault(who, False)
                if before.phase not in (None, DRAFT, AUTHOR, REWORK):
                    yield _Stretch(phase=REVIEWING, holder=who, entered=at)
        else:
            _acted(now, act)
            if before.phase == AUTHOR and not now.unanswered and who in (now.author, None):
                yield _Stretch(phase=REWORK, holder=now.author, entered=at)
        now.reacted = now.reacted and bool(now.unanswered)
        before = now.stretch(at)
        yield before
        if now.merged:
            return


def _reviewed(now: _Pull, act: Row, *, by_agent: bool) -> None:
    """A review answers the request for it, and asks the author for something unless it approves."""
    who, verdict = act["actor"], act["after"]
    now.reviewers.add(who)
    now.reading.pop(who, None)
    if who in now.asked:
        del now.asked[who]
    else:  # for a team that was asked: whose members the host does not say
        now.asked = {one: None for one in now.asked if not one.startswith(TEAM)}
    if verdict == "approved":
        now.approved.add(who)
        now.unanswered.pop(who, None)
    elif verdict == "changes":
        now.approved.discard(who)
        now.unanswered[who] = True
    elif not by_agent:
        now.unanswered.setdefault(who, False)


def _reviews_next(who: str, later: Sequence[Row], author: str | None) -> bool:
    """Whether a reviewer who commented goes on to a review, before the author does anything."""
    for act in later:
        if act["kind"] in ("merge", "close", "draft") or act["actor"] in (author, None):
            return False
        if act["actor"] == who and act["kind"] == "review" and act["after"] != "dismissed":
            return True
    return False


def _acted(now: _Pull, act: Row) -> None:
    """What is no review: acts of the author, requests, and the state of the pull request."""
    kind, who = act["kind"], act["actor"]
    if kind == "push" or (kind == "ready" and now.draft):
        _answered(now, [*now.unanswered])
    elif kind == "comment" and who == now.author:
        now.reacted = any(now.unanswered.values())
        _answered(now, [one for one, changes in now.unanswered.items() if not changes])
    elif kind == "review_request":
        now.asked.setdefault(act["after"])
        now.unanswered.pop(act["after"], None)
    elif kind == "review_unrequest":
        now.asked.pop(act["after"], None)
    elif kind == "review" and act["after"] == "dismissed":
        _dismissed(now, who)
    elif kind in ("queue", "dequeue"):
        now.queued = kind == "queue"
    elif kind in ("merge", "close", "reopen"):
        now.open, now.merged, now.queued = kind == "reopen", kind == "merge", False
    if kind in ("draft", "ready"):
        now.draft = kind == "draft"
    if kind in ("draft", "merge", "close"):
        now.reading.clear()


def _answered(now: _Pull, whom: Iterable[str | None]) -> None:
    """Whom the author has answered is expected to look again, unless the host has forgotten who it was."""
    for one in whom:
        del now.unanswered[one]
        if one is not None:
            now.asked.setdefault(one)


def _dismissed(now: _Pull, who: str | None) -> None:
    """What a reviewer said no longer counts: of the one who dismissed it, else of all."""
    gone = {who} if who in now.approved or who in now.unanswered else now.approved | {*now.unanswered}
    now.approved -= gone
    now.unanswered = {one: changes for one, changes in now.unanswered.items() if one not in gone}


def _named(pull: Row, acts: Sequence[Row], stretches: Iterable[_Stretch]) -> list[Phase]:
    """Name what held by what followed, and join what goes on."""
    joined: list[_Stretch] = []
    for one in stretches:
        if joined and joined[-1].entered == one.entered and joined[-1].phase not in BRIEF:
            joined.pop()
        if not joined or one[1:] != joined[-1][1:]:
            joined.append(one)
    merger = next((act["actor"] for act in acts if act["kind"] == "merge"), None)
    by_queue = any(act["kind"] == "queue" for act in acts)
    holder = pull["author"] if merger is None or by_queue else merger
    following: _Stretch | None = None
    named: list[tuple[_Stretch, datetime | None]] = []  # backwards: the last comes first
    for one in reversed(joined):
        left = following.entered if following else None
        following = _known(one, following, holder)
        ahead = named[-1][0] if named else None
        if ahead and (following[1:3], left) == (ahead[1:3], ahead.entered):
            named[-1] = following, named[-1][1]
        elif following.phase is not None:
            named.append((following, left))
    return [
        Phase(str(pull["pull"]), n, str(one.phase), one.holder, one.entered, left)
        for n, (one, left) in enumerate(reversed(named))
    ]


def _known(one: _Stretch, following: _Stretch | None, merger: str | None) -> _Stretch:
    """Say what an approved or waiting pull request waited for, which is known by what followed."""
    phase = one.phase
    if phase == APPROVED:
        more = bool(one.asked) if following is None else following.phase in (WAITING, REVIEWING)
        phase = WAITING if more else MERGING
    elif phase == WAITING and not one.asked and following:
        phase = MERGING if following.merged or following.phase == MERGING else WAITING
    if phase == MERGING:
        return one._replace(phase=phase, holder=merger)
    if phase == WAITING:
        taken = following.holder if following and following.phase in (WAITING, REVIEWING) else None
        first = sorted(one.asked, key=lambda who: (who != taken, who.startswith(TEAM)))
        return one._replace(phase=phase, holder=first[0] if first else None)
    return one
