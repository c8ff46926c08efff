"""Each rule by which Git's milestones split a life, in one small story."""

import pandas as pd
import pytest

from tests.intervals.test_milestones import Joined, commit, joined
from tests.stories import at, story
from vsm.config import parse_workflow
from vsm.errors import ConfigError
from vsm.eventlog.log import sorted_events
from vsm.intervals.waits import finished_at
from vsm.quality.tracker import check_milestones
from vsm.tables import COMMITS, EVENTS, conform

TOML = """
[[stage]]
name = "Build"
kind = "work"
statuses = ["build"]

[[stage]]
name = "Coding"
kind = "work"
git = "coding"

[[stage]]
name = "Landing"
kind = "queue"
git = "landing"

[[stage]]
name = "QA"
kind = "work"
statuses = ["qa"]

[[stage]]
name = "Releasing"
kind = "queue"
git = "releasing"

[[stage]]
name = "Done"
kind = "done"
statuses = ["done"]
"""


def case(moves: str, *commits: str, toml: str = TOML, by: str = "dev-1") -> Joined:
    """Moves as ``08:00 build, 12:00 done``; commits as ``written landed released``, ``-`` where it has not."""
    steps = [move.split() for move in moves.split(", ")]
    lines = [f"{steps[0][0]} dev-1 created"]
    lines += [f"{clock} dev-1 status - > {status}" for clock, status in steps]
    rows, git = story(*lines), []
    for number, told in enumerate(commits):
        written, landed, released = (None if word == "-" else at(word) for word in told.split())
        assert written
        git.append(commit(f"c{number}", written, landed, released))
        rows += [
            {
                **rows[0],
                "kind": "commit",
                "at": written,
                "actor": by,
                "source": "git:shop",
                "ref": f"c{number}",
            }
        ]
    events = sorted_events(conform(pd.DataFrame(rows), EVENTS))
    known = conform(pd.DataFrame(git, columns=COMMITS.names), COMMITS)
    return Joined(events, known, parse_workflow(toml), at("23:00"))


def path(joined_case: Joined) -> list[str]:
    visits = joined(joined_case)[0]
    return [f"{row.stage} {row.entered:%H:%M}" for row in visits.itertuples()]


@pytest.mark.parametrize(
    ("moves", "commits", "expected"),
    [
        ("08:00 build, 20:00 done", ["09:00 12:00 21:00", "10:00 12:00 21:00"],
         ["Build 08:00", "Coding 09:00", "Landing 10:00", "Releasing 12:00", "Done 21:00"]),
        ("08:00 build, 11:00 qa, 20:00 done", ["09:00 10:00 12:00"],
         ["Build 08:00", "Landing 09:00", "Releasing 10:00", "QA 11:00", "Done 20:00"]),
        ("08:00 build", ["09:00 - -", "10:00 - -"], ["Build 08:00", "Coding 09:00"]),
        ("08:00 build, 11:00 qa", ["09:00 - -", "10:00 - -"],
         ["Build 08:00", "Coding 09:00", "Landing 10:00", "QA 11:00"]),
        ("08:00 build, 20:00 done", ["09:00 - -"], ["Build 08:00", "Landing 09:00", "Done 20:00"]),
        ("08:00 build, 20:00 done", ["09:00 21:00 22:00"],
         ["Build 08:00", "Landing 09:00", "Done 20:00", "Releasing 21:00", "Done 22:00"]),
        ("08:00 build, 20:00 done", [], ["Build 08:00", "Done 20:00"]),
        ("08:00 build", ["09:00 10:00 11:00", "14:00 16:00 17:00", "15:00 16:00 17:00"],
         ["Build 08:00", "Landing 09:00", "Releasing 10:00", "Build 11:00", "Coding 14:00", "Landing 15:00",
          "Releasing 16:00", "Build 17:00"]),
        ("08:00 build", ["09:00 09:00 -", "12:00 12:00 -", "15:00 15:00 -"],
         ["Build 08:00", "Coding 09:00", "Releasing 15:00"]),
        ("08:00 build", ["09:00 - -", "11:00 - -", "14:00 14:00 -"],
         ["Build 08:00", "Coding 09:00", "Landing 11:00", "Releasing 14:00"]),
        ("08:00 build", ["09:00 08:30 08:45", "12:00 - -"], ["Build 08:00", "Coding 12:00"]),
        ("08:00 build", ["07:00 10:00 -"], ["Landing 08:00", "Releasing 10:00"]),
    ],
    ids=[
        "coding lasts from the first to the last commit, and done is done once released",
        "any other status wins: QA stays QA, and landing is over before it",
        "while nothing has landed nobody knows which commit is the last",
        "once the tracker has moved on, it is known",
        "a done ticket of which nothing landed is done",
        "what lands after it was done waits for its release from then on",
        "a ticket without commits is as ever",
        "after a release the stage shows as it was, and the next commit begins coding anew",
        "commits made on the main line are coding until the last",
        "a squash lands what was written before it",
        "a wrong clock makes no negative span",
        "work written before the stage was entered is seen from its entry on",
    ],
)  # fmt: skip
def test_milestones_split_the_life(moves: str, commits: list[str], expected: list[str]) -> None:
    """Stage and clock of each visit."""
    assert path(case(moves, *commits)) == expected


