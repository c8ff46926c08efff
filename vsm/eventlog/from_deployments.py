"""What do deployments that somebody wrote down tell?"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from vsm.eventlog.instants import instants
from vsm.eventlog.log import Log
from vsm.eventlog.quality import QualityNote, quality_from_notes
from vsm.tables import DEPLOYS, conform

OUTCOMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("success", "succeeded", "successful", "ok", "passed", "done", "active"), "success"),
    **dict.fromkeys(
        ("failure", "failed", "fail", "error", "rolled back", "rollback", "rolled_back", "reverted"),
        "failure",
    ),
}
"""What people and tools write for how it went; anything else is unknown, and told."""


def log_from_deployments(documents: Iterable[Mapping[str, Any]], *, source: str) -> Log:
    """What do these deployments tell?

    Parameters
    ----------
    documents
        As ``vsm.sources.deployments_file`` reads them.
    source
        Such as ``deployments:shop``.

    Returns
    -------
    Log
        DEPLOYS by time. An outcome that is no word of ``OUTCOMES`` is ``unknown``, and a doubt.

    Examples
    --------
    >>> row = {"deploy": "2", "at": "2026-01-05T09:00:00Z", "environment": "production", "outcome": "OK"}
    >>> log = log_from_deployments([row | {"commit": None, "repository": None}], source="deployments:shop")
    >>> log.deploys["outcome"].astype("str").tolist()
    ['success']
    """
    known = list(documents)
    told = [str(body["outcome"] or "").strip().casefold() for body in known]
    rows = pd.DataFrame(known, columns=["deploy", "at", "environment", "repository", "commit"])
    rows["at"] = instants(list(rows["at"]))
    rows["commit"] = rows["commit"].astype("str").str.lower()
    rows["outcome"] = [OUTCOMES.get(word, "unknown") for word in told]
    rows = rows.assign(source=source).sort_values(["at", "deploy"], ignore_index=True)
    strange = sorted({word for word in told if word and word not in OUTCOMES})
    detail = "outcome '{}' of {} deployment(s) is taken as unknown; write success or failure"
    doubts = [
        QualityNote("unknown outcome", "warning", detail.format(word, told.count(word)), source)
        for word in strange
    ]
    return Log(deploys=conform(rows, DEPLOYS), quality=quality_from_notes(doubts))
