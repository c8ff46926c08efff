"""When it will be done: the fan of finished tickets, dates, hit rates, and chances of open tickets."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.config import Workflow
from vsm.counts import counted
from vsm.figures.labels import hover, iso_day, number
from vsm.figures.links import linked_keys
from vsm.figures.marks import DATE_AXIS, LEGEND_ABOVE, row_axis, upright, value_axis
from vsm.figures.tables import Columns, keys_of, table_of, titles_of, with_interval
from vsm.figures.theme import BACK, INK, KIND_COLOURS, PAPER, SIDE, SOFT, framed, nothing_to_see
from vsm.findings.durations import percent, short_duration
from vsm.findings.forecasts import SAID, USUAL, forecast_sentence, usual_answer
from vsm.model.forecast import FEWEST_OUTCOMES

_SHADES: Final = {0.5: ("#7fb8d8", "star"), 0.7: ("#4a98c9", "square"), 0.85: ("#0072b2", "diamond"),
                  0.95: (INK, "triangle-left")}  # fmt: skip
"""Level → colour, the surer the further from the paper's, light or dark, and shape."""
_SIZES: Final = {0.5: 19, 0.7: 15, 0.85: 12, 0.95: 7}
"""Of marks that may lie on one another."""
_HITS: Final = {True: (KIND_COLOURS["done"], "circle", "held"), False: (BACK, "x", "missed")}
_FAN_TITLE: Final = "How many tickets will be finished"
_DATES_TITLE: Final = "When the next tickets will be finished"
_RATES_TITLE: Final = "How often forecasts held"
_REFUSED: Final = "There is no forecast; the answers say why."
_ROW: Final = 24


def forecast_fan(
    answers: pd.DataFrame,
    days: pd.DataFrame,
    hits: pd.DataFrame,
    *,
    weeks: int = 26,
    title: str | None = None,
) -> go.Figure:
    """What was finished so far, what will be, and what was forecast four weeks ahead.

    Parameters
    ----------
    answers, days, hits
        Of ``stream.forecasts``.
    weeks
        How much of the past is drawn.
    """
    row = usual_answer(answers)
    known = answers[(answers["question"] == "how many") & answers["answer"].notna()]
    if row is None or days.empty:
        return nothing_to_see(of="forecast_fan", title=title or _FAN_TITLE, hint=_REFUSED)
    now = days["until"].iloc[-1]
    past = days.set_index("until")["finished"].cumsum()
    shown = past[past.index >= now - pd.Timedelta(weeks=weeks)]
    start = int(shown.iloc[0])
    figure = go.Figure(
        [
            go.Scatter(
                x=list(shown.index), y=(shown - start).tolist(), mode="lines", name="finished",
                line={"color": INK, "width": 2, "shape": "hv"}, hoverinfo="skip",
            ),
            *_fan(known, now, int(shown.iloc[-1]) - start),
            *_past_forecasts(hits, past, start, shown.index[0]),
        ]
    )  # fmt: skip
    figure.add_shape(**upright(now))
    figure.update_layout(
        xaxis=DATE_AXIS, yaxis=value_axis("tickets finished", tickformat=",d"), legend=LEGEND_ABOVE
    )
    asked = hits[(hits["amount"] == USUAL) & (hits["level"] == SAID) & hits["held"].notna()]
    return framed(
        figure,
        of="forecast_fan",
        title=title or _FAN_TITLE,
        caption=(
            f"Steps: tickets finished since {iso_day(shown.index[0])}. Fan: of 100 such forecasts 95 "
            "(lowest line), 85, 70 or 50 end on or above the line. Marks: what was forecast four weeks "
            "before, with 85 of 100; it held where the stepped line is at least as high. "
            f"n = {counted(len(asked), 'past forecast')}."
        ),
        alt=f"{forecast_sentence(row)} {number(asked['held'].sum())} of {number(len(asked))} past ones held.",
        body=300,
        head=54,
        foot=32,
        left=SIDE + 48,
    )


def _fan(known: pd.DataFrame, now: pd.Timestamp, so_far: int) -> list[go.Scatter]:
    """Lines from now on, one a level, the surest lowest; beside the pointer their numbers."""
    lines = []
    for level, (colour, symbol) in _SHADES.items():
        rows = known[known["level"] == level].sort_values("amount")
        if rows.empty:
            continue
        facts = [
            hover(
                f"Until {iso_day(row['due'])}",
                [(f"{100 * level:.0f} of 100", f"{number(row['answer'])} or more")],
            )
            for row in rows.to_dict("records")
        ]
        lines.append(
            go.Scatter(
                x=[now, *rows["due"]], y=[so_far, *(so_far + rows["answer"].astype(int))],
                mode="lines+markers", name=f"{100 * level:.0f} of 100",
                line={"color": colour, "width": 3 if level == SAID else 1.5},
                marker={"symbol": symbol, "size": 8, "color": colour, "line": {"color": PAPER, "width": 0.5}},
                hovertext=["", *facts], hoverinfo="text",
            )
        )  # fmt: skip
    return lines


