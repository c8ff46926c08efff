"""What was planted in the sample, and what came of it: the yardstick for everything that ``vsm`` claims.

Figures are counted from the simulation itself, by rules told beside them, and by no code of ``vsm``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
    """What was planted, and what came of it: the text of ``data/sample/truth.toml``.

    Examples
    --------
    >>> import tomllib
    >>> tomllib.loads(sample_truth(seed=7))["qa_queue"]["costliest_wait"]
    'Waiting for QA'
    """
    story = story_from_seed(seed)
    tickets = [_Ticket(life, stays_from_life(life)) for life in story.lives]
    flow = _flow(tickets)
    document = tomlkit.document()
    for line in RULES.splitlines():
        document.add(tomlkit.comment(line))
    for name, (meaning, figures) in {
        "sample": ("how large it is", _size(story, tickets)),
        "shares": ("of all lead time, by stage", flow["shares"]),
        "qa_queue": ("one tester for five developers", flow["qa_queue"]),
        "release_batch": (
            "every second Thursday everything on the shelf goes out, moved by release-bot",
            flow["release_batch"] | _releases(story),
        ),
        "approval": ("one approver for all, in the afternoon only", _approval(tickets)),
        "ping_pong": ("development returns bugs to support, one to three times", _ping_pong(tickets)),
        "weekend": ("customers report bugs on Friday afternoon", _weekend(tickets)),
        "incidents": (
            "the first bug reported after each bad release is labelled so",
            {
                "failed_releases": [f"v1.{place}" for place in plan.BAD_RELEASES],
                "share_of_releases": round(len(plan.BAD_RELEASES) / len(story.releases), 4),
                "tickets": [life.key for life in story.lives if life.incident],
            },
        ),
        "improvement": ("from this day a second tester works, until 13:00", _improvement(tickets)),
        "dirt": ("as in real trackers", _dirt(tickets)),
    }.items():
        table = tomlkit.table()
        table.comment(meaning)
        for key, value in figures.items():
            table.add(key, tomlkit.item(value))
        document.add(name, table)
    return tomlkit.dumps(document)


@dataclass(frozen=True, slots=True)
class _Ticket:
    """A ticket's life, and the stays in it; ``path`` are their statuses."""

    life: Life
    stays: list[Stay]

    @property
    def path(self) -> list[str]:
        return [stay.status for stay in self.stays]

    @property
    def finished(self) -> bool:
        return self.stays[-1].status == plan.DONE


def _size(story: Story, tickets: list[_Ticket]) -> Section:
    done = sum(ticket.finished for ticket in tickets)
    return {
        "seed": story.seed,
        "tickets": len(tickets),
        "finished": done,
        "open_at_end": len(tickets) - done,
        "first_created": local(story.lives[0].created),
        "as_of": local(story.as_of),
    }


def _flow(tickets: list[_Ticket]) -> dict[str, Section]:
    """Count where the lead time went: each stage's share, and the two costliest waits."""
    stays = [
        stay
        for ticket in tickets
        if ticket.finished and not ticket.life.stale
        for stay in ticket.stays[:-1]  # the last is Done, for good
    ]
    total: Counter[str] = Counter()
    for stay in stays:
        total[stay.status] += stay.seconds
    ranked = sorted(WAITS, key=lambda status: -total[status])
    found: dict[str, Section] = {
        "shares": {
            status: round(total[status] / total.total(), 4) for status in plan.STATUSES if total[status]
        }
    }
    for name, rank, place, status in (
        ("qa_queue", "costliest_wait", 0, plan.QA.queue),
        ("release_batch", "second_costliest_wait", 1, plan.SHELF),
    ):
        days = [stay.seconds / DAY for stay in stays if stay.status == status]
        found[name] = {
            rank: ranked[place],
            "total_days": round(total[status] / DAY, 1),
            "share_of_lead_time": round(total[status] / total.total(), 4),
            "median_days": round(median(days), 2),
            "visits": len(days),
        }
    return found


def _releases(story: Story) -> Section:
    days = [local(at).date() for at in story.releases]
    return {"releases": len(days), "first": days[0], "last": days[-1], "every_days": plan.RELEASE_EVERY.days}


