"""When is a changelog asked for again? When it contradicts itself or the issue."""

from typing import Any

import pytest

from vsm.sources.jira_api.changelog import is_doubtful


def issue(now: str, *moves: tuple[str | None, str | None], **about: Any) -> dict[str, Any]:
    """An issue in status ``now`` whose changelog tells these moves, an hour apart."""
    histories = [
        {
            "id": str(n),
            "created": f"2026-01-05T{n:02}:00:00.000+0000",
            "items": [{"field": "status", "from": before, "to": after}],
        }
        for n, (before, after) in enumerate(moves)
    ]
    return {"fields": {"status": {"id": now}}, "changelog": {"histories": histories} | about}


@pytest.mark.parametrize(
    "whole",
    [issue("1"), issue("3", ("1", "3")), issue("1", ("1", "3"), ("3", "1")), issue("3", ("1", "3"), total=1)],
    ids=["no move", "one move", "there and back", "counted"],
)
def test_a_whole_changelog_is_trusted(whole: dict[str, Any]) -> None:
    """It leaves what it entered, and ends where the issue is."""
    assert not is_doubtful(whole)


@pytest.mark.parametrize(
    "cut",
    [
        issue("6", ("1", "3"), total=2),
        issue("6", ("1", "3")),
        issue("6", ("1", "3"), ("5", "6")),
        issue("3", (None, "3")),
    ],
    ids=["total says more", "ends elsewhere", "broken chain", "first says not from where"],
)
def test_a_contradiction_is_seen(cut: dict[str, Any]) -> None:
    """Each of the four invariants."""
    assert is_doubtful(cut)


def test_the_order_in_which_histories_come_tells_nothing() -> None:
    """Cloud gives the newest first."""
    backwards = issue("1", ("1", "3"), ("3", "1"))
    backwards["changelog"]["histories"].reverse()
    assert not is_doubtful(backwards)
