"""What was planted in the sample, and what came of it? The yardstick for everything that ``vsm`` claims.

Figures are counted from the simulation itself, by rules told beside them, and by no code of ``vsm``.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Final

import tomlkit

from vsm.sample import plan
from vsm.sample.office_hours import instant, local
from vsm.sample.story import Stay, Story, stays_from_life, story_from_seed
from vsm.sample.tickets import Life

DAY: Final = 86_400
WAITS: Final = (*(step.queue for step in plan.STEPS), plan.SHELF, plan.OUTSIDE)
RULES: Final = """\
What is planted in the sample, and what came of it. Written by vsm.sample; do not edit.
Days are elapsed days of 24 hours. Unless said otherwise, figures are of the tickets that were
finished for good by the sample's last instant, without those that the bulk edit closed; lead time runs
from creation to the last entry into Done, and a stage's share is its part of all lead time (Done: of
reopened tickets, before they were).
Lists of tickets are sorted by number."""

Section = dict[str, object]


def sample_truth(*, seed: int = 7) -> str:
    """What was planted, and what came of it? The text of ``data/sample/truth.toml``.

    Examples
    --------
    >>> import tomllib
    >>> tomllib.loads(sample_truth(seed=7))["qa_queue"]["costliest_wait"]
    'Waiting for QA'
    """
    story = story_from_seed(seed)
    document = tomlkit.document()
    for line in RULES.splitlines():
        document.add(tomlkit.comment(line))
    for name, (meaning, figures) in _sections(story).items():
        table = tomlkit.table()
        table.comment(meaning)
        for key, value in figures.items():
            table.add(key, tomlkit.item(value))
        document.add(name, table)
    return tomlkit.dumps(document)


def _sections(story: Story) -> dict[str, tuple[str, Section]]:
    finished = {life.number: stays_from_life(life)[:-1] for life in story.lives if _finished(life)}
    flowing = {life.number: finished[life.number] for life in story.lives if _flowed(life)}
    return {
        "sample": ("how large it is", _size(story)),
        "shares": ("of all lead time, by stage", _shares(flowing)),
        "qa_queue": ("one tester for five developers", _queue(flowing, plan.QA.queue, place=0)),
        "release_batch": (
            "every second Thursday everything on the shelf goes out, moved by release-bot",
            _queue(flowing, plan.SHELF, place=1) | _releases(story),
        ),
        "approval": ("one approver for all, in the afternoon only", _approval(story)),
        "ping_pong": ("development returns bugs to support, one to three times", _ping_pong(story)),
        "weekend": ("customers report bugs on Friday afternoon", _weekend(story)),
        "incidents": ("the first bug reported after each bad release is labelled so", _incidents(story)),
        "improvement": ("from this day a second tester works, until 13:00", _improvement(story)),
        "dirt": ("as in real trackers", _dirt(story)),
    }


def _finished(life: Life) -> bool:
    return stays_from_life(life)[-1].status == plan.DONE


def _flowed(life: Life) -> bool:
    return _finished(life) and not life.stale


def _size(story: Story) -> Section:
    done = sum(_finished(life) for life in story.lives)
    return {
        "seed": story.seed,
        "tickets": len(story.lives),
        "finished": done,
        "open_at_end": len(story.lives) - done,
        "first_created": local(story.lives[0].created),
        "as_of": local(story.as_of),
    }


def _totals(stays: dict[int, list[Stay]]) -> Counter[str]:
    totals: Counter[str] = Counter()
    for stay in (stay for life in stays.values() for stay in life):
        totals[stay.status] += (stay.left or stay.entered) - stay.entered
    return totals


def _shares(stays: dict[int, list[Stay]]) -> Section:
    totals = _totals(stays)
    return {status: round(totals[status] / totals.total(), 4) for status in plan.STATUSES if totals[status]}


def _queue(stays: dict[int, list[Stay]], status: str, *, place: int) -> Section:
    totals = _totals(stays)
    ranked = sorted(WAITS, key=lambda wait: -totals[wait])
    days = [_days(stay) for life in stays.values() for stay in life if stay.status == status]
    return {
        "costliest_wait" if place == 0 else "second_costliest_wait": ranked[place],
        "total_days": round(totals[status] / DAY, 1),
        "share_of_lead_time": round(totals[status] / totals.total(), 4),
        "median_days": round(median(days), 2),
        "visits": len(days),
    }


def _days(stay: Stay) -> float:
    return ((stay.left or stay.entered) - stay.entered) / DAY


def _releases(story: Story) -> Section:
    days = [local(at).date() for at in story.releases]
    return {"releases": len(days), "first": days[0], "last": days[-1], "every_days": plan.RELEASE_EVERY.days}


def _approval(story: Story) -> Section:
    done = [
        stay for life in story.lives for stay in stays_from_life(life) if stay.status == plan.APPROVAL.work
    ]
    approver = next(person for person in plan.PEOPLE if person.step == plan.APPROVAL)
    hours = f"{approver.opens}:00-{approver.closes}:00"
    return {"approver": approver.name, "hours": hours, "approvals_taken_up": len(done)}


def _ping_pong(story: Story) -> Section:
    times = {life.key: count for life in story.lives if (count := _returns(life))}
    return {
        "tickets": list(times),
        "share_of_all_tickets": round(len(times) / len(story.lives), 4),
        "returns": sum(times.values()),
        "tickets_by_returns": [list(times.values()).count(n) for n in sorted(plan.BOUNCES)],
    }


def _returns(life: Life) -> int:
    path = [stay.status for stay in stays_from_life(life)]
    back = (plan.DEVELOPMENT.work, plan.TRIAGE.work)
    return sum(pair == back for pair in pairwise(path))


def _weekend(story: Story) -> Section:
    bugs = [life for life in story.lives if life.type == "Bug" and life.changes]
    friday = [life for life in bugs if local(life.created).weekday() == 4 and local(life.created).hour >= 15]
    first = {life.number: stays_from_life(life)[0] for life in bugs}
    over = [stay for stay in first.values() if _days_of_weekend(stay)]
    weekend = sum(_days_of_weekend(stay) for stay in first.values())
    return {
        "bugs_taken_up": len(bugs),
        "reported_on_friday_from_15": len(friday),
        "waited_over_a_weekend": len(over),
        "weekend_share_of_their_wait": round(weekend / sum(_days(stay) for stay in first.values()), 4),
    }


def _days_of_weekend(stay: Stay) -> float:
    """Count the days of a closed stay that fall on Saturday or Sunday."""
    left = stay.left or stay.entered
    day, seconds = local(stay.entered).date(), 0
    while (begin := instant(day)) < left:
        day += timedelta(days=1)
        if local(begin).weekday() >= 5:
            seconds += min(left, instant(day)) - max(stay.entered, begin)
    return seconds / DAY


def _incidents(story: Story) -> Section:
    return {
        "failed_releases": [f"v1.{place}" for place in plan.BAD_RELEASES],
        "share_of_releases": round(len(plan.BAD_RELEASES) / len(story.releases), 4),
        "tickets": [life.key for life in story.lives if life.incident],
    }


def _improvement(story: Story) -> Section:
    waits = [s for life in story.lives for s in stays_from_life(life) if s.status == plan.QA.queue and s.left]
    change = instant(plan.IMPROVED)
    before = [_days(stay) for stay in waits if stay.entered < change]
    after = [_days(stay) for stay in waits if stay.entered >= change]
    return {
        "date": plan.IMPROVED,
        "median_days_entered_before": round(median(before), 2),
        "median_days_entered_after": round(median(after), 2),
        "visits_before": len(before),
        "visits_after": len(after),
    }


def _dirt(story: Story) -> Section:
    lives = story.lives
    moves = [move for life in lives for move in _moves_with_assignee(life)]
    foreign = sum(bool(actor and assignee and actor != assignee) for actor, assignee in moves)
    return {
        "status_changes": len(moves),
        "moved_by_another_than_the_assignee": foreign,
        "share_moved_by_another": round(foreign / len(moves), 4),
        "open_without_any_status_change": [life.key for life in lives if len(stays_from_life(life)) == 1],
        "cancelled_in_triage": [life.key for life in lives if _cancelled(life)],
        "bulk_edit_at": plan.BULK_AT,
        "bulk_edit": [life.key for life in lives if life.stale],
        "reopened": [life.key for life in lives if _reopened(life)],
        "moved_from": {life.key: life.former_key for life in lives if life.former_key},
        "missing_author": [life.key for life in lives if any(c.actor is None for c in life.changes)],
    }


def _moves_with_assignee(life: Life) -> Iterator[tuple[str | None, str | None]]:
    """Tell of each move who made it and who was assigned; where nobody was, who became so by it."""
    assignee: str | None = None
    for change in life.changes:
        after = change.fields.get("assignee", assignee)
        if "status" in change.fields:
            yield change.actor, assignee or after
        assignee = after


def _cancelled(life: Life) -> bool:
    return [stay.status for stay in stays_from_life(life)][-2:] == [plan.TRIAGE.work, plan.DONE]


def _reopened(life: Life) -> bool:
    return plan.DONE in [stay.status for stay in stays_from_life(life)[:-1]]
