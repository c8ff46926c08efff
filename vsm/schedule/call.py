"""The call of ``vsm run --due`` on one work folder: what a scheduler starts, and how often."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath
from typing import Final

from vsm.config import Report
from vsm.errors import ParameterError

EVERY: Final = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
"""Minutes between two calls: those that divide an hour or a day, since cron knows no others."""
SPARE_MINUTES: Final = 60
"""Minutes that a run may take besides its notebooks: pull, check, publish, notify."""
FAULTS: Final = "schedule.log"
"""The file in the work folder for errors from before a run can write its own log."""
_SLUG: Final = 40
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Call:
    """The call of ``vsm run --due`` on one work folder, for all of its reports.

    Attributes
    ----------
    program
        How vsm is started: words, the first an absolute path.
    folder
        The work folder, absolute.
    secrets
        Folder for the file of secrets, absolute; only its owner should be able to read it.
    every
        Minutes between two calls, one of ``EVERY``.
    longest
        Minutes after which a run hangs for sure.

    Raises
    ------
    ParameterError
        ``every`` divides neither an hour nor a day, or a path has a character that no scheduler's file can.
    """

    program: tuple[str, ...]
    folder: PurePath
    secrets: PurePath
    every: int = 15
    longest: int = 2 * SPARE_MINUTES

    def __post_init__(self) -> None:
        if self.every not in EVERY:
            known = ", ".join(map(str, EVERY))
            raise ParameterError(
                f"every {self.every} minutes divides neither an hour nor a day; choose one of {known}"
            )
        for text in (*self.words, str(self.secrets)):
            if _UNPRINTABLE.search(text):
                raise ParameterError(
                    f"the path {text!r} has a character that no scheduler's file can have; rename it"
                )

    @property
    def words(self) -> tuple[str, ...]:
        """The words that are called, before any quoting."""
        return (*self.program, "run", "--due", "--dir", str(self.folder))

    @property
    def name(self) -> str:
        """A name after the folder, with a short hash, as two folders may have one name."""
        slug = re.sub(r"[^A-Za-z0-9]+", "-", self.folder.name).strip("-")[:_SLUG] or "work"
        return f"vsm-{slug}-{sha256(str(self.folder).encode()).hexdigest()[:8]}"

    @property
    def environment(self) -> PurePath:
        """The file that holds the secrets of this folder's runs."""
        return self.secrets / f"{self.name}.env"


def cron_expression(every: int, *, offset: int = 0) -> str:
    """The cron expression for every so many minutes, one of ``EVERY``.

    ``offset`` are minutes after the full hour, where everybody else begins; less than ``every``.

    Examples
    --------
    >>> cron_expression(15), cron_expression(15, offset=7), cron_expression(120, offset=7)
    ('*/15 * * * *', '7-59/15 * * * *', '7 */2 * * *')
    >>> cron_expression(1), cron_expression(60), cron_expression(1440)
    ('* * * * *', '0 * * * *', '0 0 * * *')
    """
    if every == 1:
        return "* * * * *"
    if every < 60:
        return f"{offset}-59/{every} * * * *" if offset else f"*/{every} * * * *"
    hours = every // 60
    if hours == 24:
        return f"{offset} 0 * * *"
    return f"{offset} * * * *" if hours == 1 else f"{offset} */{hours} * * *"


def longest_minutes(reports: Sequence[Report], *, numbered: int) -> int:
    """Minutes after which a run hangs for sure: the time limits of all notebooks, and an hour.

    A report that names no notebook has ``numbered`` of them; without any report yet, one such is assumed.

    Examples
    --------
    >>> longest_minutes([Report(name="weekly", minutes=20), Report(name="m", notebooks=("a",))], numbered=7)
    210
    """
    planned = reports or [Report(name="one")]  # the first may be written tomorrow
    notebooks = sum(report.minutes * (len(report.notebooks) or numbered) for report in planned)
    return SPARE_MINUTES + round(notebooks)
