"""What is left of a ticket's way, and of the people, without a stage or a handoff?"""

from dataclasses import replace

import pytest

from tests.model.replay.by_hand import BUILD, DOCUMENT, STAGES, TEST, WAY, replay_by_hand
from vsm.errors import ParameterError
from vsm.model.replay.fitted import Replay
from vsm.model.replay.without import Without


@pytest.fixture
def replay() -> Replay:
    return replay_by_hand()


def way(replay: Replay, change: Without) -> list[tuple[str, float]]:
    """Stage and hours of each step that is left."""
    steps = change.applied(replay).rewritten(WAY, 0)
    return [(STAGES[step.stage], step.seconds / 3600) for step in steps]


def test_a_stage_and_its_queue_leave_every_way(replay: Replay) -> None:
    """Its work is gone."""
    assert way(replay, Without("Test")) == [("Build", 2), ("Build", 1), ("Document", 1)]


def test_its_work_is_done_by_whoever_worked_before(replay: Replay) -> None:
    """Each test by the people of the work before it; the testers join those after whom most tests came first."""
    change = Without("Test", keep_work=True)
    assert way(replay, change) == [("Build", 5), ("Build", 1), ("Document", 5)]
    assert [one.lines for one in change.applied(replay).servers] == [(BUILD,), (BUILD,), (DOCUMENT,)]


def test_a_handoff_leaves_the_way_where_it_is(replay: Replay) -> None:
    """A test after documenting waits in its queue as before."""
    rest = [("Build", 1), ("Document", 1), ("Ready for test", 0), ("Test", 4)]
    assert way(replay, Without("Test", after="Build")) == [("Build", 2), *rest]
    assert way(replay, Without("Test", keep_work=True, after="Build")) == [("Build", 5), *rest]


def test_without_a_handoff_both_stages_have_the_same_people(replay: Replay) -> None:
    """They are as many as before, and others stay where they are."""
    then = Without("Test", keep_work=True, after="Build").applied(replay)
    assert [one.lines for one in then.servers] == [(BUILD, TEST), (BUILD, TEST), (DOCUMENT,)]
    assert [one.slots for one in then.servers] == [2, 1, 1]


def test_a_handoff_that_never_happens_changes_nothing(replay: Replay) -> None:
    """Nothing is documented after a test."""
    assert Without("Document", after="Test").applied(replay).rewritten(WAY, 0) == WAY


def test_a_handoff_from_a_stage_without_people_is_refused(replay: Replay) -> None:
    """It names where somebody is."""
    nobody = replace(replay, servers=replay.servers[:2])
    with pytest.raises(ParameterError, match=r"'Document'.*stages where somebody is: 'Build', 'Test'"):
        Without("Test", after="Document").applied(nobody)


def test_it_is_called_what_it_is() -> None:
    """With or without its work."""
    names = [Without("Test", keep_work=kept, after="Build").scenario for kept in (False, True)]
    assert names == [
        "without the handoff from 'Build' to 'Test' and the work after it",
        "without the handoff from 'Build' to 'Test', its work done by the people before",
    ]
