"""How often one team carries a ticket from start to production, and where it hands over first."""

from typing import Any, Final

import pandas as pd

from vsm.stats.proportions import share_of
from vsm.tables import DURATION

NO_TEAMS: Final = (
    "no team is known for any work: declare [[team]] with its members, or team = … of a [[stage]], "
    "in vsm.toml"
)
NO_TICKETS: Final = "no ticket has been finished so far"
NO_WORK: Final = (
    "no finished ticket was seen in a work stage before production: check the kinds of stages in vsm.toml"
)
NOT_OUT: Final = "no finished ticket has been released so far"


def end_to_end_share(owners: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """Which share of finished tickets did one team carry from start to production?

    Parameters
    ----------
    owners
        As ``ticket_owners`` gives them.
    minimum
        Under so many tickets of known teams there is no share: too few to say.

    Returns
    -------
    DataFrame
        One row: ``n`` (tickets in production whose teams are known), ``carried`` (of them, by one team),
        ``share`` with its 95 % Wilson interval ``low, high`` (NaN under ``minimum``), of those in production
        ``unknown`` (worked on, teams not known) and ``unworked`` (never seen in a work stage), ``waiting``
        (done, not released), ``by_release`` (tickets of ``n`` whose production is told by a release), and
        ``missing`` (what would have to be known for any answer).

    Examples
    --------
    >>> at = pd.Timestamp("2026-01-05", tz="UTC")
    >>> owners = pd.DataFrame({"production": [at] * 4, "production_by": "done", "visits": [2, 1, 3, 0],
    ...     "carried": pd.array([True, True, False, None], dtype="boolean")})
    >>> end_to_end_share(owners, minimum=3)[["n", "carried", "unknown", "unworked"]].values.tolist()
    [[3, 2, 0, 1]]
    """
    out = owners[owners["production"].notna()]
    known = out[out["carried"].notna()]
    carried = int(known["carried"].sum())
    row = {"n": len(known), "carried": carried} | share_of(carried, len(known), minimum=minimum)
    unworked = int((out["visits"] == 0).sum())
    row |= {"unknown": len(out) - len(known) - unworked, "unworked": unworked}
    row["waiting"] = len(owners) - len(out)
    row["by_release"] = int((known["production_by"] == "released").sum())
    return pd.DataFrame([row | {"missing": _missing(owners, out, known)}]).astype({"missing": "str"})


def _missing(owners: pd.DataFrame, out: pd.DataFrame, known: pd.DataFrame) -> str | None:
    if len(known):
        return None
    if owners.empty:
        return NO_TICKETS
    if out.empty:
        return NOT_OUT
    return NO_TEAMS if (out["visits"] > 0).any() else NO_WORK


def end_to_end_by_team(owners: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """Which share of what each team started did it carry to production alone?

    A fact about how work is cut between teams; it ranks nobody, and teams stand by their names.

    Returns
    -------
    DataFrame
        One row per team that held a ticket's first work, by name: ``team``, ``n`` (tickets it started
        whose teams are known), ``carried`` (of them, by it alone), ``share`` with its 95 % Wilson interval
        ``low, high`` (NaN under ``minimum``).

    Examples
    --------
    >>> owners = pd.DataFrame({"production": [pd.Timestamp(0, tz="UTC")] * 2, "first_team": ["web", "web"],
    ...     "carried": pd.array([True, False], dtype="boolean")})
    >>> end_to_end_by_team(owners, minimum=2)[["team", "n", "carried", "share"]].values.tolist()
    [['web', 2, 1, 0.5]]
    """
    known = owners[owners["production"].notna() & owners["carried"].notna()]
    rows = [
        {"team": team, "n": len(mine), "carried": int(mine["carried"].sum())}
        | share_of(int(mine["carried"].sum()), len(mine), minimum=minimum)
        for team, mine in known.groupby("first_team")
    ]
    types = {"team": "str", "n": "int64", "carried": "int64"} | dict.fromkeys(
        ("share", "low", "high"), "float64"
    )
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def first_handovers(owners: pd.DataFrame, *, tickets: pd.DataFrame, evidence: int = 5) -> pd.DataFrame:
    """Where do teams let go of what they started, and what did the first handoff cost?

    Parameters
    ----------
    owners
        As ``ticket_owners`` gives them; each ticket is let go once, the first time.
    tickets
        TICKETS, which know the keys.
    evidence
        How many tickets are named, those that waited longest.

    Returns
    -------
    DataFrame
        One row per place of letting go, the costliest first: ``from_team``, ``stage`` (entered under the
        other team), ``to_team``, ``tickets`` (count), ``wait`` (timedelta, in all), ``waits`` (tickets whose
        wait is known), ``evidence`` (keys, joined by ``, ``).

    Examples
    --------
    >>> owners = pd.DataFrame([{"ticket": "jira:1", "first_team": "web", "let_go_stage": "QA",
    ...     "let_go_team": "quality", "let_go_wait": pd.Timedelta(days=2)}])
    >>> keys = pd.DataFrame([{"ticket": "jira:1", "key": "AB-1"}])
    >>> first_handovers(owners, tickets=keys)[["from_team", "stage", "to_team", "evidence"]].values.tolist()
    [['web', 'QA', 'quality', 'AB-1']]
    """
    key_of = dict(zip(tickets["ticket"].astype("str"), tickets["key"].astype("str"), strict=True))
    passed = owners[owners["let_go_stage"].notna()].sort_values(
        ["let_go_wait", "ticket"], ascending=[False, True]
    )
    sides = {"first_team": "from_team", "let_go_stage": "stage", "let_go_team": "to_team"}
    rows: list[dict[str, Any]] = [
        dict(zip(sides.values(), place, strict=True))
        | {
            "tickets": len(mine),
            "wait": mine["let_go_wait"].sum(),
            "waits": int(mine["let_go_wait"].notna().sum()),
            "evidence": ", ".join(key_of.get(ticket, ticket) for ticket in mine["ticket"].head(evidence)),
        }
        for place, mine in passed.groupby(list(sides))
        if isinstance(place, tuple)
    ]
    types = dict.fromkeys(sides.values(), "str") | {"tickets": "int64", "wait": DURATION, "waits": "int64"}
    frame = pd.DataFrame(rows, columns=[*types, "evidence"]).astype(types | {"evidence": "str"})
    return frame.sort_values(["wait", "from_team", "stage", "to_team"], ascending=[False, True, True, True],
                             ignore_index=True)  # fmt: skip
