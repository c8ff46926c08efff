"""Is what is stored what the server has? Asked after each pull, and told where it is not."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.jira_server import Running, Site, Traps, serve
from tests.sources.jira_api.lab import MODES, Mode, issues, pull
from vsm.archive_log import parts_from_archive
from vsm.errors import RunError
from vsm.sources.archive import Archive, open_archive

SEARCH = ("/search", "/search/jql")


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> Mode:
    """Both products."""
    chosen: Mode = request.param
    return chosen


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive that is empty yet."""
    with open_archive(tmp_path / "a.sqlite") as opened:
        yield opened


def thirty(mode: Mode) -> Site:
    """Thirty tickets of project ABC."""
    return Site.seeded(30, 3, mode=mode, seed=5)


def keys(archive: Archive) -> set[str]:
    """The keys of stored issues."""
    return {str(issue["key"]) for issue in issues(archive)}


def whole(archive: Archive) -> bool:
    """Whether the cursor says that a pull came to its end."""
    cursor = json.loads(archive.cursor("jira", "{}") or '{"created": 0}')
    return cursor["created"] is None


def after_first_page(change: Callable[[Any], Any]) -> Callable[[str, Any], Any]:
    """Change each page of a search but the first that holds issues."""
    pages: list[int] = []

    def changed(path: str, body: Any) -> Any:
        if not path.endswith(SEARCH) or not (pages or body["issues"]):
            return body
        pages.append(1)
        return body if len(pages) == 1 else change(body)

    return changed


def test_an_issue_that_comes_into_sight_late_is_fetched(mode: Mode, archive: Archive) -> None:
    """A security level lifted: nothing was changed, so that no search for changes finds it."""
    site = thirty(mode)
    site.hide("ABC-7")
    with serve(site) as run:
        pull(run, archive, mode)
        assert "ABC-7" not in keys(archive)
        site.show("ABC-7")
        pull(run, archive, mode)
    assert "ABC-7" in keys(archive)
    assert len(issues(archive)) == 30


def test_a_change_made_while_out_of_sight_is_fetched(mode: Mode, archive: Archive) -> None:
    """The pull in between could not see it, and its cursor went on."""
    site = thirty(mode)
    with serve(site) as run:
        pull(run, archive, mode)
        site.hide("ABC-7")
        site.touch("ABC-7", "10000", at="2026-01-05T09:00:00.000+0000")
        told = list[str]()
        pull(run, archive, mode, on_doubt=told.append)
        site.show("ABC-7")
        pull(run, archive, mode)
    stored = next(issue for issue in issues(archive) if issue["key"] == "ABC-7")
    assert stored["fields"]["status"]["id"] == "10000"
    assert [doubt.partition(":")[0] for doubt in told] == [f"1 issue (id {stored['id']})"]


@pytest.mark.slow
def test_a_difference_stands_in_quality(mode: Mode, archive: Archive) -> None:
    """Until a sweep says what became of it."""
    site = thirty(mode)
    with serve(site) as run:
        pull(run, archive, mode)
        site.delete("ABC-7")
        pull(run, archive, mode)
        checks = parts_from_archive(archive).log().quality["check"].tolist()
        pull(run, archive, mode, sweep=True)
        afterwards = parts_from_archive(archive).log().quality["check"].tolist()
    assert "tickets not found any more" in checks
    assert "tickets not found any more" not in afterwards
    assert "ticket is gone" in afterwards


NO_LISTS: list[Any] = [
    {}, [], "text", {"errorMessages": ["Something went wrong."]}, {"issues": None}, {"issues": {"0": {}}},
]  # fmt: skip


@pytest.mark.parametrize("answer", NO_LISTS, ids=str)
def test_an_answer_without_issues_is_no_last_page(mode: Mode, archive: Archive, answer: Any) -> None:
    """After the first of several pages: the pull fails in one sentence, and the next one goes on."""
    traps = Traps(change=after_first_page(lambda _: answer))
    with serve(thirty(mode), traps) as run, pytest.raises(RunError, match="did not answer as expected"):
        pull(run, archive, mode, page_size=10)
    assert not whole(archive)
    assert len(issues(archive)) in {0, 10}


