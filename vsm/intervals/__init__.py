"""How long did it stay, where was it passed on, why did it wait? All pure."""

from vsm.intervals.blocked import blocked_spans, blocked_time
from vsm.intervals.blocks import blocks_from_events
from vsm.intervals.causes import causes_of_waits
from vsm.intervals.handoffs import handoffs_from_visits
from vsm.intervals.milestones import events_with_milestones
from vsm.intervals.visits import visits_from_events
from vsm.intervals.waits import waits_from_visits

__all__ = [
    "blocked_spans", "blocked_time", "blocks_from_events", "causes_of_waits", "events_with_milestones",
    "handoffs_from_visits", "visits_from_events", "waits_from_visits",
]  # fmt: skip
