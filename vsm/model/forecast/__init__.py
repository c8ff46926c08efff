"""When work will be done: how many tickets in so many weeks, and when so many, with measured hit rates.

Blocks of past days are drawn (``vsm.stats.block_paths``), levels follow their own outcomes
(``vsm.stats.recalibration``), and the same question is asked on every Monday of the past, by what was known
then. What the record cannot bear is refused, with the number that is lacking.

Measured on two real trackers of 739 and 981 tickets (``tests/model/forecast/test_real.py``).
"""

from vsm.model.forecast.answers import HORIZONS, QUESTIONS, Forecast, forecasts, hit_rate, usual_forecasts
from vsm.model.forecast.backtest import BackTest, back_tests
from vsm.model.forecast.blocks import release_blocks
from vsm.model.forecast.finishes import Finishes, finished_by_day, finishes_from_visits
from vsm.model.forecast.questions import LEVELS, Question, refusal
from vsm.model.forecast.record import Record, record_from_visits
from vsm.model.forecast.service_level import service_level_chances
from vsm.stats.recalibration import FEWEST_OUTCOMES

__all__ = [
    "FEWEST_OUTCOMES", "HORIZONS", "LEVELS", "QUESTIONS", "BackTest", "Finishes", "Forecast", "Question",
    "Record", "back_tests", "finished_by_day", "finishes_from_visits", "forecasts", "hit_rate",
    "record_from_visits", "refusal", "release_blocks", "service_level_chances", "usual_forecasts",
]  # fmt: skip
