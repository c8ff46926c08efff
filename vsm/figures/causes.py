"""Why work waits: causes by handoff, stage and team, stories of the longest waits, and blocks."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.config import Waiting
from vsm.counts import counted
from vsm.figures.labels import escape, hover, iso_day, number, text_width, unnamed, wrapped
from vsm.figures.links import linked, linked_keys, tickets_link
from vsm.figures.marks import LEGEND_ABOVE, filled, row_axis, row_bars, row_numbers, value_axis
from vsm.figures.tables import (
    Columns,
    if_known,
    in_days,
    keys_of,
    styled_table,
    table_of,
    titles_of,
    with_interval,
)
from vsm.figures.theme import CAUSE_COLOURS, CAUSE_PATTERNS, SIDE, framed, nothing_to_see
from vsm.findings.durations import percent, short_duration
from vsm.findings.why import BECAUSE
from vsm.model.blocking import blocker, lasting
from vsm.model.causes import (
    EARLY,
    LATE,
    MEANINGS,
    calendar_effect,
    cause_shares,
    tickets_of_groups,
    with_passing,
)
from vsm.model.handoffs import longest_waits
from vsm.model.lifecycle import completed
from vsm.tables import CAUSES, DURATION

HOUR: Final = pd.Timedelta(hours=1)
_ROW: Final = 42
_MOST: Final = 12
_PASSING: Final = {EARLY: "before work started", LATE: "no handoff"}
_NAMES: Final = {"passing": "handoff", "team": "team", "stage": "stage"}


def causes_ladder(
    waits: pd.DataFrame,
    handoffs: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    by: str = "passing",
    minimum: int,
    rules: Waiting,
    most: int = _MOST,
    title: str | None = None,
) -> go.Figure:
    """Waiting by cause, for each handoff (``passing``), stage or team; the costliest on top.

    Bars are working hours by cause; beside each the share of its elapsed waiting that was non-working time.

    Parameters
    ----------
    waits, handoffs, lifecycles
        WAITS with causes, HANDOFFS, and lifecycles as ``lifecycles_from_visits`` gives them.
    by
        ``passing`` (from team to team), ``team`` (of the visit in which it waited) or ``stage``.
    minimum
        Groups of fewer delivered tickets are left out, and counted in the caption.
    rules
        What vsm.toml says about causes.
    most
        How many groups are shown.
    """
    heading = title or f"Why work waits, by {_NAMES[by]}"
    rows = with_passing(waits, handoffs, lifecycles) if by == "passing" else waits
    known = tickets_of_groups(rows, lifecycles, by=by)
    shown = list(known[known >= minimum].index[:most])
    if not shown:
        return nothing_to_see(
            of="causes_ladder", title=heading, hint=f"No {_NAMES[by]} has made enough delivered tickets wait."
        )
    rows = rows[rows[by].astype("str").isin(shown)]
    table = cause_shares(rows, lifecycles, by=[by], minimum=minimum)
    table = table.assign(group=table[by], **{by: [_PASSING.get(group, group) for group in table[by]]})
    shown = [_PASSING.get(group, group) for group in shown]
    ends = []
    for _, group in table.groupby(by, sort=False):
        working, elapsed = _sum(group["working"]), _sum(group["elapsed"])
        n = number(group["tickets"].max())
        ends.append(escape(f"{in_hours(working)} · {percent(1 - working / elapsed)} non-working · n {n}"))
    names = [wrapped(group, width=24) for group in shown]
    causes = [cause for cause in CAUSE_COLOURS if cause != "non-working time"]
    figure = go.Figure([_bars(table[table["cause"] == cause], cause, by) for cause in causes])
    figure.update_layout(
        barmode="stack",
        # Narrow entries, so that two stand side by side on a page of 700 pixels and stay below the title.
        legend=LEGEND_ABOVE | {"traceorder": "normal", "entrywidth": 66, "font": {"size": 11}},
        xaxis=value_axis(
            "waiting of delivered tickets, working time", ticksuffix=" h", tickformat=",d", nticks=5
        ),
        yaxis=row_axis(names),
        annotations=row_numbers(ends),
    )
    left_out = len(known) - len(shown)
    rest = (
        f" Not shown: {counted(left_out, 'group')} with too few tickets or less waiting." if left_out else ""
    )
    return framed(
        figure,
        of="causes_ladder",
        title=heading,
        caption=(
            "Each hour counts once, under the first cause that applies. Bars leave out nights, weekends and "
            "holidays; their share of the elapsed waiting is on the right. n: delivered tickets that waited "
            f"there.{rest} {_window(rules)}"
        ),
        alt=_alt(table, by, shown),
        body=_ROW * len(shown),
        head=58,
        foot=56,
        left=SIDE + 14 + text_width(names, size=12),
        right=SIDE + 14 + text_width(ends, size=12),
    )


def _bars(rows: pd.DataFrame, cause: str, by: str) -> go.Bar:
    hours = [time / HOUR for time in rows["working"]]
    return row_bars(
        hours,
        range(len(rows)),
        name=cause,
        marker=filled(CAUSE_COLOURS[cause], CAUSE_PATTERNS[cause]),
        hovertext=[_facts(row, by) for row in rows.to_dict("records")],
        showlegend=bool(sum(hours)),
        **linked(tickets_link(f"cause-{by}", cause, group) for group in rows["group"]),
    )


def _facts(row: dict[Any, Any], by: str) -> str:
    known = pd.notna(row["share_working"])
    return hover(
        row[by],
        [
            ("cause", row["cause"]),
            ("working time", in_hours(row["working"])),
            ("share of the waiting", percent(row["share_working"]) if known else ""),
            ("n", counted(row["tickets"], "ticket")),
        ],
    )


def in_hours(duration: pd.Timedelta) -> str:
    """A working time in hours, since a working day has as many as its calendar gives it.

    Examples
    --------
    >>> [in_hours(pd.Timedelta(minutes=minutes)) for minutes in (90_000, 90, 1, 0)]
    ['1,500 h', '1.5 h', '<0.1 h', '0 h']
    """
    hours = duration / HOUR
    if 0 < hours < 0.05:
        return "<0.1 h"
    return f"{hours:,.1f} h" if 0 < hours < 9.95 else f"{hours:,.0f} h"


def _sum(durations: "pd.Series[Any]") -> pd.Timedelta:
    """Sum durations in microseconds: many tickets together wait longer than nanoseconds can count."""
    return pd.Timedelta(durations.astype(DURATION).sum())


def _alt(table: pd.DataFrame, by: str, shown: list[str]) -> str:
    first = table[table[by] == shown[0]]
    (main,) = first.nlargest(1, "working").to_dict("records")
    return (
        f"Waiting of delivered tickets in working time, by {_NAMES[by]} and cause. The most is at "
        f"{shown[0]}: {in_hours(_sum(first['working']))}, {percent(main['share_working'])} of it "
        f"{main['cause']} (n {number(first['tickets'].max())})."
    )


def causes_table(waits: pd.DataFrame, lifecycles: pd.DataFrame, *, minimum: int) -> Styler:
    """Why completed tickets waited: each cause's share of all waiting (``cause_shares``)."""
    found = cause_shares(waits, lifecycles, minimum=minimum)
    found = found[found["elapsed"] > pd.Timedelta(0)]
    columns: Columns = {
        "Cause": "cause",
        "Share of waiting": with_interval,
        "Share in working time": [
            "–" if cause == "non-working time" or pd.isna(share) else percent(share)
            for cause, share in zip(found["cause"], found["share_working"], strict=True)
        ],
        "Working time": ("working", in_hours),
        "Elapsed": ("elapsed", in_days),
        "Tickets": "tickets",
        "Flow efficiency without it": ("impact", if_known(percent, otherwise="–")),
    }
    done = len(completed(lifecycles))
    caption = (
        f"Waiting of n = {done:,} delivered tickets; each hour counts once, under the first cause that "
        "applies. In brackets: 95 % interval, weeks as units. The last column is no forecast: without "
        "one cause, another may take its place."
    )
    return table_of(
        found,
        columns,
        caption,
        nothing="No delivered ticket has waited so far.",
        leads={"Tickets": ("cause", "cause")},
    )


