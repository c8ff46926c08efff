"""What do the tests of schedules share? A stream in no time, where only what a run does around it is asserted."""

from types import SimpleNamespace

import pandas as pd
import pytest

from tests.schedule.world import MONDAY
from vsm.findings import Findings
from vsm.schedule.plan import Plan
from vsm.sources.work_folder import WorkFolder
from vsm.tables import QUALITY, TICKETS, VISITS, empty


@pytest.fixture
def empty_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs take a stream without tickets for the one they would read, which takes a second each time."""
    about = SimpleNamespace(
        as_of=pd.Timestamp(MONDAY), tickets=empty(TICKETS), quality=empty(QUALITY), findings=Findings(),
        stage_visits=empty(VISITS).assign(gone=False),
    )  # fmt: skip

    def read(folder: WorkFolder, plan: Plan) -> SimpleNamespace:
        return about

    monkeypatch.setattr("vsm.schedule.run.stream_of_plan", read)
