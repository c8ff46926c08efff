"""Why work waited: a sweep over each receiver's timeline cuts waits into pieces with one cause each."""

from vsm.intervals.causes.sweep import causes_of_waits

__all__ = ["causes_of_waits"]
