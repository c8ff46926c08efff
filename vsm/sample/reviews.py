"""The story as GitHub has it: pull requests, their reviews, and pipelines, as a live pull stores them.

A developer opens a pull request for their work and asks for a review; it is merged when QA has passed the
ticket. One reviewer is asked most of the time and comes late, an AI agent opens many small pull requests of
its own, a bot comments on all of them, and one pipeline fails at random and is run again.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any, Final

import numpy as np

from vsm.sample import plan
from vsm.sample.office_hours import hours, instant, working_days
from vsm.sample.story import Story, visits_of_ticket
from vsm.sample.tickets import Ticket

Json = dict[str, Any]
OFFICE: Final = hours(9, 17)
WORK: Final = plan.DEVELOPMENT.work
DEVELOPERS: Final = tuple(person.name for person in plan.PEOPLE if person.step == plan.DEVELOPMENT)


def documents_from_story(story: Story) -> list[Json]:
    """The documents of the repository: what it is, pull requests in order, and runs of its pipelines."""
    rng = np.random.default_rng([story.seed, 4])
    works = [
        (visit.entered, visit.left or story.as_of, ticket)
        for ticket in story.tickets
        for visit in visits_of_ticket(ticket)
        if visit.status == WORK and _authors(ticket, visit.entered, visit.left or story.as_of)
    ]
    drafts = [_of_ticket(rng, story, *work) for work in works] + [*_of_agent(rng, story)]
    pulls = sorted(drafts, key=lambda pull: pull["createdAt"])
    for number, pull in enumerate(pulls, start=1):
        pull["number"] = number
    runs = [run for pull in pulls for run in _runs(rng, pull, story.as_of)]
    for number, run in enumerate(runs, start=1):
        run["id"] = str(number)
    site = {"type": "site", "nameWithOwner": plan.REPOSITORY, "lacking": [], "projects": False}
    return [_dated(document) for document in [site, *pulls, *runs]]


def _authors(ticket: Ticket, since: int, until: int) -> list[tuple[int, str]]:
    """The commits of a visit, with their authors."""
    every = [*ticket.commits, *(one for _, work in ticket.merges for one in work)]
    return sorted(one for one in every if since <= one[0] < until)


def _of_ticket(rng: np.random.Generator, story: Story, since: int, until: int, ticket: Ticket) -> Json:
    """A pull request for the work of one visit, reviewed before the developer moves the ticket on."""
    made = _authors(ticket, since, until)
    author = made[0][1]
    opened = max(made[0][0], min(made[-1][0], _within(since, until, 0.7, since)))
    opened = max(opened, _within(since, until, 0.35, since))
    asked = plan.REVIEWER if rng.random() < plan.REVIEWER_SHARE else str(rng.choice(DEVELOPERS))
    asked = asked if asked != author else next(one for one in DEVELOPERS if one not in (author, asked))
    items: list[Json] = []
    ready = opened
    if draft := rng.random() < plan.DRAFT_SHARE:
        ready = _within(opened, until, 0.3, opened)
        items.append(_item("ReadyForReviewEvent", ready, actor=author))
    items.append(_item("ReviewRequestedEvent", ready, actor=author, requestedReviewer=_user(asked)))
    items.append(_item("IssueComment", opened + 90, author=plan.CHECK_BOT))
    late = 0.6 if asked == plan.REVIEWER else 0.2
    seen = _within(ready, until, late * float(rng.uniform(0.7, 1.3)), ready)
    if rng.random() < plan.CHANGES_SHARE:
        items.append(_review(seen - int(rng.integers(600, 2400)), seen, asked, "CHANGES_REQUESTED"))
        begun = _within(seen, until, 0.2, seen)
        items.append(_item("IssueComment", begun, author=author))
        pushed = _within(begun, until, 0.3, begun)
        items.append(_item("PullRequestCommit", pushed, change=_change(ticket, pushed, author)))
        seen = _within(pushed, until, late, pushed)
    items.append(_review(seen - int(rng.integers(300, 1500)), seen, asked, "APPROVED"))
    merged = next((at for at, _ in ticket.merges if at >= until), None)
    pull = _pull(author, opened, ticket.key, f"{ticket.verb} {ticket.noun}", f"feature/{ticket.key}")
    lines = int(rng.lognormal(4.3, 0.8))
    sizes = {"additions": lines, "deletions": lines // 3, "changedFiles": 1 + lines // 60}
    items += [_item("MergedEvent", merged, actor=author)] if merged else []
    return _ended(
        pull | sizes, [one for one in items if one["at"] <= story.as_of], merged, by=author, draft=draft
    )


def _of_agent(rng: np.random.Generator, story: Story) -> Iterator[Json]:
    """Small pull requests of no ticket, on most days; some are merged unseen by the agent itself."""
    for day in working_days():
        opened = instant(day, 9) + int(rng.integers(8 * 3600))
        if rng.random() > plan.AGENT_SHARE or opened > story.as_of:
            continue
        author, seen = plan.AGENT, OFFICE.after(opened, seconds=int(rng.uniform(2, 14) * 3600))
        items = [_item("IssueComment", opened + 90, author=plan.CHECK_BOT)]
        who = plan.REVIEWER if rng.random() < plan.REVIEWER_SHARE else str(rng.choice(DEVELOPERS))
        if rng.random() < plan.UNSEEN_SHARE:
            who = author
        else:
            items.append(_item("ReviewRequestedEvent", opened, actor=author, requestedReviewer=_user(who)))
            items.append(_review(seen - 120, seen, who, "APPROVED"))
        merged = seen + 600
        pull = _pull(author, opened, "", "Update dependencies", f"agent/{opened}")
        sizes = {"additions": int(rng.integers(2, 12)), "deletions": 2, "changedFiles": 1}
        items.append(_item("MergedEvent", merged, actor=who))
        known = [one for one in items if one["at"] <= story.as_of]
        yield _ended(pull | sizes, known, merged if merged <= story.as_of else None, by=who)


def _within(since: int, until: int, share: float, at_least: int) -> int:
    """A working instant at this share of a stretch of time, not after its end."""
    return max(at_least, min(OFFICE.open_from(since + int(min(share, 0.95) * (until - since))), until - 1))


def _pull(author: str, at: int, key: str, title: str, branch: str) -> Json:
    keyed = f"{key} {title}".strip()
    first = {"change": {"authoredDate": at - 1800, "oid": _sha(f"{branch} {at}")}}
    return {
        "type": "pull", "createdAt": at, "author": _user(author), "title": keyed, "headRefName": branch,
        "baseRefName": "main", "commits": {"totalCount": 1, "nodes": [first]},
    }  # fmt: skip


def _ended(pull: Json, items: list[Json], merged: int | None, *, by: str, draft: bool = False) -> Json:
    """Close a pull request that was merged; one whose time as a draft is not over is one still."""
    ready = any(one["__typename"] == "ReadyForReviewEvent" for one in items)
    nodes = [
        {"id": f"{pull['headRefName']}/{n}"} | {name: value for name, value in one.items() if name != "at"}
        for n, one in enumerate(sorted(items, key=lambda one: one["at"]))
    ]
    pull |= {"isDraft": bool(draft and not ready), "state": "OPEN", "timelineItems": {"nodes": nodes}}
    if merged is None:
        return pull
    commit = {"oid": _sha(f"merge {pull['headRefName']} {pull['createdAt']}")}
    return pull | {"state": "MERGED", "mergedAt": merged, "mergedBy": _user(by), "mergeCommit": commit}


def _item(kind: str, at: int, **about: Any) -> Json:
    users = {name: _user(who) if isinstance(who, str) else who for name, who in about.items()}
    return {"__typename": kind, "at": at, "createdAt": at, **users}


def _review(begun: int, at: int, who: str, state: str) -> Json:
    return _item("PullRequestReview", begun, author=who) | {"at": at, "submittedAt": at, "reviewState": state}


def _change(ticket: Ticket, at: int, author: str) -> Json:
    sha, user = _sha(f"{ticket.key} {at}"), {"user": _user(author)}
    return {"oid": sha, "authoredDate": at, "committedDate": at, "author": user}


def _runs(rng: np.random.Generator, pull: Json, as_of: int) -> Iterator[Json]:
    """Two runs for a pull request: the build, and browser tests, which fail at random and are run again."""
    heads = [(pull["createdAt"], pull["commits"]["nodes"][0]["change"]["oid"])]
    heads += [
        (node["createdAt"], node["change"]["oid"])
        for node in pull["timelineItems"]["nodes"]
        if "change" in node
    ]
    for at, sha in heads:
        for name, minutes, flaky in (("build", 6, 0.0), (plan.FLAKY, 18, plan.FLAKY_SHARE)):
            start = at + int(rng.integers(30, 600))
            end = start + int(minutes * 60 * rng.uniform(0.8, 1.4))
            run = {
                "type": "run", "name": name, "head_sha": sha, "head_branch": pull["headRefName"],
                "created_at": at + 5, "run_started_at": at + 5, "run_attempt": 1, "status": "completed",
                "conclusion": "success", "updated_at": end,
                "suite": {"checkRuns": {"nodes": [{"startedAt": start}]}},
            }  # fmt: skip
            if rng.random() < flaky:
                failed = {"run_attempt": 1, "run_started_at": at + 5, "updated_at": end}
                again = OFFICE.open_from(end + int(rng.integers(600, 5400)))
                run |= {
                    "earlier": [failed | {"status": "completed", "conclusion": "failure"}],
                    "run_attempt": 2, "run_started_at": again, "updated_at": again + minutes * 60,
                    "suite": {"checkRuns": {"nodes": [{"startedAt": start}, {"startedAt": again + 60}]}},
                }  # fmt: skip
            if run["updated_at"] <= as_of:
                yield run


def _user(name: str) -> Json:
    return {"__typename": "Bot" if name == plan.CHECK_BOT else "User", "login": name}


def _sha(text: str) -> str:
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


_INSTANTS: Final = frozenset(
    {
        "createdAt", "submittedAt", "mergedAt", "authoredDate", "committedDate", "created_at",
        "run_started_at", "updated_at", "startedAt",
    }
)  # fmt: skip


def _dated(value: Any) -> Any:
    """Write instants as GitHub does."""
    if isinstance(value, list):
        return [_dated(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"{datetime.fromtimestamp(one, UTC):%Y-%m-%dT%H:%M:%SZ}" if name in _INSTANTS else _dated(one)
        for name, one in value.items()
    }
