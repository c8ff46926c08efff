"""What GitLab's issues, merge requests, pipelines and deployments become."""

from typing import Any

import pytest

from tests.gitlab_bodies import at, comment, issue, label_event, note, pull, shown, state_event, user
from vsm.eventlog.from_gitlab import log_from_gitlab
from vsm.eventlog.log import Log

SOURCE = "gitlab:shop/web"
BOARD = {"type": "board", "lists": [{"label": "doing"}, {"label": "review"}]}


def log(*documents: Any, **about: Any) -> Log:
    return log_from_gitlab([BOARD, *documents], source=SOURCE, **about)


def events(made: Log, kind: str) -> list[tuple[Any, ...]]:
    return shown(made.events[made.events["kind"] == kind], "at", "before", "after", "actor")


def facts(made: Log, *kinds: str) -> list[tuple[Any, ...]]:
    rows = made.pull_events
    return shown(rows[rows["kind"].isin(kinds)] if kinds else rows, "at", "kind", "after", "actor")


def test_board_lists_and_state_are_statuses() -> None:
    """Open until a list's label is added; closed whatever labels it has; reopened where it was."""
    body = issue(
        7,
        labels=["review"],
        label_events=[
            label_event(1, "06 09:00", "bob", "add", "doing"),
            label_event(2, "07 09:00", "bob", "remove", "doing"),
            label_event(3, "07 09:00", "bob", "add", "review"),
        ],
        state_events=[
            state_event(1, "08 09:00", "cat", "closed"),
            state_event(2, "09 09:00", "ann", "reopened"),
        ],
    )
    assert events(log(body), "status") == [
        ("05 09:00", None, "gitlab:open", "gitlab:ann"),
        ("06 09:00", "gitlab:open", "label:doing", "gitlab:bob"),
        ("07 09:00", "label:doing", "label:review", "gitlab:bob"),
        ("08 09:00", "label:review", "gitlab:closed", "gitlab:cat"),
        ("09 09:00", "gitlab:closed", "label:review", "gitlab:ann"),
    ]


def test_a_card_that_is_dragged_makes_one_change() -> None:
    """Its label goes and the issue is closed within a second: it was never open in between."""
    body = issue(
        7,
        state="closed",
        label_events=[
            label_event(1, "06 09:00", "bob", "add", "doing"),
            label_event(2, "07 09:00:00.100", "bob", "remove", "doing"),
        ],
        state_events=[state_event(1, "07 09:00:00.400", "bob", "closed")],
    )
    assert [row[2] for row in events(log(body), "status")] == ["gitlab:open", "label:doing", "gitlab:closed"]


def test_what_an_issue_was_created_with_holds_from_creation_on() -> None:
    """A label of today that no event added was there at first; one added a moment after creation too."""
    born = issue(7, labels=["doing"])
    soon = issue(8, labels=["doing"], label_events=[label_event(1, "05 09:00:01.2", "ann", "add", "doing")])
    for body in (born, soon):
        assert events(log(body), "status") == [("05 09:00", None, "label:doing", "gitlab:ann")]


def test_an_old_issue_without_events_is_closed_when_it_says() -> None:
    """GitLab records changes of state since 13.2 only."""
    body = issue(7, state="closed", closedAt=at("06 09:00"))
    assert events(log(body), "status")[-1] == ("06 09:00", "gitlab:open", "gitlab:closed", None)


def test_scoped_labels_are_statuses_where_there_is_no_board() -> None:
    """Those of the scope whose names are names of steps, in their usual order; not those of a priority."""
    moves = [
        label_event(1, "06 09:00", "bob", "add", "workflow::in progress"),
        label_event(2, "07 09:00", "bob", "remove", "workflow::in progress"),
        label_event(3, "07 09:00", "bob", "add", "workflow::in review"),
    ]
    body = issue(7, labels=["workflow::in review", "priority::high", "priority::low"], label_events=moves)
    made = log_from_gitlab([body], source=SOURCE)
    after = ["gitlab:open", "label:workflow::in progress", "label:workflow::in review"]
    assert [row[2] for row in events(made, "status")] == after
    assert made.tickets["priority"].astype("str").tolist() == ["high"]


def test_labels_that_stages_name_are_statuses() -> None:
    """With ``label:`` before them, as vsm.toml writes them."""
    body = issue(7, labels=["on hold"])
    made = log_from_gitlab([body], source=SOURCE, statuses=["label:on hold", "Open"])
    assert [row[2] for row in events(made, "status")] == ["label:on hold"]


