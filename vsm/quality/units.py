"""Checks of units of work: what is not counted beside them, and what difference that makes."""

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from vsm.eventlog.log import QualityNote
from vsm.model.lifecycle import completed

SHOWN: Final = 6
"""Types that are listed; of more it is said how many there are."""


def check_units(tickets: pd.DataFrame, lifecycles: pd.DataFrame) -> Iterator[QualityNote]:
    """Find what is not counted as a unit of work, and parts whose parent is not in the data."""
    aside = tickets[tickets["unit"] != "unit"]
    if aside.empty:
        return
    counts = aside["unit"].astype("str").value_counts()
    what = " and ".join(f"{count} {_WORDS[str(word)][count > 1]}" for word, count in counts.items())
    types = aside["type"].astype("str").fillna("no type").value_counts()
    more = f", and {len(types) - SHOWN} more" if len(types) > SHOWN else ""
    listed = ", ".join(f"{count} '{name}'" for name, count in types.head(SHOWN).items())
    plain, mixed = (completed(lives)["lead"].median() for lives in (lifecycles, lifecycles.assign(unit=True)))
    detail = (
        f"{what} among {len(tickets)} tickets are not counted beside the units of work ({listed}{more}); "
        "work on a part counts for what it is a part of; median lead time "
        f"{_days(plain)}, {_days(mixed)} with them; [scope] in vsm.toml changes that"
    )
    yield QualityNote("not counted as units of work", "note", detail)


_WORDS: Final = {
    "container": ("container", "containers"),
    "part": ("part", "parts"),
    "out of scope": ("ticket of another type", "tickets of other types"),
}


def _days(lead: Any) -> str:
    return "unknown" if pd.isna(lead) else f"{lead / pd.Timedelta(days=1):,.1f} d"
