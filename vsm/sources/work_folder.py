"""The work folder: where everything of one stream lies, its files of words, and its secret."""

import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from vsm.config import Experiment, Workflow, parse_experiments, parse_workflow
from vsm.errors import ArchiveError, ConfigError, SourceError

KEY_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """Where everything of one stream lies: one folder, made by ``vsm init``.

    Examples
    --------
    >>> WorkFolder(Path("work")).runs.name
    'runs'
    """

    root: Path

    @classmethod
    def at(cls, root: Path) -> Self:
        """Give the work folder here, or raise SourceError where there is no vsm.toml in it."""
        folder = cls(root)
        if not folder.workflow.is_file():
            raise SourceError(f'{root}: no work folder (no vsm.toml in it); run vsm init --dir "{root}"')
        return folder

    @property
    def workflow(self) -> Path:
        """The workflow file."""
        return self.root / "vsm.toml"

    @property
    def experiments(self) -> Path:
        """What the team tries, in its own words."""
        return self.root / "experiments.toml"

    @property
    def archive(self) -> Path:
        """The raw documents."""
        return self.root / "archive" / "archive.sqlite"

    @property
    def log(self) -> Path:
        """The event log that was derived from them."""
        return self.root / "archive" / "log"

    @property
    def streams(self) -> Path:
        """Streams as they were read, with pseudonyms."""
        return self.root / "archive" / "streams"

    @property
    def key(self) -> Path:
        """The secret that pseudonyms are made with; it leaves the folder in no export."""
        return self.root / "archive" / "pseudonyms.key"

    @property
    def forgotten(self) -> Path:
        """Keyed digests of who and what is not to come back (``vsm forget``)."""
        return self.root / "archive" / "forgotten.json"

    @property
    def notebooks(self) -> Path:
        """The analyst's own notebooks."""
        return self.root / "notebooks"

    @property
    def runs(self) -> Path:
        """Published reports."""
        return self.root / "runs"

    @property
    def site(self) -> Path:
        """The reports that arrive on their own."""
        return self.root / "site"

    @property
    def history(self) -> Path:
        """Which of them were made, and how that went."""
        return self.root / "archive" / "runs.sqlite"

    @property
    def run_log(self) -> Path:
        """What every such run does, a JSON object a line."""
        return self.root / "archive" / "run.log"

    @property
    def run_lock(self) -> Path:
        """The lock that lets only one such run be under way."""
        return self.root / "archive" / "run.lock"

    def pull_lock(self, source: str) -> Path:
        """Give the lock that lets one pull of a source be under way; its name may hold any character."""
        return self.root / "archive" / f"pull-{sha256(source.encode()).hexdigest()[:12]}.lock"


def read_workflow(folder: WorkFolder) -> Workflow:
    """Give what the folder's vsm.toml says.

    Raises
    ------
    ConfigError
        It says something that cannot be, cannot be read, or is no UTF-8 text.

    Examples
    --------
    >>> read_workflow(WorkFolder(Path("no such folder")))
    Traceback (most recent call last):
    ...
    vsm.errors.ConfigError: no such folder/vsm.toml cannot be read: No such file or directory
    """
    return parse_workflow(_read(folder.workflow), origin=str(folder.workflow))


def read_experiments(folder: WorkFolder) -> tuple[Experiment, ...]:
    """Give what the folder's experiments.toml says, nothing without one; raises as ``read_workflow``."""
    if not folder.experiments.exists():
        return ()
    return parse_experiments(_read(folder.experiments), origin=str(folder.experiments))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigError(f"{path} cannot be read: {reason}") from error


def secret_key(path: Path) -> bytes:
    """Give the work folder's secret: 32 random bytes, made when it is first asked for.

    Whoever loses its file gets other pseudonyms; whoever gives it away gives away the names.

    Raises
    ------
    ArchiveError
        The file can neither be read nor made, or holds something else.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as root:
    ...     secret_key(Path(root) / "a.key") == secret_key(Path(root) / "a.key")
    True
    """
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise ArchiveError(
            f"{path}: pseudonyms need this key, which can neither be read nor made: "
            f"{error.strerror or error}; see that its folder can be written, or show names (--names)"
        ) from error
    if len(key) != KEY_LENGTH:
        raise ArchiveError(
            f"{path} is damaged: it holds {len(key)} bytes, not {KEY_LENGTH}; put a copy back, or "
            "delete it and let everybody get a new pseudonym"
        )
    return key


def _make_key(path: Path) -> None:
    """Write it whole or not at all; where two do so at once, the first one's stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_LENGTH))
        try:
            os.link(beside, path)
        except FileExistsError:
            return
        except OSError:  # a disk without links
            beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
