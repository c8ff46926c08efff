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

from datetime import date


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


class ArchiveError(RunError):
    """The archive is locked, damaged or of a newer version."""


class BusyError(RunError):
    """Another process is doing just that; nothing was done here."""


class NotebookError(RunError):
    """A notebook did not run to its end."""
