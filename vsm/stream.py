"""The value stream: base tables, and measures that are made when first asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar, Final

import networkx as nx
import pandas as pd

from vsm.accessors import ACCESSORS, accessor
from vsm.clock import Clock
from vsm.config import Experiment, Workflow
from vsm.context import Context
from vsm.definitions.causes import Facts
from vsm.definitions.explain import Explanation, explain
from vsm.definitions.facts import facts_from_tables
from vsm.errors import ParameterError
from vsm.findings import Evidence, Findings, findings_from_evidence
from vsm.measure import measure
from vsm.model.blocking import blocking_network
from vsm.model.bottlenecks import handoff_costs, return_costs, stage_shares
from vsm.model.causes import batches_from_stage_visits
from vsm.model.discarded import discarded_work
from vsm.model.lifecycle import lifecycles_from_visits, stage_visits_from_visits
from vsm.model.network import stage_network, team_network
from vsm.model.ping_pong import PING_PONG_LEVELS, ping_pong
from vsm.model.ticket_life import ticket_of_key
from vsm.quality import CheckedData, quality_table
from vsm.quality.coverage import evidence_coverage
from vsm.sections import (
    Alignment,
    Delivery,
    Load,
    Responsibility,
    Rework,
    alignment_section,
    delivery_section,
    load_section,
    responsibility_section,
    rework_section,
)
from vsm.tables import PERSON_KINDS, TABLES, check

LEVELS: Final = {"fault": "falsifies results", "warning": "may mislead", "note": "good to know"}
MOST_EXPLAINED: Final = 5_000
"""Changes of one ticket: ``explain`` takes time with their square, a second for a thousand."""
LEFT: Final = "text-align: left;"
RIGHT: Final = "text-align: right; font-variant-numeric: tabular-nums;"


@dataclass(frozen=True, eq=False, repr=False)
class ValueStream:
    """What is known about one value stream, as of one instant.

    The base tables are there from the beginning; every measure is made when it is first asked for.

    Attributes
    ----------
    tickets, events, visits, handoffs, waits, blocks, commits, releases, branches, deploys, names
        The tables of ``vsm.tables``. Actors and holders are persons, not accounts.
    stages
        Which status belongs to which stage, as ``stages_from_names`` gives it.
    clock
        Working calendars of the teams.
    workflow
        What vsm.toml says.
    as_of
        The instant that counts as now.
    seed
        Of all bootstrap intervals.
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
    stages: pd.DataFrame
    clock: Clock
    workflow: Workflow
    as_of: pd.Timestamp
    seed: int
    experiments: tuple[Experiment, ...]
    provenance: Mapping[str, str]
    _context: Context = field(kw_only=True)
    _in_parts: "pd.Series[pd.Timestamp]" = field(kw_only=True)
    _source: "ValueStream | None" = field(default=None, init=False)

    @measure
    def lifecycles(self) -> pd.DataFrame:
        """Each ticket's life: created, started, finished, and how long it worked and waited."""
        return lifecycles_from_visits(
            self.visits, self.waits, tickets=self.tickets, events=self.events, stages=self.stages,
            as_of=self.as_of, in_parts=self._in_parts,
        )  # fmt: skip

    @measure
    def stage_visits(self) -> pd.DataFrame:
        """Each ticket's unbroken stays in one stage, whoever held it."""
        return stage_visits_from_visits(self.visits, self.waits, stages=self.stages)

    @measure
    def stage_shares(self) -> pd.DataFrame:
        """Which share of all lead time each stage takes, with intervals."""
        return stage_shares(
            self.stage_visits, self.lifecycles, stages=self.stages, seed=self.seed, minimum=self.minimum
        )

    @measure
    def discarded(self) -> pd.DataFrame:
        """What was finished without being delivered, by the stage it was in, and what went into it."""
        return discarded_work(self.lifecycles, stage_visits=self.stage_visits, minimum=self.minimum)

    @measure
    def batches(self) -> pd.DataFrame:
        """From which queues tickets leave in batches."""
        return batches_from_stage_visits(self.stage_visits)

    @measure
    def handoff_costs(self) -> pd.DataFrame:
        """What the handoffs between each two teams cost, with intervals."""
        return handoff_costs(self.handoffs, self.lifecycles, seed=self.seed, minimum=self.minimum)

    @measure
    def ping_pong(self) -> pd.DataFrame:
        """What goes back and forth between the same two stages, teams or persons."""
        levels = [
            ping_pong(self.visits, self.lifecycles, level=level, seed=self.seed, minimum=self.minimum)
            for level in PING_PONG_LEVELS
        ]
        return pd.concat(levels, ignore_index=True)

    @measure
    def network(self) -> "nx.DiGraph[str]":
        """The directed graph of stages, with the waiting on each way between two."""
        return stage_network(self.stage_visits, stages=self.stages, minimum=self.minimum)

    @measure
    def team_network(self) -> "nx.DiGraph[str]":
        """The directed graph of teams, with the waiting of the handoffs between each two."""
        return team_network(self.handoffs)

    @measure
    def blocking_network(self) -> "nx.DiGraph[str]":
        """The directed graph of tickets that block each other."""
        return blocking_network(self.blocks, tickets=self._context.log.tickets, as_of=self.as_of)

    @measure
    def findings(self) -> Findings:
        """Claims, the costliest first."""
        returns = return_costs(self.stage_visits, self.lifecycles, seed=self.seed, minimum=self.minimum)
        return findings_from_evidence(
            Evidence(
                self.tickets,
                self.handoffs,
                self.waits,
                lifecycles=self.lifecycles,
                stage_visits=self.stage_visits,
                shares=self.stage_shares,
                batches=self.batches,
                costs=self.handoff_costs,
                returns=returns,
                minimum=self.minimum,
                seed=self.seed,
                assumed=self.stages.dropna(subset=["assumed"]).set_index("stage")["assumed"].to_dict(),
            )
        )

    @measure
    def quality(self) -> pd.DataFrame:
        """What could not be used, or should not be trusted: one row per fact."""
        context, guessed = self._context, bool(self.stages["assumed"].notna().any())
        data = CheckedData(
            log=context.log,
            workflow=context.workflow,
            people=context.people,
            stages=self.stages,
            clock=self.clock,
            tickets=self.tickets,
            events=self.events,
            visits=self.visits,
            waits=self.waits,
            blocks=self.blocks,
            lifecycles=self.lifecycles,
            shares=self.stage_shares if guessed else None,
            claims=self.findings.by_stage() if guessed else {},
            notes=context.notes,
        )
        return check(quality_table(data), TABLES["quality"])

    @measure
    def coverage(self) -> pd.DataFrame:
        """How much of what happened left evidence of each kind."""
        return evidence_coverage(
            self.visits,
            lifecycles=self.lifecycles,
            waits=self.waits,
            events=self.events,
            commits=self.commits,
            tickets=self.tickets,
            stages=self.stages,
            clock=self.clock,
        )

    @measure
    def delivery(self) -> Delivery:
        """Deployments and DORA's measures."""
        return delivery_section(
            tickets=self.tickets,
            events=self.events,
            commits=self.commits,
            releases=self.releases,
            deploys=self.deploys,
            lifecycles=self.lifecycles,
            workflow=self.workflow,
            until=self.as_of,
            seed=self.seed,
        )

    @measure
    def responsibility(self) -> Responsibility:
        """How far one team carries its work end to end."""
        return responsibility_section(
            tickets=self.tickets,
            events=self.events,
            visits=self.visits,
            handoffs=self.handoffs,
            commits=self.commits,
            lifecycles=self.lifecycles,
            alignment=self.alignment.tickets,
            people=self._context.people,
            stages=self.stages,
            as_of=self.as_of,
            minimum=self.minimum,
        )

    @measure
    def alignment(self) -> Alignment:
        """What work serves: objectives, kinds of work, planned and unplanned."""
        whole = self._context.log.tickets
        return alignment_section(
            self.tickets, lifecycles=self.lifecycles, whole=whole, workflow=self.workflow
        )

    @measure
    def rework(self) -> Rework:
        """Rework, and %C&A."""
        return rework_section(
            self.visits,
            lifecycles=self.lifecycles,
            stage_visits=self.stage_visits,
            stages=self.stages,
            minimum=self.minimum,
            seed=self.seed,
        )

    @measure
    def load(self) -> Load:
        """How loaded teams and queues are."""
        return load_section(
            self.visits,
            events=self.events,
            people=self._context.people,
            stage_visits=self.stage_visits,
            lifecycles=self.lifecycles,
            names=self.names,
            as_of=self.as_of,
            workflow=self.workflow,
            seed=self.seed,
            fewest_people=self.workflow.privacy.fewest_people if self._context.shared else 1,
        )

    @measure
    def _facts(self) -> Facts:
        """Facts of all tickets by the definitions, for ``explain``."""
        return facts_from_tables(
            self._context.moves,
            stages=self.stages,
            teams=self._context.people.teams,
            blocks=self.blocks,
            clock=self.clock,
            rules=self.workflow.waiting,
            as_of=self.as_of,
            unit_of=self._context.unit_of,
        )

    def explain(self, key: str) -> Explanation:
        """Walk through a ticket's life step by step, with the rule behind every number.

        Computed by the plain definitions (``vsm.definitions``), with the numbers of the tables.

        Parameters
        ----------
        key
            As people know the ticket, or knew it before it was moved.

        Raises
        ------
        ParameterError
            No ticket has this key, or one has more than ``MOST_EXPLAINED`` changes: that would take hours.
        """
        known, aliases = self._context.log.tickets, self.workflow.jira.aliases
        ticket = ticket_of_key(self.tickets, key=key, events=self.events, aliases=aliases)
        keys = dict(zip(known["ticket"].astype("str"), known["key"].astype("str"), strict=True))
        moves = self._context.moves
        changes = moves.loc[moves["kind"].isin(["status", *PERSON_KINDS]), "ticket"].value_counts()
        if len(changes) and (most := int(changes.iloc[0])) > MOST_EXPLAINED:
            raise ParameterError(
                f"{keys[str(changes.index[0])]} has {most:,} changes of status or assignee; the definitions "
                "compare each with all others, so nothing is explained where a ticket has more than "
                f"{MOST_EXPLAINED:,}; its visits, handoffs and waits are in the tables"
            )
        titles = known.set_index(known["ticket"].astype("str"))["summary"].dropna()
        return explain(ticket, self._facts, keys=keys, title=str(titles.get(ticket, "")))

    @property
    def minimum(self) -> int:
        """Fewest tickets about which anything is said (``[rules] minimum``)."""
        return self.workflow.rules.minimum

    if TYPE_CHECKING:
        plot: ClassVar[Any]
        table: ClassVar[Any]
    else:

        def __getattr__(self, name: str) -> Any:
            """Give what was attached from outside, such as ``plot`` and ``table``."""
            if name not in ACCESSORS:
                raise AttributeError(f"ValueStream has no attribute {name!r}; it has {', '.join(dir(self))}")
            attached = accessor(name, self)
            vars(self)[name] = attached
            return attached

    def __dir__(self) -> list[str]:
        """List what an analyst asks for, and nothing else."""
        fields = [*vars(type(self)), *self.__dataclass_fields__, *ACCESSORS]
        return sorted({name for name in fields if not name.startswith("_")})

    def __getstate__(self) -> dict[str, Any]:
        """Keep the base tables; measures and what is attached are made anew."""
        kept = self.__dataclass_fields__
        return {name: value for name, value in vars(self).items() if name in kept}

    def __repr__(self) -> str:
        """Say in one line what this is: a frame's worth of rows would drown a notebook."""
        finished = int(self.lifecycles["finished"].notna().sum())
        return (
            f"ValueStream({self.workflow.stream.name!r}: {len(self.tickets)} tickets, {finished} finished, "
            f"{len(self.visits)} visits, {len(self.handoffs)} handoffs, {len(self.findings)} findings, "
            f"as of {self.as_of:%Y-%m-%d %H:%M} UTC)"
        )

    def _repr_html_(self) -> str:
        """Show its numbers, its costliest finding, and how far it can be trusted; every text is escaped."""
        finished = int(self.lifecycles["finished"].notna().sum())
        numbers = {
            "tickets": len(self.tickets),
            "finished for good": finished,
            "still open": len(self.lifecycles) - finished,
            "visits": len(self.visits),
            "handoffs": len(self.handoffs),
            "commits": len(self.commits),
            "stages": self.stages["stage"].nunique(),
            "teams": self.visits["team"].nunique(),
        }
        rows = "".join(
            f'<tr><th scope="row" style="{LEFT}">{label}</th><td style="{RIGHT}">{number:,}</td></tr>'
            for label, number in numbers.items()
        )
        chosen = {word: self.provenance.get(word) for word in ("since", "until", "team", "ticket_type")}
        window = "".join(f", {word} {value}" for word, value in chosen.items() if value)
        finding = str(self.findings[0]) if self.findings else self.findings.nothing
        return (
            f'<table><caption style="{LEFT}"><strong>{escape(self.workflow.stream.name)}</strong>, as of '
            f"{self.as_of:%Y-%m-%d %H:%M} UTC{escape(window)}</caption><tbody>{rows}</tbody></table>"
            f"<p>{escape(finding)}</p><p><small>{escape(_quality_notes(self.quality))}</small></p>"
        )


def _quality_notes(quality: pd.DataFrame) -> str:
    count = quality["level"].astype("str").value_counts()
    levels = [
        f"{count[level]} {level}{'' if count[level] == 1 else 's'} ({meaning})"
        for level, meaning in LEVELS.items()
        if level in count
    ]
    return f"Data quality: {', '.join(levels) or 'nothing to report'}; see .quality."