def test_assignees_follow_from_notes_backwards() -> None:
    """Of several people the one who was assigned first holds it; who was there at first is worked out."""
    body = issue(
        7,
        assignees=[user("cat")],
        notes=[
            note(1, "06 09:00", "ann", "assignee", "assigned to @bob and unassigned @dan"),
            note(2, "07 09:00", "ann", None, "assigned to @cat"),
            note(3, "08 09:00", "bob", "assignee", "unassigned @bob"),
        ],
    )
    assert events(log(body), "assignee") == [
        ("05 09:00", None, "gitlab:dan", "gitlab:ann"),
        ("06 09:00", "gitlab:dan", "gitlab:bob", "gitlab:ann"),
        ("08 09:00", "gitlab:bob", "gitlab:cat", "gitlab:bob"),
    ]


def test_translated_notes_are_counted_and_today_counts() -> None:
    """An old GitLab wrote them in its user's language."""
    body = issue(7, assignees=[user("cat")], notes=[note(1, "06 09:00", "ann", "assignee", "assigné à @cat")])
    made = log(body)
    assert events(made, "assignee") == [("06 09:00", None, "gitlab:cat", "gitlab:ann")]
    assert made.quality["detail"].str.contains("1 system note.* on assignees").tolist() == [True]


def test_milestones_are_sprints_until_there_are_iterations() -> None:
    """With the names and days that they have."""
    span = {"id": 3, "title": "May", "state": "closed", "start_date": "2026-01-06", "due_date": "2026-01-07"}
    event = {"id": 1, "created_at": at("06 09:00"), "user": user("ann"), "action": "add", "span": span}
    made = log(issue(7, milestone=span, milestone_events=[event]))
    assert events(made, "sprint") == [("06 09:00", None, "3", "gitlab:ann")]
    names = made.names[made.names["kind"].str.startswith("sprint")]
    assert shown(names, "kind", "id", "name", "last") == [
        ("sprint", "gitlab:shop/web:3", "May", "06 00:00"),
        ("sprint end", "gitlab:shop/web:3", "May", "08 00:00"),
    ]


def test_notes_say_links_parents_time_and_resolutions() -> None:
    """Links in the words of Jira, so that blocks follow from them."""
    notes = [
        note(1, "06 09:00", "ann", "relate", "marked this issue as blocked by #8"),
        note(2, "06 10:00", "ann", "relate_to_parent", "added #8 as parent issue"),
        note(3, "06 11:00", "ann", "time_tracking", "added 2h of time spent"),
        note(4, "07 09:00", "ann", "unrelate", "removed the relation with #8"),
        note(5, "07 10:00", "ann", "duplicate", "marked this issue as a duplicate of #8"),
    ]
    made = log(issue(7, notes=notes, kind="TASK"), issue(8))
    sentence = "This issue is blocked by web#8"
    assert [row[:3] for row in events(made, "link")] == [
        ("06 09:00", None, sentence), ("07 09:00", sentence, None)
    ]  # fmt: skip
    assert [row[:3] for row in events(made, "parent")] == [("06 10:00", None, "gitlab:1008")]
    assert [row[0] for row in events(made, "worklog")] == ["06 11:00"]
    assert [row[:3] for row in events(made, "resolution")] == [("07 10:00", None, "Duplicate")]
    assert shown(made.tickets, "key", "parent", "type", "unit") == [
        ("web#7", "gitlab:1008", "Task", "part"), ("web#8", None, "Issue", "unit")
    ]  # fmt: skip


def test_incidents_are_a_type_and_comments_are_touches() -> None:
    """A comment's text is stored nowhere."""
    made = log(issue(7, kind="INCIDENT", comments=[comment(1, "06 09:00", "bob")]))
    assert made.tickets["type"].astype("str").tolist() == ["Incident"]
    assert events(made, "comment") == [("06 09:00", None, None, "gitlab:bob")]


