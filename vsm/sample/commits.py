"""The story as Git tells it: a stream for ``git fast-import``: branches, merges, releases.

Work lands on ``main`` when QA has passed it, either by a merge or rebased: then its commits keep their
author's instants and bear the landing's as the committer's. Work in flight stays on its branch.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from vsm.sample import plan
from vsm.sample.office_hours import instant, local, working_days
from vsm.sample.story import Story
from vsm.sample.tickets import Life

CHORES: Final = ("Update dependencies", "Mend a typing error", "Tidy the build script", "Raise test timeouts")
CHORE_SHARE: Final = 0.3
LATER_VERBS: Final = ("test", "tidy", "round off")
Work = list[tuple[int, str]]


@dataclass(slots=True)
class _Stream:
    """What has been written, and ``main``'s last commit after each instant."""

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
    """The whole repository as one fast-import stream.

    Examples
    --------
    >>> from vsm.sample.story import story_from_seed
    >>> commits_from_story(story_from_seed(7)).splitlines()[:2]
    [b'commit refs/heads/main', b'mark :1']
    """
    rng = np.random.default_rng([story.seed, 3])
    start = instant(plan.FIRST_DAY, 8)
    stream = _Stream([], [], [])
    first = (start, plan.LEAD)
    stream.land(start, stream.commit("main", first, "Begin", path="README.md", body="# Shop", onto=None))
    landings = [(at, life, work) for life in story.lives for at, work in life.landings]
    chores: list[tuple[int, Life | None, Work]] = [(at, None, [(at, who)]) for at, who in _chores(rng, story)]
    for at, life, work in sorted([*landings, *chores], key=lambda entry: entry[0]):
        if life is None:
            _land_chore(stream, rng, work[0])
        elif rng.random() < plan.MERGE_SHARE:
            _land_merged(stream, life, at, work)
        else:
            _land_rebased(stream, life, at, work)
    for life in story.lives:
        _branch(stream, f"feature/{life.key}", life, life.commits)
    ends = [f"reset refs/heads/main\nfrom :{stream.marks[-1]}\n\n".encode(), *_tags(story, stream)]
    return b"".join([*stream.parts, *ends])


def _chores(rng: np.random.Generator, story: Story) -> Iterator[tuple[int, str]]:
    """Commit without a ticket, on some days."""
    for day in working_days():
        at = instant(day, 9) + int(rng.integers(8 * 3600))
        if rng.random() < CHORE_SHARE and at <= story.as_of:
            yield at, f"dev-{rng.integers(1, 6)}"


def _land_chore(stream: _Stream, rng: np.random.Generator, author: tuple[int, str]) -> None:
    at, _ = author
    subject, body = str(rng.choice(CHORES)), f"{at}"
    stream.land(
        at, stream.commit("main", author, subject, path="chores.txt", body=body, onto=stream.marks[-1])
    )


def _land_merged(stream: _Stream, life: Life, at: int, work: Work) -> None:
    tip = _branch(stream, "main", life, work)
    author, subject = (at, work[-1][1]), f"Merge branch 'feature/{life.key}'"
    body = _subject(life, len(work) - 1)
    mark = stream.commit(
        "main", author, subject, path=_path(life), body=body, onto=stream.marks[-1], merging=tip
    )
    stream.land(at, mark)


def _land_rebased(stream: _Stream, life: Life, at: int, work: Work) -> None:
    mark = stream.marks[-1]
    for place, author in enumerate(work):
        subject = _subject(life, place)
        mark = stream.commit("main", author, subject, path=_path(life), body=subject, onto=mark, committed=at)
    stream.land(at, mark)


def _branch(stream: _Stream, ref: str, life: Life, work: Work) -> int | None:
    """Write a branch from where main was when its first commit was made; gives the tip."""
    mark = stream.base(work[0][0]) if work else None
    for place, author in enumerate(work):
        subject = _subject(life, place)
        mark = stream.commit(ref, author, subject, path=_path(life), body=subject, onto=mark)
    return mark


def _tags(story: Story, stream: _Stream) -> Iterator[bytes]:
    """Tag what each release put into production; every second tag is annotated."""
    for number, at in enumerate(story.releases):
        name, mark = f"v1.{number}", stream.base(at)
        if number % 2:
            yield f"reset refs/tags/{name}\nfrom :{mark}\n\n".encode()
        else:
            yield f"tag {name}\nfrom :{mark}\ntagger {_signed(plan.BOT, at)}\n{_data(name)}".encode()


def _subject(life: Life, place: int) -> str:
    verb = LATER_VERBS[(place - 1) % len(LATER_VERBS)] if place else life.verb.lower()
    return f"{life.key} {verb} {life.noun}"


def _path(life: Life) -> str:
    return f"work/{life.key}.txt"


def _signed(name: str, at: int) -> str:
    return f"{name} <{name}@example.org> {at} {local(at):%z}"


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"
