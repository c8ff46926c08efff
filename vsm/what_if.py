"""What would change if …? ``stream.what_if([...])``: the stream's tickets replayed with a change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any, Final, TypeVar

import pandas as pd

from vsm.all_cores import on_all_cores
from vsm.config import WhatIfRule
from vsm.errors import ParameterError
from vsm.findings.scenarios import (
    REFUSAL_COLUMNS,
    Refusal,
    line_of,
    refusal_of_change,
    refusal_of_past,
    refusal_of_rule,
    sentence_of,
    sentence_of_trust,
)
from vsm.model.forecast.finishes import outcomes_said
from vsm.model.replay import changes, limits
from vsm.model.replay.fitted import Replay, fitted
from vsm.model.replay.past import DAY, past_of
from vsm.model.replay.scenarios import (
    REFITS,
    REPLICATIONS,
    SCENARIO_COLUMNS,
    Outcome,
    compared_scenarios,
    outcome_of,
)
from vsm.model.replay.stations import Rota, people_of
from vsm.model.replay.trust import (
    MOST_ARRIVALS,
    explained_by_line,
    explained_waiting,
    overall,
    trust_of_replay,
)
from vsm.model.replay.without import Without
from vsm.stream import ValueStream
from vsm.tables import DERIVED, conform, empty

Made = TypeVar("Made")
HALF_A_YEAR: Final = 26
MOST_WEEKS: Final = 52


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found; shows its sentences in a notebook.

    Attributes
    ----------
    sentences
        One per change, in its order: what it would bring, or why that cannot be said; then how far the replay
        misses.
    scenarios
        As ``compared_scenarios`` gives them: a row per change that could be tried, and measure.
    refusals
        A row per change that could not: ``scenario, number, needed, sentence, record`` (what to record to get
        one).
    trust
        As ``trust_of_replay`` gives it.
    """

    sentences: tuple[str, ...]
    scenarios: pd.DataFrame
    refusals: pd.DataFrame
    trust: pd.DataFrame

    def __repr__(self) -> str:
        """Give the sentences, one a line."""
        return "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        """Give the sentences as a list; every text is escaped."""
        texts = self.refusals["record"].unique()
        record = [f"To get an answer, {text[:1].lower()}{text[1:]}" for text in texts]
        return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in (*self.sentences, *record))}</ul>"


class WhatIf:
    """``stream.what_if``: call it with changes, which are its attributes.

    Examples
    --------
    >>> from vsm.eventlog.log import Log
    >>> from vsm.config import Workflow
    >>> from vsm.from_log import stream_from_log
    >>> stream = stream_from_log(Log(), workflow=Workflow(), as_of=pd.Timestamp("2026-01-05", tz="UTC"))
    >>> stream.what_if([stream.what_if.OneMore("QA")])
    No what-if: nobody is known to work at any stage, so there is no queue to replay.
    """

    OneMore = changes.OneMore
    Released = changes.Released
    Without = Without
    Arriving = changes.Arriving
    FirstInFirstOut = changes.FirstInFirstOut
    Merged = changes.Merged
    Split = changes.Split
    AgentTakesOver = changes.AgentTakesOver
    Limit = limits.Limit

    def __init__(self, stream: ValueStream) -> None:
        self._stream = stream
        self._as_is: dict[tuple[int, int], Outcome] = {}
        self._replays: dict[int, Replay] = {}

    def __dir__(self) -> list[str]:
        """List the changes, and the tables that an answer rests on."""
        return sorted(name for name in vars(type(self)) if not name.startswith("_"))

    def __repr__(self) -> str:
        """Say what can be tried."""
        return f"what_if([...]): {', '.join(dir(self))}"

    @property
    def trust(self) -> pd.DataFrame:
        """What replays of past months would have said, and what happened (``trust_of_replay``).

        Nothing where more tickets come than are replayed.
        """
        stream = self._stream
        if self._replay(HALF_A_YEAR).arrivals > MOST_ARRIVALS:
            return empty(DERIVED["what_if.trust"])
        found = self._once(
            "trust",
            lambda: trust_of_replay(
                stream.visits,
                **self._about,
                rota=self._rota,
                as_of=stream.as_of,
                seed=stream.seed,
                each=on_all_cores,
            ),
        )
        return _table("trust", found)

    def _once(self, name: str, make: Callable[[], Made]) -> Made:
        """Make something for this stream once: for all that read it, and for forks that begin with it."""
        kept = vars(self._stream._source or self._stream)  # noqa: SLF001 - as a measure is kept
        name = f"_what_if_{name}"
        if name not in kept:
            kept[name] = make()
        made: Made = kept[name]
        return made

    @cached_property
    def explained(self) -> pd.DataFrame:
        """How much of the waiting before each stage is explained: as ``explained_waiting`` gives it."""
        stream = self._stream
        found = explained_waiting(stream.waits, stages=stream.stages, as_of=stream.as_of)
        return _table("explained", found)

    @property
    def named(self) -> list[changes.Change]:
        """The changes of ``[[what_if]]`` in vsm.toml."""
        return [change_of(rule) for rule in self._stream.workflow.what_if]

    @property
    def suggested(self) -> list[changes.Change]:
        """What to try: the changes that vsm.toml names, else the usual ones.

        These are one more person at the stage before which most is waited for people, releases twice as
        often, and a tenth fewer tickets.
        """
        if self.named:
            return self.named
        replay = self._replay(HALF_A_YEAR)
        waited = self.explained.assign(days=self.explained["waited"] * self.explained["explained"])
        days = waited.set_index("stage")["days"].to_dict()
        queues = sorted(replay.lines, key=lambda queue: days.get(replay.stages[queue], 0.0))
        found: list[changes.Change] = []
        if queues and replay.servers:
            found.append(changes.OneMore(replay.stages[replay.lines[queues[-1]]]))
        if replay.gates:
            last, (_, every) = max(replay.gates.items())
            found.append(changes.Released(max(round(every / DAY / 2), 1), replay.stages[last]))
        return [*found, changes.Arriving(0.9)]

    @property
    def answers(self) -> Answers:
        """What the suggested changes would bring, by half as many replications as usual: pages show them."""
        return self._once("answers", lambda: self(replications=REPLICATIONS // 2))

    @property
    def line(self) -> str:
        """What the best of the changes that vsm.toml names would bring; empty where it names none."""
        return line_of(self.answers.scenarios, self.answers.sentences) if self.named else ""

    @property
    def scenarios(self) -> pd.DataFrame:
        """What the suggested changes would bring: a row per change that could be tried, and measure."""
        return self.answers.scenarios.copy(deep=False)

    @property
    def refusals(self) -> pd.DataFrame:
        """Which of the suggested changes could not be tried, and why."""
        return self.answers.refusals.copy(deep=False)

    @property
    def stations(self) -> pd.DataFrame:
        """Who works where, without names: ``stage, people, slots, hours_a_week`` (of all of them).

        Stages of fewer people than ``[privacy]`` says are left out.
        """
        replay, fewest = self._replay(HALF_A_YEAR), self._stream._context.fewest_people  # noqa: SLF001
        rows = []
        for line in sorted({line for one in replay.servers for line in one.lines}):
            own = [one for one in replay.servers if line in one.lines]
            week = [
                (one.hours.before[-1] / 3600) / max((one.hours.closes[-1] - one.hours.opens[0]) / 604_800, 1)
                for one in own
            ]
            if len(own) >= fewest:
                slots = sum(one.slots for one in own)
                rows.append((replay.stages[line], len(own), slots, round(sum(week), 1)))
        return _table("stations", pd.DataFrame(rows, columns=["stage", "people", "slots", "hours_a_week"]))

    def __call__(
        self,
        asked: Sequence[changes.Change] | changes.Change | None = None,
        *,
        weeks: int = HALF_A_YEAR,
        replications: int = REPLICATIONS,
    ) -> Answers:
        """Replay the coming weeks as it is and with each of these changes, one at a time.

        Parameters
        ----------
        asked
            Changes, or one; by default ``suggested``.
        weeks, replications
            How far to look ahead, and how often; 90 % intervals are over replications, each of 40 parts of
            which is of tickets drawn anew. Both sides of each have the same random numbers, from the stream's
            seed.

        Raises
        ------
        ParameterError
            A stage is unknown, or a number cannot be; names what is known.
        """
        whole = isinstance(weeks, int) and isinstance(replications, int)
        if not whole or not 1 <= weeks <= MOST_WEEKS or replications < 1:
            raise ParameterError(f"weeks go from 1 to {MOST_WEEKS}, replications from 1 on, in whole numbers")
        wanted = self.suggested if asked is None else asked
        wanted = [wanted] if isinstance(wanted, changes.Change) else wanted
        if odd := [one for one in wanted if not isinstance(one, changes.Change)]:
            raise ParameterError(f"{odd[0]!r} is no change; ask such as what_if([what_if.OneMore('In QA')])")
        replay = self._replay(weeks)
        trust = self.trust
        refused = refusal_of_past(replay, trust, overall=overall(self.explained))
        if refused is not None:
            return self._answers([refused.sentence], [], [refused])
        sentences, frames, refusals = [], [], []
        lines = explained_by_line(self.explained, replay)
        for change in {change.scenario: change for change in wanted}.values():
            try:
                one = self._with_slope(change, replay) if isinstance(change, limits.Limit) else change
                refusal = refusal_of_change(one, replay, explained=lines)
                changed = one.applied(replay)
            except ParameterError as error:
                if asked is not None:
                    raise
                refusal = refusal_of_rule(change, str(error))
            if refusal is not None:
                sentences.append(refusal.sentence)
                refusals.append(refusal)
                continue
            then = self._outcome(changed, weeks, replications)
            found = compared_scenarios(self._now(replay, weeks, replications), then, scenario=one.scenario)
            sentences.append(sentence_of(one, found, replay, weeks=weeks))
            frames.append(found)
        return self._answers([*sentences, sentence_of_trust(trust)], frames, refusals)

    def _answers(self, sentences: list[str], frames: list[pd.DataFrame], refusals: list[Refusal]) -> Answers:
        nothing = pd.DataFrame(columns=list(SCENARIO_COLUMNS))
        rows = [[getattr(one, name) for name in REFUSAL_COLUMNS] for one in refusals]
        return Answers(
            tuple(sentences),
            _table("scenarios", pd.concat(frames, ignore_index=True) if frames else nothing),
            _table("refusals", pd.DataFrame(rows, columns=list(REFUSAL_COLUMNS))),
            self.trust,
        )

    @cached_property
    def _about(self) -> dict[str, Any]:
        stream = self._stream
        outcomes = outcomes_said(stream.events, stream.stages, stream.workflow.outcome)
        return {"tickets": stream.tickets, "stages": stream.stages, "outcomes": outcomes}

    @cached_property
    def _rota(self) -> Rota:
        workflow = self._stream.workflow
        zones = {team.name: week.zone for team in workflow.teams if (week := workflow.calendar_of(team.name))}
        own = workflow.calendar_of(None)
        known: Mapping[str, str] = {team: zone for team, zone in zones.items() if zone}
        return Rota(self._stream.clock, (own.zone if own else None) or "UTC", known)

    def _replay(self, weeks: int) -> Replay:
        if weeks not in self._replays:
            self._replays[weeks] = fitted(
                self._stream.visits, **self._about, rota=self._rota, at=self._stream.as_of, weeks=weeks
            )
        return self._replays[weeks]

    def _now(self, replay: Replay, weeks: int, replications: int) -> Outcome:
        key = (weeks, replications)
        if key not in self._as_is:
            self._as_is[key] = self._outcome(replay, weeks, replications)
        return self._as_is[key]

    def _outcome(self, replay: Replay, weeks: int, replications: int) -> Outcome:
        return outcome_of(
            replay,
            weeks=weeks,
            seed=self._stream.seed,
            replications=replications,
            refits=min(REFITS, replications),
            each=on_all_cores,
        )

    def _with_slope(self, change: limits.Limit, replay: Replay) -> limits.Limit:
        """Look up whether work at the stage gets slower with more tickets in progress."""
        stream = self._stream
        past = past_of(stream.visits, **self._about, at=stream.as_of)
        people = people_of(past, rota=self._rota, until=replay.until)
        (line,) = change.about(replay)
        slower = limits.slower_with_more(past, people=people, stage=line, seed=stream.seed)
        return replace(change, slower=slower)


def _table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame the columns and types of its table in the dictionary."""
    table = DERIVED[f"what_if.{name}"]
    return empty(table) if frame.empty else conform(frame, table)


def change_of(rule: WhatIfRule) -> changes.Change:
    """Give the change that a ``[[what_if]]`` of vsm.toml describes."""
    kinds: dict[str, Any] = {**changes.CHANGES, "without": Without, "limit": limits.Limit}
    return kinds[rule.change](**rule.arguments)  # type: ignore[no-any-return]
