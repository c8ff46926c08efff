"""Work folders for the tests of the pipeline."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.jira_bodies import history, issue, moved
from vsm.sources.archive import Document, Page, open_archive
from vsm.sources.work_folder import WorkFolder

AT = datetime(2026, 2, 1, tzinfo=UTC)
TOML = """
[[stage]]
name = "Ready"
kind = "queue"
statuses = ["Open"]
team = "web"
[[stage]]
name = "Build"
kind = "work"
statuses = ["In Progress"]
[[stage]]
name = "Done"
kind = "done"
statuses = ["Closed"]
"""


def filled(root: Path, *bodies: dict[str, object], toml: str = TOML, at: datetime = AT) -> Path:
    """A work folder with these issues."""
    folder = WorkFolder(root)
    root.mkdir(exist_ok=True)
    folder.workflow.write_text(toml)
    with open_archive(folder.archive) as archive:
        pages = [Page(tuple(Document(str(body["id"]), body) for body in bodies))] if bodies else []
        archive.store(pages, source="jira", scope="test", at=at)
    return root


def done(number: int, day: int, **fields: object) -> dict[str, object]:
    """An issue that was worked on and closed on a day of January."""
    begun = history(number * 10, "2026-01-06T09:00:00.000+0000", moved("1", "3"))
    ended = history(number * 10 + 1, f"2026-01-{day:02}T09:00:00.000+0000", moved("3", "6"))
    return issue(number, begun, ended, now="6", **fields)


CHANGES: Final[dict[str, Callable[[Path], object]]] = {
    "a ticket": lambda root: filled(root, done(1, 8), done(2, 9), toml=TOML),
    "vsm.toml": lambda root: filled(root, toml=f"{TOML}\n[rules]\nminimum = 5\n"),
    "experiments.toml": lambda root: (root / "experiments.toml").write_text(
        '[[experiment]]\nname = "Pairs"\nsince = 2026-01-07\nchange = "pairs"\n'
    ),
    "the key": lambda root: WorkFolder(root).key.unlink(),
}
"""What makes a folder another one."""
