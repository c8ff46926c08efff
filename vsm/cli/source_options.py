"""Reads a source by options that the archive records, so that a pull can be repeated.

``Asked``, the options, is a plain JSON object: ``file`` (and how to read it), ``repo``, or ``url`` with a
scope. It never holds a login.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import typer

from vsm.cli.console import PullProgress
from vsm.config import Workflow
from vsm.errors import ParameterError, SourceError
from vsm.sources.archive import Archive, Page
from vsm.sources.credentials import Login, find_login, find_token, login_from_keyring
from vsm.sources.deployments_file import deployment_pages
from vsm.sources.git_commits import STATE, change_pages, commit_pages
from vsm.sources.git_components import component_pages
from vsm.sources.github_file import document_page
from vsm.sources.host_address import check_address
from vsm.sources.jira_file import UNREAD, issue_pages
from vsm.sources.table_file import TableFormat, row_pages

if TYPE_CHECKING:
    from vsm.sources.github_api import GitHubSession
    from vsm.sources.gitlab_api import GitLabSession
    from vsm.sources.jira_api import JiraSession, Scope

Asked = dict[str, Any]


def asked_pages(
    source: str,
    asked: Asked,
    *,
    archive: Archive,
    workflow: Workflow,
    progress: PullProgress,
    sweep: bool | None = None,
    at: datetime | None = None,
) -> Iterator[Page]:
    """The pages of this source with these options; ``at`` is now by default."""
    if source.startswith("git:"):
        known = archive.document(source, STATE)
        repository = Path(asked["repo"])
        pages = commit_pages(repository, known=known, allow_shallow=asked["allow_shallow"])

        def more() -> Iterator[Page]:
            # A generator, because the commits to look into are known only when they have been stored.
            components = workflow.repository(source.removeprefix("git:")).components
            yield from component_pages(repository, archive.documents(source), components=components)
            if asked.get("changes"):
                yield from change_pages(repository, archive.documents(source))

        return chain(pages, more())
    if source.startswith("table:"):
        words = {word: value for word, value in asked.get("format", {}).items() if word != "stages"}
        return row_pages(
            Path(asked["file"]),
            columns=asked["columns"],
            timezone=asked["timezone"] or None,
            skip_bad=asked["skip_bad"],
            format_=TableFormat(**words, stages=tuple(asked.get("format", {}).get("stages", ()))),
        )
    if source.startswith("deployments:"):
        file, where = Path(asked["file"]), asked["environment"]
        return deployment_pages(file, environment=where, repository=asked["repository"])
    if source.startswith("github:"):
        return _github_pages(source, asked, archive=archive, progress=progress, at=at or datetime.now(UTC))
    if source.startswith("gitlab:"):
        at = at or datetime.now(UTC)
        return _gitlab_pages(source, asked, archive=archive, progress=progress, sweep=sweep, at=at)
    if "file" in asked:
        file = Path(asked["file"])
        had_unread = archive.document(source, f"{UNREAD}{file.name}") is not None
        pages = issue_pages(file, had_unread=had_unread)
    else:
        from vsm.sources.jira_api import LiveJira, live_pages  # noqa: PLC0415 - jira takes half a second

        jira = LiveJira(
            session_of(asked, on_wait=progress.waiting), scope_of(asked), archive, at or datetime.now(UTC),
            source=source, as_asked=json.dumps(asked), custom=workflow.tracker_fields,
            on_total=progress.total, on_doubt=progress.doubted,
        )  # fmt: skip
        pages = live_pages(jira, sweep=sweep)
    return _of_one_site(pages, source, archive)


def _github_pages(
    source: str, asked: Asked, *, archive: Archive, progress: PullProgress, at: datetime
) -> Iterator[Page]:
    if "file" in asked:
        return document_page(Path(asked["file"]))
    from vsm.sources.github_api import LiveGitHub, github_pages  # noqa: PLC0415 - asked of few folders

    owner, _, name = asked["repository"].partition("/")
    session = github_session(asked, on_wait=progress.waiting)
    return github_pages(
        LiveGitHub(
            session, owner, name, archive, at, source, json.dumps(asked), tuple(asked["kinds"]),
            on_total=progress.total, on_doubt=progress.doubted,
        )
    )  # fmt: skip


def _gitlab_pages(
    source: str, asked: Asked, *, archive: Archive, progress: PullProgress, sweep: bool | None, at: datetime
) -> Iterator[Page]:
    from vsm.sources.gitlab_api import LiveGitLab, gitlab_pages  # noqa: PLC0415 - asked of few folders

    gitlab = LiveGitLab(
        gitlab_session(asked, on_wait=progress.waiting), asked["repository"], archive, at, source,
        json.dumps(asked), tuple(asked["kinds"]), on_doubt=progress.doubted,
    )  # fmt: skip
    return gitlab_pages(gitlab, sweep=sweep)


def check_name(source: str, asked: Asked, archive: Archive) -> None:
    """Raise ParameterError where a repository has the name of another one, which still exists elsewhere."""
    for pull in archive.pulls():
        known = json.loads(pull.scope).get("repo") if pull.source == source else None
        if known and Path(known).resolve() != Path(asked["repo"]).resolve() and Path(known).exists():
            raise ParameterError(f"{source} is already the name of {known}; choose another with --name")


def _of_one_site(pages: Iterator[Page], source: str, archive: Archive) -> Iterator[Page]:
    """Refuse a second Jira in one source: ids are unique only within a site."""
    known = next((site for body in archive.documents(source) if (site := _site(body))), "")
    for page in pages:
        for document in page.documents:
            site = _site(document.body)
            if known and site and site != known:
                raise SourceError(f"{source} holds issues of {known}, these are of {site}; give it a --name")
            known = known or site
        yield page


def _site(body: Mapping[str, Any]) -> str:
    """Give the host of an issue; nothing where its body does not say."""
    try:
        return (urlsplit(str(body.get("self", ""))).hostname or "") if "key" in body else ""
    except ValueError:
        return ""


def scope_of(asked: Asked) -> "Scope":
    """The scope of issues that the options name."""
    from vsm.sources.jira_api import Scope  # noqa: PLC0415 - see above

    words = ("url", "jql", "filter", "board")
    return Scope(projects=tuple(asked["projects"]), **{word: asked[word] for word in words})


def session_of(asked: Asked, *, on_wait: Callable[[float, str], None] | None = None) -> "JiraSession":
    """A session with the server; the login comes from the environment, the keyring, or a prompt.

    Raises SourceError where the address cannot be used, or there is no login.
    """
    from vsm.sources.jira_api import JiraSession  # noqa: PLC0415 - see above

    url = check_address(asked["url"], JiraSession.host, insecure_http=asked["insecure_http"])
    login = find_login(url, environ=os.environ, keyring=login_from_keyring, prompt=_typed)
    about = {"ca_bundle": asked["ca_bundle"], "insecure_http": asked["insecure_http"]}
    return JiraSession(url, login, on_wait=on_wait, **about)


def github_session(asked: Asked, *, on_wait: Callable[[float, str], None] | None = None) -> "GitHubSession":
    """A session with GitHub, or with a company's; raises as ``session_of`` does.

    GITHUB_TOKEN, which others use too, is sent to GitHub itself alone.
    """
    from vsm.sources.github_api import API, GitHubSession  # noqa: PLC0415 - asked of few folders

    url = check_address(asked["url"], GitHubSession.host, insecure_http=asked["insecure_http"])
    variables = ["VSM_GITHUB_TOKEN", *(["GITHUB_TOKEN"] if url == API else [])]
    login = find_token(
        url, variables=variables, environ=os.environ, keyring=login_from_keyring, prompt=_typed_token
    )
    about = {"ca_bundle": asked["ca_bundle"], "insecure_http": asked["insecure_http"]}
    return GitHubSession(url, login, on_wait=on_wait, **about)


def gitlab_session(asked: Asked, *, on_wait: Callable[[float, str], None] | None = None) -> "GitLabSession":
    """A session with GitLab, or with a company's; raises as ``session_of`` does."""
    from vsm.sources.gitlab_api import GitLabSession  # noqa: PLC0415 - asked of few folders

    url = check_address(asked["url"], GitLabSession.host, insecure_http=asked["insecure_http"])
    login = find_token(
        url,
        variables=["VSM_GITLAB_TOKEN"],
        environ=os.environ,
        keyring=login_from_keyring,
        prompt=_typed_token,
    )
    about = {"ca_bundle": asked["ca_bundle"], "insecure_http": asked["insecure_http"]}
    return GitLabSession(url, login, on_wait=on_wait, **about)


def _typed_token(host: str) -> Login | None:
    """Ask at the keyboard for a token alone."""
    return Login(None, typer.prompt(f"Token for {host}", hide_input=True)) if sys.stdin.isatty() else None


def _typed(host: str) -> Login | None:
    """Ask at the keyboard; a scheduled run has none."""
    if not sys.stdin.isatty():
        return None
    user = typer.prompt(
        f"E-mail for {host} (empty for a personal access token)", default="", show_default=False
    )
    secret = typer.prompt("API token or password", hide_input=True)
    return Login(user or None, secret)
