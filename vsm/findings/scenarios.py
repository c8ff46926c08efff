"""What a replay says of a change, in sentences; and when it says nothing, with the number that decides it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.findings.durations import percent
from vsm.model.replay.changes import AgentTakesOver, Arriving, Change
from vsm.model.replay.fitted import Replay
from vsm.model.replay.limits import Limit
from vsm.model.replay.scenarios import FINISHED_TICKETS, LEAD, WAIT
from vsm.model.replay.stations import FEWEST_VISITS
from vsm.model.replay.trust import FEWEST_CUTS, FEWEST_ROUTES, MOST_ARRIVALS

LEAST_EXPLAINED: Final = 0.6
MOST_MISSED: Final = 0.25
GOOD_ENOUGH: Final = 0.12
"""A replay that misses lead times by no more is believed, even where the last quarter is as near."""
MOST_OUTSIDE: Final = 1 / 3
_SHORT: Final = 0.05
"""Days that are shown as less than 0.1."""
REFUSAL_COLUMNS: Final = ("scenario", "number", "needed", "sentence", "record")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer: the number that decides, what is needed, and what to record to get one."""

    scenario: str
    number: float
    needed: float
    sentence: str
    record: str


_RECORD_WAITS: Final = (
    "Record who a ticket waits for: let the next person be assigned when work is passed on, use a "
    "status of its own "
    "for work and for waiting, and flag what is blocked."
)
_RECORD_WORK: Final = "Record who works on what: an assignee and a status of its own while somebody works."
_RECORD_PART: Final = "Nothing more: ask of one team, component or type of ticket."
_RECORD_TIME: Final = "Nothing but time, with statuses that are moved when work is."


def refusal_of_past(replay: Replay, trust: pd.DataFrame, *, overall: float) -> Refusal | None:
    """Say why no change can be tried on a stream at all; None where the replay can be believed.

    The stream's explained waiting comes first: it says most about what is missing.
    """
    if overall < LEAST_EXPLAINED:
        sentence = (
            f"No what-if: of the working time that tickets waited, {percent(overall)} is explained by people "
            "who were busy, by batches or by blocks. More people, or fewer tickets, would change nothing "
            "that these data can show."
        )
        return Refusal("any", overall, LEAST_EXPLAINED, sentence, _RECORD_WAITS)
    if not replay.servers:
        sentence = "No what-if: nobody is known to work at any stage, so there is no queue to replay."
        return Refusal("any", 0.0, 1.0, sentence, _RECORD_WORK)
    if replay.whole < FEWEST_ROUTES:
        sentence = (
            f"No what-if: {replay.whole} finished tickets are known from creation to finish, among "
            "others of their "
            f"time that are nearly all finished; {FEWEST_ROUTES} are needed."
        )
        return Refusal("any", replay.whole, FEWEST_ROUTES, sentence, _RECORD_TIME)
    if (arrivals := replay.arrivals) > MOST_ARRIVALS:
        sentence = (
            f"No what-if: {arrivals:,} tickets came in the last half year, and {MOST_ARRIVALS:,} are "
            "replayed at most. Ask of a part of the stream: stream.where(team=…).what_if."
        )
        return Refusal("any", arrivals, MOST_ARRIVALS, sentence, _RECORD_PART)
    if len(trust) < FEWEST_CUTS:
        sentence = (
            f"No what-if: the replay could be tested on {len(trust)} past months; {FEWEST_CUTS} are "
            "needed to know "
            "how far it misses."
        )
        return Refusal("any", len(trust), FEWEST_CUTS, sentence, _RECORD_TIME)
    return _missed(trust)


