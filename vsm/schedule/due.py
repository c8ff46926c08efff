"""Which reports are due? After downtime each is made once; one that failed is tried again, not for ever."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from vsm.config import Report
from vsm.schedule.history import Run

TRIES: Final = 3
"""So often a report is tried for one due time."""


def due_at(report: Report, *, runs: Sequence[Run], at: datetime) -> datetime | None:
    """For which due time has a report to be made now? None where it has not.

    The latest due time counts, however many went by. It is settled when a run that began at or after it
    was good, or when ``TRIES`` for it were not; a report without any run is due at its latest time.

    Parameters
    ----------
    report
        What vsm.toml says of it.
    runs
        Its history, the latest first.
    at
        The instant that counts as now, with zone.

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
