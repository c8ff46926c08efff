"""How is git asked? The one file that starts it: hardened, never through a shell.

A repository may be hostile or just oddly configured: nothing in it is executed, its settings do not change
what we read, and its owner does not matter.
"""

import os
import subprocess
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Final

from vsm.errors import RunError, SourceError

SETTINGS: Final = (
    "safe.directory=*",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
    "log.showRoot=true",
    "log.follow=false",
    "log.date=default",
    "log.mailmap=true",
    "core.quotePath=false",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.attributesFile=/dev/null",
    "color.ui=false",
    "diff.external=",
    "gpg.program=false",
    "gc.auto=0",
    "maintenance.auto=false",
)
ENVIRONMENT: Final = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # Fetching what is missing could run any command: older versions of git know only the second of these,
    # and unlike the setting protocol.allow it has the last word.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_PAGER": "cat",
    "LC_ALL": "C.UTF-8",
}


def run_git(
    repository: Path,
    *arguments: str,
    stdin: bytes | None = None,
    accepted: Container[int] = (0,),
    settings: Sequence[str] = (),
) -> bytes:
    """What does git answer? Its whole output, once it has ended well.

    Parameters
    ----------
    repository
        Folder of the repository, bare or not; any name, also one that begins with a dash.
    arguments
        Subcommand and its arguments, each passed as it is.
    stdin
        What git reads.
    accepted
        Exit codes that are answers too, such as 1 for "no".
    settings
        ``name=value`` of git's configuration, beyond ours.

    Raises
    ------
    SourceError
        Git ended with a fault; the message is its own last line. No output of such a run is used: git
        may stop in the middle after a plausible beginning.
    RunError
        Git is not installed.

    Examples
    --------
    >>> run_git(Path("."), "--version").startswith(b"git version")
    True
    """
    said = [word for setting in (*SETTINGS, *settings) for word in ("-c", setting)]
    command = ["git", "-C", str(repository.absolute()), "--no-pager", *said, *arguments]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    ceiling = {"GIT_CEILING_DIRECTORIES": str(repository.absolute().parent)}  # never a repository around it
    try:
        done = subprocess.run(  # noqa: S603 - a list, no shell; what is passed is not interpreted
            command,
            input=stdin or b"",
            capture_output=True,
            env=inherited | ENVIRONMENT | ceiling,
            check=False,
        )
    except FileNotFoundError as error:
        raise RunError("git is not installed, or not on the PATH; install git") from error
    if done.returncode not in accepted:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SourceError(
            f"{repository}: git {arguments[0]}: {words[-1] if words else f'exit {done.returncode}'}"
        )
    return done.stdout


def create_repository(path: Path, *, fast_import: bytes) -> None:
    r"""Make a bare repository from a fast-import stream; its main branch is ``main``.

    Raises
    ------
    SourceError
        The stream is not one.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     create_repository(Path(folder) / "r.git", fast_import=b"")
    ...     run_git(Path(folder) / "r.git", "rev-parse", "--is-bare-repository")
    b'true\n'
    """
    path.mkdir(parents=True)
    run_git(path, "init", "--bare", "--quiet", "--initial-branch=main", "--template=", ".")
    run_git(path, "fast-import", "--quiet", stdin=fast_import)
