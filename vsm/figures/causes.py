"""Why work waits: causes by handoff, stage and team, stories of the longest waits, and blocks."""

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.eventlog.blocking_links import link_told
from vsm.figures.labels import escape, hover, iso_day, number, pluralize, text_width, unnamed, wrapped
from vsm.figures.links import linked_keys
from vsm.figures.tables import Columns, in_days, styled_table, table_of, with_interval
from vsm.figures.theme import SIDE, filled, framed, nothing_to_see
from vsm.findings.durations import percent, short_duration
from vsm.findings.rules import BECAUSE
from vsm.model.blocking import lasting
from vsm.model.causes import MEANINGS, calendar_effect, cause_shares, with_passing
from vsm.model.handoffs import longest_waits
from vsm.tables import CAUSES, DURATION

CAUSE_COLOURS: Final = {
    "blocked": "#d55e00",
    "external": "#cc79a7",
    "unassigned": "#e69f00",
    "batched": "#56b4e9",
    "at capacity": "#0072b2",
    "overtaken": "#009e73",
    "unexplained": "#9aa3ab",
}
CAUSE_PATTERNS: Final = {
    "blocked": "x", "external": ".", "unassigned": "/", "batched": "-", "at capacity": "", "overtaken": "\\",
    "unexplained": "|",
}  # fmt: skip
HOUR: Final = pd.Timedelta(hours=1)
_ROW: Final = 42
_MOST: Final = 12
_NAMES: Final = {"passing": "handoff", "team": "team", "stage": "stage"}


