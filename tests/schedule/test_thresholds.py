"""A report that writes only when a measure passes a threshold, once, until it falls below it again."""

import pytest

from tests.schedule.world import at
from tests.streams import stream_of
from vsm.config import Tell
from vsm.findings import ClaimChange, Findings
from vsm.schedule.history import Run
from vsm.schedule.notify import message_of, worth_sending
from vsm.schedule.thresholds import above_threshold, passed_thresholds
from vsm.stream import ValueStream

RUN = Run("weekly", at("2026-03-02T07:00"), title="Shop", outcome="done")
WORSE = ClaimChange("worse", "step", "Desk", "Worse: waiting in 'Desk' rose.")


def tell(measure: str, **words: object) -> Tell:
    """A channel that waits for this threshold."""
    return Tell.model_validate({"on": "threshold", "measure": measure, "email": ("a@example.org",), **words})


@pytest.fixture(scope="module")
def stream() -> ValueStream:
    """Forty tickets of seven days each; three have waited for 97 days, two are being built."""
    done = [[("Ready", 3), ("Build", 4), ("Done", 1)]] * 40
    waits, built = [("Ready", 97)], [("Ready", 90), ("Build", 7)]
    return stream_of(*done, *[waits] * 3, *[built] * 2, limits={"Ready": 2})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("channel", "said"),
    [
        (tell("over_age", above=2), "5 tickets over age, above 2."),
        (tell("over_age", above=5), None),
        (tell("wip", above=1), "2 tickets in progress, above 1."),
        (tell("wip", above=2, stage="Ready"), "3 tickets in 'Ready', above 2."),
        (tell("wip"), "3 tickets in 'Ready', above its limit of 2."),
        (tell("blocked", above=0), None),
        (tell("lead_time_p85", above=6.5), "85 % were delivered within 7.0 days, above 6.5."),
        (tell("lead_time_p85", above=7), None),
        (Tell(email=("a@example.org",)), None),
    ],
)
def test_what_is_above_its_threshold_is_said(stream: ValueStream, channel: Tell, said: str | None) -> None:
    """Above, not at it."""
    assert [words for _, words in above_threshold(channel, stream)] == ([] if said is None else [said])


@pytest.mark.slow
def test_what_stays_above_its_threshold_is_said_once(stream: ValueStream) -> None:
    """And again after it has fallen below it; each channel has its own."""
    channels = (tell("wip", above=1), Tell(email=("a@example.org",)), tell("wip", above=9))
    passed, kept = passed_thresholds(channels, stream, before=())
    assert passed == (("2 tickets in progress, above 1.",), (), ())
    assert kept == ({"above": "wip > 1"},)
    assert passed_thresholds(channels, stream, before=kept) == (((), (), ()), kept)
    assert passed_thresholds(channels[2:], stream, before=kept) == (((),), ())


def test_who_asked_for_a_threshold_is_written_to_when_it_is_passed() -> None:
    """Not of other changes, but of failures: silence would mean that all is well."""
    assert worth_sending(RUN, [], on="threshold", passed=True)
    assert not worth_sending(RUN, [WORSE], on="threshold")
    assert worth_sending(Run("weekly", at("2026-03-02T07:00"), outcome="failed"), None, on="threshold")


def test_what_was_passed_stands_first_in_the_message() -> None:
    """Before what has changed."""
    message = message_of(RUN, findings=Findings(), changes=[WORSE], passed=["43 tickets over age, above 20."])
    assert message.sentences[:2] == ("43 tickets over age, above 20.", str(WORSE))
