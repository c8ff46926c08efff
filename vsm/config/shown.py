"""How does a workflow show itself in a notebook? Its stages in a table; every text is escaped."""

from collections.abc import Sequence
from html import escape
from typing import Final

from vsm.config.stages import Stage

COLUMNS: Final = ("Stage", "Kind", "Team", "Statuses")


def stages_html(stages: Sequence[Stage], *, title: str) -> str:
    """How do these stages look as an HTML table, in the order of the stream?

    Examples
    --------
    >>> "<td>work</td>" in stages_html([Stage(name="Build", kind="work")], title="Shop")
    True
    >>> stages_html([], title="<Shop>")
    '<p>&lt;Shop&gt;: no stages yet; vsm init --infer proposes them.</p>'
    """
    if not stages:
        return f"<p>{escape(title)}: no stages yet; vsm init --infer proposes them.</p>"
    head = "".join(f'<th scope="col" style="text-align: left;">{name}</th>' for name in COLUMNS)
    body = "".join(_row(stage) for stage in stages)
    return (
        f'<table><caption style="text-align: left;">{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(stage: Stage) -> str:
    statuses = ", ".join(stage.statuses) or (f"from Git: {stage.git}" if stage.git else "–")
    cells = (stage.name, stage.kind, stage.team or "–", statuses)
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
