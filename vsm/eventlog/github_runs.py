"""GitHub's workflow runs become PIPELINES, its deployments DEPLOYS."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from vsm.bodies import GitHubDeployment, GitHubRun
from vsm.counts import counted
from vsm.eventlog.fields import instants
from vsm.eventlog.github_issues import GitHubNaming, github_instant
from vsm.eventlog.log import QualityNote
from vsm.tables import DEPLOYS, PIPELINES, conform

OUTCOMES: Final = {
    "success": "success",
    "failure": "failure", "timed_out": "failure", "startup_failure": "failure",
    "cancelled": "cancelled", "skipped": "cancelled", "stale": "cancelled",
}  # fmt: skip
REACHED: Final = {"SUCCESS": "success", "FAILURE": "failure", "ERROR": "failure"}
RUN: Final = re.compile(r"/actions/runs/(\d+)")
Hold = tuple[str, str | None]


def github_pipelines(
    runs: Sequence[GitHubRun], deployments: Sequence[GitHubDeployment], naming: GitHubNaming, source: str
) -> pd.DataFrame:
    """Give PIPELINES: a row for each attempt of a run.

    An attempt begins to run when its first job does. It was held while a deployment of the run waited for
    somebody's approval; GitHub records no other holds.
    """
    held = _holds(deployments)
    rows = [row for body in runs for row in _attempts(body, naming, source, held.get(body["id"]))]
    frame = pd.DataFrame(rows, columns=PIPELINES.names)
    for name in ("created", "started", "finished", "held_from", "held_until"):
        frame[name] = instants(list(frame[name]))
    return conform(frame.sort_values(["created", "pipeline"], ignore_index=True), PIPELINES)


def _attempts(
    body: GitHubRun, naming: GitHubNaming, source: str, hold: Hold | None
) -> Iterator[dict[str, Any]]:
    last = max(body.get("run_attempt") or 1, 1)
    attempts = {one.get("run_attempt") or 1: one for one in body.get("earlier") or ()} | {last: body}
    begins = {
        number: one.get("run_started_at") if number > 1 else body["created_at"]
        for number, one in attempts.items()
    }
    suite = ((body.get("suite") or {}).get("checkRuns") or {"nodes": []})["nodes"]
    jobs = [str(job["startedAt"]) for job in suite if job and job.get("startedAt")]
    for number, one in sorted(attempts.items()):
        created = begins[number] or body["created_at"]
        following = begins.get(number + 1)
        mine = [
            job
            for job in jobs
            if github_instant(job) >= github_instant(created)
            and not (following and github_instant(job) >= github_instant(following))
        ]
        done = one.get("status") in {"completed", None} and one.get("conclusion")
        yield {
            "pipeline": f"{source}/run/{body['id']}/{number}",
            "repository": naming.repository,
            "name": body.get("name"),
            "commit": body.get("head_sha"),
            "branch": body.get("head_branch"),
            "attempt": number,
            "created": created,
            "started": min(mine, key=github_instant, default=None),
            "finished": one.get("updated_at") if done else None,
            "held_from": hold[0] if hold and number == last else None,
            "held_until": hold[1] if hold and number == last else None,
            "outcome": OUTCOMES.get(str(one.get("conclusion")), "unknown") if done else "unknown",
            "url": body.get("html_url"),
        }


def _holds(deployments: Sequence[GitHubDeployment]) -> dict[str, Hold]:
    """Give from when to when a run was held, by its id: a deployment of it was waiting."""
    held: dict[str, Hold] = {}
    for body in deployments:
        states = sorted(body["statuses"]["nodes"], key=lambda one: github_instant(one["createdAt"]))
        run = next((found[1] for one in states if (found := RUN.search(one.get("logUrl") or ""))), None)
        waited = next((place for place, one in enumerate(states) if one["state"] == "WAITING"), None)
        if run and waited is not None:
            after = [one["createdAt"] for one in states[waited + 1 :] if one["state"] != "WAITING"]
            held.setdefault(run, (str(states[waited]["createdAt"]), str(after[0]) if after else None))
    return held


def github_deploys(
    bodies: Sequence[GitHubDeployment], naming: GitHubNaming, source: str
) -> tuple[pd.DataFrame, list[QualityNote]]:
    """Give DEPLOYS: those that reached their environment, when they did; and a note on the others."""
    rows, missed = list[dict[str, Any]](), Counter[str]()
    for body in bodies:
        states = sorted(body["statuses"]["nodes"], key=lambda one: github_instant(one["createdAt"]))
        reached = next((one for one in states if one["state"] in REACHED), None)
        if reached is None:
            missed[states[-1]["state"].lower() if states else "no state"] += 1
            continue
        rows.append({
            "deploy": body.get("databaseId") or body.get("id"), "at": reached["createdAt"],
            "environment": body.get("environment"), "outcome": REACHED[reached["state"]],
            "repository": naming.repository, "component": None, "commit": body.get("commitOid"),
            "source": source,
        })  # fmt: skip
    frame = pd.DataFrame(rows, columns=DEPLOYS.names)
    frame["at"] = instants(list(frame["at"]))
    return conform(frame.sort_values(["at", "deploy"], ignore_index=True), DEPLOYS), list(
        _missed(missed, len(bodies), source)
    )


def _missed(missed: Mapping[str, int], count: int, source: str) -> Iterator[QualityNote]:
    if missed:
        states = ", ".join(f"{number} '{state}'" for state, number in sorted(missed.items()))
        detail = (
            f"left out: {sum(missed.values())} of {counted(count, 'deployment')}, whose states say that the "
            f"environment was not reached: {states}"
        )
        yield QualityNote("deployments not counted", "note", detail, source)
