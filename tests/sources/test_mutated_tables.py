"""Whatever a table or a list of deployments holds: it is read, or refused in one sentence."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.json_mutants import mutants
from tests.share import share
from vsm.errors import SourceError
from vsm.eventlog.from_deployments import log_from_deployments
from vsm.eventlog.from_tables import log_from_table
from vsm.sources.deployments_file import deployment_pages
from vsm.sources.table_file import row_pages
from vsm.tables import DEPLOYS, EVENTS, check

COLUMNS = {"ticket": "ID", "at": "When", "status": "State", "holder": "Who", "value": "Worth"}
ROWS = ["ID,When,State,Who,Worth", "7,2026-01-05 08:00,New,dev-1,3", "7,2026-01-06 08:00,Done,,", "8,2026-01-05T08:00:00Z,New,,x"]  # fmt: skip
ODD = st.sampled_from(["", "\x00", "\n", '"', ",", ";", "NaN", "0001-01-01 00:00", "9999-12-31 23:59", "10000-01-01", "é\ud800", "=1+1", "9" * 400])  # fmt: skip
DEPLOYMENTS = [
    {"time": "2026-01-31T08:00:00+01:00", "env": "production", "sha": "abc", "outcome": "ok", "id": 1},
    {"time": "2026-02-01T08:00:00Z", "environment": "test", "id": "2", "repository": "shop"},
]


def read_table(path: Path) -> None:
    with suppress(SourceError):
        pages = list(row_pages(path, columns=COLUMNS, timezone="UTC", skip_bad=True))
        bodies = [document.body for page in pages for document in page.documents]
        check(log_from_table(bodies, source="table:x").events, EVENTS)


def read_deployments(path: Path) -> None:
    with suppress(SourceError):
        bodies = [document.body for page in deployment_pages(path) for document in page.documents]
        check(log_from_deployments(bodies, source="deployments:x").deploys, DEPLOYS)


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 150), ODD), min_size=1, max_size=4), st.booleans())
@settings(max_examples=share(40, of=1000), deadline=None, suppress_health_check=list(HealthCheck))
def test_a_table_is_read_or_refused(tmp_path: Path, changes: list[tuple[int, str]], packed: bool) -> None:
    """Cells, separators and instants that are none, anywhere in the file."""
    text = "\n".join(ROWS)
    for place, odd in changes:
        text = text[:place] + odd + text[place + packed :]
    (tmp_path / "a.csv").write_text(text, encoding="utf-8", errors="surrogatepass")
    read_table(tmp_path / "a.csv")


@pytest.mark.slow
@given(mutants(DEPLOYMENTS))
@settings(max_examples=share(60, of=2000), deadline=None, suppress_health_check=list(HealthCheck))
def test_deployments_are_read_or_refused(tmp_path: Path, mutant: Any) -> None:
    """A line may be anything that JSON can say."""
    rows = mutant if isinstance(mutant, list) else [mutant]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    read_deployments(tmp_path / "a.jsonl")


@pytest.mark.parametrize(
    "line",
    ["null", "[" * 5000, '{"time": "0001-01-01T00:00:00+00:00", "env": "p"}', '{"time": "9999-12-31T23:59:59-14:00", "env": "p"}', '{"time": "2026-01-31T08:00:00Z", "env": "\\ud800"}', '{"time": "2026-W05-6T08:00:00Z", "env": "p"}', '{"time": "2026-01-31T08:00:00Z", "env": "p", "id": ' + "9" * 5000 + "}"],
    ids=["null", "deep", "year 1", "year 9999", "half a character", "week", "long"],
)  # fmt: skip
def test_what_a_list_of_deployments_may_hold(tmp_path: Path, line: str) -> None:
    """One sentence, or rows that can be used."""
    (tmp_path / "a.jsonl").write_text(line)
    read_deployments(tmp_path / "a.jsonl")
