"""Which tickets show what handoffs cost? The tables beside the network of teams, with linked tickets."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.links import linked_keys
from vsm.figures.tables import bounded, in_days, published
from vsm.findings.durations import percent, short_duration
from vsm.model.handoffs import costliest_handoffs, handoff_places, hidden_waits

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
    rows = pd.DataFrame(
        {
            "Ticket": found["key"],
            "From": _ends(found, "from"),
            "To": _ends(found, "to"),
            "Given": [f"{given:%Y-%m-%d}" for given in found["given"]],
            "Taken up": [f"{taken:%Y-%m-%d}" for taken in found["taken"]],
            "Wait": [short_duration(wait) for wait in found["wait"]],
            "Way": ["back" if back else "on" for back in found["back"]],
        }
    )
    caption = (
        f"The n = {len(rows)} handoffs of finished tickets that waited longest: between persons, teams or "
        "disciplines; elapsed time; back: to an earlier stage."
    )
    nothing = "No handoff of a finished ticket has waited so far."
    return published(rows, caption, nothing=nothing).format(linked_keys(tickets), subset=["Ticket"])


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
    rows = pd.DataFrame(
        {
            "Between": [_LEVELS[level] for level in ping_pong["level"]],
            "Who": [_pair(row) for row in ping_pong.to_dict("records")],
            "Tickets": ping_pong["tickets"],
            "Returns": ping_pong["rounds"],
            "Share of lead time": [bounded(row) for row in ping_pong.to_dict("records")],
            "In all": [in_days(cost) for cost in ping_pong["cost"]],
            "Look at": [tuple(key.reindex(list(found)).dropna()) for found in ping_pong["evidence"]],
        }
    )
    caption = (
        "Finished tickets whose work went A → B → A; every time it comes back is a return. Cost: from the "
        "first return to the last taking up, elapsed. Teams, stages and persons tell of the same hours; "
        "persons are counted, never named."
    )
    nothing = "No finished ticket has gone to and fro so far."
    return published(rows, caption, nothing=nothing).format(linked_keys(tickets), subset=["Look at"])


def places_table(waits: pd.DataFrame, lives: pd.DataFrame, *, stages: pd.DataFrame) -> Styler:
    """In which stages does work lie until it is taken up? ``handoff_places`` as a table.

    Parameters
    ----------
    waits, lives, stages
        WAITS, lives as ``lifecycles_from_visits`` and stages as ``stages_from_names`` give them.
    """
    found = handoff_places(waits, lives, stages=stages)
    rows = pd.DataFrame(
        {
            "Stage": found["stage"],
            "Kind": ["work: the wait is hidden" if kind == "work" else kind for kind in found["kind"]],
            "Handoffs": found["handoffs"],
            "Tickets": found["tickets"],
            "Share of this waiting": [percent(share) for share in found["share"]],
            "In all": [in_days(wait) for wait in found["wait"]],
        }
    )
    caption = (
        "Waiting in handoffs of finished tickets, by the stage in which the ticket lay. In a work stage it "
        "runs to the first trace of work; one handoff may wait in several stages."
    )
    return published(rows, caption, nothing="No handoff of a finished ticket has waited so far.")


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
    return published(rows, caption, nothing="No finished ticket was in a stage of work so far.")


def _share(share: float) -> str:
    return "too few to say" if pd.isna(share) else percent(share)


def _ends(found: pd.DataFrame, end: str) -> list[str]:
    ends = zip(found[f"{end}_team"], found[f"{end}_stage"], strict=True)
    return [stage if pd.isna(team) else f"{team} · {stage}" for team, stage in ends]


def _pair(row: Mapping[Any, Any]) -> str:
    return "any two, not named" if row["level"] == "person" else f"{row['a']} ⇄ {row['b']}"
