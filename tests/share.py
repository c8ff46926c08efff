"""How much of a long test is run: a fixed share each time, little in the quick loop, all of it by ``make thorough``."""

import os
from typing import Final

THOROUGH: Final = bool(os.environ.get("VSM_THOROUGH"))
QUICK: Final = bool(os.environ.get("VSM_QUICK"))
PATIENCE: Final = 120_000
"""Milliseconds in which even a slow and busy machine does what a page in a browser is waited for."""


def share(normally: int, *, of: int) -> int:
    """Give how many cases to try: some, all where thorough, a sixth of some where quick."""
    if THOROUGH:
        return of
    return max(2, normally // 6) if QUICK else normally
