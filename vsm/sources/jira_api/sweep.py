"""All ids compared: Jira tells nobody of deletions, nor of issues that came into sight late."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from vsm.sources.archive import Document
from vsm.sources.host_answers import Json, answer_of
from vsm.sources.jira_api.answers import Issues, Named
from vsm.sources.jira_api.search import CLOUD, DATA_CENTER
from vsm.sources.jira_api.site import Site

if TYPE_CHECKING:
    from vsm.sources.jira_api.session import JiraSession

GONE: Final = "gone/"
DELETED: Final = "deleted"
HIDDEN: Final = "no longer visible"
BACK: Final = "back"
AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Missing:
    """Issues that the query no longer finds: ``found`` are elsewhere, ``gone`` has how by issue id."""

    found: Sequence[Json]
    gone: Mapping[str, str]


def gone_document(issue: str, how: str, *, at: int) -> Document:
    """Give the document of an issue that is gone, or back. ``at`` is when that was noticed, epoch ms.

    Examples
    --------
    >>> gone_document("7", DELETED, at=1492077629000).body["noticed"]
    '2017-04-13T10:00:29+00:00'
    """
    noticed = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
    return Document(f"{GONE}{issue}", {"type": "gone", "issue": issue, "how": how, "noticed": noticed})


def issues_by_id(session: "JiraSession", site: Site, ids: Collection[str]) -> Iterator[list[Json]]:
    """Give these issues, a hundred at a time, past the search index; those that do not exist are left out.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does; RunError too where an answer is none.
    """
    for asked in _hundreds(ids):
        yield _asked_one_by_one(session, site, asked)


def missing_issues(session: "JiraSession", site: Site, *, missing: Mapping[str, str]) -> Iterator[Missing]:
    """Give what became of issues that are stored, but not found any more.

    An issue that still exists moved out of what is asked for; one that does not is deleted if its project
    can be seen, else the login has lost sight of both. A deleted issue and one hidden by an issue security
    level answer alike (404), so that "deleted" may mean hidden.

    Parameters
    ----------
    missing
        Issue id → project key.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does.
    """
    for asked in _hundreds(missing):
        found = _asked_one_by_one(session, site, asked)
        absent = set(asked) - {issue["id"] for issue in found}
        visible = {
            key: session.get(f"{site.api}/project/{key}", absent=True) is not None
            for key in sorted({missing[name] for name in absent})
        }
        yield Missing(found, {name: DELETED if visible[missing[name]] else HIDDEN for name in sorted(absent)})


def _hundreds(ids: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(ids, key=int)
    return (ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE))


def _asked_one_by_one(session: "JiraSession", site: Site, ids: Sequence[str]) -> list[Json]:
    if site.cloud:
        path = f"{CLOUD}/issue/bulkfetch"
        answer = session.post(path, {"issueIdsOrKeys": list(ids), "fields": site.fields})
        found = answer_of(Issues, answer, where=session.url + path).issues
    else:
        expand = {"fields": ",".join(site.fields), "expand": "changelog"}
        path = f"{DATA_CENTER}/issue/"
        answers = [(session.get(f"{path}{name}", absent=True, **expand), name) for name in ids]
        found = [
            issue | {"id": answer_of(Named, issue, where=f"{session.url}{path}{name}").id}
            for issue, name in answers
            if issue is not None
        ]
    known = (issue | {"id": str(issue.get("id"))} for issue in found)
    return [issue for issue in known if issue["id"] in ids]
