"""Write the sample down: issue bodies and a Git repository, whole or not at all."""

import gzip
import json
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vsm.errors import InputError
from vsm.sample.bodies import bodies_from_story
from vsm.sample.commits import commits_from_story
from vsm.sample.story import story_from_seed
from vsm.sources.git_process import create_repository


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """Where does the sample lie? ``as_of`` is its last instant, which counts as now."""

    issues: Path
    repository: Path
    as_of: datetime


def build_sample(folder: Path, *, seed: int = 7) -> SampleFiles:
    """Where is the sample of a small business? Writes ``issues.jsonl.gz`` and ``shop.git``.

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
