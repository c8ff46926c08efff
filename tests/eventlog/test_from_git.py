"""Commits become evidence of work on the tickets that they name."""

from tests.git_bodies import batch, commit, repository
from tests.jira_bodies import history, issue, log_from_jira
from vsm.eventlog.from_git import log_from_git
from vsm.eventlog.ticket_keys import ticket_keys
from vsm.tables import COMMITS, EVENTS, NAMES, RELEASES, check

KEYS = {"AB-1": "jira:1001", "AB-2": "jira:1002"}


def test_a_commit_is_an_event_of_every_ticket_it_names() -> None:
    """Two keys in a message give two events; case does not matter."""
    log = log_from_git([batch(commit("c1", "ab-1: mend\n\nSee AB-2 and AB-1"))], repository="shop", keys=KEYS)
    rows = log.events[["ticket", "kind", "after", "actor", "ref", "seq"]].astype("str")
    assert [list(row) for row in rows.itertuples(index=False)] == [
        ["jira:1001", "commit", "c1", "git:dev-1", "c1", "0"],
        ["jira:1002", "commit", "c1", "git:dev-1", "c1", "0"],
    ]


def test_only_known_projects_count_and_strange_keys_are_told() -> None:
    """UTF-8 is no ticket; AB-99 would be one, but nobody pulled it."""
    log = log_from_git([batch(commit("c1", "AB-99 UTF-8 SHA-1"))], repository="shop", keys=KEYS)
    assert log.events.empty
    assert log.quality["detail"].tolist() == ["AB-99 is named by 1 commit, but no such ticket was pulled"]


def test_a_merge_is_an_event_of_its_own_kind() -> None:
    """Several parents make a merge; a merge is no touch."""
    log = log_from_git(
        [batch(commit("c1", "Merge branch 'AB-1'", parents=("a", "b")))], repository="shop", keys=KEYS
    )
    assert log.events["kind"].astype("str").tolist() == ["merge"]


def test_moved_tickets_are_found_by_their_old_key() -> None:
    """A commit that names the key from before the move means the same ticket."""
    move = {"field": "Key", "from": None, "fromString": "XY-4", "to": None, "toString": "AB-1"}
    jira = log_from_jira([issue(1, history(5, "2026-01-06T09:00:00.000+0000", move))])
    keys = ticket_keys(jira.tickets, jira.events)
    assert keys == {"XY-4": "jira:1001", "AB-1": "jira:1001"}
    assert len(log_from_git([batch(commit("c1", "XY-4"))], repository="shop", keys=keys).events) == 1


def test_no_mail_address_reaches_a_table() -> None:
    """Accounts are made from names; addresses stay in the archive."""
    log = log_from_git([batch(commit("c1", "AB-1"))], repository="shop", keys=KEYS)
    assert "@" not in log.events.to_csv() + log.commits.to_csv() + log.names.to_csv()
    check(log.commits, COMMITS), check(log.events, EVENTS), check(log.names, NAMES)


def test_tags_become_releases_and_odd_dates_are_told() -> None:
    """A lightweight tag has no date of its own; a commit without a readable date is left out, and told."""
    log = log_from_git(
        [
            batch(commit("c1", "AB-1", at="2026-13-01"), commit("c2", "AB-1", parents=("c1",))),
            repository("c2", tags=[("v1", "c2", None)]),
        ],
        repository="shop",
        keys=KEYS,
    )
    assert log.releases["release"].tolist() == ["v1"]
    assert log.releases["tagged"].isna().all()
    assert log.commits["commit"].tolist() == ["c2"]
    assert log.quality["check"].astype("str").tolist() == ["unreadable instant"]
    check(log.releases, RELEASES)


def test_a_shallow_clone_is_a_fault() -> None:
    """Where history is cut, what is missing cannot be seen: results would be false."""
    log = log_from_git([repository("", shallow=True)], repository="shop", keys=KEYS)
    assert log.quality[["check", "level"]].astype("str").to_numpy().tolist() == [["shallow clone", "fault"]]
