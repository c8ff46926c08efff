"""A number about a team of one is a number about a person: where shared, small teams are one."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.frames import assert_same_rows
from tests.pull_rows import pull_events, pulls
from tests.share import share
from tests.stream.work import filled
from vsm.config import parse_workflow
from vsm.cuts import Window
from vsm.errors import ConfigError, ParameterError
from vsm.eventlog.from_tables import log_from_table
from vsm.eventlog.log import Log, merge_logs
from vsm.eventlog.pull_links import events_from_pulls
from vsm.from_log import stream_from_log
from vsm.read import read_stream
from vsm.stream import ValueStream
from vsm.tables import TABLES

pytestmark = pytest.mark.slow

KEY = b"k" * 32
AS_OF = pd.Timestamp("2026-03-01", tz="UTC")
STAGES = {"New": "queue", "Build": "work", "Waiting": "queue", "Test": "work", "Over": "done"}
Step = tuple[str, str | None, str | None]
"""Status, holder and the team that the tracker names; a step a day."""


def row(line: int, step: Step) -> dict[str, Any]:
    at = pd.Timestamp("2026-01-05T09:00", tz="UTC") + pd.Timedelta(days=line)
    status, holder, team = step
    return {
        "line": line,
        "at": at.isoformat(),
        "status": status,
        "holder": holder,
        "team": team,
        "actor": None,
    }


def toml_of(
    teams: Mapping[str, Sequence[str]], *, fewest: int, calendars: Mapping[str, str] | None = None
) -> str:
    sections = [f"[privacy]\nfewest_people = {fewest}"]
    sections += [
        f'[[stage]]\nname = "{name}"\nkind = "{kind}"\nstatuses = ["{name}"]' for name, kind in STAGES.items()
    ]
    for team, members in teams.items():
        week = f'\ncalendar = "{calendars[team]}"' if calendars else ""
        sections.append(f'[[team]]\nname = "{team}"\nmembers = {json.dumps(list(members))}{week}')
    for week in sorted(set((calendars or {}).values())):
        sections.append(
            f'[[calendar]]\nname = "{week}"\nzone = "UTC"\nhours = ["{"06" if week == "early" else "12"}:00-18:00"]'
        )
    return "\n".join(sections)


def shared(
    *lifecycles: Sequence[Step],
    toml: str,
    key: bytes | None = KEY,
    window: Window | None = None,
    as_of: pd.Timestamp = AS_OF,
) -> ValueStream:
    """What is seen of these tickets without names."""
    documents = [
        {"ticket": str(number), "rows": [row(line, step) for line, step in enumerate(life)]}
        for number, life in enumerate(lifecycles, start=1)
    ]
    log = log_from_table(documents, source="table:desk")
    return stream_from_log(log, workflow=parse_workflow(toml), as_of=as_of, key=key, window=window)


def passed(stream: ValueStream) -> list[tuple[str, str, bool]]:
    table = stream.handoffs.astype({"from_team": "str", "to_team": "str"})
    return list(zip(table["from_team"], table["to_team"], table["team"], strict=True))


LIFE: list[Step] = [
    ("New", None, None),
    ("Build", "ann", None),
    ("Waiting", None, None),
    ("Test", "bo", None),
]
TWO = {"web": ["ann"], "quality": ["bo"], "office": ["cy", "di", "ed"]}


def test_teams_of_too_few_people_are_one_before_work_is_passed_on() -> None:
    """Ann's and Bo's teams are one team: what passes between them stays in it, and its wait stays a wait."""
    stream = shared([*LIFE, ("Over", None, None)], toml=toml_of(TWO, fewest=3))
    assert passed(stream) == [("small teams", "small teams", False)]
    assert stream.handoffs["wait"].tolist() == [pd.Timedelta(days=1)]
    assert stream.lifecycles[["lead", "wait"]].to_numpy().tolist() == [
        [pd.Timedelta(days=4), pd.Timedelta(days=2)]
    ]
    assert [team.name for team in stream.workflow.teams] == ["small teams", "office"]
    assert stream.provenance["merged"] == "2 teams of fewer than 3 people shown as 'small teams'"


def test_with_names_every_team_is_told_of() -> None:
    """The analyst's own view has no limit, and no sentence about one."""
    stream = shared(LIFE, toml=toml_of(TWO, fewest=3), key=None)
    assert passed(stream) == [("web", "quality", True)]
    assert "merged" not in stream.provenance
    assert "small teams" not in set(stream.quality["check"])


def test_one_person_suffices_if_vsm_toml_says_so() -> None:
    """fewest_people = 1 is off."""
    assert passed(shared(LIFE, toml=toml_of(TWO, fewest=1))) == [("web", "quality", True)]


