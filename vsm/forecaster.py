"""``stream.forecast``: questions about what comes, answered with the hit rate of the same question so far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from vsm.counts import counted
from vsm.errors import ParameterError
from vsm.findings import Findings, forecast_sentence, kept_forecasts
from vsm.findings.durations import percent
from vsm.findings.forecasts import SAID
from vsm.model.choices import values_of
from vsm.model.forecast import FEWEST_OUTCOMES, Forecast, Question, forecasts
from vsm.model.lifecycle import still_open
from vsm.model.sprints import in_sprints_now
from vsm.model.ticket_life import ticket_of_key
from vsm.stream import ValueStream

_HEADINGS = ("Meant to hold", "Answer", "Held so far")
_SHOWN = 5


@dataclass(frozen=True, eq=False, repr=False)
class Answer:
    """The answer to one question: shows itself in sentences, with a row for each level.

    Attributes
    ----------
    forecast
        ``answers`` and ``hits`` as tables, and why the question is refused if it is.
    of
        What is to be finished, where it is not any tickets.
    supposes
        What the answer supposes, in sentences.
    """

    forecast: Forecast
    of: str = ""
    supposes: str = ""

    @property
    def answers(self) -> pd.DataFrame:
        """One row per level, with the columns of ``stream.forecasts.answers``."""
        return self.forecast.answers

    @property
    def hits(self) -> pd.DataFrame:
        """The same question on every Monday of the past, as ``stream.forecasts.hits``."""
        return self.forecast.hits

    def __str__(self) -> str:
        """Say what is forecast, or why nothing is, and what that supposes."""
        answers = self.forecast.answers
        row = answers[answers["level"] == SAID].to_dict("records")[0]
        return " ".join(filter(None, [forecast_sentence(row, of=self.of), self.supposes]))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Show the sentence and, unless the question is refused, a table of levels; every text is escaped."""
        if self.forecast.refusal:
            return f"<p>{escape(str(self))}</p>"
        head = "".join(f'<th scope="col" style="text-align: left;">{heading}</th>' for heading in _HEADINGS)
        rows = "".join(
            "<tr>" + "".join(f'<td style="text-align: left;">{escape(text)}</td>' for text in texts) + "</tr>"
            for texts in map(_row, self.forecast.answers.to_dict("records"))
        )
        return f"<p>{escape(str(self))}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(row: dict[Any, Any]) -> tuple[str, str, str]:
    """Give a level, its answer and its hit rate in words."""
    answer = str(row["verdict"])
    if not pd.isna(row["answer"]):
        answer = f"{row['due']:%Y-%m-%d}" if row["question"] == "when" else f"{row['answer']:,} or more"
    held = "not yet tested"
    if row["outcomes"] >= FEWEST_OUTCOMES:
        low, high = (percent(row[side]).removesuffix(" %") for side in ("held_low", "held_high"))
        held = f"{percent(row['held'])} ({low} – {high}) of {counted(int(row['outcomes']), 'week')}"
    return f"{100 * row['level']:.0f} of 100", answer, held


