"""What do the files say that people write into a work folder? vsm.toml and experiments.toml."""

from vsm.config import Experiment, Workflow, parse_experiments, parse_workflow
from vsm.errors import ConfigError
from vsm.sources.work_folder import WorkFolder


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