def _past_forecasts(
    hits: pd.DataFrame, past: "pd.Series[Any]", start: int, first: pd.Timestamp
) -> list[go.Scatter]:
    """What was forecast four weeks before each Monday that is drawn; held and missed differ in shape."""
    asked = hits[(hits["amount"] == USUAL) & (hits["question"] == "how many") & (hits["level"] == SAID)]
    asked = asked[asked["held"].notna() & (asked["known"] >= first)]
    before = past.reindex(asked["origin"], method="ffill").fillna(0).to_numpy() - start
    marks = []
    for held, (colour, symbol, word) in _HITS.items():
        mine = (asked["held"] == held).to_numpy(dtype=bool)
        rows = asked[mine]
        facts = [
            hover(
                f"Forecast of {iso_day(row['origin'])} for {iso_day(row['known'])}",
                [
                    ("85 of 100", f"{number(row['answer'])} or more"),
                    ("finished", number(row["actual"])),
                    ("it", word),
                ],
            )
            for row in rows.to_dict("records")
        ]
        marks.append(
            go.Scatter(
                x=list(rows["known"]), y=(before[mine] + rows["answer"]).tolist(), mode="markers", name=word,
                marker={"color": colour, "symbol": symbol, "size": 8, "line": {"color": PAPER, "width": 0.5}},
                hovertext=facts, hoverinfo="text",
            )
        )  # fmt: skip
    return marks


