"""A log as it was at one instant: what came later is gone, and history stays whole."""

import pandas as pd
import pytest

from tests.git_bodies import Body, batch, commit, repository
from tests.pull_rows import pipelines, pull_events, pulls
from vsm.config import Workflow
from vsm.eventlog.as_of import log_as_of
from vsm.eventlog.deliveries import log_with_deliveries
from vsm.eventlog.from_git import log_from_git
from vsm.eventlog.log import Log

AS_OF = pd.Timestamp("2026-02-01", tz="UTC")
LATE = "2099-01-01T09:00:00Z"


def on(day: int, name: str, *parents: str, at: str | None = None, committed: str | None = None) -> Body:
    return commit(name, name, at=at or f"2026-01-{day:02}T09:00:00Z", committed=committed, parents=parents)


def seen(*commits: Body, main: str, tags: tuple[tuple[str, str], ...] = ()) -> Log:
    """What is known of these commits on the first of February, with merges and releases."""
    state = repository(main, tags=[(tag, at, None) for tag, at in tags])
    log = log_from_git([batch(*commits), state], repository="shop", keys={})
    return log_with_deliveries(log_as_of(log, AS_OF), workflow=Workflow())


@pytest.mark.parametrize("wrong", [{"at": LATE}, {"committed": LATE}, {"at": "2027-01-01T00:00:00+14:00"}])
def test_a_commit_with_a_wrong_clock_does_not_cut_the_history_in_two(wrong: dict[str, str]) -> None:
    """It is in no table; what is before it was merged and released with what came after it."""
    log = seen(
        on(5, "c1"), on(6, "c2", "c1", **wrong), on(7, "c3", "c2"), main="c3", tags=(("v1", "c3"),)
    )  # fmt: skip
    assert log.commits[["commit", "parents", "release"]].to_numpy().tolist() == [
        ["c1", "", "v1"], ["c3", "c1", "v1"],
    ]  # fmt: skip
    assert log.commits["released"].max() == pd.Timestamp("2026-01-07T09:00", tz="UTC")


def test_a_merge_with_a_wrong_clock_is_shown_by_the_next_commit_of_the_main_line() -> None:
    """m merged the branch f in 2099, by its clock; c2 came after it."""
    log = seen(
        on(5, "c1"), on(6, "f", "c1"), on(7, "m", "c1", "f", committed=LATE), on(8, "c2", "m"), main="c2"
    )
    assert dict(zip(log.commits["commit"], log.commits["merge_commit"], strict=True)) == {
        "c1": "c1", "f": "c2", "c2": "c2",
    }  # fmt: skip


def test_a_main_line_that_went_on_ends_at_the_instant() -> None:
    """The branch that is merged later is not merged yet, and the main line is where it was."""
    march = "2026-03-01T09:00:00Z"
    log = seen(
        on(5, "c1"), on(6, "f", "c1"), on(7, "c2", "c1"), on(8, "m", "c2", "f", at=march),
        on(9, "c3", "m", at=march), main="c3", tags=(("v1", "c2"), ("v2", "c3")),
    )  # fmt: skip
    assert log.branches[["commit", "main"]].to_numpy().tolist() == [["c2", True]]
    assert log.releases["release"].tolist() == ["v1"]
    merged = dict(zip(log.commits["commit"], log.commits["merged_at"].notna(), strict=True))
    assert merged == {"c1": True, "f": False, "c2": True}


def test_a_branch_that_began_later_is_not_there() -> None:
    """Nothing of it is left to name."""
    assert seen(on(5, "c1", at=LATE), main="c1").branches.empty


def test_a_long_run_of_wrong_clocks_is_bridged() -> None:
    """A hundred commits of one machine, with merges among them."""
    wrong = [on(6, f"w{n}", f"w{n - 1}" if n else "c1", "c1", at=LATE) for n in range(100)]
    log = seen(on(5, "c1"), *wrong, on(7, "c2", "w99"), main="c2", tags=(("v1", "c2"),))
    assert log.commits[["commit", "parents"]].to_numpy().tolist() == [["c1", ""], ["c2", "c1"]]


def test_a_pull_request_is_as_it_was() -> None:
    """Merged later, it is open; marked ready later, it is a draft; opened later, it is not there."""
    log = Log(
        pulls=pulls(
            {"number": 1, "created": "05 09:00", "merged": "2026-02-03", "closed": "2026-02-03",
             "merged_by": "github:a", "merge_commit": "m"},
            {"number": 2, "created": "2026-02-02"},
        ),
        pull_events=pull_events(
            1, ("05 09:00", "opened", "a", None), ("05 09:00", "draft", "a", None),
            ("2026-02-02", "ready", "a", None), ("2026-02-03", "merge", "a", None),
        ),
    )  # fmt: skip
    seen_then = log_as_of(log, AS_OF)
    assert seen_then.pulls[["number", "draft"]].to_numpy().tolist() == [[1, True]]
    assert seen_then.pulls[["merged", "closed", "merged_by", "merge_commit"]].isna().all(axis=None)
    assert seen_then.pull_events["kind"].astype("str").tolist() == ["opened", "draft"]


def test_a_pipeline_that_ended_later_still_runs() -> None:
    """Its end and outcome are not known, and an approval that came later is still waited for."""
    ran = {"created": "31 22:00", "started": "31 23:00", "finished": "2026-02-01 01:00", "outcome": "failure"}
    held = {"created": "31 22:00", "held_from": "31 22:00", "held_until": "2026-02-01 01:00"}
    seen_then = log_as_of(Log(pipelines=pipelines(ran, held, {"created": "2026-02-02"})), AS_OF).pipelines
    assert len(seen_then) == 2
    assert seen_then[["finished", "held_until"]].isna().all(axis=None)
    assert seen_then["outcome"].astype("str").tolist() == ["unknown", "unknown"]
    assert seen_then["started"].notna().tolist() == [True, False]


def test_what_ended_before_stays_the_same() -> None:
    """The very log comes back where nothing of the hosts came later."""
    log = Log(
        pulls=pulls({"number": 1, "created": "05 09:00", "merged": "06 09:00", "closed": "06 09:00"}),
        pull_events=pull_events(1, ("05 09:00", "opened", "a", None)),
        pipelines=pipelines({"created": "05 09:00", "finished": "05 10:00", "outcome": "success"}),
    )
    assert log_as_of(log, AS_OF) is log
