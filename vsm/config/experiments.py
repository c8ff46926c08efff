"""What did the team try? experiments.toml, checked."""

import tomllib
from datetime import date
from typing import Final, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from vsm.config.belonging import twice
from vsm.config.faults import sentence
from vsm.config.stages import Section, Word
from vsm.errors import ConfigError


class Experiment(Section):
    """What was changed, when, and what was it to do?

    ``since`` is the first day of the new way of working (UTC), ``until`` the day on which it was given up.
    With ``stage`` the time in that stage is compared, else lead time. ``expect`` is what was hoped for.
    ``change`` says what was done, in the team's own words.
    """

    name: Word
    since: date
    until: date | None = None
    stage: Word | None = None
    expect: Literal["shorter", "longer"] = "shorter"
    change: str = ""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Experiment":
        if self.until is not None and self.until <= self.since:
            raise ValueError(f"'{self.name}' ends on {self.until}, not after {self.since}; exchange them")
        return self


class _File(Section):
    experiments: tuple[Experiment, ...] = Field(default=(), alias="experiment")

    @model_validator(mode="after")
    def _names_each_once(self) -> "_File":
        names = [experiment.name for experiment in self.experiments]
        if faults := twice(names, "experiment '{}' is named {} times; keep one"):
            raise ValueError("\n".join(faults))
        return self


_SECTIONS: Final[dict[str, type[BaseModel]]] = {"experiment": Experiment}


def parse_experiments(text: str, *, origin: str = "experiments.toml") -> tuple[Experiment, ...]:
    r"""What did the team try, in the order of the file?

    Parameters
    ----------
    text
        The file's text.
    origin
        What to call the file in messages.

    Raises
    ------
    ConfigError
        The text is no TOML, has an unknown key, a day that is none, …; every fault is listed.

    Examples
    --------
    >>> parse_experiments('[[experiment]]\nname = "WIP limit"\nsince = 2026-05-04')[0].expect
    'shorter'
    """
    try:
        return _File.model_validate(tomllib.loads(text)).experiments
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{origin} is not valid TOML: {error}") from error
    except ValidationError as error:
        faults = [sentence(fault, text, sections=_SECTIONS) for fault in error.errors()]
        raise ConfigError(f"{origin}: " + "; ".join(faults)) from None
