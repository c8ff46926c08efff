"""When was each ticket blocked, and by what? Flags and links become spans."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from vsm.config.rules import LINKS
from vsm.eventlog.links import blocking_sentences
from vsm.tables import BLOCKS, INSTANT, conform

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
) -> pd.DataFrame:
    """When was each ticket blocked: flagged, or held up by another one?

    A flag blocks from when it is set until nothing is left in its field; a flag that was there when its
    first change came was there from creation on. A link blocks from when it is made until it is taken away;
    one that was taken away though nothing tells of its making was there since the later of both tickets'
    creation. Both tickets tell of a link, in the words of their end: that is one block. It ends with the
    first that says so. A key that is no ticket here still blocks, without ``by``.

    Whatever it is, a block ends where the ticket that blocks is finished for good or gone: what it was waited
    for is there. It ends, too, where the blocked ticket itself is finished for good or gone, since nothing
    waits any more: flags are often left on finished tickets. A block that begins after that ends at once.

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

    Returns
    -------
    DataFrame
        BLOCKS, by ticket and start. Blocks of one ticket may overlap: see ``blocked_spans``.
    """
    seen = events[events["at"] <= as_of]
    created = pd.Series(tickets["created"].array, index=tickets["ticket"].astype("str"))
    rows = pd.concat([_flags(seen, created), _links(seen, tickets, created, links)], ignore_index=True)
    over = _over(seen, finished, as_of)
    for side in ("ticket", "by"):
        limit = over.reindex(rows[side]).set_axis(rows.index)
        rows["end"] = rows["end"].where(~(limit < rows["end"].fillna(FAR)), limit)
    rows["end"] = rows["end"].mask(rows["end"] < rows["start"], rows["start"])
    return conform(rows.sort_values(["ticket", "start", "how", "by", "detail"]), BLOCKS)


def _flags(events: pd.DataFrame, created: "pd.Series[Any]") -> pd.DataFrame:
    """Find when something stood in each ticket's flag field."""
    flags = events[events["kind"] == "flag"]
    rows = flags[["ticket", "at", "seq", "source", "ref", "before", "after"]].astype(_TEXTS)
    rows = rows.sort_values(["ticket", "at", "seq", "source", "ref"])
    first = rows.drop_duplicates("ticket")
    early = first[first["before"].notna()]
    since = created.reindex(early["ticket"]).set_axis(early.index)
    early = early.assign(at=_earlier(since, early["at"]), after=early["before"])
    states = pd.concat([early, rows]).sort_values(["ticket", "at"], kind="stable")
    states = states.drop_duplicates(["ticket", "at"], keep="last")
    spans = _spans(states.assign(there=states["after"].notna()), ["ticket"])
    return pd.DataFrame(
        {
            "ticket": spans["ticket"], "start": spans["at"], "end": spans["end"], "how": "flag",
            "by": pd.Series(pd.NA, index=spans.index, dtype="str"), "detail": spans["after"],
        }
    )  # fmt: skip


def _links(
    events: pd.DataFrame,
    tickets: pd.DataFrame,
    created: "pd.Series[Any]",
    links: Iterable[tuple[str, str]],
) -> pd.DataFrame:
    """Find when each link was there; of what both its tickets tell at one instant, either is enough."""
    told = blocking_sentences(events, tickets, links=links)
    own = told.assign(own=told["told_by"] != told["ticket"]).sort_values([*_LINK, "own", "at", "seq"])
    details = own.drop_duplicates(_LINK)[[*_LINK, "by", "detail"]]
    last = told.sort_values(["at", "seq", "there"]).drop_duplicates([*_LINK, "told_by", "at"], keep="last")
    states = last.groupby([*_LINK, "at"])["there"].max().reset_index()
    first = states.drop_duplicates(_LINK)
    early = first[~first["there"]].merge(details, on=_LINK)
    ends = [pd.Series(created.reindex(early[side]).array, index=early.index) for side in ("ticket", "by")]
    later = ends[0].mask(ends[1] > ends[0], ends[1])
    early = early.assign(at=_earlier(later, early["at"]), there=True)[states.columns]
    states = pd.concat([early, states]).sort_values([*_LINK, "at"], kind="stable")
    states = states.drop_duplicates([*_LINK, "at"], keep="last")
    spans = _spans(states, _LINK).merge(details, on=_LINK)
    return spans.rename(columns={"at": "start"}).assign(how="link")[list(BLOCKS.names)]


def _spans(states: pd.DataFrame, stream: list[str]) -> pd.DataFrame:
    """Join states, in the order of time within each stream, into spans; missing is the end of the last."""
    before = states.groupby(stream)["there"].shift(fill_value=False)
    turns = states[states["there"] != before]
    return turns.assign(end=turns.groupby(stream)["at"].shift(-1))[turns["there"]]


def _earlier(since: "pd.Series[Any]", at: "pd.Series[Any]") -> "pd.Series[Any]":
    return since.where(since < at, at)


def _over(
    events: pd.DataFrame, finished: "pd.Series[Any] | Mapping[str, pd.Timestamp]", as_of: pd.Timestamp
) -> "pd.Series[Any]":
    """Tell from when on each ticket is finished for good or gone."""
    known = pd.Series(finished, dtype=INSTANT)
    done = known.set_axis(known.index.astype("str"))
    gone = events[events["kind"] == "delete"]
    gone_at = pd.Series(gone["at"].array, index=gone["ticket"].astype("str"), dtype=INSTANT)
    ends = pd.concat([done[done <= as_of], gone_at])
    earliest: pd.Series[Any] = ends.groupby(level=0).min()
    return earliest
