"""Checks of people: persons that cannot be told apart, bots, and calendars that do not fit how they work."""

from collections.abc import Iterator, Sequence
from typing import Final

import pandas as pd

from vsm.clock import Clock
from vsm.config import Workflow
from vsm.counts import counted
from vsm.eventlog.log import QualityNote
from vsm.people import People, Teams, Unclear
from vsm.tables import PERSON_KINDS

ACTS: Final = ("status", "comment", "worklog", "commit", "review")
STRANGE: Final = 0.25
"""From this share of acts outside working hours on, a calendar is questioned."""
KEPT: Final = 0.9
"""From this share of tickets with one assignee on, it is said that assignees do not change."""
SHOWN: Final = 8


def check_people(people: People) -> list[QualityNote]:
    """Find accounts that could not be assigned to one person or team, bots, and possible AI agents.

    Examples
    --------
    >>> people = People({"git:ci-bot": "ci-bot"}, bots=frozenset({"ci-bot"}))
    >>> print(check_people(people)[0].detail)
    taken for bots, whose activity is nobody's work: git:ci-bot; set bot = false in a [[person]] that is not
    """
    notes = [_unclear(unclear) for unclear in people.unclear]
    bots = sorted(account for account, person in people.person_of.items() if person in people.bots)
    if bots:
        detail = (
            f"taken for bots, whose activity is nobody's work: {_some(bots)}; "
            "set bot = false in a [[person]] that is not"
        )
        notes.append(QualityNote("bots", "note", detail))
    agents = sorted(account for account, person in people.person_of.items() if person in people.agents)
    if agents:
        detail = (
            f"AI agents, which work at any hour and count as no person: {_some(agents)}; "
            "set agent = false in the [[person]] of a bot"
        )
        notes.append(QualityNote("AI agents", "note", detail))
    return notes


def _unclear(unclear: Unclear) -> QualityNote:
    accounts = _some(unclear.accounts)
    match unclear.about:
        case "name":
            detail = (
                f"{accounts} have the same name but no mailbox in common; kept apart: declare a [[person]]"
            )
            return QualityNote("ambiguous name", "warning", detail)
        case "mailbox":
            detail = f"{accounts} share a mailbox, but are declared as different persons; it is ignored"
            return QualityNote("ambiguous mailbox", "warning", detail)
        case "agent":
            detail = (
                f"'{unclear.word}' ({accounts}) is called like an AI agent; if it is one that works on "
                "tickets, set agent = true in its [[person]]: it works at any hour and counts as no person. "
                "Else set bot = true, or bot = false for a person (vsm check --names shows names)"
            )
            return QualityNote("possible AI agent", "note", detail)
    detail = f"patterns put {accounts} into {unclear.word}; none was used: name a member or a [[membership]]"
    return QualityNote("ambiguous team", "warning", detail)


def _some(accounts: Sequence[str]) -> str:
    more = f" and {len(accounts) - SHOWN} more" if len(accounts) > SHOWN else ""
    return ", ".join(accounts[:SHOWN]) + more


def check_assignees(
    visits: pd.DataFrame, events: pd.DataFrame, *, stages: pd.DataFrame, minimum: int
) -> Iterator[QualityNote]:
    """Find that tickets keep their assignee while they pass from one discipline to another.

    Parameters
    ----------
    visits, events
        VISITS, and the EVENTS of the same tickets with persons for accounts.
    stages
        As ``stages_from_names`` gives them: a stage without a discipline has that of its team.
    """
    discipline = stages.assign(whose=stages["discipline"].fillna(stages["team"])).set_index("stage")["whose"]
    work = visits[visits["kind"] == "work"]
    known = work["stage"].astype("str").map(dict(discipline.dropna()))
    several = known.groupby(work["ticket"].astype("str")).nunique() >= 2
    assigned = events[events["kind"].isin(PERSON_KINDS) & events["after"].notna()]
    assignees = assigned["after"].astype("str").groupby(assigned["ticket"].astype("str")).nunique()
    counts = assignees.reindex(several.index[several]).dropna()
    same = int((counts == 1).sum())
    if len(counts) >= minimum and same >= KEPT * len(counts):
        detail = (
            f"{same} of {len(counts)} tickets that passed through several disciplines kept one assignee: "
            "their handoffs between persons, and who is at capacity, cannot be seen. Assign each step to who "
            "works on it, or name the field that says so (holder_field of a [[stage]]); what teams and "
            "disciplines wait for is right either way"
        )
        yield QualityNote("assignee never changes", "warning", detail)


