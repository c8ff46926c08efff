"""What a Jira tells of itself: server, user, permissions, fields, statuses, projects, filters, boards."""

from typing import Any

from tests.jira_server.calls import Call, Refused
from tests.jira_server.cards import Body, instant, user_body
from tests.jira_server.desk import Desk


def server_info(desk: Desk, call: Call) -> Body:
    """GET serverInfo, which needs no login."""
    version = "1001.0.0-SNAPSHOT" if desk.cloud else "9.12.7"
    numbers = [1001, 0, 0] if desk.cloud else [9, 12, 7]
    return {
        "baseUrl": desk.url, "version": version, "versionNumbers": numbers, "buildNumber": 9_120_007,
        "deploymentType": "Cloud" if desk.cloud else "Server", "serverTitle": "Stand-in",
        "serverTime": instant(desk.site.now()), "buildDate": "2024-01-01T00:00:00.000+0000",
    }  # fmt: skip


def myself(desk: Desk, call: Call) -> Body:
    """GET myself."""
    zone = {"timeZone": desk.traps.user_timezone, "locale": "en_US"}
    return user_body("person-01", desk.site.mode) | zone | {"self": f"{desk.url}{call.path}"}


def my_permissions(desk: Desk, call: Call) -> Body:
    """GET mypermissions; Cloud wants to be told which."""
    names = call.words("permissions")
    if desk.cloud and not names:
        raise Refused(400, "The 'permissions' query parameter is required.")
    project, hidden = call.query.get("projectKey"), desk.site.hidden
    given = project not in hidden if project else bool(set(desk.site.projects) - hidden)
    return {
        "permissions": {
            name: {
                "id": str(10 + position), "key": name, "name": name.replace("_", " ").title(),
                "type": "PROJECT", "description": "", "havePermission": given and name in READING,
            }
            for position, name in enumerate(names or sorted(READING))
        }
    }  # fmt: skip


READING = {"BROWSE_PROJECTS", "USER_PICKER"}


def fields(desk: Desk, call: Call) -> list[Body]:
    """GET field: system fields and custom ones, with the names that people gave them."""
    return [_field(desk, number, name) for number, name in desk.site.field_names.items()]


def _field(desk: Desk, number: str, name: str) -> Body:
    custom = number.startswith("customfield_")
    about: Body = {
        "id": number, "name": name, "custom": custom, "orderable": True, "navigable": True,
        "searchable": True, "clauseNames": [f"cf[{number.rpartition('_')[2]}]", name] if custom else [number],
        "schema": {"type": "any"} | ({"customId": int(number[12:])} if custom else {"system": number}),
    }  # fmt: skip
    return about | {"key": number} if desk.cloud else about


def statuses(desk: Desk, call: Call) -> list[Body]:
    """GET status: by the names of today."""
    return list(desk.site.statuses.values())


def _projects(desk: Desk) -> list[Body]:
    visible = {key: body for key, body in desk.site.projects.items() if key not in desk.site.hidden}
    more = {"projectTypeKey": "software"} | ({"style": "classic"} if desk.cloud else {})
    return [
        more | body | {"key": key, "self": f"{desk.url}/rest/api/2/project/{key}"}
        for key, body in visible.items()
    ]


def project(desk: Desk, call: Call) -> Body:
    """GET project/{id or key}."""
    name = call.parts["project"]
    for found in _projects(desk):
        if name.upper() == found["key"].upper() or name == found["id"]:
            return found
    raise Refused(404, f"No project could be found with key '{name}'.")


def projects(desk: Desk, call: Call) -> list[Body]:
    """GET project: all that may be seen, as Data Center lists them."""
    return _projects(desk)


def project_search(desk: Desk, call: Call) -> Body:
    """GET project/search of Cloud, 50 a page."""
    if not desk.cloud:
        raise Refused(404, "No project could be found with key 'search'.")
    return _paged(call, _projects(desk))


def _paged(call: Call, values: list[Body]) -> Body:
    start, size = call.number("startAt", 0), min(call.number("maxResults", 50), 100)
    part = values[start : start + size]
    page = {"startAt": start, "maxResults": size, "total": len(values), "values": part}
    return page | {"isLast": start + len(part) >= len(values)}


def saved_filter(desk: Desk, call: Call) -> Body:
    """GET filter/{id}."""
    number = call.parts["filter"]
    if number not in desk.site.filters:
        raise Refused(400, f"The selected filter with ID '{number}' does not exist.")
    link, owner = f"{desk.url}{call.path}", user_body("person-01", desk.site.mode)
    query = desk.site.filters[number]
    return {"self": link, "id": number, "name": f"Filter {number}", "jql": query, "owner": owner}


def _board(desk: Desk, number: str) -> dict[str, Any]:
    board = desk.site.boards.get(number)
    if board is None or board["project"] in desk.site.hidden:
        raise Refused(404, "The requested board cannot be viewed because it either does not exist or you do "
                      "not have permission to view it.")  # fmt: skip
    return board


def board(desk: Desk, call: Call) -> Body:
    """GET agile/1.0/board/{id}."""
    return _short(desk, call.parts["board"])


def _short(desk: Desk, number: str) -> Body:
    about = _board(desk, number)
    project = desk.site.projects[about["project"]]
    position = {
        "projectId": int(project["id"]),
        "projectKey": about["project"],
        "projectName": project["name"],
    }
    link = f"{desk.url}/rest/agile/1.0/board/{number}"
    return {
        "id": int(number), "self": link, "name": about["name"], "type": about["type"], "location": position
    }  # fmt: skip


def boards(desk: Desk, call: Call) -> Body:
    """GET agile/1.0/board, of one project where it is named."""
    wanted = call.query.get("projectKeyOrId")
    known = [n for n, about in desk.site.boards.items() if about["project"] not in desk.site.hidden]
    shown = [_short(desk, n) for n in known if wanted in {None, desk.site.boards[n]["project"]}]
    return _paged(call, shown)


def board_configuration(desk: Desk, call: Call) -> Body:
    """GET agile/1.0/board/{id}/configuration: columns in order with the ids of their statuses."""
    number = call.parts["board"]
    about, short = _board(desk, number), _short(desk, number)
    columns = list[Body]()
    for column in about["columns"]:
        links = [{"id": s, "self": f"{desk.url}/rest/api/2/status/{s}"} for s in column["statuses"]]
        limits = {name: column[name] for name in ("min", "max") if name in column}
        columns.append({"name": column["name"], "statuses": links, **limits})
    return short | {
        "self": f"{short['self']}/configuration",
        "filter": {"id": about["filter"], "self": f"{desk.url}/rest/api/2/filter/{about['filter']}"},
        "subQuery": {"query": ""},
        "columnConfig": {"columns": columns, "constraintType": about.get("constraintType", "issueCount")},
        "estimation": {
            "type": "field",
            "field": {"fieldId": "customfield_10016", "displayName": "Story Points"},
        },
        "ranking": {"rankCustomFieldId": 10019},
    }
