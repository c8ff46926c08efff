"""``vsm pull``, with a subcommand for each kind of source."""

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from vsm.cli.console import WORK, Dir, PullProgress
from vsm.cli.source_options import Asked, asked_pages, check_name
from vsm.errors import ParameterError, RunError, SourceError, VsmError, sentence_of
from vsm.sources.archive import PullState, open_archive
from vsm.sources.forgotten import read_refusals
from vsm.sources.git_commits import LASTING, STATE, repository_name
from vsm.sources.lock import one_at_a_time
from vsm.sources.table_file import TableFormat, parse_columns
from vsm.sources.work_folder import WorkFolder, read_workflow

NESTED = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+")
OWNED = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
LIVE = frozenset({"jira", "github", "gitlab"})
"""Kinds of sources that say what changed; others are read whole each time."""
LONGEST = 300
"""Characters of another library's message that are repeated."""

Taken = Annotated[
    str, typer.Option(help="YYYY-MM-DD (UTC): when the export was taken. Open work is that old.")
]

pull = typer.Typer(
    help="Pull tickets and commits into the archive; can be repeated.", invoke_without_command=True
)


@pull.callback()
def _into(
    context: typer.Context,
    dir_: Dir = WORK,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only errors.")] = False,
    json_log: Annotated[bool, typer.Option("--json-log", help="A JSON object a line, for machines.")] = False,
) -> None:
    """Pull tickets and commits into the archive. Without a subcommand: repeat every pull of this folder."""
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
    name: Annotated[str, typer.Option(help="A name for this Jira, where there are several.")] = "",
    taken: Taken = "",
) -> None:
    """Pull a live Jira, or an export of one.

    The login comes from VSM_JIRA_EMAIL and VSM_JIRA_TOKEN (Cloud), VSM_JIRA_TOKEN alone (Data Center), the
    keyring, or a prompt. It is not stored. Read access is enough: Browse Projects, or a scoped token with
    read:jira-work (with --board also read:board-scope:jira-software) and, as --url,
    https://api.atlassian.com/ex/jira/CLOUD-ID.
    """
    if (file is None) == (not url):
        raise ParameterError("name either --file EXPORT or --url https://example.atlassian.net")
    if taken and not file:
        raise ParameterError("--taken is for an export: a live Jira is seen when it is pulled")
    asked: Asked = {"file": str(file.absolute()), **_taken(taken)} if file else {
        "url": url, "projects": project or [], "jql": jql, "filter": filter_, "board": board,
        "ca_bundle": ca_bundle, "insecure_http": insecure_http,
    }  # fmt: skip
    store(context.obj, f"jira:{name}" if name else "jira", asked, sweep=sweep)


@pull.command()
def github(
    context: typer.Context,
    repo: Annotated[list[str], typer.Option(help="A repository, as owner/name; may be given several times.")],
    url: Annotated[
        str, typer.Option(help="Of a GitHub Enterprise Server: https://github.example.com/api.")
    ] = "https://api.github.com",
    issues: Annotated[
        bool, typer.Option("--issues/--no-issues", help="Issues are tickets, or they are not.")
    ] = True,
    runs: Annotated[
        bool, typer.Option("--runs/--no-runs", help="The runs of workflows: queues, failures, approvals.")
    ] = True,
    ca_bundle: Annotated[str, typer.Option(help="File of certificates to trust.")] = "",
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Let the token go unencrypted. Do not.")
    ] = False,
    name: Annotated[str, typer.Option(help="A name for the source, of a single repository.")] = "",
) -> None:
    """Pull a GitHub repository: pull requests with their reviews, issues, deployments and workflow runs.

    The token comes from VSM_GITHUB_TOKEN, for github.com also from GITHUB_TOKEN, the keyring, or a prompt. It
    is not stored. A fine-grained token needs read access to Pull requests, Issues, Contents, Deployments and
    Actions, and to the organisation's Projects; a classic one needs repo and read:project. Of the texts that
    people wrote only titles are stored.
    """
    if name and len(repo) > 1:
        raise ParameterError("--name is for one --repo; several repositories are named by themselves")
    kinds = ["pulls", *(["issues"] if issues else []), "deployments", *(["runs"] if runs else [])]
    for repository in dict.fromkeys(repo):
        if not OWNED.fullmatch(repository):
            raise ParameterError(f"--repo {repository}: give it as owner/name, as its address shows it")
        asked: Asked = {"url": url, "repository": repository, "kinds": kinds}
        asked |= {"ca_bundle": ca_bundle, "insecure_http": insecure_http}
        store(context.obj, f"github:{name or repository}", asked)


