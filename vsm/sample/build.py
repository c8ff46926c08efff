"""The sample's files: issue bodies, a Git repository, and the texts of vsm.toml and experiments.toml."""

import gzip
import json
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from vsm.errors import InputError
from vsm.sample import plan
from vsm.sample.bodies import account_id, bodies_from_story
from vsm.sample.commits import commits_from_story
from vsm.sample.reviews import documents_from_story
from vsm.sample.story import story_from_seed
from vsm.sources.git_process import create_repository

_MARK: Final = "description"  # Git's file for a word on a bare repository
_OURS: Final = "The sample of vsm\n"
HEAD: Final = """\
# How the sample's small business works. A good start for a file of your own:
# every status of the tracker belongs to one stage, and stages are in the order of the stream.
#
#   kind        queue: nobody works on it; work; external: waits for somebody outside; done
#   statuses    by id (jira:7), which survives renaming, or by name
#   team        who starts work on the ticket next (queue) or works on it (work)
#   discipline  what kind of work it is; without it, the team counts
#   batch       tickets leave together on purpose, so this is no clean-up

[stream]
name = "Shop"
calendar = "office"

[privacy]
fewest_people = 2  # everybody here is invented; leave this out for a real business: it is 3
"""
OPENS: Final = min(person.opens for person in plan.PEOPLE)
CLOSES: Final = max(person.closes for person in plan.PEOPLE)
OFFICE: Final = f"""\
# Working time, by the local clock; this office is open on public holidays.

[[calendar]]
name = "office"
zone = "{plan.ZONE.key}"
hours = ["{OPENS:02}:00-{CLOSES:02}:00"]
"""
EXPERIMENTS: Final = f"""\
# Experiments of the team, and their dates; vsm says whether the data show that they helped.

[[experiment]]
name = "A second tester until 13:00"
since = {plan.IMPROVED}
stage = "{plan.QA.queue}"
expect = "shorter"
change = "A developer tests in the morning."
predicted_days = 0.9
predicted_between = [0.8, 6.9]
"""
AIMS: Final = f"""\
# Which releases failed, and the objectives of the work.

[delivery]
incident_labels = ["{plan.INCIDENT}"]

[alignment]
unplanned = ["Bug"]

[alignment.objectives]
"Sell more" = ["component:shop front"]
"Fewer calls" = ["component:orders", "component:accounts"]
"Less work behind the counter" = ["component:back office"]
"""
TRIED: Final = """\
# What if? Changes that the report tries on a replay of past tickets.

[[what_if]]
change = "released"
every = 7

[[what_if]]
change = "one_more"
stage = "In development"

[[what_if]]
change = "without"
stage = "In approval"
keep_work = true

[[what_if]]
change = "arriving"
factor = 1.25
"""
REVIEWS: Final = """\
# Pull requests show when development waits for a review, and pipelines when it waits for them.

[[stage]]
name = "Rework"
kind = "work"
team = "development"
discipline = "development"
review = "rework"

[[stage]]
name = "Waiting for author"
kind = "queue"
team = "development"
review = "author"

[[stage]]
name = "Waiting for review"
kind = "queue"
team = "development"
review = "waiting"

[[stage]]
name = "In review"
kind = "work"
team = "development"
discipline = "review"
review = "reviewing"

[[stage]]
name = "Waiting to merge"
kind = "queue"
team = "development"
review = "merging"

[[stage]]
name = "Waiting for a runner"
kind = "queue"
team = "development"
pipeline = "queued"
within = ["Waiting for review", "Waiting to merge"]

[[stage]]
name = "Waiting for pipelines"
kind = "queue"
team = "development"
pipeline = "running"
within = ["Waiting for review", "Waiting to merge"]
"""
STAGES: Final = (
    ("Reported", "queue", "support", ""),
    ("In triage", "work", "support", "support"),
    ("Waiting for customer", "external", "support", ""),
    ("Ready for development", "queue", "development", ""),
    ("In development", "work", "development", "development"),
    ("Waiting for approval", "queue", "development", ""),
    ("In approval", "work", "development", "approval"),
    ("Waiting for QA", "queue", "quality", ""),
    ("In QA", "work", "quality", "quality"),
    ("Waiting for release", "queue", "development", ""),
    ("Done", "done", "", ""),
)


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """The sample's files. ``as_of`` is its last instant, which counts as now."""

    issues: Path
    repository: Path
    as_of: datetime


