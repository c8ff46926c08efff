"""Reports that are made on their own, the windows of days they show, and who is notified."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, Literal, Self, get_args
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import Field, StringConstraints, field_validator, model_validator

from vsm.config.calendars import check_zone
from vsm.config.toml import Line, Section, Word
from vsm.config.where import words_of
from vsm.errors import ParameterError

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Format = Literal["html", "slides", "pdf"]
Measure = Literal["over_age", "wip", "blocked", "lead_time_p85"]
WINDOWED: Final = ("since", "until")
"""Parameters that may be a window which moves with the calendar."""
_RESERVED: Final = re.compile(r"failed|latest|index|\d{4}-\d\d-\d\dt\d{6}z.*|con|prn|aux|nul|(com|lpt)\d")
_SECRET: Final = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_LAST: Final = re.compile(r"last (?:(\d{1,4}) )?(day|week|month|quarter|year)s?")
_THIS: Final = re.compile(r"this (week|month|quarter|year)")
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_WINDOWS: Final = "'2026-05-01', 'last 90 days', 'last 8 weeks', 'last 3 months', 'this quarter'"


class Tell(Section):
    """Whom to tell that a report was made, and on which occasions.

    Exactly one of ``webhook`` (``env:NAME``: the address is a secret of the environment), ``email`` and
    ``command`` (its words; no shell). ``on``: ``always``, on a ``change`` since the last report, when a
    measure passes a ``threshold`` (or a failure, both), or on a ``failure`` alone.

    ``measure`` is what passes it: open tickets ``over_age``, in progress (``wip``) or ``blocked``, of one
    ``stage`` or all, or ``lead_time_p85``, the days within which 85 % were delivered. ``above`` is the
    threshold; without it, ``wip`` is what each stage of vsm.toml says.
    """

    on: Literal["always", "change", "threshold", "failure"] = "always"
    measure: Measure | None = None
    stage: Line | None = None
    above: float | None = Field(default=None, ge=0)
    webhook: Word | None = None
    email: tuple[Word, ...] = ()
    command: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def _names_a_threshold(self) -> Self:
        said = {"measure": self.measure, "stage": self.stage, "above": self.above}
        given = [name for name, value in said.items() if value is not None]
        if self.on != "threshold" and given:
            raise ValueError(f'{given[0]} of a [[report.tell]] goes with on = "threshold"')
        if self.on == "threshold" and self.measure is None:
            known = ", ".join(get_args(Measure))
            raise ValueError(f'a [[report.tell]] with on = "threshold" needs a measure: {known}')
        if self.measure not in (None, "wip") and self.above is None:
            raise ValueError(f"{self.measure} of a [[report.tell]] needs above, such as above = 20")
        if self.measure == "lead_time_p85" and self.stage:
            raise ValueError("lead_time_p85 of a [[report.tell]] is of all stages; leave stage out")
        return self

    @model_validator(mode="after")
    def _names_one_way(self) -> Self:
        if sum(map(bool, (self.webhook, self.email, self.command))) != 1:
            raise ValueError("a [[report.tell]] needs exactly one of webhook, email and command")
        if self.webhook and not _SECRET.fullmatch(self.webhook):
            raise ValueError(
                "webhook of a [[report.tell]] is a secret: set it in the environment, and say "
                'webhook = "env:NAME"'
            )
        if wrong := [address for address in self.email if not re.fullmatch(r"[^@\s]+@[^@\s]+", address)]:
            raise ValueError(f"'{wrong[0]}' of a [[report.tell]] is no e-mail address")
        return self


class Report(Section):
    """A ``[[report]]`` that arrives on its own.

    ``notebooks`` are named without ``.ipynb``; all numbered ones without any. ``cron`` says when it is due,
    by the clock of ``zone``; without it, it is made only when named. ``publish`` is a folder (from the work
    folder on) or an fsspec address that it is copied to besides ``site/``. ``keep`` good runs stay;
    ``minutes`` bound each notebook.
    """

    name: Name
    notebooks: tuple[Word, ...] = ()
    cron: Word | None = None
    zone: Word = "UTC"
    formats: tuple[Format, ...] = Field(default=("html",), min_length=1)
    publish: Word | None = None
    keep: int = Field(default=26, ge=1)
    minutes: float = Field(default=10.0, gt=0, le=1440)
    parameters: dict[str, str | bool | int | float] = Field(default_factory=dict)
    tell: tuple[Tell, ...] = ()

    @field_validator("name")
    @classmethod
    def _is_free(cls, name: str) -> str:
        if _RESERVED.fullmatch(name.casefold()):
            raise ValueError(f"a [[report]] cannot be named '{name}': that name is reserved; choose another")
        return name

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        fault = f"zone '{zone}' of a [[report]] is no IANA zone such as Europe/Berlin"
        return check_zone(zone, fault=fault)

    @field_validator("cron")
    @classmethod
    def _is_a_cron_expression(cls, cron: str | None) -> str | None:
        if cron is None:
            return None
        fault = f"cron '{cron}' of a [[report]] is no cron expression such as '0 7 * * MON': "
        if len(cron.split()) != 5:
            raise ValueError(f"{fault}it needs five fields")
        try:
            CronSim(cron, datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError as error:
            raise ValueError(f"{fault}{error}") from error
        return cron

    @field_validator("parameters")
    @classmethod
    def _keeps_private(
        cls, parameters: dict[str, str | bool | int | float]
    ) -> dict[str, str | bool | int | float]:
        if parameters.get("names"):
            raise ValueError("a [[report]] shows no names: it is published; leave names out")
        if "data_dir" in parameters:
            raise ValueError("a [[report]] reads its own work folder; leave data_dir out")
        try:
            for name in WINDOWED:
                resolved_day(str(parameters.get(name, "")), today=date(2026, 1, 1))
            name = "where"
            words_of(str(parameters.get(name, "")))
        except ParameterError as error:
            raise ValueError(f"parameter {name} of a [[report]]: {error}") from error
        return parameters

    def resolved(self, at: datetime) -> dict[str, str | bool | int | float]:
        """Give the parameters for data as of this instant. Windows end on days of the report's own zone.

        Examples
        --------
        >>> report = Report(name="weekly", parameters={"since": "last 7 days", "where": "team=web"})
        >>> report.resolved(datetime(2026, 11, 23, 7, tzinfo=UTC))
        {'since': '2026-11-16', 'where': 'team=web'}
        """
        today = at.astimezone(ZoneInfo(self.zone)).date()
        moving = {
            name: resolved_day(str(self.parameters[name]), today=today)
            for name in WINDOWED
            if name in self.parameters
        }
        return self.parameters | moving

    def last_due(self, at: datetime) -> datetime | None:
        """Give when it was due last, at this instant or before; None where it has no ``cron``, or never was.

        Where the clock is put forward, a time that is left out counts as the first one after it; where it is
        put back, a time that comes twice counts once.

        Examples
        --------
        >>> report = Report(name="weekly", cron="0 7 * * MON", zone="Europe/Berlin")
        >>> str(report.last_due(datetime(2026, 11, 25, tzinfo=UTC)))
        '2026-11-23 06:00:00+00:00'
        """
        if self.cron is None:
            return None
        after = (at.astimezone(UTC) + timedelta(seconds=1)).astimezone(ZoneInfo(self.zone))
        found = next(CronSim(self.cron, after, reverse=True), None)  # strictly before
        return None if found is None else found.astimezone(UTC)


def resolved_day(text: str, *, today: date) -> str:
    """Give the day that begins a window, as YYYY-MM-DD.

    Parameters
    ----------
    text
        A day such as ``2026-05-01``, or ``last N days``, ``weeks``, ``months``, ``quarters``, ``years``
        (N may be left out where it is 1), or ``this week``, ``month``, ``quarter``, ``year``, which means its
        first day; a week begins on Monday. Empty stays empty. A month back from the 31st of a longer month
        is the last day of the shorter one.
    today
        The last day of the window.

    Raises
    ------
    ParameterError
        It is none of these, or lies before the calendar begins.

    Examples
    --------
    >>> resolved_day("last 90 days", today=date(2026, 11, 23))
    '2026-08-25'
    >>> resolved_day("this quarter", today=date(2026, 11, 23)), resolved_day("", today=date(2026, 11, 23))
    ('2026-10-01', '')
    """
    word = " ".join(text.casefold().split())
    try:
        if not word:
            return ""
        if last := _LAST.fullmatch(word):
            return _days_ago(today, int(last[1] or 1), last[2]).isoformat()
        if this := _THIS.fullmatch(word):
            if this[1] == "week":
                return (today - timedelta(days=today.weekday())).isoformat()
            months = _MONTHS[this[1]]
            return date(today.year, (today.month - 1) // months * months + 1, 1).isoformat()
        return date.fromisoformat(word).isoformat()
    except (ValueError, OverflowError):
        raise ParameterError(f"'{text}' is no day and no window; say such as {_WINDOWS}") from None


def _days_ago(today: date, count: int, unit: str) -> date:
    if unit in ("day", "week"):
        return today - timedelta(days=count * (7 if unit == "week" else 1))
    year, month = divmod(today.year * 12 + today.month - 1 - count * _MONTHS[unit], 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
