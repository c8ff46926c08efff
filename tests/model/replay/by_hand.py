"""A replay made by hand: one way of a ticket, and who works there."""

import numpy as np
import pandas as pd

from vsm.clock import clock_from_workflow
from vsm.config import Workflow
from vsm.model.replay.fitted import Replay
from vsm.model.replay.routes import Route
from vsm.model.replay.stations import Rota
from vsm.model.replay.steps import LINE, ROUND_THE_CLOCK, WORK, Server, Step

STAGES = ("Build", "Ready for test", "Test", "Document")
BUILD, READY, TEST, DOCUMENT = range(4)
DAY = pd.Timestamp("2026-01-05", tz="UTC")


def work(stage: int, hours: float) -> Step:
    """Give work of so many hours."""
    return Step(stage, WORK, 3600 * hours, stage)


QUEUE = Step(READY, LINE, line=TEST)
WAY = (work(BUILD, 2), QUEUE, work(TEST, 3), work(BUILD, 1), work(DOCUMENT, 1), QUEUE, work(TEST, 4))
"""Built, tested, sent back, built, documented, and tested again."""


def replay_by_hand() -> Replay:
    """Give a replay of that one way, with two builders, a tester and a writer."""
    people = (
        Server((BUILD,), 2, ROUND_THE_CLOCK),
        Server((TEST,), 1, ROUND_THE_CLOCK),
        Server((DOCUMENT,), 1, ROUND_THE_CLOCK),
    )
    return Replay(
        at=0.0, until=1.0, stages=STAGES, kinds=np.zeros(4, dtype=np.int64), routes=(Route(WAY, True),), open=(),
        weeks=(), servers=people, shifts={}, teams={}, rota=Rota(clock_from_workflow(Workflow(), since=DAY, until=DAY)), gates={},
        lines={READY: TEST}, overtaking={}, whole=1, visits={},
    )  # fmt: skip
