"""Nothing that came later than the instant looked at is seen, and nothing can be later than the latest pull."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.git_bodies import Body, batch, commit, repository
from tests.jira_bodies import history, issue, moved, user
from tests.stream.work import TOML, done, filled
from vsm import read_stream
from vsm.archive_log import parts_from_archive
from vsm.config import parse_workflow
from vsm.errors import ParameterError
from vsm.eventlog.log import Log
from vsm.from_log import stream_from_log
from vsm.sources.archive import Document, Page, open_archive, read_archive
from vsm.sources.work_folder import WorkFolder
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

AT = datetime(2026, 2, 1, 12, tzinfo=UTC)
LATER = pd.Timestamp("2026-01-15", tz="UTC")


def commented(number: int, at: str) -> dict[str, object]:
    """An open issue with one comment at this instant."""
    comment = {"id": str(number), "author": user("person-02"), "created": at}
    return issue(number, comment={"comments": [comment], "total": 1, "maxResults": 1})


def with_git(root: Path, *commits: Body, tags: Sequence[tuple[str, str]] = ()) -> Path:
    """A repository beside the tracker: these commits in a line, parents first."""
    line = [commits[0], *(body | {"parents": before["commit"]} for before, body in pairwise(commits))]
    state = repository(line[-1]["commit"], tags=[(name, at, None) for name, at in tags])
    page = Page((Document("commits 000000000", batch(*line)), Document("repository", state)))
    with open_archive(WorkFolder(root).archive) as archive:
        archive.store([page], source="git:shop", scope="r", at=AT)
    return root


def about(stream: ValueStream, check: str) -> list[tuple[str, str]]:
    rows = stream.quality[stream.quality["check"] == check]
    return list(zip(rows["level"].astype("str"), rows["detail"], strict=True))


def test_one_comment_of_the_year_2199_moves_nothing(tmp_path: Path) -> None:
    """As of what was truly recorded last; the comment is a fault with an example, and not in EVENTS."""
    root = filled(tmp_path, done(1, 8), commented(2, "2199-12-31T00:00:00.000+0000"), at=AT)
    stream = read_stream(root)
    assert stream.as_of == pd.Timestamp("2026-02-01T09:00", tz="UTC")
    assert stream.events["at"].max() == pd.Timestamp("2026-01-08T09:00", tz="UTC")
    assert about(stream, "events in the future") == [
        (
            "fault",
            "1 event dated later than the latest pull, 2026-02-01 12:00 UTC, and ignored, such as "
            "a comment on AB-2 of 2199-12-31 00:00 UTC; correct them in the tracker, or the clock of this "
            "machine, and pull again",
        )
    ]


def test_a_server_whose_clock_is_ahead_is_a_warning(tmp_path: Path) -> None:
    """Twenty minutes after the pull: that is no false date, and the next pull will see it."""
    root = filled(tmp_path, commented(1, "2026-02-01T12:20:00.000+0000"), at=AT)
    ((level, detail),) = about(read_stream(root), "events in the future")
    assert level == "warning"
    assert "a comment on AB-1 of 2026-02-01 12:20 UTC" in detail


def test_a_commit_of_the_future_is_a_warning(tmp_path: Path) -> None:
    """Somebody's clock was wrong, which nobody can mend any more; it is in no table."""
    root = with_git(filled(tmp_path, done(1, 8), at=AT), commit("c1", "AB-1", at="2037-01-01T00:00:00Z"))
    stream = read_stream(root)
    assert len(stream.commits) == 0
    assert "commit" not in set(stream.events["kind"])
    ((level, detail),) = about(stream, "events in the future")
    assert level == "warning"
    assert detail.endswith("such as c1 of 2037-01-01 00:00 UTC; a clock was wrong")


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ({"until": "2026-02-02"}, "until is 2026-02-02, but the latest pull is of 2026-02-01 12:00 UTC"),
        ({"since": "2026-01-20", "until": "2026-01-10"}, "since is 2026-01-20, after until, 2026-01-10"),
        ({"since": "2026-02-02"}, "since is 2026-02-02, but the last event recorded is of 2026-02-01 09:00"),
        ({"since": "2026-1-5"}, "since is '2026-1-5'; write a day as YYYY-MM-DD, or nothing"),
        ({"until": "2026-01-05 "}, "until is '2026-01-05 '; write a day as YYYY-MM-DD, or nothing"),
        ({"until": "2026-02-30"}, "until is '2026-02-30'; write a day as YYYY-MM-DD, or nothing"),
    ],
)
def test_days_that_cannot_be_are_refused(tmp_path: Path, days: dict[str, str], message: str) -> None:
    """Beyond what is known, the wrong way round, or not written as a day: one clear sentence."""
    root = filled(tmp_path, done(1, 8), at=AT)
    with pytest.raises(ParameterError, match=message):
        read_stream(root, since=days.get("since", ""), until=days.get("until", ""))


def test_a_day_is_no_mistake_as_long_as_nothing_is_there(tmp_path: Path) -> None:
    """A scheduled report of an empty project stays kind."""
    assert len(read_stream(filled(tmp_path, at=AT), since="2026-01-20", until="2026-01-25").tickets) == 0


