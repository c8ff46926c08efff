"""Nothing is lost and nothing comes twice, whatever the server does."""

from pathlib import Path

import pytest

from tests.frames import assert_equal
from tests.jira_server import Traps, When, serve
from tests.sources.jira_api.lab import (
    MODES,
    PART,
    SHORT,
    SILENT,
    Mode,
    events,
    events_of_file,
    issues,
    pull,
    site_of,
)
from vsm.sources.archive import open_archive

OFTEN = When(share=0.2)
SWITCHES = {
    "embedded 20": Traps(embedded_changelog_cap=20),
    "embedded 40": Traps(embedded_changelog_cap=40),
    "embedded 100": Traps(embedded_changelog_cap=100),
    "descending": Traps(descending=True),
    "split bulk pages": Traps(bulk_page_cap=7),
    "created as text": Traps(iso_created=True),
    "missing from": Traps(missing_from=5),
    "short pages": Traps(short_pages=True),
    "page cap": Traps(page_cap=7),
    "repeated token": Traps(repeated_token=True, often=When(nth=(2, 5))),
    "empty page": Traps(empty_page=True, often=OFTEN),
    "duplicates": Traps(duplicates=True),
    "stale search": Traps(stale_search=50),
    "429 seconds": Traps(rate_limit="seconds", often=OFTEN),
    "429 date": Traps(rate_limit="date", often=OFTEN),
    "429 alone": Traps(rate_limit="missing", often=OFTEN),
    "500": Traps(server_error=500, often=OFTEN),
    "502": Traps(server_error=502, often=OFTEN),
    "503": Traps(server_error=503, often=OFTEN),
    "504": Traps(server_error=504, often=OFTEN),
    "hang": SILENT,
    "reset": Traps(reset=True, often=OFTEN),
    "truncated": Traps(truncated=True, often=OFTEN),
    "cut JSON": Traps(cut_json=True, often=OFTEN),
    "a page": Traps(html=True, often=OFTEN),
    "New York": Traps(user_timezone="America/New_York"),
    "Auckland": Traps(user_timezone="Pacific/Auckland"),
}


@pytest.mark.parametrize("mode", MODES)
def test_a_live_pull_tells_what_the_export_tells(real_data: Path, tmp_path: Path, mode: Mode) -> None:
    """All 739 tickets, event by event."""
    path = real_data / "duracloud" / "issues.jsonl.gz"
    with serve(site_of(path, mode)) as run, open_archive(tmp_path / "a.sqlite") as archive:
        state = pull(run, archive, mode)
        assert state.finished is not None
        assert len(issues(archive)) == 739
        assert_equal(events(archive), events_of_file(path))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", SWITCHES)
def test_no_trap_costs_an_event(real_data: Path, tmp_path: Path, mode: Mode, name: str) -> None:
    """Each trap alone."""
    path = real_data / "duracloud" / "issues.jsonl.gz"
    with (
        serve(site_of(path, mode, PART), SWITCHES[name]) as run,
        open_archive(tmp_path / "a.sqlite") as archive,
    ):
        pull(run, archive, mode, page_size=20, timeout=SHORT)
        assert_equal(events(archive), events_of_file(path, PART))


@pytest.mark.parametrize("mode", MODES)
def test_changes_without_an_author_are_kept(real_data: Path, tmp_path: Path, mode: Mode) -> None:
    """Nobody is named for them, and nothing else differs."""
    path = real_data / "duracloud" / "issues.jsonl.gz"
    with (
        serve(site_of(path, mode, PART), Traps(null_author=3)) as run,
        open_archive(tmp_path / "a.sqlite") as archive,
    ):
        pull(run, archive, mode)
        live, exported = events(archive), events_of_file(path, PART)
    assert live["actor"].isna().sum() > exported["actor"].isna().sum()
    assert_equal(live.drop(columns="actor"), exported.drop(columns="actor"))