def build_sample(folder: Path, *, seed: int = 7) -> SampleFiles:
    """Write the sample of a small business: ``issues.jsonl.gz`` and ``shop.git``.

    Both are made beside and then renamed; an older sample in the folder is replaced. The same seed gives the
    same bytes and the same commit hashes. The folder is made where it is absent; InputError says that it
    cannot be written, or that files of somebody else have these names.
    """
    story = story_from_seed(seed)
    files = SampleFiles(
        folder / "issues.jsonl.gz", folder / "shop.git", datetime.fromtimestamp(story.as_of, UTC)
    )
    _refuse_foreign(files)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".sample-") as beside:
            issues, repository = Path(beside, files.issues.name), Path(beside, files.repository.name)
            lines = (
                json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"
                for body in bodies_from_story(story)
            )
            # Without a clock in its header the same bodies give the same bytes.
            issues.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
            create_repository(repository, fast_import=commits_from_story(story))
            (repository / _MARK).write_text(_OURS)
            if files.repository.exists():  # goes with the temporary folder
                files.repository.replace(Path(beside, "former.git"))
            repository.replace(files.repository)
            issues.replace(files.issues)
    except OSError as error:
        raise InputError(
            f"{folder} cannot hold the sample: {error}; name a folder that can be written to"
        ) from error
    return files


def _refuse_foreign(files: SampleFiles) -> None:
    """Raise InputError where something that a sample replaces is not a sample's, or a link."""
    mark = files.repository / _MARK
    whole = mark.is_file() and mark.read_text(errors="replace") == _OURS
    for path in (files.repository, files.issues):
        if path.is_symlink() or (path.exists() and not whole):
            raise InputError(
                f"{path} is not of this version's sample, and would be replaced; move it away, or name "
                "another folder"
            )


def build_reviews(folder: Path, *, seed: int = 7) -> Path:
    """Write the sample's pull requests and pipelines beside it: ``github.jsonl.gz``, a document a line."""
    lines = (
        json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
        for document in documents_from_story(story_from_seed(seed))
    )
    path = folder / "github.jsonl.gz"
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    return path


def sample_workflow(*, reviews: bool = False) -> str:
    """How the sample's team works: the text of its vsm.toml; with ``reviews``, with stages for these."""
    parts = [HEAD, OFFICE]
    for name, kind, team, discipline in STAGES:
        lines = ["[[stage]]", f'name = "{name}"', f'kind = "{kind}"']
        lines.append(f'statuses = ["jira:{plan.STATUSES[name][0]}"]')
        lines += [f'team = "{team}"'] if team else []
        lines += [f'discipline = "{discipline}"'] if discipline else []
        lines += ["batch = true"] if name == plan.SHELF else []
        parts.append("\n".join([*lines, ""]))
        if reviews and name == plan.DEVELOPMENT.work:
            parts.append(REVIEWS)
    parts.append("# Teams, by the names of persons below.\n")
    for team in plan.TEAMS:
        members = ", ".join(f'"{person.name}"' for person in plan.PEOPLE if person.team == team)
        parts.append(f'[[team]]\nname = "{team}"\nmembers = [{members}]\n')
    parts.append("# The accounts of one person, in Jira and in Git.\n")
    for person in plan.PEOPLE:
        known = [f"jira:{account_id(person.name)}", f"git:{person.name}"]
        known += [f"github:{person.name}"] if reviews else []
        accounts = ", ".join(f'"{account}"' for account in known)
        parts.append(f'[[person]]\nname = "{person.name}"\naccounts = [{accounts}]\n')
    if reviews:
        agent = f'accounts = ["github:{plan.AGENT}"]\nagent = true\n'
        parts.append(f'[[person]]\nname = "{plan.AGENT}"\n{agent}')
    return "\n".join([*parts, AIMS, TRIED])


def sample_experiments() -> str:
    """The experiments of the sample's team: the text of its experiments.toml."""
    return EXPERIMENTS