def _approval(tickets: list[_Ticket]) -> Section:
    approver = next(person for person in plan.PEOPLE if person.step == plan.APPROVAL)
    hours = f"{approver.opens}:00-{approver.closes}:00"
    done = sum(ticket.path.count(plan.APPROVAL.work) for ticket in tickets)
    return {"approver": approver.name, "hours": hours, "approvals_taken_up": done}


def _ping_pong(tickets: list[_Ticket]) -> Section:
    back = (plan.DEVELOPMENT.work, plan.TRIAGE.work)
    returns = {ticket.life.key: list(pairwise(ticket.path)).count(back) for ticket in tickets}
    times = {key: count for key, count in returns.items() if count}
    return {
        "tickets": list(times),
        "share_of_all_tickets": round(len(times) / len(tickets), 4),
        "returns": sum(times.values()),
        "tickets_by_returns": [list(times.values()).count(n) for n in sorted(plan.BOUNCES)],
    }


def _weekend(tickets: list[_Ticket]) -> Section:
    bugs = [ticket for ticket in tickets if ticket.life.type == "Bug" and ticket.life.changes]
    reported = [local(bug.life.created) for bug in bugs]
    waits = [bug.stays[0] for bug in bugs]
    weekend = [_seconds_of_weekend(stay) for stay in waits]
    return {
        "bugs_taken_up": len(bugs),
        "reported_on_friday_from_15": sum(at.weekday() == 4 and at.hour >= 15 for at in reported),
        "waited_over_a_weekend": sum(seconds > 0 for seconds in weekend),
        "weekend_share_of_their_wait": round(sum(weekend) / sum(stay.seconds for stay in waits), 4),
    }


def _seconds_of_weekend(stay: Stay) -> int:
    """Count the seconds of a closed stay that fall on Saturday or Sunday."""
    left = stay.left or stay.entered
    day, seconds = local(stay.entered).date(), 0
    while (begin := instant(day)) < left:
        day += timedelta(days=1)
        if local(begin).weekday() >= 5:
            seconds += min(left, instant(day)) - max(stay.entered, begin)
    return seconds


def _improvement(tickets: list[_Ticket]) -> Section:
    change = instant(plan.IMPROVED)
    waits = [
        stay for ticket in tickets for stay in ticket.stays if stay.status == plan.QA.queue and stay.left
    ]
    before = [stay.seconds / DAY for stay in waits if stay.entered < change]
    after = [stay.seconds / DAY for stay in waits if stay.entered >= change]
    return {
        "date": plan.IMPROVED,
        "median_days_entered_before": round(median(before), 2),
        "median_days_entered_after": round(median(after), 2),
        "visits_before": len(before),
        "visits_after": len(after),
    }


def _dirt(tickets: list[_Ticket]) -> Section:
    def keys(chosen: Iterable[_Ticket]) -> list[str]:
        return [ticket.life.key for ticket in chosen]

    moves = [move for ticket in tickets for move in _moves_with_assignee(ticket.life)]
    foreign = sum(bool(actor and assignee and actor != assignee) for actor, assignee in moves)
    cancelled = [plan.TRIAGE.work, plan.DONE]
    return {
        "status_changes": len(moves),
        "moved_by_another_than_the_assignee": foreign,
        "share_moved_by_another": round(foreign / len(moves), 4),
        "open_without_any_status_change": keys(each for each in tickets if len(each.stays) == 1),
        "cancelled_in_triage": keys(each for each in tickets if each.path[-2:] == cancelled),
        "bulk_edit_at": plan.BULK_AT,
        "bulk_edit": keys(each for each in tickets if each.life.stale),
        "reopened": keys(each for each in tickets if plan.DONE in each.path[:-1]),
        "moved_from": {each.life.key: each.life.former_key for each in tickets if each.life.former_key},
        "missing_author": keys(
            each for each in tickets if any(change.actor is None for change in each.life.changes)
        ),
    }


def _moves_with_assignee(life: Life) -> Iterator[tuple[str | None, str | None]]:
    """Give of each move who made it and who was assigned; where nobody was, who became so by it."""
    assignee: str | None = None
    for change in life.changes:
        after = change.fields.get("assignee", assignee)
        if "status" in change.fields:
            yield change.actor, assignee or after
        assignee = after
