"""What happened in the sample's fourteen months, dirt of real trackers included?"""

from dataclasses import dataclass, replace
from typing import Final

from vsm.sample import plan
from vsm.sample.office_hours import hours
from vsm.sample.simulation import Office
from vsm.sample.tickets import Change, Life, lives_from_seed

BULK_SPACING: Final = 8
MOVED_PLACE: Final = 150
NAMELESS_PLACE: Final = 80


@dataclass(frozen=True, slots=True)
class Stay:
    """Where was a ticket, from when to when? ``left`` is None while it is there; seconds of the epoch."""

    status: str
    entered: int
    left: int | None


@dataclass(frozen=True, slots=True)
class Story:
    """What is the whole sample, before it is written in anybody's format?"""

    seed: int
    lives: list[Life]
    releases: list[int]
    as_of: int


def story_from_seed(seed: int) -> Story:
    """What happened? The same seed tells the same story.

    Examples
    --------
    >>> story = story_from_seed(7)
    >>> len(story.lives), len(story.releases)
    (600, 30)
    """
    lives = lives_from_seed(seed)
    office = Office(lives, seed=seed)
    office.run()
    _close_stale(lives)
    _move_one(lives[MOVED_PLACE:])
    _mark_incidents(lives, office.releases)
    as_of = int(plan.AS_OF.timestamp())
    for life in lives:
        _order_and_clip(life, as_of)
    _lose_an_author(lives[NAMELESS_PLACE:])
    return Story(seed, lives, office.releases, as_of)


def stays_from_life(life: Life) -> list[Stay]:
    """Where did this ticket stay? From its creation on, without gaps.

    Examples
    --------
    >>> stays = stays_from_life(story_from_seed(7).lives[0])
    >>> stays[0].status, stays[0].left == stays[1].entered, stays[-1].left
    ('Reported', True, None)
    """
    moves = [
        (change.at, str(change.fields["status"])) for change in life.changes if "status" in change.fields
    ]
    entered = [(life.created, plan.TRIAGE.queue), *moves]
    left = [at for at, _ in moves]
    return [Stay(status, at, end) for (at, status), end in zip(entered, [*left, None], strict=True)]


def _close_stale(lives: list[Life]) -> None:
    """Let the lead close the tickets that nobody took up, all within two minutes."""
    for place, life in enumerate(life for life in lives if life.stale):
        at = int(plan.BULK_AT.timestamp()) + place * BULK_SPACING
        life.changes.append(Change(at, plan.LEAD, {"status": plan.DONE, "resolution": "Won't Do"}))


def _mark_incidents(lives: list[Life], releases: list[int]) -> None:
    """Let the first bug reported after each bad release be an incident that it caused."""
    bugs = [life for life in lives if life.type == "Bug" and not life.cancelled]
    for place in plan.BAD_RELEASES:
        next(bug for bug in bugs if bug.created > releases[place]).incident = True


def _move_one(lives: list[Life]) -> None:
    """Let one ticket come from another project, before its first change."""
    life = next(life for life in lives if life.changes and not life.stale)
    life.former_key = plan.FORMER_KEY
    middle = (life.created + life.changes[0].at) // 2
    at = min(hours(9, 17).open_from(middle), life.changes[0].at - 5)
    life.changes.insert(0, Change(at, plan.DEPUTY, {"Key": life.key, "project": plan.PROJECT}))


def _order_and_clip(life: Life, as_of: int) -> None:
    life.changes = [c for c in sorted(life.changes, key=lambda c: c.at) if c.at <= as_of]
    life.comments = [comment for comment in sorted(life.comments) if comment[0] <= as_of]
    life.commits = [commit for commit in sorted(life.commits) if commit[0] <= as_of]


def _lose_an_author(lives: list[Life]) -> None:
    """Leave nobody named on one move, as after the removal of an account."""
    life, place = next(
        (life, place)
        for life in lives
        for place, change in enumerate(life.changes)
        if change.fields.get("status") == plan.DEVELOPMENT.queue
    )
    life.changes[place] = replace(life.changes[place], actor=None)
