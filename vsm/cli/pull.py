"""Gets documents into the archive: ``vsm pull``, a subcommand for each kind of source, and ``vsm verify``."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from vsm.cli.console import WORK, Dir, PullProgress
from vsm.cli.source_options import Asked, asked_pages, check_name, scope_of, session_of
from vsm.errors import ParameterError, SourceError, VsmError
from vsm.sources.archive import PullState, open_archive
from vsm.sources.git_commits import LASTING, STATE, repository_name
from vsm.sources.table_file import parse_columns
from vsm.sources.work_folder import WorkFolder, read_workflow

pull = typer.Typer(
    help="Pull tickets and commits into the archive. Repeat it at will.", invoke_without_command=True
)


@pull.callback()
def _into(
    context: typer.Context,
    dir_: Dir = WORK,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
    json_log: Annotated[bool, typer.Option("--json-log", help="A JSON object a line, for machines.")] = False,
) -> None:
    """Pull tickets and commits into the archive. Alone it repeats every pull of this work folder."""
    context.obj = dir_, PullProgress(quiet=quiet, json_log=json_log)
    if context.invoked_subcommand is None:
        repeat(dir_, context.obj[1])


@pull.command()
def jira(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Option(help="REST issue bodies with changelog: .jsonl[.gz], or a search answer .json[.gz]."),
    ] = None,
    url: Annotated[str, typer.Option(help="A live Jira, such as https://example.atlassian.net.")] = "",
    project: Annotated[
        list[str] | None, typer.Option(help="Project key; may be given several times.")
    ] = None,
    jql: Annotated[str, typer.Option(help="Any query; its ORDER BY is not used.")] = "",
    filter_: Annotated[str, typer.Option("--filter", help="Number of a saved filter.")] = "",
    board: Annotated[str, typer.Option(help="Number of a board; its columns become stages.")] = "",
    sweep: Annotated[
        bool | None, typer.Option(help="Look for deleted issues. Weekly if left out.", show_default=False)
    ] = None,
    ca_bundle: Annotated[str, typer.Option(help="File of certificates to trust.")] = "",
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Let the login go unencrypted. Do not.")
    ] = False,
    name: Annotated[str, typer.Option(help="Tells several Jiras apart; leave out with one.")] = "",
) -> None:
    """Pull a live Jira, or an export of one.

    The login comes from VSM_JIRA_EMAIL and VSM_JIRA_TOKEN (Cloud), VSM_JIRA_TOKEN alone (Data Center), the
    keyring, or is asked for. It is stored nowhere.
    """
    if (file is None) == (not url):
        raise ParameterError("name either --file EXPORT or --url https://example.atlassian.net")
    asked: Asked = {"file": str(file.absolute())} if file else {
        "url": url, "projects": project or [], "jql": jql, "filter": filter_, "board": board,
        "ca_bundle": ca_bundle, "insecure_http": insecure_http,
    }  # fmt: skip
    store(context.obj, f"jira:{name}" if name else "jira", asked, sweep=sweep)


@pull.command()
def git(
    context: typer.Context,
    repo: Annotated[Path, typer.Option(help="A repository, bare or not.")],
    name: Annotated[str, typer.Option(help="What to call it; its folder's name if left out.")] = "",
    allow_shallow: Annotated[
        bool, typer.Option("--allow-shallow", help="Take a shallow clone, marked as such.")
    ] = False,
    changes: Annotated[
        bool, typer.Option("--changes", help="Count files and lines of each commit too; slow at first.")
    ] = False,
) -> None:
    """Pull a Git repository's commits and tags. Nothing in the repository is executed or changed."""
    asked = {"repo": str(repo.absolute()), "allow_shallow": allow_shallow, "changes": changes}
    store(context.obj, f"git:{name or repository_name(repo)}", asked)


@pull.command()
def deployments(
    context: typer.Context,
    file: Annotated[Path, typer.Option(help="What was deployed when: .csv or .jsonl, one deployment a row.")],
    name: Annotated[str, typer.Option(help="What to call the source; the file's name if left out.")] = "",
    repository: Annotated[str, typer.Option(help="Repository of rows that name none.")] = "",
    environment: Annotated[str, typer.Option(help="Environment of rows that name none.")] = "",
) -> None:
    """Pull a list of deployments: time, environment, commit, outcome; also repository and id."""
    asked = {"file": str(file.absolute()), "repository": repository, "environment": environment}
    store(context.obj, f"deployments:{name or file.stem}", asked)


