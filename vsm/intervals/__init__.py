"""How long did it stay, and where did it pass on? Visits, handoffs and waits, all pure."""

from vsm.intervals.handoffs import handoffs_from_visits
from vsm.intervals.milestones import events_with_milestones
from vsm.intervals.visits import visits_from_events
from vsm.intervals.waits import waits_from_visits

__all__ = ["events_with_milestones", "handoffs_from_visits", "visits_from_events", "waits_from_visits"]