@pull.command()
def gitlab(
    context: typer.Context,
    project: Annotated[
        list[str],
        typer.Option(help="A project, as group/name or group/sub/name; may be given several times."),
    ],
    url: Annotated[str, typer.Option(help="Of a GitLab of your own.")] = "https://gitlab.com",
    issues: Annotated[
        bool, typer.Option("--issues/--no-issues", help="Issues are tickets, or they are not.")
    ] = True,
    runs: Annotated[
        bool, typer.Option("--runs/--no-runs", help="Pipelines: queues, failures, approvals.")
    ] = True,
    sweep: Annotated[
        bool | None, typer.Option(help="Look for what was deleted. Weekly if left out.", show_default=False)
    ] = None,
    ca_bundle: Annotated[str, typer.Option(help="File of certificates to trust.")] = "",
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Let the token go unencrypted. Do not.")
    ] = False,
    name: Annotated[
        str, typer.Option(help="A name for the source, of a single project; needed for a second GitLab.")
    ] = "",
) -> None:
    """Pull a GitLab project: merge requests with their reviews, issues, deployments and pipelines.

    The token comes from VSM_GITLAB_TOKEN, the keyring, or a prompt. It is not stored. It needs the scope
    read_api, and its owner the role Reporter in the project. Of the texts that people wrote only titles are
    stored.
    """
    if name and len(project) > 1:
        raise ParameterError("--name is for one --project; several projects are named by themselves")
    kinds = [*(["issue"] if issues else []), "pull", *(["run"] if runs else []), "deployment"]
    for path in dict.fromkeys(one.strip("/") for one in project):
        if not NESTED.fullmatch(path):
            raise ParameterError(f"--project {path}: give it as group/name, as its address shows it")
        asked: Asked = {"url": url, "repository": path, "kinds": kinds}
        asked |= {"ca_bundle": ca_bundle, "insecure_http": insecure_http}
        store(context.obj, f"gitlab:{name or path}", asked, sweep=sweep)


@pull.command()
def git(
    context: typer.Context,
    repo: Annotated[Path, typer.Option(help="A repository, bare or not.")],
    name: Annotated[str, typer.Option(help="A name for it; by default that of its folder.")] = "",
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
    file: Annotated[Path, typer.Option(help="A list of deployments, one a row: a table or .jsonl.")],
    name: Annotated[str, typer.Option(help="A name for the source; by default that of the file.")] = "",
    repository: Annotated[str, typer.Option(help="Repository of rows that name none.")] = "",
    environment: Annotated[str, typer.Option(help="Environment of rows that name none.")] = "",
) -> None:
    """Pull a list of deployments: time, environment, commit, outcome; also repository and id."""
    asked = {"file": str(file.absolute()), "repository": repository, "environment": environment}
    store(context.obj, f"deployments:{name or file.stem}", asked)


@pull.command()
def table(
    context: typer.Context,
    file: Annotated[
        Path, typer.Option(help="An export of any tracker: .csv, .tsv, .xlsx, .parquet, or .xes[.gz].")
    ],
    map_: Annotated[
        str,
        typer.Option(
            "--map",
            help="Its columns by our names: ticket=ID,at=WHEN,status=STATE,…; else by their own names.",
        ),
    ] = "",
    timezone: Annotated[
        str, typer.Option(help="IANA zone of times without one, such as Europe/Berlin.")
    ] = "",
    wide: Annotated[
        bool, typer.Option("--wide", help="A row a ticket, with one date per stage. Recognised as a rule.")
    ] = False,
    stage: Annotated[
        list[str] | None,
        typer.Option(help="A column that is a stage, of a wide table; given several times, in order."),
    ] = None,
    lead_times: Annotated[
        bool,
        typer.Option(
            "--lead-times", help="Of a list of tickets, such as Jira's CSV, only Created and Resolved."
        ),
    ] = False,
    decimal: Annotated[str, typer.Option(help="Decimal mark of its numbers: a comma or a dot.")] = "",
    date_format: Annotated[
        str, typer.Option(help="Format of its dates, such as %d.%m.%Y %H:%M; by default ISO 8601.")
    ] = "",
    encoding: Annotated[
        str, typer.Option(help="Of a text file, such as cp1252; UTF-8 and UTF-16 are recognised.")
    ] = "",
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook that has several.")] = "",
    name: Annotated[str, typer.Option(help="A name for the source; by default that of the file.")] = "",
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out, and list them.")] = False,
    taken: Taken = "",
) -> None:
    """Pull another tracker's export: steps, activities, one date per stage, or an event log (XES).

    Our names are ticket, at, status (these three are needed), end, transition, holder, team, actor, type,
    summary, project, priority, objective, url, components, labels (several are separated by semicolons),
    resolution, value and cost_of_delay. Columns with such names are found in a dozen languages.

    A row may be a status from an instant on; with end, an activity that lasted from at to end (between two of
    them a ticket waits, after the last it is done); with transition, the start or the completion of one; or a
    ticket with one date per stage. A list of tickets as they are today, such as Jira's own CSV, holds no
    history and is refused, unless --lead-times takes Created and Resolved and nothing else.
    """
    if wide and lead_times:
        raise ParameterError("--wide and --lead-times exclude each other")
    form = TableFormat(
        shape="wide" if wide or stage else "lead times" if lead_times else "",
        stages=tuple(stage or ()), decimal=decimal, date_format=date_format, encoding=encoding, sheet=sheet,
    )  # fmt: skip
    columns = parse_columns(map_, shape=form.shape) if map_ else {}
    asked = {"file": str(file.absolute()), "columns": columns, "timezone": timezone, "skip_bad": skip_bad}
    source = f"table:{name or Path(file.name.removesuffix('.gz')).stem}"
    store(context.obj, source, asked | {"format": asdict(form), **_taken(taken)})


