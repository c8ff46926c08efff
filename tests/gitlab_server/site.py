"""A made-up project: issues on a board, merge requests with reviews, pipelines and deployments."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, Self

Json = dict[str, Any]
BEGIN: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
PEOPLE: Final = ("ann", "bob", "cat", "dan", "eve")
BOT: Final = "project_1_bot_5f3a"
LISTS: Final = ("workflow::ready", "workflow::doing", "workflow::review")


def zulu(at: datetime, *, ms: bool = False) -> str:
    """An instant as REST (with milliseconds) or GraphQL writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S") + (f".{at.microsecond // 1000:03d}Z" if ms else "Z")


def person(name: str) -> Json:
    """A user as REST and GraphQL describe one."""
    number = (*PEOPLE, BOT, "ghost").index(name) + 1
    return {
        "id": number, "username": name, "name": "Ghost User" if name == "ghost" else f"{name.title()} Example",
        "state": "active", "bot": name == BOT, "email": f"{name}@example.org", "web_url": f"https://gitlab.example.com/{name}",
    }  # fmt: skip


class Site:
    """A project with all that happened in it; ``clock`` is the server's."""

    def __init__(self, path: str = "shop/web", *, clock: Callable[[], float] = time.time) -> None:
        self.path, self.clock = path, clock
        self.lock = threading.RLock()
        self.issues: dict[int, Json] = {}
        self.pulls: dict[int, Json] = {}
        self.pipelines: list[Json] = []
        self.deployments: list[Json] = []
        self.lists: list[str] = list(LISTS)
        self._ids = 100

    def now(self) -> int:
        """Epoch milliseconds by the server's clock."""
        return int(self.clock() * 1000)

    def hide(self, _name: str) -> None:
        """Nothing is hidden here."""

    def number(self) -> int:
        """A new id."""
        self._ids += 1
        return self._ids

    def note(self, on: Json, at: datetime, who: str | None, body: str, action: str | None = None) -> None:
        """Write a note: a system note where it has an action."""
        on["notes"].append(
            {"id": f"gid://gitlab/Note/{self.number()}", "system": action is not None, "createdAt": zulu(at),
             "body": body, "author": person(who) if who else None,
             "systemNoteMetadata": {"id": "1", "action": action} if action else None}
        )  # fmt: skip
        self.touch(on, at)

    def touch(self, on: Json, at: datetime) -> None:
        """Let something change now."""
        on["updatedAt"] = max(on["updatedAt"], zulu(at))

    def event(self, on: Json, sort: str, at: datetime, who: str, **about: Any) -> None:
        """Record a resource event, as REST gives it."""
        about = {"id": self.number(), "created_at": zulu(at, ms=True), "user": person(who), **about}
        on[f"{sort}_events"].append(about)
        self.touch(on, at)

    def add_issue(self, at: datetime, who: str, **about: Any) -> Json:
        """Open an issue."""
        iid = max(self.issues, default=0) + 1
        body: Json = {
            "id": f"gid://gitlab/Issue/{1000 + iid}", "iid": str(iid), "title": f"Issue {iid}", "type": "ISSUE",
            "state": "opened", "createdAt": zulu(at), "updatedAt": zulu(at), "closedAt": None,
            "webUrl": f"https://gitlab.example.com/{self.path}/-/issues/{iid}", "author": person(who),
            "assignees": [], "labels": [], "milestone": None, "iteration": None, "epic": None, "notes": [],
            "label_events": [], "state_events": [], "milestone_events": [], "iteration_events": [], **about,
        }  # fmt: skip
        self.issues[iid] = body
        return body

    def move(self, issue: Json, at: datetime, who: str, label: str | None) -> None:
        """Drag a card to another list of the board; None is Open."""
        for one in [one for one in issue["labels"] if one["title"] in LISTS]:
            issue["labels"].remove(one)
            self.event(issue, "label", at, who, action="remove", label={"id": 1, "name": one["title"]})
        if label:
            issue["labels"].append({"id": f"gid://gitlab/ProjectLabel/{LISTS.index(label)}", "title": label})
            self.event(issue, "label", at, who, action="add", label={"id": 1, "name": label})

    def close(self, on: Json, at: datetime, who: str, state: str = "closed") -> None:
        """Close, reopen or merge."""
        on["state"] = "opened" if state == "reopened" else state
        on["mergedAt" if state == "merged" else "closedAt"] = None if state == "reopened" else zulu(at)
        self.event(on, "state", at, who, state=state)

    def assign(self, issue: Json, at: datetime, who: str, to: str) -> None:
        """Assign an issue to somebody else."""
        before = "".join(f" and unassigned @{one['username']}" for one in issue["assignees"])
        issue["assignees"] = [person(to)]
        self.note(issue, at, who, f"assigned to @{to}{before}", "assignee")

    def add_pull(self, at: datetime, who: str, **about: Any) -> Json:
        """Open a merge request."""
        iid = max(self.pulls, default=0) + 1
        body: Json = {
            "id": f"gid://gitlab/MergeRequest/{5000 + iid}", "iid": str(iid), "title": f"Change {iid}",
            "description": f"A private text. Closes #{iid}.", "state": "opened", "draft": False,
            "createdAt": zulu(at), "updatedAt": zulu(at), "mergedAt": None, "closedAt": None,
            "webUrl": f"https://gitlab.example.com/{self.path}/-/merge_requests/{iid}",
            "sourceBranch": f"{iid}-change", "targetBranch": "main", "diffHeadSha": None, "mergeCommitSha": None,
            "squashOnMerge": False, "commitCount": 1, "author": person(who), "mergeUser": None, "reviewers": [],
            "diffStatsSummary": {"additions": 10 * iid, "deletions": iid, "fileCount": 2},
            "commits": [{"id": "1", "authoredDate": zulu(at - timedelta(hours=3))}], "notes": [],
            "versions": [], "state_events": [], **about,
        }  # fmt: skip
        self.pulls[iid] = body
        self.push(body, at, None)
        return body

    def push(self, pull: Json, at: datetime, who: str | None) -> None:
        """Push a version of the changes, with a note on it unless it is the first."""
        number, before = self.number(), pull["diffHeadSha"]
        head = f"{number:040x}"
        pull["versions"].append({"id": number, "head_commit_sha": head, "base_commit_sha": "0" * 40,
                                 "created_at": zulu(at, ms=True), "state": "collected"})  # fmt: skip
        pull["diffHeadSha"] = head
        if who:
            link = f"/{self.path}/-/merge_requests/{pull['iid']}/diffs?diff_id={number}&start_sha={before}"
            body = f"added 1 commit\n\n<ul><li>{head[:8]} - A private subject</li></ul>\n\n[Compare with previous version]({link})"
            self.note(pull, at, who, body, "commit")
        self.touch(pull, at)

    def add_pipeline(self, at: datetime, sha: str | None, *, waits: int, manual: bool = False) -> Json:
        """Run a pipeline that is queued for some minutes; a manual job holds it for an hour."""
        number = self.number()
        begun = at + timedelta(minutes=waits)
        tested, released = begun + timedelta(minutes=10), begun + timedelta(minutes=70)
        jobs = [
            {
                "id": "1",
                "manualJob": False,
                "allowFailure": False,
                "queuedAt": zulu(at),
                "finishedAt": zulu(tested),
            }
        ]
        if manual:
            jobs.append({"id": "2", "manualJob": True, "allowFailure": False, "queuedAt": zulu(released),
                         "finishedAt": zulu(released + timedelta(minutes=5))})  # fmt: skip
        ended = released + timedelta(minutes=5) if manual else tested
        body = {
            "id": f"gid://gitlab/Ci::Pipeline/{number}", "iid": str(number), "sha": sha, "ref": "main",
            "status": "FAILED" if number % 7 == 0 else "SUCCESS", "source": "push", "createdAt": zulu(at),
            "updatedAt": zulu(ended), "startedAt": zulu(begun), "finishedAt": zulu(ended), "jobs": jobs,
            "path": f"/{self.path}/-/pipelines/{number}",
        }  # fmt: skip
        self.pipelines.append(body)
        return body

    def add_deployment(self, at: datetime, sha: str | None, status: str = "success") -> Json:
        """Deploy a commit to production."""
        number, done = self.number(), at + timedelta(minutes=4)
        body = {
            "id": number, "iid": number, "ref": "main", "sha": sha, "status": status,
            "created_at": zulu(at, ms=True), "updated_at": zulu(done, ms=True), "user": person("ann"),
            "environment": {"id": 1, "name": "production"},
            "deployable": {"id": number, "status": status, "finished_at": zulu(done, ms=True),
                           "commit": {"message": "A private message", "author_email": "ann@example.org"}},
        }  # fmt: skip
        self.deployments.append(body)
        return body

    @classmethod
    def seeded(cls, issues: int = 60, pulls: int = 40, *, seed: int = 1) -> Self:
        """A project of some months in which each issue wanders over the board, and merge requests are reviewed."""
        site, rng = cls(), Random(seed)
        for number in range(issues):
            _wander(site, BEGIN + timedelta(hours=7 * number), rng)
        for number in range(pulls):
            _review(site, BEGIN + timedelta(hours=9 * number), rng)
        return site


def _wander(site: Site, at: datetime, rng: Random) -> None:
    """Take an issue from open to closed, some back once, some not to the end."""
    incident = rng.random() < 0.1
    issue = site.add_issue(at, rng.choice(PEOPLE), type="INCIDENT" if incident else "ISSUE")
    holder = rng.choice(PEOPLE)
    for label in LISTS:
        at += timedelta(hours=rng.choice((2, 5, 20, 50)), minutes=rng.randrange(60))
        if rng.random() < 0.1:
            return
        if label != LISTS[0]:
            holder = rng.choice(PEOPLE)
            site.assign(issue, at - timedelta(minutes=1), holder, holder)
        site.move(issue, at, holder, label)
        if rng.random() < 0.4:
            site.note(issue, at + timedelta(minutes=30), rng.choice((*PEOPLE, BOT)), "A private comment")
    at += timedelta(hours=rng.choice((3, 8, 30)))
    if rng.random() < 0.2:
        site.move(issue, at, holder, LISTS[1])
        at += timedelta(hours=10)
    site.close(issue, at, holder)
    if rng.random() < 0.05:
        site.close(issue, at + timedelta(hours=4), "ann", "reopened")


def _review(site: Site, at: datetime, rng: Random) -> None:
    """Have a merge request reviewed in a round or two, merged, built and deployed."""
    author, reviewer = rng.sample(PEOPLE, 2)
    draft = rng.random() < 0.3
    pull = site.add_pull(at, author)
    if draft:
        at += timedelta(hours=3)
        site.note(pull, at, author, "marked this merge request as **ready**", "title")
    at += timedelta(minutes=5)
    pull["reviewers"] = [person(reviewer)]
    site.note(pull, at, author, f"requested review from @{reviewer}", "reviewer")
    if rng.random() < 0.5:
        at += timedelta(hours=rng.choice((2, 20)))
        site.note(pull, at - timedelta(minutes=9), reviewer, "A private remark")
        site.note(pull, at, reviewer, "requested changes", "requested_changes")
        at += timedelta(hours=5)
        site.push(pull, at, author)
        site.note(pull, at + timedelta(minutes=1), author, f"requested review from @{reviewer}", "reviewer")
    if rng.random() < 0.1:
        return
    at += timedelta(hours=rng.choice((1, 6, 26)))
    site.note(pull, at, reviewer, "approved this merge request", "approved")
    at += timedelta(minutes=40)
    pull["mergeUser"], pull["mergeCommitSha"] = person(author), f"{site.number():040x}"
    site.close(pull, at, author, "merged")
    site.add_pipeline(at, pull["mergeCommitSha"], waits=rng.choice((1, 20)), manual=rng.random() < 0.3)
    site.add_deployment(
        at + timedelta(hours=2), pull["mergeCommitSha"], rng.choice(("success", "success", "failed"))
    )
