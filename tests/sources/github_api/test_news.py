"""The next pull asks only for what is new, and misses none of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.github_server import Running, Site, Traps, serve
from tests.github_server.site import user, written
from tests.sources.github_api.lab import SOURCE, asked_for, log_of, pull
from vsm.sources.archive import Archive, open_archive

pytestmark = pytest.mark.slow


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive."""
    with open_archive(tmp_path / "a.sqlite") as opened:
        yield opened


@pytest.fixture
def run() -> Iterator[Running]:
    """A site of a few of each kind."""
    with serve(Site.seeded(6, 6, deployments=3, runs=3, seed=2)) as running:
        yield running


def test_a_comment_is_found(run: Running, archive: Archive) -> None:
    """On an issue and on a pull request, with a request for each list."""
    pull(run, archive)
    site = run.site
    site.comment(site.issues[2])
    site.comment(site.pulls[4])
    run.forget()
    pull(run, archive)
    log = log_of(archive)
    at = log.events[(log.events["ticket"] == "github:90003") & (log.events["kind"] == "comment")]["at"].max()
    assert f"{at:%Y-%m-%d %H:%M}" == "2026-06-01 00:30"
    last = log.pull_events[log.pull_events["pull"] == "github:shop/web#11"].iloc[-1]
    assert (last["kind"], f"{last['at']:%H:%M}") == ("comment", "01:00")
    assert asked_for(run).count("issues") == asked_for(run).count("pulls") == 1


def test_a_move_that_only_the_board_shows_is_dated_by_the_board(run: Running, archive: Archive) -> None:
    """GitHub writes it to no timeline, and the issue does not count as changed; QUALITY says so."""
    pull(run, archive)
    site = run.site
    issue = next(one for one in site.issues if one["projectItems"] and one["state"] == "OPEN")
    site.move_card(issue, issue["projectItems"][0], "Blocked", at=site.tick(90), silent=True)
    pull(run, archive)
    site.move_card(issue, issue["projectItems"][0], "Ready", at=site.tick(60), silent=True)
    pull(run, archive)
    pull(run, archive)
    log = log_of(archive)
    moved = log.events[
        (log.events["ticket"] == f"github:{issue['databaseId']}") & (log.events["kind"] == "status")
    ]
    assert [(f"{at:%H:%M}", after) for at, after in zip(moved["at"], moved["after"], strict=True)][-2:] == [
        ("01:30", "github:Blocked"),
        ("02:30", "github:Ready"),
    ]
    notes = log.quality[log.quality["check"] == "moves only seen afterwards"]["detail"].tolist()
    assert len(notes) == 1
    assert notes[0].startswith("2 moves on the board 'Board' on no timeline")


def test_an_issue_that_is_gone_ends_there_and_may_come_back(run: Running, archive: Archive) -> None:
    """Its number is asked for no more; nothing else of it is lost."""
    pull(run, archive)
    lost = run.site.issues.pop(1)
    run.site.tick()
    pull(run, archive)
    end = log_of(archive).events.query("kind == 'delete'")
    assert end[["ticket", "after"]].astype("str").values.tolist() == [
        ["github:90002", "deleted or transferred"]
    ]
    run.site.issues.append(lost)
    pull(run, archive)
    assert log_of(archive).events.query("kind == 'delete'").empty


def test_what_was_under_way_is_asked_after(run: Running, archive: Archive) -> None:
    """A deployment and a run that had not ended, though neither is new any more."""
    site = run.site
    deployment = site.add_deployment(at=site.tick(), states=("QUEUED",))
    started = site.add_run(at=site.clock, conclusion=None)
    pull(run, archive)
    assert log_of(archive).pipelines["outcome"].astype("str").tolist().count("unknown") == 1
    for _ in range(120):  # newer ones, so that these two are on no first page
        site.add_deployment(at=site.tick())
    at = site.tick()
    deployment["statuses"].insert(0, {"__typename": "DeploymentStatus", "state": "FAILURE",
                                      "createdAt": written(at), "logUrl": None})  # fmt: skip
    suite = next(one for one in site.suites if one["id"] == started["check_suite_node_id"])
    suite |= {"status": "COMPLETED", "conclusion": "FAILURE", "updatedAt": written(at),
              "checkRuns": [{"startedAt": written(at), "completedAt": written(at)}]}  # fmt: skip
    run.forget()
    pull(run, archive)
    log = log_of(archive)
    assert log.pipelines["outcome"].astype("str").tolist().count("failure") == 1
    assert log.deploys.query("outcome == 'failure'")["deploy"].tolist() == [str(deployment["databaseId"])]
    assert asked_for(run).count("runs") == 1


