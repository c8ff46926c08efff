"""Keys in messages, branches and tags: what names a ticket, and what only looks like it."""

import pandas as pd
import pytest

from vsm.eventlog.ticket_keys import KeyFinder, ticket_keys
from vsm.tables import EVENTS, TICKETS, conform, empty

KEYS = {f"SHOP-{number}": f"jira:{number}" for number in range(1, 6)}


@pytest.mark.parametrize(
    "text",
    ["SHOP-4: fix", "[SHOP-4] fix", "shop-4_fix", "feature/SHOP-4-x", "Fixes SHOP-4.", "see shop-4, please",
     "(SHOP-4)", "SHOP-4.Next sentence", "bugfix/shop-4-rc-form", "SHOP-4-final", "SHOP-4.patch", "apply SHOP-4.diff",
     "feature/SHOP-4-beta-programme", "shop-4-dev", "SHOP-4+SHOP-4", "shop-4_snapshot_tests", "SHOP-4.log"],
)  # fmt: skip
def test_a_key_is_found_in_any_surroundings(text: str) -> None:
    """In any case, in brackets, at the end of a sentence, in the name of a branch."""
    assert KeyFinder(KEYS).tickets(text) == ["jira:4"]


@pytest.mark.parametrize(
    "text",
    ["prepare release shop-4.0.0", "shop-5.1", "Release SHOP-4.2-rc1", "shop-4.x", "shop-4-rc1", "shop-4-rc.2",
     "shop-4-SNAPSHOT", "shop-4-0-0-repo", "bump shop-1.2.3.4 to shop-2.0",
     "shop-4.tar.gz", "upload shop-4-src.zip and shop-4-py3-none-any.whl", "shop-4-beta", "SHOP-4-beta2", "shop-4_alpha.1",
     "shop-4~rc1", "shop-4.jar", "shop-4-linux-amd64.deb", "shop-4-m3", "shop-4+build.7", "shop-4-arm64", "shop-4-preview"],
)  # fmt: skip
def test_a_version_is_no_key(text: str) -> None:
    """Nor is it counted as one that nobody pulled."""
    finder = KeyFinder(KEYS)
    assert finder.tickets(text) == []
    assert not finder.unknown


@pytest.mark.parametrize(
    ("aliases", "known"),
    [
        ({"OLD": "NEW"}, {"OLD-1", "OLD-2"}),
        ({"old": "new", "X": "Y"}, {"OLD-1", "OLD-2"}),
        ({"B": "NEW", "A": "B"}, {"A-1", "A-2", "B-1", "B-2"}),
        ({"A": "B", "B": "A"}, set()),
    ],
)
def test_a_renamed_project_has_its_former_keys(aliases: dict[str, str], known: set[str]) -> None:
    """Also where it was renamed twice, in any order and case; of a circle nothing comes."""
    rows = pd.DataFrame({"ticket": ["jira:1", "jira:2"], "key": ["NEW-1", "NEW-2"], "project": "NEW"})
    tickets = conform(rows.assign(created=pd.Timestamp("2026-01-05", tz="UTC")), TICKETS)
    keys = ticket_keys(tickets, empty(EVENTS), aliases=aliases)
    assert keys == {"NEW-1": "jira:1", "NEW-2": "jira:2"} | {key: f"jira:{key[-1]}" for key in known}


def test_a_former_key_that_another_ticket_bears_is_that_tickets() -> None:
    """A new project took the old name: what is there today wins."""
    rows = pd.DataFrame({"ticket": ["jira:1", "jira:9"], "key": ["NEW-1", "OLD-1"], "project": "NEW"})
    tickets = conform(rows.assign(created=pd.Timestamp("2026-01-05", tz="UTC")), TICKETS)
    assert ticket_keys(tickets, empty(EVENTS), aliases={"OLD": "NEW"})["OLD-1"] == "jira:9"
