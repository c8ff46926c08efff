"""GraphQL over a made-up project, executed by graphql-core."""

import base64
import json
import re
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema, build_schema, get_named_type, graphql_sync

from tests.gitlab_server.site import Json, Site
from tests.gitlab_server.traps import Traps
from tests.jira_server.traps import Mischief

UNKNOWN = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")
SORTED = {"IssueConnection": "updatedAt", "MergeRequestConnection": "updatedAt", "PipelineConnection": "id"}


@cache
def schema(lacking: tuple[str, ...]) -> GraphQLSchema:
    """The part of the schema that is asked for, without these fields."""
    made = build_schema(Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8"))
    for kind in made.type_map.values():
        for name in lacking:
            getattr(kind, "fields", {}).pop(name, None)
    return made


class Graph:
    """Answers questions about a site."""

    def __init__(self, site: Site, traps: Traps, mischief: Mischief) -> None:
        self.site, self.traps, self.mischief = site, traps, mischief
        self._random = Random(traps.seed)

    def answer(self, body: Json) -> tuple[int, Any]:
        """Status and body of the answer to a question."""
        query, traps = str(body.get("query")), self.traps
        asked = max(map(int, re.findall(r"found: \w+\(first: (\d+)", query)), default=0)
        if "notes(" in query and traps.heavy_above is not None and asked > traps.heavy_above:
            return 504, b"<html><body>Gateway time-out</body></html>"
        if "notes(" in query and traps.complexity is not None and asked > traps.complexity:
            return 200, {
                "errors": [{"message": "Query has complexity of 312, which exceeds max complexity of 250"}]
            }
        if self.mischief.strikes("graphql_error"):
            return 200, {"errors": [{"message": "Internal server error"}]}
        made = graphql_sync(
            schema(traps.lacking), query, {"project": self._project}, variable_values=body.get("variables"),
            field_resolver=self._resolve,
        )  # fmt: skip
        if made.errors:
            return 200, {"errors": [{"message": self._said(str(error.message))} for error in made.errors]}
        return 200, {"data": made.data}

    def _said(self, message: str) -> str:
        """An error in GitLab's words."""
        match = UNKNOWN.match(message)
        return f"Field '{match[1]}' doesn't exist on type '{match[2]}'" if match else message

    def _project(self, **asked: str) -> Json | None:
        site = self.site
        if asked["fullPath"] != site.path:
            return None
        return {
            "id": "gid://gitlab/Project/1", "fullPath": site.path,
            "issues": list(site.issues.values()), "mergeRequests": list(site.pulls.values()),
            "pipelines": site.pipelines,
            "issue": lambda iid: site.issues.get(int(iid)),
            "mergeRequest": lambda iid: site.pulls.get(int(iid)),
        }  # fmt: skip

    def _resolve(self, source: Any, info: GraphQLResolveInfo[Any], **asked: Any) -> Any:
        value, kind = source.get(info.field_name), get_named_type(info.return_type).name
        if callable(value):
            return value(**asked)
        if not kind.endswith("Connection"):
            return value
        rows: list[Json] = value or []
        if kind == "NoteConnection":
            return self._page(
                [self._note(row) for row in rows], self.traps.notes_cap or 100, asked.get("after")
            )
        if kind not in SORTED:
            return {"nodes": rows, "pageInfo": {"hasNextPage": False, "hasPreviousPage": False}}
        if asked.get("iids"):
            rows = [row for row in rows if row["iid"] in asked["iids"]]
        if since := asked.get("updatedAfter"):
            rows = [row for row in rows if row["updatedAt"] >= since[:19] + "Z"]
        return self._sorted(rows, SORTED[kind], asked)

    def _note(self, note: Json) -> Json:
        number, body = int(note["id"].rpartition("/")[2]), note["body"]
        every = self.traps.null_author
        if self.traps.translated and note["system"]:
            body = body.replace("assigned to", "asignado a").replace(
                "requested review from", "solicitó revisión de"
            )
        return note | {"body": body, "author": None if every and number % every == 0 else note["author"]}

    def _sorted(self, rows: list[Json], by: str, asked: Json) -> Json:
        """A page of a list by cursors that hold what it is sorted by."""
        back = by == "id"

        def key(row: Json) -> list[Any]:
            return [row[by] if by != "id" else "", int(row["id"].rpartition("/")[2])]

        ordered = sorted(rows, key=key, reverse=back)
        after = json.loads(base64.b64decode(asked["after"])) if asked.get("after") else None
        left = [row for row in ordered if after is None or (key(row) < after if back else key(row) > after)]
        first = asked.get("first") or 100
        if self.traps.short_pages:
            first = self._random.randint(max(1, first // 2), first)
        page, more = left[:first], len(left) > first
        end = base64.b64encode(json.dumps(key(page[-1])).encode()).decode() if page else None
        info = {"hasNextPage": more, "hasPreviousPage": after is not None, "endCursor": end}
        return {"nodes": page, "count": len(rows), "pageInfo": info}

    def _page(self, rows: list[Json], size: int, after: str | None) -> Json:
        start = int(after or 0)
        info = {
            "hasNextPage": start + size < len(rows),
            "hasPreviousPage": start > 0,
            "endCursor": str(start + size),
        }
        return {"nodes": rows[start : start + size], "pageInfo": info}
