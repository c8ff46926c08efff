"""GitHub's documents become our tables: what happened, who did it, and what is only known afterwards."""

from typing import Any

import pytest

from vsm.eventlog.from_github import board_from_github, log_from_github
from vsm.eventlog.log import Log

SOURCE = "github:shop/web"
ANN, BEN, BOT = (
    {"__typename": "User", "login": "ann", "name": "Ann"},
    {"__typename": "User", "login": "ben"},
    {"__typename": "Bot", "login": "renovate"},
)
BOARD = {"number": 1, "title": "Web"}


def at(hour: int, minute: int = 0) -> str:
    """An instant of Monday, 5 January 2026."""
    return f"2026-01-05T{hour:02}:{minute:02}:00Z"


def item(type_: str, when: str, who: Any = ANN, **more: Any) -> dict[str, Any]:
    """An item of a timeline."""
    by = "author" if type_ in {"IssueComment", "PullRequestReview"} else "actor"
    return {"__typename": type_, "id": f"{type_}/{when}", "createdAt": when, by: who, **more}


def issue(*items: dict[str, Any], number: int = 7, **more: Any) -> dict[str, Any]:
    """An issue of 9 o'clock."""
    return {"type": "issue", "databaseId": 700 + number, "number": number, "state": "OPEN", "createdAt": at(9),
            "author": ANN, "timelineItems": {"nodes": list(items)}, **more}  # fmt: skip


def moved(when: str, before: str, after: str) -> dict[str, Any]:
    """A move on the board."""
    return item("ProjectV2ItemStatusChangedEvent", when, project=BOARD, previousStatus=before, status=after)


def pull(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A pull request of 9 o'clock."""
    return {"type": "pull", "number": 12, "state": "OPEN", "createdAt": at(9), "isDraft": False, "author": ANN,
            "timelineItems": {"nodes": list(items)}, **more}  # fmt: skip


def statuses(log: Log) -> list[tuple[str, str]]:
    """When the only ticket got which status."""
    rows = log.events[log.events["kind"] == "status"]
    return [(f"{when:%H:%M}", after) for when, after in zip(rows["at"], rows["after"], strict=True)]


def steps(log: Log) -> list[tuple[str, str, str | None, str | None]]:
    """What happened in the only pull request."""
    rows = log.pull_events.astype({"kind": "str", "after": "object", "actor": "object"})
    columns = (rows["at"], rows["kind"], rows["after"], rows["actor"])
    return [
        (f"{when:%H:%M}", kind, *(value if isinstance(value, str) else None for value in rest))
        for when, kind, *rest in zip(*columns, strict=True)
    ]


def read(*documents: dict[str, Any], **about: Any) -> Log:
    """The log of these documents."""
    return log_from_github(documents, source=SOURCE, **about)


def test_an_issue_is_open_and_then_closed() -> None:
    """With how it was closed; reopened it is open, and unresolved, again."""
    closed, again = item("ClosedEvent", at(11), BEN, stateReason="NOT_PLANNED"), item("ReopenedEvent", at(12))
    log = read(issue(closed, again, title="Slow"))
    assert statuses(log) == [("09:00", "github:open"), ("11:00", "github:closed"), ("12:00", "github:open")]
    resolved = log.events[log.events["kind"] == "resolution"]["after"].astype("object").tolist()
    assert resolved[0] == "Not planned"
    assert resolved[1] != resolved[1]
    assert log.tickets[["ticket", "key", "summary", "unit"]].astype("str").fillna("").values.tolist() == [
        ["github:707", "web#7", "Slow", "unit"]
    ]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        # A column that nobody looked after does not keep a closed issue open.
        (
            (moved(at(10), "", "Doing"), item("ClosedEvent", at(11))),
            [("09:00", "github:open"), ("10:00", "github:Doing"), ("11:00", "github:closed")],
        ),
        # Columns after the closing count as well.
        (
            (item("ClosedEvent", at(11)), moved(at(12), "", "Released")),
            [("09:00", "github:open"), ("11:00", "github:closed"), ("12:00", "github:Released")],
        ),
        # The first move left a column: it was there since it came on the board.
        (
            (item("AddedToProjectV2Event", at(9, 30), project=BOARD), moved(at(10), "Todo", "Doing")),
            [("09:00", "github:open"), ("09:30", "github:Todo"), ("10:00", "github:Doing")],
        ),
        # Taken off the board it is as if it had never been on it.
        (
            (moved(at(10), "", "Doing"), item("RemovedFromProjectV2Event", at(11), project=BOARD)),
            [("09:00", "github:open"), ("10:00", "github:Doing"), ("11:00", "github:open")],
        ),
        # Reopened it is where the board has it, unless that is done.
        (
            (moved(at(10), "", "Doing"), item("ClosedEvent", at(11)), item("ReopenedEvent", at(12))),
            [
                ("09:00", "github:open"),
                ("10:00", "github:Doing"),
                ("11:00", "github:closed"),
                ("12:00", "github:Doing"),
            ],
        ),
        (
            (moved(at(10), "", "Done"), item("ClosedEvent", at(11)), item("ReopenedEvent", at(12))),
            [
                ("09:00", "github:open"),
                ("10:00", "github:Done"),
                ("11:00", "github:closed"),
                ("12:00", "github:open"),
            ],
        ),
    ],
    ids=["stale column", "after closing", "first column", "off the board", "reopened", "reopened from done"],
)
def test_the_latest_fact_gives_the_status(items: tuple[dict[str, Any], ...], expected: Any) -> None:
    """Board, closing and reopening, in order of time."""
    assert statuses(read(issue(*items))) == expected


