"""What could not be used, or should not be trusted?"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

from vsm.tables import QUALITY, conform

Level = Literal["fault", "warning", "note"]


@dataclass(frozen=True, slots=True)
class QualityNote:
    """What is one fact that the data should not hide? A row of QUALITY.

    ``fault`` falsifies results, ``warning`` may, ``note`` is good to know.
    """

    check: str
    level: Level
    detail: str
    source: str | None = None
    ticket: str | None = None
    ref: str | None = None


def quality_from_notes(doubts: Iterable[QualityNote]) -> pd.DataFrame:
    """Lay doubts out as the QUALITY table, in the order given.

    Examples
    --------
    >>> quality_from_notes([QualityNote("self transition", "note", "moved", ticket="jira:1")]).shape
    (1, 6)
    """
    rows = pd.DataFrame([asdict(doubt) for doubt in doubts], columns=QUALITY.names)
    return conform(rows, QUALITY)
