"""For which team did somebody act? Every act in the log, with the team that its person was in."""

from typing import Any

import pandas as pd

from vsm.people import Teams


def acts_of_teams(
    visits: pd.DataFrame, events: pd.DataFrame, *, as_of: pd.Timestamp, teams: Teams | None = None
) -> pd.DataFrame:
    """When did whom do anything, on which ticket, and for which team?

    Parameters
    ----------
    visits
        VISITS.
    events
        EVENTS with persons as actors. Those of bulk edits are left out.
    as_of
        Nothing later is looked at.
    teams
        Who is in which team; without it a person acts for the team of their latest work visit begun by then.

    Returns
    -------
    DataFrame
        One row per act of a person whose team is known, by person and time: ``person, team, ticket``
        (categories), ``at``.
    """
    seen = events[events["actor"].notna() & (events["at"] <= as_of) & ~events["bulk"].astype("bool")]
    acts = pd.DataFrame(
        {"person": _by_name(seen["actor"]), "ticket": _by_name(seen["ticket"]), "at": seen["at"]}
    )
    acts = acts.assign(number=acts["person"].cat.codes.astype("int64"))
    acts = acts.sort_values(["at", "number", "ticket"], kind="stable", ignore_index=True)
    if teams is not None:
        acts = acts.assign(team=teams.at(acts["person"], acts["at"]))
    else:
        acts = pd.merge_asof(
            acts, _teams_by_work(visits, acts["person"].cat.categories), on="at", by="number"
        )
    known = acts[acts["team"].notna()].sort_values(["number", "at", "ticket"], kind="stable")
    table: pd.DataFrame = known[["person", "team", "ticket", "at"]].reset_index(drop=True)
    return table.astype({"team": "category"})


def _by_name(words: "pd.Series[Any]") -> "pd.Series[Any]":
    """Tell words as categories in the order of their names, whatever order they came in: sorted quickly."""
    known = words.astype("category").cat.remove_unused_categories()
    return known.cat.reorder_categories(sorted(known.cat.categories), ordered=False)


def _teams_by_work(visits: pd.DataFrame, persons: "pd.Index[Any]") -> pd.DataFrame:
    held = visits[(visits["kind"] == "work") & visits["holder"].notna() & visits["team"].notna()]
    holder = _by_name(held["holder"])
    number = persons.get_indexer(holder.cat.categories)[holder.cat.codes]
    spells = pd.DataFrame(
        {"at": held["entered"], "number": number.astype("int64"), "team": _by_name(held["team"])}
    )
    return spells[spells["number"] >= 0].sort_values(["at", "number", "team"], ignore_index=True)