def test_a_review_with_its_rounds() -> None:
    """Asked, changes wanted, pushed by force, asked again, approved, merged."""
    body = pull(
        3, state="merged", mergedAt=at("09 12:00"), mergeUser=user("cat"), reviewers=[user("bob")],
        mergeCommitSha="a" * 40, sourceBranch="7-fix", mentions=["web#7", "ABC-1"],
        versions=[
            {"id": 1, "created_at": at("05 09:00"), "head": "1" * 40},
            {"id": 2, "created_at": at("07 15:00"), "head": "2" * 40},
        ],
        notes=[
            note(1, "06 09:00", "ann", "reviewer", "requested review from @bob and @cat"),
            note(2, "07 09:00", "bob", "requested_changes", "requested changes"),
            note(3, "07 15:00", "ann", "commit", "version 2"),
            note(4, "07 15:01", "ann", "reviewer", "requested review from @bob and removed review request for @cat"),
            note(5, "08 09:00", "bob", "approved", "approved this merge request"),
            note(6, "09 11:00", "cat", "merge", "started a merge train"),
        ],
        comments=[comment(7, "06 16:00", "bob")],
        state_events=[state_event(1, "09 12:00", "cat", "merged")],
    )  # fmt: skip
    made = log(body)
    assert facts(made) == [
        ("05 09:00", "opened", None, "gitlab:ann"),
        ("06 09:00", "review_request", "gitlab:bob", "gitlab:ann"),
        ("06 09:00", "review_request", "gitlab:cat", "gitlab:ann"),
        ("06 16:00", "comment", None, "gitlab:bob"),
        ("07 09:00", "review", "changes", "gitlab:bob"),
        ("07 15:00", "push", "2" * 40, "gitlab:ann"),
        ("07 15:01", "review_request", "gitlab:bob", "gitlab:ann"),
        ("07 15:01", "review_unrequest", "gitlab:cat", "gitlab:ann"),
        ("08 09:00", "review", "approved", "gitlab:bob"),
        ("09 11:00", "queue", None, "gitlab:cat"),
        ("09 12:00", "merge", None, "gitlab:cat"),
    ]
    columns = ("pull", "key", "repository", "merged", "closed", "merged_by", "mentions", "merge_commit")
    assert shown(made.pulls, *columns) == [
        ("gitlab:shop/web!3", "web!3", "web", "09 12:00", "09 12:00", "gitlab:cat", "web#7; ABC-1", "a" * 40)
    ]


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"draft": True}, [("05 09:00", "draft")]),
        ({"notes": [note(1, "06 09:00", "ann", "title", "marked this merge request as **ready**")]},
         [("05 09:00", "draft"), ("06 09:00", "ready")]),
        ({"notes": [note(1, "06 09:00", "ann", None, "unmarked as a **Work In Progress**")]},
         [("05 09:00", "draft"), ("06 09:00", "ready")]),
        ({"draft": True, "notes": [note(1, "06 09:00", "ann", "title", "marked this merge request as **draft**")]},
         [("06 09:00", "draft")]),
        ({"notes": [note(1, "06 09:00", "ann", "title", "changed title from **a** to **b**")]}, []),
    ],
)  # fmt: skip
def test_drafts(about: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """One that was made ready first was opened as a draft."""
    assert [row[:2] for row in facts(log(pull(3, **about)), "draft", "ready")] == expected


def test_reviewers_whom_no_note_names_were_asked_at_the_opening() -> None:
    """GitLab writes no note on those who are chosen in the form."""
    made = log(pull(3, reviewers=[user("bob")]))
    assert facts(made, "review_request") == [("05 09:00", "review_request", "gitlab:bob", "gitlab:ann")]


def test_a_merge_request_that_was_closed_and_reopened() -> None:
    """It is open; both are facts. An old one says only when it was closed."""
    events_ = [state_event(1, "06 09:00", "ann", "closed"), state_event(2, "07 09:00", "ann", "reopened")]
    made = log(pull(3, state_events=events_), pull(4, state="closed", closedAt=at("08 09:00")))
    assert [row[:2] for row in facts(made, "close", "reopen")] == [
        ("06 09:00", "close"), ("07 09:00", "reopen"), ("08 09:00", "close")
    ]  # fmt: skip
    assert shown(made.pulls, "closed") == [(None,), ("08 09:00",)]


def test_an_approval_that_was_taken_back_is_dismissed() -> None:
    """By the approver, or by asking them again."""
    notes = [
        note(1, "06 09:00", "bob", "unapproved", "a retiré son approbation"),
        note(2, "07 09:00", "ann", "reviewer", "requested review from @bob and removed approval"),
    ]
    made = log(pull(3, notes=notes))
    assert [row[:3] for row in facts(made, "review")] == [
        ("06 09:00", "review", "dismissed"), ("07 09:00", "review", "dismissed")
    ]  # fmt: skip


def test_programs_and_deleted_people() -> None:
    """A bot's account is an app's; the account of those who were deleted is nobody's."""
    bot = {"username": "project_7_bot_1a", "name": "Renovate", "bot": None}
    made = log(pull(3, author=bot, comments=[comment(1, "06 09:00", "ghost")]))
    accounts = made.names[made.names["kind"] == "account"]
    assert shown(accounts, "id", "category") == [("gitlab:project_7_bot_1a", "app")]
    assert facts(made, "comment") == [("06 09:00", "comment", None, None)]


def test_pipelines_wait_in_the_queue_and_for_approval() -> None:
    """Held from the end of what ran before until its blocking manual job was started."""
    jobs = [
        {"manual": False, "finished": at("05 09:20")},
        {"manual": True, "allowed_to_fail": False, "queued": at("05 11:00"), "finished": at("05 11:10")},
        {"manual": True, "allowed_to_fail": True, "queued": at("05 09:30")},
    ]
    body = {
        "type": "run", "id": 5, "status": "SUCCESS", "createdAt": at("05 09:00"), "startedAt": at("05 09:05"),
        "finishedAt": at("05 11:10"), "source": "push", "sha": "1" * 40, "ref": "main", "jobs": jobs,
    }  # fmt: skip
    made = log(body, {**body, "id": 6, "status": "MANUAL", "jobs": [*jobs[:1], {"manual": True}]})
    columns = ("pipeline", "started", "finished", "held_from", "held_until", "outcome")
    assert shown(made.pipelines, *columns) == [
        ("gitlab:shop/web/run/5", "05 09:05", "05 11:10", "05 09:20", "05 11:00", "success"),
        ("gitlab:shop/web/run/6", "05 09:05", "05 11:10", "05 09:20", None, "unknown"),
    ]


def test_deployments_that_reached_their_environment() -> None:
    """At the end of their job; what is blocked or canceled is counted and left out."""
    body = {"type": "deployment", "id": 4, "status": "success", "created_at": at("05 09:00"),
            "finished_at": at("05 09:10"), "environment": "production", "sha": "1" * 40}  # fmt: skip
    made = log(body, {**body, "id": 5, "status": "failed", "finished_at": None, "updated_at": at("05 10:00")},
               {**body, "id": 6, "status": "blocked"})  # fmt: skip
    assert shown(made.deploys, "deploy", "at", "outcome", "repository") == [
        ("4", "05 09:10", "success", "web"), ("5", "05 10:00", "failure", "web")
    ]  # fmt: skip
    assert made.quality["detail"].str.contains("1 'blocked'").tolist() == [True]


def test_a_deleted_issue_ends_when_that_was_noticed() -> None:
    """A deleted merge request is left out, and said so."""
    gone = {"type": "gone", "issue": "issue/7", "how": "deleted", "noticed": "2026-01-09T09:00:00+00:00"}
    made = log(issue(7), pull(3), gone, {**gone, "issue": "pull/3"})
    assert [row[:3] for row in events(made, "delete")] == [("09 09:00", None, "deleted")]
    assert made.pulls.empty
    assert made.quality["check"].astype("str").tolist() == ["deleted merge requests"]


@pytest.mark.parametrize(
    ("change", "check", "tickets"),
    [
        ({"createdAt": "yesterday"}, "unreadable document", 0),
        ({"label_events": [{"id": 1}]}, "unreadable document", 0),
        ({"comments": [{"id": 1, "createdAt": None}]}, "unreadable part", 1),
        ({"title": 7}, "unreadable part", 1),
    ],
)
def test_what_defines_an_issue_spoils_it(change: dict[str, Any], check: str, tickets: int) -> None:
    """What only adds to it is left out alone."""
    made = log({**issue(7), **change})
    assert (len(made.tickets), made.quality["check"].astype("str").tolist()) == (tickets, [check])


def test_another_name_keeps_hosts_apart() -> None:
    """Ids begin with the source where it is not called by the project's path."""
    site = {"type": "site", "path": "shop/web"}
    made = log_from_gitlab([site, issue(7)], source="gitlab:old")
    assert shown(made.tickets, "ticket", "key") == [("gitlab:old:1007", "web#7")]
