"""BLOCKS: when each ticket was blocked, and by what; overlapping blocks never count twice."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.clock import micros_of
from vsm.config.rules import LINKS
from vsm.eventlog.links import blocking_sentences
from vsm.intervals._kernels.algebra import GroupedIntervals, Intervals, union
from vsm.intervals._kernels.arrays import MISSING, NEVER
from vsm.intervals._kernels.coding import encode, instants_of
from vsm.intervals._kernels.runs import run_ends, run_starts
from vsm.tables import BLOCKS, DURATION, INSTANT, conform, empty

FAR: Final = pd.Timestamp("2262-01-01", tz="UTC").as_unit("us")
_LINK: Final = ["ticket", "name", "sort"]
_TEXTS: Final = dict.fromkeys(("ticket", "source", "ref", "before", "after"), "str")


def blocks_from_events(
    events: pd.DataFrame,
    tickets: pd.DataFrame,
    *,
    finished: "pd.Series[Any] | Mapping[str, pd.Timestamp]",
    as_of: pd.Timestamp,
    links: Iterable[tuple[str, str]] = LINKS,
    held_up: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give when each ticket was blocked: flagged, in a blocked stage, or held up by another one.

    A flag blocks from when it is set until nothing is left in its field; a flag that was there when its
    first change came was there from creation on. A link blocks from when it is made until it is removed;
    one that was removed though its making was not recorded was there since the later of both tickets'
    creation. Both tickets record a link, in the words of their end: that is one block. It ends with the
    first that records its end. A key that is no ticket here still blocks, without ``by``.

    A stay in a blocked stage is one block, from entry to exit.

    Any block ends where the blocking ticket is finished for good or gone, since what was waited for is there,
    and where the blocked ticket itself is, since nothing waits any more: flags are often left on finished
    tickets. A block that begins after that ends at once.

    Parameters
    ----------
    events, tickets
        EVENTS, of which the kinds ``flag``, ``link``, ``move`` and ``delete`` are read, and TICKETS.
    finished
        When each ticket was finished for good, by ticket id; missing or absent while it is open.
    as_of
        The instant that counts as now, with zone; nothing later is seen.
    links
        Pairs of wordings that mean a block: what the blocked ticket says, and what the blocking one says.
    held_up
        VISITS to blocked stages.

    Returns
    -------
    DataFrame
        BLOCKS, by ticket and start. Blocks of one ticket may overlap: see ``blocked_spans``.
    """
    seen = events[events["at"] <= as_of]
    created = pd.Series(tickets["created"].array, index=tickets["ticket"].astype("str"))
    kinds, parts = seen["kind"].unique(), []
    if "flag" in kinds:
        parts.append(_flags(seen, created))
    if "link" in kinds:
        parts.append(_links(seen, tickets, created, links))
    if held_up is not None and len(held_up):
        parts.append(_stays(held_up))
    if not parts:
        return empty(BLOCKS)
    rows = pd.concat(parts, ignore_index=True)
    over = _over(seen, finished, as_of)
    for side in ("ticket", "by"):
        limit = over.reindex(rows[side]).set_axis(rows.index)
        rows["end"] = rows["end"].where(~(limit < rows["end"].fillna(FAR)), limit)
    rows["end"] = rows["end"].mask(rows["end"] < rows["start"], rows["start"])
    return conform(rows.sort_values(["ticket", "start", "how", "by", "detail"]), BLOCKS)


def _flags(events: pd.DataFrame, created: "pd.Series[Any]") -> pd.DataFrame:
    """Give when each ticket's flag field was not empty."""
    flags = events[events["kind"] == "flag"]
    rows = flags[["ticket", "at", "seq", "source", "ref", "before", "after"]].astype(_TEXTS)
    rows = rows.sort_values(["ticket", "at", "seq", "source", "ref"])
    first = rows.drop_duplicates("ticket")
    early = first[first["before"].notna()]
    since = created.reindex(early["ticket"]).set_axis(early.index)
    early = early.assign(at=since.where(since < early["at"], early["at"]), after=early["before"])
    states = pd.concat([early, rows]).sort_values(["ticket", "at"], kind="stable")
    states = states.drop_duplicates(["ticket", "at"], keep="last")
    spans = _spans(states.assign(there=states["after"].notna()), ["ticket"])
    return pd.DataFrame(
        {
            "ticket": spans["ticket"], "start": spans["at"], "end": spans["end"], "how": "flag",
            "by": pd.Series(pd.NA, index=spans.index, dtype="str"), "detail": spans["after"],
        }
    )  # fmt: skip


