"""What was planted in the sample, and its results: the reference for everything that ``vsm`` claims.

Figures are counted from the simulation itself, by the rules stated with them, and by no code of ``vsm``.
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
from vsm.sample.reviews import documents_from_story
from vsm.sample.story import Story, Visit, story_from_seed, visits_of_ticket
from vsm.sample.tickets import Ticket

DAY: Final = 86_400
WAITS: Final = (*(step.queue for step in plan.STEPS), plan.SHELF, plan.OUTSIDE)
RULES: Final = """\
What is planted in the sample, and its results. Written by vsm.sample; do not edit.
Days are elapsed days of 24 hours. Unless stated otherwise, figures are of the tickets that were
finished for good by the sample's last instant, without those that the bulk edit closed; lead time runs
from creation to the last entry into Done, and a stage's share is its part of all lead time (Done: of
reopened tickets, before they were).
Lists of tickets are sorted by number."""

Section = dict[str, object]


def sample_truth(*, seed: int = 7) -> str:
    """What was planted, and its results: the text of ``data/sample/truth.toml``."""
    story = story_from_seed(seed)
    histories = [_History(ticket, visits_of_ticket(ticket)) for ticket in story.tickets]
    first, last = (local(story.releases[position]).date() for position in (0, -1))
    released = {"releases": len(story.releases), "first": first, "last": last}
    released["every_days"] = plan.RELEASE_EVERY.days
    flow = _flow(histories)
    document = tomlkit.document()
    for line in RULES.splitlines():
        document.add(tomlkit.comment(line))
    for name, (meaning, figures) in {
        "sample": ("how large it is", _size(story, histories)),
        "shares": ("of all lead time, by stage", flow["shares"]),
        "qa_queue": ("one tester for five developers", flow["qa_queue"]),
        "release_batch": (
            "every second Thursday everything on the shelf goes out, moved by release-bot",
            flow["release_batch"] | released,
        ),
        "approval": ("one approver for all, in the afternoon only", _approval(histories)),
        "ping_pong": ("development returns bugs to support, one to three times", _ping_pong(histories)),
        "weekend": ("customers report bugs on Friday afternoon", _weekend(histories)),
        "incidents": (
            "the first bug reported after each bad release is labelled so",
            {
                "failed_releases": [f"v1.{position}" for position in plan.BAD_RELEASES],
                "share_of_releases": round(len(plan.BAD_RELEASES) / len(story.releases), 4),
                "tickets": [ticket.key for ticket in story.tickets if ticket.incident],
            },
        ),
        "reviews": (
            "pull requests of vsm demo --reviews: one overloaded reviewer, an AI agent, a flaky pipeline",
            _reviews(story),
        ),
        "improvement": ("from this day a second tester works, until 13:00", _improvement(histories)),
        "dirt": ("as in real trackers", _dirt(histories)),
    }.items():
        table = tomlkit.table()
        table.comment(meaning)
        for key, value in figures.items():
            table.add(key, tomlkit.item(value))
        document.add(name, table)
    return tomlkit.dumps(document)


@dataclass(frozen=True, slots=True)
class _History:
    """A ticket and its visits; ``path`` are their statuses."""

    ticket: Ticket
    visits: list[Visit]

    @property
    def path(self) -> list[str]:
        return [visit.status for visit in self.visits]

    @property
    def finished(self) -> bool:
        return self.visits[-1].status == plan.DONE


def _reviews(story: Story) -> Section:
    """Count what is planted in pull requests and pipelines: in their documents, as GitHub would give them."""
    documents = documents_from_story(story)
    pulls = [one for one in documents if one["type"] == "pull"]
    runs = [one for one in documents if one["type"] == "run"]
    asked: Counter[str] = Counter()
    unseen = 0
    for pull in pulls:
        items = pull["timelineItems"]["nodes"]
        asked.update(i["requestedReviewer"]["login"] for i in items if "requestedReviewer" in i)
        reviewed = any(i["__typename"] == "PullRequestReview" for i in items)
        unseen += pull["state"] == "MERGED" and pull["author"]["login"] == plan.AGENT and not reviewed
    flaky = [one for one in runs if one["name"] == plan.FLAKY]
    again = sum(one["run_attempt"] > 1 for one in flaky)
    theirs = sum(pull["author"]["login"] == plan.AGENT for pull in pulls)
    return {
        "pull_requests": len(pulls),
        "reviewer": plan.REVIEWER,
        "asked_of_reviewer": asked[plan.REVIEWER],
        "share_asked_of_reviewer": round(asked[plan.REVIEWER] / asked.total(), 4),
        "agent": plan.AGENT,
        "pull_requests_of_agent": theirs,
        "share_of_agent": round(theirs / len(pulls), 4),
        "merged_by_agent_without_a_review": unseen,
        "flaky_pipeline": plan.FLAKY,
        "runs_of_it": len(flaky),
        "failed_and_passed_on_the_same_commit": again,
        "share_failed_and_passed": round(again / (len(flaky) + again), 4),
    }


def _size(story: Story, histories: list[_History]) -> Section:
    done = sum(history.finished for history in histories)
    return {
        "seed": story.seed,
        "tickets": len(histories),
        "finished": done,
        "open_at_end": len(histories) - done,
        "first_created": local(story.tickets[0].created),
        "as_of": local(story.as_of),
    }


def _flow(histories: list[_History]) -> dict[str, Section]:
    """Count where the lead time went: each stage's share, and the two costliest waits."""
    visits = [
        visit
        for history in histories
        if history.finished and not history.ticket.stale
        for visit in history.visits[:-1]  # the last is Done, for good
    ]
    total: Counter[str] = Counter()
    for visit in visits:
        total[visit.status] += visit.seconds
    ranked = sorted(WAITS, key=lambda status: -total[status])
    found: dict[str, Section] = {
        "shares": {
            status: round(total[status] / total.total(), 4) for status in plan.STATUSES if total[status]
        }
    }
    for name, rank, position, status in (
        ("qa_queue", "costliest_wait", 0, plan.QA.queue),
        ("release_batch", "second_costliest_wait", 1, plan.SHELF),
    ):
        days = [visit.seconds / DAY for visit in visits if visit.status == status]
        found[name] = {
            rank: ranked[position],
            "total_days": round(total[status] / DAY, 1),
            "share_of_lead_time": round(total[status] / total.total(), 4),
            "median_days": round(median(days), 2),
            "visits": len(days),
        }
    return found