class Forecaster:
    """Questions about what comes; each answer bears the hit rate of the same question so far.

    ``findings``, ``answers``, ``hits`` and ``service_level`` are of the questions that every stream is asked.
    """

    def __init__(self, stream: ValueStream) -> None:
        self._stream = stream

    def __dir__(self) -> list[str]:
        """List what can be asked."""
        return ["answers", "findings", "hits", "how_many", "service_level", "when"]

    def __repr__(self) -> str:
        """Say what is forecast."""
        return str(self.findings)

    def _repr_html_(self) -> str:
        """Show what is forecast as claims."""
        return self.findings._repr_html_()

    @property
    def findings(self) -> Findings:
        """What is forecast in claims, or why nothing is."""
        return self._stream.forecast_findings

    @property
    def answers(self) -> pd.DataFrame:
        """How many tickets will be finished in the next 2, 4, 8 and 12 weeks, by level."""
        return self._stream.forecasts.answers

    @property
    def hits(self) -> pd.DataFrame:
        """What would have been answered on every Monday of the past, and whether it held."""
        return self._stream.forecasts.hits

    @property
    def service_level(self) -> pd.DataFrame:
        """The chance of each open ticket to meet the service level."""
        return self._stream.forecasts.service_level

    def how_many(self, *, weeks: int = 4) -> Answer:
        """Answer how many tickets will be finished in so many weeks.

        Raises
        ------
        ParameterError
            ``weeks`` is no whole number from 1 on.
        """
        return Answer(self._asked(Question("how many", 7 * _whole("weeks", weeks))))

    def when(
        self,
        *,
        items: int = 0,
        tickets: Iterable[str] | str = (),
        epic: str = "",
        sprint: str = "",
        stage: str = "",
    ) -> Answer:
        """Answer when so many more tickets will be finished, or the open ones of a set, if these come next.

        Parameters
        ----------
        items
            How many.
        tickets
            Keys of tickets, or one key.
        epic
            Key of a parent, or of a parent's parent; or an objective.
        sprint
            A sprint, begun or not, by its name.
        stage
            What is in this stage now.

        Raises
        ------
        ParameterError
            None of these is given, or several are; nothing is known by this name; or nothing of it is open.
        """
        keys = tuple(dict.fromkeys([tickets] if isinstance(tickets, str) else map(str, tickets)))
        keys = tuple(filter(None, keys))
        given = {"items": items, "tickets": keys, "epic": epic, "sprint": sprint, "stage": stage}
        named = [name for name, value in given.items() if value]
        if len(named) != 1:
            raise ParameterError(f"ask for one of {', '.join(given)}; given: {', '.join(named) or 'none'}")
        if items:
            return Answer(self._asked(Question("when", _whole("items", items))))
        chosen = {
            "tickets": lambda: self._keyed(given["tickets"]),
            "epic": lambda: self._of_epic(epic),
            "sprint": lambda: self._of_sprint(sprint),
            "stage": lambda: self._of_stage(stage),
        }
        return self._of_set(*chosen[named[0]](), by_key=named[0] == "tickets")

    def _of_set(self, ids: set[str], name: str, *, by_key: bool) -> Answer:
        """Answer when the open units of work among tickets will be done; parts count as their unit."""
        context, lives = self._stream._context, self._stream.lifecycles  # noqa: SLF001 - a part of the stream
        units = {context.unit_of.get(ticket, ticket) for ticket in ids}
        mine = lives[lives["ticket"].isin(units) & lives["unit"]]
        there, whole = int(still_open(mine).sum()), int(still_open(lives[lives["unit"]]).sum())
        if not there:
            done = (
                counted(len(mine), "unit") + " of work known, all done"
                if len(mine)
                else "no unit of work known"
            )
            raise ParameterError(f"nothing of {name} is open: {done}")
        of = f"the {there:,} open tickets of {name}" if there > 1 else f"the open ticket of {name}"
        of = name if by_key and len(ids) == 1 else of
        first, last = forecasts(self._stream._record, [Question("when", n) for n in (there, whole)])  # noqa: SLF001
        if not first.answers["answer"].notna().any():
            return Answer(first, of)
        these, needs = ("these", "none of them needs") if there > 1 else ("it", "it does not need")
        supposes = (
            f"That supposes that the team finishes {these} next, before any other ticket and any new one, "
            f"and that {needs} longer by itself."
        )
        end = last.answers[last.answers["level"] == SAID].to_dict("records")[0]
        if whole > there and not pd.isna(end["answer"]):
            supposes += (
                f" If all {whole:,} tickets that are open now come first, it is {end['due']:%Y-%m-%d}; new "
                "ones that come before them make it later still."
            )
        elif whole > there:
            supposes += f" If all {whole:,} tickets that are open now come first, no date can be given."
        return Answer(first, of, supposes)

    def _keyed(self, keys: Any) -> tuple[set[str], str]:
        stream = self._stream
        about: dict[str, Any] = {"events": stream.events, "aliases": stream.workflow.jira.aliases}
        ids = {ticket_of_key(stream.tickets, key=key, **about) for key in keys}
        more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
        return ids, f"{', '.join(keys[:_SHOWN])}{more}"

    def _of_epic(self, epic: str) -> tuple[set[str], str]:
        stream, known = self._stream, self._stream._context.log.tickets  # noqa: SLF001
        pairs = values_of("epic", tickets=stream.tickets, visits=stream.visits, known=known)
        served = stream.alignment.tickets
        ids = {
            *pairs.loc[pairs["value"] == epic, "ticket"],
            *served.loc[served["objective"] == epic, "ticket"],
        }
        return _known(ids, "epic", epic, {*pairs["value"], *served["objective"].dropna()})

    def _of_sprint(self, sprint: str) -> tuple[set[str], str]:
        now = in_sprints_now(self._stream.events, self._stream.names)
        return _known(set(now.loc[now["name"] == sprint, "ticket"]), "sprint", sprint, {*now["name"]})

    def _of_stage(self, stage: str) -> tuple[set[str], str]:
        stays = self._stream.stage_visits
        now = stays[stays["left"].isna() & (stays["kind"] != "done")]
        ids, _ = _known(set(now.loc[now["stage"] == stage, "ticket"]), "stage", stage, {*now["stage"]})
        return ids, f"'{stage}'"

    def _asked(self, question: Question) -> Forecast:
        return forecasts(self._stream._record, [question])[0]  # noqa: SLF001 - a part of the stream


def _whole(name: str, number: int) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ParameterError(f"{name} is {number!r}; give a whole number from 1 on")
    return number


def _known(ids: set[str], word: str, value: str, values: set[Any]) -> tuple[set[str], str]:
    """Give the tickets and their name; refuse a value that none has."""
    if not ids:
        shown = sorted(map(str, values))
        more = f" and {len(shown) - 12} more" if len(shown) > 12 else ""
        raise ParameterError(
            f"{word} is '{value}', which no ticket has; known: {', '.join(shown[:12]) or 'none'}{more}"
        )
    return ids, value


def forecasts_of_reports(
    stream: ValueStream, before: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], ...]:
    """Give what has to be kept of forecasts after a report, those before it scored (``kept_forecasts``)."""
    record, answers = stream._record, stream.forecasts.answers  # noqa: SLF001 - as an accessor
    return kept_forecasts(before, answers, finishes=record.finishes, as_of=stream.as_of)
