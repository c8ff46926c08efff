"""From vsm.toml to the teams' clocks, and what to doubt of them."""

from typing import Any

import numpy as np
import pandas as pd

from vsm.clock import Clock, clock_from_workflow
from vsm.config import Workflow, parse_workflow
from vsm.people import Teams
from vsm.quality.people import acts_by_team, check_calendars
from vsm.tables import EVENTS, conform, empty

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")
TEAMS = Teams({"dev-1": "web", "dev-2": "web", "ops-1": "ops"})
TOML = """
[stream]
calendar = "office"
[[team]]
name = "web"
[[team]]
name = "ops"
calendar = "nights"
[[calendar]]
name = "office"
zone = "Europe/Berlin"
days_off = [2026-01-06]
half_days = ["01-07"]
[[calendar]]
name = "nights"
zone = "UTC"
hours = ["22:00-06:00"]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""


def clock(workflow: Workflow) -> Clock:
    """Around the Monday."""
    return clock_from_workflow(workflow, since=MONDAY, until=MONDAY + pd.Timedelta(days=7))


def hours(found: Clock, team: str | None) -> float:
    """Working hours of the week from the Monday on."""
    start, end = MONDAY.value // 1000, (MONDAY + pd.Timedelta(days=7)).value // 1000
    return int(found.calendar(team).working(start, end)) / 3.6e9


def acts(*rows: tuple[str | None, float, str], **beside: Any) -> pd.DataFrame:
    """EVENTS of (actor, hours from the Monday on, kind)."""
    found = pd.DataFrame(rows, columns=["actor", "hour", "kind"])
    at = MONDAY + pd.to_timedelta(found["hour"], unit="h")
    about: dict[str, Any] = {
        "ticket": "jira:1", "before": "1", "after": "2", "source": "jira", "ref": found.index.astype("str"),
        "seq": 0, "bulk": False,
    }  # fmt: skip
    return conform(found.assign(at=at, **(about | beside)), EVENTS)


def test_each_team_goes_by_the_calendar_that_is_named_for_it() -> None:
    """A day off, a half day and nights; who is in no team goes by the stream's."""
    found = clock(parse_workflow(TOML))
    assert [hours(found, team) for team in ("web", "ops", "unknown", None)] == [27, 56, 27, 27]
    assert found.calendar("web") is found.calendar(None)
    assert not found.calendar("web").assumed


def test_without_a_calendar_the_default_says_that_it_is_one() -> None:
    """Forty hours a week, assumed."""
    found = clock(Workflow())
    assert (hours(found, "web"), found.calendar("web").assumed) == (40, True)


def test_always_is_every_hour() -> None:
    """Nights and weekends count."""
    text = '[stream]\ncalendar = "on call"\n[[calendar]]\nname = "on call"\nalways = true'
    assert hours(clock(parse_workflow(text)), None) == 168


def test_acts_outside_of_the_hours_are_counted_by_team() -> None:
    """Only what people do themselves; too few have no share; those in no team come last."""
    day = [("dev-1", 10.0, "comment")] * 9
    night = [("dev-2", 20.0, "status")] * 3 + [("ops-1", 23.0, "commit"), ("else", 2.0, "review")]
    none = acts(("dev-1", 2.0, "assignee"), (None, 2.0, "comment"))
    events = pd.concat([acts(*day, *night), none], ignore_index=True).astype({"actor": "category"})
    found = acts_by_team(events, clock=clock(parse_workflow(TOML)), teams=TEAMS)
    assert found["team"].fillna("-").tolist() == ["ops", "web", "-"]
    assert found["calendar"].tolist() == ["nights", "office", "office"]
    assert found["acts"].tolist() == [1, 12, 1]
    assert found["outside"].tolist() == [0, 3, 1]
    assert np.isnan(found["share"].iloc[[0, 2]]).all()
    assert found["share"].iloc[1] == 0.25


def test_clean_up_and_first_states_are_no_acts() -> None:
    """A bulk edit at night says nothing about hours."""
    moved = acts(("dev-1", 2.0, "status"), ("dev-1", 3.0, "status"), bulk=[True, False], before=["1", None])
    assert acts_by_team(moved, clock=clock(Workflow()), teams=TEAMS).empty


def test_an_assumed_calendar_is_told() -> None:
    """Of all, of the teams that name none, or not at all."""
    done = acts(("dev-1", 10.0, "comment"))
    text = TOML.replace('calendar = "office"', "", 1)
    (all_of_them,) = check_calendars(done, clock=clock(Workflow()), workflow=Workflow(), teams=TEAMS)
    workflow = parse_workflow(text)
    one, unused = check_calendars(done, clock=clock(workflow), workflow=workflow, teams=TEAMS)
    assert (all_of_them.check, all_of_them.level) == ("calendar", "warning")
    assert all_of_them.detail == (
        "working time of web rests on an assumed calendar, default (Mon-Fri 09:00-17:00 UTC), without holidays; "
        "describe a [[calendar]] in vsm.toml and name it in [stream] or [[team]]"
    ).replace(" of web", "")
    assert one.detail.startswith("working time of web rests on an assumed calendar")
    assert unused.detail == "calendar 'office' is not used by any team; name it in [stream] or [[team]]"
    whole = parse_workflow(TOML)
    assert check_calendars(done, clock=clock(whole), workflow=whole, teams=TEAMS) == []


def test_much_work_outside_of_the_hours_is_told() -> None:
    """With the share, the number and what to check; a quarter is not much."""
    workflow = parse_workflow(TOML)
    late = acts(*[("dev-1", 20.0, "comment")] * 4, *[("dev-1", 10.0, "comment")] * 8)
    (doubt,) = check_calendars(late, clock=clock(workflow), workflow=workflow, teams=TEAMS)
    assert doubt.detail.startswith(
        "4 of 12 acts (33 %) of team 'web' are outside calendar 'office'; check its time zone and hours"
    )
    usual = acts(*[("dev-1", 20.0, "comment")] * 3, *[("dev-1", 10.0, "comment")] * 9)
    assert check_calendars(usual, clock=clock(workflow), workflow=workflow, teams=TEAMS) == []


def test_an_empty_log_raises_no_doubt() -> None:
    """Nothing rests on a calendar yet."""
    nothing = check_calendars(empty(EVENTS), clock=clock(Workflow()), workflow=Workflow(), teams=Teams())
    assert nothing == []
