"""``vsm explain``: one ticket's life in the terminal, with pseudonyms unless names are asked for."""

import json
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.jira_bodies import history, issue, moved

pytestmark = pytest.mark.slow


@pytest.fixture
def work(tmp_path: Path, vsm: Shell) -> Path:
    """A work folder with three tickets that one person moved."""
    bodies = [
        issue(
            n,
            history(n * 10, f"2026-01-05T10:{n:02}:00.000+0000", moved("1", "3"), by="person-07"),
            history(n * 10 + 1, f"2026-01-12T11:{n:02}:00.000+0000", moved("3", "6"), by="person-07"),
            now="6",
        )
        for n in range(1, 4)
    ]
    export = tmp_path / "issues.jsonl"
    export.write_text("\n".join(json.dumps(body) for body in bodies))
    folder = tmp_path / "work"
    assert vsm("init", "--dir", folder) == 0
    assert vsm("pull", "--dir", folder, "jira", "--file", export) == 0
    assert vsm("init", "--dir", folder, "--infer") == 0
    return folder


def test_a_life_is_told_with_pseudonyms_unless_names_are_asked_for(vsm: Shell, work: Path) -> None:
    """Visits, work and waits with their rules; the last line is the sum."""
    assert vsm("explain", "AB-2", "--dir", work, "--names") == 0
    assert "2. In Progress (work): 2026-01-05 10:02 to 2026-01-12 11:02, 7 d 01:00:00" in vsm.out
    assert "moved it to In Progress" in vsm.out
    assert "person-07" in vsm.out.lower().replace(" ", "-")
    assert vsm.out.splitlines()[-1].startswith("Waits ")
    assert " = lead time " in vsm.out
    assert vsm("explain", "ab-2", "--dir", work) == 0
    assert "person-07" not in vsm.out.lower().replace(" ", "-")
    assert "P-" in vsm.out


def test_an_unknown_key_is_the_users_mistake(vsm: Shell, work: Path) -> None:
    """Exit 2, and near keys."""
    assert vsm("explain", "AB-22", "--dir", work) == 2
    assert "no ticket has the key 'AB-22'; near: AB-2" in vsm.err