def test_labels_that_vsm_toml_names_are_statuses() -> None:
    """The last one that is still there; one that no event tells of was there from the beginning."""
    on = item("LabeledEvent", at(10), label={"name": "in review"})
    off = item("UnlabeledEvent", at(11), label={"name": "in review"})
    body = issue(on, off, labels={"nodes": [{"name": "ready"}, {"name": "area/web"}]})
    assert statuses(read(body, statuses=["label:ready", "label:in review", "Doing"])) == [
        ("09:00", "label:ready"),
        ("10:00", "label:in review"),
        ("11:00", "label:ready"),
    ]
    assert statuses(read(body)) == [("09:00", "github:open")]


def test_moves_that_no_timeline_tells_of_are_dated_by_the_board_and_noted() -> None:
    """What a timeline does tell of is not counted twice."""
    seen = [
        {"card": "c", "project": "Web", "status": "Doing", "since": at(10), "looked": at(10, 30)},
        {"card": "c", "project": "Web", "status": "Testing", "since": at(13), "looked": at(14)},
    ]
    log = read(issue(moved(at(10), "", "Doing")), {"type": "statuses", "issue": 7, "seen": seen})
    assert statuses(log) == [("09:00", "github:open"), ("10:00", "github:Doing"), ("13:00", "github:Testing")]
    assert log.quality["detail"].tolist() == [
        "1 move on the board 'Web' on no timeline, only seen afterwards: each is dated by "
        "when the board says its column was set; moves in between are not known"
    ]


def test_the_last_assignee_holds_an_issue() -> None:
    """Of several the one before takes over again; one whom no event tells of held it from the beginning."""
    items = (
        item("AssignedEvent", at(10), assignee=BEN),
        item("UnassignedEvent", at(11), assignee=BEN),
        item("UnassignedEvent", at(12), assignee=ANN),
    )
    rows = read(issue(*items)).events.query("kind == 'assignee'")
    assert [(f"{when:%H:%M}", str(who)) for when, who in zip(rows["at"], rows["after"], strict=True)] == [
        ("09:00", "github:ann"),
        ("10:00", "github:ben"),
        ("11:00", "github:ann"),
        ("12:00", "nan"),
    ]


def test_sub_issues_are_counted_and_what_holds_them_is_not() -> None:
    """A parent with sub-issues is what an epic is to Jira."""
    other = {"databaseId": 707, "number": 7, "repository": {"name": "web"}}
    log = read(issue(), issue(item("ParentIssueAddedEvent", at(10), parent=other), number=8, parent=other))
    assert log.tickets[["key", "unit", "parent"]].astype("str").fillna("").values.tolist() == [
        ["web#7", "container", ""],
        ["web#8", "unit", "github:707"],
    ]
    assert log.events.query("kind == 'parent'")["after"].astype("str").tolist() == ["github:707"]


def test_a_blocking_issue_and_a_milestone_are_facts() -> None:
    """In the words of Jira's changelog, so that one rule reads both."""
    other = {"databaseId": 1, "number": 3, "repository": {"name": "api"}}
    log = read(
        issue(
            item("BlockedByAddedEvent", at(10), blockingIssue=other),
            item("BlockedByRemovedEvent", at(11), blockingIssue=other),
            item("MilestonedEvent", at(12), milestoneTitle="May"),
        )
    )
    rows = (
        log.events[log.events["kind"].isin(["link", "sprint"])][["kind", "before", "after"]]
        .astype("str")
        .fillna("")
    )
    assert rows.values.tolist() == [
        ["link", "", "This issue is blocked by api#3"],
        ["link", "This issue is blocked by api#3", ""],
        ["sprint", "", "github:May"],
    ]