def meanings_table(*, rules: Waiting) -> Styler:
    """What each cause means, what may mislead about it, and what could be tried."""
    rows = pd.DataFrame(
        [(cause, MEANINGS[cause].experiment, *MEANINGS[cause][:2]) for cause in CAUSES],
        columns=["Cause", "What to try", "Meaning", "Caveat"],
    )
    caption = f"In the order in which they are checked, unless vsm.toml sets another. {_window(rules)}"
    return styled_table(rows, caption)


def _window(rules: Waiting) -> str:
    """Say what a batch is: how much waiting is called batched depends on it."""
    pause = short_duration(pd.Timedelta(minutes=rules.batch_minutes))
    return (
        f"A batch: {rules.batch_tickets} tickets or more that leave with no more than {pause} between two "
        "(batch_tickets and batch_minutes in vsm.toml)."
    )


def calendar_table(waits: pd.DataFrame, lifecycles: pd.DataFrame, *, stages: pd.DataFrame) -> Styler:
    """How much of the waiting lies outside of working hours, by stage (``calendar_effect``)."""
    found = calendar_effect(waits, lifecycles, stages=stages)
    columns: Columns = {
        "Stage": "stage",
        "Tickets": "tickets",
        "Elapsed wait": ("elapsed", in_days),
        "Working time": ("working", in_hours),
        "Non-working": ("share", percent),
        "Median wait": ("median_elapsed", short_duration),
        "Median, working": ("median_working", in_hours),
    }
    caption = (
        "Waiting of delivered tickets by stage; medians are per ticket. Non-working: share outside the "
        "working hours of the team or person the ticket waited for."
    )
    return table_of(
        found,
        columns,
        caption,
        nothing="No delivered ticket has waited so far.",
        leads={"Tickets": ("waiting", "stage")},
    )


