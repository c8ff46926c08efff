"""A list of deployments is read whole or refused, and told by line."""

import json
from pathlib import Path
from typing import Any

import pytest

from vsm.errors import SourceError
from vsm.eventlog.from_deployments import log_from_deployments
from vsm.sources.deployments_file import deployment_pages

GOOD = "Time;Env;SHA;Result;id\n2026-01-05T09:00:00+01:00;production;ABC1;OK;d7\n2026-01-06T09:00:00Z;staging;;;\n"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path, **options: str) -> list[dict[str, Any]]:
    return [dict(document.body) for page in deployment_pages(path, **options) for document in page.documents]


def test_csv_with_other_names_and_separators_is_read(tmp_path: Path) -> None:
    """Columns by any of their usual names; a row without an id is called by its line."""
    first, second = read(written(tmp_path / "d.csv", "\ufeff" + GOOD), repository="shop")
    assert first == {
        "deploy": "d7", "line": 2, "at": "2026-01-05T09:00:00+01:00", "environment": "production",
        "commit": "ABC1", "outcome": "OK", "repository": "shop",
    }  # fmt: skip
    assert (second["deploy"], second["commit"], second["environment"]) == ("3", None, "staging")


def test_json_lines_are_read(tmp_path: Path) -> None:
    """One object a line; the environment may be named for all."""
    path = written(tmp_path / "d.jsonl", '{"at": "2026-01-05T09:00:00Z", "commit": "abc"}\n\n')
    (body,) = read(path, environment="production")
    assert (body["deploy"], body["environment"], body["commit"]) == ("1", "production", "abc")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("d.txt", "", r"none of \.csv, \.tsv, \.xlsx, \.parquet, \.jsonl"),
        ("d.csv", "commit\nabc\n", "no column is called time or at or"),
        (
            "d.csv",
            "time,env\n2026-01-05 09:00,production\n",
            "line 2: no readable time '2026-01-05 09:00', write",
        ),
        ("d.csv", "time,env\n,production\n", "line 2: no time"),
        ("d.csv", "time\n2026-01-05T09:00:00Z\n", "line 2: no environment; name it with --environment"),
        ("d.csv", "time,env\n2026-01-05T09:00:00Z,p,q\n", "line 2 has 3 cells under 2 columns"),
        ("d.jsonl", "[1]\n", "line 1 is no object"),
        ("d.jsonl", "{", "cannot be read"),
        ("d.jsonl", '{"at": NaN, "env": "production"}', "line 1: no readable time 'nan'"),
        ("d.jsonl", '{"at": "a", "at": "b"}', "line 1: the key 'at' stands twice in one object"),
    ],
)
def test_what_cannot_be_used_is_refused_by_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    """Before anything is given."""
    with pytest.raises(SourceError, match=message):
        read(written(tmp_path / name, text))


def test_outcomes_become_three_words_and_strange_ones_are_told(tmp_path: Path) -> None:
    """Success, failure, unknown; an empty one is unknown without a word about it."""
    rows = "".join(
        f"2026-01-05T0{n}:00:00Z,p,{word}\n" for n, word in enumerate(("OK", "Rolled back", "", "amber"))
    )
    documents = read(written(tmp_path / "d.csv", "time,env,outcome\n" + rows))
    log = log_from_deployments(documents, source="deployments:d")
    assert log.deploys["outcome"].astype("str").tolist() == ["success", "failure", "unknown", "unknown"]
    assert log.quality["detail"].tolist() == [
        "outcome 'amber' of 1 deployment is taken as unknown; write success or failure"
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"created_at": "2026-01-05T09:00:00Z", "environment": {"id": 9, "name": "prod"}, "sha": "abc",
         "status": "success"},
        {"completedOn": "2026-01-05T09:00:00Z", "releaseEnvironment": {"id": 4, "name": "prod"},
         "commit": "abc", "deploymentStatus": "success", "status": "completed"},
        {"lastUpdated": "2026-01-05T09:00:00Z", "environment": {"displayName": "prod"},
         "revision": "abc", "state": "success"},
        {"completed_at": "2026-01-05T09:00:00Z", "env": "prod", "commit": {"sha": "abc"},
         "status": "completed", "conclusion": "success"},
    ],
)  # fmt: skip
def test_the_rows_of_hosts_are_read_as_they_are(tmp_path: Path, row: dict[str, Any]) -> None:
    """GitLab, Azure DevOps, Jira and GitHub: environments may be objects, and a conclusion beats a status."""
    (body,) = read(written(tmp_path / "d.jsonl", json.dumps(row)))
    assert (body["environment"], body["commit"], body["outcome"]) == ("prod", "abc", "success")


UPDATES = """id,time,env,status
7,2026-01-05T09:00:00Z,prod,success
7,2026-01-05T08:00:00Z,prod,pending
7,2026-01-05T09:30:00+01:00,prod,in_progress
8,2026-01-06T09:00:00Z,prod,failure
7,2026-01-06T10:00:00Z,prod,inactive
7,2026-01-04T09:00:00Z,staging,success
,2026-01-07T09:00:00Z,prod,success
"""


def test_rows_of_one_id_are_updates_of_one_deployment(tmp_path: Path) -> None:
    """The last by time counts, in any order and zone; that it was replaced later is no outcome of it."""
    log = log_from_deployments(read(written(tmp_path / "d.csv", UPDATES)), source="deployments:d")
    rows = log.deploys.astype({"outcome": "str", "environment": "str"})
    assert rows[["deploy", "environment", "outcome"]].to_numpy().tolist() == [
        ["7 staging", "staging", "success"],
        ["7 prod", "prod", "success"],
        ["8", "prod", "failure"],
        ["line 8", "prod", "success"],
    ]
    assert rows["at"].tolist()[1].isoformat() == "2026-01-05T09:00:00+00:00"
    assert log.quality.loc[log.quality["check"] == "updates of deployments", "detail"].tolist() == [
        "4 rows are taken for updates of 1 deployment, since they share id and environment; the last of "
        "each counts"
    ]


def test_updates_that_reached_nothing_are_left_out(tmp_path: Path) -> None:
    """Pending, then canceled; the other one only ever became inactive."""
    text = "".join(
        json.dumps({"id": number, "at": f"2026-01-05T0{hour}:00:00Z", "env": "prod", "state": state}) + "\n"
        for number, hour, state in (
            (1, 1, "canceled"),
            (1, 0, "pending"),
            (2, 0, "queued"),
            (2, 1, "inactive"),
        )
    )
    log = log_from_deployments(read(written(tmp_path / "d.jsonl", text)), source="deployments:d")
    assert log.deploys.empty


def test_workbooks_and_other_encodings_are_read_as_tables_are(tmp_path: Path) -> None:
    """By the reader of tables: UTF-16, tabs and bars too."""
    (tmp_path / "d.csv").write_text("time|env|id\n2026-01-05T09:00:00Z|prod|7\n", encoding="utf-16")
    (first,) = read(tmp_path / "d.csv")
    (second,) = read(written(tmp_path / "d.tsv", "time\tenv\tid\n2026-01-05T09:00:00Z\tprod\t7\n"))
    assert (
        (first["deploy"], first["environment"]) == (second["deploy"], second["environment"]) == ("7", "prod")
    )
