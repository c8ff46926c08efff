"""What is one run to make, and of what? Settled before anything is rendered."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from vsm.config import Report, Workflow
from vsm.config.windows import resolved_day
from vsm.errors import ParameterError
from vsm.reports import notebooks_folder
from vsm.reports.parameters import check_parameters
from vsm.sources.archive_reading import read_archive
from vsm.sources.work_folder import WorkFolder

SLIDES: Final = "retro.ipynb"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made?

    ``parameters`` are resolved; ``key`` tells whether there is news: two orders with one key would make the
    same pages but for the hour on them.
    """

    report: Report
    notebooks: tuple[Path, ...]
    parameters: Mapping[str, str | bool | int | float]
    at: datetime
    key: str


def order_of(
    folder: WorkFolder,
    report: Report,
    *,
    workflow: Workflow,
    at: datetime,
    troubles: Sequence[str] = (),
) -> Order:
    """What is this run to make?

    Parameters
    ----------
    folder
        The work folder, after its sources were pulled.
    report, workflow
        What vsm.toml says.
    at
        The instant of the run, with zone.
    troubles
        What readers have to mind of the data; a page that says it is another page.

    Raises
    ------
    ParameterError
        It names a notebook that is not there, or a parameter that one of its notebooks does not know.

    Examples
    --------
    >>> from datetime import UTC
    >>> from vsm.config import Workflow
    >>> now = datetime(2026, 11, 23, tzinfo=UTC)
    >>> absent = Report(name="weekly", notebooks=("absent",))
    >>> order_of(WorkFolder(Path("work")), absent, workflow=Workflow(), at=now)
    Traceback (most recent call last):
    ...
    vsm.errors.ParameterError: report 'weekly' names the notebook 'absent'; known: 00...
    """
    notebooks = notebooks_of(report)
    parameters = {**report.resolved(at), "names": False}
    for notebook in notebooks:
        check_parameters(notebook, {"data_dir": "", **parameters})
    with read_archive(folder.archive) as archive:
        content = archive.digest()
    tried = folder.experiments.read_bytes() if folder.experiments.is_file() else b""
    made_of = {
        "data": content,
        "workflow": workflow.digest,
        "experiments": hashlib.sha256(tried).hexdigest(),
        "report": report.model_dump(mode="json", include={"name", "notebooks", "formats"}),
        "parameters": parameters,
        "vsm": version("vsm"),
        "troubles": list(troubles),
    }
    key = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
    return Order(report, notebooks, parameters, at, key)


def widened(order: Order, *, last: date) -> tuple[Order, str] | None:
    """How can a window be borne that moved beyond the last event? It is moved back to end there, and says so.

    None where vsm.toml names a day: that is a mistake, not a quiet time.

    Examples
    --------
    >>> from datetime import UTC
    >>> quiet = Report(name="weekly", parameters={"since": "last 7 days"})
    >>> order = Order(quiet, (), {"since": "2026-11-16"}, datetime(2026, 11, 23, tzinfo=UTC), "")
    >>> widened(order, last=date(2026, 10, 1))[1]
    'Nothing was recorded since 2026-11-16: the window ends with the last event, and begins on 2026-09-24.'
    """
    since = order.parameters.get("since")
    if since == order.report.parameters.get("since"):
        return None
    back = resolved_day(str(order.report.parameters["since"]), today=last)
    trouble = (
        f"Nothing was recorded since {since}: the window ends with the last event, and begins on {back}."
    )
    return replace(order, parameters={**order.parameters, "since": back}), trouble


def notebooks_of(report: Report) -> tuple[Path, ...]:
    """Which notebooks does this report run? Those that it names, else all that are numbered.

    Raises
    ------
    ParameterError
        It names one that is not there.

    Examples
    --------
    >>> [path.name[:2] for path in notebooks_of(Report(name="weekly"))]
    ['00', '01', '02', '03', '04', '05', '06']
    """
    known = {path.stem: path for path in sorted(notebooks_folder().glob("[0-9]*.ipynb"))}
    if absent := [name for name in report.notebooks if name not in known]:
        raise ParameterError(
            f"report '{report.name}' names the notebook '{absent[0]}'; known: {', '.join(known)}"
        )
    return tuple(known[name] for name in report.notebooks) or tuple(known.values())
