"""Which tickets are behind a number: those that a handoff passed on, that wait in a queue now, and so on.

A group has a kind and the names that it is about, such as ``("handoff", "development", "quality")``; in a
report its tickets are listed where ``vsm.figures.links.tickets_link`` leads.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, NamedTuple

import pandas as pd

from vsm.model.causes import with_passing
from vsm.model.discarded import discarded_tickets
from vsm.model.interruptions import interrupting
from vsm.model.lifecycle import before_the_finish, still_open, units_of_work, was_discarded
from vsm.model.rework import returns_of
from vsm.model.weekly import waiting_pieces
from vsm.tables import DURATION


class Tables(NamedTuple):
    """What groups are made of: tables of a stream, of its ``WaitSums``, ``delivery`` and ``Present``."""

    tickets: pd.DataFrame
    visits: pd.DataFrame
    handoffs: pd.DataFrame
    by_cause: pd.DataFrame
    unbroken: pd.DataFrame
    blocks: pd.DataFrame
    lifecycles: pd.DataFrame
    stage_visits: pd.DataFrame
    stages: pd.DataFrame
    deployments: pd.DataFrame
    ages: pd.DataFrame
    as_of: pd.Timestamp


class TicketGroup(NamedTuple):
    """Tickets behind one number: ``times`` by ticket, the longest first; ``time`` says what they are.

    ``heading`` is that of all groups of its sort, ``title`` its own.
    """

    kind: str
    names: tuple[str, ...]
    heading: str
    title: str
    time: str
    times: "pd.Series[Any]"


class _Kind(NamedTuple):
    """A kind of group: its columns of names, what it is called, and rows with ``ticket`` and ``time``."""

    kind: str
    by: tuple[str, ...]
    heading: str
    title: str
    time: str
    rows: Callable[[Tables], pd.DataFrame]


def ticket_groups(tables: Tables, *, kinds: "frozenset[str] | set[str]") -> Iterator[TicketGroup]:
    """Give every group of these kinds that has tickets: open and finished ones, but for those of "now".

    Examples
    --------
    >>> sorted({kind.kind for kind in KINDS})[:3]
    ['arrived', 'blocked', 'cause']
    """
    for each in KINDS:
        if each.kind not in kinds:
            continue
        by: list[Any] = list(each.by)
        rows = each.rows(tables).dropna(subset=by)
        rows = rows.astype(dict.fromkeys((*by, "ticket"), "str") | {"time": DURATION})
        each_ticket = rows.groupby([*by, "ticket"])["time"]
        summed = each_ticket.max() if each.kind in _WHOLE else each_ticket.sum()
        times = summed.sort_values(ascending=False, kind="stable")
        places: dict[tuple[str, ...], list[int]] = {}
        for place, names in enumerate(zip(*map(times.index.get_level_values, by), strict=True)):
            places.setdefault(names, []).append(place)
        times = times.droplevel(by)
        for names, found in sorted(places.items()) if by else [((), slice(None))] * bool(len(times)):
            title = each.title.format(*names)
            yield TicketGroup(each.kind, names, each.heading, title, each.time, times.iloc[found])


def ticket_facts(tables: Tables) -> pd.DataFrame:
    """Give what a list says of each ticket.

    Returns
    -------
    DataFrame
        By ticket: ``key, summary, url, state`` (the stage of an open ticket; else ``delivered``,
        ``discarded`` or ``removed``), ``ended`` (missing while open) and ``age`` (or lead time).
    """
    about = tables.tickets.set_index(tables.tickets["ticket"].astype("str"))
    about = about[["key", "summary", "url"]].astype("str")
    lived = tables.lifecycles.set_index("ticket")
    stays = tables.stage_visits
    now = stays[stays["left"].isna()].set_index("ticket")["stage"]
    outcome = pd.Series("delivered", index=lived.index).mask(was_discarded(lived), "discarded")
    state = outcome.where(lived["finished"].notna(), "removed")
    state = state.mask(still_open(lived), now.reindex(lived.index))
    return about.join(
        pd.DataFrame(
            {"state": state, "ended": lived["finished"].fillna(lived["gone"]), "age": lived["lead"]}
        ),
        how="inner",
    )


def life_shares(stage_visits: pd.DataFrame, *, tickets: Collection[str]) -> "pd.Series[Any]":
    """Give how the life of each of these tickets was divided, until it was finished.

    Returns
    -------
    Series
        By ticket: a tuple of kinds of stages with their share of that time, in order, equal ones joined.
        Tickets that were done from the beginning are not in it.
    """
    mine = stage_visits[stage_visits["ticket"].isin(tickets)]
    lived = mine[before_the_finish(mine) & (mine["kind"] != "done")]
    fresh = (lived["ticket"] != lived["ticket"].shift()) | (lived["kind"] != lived["kind"].shift())
    spans = lived.groupby(fresh.cumsum()).agg(
        ticket=("ticket", "first"), kind=("kind", "first"), elapsed=("elapsed", "sum")
    )
    seconds = spans["elapsed"].dt.total_seconds()
    share = (seconds / seconds.groupby(spans["ticket"]).transform("sum")).fillna(0.0)
    pairs = pd.Series(list(zip(spans["kind"], share, strict=True)), index=spans.index, dtype="object")
    return pairs.groupby(spans["ticket"]).agg(tuple)


def _handoffs(tables: Tables) -> pd.DataFrame:
    return tables.handoffs.assign(time=tables.handoffs["wait"])


def _moves(tables: Tables) -> pd.DataFrame:
    stays = tables.stage_visits
    onward = stays["stage"].shift(-1).where(stays["ticket"] == stays["ticket"].shift(-1))
    return stays.assign(onward=onward, time=stays["elapsed"])[~stays["bulk"].astype("bool")]


def _stays(tables: Tables) -> pd.DataFrame:
    stays = tables.stage_visits[before_the_finish(tables.stage_visits)]
    return stays[~stays["bulk"].astype("bool")].assign(time=stays["elapsed"])


def _waits(tables: Tables) -> pd.DataFrame:
    waits = tables.by_cause
    counted = ~waits["bulk"].astype("bool") & (waits["elapsed"] > pd.Timedelta(0))
    return waits[counted].assign(time=waits["elapsed"])


def _passings(tables: Tables) -> pd.DataFrame:
    return with_passing(_waits(tables), tables.handoffs, tables.lifecycles)


def _handoff_waits(tables: Tables) -> pd.DataFrame:
    waits = _waits(tables)
    return waits[waits["handoff"].notna()]


def _now(tables: Tables) -> pd.DataFrame:
    return tables.ages.assign(time=tables.ages["stay"])


def _late(tables: Tables) -> pd.DataFrame:
    now = _now(tables)
    return now[now["stay"] > now["stay_p85"]]


def _open(tables: Tables) -> pd.DataFrame:
    lived = tables.lifecycles
    return lived[still_open(lived)].assign(time=lived["lead"])


def _blocked(tables: Tables) -> pd.DataFrame:
    there = tables.blocks[tables.blocks["end"].isna()]
    open_ = set(_open(tables)["ticket"])
    there = there[there["ticket"].astype("str").isin(open_)].sort_values("start").drop_duplicates("ticket")
    return there.assign(time=tables.as_of - there["start"])


def _delivered(tables: Tables) -> pd.DataFrame:
    lived = units_of_work(tables.lifecycles)
    done = lived[lived["finished"].notna() & ~was_discarded(lived)]
    return done.assign(time=done["lead"], week=_week(done["finished"]))


def _arrived(tables: Tables) -> pd.DataFrame:
    lived = units_of_work(tables.lifecycles)
    return lived.assign(time=lived["lead"], week=_week(lived["created"]))


def _week(instants: "pd.Series[Any]") -> "pd.Series[Any]":
    """Give the Monday of each instant's week, in UTC, as YYYY-MM-DD."""
    day = instants.dt.normalize()
    monday: pd.Series[Any] = (day - pd.to_timedelta(day.dt.day_of_week, unit="D")).dt.strftime("%Y-%m-%d")
    return monday


