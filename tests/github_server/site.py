"""A repository that is made up: pull requests, issues on a board, deployments and runs, from a seed.

Everything is kept in the shape of GitHub's GraphQL types, so that answers can be checked against the schema.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, Self

Json = dict[str, Any]
BEGIN: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
END: Final = datetime(2026, 6, 1, tzinfo=UTC)
PEOPLE: Final = ("ann-k", "ben-o", "cem-y", "dora-s")
BOARD: Final = ("Todo", "In progress", "In review", "Done")
LABELS: Final = ("bug", "enhancement", "status: ready", "area/web")


def written(at: datetime) -> str:
    """An instant as GitHub writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def user(login: str) -> Json:
    """A person's account."""
    return {"__typename": "User", "login": login, "name": login.title()}


BOT: Final[Json] = {"__typename": "Bot", "login": "renovate"}
AGENT: Final[Json] = {"__typename": "Bot", "login": "copilot-swe-agent"}


class Site:
    """One repository, ``shop/web``; ``clock`` is its time, which each change moves on."""

    owner, name = "shop", "web"

    def __init__(self, seed: int = 0) -> None:
        self.random = Random(seed)
        self.clock = END
        self.pulls: list[Json] = []
        self.issues: list[Json] = []
        self.deployments: list[Json] = []
        self.runs: list[Json] = []
        self.suites: list[Json] = []
        self._ids = 0

    @classmethod
    def seeded(
        cls, pulls: int = 20, issues: int = 20, *, deployments: int = 10, runs: int = 10, seed: int = 0
    ) -> Self:
        """Make so many of each up."""
        site = cls(seed)
        for number in range(1, issues + 1):
            site.add_issue(number, at=BEGIN + timedelta(hours=3 * number))
        for number in range(issues + 1, issues + pulls + 1):
            site.add_pull(number, at=BEGIN + timedelta(hours=2 * (number - issues)))
        for number in range(deployments):
            site.add_deployment(at=BEGIN + (END - BEGIN) / deployments * number)
        for number in range(runs):
            site.add_run(at=BEGIN + (END - BEGIN) / runs * number)
        return site

    def now(self) -> float:
        """The site's time in epoch milliseconds."""
        return self.clock.timestamp() * 1000

    def tick(self, minutes: float = 30) -> datetime:
        """Let time pass."""
        self.clock += timedelta(minutes=minutes)
        return self.clock

    def id(self, sort: str) -> str:
        """A new id of this sort."""
        self._ids += 1
        return f"{sort}_{self._ids:08d}"

    def repository(self) -> Json:
        """What an issue says of its repository."""
        return {"__typename": "Repository", "name": self.name, "nameWithOwner": f"{self.owner}/{self.name}"}

    def event(self, type_: str, at: datetime, actor: Json | None, **more: Any) -> Json:
        """A timeline item; what people write has an author in place of an actor."""
        who = "author" if type_ in {"IssueComment", "PullRequestReview"} else "actor"
        return {"__typename": type_, "id": self.id(type_), "createdAt": written(at), who: actor, **more}

    def anybody(self) -> Json | None:
        """Somebody; one in ten has left GitHub since."""
        return user(self.random.choice(PEOPLE)) if self.random.random() > 0.1 else None

    def add_issue(self, number: int, *, at: datetime) -> Json:
        """Make up an issue, with its life so far."""
        rng, author = self.random, user(self.random.choice(PEOPLE))
        issue: Json = {
            "__typename": "Issue", "id": self.id("I"), "databaseId": 90_000 + number, "number": number,
            "title": f"Something about part {number}", "state": "OPEN", "stateReason": None,
            "url": f"https://github.com/{self.owner}/{self.name}/issues/{number}",
            "createdAt": written(at), "closedAt": None, "author": author, "assignees": [], "milestone": None,
            "labels": [], "parent": None, "issueType": None, "repository": self.repository(),
            "projectItems": [], "timelineItems": [],
        }  # fmt: skip
        items, now = issue["timelineItems"], at
        label = rng.choice(LABELS)
        now += timedelta(hours=rng.randint(1, 5))
        items.append(self.event("LabeledEvent", now, author, label={"name": label}))
        issue["labels"].append({"name": label})
        if rng.random() < 0.8:
            card = self.add_card(issue, at=now)
            for column in BOARD[1 : rng.randint(1, 4)]:
                now += timedelta(hours=rng.randint(2, 60))
                self.move_card(issue, card, column, at=now, silent=False)
        assignee = user(rng.choice(PEOPLE))
        now += timedelta(hours=1)
        items.append(self.event("AssignedEvent", now, self.anybody(), assignee=assignee))
        issue["assignees"] = [assignee]
        for _ in range(rng.randint(0, 3)):
            now += timedelta(hours=rng.randint(1, 9))
            items.append(self.event("IssueComment", now, self.anybody()))
        if rng.random() < 0.6:
            now += timedelta(hours=rng.randint(1, 30))
            self.close(issue, at=now, reason=rng.choice(("COMPLETED", "COMPLETED", "NOT_PLANNED")))
        if number % 7 == 0 and self.issues:
            other = self.issues[rng.randrange(len(self.issues))]
            items.append(self.event("BlockedByAddedEvent", now, author, blockingIssue=other))
        if number % 9 == 0 and self.issues:
            issue["parent"] = self.issues[0]
            items.append(self.event("ParentIssueAddedEvent", now, author, parent=self.issues[0]))
        issue["updatedAt"] = written(now)
        items.sort(key=lambda item: item["createdAt"])
        self.issues.append(issue)
        return issue

    def add_card(self, issue: Json, *, at: datetime, title: str = "Board") -> Json:
        """Put an issue on the board."""
        project = {"__typename": "ProjectV2", "number": 1, "title": title}
        card: Json = {
            "__typename": "ProjectV2Item", "id": self.id("PVTI"), "isArchived": False, "project": project,
            "content": issue, "fieldValueByName": None,
        }  # fmt: skip
        issue["projectItems"].append(card)
        issue["timelineItems"].append(self.event("AddedToProjectV2Event", at, None, project=project))
        self.move_card(issue, card, BOARD[0], at=at, silent=False)
        return card

    def move_card(self, issue: Json, card: Json, column: str, *, at: datetime, silent: bool) -> None:
        """Move an issue on the board; ``silent`` leaves no trace on its timeline, as is the rule since 2026."""
        before = (card["fieldValueByName"] or {}).get("name", "")
        card["fieldValueByName"] = {
            "__typename": "ProjectV2ItemFieldSingleSelectValue", "name": column, "updatedAt": written(at),
        }  # fmt: skip
        if not silent:
            issue["timelineItems"].append(
                self.event(
                    "ProjectV2ItemStatusChangedEvent",
                    at,
                    self.anybody(),
                    project=card["project"],
                    previousStatus=before,
                    status=column,
                )
            )

    def close(self, issue: Json, *, at: datetime, reason: str = "COMPLETED") -> None:
        """Close an issue."""
        issue |= {"state": "CLOSED", "stateReason": reason, "closedAt": written(at), "updatedAt": written(at)}
        issue["timelineItems"].append(self.event("ClosedEvent", at, self.anybody(), stateReason=reason))

    def comment(self, thing: Json) -> None:
        """Let somebody comment on an issue or a pull request now."""
        at = self.tick()
        thing["timelineItems"].append(self.event("IssueComment", at, user(PEOPLE[0])))
        thing["updatedAt"] = written(at)

    def add_pull(self, number: int, *, at: datetime, items: int = 0) -> Json:
        """Make up a pull request: draft, requests, reviews, pushes, and mostly a merge."""
        rng = self.random
        author = rng.choice((user(rng.choice(PEOPLE)), user(rng.choice(PEOPLE)), BOT, AGENT))
        head, first = f"{number:040x}", at - timedelta(hours=rng.randint(1, 40))
        pull: Json = {
            "__typename": "PullRequest", "id": self.id("PR"), "databaseId": 70_000 + number, "number": number,
            "title": f"SHOP-{number}: change part {number}",
            "bodyText": f"Closes #{max(1, number % 20)}; see SHOP-{number + 1}. Secret plans of ours.",
            "url": f"https://github.com/{self.owner}/{self.name}/pull/{number}", "state": "OPEN",
            "isDraft": False, "createdAt": written(at), "closedAt": None, "mergedAt": None,
            "headRefName": f"shop-{number}-part", "headRefOid": head, "baseRefName": "main",
            "additions": rng.randint(1, 400), "deletions": rng.randint(0, 90), "changedFiles": rng.randint(1, 9),
            "author": author if rng.random() > 0.05 else None, "mergedBy": None, "mergeCommit": None,
            "closingIssuesReferences": self.issues[number % 5 : number % 5 + 1], "labels": [],
            "timelineItems": [],
        }  # fmt: skip
        line, now = pull["timelineItems"], at
        line.append(self.commit(number, first, keys=f"SHOP-{number} first"))
        if rng.random() < 0.3:
            now += timedelta(hours=rng.randint(1, 20))
            line.append(self.event("ReadyForReviewEvent", now, author))
        reviewer = user(rng.choice(PEOPLE))
        asked: Json = reviewer if rng.random() < 0.7 else {"__typename": "Team", "name": "Web"}
        now += timedelta(minutes=rng.randint(1, 90))
        line.append(self.event("ReviewRequestedEvent", now, author, requestedReviewer=asked))
        line.append(self.event("IssueComment", now + timedelta(minutes=1), BOT))
        for state in rng.choice(
            (("APPROVED",), ("CHANGES_REQUESTED", "APPROVED"), ("COMMENTED", "APPROVED"), ())
        ):
            began = now + timedelta(hours=rng.randint(1, 50))
            now = began + timedelta(minutes=rng.randint(0, 40))
            review = self.event("PullRequestReview", began, reviewer, submittedAt=written(now), state=state)
            line.append(review)
            if state == "CHANGES_REQUESTED":
                now += timedelta(hours=rng.randint(1, 30))
                pushed = {"oid": f"{number + 500_000:040x}"}
                line.append(self.commit(number + 500_000, now))
                line.append(self.event("HeadRefForcePushedEvent", now, author, afterCommit=pushed))
        if rng.random() < 0.2:  # somebody's review that is not submitted yet
            line.append(self.event("PullRequestReview", now, reviewer, submittedAt=None, state="PENDING"))
        for extra in range(items):
            line.append(self.event("IssueComment", now + timedelta(seconds=extra), self.anybody()))
        if rng.random() < 0.7:
            now += timedelta(hours=rng.randint(1, 20))
            self.merge(pull, at=now)
        pull["updatedAt"] = written(now)
        line.sort(key=lambda item: item.get("createdAt", ""))
        pull["commits"] = [item for item in line if item["__typename"] == "PullRequestCommit"]
        self.pulls.append(pull)
        return pull

    def commit(self, number: int, at: datetime, keys: str = "Work") -> Json:
        """A commit of a pull request."""
        author = {"user": user(PEOPLE[number % 4])}
        commit = {
            "__typename": "Commit", "oid": f"{number:040x}", "authoredDate": written(at),
            "committedDate": written(at), "messageHeadline": f"{keys} in secret words", "author": author,
        }  # fmt: skip
        return {"__typename": "PullRequestCommit", "id": self.id("PRC"), "commit": commit}

    def merge(self, pull: Json, *, at: datetime) -> None:
        """Merge a pull request."""
        by, oid = user(PEOPLE[1]), f"{pull['number'] + 900_000:040x}"
        pull |= {"state": "MERGED", "mergedAt": written(at), "closedAt": written(at), "mergedBy": by}
        pull |= {"mergeCommit": {"oid": oid}, "updatedAt": written(at)}
        pull["timelineItems"].append(self.event("MergedEvent", at, by, commit={"oid": oid}))
        pull["timelineItems"].append(self.event("ClosedEvent", at, by, stateReason=None))

    def add_deployment(self, *, at: datetime, states: tuple[str, ...] = ("QUEUED", "SUCCESS")) -> Json:
        """Make up a deployment that went through these states, a minute each."""
        statuses = [
            {"__typename": "DeploymentStatus", "state": state, "createdAt": written(at + timedelta(minutes=n)),
             "logUrl": f"https://github.com/shop/web/actions/runs/{800_000 + len(self.deployments)}/job/1"}
            for n, state in enumerate(states)
        ]  # fmt: skip
        made: Json = {
            "__typename": "Deployment", "id": self.id("DE"), "databaseId": 60_000 + len(self.deployments),
            "commitOid": f"{len(self.deployments):040x}", "environment": "production", "createdAt": written(at),
            "creator": user(PEOPLE[2]), "statuses": statuses[::-1],
        }  # fmt: skip
        self.deployments.append(made)
        return made

    def add_run(self, *, at: datetime, attempts: int = 1, conclusion: str | None = "success") -> Json:
        """Make up a run of a workflow; its jobs begin ten minutes after they were asked for."""
        number, suite = 800_000 + len(self.runs), self.id("CS")
        began = [at + timedelta(hours=attempt) for attempt in range(attempts)]
        checks = [
            {
                "startedAt": written(one + timedelta(minutes=10)),
                "completedAt": written(one + timedelta(minutes=25)),
            }
            for one in began
        ]
        done = conclusion is not None
        self.suites.append({
            "__typename": "CheckSuite", "id": suite, "status": "COMPLETED" if done else "QUEUED",
            "conclusion": str(conclusion).upper() if done else None,
            "updatedAt": written(began[-1] + timedelta(minutes=25)), "checkRuns": checks if done else [],
        })  # fmt: skip
        run: Json = {
            "id": number, "name": "Tests", "head_branch": "main", "head_sha": f"{number:040x}", "event": "push",
            "status": "completed" if done else "queued", "conclusion": conclusion, "workflow_id": 5,
            "run_number": number, "run_attempt": attempts, "created_at": written(at),
            "run_started_at": written(began[-1]), "updated_at": written(began[-1] + timedelta(minutes=25)),
            "html_url": f"https://github.com/shop/web/actions/runs/{number}", "check_suite_node_id": suite,
            "display_title": "Secret words of a commit", "actor": {"login": PEOPLE[0]},
            "head_commit": {"message": "Secret words of a commit", "author": {"email": "ann@example.org"}},
        }  # fmt: skip
        self.runs.append(run)
        return run
