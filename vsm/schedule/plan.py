"""The plan of one run: which reports are due, with which notebooks, parameters and data."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from vsm.config import Report, Workflow
from vsm.config.reports import resolved_day
from vsm.read import last_look
from vsm.reports import chosen_notebooks
from vsm.reports.parameters import check_parameters
from vsm.schedule.history import Run
from vsm.sources.archive import read_archive
from vsm.sources.work_folder import WorkFolder

TRIES: Final = 3
"""Attempts at a report for one due time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run is to make.

    ``parameters`` are resolved; ``key`` shows whether there is news: two plans with one key would make the
    same pages but for the time on them.
    """

    report: Report
    notebooks: tuple[Path, ...]
    parameters: Mapping[str, str | bool | int | float]
    at: datetime
    key: str


def plan_run(
    folder: WorkFolder, report: Report, *, workflow: Workflow, at: datetime, troubles: Sequence[str] = ()
) -> Plan:
    """Plan a run, after the sources were pulled: its notebooks, its parameters, and the key of its data.

    Windows such as "last 90 days" end with the last look at the trackers; where nothing says when that was,
    with the run.
    ``troubles`` are caveats about the data, which are part of the pages. Raises ParameterError where vsm.toml
    names a notebook that does not exist, or a parameter that one of the notebooks does not know.
    """
    notebooks = chosen_notebooks(report.notebooks, of=f"report '{report.name}'")
    with read_archive(folder.archive) as archive:
        content, look = archive.digest(), last_look(archive)
    parameters = {**report.resolved(at if look is None else look.to_pydatetime()), "names": False}
    for notebook in notebooks:
        check_parameters(notebook, {"data_dir": "", **parameters})
    experiments = folder.experiments.read_bytes() if folder.experiments.is_file() else b""
    made_of = {
        "data": content,
        "workflow": workflow.digest,
        "experiments": hashlib.sha256(experiments).hexdigest(),
        "report": report.model_dump(mode="json", include={"name", "notebooks", "formats"}),
        "parameters": parameters,
        "vsm": version("vsm"),
        "troubles": list(troubles),
    }
    key = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
    return Plan(report, notebooks, parameters, at, key)


def widened(plan: Plan, *, last: date) -> tuple[Plan, str] | None:
    """The plan with a window that begins after the last event moved back to end there, and a sentence on it.

    None where vsm.toml names a day: that is a mistake, not a quiet time.

    Examples
    --------
    >>> from datetime import UTC
    >>> quiet = Report(name="weekly", parameters={"since": "last 7 days"})
    >>> plan = Plan(quiet, (), {"since": "2026-11-16"}, datetime(2026, 11, 23, tzinfo=UTC), "")
    >>> widened(plan, last=date(2026, 10, 1))[1]
    'The last event is of 2026-10-01: the window ends with it, and begins on 2026-09-24, not on 2026-11-16.'
    """
    since = plan.parameters.get("since")
    if since == plan.report.parameters.get("since"):
        return None
    back = resolved_day(str(plan.report.parameters["since"]), today=last)
    trouble = f"The last event is of {last}: the window ends with it, and begins on {back}, not on {since}."
    return replace(plan, parameters={**plan.parameters, "since": back}), trouble


def due_at(report: Report, *, runs: Sequence[Run], at: datetime) -> datetime | None:
    """The due time for which a report has to be made now; None where it has not.

    Only the latest due time counts. It is settled when a run that began at or after it was good, or when
    ``TRIES`` for it failed; a report without any run is due at its latest time.

    Examples
    --------
    >>> from datetime import UTC
    >>> weekly = Report(name="weekly", cron="0 7 * * MON")
    >>> str(due_at(weekly, runs=[], at=datetime(2026, 11, 25, tzinfo=UTC)))
    '2026-11-23 07:00:00+00:00'
    """
    due = report.last_due(at)
    if due is None or any(run.good and run.begun >= due for run in runs):
        return None
    tried = sum(run.due == due for run in runs if run.outcome in ("failed", "broken off"))
    return due if tried < TRIES else None
