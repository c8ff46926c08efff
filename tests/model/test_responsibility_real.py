"""Responsibility and alignment of two real trackers: plausible, and equal to plain counting."""

import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.real_streams import TRACKERS, WORKFLOW, real_log
from vsm.archive_log import parts_from_archive
from vsm.config import parse_workflow
from vsm.figures import (
    defects_table,
    disciplines_table,
    end_to_end_table,
    first_handoffs_table,
    flow_distribution_bars,
    knowledge_table,
    objective_table,
    planned_table,
)
from vsm.from_log import stream_from_log
from vsm.model.alignment import alignment_of_tickets
from vsm.model.lifecycle import completed
from vsm.model.objectives import flow_by_period, flow_distribution, objective_costs, planned_share
from vsm.model.responsibility import (
    defects_fixed_at_home,
    end_to_end_by_team,
    end_to_end_share,
    first_handovers,
    fixes_of_defects,
    knowledge_at_risk,
    multi_discipline_work,
    production_of_tickets,
    ticket_disciplines,
    ticket_owners,
)
from vsm.quality.tracker import check_alignment
from vsm.sources.archive import open_archive
from vsm.sources.git_commits import commit_pages
from vsm.sources.git_process import create_repository
from vsm.sources.jira_file import issue_pages
from vsm.stream import ValueStream

AT = datetime(2026, 1, 5, tzinfo=UTC)
SAID = """
[alignment]
unplanned = ["label:unplanned"]
[alignment.objectives]
"Reach" = ["component:UI", "component:Solr/Search 6.x"]
"""


def real_stream(folder: Path, tracker: str) -> ValueStream:
    """The stream; the three busiest holders are team A, all others team B."""
    log = real_log(folder, tracker)
    workflow = parse_workflow(WORKFLOW + SAID)
    plain = stream_from_log(log, workflow=workflow, as_of=log.events["at"].max())
    holders = plain.visits["holder"].astype("str").value_counts()
    members = {"A": list(holders.index[:3]), "B": list(holders.index[3:])}
    teams = "".join(f'[[team]]\nname = "{name}"\nmembers = {json.dumps(m)}\n' for name, m in members.items())
    return stream_from_log(
        log, workflow=parse_workflow(WORKFLOW + teams + SAID), as_of=log.events["at"].max()
    )


