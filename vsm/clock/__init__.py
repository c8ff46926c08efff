"""Working calendars, and working time between instants."""

from vsm.clock.calendar import Calendar
from vsm.clock.clock import ALWAYS, Clock, micros_of
from vsm.clock.from_config import clock_from_workflow
from vsm.clock.week import DEFAULT, Day, Shift, Week, calendar_from_week

__all__ = [
    "ALWAYS",
    "DEFAULT",
    "Calendar",
    "Clock",
    "Day",
    "Shift",
    "Week",
    "calendar_from_week",
    "clock_from_workflow",
    "micros_of",
]
