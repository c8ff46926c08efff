"""How far one team carries its work: tables in which persons are counted, never named."""

from functools import partial
from typing import Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.counts import counted
from vsm.figures.labels import number
from vsm.figures.links import shown_keys
from vsm.figures.tables import Columns, in_days, missing_facts, table_of, with_interval
from vsm.model.responsibility.knowledge import DAYS

_EXAMPLES: Final = 5


def end_to_end_table(whole: pd.DataFrame, *, teams: pd.DataFrame) -> Styler:
    """Which share of tickets one team carries from start to production: of all, and by the team that began.

    Parameters
    ----------
    whole, teams
        As ``end_to_end_share`` and ``end_to_end_by_team`` of ``vsm.model.responsibility`` give them.

    Examples
    --------
    >>> nan = float("nan")
    >>> whole = pd.DataFrame([{"n": 0, "carried": 0, "share": nan, "low": nan, "high": nan, "unknown": 9,
    ...     "unworked": 1, "waiting": 0, "by_release": 0, "missing": "declare [[team]]"}])
    >>> teams = pd.DataFrame(columns=["team", "n", "carried", "share", "low", "high"])
    >>> end_to_end_table(whole, teams=teams).data["One team end to end"].tolist()
    ['unknown']
    """
    (row,) = whole.to_dict("records")
    columns: Columns = {
        "Team": "team",
        "One team end to end": with_interval,
        "End to end": "carried",
        "Of tickets": "n",
    }
    rows = pd.DataFrame([row | {"team": "all"}, *teams.assign(missing=None).to_dict("records")])
    caption = (
        "Delivered tickets with one team in every work visit before production; a team's row covers the "
        "tickets that it started. Production is the release where Git records it "
        f"({counted(row['by_release'], 'ticket')}), else done. Left out: {number(row['unknown'])} whose "
        f"teams are not known, {number(row['unworked'])} never seen in a work stage, "
        f"{number(row['waiting'])} not yet released. 95 % intervals (Wilson)."
    )
    return table_of(rows, columns, caption + missing_facts(whole))


def first_handoffs_table(places: pd.DataFrame, *, most: int = 10) -> Styler:
    """Where teams hand over what they started (``first_handovers``), the costliest first."""
    shown = places.head(most)
    columns: Columns = {
        "From": "from_team",
        "Stage": "stage",
        "To": "to_team",
        "Tickets": "tickets",
        "Total wait": lambda row: (
            in_days(row["wait"])
            + ("" if row["waits"] == row["tickets"] else f" (known of {number(row['waits'])})")
        ),
        "Example": "evidence",
    }
    caption = (
        "First handoff: where a delivered ticket first passed from the team that started it to another, "
        "before production; the wait of that handoff, and the tickets that waited longest there."
    )
    table = table_of(
        shown, columns, caption, nothing="No delivered ticket is known to have passed to another team."
    )
    return table.format(partial(shown_keys, most=_EXAMPLES), subset=["Example"])


def knowledge_table(areas: pd.DataFrame, *, most: int = 15) -> Styler:
    """What only one person knows (``knowledge_at_risk``); nobody is named, areas of too few tickets count."""
    known = areas[areas["only"].notna()]
    shown = known.head(most)
    columns: Columns = {
        "Area": lambda row: f"{row['what']} {row['area']}",
        "Team": shown["teams"].fillna("–"),
        "Handled": lambda row: f"{number(row['n'])} {row['unit']}",
        "People": shown["people"].astype("int64"),
        "Largest share of one person": ("share_of_top", lambda share: f"{100 * share:.0f} %"),
        "At risk": ("only", lambda only: "one person alone" if only else "no"),
    }
    few, more = len(areas) - len(known), len(known) - len(shown)
    left_out = f" Too few to say in {number(few)} other areas." if few else ""
    caption = (
        f"Stages, components and repositories that people handled in the last {DAYS} days. Who it was does "
        f"not matter; that there is a second person does.{left_out}"
        + (f" {number(more)} more areas." if more else "")
    )
    return table_of(
        shown, columns, caption, nothing=f"Too few to say: nothing was handled often in {DAYS} days."
    )


def defects_table(defects: pd.DataFrame) -> Styler:
    """Which share of defects is fixed by the team that made the change (``defects_fixed_at_home``).

    Examples
    --------
    >>> nan = float("nan")
    >>> row = {"defects": 9, "with_cause": 0, "n": 0, "home": 0, "share": nan, "low": nan, "high": nan,
    ...     "missing": "link causes"}
    >>> defects_table(pd.DataFrame([row])).data["Fixed by the same team"].tolist()
    ['unknown']
    """
    columns: Columns = {
        "Fixed by the same team": with_interval,
        "Same team": "home",
        "Both teams known": "n",
        "Cause known": "with_cause",
        "Defects": "defects",
    }
    caption = (
        "Finished defects; the cause is what a link such as “is caused by”, or a reverted commit, names; "
        "nothing is guessed. 95 % interval (Wilson)."
    )
    return table_of(defects, columns, caption + missing_facts(defects))


def disciplines_table(disciplines: pd.DataFrame) -> Styler:
    """How many tickets need several disciplines, and on how many these work together."""
    columns: Columns = {
        "Tickets with": "measure",
        "Share": with_interval,
        "Tickets": "part",
        "Of tickets": "n",
    }
    caption = (
        "Delivered tickets worked on in stages of a known discipline. Together: somebody of another "
        "discipline was active on the ticket during a work visit. 95 % intervals (Wilson)."
    )
    return table_of(disciplines, columns, caption + missing_facts(disciplines))
