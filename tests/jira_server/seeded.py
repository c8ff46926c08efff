"""Made-up issues of realistic shape, each made anew when asked for, so that 100,000 weigh little."""

from functools import partial
from random import Random
from typing import Final, NamedTuple

from tests.jira_server.cards import Body, Card, Mode, instant, status_body, user_body

START: Final = 1_672_646_400_000  # 2023-01-02 08:00 UTC, a Monday
SPAN: Final = 3 * 365 * 86_400_000
STATUSES: Final = {
    "10000": ("To Do", "new"),
    "3": ("In Progress", "indeterminate"),
    "10001": ("In Review", "indeterminate"),
    "10002": ("Done", "done"),
}
NEXT: Final = {"10000": "3", "3": "10001", "10001": "10002", "10002": "3"}
PROJECT: Final = {"id": "10100", "key": "ABC", "name": "Seeded"}
FIELDS: Final = {
    "customfield_10016": "Story Points",
    "customfield_10020": "Sprint",
    "customfield_10021": "Flagged",
    "customfield_10001": "Team",
}


class Seed(NamedTuple):
    """What an issue grows from."""

    seed: int
    number: int
    tickets: int
    histories: int
    mode: Mode


class Step(NamedTuple):
    """One history before it is written out: status changes have both ends."""

    at: int
    field: str
    before: str | None
    after: str
    by: str


def steps(seed: Seed) -> tuple[int, list[Step]]:
    """Creation, and what happened since: first assigned, then mostly moved on, now and then something else."""
    rng = Random(seed.seed * 1_000_003 + seed.number)
    at = created = START + SPAN * seed.number // seed.tickets + rng.randrange(60_000)
    now, made = "10000", list[Step]()
    holder: str | None = None
    for position in range(seed.histories):
        at += 60_000 + int(rng.expovariate(1 / 100_000_000))
        by = f"person-{rng.randrange(1, 30):02d}"
        if position == 0 or rng.random() < 0.15:
            made.append(Step(at, "assignee", holder, by, by))
            holder = by
        elif rng.random() < 0.15:
            made.append(Step(at, "Story Points", None, str(rng.randrange(1, 9)), by))
        else:
            target = "10000" if now == "3" and rng.random() < 0.1 else NEXT[now]
            made.append(Step(at, "status", now, target, by))
            now = target
    return created, made


def seeded_card(seed: Seed) -> Card:
    """The card alone; its body is made from the same seed when somebody asks."""
    created, made = steps(seed)
    status = next((step.after for step in reversed(made) if step.field == "status"), "10000")
    updated = made[-1].at if made else created
    number = seed.number
    return Card(
        str(20_000 + number), f"ABC-{number}", "ABC", created, updated, status, partial(seeded_body, seed)
    )


def seeded_body(seed: Seed) -> Body:
    """The issue with its whole changelog, oldest first."""
    created, made = steps(seed)
    number, mode = seed.number, seed.mode
    histories = [
        _history(number * seed.histories + position, step, mode) for position, step in enumerate(made)
    ]
    last = {step.field: step for step in made}
    holder, status = last.get("assignee"), last["status"].after if "status" in last else "10000"
    done = last["status"].at if status == "10002" else None
    points = last.get("Story Points")
    return {
        "expand": "changelog",
        "id": str(20_000 + number),
        "key": f"ABC-{number}",
        "self": f"https://jira.example.org/rest/api/2/issue/{20_000 + number}",
        "fields": {
            "summary": f"Seeded ticket {number}",
            "description": "Words that no archive shall hold",
            "issuetype": {"id": "10", "name": ("Story", "Bug", "Task")[number % 3], "subtask": False},
            "project": PROJECT,
            "status": status_body(status, *STATUSES[status]),
            "priority": {"id": "3", "name": "Medium"},
            "resolution": {"id": "1", "name": "Done"} if done else None,
            "resolutiondate": instant(done) if done else None,
            "created": instant(created),
            "updated": instant(made[-1].at if made else created),
            "creator": user_body("person-01", mode),
            "reporter": user_body("person-01", mode),
            "assignee": user_body(holder.after, mode) if holder else None,
            "labels": ["seeded"] if number % 4 == 0 else [],
            "components": [{"id": "7", "name": "Core"}] if number % 5 == 0 else [],
            "fixVersions": [],
            "issuelinks": [],
            "customfield_10016": float(points.after) if points else None,
            "customfield_10020": None,
            "customfield_10021": None,
            "customfield_10001": None,
        },
        "changelog": {
            "startAt": 0, "maxResults": len(made), "total": len(made), "histories": histories,
        },
    }  # fmt: skip


def _history(number: int, step: Step, mode: Mode) -> Body:
    names = {key: name for key, (name, _) in STATUSES.items()}
    known = step.field in {"status", "assignee"}
    item: Body = {
        "field": step.field,
        "fieldtype": "jira" if known else "custom",
        "from": step.before if known else None,
        "fromString": names.get(step.before or "", step.before),
        "to": step.after if known else None,
        "toString": names.get(step.after, step.after),
    }
    if mode == "cloud":
        item["fieldId"] = step.field if known else "customfield_10016"
    made = {"id": str(500_000 + number), "author": user_body(step.by, mode), "created": instant(step.at)}
    return {**made, "items": [item]}