def _stays(visits: pd.DataFrame) -> pd.DataFrame:
    """Give each unbroken stay in a stage once, whoever held the ticket there."""
    rows = visits[["ticket", "n", "stage", "entered", "left"]].astype({"ticket": "str", "stage": "str"})
    former = rows[["ticket", "n", "stage"]].shift()
    unbroken = (former.assign(n=former["n"] + 1) == rows[["ticket", "n", "stage"]]).all(axis=1)
    starts, ends = rows[~unbroken], rows[~unbroken.shift(-1, fill_value=False)]
    stays = pd.DataFrame(
        {
            "ticket": starts["ticket"], "start": starts["entered"], "end": ends["left"].array, "how": "stage",
            "by": pd.Series(pd.NA, index=starts.index, dtype="str"), "detail": starts["stage"],
        }
    )  # fmt: skip
    return stays[stays["start"] != stays["end"]]


def _links(
    events: pd.DataFrame,
    tickets: pd.DataFrame,
    created: "pd.Series[Any]",
    links: Iterable[tuple[str, str]],
) -> pd.DataFrame:
    """Give when each link was there; of what both its tickets record at one instant, either is enough.

    ::

        link     0  0  0  1       what was last said of each, from each instant on
        at       3  5  9  4
        there    T  T  F  F       spans: 0 from 3 to 9; 1 from the later creation to 4
    """
    said = blocking_sentences(events, tickets, links=links)
    link, at, there = said.groupby(_LINK).ngroup().to_numpy(), micros_of(said["at"]), said["there"].to_numpy()
    seq, second = said["seq"].to_numpy(), (said["told_by"] != said["ticket"]).to_numpy()
    order = np.lexsort((seq, at, second, link))
    about = said.take(order[run_starts(link[order])])[["ticket", "by", "detail"]]
    order = np.lexsort((there, seq, at, second, link))
    order = order[run_ends(run_starts(link[order], second[order], at[order]))]
    order = order[np.lexsort((there[order], at[order], link[order]))]
    order = order[run_ends(run_starts(link[order], at[order]))]
    turns = order[run_starts(link[order], there[order])]
    link, at, there = link[turns], at[turns], there[turns]
    first = run_starts(link)
    end = np.where(run_ends(first), MISSING, np.append(at[1:], MISSING)[: len(at)])
    early = np.flatnonzero(first & ~there)
    ends = [micros_of(created.reindex(about[side].iloc[link[early]])) for side in ("ticket", "by")]
    since = np.where(ends[0] == MISSING, NEVER, np.maximum(*ends))
    early, since = early[since < at[early]], since[since < at[early]]
    found = about.take(np.append(link[early], link[there]))
    times = {"start": np.append(since, at[there]), "end": np.append(at[early], end[there])}
    spans = found.reset_index(drop=True).assign(how="link", **{n: instants_of(t) for n, t in times.items()})
    return spans[list(BLOCKS.names)]


def _spans(states: pd.DataFrame, stream: list[str]) -> pd.DataFrame:
    """Join states, in the order of time within each stream, into spans; missing is the end of the last."""
    before = states.groupby(stream)["there"].shift(fill_value=False)
    turns = states[states["there"] != before]
    return turns.assign(end=turns.groupby(stream)["at"].shift(-1))[turns["there"]]