def check_holder_fields(
    events: pd.DataFrame, visits: pd.DataFrame, *, workflow: Workflow
) -> Iterator[QualityNote]:
    """Find fields that vsm.toml gives to a stage and that no ticket has."""
    filled = set(events.loc[(events["kind"] == "holder") & events["after"].notna(), "field"])
    for field in workflow.holder_fields:
        if field in filled or visits.empty:
            continue
        stages = [stage.name for stage in workflow.stages if stage.holder_field == field]
        count = int(visits["stage"].isin(stages).sum())
        detail = (
            f"holder_field '{field}' of {', '.join(stages)} is empty in every ticket: in "
            f"{counted(count, 'visit')} the assignee is taken for the "
            "holder; write its name or id as the tracker does, and pull again"
        )
        yield QualityNote("holder field", "warning", detail)


def check_calendars(
    events: pd.DataFrame, *, clock: Clock, workflow: Workflow, teams: Teams
) -> list[QualityNote]:
    """Find calendars that are assumed, not used, or not those by which people work.

    Parameters
    ----------
    events
        EVENTS of humans, with persons for actors; without any there are no notes.
    clock
        Of ``clock_of``, over all of the events.
    """
    if events.empty:
        return []
    acts = acts_by_team(events, clock=clock, teams=teams, minimum=workflow.rules.minimum)
    named = {workflow.stream.calendar, *(team.calendar for team in workflow.teams)}
    unused = [
        QualityNote(
            "calendar",
            "warning",
            f"calendar '{section.name}' is not used by any team; name it in [stream] or [[team]]",
        )
        for section in workflow.calendars
        if section.name not in named
    ]
    return [*_assumed(acts, clock, workflow), *unused, *_elsewhere(acts)]


def _assumed(acts: pd.DataFrame, clock: Clock, workflow: Workflow) -> Iterator[QualityNote]:
    teams = sorted({team.name for team in workflow.teams} | {*acts["team"].dropna()})
    bare = [team for team in teams if clock.calendar(team).assumed]
    if clock.default.assumed and (bare or acts["team"].isna().any() or not teams):
        whose = f" of {', '.join(bare)}" if bare and len(bare) < len(teams) else ""
        whose = whose or (" of persons in no team" if teams and not bare else "")
        detail = (
            f"working time{whose} rests on an assumed calendar, {clock.default.name}, without holidays; "
            "describe a [[calendar]] in vsm.toml and name it in [stream] or [[team]]"
        )
        yield QualityNote("calendar", "warning", detail)


def _elsewhere(acts: pd.DataFrame) -> Iterator[QualityNote]:
    for row in acts[acts["share"] > STRANGE].itertuples():
        who = f"team '{row.team}'" if isinstance(row.team, str) else "persons in no team"
        percent = f"{100 * float(str(row.share)):.0f} %"
        detail = (
            f"{row.outside} of {row.acts} acts ({percent}) of {who} are outside calendar '{row.calendar}'; "
            "check its time zone and hours: wrong ones count real waiting as non-working time"
        )
        yield QualityNote("calendar", "warning", detail)


def acts_by_team(events: pd.DataFrame, *, clock: Clock, teams: Teams, minimum: int = 12) -> pd.DataFrame:
    """Give the share of each team's acts that are outside its working hours.

    An act is what a person did at an instant: moved a status, commented, logged work, committed, reviewed;
    bulk edits are none, and no agent is a person. A copied or imported history counts with the instants that
    its source gave it.

    Parameters
    ----------
    events
        EVENTS of humans (``People.of_humans``), with persons for actors.

    Returns
    -------
    DataFrame
        By name of the team: ``team`` (missing for those in none), ``calendar``, ``acts``, ``outside`` (how
        many of them) and ``share`` (missing under ``minimum`` acts).

    Raises
    ------
    ParameterError
        An act is beyond what the clock's calendars know.
    """
    moved = events["before"].notna() | (events["kind"] != "status")
    acts = events[events["kind"].isin(ACTS) & events["actor"].notna() & ~events["bulk"] & moved]
    acts = acts[~acts["actor"].isin(clock.agents)]
    team = teams.at(acts["actor"], acts["at"])
    rows = pd.DataFrame({"team": team, "outside": ~clock.is_open(acts["at"], team=team)})
    found = rows.groupby("team", dropna=False)["outside"].agg(acts="size", outside="sum").reset_index()
    named = [
        clock.calendar(name).name for name in found["team"].astype(object).where(found["team"].notna(), None)
    ]
    share = (found["outside"] / found["acts"]).astype("float64").where(found["acts"] >= minimum)
    found = found.astype({"team": "str", "acts": "int64", "outside": "int64"})
    return found.assign(calendar=pd.Series(named, dtype="str"), share=share)[
        ["team", "calendar", "acts", "outside", "share"]
    ]
