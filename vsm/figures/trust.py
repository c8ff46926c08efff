"""What the data can bear: coverage, claims, sources, statuses, people and doubts."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm.figures.labels import escape, hover, iso_day, number, small, text_width
from vsm.figures.tables import Columns, styled_table, table_of
from vsm.figures.theme import BACK, KIND_COLOURS, SIDE, SOFT, filled, framed, nothing_to_see
from vsm.findings.durations import percent
from vsm.quality.coverage import CAREFUL, HELP, SURE, claims_from_coverage, sources_seen
from vsm.tables import LEVELS

_TITLE: Final = "How much evidence there is"
_ROW: Final = 40
_LOOKS: Final = {
    "yes": ("80 % and more", KIND_COLOURS["work"], ""),
    "with care": ("50 to 80 %", KIND_COLOURS["queue"], "/"),
    "no": ("under 50 %", BACK, "x"),
}
_WIDE: Final = {"min-width": "16em"}


def coverage_bars(coverage: pd.DataFrame, *, title: str | None = None) -> go.Figure:
    """How much of what happened left evidence of each kind? ``evidence_coverage`` as bars.

    Parameters
    ----------
    coverage
        As ``vsm.quality.coverage.evidence_coverage`` gives it.
    title
        Plain text; a neutral one by default.

    Returns
    -------
    Figure
        One bar a kind of evidence, its share in percent, with n beside; a kind sentence without tickets.
    """
    if not coverage.loc[coverage["of"] == "tickets", "n"].sum():
        return nothing_to_see(title=title or _TITLE, hint="Nothing has been pulled so far.")
    rows = coverage.to_dict("records")
    names = [f"{escape(row['evidence'])}<br>{small(escape('of ' + row['of']))}" for row in rows]
    beside = [_numbers(row) for row in rows]
    figure = go.Figure([_bars(rows, look) for look in _LOOKS])
    figure.update_layout(
        xaxis={
            "range": [0, 100],
            "ticksuffix": " %",
            "nticks": 6,
            "fixedrange": True,
            "title": {"text": "share of which this is known"},
        },
        yaxis={
            "range": [len(rows) - 0.5, -0.5],
            "tickvals": list(range(len(rows))),
            "ticktext": names,
            "showgrid": False,
            "fixedrange": True,
            "ticklabelstandoff": 6,
        },
        barmode="overlay",
        shapes=[_upright(100 * share) for share in (CAREFUL, SURE)],
        annotations=[_beside(place, text) for place, text in enumerate(beside)],
        legend={"x": 0, "y": 1.01, "xanchor": "left", "yanchor": "bottom"},
    )
    return framed(
        figure,
        title=title or _TITLE,
        caption="n stands beside each bar: all there is, no sample, so there is no interval. – where there "
        "is none of it. A low bar is nobody's fault: it says which questions these data cannot answer.",
        alt=_alt(coverage),
        body=_ROW * len(rows),
        head=58,
        foot=56,
        left=SIDE + 14 + text_width([name.split("<br>")[0] for name in names], size=12),
        right=SIDE + 14 + text_width(beside, size=12),
    )


def _look(share: float) -> str:
    return "yes" if share >= SURE else "with care" if share >= CAREFUL else "no"


def _bars(rows: list[dict[Any, Any]], look: str) -> go.Bar:
    words, colour, pattern = _LOOKS[look]
    mine = [(place, row) for place, row in enumerate(rows) if row["n"] and _look(row["share"]) == look]
    return go.Bar(
        x=[100 * row["share"] for _, row in mine],
        y=[place for place, _ in mine],
        orientation="h",
        name=words,
        marker=filled(colour, pattern),
        hovertext=[_facts(row) for _, row in mine],
        hoverinfo="text",
        showlegend=bool(mine),
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


def _numbers(row: Mapping[Any, Any]) -> str:
    return escape(f"{percent(row['share'])} · n {number(row['n'])}") if row["n"] else "– · n 0"


def _beside(place: int, text: str) -> dict[str, Any]:
    return {
        "text": text, "name": "numbers", "x": 1, "xref": "paper", "xshift": 10, "y": place, "xanchor": "left",
        "showarrow": False, "font": {"size": 12}, "align": "left",
    }  # fmt: skip


def _upright(share: float) -> dict[str, Any]:
    return {
        "type": "line", "x0": share, "x1": share, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
        "line": {"color": SOFT, "width": 1, "dash": "dot"},
    }  # fmt: skip


def _alt(found: pd.DataFrame) -> str:
    known = found[found["n"] > 0]
    low = known[known["share"] < CAREFUL]
    weakest = known.sort_values("share", kind="stable").to_dict("records")[0]
    return (
        f"{_TITLE}: {number(len(low))} of {number(len(known))} kinds of evidence are there for less than "
        f"half. The least: {weakest['evidence']}, {percent(weakest['share'])} (n {number(weakest['n'])} "
        f"{weakest['of']})."
    )


def claims_table(coverage: pd.DataFrame, *, minimum: int) -> Styler:
    """What can be claimed from these data, and what would make it stronger? ``claims_from_coverage``.

    Parameters
    ----------
    coverage
        As ``vsm.quality.coverage.evidence_coverage`` gives it.
    minimum
        Under so many of something it is too few to say.
    """
    claims = claims_from_coverage(coverage, minimum=minimum)
    columns: Columns = {
        "Question": "claim",
        "Can it be claimed": "verdict",
        "Rests on": "evidence",
        "Known": lambda row: percent(row["share"]) if row["n"] else "–",
        "n": lambda row: f"{number(row['n'])} {row['of']}",
        "What would help": lambda row: row["help"] or "–",
    }
    caption = (
        "A claim is as strong as its weakest evidence: yes from 80 % on, with care from 50 % on; a rule of "
        "thumb, not a law."
    )
    return table_of(claims, columns, caption).set_properties(subset=["What would help"], **_WIDE)


def sources_table(
    events: pd.DataFrame, *, commits: pd.DataFrame, releases: pd.DataFrame, deploys: pd.DataFrame
) -> Styler:
    """What was pulled from where, and of which days does it tell? ``sources_seen`` as a table.

    Parameters
    ----------
    events, commits, releases, deploys
        EVENTS, COMMITS, RELEASES and DEPLOYS.
    """
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
        f"n = {number(found['records'].sum())} records. First and last: when it happened (UTC), not when it "
        "was pulled. Events of a Git source are commits and merges that belong to a ticket."
    )
    return table_of(found, columns, caption, nothing="Nothing to see yet: nothing has been pulled.")


def statuses_table(stages: pd.DataFrame) -> Styler:
    """Which status counts as which stage, and who said so? The first to check.

    Parameters
    ----------
    stages
        As ``stages_from_names`` gives them.

    Examples
    --------
    >>> columns = "status name stage kind team place mapped"
    >>> statuses_table(pd.DataFrame(columns=columns.split())).data.empty
    True
    """
    found = stages.sort_values(["mapped", "place", "name"], kind="stable")
    columns: Columns = {
        "Status": "name",
        "Stage": "stage",
        "Kind": "kind",
        "Team": found["team"].fillna("–"),
        "Who says so": ("mapped", lambda mapped: "vsm.toml" if mapped else "assumed"),
    }
    assumed = int((~found["mapped"].astype("bool")).sum())
    caption = (
        f"n = {number(len(found))} statuses, {number(assumed)} of them assumed: their kind is what the "
        "tracker's own category suggests, else a queue."
    )
    return table_of(found, columns, caption, nothing="Nothing to see yet: no status is known.")


def people_table(visits: pd.DataFrame, *, events: pd.DataFrame, names: pd.DataFrame) -> Styler:
    """How many accounts, persons and teams are known? Counted, never named.

    Parameters
    ----------
    visits, events, names
        VISITS, EVENTS with persons for accounts, and NAMES.
    """
    accounts = names.loc[names["kind"] == "account", "id"].nunique()
    actors = set(events["actor"].dropna().astype("str"))
    holders = set(visits["holder"].dropna().astype("str"))
    placed = set(visits.loc[visits["team"].notna(), "holder"].dropna().astype("str"))
    rows = pd.DataFrame(
        {
            "Who": [
                "accounts in all sources", "persons and bots who did something", "persons who held a ticket",
                "of these, with a team", "teams",
            ],
            "Known": [
                accounts, len(actors), len(holders), len(placed),
                visits["team"].dropna().astype("str").nunique(),
            ],
        }
    )  # fmt: skip
    return styled_table(
        rows,
        "Several accounts may be one person: by vsm.toml, a mailbox or a name. Without teams nobody can be "
        "said to wait for another team.",
    )


def provenance_table(provenance: Mapping[str, str]) -> Styler:
    """Which state of the data, and of vsm.toml, is this? What makes a run repeatable.

    Parameters
    ----------
    provenance
        Texts by name, as a stream bears them.

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
    """What should not be trusted? QUALITY by check, faults first, each with its count and one example."""
    plain = quality.astype({"level": "str", "check": "str"})
    rows = (
        plain.groupby(["level", "check"])
        .agg(Times=("detail", "size"), Example=("detail", "first"))
        .reset_index()
    )
    rank = {level: place for place, level in enumerate(LEVELS)}
    rows = rows.sort_values(["level", "Times"], key=lambda c: c.map(rank) if c.name == "level" else -c)
    names = {"level": "Level", "check": "Check"}
    return styled_table(
        rows.rename(columns=names), "A fault falsifies results, a warning may, a note is good to know."
    )