def _over(
    events: pd.DataFrame, finished: "pd.Series[Any] | Mapping[str, pd.Timestamp]", as_of: pd.Timestamp
) -> "pd.Series[Any]":
    """Give from when on each ticket is finished for good or gone."""
    known = pd.Series(finished, dtype=INSTANT)
    done = known.set_axis(known.index.astype("str"))
    gone = events[events["kind"] == "delete"]
    gone_at = pd.Series(gone["at"].array, index=gone["ticket"].astype("str"), dtype=INSTANT)
    ends = done[done <= as_of]
    return pd.concat([ends, gone_at]).groupby(level=0).min() if len(gone) else ends


def blocked_spans(blocks: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give when each ticket was blocked by anything at all.

    Parameters
    ----------
    blocks
        BLOCKS.
    as_of
        Where open blocks end; nothing later is seen.

    Returns
    -------
    DataFrame
        ``ticket`` (str), ``start``, ``end``: half-open spans by ticket and start, disjoint, with time between
        them. Blocks that end where they begin are none.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=4, tz="UTC")
    >>> blocks = pd.DataFrame({"ticket": "a", "start": day[:2], "end": [day[2], pd.NaT]})
    >>> blocked_spans(blocks, as_of=day[3])[["start", "end"]].map(lambda at: at.day).values.tolist()
    [[5, 8]]
    """
    end = blocks["end"].fillna(as_of)
    return joined_spans(blocks["ticket"].astype("str"), blocks["start"], end.where(end < as_of, as_of))


def joined_spans(ticket: "pd.Series[str]", start: "pd.Series[Any]", end: "pd.Series[Any]") -> pd.DataFrame:
    """Give the disjoint spans that these make together; as ``blocked_spans``."""
    code, tickets = pd.factorize(ticket, sort=True)
    since, until = (micros_of(side.astype(INSTANT)) for side in (start, end))
    some = since < until
    group, since, until = union(code[some], since[some], until[some])
    return pd.DataFrame(
        {"ticket": tickets.take(group), "start": instants_of(since), "end": instants_of(until)}
    )


def blocked_time(blocks: pd.DataFrame, visits: pd.DataFrame, *, as_of: pd.Timestamp) -> "pd.Series[Any]":
    """Give for how long the ticket was blocked in each visit.

    Ask only where the log could show blocks (``records_blocks``): here a visit without a block was blocked
    for no time.

    Parameters
    ----------
    blocks, visits
        BLOCKS and VISITS.
    as_of
        Where open blocks and open visits end.

    Returns
    -------
    Series
        Timedelta by row of ``visits``: what its span shares with ``blocked_spans``. O((n + m) log n).

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=4, tz="UTC")
    >>> blocks = pd.DataFrame({"ticket": ["a"], "start": day[1:2], "end": day[3:]})
    >>> visits = pd.DataFrame({"ticket": "a", "entered": day[[0, 2]], "left": [day[2], pd.NaT]})
    >>> blocked_time(blocks, visits, as_of=day[3]).dt.days.tolist()
    [1, 1]
    """
    spans = blocked_spans(blocks, as_of=as_of)
    left = visits["left"].fillna(as_of)
    known = pd.Index(spans["ticket"].unique())
    blocked = GroupedIntervals(
        encode(spans["ticket"], known), micros_of(spans["start"]), micros_of(spans["end"])
    )
    entered, until = micros_of(visits["entered"]), micros_of(left.where(left < as_of, as_of))
    whole = Intervals(np.arange(len(visits)), entered, until)
    parts = blocked.intersect(whole, encode(visits["ticket"], known))
    total = np.zeros(len(visits), dtype=np.int64)
    np.add.at(total, parts.parent, parts.end - parts.start)
    return pd.Series(total, index=visits.index, name="blocked").astype(DURATION)


def records_blocks(events: pd.DataFrame, *, stages: pd.DataFrame | None = None) -> bool:
    """Whether blocks could show at all: there is a flag or a link of any sort, or a blocked stage."""
    held_up = stages is not None and bool(stages["blocked"].any())
    return held_up or bool(events["kind"].isin(["flag", "link"]).any())
