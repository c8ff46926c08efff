"""How large is a share of so many, and how sure is that?"""

import math
from typing import Final

UNKNOWN: Final = float("nan")
_Z: Final = 1.959963984540054


def wilson_interval(part: int, whole: int) -> tuple[float, float]:
    """Between which bounds does the share lie, at 95 %? Wilson's score interval.

    It stays within 0 and 1 and holds its promise for small counts too (E. B. Wilson, "Probable inference, the
    law of succession, and statistical inference", Journal of the American Statistical Association 22, 1927).

    Returns
    -------
    (low, high)
        0 to 1; NaN of nothing.

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson_interval(5, 10)]
    [0.237, 0.763]
    """
    if not whole:
        return UNKNOWN, UNKNOWN
    share, square = part / whole, _Z**2 / whole
    middle = (share + square / 2) / (1 + square)
    reach = _Z / (1 + square) * math.sqrt(share * (1 - share) / whole + square / whole / 4)
    return (
        max(0.0, middle - reach) if part else 0.0,
        min(1.0, middle + reach) if part < whole else 1.0,
    )


def share_of(part: int, whole: int, *, minimum: int) -> dict[str, float]:
    """Which share is it? ``share, low, high``, all NaN under ``minimum``: too few to say.

    Examples
    --------
    >>> share_of(3, 4, minimum=12)
    {'share': nan, 'low': nan, 'high': nan}
    >>> share_of(6, 12, minimum=12)["share"]
    0.5
    """
    if whole < max(minimum, 1):
        return dict.fromkeys(("share", "low", "high"), UNKNOWN)
    low, high = wilson_interval(part, whole)
    return {"share": part / whole, "low": low, "high": high}
