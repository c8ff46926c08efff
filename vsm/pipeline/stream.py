"""What is known about one value stream? A log, a workflow and an instant become a ``ValueStream``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
import pandas as pd

from vsm.clock import Clock
from vsm.config import Experiment, Workflow
from vsm.errors import ParameterError
from vsm.eventlog.log import Log
from vsm.findings import Evidence, Findings, findings_from_evidence
from vsm.model.batches import batches_from_stays
from vsm.model.bottlenecks import handoff_costs, return_costs, stage_shares
from vsm.model.flow import lives_from_visits
from vsm.model.network import stage_network, team_network
from vsm.model.ping_pong import PING_PONG_LEVELS, ping_pong
from vsm.model.stays import stays_from_visits
from vsm.pipeline.beside import Beside
from vsm.pipeline.card import card_of
from vsm.pipeline.doubts import quality_of
from vsm.pipeline.horizon import log_until
from vsm.pipeline.landed import log_with_deliveries
from vsm.pipeline.parts import Alignment, Delivery, Responsibility
from vsm.pipeline.pseudonymous import Disguise
from vsm.pipeline.reading import reading_of, shareable
from vsm.pipeline.reworking import Load, Rework
from vsm.pipeline.waiting import clock_for, intervals_of
from vsm.tables import TABLES, check


@dataclass(frozen=True, slots=True)
class ValueStream:
    """What is known about one value stream, as of one instant?

    Attributes
    ----------
    tickets, events, visits, handoffs, waits, blocks, commits, releases, branches, deploys, names, quality
        The tables of ``vsm.tables``. Actors and holders are persons, not accounts.
    stages, stays, lives, shares, batches, costs, ping_pong
        As ``stages_from_names``, ``stays_from_visits``, ``lives_from_visits``, ``stage_shares``,
        ``batches_from_stays``, (between teams) ``handoff_costs`` and (of all levels) ``ping_pong`` give
        them.
    network, teams, blocking
        The directed graphs of stages, of teams, and of tickets that block each other.
    findings
        Claims, the costliest first.
    delivery, responsibility, alignment, rework, load
        Deployments and DORA's measures; how far one team carries its work; what work serves; what is done
        again; how loaded teams and queues are. These and ``blocking`` are made when first asked for.
    beside
        What makes them; it knows names that nothing else here shows.
    clock
        Working calendars of the teams.
    workflow
        What vsm.toml said.
    experiments
        What experiments.toml says that the team tried.
    provenance
        Archive state, workflow hash, window and as-of instant, as texts.
    """

    tickets: pd.DataFrame
    events: pd.DataFrame
    visits: pd.DataFrame
    handoffs: pd.DataFrame
    waits: pd.DataFrame
    blocks: pd.DataFrame
    commits: pd.DataFrame
    releases: pd.DataFrame
    branches: pd.DataFrame
    deploys: pd.DataFrame
    names: pd.DataFrame
    quality: pd.DataFrame
    stages: pd.DataFrame
    stays: pd.DataFrame
    lives: pd.DataFrame
    shares: pd.DataFrame
    batches: pd.DataFrame
    costs: pd.DataFrame
    ping_pong: pd.DataFrame
    network: "nx.DiGraph[str]"
    teams: "nx.DiGraph[str]"
    findings: Findings
    beside: Beside
    clock: Clock
    workflow: Workflow
    as_of: pd.Timestamp
    experiments: tuple[Experiment, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)

    @property
    def blocking(self) -> "nx.DiGraph[str]":
        """Which ticket blocks which?"""
        return self.beside.blocking

    @property
    def delivery(self) -> Delivery:
        """How does work reach customers?"""
        return self.beside.delivery

    @property
    def responsibility(self) -> Responsibility:
        """How far does one team carry its work?"""
        return self.beside.responsibility

    @property
    def alignment(self) -> Alignment:
        """What does work serve?"""
        return self.beside.alignment

    @property
    def rework(self) -> Rework:
        """What is done again?"""
        return self.beside.rework

    @property
    def load(self) -> Load:
        """How loaded are teams and queues?"""
        return self.beside.load

    def __repr__(self) -> str:
        """Say in one line what this is: a frame's worth of rows would drown a notebook."""
        finished = int(self.lives["finished"].notna().sum())
        return (
            f"ValueStream({self.workflow.stream.name!r}: {len(self.tickets)} tickets, {finished} finished, "
            f"{len(self.visits)} visits, {len(self.handoffs)} handoffs, {len(self.findings)} findings, "
            f"as of {self.as_of:%Y-%m-%d %H:%M} UTC)"
        )

    def _repr_html_(self) -> str:
        """Show its numbers, its costliest finding, and how far it can be trusted."""
        return card_of(self)


@dataclass(frozen=True, slots=True)
class Window:
    """Which tickets are looked at? All fields empty: all of them.

    ``since``: finished for good, or found gone, at or after it, or still open. ``team``: held by this team at
    some time. ``ticket_type``: of this type. Whole lives are kept; nothing is clipped to the window.
    """

    since: pd.Timestamp | None = None
    team: str | None = None
    ticket_type: str | None = None


