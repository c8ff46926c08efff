"""Claims about reviews: what waits, on whom it rests, what is not reviewed, who opens it, which pipeline fails."""

from typing import Any

import pandas as pd
import pytest

from tests.pull_rows import instant, pipelines, pull_events, pulls
from vsm.config import Workflow, parse_workflow
from vsm.eventlog.log import Log
from vsm.findings import Finding, Findings
from vsm.from_log import stream_from_log
from vsm.tables import NAMES, PULL_EVENTS, conform

pytestmark = pytest.mark.slow

WORKFLOW = """
[stream]
name = "shop"
[[team]]
name = "web"
members = ["ann", "ben", "cat"]
[[person]]
name = "coder"
accounts = ["github:coder"]
agent = true
"""
NAMED = {f"github:{name}": name for name in ("ann", "ben", "cat", "coder")}


def found(
    rule: str, events: list[pd.DataFrame], rows: list[dict[str, Any]], **more: pd.DataFrame
) -> list[Finding]:
    """Give the claims of a rule about pull requests, as of the end of January."""
    names = conform(pd.DataFrame({"kind": "account", "id": list(NAMED), "name": list(NAMED.values())}), NAMES)
    log = Log(names=names, pulls=pulls(*rows), pull_events=conform(pd.concat(events), PULL_EVENTS), **more)
    stream = stream_from_log(log, workflow=parse_workflow(WORKFLOW), as_of=instant("31 00:00"))
    return [finding for finding in stream.findings if finding.rule == rule]


def reviewed(number: int, *, by: str = "ben", author: str = "ann", at: str = "06 09:00") -> pd.DataFrame:
    """Give a pull request that was opened on the fifth at nine, asked about, and approved a day later."""
    return pull_events(
        number, ("05 09:00", "opened", author, None), (at, "review", by, "approved"),
        ("06 15:00", "merge", author, None),
    )  # fmt: skip


def merged(number: int, author: str = "ann") -> dict[str, Any]:
    return {
        "number": number, "created": "05 09:00", "merged": "06 15:00", "closed": "06 15:00", "author": f"github:{author}",
    }  # fmt: skip


def test_waiting_for_a_first_response_is_claimed_with_its_share() -> None:
    """A day of thirty hours from ready to merged: 80 %."""
    rows = [merged(n) for n in range(12)]
    (claim,) = found("review", [reviewed(n) for n in range(12)], rows)
    assert claim.claim == (
        "Half of the pull requests of the last 26 days had a first response within 1 d of being ready, 85 % within "
        "1 d (8 h in working time, median) (n = 12). Waiting for a review was 80 % of the time from ready to merged."
    )
    assert claim.title == "Pull requests wait 1 d for a first response (median)"


def test_claims_about_reviews_name_the_pull_requests_that_waited_longest() -> None:
    """Number 7 waited an hour longer than all others; an address that is no page of the web leads nowhere."""
    rows = [merged(n) for n in range(12)]
    rows[7] |= {"url": "https://github.com/shop/web/pull/7"}
    rows[0] |= {"url": "javascript:alert(1)"}
    events = [reviewed(n, at="06 10:00" if n == 7 else "06 09:00") for n in range(12)]
    (claim,) = found("review", events, rows)
    assert claim.pulls[:2] == (("web#7", "https://github.com/shop/web/pull/7"), ("web#0", None))
    assert len(claim.pulls) == 5
    assert "Pull requests: web#7, web#0, web#1, web#10, web#11." in claim.explain()
    assert 'href="https://github.com/shop/web/pull/7"' in Findings([claim])._repr_html_()


def test_reviews_that_rest_on_one_person_are_claimed_without_naming_them() -> None:
    """Ben did nine of twelve."""
    who = ["ben"] * 9 + ["cat"] * 3
    events = [reviewed(n, by=name) for n, name in enumerate(who)]
    (claim,) = found("reviewer", events, [merged(n) for n in range(12)])
    assert claim.title == "One person does 75 % of the reviews of team web"
    assert "ben" not in claim.explain()


def test_reviews_of_many_are_no_claim() -> None:
    """Four each: nothing rests on one of them."""
    events = [reviewed(n, by="ben" if n % 2 else "cat") for n in range(12)]
    events += [reviewed(n, by="ann", author="ben") for n in range(12, 20)]
    rows = [merged(n) for n in range(12)] + [merged(n, "ben") for n in range(12, 20)]
    assert found("reviewer", events, rows) == []


def test_what_nobody_else_reviewed_is_counted() -> None:
    """Three of twelve had no review; an author's own does not count."""
    events = [reviewed(n, by="ann" if n < 3 else "ben") for n in range(12)]
    (claim,) = found("unreviewed", events, [merged(n) for n in range(12)])
    assert "(3 of 12)" in claim.claim
    assert [key for key, _ in claim.pulls] == ["web#0", "web#1", "web#2"]
    assert claim.title == "25 % of merges were reviewed by nobody else"


def test_pull_requests_of_ai_agents_stand_apart() -> None:
    """Half of them are an agent's, and these wait ten times as long."""
    ours = [reviewed(n, at="05 10:00") for n in range(12)]
    theirs = [reviewed(n, author="coder", at="05 19:00") for n in range(12, 24)]
    rows = [merged(n) for n in range(12)] + [merged(n, "coder") for n in range(12, 24)]
    (claim,) = found("AI agents", ours + theirs, rows)
    assert "(12 of 24)" in claim.claim
    assert claim.pulls[0][0] == "web#12"
    assert claim.claim.endswith("They get a first response after 10 h (median), those of people after 1 h.")


def test_a_flaky_pipeline_is_named() -> None:
    """One failure in twelve was cured by running it again, an hour later."""
    usual = {"name": "test", "created": "05 09:00", "finished": "05 10:10", "outcome": "success"}
    attempts = [usual | {"commit": f"c{n}"} for n in range(11)]
    attempts.append(usual | {"commit": "c0", "finished": "05 09:10", "outcome": "failure"})
    (claim,) = found("flaky pipeline", [reviewed(1)], [merged(1)], pipelines=pipelines(*attempts))
    assert claim.subject == "test of web"
    assert claim.claim.endswith("(1 of 12): 1 h were lost until then.")


def test_without_pull_requests_nothing_is_claimed() -> None:
    """Not even of a pipeline."""
    stream = stream_from_log(Log(), workflow=Workflow(), as_of=instant("31 00:00"))
    assert [finding.rule for finding in stream.findings] == []