def test_the_limit_is_how_many_are_enough() -> None:
    """A team of two is told of where two are enough, and merged where three are asked for."""
    teams = {"web": ["ann", "al"], "quality": ["bo", "bea"]}
    assert passed(shared(LIFE, toml=toml_of(teams, fewest=2))) == [("web", "quality", True)]
    assert passed(shared(LIFE, toml=toml_of(teams, fewest=3))) == [("small teams", "small teams", False)]


def test_who_held_a_teams_work_counts_as_well_as_its_members() -> None:
    """The tracker says web of what three people hold: nobody is its member, three are seen; quality has one."""
    lifecycles = [
        [("New", None, None), ("Build", who, "web"), ("Test", "bo", "quality")] for who in ("a", "b", "c")
    ]
    assert set(passed(shared(*lifecycles, toml=toml_of({}, fewest=3)))) == {("web", "small teams", True)}


def test_a_team_of_which_nobody_is_known_keeps_its_name() -> None:
    """It is no disguise of anybody."""
    lifecycles: list[Step] = [("New", None, "desk"), ("Over", None, "desk")]
    stream = shared(lifecycles, toml=toml_of({"web": ["ann"]}, fewest=3))
    assert "desk" in set(stream.visits["team"].dropna())


def test_small_teams_are_never_called_like_a_team_of_the_stream() -> None:
    """There is a team called small teams already; it is large, and keeps its name to itself."""
    teams = {"small teams": ["ann", "al", "ada"], "quality": ["bo"], "small teams 2": ["cy"]}
    assert passed(shared(LIFE, toml=toml_of(teams, fewest=2))) == [("small teams", "small teams 3", True)]


def test_what_is_still_too_small_is_told() -> None:
    """Two people in all are a team of two, and the reader is told to think."""
    stream = shared(LIFE, toml=toml_of(TWO, fewest=3))
    told = stream.quality[stream.quality["check"] == "small teams"]
    assert told["level"].tolist() == ["note", "warning"]
    assert told["detail"].iloc[0].startswith("2 teams in which fewer than 3 people ever worked: shown as")
    assert told["detail"].iloc[1].startswith("'small teams' is still no more than 2 people: whoever knows")
    large = shared(LIFE, toml=toml_of({"web": ["ann", "al"], "quality": ["bo", "bea"]}, fewest=3))
    assert large.quality.loc[large.quality["check"] == "small teams", "level"].tolist() == ["note"]


def test_a_small_team_cannot_be_asked_for() -> None:
    """Else everybody would see its numbers; the one team of all can be."""
    toml = toml_of(TWO, fewest=3)
    with pytest.raises(
        ParameterError, match="'quality', in which fewer than 3 people ever worked: without nam"
    ):
        shared(LIFE, toml=toml, window=Window(words=(("team", "quality"),)))
    assert len(shared(LIFE, toml=toml, window=Window(words=(("team", "small teams"),))).tickets) == 1


def test_calendars_that_differ_give_way_to_that_of_most() -> None:
    """Two people work early and one late: their team works early, and the data's doubts say so."""
    teams = {"web": ["ann", "al"], "quality": ["bo"]}
    toml = toml_of(teams, fewest=3, calendars={"web": "early", "quality": "late"})
    stream = shared([*LIFE, ("Over", None, None)], toml=toml)
    assert stream.clock.calendar("small teams").name == "early"
    details = stream.quality.loc[stream.quality["level"] == "warning", "detail"].tolist()
    assert any(detail.startswith("the calendars of the teams in 'small teams' differ") for detail in details)
    assert not any("used by nobody" in detail for detail in details)


def test_few_people_in_view_are_no_distribution() -> None:
    """Of a team of three one alone held work: how many tickets that one had at once is nobody's business."""
    lifecycles = [[("New", None, None), ("Build", "ann", None), ("Over", None, None)] for _ in range(14)]
    toml = toml_of({"web": ["ann", "al", "ada"]}, fewest=3)
    (alone,) = shared(*lifecycles, toml=toml).load.switching.to_dict("records")
    assert (alone["team"], alone["people"]) == ("web", 1)
    assert pd.isna([alone["one"], alone["median"]]).all()
    (named,) = shared(*lifecycles, toml=toml, key=None).load.switching.to_dict("records")
    assert named["more"] == 1.0