def test_null_is_no_answer(mode: Mode, archive: Archive) -> None:
    """Jira never says it."""
    traps = Traps(change=after_first_page(lambda _: None))
    with serve(thirty(mode), traps) as run, pytest.raises(RunError, match=r"is empty \(null\)"):
        pull(run, archive, mode, page_size=10)
    assert not whole(archive)


def test_a_permission_lost_in_mid_load_is_told(mode: Mode, archive: Archive) -> None:
    """Pages are empty from then on; fewer issues were found than were counted."""

    def lost(body: Any) -> Any:
        return {"issues": [], "total": 0, "isLast": True}

    traps = Traps(change=after_first_page(lost))
    with serve(thirty(mode), traps) as run:
        with pytest.raises(RunError, match=r"30 issues were counted .* 10 were found"):
            pull(run, archive, mode, page_size=10)
        assert not whole(archive)


def test_a_load_without_totals_is_whole(archive: Archive) -> None:
    """Something in between takes them out."""

    def without(path: str, body: Any) -> Any:
        if path.endswith("/search") and body["issues"]:
            del body["total"]
        return body

    with serve(thirty("datacenter"), Traps(change=without)) as run:
        pull(run, archive, "datacenter", page_size=7)
    assert len(issues(archive)) == 30
    assert whole(archive)


@pytest.mark.parametrize("created", ["9999-01-01T00:00:00.000+0000", "2025-12-31T00:00:00.000+0000", None, 5])
def test_an_odd_instant_of_creation_costs_no_other_issue(mode: Mode, archive: Archive, created: Any) -> None:
    """Far off, or none at all: it never ends a load after one page."""

    def odd(path: str, body: Any) -> Any:
        for issue in body["issues"][2:3] if path.endswith(SEARCH) else ():
            if "created" in issue.get("fields", {}):
                issue["fields"]["created"] = created
        return body

    with serve(thirty(mode), Traps(change=odd)) as run:
        pull(run, archive, mode, page_size=7)
    assert len(issues(archive)) == 30


def test_ids_may_be_numbers(mode: Mode, archive: Archive) -> None:
    """Ids are texts once they are in; no history is lost."""

    def numbers(body: Any) -> Any:
        if isinstance(body, list):
            return [numbers(part) for part in body]
        if not isinstance(body, dict):
            return body
        return {
            k: int(v) if k in {"id", "issueId"} and str(v).isdecimal() else numbers(v)
            for k, v in body.items()
        }

    with serve(thirty(mode), Traps(change=lambda _, body: numbers(body))) as run:
        pull(run, archive, mode, page_size=7)
    assert [len(issue["changelog"]["histories"]) for issue in issues(archive)] == [3] * 30


@pytest.mark.slow
def test_numbers_that_are_none_and_keys_that_stand_twice_cost_their_body_alone(
    mode: Mode, archive: Archive
) -> None:
    """As in a file: each is named where it is read, and all other issues of the answer count."""

    def odd(path: str, body: Any) -> Any:
        known = (
            [one for one in body["issues"] if "created" in one.get("fields", {})]
            if path.endswith(SEARCH)
            else []
        )
        for issue in known:
            if issue["key"] == "ABC-3":
                issue["fields"]["issuetype"] = "TWICE"
            if issue["key"] == "ABC-4":
                issue["fields"]["created"] = "NAN"
            if issue["key"] == "ABC-5":
                issue["more"] = [float("inf"), "DIGITS"]
        text = json.dumps(body).replace('"NAN"', "NaN").replace('"DIGITS"', "9" * 5000)
        twice = '{"id": "1", "name": "Bug"}, "issuetype": {"id": "2", "name": "Task"}'
        return text.replace('"TWICE"', twice).encode()

    with serve(thirty(mode), Traps(change=odd)) as run:
        pull(run, archive, mode)
    log = parts_from_archive(archive).log()
    faults = log.quality[log.quality["check"] == "unreadable document"]["detail"].tolist()
    assert len(issues(archive)) == 30
    assert len(log.tickets) == 28
    assert [fault.partition(";")[0] for fault in faults] == [
        "ABC-3: fields.issuetype is a list, not an object",
        "ABC-4: fields.created is a text, no instant with a zone from 1970 to 2199",
    ]


