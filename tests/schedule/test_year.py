"""A year of weekly reports with nobody there, against a Jira that is down at times, and all that goes wrong.

The clock is set, the server is the stand-in, runs are killed in processes of their own. After every call the
published folder is looked at: it is a whole report, or says that there is none yet.
"""

import multiprocessing
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.jira_server import EMAIL, TOKEN, Running, Site, serve
from tests.reports.pages import run_vsm
from tests.schedule import killed
from tests.schedule.webhook import Listener, listening
from tests.schedule.world import quickly
from tests.share import share
from vsm.cli.console import PullProgress
from vsm.cli.pull import pull_again
from vsm.errors import VsmError
from vsm.read import read_stream
from vsm.schedule.effects import Effects
from vsm.schedule.history import History, Run, open_history
from vsm.schedule.notify import notify
from vsm.schedule.rendering import Output, render_plan, stream_of_plan
from vsm.schedule.run import run_reports
from vsm.schedule.site import WHOLE
from vsm.sources.archive import read_archive
from vsm.sources.lock import one_at_a_time
from vsm.sources.work_folder import WorkFolder

LOGIN = {"VSM_JIRA_EMAIL": EMAIL, "VSM_JIRA_TOKEN": TOKEN}
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
END = datetime(2025, 12, 31, tzinfo=UTC)
PLAN = """
[[stage]]
name = "Ready"
kind = "queue"
statuses = ["To Do"]
[[stage]]
name = "Build"
kind = "work"
statuses = ["In Progress", "In Review"]
[[stage]]
name = "Done"
kind = "done"
statuses = ["Done"]
[[report]]
name = "weekly"
cron = "30 2 * * SUN"   # clocks are changed between two and three on Sundays
zone = "Europe/Berlin"
notebooks = ["05_what_is_stuck_now"]
keep = 8
[[report.tell]]
webhook = "env:VSM_WEBHOOK"
"""
PHASES = ("pull", "pulling", "check", "render", "rendering", "publish", "moved", "telling")
DOWN = 5
"""In this week the Jira does not answer."""
REAL = (40, 1)[: share(1, of=2)]
"""In these weeks the stream is read and the notebook run; in others a page stands for them, which is much quicker."""


class Year:
    """One work folder, one Jira, one clock, and what is wrong with them this week."""

    def __init__(self, root: Path, listener: Listener) -> None:
        self.folder, self.listener = WorkFolder(root), listener
        self.now = BEGIN
        self.site = Site.seeded(0, mode="cloud", clock=self.seconds)
        self.jira: Any = None
        self.port = 0
        self.ledger: list[tuple[datetime, str, str]] = []
        self.faults: Counter[str] = Counter()
        self.render: Any = quickly

    @contextmanager
    def open(self) -> Iterator["Running"]:
        """Let the Jira answer, always at the same address."""
        with serve(self.site, port=self.port, seconds=3000) as running:
            self.port = int(running.url.rpartition(":")[2])
            yield running

    def work(self, week: int) -> None:
        """Two tickets more a week, and older ones moved on."""
        for number in (2 * week + 1, 2 * week + 2):
            self.site.create("ABC", status="To Do")
            if number > 4:
                self.site.touch(f"ABC-{number - 2}", "In Progress")
                self.site.touch(f"ABC-{number - 4}", "Done")

    def effects(self) -> Effects:
        return Effects(
            clock=self.clock,
            log=lambda event, **about: self.faults.update(
                ["not notified"] if event == "not notified" else []
            ),
            pull=lambda: [
                f"The pull of {each.source} failed."
                for each in pull_again(self.folder.root, PullProgress(quiet=True), at=self.now)
            ],
            publish=lambda *_: "",
            notify=lambda *known: notify(
                self.folder, *known, secrets={"VSM_WEBHOOK": self.listener.address}, pause=lambda _: None
            ),
            render=self.render,
        )

    def seconds(self) -> float:
        return self.now.timestamp()

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def call(self, fault: str = "") -> list[Run]:
        """Do what the scheduler does every few hours, and look at what is published."""
        runs = []
        try:
            runs = run_reports(self.folder, effects=self.effects(), due=True)
        except VsmError as error:
            self.ledger.append((self.now, fault, type(error).__name__))
        self.ledger += [(run.begun, fault, run.outcome) for run in runs]
        self.look()
        return runs

    def killed(self, phase: str) -> None:
        """Run in a process that is killed when this phase begins."""
        context = multiprocessing.get_context("forkserver")  # imports what a run needs once, not for each
        context.set_forkserver_preload(["tests.schedule.killed"])
        child = context.Process(target=killed.main, args=(self.folder.root, phase, self.now, LOGIN))
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL
        self.ledger.append((self.now, f"killed: {phase}", "no word"))
        self.look()

    def look(self) -> None:
        """The published folder is a whole report, and its first page leads to it."""
        site = self.folder.site / "weekly"
        if not site.exists():
            return
        page = (site / "index.html").read_text(encoding="utf-8")
        assert page.rstrip().endswith("</html>")
        with open_history(self.folder.history) as history:
            good = next((run for run in history.runs("weekly") if run.good), None)
        if good is None:
            assert "no run has made a whole report" in page
            return
        names = {file.name for file in (site / good.folder).iterdir()}
        assert {"index.html", "05_what_is_stuck_now.html"} <= names


