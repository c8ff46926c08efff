"""Which ticket do links say another one holds up? The tracker tells them as sentences that name a key."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import pandas as pd

from vsm.config.rules import sides_of_links
from vsm.eventlog.link import ticket_keys

KEY: Final = re.compile(r"(?<![A-Za-z0-9_-])([A-Za-z][A-Za-z0-9_]*-[0-9]+)(?![A-Za-z0-9_-])")
BEFORE: Final = re.compile(r"this (?:issue|work item|ticket|request) ")
"""How Jira begins the sentence; Cloud says "work item" since 2025. A translated Jira may say anything."""
COLUMNS: Final = ("ticket", "by", "name", "sort", "told_by", "at", "seq", "there", "detail")


class Told(NamedTuple):
    """What does one sentence about a link say? ``wording`` is what stands beside the key, in small letters.

    ``whole``: it is the whole wording of the link, since the sentence began as Jira's sentences do.
    """

    key: str
    wording: str
    whole: bool = True


def link_told(text: str) -> Told | None:
    """Which key does a sentence name, and what does it say of it? None where it names no key.

    Examples
    --------
    >>> link_told("This issue is blocked by ABC-7"), link_told("This work item blocks abc-9")
    (Told(key='ABC-7', wording='is blocked by', whole=True), Told(key='ABC-9', wording='blocks', whole=True))
    """
    found = list(KEY.finditer(text))
    if not found:
        return None
    rest = " ".join((text[: found[-1].start()] + text[found[-1].end() :]).casefold().split())
    return Told(found[-1][1].upper(), BEFORE.sub("", rest, count=1), BEFORE.match(rest) is not None)


def side_of(told: Told, *, sides: Mapping[str, tuple[int, bool]]) -> tuple[int, bool] | None:
    """Which end of which sort of blocking link says this? None where no blocking link does.

    A sentence that begins in an unknown way, such as a translated one, need only end with the wording.

    Parameters
    ----------
    told
        As ``link_told`` gives it.
    sides
        As ``vsm.config.rules.sides_of_links`` gives them.

    Examples
    --------
    >>> sides = {"blocks": (0, False), "wird blockiert durch": (1, True)}
    >>> side_of(link_told("Dieser Vorgang wird blockiert durch AB-7"), sides=sides)
    (1, True)
    >>> side_of(link_told("This issue no longer blocks AB-7"), sides=sides) is None
    True
    """
    if told.whole or told.wording in sides:
        return sides.get(told.wording)
    ends = [said for said in sides if told.wording.endswith(f" {said}")]
    return sides[max(ends, key=len)] if ends else None


def told_links(
    events: pd.DataFrame, tickets: pd.DataFrame, *, links: Iterable[tuple[str, str]]
) -> pd.DataFrame:
    """Which blocking links were made and taken away, as either ticket tells it?

    Parameters
    ----------
    events, tickets
        EVENTS, of which rows of kind ``link`` (and ``move``, for former keys) are read, and TICKETS.
    links
        Pairs of wordings that mean a block, as ``vsm.config.Blocking`` holds them.

    Returns
    -------
    DataFrame
        One row per sentence: ``ticket`` (that is held up), ``by`` (the ticket that holds it up; missing where
        the key is of none, or of several), ``name`` (ticket or key of what holds it up), ``sort`` (number of
        the sort of link), ``told_by``, ``at``, ``seq``, ``there`` (made, not taken away) and ``detail`` (the
        sentence). Where the ticket that is held up is not known, there is no row.
    """
    told = _sentences(events)
    sides, said = sides_of_links(links), {text: link_told(text) for text in told["detail"].unique()}
    meant = {
        text: (one.key, *side) for text, one in said.items() if one and (side := side_of(one, sides=sides))
    }
    rows = told[told["detail"].isin(meant)].reset_index(drop=True)
    key, sort, held = (
        zip(*(meant[text] for text in rows["detail"]), strict=True) if len(rows) else ((), (), ())
    )
    other = pd.Series(_resolved(rows["told_by"], key, events, tickets), index=rows.index, dtype="str")
    is_held = pd.Series(held, index=rows.index, dtype="bool")
    by = other.where(is_held, rows["told_by"])
    rows = rows.assign(
        ticket=rows["told_by"].where(is_held, other), by=by, sort=pd.Series(sort, dtype="int64")
    )
    rows = rows.assign(name=by.fillna(pd.Series(key, index=rows.index, dtype="str")))
    return rows.loc[rows["ticket"].notna(), list(COLUMNS)].reset_index(drop=True)


def link_wordings(events: pd.DataFrame, *, links: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """How are links worded here, and which of these wordings mean a block?

    Returns
    -------
    DataFrame
        One row per wording, the most frequent first: ``wording`` (in small letters; all of the sentence
        but the key where it begins in an unknown way), ``links`` (how often one was made),
        ``blocks`` (a flag).
    """
    rows, sides = _sentences(events), sides_of_links(links)
    found = (link_told(text) for text in rows.loc[rows["there"], "detail"])
    known = [(one.wording, side_of(one, sides=sides) is not None) for one in found if one]
    table = pd.DataFrame(known, columns=["wording", "blocks"]).astype({"wording": "str", "blocks": "bool"})
    counts = table.groupby("wording")["blocks"].agg(links="size", blocks="first").reset_index()
    return counts.sort_values(["links", "wording"], ascending=[False, True], ignore_index=True)


def _sentences(events: pd.DataFrame) -> pd.DataFrame:
    """List what was said of links: one row per sentence that appeared or went."""
    rows = events[events["kind"] == "link"]
    plain = rows[["at", "seq"]].assign(told_by=rows["ticket"].astype("str"))
    parts = [
        plain.assign(detail=rows[side].astype("str"), there=there)
        for side, there in (("before", False), ("after", True))
    ]
    return pd.concat(parts).dropna(subset=["detail"]).reset_index(drop=True)


def _resolved(
    tellers: "pd.Series[Any]", keys: Iterable[str], events: pd.DataFrame, tickets: pd.DataFrame
) -> list[str | None]:
    """Find the ticket that each key means in the tracker of the ticket that names it."""
    if tellers.empty:
        return []
    trackers, ours = _tracker(tellers), _tracker(tickets["ticket"])
    moves = events[events["kind"] == "move"]
    theirs = _tracker(moves["ticket"])
    known = {
        tracker: ticket_keys(tickets[ours == tracker], moves[theirs == tracker])
        for tracker in trackers.unique()
    }
    return [known[tracker].get(key) or None for tracker, key in zip(trackers, keys, strict=True)]


def _tracker(tickets: "pd.Series[Any]") -> "pd.Series[Any]":
    return tickets.astype("str").str.replace(r":?[^:]*$", "", regex=True)
