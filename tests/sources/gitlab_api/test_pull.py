"""What a live GitLab's pull asks for, stores, and leaves out."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.gitlab_server import ALWAYS, TOKEN, Site, Traps, When, serve
from tests.gitlab_server.site import BEGIN, BOT
from tests.sources.gitlab_api.lab import SHORT, SOURCE, asked, assert_same, log_of, pull, session
from vsm.errors import RunError, SourceError
from vsm.eventlog.log import Log
from vsm.sources.archive import Archive, open_archive
from vsm.sources.gitlab_api import gitlab_checks

LATER = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Any:
    """An archive of its own."""
    with open_archive(tmp_path / "archive.sqlite") as opened:
        yield opened


def undisturbed(site: Site, tmp_path: Path) -> Log:
    """The log of a pull that nothing disturbs."""
    with serve(site) as run, open_archive(tmp_path / "whole.sqlite") as archive:
        pull(run, archive)
        return log_of(archive)


@pytest.mark.slow
def test_requests_are_counted(archive: Archive) -> None:
    """Lists by fifty; two more for each merge request and three for each issue, where there are no iterations."""
    with serve(Site.seeded(60, 40), Traps(no_iterations=True)) as run:
        pull(run, archive)
        paths = [request.path.removeprefix("/api/v4/projects/shop%2Fweb") for request in run.requests]
    assert len([path for path in paths if path == "/api/graphql"]) == 2 + 1 + 1
    assert len([path for path in paths if path.startswith("/issues")]) == 60 * 3 + 1
    assert len([path for path in paths if path.startswith("/merge_requests")]) == 40 * 2
    assert [*paths[:2], paths[-1]] == ["", "/boards", "/deployments"]
    assert len(paths) == 2 + 4 + 181 + 80 + 1


def test_nothing_new_takes_one_request_a_kind(archive: Archive) -> None:
    """What was read as it is now is not asked for again."""
    with serve(Site.seeded(12, 8)) as run:
        pull(run, archive)
        run.forget()
        pull(run, archive)
        assert asked(run) == 4


@pytest.mark.slow
def test_what_changed_is_read_again(archive: Archive) -> None:
    """A card that was dragged, a review and a new issue: only they."""
    site = Site.seeded(12, 8)
    with serve(site) as run:
        pull(run, archive, at=LATER)
        run.forget()
        site.close(site.issues[3], LATER + timedelta(days=1), "bob", "reopened")
        site.move(site.issues[3], LATER + timedelta(days=1), "bob", "workflow::doing")
        site.note(
            site.pulls[2], LATER + timedelta(days=1), "cat", "unapproved this merge request", "unapproved"
        )
        site.add_issue(LATER + timedelta(days=1), "ann")
        pull(run, archive, at=LATER + timedelta(days=2))
        assert asked(run) == 4 + 2 * 4 + 2
    events = log_of(archive).events
    assert (
        events[events["ticket"] == "gitlab:1003"]["after"].astype("str").iloc[-1] == "label:workflow::doing"
    )
    assert len(log_of(archive).tickets) == 13


def test_a_change_in_the_second_in_which_it_was_read_is_not_missed(archive: Archive) -> None:
    """GitLab dates changes by whole seconds, so that what is a minute old at most is read once more."""
    now = datetime.now(UTC).replace(microsecond=0)
    site = Site(clock=now.timestamp)
    issue = site.add_issue(now - timedelta(seconds=5), "ann")
    with serve(site) as run:
        pull(run, archive, at=now)
        site.event(
            issue, "label", now - timedelta(seconds=5), "ann", action="add", label={"name": "workflow::doing"}
        )
        issue["labels"].append({"id": "1", "title": "workflow::doing"})
        pull(run, archive, at=now)
    assert log_of(archive).events["after"].astype("str").tolist()[-1] == "label:workflow::doing"


def test_no_text_of_people_and_no_token_is_stored(archive: Archive, tmp_path: Path) -> None:
    """Of notes their author and instant, of descriptions references, of commits nothing; no address either."""
    with serve(Site.seeded(12, 8)) as run:
        pull(run, archive)
        assert all(request.had_auth for request in run.requests)
    texts = b"\n".join(archive.texts(SOURCE)).decode()
    assert not re.findall(r"private|example\.org|avatar", texts, re.IGNORECASE)
    assert "web#1" in texts
    archive.close()
    assert not [
        file for file in tmp_path.rglob("*") if file.is_file() and TOKEN.encode() in file.read_bytes()
    ]


@pytest.mark.slow
def test_a_deleted_issue_is_noticed_by_the_count(archive: Archive) -> None:
    """Its number is asked for once, and it is gone; one that comes back is back."""
    site = Site.seeded(12, 8)
    with serve(site) as run:
        pull(run, archive)
        lost = site.issues.pop(5)
        pull(run, archive)
        gone = log_of(archive).events.query("kind == 'delete'")["ticket"].astype("str").tolist()
        site.issues[5] = lost
        pull(run, archive)
    assert gone == ["gitlab:1005"]
    assert not (log_of(archive).events["kind"] == "delete").any()


def test_a_merge_request_that_was_deleted_is_left_out(archive: Archive) -> None:
    """And QUALITY says so."""
    site = Site.seeded(3, 4)
    with serve(site) as run:
        pull(run, archive)
        del site.pulls[2]
        pull(run, archive, sweep=True)
    log = log_of(archive)
    assert log.pulls["number"].tolist() == [1, 3, 4]
    assert log.quality["check"].astype("str").tolist() == ["deleted merge requests"]


def test_one_that_is_deleted_while_it_is_read_is_passed_over(archive: Archive) -> None:
    """It was listed, and is not there when its history is asked for."""
    site = Site.seeded(4, 0)

    def vanish(path: str, answer: Any) -> Any:
        if path == "/api/graphql":
            site.issues.pop(2, None)
        return answer

    with serve(site, Traps(change=vanish)) as run:
        pull(run, archive, kinds=("issue",))
    assert sorted(log_of(archive).tickets["key"]) == ["web#1", "web#3", "web#4"]


OLD = (
    "systemNoteMetadata",
    "bot",
    "iteration",
    "epic",
    "mergeUser",
    "squashOnMerge",
    "commits",
    "draft",
    "count",
)


@pytest.mark.slow
def test_an_old_gitlab_gives_what_it_has(archive: Archive, tmp_path: Path) -> None:
    """Without actions of notes their texts are read; without events of states what an issue says of itself."""
    site = Site.seeded(20, 12)
    whole = undisturbed(site, tmp_path)
    with serve(site, Traps(lacking=OLD, no_state_events=True, no_iterations=True)) as run:
        pull(run, archive)
        run.forget()
        pull(run, archive)
        assert asked(run) == 4
    old = log_of(archive)
    kinds = ["opened", "review_request", "review", "push", "ready", "draft"]
    seen = old.pull_events[old.pull_events["kind"].isin(kinds)].drop(columns="actor").reset_index(drop=True)
    expected = (
        whole.pull_events[whole.pull_events["kind"].isin(kinds)].drop(columns="actor").reset_index(drop=True)
    )
    assert seen.drop(columns="seq").equals(expected.drop(columns="seq"))
    assert old.tickets["resolved"].equals(whole.tickets["resolved"])


def test_a_gitlab_that_knows_too_little_is_refused(archive: Archive) -> None:
    """With the field without which nothing can be read."""
    with (
        serve(Site.seeded(1, 1), Traps(lacking=("diffHeadSha",))) as run,
        pytest.raises(SourceError, match=r"too old to be pulled: its GraphQL knows no diffHeadSha"),
    ):
        pull(run, archive)


@pytest.mark.slow
@pytest.mark.parametrize("trap", [{"complexity": 5}, {"heavy_above": 5}])
def test_a_question_that_is_too_large_is_halved(
    archive: Archive, tmp_path: Path, trap: dict[str, int]
) -> None:
    """Until the server can answer; so it stays for the rest of the pull."""
    site = Site.seeded(20, 12)
    whole = undisturbed(site, tmp_path)
    with serve(site, Traps(**trap)) as run:  # type: ignore[arg-type] # a mapping of whole numbers
        pull(run, archive)
    assert_same(log_of(archive), whole)


def test_a_server_that_cannot_answer_for_one_is_named(archive: Archive) -> None:
    """With what it says, when half of a half is too much still."""
    with (
        serve(Site.seeded(2, 1), Traps(complexity=0)) as run,
        pytest.raises(RunError, match=r"exceeds max complexity of 250, even for one of them"),
    ):
        pull(run, archive)


def test_limits_are_obeyed_and_said(tmp_path: Path) -> None:
    """Retry-After, or when the limit is renewed by the server's clock."""
    waits = list[tuple[float, str]]()

    def noted(seconds: float, why: str) -> None:
        waits.append((seconds, why))

    limits: tuple[Literal["seconds", "reset"], ...] = ("seconds", "reset")
    for limit in limits:
        traps = Traps(rate_limit=limit, retry_after=30, often=When(nth=(3,)))
        file = tmp_path / f"{limit}.sqlite"
        with serve(Site.seeded(2, 1), traps) as run, open_archive(file) as archive:
            pull(run, archive, on_wait=noted)
    assert len(waits) == 2
    assert all(29 <= seconds <= 31.5 and why == "it asks us to slow down (429)" for seconds, why in waits)


