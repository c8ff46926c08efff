"""Work on all cores: forks give what this process would, their errors are raised here, and none is left."""

import os
import signal

import pytest

from vsm.all_cores import FORKS, on_all_cores
from vsm.errors import ParameterError, RunError

forked = pytest.mark.skipif(not FORKS, reason="only Linux forks")


@pytest.mark.parametrize("cores", [1, 2, 3, 9])
def test_the_order_is_that_of_the_numbers(cores: int) -> None:
    """Whoever made them; with more cores than numbers as well, and of nothing comes nothing."""
    assert on_all_cores(lambda number: 10 * number, range(7), cores=cores) == [0, 10, 20, 30, 40, 50, 60]
    assert on_all_cores(lambda number: number, [], cores=cores) == []


@forked
def test_several_processes_do_it() -> None:
    """This one and two forks, which are gone afterwards."""
    did = set(on_all_cores(lambda _: os.getpid(), range(9), cores=3))
    assert len(did) == 3
    assert os.getpid() in did
    for fork in did - {os.getpid()}:
        with pytest.raises(ProcessLookupError):
            os.kill(fork, 0)


@forked
def test_an_error_in_a_fork_is_raised_here() -> None:
    """As it would be without one."""

    def refuse(number: int) -> int:
        if number == 3:
            raise ParameterError("3 is too many")
        return number

    with pytest.raises(ParameterError, match="3 is too many"):
        on_all_cores(refuse, range(4), cores=2)


@forked
def test_a_fork_that_is_killed_is_no_wrong_answer() -> None:
    """Such as by a system without memory left."""
    here = os.getpid()

    def dies(number: int) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with pytest.raises(RunError, match="part of the work ended early, perhaps for lack of memory"):
        on_all_cores(dies, range(4), cores=2)
