"""Keys in messages, branches and tags: what names a ticket, and what only looks like it."""

import pytest

from vsm.eventlog.ticket_keys import KeyFinder

KEYS = {f"SHOP-{number}": f"jira:{number}" for number in range(1, 6)}


@pytest.mark.parametrize(
    "text",
    ["SHOP-4: fix", "[SHOP-4] fix", "shop-4_fix", "feature/SHOP-4-x", "Fixes SHOP-4.", "see shop-4, please",
     "(SHOP-4)", "SHOP-4.Next sentence", "bugfix/shop-4-rc-form", "SHOP-4-final"],
)  # fmt: skip
def test_a_key_is_found_in_any_surroundings(text: str) -> None:
    """In any case, in brackets, at the end of a sentence, in the name of a branch."""
    assert KeyFinder(KEYS).tickets(text) == ["jira:4"]


@pytest.mark.parametrize(
    "text",
    ["prepare release shop-4.0.0", "shop-5.1", "Release SHOP-4.2-rc1", "shop-4.x", "shop-4-rc1", "shop-4-rc.2",
     "shop-4-SNAPSHOT", "shop-4-0-0-repo", "bump shop-1.2.3.4 to shop-2.0"],
)  # fmt: skip
def test_a_version_is_no_key(text: str) -> None:
    """Nor is it counted as one that nobody pulled."""
    finder = KeyFinder(KEYS)
    assert finder.tickets(text) == []
    assert not finder.unknown
