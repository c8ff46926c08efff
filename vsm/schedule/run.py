"""Makes reports unattended: pull, check, render, publish, notify.

A run of a report goes through these phases, and ends with one of these outcomes::

    pull ──> check ──────> render ──> publish ──> done, or stale: some of the data are old or faulty
      │        ├─ no news ──────────────────────> unchanged, or stale as the last good run is
      └────────┴────────────┴───────────┴───────> failed, or misconfigured: a mistake in vsm.toml

A run is recorded before it begins. One that was killed is found by the next call and is ``broken off``; a
call that comes while another runs is ``refused``, and reports a run that has been under way too long; it ends
none. Whatever fails, the last good report stays, and its first page says what failed and since when.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from vsm.config import Report, Workflow
from vsm.errors import BusyError, EmptyWindowError, InputError, ParameterError, VsmError
from vsm.reports import notebooks_folder
from vsm.schedule.call import longest_minutes
from vsm.schedule.effects import Effects
from vsm.schedule.history import History, Outcome, Run, last_good, open_history
from vsm.schedule.ownership import files_of
from vsm.schedule.plan import Plan, due_at, plan_run, widened
from vsm.schedule.rendering import Output, stream_of_plan
from vsm.schedule.site import free_name, put_in_place, refresh_pages, refuse_others, work_of
from vsm.sources.lock import one_at_a_time
from vsm.sources.work_folder import WorkFolder, read_workflow
from vsm.stream import ValueStream

EXIT_CODES: Final[dict[Outcome, int]] = {
    "misconfigured": 2,
    "failed": 1,
    "broken off": 1,
    "refused": 1,
    "stale": 3,
}
"""Exit codes of ``vsm run``; the worst of its reports counts, in this order. All else is 0."""
_NO_REPORT: Final = (
    "vsm.toml has no [[report]] yet, so nothing was made; it explains how to write one. vsm report makes "
    "pages without"
)
_STOPPED: Final = "it was stopped before its end."


def run_reports(
    folder: WorkFolder, names: Sequence[str] = (), *, effects: Effects, due: bool = False, force: bool = False
) -> list[Run]:
    """Make the reports of vsm.toml: one run of each, at most one call at a time in a work folder.

    Returns the runs as they ended, in the order of vsm.toml; none where nothing was to be done.

    Parameters
    ----------
    names
        Which reports; all by default.
    due
        Make only those that are due now by their ``cron``.
    force
        Make them even if there is no news since the last good run.

    Raises
    ------
    BusyError
        Another call is running; recorded as refused, and reported where it takes too long.
    ConfigError
        vsm.toml has a mistake; recorded for every report that ever ran.
    ParameterError
        No report has this name.
    RunError
        The folder cannot be locked, or the history cannot be written: nothing was done.
    """
    at = effects.clock()
    try:
        with one_at_a_time(folder.run_lock, what="run", at=at), open_history(folder.history) as history:
            call = _Call(folder, history, effects)
            call.close_broken_runs()
            workflow = call.workflow()
            chosen = _chosen(workflow, names, history, at=at, due=due)
            if not chosen:
                effects.log("nothing is due" if due else _NO_REPORT)
                return []
            return call.make(chosen, workflow=workflow, at=at, force=force)
    except BusyError as error:
        with open_history(folder.history) as history:
            reason = _Call(folder, history, effects).refuse(names, error, at=at)
        raise BusyError(reason, process=error.process, since=error.since) from None


def _chosen(
    workflow: Workflow, names: Sequence[str], history: History, *, at: datetime, due: bool
) -> list[tuple[Report, datetime | None]]:
    known = {report.name: report for report in workflow.reports}
    if absent := [name for name in names if name not in known]:
        raise ParameterError(f"no [[report]] is named '{absent[0]}'; known: {', '.join(known) or 'none'}")
    wanted = [known[name] for name in names] or list(known.values())
    times = [(report, due_at(report, runs=history.runs(report.name), at=at)) for report in wanted]
    return [(report, time) for report, time in times if time is not None or not due]


@dataclass(frozen=True, slots=True)
class _Call:
    """What all runs of one call of ``run_reports`` share."""

    folder: WorkFolder
    history: History
    effects: Effects

    def close_broken_runs(self) -> None:
        """End what the history holds as running: this call is the only one, so it broke off."""
        for name in self.history.reports():
            if self.settle(name):
                self.refresh_pages(name)
        for run in self.history.under_way():
            reason = f"it was interrupted in the phase '{run.phase}'; nothing of it was published."
            self.history.write(replace(run, outcome="broken off", reason=reason, ended=self.effects.clock()))
            self.effects.log("broken off", report=run.report, begun=run.begun.isoformat(), phase=run.phase)
            self.refresh_pages(run.report)

    def workflow(self) -> Workflow:
        """Read vsm.toml; where it cannot be used, every report that ever ran is misconfigured."""
        try:
            return read_workflow(self.folder)
        except InputError as error:
            for name in self.history.reports():
                self.note(Run(name, self.effects.clock()), "misconfigured", str(error))
                self.refresh_pages(name)
            raise

    def make(
        self,
        chosen: Sequence[tuple[Report, datetime | None]],
        *,
        workflow: Workflow,
        at: datetime,
        force: bool,
    ) -> list[Run]:
        """Pull once, then make one report after the other; an early end is recorded."""
        title = workflow.stream.name
        begun = [Run(report.name, at, due=time, title=title, phase="pull") for report, time in chosen]
        making = [
            _Making(self, report, self.history.begin(run))
            for (report, _), run in zip(chosen, begun, strict=True)
        ]
        try:
            for each in making:  # clears the leftovers of a run that was killed
                each.refresh_pages()
            self.effects.log("pull", reports=[run.report for run in begun])
            try:
                troubles = self.effects.pull()
            except Exception as error:  # noqa: BLE001 - such as a full disk; each run records it
                return [each.fail(error).finish() for each in making]
            return [each.make(workflow, troubles=troubles, force=force).finish() for each in making]
        except BaseException:
            for run in self.history.under_way():
                stopped = replace(run, outcome="failed", reason=_STOPPED, ended=self.effects.clock())
                self.history.write(stopped)
            raise

    def refuse(self, names: Sequence[str], busy: BusyError, *, at: datetime) -> str:
        """Record that another run is under way, and return why; one that takes too long is reported once."""
        stuck, reason = self._stuck(busy.since, at), str(busy)
        if stuck:
            reason = (
                f"A run has been under way since {busy.since:%Y-%m-%d %H:%M} UTC (process {busy.process}), "
                "longer than the time limits of the reports allow; end that process, and the next call "
                "goes on by itself."
            )
        for name in names or self.history.reports():
            run = self.note(Run(name, at, overlong=name in stuck), "refused", reason)
            if name in stuck:
                self.refresh_pages(name)
                if run.times == 1:
                    self.notify(stuck[name], run)
        return reason

    def _stuck(self, since: datetime | None, at: datetime) -> dict[str, Report]:
        """Which reports does the other run hold up, if it has taken longer than their time limits?"""
        try:
            reports = read_workflow(self.folder).reports
        except InputError:  # until it is right, nobody knows the limits, nor whom to notify
            return {}
        numbered = len(list(notebooks_folder().glob("[0-9]*.ipynb")))
        limit = timedelta(minutes=longest_minutes(reports, numbered=numbered))
        if since is None or at - since <= limit:
            return {}
        begun = {run.report for run in self.history.under_way() if run.begun == since}
        held = begun or set(self.history.reports())  # it may hang before it records anything
        return {report.name: report for report in reports if report.name in held}

    def settle(self, report: str) -> bool:
        """Record that nothing holds this report up any more; returns whether something did."""
        latest = next(iter(self.history.runs(report)), None)
        if latest is None or not latest.overlong:
            return False
        self.history.write(replace(latest, overlong=False))
        return True

    def notify(self, report: Report, run: Run, output: Output | None = None) -> None:
        """Notify; a message that cannot be sent is logged, and stops nothing."""
        try:
            for fault in self.effects.notify(report, run, output):
                self.effects.log("not notified", report=report.name, reason=fault)
        except Exception as error:  # noqa: BLE001 - its words may be secret
            self.effects.log("not notified", report=report.name, reason=type(error).__name__)

    def note(self, run: Run, outcome: Outcome, reason: str) -> Run:
        """Record a run that ended before it could begin."""
        before = next(iter(self.history.runs(run.report)), None)
        begun = self.history.begin(replace(run, title=before.title if before else ""))
        ended = replace(begun, outcome=outcome, reason=reason, ended=self.effects.clock())
        return self.history.end(ended, before)

    def refresh_pages(self, report: str, *, keep: int | None = None) -> str:
        """Bring the first pages up to date; returns why that failed, or nothing."""
        at, log = self.effects.clock(), self.effects.log
        return refresh_pages(self.folder, report, history=self.history, log=log, at=at, keep=keep)


@dataclass(slots=True)
class _Making:
    """One report on its way through the phases; ``run`` is its record so far."""

    call: _Call
    report: Report
    run: Run
    output: Output | None = None

    def make(self, workflow: Workflow, *, troubles: Sequence[str], force: bool) -> "_Making":
        """Check, render and publish; any error ends this run alone."""
        folder, site = self.call.folder, self.call.folder.site / self.report.name
        try:
            refuse_others(folder, self.report.name)
            self._enter("check")
            plan = plan_run(folder, self.report, workflow=workflow, at=self.run.begun, troubles=troubles)
            good = last_good(self.call.history.runs(self.report.name))
            whole = good is not None and (site / good.folder / "index.html").is_file()
            if good and whole and good.key == plan.key and not force:
                return self._stand_as(good)
            plan, stream, widening = self._read(plan)
            troubles = [*troubles, *widening, *_faults(stream)]
            warnings = int((stream.quality["level"] == "warning").sum())
            data = f"{stream.as_of:%Y-%m-%d %H:%M} UTC"
            self.run = replace(self.run, data=data, tickets=len(stream.tickets), warnings=warnings)
            self.run = replace(self.run, others=work_of(folder.runs / self.report.name))
            self._enter("render")
            render = self.call.effects.render
            self.output = render(folder, plan, stream=stream, before=good, troubles=troubles)
            if self.output.lacking:
                self.call.effects.log("fonts missing", report=self.report.name, reason=self.output.lacking)
            name = free_name(site, at=self.run.begun)
            self.run = replace(self.run, files=files_of(self.output.folder), folder=name)
            self._enter("publish")
            self.run = replace(
                self.run,
                folder=put_in_place(self.output.folder, site=site, name=name),
                outcome="stale" if troubles else "done",
                reason=" ".join(troubles),
                key=plan.key,
                findings=self.output.kept,
            )
        except Exception as error:  # noqa: BLE001 - the other reports go on, and this one records it
            self.fail(error)
        return self

    def fail(self, error: Exception) -> "_Making":
        """End with this error: the user's mistake, or a failure."""
        reason = str(error) if isinstance(error, VsmError) else f"{type(error).__name__}: {error}"
        outcome: Outcome = "misconfigured" if isinstance(error, InputError) else "failed"
        self.run = replace(self.run, outcome=outcome, reason=reason)
        return self

    def finish(self) -> Run:
        """Record the end, show it on the first page, copy the run to where it is published, notify."""
        history, effects, report = self.call.history, self.call.effects, self.report
        before = next((run for run in history.runs(report.name) if run.number < self.run.number), None)
        self.run = history.end(replace(self.run, ended=effects.clock()), before)
        self.call.settle(report.name)
        fault = self.refresh_pages()
        if fault and fault != self.run.reason:
            self.run = replace(
                self.run, outcome="failed", reason=f"its first page could not be written: {fault}"
            )
            history.write(self.run)
        if report.publish and (fault := effects.publish(report, self.run)):
            effects.log("not published", report=report.name, reason=fault)
            if self.run.good:
                self.run = replace(self.run, outcome="stale", reason=f"{self.run.reason} {fault}".strip())
                history.write(self.run)
        # A failure is notified once: not again while its reason and its due time stay the same.
        same = before and (before.outcome, before.reason, before.due)
        if self.run.good or same != (self.run.outcome, self.run.reason, self.run.due):
            self.call.notify(report, self.run, self.output)
        effects.log(self.run.outcome, report=report.name, reason=self.run.reason, folder=self.run.folder)
        return self.run

    def refresh_pages(self) -> str:
        return self.call.refresh_pages(self.report.name, keep=self.report.keep)

    def _enter(self, phase: str) -> None:
        self.run = replace(self.run, phase=phase)
        self.call.history.write(self.run)
        self.call.effects.log(phase, report=self.run.report)

    def _read(self, plan: Plan) -> tuple[Plan, ValueStream, list[str]]:
        """Read the stream; a window that moved beyond the last event is widened, and a sentence says so."""
        try:
            return plan, stream_of_plan(self.call.folder, plan), []
        except EmptyWindowError as error:
            wider = widened(plan, last=error.last)
            if wider is None:
                raise
            plan, sentence = wider
            return plan, stream_of_plan(self.call.folder, plan), [sentence]

    def _stand_as(self, good: Run) -> "_Making":
        """End without news: the last good report stays, and is as stale as it was."""
        outcome: Outcome = "stale" if good.outcome == "stale" else "unchanged"
        reason = good.reason if outcome == "stale" else f"no news since {good.begun:%Y-%m-%d %H:%M} UTC."
        self.run = replace(
            self.run, outcome=outcome, reason=reason, folder=good.folder, key=good.key, data=good.data,
            tickets=good.tickets, warnings=good.warnings, findings=good.findings, files=good.files,
        )  # fmt: skip
        return self


def _faults(stream: ValueStream) -> Iterator[str]:
    """Give the faults that would make numbers false; the report is made with them at its top."""
    faults = stream.quality[stream.quality["level"] == "fault"]
    for name, rows in faults.groupby("check", observed=True):
        yield f"{name} ({len(rows)}): {rows['detail'].iloc[0]}."
