"""From EVENTS to VISITS, HANDOFFS, BLOCKS and WAITS with causes: the definitions, vectorised; all pure."""

from vsm.intervals.blocks import blocked_spans, blocked_time, blocks_from_events, records_blocks
from vsm.intervals.causes import causes_of_waits
from vsm.intervals.handoffs import handoffs_from_visits
from vsm.intervals.milestones import events_with_milestones
from vsm.intervals.parts import work_of_parts
from vsm.intervals.resolutions import events_with_resolutions
from vsm.intervals.visits import visits_from_events
from vsm.intervals.waits import finished_at, waits_from_visits

__all__ = [
    "blocked_spans", "blocked_time", "blocks_from_events", "causes_of_waits", "events_with_milestones",
    "events_with_resolutions", "finished_at", "handoffs_from_visits", "records_blocks", "visits_from_events",
    "waits_from_visits", "work_of_parts",
]  # fmt: skip
