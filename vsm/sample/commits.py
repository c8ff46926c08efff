"""The story as Git has it: a stream for ``git fast-import`` with branches, merges, releases.

Work is merged into ``main`` when QA has passed it, either by a merge commit or rebased: then its commits keep
the author's timestamps and get that of the merge as the committer's. Unfinished work stays on its branch.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from vsm.sample import plan
from vsm.sample.office_hours import instant, local, working_days
from vsm.sample.story import Story
from vsm.sample.tickets import Ticket

CHORES: Final = ("Update dependencies", "Fix a typo", "Tidy the build script", "Raise test timeouts")
CHORE_SHARE: Final = 0.3
LATER_VERBS: Final = ("test", "tidy", "round off")
Work = list[tuple[int, str]]


@dataclass(slots=True)
class _Stream:
    """The stream so far, and ``main``'s last commit after each instant."""

    parts: list[bytes]
    at: list[int]
    marks: list[int]
    last: int = 0

    def base(self, at: int) -> int:
        """The last commit of main at this instant."""
        return self.marks[max(0, bisect_right(self.at, at) - 1)]

    def land(self, at: int, mark: int) -> None:
        """Make a commit main's last."""
        self.at.append(at)
        self.marks.append(mark)

    def commit(
        self, ref: str, author: tuple[int, str], subject: str, *, path: str, body: str,
        onto: int | None, merging: int | None = None, committed: int | None = None,
    ) -> int:  # fmt: skip
        """Write one commit with one file; gives its mark."""
        self.last += 1
        at, name = author
        head = f"commit refs/heads/{ref}\nmark :{self.last}\nauthor {_signed(name, at)}\n"
        head += f"committer {_signed(name, committed or at)}\n"
        links = f"from :{onto}\n" if onto else ""
        links += f"merge :{merging}\n" if merging else ""
        text = f"{head}{_data(subject)}{links}M 100644 inline {path}\n{_data(body)}\n"
        self.parts.append(text.encode())
        return self.last


def commits_from_story(story: Story) -> bytes:
    """The whole repository as one fast-import stream."""
    rng = np.random.default_rng([story.seed, 3])
    start = instant(plan.FIRST_DAY, 8)
    stream = _Stream([], [], [])
    first = (start, plan.LEAD)
    stream.land(start, stream.commit("main", first, "Begin", path="README.md", body="# Shop", onto=None))
    merges = [(at, ticket, work) for ticket in story.tickets for at, work in ticket.merges]
    chores: list[tuple[int, Ticket | None, Work]] = [
        (at, None, [(at, who)]) for at, who in _chores(rng, story)
    ]
    for at, ticket, work in sorted([*merges, *chores], key=lambda entry: entry[0]):
        if ticket is None:
            author, subject = work[0], str(rng.choice(CHORES))
            onto = stream.marks[-1]
            mark = stream.commit("main", author, subject, path="chores.txt", body=f"{at}", onto=onto)
            stream.land(at, mark)
        elif rng.random() < plan.MERGE_SHARE:
            _land_merged(stream, ticket, at, work)
        else:
            _land_rebased(stream, ticket, at, work)
    for ticket in story.tickets:
        _branch(stream, f"feature/{ticket.key}", ticket, ticket.commits)
    ends = [f"reset refs/heads/main\nfrom :{stream.marks[-1]}\n\n".encode(), *_tags(story, stream)]
    return b"".join([*stream.parts, *ends])


def _chores(rng: np.random.Generator, story: Story) -> Iterator[tuple[int, str]]:
    """Commit without a ticket, on some days."""
    for day in working_days():
        at = instant(day, 9) + int(rng.integers(8 * 3600))
        if rng.random() < CHORE_SHARE and at <= story.as_of:
            yield at, f"dev-{rng.integers(1, 6)}"


def _land_merged(stream: _Stream, ticket: Ticket, at: int, work: Work) -> None:
    tip = _branch(stream, "main", ticket, work)
    author, subject = (at, work[-1][1]), f"Merge branch 'feature/{ticket.key}'"
    body = _subject(ticket, len(work) - 1)
    mark = stream.commit(
        "main", author, subject, path=_path(ticket), body=body, onto=stream.marks[-1], merging=tip
    )
    stream.land(at, mark)


def _land_rebased(stream: _Stream, ticket: Ticket, at: int, work: Work) -> None:
    mark = stream.marks[-1]
    for position, author in enumerate(work):
        subject = _subject(ticket, position)
        mark = stream.commit(
            "main", author, subject, path=_path(ticket), body=subject, onto=mark, committed=at
        )
    stream.land(at, mark)


def _branch(stream: _Stream, ref: str, ticket: Ticket, work: Work) -> int | None:
    """Write a branch from main's last commit before its first one; gives the tip."""
    mark = stream.base(work[0][0]) if work else None
    for position, author in enumerate(work):
        subject = _subject(ticket, position)
        mark = stream.commit(ref, author, subject, path=_path(ticket), body=subject, onto=mark)
    return mark


def _tags(story: Story, stream: _Stream) -> Iterator[bytes]:
    """Tag main at each release; every second tag is annotated."""
    for number, at in enumerate(story.releases):
        name, mark = f"v1.{number}", stream.base(at)
        if number % 2:
            yield f"reset refs/tags/{name}\nfrom :{mark}\n\n".encode()
        else:
            yield f"tag {name}\nfrom :{mark}\ntagger {_signed(plan.BOT, at)}\n{_data(name)}".encode()


def _subject(ticket: Ticket, position: int) -> str:
    verb = LATER_VERBS[(position - 1) % len(LATER_VERBS)] if position else ticket.verb.lower()
    return f"{ticket.key} {verb} {ticket.noun}"


def _path(ticket: Ticket) -> str:
    return f"work/{ticket.key}.txt"


def _signed(name: str, at: int) -> str:
    return f"{name} <{name}@example.org> {at} {local(at):%z}"


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"