@contextmanager
def broken(path: Path, text: str) -> Iterator[None]:
    before = path.read_text()
    path.write_text(text)
    yield
    path.write_text(before)


def full(folder: WorkFolder, order: Any, **known: Any) -> Output:
    """Write half of it, and find the disk full."""
    quickly(folder, order, **known)
    raise OSError(28, "No space left on device")


def spend(year: Year, week: int) -> None:
    """Live through one week: the Jira's, the scheduler's, and what is planned to go wrong in it."""
    year.render = render_plan if week in REAL else full if week == 11 else quickly
    for moment in moments(BEGIN + timedelta(weeks=week)):
        year.now = moment
        with pytest.MonkeyPatch.context() as patch:
            if week in REAL:
                patch.setattr("vsm.schedule.run.stream_of_plan", stream_of_plan)
            one_call(year, week, moment)


def moments(begin: datetime) -> list[datetime]:
    """When the scheduler calls in a week: some times a day, and in the night to Sunday every half hour."""
    hours = 24 // share(1, of=4)
    steps = [begin + timedelta(minutes=30 * step) for step in range(7 * 48)]
    return [
        step for step in steps
        if (step.hour % hours, step.minute) == (0, 0) or (step.weekday() == 6 and step.hour < 3)
    ]  # fmt: skip


def one_call(year: Year, week: int, moment: datetime) -> None:
    due = moment.weekday() == 6 and moment.hour < 4
    phase = PHASES[(week - 20) // 2] if 20 <= week < 36 and week % 2 == 0 else ""
    if (
        phase and moment.weekday() == 6 and (moment.hour, moment.minute) == (0, 30)
    ):  # 02:30 of Berlin's summer
        year.killed(phase)
    elif week == 14 and moment.weekday() == 6:
        with broken(year.folder.workflow, "[strem]"):
            year.call("vsm.toml is broken")
    elif week == 17 and due:
        with one_at_a_time(year.folder.run_lock, what="run", at=moment):
            year.call("another run")
    elif week == 38:
        with year.listener.dead():
            year.call("webhook is dead")
    else:
        year.call({DOWN: "Jira is down", 11: "disk is full"}.get(week, ""))


@pytest.fixture
def year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_stream: None) -> Iterator[Year]:
    for name, value in LOGIN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("vsm.sources.host_session.FIRST_PATIENCE", 0.0)
    (tmp_path / "vsm.toml").write_text(PLAN)
    with listening() as listener:
        made = Year(tmp_path, listener)
        made.work(0)
        with made.open() as jira:
            run_vsm("pull", "--dir", tmp_path, "jira", "--url", jira.url, "--project", "ABC")
        yield made


@pytest.mark.slow
def test_a_year_goes_by_and_every_report_is_whole(year: Year) -> None:
    """52 weeks with eight kinds of trouble; nothing is lost silently, nothing is there twice."""
    for week in range(52):
        if week:
            year.now = BEGIN + timedelta(weeks=week)
            year.work(week)
        with nullcontext() if week == DOWN else year.open():
            spend(year, week)
    with open_history(year.folder.history) as history:
        runs = history.runs("weekly")
        told(year, history)
    outcomes = Counter(run.outcome for run in runs)
    assert outcomes["broken off"] == len(PHASES) - 1  # killed while telling, it was done already
    assert (outcomes["failed"], outcomes["stale"]) == (3, 1)
    assert "running" not in outcomes
    for outcome, error in (("misconfigured", "ConfigError"), ("refused", "BusyError")):
        noted = sum(run.times for run in runs if run.outcome == outcome)
        assert noted == sum(said == error for _, _, said in year.ledger) > 0
    made = {run.due for run in runs if run.good}
    assert len(made) == 53 - 1  # one before the year began; the week of the full disk has none
    assert_nothing_is_there_twice(year)
    site = sorted(entry.name for entry in (year.folder.site / "weekly").iterdir())
    assert (len(site), sum(name.endswith(".tar.xz") for name in site)) == (9, 8 - WHOLE)


def assert_nothing_is_there_twice(year: Year) -> None:
    with read_archive(year.folder.archive) as archive:
        bodies = [body for body in archive.documents("jira") if "changelog" in body]
    assert len(bodies) == len(year.site.cards) == len({body["id"] for body in bodies})
    stream = read_stream(year.folder.root)
    moves = stream.events[stream.events["kind"] == "status"]
    assert not moves.duplicated(["ticket", "at", "after"]).any()


def told(year: Year, history: History) -> None:
    """Print the ledger: what was called for, and what came of it."""
    lines = [f"{begun:%Y-%m-%d %H:%M}  {outcome:<14} {fault}" for begun, fault, outcome in year.ledger]
    for run in reversed(history.runs("weekly")):
        due = f"{run.due:%m-%d %H:%M}" if run.due else ""
        why = run.reason.replace(str(year.folder.root), "work")[:80]
        lines.append(f"{run.begun:%Y-%m-%d %H:%M}  due {due:<12} {run.outcome:<14} {run.times:>3}  {why}")
    sys.stdout.write("\n".join(lines) + "\n")
