"""Units of work: which tickets are counted, and which hold others or are parts of their parent."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from vsm.config import Scope
from vsm.eventlog.log import Log

CONTAINERS: Final = frozenset(
    {"epic", "epics", "epik", "epos", "épica", "épopée", "epopeya", "épico", "epopeia", "эпик", "エピック",
     "에픽", "史诗", "initiative", "theme", "saga", "legend", "capability"}
)  # fmt: skip
PARTS: Final = frozenset(
    {"sub-task", "subtask", "sub task", "unteraufgabe", "teilaufgabe", "sous-tâche", "subtarea", "subtarefa",
     "sottotask", "subtaak", "podzadanie", "deluppgift", "underopgave", "dílčí úkol", "подзадача"}
)  # fmt: skip
UNITS: Final = frozenset({"story", "user story", "bug", "defect", "task", "issue", "improvement"})
"""Names of types in lower case, for where the tracker says nothing else."""
MOST: Final = 0.5


def level_of(issue_type: Mapping[str, Any]) -> str | None:
    """Give whether issues of a type are containers, units or parts; None where the body does not say.

    Cloud counts levels, Data Center says only which types are sub-tasks': whether others hold issues is seen
    by what they hold.

    Examples
    --------
    >>> [level_of(kind) for kind in ({"hierarchyLevel": 1}, {"subtask": True}, {"subtask": False}, {})]
    ['container', 'part', None, None]
    """
    level, subtask = issue_type.get("hierarchyLevel"), issue_type.get("subtask")
    if isinstance(level, int) and not isinstance(level, bool):
        return "container" if level > 0 else "part" if level < 0 else "unit"
    return "part" if subtask is True else None


def log_with_units(log: Log, *, scope: Scope) -> Log:
    """Give a log whose tickets say whether they are units of work.

    What vsm.toml names decides first, then the tracker, then the name of the type. Where neither says so, a
    type is one of containers if at least half of its tickets hold others that are no parts: one odd link
    makes no container.
    """
    tickets = log.tickets
    if tickets.empty:
        return log
    kind = tickets["type"].astype("str").str.strip().str.casefold()
    stated = tickets["unit"].astype("str")
    level = stated.mask(stated.isna() & kind.isin(CONTAINERS), "container")
    level = level.mask(stated.isna() & kind.isin(PARTS), "part")
    holding = set(tickets["parent"].astype("str")[level != "part"].dropna())
    holds = tickets["ticket"].isin(holding).groupby(kind).mean() >= MOST
    level = level.mask(level.isna() & kind.map(holds).eq(other=True) & ~kind.isin(UNITS), "container").fillna(
        "unit"
    )
    for word, names in (("container", scope.containers), ("part", scope.parts)):
        level = level.mask(kind.isin([name.casefold() for name in names]), word)
    level = level.mask(level.isin(scope.levels), "unit").mask(
        (level == "unit") & ("unit" not in scope.levels), "out of scope"
    )
    if scope.types:
        named = kind.isin([name.casefold() for name in scope.types])
        level = level.mask(named, "unit").mask(~named & (level == "unit"), "out of scope")
    return replace(log, tickets=tickets.assign(unit=level.astype(tickets["unit"].dtype)))


def unit_of_parts(tickets: pd.DataFrame) -> Mapping[str, str]:
    """Give the unit of work that each part counts for: the nearest of its parents that is one.

    Examples
    --------
    >>> rows = [("a", None, "unit"), ("b", "a", "part"), ("c", "b", "part")]
    >>> unit_of_parts(pd.DataFrame(rows, columns=["ticket", "parent", "unit"]))
    {'b': 'a', 'c': 'a'}
    """
    if not (tickets["unit"] == "part").any():
        return {}
    of_parts = (tickets["unit"] == "part") | tickets["ticket"].isin(tickets["parent"].dropna())
    rows = tickets.loc[of_parts, ["ticket", "parent", "unit"]].astype("str")  # of very many, few
    level = dict(zip(rows["ticket"], rows["unit"], strict=True))
    held = rows.dropna(subset="parent")
    parent: dict[str, Any] = dict(zip(held["ticket"], held["parent"], strict=True))
    found = dict[str, str]()
    for part in rows.loc[rows["unit"] == "part", "ticket"]:
        above, seen = parent.get(part), {part}
        while above in level and level[above] == "part" and above not in seen:
            seen.add(above)
            above = parent.get(str(above))
        if level.get(str(above)) == "unit":
            found[part] = str(above)
    return found
