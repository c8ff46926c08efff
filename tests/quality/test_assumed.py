"""What is said of stages whose kind is a guess."""

import pytest

from tests.streams import stream_of
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

LIFE = (("Ready", 1.0), ("Build", 2.0), ("Done", 1.0))


def guessed(**from_: str) -> ValueStream:
    """Fourteen tickets, with these kinds assumed."""
    return stream_of(*[LIFE] * 14, assumed=from_)


def doubts(stream: ValueStream) -> list[str]:
    rows = stream.quality
    return rows.loc[rows["check"] == "assumed kind", "detail"].tolist()


def test_a_queue_that_is_a_guess_shows_the_finding_that_rests_on_it() -> None:
    """A third of lead time; the finding says so too."""
    stream = guessed(Ready="category")
    (detail,) = doubts(stream)
    assert detail == (
        "stage 'Ready' counts as queue: assumed from the tracker's category. 33 % of lead time is spent there: "
        "if it were work, none of that would be waiting; the finding on 'Ready' would change; confirm it "
        "with vsm init --review, or in vsm.toml"
    )
    (queue,) = stream.findings.about("queue")
    assert queue.caveat.endswith("Assumed, not confirmed: the kind of 'Ready' (from the tracker's category).")


def test_work_that_is_a_guess_shows_the_finding_that_would_come() -> None:
    """Two thirds of lead time would be waiting."""
    (detail,) = doubts(guessed(Build="name"))
    assert (
        "67 % of lead time is spent there: if it were a queue, all of that would be waiting, and a" in detail
    )
    assert "no finding rests on it" in detail


def test_a_finish_that_is_a_guess_shows_who_would_be_open() -> None:
    """All fourteen."""
    (detail,) = doubts(guessed(Done="nothing"))
    assert "If it were not done, 14 delivered tickets would still be open" in detail


def test_what_somebody_confirmed_is_no_doubt() -> None:
    """Nor does a finding speak of it."""
    stream = guessed()
    assert doubts(stream) == []
    assert not any("assumed" in finding.caveat for finding in stream.findings)
