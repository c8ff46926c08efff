"""Key-person risk: stages, components and repositories that only one person handles, without names."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

import pandas as pd

from vsm.model.responsibility.owners import JOINT, NOBODY, work_of_people

DAYS: Final = 180
"""How far back people count as having handled something."""
STAGE: Final = "stage"
COMPONENT: Final = "component"
REPOSITORY: Final = "repository"
_COLUMNS: Final = ("what", "area", "item", "person", "team")
_NONE: Final[Mapping[str, str]] = {}
_TYPES: Final[dict[str, Any]] = {
    "what": "str", "area": "str", "unit": "str", "n": "int64", "people": "Int64", "only": "boolean",
    "share_of_top": "float64", "teams": "str",
}  # fmt: skip


def knowledge_at_risk(
    visits: pd.DataFrame,
    *,
    tickets: pd.DataFrame,
    commits: pd.DataFrame,
    as_of: pd.Timestamp,
    days: int = DAYS,
    minimum: int,
    person_of: Mapping[str, str] = _NONE,
    team_of: Mapping[str, str] = _NONE,
    bots: AbstractSet[str] = NOBODY,
) -> pd.DataFrame:
    """Give the stages, components and repositories that only one person handled lately.

    A ticket was handled in a stage, and in its components, by whoever held a work visit there that began,
    ended or was first touched in the time looked at; one that merely stays open there was not. A
    repository is handled by the authors of the commits authored in that time, merges left out. The person is
    never named: what matters is that there is no second one.

    Parameters
    ----------
    days
        How far back to look from ``as_of``.
    person_of
        Account → person, for authors; an account that is not in it is a person of its own.
    team_of
        Person → team, for authors; holders have the team of their visits.
    bots
        Names of holders and authors that are no people, after ``person_of``.

    Returns
    -------
    DataFrame
        One row per area with known handlers, those that one person alone handles first: ``what`` (stage,
        component or repository), ``area`` (its name), ``unit`` (tickets or commits), ``n`` (of them),
        ``people`` (count), ``only`` (one person handled them all), ``share_of_top`` (part of them that the
        most frequent person handled), all three missing under ``minimum``, and ``teams`` (joined by ``; ``).
    """
    since = as_of - pd.Timedelta(days=days)
    held = _handled(visits, since, as_of, bots)
    named = tickets[["ticket", "components"]].dropna().astype("str")
    parts = named.assign(area=named["components"].str.split(JOINT, regex=False)).explode("area")
    parts = parts[["ticket", "area"]].astype("str")
    by_component = held.merge(parts, left_on="item", right_on="ticket").assign(what=COMPONENT)
    written = _written(commits, since, as_of, person_of, team_of)
    facts = pd.concat(
        [
            held.assign(what=STAGE, area=held["stage"])[[*_COLUMNS]],
            by_component[[*_COLUMNS]],
            written[~written["person"].isin(bots)][[*_COLUMNS]],
        ],
        ignore_index=True,
    )
    risks = _areas(facts, minimum)
    rank = risks["what"].map({STAGE: 0, COMPONENT: 1, REPOSITORY: 2})
    ordered = risks.assign(rank=rank, alone=~risks["only"].fillna(value=False))
    ordered = ordered.sort_values(["alone", "rank", "n", "area"], ascending=[True, True, False, True])
    return ordered[list(_TYPES)].reset_index(drop=True)


def _handled(
    visits: pd.DataFrame, since: pd.Timestamp, as_of: pd.Timestamp, bots: AbstractSet[str]
) -> pd.DataFrame:
    """Keep work visits with a known holder in which something happened in the time looked at."""
    work = work_of_people(visits, bots=bots)
    happened = [work[at].gt(since) & work[at].le(as_of) for at in ("entered", "left", "first_touch")]
    recent = work[(happened[0] | happened[1] | happened[2]) & work["holder"].notna()]
    return recent[["ticket", "stage", "holder", "team"]].rename(
        columns={"ticket": "item", "holder": "person"}
    )


def _written(
    commits: pd.DataFrame,
    since: pd.Timestamp,
    as_of: pd.Timestamp,
    person_of: Mapping[str, str],
    team_of: Mapping[str, str],
) -> pd.DataFrame:
    recent = commits[commits["authored"].gt(since) & commits["authored"].le(as_of)]
    recent = recent[~recent["parents"].str.contains(" ", regex=False)]
    person = recent["author"].astype("str").replace(dict(person_of))
    return pd.DataFrame(
        {
            "what": pd.Series(REPOSITORY, index=recent.index, dtype="str"),
            "area": recent["repository"].astype("str"),
            "item": recent["commit"].astype("str"),
            "person": person,
            "team": person.map(dict(team_of)).astype("str"),
        }
    )


def _areas(facts: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Sum up each area; each ticket counts once, and once for each person who handled it."""
    area = ["what", "area"]
    found = facts.groupby(area)[["item", "person"]].nunique()
    n, people = found["item"], found["person"]
    top = facts.groupby([*area, "person"])["item"].nunique().groupby(area).max()
    teams = facts[[*area, "team"]].dropna().drop_duplicates().sort_values("team")
    enough = n >= minimum
    risks = pd.DataFrame(
        {
            "n": n,
            "people": people.astype("Int64").where(enough),
            "only": people.eq(1).astype("boolean").where(enough),
            "share_of_top": (top / n).where(enough),
            "teams": teams.groupby(area)["team"].agg(JOINT.join),
        },
        index=found.index,
    ).reset_index()
    unit = risks["what"].eq(REPOSITORY).map({True: "commits", False: "tickets"})
    return risks.assign(unit=unit)[list(_TYPES)].astype(_TYPES)
