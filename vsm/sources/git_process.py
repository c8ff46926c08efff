"""Running git: the one file that starts it, hardened, never through a shell.

A repository may be hostile or just oddly configured: nothing in it is executed, its settings do not change
what we read, and its owner does not matter.
"""

import os
import subprocess
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Timer
from typing import IO, Final, cast

from vsm.errors import RunError, SourceError

SETTINGS: Final = (
    "safe.directory=*",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
    "log.showRoot=true",
    "log.follow=false",
    "log.date=default",
    "log.mailmap=true",
    "mailmap.file=",
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

_NO_GIT: Final = "git is not installed, or not on the PATH; install git"
_BLOCK: Final = 1 << 20
PATIENCE: Final = 1800.0
"""Seconds for one git process; a repository whose files are pipes would hold it for ever."""
SOON: Final = 60.0
"""Seconds for what git answers at once, however long the history: a pipe among its settings shows here."""
AT_ONCE: Final = frozenset({"rev-parse", "config", "symbolic-ref"})


def run_git(
    repository: Path,
    *arguments: str,
    stdin: bytes | None = None,
    accepted: Container[int] = (0,),
    settings: Sequence[str] = (),
) -> bytes:
    """Give git's whole output, once it has ended well.

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
    try:
        done = subprocess.run(  # noqa: S603 - a list, no shell; what is passed is not interpreted
            _command(repository, arguments, settings),
            input=stdin or b"",
            capture_output=True,
            env=_environment(repository),
            check=False,
            timeout=_patience(arguments),
        )
    except subprocess.TimeoutExpired as error:
        raise _late(repository, arguments) from error
    except FileNotFoundError as error:
        raise RunError(_NO_GIT) from error
    if done.returncode not in accepted:
        raise _fault(repository, arguments, done.returncode, done.stderr)
    return done.stdout


def stream_git(
    repository: Path, *arguments: str, stdin: bytes = b"", settings: Sequence[str] = ()
) -> Iterator[bytes]:
    """Give git's output in blocks while it runs; else as ``run_git``.

    Use nothing of it before the last block has come: the fault of a run that stopped comes after its blocks.
    """
    with TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(  # noqa: S603 - as above
                _command(repository, arguments, settings),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=_environment(repository),
            )
        except FileNotFoundError as error:
            raise RunError(_NO_GIT) from error
        late = Event()

        def stop() -> None:
            late.set()
            process.kill()

        clock = Timer(_patience(arguments), stop)
        clock.daemon = True
        clock.start()
        with process:
            try:
                with suppress(BrokenPipeError), cast("IO[bytes]", process.stdin) as questions:
                    questions.write(stdin)  # git reads all of it before it answers anything
                while block := cast("IO[bytes]", process.stdout).read(_BLOCK):
                    yield block
            except BaseException:
                process.kill()
                raise
            finally:
                clock.cancel()
        if late.is_set():
            raise _late(repository, arguments)
        if process.returncode:
            complaints.seek(0)
            raise _fault(repository, arguments, process.returncode, complaints.read())


def _command(repository: Path, arguments: Sequence[str], settings: Sequence[str]) -> list[str]:
    options = [word for setting in (*SETTINGS, *settings) for word in ("-c", setting)]
    return ["git", "-C", str(repository.absolute()), "--no-pager", *options, *arguments]


def _environment(repository: Path) -> dict[str, str]:
    """Let no variable of the caller, and no repository around this one, have a say."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return inherited | ENVIRONMENT | {"GIT_CEILING_DIRECTORIES": str(repository.absolute().parent)}


def _patience(arguments: Sequence[str]) -> float:
    return SOON if arguments[0] in AT_ONCE else PATIENCE


def _late(repository: Path, arguments: Sequence[str]) -> SourceError:
    return SourceError(
        f"{repository}: git {arguments[0]} was stopped after {_patience(arguments):,.0f} s; see whether a "
        "file of the repository, such as .mailmap, is a pipe or a device"
    )


def _fault(repository: Path, arguments: Sequence[str], code: int, stderr: bytes) -> SourceError:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return SourceError(f"{repository}: git {arguments[0]}: {lines[-1] if lines else f'exit {code}'}")


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
