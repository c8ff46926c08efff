"""Figures and tables of a stream: plotly figures and styled pandas tables; nothing is measured here."""

from vsm.figures.ageing import ageing_work
from vsm.figures.alignment import flow_distribution_bars, objective_table, planned_table
from vsm.figures.bands import cumulative_flow
from vsm.figures.causes import (
    blocks_table,
    calendar_table,
    causes_ladder,
    causes_table,
    meanings_table,
    wait_stories,
)
from vsm.figures.change import before_and_after, xmr_chart
from vsm.figures.cycle_times import cycle_time_scatter
from vsm.figures.delivery import delivery_table, deployment_weeks, deployments_table
from vsm.figures.experiments import experiments_table, moved_waits_table
from vsm.figures.flow_tables import (
    age_table,
    discarded_table,
    lead_time_table,
    named_rules_table,
    sprints_table,
    stage_table,
    weekly_flow_table,
)
from vsm.figures.forecast import chances_table, forecast_dates, forecast_fan, forecast_table, hit_rates
from vsm.figures.handoffs import (
    costliest_table,
    handoff_table,
    hidden_waits_table,
    ping_pong_table,
    places_table,
    who_waits_table,
)
from vsm.figures.lead_time import efficiency_bars, time_by_stage
from vsm.figures.load_tables import (
    accuracy_table,
    active_table,
    backward_table,
    queue_growth_table,
    referral_table,
    rework_table,
    switching_table,
)
from vsm.figures.maps.flow import flow_map
from vsm.figures.maps.handoff_network import handoff_network
from vsm.figures.maps.matrix import handoff_matrix
from vsm.figures.maps.stream import value_stream_map
from vsm.figures.responsibility import (
    defects_table,
    disciplines_table,
    end_to_end_table,
    first_handoffs_table,
    knowledge_table,
)
from vsm.figures.reviews import (
    pipelines_table,
    recent_reviews_table,
    review_reach_table,
    review_rules_table,
    review_sizes,
    review_times,
    waiting_reviews_table,
)
from vsm.figures.standup import blocked_table, board_table, moved_table, service_level_table
from vsm.figures.stuck import open_stages_table, stuck_table
from vsm.figures.theme import CONFIG, TEMPLATE
from vsm.figures.ticket_life import ticket_life
from vsm.figures.trust import (
    claims_table,
    coverage_bars,
    doubts_table,
    people_table,
    provenance_table,
    sources_table,
    statuses_table,
)
from vsm.figures.weeks import throughput_bars, wait_heat_map
from vsm.figures.what_if import replay_check, stations_table, what_if_bars, what_if_table

__all__ = [
    "CONFIG",
    "TEMPLATE",
    "accuracy_table",
    "active_table",
    "age_table",
    "ageing_work",
    "backward_table",
    "before_and_after",
    "blocked_table",
    "blocks_table",
    "board_table",
    "calendar_table",
    "causes_ladder",
    "causes_table",
    "chances_table",
    "claims_table",
    "costliest_table",
    "coverage_bars",
    "cumulative_flow",
    "cycle_time_scatter",
    "defects_table",
    "delivery_table",
    "deployment_weeks",
    "deployments_table",
    "discarded_table",
    "disciplines_table",
    "doubts_table",
    "efficiency_bars",
    "end_to_end_table",
    "experiments_table",
    "first_handoffs_table",
    "flow_distribution_bars",
    "flow_map",
    "forecast_dates",
    "forecast_fan",
    "forecast_table",
    "handoff_matrix",
    "handoff_network",
    "handoff_table",
    "hidden_waits_table",
    "hit_rates",
    "knowledge_table",
    "lead_time_table",
    "meanings_table",
    "moved_table",
    "moved_waits_table",
    "named_rules_table",
    "objective_table",
    "open_stages_table",
    "people_table",
    "ping_pong_table",
    "pipelines_table",
    "places_table",
    "planned_table",
    "provenance_table",
    "queue_growth_table",
    "recent_reviews_table",
    "referral_table",
    "replay_check",
    "review_reach_table",
    "review_rules_table",
    "review_sizes",
    "review_times",
    "rework_table",
    "service_level_table",
    "sources_table",
    "sprints_table",
    "stage_table",
    "stations_table",
    "statuses_table",
    "stuck_table",
    "switching_table",
    "throughput_bars",
    "ticket_life",
    "time_by_stage",
    "value_stream_map",
    "wait_heat_map",
    "wait_stories",
    "waiting_reviews_table",
    "weekly_flow_table",
    "what_if_bars",
    "what_if_table",
    "who_waits_table",
    "xmr_chart",
]  # fmt: skip


def __dir__() -> list[str]:
    return sorted(__all__)
