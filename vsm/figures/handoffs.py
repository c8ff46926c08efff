"""What handoffs cost: their tables, and the story of a costly one."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.figures.labels import escape, hover, iso_day, pluralize, text_width, wrapped
from vsm.figures.links import linked_keys
from vsm.figures.marks import filled, row_axis, row_bars, value_axis
from vsm.figures.tables import Columns, if_known, in_days, keys_of, table_of, titles_of, with_interval
from vsm.figures.theme import CAUSE_COLOURS, CAUSE_PATTERNS, SIDE, framed, nothing_to_see
from vsm.findings.durations import percent, short_duration
from vsm.findings.why import BECAUSE
from vsm.model.handoffs import costliest_handoffs, handoff_places, handoff_stories, hidden_waits
from vsm.tables import CAUSES

WORDS: Final = BECAUSE | {"non-working time": "on nights and weekends"}
_HINT: Final = "No handoff has made enough delivered tickets wait."
_DAY: Final = pd.Timedelta(days=1)
_ROW: Final = 52
_TITLE: Final = "The costliest handoffs"


def handoff_slide(
    handoffs: pd.DataFrame,
    waits: pd.DataFrame,
    lifecycles: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    as_of: pd.Timestamp,
    rank: int = 1,
    minimum: int,
    title: str | None = None,
) -> go.Figure | None:
    """One ticket's story of the costliest handoff (``rank`` 2: the second); None: no such rank.

    Parameters
    ----------
    handoffs, waits, lifecycles, visits, blocks, tickets, as_of, minimum
        As ``handoff_stories`` takes them.
    title
        Plain text; "from → to" by default.

    Returns
    -------
    Figure or None
        One bar a cause, which sum to the ticket's wait, in elapsed time. ``layout.meta`` has, beside
        ``alt``, the ``line`` and the speaker's ``notes`` of a slide. A friendly sentence where no handoff can
        be shown; None where there are fewer than ``rank``, so that a deck has no empty slide.
    """
    stories = handoff_stories(
        handoffs,
        waits,
        lifecycles,
        visits=visits,
        blocks=blocks,
        tickets=tickets,
        as_of=as_of,
        most=rank,
        minimum=minimum,
    ).to_dict("records")
    if not stories and rank == 1:
        return nothing_to_see(of="handoff_slide", title=title or _TITLE, hint=_HINT)
    if len(stories) < rank:
        return None
    return _drawn(stories[rank - 1], title)


def _drawn(story: Mapping[Any, Any], title: str | None) -> go.Figure:
    causes = [cause for cause in CAUSES if story[cause] > pd.Timedelta(0)]
    causes.sort(key=lambda cause: -story[cause])
    names = [wrapped(WORDS[cause], width=26) for cause in causes]
    ends = [escape(short_duration(story[cause])) for cause in causes]
    unit, word = (_DAY, "days") if story["waited"] >= 3 * _DAY else (_DAY / 24, "hours")
    figure = go.Figure([_bar(story, cause, position, unit) for position, cause in enumerate(causes)])
    figure.update_layout(
        bargap=0.3,
        barmode="overlay",
        xaxis=value_axis(word),
        yaxis=row_axis(
            names, range=[max(len(causes), 3) - 0.5, -0.5], tickfont={"size": 15}, ticklabelstandoff=8
        ),
    )
    framed(
        figure,
        of="handoff_slide",
        title=title or _heading(story),
        caption=_caption(story),
        alt=f"{_line(story)} {_story(story)}",
        body=_ROW * max(len(causes), 3),
        foot=56,
        left=SIDE + 14 + text_width(names, size=15),
        right=SIDE + 14 + text_width(ends, size=16),
    )
    notes = [_story(story), *_beside(story)]
    figure.layout.meta = {**figure.layout.meta, "line": _line(story), "notes": notes}
    return figure


def _bar(story: Mapping[Any, Any], cause: str, position: int, unit: pd.Timedelta) -> go.Bar:
    facts = [
        ("waited", short_duration(story[cause])),
        ("of its wait", percent(story[cause] / story["waited"])),
        ("n", "1 ticket"),
    ]
    return row_bars(
        [story[cause] / unit],
        [position],
        name=cause,
        text=[escape(short_duration(story[cause]))],
        textposition="outside",
        textfont={"size": 16},
        cliponaxis=False,
        marker=filled(CAUSE_COLOURS[cause], CAUSE_PATTERNS[cause]),
        hovertext=[hover(f"{story['key']}: {WORDS[cause]}", facts)],
    )


def _heading(story: Mapping[Any, Any]) -> str:
    if story["from"] == story["to"]:
        return f"Handed over within {story['to']}"
    return f"{story['from']} → {story['to']}"


def _line(story: Mapping[Any, Any]) -> str:
    """Say what this handoff costs in all."""
    cost = "" if pd.isna(story["share"]) else f"{percent(story['share'])} of all lead time; "
    return f"{cost}median wait {short_duration(story['median'])}; n = {story['tickets']:,} tickets."


def _story(story: Mapping[Any, Any]) -> str:
    title = "" if pd.isna(story["summary"]) else f" “{story['summary']}”"
    causes = sorted((cause for cause in CAUSES if story[cause]), key=lambda cause: -story[cause])
    why = ", ".join(f"{short_duration(story[cause])} {WORDS[cause]}" for cause in causes)
    return (
        f"{story['key']}{title} was handed over on {story['given']:%Y-%m-%d} and started on "
        f"{story['taken']:%Y-%m-%d}, {short_duration(story['waited'])} later: {why}."
    )


def _beside(story: Mapping[Any, Any]) -> list[str]:
    """Say what else the data know of that time, where they know anything."""
    notes = []
    if story["meanwhile"]:
        notes.append(f"Meanwhile the receiver was working on: {', '.join(story['meanwhile'])}.")
    if story["blockers"]:
        notes.append(f"It was blocked by: {', '.join(story['blockers'])}.")
    return notes


def _caption(story: Mapping[Any, Any]) -> str:
    title = "" if pd.isna(story["summary"]) else f" “{story['summary']}”"
    return (
        f"The wait of {story['key']}{title}, {story['given']:%Y-%m-%d} to {story['taken']:%Y-%m-%d}, in "
        f"elapsed time; n = {pluralize(story['handoffs'], 'handoff')} of delivered tickets. Each hour "
        "counts under one cause; one in seven of those that wait here waits as long or longer."
    )


_LEVELS: Final = {"team": "teams", "stage": "stages", "person": "persons"}


def costliest_table(
    handoffs: pd.DataFrame, lifecycles: pd.DataFrame, *, tickets: pd.DataFrame, most: int = 10
) -> Styler:
    """The single handoffs that waited longest, with their tickets (``costliest_handoffs``)."""
    found = costliest_handoffs(handoffs, lifecycles, tickets=tickets, most=most)
    columns: Columns = {
        "Ticket": "key",
        "Summary": ("key", titles_of(tickets, by="key").get),
        "From": _ends(found, "from"),
        "To": _ends(found, "to"),
        "Handed over": ("given", iso_day),
        "Started": ("taken", iso_day),
        "Wait": ("wait", short_duration),
        "Direction": ("back", lambda back: "back" if back else "forward"),
    }
    caption = (
        f"The n = {len(found)} handoffs of delivered tickets that waited longest, between persons, teams or "
        "disciplines; elapsed time. Back: to an earlier stage."
    )
    nothing = "No handoff of a delivered ticket has waited so far."
    return table_of(found, columns, caption, nothing=nothing).format(linked_keys(tickets), subset=["Ticket"])


def ping_pong_table(ping_pong: pd.DataFrame, *, tickets: pd.DataFrame) -> Styler:
    """Between which two teams, stages or persons work goes back and forth (``ping_pong``)."""
    key = keys_of(tickets)
    columns: Columns = {
        "Between": ("level", lambda level: _LEVELS[level]),
        "Who": lambda row: "any two, not named" if row["level"] == "person" else f"{row['a']} ⇄ {row['b']}",
        "Tickets": "tickets",
        "Returns": "rounds",
        "Share of lead time": with_interval,
        "Total": ("cost", in_days),
        "Evidence": ("evidence", lambda found: tuple(key[ticket] for ticket in found if ticket in key)),
    }
    caption = (
        "Ping-pong: delivered tickets whose work went A → B → A; each time it comes back is a return. Total: "
        "from the first return until work last started, elapsed. Teams, stages and persons describe the same "
        "hours; persons are counted, never named."
    )
    nothing = "No delivered ticket has gone back and forth so far."
    return table_of(ping_pong, columns, caption, nothing=nothing).format(
        linked_keys(tickets), subset=["Evidence"]
    )


def places_table(waits: pd.DataFrame, lifecycles: pd.DataFrame, *, stages: pd.DataFrame) -> Styler:
    """The stages in which handed-over work waits until it is started (``handoff_places``)."""
    found = handoff_places(waits, lifecycles, stages=stages)
    columns: Columns = {
        "Stage": "stage",
        "Kind": ("kind", lambda kind: "work (hidden queue)" if kind == "work" else kind),
        "Handoffs": "handoffs",
        "Tickets": "tickets",
        "Share of handoff waiting": ("share", percent),
        "Total": ("wait", in_days),
    }
    caption = (
        "Waiting in handoffs of delivered tickets, by the stage the ticket was in. In a work stage it lasts "
        "until the first recorded activity; one handoff may wait in several stages."
    )
    return table_of(found, columns, caption, nothing="No handoff of a delivered ticket has waited so far.")


def hidden_waits_table(visits: pd.DataFrame, lifecycles: pd.DataFrame, *, minimum: int) -> Styler:
    """Hidden queues: stages of work in which little shows that anybody worked (``hidden_waits``)."""
    columns: Columns = {
        "Stage": "stage",
        "Visits": "visits",
        "Without activity": "untouched",
        "Before first activity": ("before_share", if_known(percent)),
        "After last activity": ("after_share", if_known(percent)),
        "Total": ("elapsed", in_days),
    }
    caption = (
        "Hidden queues: visits of delivered tickets to stages of work; shares of the elapsed time of visits "
        "with recorded activity. That no activity is recorded is evidence that nobody worked, not proof."
    )
    nothing = "No delivered ticket was in a stage of work so far."
    return table_of(hidden_waits(visits, lifecycles, minimum=minimum), columns, caption, nothing=nothing)


def _ends(found: pd.DataFrame, end: str) -> list[str]:
    ends = zip(found[f"{end}_team"], found[f"{end}_stage"], strict=True)
    return [stage if pd.isna(team) else f"{team} · {stage}" for team, stage in ends]


def handoff_table(costs: pd.DataFrame) -> Styler:
    """What handoffs between each two teams cost (``handoff_costs``), the costliest first."""
    columns: Columns = {
        "From": "from_team",
        "To": "to_team",
        "Handoffs": "handoffs",
        "Tickets": "tickets",
        "Returns": "back",
        "Share of lead time": with_interval,
        "Median wait": ("median", short_duration),
        "85th percentile": ("p85", short_duration),
        "Total wait": ("wait", in_days),
    }
    return table_of(
        costs,
        columns,
        "Handoffs of delivered tickets between persons or teams; returns go to an earlier stage.",
    )