def test_a_work_folder_is_shared_without_its_small_teams(tmp_path: Any) -> None:
    """Left out of vsm.toml, three people are asked for."""
    toml = '[[stage]]\nname = "Build"\nkind = "work"\nstatuses = ["In Progress"]\n[privacy]\nfewest = 2'
    with pytest.raises(ConfigError, match=r"unknown key 'fewest' in \[privacy\]; known: fewest_people"):
        read_stream(filled(tmp_path, toml=toml))
    assert parse_workflow("").privacy.fewest_people == 3
    with pytest.raises(ConfigError, match="greater than or equal to 1"):
        parse_workflow("[privacy]\nfewest_people = 0")


PEOPLE = ("ann", "bo", "cy", "di", "ed")
TEAMS = ("t1", "t2", "t3", "t4")
STEPS = st.tuples(
    st.sampled_from(list(STAGES)), st.none() | st.sampled_from(PEOPLE), st.none() | st.just("t4")
)
LIVES = st.lists(st.lists(STEPS, min_size=1, max_size=8), min_size=1, max_size=6)
MEMBERS = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(TEAMS[:3]))


@settings(max_examples=share(5, of=150))
@given(lifecycles=LIVES, team_of=MEMBERS, fewest=st.integers(2, 4))
def test_merging_is_exact_and_leaves_no_small_name(
    lifecycles: list[list[Step]], team_of: dict[str, str], fewest: int
) -> None:
    """As if vsm.toml and the tracker had always known one team; waits and work still are the lead time."""
    teams = {team: sorted(p for p, t in team_of.items() if t == team) for team in TEAMS[:3]}
    toml = toml_of({team: who for team, who in teams.items() if who}, fewest=fewest)
    stream = shared(*lifecycles, toml=toml)
    plain = shared(*lifecycles, toml=toml, key=None)
    held = plain.visits[plain.visits["kind"] == "work"]
    seen = {
        team: set(teams.get(team, [])) | set(held.loc[held["team"] == team, "holder"].dropna())
        for team in TEAMS
    }
    small = {team for team, who in seen.items() if 0 < len(who) < fewest}
    for name in TABLES:
        frame = getattr(stream, name)
        for column in frame.columns.intersection(
            ["team", "from_team", "to_team", "receiver", "before", "after"]
        ):
            assert not set(frame[column].astype("str").dropna()) & small, (name, column)
    assert not {team.name for team in stream.workflow.teams} & small
    assert not set(stream.team_network) & small

    def merged(team: str) -> str:
        return "small teams" if team in small else team

    known: dict[str, list[str]] = {}
    for team, who in teams.items():
        if who:
            known.setdefault(merged(team), []).extend(who)
    renamed = [[(s, h, t and merged(t)) for s, h, t in life] for life in lifecycles]
    expected = shared(*renamed, toml=toml_of(known, fewest=1))
    for name in ("visits", "handoffs", "waits"):
        assert_same_rows(getattr(stream, name), getattr(expected, name), name)
    assert (stream.lifecycles["lead"] == plain.lifecycles["lead"]).all()
    assert (stream.lifecycles["wait"] + stream.lifecycles["work"] == stream.lifecycles["lead"]).all()
    by_handoff = stream.waits.groupby("handoff")["elapsed"].sum().reindex(stream.handoffs["handoff"])
    assert by_handoff.fillna(pd.Timedelta(0)).tolist() == stream.handoffs["wait"].tolist()


def test_a_review_that_a_small_team_is_asked_for_waits_for_the_small_teams() -> None:
    """As with names it waits for the team; and the request names no small team either."""
    life: list[Step] = [
        ("New", None, None),
        ("Build", "cy", None),
        ("Build", "cy", None),
        ("Over", "cy", None),
    ]
    documents = [{"ticket": "1", "rows": [row(line, step) for line, step in enumerate(life)]}]
    log = log_from_table(documents, source="table:desk")
    opened = {"number": 1, "created": "06 10:00", "author": "github:cy", "mentions": "1"}
    acts = pull_events(
        1, ("06 10:00", "opened", "cy", None), ("06 10:00", "review_request", "cy", "team:quality")
    )
    log = merge_logs(log, Log(pulls=pulls(opened), pull_events=acts))
    log = merge_logs(log, Log(events=events_from_pulls(log, keys={"1": str(log.tickets["ticket"].iloc[0])})))
    toml = toml_of(TWO, fewest=3) + '\n[[stage]]\nname = "Review"\nkind = "queue"\nreview = "waiting"'
    toml += '\nwithin = ["Build"]'
    for key, team in ((None, "quality"), (KEY, "small teams")):
        stream = stream_from_log(log, workflow=parse_workflow(toml), as_of=AS_OF, key=key)
        assert set(stream.waits.loc[stream.waits["stage"] == "Review", "receiver"]) == {team}
        assert stream.pull_events["after"].astype("str").tolist()[1] == f"team:{team}"


