"""``stream.plot`` and ``stream.table``: every figure and table, with what only the reader chooses.

The tables, thresholds and seeds come from the stream; the functions underneath take them one by one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from vsm import figures

if TYPE_CHECKING:
    from vsm.stream import ValueStream


@dataclass(frozen=True, slots=True, repr=False)
class _Accessor:
    """What is asked of one stream; completion offers its methods and nothing else."""

    _stream: "ValueStream"

    def __dir__(self) -> list[str]:
        """List what can be drawn, or laid out."""
        return [name for name in vars(type(self)) if not name.startswith("_")]

    def __repr__(self) -> str:
        """Say what there is."""
        return f"{type(self).__name__.lower()}: {', '.join(dir(self))}"


class Plots(_Accessor):
    """Every figure of a stream, by ``stream.plot.<figure>()``; each gives a plotly ``Figure``."""

    __slots__ = ()

    def value_stream_map(self) -> go.Figure:
        """Value stream map: stages as process boxes, queues as triangles, the time ladder below."""
        return figures.value_stream_map(self._stream.network)

    def flow_map(self, *, min_share: float = 0.01) -> go.Figure:
        """Map of all moves between stages, with swim lanes by team; rarer ones than ``min_share`` go."""
        return figures.flow_map(self._stream.network, visits=self._stream.visits, min_share=min_share)

    def team_network(self, *, most: int = 12, min_share: float = 0.01) -> go.Figure:
        """Handoff network: which team waits for which, and for how long; at most ``most`` teams."""
        return figures.team_network(self._stream.team_network, most=most, min_share=min_share)

    def handoff_matrix(self) -> go.Figure:
        """Handoff matrix: from each team to each, how often and how long it waits."""
        return figures.handoff_matrix(self._stream.team_network)

    def time_by_stage(self) -> go.Figure:
        """Time in status: each stage's share of lead time, working and waiting."""
        return figures.time_by_stage(self._stream.stage_shares)

    def causes_ladder(
        self, *, by: Literal["passing", "stage", "team"] = "passing", most: int = 12
    ) -> go.Figure:
        """Waiting by cause, for each handoff (``passing``), stage or team; the ``most`` costly."""
        s = self._stream
        return figures.causes_ladder(
            s.waits, s.handoffs, s.lifecycles, by=by, most=most, minimum=s.minimum, seed=s.seed
        )

    def ageing_work(self, *, measure: Literal["age", "stay"] = "age") -> go.Figure:
        """Work item ageing: open tickets against the usual pace; ``stay``: time in the stage alone."""
        s = self._stream
        return figures.ageing_work(
            s.stage_visits,
            lives=s.lifecycles,
            tickets=s.tickets,
            events=s.events,
            measure=measure,
            minimum=s.minimum,
        )

    def cycle_time_scatter(self, *, time: Literal["elapsed", "working"] = "elapsed") -> go.Figure:
        """Cycle time scatterplot: each completed ticket by its finish, in elapsed or working time."""
        s = self._stream
        return figures.cycle_time_scatter(
            s.lifecycles, visits=s.visits, tickets=s.tickets, clock=s.clock, time=time, minimum=s.minimum
        )

    def cumulative_flow(self, *, weeks: int = 26) -> go.Figure:
        """Cumulative flow diagram of the last ``weeks``."""
        s = self._stream
        return figures.cumulative_flow(s.visits, stages=s.stages, as_of=s.as_of, weeks=weeks)

    def throughput_bars(self, *, weeks: int = 52) -> go.Figure:
        """Throughput: tickets completed in each of the last ``weeks``, and what is usual."""
        s = self._stream
        return figures.throughput_bars(
            s.lifecycles, as_of=s.as_of, weeks=weeks, minimum=s.minimum, seed=s.seed
        )

    def wait_heat_map(self, *, weeks: int = 52) -> go.Figure:
        """Waiting by stage and week."""
        s = self._stream
        return figures.wait_heat_map(s.waits, stages=s.stages, as_of=s.as_of, weeks=weeks)

    def efficiency_bars(self) -> go.Figure:
        """Flow efficiency as a bracket: by statuses at most, by evidence of work at least."""
        s = self._stream
        return figures.efficiency_bars(s.visits, s.lifecycles, clock=s.clock, minimum=s.minimum, seed=s.seed)

    def deployment_weeks(self) -> go.Figure:
        """Deployments and the lead time of changes, week by week."""
        return figures.deployment_weeks(self._stream.delivery.weeks)

    def flow_distribution_bars(self) -> go.Figure:
        """Flow distribution: features, defects, risks and debt among what was delivered."""
        return figures.flow_distribution_bars(self._stream.alignment.flow)

    def coverage_bars(self) -> go.Figure:
        """Data coverage: how much evidence there is of each kind."""
        return figures.coverage_bars(self._stream.coverage)

    def before_and_after(self, *, changed: str = "", stage: str = "") -> go.Figure:
        """Before and after a change (a day, or the latest experiment): lead time, or time in one stage."""
        s = self._stream
        return figures.before_and_after(
            s.stage_visits,
            s.lifecycles,
            changed=changed,
            stage=stage,
            experiments=s.experiments,
            as_of=s.as_of,
            minimum=s.minimum,
            seed=s.seed,
        )

    def xmr_chart(self, *, changed: str = "", stage: str = "") -> go.Figure:
        """Process behaviour chart (XmR) of weekly medians, before and after a change."""
        s = self._stream
        return figures.xmr_chart(
            s.stage_visits,
            s.lifecycles,
            changed=changed,
            stage=stage,
            experiments=s.experiments,
            as_of=s.as_of,
        )

    def ticket_life(self, key: str = "") -> go.Figure:
        """One ticket's life: visits, waits, handoffs and commits; without a key, the one to look at first."""
        s = self._stream
        first = Tables(s).stuck().data["Ticket"] if not key else ()  # type: ignore[attr-defined]
        return figures.ticket_life(
            s.visits,
            key=key or next(iter(first), ""),
            waits=s.waits,
            handoffs=s.handoffs,
            events=s.events,
            commits=s.commits,
            tickets=s.tickets,
        )

    def handoff_story(self, rank: int = 1) -> go.Figure | None:
        """One ticket's story of the costliest handoff (``rank`` 2: the second); None: no such rank."""
        s = self._stream
        return figures.handoff_slide(
            s.handoffs,
            s.waits,
            s.lifecycles,
            visits=s.visits,
            blocks=s.blocks,
            tickets=s.tickets,
            as_of=s.as_of,
            place=rank,
            minimum=s.minimum,
            seed=s.seed,
        )