def test_rounds_of_a_review() -> None:
    """Draft, ready, asked, changes wanted, pushed, approved, merged; the close that a merge brings is none."""
    review = {"author": BEN}
    log = read(
        pull(
            item("ReadyForReviewEvent", at(10)),
            item("ReviewRequestedEvent", at(10, 5), requestedReviewer=BEN),
            item(
                "ReviewRequestedEvent", at(10, 6), requestedReviewer={"__typename": "Team", "teamName": "QA"}
            ),
            item("IssueComment", at(10, 7), BOT),
            item(
                "PullRequestReview", at(11), **review, submittedAt=at(11, 30), reviewState="CHANGES_REQUESTED"
            ),
            {
                "__typename": "PullRequestCommit",
                "id": "c2",
                "change": {"oid": "b" * 40, "committedDate": at(12)},
            },
            item("PullRequestReview", at(13), **review, submittedAt=at(13), reviewState="APPROVED"),
            item("PullRequestReview", at(13, 5), **review, submittedAt=None, reviewState="PENDING"),
            item("AddedToMergeQueueEvent", at(14)),
            item("MergedEvent", at(15), merged={"oid": "c" * 40}),
            item("ClosedEvent", at(15)),
            state="MERGED",
            mergedAt=at(15),
        )
    )
    assert steps(log) == [
        ("09:00", "opened", None, "github:ann"),
        ("09:00", "draft", None, "github:ann"),
        ("10:00", "ready", None, "github:ann"),
        ("10:05", "review_request", "github:ben", "github:ann"),
        ("10:06", "review_request", "team:QA", "github:ann"),
        ("10:07", "comment", None, "github:renovate"),
        ("11:00", "comment", None, "github:ben"),
        ("11:30", "review", "changes", "github:ben"),
        ("12:00", "push", "b" * 40, None),
        ("13:00", "review", "approved", "github:ben"),
        ("14:00", "queue", None, "github:ann"),
        ("15:00", "merge", None, "github:ann"),
    ]


def test_a_force_push_has_its_own_time_and_earlier_commits_are_part_of_the_opening() -> None:
    """A commit that it brought is not pushed twice; authors of commits say when work began."""
    change = {"oid": "a" * 40, "committedDate": at(8), "authoredDate": at(6), "keys": ["SHOP-9"]}
    forced = {"oid": "b" * 40, "committedDate": at(10), "authoredDate": at(7)}
    log = read(
        pull(
            {"__typename": "PullRequestCommit", "id": "c1", "change": change},
            {"__typename": "PullRequestCommit", "id": "c2", "change": forced},
            item("HeadRefForcePushedEvent", at(11), afterCommit={"oid": "b" * 40}),
            title="SHOP-1: pay",
            headRefName="shop-2-pay",
            keys=["SHOP-3"],
            closingIssuesReferences={
                "nodes": [{"databaseId": 1, "number": 3, "repository": {"name": "api"}}]
            },
        )
    )
    assert [step[:3] for step in steps(log)] == [("09:00", "opened", None), ("11:00", "push", "b" * 40)]
    assert log.pulls["mentions"].tolist() == ["SHOP-1; shop-2; SHOP-3; SHOP-9; api#3"]
    assert f"{log.pulls['first_commit'].iloc[0]:%H:%M}" == "06:00"


def test_a_dismissed_review_is_what_it_said_and_then_dismissed() -> None:
    """GitHub shows it as dismissed from the beginning; the dismissal says what it had been."""
    review = item("PullRequestReview", at(10), BEN, submittedAt=at(10), reviewState="DISMISSED")
    gone = item("ReviewDismissedEvent", at(11), review={"id": review["id"]}, previousReviewState="APPROVED")
    assert [step[1:3] for step in steps(read(pull(review, gone)))] == [
        ("opened", None),
        ("review", "approved"),
        ("review", "dismissed"),
    ]


def test_accounts_that_are_gone_are_nobody() -> None:
    """What they did is still there."""
    log = read(
        pull(item("IssueComment", at(10), None), author=None), issue(item("IssueComment", at(10), None))
    )
    assert steps(log)[1] == ("10:00", "comment", None, None)
    assert log.names.query("kind == 'account'")["id"].tolist() == ["github:ann"]


def test_programs_are_known_as_such() -> None:
    """GitHub says of an account that it is a bot's."""
    names = read(pull(item("IssueComment", at(10), BOT))).names
    assert names[["id", "name", "category"]].astype("str").fillna("").values.tolist() == [
        ["github:ann", "Ann", ""],
        ["github:renovate", "renovate", "app"],
    ]


