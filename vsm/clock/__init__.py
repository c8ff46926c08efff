"""When is work done? Working calendars, and working time between instants."""

from vsm.clock.calendar import Calendar
from vsm.clock.clock import Clock

__all__ = ["Calendar", "Clock"]