def causes_ladder(
    waits: pd.DataFrame,
    handoffs: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    by: str = "passing",
    minimum: int,
    seed: int,
    most: int = _MOST,
    title: str | None = None,
) -> go.Figure:
    """Why did work wait: at each handoff, for each team, or in each stage?

    Parameters
    ----------
    waits, handoffs, lives
        WAITS with causes, HANDOFFS, and lives as ``lifecycles_from_visits`` gives them.
    by
        ``passing`` (from team to team), ``team`` (of the visit in which it waited) or ``stage``.
    minimum
        Groups of fewer finished tickets are left out, and counted in the caption.
    seed
        Of the bootstrap.
    most
        How many groups are shown; twelve by default.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        One bar a group, the longest on top: working hours by cause; beside it the share of
        its elapsed waiting that was non-working time. A kind sentence where nothing waited.
    """
    heading = title or f"Why work waits, by {_NAMES[by]}"
    rows = with_passing(waits, handoffs, lives) if by == "passing" else waits
    table = cause_shares(rows, lives, by=[by], minimum=minimum, seed=seed)
    known = table.groupby(by, sort=False)["tickets"].max() if len(table) else pd.Series(dtype="int64")
    shown = list(known[known >= minimum].index[:most])
    if not shown:
        return nothing_to_see(title=heading, hint=f"No {_NAMES[by]} has made enough finished tickets wait.")
    table = table[table[by].isin(shown)]
    ends = [_end(table[table[by] == group]) for group in shown]
    names = [wrapped(group, width=24) for group in shown]
    figure = go.Figure([_bars(table[table["cause"] == cause], cause, by) for cause in CAUSE_COLOURS])
    figure.update_layout(
        barmode="stack",
        legend={"x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "traceorder": "normal"},
        xaxis={
            "ticksuffix": " h",
            "tickformat": ",d",
            "nticks": 5,
            "fixedrange": True,
            "rangemode": "tozero",
            "title": {"text": "working time that finished tickets waited"},
        },
        yaxis={
            "range": [len(shown) - 0.5, -0.5],
            "tickvals": list(range(len(shown))),
            "ticktext": names,
            "showgrid": False,
            "fixedrange": True,
            "ticklabelstandoff": 6,
        },
        annotations=[_beside(place, text) for place, text in enumerate(ends)],
    )
    return framed(
        figure,
        title=heading,
        caption=_caption(len(known) - len(shown)),
        alt=_alt(table, by, shown),
        body=_ROW * len(shown),
        head=58,
        foot=56,
        left=SIDE + 14 + text_width(names, size=12),
        right=SIDE + 14 + text_width(ends, size=12),
    )


def _bars(rows: pd.DataFrame, cause: str, by: str) -> go.Bar:
    hours = [time / HOUR for time in rows["working"]]
    return go.Bar(
        x=hours,
        y=list(range(len(rows))),
        orientation="h",
        name=cause,
        showlegend=bool(sum(hours)),
        marker=filled(CAUSE_COLOURS[cause], CAUSE_PATTERNS[cause]),
        hovertext=[_facts(row, by) for row in rows.to_dict("records")],
        hoverinfo="text",
    )


def _facts(row: dict[Any, Any], by: str) -> str:
    known = pd.notna(row["share_working"])
    return hover(
        row[by],
        [
            ("cause", row["cause"]),
            ("working time", in_hours(row["working"])),
            ("share of the working time waited", percent(row["share_working"]) if known else ""),
            ("n", pluralize(row["tickets"], "ticket")),
        ],
    )


def in_hours(duration: pd.Timedelta) -> str:
    """How much working time is that? In hours, since a working day has as many as its calendar gives it.

    Examples
    --------
    >>> in_hours(pd.Timedelta(hours=1500)), in_hours(pd.Timedelta(minutes=90)), in_hours(pd.Timedelta(0))
    ('1,500 h', '1.5 h', '0 h')
    """
    hours = duration / HOUR
    return f"{hours:,.1f} h" if 0 < hours < 9.95 else f"{hours:,.0f} h"


def _sum(durations: "pd.Series[Any]") -> pd.Timedelta:
    """Sum durations in microseconds: many tickets together wait longer than nanoseconds can count."""
    return pd.Timedelta(durations.astype(DURATION).sum())


def _end(rows: pd.DataFrame) -> str:
    working = _sum(rows["working"])
    off = percent(1 - working / _sum(rows["elapsed"]))
    return escape(f"{in_hours(working)} · {off} non-working · n {number(rows['tickets'].max())}")


def _beside(place: int, text: str) -> dict[str, Any]:
    return {
        "text": text, "name": "numbers", "x": 1, "xref": "paper", "xshift": 10, "y": place, "xanchor": "left",
        "showarrow": False, "font": {"size": 12}, "align": "left",
    }  # fmt: skip


def _caption(left_out: int) -> str:
    rest = f" {pluralize(left_out, 'group')} more not shown: too few tickets, or shorter." if left_out else ""
    return (
        "Every hour once, by the first cause that holds. Nights, weekends and holidays are not in the bars: "
        "how much of the elapsed waiting they are stands beside them. n: finished tickets that waited there."
        + rest
    )


def _alt(table: pd.DataFrame, by: str, shown: list[str]) -> str:
    first = table[table[by] == shown[0]]
    (main,) = first.nlargest(1, "working").to_dict("records")
    return (
        f"Working time that finished tickets waited, by {_NAMES[by]} and cause. Most lies at {shown[0]}: "
        f"{in_hours(_sum(first['working']))}, of it {percent(main['share_working'])} {main['cause']} "
        f"(n {number(first['tickets'].max())})."
    )


def causes_table(waits: pd.DataFrame, lives: pd.DataFrame, *, minimum: int, seed: int) -> Styler:
    """Why did finished tickets wait, in all? ``cause_shares`` as a table."""
    found = cause_shares(waits, lives, minimum=minimum, seed=seed)
    found = found[found["elapsed"] > pd.Timedelta(0)]
    columns: Columns = {
        "Cause": "cause",
        "Share of waiting": with_interval,
        "In working time": [
            "–" if cause == "non-working time" or pd.isna(share) else percent(share)
            for cause, share in zip(found["cause"], found["share_working"], strict=True)
        ],
        "Working time": ("working", in_hours),
        "Elapsed": ("elapsed", in_days),
        "Tickets": "tickets",
        "Flow efficiency without it": ("impact", lambda impact: "–" if pd.isna(impact) else percent(impact)),
    }
    done = int((lives["finished"].notna() & ~lives["bulk"].astype(bool)).sum())
    caption = (
        f"Waiting of n = {done:,} finished tickets; every hour once, by the first cause that holds. In "
        "brackets: 95 % interval. The last column is no forecast: without one cause, another may take its "
        "place."
    )
    return table_of(found, columns, caption, nothing="No finished ticket has waited so far.")


def meanings_table() -> Styler:
    """What does each cause say, what would mislead you about it, and what could be tried?

    Examples
    --------
    >>> meanings_table().data["Cause"].tolist()[:2]
    ['blocked', 'external']
    """
    rows = pd.DataFrame(
        [(cause, *MEANINGS[cause]) for cause in CAUSES],
        columns=["Cause", "Meaning", "What would mislead you", "What could be tried"],
    )
    return styled_table(rows, "In the order in which they are looked for, unless vsm.toml says otherwise.")


def calendar_table(waits: pd.DataFrame, lives: pd.DataFrame, *, stages: pd.DataFrame) -> Styler:
    """What does the calendar make of waiting? ``calendar_effect`` as a table."""
    found = calendar_effect(waits, lives, stages=stages)
    columns: Columns = {
        "Stage": "stage",
        "Tickets": "tickets",
        "Waited": ("elapsed", in_days),
        "Working time": ("working", in_hours),
        "Non-working": ("share", percent),
        "Median": ("median_elapsed", short_duration),
        "Median, working": ("median_working", in_hours),
    }
    caption = (
        "Waiting of finished tickets by stage; medians are of one ticket's waiting there. Non-working: share "
        "outside of the working calendar of whoever was waited for."
    )
    return table_of(found, columns, caption, nothing="No finished ticket has waited so far.")


def wait_stories(
    waits: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    as_of: pd.Timestamp,
    most: int = 10,
) -> Styler:
    """Which waits were longest, and what happened meanwhile? Ten short stories, tickets linked.

    Parameters
    ----------
    waits, lives, visits, blocks, tickets
        As ``longest_waits`` takes them.
    """
    found = longest_waits(
        waits, visits=visits, blocks=blocks, tickets=tickets, lives=lives, as_of=as_of, most=most
    )
    told = found.to_dict("records")
    rows = pd.DataFrame(
        {
            "Ticket": found["key"],
            "Story": [_story(row) for row in told],
            "Meanwhile in hand": found["meanwhile"],
            "Blocked by": found["blockers"],
        }
    )
    caption = (
        f"The n = {len(rows)} longest waits of finished tickets, by working time. Meanwhile in hand: what "
        "the receiver had in work while this waited, the longest first, at most three."
    )
    table = styled_table(rows, caption, nothing="No finished ticket has waited so far.")
    return table.format(linked_keys(tickets), subset=["Ticket", "Meanwhile in hand", "Blocked by"])


def _story(row: dict[Any, Any]) -> str:
    """Tell one wait in a sentence or two."""
    whom = "" if pd.isna(row["receiver"]) else f" for {_receiver(row)}"
    when = f"{row['start']:%Y-%m-%d} to {row['end']:%Y-%m-%d}"
    causes = [(cause, row[cause]) for cause in BECAUSE if row[cause] > pd.Timedelta(0)]
    causes.sort(key=lambda told: -told[1])
    why = ", ".join(f"{in_hours(time)} {BECAUSE[cause]}" for cause, time in causes)
    off = (
        f" The rest, {short_duration(row['non-working time'])}, was non-working time."
        if row["non-working time"]
        else ""
    )
    return (
        f"Waited {in_hours(row['working'])} of working time ({short_duration(row['elapsed'])} in all) in "
        f"{row['stage']}{whom}, {when}: {why or 'none of it in working hours'}.{off}"
    )


def _receiver(row: dict[Any, Any]) -> str:
    """Name who was waited for; for somebody who bears a pseudonym the team stands, where it is known."""
    told = unnamed(row["receiver"])
    return told if told == row["receiver"] or pd.isna(row["team"]) else str(row["team"])


_HOW: Final = {"flag": "a flag", "link": "a link"}


def blocks_table(
    blocks: pd.DataFrame, *, tickets: pd.DataFrame, as_of: pd.Timestamp, most: int = 10
) -> Styler:
    """Which blocks lasted longest, and what blocked? Tickets are linked; open blocks last until now.

    Parameters
    ----------
    blocks, tickets
        BLOCKS and TICKETS.
    as_of
        Where open blocks are cut.
    most
        How many are shown.
    """
    known = lasting(blocks).astype({"ticket": "str", "by": "str", "how": "str"})
    lasted = known["end"].fillna(as_of) - known["start"]
    found = known.assign(lasted=lasted).sort_values(
        ["lasted", "ticket", "start", "how"], ascending=[False, True, True, True], kind="stable"
    )[:most]
    key = dict(zip(tickets["ticket"].astype("str"), tickets["key"].astype("str"), strict=True))
    columns: Columns = {
        "Ticket": ("ticket", lambda ticket: key.get(ticket, ticket)),
        "Blocked by": [
            _blocker(by, detail, key) for by, detail in zip(found["by"], found["detail"], strict=True)
        ],
        "Said by": ("how", lambda how: _HOW[how]),
        "Since": ("start", iso_day),
        "Until": ("end", lambda end: "now" if pd.isna(end) else f"{end:%Y-%m-%d}"),
        "Lasted": ("lasted", short_duration),
    }
    caption = (
        f"The n = {len(found)} of {len(known)} blocks that lasted longest; elapsed time. A block by a ticket "
        "ends where that ticket, or the blocked one, is finished, or where the link is taken away."
    )
    table = table_of(found, columns, caption, nothing="Nothing tells of any block.")
    return table.format(linked_keys(tickets), subset=["Ticket", "Blocked by"])


def _blocker(by: object, detail: object, key: dict[str, str]) -> str | tuple[str, ...]:
    """Name what blocks: a ticket, the key of one that was not pulled, or what the flag says."""
    if isinstance(by, str):
        return key.get(by, by)
    told = link_told(detail) if isinstance(detail, str) else None
    return told.key if told else str(detail) if isinstance(detail, str) else ()
