"""A report's first page: what matters now, at a glance.

It is made as the other pages are, from a ``Body``, so that its tickets lead to their timelines and its figure
is drawn by the page's script.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from vsm.figures.links import tickets_link
from vsm.findings import Finding, Findings, Summary, Tile
from vsm.reports.notebook_html import ENVIRONMENT, Body, Outline, figure_html
from vsm.reports.render import Page

if TYPE_CHECKING:
    from vsm.stream import ValueStream

INDEX: Final = "index.html"
_TOP: Final = 3
_WIDE, _HIGH, _EDGE = 120.0, 30.0, 3.0
_SENTENCE: Final = re.compile(r"(?<=\.) (?=[A-Z0-9])")
Place = tuple[str, str]
_HEAT: Final[Place] = ("01_where_does_time_go.html", "Waiting by stage and week")
_STUCK: Final[Place] = ("05_what_is_stuck_now.html", "What to look at together today")
_REVIEWS: Final[Place] = (
    "08_where_do_reviews_wait.html",
    "How long does a review take? (pickup time, review time)",
)
_HANDOFFS: Final[Place] = ("02_who_waits_for_whom.html", "Handoff network")
PLACES: Final[Mapping[str, Place]] = {
    "Lead time": ("01_where_does_time_go.html", "Lead time and cycle time, open tickets included"),
    "Throughput": ("01_where_does_time_go.html", "Arrivals and throughput"),
    "Open tickets": (
        "05_what_is_stuck_now.html",
        "How old is it, for the stage it is in? (work item ageing)",
    ),
    "Over-age tickets": _STUCK,
    "Flow efficiency": ("01_where_does_time_go.html", "Flow efficiency"),
    "Deployments": ("04_from_commit_to_customer.html", "Software delivery performance (DORA)"),
    **dict.fromkeys(("queue", "batch", "growing", "shrinking", "new", "solved"), _HEAT),
    **dict.fromkeys(("handoff", "first handover"), _HANDOFFS),
    "stuck": _STUCK,
    "ping-pong": ("02_who_waits_for_whom.html", "Ping-pong"),
    "hidden work": ("02_who_waits_for_whom.html", "Hidden queues"),
    "discarded": ("01_where_does_time_go.html", "Discarded work"),
    "failed deployments": ("04_from_commit_to_customer.html", "Software delivery performance (DORA)"),
    **dict.fromkeys(("review", "AI agents", "unreviewed"), _REVIEWS),
    "reviewer": (_REVIEWS[0], "Who can review?"),
    "flaky pipeline": (_REVIEWS[0], "Which pipelines hold work up?"),
    "pull requests": (_REVIEWS[0], "Which pull requests are behind these numbers?"),
    "forecast": ("09_when_will_it_be_done.html", "How many in the coming weeks?"),
    "service level": ("09_when_will_it_be_done.html", "Which tickets will meet the service level?"),
    "what if": ("10_what_if.html", "What would change?"),
    "clean-up": ("00_can_we_trust_the_data.html", "Data quality"),
}
"""Where more is said: measure, or rule of a finding → page, and the heading on it."""
LISTED: Final = {"stuck": "over-age"} | dict.fromkeys(("queue", "batch", "growing", "new"), "queue")
"""Rule of a finding about a stage → which of its tickets are listed."""
TRUST: Final = "00_can_we_trust_the_data.html"


@dataclass(frozen=True, slots=True)
class Cover:
    """What a report says around its pages.

    On the first page stand ``summary``, ``network`` (Plotly's JSON of the handoff network) and ``changes``:
    what changed since the last report, as sentences; ``scored``: how many of its forecasts held; and
    ``tried``: what the best of the changes would bring that vsm.toml names.
    ``provenance`` and ``notice`` stand on each.
    """

    title: str
    summary: Summary | None = None
    network: Mapping[str, Any] | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)
    changes: Sequence[str] = ()
    scored: str = ""
    tried: str = ""
    notice: str = ""


def cover_of(
    stream: "ValueStream", *, changes: Sequence[str] = (), scored: str = "", notice: str = ""
) -> Cover:
    """The cover of a stream's report."""
    # Imported here since plotly takes a second, and most commands draw nothing.
    from plotly.io.json import to_json_plotly  # noqa: PLC0415

    name = stream.workflow.stream.name
    return Cover(
        name[:1].upper() + name[1:],
        summary=stream.summary,
        network=json.loads(to_json_plotly(stream.plot.handoff_network())),
        provenance=stream.provenance,
        changes=changes,
        scored=scored,
        tried=stream.what_if.line,
        notice=notice,
    )


def summary_body(cover: Cover, pages: Mapping[Page, Body]) -> Body:
    """The first page of a report, with links to these others, in reading order."""

    def address(name: str) -> str:
        href, heading = PLACES.get(name, ("", ""))
        found = next((body for page, body in pages.items() if page.href == href), None)
        if found is None:
            return ""
        anchors = {entry.text: entry.anchor for entry in found.outline.entries}
        return f"{href}#{anchors[heading]}" if heading in anchors else href

    summary = cover.summary
    found = Findings() if summary is None else summary.findings.headlines(_TOP)
    html = ENVIRONMENT.get_template("summary.html.j2").render(
        title=cover.title,
        summary=summary,
        findings=[(finding, *_sentences(finding.claim)) for finding in found],
        nothing=found.nothing,
        notes=found.notes(),
        tiles=[
            (tile, address(tile.measure), *_sparkline(tile)) for tile in (summary.tiles if summary else ())
        ],
        network=Markup(figure_html(dict(cover.network))) if cover.network else "",  # noqa: S704 - escaped
        changes=cover.changes,
        scored=cover.scored,
        tried=cover.tried,
        pages=list(pages),
        address=address,
        listed=_listed,
        trust=next((page.href for page in pages if page.href == TRUST), ""),
    )
    return Body(Markup(html), Outline(cover.title, "", ()))  # noqa: S704 - escaped by Jinja


def _listed(finding: Finding) -> str:
    """Give the place where all tickets that a finding is about are listed; empty where there is none."""
    if finding.rule == "handoff":
        upstream, _, downstream = finding.subject.partition(" → ")
        return tickets_link("handoff", upstream, downstream)
    kind = LISTED.get(finding.rule)
    return tickets_link(kind, finding.subject) if kind else ""


def _sentences(claim: str) -> tuple[str, str]:
    """Cut a claim after its first sentence."""
    first, *rest = _SENTENCE.split(claim, maxsplit=1)
    return first, "".join(rest)


def _sparkline(tile: Tile) -> tuple[str, tuple[float, float] | None]:
    """Draw a measure's points: the path of an SVG, broken where one is unknown, and the place of the last."""
    known = [point for point in tile.points if not isnan(point)]
    if len(known) < 2:
        return "", None
    low, span = min(known), max(known) - min(known)
    step = (_WIDE - 2 * _EDGE) / (len(tile.points) - 1)
    path, pen, last = [], "M", None
    for number, point in enumerate(tile.points):
        if isnan(point):
            pen = "M"
            continue
        x = _EDGE + number * step
        y = _HIGH - _EDGE - (point - low) / span * (_HIGH - 2 * _EDGE) if span else _HIGH / 2
        path.append(f"{pen}{x:.1f} {y:.1f}")
        pen, last = "L", (round(x, 1), round(y, 1))
    return "".join(path), last