def bodies(folder: Path, tracker: str) -> list[dict[str, object]]:
    with gzip.open(folder / tracker / "issues.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize("tracker", TRACKERS)
def test_tickets_bear_the_trackers_components_and_labels(real_data: Path, tracker: str) -> None:
    """As often as the bodies name each; blanks at the end of a name are no part of it."""
    tickets = real_log(real_data, tracker).tickets
    raw: Counter[str] = Counter()
    for body in bodies(real_data, tracker):
        fields = body["fields"]
        assert isinstance(fields, dict)
        raw.update({part["name"].strip() for part in fields["components"]})
    found = Counter(part for told in tickets["components"].dropna() for part in told.split("; "))
    assert found == raw
    assert sum(found.values()) > 400


@pytest.mark.parametrize("tracker", TRACKERS)
def test_a_real_tracker_is_told_and_rendered(real_data: Path, tracker: str) -> None:
    """Every measure and every table; sums hold, unknown things are named, and no person is."""
    stream = real_stream(real_data, tracker)
    aligned = alignment_of_tickets(stream.tickets, workflow=stream.workflow)
    owners = ticket_owners(
        stream.visits, handoffs=stream.handoffs, lifecycles=stream.lifecycles, events=stream.events,
        commits=stream.commits, stages=stream.stages,
    )  # fmt: skip
    whole, teams = end_to_end_share(owners, minimum=12), end_to_end_by_team(owners, minimum=12)
    done = completed(stream.lifecycles)
    (row,) = whole.to_dict("records")
    assert len(owners) == len(done) == row["n"] + row["unknown"] + row["unworked"]
    assert row["n"] > 50
    assert 0.5 < row["low"] < row["share"] < row["high"] <= 1
    assert teams["carried"].sum() == row["carried"]
    places = first_handovers(owners, tickets=stream.tickets)
    assert places["tickets"].sum() == row["n"] - row["carried"]
    costs = objective_costs(stream.lifecycles, alignment=aligned, tickets=stream.tickets, minimum=12)
    assert costs["delivered"].sum() == len(done)
    assert costs["wait"].sum() / done["wait"].sum() == pytest.approx(1.0)
    assert {"Reach", "none named"} <= set(costs["objective"])
    flows = flow_distribution(stream.lifecycles, alignment=aligned, minimum=12)
    types = stream.tickets.set_index(stream.tickets["ticket"].astype("str"))["type"].astype("str")
    bugs = int((types.reindex(done["ticket"]) == "Bug").sum())
    assert (
        abs(int(flows.loc[flows["flow"] == "defect", "tickets"].sum()) - bugs) <= 2
    )  # a sub-task of a bug is a defect too
    assert flow_by_period(stream.lifecycles, alignment=aligned, minimum=12)["tickets"].sum() == len(done)
    mended = fixes_of_defects(
        stream.lifecycles, alignment=aligned, visits=stream.visits, events=stream.events, commits=stream.commits,
        tickets=stream.tickets,
    )  # fmt: skip
    home = defects_fixed_at_home(mended, minimum=12)
    assert home["missing"].str.startswith("no defect names the change").all()
    at_risk = knowledge_at_risk(
        stream.visits,
        tickets=stream.tickets,
        commits=stream.commits,
        as_of=done["finished"].max(),
        days=1500,
        minimum=12,
    )
    joint = ticket_disciplines(
        stream.visits, lifecycles=stream.lifecycles, events=stream.events, stages=stream.stages
    )
    shown = [
        end_to_end_table(whole, teams=teams),
        first_handoffs_table(places),
        knowledge_table(at_risk),
        defects_table(home),
        disciplines_table(multi_discipline_work(joint, stages=stream.stages, minimum=12)),
        objective_table(costs),
        planned_table(planned_share(stream.lifecycles, alignment=aligned, minimum=12)),
    ]
    pages = "".join(table.to_html() for table in shown)
    figure = flow_distribution_bars(flows)
    assert "defect" in figure.layout.meta["alt"]
    people = stream.visits["holder"].dropna().unique()
    assert not [name for name in people if name in pages or name in figure.to_json()]
    assert "nan" not in pages.replace("maintenance", "")


def test_duraclouds_unplanned_work_is_what_was_labelled_so(real_data: Path) -> None:
    """Of 21 tickets with the label two are not finished, and one was discarded; Islandora has no such label."""
    stream = real_stream(real_data, "duracloud")
    aligned = alignment_of_tickets(stream.tickets, workflow=stream.workflow)
    assert int((~aligned["planned"]).sum()) == 21
    (row,) = planned_share(stream.lifecycles, alignment=aligned, minimum=12).to_dict("records")
    assert (row["unplanned"], row["n"]) == (18, 477)
    islandora = real_log(real_data, "islandora").tickets
    details = check_alignment(islandora, workflow=parse_workflow(SAID))["detail"]
    assert "'label:unplanned' in [alignment]" in " ".join(details)


def test_duraclouds_releases_tell_when_tickets_reached_production(real_data: Path, tmp_path: Path) -> None:
    """By plain counting over its commits; where it waits for a release, its own commits say so."""
    create_repository(
        tmp_path / "duracloud.git",
        fast_import=gzip.decompress((real_data / "duracloud" / "history.fast-import.gz").read_bytes()),
    )
    with open_archive(tmp_path / "archive.sqlite") as archive:
        issues = issue_pages(real_data / "duracloud" / "issues.jsonl.gz")
        archive.store(issues, source="jira", scope="f", at=AT)
        archive.store(commit_pages(tmp_path / "duracloud.git"), source="git:duracloud", scope="r", at=AT)
        log = parts_from_archive(archive).log()
    stream = stream_from_log(log, workflow=parse_workflow(WORKFLOW), as_of=log.events["at"].max())
    found = production_of_tickets(stream.lifecycles, events=stream.events, commits=stream.commits)
    released = {
        str(row["commit"]): row["released"]
        for row in stream.commits.to_dict("records")
        if pd.notna(row["merged_at"])
    }
    expected: dict[str, list[pd.Timestamp]] = {str(ticket): [] for ticket in found["ticket"]}
    for row in stream.events.to_dict("records"):
        if row["kind"] in {"commit", "merge"} and row["ref"] in released and row["ticket"] in expected:
            expected[row["ticket"]].append(released[row["ref"]])
    for row in found.to_dict("records"):
        outs = expected[row["ticket"]]
        waits = any(pd.isna(out) for out in outs)
        by = "done" if not outs else "waits for a release" if waits else "released"
        assert row["production_by"] == by
        if by != "waits for a release":
            assert row["production"] == (max(outs) if outs else row["finished"])
    assert (found["production_by"] == "released").sum() > 100
    at_risk = knowledge_at_risk(
        stream.visits,
        tickets=stream.tickets,
        commits=stream.commits,
        as_of=stream.as_of,
        days=365,
        minimum=12,
    )
    (shop,) = at_risk[at_risk["what"] == "repository"].to_dict("records")
    assert (shop["area"], shop["unit"], shop["only"]) == ("duracloud", "commits", False)
    assert 0.3 < shop["share_of_top"] < 1