def _taken(day: str) -> dict[str, str]:
    """Give the instant by which an export is known to have been taken: the end of that day, or now."""
    if not day:
        return {}
    try:
        end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC)
    except (ValueError, OverflowError):
        raise ParameterError(f"--taken is '{day}'; write the day of the export as YYYY-MM-DD") from None
    now = datetime.now(UTC)
    if end > now + timedelta(days=1):
        raise ParameterError(f"--taken is {day}, which is still to come")
    return {"taken": min(end, now).isoformat()}


def store(
    into: tuple[Path, PullProgress],
    source: str,
    asked: Asked,
    *,
    sweep: bool | None = None,
    at: datetime | None = None,
) -> None:
    """Store the documents of a source in the work folder's archive; ``at`` is now by default.

    A table is read whole each time, and so are a repository's branches and tags: what they no longer have is
    dropped. Commits that were read before stay. A source is pulled by one process at a time (BusyError).
    Whatever else goes wrong with what the source says is a RunError that names the source.
    """
    try:
        _store(into, source, asked, sweep=sweep, at=at)
    except VsmError:
        raise
    except OSError as error:
        raise RunError(sentence_of(error)) from error
    except Exception as error:
        what = " ".join(f"{type(error).__name__} {error}".split())[:LONGEST]
        raise RunError(
            f"{source}: its data could not be read ({what}); what was reported as stored is stored. Other "
            "sources are not concerned; update vsm, or report this"
        ) from error


def _store(
    into: tuple[Path, PullProgress], source: str, asked: Asked, *, sweep: bool | None, at: datetime | None
) -> None:
    dir_, progress = into
    folder = WorkFolder.at(dir_)
    workflow = read_workflow(folder)
    at = at or datetime.now(UTC)
    lock = folder.pull_lock(source)
    refusals = read_refusals(folder)
    with (
        open_archive(folder.archive, refusals=refusals) as archive,
        one_at_a_time(lock, what=f"pull of {source}", at=at),
    ):
        check_name(source, asked, archive)
        pages = asked_pages(
            source, asked, archive=archive, workflow=workflow, progress=progress, sweep=sweep, at=at
        )
        with progress.pulling(source):
            state = archive.store(
                pages,
                source=source,
                scope=json.dumps(asked),
                at=at,
                whole=source.partition(":")[0] not in LIVE,
                lasting=LASTING if source.startswith("git:") else None,
                on_page=progress.stored,
            )
        repository = archive.document(source, STATE) or {}
    progress.done(state, folder.archive, commits=repository.get("count"))


def repeat(dir_: Path, progress: PullProgress) -> None:
    """Pull every source of this work folder again, with its last options; one that fails stops no other."""
    if failed := pull_again(dir_, progress):
        raise failed[0].error


@dataclass(frozen=True, slots=True)
class Failed:
    """A source that could not be pulled, why, and when it was pulled last; None: never to its end."""

    source: str
    error: VsmError
    last: datetime | None


def pull_again(dir_: Path, progress: PullProgress, *, at: datetime | None = None) -> list[Failed]:
    """Pull every source again, as ``repeat`` does; returns those that could not be pulled."""
    with open_archive(WorkFolder.at(dir_).archive, create=False) as archive:
        pulls = archive.pulls()
    latest: dict[str, tuple[PullState, Asked]] = {}
    for state in pulls:
        asked = json.loads(state.scope)
        # Several questions are asked of one Jira; of any other source the latest options count.
        latest[f"{state.source} {state.scope}" if "projects" in asked else state.source] = state, asked
    if not latest:
        raise SourceError(f'{dir_}: nothing was pulled yet; try vsm pull --dir "{dir_}" jira --help')
    failed = []
    for state, asked in latest.values():
        with suppress(OSError):  # the pull itself says what is wrong with the file
            if "taken" in asked and Path(asked["file"]).stat().st_mtime > state.started.timestamp():
                del asked["taken"]  # another export lies there by now
        try:
            store((dir_, progress), state.source, asked, at=at)
        except VsmError as error:
            failed.append(Failed(state.source, error, state.finished))
            progress.failed(state.source, str(error))
    return failed
