"""A tracker's export, made as large as one likes: its tickets again and again, each time some days earlier."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

_APART = 10_000_000
_STEP_DAYS, _WITHIN_DAYS = 17, 300


def write_many(export: Path, *, to: Path, count: int) -> None:
    """How do so many tickets like these look? JSON lines; links to other tickets are left out."""
    with to.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(body) + "\n" for body in islice(many_issues(export), count))


def many_issues(export: Path) -> Iterator[dict[str, Any]]:
    """Give the bodies of an export again and again, without end."""
    with gzip.open(export, "rt", encoding="utf-8") as lines:
        bodies = [json.loads(line) for line in lines]
    turn = 0
    while True:
        yield from (_shifted(json.loads(json.dumps(body)), turn) for body in bodies)
        turn += 1


def _shifted(body: dict[str, Any], turn: int) -> dict[str, Any]:
    """Give a ticket an id and a key of its own, and move all that happened to it."""
    earlier = timedelta(days=turn * _STEP_DAYS % _WITHIN_DAYS)
    project, _, number = body["key"].partition("-")
    body |= {"id": str(int(body["id"]) + turn * _APART), "key": f"{project}-{int(number) + turn * 10_000}"}
    fields = body["fields"]
    for name in ("issuelinks", "subtasks", "parent"):
        fields.pop(name, None)
    dated = [(fields, name) for name in ("created", "updated", "resolutiondate") if fields.get(name)]
    acts = [*(fields.get("comment") or {}).get("comments", []), *body["changelog"]["histories"]]
    for act in acts:
        act["id"] = str(int(act["id"]) + turn * _APART)
        dated += [(act, name) for name in ("created", "updated") if act.get(name)]
    for position, name in dated:
        position[name] = _moved(position[name], earlier)
    return body


def _moved(instant: str, earlier: timedelta) -> str:
    moved = datetime.fromisoformat(instant[:19]) - earlier
    return moved.strftime("%Y-%m-%dT%H:%M:%S") + instant[19:]
