"""What a change would bring: as it is and with it, side by side; and how far the replay can be believed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.figures.labels import hover, number, wrapped
from vsm.figures.marks import DATE_AXIS, LEGEND_ABOVE, filled, row_axis, value_axis
from vsm.figures.slides import Words
from vsm.figures.tables import Columns, table_of
from vsm.figures.theme import INK, KIND_COLOURS, SOFT, framed, nothing_to_see, with_narrow
from vsm.findings.durations import percent
from vsm.findings.scenarios import MOST_MISSED, best_of
from vsm.model.replay.scenarios import FINISHED_TICKETS, LEAD, LEAD_85, WAIT
from vsm.what_if import Answers

MOST_ON_A_SLIDE: Final = 3
"""Changes in a table whose letters are read from the back of a room: the best one, and the first others."""
_ROW: Final = 54
_LONG: Final = 100
"""Days from which on nobody needs a tenth."""
_NOTHING: Final = (
    "No change has been tried; write one into vsm.toml as [[what_if]], or call stream.what_if([...])."
)
_REFUSED: Final = "No change was replayed; the answers say why."
_ACTUAL: Final = "what happened"
_REPLAYED: Final = "replayed, 90 of 100"


def what_if_bars(answers: Answers, *, rank: int = 1, title: str | None = None) -> go.Figure:
    """Lead time and waits as it is and with a change, with 90 % intervals.

    Parameters
    ----------
    answers
        As ``stream.what_if`` gives them.
    rank
        Which of the changes that could be tried, from 1 on.
    """
    names = list(answers.scenarios["scenario"].unique())
    if not 1 <= rank <= len(names):
        hint = _NOTHING if names else _REFUSED
        return nothing_to_see(of="what_if_bars", title=title or "What would change?", hint=hint)
    name = str(names[rank - 1])
    rows = answers.scenarios[answers.scenarios["scenario"] == name]
    days = rows[rows["measure"].isin([LEAD, WAIT]) & rows["as_is"].notna() & rows["then"].notna()]
    records = days.to_dict("records")
    lead = records[0]
    words: dict[str, Any] = {
        "of": "what_if_bars",
        "title": title or f"What if: {name}",
        "caption": "Half of the tickets take no longer. Bars: middle of all replications, and range of 90 "
        "of 100. The same weeks, tickets and routes on both sides.",
        "alt": f"Days as it is and with the change ({name}). Lead time: {_number(lead['as_is'])} and "
        f"{_number(lead['then'])} days.",
        "body": _ROW * len(records) + 20,
        "head": 30,
        "foot": 48,
    }
    wide = framed(_pairs(records, width=26), **words, left=190)
    narrow = framed(_pairs(records, width=14), **words, left=112, width=360)
    return with_narrow(wide, narrow)


def _pairs(records: Sequence[Mapping[Any, Any]], *, width: int) -> go.Figure:
    """Draw two bars a row, each with its interval."""
    figure = go.Figure()
    sides = (
        ("as_is", "low", "high", "as it is", SOFT, "/", -0.2),
        ("then", "then_low", "then_high", "with the change", KIND_COLOURS["work"], "", 0.2),
    )
    for middle, low, high, name, colour, pattern, offset in sides:
        values = [row[middle] for row in records]
        figure.add_bar(
            x=values,
            y=[place + offset for place in range(len(records))],
            orientation="h",
            width=0.36,
            name=name,
            marker=filled(colour, pattern),
            hovertext=[hover(_measure(row), [(name, _range(row, middle, low, high))]) for row in records],
            hoverinfo="text",
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [row[high] - row[middle] for row in records],
                "arrayminus": [row[middle] - row[low] for row in records],
                "color": INK,
                "thickness": 1.5,
                "width": 4,
            },
        )
    names = [wrapped(_measure(row), width=width, lines=3) for row in records]
    figure.update_layout(
        barmode="overlay",
        xaxis=value_axis("days"),
        yaxis=row_axis(names),
        legend=LEGEND_ABOVE,
    )
    return figure


def _range(row: Mapping[Any, Any], middle: str, low: str, high: str) -> str:
    return f"{_number(row[middle])} d ({_number(row[low])} to {_number(row[high])})"


def _measure(row: Mapping[Any, Any]) -> str:
    return "Lead time" if pd.isna(row["stage"]) else str(row["stage"])


def _number(days: float) -> str:
    return f"{days:,.{_digits(days)}f}".removesuffix(".0")


def _digits(days: float) -> int:
    return int(abs(days) < _LONG)


def replay_check(trust: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """How many tickets were finished after each of several past days, and how many a replay gives.

    Parameters
    ----------
    trust
        As ``trust_of_replay`` gives it.
    """
    if trust.empty:
        hint = "Too little is known of the past to replay it, or too many tickets come."
        return nothing_to_see(of="replay_check", title=title or "Can the replay be believed?", hint=hint)
    rows = trust.sort_values("cut")
    near, naive = (float(rows[name].median()) for name in ("distance", "distance_naive"))
    inside = int(((rows["n"] >= rows["finished_low"]) & (rows["n"] <= rows["finished_high"])).sum())
    believed = "would have missed" if near <= MOST_MISSED else "cannot be believed: it would have missed"
    figure = go.Figure()
    figure.add_scatter(
        x=rows["cut"],
        y=rows["finished"],
        mode="markers",
        name=_REPLAYED,
        marker={"color": KIND_COLOURS["work"], "symbol": "square-open", "size": 11, "line": {"width": 2}},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": rows["finished_high"] - rows["finished"],
            "arrayminus": rows["finished"] - rows["finished_low"],
            "color": KIND_COLOURS["work"],
            "width": 6,
        },
        hovertext=[_hover(row) for row in rows.to_dict("records")],
        hoverinfo="text",
    )
    figure.add_scatter(
        x=rows["cut"],
        y=rows["n"],
        mode="markers",
        name=_ACTUAL,
        marker={"color": INK, "symbol": "circle", "size": 9},
        hovertext=[_hover(row) for row in rows.to_dict("records")],
        hoverinfo="text",
    )
    figure.update_layout(
        xaxis=DATE_AXIS | {"title": {"text": "replayed from"}},
        yaxis=value_axis("tickets finished"),
        legend=LEGEND_ABOVE,
    )
    weeks = int(rows["days"].iloc[0]) // 7
    return framed(
        figure,
        of="replay_check",
        title=title or f"Past months: the replay {believed} lead times by {percent(near)}",
        caption=f"Tickets finished in the {weeks} weeks after each day, replayed with what was known then; "
        f"in {inside} of {len(rows)} the truth lies inside. Lead times: the last quarter repeated would have "
        f"missed by {percent(naive)}.",
        alt=f"{len(rows)} past days; in {inside} the number of finished tickets lies inside of what was "
        f"replayed. Lead times are missed by {percent(near)}.",
        body=300,
        head=30,
        foot=44,
        left=60,
    )


def _hover(row: Mapping[Any, Any]) -> str:
    replayed = f"{row['finished']:.0f} ({row['finished_low']:.0f} to {row['finished_high']:.0f})"
    facts = [
        (_ACTUAL, number(row["n"])),
        ("replayed", replayed),
        ("lead times missed by", percent(row["distance"])),
    ]
    return hover(f"{row['cut']:%Y-%m-%d}", facts)


def what_if_table(answers: Answers) -> Styler:
    """What each change would bring: lead time and finished tickets, as it is and with it."""
    whole = answers.scenarios[answers.scenarios["stage"].isna()]
    columns: Columns = {
        "What if": lambda row: row["scenario"][:1].upper() + row["scenario"][1:],
        "Measure": "measure",
        "As it is": lambda row: _with_range(row, "as_is", "low", "high"),
        "With the change": lambda row: _with_range(row, "then", "then_low", "then_high"),
        "Difference": _difference,
    }
    caption = (
        "Middle of all replications, and the range of 90 of 100; that of the difference is of pairs of "
        "replications, which have the same weeks and tickets."
    )
    return table_of(whole, columns, caption, nothing=_REFUSED)


def _with_range(row: Mapping[Any, Any], middle: str, low: str, high: str) -> str:
    if pd.isna(row[middle]):
        return "not reached"
    if row["measure"] == FINISHED_TICKETS:
        return f"{row[middle]:.0f} ({row[low]:.0f} to {row[high]:.0f})"
    return _range(row, middle, low, high)


def _difference(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["difference"]):
        return "–"
    days = row["measure"] in (LEAD, LEAD_85)
    digits, unit = (_digits(max(row["then"], row["as_is"])), " d") if days else (0, "")
    # Of what is shown, so that a reader who subtracts finds the same.
    values = [round(row["then"], digits) - round(row["as_is"], digits)]
    values += [row["difference_low"], row["difference_high"]]
    middle, low, high = (
        f"{value:+,.{digits}f}".replace("-", "−").removesuffix(".0") if round(value, digits) else "0"
        for value in values
    )
    return f"{middle}{unit} ({low} to {high})"


def stations_table(stations: pd.DataFrame) -> Styler:
    """How many people work at each stage now, on how many tickets at a time, and for how long."""
    columns: Columns = {
        "Stage": "stage",
        "People": "people",
        "Tickets at a time": "slots",
        "Hours a week": lambda row: f"{row['hours_a_week']:.0f}",
    }
    caption = "Of all of them together, as their visits of the last 180 days show. Nobody is named."
    nothing = "No stage has enough people who are known to work there."
    return table_of(stations, columns, caption, nothing=nothing)


def what_we_try(answers: Answers) -> Words | None:
    """The changes that could be tried, with the lead time that a replay predicts; None where none could."""
    lead = answers.scenarios[answers.scenarios["measure"] == LEAD]
    lead = lead[lead["then"].notna()]
    if lead.empty:
        return None
    best, asked = best_of(lead), lead.to_dict("records")
    if best is not None:
        asked.sort(key=lambda row: row["scenario"] != best["scenario"])
    rows = [
        (
            row["scenario"][:1].upper() + row["scenario"][1:],
            f"{_number(row['then'])} d",
            _difference(row).replace(" ", "\N{NO-BREAK SPACE}"),
        )
        for row in asked[:MOST_ON_A_SLIDE]
    ]
    title = "What we could try: none of these would shorten lead time"
    if best is not None:
        then, as_is = _number(best["then"]), _number(best["as_is"])
        title = f"What we could try: {best['scenario']} – lead time {then} days instead of {as_is}"
    return Words(
        title,
        line="Half of the tickets would be finished within so many days of their creation. "
        "In brackets: the range of 90 of 100 replays.",
        rows=(
            ("Change", "Lead time", "Difference"),
            ("As it is", f"{_number(asked[0]['as_is'])} d", "–"),
            *rows,
        ),
        notes=(
            *answers.sentences,
            "A prediction belongs in experiments.toml, as predicted_days and predicted_between: "
            "Did it help? shows how far it missed.",
        ),
    )