def wait_stories(
    waits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    as_of: pd.Timestamp,
    most: int = 10,
) -> Styler:
    """The longest waits, one story each, as ``longest_waits`` finds them; tickets are linked."""
    found = longest_waits(
        waits, visits=visits, blocks=blocks, tickets=tickets, lifecycles=lifecycles, as_of=as_of, most=most
    )
    columns: Columns = {
        "Ticket": "key",
        "Summary": ("key", titles_of(tickets, by="key").get),
        "Story": _story,
        "In progress meanwhile": "meanwhile",
        "Blocked by": "blockers",
    }
    caption = (
        f"The n = {len(found)} longest waits of delivered tickets, by working time. In progress meanwhile: "
        "what the receiver was working on while this ticket waited, the longest first, at most three."
    )
    table = table_of(found, columns, caption, nothing="No delivered ticket has waited so far.")
    return table.format(linked_keys(tickets), subset=["Ticket", "In progress meanwhile", "Blocked by"])


def _story(row: dict[Any, Any]) -> str:
    """Tell one wait in a sentence or two."""
    whom = "" if pd.isna(row["receiver"]) else f" for {_receiver(row)}"
    when = f"{row['start']:%Y-%m-%d} to {row['end']:%Y-%m-%d}"
    causes = [(cause, row[cause]) for cause in BECAUSE if row[cause] > pd.Timedelta(0)]
    causes.sort(key=lambda pair: -pair[1])
    why = ", ".join(f"{in_hours(time)} {BECAUSE[cause]}" for cause, time in causes)
    off = (
        f" The rest, {short_duration(row['non-working time'])}, was non-working time."
        if row["non-working time"]
        else ""
    )
    return (
        f"Waited {in_hours(row['working'])} of working time ({short_duration(row['elapsed'])} elapsed) in "
        f"{row['stage']}{whom}, {when}: {why or 'none of it in working hours'}.{off}"
    )


def _receiver(row: dict[Any, Any]) -> str:
    """Name who was waited for; for somebody who bears a pseudonym the team stands, where it is known."""
    shown = unnamed(row["receiver"])
    return shown if shown == row["receiver"] or pd.isna(row["team"]) else str(row["team"])


_HOW: Final = {"flag": "a flag", "link": "a link", "stage": "a stage"}


def blocks_table(
    blocks: pd.DataFrame, *, tickets: pd.DataFrame, as_of: pd.Timestamp, most: int = 10
) -> Styler:
    """What blocked tickets, and for how long, the longest first; open blocks last until ``as_of``."""
    known = lasting(blocks).astype({"ticket": "str", "by": "str", "how": "str"})
    lasted = known["end"].fillna(as_of) - known["start"]
    found = known.assign(lasted=lasted).sort_values(
        ["lasted", "ticket", "start", "how"], ascending=[False, True, True, True], kind="stable"
    )[:most]
    key = keys_of(tickets)
    columns: Columns = {
        "Ticket": ("ticket", lambda ticket: key.get(ticket, ticket)),
        "Summary": ("ticket", titles_of(tickets).get),
        "Blocked by": [
            blocker(by, detail, keys=key) or ()
            for by, detail in zip(found["by"], found["detail"], strict=True)
        ],
        "Source": ("how", lambda how: _HOW[how]),
        "Since": ("start", iso_day),
        "Until": ("end", lambda end: "now" if pd.isna(end) else f"{end:%Y-%m-%d}"),
        "Duration": ("lasted", short_duration),
    }
    caption = (
        f"{number(len(found))} of n = {counted(len(known), 'block')}, the longest first; elapsed time. "
        "A block by a ticket ends when that ticket or the blocked one is finished, or the link is removed."
    )
    table = table_of(found, columns, caption, nothing="No block is recorded.")
    return table.format(linked_keys(tickets), subset=["Ticket", "Blocked by"])
