"""Deployments, and the runs of workflows with their attempts and when their jobs began."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from vsm.sources.archive import Archive, Document
from vsm.sources.github_api.answers import CheckSuite, Deployed, Runs, WorkflowRun
from vsm.sources.github_api.paging import Repository
from vsm.sources.github_api.queries import DEPLOYMENT, SUITE, list_query
from vsm.sources.github_api.reading import Reading, epoch_ms
from vsm.sources.github_api.trimming import trimmed_run
from vsm.sources.host_answers import Json, answer_of

Step = tuple[tuple[Document, ...], Reading]
AT_ONCE: Final = 100
DAY_MS: Final = 24 * 3600 * 1000
AGAIN_MS: Final = 3 * DAY_MS
"""Runs are started again within days; GitHub lists them by when they were first asked for."""
FIRST_MS: Final = 365 * DAY_MS
"""How far back a first load of runs goes; GitHub keeps them for 400 days at most."""
UNDER_WAY: Final = frozenset({"PENDING", "QUEUED", "IN_PROGRESS", "WAITING"})


def deployment_steps(repository: Repository, reading: Reading) -> Iterator[Step]:
    """Give deployments that are new, and those that were under way at the last look."""
    first_load, known = reading.since is None, set[str]()
    query = list_query("deployments", DEPLOYMENT, order="DeploymentOrder")
    pages = repository.pages(
        "deployments", query, after=reading.after or None, most=100, of=Deployed,
        order={"field": "CREATED_AT", "direction": "ASC" if first_load else "DESC"},
    )  # fmt: skip
    for page in pages:
        nodes = [node for node in page.nodes if node is not None]
        new = [n for n in nodes if first_load or (epoch_ms(n.get("createdAt")) or 0) >= (reading.since or 0)]
        known |= {_name(node) for node in new}
        reading = reading.saw(
            (node.get("createdAt") for node in new), after=page.info.end or "" if first_load else ""
        ).with_open({_name(node): _under_way(node) for node in new})
        yield tuple(Document(_name(node), {"type": "deployment", **node}) for node in new), reading
        if len(new) < len(nodes):
            break
    waiting = {} if first_load else {name: one for name, one in reading.open.items() if name not in known}
    ids = [one[0] for one in waiting.values()]
    nodes = list(repository.by_ids(f"... on Deployment {{ {DEPLOYMENT} }}", ids, of=Deployed))
    reading = reading.with_open({_name(node): _under_way(node) for node in nodes})
    yield tuple(Document(_name(node), {"type": "deployment", **node}) for node in nodes), reading.done()


def _name(node: Mapping[str, Any]) -> str:
    return f"deployment/{node.get('databaseId') or node.get('id')}"


def _under_way(node: Mapping[str, Any]) -> tuple[str, int] | None:
    """Give its id and when it began, where it has reached nothing yet."""
    states = {one["state"] for one in node["statuses"]["nodes"] if one}
    return (str(node["id"]), epoch_ms(node.get("createdAt")) or 0) if states <= UNDER_WAY else None


def run_steps(repository: Repository, reading: Reading, *, archive: Archive, source: str) -> Iterator[Step]:
    """Give runs that are new, newest first, and those that were under way at the last look.

    Two requests for a hundred runs, one more for each earlier attempt, and one where nothing is new.
    """
    session, where = repository.session, f"/repos/{repository.owner}/{repository.name}/actions/runs"
    first_load, known = reading.since is None, set[str]()
    until = reading.mark - FIRST_MS if reading.since is None else reading.since - AGAIN_MS
    number, tag = int(reading.after or 1) if first_load else 1, reading.tag
    while True:
        asked = tag if number == 1 and not first_load else ""
        answered = session.fetch(
            f"{session.rest}{where}", etag=asked, absent=True, per_page=AT_ONCE, page=number
        )
        if number == 1:
            tag = answered.headers.get("ETag", tag)
        if answered.body is None:
            break
        runs = answer_of(Runs, answered.body, where=f"{session.url}{where}").runs
        new = [run for run in runs if (epoch_ms(run.get("created_at")) or 0) >= until]
        bodies = list(_whole_runs(repository, new, where))
        known |= {f"run/{body['id']}" for body in bodies}
        number += 1
        after = str(number) if first_load else ""
        reading = reading.saw((body["created_at"] for body in bodies), after=after).with_open(
            {f"run/{body['id']}": _unfinished(body) for body in bodies}
        )
        yield tuple(Document(f"run/{body['id']}", body) for body in bodies), reading
        if len(new) < len(runs) or len(runs) < AT_ONCE:
            break
    waiting = {} if first_load else {name: one for name, one in reading.open.items() if name not in known}
    suites = {one[0]: name for name, one in waiting.items()}
    later = list[Document]()
    for suite in repository.by_ids(SUITE, list(suites), of=CheckSuite):
        body = archive.document(source, suites.get(suite["id"], "")) or {}
        if body:
            state = {"status": str(suite.get("status")).lower(), "updated_at": suite.get("updatedAt")}
            ended = {"conclusion": str(suite["conclusion"]).lower()} if suite.get("conclusion") else {}
            later.append(Document(f"run/{body['id']}", body | state | ended | {"suite": suite}))
    reading = reading.with_open({one.id: _unfinished(one.body) for one in later})
    yield tuple(later), replace(reading.done(), tag=tag)


def _unfinished(body: Mapping[str, Any]) -> tuple[str, int] | None:
    suite = body.get("check_suite_node_id")
    if body.get("status") == "completed" or not suite:
        return None
    return str(suite), epoch_ms(body.get("created_at")) or 0


def _whole_runs(repository: Repository, runs: list[Json], where: str) -> Iterator[Json]:
    """Give runs with when their jobs began, and with their earlier attempts."""
    session, path = repository.session, f"{repository.session.rest}{where}"
    known = [answer_of(WorkflowRun, run, where=f"{session.url}{where}") for run in runs]
    wanted = [run.suite for run in known if run.suite]
    suites = {suite["id"]: suite for suite in repository.by_ids(SUITE, wanted, of=CheckSuite)}
    for run, body in zip(known, runs, strict=True):
        before = [
            session.get(f"{path}/{run.id}/attempts/{attempt}", absent=True)
            for attempt in range(1, run.attempt or 1)
        ]
        attempts = [trimmed_run(one) for one in before if isinstance(one, dict)]
        yield trimmed_run(body) | {"suite": suites.get(run.suite), "earlier": attempts}
