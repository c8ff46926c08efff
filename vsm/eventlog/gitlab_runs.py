"""GitLab's pipelines become PIPELINES, its deployments DEPLOYS."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from vsm.bodies import GitLabDeployment, GitLabPipeline, Instant
from vsm.counts import counted
from vsm.eventlog.fields import instants
from vsm.eventlog.from_deployments import NOT_REACHED, OUTCOMES, plain_word
from vsm.eventlog.gitlab_issues import Naming, at_of
from vsm.eventlog.log import QualityNote
from vsm.tables import DEPLOYS, PIPELINES, conform

_PIPELINES: Final = {
    "success": "success",
    "failed": "failure",
    "canceled": "cancelled",
    "skipped": "cancelled",
}


def gitlab_pipelines(bodies: Sequence[GitLabPipeline], naming: Naming, source: str) -> pd.DataFrame:
    """Give PIPELINES. GitLab runs a failed pipeline's jobs again within it: each has one attempt."""
    rows = []
    for body in bodies:
        held = _held(body)
        rows.append(
            {
                "pipeline": f"{source}/run/{body['id']}",
                "repository": naming.repository,
                "name": body.get("source"),
                "commit": body.get("sha"),
                "branch": body.get("ref"),
                "attempt": 1,
                "created": body["createdAt"],
                "started": body.get("startedAt"),
                "finished": body.get("finishedAt"),
                "held_from": held[0],
                "held_until": held[1],
                "outcome": _PIPELINES.get(body["status"].casefold(), "unknown"),
                "url": body.get("webUrl"),
            }
        )
    frame = pd.DataFrame(rows, columns=PIPELINES.names)
    for name in ("created", "started", "finished", "held_from", "held_until"):
        frame[name] = instants(list(frame[name]))
    return conform(frame.sort_values(["created", "pipeline"], ignore_index=True), PIPELINES)


def _held(body: GitLabPipeline) -> tuple[Instant | None, Instant | None]:
    """Give since when and until when a pipeline waited for somebody to start its first blocking manual job.

    It waits once what ran before that job has ended; while it waits now, its status is ``manual``.
    """
    manual = [job for job in body["jobs"] if job["manual"] and not job.get("allowed_to_fail")]
    started = min((job["queued"] for job in manual if job.get("queued")), default=None, key=at_of)
    if not manual or not (started or body["status"].casefold() == "manual"):
        return None, None
    ended = [job["finished"] for job in body["jobs"] if job.get("finished") and not job["manual"]]
    before = [end for end in ended if started is None or at_of(end) <= at_of(started)]
    return max(before, default=body["createdAt"], key=at_of), started


def gitlab_deploys(
    bodies: Sequence[GitLabDeployment], naming: Naming, source: str
) -> tuple[pd.DataFrame, list[QualityNote]]:
    """Give DEPLOYS: those that reached their environment, and a note on the others."""
    rows, missed = list[dict[str, Any]](), Counter[str]()
    for body in bodies:
        outcome = OUTCOMES.get(plain_word(body["status"]), "unknown")
        if outcome == NOT_REACHED:
            missed[body["status"]] += 1
            continue
        at = body.get("finished_at") or body.get("updated_at") or body["created_at"]
        rows.append(
            {"deploy": body["id"], "at": at, "environment": body["environment"], "outcome": outcome,
             "repository": naming.repository, "component": None, "commit": body.get("sha"), "source": source}
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=DEPLOYS.names)
    frame["at"] = instants(list(frame["at"]))
    notes = []
    if missed:
        states = ", ".join(f"{count} '{word}'" for word, count in missed.most_common())
        detail = (
            f"left out: {missed.total()} of {counted(len(bodies), 'deployment')}, whose outcomes say that "
            f"the environment was not reached, or that nothing is there any longer: {states}"
        )
        notes.append(QualityNote("deployments not counted", "note", detail, source))
    return conform(frame.sort_values(["at", "deploy"], ignore_index=True), DEPLOYS), notes