def test_who_may_not_see_deployments_gets_the_rest(archive: Archive) -> None:
    """They are a permission of their own."""
    with serve(Site.seeded(3, 3), Traps(no_deployments=True)) as run:
        pull(run, archive)
    log = log_of(archive)
    assert (len(log.tickets), len(log.pulls), len(log.deploys)) == (3, 3, 0)


def test_translated_notes_and_lost_authors_are_said(archive: Archive) -> None:
    """Today's assignee and reviewers count; a note without an author has nobody."""
    with serve(Site.seeded(10, 6), Traps(translated=True, null_author=2)) as run:
        pull(run, archive)
    log = log_of(archive)
    found = log.quality["detail"].str.extract(r"system notes? on (\w+)")[0].dropna().tolist()
    assert found == ["assignees", "reviewers"]
    assert log.pull_events["actor"].isna().any()


def test_a_login_is_refused_and_nothing_follows_a_redirect(archive: Archive) -> None:
    """The token is sent to no other host."""
    with (
        serve(Site.seeded(1, 1), Traps(refuse=401, often=ALWAYS)) as run,
        pytest.raises(SourceError, match=r"does not know this token .401.: check VSM_GITLAB_TOKEN"),
    ):
        pull(run, archive)
    with serve(Site.seeded(1, 1), Traps(redirect=True, often=ALWAYS)) as run:
        with pytest.raises(SourceError, match="the login is sent nowhere else"):
            pull(run, archive)
        assert run.elsewhere == []