def test_a_deployment_counts_when_it_reached_its_environment() -> None:
    """Later states say that another took its place; what never got there is named."""
    states = [("WAITING", 9), ("QUEUED", 10), ("SUCCESS", 11), ("INACTIVE", 15)]
    run = "https://github.com/shop/web/actions/runs/5/job/9"
    nodes = [{"state": state, "createdAt": at(hour), "logUrl": run} for state, hour in states]
    deployment = {"type": "deployment", "id": "D", "databaseId": 3, "environment": "production",
                  "createdAt": at(9), "commitOid": "a" * 40, "statuses": {"nodes": nodes[::-1]}}  # fmt: skip
    waiting = deployment | {"databaseId": 4, "statuses": {"nodes": nodes[:1]}}
    pipeline = {"type": "run", "id": 5, "created_at": at(8, 30), "status": "completed", "conclusion": "success",
                "run_attempt": 1, "updated_at": at(11)}  # fmt: skip
    log = read(deployment, waiting, pipeline)
    assert [(row.deploy, f"{row.at:%H:%M}", row.outcome) for row in log.deploys.itertuples()] == [
        ("3", "11:00", "success")
    ]
    assert "left out: 1 of 2 deployments" in log.quality["detail"].iloc[0]
    held = log.pipelines.iloc[0]
    assert [f"{held[name]:%H:%M}" for name in ("created", "held_from", "held_until", "finished")] == [
        "08:30", "09:00", "10:00", "11:00",
    ]  # fmt: skip


def test_what_is_wrong_with_a_body_is_named() -> None:
    """A broken status spoils the issue; a broken author is left out by itself."""
    log = read(
        issue(number=1, state="ODD"),
        issue(item("ClosedEvent", at(10)) | {"createdAt": "yesterday"}, number=2),
        issue(number=3, author={"login": "no type"}),
    )
    assert log.tickets["key"].tolist() == ["web#3"]
    found = log.quality[["check", "level", "ref"]].astype("str").fillna("").values.tolist()
    assert found == [
        ["unreadable document", "fault", "issue 1"],
        ["unreadable document", "fault", "issue 2"],
        ["unreadable part", "warning", "issue 3"],
    ]


def test_a_second_github_has_ids_of_its_own() -> None:
    """A repository that was pulled under another name is of another host."""
    site = {"type": "site", "nameWithOwner": "shop/web", "lacking": [], "projects": True}
    log = log_from_github([site, issue()], source="github:company")
    assert log.tickets[["ticket", "key"]].astype("str").fillna("").values.tolist() == [
        ["github:company:707", "web#7"]
    ]


def test_of_several_boards_the_one_with_most_issues_counts() -> None:
    """Its columns, in its order, between open and closed, are what vsm init proposes."""
    other = {"number": 2, "title": "Sales"}
    sold = item("ProjectV2ItemStatusChangedEvent", at(12), project=other, previousStatus="", status="Sold")
    bodies = [issue(moved(at(10), "", "Doing"), sold), issue(moved(at(10), "", "Doing"), number=8)]
    boards = [
        {"type": "board", "title": "Sales", "columns": ["Sold"]},
        {"type": "board", "title": "Web", "columns": ["Todo", "Doing"]},
    ]
    board = board_from_github([*bodies, *boards], source=SOURCE)
    assert board is not None
    assert [column.statuses for column in board.columns] == [
        ("github:open",), ("github:Todo",), ("github:Doing",), ("github:closed",),
    ]  # fmt: skip
    log = read(*bodies, *boards)
    assert "github:Sold" not in log.events["after"].astype("str").tolist()
    assert "issues are on 2 boards; statuses are those of 'Web'" in log.quality["detail"].iloc[0]


def test_nothing_gives_empty_tables() -> None:
    """An empty repository is no mistake."""
    log = read()
    assert (len(log.tickets), len(log.pulls), len(log.quality)) == (0, 0, 0)


def test_labels_called_like_steps_are_statuses_where_nothing_else_is() -> None:
    """Of one prefix; a board, or labels that vsm.toml names, win over them."""
    labels = ("status: ready", "status: in progress", "area/web", "priority: high", "priority: low")
    events = [item("LabeledEvent", at(10 + hour), label={"name": name}) for hour, name in enumerate(labels)]
    log = read(issue(*events))
    assert statuses(log) == [
        ("09:00", "github:open"),
        ("10:00", "label:status: ready"),
        ("11:00", "label:status: in progress"),
    ]
    assert log.names.query("kind == 'status'")["name"].tolist() == ["Open", "in progress", "ready"]
    assert statuses(read(issue(*events, moved(at(20), "", "Doing")))) == [
        ("09:00", "github:open"),
        ("20:00", "github:Doing"),
    ]
