"""Shares and rates of counts, with exact or near-exact 95 % intervals."""

from math import sqrt
from statistics import NormalDist
from typing import Final

Z: Final = NormalDist().inv_cdf(0.975)
UNKNOWN: Final = float("nan")


def wilson_interval(part: int, whole: int) -> tuple[float, float]:
    """Give the 95 % interval of a share: Wilson's score interval.

    It stays within 0 and 1 and holds its promise for small counts too (E. B. Wilson, "Probable inference, the
    law of succession, and statistical inference", Journal of the American Statistical Association 22, 1927).
    Written out, since ``scipy.stats``, which has it too, takes a second to import.

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
    share, width = part / whole, 2 * (whole + Z**2)
    middle = (2 * whole * share + Z**2) / width
    reach = Z / width * sqrt(4 * whole * share * (1 - share) + Z**2)
    return middle - reach if part else 0.0, middle + reach if part < whole else 1.0


def share_of(part: int, whole: int, *, minimum: int) -> dict[str, float]:
    """Give ``share, low, high`` of a count, all NaN under ``minimum``: too few to say.

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


def poisson_interval(count: int) -> tuple[float, float]:
    """Give the exact 95 % interval of what a count of independent events is expected to be (F. Garwood 1936).

    Examples
    --------
    >>> [round(bound, 1) for bound in poisson_interval(12)]
    [6.2, 21.0]
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - a tenth of a second of import that few need

    return float(gammaincinv(count, 0.025)) if count else 0.0, float(gammaincinv(count + 1, 0.975))
