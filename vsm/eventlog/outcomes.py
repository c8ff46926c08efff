"""What became of a ticket: delivered, or discarded."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from vsm.config import Outcome, Workflow
from vsm.eventlog.log import Log
from vsm.eventlog.stages import statuses_from_names
from vsm.eventlog.status_names import outcome_phrases, plain_words, says_discarded, says_undone

Word = Literal["delivered", "discarded"]


def outcome_of(resolution: str | None, status: str | None, *, settings: Outcome) -> Word:
    """Give the outcome of a ticket that is finished with this resolution, in a status of this name.

    What vsm.toml lists decides first. Else the resolution does; a status that says "discarded" wins over a
    resolution that only says "done", since trackers set that one by themselves. Without a resolution the
    status decides. What is denied ("Not a duplicate") is not said, and "Not done" is discarded.

    Examples
    --------
    >>> pairs = ("Won't Do", "Closed"), ("Fixed", "Rejected"), ("Done", "Rejected"), (None, "Abgelehnt")
    >>> [outcome_of(*pair, settings=Outcome()) for pair in pairs]
    ['discarded', 'delivered', 'discarded', 'discarded']
    """
    names = [name for name in (resolution, status) if name]
    for name in names:
        for word in ("discarded", "delivered"):
            if plain_words(name) in map(plain_words, getattr(settings, word)):
                return word
    if len(names) == 2 and plain_words(names[0]) in outcome_phrases("done"):
        names.reverse()
    return "discarded" if names and (says_discarded(names[0]) or says_undone(names[0])) else "delivered"


def log_with_outcomes(log: Log, *, workflow: Workflow) -> Log:
    """Give a log whose finished tickets say whether they were delivered or discarded.

    Finished are those in a status of a done stage, and with ``finish = "resolution"`` of ``[outcome]`` those
    that have a resolution as well. The resolution is the last that was recorded.
    """
    stages = statuses_from_names(log.names, workflow=workflow, events=[log.events]).set_index("status")
    states = last_states(log.events, ("status", "resolution")).reindex(log.tickets["ticket"].astype("str"))
    done = states["status"].map(stages["kind"]) == "done"
    if workflow.outcome.finish == "resolution":
        done |= states["resolution"].notna()
    names = states["status"].map(stages["name"])
    pairs = list(zip(states["resolution"].tolist(), names.tolist(), strict=True))
    known: dict[tuple[Any, Any], Word] = {
        pair: outcome_of(*_present(pair), settings=workflow.outcome) for pair in set(pairs)
    }
    outcome = [known[pair] for pair in pairs]
    whole = pd.Series(outcome, index=log.tickets.index, dtype="str").where(done.to_numpy())
    dtype = log.tickets["outcome"].dtype
    return replace(log, tickets=log.tickets.assign(outcome=whole.astype(dtype)))


def last_states(events: pd.DataFrame, kinds: Iterable[str]) -> pd.DataFrame:
    """Give the last value of each of these kinds, by ticket (index; str); missing where there is none."""
    ticket, known, columns = events["ticket"].cat.codes.to_numpy(), events["ticket"].cat.categories, {}
    for kind in kinds:
        rows, last = np.flatnonzero(events["kind"] == kind), np.full(len(known), -1)
        last[ticket[rows]] = rows  # of several the last stays
        columns[kind] = events["after"].array.take(last, allow_fill=True)
    return pd.DataFrame(columns, index=known.astype("str")).astype("str")


def _present(pair: tuple[Any, Any]) -> tuple[str | None, str | None]:
    resolution, status = (name if isinstance(name, str) else None for name in pair)
    return resolution, status
