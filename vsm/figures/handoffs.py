"""What handoffs cost: their tables, and the story of a costly one."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.figures.causes import CAUSE_COLOURS, CAUSE_PATTERNS
from vsm.figures.labels import escape, hover, iso_day, pluralize, text_width, wrapped
from vsm.figures.links import linked_keys
from vsm.figures.tables import Columns, in_days, styled_table, table_of, with_interval
from vsm.figures.theme import SIDE, filled, framed, nothing_to_see
from vsm.findings.durations import percent, short_duration
from vsm.findings.rules import BECAUSE
from vsm.model.handoffs import costliest_handoffs, handoff_places, handoff_stories, hidden_waits
from vsm.tables import CAUSES

WORDS: Final = BECAUSE | {"non-working time": "on nights and weekends"}
_COLOURS: Final = CAUSE_COLOURS | {"non-working time": "#5b6570"}
_PATTERNS: Final = CAUSE_PATTERNS | {"non-working time": ""}
_HINT: Final = "No handoff has made enough finished tickets wait."
_DAY: Final = pd.Timedelta(days=1)
_ROW: Final = 52
_TITLE: Final = "What the costliest handoffs look like"


def handoff_slide(  # noqa: PLR0913 - it tells a whole story
    handoffs: pd.DataFrame,
    waits: pd.DataFrame,
    lives: pd.DataFrame,
    *,
    visits: pd.DataFrame,
    blocks: pd.DataFrame,
    tickets: pd.DataFrame,
    as_of: pd.Timestamp,
    place: int = 1,
    minimum: int,
    seed: int,
    title: str | None = None,
) -> go.Figure | None:
    """What happened at the costliest handoff (or the second, or the third), told by one ticket?

    Parameters
    ----------
    handoffs, waits, lives, visits, blocks, tickets, as_of, minimum, seed
        As ``handoff_stories`` takes them.
    place
        1: the costliest.
    title
        Plain text; giver and receiver by default.

    Returns
    -------
    Figure or None
        One bar a cause, which sum to the ticket's wait, in elapsed time. ``layout.meta`` has, beside
        ``alt``, the ``line`` and the speaker's ``notes`` of a slide. A kind sentence where no handoff can be
        told; None where there are fewer than ``place``, so that a deck has no empty slide.
    """
    stories = handoff_stories(
        handoffs,
        waits,
        lives,
        visits=visits,
        blocks=blocks,
        tickets=tickets,
        as_of=as_of,
        most=place,
        minimum=minimum,
        seed=seed,
    ).to_dict("records")
    if not stories and place == 1:
        return nothing_to_see(title=title or _TITLE, hint=_HINT)
    if len(stories) < place:
        return None
    return _drawn(stories[place - 1], title)


def _drawn(story: Mapping[Any, Any], title: str | None) -> go.Figure:
    causes = [cause for cause in CAUSES if story[cause] > pd.Timedelta(0)]
    causes.sort(key=lambda cause: -story[cause])
    names = [wrapped(WORDS[cause], width=26) for cause in causes]
    ends = [escape(short_duration(story[cause])) for cause in causes]
    unit, word = (_DAY, "days") if story["waited"] >= 3 * _DAY else (_DAY / 24, "hours")
    figure = go.Figure([_bar(story, cause, place, unit) for place, cause in enumerate(causes)])
    figure.update_layout(
        bargap=0.3,
        barmode="overlay",
        xaxis={"rangemode": "tozero", "fixedrange": True, "nticks": 6, "title": {"text": word}},
        yaxis={
            "range": [max(len(causes), 3) - 0.5, -0.5],
            "tickvals": list(range(len(causes))),
            "ticktext": names,
            "tickfont": {"size": 15},
            "showgrid": False,
            "fixedrange": True,
            "ticklabelstandoff": 8,
        },
    )
    framed(
        figure,
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


def _bar(story: Mapping[Any, Any], cause: str, place: int, unit: pd.Timedelta) -> go.Bar:
    return go.Bar(
        x=[story[cause] / unit],
        y=[place],
        orientation="h",
        name=cause,
        showlegend=False,
        text=[escape(short_duration(story[cause]))],
        textposition="outside",
        textfont={"size": 16},
        cliponaxis=False,
        marker=filled(_COLOURS[cause], _PATTERNS[cause]),
        hovertext=[_facts(story, cause)],
        hoverinfo="text",
    )


def _facts(story: Mapping[Any, Any], cause: str) -> str:
    facts = [
        ("waited", short_duration(story[cause])),
        ("of its wait", percent(story[cause] / story["waited"])),
        ("n", "1 ticket"),
    ]
    return hover(f"{story['key']}: {WORDS[cause]}", facts)


def _heading(story: Mapping[Any, Any]) -> str:
    if story["from"] == story["to"]:
        return f"Handed on within {story['to']}"
    return f"{story['from']} → {story['to']}"


def _line(story: Mapping[Any, Any]) -> str:
    """Say what this handoff costs in all."""
    cost = "" if pd.isna(story["share"]) else f"{percent(story['share'])} of all lead time; "
    half = short_duration(story["median"])
    return f"{cost}half wait {half} or longer; n = {story['tickets']:,} tickets."


def _story(story: Mapping[Any, Any]) -> str:
    title = "" if pd.isna(story["summary"]) else f" “{story['summary']}”"
    causes = sorted((cause for cause in CAUSES if story[cause]), key=lambda cause: -story[cause])
    why = ", ".join(f"{short_duration(story[cause])} {WORDS[cause]}" for cause in causes)
    return (
        f"{story['key']}{title} was given on {story['given']:%Y-%m-%d} and taken up on "
        f"{story['taken']:%Y-%m-%d}, {short_duration(story['waited'])} later: {why}."
    )


def _beside(story: Mapping[Any, Any]) -> list[str]:
    """Say what else the data know of that time, where they know anything."""
    said = []
    if story["meanwhile"]:
        said.append(f"Meanwhile the receiver had in hand: {', '.join(story['meanwhile'])}.")
    if story["blockers"]:
        said.append(f"It was blocked by: {', '.join(story['blockers'])}.")
    return said


def _caption(story: Mapping[Any, Any]) -> str:
    title = "" if pd.isna(story["summary"]) else f" “{story['summary']}”"
    return (
        f"The wait of {story['key']}{title}, {story['given']:%Y-%m-%d} to {story['taken']:%Y-%m-%d}, in "
        f"elapsed time; n = {pluralize(story['handoffs'], 'handoff')} of finished tickets. Each hour "
        "stands under one cause; one in seven of those that wait here waits as long or longer."
    )


_LEVELS: Final = {"team": "teams", "stage": "stages", "person": "persons"}


def costliest_table(
    handoffs: pd.DataFrame, lives: pd.DataFrame, *, tickets: pd.DataFrame, most: int = 10
) -> Styler:
    """Which single handoffs made work wait longest? ``costliest_handoffs`` as a table, tickets linked.

    Parameters
    ----------
    handoffs, lives, tickets
        HANDOFFS, lives as ``lifecycles_from_visits`` gives them, and TICKETS.
    most
        How many are shown.
    """
    found = costliest_handoffs(handoffs, lives, tickets=tickets, most=most)
    columns: Columns = {
        "Ticket": "key",
        "From": _ends(found, "from"),
        "To": _ends(found, "to"),
        "Given": ("given", iso_day),
        "Taken up": ("taken", iso_day),
        "Wait": ("wait", short_duration),
        "Way": ("back", lambda back: "back" if back else "on"),
    }
    caption = (
        f"The n = {len(found)} handoffs of finished tickets that waited longest: between persons, teams or "
        "disciplines; elapsed time; back: to an earlier stage."
    )
    nothing = "No handoff of a finished ticket has waited so far."
    return table_of(found, columns, caption, nothing=nothing).format(linked_keys(tickets), subset=["Ticket"])


def ping_pong_table(ping_pong: pd.DataFrame, *, tickets: pd.DataFrame) -> Styler:
    """Between which teams, and which stages, does work go to and fro? ``ping_pong`` as a table.

    Parameters
    ----------
    ping_pong
        As ``vsm.model.ping_pong`` gives it, of one level or several.
    tickets
        TICKETS, which know keys and addresses.
    """
    key = tickets.set_index(tickets["ticket"].astype("str"))["key"].astype("str")
    columns: Columns = {
        "Between": ("level", lambda level: _LEVELS[level]),
        "Who": _pair,
        "Tickets": "tickets",
        "Returns": "rounds",
        "Share of lead time": with_interval,
        "In all": ("cost", in_days),
        "Look at": ("evidence", lambda found: tuple(key.reindex(list(found)).dropna())),
    }
    caption = (
        "Finished tickets whose work went A → B → A; every time it comes back is a return. Cost: from the "
        "first return to the last taking up, elapsed. Teams, stages and persons tell of the same hours; "
        "persons are counted, never named."
    )
    nothing = "No finished ticket has gone to and fro so far."
    return table_of(ping_pong, columns, caption, nothing=nothing).format(
        linked_keys(tickets), subset=["Look at"]
    )


def places_table(waits: pd.DataFrame, lives: pd.DataFrame, *, stages: pd.DataFrame) -> Styler:
    """In which stages does work lie until it is taken up? ``handoff_places`` as a table.

    Parameters
    ----------
    waits, lives, stages
        WAITS, lives as ``lifecycles_from_visits`` and stages as ``stages_from_names`` give them.
    """
    found = handoff_places(waits, lives, stages=stages)
    columns: Columns = {
        "Stage": "stage",
        "Kind": ("kind", lambda kind: "work: the wait is hidden" if kind == "work" else kind),
        "Handoffs": "handoffs",
        "Tickets": "tickets",
        "Share of this waiting": ("share", percent),
        "In all": ("wait", in_days),
    }
    caption = (
        "Waiting in handoffs of finished tickets, by the stage in which the ticket lay. In a work stage it "
        "runs to the first trace of work; one handoff may wait in several stages."
    )
    return table_of(found, columns, caption, nothing="No handoff of a finished ticket has waited so far.")


def hidden_waits_table(visits: pd.DataFrame, lives: pd.DataFrame, *, minimum: int) -> Styler:
    """How much waiting may hide inside stages of work? ``hidden_waits`` as a table."""
    found = hidden_waits(visits, lives, minimum=minimum)
    sides = ("before", "after")
    shares = {side: [_share(share) for share in found[f"{side}_share"]] for side in sides}
    rows = pd.DataFrame(
        {
            "Stage": found["stage"],
            "Visits": found["visits"],
            "Without a trace": found["untouched"],
            "Before the first trace": shares["before"],
            "After the last trace": shares["after"],
            "In all": [in_days(time) for time in found["elapsed"]],
        }
    )
    caption = (
        "Visits of finished tickets to stages of work; shares of the elapsed time of visits with a trace. "
        "That nobody left a trace is evidence that nobody worked, not proof."
    )
    return styled_table(rows, caption, nothing="No finished ticket was in a stage of work so far.")


def _share(share: float) -> str:
    return "too few to say" if pd.isna(share) else percent(share)


def _ends(found: pd.DataFrame, end: str) -> list[str]:
    ends = zip(found[f"{end}_team"], found[f"{end}_stage"], strict=True)
    return [stage if pd.isna(team) else f"{team} · {stage}" for team, stage in ends]


def _pair(row: Mapping[Any, Any]) -> str:
    return "any two, not named" if row["level"] == "person" else f"{row['a']} ⇄ {row['b']}"


def handoff_table(costs: pd.DataFrame) -> Styler:
    """What do handoffs between teams cost? ``handoff_costs`` as a table, the costliest first."""
    columns: Columns = {
        "From": "from_team",
        "To": "to_team",
        "Handoffs": "handoffs",
        "Tickets": "tickets",
        "Returns": "back",
        "Share of lead time": with_interval,
        "Median wait": ("median", short_duration),
        "85 % within": ("p85", short_duration),
        "In all": ("wait", in_days),
    }
    return table_of(
        costs,
        columns,
        "Handoffs of finished tickets between persons or teams; returns go to an earlier stage.",
    )