def test_until_sees_nothing_later(tmp_path: Path) -> None:
    """Events, tickets, commits, tags and doubts of later days are gone, also those of a commit landed later."""
    itself = history(99, "2026-01-20T09:00:00.000+0000", moved("3", "3"))
    begun = history(98, "2026-01-06T09:00:00.000+0000", moved("1", "3"))
    young = issue(
        3, history(97, "2026-01-21T09:00:00.000+0000", by=None), created="2026-01-20T09:00:00.000+0000"
    )
    root = with_git(
        filled(tmp_path, done(1, 8), issue(2, begun, itself, now="3"), young, at=AT),
        commit("c1", "AB-1", at="2026-01-07T09:00:00Z"),
        commit("c2", "AB-2", at="2026-01-20T09:00:00Z"),
        commit("c3", "landed later", at="2026-01-07T09:00:00Z", committed="2026-01-20T09:00:00Z"),
        tags=[("v1", "c1"), ("v2", "c2")],
    )  # fmt: skip
    stream = read_stream(root, until="2026-01-15")
    assert stream.tickets["key"].tolist() == ["AB-1", "AB-2"]
    assert stream.events["at"].max() < LATER
    assert stream.commits["commit"].tolist() == ["c1"]
    assert stream.releases["release"].tolist() == ["v1"]
    assert "self transition" not in set(stream.quality["check"])
    assert "self transition" in set(read_stream(root).quality["check"])
    assert about(stream, "link of tickets and commits") == [
        ("note", "1 of 2 tickets, 1 of 1 finished ones, have commits; 1 of 1 commits belong to one of them")
    ]


def test_a_bulk_edit_of_later_days_is_not_told(tmp_path: Path) -> None:
    """Six tickets moved on the 20th: on the 15th there was no such edit."""
    root = filled(tmp_path, *(done(number, 20) for number in range(1, 7)), at=AT)
    whole = [detail[-29:] for _, detail in about(read_stream(root), "bulk edit")]
    assert whole[1:] == ["2026-01-06 09:00 to 09:00 UTC", "2026-01-20 09:00 to 09:00 UTC"]
    told = [detail[:36] for _, detail in about(read_stream(root, until="2026-01-15"), "bulk edit")]
    assert told == ["6 of 6 status changes (100 %) are bu", "6 tickets moved Open → In Progress b"]


def test_a_window_tells_links_and_doubts_of_its_own_tickets(tmp_path: Path) -> None:
    """Two stories of three tickets: one of two is named by commits; doubts about the bug are out of view."""
    story = {"issuetype": {"name": "Story"}}
    odd = issue(3, history(9, "2026-01-20T09:00:00.000+0000", moved("1", "1")))
    root = with_git(
        filled(tmp_path, done(1, 8, **story), done(2, 9, **story), odd, at=AT),
        commit("c1", "AB-1", at="2026-01-07T09:00:00Z"),
        commit("c2", "AB-3", at="2026-01-07T09:00:00Z"),
    )
    stream = read_stream(root, where="type=Story")
    assert about(stream, "link of tickets and commits") == [
        ("note", "1 of 2 tickets, 1 of 2 finished ones, have commits; 1 of 2 commits belong to one of them")
    ]
    assert "self transition" not in set(stream.quality["check"])


def test_cutting_changes_no_table_that_was_given(tmp_path: Path) -> None:
    """The log's frames are the same afterwards."""
    root = with_git(
        filled(tmp_path, done(1, 8), done(2, 20), at=AT), commit("c1", "AB-2", at="2026-01-19T09:00:00Z")
    )
    with read_archive(WorkFolder(root).archive) as archive:
        given, same = parts_from_archive(archive).log(), parts_from_archive(archive).log()
    stream_from_log(given, workflow=parse_workflow(TOML), as_of=LATER)
    for name in Log.__slots__:
        assert_frame_equal(getattr(given, name), getattr(same, name))


def test_a_key_of_two_trackers_links_to_neither_and_is_told(tmp_path: Path) -> None:
    """AB-1 is borne in Jira and in a table: a commit that names it could mean either. AB-2 is clear."""
    row = {
        "line": 2,
        "at": "2026-01-05T09:00:00+00:00",
        "status": "Open",
        "holder": None,
        "team": None,
        "actor": None,
    }
    root = with_git(
        filled(tmp_path, done(1, 8), done(2, 9), at=AT),
        commit("c1", "AB-1 AB-2", at="2026-01-07T09:00:00Z"),
    )
    with open_archive(WorkFolder(root).archive) as archive:
        page = Page((Document("AB-1", {"ticket": "AB-1", "rows": [row]}),))
        archive.store([page], source="table:x", scope="x", at=AT)
    stream = read_stream(root)
    linked = stream.events.loc[stream.events["kind"] == "commit", "ticket"].astype("str").tolist()
    assert linked == ["jira:1002"]
    assert about(stream, "key of several tickets") == [
        (
            "warning",
            "1 key of several tickets of jira and table:x: AB-1; commits that name such a key are "
            "linked to none",
        )
    ]
    assert "unknown ticket in a commit" not in set(stream.quality["check"])
