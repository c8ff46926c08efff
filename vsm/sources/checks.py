"""What ``vsm verify`` tries of a live source."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """What was tried, whether it worked, and what came of it or is missing."""

    name: str
    detail: str
    passed: bool = True
