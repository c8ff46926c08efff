"""How does a run become a folder that is whole or not there? Staged beside, then renamed."""

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Final
from uuid import uuid4

from vsm.errors import ParameterError, RunError
from vsm.reports.parameters import read_parameters

_PACKAGES: Final = ("vsm", "pandas", "plotly")


def stamp_of(at: datetime) -> str:
    """How is the folder of a run at this instant called?

    Raises
    ------
    ParameterError
        The instant has no time zone.

    Examples
    --------
    >>> stamp_of(datetime(2026, 11, 23, 16, tzinfo=UTC))
    '2026-11-23T160000Z'
    """
    if at.tzinfo is None:
        raise ParameterError(f"the run's instant {at} has no time zone; give one, such as UTC")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")


def told(notebook: Path, given: Mapping[str, object]) -> str:
    """Which values did a run have? Where it lies on this machine is nobody else's business.

    Examples
    --------
    >>> from vsm.reports.locate import notebooks_folder
    >>> told(notebooks_folder() / "retro.ipynb", {"team": "web"}).splitlines()[2]
    'team = web'
    """
    values = {parameter.name: parameter.default for parameter in read_parameters(notebook)} | dict(given)
    lines = [
        f"{name} = {'none' if value in (None, '') else value}"
        for name, value in values.items()
        if name != "data_dir"
    ]
    return "\n".join(lines) or "none"


def making(at: datetime) -> dict[str, str]:
    """When was it made, and with what?

    Examples
    --------
    >>> making(datetime(2026, 11, 23, 16, tzinfo=UTC))["Made"]
    '2026-11-23 16:00 UTC'
    """
    versions = [f"{name} {version(name)}" for name in _PACKAGES]
    return {
        "Made": f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "Made with": ", ".join([*versions, f"Python {platform.python_version()}"]),
    }


def new_stage(runs: Path) -> Path:
    """Where can a run be made, unseen? In a new hidden folder beside those that it will join.

    Raises
    ------
    RunError
        It cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     new_stage(Path(root)).name[:7]
    '.stage-'
    """
    # A plain mkdir keeps the user's umask; tempfile's would be closed to everybody else once published.
    stage = runs / f".stage-{uuid4().hex}"
    try:
        stage.mkdir(parents=True)
    except OSError as error:
        raise RunError(f"cannot make the folder {runs}: {error.strerror or error}") from error
    return stage


def settle(stage: Path, parent: Path, stamp: str) -> Path:
    """Where does the run lie now? Under its instant, or the first free number after it.

    Renaming is one step, so it is never half there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     settle(new_stage(Path(root)), Path(root), "2026-11-23T160000Z").name
    '2026-11-23T160000Z'
    """
    parent.mkdir(exist_ok=True)
    names = (stamp if n == 1 else f"{stamp}-{n}" for n in count(1))
    target = next(parent / name for name in names if not (parent / name).exists())
    try:
        return stage.rename(target)
    except OSError:
        if not target.exists():
            raise
        return settle(stage, parent, stamp)