def test_a_project_that_is_not_there_is_named(archive: Archive) -> None:
    """REST says so first."""
    with serve(Site("shop/api")) as run, pytest.raises(SourceError, match=r"404.: check --url and --project"):
        pull(run, archive)


def test_an_error_of_graphql_that_stays_ends_the_pull(archive: Archive) -> None:
    """After some tries, and with what it says."""
    always = Traps(graphql_error=True, often=ALWAYS)
    with serve(Site.seeded(1, 1), always) as run, pytest.raises(RunError, match="Internal server error"):
        pull(run, archive)


def test_verify_names_what_works_and_what_does_not() -> None:
    """One of each kind with its history; nothing is stored."""
    with serve(Site.seeded(3, 2), Traps(no_deployments=True, lacking=("iteration", "epic"))) as run:
        checks = list(gitlab_checks(session(run), "shop/web", kinds=("issue", "pull", "run", "deployment")))
    assert [(check.name, check.passed) for check in checks] == [
        ("token and project", True), ("issues", True), ("merge requests", True), ("pipelines", True),
        ("deployments", False), ("fields", True),
    ]  # fmt: skip
    assert checks[1].detail == "3 may be read"


def test_bots_are_programs(archive: Archive) -> None:
    """Even where GitLab does not say so: by the name of a project's token."""
    site = Site()
    site.add_pull(BEGIN, BOT)
    with serve(site, Traps(lacking=("bot",))) as run:
        pull(run, archive)
    assert log_of(archive).names["category"].astype("str").tolist() == ["app"]