def test_done_but_not_released_is_not_finished() -> None:
    """The tracker says done at eight in the evening; the customer still waits."""
    visits = joined(case("08:00 build, 20:00 done", "09:00 12:00 -"))[0]
    assert visits["stage"].tolist()[-1] == "Releasing"
    assert finished_at(visits).isna().all()


def test_a_done_stage_may_wait_to_land() -> None:
    """Where ``within`` of landing names it, a done ticket whose commits are pending is not done."""
    toml = TOML.replace('git = "landing"', 'git = "landing"\nwithin = ["Build", "Done"]')
    told = path(case("08:00 build, 20:00 done", "09:00 21:00 22:00", toml=toml))
    assert told == ["Build 08:00", "Landing 09:00", "Releasing 21:00", "Done 22:00"]


def test_splitting_a_stage_of_one_holder_is_no_handoff() -> None:
    """The assignee holds the stage and the coding that splits it, whoever wrote the commits."""
    split = case("08:00 build, 20:00 done", "09:00 12:00 21:00", "10:00 12:00 21:00", by="dev-2")
    row = {**split.events.iloc[0].to_dict(), "kind": "assignee", "after": "dev-1", "ref": "a"}
    plain = split.events.astype("object")
    events = sorted_events(conform(pd.concat([plain, pd.DataFrame([row])], ignore_index=True), EVENTS))
    visits, handoffs, _ = joined(split._replace(events=events))
    assert visits.loc[visits["kind"] == "work", "holder"].tolist() == ["dev-1", "dev-1"]
    assert handoffs.empty


def test_without_an_assignee_the_author_of_the_first_commit_holds_the_coding() -> None:
    """Nobody is assigned: dev-1 moved it in, dev-2 wrote, and so there is a handoff."""
    visits, handoffs, _ = joined(case("08:00 build", "09:00 - -", "10:00 - -", by="dev-2"))
    assert visits["holder"].tolist() == ["dev-1", "dev-2"]
    assert handoffs["person"].tolist() == [True]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ('name = "B"\nkind = "work"\ngit = "coding"', "git = 'coding' is said of 2 stages; keep one"),
        ('name = "B"\nkind = "work"\nwithin = ["Build"]', "stage 'B' says within, but no git"),
    ],
)
def test_faults_of_milestone_stages_are_told(more: str, sentence: str) -> None:
    """All at once, beside other faults, in the file's own words."""
    with pytest.raises(ConfigError, match=sentence):
        parse_workflow(f"{TOML}\n[[stage]]\n{more}")


def test_several_faults_of_one_stage_stand_in_one_message() -> None:
    """Statuses beside git, an unknown stage, and one that is itself a milestone."""
    toml = TOML.replace('git = "coding"', 'git = "coding"\nstatuses = ["x"]\nwithin = ["Built", "Landing"]')
    with pytest.raises(ConfigError, match=r"has git and statuses.*names 'Built'.*names 'Landing'"):
        parse_workflow(toml)


def test_missing_commits_and_releases_are_told() -> None:
    """Stages that Git tells need commits, and Releasing a release."""
    none, unreleased = case("08:00 build"), case("08:00 build", "09:00 10:00 -")
    for told, sentence in (
        (none, "no repository was pulled"),
        (unreleased, r"no release is known, so 'Releasing' holds 1 ticket"),
    ):
        rows = check_milestones(told.events, told.commits, workflow=told.workflow)
        assert rows["level"].tolist() == ["warning"]
        assert rows["detail"].str.contains(sentence).all()
