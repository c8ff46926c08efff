"""How does a run become a folder that can be handed round? All of it, or none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from vsm.errors import ParameterError, RunError
from vsm.reports.body import body_of
from vsm.reports.parameters import check_parameters
from vsm.reports.render import Page, page_of, render_index
from vsm.reports.run_notebook import NotebookFault
from vsm.reports.run_suite import attempt_suite
from vsm.reports.staging import making, new_stage, settle, stamp_of, told

_INDEX: Final = "index"


def publish_report(
    notebooks: Sequence[Path],
    *,
    runs: Path,
    parameters: Mapping[str, object],
    at: datetime,
    title: str,
    findings: Sequence[str],
    provenance: Mapping[str, str],
    changes: Sequence[str] = (),
    notice: str = "",
    timeout: float = 600,
) -> Path:
    """Where does the report lie that these notebooks make?

    The notebooks are executed, several at a time, and rendered into a hidden folder with links to each other;
    when all are, that folder is renamed to ``runs/<instant in UTC>``. Readers find it whole or not at all.
    What a failed run got to is kept under ``runs/failed/<instant>``.

    Parameters
    ----------
    notebooks
        In reading order; a page is called as its notebook is.
    runs
        Folder of all runs; made where absent.
    parameters
        Values by name, the same for all: every notebook must know every one of them.
    at
        Instant of the run, with a time zone; names the folder.
    title
        Name of the report.
    findings
        Sentences, costliest first; the index shows three.
    provenance
        State of the data and the like, for the foot of each page; text by name.
    changes
        What has changed since the last report, as sentences for the index.
    notice
        What a reader of any page has to mind above all; plain text.
    timeout
        Seconds for each notebook.

    Returns
    -------
    Path
        The report's ``index.html``; beside it a ``.html`` and the executed ``.ipynb`` of each notebook.

    Raises
    ------
    ParameterError
        A parameter does not fit, two notebooks share a name, or ``at`` has no zone; nothing was run.
    NotebookError
        A notebook did not run to its end; says where the partial notebook is kept.
    RunError
        The folder cannot be written.

    Examples
    --------
    >>> from datetime import UTC
    >>> publish_report(
    ...     [], runs=Path("runs"), parameters={}, at=datetime(2026, 11, 23, tzinfo=UTC), title="Flow",
    ...     findings=[], provenance={},
    ... )
    Traceback (most recent call last):
    ...
    vsm.errors.ParameterError: no notebook to publish; name at least one
    """
    stamp = stamp_of(at)
    _check_names(notebooks)
    checked = {notebook: check_parameters(notebook, parameters) for notebook in notebooks}
    made = making(at)
    about = {
        notebook: {**provenance, "Parameters": told(notebook, values), **made}
        for notebook, values in checked.items()
    }
    stage = new_stage(runs)
    try:
        fault = _fill(
            stage, checked, title=title, about=about, timeout=timeout, notice=notice,
            index={"findings": findings, "changes": changes, "provenance": {**provenance, **made}},
        )  # fmt: skip
    except OSError as error:
        kept = settle(stage, runs / "failed", stamp)
        reason = error.strerror or error
        raise RunError(f"cannot write the report: {reason}; what was made lies in {kept}") from error
    except BaseException:
        settle(stage, runs / "failed", stamp)
        raise
    if fault is not None:
        kept = settle(stage, runs / "failed", stamp)
        raise fault.error(kept / fault.notebook)
    return settle(stage, runs, stamp) / f"{_INDEX}.html"


def _fill(
    stage: Path,
    checked: Mapping[Path, Mapping[str, object]],
    *,
    title: str,
    about: Mapping[Path, Mapping[str, str]],
    index: Mapping[str, Any],
    notice: str,
    timeout: float,
) -> NotebookFault | None:
    """Run and render everything into a folder, unless a notebook does not run to its end."""
    fault = attempt_suite(checked, into=stage, timeout=timeout)
    if fault is not None:
        return fault
    bodies = {notebook: body_of(stage / notebook.name) for notebook in checked}
    pages = [
        Page(f"{notebook.stem}.html", body.outline.question or notebook.stem, body.outline.lead)
        for notebook, body in bodies.items()
    ]
    for page, (notebook, body) in zip(pages, bodies.items(), strict=True):
        html = page_of(
            body, title=title, footer=about[notebook], home=f"{_INDEX}.html", here=page.href, pages=pages,
            notice=notice,
        )  # fmt: skip
        (stage / page.href).write_text(html, encoding="utf-8")
    first = render_index(title=title, pages=pages, notice=notice, **index)
    (stage / f"{_INDEX}.html").write_text(first, encoding="utf-8")
    return None


def _check_names(notebooks: Sequence[Path]) -> None:
    if not notebooks:
        raise ParameterError("no notebook to publish; name at least one")
    names = Counter(notebook.stem for notebook in notebooks)
    if twice := [name for name, times in names.items() if times > 1]:
        raise ParameterError(f"several notebooks are called {', '.join(twice)}; each page needs its own name")
    if _INDEX in names:
        raise ParameterError(f"a notebook cannot be called {_INDEX}: the report's first page is; rename it")