def forecast_dates(answers: pd.DataFrame, days: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """On which days so many more tickets will be finished: a calendar with a mark for each level."""
    known = answers[(answers["question"] == "when") & answers["due"].notna()]
    if known.empty or days.empty:
        why = answers.loc[(answers["level"] == SAID) & (answers["question"] == "when"), "why"].dropna()
        own = [reason for reason in why if reason not in _said(answers)]
        return nothing_to_see(of="forecast_dates", title=title or _DATES_TITLE, hint=(own or [_REFUSED])[0])
    now = days["until"].iloc[-1]
    amounts = sorted(known["amount"].unique())
    row_of = {amount: row for row, amount in enumerate(amounts)}
    traces = []
    for level, (colour, symbol) in _SHADES.items():
        rows = known[known["level"] == level]
        facts = [
            hover(
                f"{number(row['amount'])} more tickets",
                [(f"{100 * level:.0f} of 100", f"by {iso_day(row['due'])}")],
            )
            for row in rows.to_dict("records")
        ]
        traces.append(
            go.Scatter(
                x=list(rows["due"]), y=[row_of[amount] for amount in rows["amount"]], mode="markers",
                name=f"{100 * level:.0f} of 100",
                marker={"color": colour, "symbol": symbol, "size": _SIZES[level]},
                hovertext=facts, hoverinfo="text",
            )
        )  # fmt: skip
    figure = go.Figure(traces)
    span = [now, known["due"].max() + pd.Timedelta(days=4)]
    axis = DATE_AXIS | {"showgrid": True, "range": span, "tickformat": "%d %b<br>%Y"}
    figure.update_layout(
        xaxis=axis, yaxis=row_axis([f"{amount:,} more" for amount in amounts]), legend=LEGEND_ABOVE
    )
    said = known[known["level"] == SAID].to_dict("records")
    first = forecast_sentence(said[0]) if said else "No date with 85 of 100."
    return framed(
        figure,
        of="forecast_dates",
        title=title or _DATES_TITLE,
        caption=(
            "Each mark: done on that day or before in 50, 70, 85 or 95 of 100 forecasts; a mark that is "
            "missing would lie too far ahead, or is withheld since such dates held too seldom. "
            f"n = {number(known['outcomes'].min())} to {number(known['outcomes'].max())} past forecasts."
        ),
        alt=first,
        body=44 * len(amounts),
        head=54,
        foot=46,
        left=SIDE + 76,
    )


def hit_rates(answers: pd.DataFrame, *, question: str = "how many", title: str | None = None) -> go.Figure:
    """How often past forecasts held, beside how often they were to hold, by question and level.

    Parameters
    ----------
    question
        "how many" or "when".
    """
    known = answers[(answers["outcomes"] > 0) & (answers["question"] == question)]
    if known.empty:
        return nothing_to_see(
            of="hit_rates", title=title or _RATES_TITLE, hint="No past forecast has an outcome so far."
        )
    known = known.sort_values(["amount", "level"], kind="stable").reset_index(drop=True)
    rows = known.index.to_numpy()
    clear = (known["held_low"] > known["level"]) | (known["held_high"] < known["level"])
    facts = [
        hover(_asked(row), [("to hold", percent(row["level"])), ("held", _rate(row))])
        for row in known.to_dict("records")
    ]
    to_hold = go.Scatter(
        x=(100 * known["level"]).tolist(), y=rows.tolist(), mode="markers", name="to hold", hoverinfo="skip",
        marker={"symbol": "line-ns-open", "size": 14, "color": INK, "line": {"width": 2, "color": INK}},
    )  # fmt: skip
    held = go.Scatter(
        x=(100 * known["held"]).tolist(), y=rows.tolist(), mode="markers", name="held, with 95 % interval",
        marker={"symbol": "circle", "size": 9, "color": KIND_COLOURS["work"]},
        error_x={
            "type": "data", "symmetric": False, "color": SOFT, "thickness": 1.5, "width": 4,
            "array": (100 * (known["held_high"] - known["held"])).tolist(),
            "arrayminus": (100 * (known["held"] - known["held_low"])).tolist(),
        },
        hovertext=facts, hoverinfo="text",
    )  # fmt: skip
    figure = go.Figure([held, to_hold])
    names = [f"{_asked(row)}, {100 * row['level']:.0f}" for row in known.to_dict("records")]
    figure.update_layout(
        xaxis=value_axis("of 100 forecasts held", range=[0, 102]), yaxis=row_axis(names), legend=LEGEND_ABOVE
    )
    weeks = known["outcomes"]
    off = f"{number(clear.sum())} of {number(len(known))}"
    return framed(
        figure,
        of="hit_rates",
        title=title or _RATES_TITLE,
        caption=(
            f"n = {number(weeks.min())} to {number(weeks.max())} Mondays of the past, by what was known "
            "then. Intervals take quarters of a year as units, since forecasts of one week and the next are "
            f"about the same days. Clearly off, with the interval beside the line: {off}."
        ),
        alt=f"Hit rates of {number(len(known))} forecasts; clearly off what they say: {off}.",
        body=_ROW * len(known),
        head=34,
        foot=46,
        left=SIDE + 118,
    )


def _said(answers: pd.DataFrame) -> list[str]:
    """Give the reason why nothing is forecast, if so: the answers of a page say it first."""
    usual = (answers["question"] == "how many") & (answers["amount"] == USUAL) & (answers["level"] == SAID)
    return list(answers.loc[usual, "why"].dropna())


def _asked(row: Mapping[Any, Any]) -> str:
    return f"{row['amount'] // 7} weeks" if row["question"] == "how many" else f"{row['amount']:,} tickets"


def _rate(row: Mapping[Any, Any]) -> str:
    return with_interval({"share": row["held"], "low": row["held_low"], "high": row["held_high"]})


def forecast_table(answers: pd.DataFrame) -> Styler:
    """How many tickets will be finished, by horizon and level, and how often that held with 85 of 100."""
    many = answers[answers["question"] == "how many"]
    found = many[many["level"] == SAID].reset_index(drop=True)
    cells = {(row["amount"], row["level"]): row for row in many.to_dict("records")}
    columns: Columns = {"Within": ("amount", lambda days: counted(days // 7, "week"))}
    for level in _SHADES:
        columns[f"{100 * level:.0f} of 100"] = [_cell(cells[days, level]) for days in found["amount"]]
    columns["85 of 100 held in"] = lambda row: (
        "not yet tested" if row["outcomes"] < FEWEST_OUTCOMES else _rate(row)
    )
    columns["Past weeks"] = ("outcomes", number)
    why = " ".join(dict.fromkeys(reason for reason in found["why"].dropna() if reason not in _said(answers)))
    caption = (
        "So many tickets or more; the surer, the fewer. Held: of the forecasts of the past whose outcome is "
        f"known, with its 95 % interval. {why}".rstrip()
    )
    if many["answer"].isna().all():
        found, columns = found.iloc[:0], {}
    return table_of(found, columns, caption, nothing=_REFUSED)


def _cell(row: Mapping[Any, Any]) -> str:
    return str(row["verdict"]) if pd.isna(row["answer"]) else number(row["answer"])


def chances_table(
    chances: pd.DataFrame, tickets: pd.DataFrame, workflow: Workflow, *, most: int = 20
) -> Styler:
    """The chance of each open ticket to meet the service level; those that can still miss it first."""
    level = workflow.service_level
    order = chances.assign(over=chances["chance"] == 0, unknown=chances["chance"].isna())
    order = order.sort_values(["unknown", "over", "chance", "ticket"], kind="stable")
    shown = order.head(most).reset_index(drop=True)
    key, title = keys_of(tickets), titles_of(tickets)
    columns: Columns = {
        "Ticket": ("ticket", lambda ticket: key.get(ticket, ticket)),
        "Summary": ("ticket", lambda ticket: title.get(ticket, "–")),
        "Stage": "stage",
        "Age": ("age", short_duration),
        "Chance": lambda row: (
            "over"
            if row["over"]
            else with_interval({"share": row["chance"], "low": row["low"], "high": row["high"]})
        ),
        "Compared with": ("n", number),
    }
    caption = (
        f"{level}. n = {counted(len(chances), 'open ticket')}; {number(order['over'].sum())} have passed "
        f"it, of {number(order['unknown'].sum())} too little is known. Chance: of the tickets that were in "
        "the same stage at the same age, with its 95 % interval."
        if level
        else ""
    )
    nothing = (
        "No open ticket has a service level to meet."
        if level
        else "No service level is set: add [service_level] with days to vsm.toml."
    )
    table = table_of(shown, columns, caption, nothing=nothing)
    return table.format(linked_keys(tickets), subset=["Ticket"])