def _missed(trust: pd.DataFrame) -> Refusal | None:
    near, naive = (float(trust[name].median()) for name in ("distance", "distance_naive"))
    if np.isinf(near):
        sentence = (
            f"No what-if: replayed on {len(trust)} past months the model finished no ticket at all, where "
            "some were finished."
        )
        return Refusal("any", near, MOST_MISSED, sentence, _RECORD_WORK)
    if near > MOST_MISSED or (near > naive and near > GOOD_ENOUGH):
        sentence = (
            f"No what-if: replayed on {len(trust)} past months the model missed lead times by "
            f"{percent(near)}; "
            f"repeating the last quarter would have missed by {percent(naive)}."
        )
        return Refusal("any", near, min(MOST_MISSED, naive), sentence, _RECORD_WAITS)
    outside = int(((trust["n"] < trust["finished_low"]) | (trust["n"] > trust["finished_high"])).sum())
    if outside > MOST_OUTSIDE * len(trust):
        sentence = (
            f"No what-if: in {outside} of {len(trust)} past months the number of finished tickets lay "
            "outside of what "
            "90 of 100 replays gave."
        )
        return Refusal("any", outside, MOST_OUTSIDE * len(trust), sentence, _RECORD_WORK)
    return None


def refusal_of_change(change: Change, replay: Replay, *, explained: Mapping[int, float]) -> Refusal | None:
    """Say why one change cannot be tried; None where it can."""
    if isinstance(change, Limit) and not change.shows:
        return _limit(change)
    for code in change.about(replay) if not change.everywhere else ():
        stage, share = replay.stages[code], explained.get(code, np.nan)
        if share < LEAST_EXPLAINED:
            queues = [replay.stages[queue] for queue, line in replay.lines.items() if line == code] or [stage]
            sentence = (
                f"No what-if for {' and '.join(map(repr, queues))}: {percent(share)} of its waiting in "
                "working time is "
                "explained by people being busy, by batches or by blocks."
            )
            return Refusal(change.scenario, float(share), LEAST_EXPLAINED, sentence, _RECORD_WAITS)
        seen = replay.visits.get(code, 0)
        if code not in replay.gates and seen < FEWEST_VISITS:
            sentence = f"No what-if for '{stage}': {seen} recent visits there; {FEWEST_VISITS} are needed."
            return Refusal(change.scenario, seen, FEWEST_VISITS, sentence, _RECORD_WORK)
    return None


def refusal_of_rule(change: Change, fault: str) -> Refusal:
    """Say why a change that vsm.toml names cannot be tried: its words do not fit the stream."""
    sentence = f"No what-if for '{change.scenario}' of vsm.toml: {fault}."
    return Refusal(change.scenario, np.nan, np.nan, sentence, "Correct [[what_if]] in vsm.toml.")


def _limit(change: Limit) -> Refusal:
    slower = change.slower
    seen = "nobody there ever had more tickets in progress than at other times, so it cannot be seen"
    if slower is not None and not np.isnan(slower.more):
        seen = (
            f"with one more ticket in progress, work there took {_more(slower.more)} time "
            f"(from {_more(slower.low)} to {_more(slower.high)}, {slower.n:,} visits), which may be chance"
        )
    sentence = (
        f"A limit of {change.wip} in '{change.stage}' cannot be shown to help: {seen}. In a queue "
        "whose people always "
        "pull what they can, a limit moves waiting to before the limit: cycle time gets shorter, "
        "and lead time from "
        "creation stays as it is."
    )
    number = slower.low if slower is not None else np.nan
    record = "When work on a ticket is paused, and when it goes on."
    return Refusal(change.scenario, number, 0.0, sentence, record)


def _more(share: float) -> str:
    return f"{abs(100 * share):.0f} % {'more' if share >= 0 else 'less'}"


def sentence_of(change: Change, scenarios: pd.DataFrame, replay: Replay, *, weeks: int) -> str:
    """Say what a change would bring: waits where it is about a queue, lead time, and tickets finished."""
    rows = {
        (row["measure"], None if pd.isna(row["stage"]) else row["stage"]): row
        for row in scenarios.to_dict("records")
    }
    lead = rows.get((LEAD, None))
    said = []
    for stage in _queues(change, replay):
        row = rows.get((WAIT, stage))
        if row is not None and not (pd.isna(row["then"]) or pd.isna(row["as_is"])):
            said.append(_wait(row, stage))
    if lead is not None and not pd.isna(lead["difference"]):
        said.append(_lead(lead))
    count = rows.get((FINISHED_TICKETS, None))
    if count is not None and not count["difference_low"] <= 0 <= count["difference_high"]:
        said.append(
            f"in {weeks} weeks {count['then']:.0f} tickets ({count['then_low']:.0f} to "
            f"{count['then_high']:.0f}) would "
            f"be finished instead of {count['as_is']:.0f}"
        )
    first = _beginning(change)
    return f"{first}{'; '.join(said) or 'nothing can be said'}."


