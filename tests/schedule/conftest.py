"""What do the tests of schedules share? A stream in no time, where only what a run does around it is asserted."""

import pytest

from tests.schedule.world import no_tickets


@pytest.fixture
def empty_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs take a stream without tickets for the one they would read, which takes a second each time."""
    monkeypatch.setattr("vsm.schedule.run.stream_of_plan", no_tickets)
