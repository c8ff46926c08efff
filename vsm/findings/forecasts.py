"""Claims about what comes: how many tickets, until when, each with the hit rate of the same question."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

import pandas as pd

from vsm.config import Workflow
from vsm.counts import counted
from vsm.findings.durations import percent
from vsm.findings.finding import Finding, Findings
from vsm.model.forecast import FEWEST_OUTCOMES, HORIZONS

SAID: Final = 0.85
"""The level of sentences."""
USUAL: Final = 28
"""Days that the first sentence is about."""
EVEN: Final = 0.5
NUMBERS: Final = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"
)  # fmt: skip
_UNKNOWN: Final = float("nan")
_CAVEAT: Final = (
    "It supposes that work goes on as it has in the last weeks or years; a team that grows, or larger "
    "tickets, are not in it. Drawn in blocks of {block_days} days of the record."
)


class ForecastTables(Protocol):
    """The tables that ``vsm.sections.Forecasts`` has."""

    @property
    def answers(self) -> pd.DataFrame:
        """FORECASTS."""

    @property
    def service_level(self) -> pd.DataFrame:
        """As ``service_level_chances`` gives them."""


def weeks_ahead(days: int) -> str:
    """Write a horizon in the middle of a sentence.

    Examples
    --------
    >>> weeks_ahead(7), weeks_ahead(28), weeks_ahead(91)
    ('the next week', 'the next four weeks', 'the next 13 weeks')
    """
    weeks = days // 7
    number = NUMBERS[weeks] if weeks < len(NUMBERS) else f"{weeks}"
    return "the next week" if weeks == 1 else f"the next {number} weeks"


def forecast_sentence(row: Mapping[Any, Any], *, of: str = "") -> str:
    """Say what is forecast, how sure that is, and how often it held; or why nothing is.

    Parameters
    ----------
    row
        Of FORECASTS.
    of
        What is finished, where it is not any tickets: "the three open tickets of SHOP-1".

    Examples
    --------
    >>> row = {"question": "how many", "amount": 28, "level": 0.85, "answer": 12, "verdict": "tested"}
    >>> print(forecast_sentence(row | {"held": 0.84, "held_low": 0.77, "held_high": 0.9, "outcomes": 179}))
    In the next four weeks 12 or more tickets will be finished (in 85 of 100 cases; forecasts made this way
    held in 84 % of 179 weeks, 77 % to 90 %).
    """
    sure = f"in {100 * row['level']:.0f} of 100 cases"
    if row["verdict"] in ("refused", "too far ahead", "withheld"):
        return str(row["why"])
    how = f"{sure}; {hit_words(row)}"
    if row["question"] == "when":
        what = of or f"{row['amount']:,} more tickets"
        return f"{what[:1].upper()}{what[1:]} will be finished by {row['due']:%Y-%m-%d} ({how})."
    if not row["answer"]:
        return (
            f"Possibly no ticket will be finished in {weeks_ahead(row['amount'])}: that happens in more than "
            f"{100 - 100 * row['level']:.0f} of 100 cases ({hit_words(row)})."
        )
    many = "1 or more tickets" if row["answer"] == 1 else f"{row['answer']:,} or more tickets"
    return f"In {weeks_ahead(row['amount'])} {many} will be finished ({how})."


def hit_words(row: Mapping[Any, Any]) -> str:
    """Say how often past forecasts of the same question and level held.

    Examples
    --------
    >>> hit_words({"verdict": "not yet tested", "outcomes": 7})
    'not yet tested: the outcomes of 7 past forecasts are known, of 20 needed'
    """
    if row["verdict"] == "not yet tested":
        few = counted(int(row["outcomes"]), "past forecast")
        return f"not yet tested: the outcomes of {few} are known, of {FEWEST_OUTCOMES} needed"
    return (
        f"forecasts made this way held in {percent(row['held'])} of {row['outcomes']:,} weeks, "
        f"{percent(row['held_low'])} to {percent(row['held_high'])}"
    )


def usual_answer(answers: pd.DataFrame) -> dict[Any, Any] | None:
    """Give the row that a summary shows: of four weeks, else of two; None where neither has an answer."""
    said = answers[answers["level"] == SAID]
    rows = {row["amount"]: row for row in said.to_dict("records")}
    return next((row for days in (USUAL, HORIZONS[0]) if (row := rows.get(days)) and _claims(row)), None)


def findings_about_what_comes(
    tables: ForecastTables, *, tickets: pd.DataFrame, workflow: Workflow, as_of: pd.Timestamp
) -> Findings:
    """Give what is forecast in claims; where nothing is, ``nothing`` says why and what would help."""
    answers = tables.answers
    refused = answers[(answers["level"] == SAID) & (answers["amount"] == USUAL)]
    why = "" if refused.empty else str(refused["why"].iloc[0])
    found = [*_how_many(answers), *_service_level(tables.service_level, tickets, workflow)]
    return Findings(found, title=f"From {as_of:%Y-%m-%d} on", nothing=why or "There is no forecast.")


def forecast_line(findings: Findings) -> str:
    """Give the sentence of a summary: how many tickets, or why there is no forecast."""
    found = findings.about("forecast")
    return found[0].claim if found else findings.nothing


def _claims(row: Mapping[Any, Any]) -> bool:
    return row["verdict"] in ("tested", "not yet tested")


def _how_many(answers: pd.DataFrame) -> Iterator[Finding]:
    row = usual_answer(answers)
    if row is None:
        return
    ahead, number = weeks_ahead(row["amount"]), row["answer"]
    yield Finding(
        rule="forecast",
        subject=ahead,
        claim=forecast_sentence(row),
        title=f"{f'{number:,} or more tickets' if number else 'Possibly no ticket'} in {ahead}",
        cost=pd.Timedelta(0),
        share=_UNKNOWN,
        low=_UNKNOWN,
        high=_UNKNOWN,
        n=int(row["outcomes"]),
        tickets=(),
        caveat=_CAVEAT.format(**row),
        experiment="",
    )


def _service_level(chances: pd.DataFrame, tickets: pd.DataFrame, workflow: Workflow) -> Iterator[Finding]:
    """Claim how many open tickets are less likely than not to meet the service level."""
    level, known = workflow.service_level, chances[chances["chance"].notna()]
    at_risk = known[(known["chance"] > 0) & (known["chance"] < EVEN)]
    if level is None or at_risk.empty:
        return
    key = tickets.set_index(tickets["ticket"].astype("str"))["key"].astype("str")
    over = int((known["chance"] == 0).sum())
    missing = len(chances) - len(known)
    unsure = f" Of {missing:,} it cannot be said." if missing else ""
    nearest = at_risk.sort_values("chance", ascending=False, kind="stable")
    yield Finding(
        rule="service level",
        subject="service level",
        claim=(
            f"{counted(len(at_risk), 'open ticket')} of {len(known):,} "
            f"{'is' if len(at_risk) == 1 else 'are'} less likely than not to meet the service level "
            f"({level}); {over:,} cannot any more.{unsure}"
        ),
        title=f"{counted(len(at_risk), 'open ticket')} may miss the service level",
        cost=pd.Timedelta(0),
        share=_UNKNOWN,
        low=_UNKNOWN,
        high=_UNKNOWN,
        n=len(known),
        tickets=tuple(key.reindex(nearest["ticket"]).dropna().head(5)),
        caveat="Each is compared with the tickets that were in its stage at its age, whatever their size.",
        experiment="Look at these first: what would it take to finish them in time?",
    )
