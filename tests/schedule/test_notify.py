"""The message about a run: what has changed, once, and what is still so."""

from tests.schedule.world import at
from vsm.findings import ClaimChange, Findings
from vsm.schedule.history import Run
from vsm.schedule.notify import message_of, worth_sending

RUN = Run("weekly", at("2026-03-02T07:00"), title="Shop", outcome="done")
STILL = ClaimChange("still", "step", "QA", "Still: waiting in 'QA' rose.")
WORSE = ClaimChange("worse", "step", "Desk", "Worse: waiting in 'Desk' rose.")


def test_what_is_still_so_stands_where_nothing_has_changed() -> None:
    """One sentence of it; a change comes before, and takes its place."""
    quiet = message_of(RUN, findings=Findings(), changes=[STILL])
    assert quiet.sentences[:2] == ("No significant change since the last report.", str(STILL))
    assert message_of(RUN, findings=Findings(), changes=[WORSE, STILL]).sentences[0] == str(WORSE)


def test_what_is_still_so_is_no_reason_to_write() -> None:
    """To somebody who asked for changes."""
    assert not worth_sending(RUN, [STILL], on="change")
    assert worth_sending(RUN, [WORSE, STILL], on="change")
