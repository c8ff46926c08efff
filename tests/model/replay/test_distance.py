"""How far are replayed lead times from the actual ones?"""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from vsm.model.replay.trust import distance


@pytest.mark.parametrize("others", [1, 5, 400])
def test_the_distance_is_scipys(others: int) -> None:
    """Of values with ties, as many or more or fewer than those they are compared with."""
    draw = np.random.default_rng(others)
    some, more = draw.lognormal(size=5).round(1), draw.lognormal(size=others).round(1)
    assert distance(some, more) == pytest.approx(wasserstein_distance(some, more), rel=1e-12)
