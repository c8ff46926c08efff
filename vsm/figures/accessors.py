"""``stream.plot``, ``stream.table`` and ``stream.slide``, with what only the reader chooses.

Tables, thresholds and seeds come from the stream; the functions underneath take them one by one.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

import plotly.graph_objects as go

from vsm import figures
from vsm.figures import retro, retro_findings
from vsm.figures.handoffs import handoff_story
from vsm.figures.slides import Words
from vsm.figures.what_if import what_we_try
from vsm.findings import answered
from vsm.findings.now import share_that_waited
from vsm.findings.trust import WORK
from vsm.tickets import first_to_look_at

if TYPE_CHECKING:
    from vsm.stream import ValueStream

Made = TypeVar("Made")


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


def _of(function: Callable[..., Made], **paths: str) -> Callable[..., Made]:
    """Make a method of a figure's function: the reader chooses what has a default, the stream gives the rest.

    ``paths`` says where in the stream a parameter lies whose name is not that of the stream's attribute. The
    stream measures when the method is called, not when completion looks at it.
    """
    parameters = inspect.signature(function).parameters
    needed = {name for name, about in parameters.items() if about.default is about.empty}
    found = {name: name for name in needed} | paths

    def method(accessor: _Accessor, **choices: Any) -> Made:
        stream = accessor._stream  # noqa: SLF001 - the method is one of the accessor's
        given = {name: attrgetter(path)(stream) for name, path in found.items()}
        return function(**given, **choices)

    left = [about.replace(kind=about.KEYWORD_ONLY) for name, about in parameters.items() if name not in found]
    accessor = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__signature__ = inspect.Signature([accessor, *left])  # type: ignore[attr-defined]
    method.__doc__ = (inspect.getdoc(function) or "").split("\n\n")[0]
    return method


class Plots(_Accessor):
    """Every figure of a stream, by ``stream.plot.<figure>()``; each gives a plotly ``Figure``."""

    __slots__ = ()

    value_stream_map = _of(figures.value_stream_map, facts="map_facts")
    flow_map = _of(figures.flow_map, visits="visits")
    handoff_network = _of(figures.handoff_network)
    handoff_matrix = _of(figures.handoff_matrix)
    time_by_stage = _of(figures.time_by_stage, shares="stage_shares")
    causes_ladder = _of(figures.causes_ladder, rules="workflow.waiting", waits="_waits.by_cause")
    ageing_work = _of(figures.ageing_work)
    cycle_time_scatter = _of(figures.cycle_time_scatter)
    cumulative_flow = _of(figures.cumulative_flow)
    throughput_bars = _of(figures.throughput_bars)
    wait_heat_map = _of(figures.wait_heat_map, waits="_waits.unbroken")
    efficiency_bars = _of(figures.efficiency_bars, waits="_waits.unbroken")
    deployment_weeks = _of(figures.deployment_weeks, weeks="delivery.weeks")
    flow_distribution_bars = _of(figures.flow_distribution_bars, distribution="alignment.flow")
    review_times = _of(figures.review_times, steps="reviews.steps")
    review_sizes = _of(figures.review_sizes, sizes="reviews.sizes")
    coverage_bars = _of(figures.coverage_bars)
    forecast_fan = _of(
        figures.forecast_fan, answers="forecasts.answers", days="forecasts.days", hits="forecasts.hits"
    )
    forecast_dates = _of(figures.forecast_dates, answers="forecasts.answers", days="forecasts.days")
    hit_rates = _of(figures.hit_rates, answers="forecasts.answers")
    before_and_after = _of(figures.before_and_after, experiments="experiments")
    xmr_chart = _of(figures.xmr_chart, experiments="experiments")
    what_if_bars = _of(figures.what_if_bars, answers="what_if.answers")
    replay_check = _of(figures.replay_check, trust="what_if.trust")


class Tables(_Accessor):
    """Every table of a stream's pages, by ``stream.table.<table>()``; each gives a pandas ``Styler``."""

    __slots__ = ()

    claims = _of(figures.claims_table)
    sources = _of(figures.sources_table)
    provenance = _of(figures.provenance_table)
    statuses = _of(figures.statuses_table)
    people = _of(figures.people_table)
    quality = _of(figures.doubts_table)
    stages = _of(figures.stage_table, shares="stage_shares")
    lead_time = _of(figures.lead_time_table)
    discarded = _of(figures.discarded_table)
    weekly_flow = _of(figures.weekly_flow_table)
    ages = _of(figures.age_table)
    who_waits = _of(figures.who_waits_table)
    handoffs = _of(figures.handoff_table, costs="handoff_costs")
    costliest_handoffs = _of(figures.costliest_table)
    ping_pong = _of(figures.ping_pong_table)
    wait_places = _of(figures.places_table, waits="_waits.by_cause")
    hidden_waits = _of(figures.hidden_waits_table)
    causes = _of(figures.causes_table, waits="_waits.by_cause")
    meanings = _of(figures.meanings_table, rules="workflow.waiting")
    calendar = _of(figures.calendar_table, waits="_waits.by_cause")
    wait_stories = _of(figures.wait_stories, waits="_waits.by_cause")
    blocks = _of(figures.blocks_table)
    accuracy = _of(figures.accuracy_table, accuracy="rework.accuracy", rolled="rework.rolled")
    rework = _of(figures.rework_table, stages="rework.stages")
    referrals = _of(figures.referral_table, referrals="rework.referrals")
    backward_moves = _of(figures.backward_table, back="rework.back")
    queue_growth = _of(figures.queue_growth_table, queues="load.queues")
    sprints = _of(figures.sprints_table, sprints="load.sprints")
    active_periods = _of(figures.active_table, active="load.active")
    switching = _of(figures.switching_table, switching="load.switching")
    named_rules = _of(figures.named_rules_table)
    delivery = _of(figures.delivery_table, measures="delivery.measures", weeks="delivery.weeks")
    deployments = _of(figures.deployments_table, deployments="delivery.deployments")
    waiting_reviews = _of(figures.waiting_reviews_table, waiting="reviews.waiting")
    recent_reviews = _of(figures.recent_reviews_table, recent="reviews.recent")
    review_rules = _of(figures.review_rules_table, steps="reviews.steps")
    review_reach = _of(figures.review_reach_table, reach="reviews.reach")
    pipelines = _of(figures.pipelines_table, pipelines="reviews.pipelines")
    end_to_end = _of(
        figures.end_to_end_table, whole="responsibility.end_to_end", teams="responsibility.end_to_end_by_team"
    )
    first_handoffs = _of(figures.first_handoffs_table, places="responsibility.first_handoffs")
    defects = _of(figures.defects_table, defects="responsibility.defects_fixed_at_home")
    knowledge = _of(figures.knowledge_table, areas="responsibility.knowledge")
    disciplines = _of(figures.disciplines_table, disciplines="responsibility.disciplines")
    objectives = _of(figures.objective_table, costs="alignment.objectives")
    planned = _of(figures.planned_table, planned="alignment.planned")
    open_stages = _of(figures.open_stages_table)
    moved = _of(figures.moved_table)
    blocked = _of(figures.blocked_table)
    board = _of(figures.board_table, present="_present")
    service_level = _of(figures.service_level_table, present="_present")
    forecast = _of(figures.forecast_table, answers="forecasts.answers")
    chances = _of(figures.chances_table, chances="forecasts.service_level")
    stuck = _of(figures.stuck_table)
    experiments = _of(figures.experiments_table)
    where_the_wait_went = _of(figures.moved_waits_table, experiments="experiments")
    what_if = _of(figures.what_if_table, answers="what_if.answers")
    stations = _of(figures.stations_table, stations="what_if.stations")


