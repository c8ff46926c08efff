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
from vsm.sample.story import story_from_seed
from vsm.sources.git_process import create_repository

HEAD: Final = """\
# How the sample's small business works, told to vsm. A good place to begin one's own file:
# every status of the tracker belongs to one stage, and stages stand in the order of the stream.
#
#   kind        queue: nobody works on it; work; external: waits for somebody outside; done
#   statuses    by id (jira:7), which survives renaming, or by name
#   team        who takes the ticket up (queue) or works on it (work)
#   discipline  what kind of work it is; without it, the team counts
#   batch       tickets leave together on purpose, so that is no clean-up

[stream]
name = "Shop"
calendar = "office"

[privacy]
fewest_people = 2  # everybody here is invented; of a real business leave this out: it is 3
"""
OPENS: Final = min(person.opens for person in plan.PEOPLE)
CLOSES: Final = max(person.closes for person in plan.PEOPLE)
OFFICE: Final = f"""\
# When people work, by the local clock; this office closes on no holiday.

[[calendar]]
name = "office"
zone = "{plan.ZONE.key}"
hours = ["{OPENS:02}:00-{CLOSES:02}:00"]
"""
EXPERIMENTS: Final = f"""\
# What the team tried, and when; vsm says whether the data show that it helped.

[[experiment]]
name = "A second tester until 13:00"
since = {plan.IMPROVED}
stage = "{plan.QA.queue}"
expect = "shorter"
change = "Somebody of development tests in the morning."
"""
AIMS: Final = f"""\
# Which releases failed, and what work serves.

[delivery]
incident_labels = ["{plan.INCIDENT}"]

[alignment]
unplanned = ["Bug"]

[alignment.objectives]
"Sell more" = ["component:shop front"]
"Fewer calls" = ["component:orders", "component:accounts"]
"Less work behind the counter" = ["component:back office"]
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
    """Where the sample lies. ``as_of`` is its last instant, which counts as now."""

    issues: Path
    repository: Path
    as_of: datetime


def build_sample(folder: Path, *, seed: int = 7) -> SampleFiles:
    """Write the sample of a small business: ``issues.jsonl.gz`` and ``shop.git``.

    Both are made beside and then put in place; an older sample in the folder is replaced. The same seed
    gives the same bytes and the same commit hashes.

    Parameters
    ----------
    folder
        Where to write; made if it is not there.
    seed
        Which sample.

    Raises
    ------
    InputError
        The folder cannot be written to.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sample = build_sample(Path(folder), seed=7)
    ...     sample.issues.name, sample.repository.name, sample.as_of.isoformat()
    ('issues.jsonl.gz', 'shop.git', '2026-03-06T19:00:00+00:00')
    """
    story = story_from_seed(seed)
    files = SampleFiles(
        folder / "issues.jsonl.gz", folder / "shop.git", datetime.fromtimestamp(story.as_of, UTC)
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".sample-") as beside:
            issues, repository = Path(beside, files.issues.name), Path(beside, files.repository.name)
            issues.write_bytes(_packed(bodies_from_story(story)))
            create_repository(repository, fast_import=commits_from_story(story))
            _put_in_place(repository, files.repository, aside=Path(beside, "former.git"))
            issues.replace(files.issues)
    except OSError as error:
        raise InputError(
            f"{folder} cannot hold the sample: {error}; name a folder that can be written to"
        ) from error
    return files


def _packed(bodies: list[dict[str, object]]) -> bytes:
    """Pack one body a line; without a clock in the header the same bodies give the same bytes."""
    lines = (json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n" for body in bodies)
    return gzip.compress("".join(lines).encode(), mtime=0)


def _put_in_place(made: Path, place: Path, *, aside: Path) -> None:
    """Exchange a directory for a new one; the former goes with the temporary folder."""
    if place.exists():
        place.replace(aside)
    made.replace(place)


def sample_workflow() -> str:
    """How the sample's team works: the text of its vsm.toml.

    Examples
    --------
    >>> from vsm.config import parse_workflow
    >>> parse_workflow(sample_workflow()).order["Waiting for QA"]
    7
    """
    stages = [_stage(*stage) for stage in STAGES]
    teams = [
        "# Who belongs together, by the names of persons below.\n",
        *(_team(team) for team in plan.TEAMS),
    ]
    persons = ["# Which accounts are one person, in Jira and in Git.\n"]
    persons += [_person(person.name) for person in plan.PEOPLE]
    return "\n".join([HEAD, OFFICE, *stages, *teams, *persons, AIMS])


def _stage(name: str, kind: str, team: str, discipline: str) -> str:
    lines = [
        "[[stage]]",
        f'name = "{name}"',
        f'kind = "{kind}"',
        f'statuses = ["jira:{plan.STATUSES[name][0]}"]',
    ]
    lines += [f'team = "{team}"'] if team else []
    lines += [f'discipline = "{discipline}"'] if discipline else []
    lines += ["batch = true"] if name == plan.SHELF else []
    return "\n".join([*lines, ""])


def _team(name: str) -> str:
    members = ", ".join(f'"{person.name}"' for person in plan.PEOPLE if person.team == name)
    return f'[[team]]\nname = "{name}"\nmembers = [{members}]\n'


def _person(name: str) -> str:
    return f'[[person]]\nname = "{name}"\naccounts = ["jira:{account_id(name)}", "git:{name}"]\n'


def sample_experiments() -> str:
    """What the sample's team tried: the text of its experiments.toml."""
    return EXPERIMENTS
