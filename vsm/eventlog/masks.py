"""Does any account bear a mail address for its name or its id? Then it is masked, in every table."""

from dataclasses import replace
from typing import Any, Final

import pandas as pd

from vsm.eventlog.log import Log, sorted_events
from vsm.people import mask_addresses

BEARING: Final = {
    "events": ("actor",),
    "commits": ("author", "committer", "coauthors", "reviewers", "signers"),
    "quality": ("ref", "detail"),
}


def log_without_addresses(log: Log) -> Log:
    """How does a log look without mail addresses for names? The same where there are none; never changed.

    Free text that people wrote, such as summaries and subjects, stays as it is.

    Parameters
    ----------
    log
        Everything recorded, merged.
    """
    tables = {name: _masked(getattr(log, name), columns) for name, columns in BEARING.items()}
    tables["events"] = _of_assignees(tables["events"])
    accounts = log.names["kind"] == "account"
    hidden = _masked(log.names[accounts], ("id", "name"))
    if not hidden.equals(log.names[accounts]):
        names = pd.concat([log.names[~accounts], hidden]).sort_index()
        tables["names"] = names.drop_duplicates(["kind", "id", "name"], ignore_index=True)
    return replace(log, **tables)


def _of_assignees(events: pd.DataFrame) -> pd.DataFrame:
    assigned = events["kind"] == "assignee"
    hidden = _masked(events[assigned], ("before", "after"))
    if (
        hidden[["before", "after"]]
        .astype("str")
        .equals(events.loc[assigned, ["before", "after"]].astype("str"))
    ):
        return events
    sides = {
        side: events[side].astype("str").mask(assigned, hidden[side].astype("str")).astype("category")
        for side in ("before", "after")
    }
    return sorted_events(events.assign(**sides))


def _masked(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    changed = {column: _hidden(frame[column]) for column in columns}
    return frame.assign(**{column: values for column, values in changed.items() if values is not None})


def _hidden(values: "pd.Series[Any]") -> "pd.Series[Any] | None":
    """Mask each different value once; None where none changes."""
    words = pd.Series(values.dropna().unique(), dtype="str")
    known = {word: mask_addresses(word) for word in words[words.str.contains("@", regex=False)]}
    if all(word == hidden for word, hidden in known.items()):
        return None
    plain = values.astype("str").replace(known)
    return plain.astype("category") if values.dtype == "category" else plain
