"""Checks of units of work: what is not counted beside them, and what difference that makes."""

from collections.abc import Iterator
from typing import Final

import pandas as pd

from vsm.config import Scope
from vsm.counts import counted
from vsm.eventlog.log import QualityNote
from vsm.eventlog.units import unit_of_parts
from vsm.model.lifecycle import completed
from vsm.quality.outcomes import commonest, days


def check_units(
    tickets: pd.DataFrame, lifecycles: pd.DataFrame, *, everything: pd.DataFrame, scope: Scope
) -> Iterator[QualityNote]:
    """Find what is not counted as a unit of work, parts of no unit, and unknown types in ``[scope]``.

    ``everything`` are all TICKETS, so that parents out of view are known.
    """
    known = set(everything["type"].dropna().astype("str").str.strip().str.casefold())
    for name in (*scope.types, *scope.containers, *scope.parts):
        if len(everything) and name.casefold() not in known:
            detail = f"no ticket is of the type '{name}' in [scope] of vsm.toml; misspelt or not used"
            yield QualityNote("unknown type", "warning", detail)
    aside = tickets[tickets["unit"] != "unit"]
    if aside.empty:
        return
    counts = aside["unit"].astype("str").value_counts()
    what = " and ".join(counted(count, *_WORDS[str(word)]) for word, count in counts.items())
    listed = commonest(aside["type"].astype("str").fillna("no type"))
    plain, mixed = (completed(lives)["lead"].median() for lives in (lifecycles, lifecycles.assign(unit=True)))
    detail = (
        f"not counted beside the units of work: {what} among {len(tickets)} tickets ({listed}); "
        "work on a part counts for what it is a part of; median lead time "
        f"{days(plain)}, {days(mixed)} with them; [scope] in vsm.toml changes that"
    )
    yield QualityNote("not counted as units of work", "note", detail)
    parts = set(tickets.loc[tickets["unit"] == "part", "ticket"].astype("str"))
    if lost := len(parts - unit_of_parts(everything).keys()):
        detail = (
            f"{lost} of {len(parts)} parts belong to no unit of work in the data (the parent was not pulled, "
            "or is none itself), so the work on them counts for nothing; pull their parents, or let parts "
            'count: levels = ["unit", "part"] in [scope] of vsm.toml'
        )
        yield QualityNote("parts of no unit", "warning", detail)


_WORDS: Final = {
    "container": ("container", "containers"),
    "part": ("part", "parts"),
    "out of scope": ("ticket of another type", "tickets of other types"),
}
