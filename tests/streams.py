"""Whole streams for tests: hand-made chains of stages, and the sample."""

import json
import pickle
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd

from tests.artefacts import artefact
from tests.jira_bodies import STATUSES, history, issue, log_from_jira, moved
from vsm.archive_log import parts_from_archive
from vsm.config import parse_workflow
from vsm.eventlog.log import Log
from vsm.from_log import stream_from_log
from vsm.sample import build_reviews, build_sample, sample_workflow
from vsm.sample.plan import REPOSITORY
from vsm.sources.archive import open_archive
from vsm.sources.git_commits import commit_pages
from vsm.sources.github_file import document_page
from vsm.sources.jira_file import issue_pages
from vsm.stream import ValueStream

STAGES = {"Ready": ("1", "queue"), "Build": ("3", "work"), "Done": ("6", "done")}
START = pd.Timestamp("2026-01-05T09:00", tz="UTC")
Life = Sequence[tuple[str, float]]
MAKES_A_LOG = (
    "tests/streams.py",
    *(
        f"vsm/{room}"
        for room in ("sample", "sources", "eventlog", "config", "people", "clock", "tables", "errors.py")
    ),
    "vsm/read.py",
)
"""The code between a seed and the sample's log."""


def stream_of(
    *lifecycles: Life,
    names: Mapping[str, str] | None = None,
    by: str | None = None,
    as_of_day: float = 100,
    gone: Mapping[int, float] | None = None,
    resolutions: Mapping[int, str] | None = None,
    outcome: str = "",
    assumed: Mapping[str, str] | None = None,
    limits: Mapping[str, int] | None = None,
    settings: str = "",
) -> ValueStream:
    """A stream of tickets that go through these (stage, days) chains, each moved by its own person or ``by``.

    ``gone`` tells by number (from 1) on which day a ticket was found deleted, ``resolutions`` how one was
    resolved; ``outcome`` are lines of that section of vsm.toml; ``assumed`` tells by stage what its kind was
    guessed from, ``limits`` how many tickets may be in one; ``settings`` are further lines of vsm.toml.
    """
    shown = {stage: (names or {}).get(stage, stage) for stage in STAGES}
    sections = [
        f'[[stage]]\nname = {json.dumps(shown[stage])}\nkind = "{kind}"\nstatuses = ["jira:{status}"]\n'
        + (f'assumed = "{assumed[stage]}"\n' if assumed and stage in assumed else "")
        + (f"wip = {limits[stage]}\n" if limits and stage in limits else "")
        for stage, (status, kind) in STAGES.items()
    ]
    bodies = [
        _body(number, life, by or f"person-{number:02}", (resolutions or {}).get(number))
        for number, life in enumerate(lifecycles, start=1)
    ]
    losses = [_gone(number, day) for number, day in (gone or {}).items()]
    log = log_from_jira([*bodies, *losses])
    as_of = (START + pd.Timedelta(days=as_of_day)).as_unit("us")
    workflow = parse_workflow("\n".join([*sections, settings, f"[outcome]\n{outcome}"]))
    return stream_from_log(log, workflow=workflow, as_of=as_of)


def _gone(number: int, day: float) -> dict[str, object]:
    noticed = (START + pd.Timedelta(days=day)).isoformat()
    return {"type": "gone", "issue": str(1000 + number), "how": "deleted", "noticed": noticed}


def _body(number: int, life: Life, by: str, resolution: str | None) -> dict[str, object]:
    at, histories = START, []
    for position, ((stage, days), (following, _)) in enumerate(pairwise(life)):
        at += pd.Timedelta(days=days)
        item = moved(STAGES[stage][0], STAGES[following][0])
        histories.append(history(number * 100 + position, f"{at:%Y-%m-%dT%H:%M:%S}.000+0000", item, by=by))
    now = STAGES[life[-1][0]][0]
    assert now in STATUSES
    return issue(number, *histories, now=now, resolution={"name": resolution} if resolution else None)


@cache
def sample_stream(folder: Path) -> ValueStream:
    """The sample's stream, pulled into an archive like real data; its folder is the fixture ``sample_folder``."""
    log: Log = pickle.loads((folder / "log.pickle").read_bytes())
    as_of = pd.Timestamp((folder / "as_of").read_text())
    return stream_from_log(log, workflow=parse_workflow(sample_workflow()), as_of=as_of)


@cache
def reviewed_stream() -> ValueStream:
    """The sample's stream with its pull requests, reviews and pipelines, of ``vsm demo --reviews``."""
    folder = reviews_folder()
    log: Log = pickle.loads((folder / "log.pickle").read_bytes())
    as_of = pd.Timestamp((folder / "as_of").read_text())
    workflow = parse_workflow(sample_workflow(reviews=True))
    return stream_from_log(log, workflow=workflow, as_of=as_of)


def reviews_folder() -> Path:
    """Where its archive and log are."""
    return artefact("reviews", _make_reviews, of=MAKES_A_LOG)


def _make_reviews(folder: Path) -> None:
    sample, reviews = build_sample(folder), build_reviews(folder)
    with open_archive(folder / "archive.sqlite") as archive:
        archive.store(issue_pages(sample.issues), source="jira", scope="sample", at=sample.as_of)
        archive.store(commit_pages(sample.repository), source="git:shop", scope="sample", at=sample.as_of)
        archive.store(document_page(reviews), source=f"github:{REPOSITORY}", scope="sample", at=sample.as_of)
        (folder / "log.pickle").write_bytes(pickle.dumps(parts_from_archive(archive).log()))
    (folder / "as_of").write_text(sample.as_of.isoformat())


def sample_files() -> Path:
    """The folder of the sample's export, repository, archive and log; to read only."""
    return artefact("sample", _make_sample, of=MAKES_A_LOG)


def _make_sample(folder: Path) -> None:
    sample = build_sample(folder)
    with open_archive(folder / "archive.sqlite") as archive:
        archive.store(issue_pages(sample.issues), source="jira", scope="sample", at=sample.as_of)
        archive.store(commit_pages(sample.repository), source="git:shop", scope="sample", at=sample.as_of)
        (folder / "log.pickle").write_bytes(pickle.dumps(parts_from_archive(archive).log()))
    (folder / "as_of").write_text(sample.as_of.isoformat())
