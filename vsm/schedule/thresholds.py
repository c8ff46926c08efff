"""Whether a measure is above what vsm.toml says, so that somebody who asked for it is notified."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from vsm.config import Tell
from vsm.counts import counted
from vsm.model.ageing import LATE
from vsm.model.lifecycle import still_open
from vsm.model.standup import blocked_now
from vsm.stream import ValueStream

_DAY: Final = 86_400.0
_WORDS: Final = {"over_age": "over age", "wip": "in progress", "blocked": "blocked"}


def passed_thresholds(
    tells: Sequence[Tell], stream: ValueStream, *, before: Sequence[Mapping[str, Any]]
) -> tuple[tuple[tuple[str, ...], ...], tuple[dict[str, str], ...]]:
    """Give sentences on what each ``[[report.tell]]`` has to say, and what the next report has to know.

    What was above its threshold in the last report, which kept ``before``, says nothing until it has fallen
    below it.
    """
    known = {old.get("above") for old in before}
    above = [dict(above_threshold(tell, stream)) for tell in tells]
    passed = tuple(tuple(words for name, words in each.items() if name not in known) for each in above)
    return passed, tuple({"above": name} for name in dict.fromkeys(name for each in above for name in each))


def above_threshold(tell: Tell, stream: ValueStream) -> Iterator[tuple[str, str]]:
    """Give what is above the threshold of a ``[[report.tell]]``, where it has one.

    Each is a name, which stays the same from run to run, and a sentence. One that asks for the stages' own
    limits gives each stage that is above its own.
    """
    if tell.measure == "lead_time_p85" and tell.above is not None:
        done = stream._present.delivered["lead"].dt.total_seconds()  # noqa: SLF001 - as findings see it
        days = float(done.quantile(0.85)) / _DAY if len(done) >= stream.minimum else float("nan")
        if days > tell.above:
            yield (
                f"lead_time_p85 > {tell.above:g}",
                f"85 % were delivered within {days:.1f} days, above {tell.above:g}.",
            )
    elif tell.measure is not None and tell.above is not None:
        counts, where = _counts(tell, stream), f" in '{tell.stage}'" if tell.stage else ""
        count = int(counts.sum() if tell.stage is None else counts.get(tell.stage, 0))
        if count > tell.above:
            what = "" if tell.measure == "wip" and tell.stage else f" {_WORDS[tell.measure]}"
            words = f"{counted(count, 'ticket')}{what}{where}, above {tell.above:g}."
            yield f"{tell.measure}{where} > {tell.above:g}", words
    elif tell.measure is not None:
        counts = _counts(tell, stream)
        for stage, limit in stream.workflow.limits.items():
            count = int(counts.get(stage, 0))
            if count > limit and tell.stage in (None, stage):
                yield (
                    f"wip in '{stage}'",
                    f"{counted(count, 'ticket')} in '{stage}', above its limit of {limit}.",
                )


def _counts(tell: Tell, stream: ValueStream) -> "pd.Series[Any]":
    """Count open tickets by stage: all of one stage, but only what has been started of all stages."""
    ages = stream._present.ages  # noqa: SLF001 - as above
    if tell.measure == "over_age":
        ages = ages[ages["stay_beyond"] >= LATE]
    elif tell.measure == "blocked":
        there = stream.lifecycles.loc[still_open(stream.lifecycles), "ticket"].astype("str")
        stuck = {
            ticket for row in blocked_now(stream.blocks, open_tickets=there)["tickets"] for ticket in row
        }
        ages = ages[ages["ticket"].isin(stuck)]
    elif tell.stage is None and tell.above is not None:
        ages = ages[ages["cycle"].notna()]
    return ages.groupby("stage").size()
