"""The value stream: base tables, and measures that are made when first asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pandas as pd

from vsm.accessors import Attached
from vsm.card import stream_card, stream_line
from vsm.clock import Clock
from vsm.config import Experiment, Workflow
from vsm.context import Context
from vsm.definitions.causes import Facts
from vsm.definitions.facts import facts_from_tables
from vsm.findings import (
    WHICH_TEAM,
    WHY_IT_WAITS,
    Evidence,
    Findings,
    Present,
    Summary,
    answered,
    findings_about_now,
    findings_about_past,
    findings_about_what_comes,
    forecast_line,
    summary_of,
)
from vsm.measure import measure
from vsm.model.ageing import open_ages
from vsm.model.batches import batches_from_stage_visits, working_hours
from vsm.model.blocking import blocking_network
from vsm.model.bottlenecks import handoff_costs, return_costs, stage_shares
from vsm.model.choices import choices
from vsm.model.discarded import discarded_work
from vsm.model.forecast import Record, record_from_visits
from vsm.model.graphs import Graph
from vsm.model.lifecycle import lifecycles_from_visits, stage_visits_from_visits
from vsm.model.map_facts import MapFacts, map_facts
from vsm.model.network import stage_network, team_network
from vsm.model.ping_pong import PING_PONG_LEVELS, ping_pong
from vsm.model.responsibility import ticket_owners
from vsm.model.wait_sums import WaitSums
from vsm.model.who_waits import handoff_network
from vsm.quality import CheckedData, quality_table
from vsm.quality.coverage import claims_from_coverage, evidence_coverage
from vsm.sections import (
    Alignment,
    Delivery,
    Forecasts,
    Load,
    Responsibility,
    Reviews,
    Rework,
    alignment_section,
    delivery_section,
    forecasts_section,
    load_section,
    responsibility_section,
    reviews_section,
    rework_section,
)
from vsm.tables import TABLES, check

_WEIGHED: Final = ("tickets", "handoffs", "lifecycles", "minimum")
"""What all findings look at."""


@dataclass(frozen=True, eq=False, repr=False)
class ValueStream(Attached):
    """What is known about one value stream, as of one instant: base tables, and measures on first access.

    Attributes
    ----------
    tickets, events, visits, handoffs, waits, blocks, names
        The tables of ``vsm.tables``. Actors and holders are persons, not accounts.
    commits, releases, branches, deploys, pulls, pull_events, pipelines
        What Git and its hosts recorded, with accounts.
    stages
        Which status belongs to which stage, as ``stages_from_names`` gives it.
    clock
        Working calendars of the teams.
    workflow
        What vsm.toml says.
    as_of, since
        The instant that counts as now; and when the window begins, where there is one.
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
    pulls: pd.DataFrame
    pull_events: pd.DataFrame
    pipelines: pd.DataFrame
    names: pd.DataFrame
    stages: pd.DataFrame
    clock: Clock
    workflow: Workflow
    as_of: pd.Timestamp
    seed: int
    experiments: tuple[Experiment, ...]
    provenance: Mapping[str, str]
    since: pd.Timestamp | None = field(default=None, kw_only=True)
    _context: Context = field(kw_only=True)
    _in_parts: "pd.Series[pd.Timestamp]" = field(kw_only=True)
    _source: "ValueStream | None" = field(default=None, init=False)
    _cut: "tuple[ValueStream, Any] | None" = field(default=None, init=False)

    @measure
    def lifecycles(self) -> pd.DataFrame:
        """Each ticket's life: created, started, finished, and how long it worked and waited."""
        return lifecycles_from_visits(
            self.visits, self.waits, tickets=self.tickets, events=self.events, stages=self.stages,
            as_of=self.as_of, since=self.since, in_parts=self._in_parts,
        )  # fmt: skip

    @measure
    def _waits(self) -> WaitSums:
        """WAITS in fewer rows, for whatever sums them."""
        return WaitSums(self.waits, self.lifecycles)

    @measure
    def stage_visits(self) -> pd.DataFrame:
        """Each ticket's unbroken stays in one stage, whoever held it."""
        return stage_visits_from_visits(self.visits, self.waits, stages=self.stages)

    @measure
    def stage_shares(self) -> pd.DataFrame:
        """Which share of all lead time each stage takes, with intervals."""
        return stage_shares(self.stage_visits, self.lifecycles, stages=self.stages, minimum=self.minimum)

    @measure
    def discarded(self) -> pd.DataFrame:
        """What was finished without being delivered, by the stage it was in, and what went into it."""
        return discarded_work(self.lifecycles, stage_visits=self.stage_visits, minimum=self.minimum)

    @measure
    def batches(self) -> pd.DataFrame:
        """From which queues tickets leave in batches."""
        return batches_from_stage_visits(
            self.stage_visits, hours=working_hours(self.stages, clock=self.clock)
        )

    @measure
    def handoff_costs(self) -> pd.DataFrame:
        """What the handoffs between each two teams cost, with intervals."""
        return handoff_costs(self.handoffs, self.lifecycles, minimum=self.minimum)

    @measure
    def ping_pong(self) -> pd.DataFrame:
        """What goes back and forth between the same two stages, teams or persons."""
        about = self._own("visits", "lifecycles", "minimum")
        return pd.concat([ping_pong(**about, level=level) for level in PING_PONG_LEVELS], ignore_index=True)

    @measure
    def network(self) -> Graph:
        """The directed graph of stages, with the waiting on each way between two."""
        return stage_network(self.stage_visits, stages=self.stages, minimum=self.minimum)

    @measure
    def team_network(self) -> Graph:
        """The directed graph of teams, with the waiting of the handoffs between each two."""
        return team_network(self.handoffs)

    @measure
    def map_facts(self) -> MapFacts:
        """What the value stream map says beside its stages: totals, people, limits, demand, releases."""
        return map_facts(
            self.lifecycles,
            **self._own("visits", "stage_visits", "minimum", "workflow"),
            rolled=self.rework.rolled,
            deployments=self.delivery.deployments,
            period=self._present.period,
            stays=self._present.usual_stays,
            fewest_people=self._context.fewest_people,
        )

    @measure
    def handoff_network(self) -> Graph:
        """The directed graph of who waits for whom in the current period, by team or by stage."""
        present = self._present
        return handoff_network(
            present.waiting,
            present.waiting_before,
            **self._own("visits", "stage_visits", "handoffs", "stages"),
            period=present.period,
            before=present.before,
            teams_known=present.teams_known,
        )

    @measure
    def blocking_network(self) -> Graph:
        """The directed graph of tickets that block each other."""
        return blocking_network(self.blocks, tickets=self._context.log.tickets, as_of=self.as_of)

    @measure
    def choices(self) -> pd.DataFrame:
        """What ``where`` can choose: the values of each word, with how many tickets have each."""
        return choices(self.tickets, visits=self.visits, known=self._context.log.tickets)

    @measure
    def findings(self) -> Findings:
        """Claims about the current period, the costliest first: what to look at now."""
        claims, assumed, reviews = self._claims, self._assumed, self.reviews if len(self.pulls) else None
        return findings_about_now(self._present, claims=claims, assumed=assumed, reviews=reviews)

    @measure
    def summary(self) -> Summary:
        """How the current period compares with the year before, and the first findings about it."""
        coming = forecast_line(self.forecast_findings)
        return summary_of(self._present, claims=self._claims, findings=self.findings, forecast=coming)

    @measure
    def _present(self) -> Present:
        """The current period and its tables."""
        return Present(
            **self._own(*_WEIGHED, "visits", "stage_visits", "events", "clock", "as_of"),
            waits=self._waits,
            ages=open_ages(**self._own("stage_visits", "lifecycles", "events", "minimum")),
            hours=working_hours(self.stages, clock=self.clock),
            owners=self._owners,
            deployments=self.delivery.deployments,
            rules=self.workflow.findings,
            causes_known=answered(self._claims, WHY_IT_WAITS),
            teams_known=answered(self._claims, WHICH_TEAM),
            known_from=self.since,
        )

    @measure
    def past_findings(self) -> Findings:
        """Claims about the lead time of all delivered tickets, the costliest first."""
        evidence = Evidence(
            **self._own(*_WEIGHED, "stage_visits", "batches"),
            waits=self._waits.by_cause,
            shares=self.stage_shares,
            costs=self.handoff_costs,
            returns=return_costs(**self._own("stage_visits", "lifecycles", "stages", "minimum")),
        )
        return findings_about_past(
            evidence, self.workflow.findings, claims=self._claims, assumed=self._assumed, as_of=self.as_of
        )

    def _own(self, *names: str) -> dict[str, Any]:
        """Give tables and other parts of the stream by name, as arguments of what is made from them."""
        return {name: getattr(self, name) for name in names}

    @measure
    def _claims(self) -> pd.DataFrame:
        """Which questions the data can answer."""
        return claims_from_coverage(self.coverage, minimum=self.minimum)

    @property
    def _assumed(self) -> dict[Any, str]:
        """Stages whose kind is a guess → what it was guessed from."""
        return self.stages.dropna(subset=["assumed"]).set_index("stage")["assumed"].to_dict()

    @measure
    def quality(self) -> pd.DataFrame:
        """What could not be used, or should not be trusted: one row per fact."""
        context, guessed = self._context, bool(self.stages["assumed"].notna().any())
        data = CheckedData(
            **{name: getattr(context, name) for name in ("log", "workflow", "people", "notes")},
            **self._own("stages", "clock", "tickets", "events", "visits", "blocks", "lifecycles"),
            waits=self._waits.by_cause,
            shares=self.stage_shares if guessed else None,
            claims=self.findings.by_stage() if guessed else {},
        )
        return check(quality_table(data), TABLES["quality"])

    @measure
    def coverage(self) -> pd.DataFrame:
        """How much of what happened left evidence of each kind."""
        seen = ("visits", "lifecycles", "events", "commits", "tickets", "stages", "clock")
        return evidence_coverage(**self._own(*seen), waits=self._waits.by_cause)

    @measure
    def delivery(self) -> Delivery:
        """Deployments and DORA's measures."""
        return delivery_section(
            **self._own("tickets", "events", "commits", "releases", "deploys", "lifecycles", "workflow"),
            **self._own("since", "seed"),
            until=self.as_of,
        )

    @measure
    def reviews(self) -> Reviews:
        """How pull requests pass through review, and their pipelines."""
        return reviews_section(
            **self._own("pulls", "pull_events", "pipelines", "commits"),
            deployments=self.delivery.deployments,
            context=self._context,
            fewest_people=self._context.fewest_people,
        )

    @measure
    def _owners(self) -> pd.DataFrame:
        """Who worked on each delivered ticket, which findings ask for without the rest of the section."""
        people = self._context.people
        return ticket_owners(
            **self._own("visits", "handoffs", "lifecycles", "commits", "stages"),
            events=people.of_humans(self.events),
            bots=people.bots,
        )

    @measure
    def responsibility(self) -> Responsibility:
        """How far one team carries its work end to end."""
        return responsibility_section(
            self._owners,
            **self._own("tickets", "events", "visits", "handoffs", "commits", "lifecycles", "stages"),
            alignment=self.alignment.tickets,
            people=self._context.people,
            **self._own("as_of", "minimum"),
        )

    @measure
    def alignment(self) -> Alignment:
        """What work serves: objectives, kinds of work, planned and unplanned."""
        whole = self._context.log.tickets
        return alignment_section(**self._own("tickets", "lifecycles", "workflow"), whole=whole)

    @measure
    def rework(self) -> Rework:
        """Rework, and %C&A."""
        return rework_section(**self._own("visits", "lifecycles", "stage_visits", "stages", "minimum"))

    @measure
    def load(self) -> Load:
        """How loaded teams and queues are."""
        return load_section(
            **self._own("visits", "stage_visits", "lifecycles", "events", "names", "as_of"),
            **self._own("workflow", "since"),
            people=self._context.people,
            fewest_people=self._context.fewest_people,
        )

    @measure
    def _record(self) -> Record:
        """What forecasts are made from."""
        return record_from_visits(
            **self._own("visits", "events", "tickets", "stages", "stage_visits", "as_of", "since", "seed"),
            settings=self.workflow.outcome,
            hours=working_hours(self.stages, clock=self.clock),
        )

    @measure
    def forecasts(self) -> Forecasts:
        """How many tickets will be finished in weeks to come, and how often such forecasts held."""
        return forecasts_section(self._record, **self._own("stage_visits", "lifecycles", "workflow"))

    @measure
    def forecast_findings(self) -> Findings:
        """Claims about what comes, each with its measured hit rate."""
        return findings_about_what_comes(self.forecasts, **self._own("tickets", "workflow", "as_of"))

    @measure
    def _facts(self) -> Facts:
        """Facts of all tickets by the definitions, for ``explain``."""
        return facts_from_tables(
            self._context.moves,
            teams=self._context.people.teams,
            rules=self.workflow.waiting,
            unit_of=self._context.unit_of,
            **self._own("stages", "blocks", "clock", "as_of"),
        )

    @property
    def minimum(self) -> int:
        """Fewest tickets about which anything is said (``[rules] minimum``)."""
        return self.workflow.rules.minimum

    if TYPE_CHECKING:
        where: ClassVar[Callable[..., "ValueStream"]]

    def __getstate__(self) -> dict[str, Any]:
        """Keep the base tables; measures and what is attached are made anew."""
        kept = self.__dataclass_fields__
        return {name: value for name, value in vars(self).items() if name in kept}

    def __repr__(self) -> str:
        """Say in one line what this is."""
        return stream_line(self)

    def _repr_html_(self) -> str:
        """Show its numbers, its first finding, and how far it can be trusted; every text is escaped."""
        return stream_card(self)
