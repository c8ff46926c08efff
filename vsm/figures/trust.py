"""Data coverage and quality: evidence, claims, sources, statuses, people and doubts."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.counts import counted
from vsm.figures.labels import escape, hover, iso_day, number, small, text_width
from vsm.figures.marks import LEGEND_ABOVE, filled, row_axis, row_bars, row_numbers, upright
from vsm.figures.tables import Columns, styled_table, table_of
from vsm.figures.theme import BACK, KIND_COLOURS, SIDE, framed, nothing_to_see
from vsm.findings.durations import percent
from vsm.quality.assumed import FROM
from vsm.quality.coverage import CAREFUL, HELP, SURE, claims_from_coverage, sources_seen
from vsm.tables import LEVELS

_TITLE: Final = "How much evidence there is"
_ROW: Final = 40
_LOOKS: Final = {
    "yes": ("80 % and more", KIND_COLOURS["work"], ""),
    "with caution": ("50 to 80 %", KIND_COLOURS["queue"], "/"),
    "no": ("under 50 %", BACK, "x"),
}
_WIDE: Final = {"min-width": "16em"}


def coverage_bars(coverage: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """Data coverage: how much evidence there is of each kind (``vsm.quality.coverage.evidence_coverage``)."""
    if not coverage.loc[coverage["of"] == "tickets", "n"].sum():
        return nothing_to_see(
            of="coverage_bars", title=title or _TITLE, hint="Nothing has been pulled so far."
        )
    rows = coverage.to_dict("records")
    names = [f"{escape(row['evidence'])}<br>{small(escape('of ' + row['of']))}" for row in rows]
    beside = [
        escape(f"{percent(row['share'])} · n {number(row['n'])}") if row["n"] else "– · n 0" for row in rows
    ]
    figure = go.Figure([_bars(rows, look) for look in _LOOKS])
    figure.update_layout(
        xaxis={
            "range": [0, 100],
            "ticksuffix": " %",
            "nticks": 6,
            "fixedrange": True,
            "title": {"text": "share with this evidence"},
        },
        yaxis=row_axis(names),
        barmode="overlay",
        shapes=[upright(100 * share) for share in (CAREFUL, SURE)],
        annotations=row_numbers(beside),
        legend=LEGEND_ABOVE | {"y": 1.01},
    )
    return framed(
        figure,
        of="coverage_bars",
        title=title or _TITLE,
        caption="n is on the right of each bar: all there is, not a sample, so there is no interval; – where "
        "there is none. A low bar is nobody's fault: it shows which questions these data cannot answer.",
        alt=_alt(coverage),
        body=_ROW * len(rows),
        head=58,
        foot=56,
        left=SIDE + 14 + text_width([name.split("<br>")[0] for name in names], size=12),
        right=SIDE + 14 + text_width(beside, size=12),
    )


def _bars(rows: list[dict[Any, Any]], look: str) -> go.Bar:
    words, colour, pattern = _LOOKS[look]
    least, below = {"yes": (SURE, 2.0), "with caution": (CAREFUL, SURE), "no": (-1.0, CAREFUL)}[look]
    bars = [
        (position, row) for position, row in enumerate(rows) if row["n"] and least <= row["share"] < below
    ]
    return row_bars(
        [100 * row["share"] for _, row in bars],
        [position for position, _ in bars],
        name=words,
        marker=filled(colour, pattern),
        hovertext=[_facts(row) for _, row in bars],
        showlegend=bool(bars),
    )


def _facts(row: Mapping[Any, Any]) -> str:
    return hover(
        row["evidence"],
        [
            ("share", percent(row["share"])),
            ("known", f"{number(row['known'])} of {number(row['n'])} {row['of']}"),
            ("would help", "" if row["share"] >= SURE else HELP[row["evidence"]]),
        ],
    )


def _alt(found: pd.DataFrame) -> str:
    known = found[found["n"] > 0]
    low = known[known["share"] < CAREFUL]
    weakest = known.sort_values("share", kind="stable").to_dict("records")[0]
    return (
        f"{_TITLE}: {number(len(low))} of {number(len(known))} kinds of evidence cover less than half. The "
        f"weakest: {weakest['evidence']}, {percent(weakest['share'])} (n {number(weakest['n'])} "
        f"{weakest['of']})."
    )


def claims_table(coverage: pd.DataFrame, *, minimum: int) -> Styler:
    """Which questions these data can answer, and what would make the answers stronger.

    Under ``minimum`` of something it is too few to say.
    """
    claims = claims_from_coverage(coverage, minimum=minimum)
    columns: Columns = {
        "Question": "claim",
        "Can the data answer it": "verdict",
        "Rests on": "evidence",
        "Known": lambda row: percent(row["share"]) if row["n"] else "–",
        "n": lambda row: f"{number(row['n'])} {row['of']}",
        "What would help": lambda row: row["help"] or "–",
    }
    caption = (
        "An answer is as strong as its weakest evidence: yes from 80 % on, with caution from 50 % on; a "
        "rule of thumb, not a law."
    )
    return table_of(claims, columns, caption).set_properties(subset=["What would help"], **_WIDE)


def sources_table(
    events: pd.DataFrame, *, commits: pd.DataFrame, releases: pd.DataFrame, deploys: pd.DataFrame
) -> Styler:
    """What was pulled, and which time it covers (``sources_seen``)."""
    found = sources_seen(events, commits=commits, releases=releases, deploys=deploys)
    columns: Columns = {
        "Source": "source",
        "What": "what",
        "Records": ("records", number),
        "Of tickets": ("tickets", lambda count: number(count) if count else "–"),
        "First": ("first", iso_day),
        "Last": ("last", iso_day),
    }
    caption = (
        f"n = {counted(found['records'].sum(), 'record')}. First and last: when it happened (UTC), not when "
        "it was pulled. Events of a Git source are commits and merges that belong to a ticket."
    )
    return table_of(found, columns, caption, nothing="Nothing to show: nothing has been pulled.")


def statuses_table(stages: pd.DataFrame) -> Styler:
    """Which status counts as which stage, and who says so; the assumed ones first."""
    known = stages["mapped"].astype("bool") & stages["assumed"].isna()
    found = stages.assign(known=known).sort_values(["mapped", "known", "position", "name"], kind="stable")
    columns: Columns = {
        "Status": "name",
        "Stage": "stage",
        "Kind": "kind",
        "Team": found["team"].fillna("–"),
        "Mapped by": ("mapped", lambda mapped: "vsm.toml" if mapped else "assumed"),
        "Kind assumed from": ("assumed", lambda word: "–" if pd.isna(word) else FROM[word]),
    }
    assumed = int((~found["known"]).sum())
    confirmed = "vsm.toml says the kind of each."
    if assumed:
        confirmed = (
            f"Nobody confirmed the kind of {number(assumed)} of them, which is assumed; the data quality "
            "below says what rests on it."
        )
    caption = f"n = {number(len(found))} statuses. {confirmed}"
    return table_of(found, columns, caption, nothing="Nothing to show: no status is known.")


def people_table(visits: pd.DataFrame, *, events: pd.DataFrame, names: pd.DataFrame) -> Styler:
    """How many accounts, persons, bots and teams take part: counted, never named."""
    accounts = names.loc[names["kind"] == "account", "id"].nunique()
    actors = set(events["actor"].dropna().astype("str"))
    holders = set(visits["holder"].dropna().astype("str"))
    placed = set(visits.loc[visits["team"].notna(), "holder"].dropna().astype("str"))
    known = {
        "accounts in all sources": accounts,
        "persons and bots who did something": len(actors),
        "persons who held a ticket": len(holders),
        "of these, with a team": len(placed),
        "teams": visits["team"].dropna().astype("str").nunique(),
    }
    return styled_table(
        pd.DataFrame({"Who": list(known), "Known": list(known.values())}),
        "Several accounts may be one person: matched by vsm.toml, a mailbox or a name. Without teams, "
        "waiting for another team cannot be seen.",
    )


def provenance_table(provenance: Mapping[str, str]) -> Styler:
    """Where these numbers come from: archive, settings, window, version; what makes a run repeatable.

    Examples
    --------
    >>> provenance_table({"as of": "2026-01-05 00:00 UTC"}).data["Value"].tolist()
    ['2026-01-05 00:00 UTC']
    """
    rows = pd.DataFrame({"What": list(provenance), "Value": [str(value) for value in provenance.values()]})
    return styled_table(
        rows,
        "As of: the instant that counts as now. The same archive, workflow and version give the "
        "same numbers.",
    )


def doubts_table(quality: pd.DataFrame) -> Styler:
    """What could not be used, or should not be trusted: QUALITY by check, faults first, with an example."""
    plain = quality.astype({"level": "str", "check": "str"})
    rows = (
        plain.groupby(["level", "check"])
        .agg(Times=("detail", "size"), Example=("detail", "first"))
        .reset_index()
    )
    rank = {level: position for position, level in enumerate(LEVELS)}
    rows = rows.sort_values(["level", "Times"], key=lambda c: c.map(rank) if c.name == "level" else -c)
    names = {"level": "Level", "check": "Check"}
    return styled_table(
        rows.rename(columns=names), "A fault falsifies results, a warning may, a note is good to know."
    )
