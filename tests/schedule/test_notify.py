"""The message about a run: what has changed, once, and what is still so."""

import pandas as pd
import pytest

from tests.schedule.world import at
from vsm.findings import ClaimChange, Finding, Findings, Summary, Tile
from vsm.model.period import Period
from vsm.schedule.channels import mail_of
from vsm.schedule.history import Run
from vsm.schedule.notify import message_of, worth_sending

ANSWERS = {f"Question {number}": True for number in range(5)} | {"Why it waits": False}
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


@pytest.mark.parametrize(
    ("pulls", "said"),
    [((), "Try: Help QA."), ((("web#7", None),), "Try: Help QA. Pull requests: web#7.")],
)
def test_a_finding_about_reviews_names_its_pull_requests(
    pulls: tuple[tuple[str, str | None], ...], said: str
) -> None:
    """It has no tickets, and one about pipelines neither."""
    end, day = pd.Timestamp("2026-11-22", tz="UTC"), pd.Timedelta(days=1)
    claim = Finding("review", "QA", "Reviews wait.", day, 0.1, 0.1, 0.2, 12, (), "", "Help QA.", pulls=pulls)
    found = Findings([claim])
    summary = Summary(Period(end - 90 * day, end), None, ANSWERS, (), found)
    message = message_of(RUN, findings=Findings(), changes=[WORSE], summary=summary)
    assert message.details[-1] == f"- Reviews wait. {said}"


def test_a_mail_carries_the_measures_and_the_findings_that_found_no_room() -> None:
    """What a chat has no room for, after its three sentences: with tickets."""
    end, day = pd.Timestamp("2026-11-22", tz="UTC"), pd.Timedelta(days=1)
    tickets = ("AB-1", "AB-2")
    found = Findings(
        Finding(
            "queue", stage, f"Work waits in {stage}.", day, 0.1, 0.1, 0.2, 12, tickets, "", f"Help {stage}."
        )
        for stage in ("QA", "Desk", "Shop")
    )
    tile = Tile("Open tickets", "62", "15 started")
    summary = Summary(Period(end - 90 * day, end), None, ANSWERS, (tile,), found)
    message = message_of(RUN, findings=found, changes=[WORSE], summary=summary)
    assert message.details == (
        "2026-08-24 to 2026-11-22 (90 days). The data can answer 5 of 6 questions, but not why it waits.",
        "- Open tickets: 62 (15 started).",
        "- Work waits in Shop. Try: Help Shop. Tickets: AB-1, AB-2.",
    )
    assert "- Open tickets: 62" in str(mail_of(message, sender="a@example.org", to=["b@example.org"]))
    assert "Open tickets" not in message.text
