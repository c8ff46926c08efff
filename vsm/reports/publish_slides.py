"""How does the retro's notebook become slides that can be handed round? As a report: whole, or not there."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from vsm.errors import RunError
from vsm.reports.parameters import check_parameters
from vsm.reports.run_notebook import attempt_notebook
from vsm.reports.slides import render_slides
from vsm.reports.staging import making, new_stage, settle, stamp_of, told


def publish_slides(
    notebook: Path,
    *,
    runs: Path,
    parameters: Mapping[str, object],
    at: datetime,
    title: str,
    provenance: Mapping[str, str],
    timeout: float = 600,
) -> Path:
    """Where do the slides lie that this notebook makes?

    It is executed and rendered into a hidden folder, which is then renamed to ``runs/<instant>-slides``.
    What a failed run got to is kept under ``runs/failed``.

    Parameters
    ----------
    notebook
        Cut into slides by its cells' ``slideshow.slide_type``.
    runs
        Folder of all runs; made where absent.
    parameters
        Values by name; the notebook must know every one of them.
    at
        Instant of the run, with a time zone; names the folder.
    title
        Name of the stream.
    provenance
        State of the data and the like, for the foot of the first slide; text by name.
    timeout
        Seconds for the notebook.

    Returns
    -------
    Path
        The slides' ``.html``, called as the notebook is; beside it the executed ``.ipynb``.

    Raises
    ------
    ParameterError
        A parameter does not fit, or ``at`` has no zone; nothing was run.
    NotebookError
        The notebook did not run to its end; says where the partial one is kept.
    RunError
        The folder cannot be written.

    Examples
    --------
    >>> publish_slides(
    ...     Path("absent.ipynb"), runs=Path("runs"), parameters={}, at=datetime(2026, 11, 23), title="Flow",
    ...     provenance={},
    ... )
    Traceback (most recent call last):
    ...
    vsm.errors.ParameterError: the run's instant 2026-11-23 00:00:00 has no time zone; give one, such as UTC
    """
    name = f"{stamp_of(at)}-slides"
    checked = check_parameters(notebook, parameters)
    asked = told(notebook, checked).replace("\n", ", ")
    stage = new_stage(runs)
    try:
        fault = attempt_notebook(notebook, to=stage / notebook.name, parameters=checked, timeout=timeout)
        if fault is None:
            footer = {**provenance, "Parameters": asked, **making(at)}
            html = render_slides(stage / notebook.name, title=title, footer=footer)
            (stage / f"{notebook.stem}.html").write_text(html, encoding="utf-8")
    except OSError as error:
        kept = settle(stage, runs / "failed", name)
        raise RunError(f"cannot write the slides: {error.strerror or error}; they lie in {kept}") from error
    except BaseException:
        settle(stage, runs / "failed", name)
        raise
    if fault is not None:
        kept = settle(stage, runs / "failed", name)
        raise fault.error(kept / fault.notebook)
    return settle(stage, runs, name) / f"{notebook.stem}.html"
