"""Which issues match? Every one once, in order of creation, however the server pages, stumbles or repeats.

Cloud pages by token, Data Center by offset. Offsets shift when an issue vanishes, and tokens have been seen
to repeat, so neither is trusted for long: a fresh query from the last creation on takes over.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from vsm.errors import RunError
from vsm.sources.jira_live.fields import Json
from vsm.sources.jira_live.scope import narrowed

if TYPE_CHECKING:
    from vsm.sources.jira_live.session import JiraSession

CLOUD: Final = "/rest/api/3"
DATA_CENTER: Final = "/rest/api/2"
EMPTY_PAGES: Final = 5


def epoch_ms(instant: Any) -> int:
    """Which epoch millisecond is this instant of Jira's?

    Examples
    --------
    >>> epoch_ms("2017-04-13T10:00:29.000+0200")
    1492070429000
    """
    if isinstance(instant, int):
        return instant
    return int(datetime.fromisoformat(str(instant)).timestamp() * 1000)


def count_issues(session: "JiraSession", jql: str, *, cloud: bool) -> int:
    """About how many issues match? For telling how far a pull is; Cloud only estimates.

    Examples
    --------
    >>> class Seven:
    ...     def post(self, path, body):
    ...         return {"count": 7}
    >>> count_issues(Seven(), "project = AB", cloud=True)
    7
    """
    if cloud:
        return int(session.post(f"{CLOUD}/search/approximate-count", {"jql": jql}).get("count") or 0)
    return int(session.post(f"{DATA_CENTER}/search", {"jql": jql, "maxResults": 0}).get("total") or 0)


def created_ms(issues: Iterable[Json]) -> list[int]:
    """When were these issues created, in epoch milliseconds? Those that do not say are passed over.

    Examples
    --------
    >>> created_ms([{"fields": {"created": 7}}, {"id": "1"}])
    [7]
    """
    known = ((issue.get("fields") or {}).get("created") for issue in issues)
    return [epoch_ms(created) for created in known if created is not None]


def found_issues(
    session: "JiraSession",
    jql: str,
    *,
    cloud: bool,
    fields: list[str],
    updated: int | None = None,
    created: int | None = None,
    page_size: int = 100,
    changelogs: bool = True,
) -> Iterator[list[Json]]:
    """Which issues match? Lists of bodies, each issue once.

    Parameters
    ----------
    session
        Whom to ask.
    jql
        A bounded query without order.
    cloud
        Which of the two ways of paging the server has.
    fields
        Ids of fields; without ``created`` a chain of pages that breaks off cannot be taken up again.
    updated, created
        Epoch milliseconds from which on an issue must have been changed, or created.
    page_size
        Issues wanted a page; a server may give fewer.
    changelogs
        Whether Data Center gives histories along; Cloud's search truncates them, so they come apart.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does; RunError too where the server goes in a circle.

    Examples
    --------
    >>> class OnePage:
    ...     def post(self, path, body):
    ...         return {"issues": [{"id": "7", "fields": {"created": 0}}], "isLast": True}
    >>> list(found_issues(OnePage(), "project = AB", cloud=True, fields=["created"]))
    [[{'id': '7', 'fields': {'created': 0}}]]
    """
    chain = _cloud_chain if cloud else _data_center_chain
    body: Json = {"fields": fields, "maxResults": page_size}
    if changelogs and not cloud:
        body["expand"] = ["changelog"]
    seen: set[str] = set()
    edge = created
    while True:
        before, last = len(seen), False
        query = {"jql": narrowed(jql, updated=updated, created=edge)}
        for issues, is_last in chain(session, body | query):
            last = is_last
            new = list({issue["id"]: issue for issue in issues if issue["id"] not in seen}.values())
            seen |= {issue["id"] for issue in new}
            if new:
                yield new
                edge = max([edge or 0, *created_ms(new)])
        if last:
            return
        if len(seen) == before:
            raise RunError(
                f"{session.url} goes in a circle while paging; what was pulled is stored: pull again later"
            )


def _cloud_chain(session: "JiraSession", body: Json) -> Iterator[tuple[list[Json], bool]]:
    """Follow tokens to the end, or to where they repeat or lead nowhere; each page says if it is last."""
    token, tokens, empty = None, set[str](), 0
    while True:
        answer = session.post(f"{CLOUD}/search/jql", body | ({"nextPageToken": token} if token else {}))
        issues = answer.get("issues") or []
        token = answer.get("nextPageToken")
        last = not token or answer.get("isLast") is True
        yield issues, last
        empty = 0 if issues else empty + 1
        if last or token in tokens or empty == EMPTY_PAGES:
            return
        tokens.add(token)


def _data_center_chain(session: "JiraSession", body: Json) -> Iterator[tuple[list[Json], bool]]:
    """Ask one page from the start; further ones only while all on it were created in one second.

    A second, since the server's index may be no finer than that.
    """
    start = 0
    while True:
        answer = session.post(f"{DATA_CENTER}/search", body | {"startAt": start})
        issues = answer.get("issues") or []
        start += len(issues)
        last = not issues or start >= int(answer.get("total") or 0)
        yield issues, last
        seconds = {at // 1000 for at in created_ms(issues)}
        if last or len(seconds) > 1:
            return