@pytest.mark.slow
def test_a_silent_server_is_asked_again(archive: Archive, tmp_path: Path) -> None:
    """A silence, a torn answer and a page in place of data cost nothing."""
    site = Site.seeded(6, 4)
    whole = undisturbed(site, tmp_path)
    traps = Traps(hang=600.0, truncated=True, html=True, often=When(share=0.1, most=2), patience=2, seed=3)
    with serve(site, traps) as run:
        pull(run, archive, timeout=SHORT)
    assert_same(log_of(archive), whole)


@pytest.mark.slow
def test_the_archive_says_how_far_it_got(archive: Archive, tmp_path: Path) -> None:
    """A pull that ends early leaves whole documents, and the next one goes on behind them."""
    site = Site.seeded(70, 0)
    whole = undisturbed(site, tmp_path)

    class Stop(Exception):  # noqa: N818 - of this test
        pass

    def after_one(count: int) -> None:
        if count >= 50:
            raise Stop

    with serve(site) as run:
        with pytest.raises(Stop):
            pull(run, archive, kinds=("issue",), on_page=after_one)
        stored = len([name for name in archive.ids(SOURCE) if name.startswith("issue/")])
        run.forget()
        pull(run, archive, kinds=("issue",))
        assert stored in {48, 50}
        assert len([r for r in run.requests if "label_events" in r.path]) == 70 - stored
    assert_same(log_of(archive), whole)


def test_what_is_listed_and_cannot_be_read_is_said(archive: Archive) -> None:
    """The user hears of it, and QUALITY says so; the next pull asks for it again."""
    doubts = list[str]()

    def hide(path: str, answer: Any) -> Any:
        nodes = ((answer.get("data") or {}).get("project") or {}).get("found", {}).get("nodes", [])
        nodes[:] = [node for node in nodes if "notes" not in node or node["iid"] != "2"]
        return answer

    with serve(
        Site.seeded(3, 0),
        Traps(change=lambda path, answer: hide(path, answer) if path == "/api/graphql" else answer),
    ) as run:
        pull(run, archive, on_doubt=doubts.append)
    assert doubts == ["listed, and could not be read: 1 issue (2); pull again later"]
    assert log_of(archive).quality["check"].astype("str").tolist() == ["not all was read"]


@pytest.mark.parametrize("updated", ["9999-12-31T23:59:59.999-14:00", "0001-01-01T00:00:00Z", [], None])
def test_an_odd_date_moves_no_mark(archive: Archive, updated: Any) -> None:
    """What changed after the year 2200, or never, is named; the next pull looks where it would have looked."""

    def odd(path: str, answer: Any) -> Any:
        found = (
            ((answer.get("data") or {}).get("project") or {}).get("found") if path == "/api/graphql" else None
        )
        for node in found["nodes"] if found else ():
            node["updatedAt"] = updated if node.get("iid") == "2" else node.get("updatedAt")
        return answer

    with serve(Site.seeded(3, 0), Traps(change=odd)) as run:
        pull(run, archive)
    log = log_of(archive)
    assert log.tickets["key"].tolist() == ["web#1", "web#3"]
    assert log.quality["check"].astype("str").tolist() == ["unreadable document"]
    assert '"mark": "2026-01-' in (archive.cursor(SOURCE, "{}") or "")