class Slides(_Accessor):
    """Every slide of a retrospective, by ``stream.slide.<slide>()``; None where there is nothing to say."""

    __slots__ = ()

    opening = _of(retro.opening, present="_present")
    since_last = _of(retro.since_last, present="_present")
    finding = _of(retro_findings.finding, present="_present")
    causes = _of(retro.causes, present="_present")
    reviews = _of(retro.reviews, steps="reviews.steps")
    over_age = _of(retro.over_age, present="_present")
    experiment = _of(retro.experiment)
    decision = _of(retro_findings.decision)

    def what_we_try(self) -> Words | None:
        """The changes that vsm.toml names, with their predicted lead time; None where there are none."""
        ask = self._stream.what_if
        return what_we_try(ask.answers) if ask.named else None

    def network(self) -> go.Figure | None:
        """Who waits for whom; None where nobody waits, or there are too few tickets."""
        stream, present = self._stream, self._stream._present  # noqa: SLF001 - as in ``_of``
        if not stream.handoff_network.number_of_edges() or len(present.open) < present.minimum:
            return None
        figure: go.Figure = Plots(stream).handoff_network(slide=True)
        claims = [finding.claim for finding in stream.findings.about("handoff")[:1]]
        sums = f"Sums of what happened in {present.words}; findings say how far such shares vary by week."
        notes = [*claims, sums, *handoff_story(present, stream.blocks)]
        figure.layout.meta = {**figure.layout.meta, "notes": notes}
        return figure

    def map(self) -> go.Figure | None:
        """The value stream map of what was open in the current period; None where there are too few."""
        present = self._stream._present  # noqa: SLF001 - as in ``_of``
        if len(present.open) < present.minimum:
            return None
        recent = self._stream.where(since=f"{present.period.begin:%Y-%m-%d}")
        known = answered(self._stream._claims, WORK)  # noqa: SLF001
        # Where work is not recorded well enough, the map claims no time in work either.
        facts = recent.map_facts if known else recent.map_facts._replace(process=None)
        title = retro.where_time_goes(present, facts, work_known=known)
        figure = figures.value_stream_map(recent.network, facts=facts, title=title, slide=True)
        figure.layout.meta = {
            **figure.layout.meta,
            "caption": "Median stays, open ones included",
            "notes": [share_that_waited(present, work_known=known)],
        }
        return figure


def life(stream: "ValueStream", key: str = "") -> go.Figure:
    """One ticket's life: visits, waits, handoffs and commits; without a key, the one to look at first."""
    return figures.ticket_life(
        stream.visits,
        key=key or first_to_look_at(stream),
        waits=stream.waits,
        handoffs=stream.handoffs,
        events=stream.events,
        commits=stream.commits,
        tickets=stream.tickets,
        aliases=stream.workflow.jira.aliases,
    )
