"""What does a limit of work in progress do, where work is seen to get quicker with fewer tickets?"""

from dataclasses import replace

import numpy as np
import pytest

from tests.model.replay.by_hand import BUILD, TEST, WAY, replay_by_hand
from vsm.errors import ParameterError
from vsm.model.replay.limits import Limit, Slower

SLOWER = Slower(0.5, 0.2, 0.9, 80)
"""Half as long again with each further ticket."""


def hours(limit: Limit, stage: int) -> list[float]:
    """Hours of each work at a stage, after the limit."""
    steps = limit.applied(replay_by_hand()).rewritten(WAY, 0)
    return [step.seconds / 3600 for step in steps if step.line == stage and step.seconds]


def test_people_have_fewer_tickets_at_once_and_each_is_quicker() -> None:
    """Two builders, one of whom takes two at once, may have two in all: half a ticket less for each."""
    limit = Limit("Build", 2, SLOWER)
    replay = replay_by_hand()
    pair = replace(
        replay, servers=(replay.servers[0], replace(replay.servers[0], slots=1), *replay.servers[1:])
    )
    then = limit.applied(pair)
    assert [one.slots for one in then.servers] == [1, 1, 1, 1]
    built = [step.seconds / 3600 for step in then.rewritten(WAY, 0) if step.line == BUILD]
    assert built == pytest.approx([2 / 1.5**0.5, 1 / 1.5**0.5])


def test_other_stages_are_as_they_were() -> None:
    """Tests take as long as before."""
    assert hours(Limit("Build", 1, SLOWER), TEST) == [3, 4]


def test_a_limit_that_nobody_reaches_changes_nothing() -> None:
    """A builder who takes two at once may have five."""
    limit = Limit("Build", 5, SLOWER)
    assert hours(limit, BUILD) == [2, 1]
    assert limit.applied(replay_by_hand()).servers == replay_by_hand().servers


def test_it_shows_only_where_work_surely_gets_slower() -> None:
    """Not where that was never looked at, nor where the interval reaches down to nothing."""
    shown = [Limit("Build", 1, one).shows for one in (None, Slower(0.1, -0.1, 0.3, 80), SLOWER)]
    assert shown == [False, False, True]
    assert not Limit("Build", 1, Slower(np.nan, np.nan, np.nan, 3)).shows


def test_a_limit_of_nothing_is_refused() -> None:
    """Nothing would ever be finished."""
    with pytest.raises(ParameterError, match="wip is 0; name a whole number from 1 on"):
        Limit("Build", 0).applied(replay_by_hand())
