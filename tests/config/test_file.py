"""What vsm.toml may say, and what it is told when it may not."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from vsm.cli.init import TEMPLATE
from vsm.config import Workflow, parse_workflow
from vsm.errors import ConfigError

GOOD = """
[[stage]]
name = "Ready"
kind = "queue"
statuses = ["Open", "jira:1"]

[[stage]]
name = "Build"
kind = "work"
statuses = ["In Progress"]
team = "web"

[[team]]
name = "web"
members = ["dev-1"]

[[person]]
name = "dev-1"
accounts = ["jira:a", "git:dev-1"]
"""


def test_a_workflow_says_order_mapping_teams_and_persons() -> None:
    """Every section is reachable by the question it answers."""
    workflow = parse_workflow(GOOD)
    assert workflow.order == {"Ready": 0, "Build": 1}
    assert workflow.mapping == {"Open": "Ready", "jira:1": "Ready", "In Progress": "Build"}
    assert workflow.team_of == {"dev-1": "web"}
    assert workflow.person_of == {"jira:a": "dev-1", "git:dev-1": "dev-1"}


def test_the_digest_tells_workflows_apart() -> None:
    """Equal workflows have equal digests, whatever their comments; another order is another workflow."""
    assert parse_workflow(GOOD).digest == parse_workflow(GOOD + "\n# a comment").digest
    assert parse_workflow(GOOD).digest != Workflow().digest


def test_custom_fields_and_limits_are_optional() -> None:
    """Words that the file does not set name no field; a stage has a limit only where one was agreed."""
    workflow = parse_workflow(GOOD + '[jira]\nobjective = "Business aim"')
    assert workflow.jira.fields == {"objective": "Business aim"}
    assert parse_workflow(GOOD).jira.fields == {}
    limited = parse_workflow('[[stage]]\nname = "A"\nkind = "work"\nwip = 3')
    assert limited.stages[0].wip == 3
    assert workflow.stages[0].wip is None
    assert workflow.digest != parse_workflow(GOOD).digest


def test_alignment_is_optional_and_keeps_the_files_order() -> None:
    """Objectives come as they stand; what is not said is empty."""
    said = '[alignment]\nunplanned = ["Incident"]\n[alignment.objectives]\nZ = ["label:z"]\nA = ["Bug"]'
    alignment = parse_workflow(said).alignment
    assert list(alignment.objectives) == ["Z", "A"]
    assert (alignment.unplanned, alignment.flow.defect) == (("Incident",), ())
    assert parse_workflow("").alignment.objectives == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[stream", r"is not valid TOML"),
        (
            "[stages]",
            r"unknown key 'stages' in the file; known: alignment, blocking, calendar, delivery, findings, jira, membership, outcome, person, privacy, report, repository, rules, scope, service_level, stage, stream, team, waiting",
        ),
        (
            '[[stage]]\nname = "A"\nkind = "outside"',
            "kind 'outside' of a [[stage]] is called 'external' since version 0.2.0".replace("[", r"\["),
        ),
        (
            '[waiting]\norder = ["blocked", "off hours"]',
            "'off hours' is called 'non-working time' since version 0.2.0",
        ),
        ('[[stage]]\nname = "A"', r"\[\[stage\]\] 'A' lacks 'kind'; use one of queue, work, external, done"),
        ('[[stage]]\nname = "A"\nkind = "wait"', r"'stage.0.kind' in \[\[stage\]\] 'A'"),
        ('[[stage]]\nname = "A"\nkind = "work"\ncolour = 1', r"unknown key 'colour' in \[\[stage\]\] 'A'"),
        (
            GOOD + '[[stage]]\nname = "C"\nkind = "work"\nstatuses = ["Open"]',
            r"status 'Open' is mapped 2 times",
        ),
        (GOOD + '[[stage]]\nname = "Build"\nkind = "work"', r"stage 'Build' is defined 2 times"),
        (GOOD + '[[team]]\nname = "ops"\nmembers = ["dev-1"]', r"person 'dev-1' is a member 2 times"),
        (GOOD + '[[person]]\nname = "dev-2"\naccounts = ["jira:a"]', r"account 'jira:a' is claimed 2 times"),
        (
            '[jira]\naim = "x"',
            r"unknown key 'aim' in \[jira\]; known: aliases, cost_of_delay, flag, objective, sprint, team, value$",
        ),
        (
            "[alignment]\naims = []",
            r"unknown key 'aims' in \[alignment\]; known: flow, objectives, unplanned$",
        ),
        (
            '[alignment.flow]\nbugs = ["Bug"]',
            r"unknown key 'bugs' in \[alignment.flow\]; known: debt, defect, feature, risk$",
        ),
        (
            '[alignment]\nunplanned = ["labels:hotfix"]',
            r"'labels:hotfix' in \[alignment\] begins with 'labels:'; known: type:, label:, component:, epic:",
        ),
        ('[alignment.objectives]\nGrow = ["epic:"]', r"'epic:' in \[alignment\] names nothing after 'epic:'"),
        (
            '[alignment.flow]\ndefect = ["Bug"]\nrisk = ["type: bug"]',
            r"'Bug' in \[alignment.flow\] is both risk and defect; keep one",
        ),
        (
            '[alignment.flow]\ndefect = "Bug"',
            r"'alignment.flow.defect' in \[alignment.flow\]: Input should be a valid tuple",
        ),
        ('[jira]\nvalue = ""', r"'jira.value' in \[jira\]: String should have at least 1 character"),
        (
            '[[stage]]\nname = "A"\nkind = "work"\nwip = 0',
            r"'stage.0.wip' in \[\[stage\]\] 'A': Input should be greater than or equal to 1",
        ),
        (
            '[[repository]]\nname = "shop"\nreleases = "("',
            r"'\(' of a \[\[repository\]\] is no regular expression: missing \)",
        ),
        ("[rules]\nminimum = 0", r"'rules.minimum' in \[rules\]"),
        ("[[person]]\naccounts = []", r"\[\[person\]\] number 1 lacks 'name'"),
        ('[person]\nname = "dev-2"', r"\[person\] may be there several times: write \[\[person\]\]$"),
        (
            '[[what_if]]\nchange = "one_more"\nstage = "Test"\nhours = "9-5"',
            r"hours are '9-5'; write them as 09:00-13:00$",
        ),
    ],
)
def test_faults_are_told_in_the_files_own_words(text: str, sentence: str) -> None:
    """Each fault names its place and what to do."""
    with pytest.raises(ConfigError, match=sentence):
        parse_workflow(text)


def test_all_faults_are_told_at_once() -> None:
    """Two faults of different sections stand in one message."""
    with pytest.raises(ConfigError, match=r"unknown key 'nmae' in \[stream\].*lacks 'kind'"):
        parse_workflow('[stream]\nnmae = "x"\n[[stage]]\nname = "A"')


def test_blocking_links_are_pairs_that_replace_the_usual() -> None:
    """Jira's own and the usual ones without a word; none at all where the list is empty."""
    assert ("is blocked by", "blocks") in Workflow().blocking.links
    own = parse_workflow('[blocking]\nlinks = [["waits for", "holds up"]]').blocking
    assert own.links == (("waits for", "holds up"),)
    assert parse_workflow("[blocking]\nlinks = []").blocking.links == ()


def test_both_ends_of_a_blocking_link_cannot_say_the_same() -> None:
    """Nobody could tell who holds up whom."""
    with pytest.raises(ConfigError, match=r"links of \[blocking\] say 'relates to' of both ends"):
        parse_workflow('[blocking]\nlinks = [["relates to", "Relates  to"]]')
    with pytest.raises(ConfigError, match=r"\[blocking\] lacks '1'"):
        parse_workflow('[blocking]\nlinks = [["is blocked by"]]')
    with pytest.raises(ConfigError, match=r"unknown key 'link' in \[blocking\]; known: links"):
        parse_workflow("[blocking]\nlink = []")


def keys_of(section: type[BaseModel]) -> Iterator[str]:
    """The words by which a section's keys stand in the file, and those of the sections in it."""
    for name, field in section.model_fields.items():
        yield field.alias or name
        inner = get_args(field.annotation) or (field.annotation,)
        for kind in inner:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from keys_of(kind)


@pytest.mark.parametrize("key", sorted(set(keys_of(Workflow))))
def test_every_key_is_explained_in_the_file_that_init_writes(key: str) -> None:
    """It is the reference: nobody has to look elsewhere."""
    assert re.search(rf"\b{key}\b", TEMPLATE), key
