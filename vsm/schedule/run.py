"""How is a report made with nobody there? Pull, check, render, publish, tell; each run is written down first.

Whatever fails, the last good report stays in its place and its first page says what failed and since when.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from vsm.config import Report, Workflow
from vsm.errors import EmptyWindowError, InputError, ParameterError, VsmError
from vsm.findings import remembered
from vsm.schedule.due import due_at
from vsm.schedule.history import History, Outcome, Run, last_good, open_history
from vsm.schedule.lock import BusyError, one_at_a_time
from vsm.schedule.log import Log
from vsm.schedule.order import Order, order_of, widened
from vsm.schedule.places import put_in_place, show
from vsm.schedule.rendering import Made, checked, rendered
from vsm.sources.work_folder import WorkFolder, read_workflow
from vsm.stream import ValueStream

EXIT_CODES: Final[dict[Outcome, int]] = {
    "misconfigured": 2,
    "failed": 1,
    "broken off": 1,
    "refused": 1,
    "stale": 3,
}
"""What ``vsm run`` ends with; the worst of its reports counts, in this order. All else is 0."""
_STOPPED: Final = "it was stopped before its end."


@dataclass(frozen=True, slots=True)
class Hands:
    """What does a run do to the world? Each part can be exchanged.

    Attributes
    ----------
    clock
        Gives the instant that counts as now, with zone.
    log
        Takes what happens, as ``log_to`` makes it.
    pull
        Pulls what is configured; returns a sentence for each source that could not be pulled.
    publish
        Copies a finished run to where its report is published, and of one that made nothing the first page,
        which says so; returns what failed, or nothing.
    tell
        Tells those who are to know; returns a sentence for each that could not be told.
    render
        Carries out an order, as ``rendered`` does.
    """

    clock: Callable[[], datetime]
    log: Log
    pull: Callable[[], Sequence[str]]
    publish: Callable[[Report, Run], str]
    tell: Callable[[Report, Run, Made | None], Sequence[str]]
    render: Callable[..., Made] = rendered


@dataclass(frozen=True, slots=True)
class _Job:
    """What do all runs of one call share?"""

    folder: WorkFolder
    workflow: Workflow
    history: History
    hands: Hands
    force: bool

    def reach(self, run: Run, phase: str) -> Run:
        """Write down that a run begins with this phase."""
        run = replace(run, phase=phase)
        self.history.write(run)
        self.hands.log(phase, report=run.report)
        return run

    def show(self, report: Report) -> str:
        """Say what is there on the first page, and clear what does not stay."""
        at, log, history = self.hands.clock(), self.hands.log, self.history
        return show(self.folder, report.name, history=history, log=log, at=at, keep=report.keep)


def run_reports(
    folder: WorkFolder, names: Sequence[str] = (), *, hands: Hands, due: bool = False, force: bool = False
) -> list[Run]:
    """What came of making these reports? One run of each, at most one call at a time in a work folder.

    Parameters
    ----------
    folder
        The work folder; its vsm.toml plans the reports.
    names
        Which of them; all without any.
    hands
        What is done to the world.
    due
        Make only those that their ``cron`` makes due now.
    force
        Make them even if there is no news since the last good run.

    Returns
    -------
    list of Run
        As they ended, in the order of vsm.toml; none where nothing was to be done.

    Raises
    ------
    BusyError
        Another call is under way; written down as refused.
    ConfigError
        vsm.toml says something that cannot be; written down for every report that ever ran.
    ParameterError
        No report has this name.
    RunError
        The folder cannot be locked, or the history not be written: nothing was done.

    Examples
    --------
    >>> from pathlib import Path
    >>> hands = Hands(clock=datetime.now, log=print, pull=list, publish=str, tell=list)
    >>> run_reports(WorkFolder(Path("/dev/null")), hands=hands)
    Traceback (most recent call last):
    ...
    vsm.errors.RunError: cannot lock /dev/null/archive/run.lock: Not a directory
    """
    at = hands.clock()
    try:
        with one_at_a_time(folder.run_lock, at=at), open_history(folder.history) as history:
            _find_broken_off(folder, history, hands)
            workflow = _workflow(folder, history, hands)
            chosen = _chosen(workflow, names, history, at=at, due=due)
            if not chosen:
                hands.log("nothing is due" if due else "vsm.toml has no [[report]]")
                return []
            return _made(_Job(folder, workflow, history, hands, force), chosen, at)
    except BusyError as error:
        with open_history(folder.history) as history:
            for name in names or history.reports():
                _note(history, Run(name, at), "refused", str(error), hands)
        raise


def _chosen(
    workflow: Workflow, names: Sequence[str], history: History, *, at: datetime, due: bool
) -> list[tuple[Report, datetime | None]]:
    known = {report.name: report for report in workflow.reports}
    if absent := [name for name in names if name not in known]:
        raise ParameterError(f"no [[report]] is named '{absent[0]}'; known: {', '.join(known) or 'none'}")
    wanted = [known[name] for name in names] or list(known.values())
    times = [(report, due_at(report, runs=history.runs(report.name), at=at)) for report in wanted]
    return [(report, time) for report, time in times if time is not None or not due]


def _made(job: _Job, chosen: Sequence[tuple[Report, datetime | None]], at: datetime) -> list[Run]:
    """Pull once, then make one report after the other; whatever ends this early is written down."""
    title = job.workflow.stream.name
    runs = [
        job.history.begin(Run(report.name, at, due=time, title=title, phase="pull"))
        for report, time in chosen
    ]
    try:
        for report, _ in chosen:  # what a run that was killed has left
            job.show(report)
        job.hands.log("pull", reports=[run.report for run in runs])
        try:
            troubles = job.hands.pull()
        except Exception as error:  # noqa: BLE001 - such as a full disk; each run is told of it
            return [_ended(job, report, _failed(run, error), None)
                    for (report, _), run in zip(chosen, runs, strict=True)]  # fmt: skip
        return [_one(job, report, run, troubles) for (report, _), run in zip(chosen, runs, strict=True)]
    except BaseException:
        for run in job.history.under_way():
            job.history.write(replace(run, outcome="failed", reason=_STOPPED, ended=job.hands.clock()))
        raise


def _one(job: _Job, report: Report, run: Run, troubles: Sequence[str]) -> Run:
    made, site = None, job.folder.site / report.name
    try:
        run = job.reach(run, "check")
        order = order_of(job.folder, report, workflow=job.workflow, at=run.begun, troubles=troubles)
        good = last_good(job.history.runs(report.name))
        if good and not job.force and good.key == order.key and (site / good.folder / "index.html").is_file():
            return _ended(job, report, _unchanged(run, good), None)
        order, stream, quiet = _checked(job, order)
        troubles = [*troubles, *quiet, *_faults(stream)]
        run = _seen(run, stream)
        run = job.reach(run, "render")
        made = job.hands.render(job.folder, order, stream=stream, before=good, troubles=troubles)
        run = job.reach(run, "publish")
        name = put_in_place(made.folder, site=site, at=run.begun)
        run = replace(
            run, outcome="stale" if troubles else "done", reason=" ".join(troubles), folder=name,
            key=order.key, findings=remembered(made.findings),
        )  # fmt: skip
    except Exception as error:  # noqa: BLE001 - the other reports go on, and this one is told
        run = _failed(run, error)
    return _ended(job, report, run, made)


def _failed(run: Run, error: Exception) -> Run:
    if isinstance(error, InputError):
        return replace(run, outcome="misconfigured", reason=str(error))
    said = str(error) if isinstance(error, VsmError) else f"{type(error).__name__}: {error}"
    return replace(run, outcome="failed", reason=said)


def _checked(job: _Job, order: Order) -> tuple[Order, ValueStream, list[str]]:
    """Read the stream; a window that moved beyond the last event is widened, and that is told."""
    try:
        return order, checked(job.folder, order), []
    except EmptyWindowError as error:
        wider = widened(order, last=error.last)
        if wider is None:
            raise
        return wider[0], checked(job.folder, wider[0]), [wider[1]]


def _ended(job: _Job, report: Report, run: Run, made: Made | None) -> Run:
    """Write the end down, show it, copy it to where it is published, and tell it."""
    before = next((known for known in job.history.runs(report.name) if known.number < run.number), None)
    run = replace(run, ended=job.hands.clock())
    run = job.history.end(run, before)
    if fault := job.show(report):
        run = replace(run, outcome="failed", reason=f"its first page could not be written: {fault}")
        job.history.write(run)
    if report.publish and (fault := job.hands.publish(report, run)):
        job.hands.log("not published", report=report.name, reason=fault)
        if run.good:
            run = replace(run, outcome="stale", reason=f"{run.reason} {fault}".strip())
            job.history.write(run)
    if before is None or run.good or _differs(run, before):
        try:
            for fault in job.hands.tell(report, run, made):
                job.hands.log("not told", report=report.name, reason=fault)
        except Exception as error:  # noqa: BLE001 - whoever is not told stops nothing
            job.hands.log("not told", report=report.name, reason=type(error).__name__)
    job.hands.log(run.outcome, report=report.name, reason=run.reason, folder=run.folder)
    return run


def _differs(run: Run, before: Run) -> bool:
    """Is this failure another than the last, or of another due time? One is told once."""
    return (run.outcome, run.reason, run.due) != (before.outcome, before.reason, before.due)


def _note(history: History, run: Run, outcome: Outcome, reason: str, hands: Hands) -> None:
    before = next(iter(history.runs(run.report)), None)
    begun = history.begin(run)
    history.end(replace(begun, outcome=outcome, reason=reason, ended=hands.clock()), before)


def _find_broken_off(folder: WorkFolder, history: History, hands: Hands) -> None:
    """What is still under way in the history has ended without a word: this call is the only one."""
    for run in history.under_way():
        reason = f"it was broken off in the phase '{run.phase}'; nothing of it was published."
        history.write(replace(run, outcome="broken off", reason=reason, ended=hands.clock()))
        hands.log("broken off", report=run.report, begun=run.begun.isoformat(), phase=run.phase)
        show(folder, run.report, history=history, log=hands.log, at=hands.clock())


def _workflow(folder: WorkFolder, history: History, hands: Hands) -> Workflow:
    try:
        return read_workflow(folder)
    except InputError as error:
        for name in history.reports():
            _note(history, Run(name, hands.clock()), "misconfigured", str(error), hands)
            show(folder, name, history=history, log=hands.log, at=hands.clock())
        raise


def _unchanged(run: Run, good: Run) -> Run:
    reason = f"no news since {good.begun:%Y-%m-%d %H:%M} UTC."
    if good.outcome == "stale":
        reason = good.reason
    return replace(
        run, outcome="stale" if good.outcome == "stale" else "unchanged", reason=reason, folder=good.folder,
        key=good.key, data=good.data, tickets=good.tickets, warnings=good.warnings, findings=good.findings,
    )  # fmt: skip


def _seen(run: Run, stream: ValueStream) -> Run:
    warnings = int((stream.quality["level"] == "warning").sum())
    data = f"{stream.as_of:%Y-%m-%d %H:%M} UTC"
    return replace(run, data=data, tickets=len(stream.tickets), warnings=warnings)


def _faults(stream: ValueStream) -> Iterator[str]:
    """Say what would make the numbers false; the report is made all the same, and says so at its top."""
    faults = stream.quality[stream.quality["level"] == "fault"]
    for name, rows in faults.groupby("check", observed=True):
        yield f"{name} ({len(rows)}): {rows['detail'].iloc[0]}."