def _beginning(change: Change) -> str:
    words = change.scenario
    if isinstance(change, AgentTakesOver):
        return f"If {words.replace(' takes over ', ' took over ', 1)}: "
    return (
        f"Without {words.removeprefix('without ')}: " if words.startswith("without ") else f"With {words}: "
    )


def _wait(row: Mapping[Any, Any], stage: str) -> str:
    if row["difference_low"] <= 0 <= row["difference_high"]:
        return f"the wait in '{stage}' would stay as it is, {_days(row, 'as_is')} for half of the tickets"
    most = "" if row["then"] < _SHORT else "at most "
    return (
        f"half of the tickets would wait {most}{_days(row, 'then')} in '{stage}' instead of "
        f"{_days(row, 'as_is')}"
    )


def _lead(row: Mapping[Any, Any]) -> str:
    same = _days(row, "then") == _days(row, "as_is")
    if same or row["difference_low"] <= 0 <= row["difference_high"]:
        return (
            "lead time would stay about the same: half of the tickets would be finished within "
            f"{_days(row, 'then')} of their creation, as against {_days(row, 'as_is')} as it is"
        )
    return (
        f"half of the tickets would be finished within {_days(row, 'then')} of their creation instead of "
        f"{_days(row, 'as_is')}"
    )


def _queues(change: Change, replay: Replay) -> list[str]:
    """Give the queues whose waits a sentence is about: those of its lines and gates, where not all are."""
    if isinstance(change, Arriving):
        return []
    about = change.about(replay)
    gates = [replay.stages[code] for code in about if code in replay.gates]
    return gates + [replay.stages[queue] for queue, line in replay.lines.items() if line in about]


def _days(row: Mapping[Any, Any], name: str) -> str:
    """Write a number of days with its interval, such as 0.9 d (0.8 to 6.9), or 41 d (27 to 54)."""
    low, high = ("low", "high") if name == "as_is" else (f"{name}_low", f"{name}_high")
    middle, least, most = (f"{row[part]:.{1 if row[name] < 10 else 0}f}" for part in (name, low, high))
    return "less than 0.1 d" if row[name] < _SHORT else f"{middle} d ({least} to {most})"


def best_of(scenarios: pd.DataFrame) -> Mapping[Any, Any] | None:
    """Give the row of the change that cuts lead time most, of those that surely do; None where none does."""
    lead = scenarios[(scenarios["measure"] == LEAD) & (scenarios["difference_high"] < 0)]
    return None if lead.empty else lead.sort_values("difference", kind="stable").iloc[0].to_dict()


def line_of(scenarios: pd.DataFrame, sentences: Sequence[str]) -> str:
    """Give the line of a summary: what the best change would bring, if any would, and how far that misses."""
    if scenarios.empty:
        return sentences[0] if sentences else ""
    best = best_of(scenarios)
    if best is None:
        return f"None of the changes that were tried would shorten lead time. {sentences[-1]}"
    name = str(best["scenario"])
    return f"{name[:1].upper()}{name[1:]}: {_lead(best)}. {sentences[-1]}"


def sentence_of_trust(trust: pd.DataFrame) -> str:
    """Say how far the replay missed on past months, and what repeating the last quarter would have missed."""
    near, naive = (percent(float(trust[name].median())) for name in ("distance", "distance_naive"))
    return (
        f"Replayed on {len(trust)} past months the model missed lead times by {near}; repeating the "
        f"last quarter would have missed by {naive}. In brackets: the range of 90 of 100 replays."
    )