def _approval(histories: list[_History]) -> Section:
    approver = next(person for person in plan.PEOPLE if person.step == plan.APPROVAL)
    hours = f"{approver.opens}:00-{approver.closes}:00"
    done = sum(history.path.count(plan.APPROVAL.work) for history in histories)
    return {"approver": approver.name, "hours": hours, "approvals_started": done}


def _ping_pong(histories: list[_History]) -> Section:
    back = (plan.DEVELOPMENT.work, plan.TRIAGE.work)
    returns = {history.ticket.key: list(pairwise(history.path)).count(back) for history in histories}
    times = {key: count for key, count in returns.items() if count}
    return {
        "tickets": list(times),
        "share_of_all_tickets": round(len(times) / len(histories), 4),
        "returns": sum(times.values()),
        "tickets_by_returns": [list(times.values()).count(n) for n in sorted(plan.BOUNCES)],
    }


def _weekend(histories: list[_History]) -> Section:
    bugs = [history for history in histories if history.ticket.type == "Bug" and history.ticket.changes]
    reported = [local(bug.ticket.created) for bug in bugs]
    waits = [bug.visits[0] for bug in bugs]
    weekend = [_seconds_of_weekend(visit) for visit in waits]
    return {
        "bugs_started": len(bugs),
        "reported_on_friday_from_15": sum(at.weekday() == 4 and at.hour >= 15 for at in reported),
        "waited_over_a_weekend": sum(seconds > 0 for seconds in weekend),
        "weekend_share_of_their_wait": round(sum(weekend) / sum(visit.seconds for visit in waits), 4),
    }


def _seconds_of_weekend(visit: Visit) -> int:
    """Count the seconds of a closed visit that fall on Saturday or Sunday."""
    left = visit.left or visit.entered
    day, seconds = local(visit.entered).date(), 0
    while (begin := instant(day)) < left:
        day += timedelta(days=1)
        if local(begin).weekday() >= 5:
            seconds += min(left, instant(day)) - max(visit.entered, begin)
    return seconds


def _improvement(histories: list[_History]) -> Section:
    change = instant(plan.IMPROVED)
    waits = [
        visit
        for history in histories
        for visit in history.visits
        if visit.status == plan.QA.queue and visit.left
    ]
    before = [visit.seconds / DAY for visit in waits if visit.entered < change]
    after = [visit.seconds / DAY for visit in waits if visit.entered >= change]
    return {
        "date": plan.IMPROVED,
        "median_days_entered_before": round(median(before), 2),
        "median_days_entered_after": round(median(after), 2),
        "visits_before": len(before),
        "visits_after": len(after),
    }


def _dirt(histories: list[_History]) -> Section:
    def keys(chosen: Iterable[_History]) -> list[str]:
        return [history.ticket.key for history in chosen]

    moves = [move for history in histories for move in _moves_with_assignee(history.ticket)]
    foreign = sum(bool(actor and assignee and actor != assignee) for actor, assignee in moves)
    cancelled = [plan.TRIAGE.work, plan.DONE]
    return {
        "status_changes": len(moves),
        "moved_by_another_than_the_assignee": foreign,
        "share_moved_by_another": round(foreign / len(moves), 4),
        "open_without_any_status_change": keys(each for each in histories if len(each.visits) == 1),
        "cancelled_in_triage": keys(each for each in histories if each.path[-2:] == cancelled),
        "bulk_edit_at": plan.BULK_AT,
        "bulk_edit": keys(each for each in histories if each.ticket.stale),
        "reopened": keys(each for each in histories if plan.DONE in each.path[:-1]),
        "moved_from": {
            each.ticket.key: each.ticket.former_key for each in histories if each.ticket.former_key
        },
        "missing_author": keys(
            each for each in histories if any(change.actor is None for change in each.ticket.changes)
        ),
    }


def _moves_with_assignee(ticket: Ticket) -> Iterator[tuple[str | None, str | None]]:
    """For each move, give who made it and who was assigned, or became so by the move."""
    assignee: str | None = None
    for change in ticket.changes:
        after = change.fields.get("assignee", assignee)
        if "status" in change.fields:
            yield change.actor, assignee or after
        assignee = after
