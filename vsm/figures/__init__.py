"""What does the stream look like? Tables and networks become Plotly figures; nothing is measured here."""

from vsm.figures.ageing import ageing_work
from vsm.figures.alignment import flow_distribution_bars, objective_table, planned_table
from vsm.figures.blocks import blocks_table
from vsm.figures.cause_tables import calendar_table, causes_table, meanings_table, wait_stories
from vsm.figures.causes import causes_ladder
from vsm.figures.change import before_and_after
from vsm.figures.coverage import claims_table, coverage_bars
from vsm.figures.cumulative import cumulative_flow
from vsm.figures.cycle_scatter import cycle_time_scatter
from vsm.figures.delivery import delivery_table, deployment_weeks, deployments_table
from vsm.figures.efficiency import efficiency_bars
from vsm.figures.experiments import experiments_table
from vsm.figures.flow import flow_map
from vsm.figures.flow_tables import age_table, weekly_flow_table
from vsm.figures.handoff_slide import handoff_slide
from vsm.figures.handoff_tables import costliest_table, hidden_waits_table, ping_pong_table, places_table
from vsm.figures.heat_map import wait_heat_map
from vsm.figures.load import active_table, queue_growth_table, switching_table
from vsm.figures.matrix import handoff_matrix
from vsm.figures.named_rules import named_rules_table
from vsm.figures.next_steps import next_steps_table
from vsm.figures.responsibility import (
    end_to_end_table,
    knowledge_table,
    letting_go_table,
    mended_table,
    together_table,
)
from vsm.figures.rework import accuracy_table, backward_table, referral_table, rework_table
from vsm.figures.sources import people_table, provenance_table, sources_table, statuses_table
from vsm.figures.stage_bars import time_by_stage
from vsm.figures.stream_map import value_stream_map
from vsm.figures.stuck import open_stages_table, stuck_table
from vsm.figures.tables import doubts_table, handoff_table, lead_time_table, stage_table
from vsm.figures.team_network import team_network
from vsm.figures.template import CONFIG, TEMPLATE
from vsm.figures.throughput import throughput_bars
from vsm.figures.ticket_life import ticket_life
from vsm.figures.xmr import xmr_chart

__all__ = [
    "CONFIG",
    "TEMPLATE",
    "accuracy_table",
    "active_table",
    "age_table",
    "ageing_work",
    "backward_table",
    "before_and_after",
    "blocks_table",
    "calendar_table",
    "causes_ladder",
    "causes_table",
    "claims_table",
    "costliest_table",
    "coverage_bars",
    "cumulative_flow",
    "cycle_time_scatter",
    "delivery_table",
    "deployment_weeks",
    "deployments_table",
    "doubts_table",
    "efficiency_bars",
    "end_to_end_table",
    "experiments_table",
    "flow_distribution_bars",
    "flow_map",
    "handoff_matrix",
    "handoff_slide",
    "handoff_table",
    "hidden_waits_table",
    "knowledge_table",
    "lead_time_table",
    "letting_go_table",
    "meanings_table",
    "mended_table",
    "named_rules_table",
    "next_steps_table",
    "objective_table",
    "open_stages_table",
    "people_table",
    "ping_pong_table",
    "places_table",
    "planned_table",
    "provenance_table",
    "queue_growth_table",
    "referral_table",
    "rework_table",
    "sources_table",
    "stage_table",
    "statuses_table",
    "stuck_table",
    "switching_table",
    "team_network",
    "throughput_bars",
    "ticket_life",
    "time_by_stage",
    "together_table",
    "value_stream_map",
    "wait_heat_map",
    "wait_stories",
    "weekly_flow_table",
    "xmr_chart",
]


def __dir__() -> list[str]:
    return sorted(__all__)