class Tables(_Accessor):
    """Every table of a stream's pages, by ``stream.table.<table>()``; each gives a pandas ``Styler``."""

    __slots__ = ()

    def claims(self) -> Styler:
        """Which questions these data can answer."""
        return figures.claims_table(self._stream.coverage, minimum=self._stream.minimum)

    def sources(self) -> Styler:
        """What was pulled, and which time it covers."""
        s = self._stream
        return figures.sources_table(s.events, commits=s.commits, releases=s.releases, deploys=s.deploys)

    def provenance(self) -> Styler:
        """Where these numbers come from: archive, settings, window, version."""
        return figures.provenance_table(self._stream.provenance)

    def statuses(self) -> Styler:
        """Which status counts as which stage."""
        return figures.statuses_table(self._stream.stages)

    def people(self) -> Styler:
        """How many people and bots take part."""
        s = self._stream
        return figures.people_table(s.visits, events=s.events, names=s.names)

    def quality(self) -> Styler:
        """What could not be used, or should not be trusted."""
        return figures.doubts_table(self._stream.quality)

    def stages(self) -> Styler:
        """Each stage's share of lead time, with its interval."""
        return figures.stage_table(self._stream.stage_shares)

    def lead_time(self) -> Styler:
        """Lead and cycle time at 50, 85 and 95 %, open work counted."""
        return figures.lead_time_table(self._stream.lifecycles, minimum=self._stream.minimum)

    def weekly_flow(self, *, weeks: int = 12) -> Styler:
        """Arrivals, throughput and work in progress of the last ``weeks``."""
        s = self._stream
        return figures.weekly_flow_table(s.lifecycles, as_of=s.as_of, weeks=weeks)

    def ages(self, *, most: int = 10) -> Styler:
        """The oldest open tickets."""
        s = self._stream
        return figures.age_table(s.lifecycles, stays=s.stage_visits, tickets=s.tickets, most=most)

    def handoffs(self) -> Styler:
        """What the handoffs between each two teams cost."""
        return figures.handoff_table(self._stream.handoff_costs)

    def costliest_handoffs(self, *, most: int = 10) -> Styler:
        """The handoffs that waited longest, with their tickets."""
        s = self._stream
        return figures.costliest_table(s.handoffs, s.lifecycles, tickets=s.tickets, most=most)

    def ping_pong(self) -> Styler:
        """Between which two work goes back and forth."""
        return figures.ping_pong_table(self._stream.ping_pong, tickets=self._stream.tickets)

    def wait_places(self) -> Styler:
        """Where tickets wait: before work starts, at handoffs, and in the same hands."""
        s = self._stream
        return figures.places_table(s.waits, s.lifecycles, stages=s.stages)

    def hidden_waits(self) -> Styler:
        """Hidden queues: stages of work in which little shows that anybody worked."""
        s = self._stream
        return figures.hidden_waits_table(s.visits, s.lifecycles, minimum=s.minimum)

    def causes(self) -> Styler:
        """Why completed tickets waited: each cause's share of all waiting."""
        s = self._stream
        return figures.causes_table(s.waits, s.lifecycles, minimum=s.minimum, seed=s.seed)

    def meanings(self) -> Styler:
        """What each cause means."""
        return figures.meanings_table()

    def calendar(self) -> Styler:
        """How much of the waiting lies outside of working hours."""
        s = self._stream
        return figures.calendar_table(s.waits, s.lifecycles, stages=s.stages)

    def wait_stories(self, *, most: int = 10) -> Styler:
        """The longest waits, told one by one."""
        s = self._stream
        return figures.wait_stories(
            s.waits,
            s.lifecycles,
            visits=s.visits,
            blocks=s.blocks,
            tickets=s.tickets,
            as_of=s.as_of,
            most=most,
        )

    def blocks(self, *, most: int = 10) -> Styler:
        """What blocked tickets, and for how long."""
        s = self._stream
        return figures.blocks_table(s.blocks, tickets=s.tickets, as_of=s.as_of, most=most)

    def accuracy(self) -> Styler:
        """%C&A of each stage, and rolled."""
        rework = self._stream.rework
        return figures.accuracy_table(rework.accuracy, rolled=rework.rolled)

    def rework(self) -> Styler:
        """Returns to each stage of work."""
        return figures.rework_table(self._stream.rework.stages)

    def referrals(self) -> Styler:
        """Work that was done again by somebody else: from which team to which."""
        return figures.referral_table(self._stream.rework.referrals)

    def backward_moves(self) -> Styler:
        """Moves back, and how long until the ticket was as far again."""
        return figures.backward_table(self._stream.rework.back, minimum=self._stream.minimum)

    def queue_growth(self) -> Styler:
        """Which queues grow."""
        return figures.queue_growth_table(self._stream.load.queues)

    def active_periods(self, *, most: int = 12) -> Styler:
        """Which team was active longest without a break, week by week (bottleneck detection)."""
        return figures.active_table(self._stream.load.active, most=most)

    def switching(self) -> Styler:
        """WIP and multitasking: tickets at once, and switches a day."""
        return figures.switching_table(self._stream.load.switching)

    def named_rules(self) -> Styler:
        """What other tools' rules would say of the same tickets."""
        s = self._stream
        return figures.named_rules_table(
            s.stage_visits, s.lifecycles, tickets=s.tickets, stages=s.stages, minimum=s.minimum, seed=s.seed
        )

    def delivery(self) -> Styler:
        """DORA's measures."""
        return figures.delivery_table(self._stream.delivery.measures)

    def deployments(self, *, most: int = 12) -> Styler:
        """The latest deployments, and what came of them."""
        return figures.deployments_table(self._stream.delivery.deployments, most=most)

    def end_to_end(self) -> Styler:
        """Which share of tickets one team carries from start to production."""
        responsibility = self._stream.responsibility
        return figures.end_to_end_table(responsibility.whole, teams=responsibility.teams)

    def first_handoffs(self, *, most: int = 10) -> Styler:
        """Where teams hand over what they started."""
        return figures.letting_go_table(self._stream.responsibility.let_go, most=most)

    def defects(self) -> Styler:
        """Which share of defects is fixed by the team that made the change."""
        return figures.mended_table(self._stream.responsibility.mended)

    def knowledge(self, *, most: int = 15) -> Styler:
        """What only one person knows."""
        return figures.knowledge_table(self._stream.responsibility.knowledge, most=most)

    def disciplines(self) -> Styler:
        """How many tickets need several disciplines, and on how many these work together."""
        return figures.together_table(self._stream.responsibility.together)

    def objectives(self, *, most: int = 12) -> Styler:
        """What was delivered for each objective, and how long it waited."""
        return figures.objective_table(self._stream.alignment.objectives, most=most)

    def planned(self) -> Styler:
        """Planned against unplanned work."""
        return figures.planned_table(self._stream.alignment.planned)

    def open_stages(self) -> Styler:
        """Open tickets by stage against its usual pace."""
        s = self._stream
        return figures.open_stages_table(
            s.stage_visits, lives=s.lifecycles, events=s.events, minimum=s.minimum
        )

    def stuck(self, *, most: int = 15) -> Styler:
        """Open tickets to look at together first, and what they wait for."""
        s = self._stream
        return figures.stuck_table(
            s.stage_visits,
            lives=s.lifecycles,
            waits=s.waits,
            blocks=s.blocks,
            tickets=s.tickets,
            events=s.events,
            as_of=s.as_of,
            minimum=s.minimum,
            most=most,
        )

    def experiments(self) -> Styler:
        """What the team tried, and whether it helped."""
        s = self._stream
        return figures.experiments_table(
            s.experiments, s.stage_visits, s.lifecycles, as_of=s.as_of, minimum=s.minimum, seed=s.seed
        )

    def next_steps(self, *, most: int = 3) -> Styler:
        """What to try next, by the costliest findings."""
        return figures.next_steps_table(self._stream.findings, most=most)
