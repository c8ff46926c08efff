"""GraphQL over a made-up repository, executed by graphql-core: each answer fits the published schema."""

import base64
import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    get_named_type,
    parse,
    validate,
)

from tests.github_server.schema import HERE, published_schema
from tests.github_server.site import BOARD, Json, Site
from tests.github_server.traps import Traps
from tests.jira_server.traps import Mischief

FIELD: Json = {
    "__typename": "ProjectV2SingleSelectField",
    "options": [{"name": column} for column in BOARD],
}
KINDS = {
    "PullRequestReview": "PULL_REQUEST_REVIEW",
    "PullRequestCommit": "PULL_REQUEST_COMMIT",
    "IssueComment": "ISSUE_COMMENT",
}


@cache
def _old_schema() -> GraphQLSchema:
    """What a company's older server knows."""
    return build_schema(Path(HERE, "published.graphql").read_text(encoding="utf-8"), assume_valid=True)


@cache
def _read(schema: GraphQLSchema, query: str) -> tuple[DocumentNode, list[str]]:
    """A question and what is wrong with it; each is read once."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return DocumentNode(), [error.message]
    return document, [error.message for error in validate(schema, document)]


def _kind(item: Json) -> str:
    """The kind of a timeline item, as itemTypes names it."""
    name = item["__typename"]
    letters = "".join(f"_{sign}" if sign.isupper() else sign for sign in name).strip("_")
    return str(KINDS.get(name, letters.upper()))


class Graph:
    """Answers questions about a site."""

    def __init__(self, site: Site, traps: Traps, mischief: Mischief) -> None:
        self.site, self.traps, self.mischief = site, traps, mischief
        self._random = Random(traps.seed)

    def answer(self, body: Json) -> tuple[int, Any]:
        """Status and body of the answer to a question."""
        traps, variables = self.traps, body.get("variables") or {}
        query = str(body.get("query"))
        if "timelineItems" in query and traps.heavy_above and variables.get("first", 0) > traps.heavy_above:
            if traps.heavy_as == "502":
                return 502, b"<html><body>Bad gateway</body></html>"
            said = "Something went wrong while executing your query. This may be the result of a timeout"
            return 200, {"data": None, "errors": [{"message": said}]}
        if traps.no_projects == "scopes" and "projectsV2" in query:
            said = "Your token has not been granted the required scopes to execute this query."
            return 200, {"errors": [{"type": "INSUFFICIENT_SCOPES", "message": said}]}
        schema = _old_schema() if traps.old_server else published_schema()
        document, wrong = _read(schema, query)
        if wrong:
            return 200, {"errors": [{"message": message} for message in wrong]}
        made = execute_sync(
            schema, document, self._root(), variable_values=variables, field_resolver=self._resolve
        )
        if made.errors:
            return 200, {"errors": [{"message": str(error.message)} for error in made.errors]}
        return 200, self._partial(query, self._without(query, made.data))

    def _without(self, query: str, data: Any) -> Json:
        """Leave out what the token may not read, and what a list of numbers lacks."""
        if self.traps.no_deployments and "deployments(" in query:
            data["repository"]["deployments"] = None
            error = {"type": "FORBIDDEN", "path": ["repository", "deployments"], "message": "Not accessible"}
            return {"data": data, "errors": [error]}
        if self.traps.lost_numbers and "nodes { number }" in query:
            for part in (data["repository"].get(name) for name in ("issues", "pullRequests")):
                del (part or {"nodes": []})["nodes"][-2:]
        return {"data": data}

    def _root(self) -> Json:
        limit = {"cost": 1, "remaining": 4_999, "resetAt": "2026-06-01T01:00:00Z"}
        return {
            "repository": self._repository,
            "rateLimit": limit,
            "viewer": {"login": "tester"},
            "node": self._node,
            "nodes": lambda ids: [self._node(one) for one in ids],
        }

    def _node(self, id: str) -> Json | None:  # noqa: A002 - GitHub's word
        cards = [card for issue in self.site.issues for card in issue["projectItems"]]
        known = (*self.site.pulls, *self.site.issues, *self.site.deployments, *self.site.suites, *cards)
        return next((one for one in known if one["id"] == id), None)

    def _repository(self, owner: str, name: str, **_: object) -> Json | None:
        site = self.site
        if (owner, name) != (site.owner, site.name):
            return None
        return {
            "__typename": "Repository", "id": "R_1", "name": name, "nameWithOwner": f"{owner}/{name}",
            "url": f"https://github.com/{owner}/{name}", "hasIssuesEnabled": True, "isPrivate": True,
            "pullRequests": site.pulls, "issues": site.issues, "deployments": site.deployments,
            "projectsV2": [{"number": 1, "title": "Board", "field": lambda **_: FIELD}],
            "pullRequest": lambda number: next((p for p in site.pulls if p["number"] == number), None),
            "issue": lambda number: next((i for i in site.issues if i["number"] == number), None),
        }  # fmt: skip

    def _resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        value = source.get(info.field_name)
        if info.field_name in {"projectsV2", "projectItems"} and self.traps.no_projects:
            raise ValueError("Resource not accessible by personal access token")
        if callable(value):
            return value(**arguments)
        if get_named_type(info.return_type).name.endswith("Connection"):
            return self._connection(value or [], **arguments)
        return value

    def _connection(
        self, rows: list[Json], *, first: int = 100, after: str | None = None, **about: Any
    ) -> Json:
        """A page of a list: cursors hold what it is sorted by, as GitHub's do."""
        order, kinds = about.get("orderBy"), about.get("itemTypes")
        if kinds is not None:
            rows = [row for row in rows if _kind(row) in kinds]
        keys: list[Any] = [[position] for position, _ in enumerate(rows)]
        if order := order if rows and "createdAt" in rows[0] else None:
            field = {"CREATED_AT": "createdAt", "UPDATED_AT": "updatedAt"}[order["field"]]
            back = order["direction"] == "DESC"
            rows = sorted(rows, key=lambda row: (row[field], row["id"]), reverse=back)
            keys = [[row[field], row["id"]] for row in rows]
            if after:
                at = json.loads(base64.b64decode(after))
                start = next((n for n, key in enumerate(keys) if (key < at if back else key > at)), len(rows))
            else:
                start = 0
        else:
            start = json.loads(base64.b64decode(after))[0] + 1 if after else 0
        if self.traps.short_pages and order:
            first = self._random.randint(max(1, first // 2), first)
        page, more = rows[start : start + first], start + first < len(rows)
        end = base64.b64encode(json.dumps(keys[start + len(page) - 1]).encode()).decode() if page else None
        if more and after and order and self.mischief.strikes("repeated_cursor"):
            end = after
        info = {"hasNextPage": more, "endCursor": end}
        return {"nodes": page, "totalCount": len(rows), "pageInfo": info}

    def _partial(self, query: str, made: Json) -> Json:
        """Leave a node out of a list with an error about it, where that trap strikes."""
        repository = made["data"].get("repository") or {}
        name = next((one for one in ("pullRequests", "issues") if one in repository), None)
        nodes = repository[name]["nodes"] if name else []
        if not nodes or "timelineItems" not in query or not self.mischief.strikes("partial"):
            return made
        place = self._random.randrange(len(nodes))
        nodes[place] = None
        error: Json = {"path": ["repository", name, "nodes", place]}
        if self.traps.partial == "passing":
            error |= {"message": "Something went wrong while executing your query."}
        else:
            error |= {"type": "FORBIDDEN", "message": "Resource not accessible by personal access token"}
        return made | {"errors": [error]}