def test_an_issue_without_an_id_is_kept_and_others_come(mode: Mode, archive: Archive) -> None:
    """It stands for no ticket; one null among issues costs nothing. Cloud's list of ids has it all the same."""

    def odd(path: str, body: Any) -> Any:
        if path.endswith(SEARCH) and len(body["issues"]) > 2 and "key" in body["issues"][2]:
            del body["issues"][2]["id"]
            body["issues"].insert(0, None)
        return body

    with serve(thirty(mode), Traps(change=odd)) as run:
        pull(run, archive, mode)
    stored = [body for body in archive.documents("jira") if "key" in body]
    assert sum(body["id"] is None for body in stored) == 2
    assert sum(body["id"] is not None for body in stored) == {"cloud": 30, "datacenter": 29}[mode]


def test_a_clock_that_was_ahead_loses_nothing(mode: Mode, archive: Archive) -> None:
    """A proxy's ``Date``, two hours ahead in one pull; changes of those two hours come all the same."""
    headers = dict[str, str]()
    with serve(thirty(mode), Traps(headers=headers)) as run:
        headers["Date"] = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
        pull(run, archive, mode)
        pull(run, archive, mode)
        headers.clear()
        run.site.touch("ABC-7", "10000")
        pull(run, archive, mode)
    stored = next(issue for issue in issues(archive) if issue["key"] == "ABC-7")
    assert len(stored["changelog"]["histories"]) == 4


def test_what_was_found_and_could_not_be_read_is_told(archive: Archive) -> None:
    """A search index may know more than there is."""
    with serve(thirty("cloud"), Traps(change=_phantom)) as run:
        told = list[str]()
        pull(run, archive, "cloud", on_doubt=told.append)
    assert told == ["1 issue (id 777): found by the search and could not be read; pull again later"]


def _phantom(path: str, body: Any) -> Any:
    if path.endswith("/search/jql") and body["issues"] and "key" not in body["issues"][0]:
        body["issues"].append({"id": "777"})
    return body


def requests_to(run: Running, end: str) -> int:
    """How many requests went to paths that end so?"""
    return sum(request.path.endswith(end) for request in run.requests)


def test_an_equal_total_costs_one_request(archive: Archive) -> None:
    """Data Center tells an exact total: ids are listed only where it differs."""
    with serve(thirty("datacenter")) as run:
        pull(run, archive, "datacenter")
        run.forget()
        pull(run, archive, "datacenter")
        assert requests_to(run, "/search") == 2


def test_what_is_refused_for_its_age_is_asked_for_once_and_no_doubt(mode: Mode, tmp_path: Path) -> None:
    """``vsm forget --older-than`` removed it, so that it is there and not stored: no difference worth a word."""

    class Refusing:
        def versions(self, body: Any) -> list[Any]:
            return [body]

        def refuses(self, source: str, id_: str, texts: Iterable[bytes]) -> bool:
            return id_ == first

    told = list[str]()
    with serve(thirty(mode)) as run, open_archive(tmp_path / "b.sqlite") as archive:
        pull(run, archive, mode)
        first = min(name for name in archive.ids("jira") if name.isdecimal())
        archive.forget(lambda _, id_, body: None if id_ == first else body)
        refusing = Archive(archive._database, tmp_path / "b.sqlite", Refusing())
        pull(run, refusing, mode, on_doubt=told.append)
        run.forget()
        pull(run, refusing, mode, on_doubt=told.append)
        asked_again = [each for each in run.requests if first in str(each)]
        assert {first, f"refused/{first}"} & archive.ids("jira") == {f"refused/{first}"}
        assert len(keys(archive)) == 29
    assert (told, asked_again) == ([], [])
