"""Accounts of several systems become persons; what is ambiguous stays apart."""

import pandas as pd
import pytest

from vsm.eventlog.log import sorted_events
from vsm.people import People, Unclear, people_from_names
from vsm.quality.people import check_people
from vsm.tables import EVENTS, NAMES, conform


def named(*rows: tuple[str, str]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows, columns=["id", "name"]).assign(kind="account"), NAMES)


def test_one_name_in_two_systems_is_one_person() -> None:
    """Case, accents and punctuation do not matter; the tracker's spelling is kept."""
    people = people_from_names(named(("jira:1", "Dév 1"), ("git:dev-1", "dev-1")), declared={}, team_of={})
    assert people.person_of == {"jira:1": "Dév 1", "git:dev-1": "Dév 1"}
    assert people.unclear == ()


def test_one_name_twice_in_one_system_joins_nobody() -> None:
    """Two accounts of one system with one name stay apart and are reported."""
    people = people_from_names(
        named(("jira:1", "dev"), ("jira:2", "dev"), ("git:dev", "dev")), declared={}, team_of={}
    )
    assert len(set(people.person_of.values())) == 3
    assert people.unclear == (Unclear("name", ("git:dev", "jira:1", "jira:2"), "dev"),)


def test_names_in_any_script_are_told_apart() -> None:
    """Two people whose names share nothing but a title are two."""
    people = people_from_names(
        named(("jira:1", "李雷 (PM)"), ("git:x", "王芳 (PM)")), declared={}, team_of={}
    )
    assert people.person_of == {"jira:1": "李雷 (PM)", "git:x": "王芳 (PM)"}


def test_the_workflow_file_wins() -> None:
    """A declared account is who the file says, whatever its name."""
    people = people_from_names(
        named(("jira:1", "dev-9"), ("git:x", "dev-9")), declared={"jira:1": "dev-1"}, team_of={}
    )
    assert people.person_of == {"jira:1": "dev-1", "git:x": "dev-9"}


def test_two_accounts_of_one_person_are_one_in_events_and_statuses_stay() -> None:
    """As actors, and where assigned; a status that is called like an account is none."""
    at = pd.Timestamp("2026-01-05", tz="UTC")
    rows = [
        ("assignee", None, "git:x", "jira:1"),
        ("status", "git:x", "Done", "git:x"),
        ("comment", *[None] * 3),
    ]
    frame = pd.DataFrame(rows, columns=["kind", "before", "after", "actor"])
    frame = frame.assign(ticket="a", at=at, source="jira", ref="1", seq=range(3), bulk=False)
    found = People({"jira:1": "Ann", "git:x": "Ann"}).identify(conform(frame, EVENTS))
    shown = found[["before", "after", "actor"]].astype("object")
    assert shown.where(shown.notna(), None).to_numpy().tolist() == [
        [None, "Ann", "Ann"],
        ["git:x", "Done", "Ann"],
        [None, None, None],
    ]
    assert found["actor"].cat.categories.tolist() == ["Ann"]


def test_an_agent_is_no_bot_whatever_it_is_called() -> None:
    """Its acts are its own; a bot's are nobody's."""
    names = named(("jira:d", "devin-ai-integration[bot]"), ("jira:r", "renovate[bot]"), ("jira:a", "Ann"))
    people = people_from_names(names, declared={"jira:d": "Devin"}, team_of={}, agents={"Devin": True})
    assert people.agents == {"Devin"}
    assert people.bots == {"renovate[bot]"}
    assert people.programs == {"Devin", "renovate[bot]"}
    assert people.unclear == ()


@pytest.mark.parametrize("name", ["GitHub Copilot", "Claude", "Cursor Agent", "Rovo", "coderabbitai[bot]"])
def test_who_is_called_like_an_agent_is_asked_about_until_somebody_answers(name: str) -> None:
    """Jules and Claude are people, too: no name alone makes an agent."""
    names = named(("jira:x", name), ("jira:y", f"{name} Miller"))
    people = people_from_names(names, declared={}, team_of={})
    assert people.agents == frozenset()
    assert [(one.about, one.word) for one in people.unclear] == [("agent", name)]
    (note,) = [note for note in check_people(people) if note.check == "possible AI agent"]
    assert note.detail.startswith(f"'{name}' (jira:x) is called like an AI agent")
    answered = people_from_names(names, declared={}, team_of={}, bots={name: False})
    assert answered.unclear == ()


@pytest.mark.parametrize(
    ("account", "category"),
    [
        ("github:copilot-swe-agent", "app"),
        ("github:Devin-AI-integration", "app"),
        ("git:cursor[bot]", None),
        ("git:google-labs-jules[bot]", None),
    ],
)
def test_known_agents_of_github_are_agents_until_the_file_says_otherwise(
    account: str, category: str | None
) -> None:
    """Nobody has to say so; agent = false makes a bot of it, bot = false a person."""
    name = account.partition(":")[2]
    names = named((account, name)).assign(category=category)
    default = people_from_names(names, declared={}, team_of={})
    assert (sorted(default.agents), sorted(default.bots), default.unclear) == ([name], [], ())
    assert [note.check for note in check_people(default)] == ["AI agents"]
    bot = people_from_names(names, declared={}, team_of={}, agents={name: False})
    assert (sorted(bot.agents), sorted(bot.bots)) == ([], [name])
    person = people_from_names(names, declared={}, team_of={}, bots={name: False})
    assert (person.agents, person.bots) == (frozenset(), frozenset())


def test_a_user_who_is_called_like_an_agents_app_is_asked_about() -> None:
    """github.com/claude is a user; the agent is the app claude[bot]. With an account of a person it is none."""
    user = people_from_names(named(("github:claude", "claude")), declared={}, team_of={})
    assert (user.agents, [one.about for one in user.unclear]) == (frozenset(), ["agent"])
    both = named(("git:claude[bot]", "claude[bot]"), ("jira:1", "Ann"))
    declared = {"git:claude[bot]": "Ann", "jira:1": "Ann"}
    assert people_from_names(both, declared=declared, team_of={}).agents == frozenset()


def test_events_speak_of_persons() -> None:
    """Actors, and assignees before and after, are persons; statuses of the same spelling are left alone."""
    rows = pd.DataFrame(
        {
            "ticket": "jira:7", "at": pd.Timestamp("2026-01-05", tz="UTC"), "kind": ["status", "assignee"],
            "before": [None, "jira:1"], "after": ["jira:1", "jira:2"], "actor": ["jira:1", None],
            "source": "jira", "ref": ["a", "b"], "seq": 0, "bulk": False,
        }
    )  # fmt: skip
    events = sorted_events(conform(rows, EVENTS))
    known = People({"jira:1": "dev-1"}).identify(events)
    assert known[["before", "after", "actor"]].astype("str").fillna("-").to_numpy().tolist() == [
        ["-", "jira:1", "dev-1"],
        ["dev-1", "jira:2", "-"],
    ]
