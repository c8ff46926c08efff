"""What the answers look like: our own small schemas, after Atlassian's published REST documents.

Written from the Jira Cloud platform OpenAPI document (names of its parts stand beside each), the Jira Software
one for boards, and Data Center's REST reference for its search. In the lenient form that real answers pass:
everything may be null and more properties may stand anywhere; required is what a client cannot do without.
"""

from typing import Any, Final

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": ["string", "null"]}
NUMBER: Final[Schema] = {"type": ["integer", "null"]}
FLAG: Final[Schema] = {"type": ["boolean", "null"]}
TOKEN: Final[Schema] = {"type": ["string", "null"]}


def record(needed: str = "", **properties: Schema) -> Schema:
    """An object, or null, with these properties; ``needed`` names those that must stand there."""
    return {"type": ["object", "null"], "required": needed.split(), "properties": properties}


def several(of: Schema) -> Schema:
    """A list, or null."""
    return {"type": ["array", "null"], "items": of}


USER: Final = record(accountId=TEXT, key=TEXT, name=TEXT, displayName=TEXT, active=FLAG)  # User
CATEGORY: Final = record("key", id=NUMBER, key=TEXT, name=TEXT)  # StatusCategory
STATUS: Final = record("id name", id=TEXT, name=TEXT, statusCategory=CATEGORY)  # StatusDetails
ITEM: Final = record(  # ChangeDetails, whose "from" is a word of Python
    "field", field=TEXT, fieldId=TEXT, fieldtype=TEXT, fromString=TEXT, to=TEXT, toString=TEXT, **{"from": TEXT}
)  # fmt: skip
HISTORY: Final = record(  # Changelog; real bulkfetch tells epoch milliseconds, against its document
    "id created items", id=TEXT, author=USER, items=several(ITEM), created={"type": ["string", "integer"]}
)  # fmt: skip
LOG: Final = record(  # PageOfChangelogs
    "histories total", startAt=NUMBER, maxResults=NUMBER, total=NUMBER, histories=several(HISTORY)
)
NOTE: Final = record("id", id=TEXT, author=USER, created=TEXT, updated=TEXT, started=TEXT)  # Comment, Worklog
COMMENTS: Final = record("total comments", total=NUMBER, startAt=NUMBER, comments=several(NOTE))
WORKLOGS: Final = record("total worklogs", total=NUMBER, startAt=NUMBER, worklogs=several(NOTE))
FIELDS: Final = record(
    summary=TEXT, created=TEXT, updated=TEXT, status=STATUS, assignee=USER, creator=USER, reporter=USER,
    labels=several(TEXT), comment=COMMENTS, worklog=WORKLOGS,
)  # fmt: skip
ISSUE: Final = record("id", id=TEXT, key=TEXT, self=TEXT, fields=FIELDS, changelog=LOG)  # IssueBean
PROJECT: Final = record("id key name", id=TEXT, key=TEXT, name=TEXT, projectTypeKey=TEXT)  # Project
FIELD: Final = record(
    "id name custom", id=TEXT, name=TEXT, custom=FLAG, clauseNames=several(TEXT)
)  # FieldDetails
BOARD: Final = record("id name type", id=NUMBER, name=TEXT, type=TEXT, location=record(projectKey=TEXT))
COLUMN: Final = record(
    "name statuses", name=TEXT, min=NUMBER, max=NUMBER, statuses=several(record("id", id=TEXT))
)
CHANGED: Final = record("worklogId updatedTime", worklogId=NUMBER, updatedTime=NUMBER)  # ChangedWorklog


def page(values: Schema) -> Schema:
    """A page of the kind that says whether it is the last."""
    about = {"startAt": NUMBER, "maxResults": NUMBER, "total": NUMBER, "isLast": FLAG}
    return record("values isLast startAt", values=several(values), **about)


SHAPES: Final[dict[str, Schema]] = {
    "serverInfo": record(  # ServerInformation
        "deploymentType version", deploymentType=TEXT, version=TEXT, baseUrl=TEXT, serverTime=TEXT
    ),
    "myself": USER | {"required": ["timeZone", "displayName"]},
    "mypermissions": record("permissions", permissions=record()),  # Permissions
    "field": several(FIELD),
    "status": several(STATUS),
    "project": PROJECT,
    "projects": several(PROJECT),
    "project/search": page(PROJECT),  # PageBeanProject
    "filter": record("id name jql", id=TEXT, name=TEXT, jql=TEXT, owner=USER),  # Filter
    "search/jql": record(  # SearchAndReconcileResults
        "issues isLast", issues=several(ISSUE), nextPageToken=TOKEN, isLast=FLAG
    ),
    "approximate-count": record("count", count=NUMBER),  # JQLCountResultsBean
    "search": record(  # SearchResults
        "issues startAt maxResults total",
        issues=several(ISSUE),
        startAt=NUMBER,
        maxResults=NUMBER,
        total=NUMBER,
    ),
    "changelog": page(HISTORY),  # PageBeanChangelog
    "changelog/bulkfetch": record(  # BulkChangelogResponseBean of IssueChangeLog
        "issueChangeLogs",
        nextPageToken=TOKEN,
        issueChangeLogs=several(
            record("issueId changeHistories", issueId=TEXT, changeHistories=several(HISTORY))
        ),
    ),
    "issue/bulkfetch": record(  # BulkIssueResults of IssueBean and IssueError
        "issues", issues=several(ISSUE), issueErrors=several(record(id=TEXT, errorMessage=TEXT))
    ),
    "issue": ISSUE | {"required": ["id", "key", "fields"]},
    "comment": COMMENTS,  # PageOfComments
    "worklog": WORKLOGS,  # PageOfWorklogs
    "worklog/updated": record(  # ChangedWorklogs
        "values lastPage until",
        values=several(CHANGED),
        since=NUMBER,
        until=NUMBER,
        lastPage=FLAG,
        nextPage=TEXT,
    ),
    "worklog/list": several(NOTE),
    "board": BOARD,
    "boards": page(BOARD),
    "board/configuration": record(
        "id columnConfig filter",
        id=NUMBER,
        filter=record("id", id=TEXT),
        columnConfig=record("columns", columns=several(COLUMN), constraintType=TEXT),
        subQuery=record(query=TEXT),
    ),
    "error": record("errorMessages errors", errorMessages=several(TEXT), errors=record()),  # ErrorCollection
}
"""By endpoint, as the tests name them."""