@pull.command()
def table(
    context: typer.Context,
    file: Annotated[Path, typer.Option(help="An export of any tracker: .csv or .parquet, one row a step.")],
    map_: Annotated[
        str, typer.Option("--map", help="Our words to its columns: ticket=ID,at=WHEN,status=STATE,…")
    ],
    timezone: Annotated[
        str, typer.Option(help="IANA zone of times without one, such as Europe/Berlin.")
    ] = "",
    name: Annotated[str, typer.Option(help="What to call the source; the file's name if left out.")] = "",
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out, and say so.")] = False,
) -> None:
    """Pull another tracker's export, with a mapping of its columns.

    Our words are ticket, at, status (these three are needed), holder, team, actor, type, summary, project,
    priority, objective, url, components, labels (several are separated by semicolons), value and
    cost_of_delay.
    """
    asked = {"file": str(file.absolute()), "columns": parse_columns(map_), "timezone": timezone}
    store(context.obj, f"table:{name or file.stem}", asked | {"skip_bad": skip_bad})


def store(
    into: tuple[Path, PullProgress],
    source: str,
    asked: Asked,
    *,
    sweep: bool | None = None,
    at: datetime | None = None,
) -> None:
    """Store what a source says in the work folder's archive, saying how far it is; ``at`` is now by default.

    A table is read whole each time, and so are a repository's branches and tags: what they no longer say is
    dropped. Commits that were read before stay.
    """
    dir_, progress = into
    folder = WorkFolder.at(dir_)
    workflow = read_workflow(folder)
    with open_archive(folder.archive) as archive:
        check_name(source, asked, archive)
        at = at or datetime.now(UTC)
        pages = asked_pages(
            source, asked, archive=archive, workflow=workflow, progress=progress, sweep=sweep, at=at
        )
        with progress.pulling(source):
            state = archive.store(
                pages,
                source=source,
                scope=json.dumps(asked),
                at=at,
                whole=not source.startswith("jira"),
                lasting=LASTING if source.startswith("git:") else None,
                on_page=progress.stored,
            )
        repository = archive.document(source, STATE) or {}
    progress.done(state, folder.archive, commits=repository.get("count"))


def repeat(dir_: Path, progress: PullProgress) -> None:
    """Pull every source of this work folder again, as it was asked last; one that fails stops no other."""
    if failed := pull_again(dir_, progress):
        raise failed[0].error


@dataclass(frozen=True, slots=True)
class Failed:
    """A source that could not be pulled, why, and when it was pulled last; None: never to its end."""

    source: str
    error: VsmError
    last: datetime | None


def pull_again(dir_: Path, progress: PullProgress, *, at: datetime | None = None) -> list[Failed]:
    """Pull every source again, as ``repeat`` does; say which of them could not be pulled."""
    with open_archive(WorkFolder.at(dir_).archive, create=False) as archive:
        pulls = archive.pulls()
    latest: dict[str, tuple[PullState, Asked]] = {}
    for state in pulls:
        asked = json.loads(state.scope)
        latest[f"{state.source} {state.scope}" if "url" in asked else state.source] = state, asked
    if not latest:
        raise SourceError(f'{dir_}: nothing was pulled yet; try vsm pull --dir "{dir_}" jira --help')
    failed = []
    for state, asked in latest.values():
        try:
            store((dir_, progress), state.source, asked, at=at)
        except VsmError as error:
            failed.append(Failed(state.source, error, state.finished))
            progress.failed(state.source, str(error))
    return failed


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
    asked_for = [_asked_now(url, project or [], ca_bundle)] if url else _asked_before(WorkFolder.at(dir_))
    passed = [_verify(console, asked) for asked in asked_for]
    if not all(passed):
        raise typer.Exit(1)


def _asked_now(url: str, projects: list[str], ca_bundle: str) -> Asked:
    scope = {"projects": projects, "jql": "" if projects else "created <= now()", "filter": "", "board": ""}
    return {"url": url, **scope, "ca_bundle": ca_bundle, "insecure_http": False}


def _asked_before(folder: WorkFolder) -> list[Asked]:
    with open_archive(folder.archive, create=False) as archive:
        scopes = [json.loads(pull.scope) for pull in archive.pulls()]
    live = [asked for asked in scopes if "url" in asked]
    if not live:
        raise SourceError(f"{folder.root}: no live Jira was pulled yet; name one with --url and --project")
    return live


def _verify(console: Console, asked: Asked) -> bool:
    from vsm.sources.jira_api import verified  # noqa: PLC0415 - jira takes half a second

    console.print(asked["url"])
    passed = True
    for check in verified(session_of(asked), scope_of(asked)):
        console.print(f"  {'✓' if check.passed else '✗'} {check.name}: {check.detail}")
        passed = passed and check.passed
    return passed