def test_earlier_attempts_of_a_run_are_rows_of_their_own(run: Running, archive: Archive) -> None:
    """One that failed and was started again was flaky; each began when its first job did."""
    run.site.add_run(at=run.site.clock - timedelta(days=2), attempts=2)
    pull(run, archive)
    run.site.add_run(at=run.site.tick())  # so that the page of runs is another one
    run.forget()
    pull(run, archive)
    assert "attempt" not in asked_for(run)
    rows = log_of(archive).pipelines.query("pipeline.str.contains('/800003/')")
    assert [
        (row.attempt, row.outcome, f"{row.created:%H:%M}", f"{row.started:%H:%M}")
        for row in rows.itertuples()
    ] == [
        (1, "failure", "00:00", "00:10"),
        (2, "success", "01:00", "01:10"),
    ]


def test_an_older_server_is_asked_only_for_what_it_knows(archive: Archive) -> None:
    """Its kinds of timeline items are read first; what it lacks is said."""
    doubts: list[str] = []
    with serve(Site.seeded(4, 4, deployments=1, runs=1), Traps(old_server=True)) as run:
        pull(run, archive, on_doubt=doubts.append)
    assert len(log_of(archive).tickets) == 4
    assert doubts == [
        "this server does not offer added_to_project_v2_event, blocked_by_added_event, "
        "blocked_by_removed_event, project_v2_item_status_changed_event, removed_from_project_v2_event, "
        "issuetype, parent; they are missing"
    ]
    assert "parts not offered" in log_of(archive).quality["check"].astype("str").tolist()


@pytest.mark.parametrize("how", ["scopes", "forbidden"])
def test_a_token_without_projects_is_told_and_the_rest_is_pulled(archive: Archive, how: str) -> None:
    """Statuses are then open and closed alone."""
    doubts: list[str] = []
    with serve(Site.seeded(2, 6, deployments=1, runs=1), Traps(no_projects=how)) as run:  # type: ignore[arg-type]
        pull(run, archive, on_doubt=doubts.append)
    assert doubts == [
        "the token may not read projects, so that statuses of project boards are unknown: it needs "
        "read:project (a classic token), or the organisation's Projects: read"
    ]
    assert "no statuses of boards" in log_of(archive).quality["check"].astype("str").tolist()
    assert len(log_of(archive).tickets) == 6


def test_what_could_not_be_given_is_asked_for_by_number(run: Running, archive: Archive) -> None:
    """A node that was missing in a list, with an error beside it."""
    with serve(run.site, Traps(partial="forbidden")) as partial:
        pull(partial, archive)
        assert "by number" in asked_for(partial)
    assert len(log_of(archive).pulls) == len(log_of(archive).tickets) == 6


def test_a_repository_without_actions_has_no_runs(archive: Archive) -> None:
    """Its other kinds are read all the same."""
    with serve(Site.seeded(2, 2, deployments=1, runs=1), Traps(no_actions=True)) as run:
        pull(run, archive)
        pull(run, archive)
    assert (len(log_of(archive).pulls), len(log_of(archive).pipelines)) == (2, 0)


def test_no_words_of_people_are_stored_but_titles(run: Running, archive: Archive) -> None:
    """Neither texts, nor messages of commits, nor mail addresses; of a text only keys of tickets."""
    run.site.pulls[0]["author"] = user("zoe")
    pull(run, archive)
    stored = b"".join(archive.texts(SOURCE))
    for word in (b"ecret", b"example.org", b"bodyText", b"messageHeadline", b"display_title"):
        assert word not in stored
    assert (archive.document(SOURCE, "pull/7") or {})["keys"] == ["SHOP-8"]


def test_a_kind_that_the_token_may_not_read_costs_no_other(archive: Archive) -> None:
    """It is said, and QUALITY names it; the next pull tries again."""
    doubts: list[str] = []
    site = Site.seeded(2, 2, deployments=2, runs=1)
    with serve(site, Traps(no_deployments=True)) as run:
        pull(run, archive, on_doubt=doubts.append)
    log = log_of(archive)
    assert (len(log.pulls), len(log.deploys), len(log.pipelines)) == (2, 0, 1)
    assert doubts[0].endswith("the token may not read deployments; vsm verify says which permission it needs")
    assert "not to be read by the token: deployments" in log.quality["detail"].iloc[0]
    with serve(site) as run:
        pull(run, archive)
    assert len(log_of(archive).deploys) == 2


def test_a_list_that_is_not_whole_takes_nobody_away(archive: Archive) -> None:
    """Issues that a cut list of numbers lacks are not gone."""
    site = Site.seeded(1, 6, deployments=0, runs=0)
    with serve(site, Traps(lost_numbers=True)) as run:
        pull(run, archive)
        site.issues.pop(0)
        site.tick()
        pull(run, archive)
    assert log_of(archive).events.query("kind == 'delete'").empty


def test_other_kinds_are_added_without_reading_all_anew(run: Running, archive: Archive) -> None:
    """What a pull without them has read need not be read again."""
    pull(run, archive, kinds=("pulls",))
    run.forget()
    pull(run, archive)
    sent = [request.body["variables"] for request in run.requests if request.method == "POST"]
    orders = [asked["order"]["field"] for asked in sent if "order" in asked]
    assert orders == ["UPDATED_AT", "CREATED_AT", "CREATED_AT"]