def held(holder: str, team: str, start: int, *, over: bool = True) -> list[Step]:
    """A ticket that one person works on from a day on."""
    waits: list[Step] = [("New", None, None)] * start
    return [*waits, ("New", None, None), ("Build", holder, team), *([("Over", None, team)] if over else [])]


def test_a_window_in_which_one_person_of_three_is_left_tells_nothing_of_the_team() -> None:
    """Ann's, Al's and Abe's team is shown as a whole; since the day on which only Ann's work is left, it is not."""
    payments = [held(who, "payments", day) for who, day in (("ann", 1), ("al", 2), ("abe", 3), ("ann", 30))]
    office = [held(who, "office", day) for who in ("cy", "di", "ed") for day in (3, 31)]
    toml = toml_of({}, fewest=3)
    everything = shared(*payments, *office, toml=toml)
    assert set(everything.visits["team"].dropna()) == {"payments", "office"}
    late = Window(since=pd.Timestamp("2026-01-20", tz="UTC"))
    windowed = shared(*payments, *office, toml=toml, window=late)
    assert set(windowed.visits["team"].dropna()) == {"small teams"}  # office joins, or it would be Ann alone
    assert (
        windowed.provenance["merged"]
        == "2 teams of fewer than 3 people in this window shown as 'small teams'"
    )
    assert "within this window" in " ".join(windowed.quality["detail"])
    with pytest.raises(ParameterError, match="in which fewer than 3 people worked within this window"):
        shared(*payments, *office, toml=toml, window=Window(since=late.since, words=(("team", "payments"),)))
    named = shared(
        *payments,
        *office,
        toml=toml,
        window=Window(since=late.since, words=(("team", "payments"),)),
        key=None,
    )
    assert set(named.visits["holder"].dropna()) == {"ann"}


def test_what_a_window_leaves_out_tells_of_nobody_either() -> None:
    """Three hold work since then and one before: the report of everything less this one would be Abe's work."""
    payments = [held(who, "payments", day) for who, day in (("ann", 30), ("al", 30), ("bo", 30), ("abe", 2))]
    office = [held(who, "office", day) for who in ("cy", "di", "ed") for day in (3, 31)]
    late = Window(since=pd.Timestamp("2026-01-20", tz="UTC"))
    stream = shared(*payments, *office, toml=toml_of({}, fewest=3), window=late)
    assert set(stream.visits["team"].dropna()) == {"small teams", "office"}


def test_until_counts_who_had_held_work_by_then() -> None:
    """Three members, of whom one has worked so far: a chosen instant shows no team of one."""
    toml = toml_of({"web": ["ann", "al", "abe"], "office": ["cy", "di", "ed"]}, fewest=3)
    lives = [held("ann", "web", 1), *(held(who, "office", 1) for who in ("cy", "di", "ed"))]
    assert set(shared(*lives, toml=toml).visits["team"].dropna()) == {"web", "office"}
    chosen = shared(*lives, toml=toml, window=Window(until=AS_OF))
    assert set(chosen.visits["team"].dropna()) == {"small teams"}


WINDOWS = st.builds(
    Window,
    since=st.none()
    | st.integers(0, 12).map(lambda day: pd.Timestamp("2026-01-05", tz="UTC") + pd.Timedelta(days=day)),
    until=st.none() | st.just(AS_OF),
)


@settings(max_examples=share(5, of=300))
@given(lifecycles=LIVES, team_of=MEMBERS, fewest=st.integers(2, 4), window=WINDOWS)
def test_no_window_names_a_team_of_too_few(
    lifecycles: list[list[Step]], team_of: dict[str, str], fewest: int, window: Window
) -> None:
    """Of each team that is shown by its name, nobody or enough people held work: in the window and out of it."""
    teams = {team: sorted(p for p, t in team_of.items() if t == team) for team in TEAMS[:3]}
    toml = toml_of({team: who for team, who in teams.items() if who}, fewest=fewest)
    stream, everything = shared(*lifecycles, toml=toml, window=window), shared(*lifecycles, toml=toml)
    if window == Window():
        return
    inside = everything.visits["ticket"].isin(set(stream.tickets["ticket"]))
    for rows in (stream.visits, everything.visits[~inside]):
        work = rows[rows["kind"] == "work"]
        for team, people in work.groupby("team", observed=True)["holder"].nunique().items():
            shown = str(team) in set(stream.visits["team"].dropna()) and team != "small teams"
            assert not shown or people == 0 or people >= fewest, (team, people)
