"""Whether defects are fixed by the team that made the change: only what is said counts."""

from typing import Any

import pandas as pd
import pytest

from tests.hands import DAY, START, Hands, Life, commit, commits, events, went
from vsm.config import Workflow
from vsm.model.alignment import alignment_of_tickets
from vsm.model.responsibility import defects_fixed_at_home, fixes_of_defects

WEB = went("Build dev-1 web 3", "Test qa-1 qa 1", "Done")
QA = went("Build dev-1 web 1", "Test qa-1 qa 2", "Done")
NOBODY = went("Build - - 1", "Done")
BUG = {"type": "Bug"}


def fixed(*lifecycles: Life, about: list[dict[str, Any]], **more: Any) -> pd.DataFrame:
    hands = Hands(lifecycles, about=about, **more)
    return fixes_of_defects(
        hands.lifecycles, alignment=alignment_of_tickets(hands.tickets, workflow=Workflow()), visits=hands.visits,
        events=hands.events, commits=hands.commits, tickets=hands.tickets,
    )  # fmt: skip


def told(rows: pd.DataFrame) -> list[list[Any]]:
    """Cause, what tells it, both teams, and whether they are one."""
    plain = rows[["ticket", "cause", "by", "made_by", "fixed_by", "home"]].astype("object")
    return plain.where(plain.notna(), None).to_numpy().tolist()


def linked(ticket: str, text: str, day: float = 9, gone: bool = False) -> tuple[Any, ...]:
    return (ticket, day, "link", text, None, None) if gone else (ticket, day, "link", None, text, None)


@pytest.mark.parametrize(
    "link",
    [
        linked("jira:2", "This issue is caused by AB-1"),
        linked("jira:1", "This issue causes AB-2"),
        linked("jira:2", "was introduced by ab-1"),
        linked("jira:1", "This issue Breaks AB-2"),
    ],
)
def test_a_causal_link_names_the_change(link: tuple[Any, ...]) -> None:
    """From either side, whatever the letters' case: web made it, and web fixed it."""
    assert told(fixed(WEB, WEB, about=[{}, BUG], events=events(link))) == [
        ["jira:2", "jira:1", "link", "web", "web", True]
    ]


@pytest.mark.parametrize(
    "text",
    ["This issue is related to AB-1", "This issue duplicates AB-1", "This issue depends on AB-1", "is caused by XY-1",
     "This issue causes AB-1", "This issue is caused by AB-2"],
)  # fmt: skip
def test_other_links_tell_no_cause(text: str) -> None:
    """A relation is no cause, a ticket that is not there neither, nor what came later, nor the defect itself."""
    assert told(fixed(WEB, WEB, about=[{}, BUG], events=events(linked("jira:2", text)))) == [
        ["jira:2", None, None, None, "web", None]
    ]


@pytest.mark.slow
def test_a_link_that_was_taken_away_tells_nothing() -> None:
    """Unless it was made again."""
    text = "This issue is caused by AB-1"
    rows = [linked("jira:2", text, 1), linked("jira:2", text, 2, gone=True)]
    assert told(fixed(WEB, WEB, about=[{}, BUG], events=events(*rows)))[0][1] is None
    rows.append(linked("jira:2", text, 3))
    assert told(fixed(WEB, WEB, about=[{}, BUG], events=events(*rows)))[0][1] == "jira:1"


def test_a_key_that_the_change_had_before_is_known() -> None:
    """It moved to another project since."""
    rows = events(("jira:1", 1, "move", "OLD-7", "AB-1", None), linked("jira:2", "is caused by OLD-7"))
    assert told(fixed(WEB, WEB, about=[{}, BUG], events=rows))[0][1] == "jira:1"


def test_a_reverted_commit_names_the_change() -> None:
    """The defect's commit takes back a commit of the first ticket, made by web; qa fixed most of it."""
    rows = events(("jira:1", 1, "commit", None, "c1", "dev-1"), ("jira:2", 2, "commit", None, "c2", "qa-1"))
    made = commits(commit("c1"), commit("c2", reverts="c1 c0"))
    found = fixed(WEB, QA, about=[{}, BUG], events=rows, commits=made)
    assert told(found) == [["jira:2", "jira:1", "revert", "web", "qa", False]]


def test_of_several_causes_the_latest_counts() -> None:
    """By creation, and never one created after the defect."""
    rows = events(*[linked("jira:3", f"is caused by AB-{number}") for number in (1, 2, 4)])
    found = fixed(WEB, QA, WEB, WEB, about=[{}, {}, BUG, {}], events=rows)
    assert told(found) == [["jira:3", "jira:2", "link", "qa", "web", False]]


def test_the_share_is_of_defects_whose_teams_are_known() -> None:
    """Of five finished defects three name a cause, two of these with teams: one of two at home."""
    lifecycles = [WEB, WEB, QA, NOBODY, WEB, WEB, went("Build dev-1 web 3")]
    about = [{}, BUG, BUG, BUG, BUG, BUG, BUG]
    rows = events(*[linked(f"jira:{number}", "is caused by AB-1") for number in (2, 3, 4)])
    found = fixed(*lifecycles, about=about, events=rows)
    (row,) = defects_fixed_at_home(found, minimum=2).to_dict("records")
    assert (row["defects"], row["with_cause"], row["n"], row["home"], row["share"]) == (5, 3, 2, 1, 0.5)
    assert pd.isna(row["missing"])
    assert defects_fixed_at_home(found, minimum=12)["share"].isna().all()


@pytest.mark.parametrize(
    ("about", "rows", "missing"),
    [
        ([{}, {}], [], "no delivered ticket is a defect"),
        ([{}, BUG], [], "no defect names the change that caused it"),
        ([{}, BUG], [linked("jira:2", "is caused by AB-1")], "teams are not known on both sides"),
    ],
)
def test_what_is_missing_is_named(about: list[dict[str, Any]], rows: list[Any], missing: str) -> None:
    """Three different answers, none of them 0 %."""
    found = fixed(NOBODY, NOBODY, about=about, events=events(*rows))
    (row,) = defects_fixed_at_home(found, minimum=12).to_dict("records")
    assert row["missing"].startswith(missing)
    assert pd.isna(row["share"])


def test_a_change_made_at_the_defects_own_instant_may_be_its_cause() -> None:
    """Imports create many tickets at once."""
    about: list[dict[str, Any]] = [{"created": START}, BUG | {"created": START}]
    rows = events(linked("jira:2", "is caused by AB-1"))
    assert told(fixed(WEB, WEB, about=about, events=rows))[0][1] == "jira:1"
    later: list[dict[str, Any]] = [{"created": START + DAY}, BUG | {"created": START}]
    assert told(fixed(WEB, WEB, about=later, events=rows))[0][1] is None
