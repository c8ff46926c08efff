"""What handoffs cost: their tables, and the story of a costly one."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import networkx as nx
import pandas as pd
from pandas.io.formats.style import Styler

from vsm.counts import counted
from vsm.figures.labels import iso_day, number
from vsm.figures.links import linked_keys, shown_tickets
from vsm.figures.maps.handoff_network import NOTHING, way_link
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
from vsm.findings import Present
from vsm.findings.durations import percent, short_duration
from vsm.findings.why import BECAUSE
from vsm.model.handoffs import costliest_handoffs, handoff_places, handoff_stories, hidden_waits
from vsm.tables import CAUSES

WORDS: Final = BECAUSE | {"non-working time": "on nights and weekends"}


def handoff_story(present: Present, blocks: pd.DataFrame) -> list[str]:
    """One ticket's story of the handoff that cost most of what was delivered in the current period.

    Sentences for a speaker (``handoff_stories``); none where nothing was handed over often enough.
    """
    stories = handoff_stories(
        present.handoffs,
        present.waits.by_cause,
        present.delivered,
        visits=present.visits,
        blocks=blocks,
        tickets=present.tickets,
        as_of=present.as_of,
        most=1,
        minimum=present.minimum,
    )
    return [words for story in stories.to_dict("records") for words in (_story(story), *_beside(story))]


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
        f"n = {len(found)}: the handoffs of delivered tickets that waited longest, between persons, teams or "
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
    return table_of(
        found,
        columns,
        caption,
        nothing="No handoff of a delivered ticket has waited so far.",
        leads={"Tickets": ("handoff-wait", "stage")},
    )


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
        nothing="No handoff of a delivered ticket between known teams has been seen.",
        leads={"Tickets": ("handoff", "from_team", "to_team")},
    )


def who_waits_table(handoff_network: "nx.DiGraph[str]", *, most: int = 12) -> Styler:
    """Who waits for whom in the current period, as the handoff network has it: the largest share first."""
    graph, edges = handoff_network.graph, handoff_network.edges
    ways = sorted(edges, key=lambda way: (-edges[way]["share"], way))[:most]
    rows = pd.DataFrame([{"from": way[0], "to": way[1], **edges[way]} for way in ways if edges[way]["wait"]])
    columns: Columns = {
        "Handoff": lambda row: (
            f"within {row['to']}" if row["from"] == row["to"] else f"{row['from']} → {row['to']}"
        ),
        "Share of waiting": ("share", percent),
        **({"Before": ("before", percent)} if graph["days_before"] else {}),
        "Tickets": ("tickets", number),
        "Median of a ticket": ("median", short_duration),
        "Most of it in": "stage",
    }
    then = f" Before: share of the waiting in the {graph['days_before']} days before."
    caption = (
        f"Waiting of {counted(graph['tickets'], 'ticket')} in the last {graph['days']} days, elapsed, open "
        f"tickets too.{then if graph['days_before'] else ''}"
    )
    if rows.empty:
        return styled_table(rows, caption, nothing=NOTHING)
    table = table_of(rows, columns, caption)
    for row, way in enumerate(zip(rows["from"], rows["to"], strict=True)):
        shown = partial(shown_tickets, address=way_link(handoff_network, way))
        table = table.format(shown, subset=pd.IndexSlice[[row], ["Handoff"]])
    return table