def _left(tables: Tables) -> pd.DataFrame:
    stays = _stays(tables)
    stays = stays[stays["left"].notna() & ~stays["gone"].astype("bool")]
    return stays.assign(week=_week(stays["left"]))


def _waits_by_week(tables: Tables) -> pd.DataFrame:
    pieces = waiting_pieces(tables.unbroken)
    return pieces.assign(time=pieces["waited"], week=pieces["week"].dt.strftime("%Y-%m-%d"))


HOW: Final = {"failed": "failed", "rework": "fixes"}
"""Column of the deployments → the name of the group of those for which it holds."""


def deployment_names(deployments: pd.DataFrame) -> "pd.Series[str]":
    """Give what distinguishes deployments: the repository, where it is known, and the name.

    Examples
    --------
    >>> rows = {"repository": ["shop", None], "deployment": ["v1", "v1"]}
    >>> deployment_names(pd.DataFrame(rows)).tolist()
    ['shop v1', 'v1']
    """
    place = deployments["repository"].astype("object").fillna("")
    return (place + " " + deployments["deployment"].astype("str")).str.strip()


def _deployed(tables: Tables) -> pd.DataFrame:
    """Give the tickets of each deployment, and again with ``how`` it went: failed, or a fix."""
    rows = tables.deployments
    rows = rows.assign(
        what=deployment_names(rows), week=_week(rows["at"]), key=rows["evidence"].str.split(", ")
    )
    rows = pd.concat([rows, *(rows[rows[name].astype("bool")].assign(how=how) for name, how in HOW.items())])
    ids = tables.tickets.set_index(tables.tickets["key"].astype("str"))["ticket"].astype("str")
    rows = rows.explode("key")
    ids = ids[~ids.index.duplicated()]
    rows = rows.assign(ticket=ids.reindex(rows["key"].astype("str")).array).dropna(subset=["ticket"])
    lead = tables.lifecycles.set_index(tables.lifecycles["ticket"].astype("str"))["lead"]
    return rows.assign(time=lead.reindex(rows["ticket"]).array)


