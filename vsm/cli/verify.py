"""Would a pull of a live Jira work? ``vsm verify`` tests login and permissions, and stores nothing."""

import json
from typing import Annotated

import typer
from rich.console import Console

from vsm.cli.asking import Asked, scope_of, session_of
from vsm.cli.options import WORK, Dir
from vsm.errors import SourceError
from vsm.sources.archive import open_archive
from vsm.sources.work_folder import WorkFolder


def verify(
    dir_: Dir = WORK,
    url: Annotated[str, typer.Option(help="A Jira that was not pulled yet; with --project.")] = "",
    project: Annotated[
        list[str] | None, typer.Option(help="Project key; may be given several times.")
    ] = None,
    ca_bundle: Annotated[str, typer.Option(help="File of certificates to trust.")] = "",
) -> None:
    """Test login and permissions of every live Jira; say what is missing, and exit 1 where anything is."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    asked_for = [_asked(url, project or [], ca_bundle)] if url else _asked_before(WorkFolder.at(dir_))
    passed = [_tell(console, asked) for asked in asked_for]
    if not all(passed):
        raise typer.Exit(1)


def _asked(url: str, projects: list[str], ca_bundle: str) -> Asked:
    scope = {"projects": projects, "jql": "" if projects else "created <= now()", "filter": "", "board": ""}
    return {"url": url, **scope, "ca_bundle": ca_bundle, "insecure_http": False}


def _asked_before(folder: WorkFolder) -> list[Asked]:
    with open_archive(folder.archive, create=False) as archive:
        scopes = [json.loads(pull.scope) for pull in archive.pulls()]
    live = [asked for asked in scopes if "url" in asked]
    if not live:
        raise SourceError(f"{folder.root}: no live Jira was pulled yet; name one with --url and --project")
    return live


def _tell(console: Console, asked: Asked) -> bool:
    from vsm.sources.jira_live import verified  # noqa: PLC0415 - jira takes half a second

    console.print(asked["url"])
    passed = True
    for check in verified(session_of(asked), scope_of(asked)):
        console.print(f"  {'✓' if check.passed else '✗'} {check.name}: {check.detail}")
        passed = passed and check.passed
    return passed
