"""A work folder and exchanged effects, for tests of runs: a clock that is set, and pages made in no time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from tests.jira_bodies import issue
from vsm.config import Report
from vsm.findings import Findings
from vsm.reports.atomic import new_stage, stamp_of
from vsm.schedule.effects import Effects
from vsm.schedule.history import Run
from vsm.schedule.plan import Plan
from vsm.schedule.rendering import Output, compared
from vsm.schedule.run import run_reports
from vsm.sources.archive import Document, Page, open_archive
from vsm.sources.work_folder import WorkFolder
from vsm.tables import QUALITY, TICKETS, VISITS, empty

PLAN = """
[stream]
name = "Shop"
[[stage]]
name = "Ready"
kind = "queue"
statuses = ["Open"]
[[stage]]
name = "Build"
kind = "work"
statuses = ["In Progress"]
[[stage]]
name = "Done"
kind = "done"
statuses = ["Closed"]
[[report]]
name = "weekly"
cron = "0 7 * * MON"
notebooks = ["05_what_is_stuck_now"]
keep = 6
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MONDAY = at("2026-01-05T07:00")


_ABOUT = SimpleNamespace(
    as_of=pd.Timestamp(MONDAY), tickets=empty(TICKETS), quality=empty(QUALITY), findings=Findings(),
    stage_visits=empty(VISITS).assign(gone=False),
)  # fmt: skip


def no_tickets(folder: WorkFolder, plan: Plan) -> SimpleNamespace:
    """Stand for ``stream_of_plan``: what a run asks of a stream, without reading one."""
    return _ABOUT


@dataclass
class World:
    """Everything that a run does to the world, noted; each can be made to fail."""

    root: Path
    now: datetime = MONDAY
    tickets: int = 0
    log: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    pulled: Callable[[], Sequence[str]] = list
    rendered: Callable[..., Output] | None = None
    published: Callable[[Report, Run], str] = lambda *_: ""

    @property
    def folder(self) -> WorkFolder:
        return WorkFolder(self.root)

    @property
    def effects(self) -> Effects:
        return Effects(
            clock=self.clock,
            log=lambda event, **about: self.log.append((event, about)),
            pull=self.pulled,
            publish=self.published,
            notify=self.tell,
            render=self.rendered or quickly,
        )

    def clock(self) -> datetime:
        """Tell the time; each look takes a second."""
        self.now += timedelta(seconds=1)
        return self.now

    def tell(self, report: Report, run: Run, _: Output | None) -> list[str]:
        self.told.append((report.name, run.outcome))
        return []

    def news(self) -> None:
        """Let the tracker's archive hold one ticket more."""
        self.tickets += 1
        body = issue(self.tickets, created="2026-01-02T09:00:00.000+0000")
        with open_archive(self.folder.archive) as archive:
            page = Page((Document(body["id"], body),))
            archive.store([page], source="jira", scope="{}", at=self.now)

    def run(self, *names: str, **how: bool) -> list[Run]:
        return run_reports(self.folder, names, effects=self.effects, **how)

    def outcomes(self, **how: bool) -> list[str]:
        return [run.outcome for run in self.run(**how)]

    def index(self, report: str = "weekly") -> str:
        return (self.folder.site / report / "index.html").read_text(encoding="utf-8")

    def kept(self, report: str = "weekly") -> list[str]:
        """Which runs lie in its place, whole or packed?"""
        return sorted(
            entry.name for entry in (self.folder.site / report).iterdir() if entry.name[0].isdigit()
        )


def world(root: Path, plan: str = PLAN) -> World:
    """Make a work folder with this plan and an empty archive."""
    (root / "vsm.toml").write_text(plan)
    made = World(root)
    made.news()
    return made


def quickly(
    folder: WorkFolder, order: Plan, *, stream: Any, before: Run | None, troubles: Sequence[str]
) -> Output:
    """Make a page that tells the run's instant, as ``render_plan`` would make many."""
    made = new_stage(folder.runs / order.report.name, stamp_of(order.at))
    (made / "index.html").write_text(f"<h1>{order.at:%Y-%m-%d}</h1>{' '.join(troubles)}")
    (made / "05_what_is_stuck_now.html").write_text("<p>whole</p>")
    changes, kept = compared(folder, order, stream=stream, before=before)
    return Output(made, Findings(), changes, kept)
