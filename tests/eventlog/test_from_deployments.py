"""A deployment counts once it reached its environment, in whatever words its host says so."""

from typing import Any

import pytest

from vsm.eventlog.from_deployments import log_from_deployments
from vsm.eventlog.log import Log


def log_of(*outcomes: str | None) -> Log:
    """The log of a deployment a day, with these outcomes."""
    bodies: list[dict[str, Any]] = [
        {"deploy": str(day), "at": f"2026-01-{day:02}T09:00:00Z", "environment": "production",
         "outcome": outcome, "commit": None, "repository": None}
        for day, outcome in enumerate(outcomes, start=1)
    ]  # fmt: skip
    return log_from_deployments(bodies, source="deployments:shop")


@pytest.mark.parametrize(
    "words",
    [
        ("pending", "in_progress", "queued", "inactive", "WAITING", "ABANDONED", "DESTROYED"),  # GitHub
        ("skipped", "cancelled", "action_required", "stale", "startup_failure"),  # GitHub Actions
        ("created", "running", "canceled", "blocked", "manual", "waiting_for_resource"),  # GitLab
        ("pending", "in_progress", "cancelled"),  # Jira
        ("inProgress", "notDeployed", "notStarted", "canceled", "scheduled", "rejected", "none"),  # Azure
        ("IN_PROGRESS", "STOPPED", "UNDEPLOYED", "ABORTED", "NOT_BUILT", "Executing"),  # and others
        ("Läuft", "abgebrochen", "Übersprungen", "en cours", "annulé", "pendiente", "进行中"),
    ],
)
def test_what_did_not_reach_the_environment_is_no_deployment(words: tuple[str, ...]) -> None:
    """Only the first, which succeeded, counts; all others are in one note of QUALITY."""
    log = log_of("success", *words)
    assert log.deploys["deploy"].tolist() == ["1"]
    (note,) = log.quality.to_dict("records")
    assert (note["check"], note["level"]) == ("deployments not counted", "note")
    assert note["detail"].startswith(f"left out: {len(words)} of {len(words) + 1} deployments, whose")
    assert f"1 '{words[0].casefold()}'" in note["detail"]


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("success", "success"), ("ACTIVE", "success"), ("successful", "success"), ("succeeded", "success"),
        ("succeededWithIssues", "success"), ("Erfolgreich", "success"), ("réussi", "success"),
        ("error", "failure"), ("timed_out", "failure"), ("rolled_back", "failure"), ("TERMINAL", "failure"),
        ("Fehlgeschlagen", "failure"), ("échoué", "failure"), ("rolled back", "failure"),
        ("who knows", "unknown"), ("", "unknown"), (None, "unknown"),
    ],
)  # fmt: skip
def test_what_reached_it_has_an_outcome_in_any_hosts_words(word: str | None, outcome: str) -> None:
    """Well, badly, or unknown: it counts."""
    assert log_of(word).deploys["outcome"].tolist() == [outcome]


def test_nothing_that_arrived_is_an_empty_table() -> None:
    """All are still under way."""
    assert log_of("queued", "queued").deploys.empty
