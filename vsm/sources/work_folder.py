"""Where does everything of one stream lie?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from vsm.config import Experiment, Workflow, parse_experiments, parse_workflow
from vsm.errors import ConfigError, SourceError


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """Where does everything of one stream lie? One folder, made by ``vsm init``.

    Examples
    --------
    >>> WorkFolder(Path("work")).runs.name
    'runs'
    """

    root: Path

    @classmethod
    def at(cls, root: Path) -> Self:
        """Which work folder is this?

        Raises
        ------
        SourceError
            There is no vsm.toml in it.
        """
        folder = cls(root)
        if not folder.workflow.is_file():
            raise SourceError(f'{root}: no work folder (no vsm.toml in it); run vsm init --dir "{root}"')
        return folder

    @property
    def workflow(self) -> Path:
        """Where is the workflow file?"""
        return self.root / "vsm.toml"

    @property
    def experiments(self) -> Path:
        """Where does the team write down what it tries?"""
        return self.root / "experiments.toml"

    @property
    def archive(self) -> Path:
        """Where are the raw documents?"""
        return self.root / "archive" / "archive.sqlite"

    @property
    def log(self) -> Path:
        """Where is the event log that was derived from them?"""
        return self.root / "archive" / "log"

    @property
    def key(self) -> Path:
        """Where is the secret that pseudonyms are made with? It leaves the folder in no export."""
        return self.root / "archive" / "pseudonyms.key"

    @property
    def notebooks(self) -> Path:
        """Where are the analyst's own notebooks?"""
        return self.root / "notebooks"

    @property
    def runs(self) -> Path:
        """Where are published reports?"""
        return self.root / "runs"

    @property
    def site(self) -> Path:
        """Where are the reports that arrive on their own?"""
        return self.root / "site"

    @property
    def history(self) -> Path:
        """Where is written down which of them were made, and how that went?"""
        return self.root / "archive" / "runs.sqlite"

    @property
    def run_log(self) -> Path:
        """Where does every such run say what it does, a JSON object a line?"""
        return self.root / "archive" / "run.log"

    @property
    def run_lock(self) -> Path:
        """Which file lets only one such run be under way?"""
        return self.root / "archive" / "run.lock"


def read_workflow(folder: WorkFolder) -> Workflow:
    """What does the folder's vsm.toml say?

    Raises
    ------
    ConfigError
        It says something that cannot be, or is no UTF-8 text.

    Examples
    --------
    >>> from pathlib import Path
    >>> read_workflow(WorkFolder(Path("no such folder")))
    Traceback (most recent call last):
    ...
    vsm.errors.ConfigError: no such folder/vsm.toml cannot be read: No such file or directory
    """
    try:
        text = folder.workflow.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigError(f"{folder.workflow} cannot be read: {reason}") from error
    return parse_workflow(text, origin=str(folder.workflow))


def read_experiments(folder: WorkFolder) -> tuple[Experiment, ...]:
    """What does the folder's experiments.toml say that the team tried? Nothing where there is none.

    Raises
    ------
    ConfigError
        It says something that cannot be, or cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> read_experiments(WorkFolder(Path("no such folder")))
    ()
    """
    try:
        text = folder.experiments.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigError(f"{folder.experiments} cannot be read: {reason}") from error
    return parse_experiments(text, origin=str(folder.experiments))
