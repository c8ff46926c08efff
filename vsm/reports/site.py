"""How does the first page of a report that arrives on its own look? The latest one, and every run before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vsm.reports.render import Page, render_plain


@dataclass(frozen=True, slots=True)
class RunRow:
    """How is one run told in the list of all? Words alone; ``href`` leads to what it made, where that is."""

    begun: str
    outcome: str
    took: str = ""
    tickets: str = ""
    warnings: str = ""
    data: str = ""
    why: str = ""
    href: str = ""


def render_site(
    *,
    title: str,
    latest: Sequence[Page],
    runs: Sequence[RunRow],
    about: Mapping[str, str],
    notice: str = "",
) -> str:
    """Where is the latest good report, what came of every run, and does something stand in its way?

    Parameters
    ----------
    title
        Name of the report.
    latest
        The files of the last good report, its index first; none where there is none yet.
    runs
        Every run, the latest first.
    about
        For the foot of the page; text by name.
    notice
        What failed and since when; plain text, shown at the top.

    Returns
    -------
    str
        A whole HTML file that makes no request and runs no script.

    Examples
    --------
    >>> page = render_site(title="Weekly", latest=[], runs=[], about={}, notice="The <run> failed.")
    >>> "The &lt;run&gt; failed." in page, "Nothing to see yet" in page
    (True, True)
    """
    return render_plain("site.html.j2", title=title, latest=latest, runs=runs, about=about, notice=notice)
