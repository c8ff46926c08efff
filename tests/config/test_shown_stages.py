"""Stages that pull requests and pipelines show, as vsm.toml names them."""

import pytest

from vsm.config import parse_workflow
from vsm.errors import ConfigError

BUILD = '[[stage]]\nname = "Build"\nkind = "work"\nstatuses = ["jira:3"]\n'


def stage(name: str, *lines: str) -> str:
    return "\n".join(["[[stage]]", f'name = "{name}"', 'kind = "queue"', *lines, ""])


def test_reviews_split_the_work_before_them_and_pipelines_the_wait_for_the_merge() -> None:
    """Without within; a stage of theirs is none of the tracker's."""
    flow = parse_workflow(
        BUILD
        + stage("Waiting for review", 'review = "waiting"')
        + stage("Waiting to merge", 'review = "merging"')
        + stage("Queued", 'pipeline = "queued"')
        + stage("Held", 'pipeline = "approval"', 'within = ["Build"]')
    )
    assert flow.review_splits == {
        "review:waiting": ("Build",),
        "review:merging": ("Build",),
        "pipeline:queued": ("Waiting to merge",),
        "pipeline:approval": ("Build",),
    }
    assert flow.splits == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (stage("A", 'review = "waiting"', 'git = "coding"'), "stage 'A' has git and review; keep one"),
        (
            stage("A", 'review = "waiting"', 'statuses = ["x"]'),
            "stage 'A' has review and statuses; keep one: a review has no status",
        ),
        (
            stage("A", 'review = "waiting"') + stage("B", 'review = "waiting"'),
            "review = 'waiting' is said of 2 stages; keep one",
        ),
        (
            stage("A", 'pipeline = "running"').replace('"queue"', '"work"'),
            "stage 'A' has pipeline and is of kind work; nobody works on a ticket while its pipeline runs: say",
        ),
        (
            stage("A", 'pipeline = "queued"', 'within = ["C"]'),
            "within of stage 'A' names 'C', which is no stage of the tracker here",
        ),
        (
            stage("A", 'statuses = ["y"]', 'within = ["Build"]'),
            "stage 'A' says within, but no git, review or",
        ),
    ],
)
def test_contradictions_are_named(text: str, fault: str) -> None:
    """In one sentence, with the stage."""
    with pytest.raises(ConfigError, match=fault):
        parse_workflow(BUILD + text)


def test_one_without_work_before_it_has_nothing_to_split() -> None:
    """It is asked for."""
    with pytest.raises(ConfigError, match="stage 'A' has no stage of kind work before it to split"):
        parse_workflow(stage("A", 'review = "waiting"') + BUILD)