def _discarded(tables: Tables) -> pd.DataFrame:
    rows = discarded_tickets(tables.lifecycles, stage_visits=tables.stage_visits)
    return rows.assign(time=rows["lead"])


def _returned(tables: Tables) -> pd.DataFrame:
    back = returns_of(tables.visits[~tables.visits["stage"].isin(interrupting(tables.stages))])
    return back.assign(time=back["again"])


_WAIT: Final = "Wait"
_STAY: Final = "Time in stage"
_LEAD: Final = "Lead time"
_OPEN: Final = "Open now"
_LATE: Final = "Longer in its stage than usual (85th percentile)"
_DONE: Final = "Delivered, week by week"
_GIVEN_UP: Final = "Discarded"
_CAUSES: Final = "Causes of waiting"
_WHOLE: Final = ("deployed", "deployed-week", "deployment")
"""Kinds whose rows have a ticket's whole time, each time again."""
_WEEKLY: Final = "Stage by stage and week by week"
_DEPLOYED: Final = "Deployed"
_STAGE: Final = ("stage",)
KINDS: Final = (
    _Kind("open", (), _OPEN, "All open tickets", "Age", _open),
    _Kind("queue", _STAGE, _OPEN, "Open in “{}”", _STAY, _now),
    _Kind("blocked", (), _OPEN, "Blocked", "Blocked for", _blocked),
    _Kind("over-age", (), _LATE, "All open tickets that are over age", _STAY, _late),
    _Kind("over-age", _STAGE, _LATE, "Over age in “{}”", _STAY, _late),
    _Kind(
        "handoff",
        ("from_team", "to_team"),
        "Handoffs between teams",
        "Handoffs from {} to {}",
        _WAIT,
        _handoffs,
    ),
    _Kind(
        "move", ("stage", "onward"), "Moves between stages", "Moves from “{}” to “{}”", "Time before", _moves
    ),
    _Kind(
        "handoff-wait",
        _STAGE,
        "Waiting after a handoff",
        "Handed over, waiting in “{}”",
        _WAIT,
        _handoff_waits,
    ),
    _Kind("stage", _STAGE, "Time spent in a stage", "Time spent in “{}”", _STAY, _stays),
    _Kind("waiting", _STAGE, "Waiting in a stage", "Waiting in “{}”", _WAIT, _waits),
    _Kind("cause", ("cause",), _CAUSES, "Waiting: {}", _WAIT, _waits),
    _Kind("cause-stage", ("cause", "stage"), _CAUSES, "Waiting in “{1}”: {0}", _WAIT, _waits),
    _Kind("cause-team", ("cause", "team"), _CAUSES, "Waiting at {1}: {0}", _WAIT, _waits),
    _Kind("cause-passing", ("cause", "passing"), _CAUSES, "Waiting, {1}: {0}", _WAIT, _passings),
    _Kind("waited", ("stage", "week"), _WEEKLY, "Waiting in “{}” in the week of {}", _WAIT, _waits_by_week),
    _Kind("left", ("stage", "week"), _WEEKLY, "Left “{}” in the week of {}", _STAY, _left),
    _Kind("deployed", (), _DEPLOYED, "All deployed tickets", _LEAD, _deployed),
    _Kind("deployed", ("how",), _DEPLOYED, "Deployments: {}", _LEAD, _deployed),
    _Kind("deployed-week", ("week",), _DEPLOYED, "Deployed in the week of {}", _LEAD, _deployed),
    _Kind("deployment", ("what",), _DEPLOYED, "Deployed with {}", _LEAD, _deployed),
    _Kind("returned", _STAGE, "Rework", "Returned to “{}”", "Time after returning", _returned),
    _Kind("delivered", (), _DONE, "All delivered tickets", _LEAD, _delivered),
    _Kind("delivered", ("week",), _DONE, "Delivered in the week of {}", _LEAD, _delivered),
    _Kind("arrived", ("week",), "Arrived, week by week", "Arrived in the week of {}", "Age", _arrived),
    _Kind("discarded", (), _GIVEN_UP, "All discarded tickets", _LEAD, _discarded),
    _Kind("discarded", _STAGE, _GIVEN_UP, "Discarded in “{}”", _LEAD, _discarded),
)
"""Every sort of group; those of one kind that differ in ``by`` are its parts and its whole."""
