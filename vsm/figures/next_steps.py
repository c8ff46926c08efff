"""What do we try next? What the costliest findings propose, each proposal once."""

from typing import Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.labels import percent
from vsm.figures.tables import published
from vsm.findings import Findings

_CAPTION: Final = "Part of all lead time of finished tickets; parts of different rows may overlap."
_NOTHING: Final = "Nothing to try yet: there are too few finished tickets to say anything."


def next_steps_table(findings: Findings, *, most: int = 3) -> Styler:
    """What could be tried next, where it costs most? The experiments of findings as a table.

    Parameters
    ----------
    findings
        The costliest first.
    most
        How many proposals are shown; what several findings propose is shown once, with the costliest.

    Examples
    --------
    >>> next_steps_table(Findings()).data.empty
    True
    """
    proposed = {finding.experiment: finding for finding in reversed(findings)}
    first = sorted(proposed.values(), key=findings.index)[:most]
    rows = pd.DataFrame(
        {
            "Try": [finding.experiment for finding in first],
            "Where": [finding.subject for finding in first],
            "Costs": [percent(finding.share) for finding in first],
            "n": [finding.n for finding in first],
        }
    )
    return published(rows, _CAPTION, nothing=_NOTHING)
