"""A proposal of teams, from who starts work in which stage, or on which component."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from vsm.people import People

LEAST_STARTS: Final = 12
"""Whoever started less work than that is in no proposed team."""
LEAST_PEOPLE: Final = 2
_MOSTLY: Final = 0.5
_APART: Final = 0.75
"""Least share of their starts that the people of all proposed teams have in their own team's stage."""


@dataclass(frozen=True, slots=True)
class ProposedTeam:
    """People who mostly start work in one stage, or on one component (then ``component`` names it)."""

    name: str
    members: tuple[str, ...]
    reason: str
    component: str = ""


def propose_teams(
    events: pd.DataFrame, *, stages: pd.DataFrame, tickets: pd.DataFrame, people: People
) -> list[ProposedTeam]:
    """Give the teams that the data suggest: who starts work in the same stage, else on the same component.

    A person belongs where more than half of the work was that they started themselves, at least
    ``LEAST_STARTS`` times. It is said only where this makes two teams or more of ``LEAST_PEOPLE``, whose
    people have three quarters of their starts in their own team's stage and made half of all starts: where
    everybody does everything there is nothing to propose.

    Parameters
    ----------
    events
        EVENTS with bulk edits marked; what programs did is left out.
    stages
        As ``stages_from_names`` gives them.
    tickets
        TICKETS, for their components.
    """
    statuses = stages.set_index("status")
    moved = events[(events["kind"] == "status") & ~events["bulk"].astype("bool")]
    moves = people.of_humans(people.identify(moved))
    kinds = moves["after"].astype("str").map(statuses["kind"].astype("str").to_dict())
    starts = moves[(kinds == "work").to_numpy()].astype({"ticket": "str", "actor": "str", "after": "str"})
    stage = starts["after"].map(statuses["stage"].astype("str").to_dict())
    found = _groups(starts["actor"], stage)
    if found:
        return [
            ProposedTeam(name, members, f"{share:.0%} of the work that they started was in '{name}'")
            for name, (members, share) in found.items()
        ]
    components = tickets.set_index(tickets["ticket"].astype("str"))["components"].astype("str")
    alone = components[~components.str.contains(",", na=True) & (components != "")]
    found = _groups(starts["actor"], starts["ticket"].map(alone.to_dict()))
    return [
        ProposedTeam(name, members, f"{share:.0%} of the work that they started was on '{name}'", name)
        for name, (members, share) in found.items()
    ]


def _groups(person: "pd.Series[str]", where: "pd.Series[str]") -> Mapping[str, tuple[tuple[str, ...], float]]:
    """Give people by where they start most work, with their share there; empty where they are not apart."""
    counts = pd.crosstab(person, where)
    busy = counts[counts.sum(axis=1) >= LEAST_STARTS]
    if busy.empty:
        return {}
    main = busy.idxmax(axis=1)[busy.max(axis=1) > _MOSTLY * busy.sum(axis=1)]
    sizes = main.value_counts()
    groups = [name for name in counts.columns if sizes.get(name, 0) >= LEAST_PEOPLE]
    grouped = busy.loc[main.index[main.isin(groups)]]
    at_home = sum(int(grouped.loc[main[grouped.index] == name, name].sum()) for name in groups)
    made = int(grouped.to_numpy().sum())
    if len(groups) < 2 or at_home < _APART * made or made < counts.to_numpy().sum() / 2:
        return {}
    found = {}
    for name in groups:
        members = grouped[(main[grouped.index] == name).to_numpy()]
        found[str(name)] = (
            tuple(map(str, members.index)),
            float(members[name].sum() / members.to_numpy().sum()),
        )
    return found
