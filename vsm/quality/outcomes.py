"""Checks of outcomes: what was discarded, and where resolutions and statuses do not say the same."""

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from vsm.config import Outcome
from vsm.counts import counted
from vsm.eventlog.log import QualityNote
from vsm.eventlog.outcomes import last_states, outcome_of
from vsm.eventlog.status_names import plain_words, says_delivered
from vsm.model.lifecycle import completed, units_of_work, was_discarded

SHOWN: Final = 6
"""Names that are listed; of more it is said how many there are."""


def check_outcomes(
    lifecycles: pd.DataFrame, *, events: pd.DataFrame, stages: pd.DataFrame, settings: Outcome
) -> list[QualityNote]:
    """Find what counts as discarded and by which word, and where resolution and status differ.

    Parameters
    ----------
    lifecycles
        As ``lifecycles_from_visits`` gives them.
    events
        EVENTS of these tickets.
    settings
        ``[outcome]`` of vsm.toml.
    """
    states = last_states(events, ("status", "resolution")).reindex(lifecycles["ticket"])
    states = states.set_axis(lifecycles.index)
    names = dict(zip(stages["status"], stages["name"], strict=True))
    kinds = dict(zip(stages["status"], stages["kind"], strict=True))
    rows = lifecycles.assign(
        resolution=states["resolution"],
        status=states["status"].map(names),
        done=states["status"].map(kinds) == "done",
    )
    there = rows[rows["gone"].isna()]
    return [
        *_discarded(there, settings),
        *_unknown_resolutions(there, settings),
        *_resolved_not_done(there, settings),
        *(_done_not_resolved(there[there["done"]]) if there["resolution"].notna().any() else ()),
        *_at_odds(there[there["done"] & there["resolution"].notna()], settings),
    ]


def _discarded(rows: pd.DataFrame, settings: Outcome) -> Iterator[QualityNote]:
    finished = units_of_work(rows)
    finished = finished[finished["finished"].notna()]
    gone = finished[was_discarded(finished)]
    if gone.empty:
        return
    named = gone["resolution"].where(_says_discarded(gone["resolution"], settings), gone["status"])
    plain = completed(rows)["lead"].median()
    mixed = finished.loc[~finished["bulk"].astype(bool), "lead"].median()
    whole = finished["lead"].sum()
    share = gone["lead"].sum() / whole if whole else 0.0
    detail = (
        f"{len(gone)} of {len(finished)} finished tickets were discarded, with {100 * share:.0f} % of all "
        f"lead time: {commonest(named)}; they are left out of lead time, throughput and shares (median lead "
        f"time {days(plain)}; {days(mixed)} with them); [outcome] in vsm.toml changes that"
    )
    yield QualityNote("discarded work", "note", detail)


def _unknown_resolutions(there: pd.DataFrame, settings: Outcome) -> Iterator[QualityNote]:
    """Find resolutions that no list knows: their tickets count as delivered for want of a better word."""
    rows = completed(there)
    listed = set(map(plain_words, (*settings.delivered, *settings.discarded)))
    named = rows["resolution"].dropna()
    known = {name for name in named.unique() if plain_words(name) in listed or says_delivered(name)}
    odd = rows.loc[named.index[~named.isin(known)]]
    # A resolution that says "discarded" is delivered only where vsm.toml or the status says so.
    odd = odd[~_says_discarded(odd["resolution"], settings)]
    if len(odd):
        rest = rows.drop(odd.index)["lead"].median()
        detail = (
            f"{len(odd)} of {len(rows)} delivered tickets have a resolution that no list knows: "
            f"{commonest(odd['resolution'])}; they count as delivered (median lead time "
            f"{days(rows['lead'].median())}; {days(rest)} without them): name each in delivered or discarded "
            "of [outcome] in vsm.toml"
        )
        yield QualityNote("unknown resolution", "warning", detail)


def _resolved_not_done(there: pd.DataFrame, settings: Outcome) -> Iterator[QualityNote]:
    rows = there[there["resolution"].notna() & ~there["done"]]
    if rows.empty:
        return
    have = counted(len(rows), "ticket has", "tickets have")
    where = f"{have} a resolution in a status that is not done: {commonest(rows['status'])}"
    if settings.finish == "resolution":
        detail = f'{where}; finished when resolved (finish = "resolution" in [outcome])'
        yield QualityNote("resolved but not done", "note", detail)
    else:
        finished = int(there["finished"].notna().sum())
        detail = (
            f"{where}; such tickets count as open and grow older. If the resolution is what ends work, set "
            f'finish = "resolution" in [outcome] of vsm.toml ({finished + len(rows)} instead of {finished} '
            "tickets are then finished); else move each to a done status"
        )
        yield QualityNote("resolved but not done", "warning", detail)


def _done_not_resolved(done: pd.DataFrame) -> Iterator[QualityNote]:
    bare = done[done["resolution"].isna()]
    if len(bare):
        detail = (
            f"{len(bare)} of {len(done)} tickets in a done status have no resolution "
            f"({commonest(bare['status'])}); they count as finished, and their status alone says whether "
            "they were delivered"
        )
        yield QualityNote("done without resolution", "warning", detail)


def _at_odds(rows: pd.DataFrame, settings: Outcome) -> Iterator[QualityNote]:
    """A resolution that says "discarded" in a plain done status is how most trackers do it: no doubt."""
    delivered = ~_says_discarded(rows["resolution"], settings)
    odd = rows[delivered & _says_discarded(rows["status"], settings)]
    if len(odd):
        pairs = odd["status"] + "' with resolution '" + odd["resolution"]
        detail = (
            f"{counted(len(odd), 'ticket is', 'tickets are')} in a status that says it was discarded, with a "
            f"resolution that does not: {commonest(pairs)}; {int(was_discarded(odd).sum())} of {len(odd)} "
            "counted as discarded"
        )
        yield QualityNote("status and resolution differ", "warning", detail)


def _says_discarded(names: "pd.Series[Any]", settings: Outcome) -> "pd.Series[bool]":
    known = {name: outcome_of(name, None, settings=settings) for name in names.dropna().unique()}
    return names.map(known) == "discarded"


def commonest(names: "pd.Series[Any]") -> str:
    """List the commonest of these names with how often each occurs, and how many others there are."""
    counts = names.value_counts()
    more = f", and {len(counts) - SHOWN} more" if len(counts) > SHOWN else ""
    return ", ".join(f"{count} '{name}'" for name, count in counts.head(SHOWN).items()) + more


def days(lead: Any) -> str:
    """Write a duration in days; unknown where it is missing."""
    return "unknown" if pd.isna(lead) else f"{lead / pd.Timedelta(days=1):,.1f} d"
