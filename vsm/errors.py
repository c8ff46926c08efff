"""What can go wrong, and whose turn is it?

The tree::

    VsmError
    ├── InputError            what was given cannot be used; the command line exits with 2
    │   ├── ConfigError       vsm.toml says something that cannot be
    │   ├── SourceError       a file or a repository is not what it should be
    │   ├── ParameterError    an argument or a notebook parameter is unknown or of the wrong type
    │   │   └── EmptyWindowError    a window begins after everything that is known
    │   └── TableError        a table breaks its schema in ``vsm.tables``
    └── RunError              the request was right and carrying it out failed; exits with 1
        ├── ArchiveError      the archive is locked, damaged or of a newer version
        ├── BusyError         another process is doing just that
        └── NotebookError     a notebook did not run to its end

A message says what, where (file, ticket, column, how many) and what to do next.
"""

from datetime import date, datetime


class VsmError(Exception):
    """What did ``vsm`` refuse or fail to do? The root of every error raised on purpose."""

    exit_code = 1


class InputError(VsmError):
    """What was given cannot be used: fix it and try again."""

    exit_code = 2


class ConfigError(InputError):
    """The workflow file says something that cannot be."""


class SourceError(InputError):
    """A file or a repository is not what it should be."""


class ParameterError(InputError):
    """An argument or a notebook parameter is unknown or of the wrong type."""


class EmptyWindowError(ParameterError):
    """A window begins after everything that is known; ``last`` is the day of the last event."""

    def __init__(self, message: str, *, last: date) -> None:
        super().__init__(message)
        self.last = last


class TableError(InputError):
    """A table breaks its schema."""


class RunError(VsmError):
    """The request was right, and carrying it out failed."""


def sentence_of(error: Exception) -> str:
    """Describe an error that nobody raised on purpose: a disk that refuses is the user's, all else is ours.

    Examples
    --------
    >>> sentence_of(OSError(28, "No space left on device"))
    'No space left on device; check that it can be read and written, and that its disk has space'
    >>> sentence_of(KeyError("id"))
    "unexpected KeyError: 'id'; please report it, with VSM_DEBUG=1 for the traceback"
    """
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}; check that it can be read and written, and that its disk has space"
    text = " ".join(str(error).split())
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"unexpected {what}; please report it, with VSM_DEBUG=1 for the traceback"


class ArchiveError(RunError):
    """The archive is locked, damaged or of a newer version."""


class BusyError(RunError):
    """Another process is doing just that; nothing was done here.

    ``process`` is its id and ``since`` when it began, where they are known.
    """

    def __init__(self, message: str, *, process: int | None = None, since: datetime | None = None) -> None:
        super().__init__(message)
        self.process, self.since = process, since


class NotebookError(RunError):
    """A notebook did not run to its end."""
