"""How much of a long test is run: a fixed share each time, all of it by ``make thorough``."""

import os
from typing import Final

THOROUGH: Final = bool(os.environ.get("VSM_THOROUGH"))


def share(normally: int, *, of: int) -> int:
    """Give how many cases to try: some, or all where thorough."""
    return of if THOROUGH else normally