def stream_from_log(
    log: Log,
    *,
    workflow: Workflow,
    as_of: pd.Timestamp,
    git: pd.Timestamp | None = None,
    window: Window | None = None,
    seed: int = 0,
    provenance: Mapping[str, str] | None = None,
    key: bytes | None = None,
    experiments: tuple[Experiment, ...] = (),
) -> ValueStream:
    """What does this log mean under this workflow? The arrows of the house, in order.

    Parameters
    ----------
    log
        Everything recorded, merged, with accounts for actors.
    workflow
        What vsm.toml says.
    as_of
        The instant that counts as now, with zone; nothing later is seen (``log_until``).
    git
        Up to when repositories are seen; ``as_of`` without one. No duration rests on what came after that.
    window
        Which tickets to keep; all without one.
    seed
        Of the bootstrap intervals.
    experiments
        What experiments.toml says that the team tried.
    key
        Secret of the work folder: persons bear pseudonyms made with it, in free text too, and teams of too
        few people (``[privacy]``) are one. None: names are shown, and every team is told of.

    Raises
    ------
    TableError
        A table breaks its schema: the log was not made by ``vsm.eventlog``.
    """
    log = log_until(log_with_deliveries(log, workflow=workflow), as_of, git=git)
    read = reading_of(log, workflow=workflow, as_of=as_of)
    if key is not None:
        read = shareable(read, log)
    setting, people, events, stages = read.setting, read.people, read.events, read.setting.stages
    disguise = None if key is None else Disguise.of(people, log, workflow=setting.workflow, key=key)
    log = disguise.log(log) if disguise else log
    clock = clock_for(read.joined, setting=setting)
    tables: dict[str, Any] = intervals_of(read.joined, events, log.tickets, setting=setting, clock=clock)
    tables |= {"tickets": log.tickets, "events": events}
    lives = lives_from_visits(tables["visits"], tables["waits"], events=events, stages=stages, as_of=as_of)
    if window is not None and window != Window():
        if read.small:
            read.small.check(window.team)
        kept = _chosen(tables, lives, window)
        tables, lives = {name: _kept(frame, kept) for name, frame in tables.items()}, _kept(lives, kept)
    tables |= {name: getattr(log, name) for name in ("commits", "releases", "branches", "deploys", "names")}
    tables["quality"] = quality_of(
        log, tables, lives, setting=setting, people=people, clock=clock,
        further=read.small.doubts(workflow) if read.small else (),
    )  # fmt: skip
    for name, frame in tables.items():
        check(frame, TABLES[name])
    measures = _measures(tables, lives, stages, seed=seed, minimum=workflow.rules.minimum)
    beside = Beside(tables, lives, measures["stays"], log.tickets, read, seed=seed, shared=key is not None)
    seen = setting.workflow
    if disguise is not None:
        tables, measures = disguise.tables(tables), disguise.measures(measures)
        seen, experiments = disguise.workflow(seen), disguise.experiments(experiments)
    told = {**(provenance or {}), **(read.small.told() if read.small else {})}
    about: dict[str, Any] = {"workflow": seen, "clock": clock, "as_of": as_of, "provenance": told}
    about |= {"experiments": experiments, "beside": beside}
    shown = {**tables, **measures, "stages": stages, "lives": lives}
    return ValueStream(**{name: _apart(part) for name, part in shown.items()}, **about)


def _apart(part: Any) -> Any:
    """Give a frame that may be changed in place: parts that are made later do not see it."""
    return part.copy(deep=False) if isinstance(part, pd.DataFrame) else part


def _chosen(tables: Mapping[str, pd.DataFrame], lives: pd.DataFrame, window: Window) -> set[str]:
    tickets = set(lives["ticket"])
    if window.since is not None:
        end = lives["finished"].fillna(lives["gone"])
        tickets &= set(lives.loc[~(end < window.since), "ticket"])
    if window.team is not None:
        visits = tables["visits"]
        _known(window.team, "team", visits["team"])
        tickets &= set(visits.loc[visits["team"] == window.team, "ticket"])
    if window.ticket_type is not None:
        about = tables["tickets"]
        _known(window.ticket_type, "ticket_type", about["type"])
        tickets &= set(about.loc[about["type"] == window.ticket_type, "ticket"])
    return tickets


def _known(word: str, name: str, words: "pd.Series[Any]") -> None:
    """Refuse a team or type that no ticket has: an empty report would look like an answer."""
    known = sorted(words.dropna().unique())
    if word not in known:
        raise ParameterError(f"{name} is '{word}', which no ticket has; known: {', '.join(known) or 'none'}")


def _kept(frame: pd.DataFrame, tickets: set[str]) -> pd.DataFrame:
    return frame[frame["ticket"].isin(tickets)].reset_index(drop=True)


def _measures(
    tables: Mapping[str, pd.DataFrame], lives: pd.DataFrame, stages: pd.DataFrame, *, seed: int, minimum: int
) -> dict[str, Any]:
    visits, handoffs, waits = (tables[name] for name in ("visits", "handoffs", "waits"))
    stays = stays_from_visits(visits, waits, stages=stages)
    parts = {
        "stays": stays,
        "shares": stage_shares(stays, lives, stages=stages, seed=seed, minimum=minimum),
        "batches": batches_from_stays(stays),
        "costs": handoff_costs(handoffs, lives, seed=seed, minimum=minimum),
    }
    returns = return_costs(stays, lives, seed=seed, minimum=minimum)
    evidence = Evidence(
        tables["tickets"], handoffs, waits, lives=lives, returns=returns, minimum=minimum, **parts
    )
    to_and_fro = [
        ping_pong(visits, lives, level=level, seed=seed, minimum=minimum) for level in PING_PONG_LEVELS
    ]
    return parts | {
        "ping_pong": pd.concat(to_and_fro, ignore_index=True),
        "network": stage_network(stays, stages=stages, minimum=minimum),
        "teams": team_network(handoffs),
        "findings": findings_from_evidence(evidence),
    }
