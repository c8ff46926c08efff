"""Issues that are no longer there: Jira tells nobody of deletions, so all ids are compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from vsm.sources.archive import Document
from vsm.sources.jira_api.fields import Json
from vsm.sources.jira_api.search import CLOUD, DATA_CENTER, found_issues
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


def missing_issues(session: "JiraSession", site: Site, *, stored: Mapping[str, str]) -> Iterator[Missing]:
    """Give what became of issues that are stored, but not found any more.

    An issue that still exists moved out of what is asked for; one that does not is deleted if its project
    can be seen, else the login has lost sight of both. A deleted issue and one hidden by an issue security
    level answer alike (404), so that "deleted" may mean hidden.

    Parameters
    ----------
    stored
        Issue id → project key, of all issues that are stored and not known to be gone.

    Raises
    ------
    SourceError, RunError
        As ``JiraSession.get`` does.
    """
    pages = found_issues(
        session, site.jql, cloud=site.cloud, fields=["id"] if site.cloud else ["created"],
        page_size=5000 if site.cloud else 1000, changelogs=False,
    )  # fmt: skip
    there = {issue["id"] for page in pages for issue in page}
    missing = sorted(stored.keys() - there, key=int)
    for start in range(0, len(missing), AT_ONCE):
        asked = missing[start : start + AT_ONCE]
        found = _asked_one_by_one(session, site, asked)
        absent = set(asked) - {issue["id"] for issue in found}
        visible = {
            key: session.get(f"{site.api}/project/{key}", absent=True) is not None
            for key in sorted({stored[name] for name in absent})
        }
        yield Missing(found, {name: DELETED if visible[stored[name]] else HIDDEN for name in sorted(absent)})


def _asked_one_by_one(session: "JiraSession", site: Site, ids: list[str]) -> list[Json]:
    """Ask for issues by id, past the search index; those that do not exist are not in the answer."""
    if site.cloud:
        answer = session.post(f"{CLOUD}/issue/bulkfetch", {"issueIdsOrKeys": ids, "fields": site.fields})
        return [issue for issue in answer.get("issues") or () if issue["id"] in ids]
    expand = {"fields": ",".join(site.fields), "expand": "changelog"}
    answers = (session.get(f"{DATA_CENTER}/issue/{name}", absent=True, **expand) for name in ids)
    return [issue for issue in answers if issue]
