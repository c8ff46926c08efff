"""``vsm verify``: whether the live sources can be pulled, and what is missing."""

import json
from collections.abc import Iterator
from typing import Annotated

import typer

from vsm.cli.console import WORK, Dir, console
from vsm.cli.source_options import Asked, github_session, gitlab_session, scope_of, session_of
from vsm.errors import SourceError
from vsm.sources.archive import open_archive
from vsm.sources.checks import Check
from vsm.sources.work_folder import WorkFolder


def verify(
    dir_: Dir = WORK,
    url: Annotated[
        str,
        typer.Option(help="Of a Jira, with --project; of a GitHub, with --repo; of a GitLab, with --gitlab."),
    ] = "",
    project: Annotated[
        list[str] | None, typer.Option(help="Project key; may be given several times.")
    ] = None,
    repo: Annotated[
        list[str] | None, typer.Option(help="A repository of GitHub that was not pulled yet: owner/name.")
    ] = None,
    gitlab: Annotated[
        list[str] | None, typer.Option(help="A project of GitLab that was not pulled yet: group/name.")
    ] = None,
    ca_bundle: Annotated[str, typer.Option(help="File of certificates to trust.")] = "",
) -> None:
    """Test login and permissions of every live source; list what is missing, and exit 1 if anything is."""
    about = {"ca_bundle": ca_bundle, "insecure_http": False}
    if repo:
        hosted = {"url": url or "https://api.github.com", "kinds": ["pulls", "issues", "deployments", "runs"]}
        live: list[tuple[str, Asked]] = [
            (f"github:{one}", {"repository": one, **hosted, **about}) for one in repo
        ]
    elif gitlab:
        hosted = {"url": url or "https://gitlab.com", "kinds": ["issue", "pull", "run", "deployment"]}
        live = [(f"gitlab:{one}", {"repository": one, **hosted, **about}) for one in gitlab]
    elif url:
        jql = "" if project else "created <= now()"
        scope = {"projects": project or [], "jql": jql, "filter": "", "board": ""}
        live = [("jira", {"url": url, **scope, **about})]
    else:
        folder = WorkFolder.at(dir_)
        with open_archive(folder.archive, create=False) as archive:
            pulls = [(pull.source, json.loads(pull.scope)) for pull in archive.pulls()]
        live = [(source, asked) for source, asked in pulls if "url" in asked]
        if not live:
            raise SourceError(
                f"{folder.root}: no live source was pulled yet; name one with --url and --project, --repo or "
                "--gitlab"
            )
    passed, out = True, console()
    for source, asked in live:
        out.print(f"{asked['url']} {asked.get('repository', '')}".strip())
        for check in _checks(source, asked):
            out.print(f"  {'✓' if check.passed else '✗'} {check.name}: {check.detail}")
            passed = passed and check.passed
    if not passed:
        raise typer.Exit(1)


def _checks(source: str, asked: Asked) -> Iterator[Check]:
    """What works of a live source and what does not."""
    if source.startswith("github:"):
        from vsm.sources.github_api import github_checks  # noqa: PLC0415 - asked of few folders

        owner, _, name = asked["repository"].partition("/")
        return github_checks(github_session(asked), owner, name, kinds=tuple(asked["kinds"]))
    if source.startswith("gitlab:"):
        from vsm.sources.gitlab_api import gitlab_checks  # noqa: PLC0415 - asked of few folders

        return gitlab_checks(gitlab_session(asked), asked["repository"], kinds=tuple(asked["kinds"]))
    from vsm.sources.jira_api import verified  # noqa: PLC0415 - jira takes half a second

    return verified(session_of(asked), scope_of(asked))
