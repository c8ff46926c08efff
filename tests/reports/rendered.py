"""Work folders with their reports and slides, rendered once for all tests of pages; to read only."""

import gzip
import json
import subprocess
from pathlib import Path
from typing import Final

from tests.artefacts import ROOT, artefact
from tests.installed import built, installed, said
from tests.real_streams import WORKFLOW
from tests.reports.pages import run_vsm

CODE: Final = ("vsm", "notebooks", "tests/reports/rendered.py", "tests/installed.py", "tests/real_streams.py")
"""What a page depends on."""
PLANTED: Final = "for Person 13, [~person-07] or 'Person 01' <person-13@example.org>"
SMALL: Final = {"Zebras": ["Person 13"], "Okapis": ["Person 07", "Person 01"]}
LARGE: Final = {"Wombats": [f"Person {number:02}" for number in (*range(2, 7), *range(8, 13))]}


def demo_work() -> Path:
    """The work folder of ``vsm demo``, made by the installed wheel, with its report and slides in all formats."""
    return artefact("demo", _make_demo, of=(*CODE, "pyproject.toml")) / "demo-at-work"


def _make_demo(folder: Path) -> None:
    wheel = built("wheel", ROOT, folder / "wheel")
    script = installed(wheel, folder / "environment")
    (folder / "demo.txt").write_text(
        said(script, "demo", "--dir", "demo-at-work", where=folder), encoding="utf-8"
    )
    said(script, "slides", "--dir", "demo-at-work", "--pdf", "--pptx", where=folder)


def planted_work(known: Path) -> Path:
    """DuraCloud with its repository, an address and names in every title, and two teams of few people."""
    return artefact("planted", lambda folder: _make_planted(folder, known), of=CODE) / "real-at-work"


def _make_planted(folder: Path, known: Path) -> None:
    work = folder / "real-at-work"
    work.mkdir()
    with gzip.open(known / "issues.jsonl.gz", "rt", encoding="utf-8") as lines:
        bodies = [json.loads(line) for line in lines]
    for body in bodies:
        body["fields"]["summary"] = f"{body['fields']['summary'][:20]} {PLANTED}"
    export = work / "export.jsonl"
    export.write_text("\n".join(json.dumps(body) for body in bodies), encoding="utf-8")
    repository = work / "duracloud.git"
    subprocess.run(["git", "init", "--quiet", "--bare", repository], check=True)
    history = gzip.decompress((known / "history.fast-import.gz").read_bytes())
    subprocess.run(["git", "-C", repository, "fast-import", "--quiet"], input=history, check=True)
    teams = [
        f'[[team]]\nname = "{name}"\nmembers = {json.dumps(who)}' for name, who in (SMALL | LARGE).items()
    ]
    (work / "vsm.toml").write_text("\n".join([WORKFLOW, *teams]))
    run_vsm("pull", "--dir", work, "jira", "--file", export)
    run_vsm("pull", "--dir", work, "git", "--repo", repository)
    run_vsm("report", "--dir", work)
    run_vsm("slides", "--dir", work)


def tracker_work(known: Path) -> Path:
    """One tracker's export under the real trackers' workflow, with its report."""
    return artefact(
        known.name, lambda folder: make_tracker(folder, known / "issues.jsonl.gz", "report"), of=CODE
    )


def make_tracker(work: Path, file: Path, *forms: str) -> None:
    """Pull one export, and render it as ``report`` or ``slides``."""
    (work / "vsm.toml").write_text(WORKFLOW)
    run_vsm("pull", "--dir", work, "jira", "--file", file)
    for form in forms:
        run_vsm(form, "--dir", work)


def report_of(work: Path) -> Path:
    """The folder of a work folder's only report."""
    (run,) = [folder for folder in (work / "runs").iterdir() if folder.name.endswith("Z")]
    return run


def deck_of(work: Path) -> Path:
    """The page of a work folder's only slides."""
    (deck,) = (work / "runs").glob("*-slides/retro.html")
    return deck
