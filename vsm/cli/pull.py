"""How do documents get into the archive? One subcommand for each kind of source."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from vsm.cli.options import WORK, Dir
from vsm.pipeline.read import read_workflow
from vsm.sources.archive import Page, open_archive
from vsm.sources.git_commits import commit_pages, repository_name
from vsm.sources.jira_file import issue_pages
from vsm.sources.table_file import parse_columns, row_pages
from vsm.sources.work_folder import WorkFolder

pull = typer.Typer(help="Pull tickets and commits into the archive. Repeat it at will.", no_args_is_help=True)


@pull.callback()
def _into(context: typer.Context, dir_: Dir = WORK) -> None:
    """Pull tickets and commits into the archive. Repeating a pull is safe: it adds what is new."""
    context.obj = dir_


@pull.command()
def jira(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Option(help="REST issue bodies with changelog: .jsonl[.gz], or a search answer .json[.gz]."),
    ],
) -> None:
    """Pull a Jira export: one REST issue body a line, or a search answer."""
    store(context.obj, issue_pages(file), source="jira", scope=str(file))


@pull.command()
def git(
    context: typer.Context,
    repo: Annotated[Path, typer.Option(help="A repository, bare or not.")],
    name: Annotated[str, typer.Option(help="What to call it; its folder's name if left out.")] = "",
    allow_shallow: Annotated[
        bool, typer.Option("--allow-shallow", help="Take a shallow clone, marked as such.")
    ] = False,
) -> None:
    """Pull a Git repository's commits and tags. Nothing in the repository is executed or changed."""
    pages = commit_pages(repo, allow_shallow=allow_shallow)
    store(context.obj, pages, source=f"git:{name or repository_name(repo)}", scope=str(repo))


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
    priority, objective and url.
    """
    pages = row_pages(file, columns=parse_columns(map_), timezone=timezone or None, skip_bad=skip_bad)
    store(context.obj, pages, source=f"table:{name or file.stem}", scope=str(file))


def store(dir_: Path, pages: Iterable[Page], *, source: str, scope: str) -> None:
    """Store pages in the work folder's archive, saying how far it is."""
    folder = WorkFolder.at(dir_)
    read_workflow(folder)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    with open_archive(folder.archive) as archive, Progress(console=console, transient=True) as progress:
        task = progress.add_task(f"pulling {source}", total=None)
        state = archive.store(
            pages,
            source=source,
            scope=scope,
            at=datetime.now(UTC),
            on_page=lambda stored: progress.update(task, completed=stored),
        )
    noun = "documents" if state.documents != 1 else "document"
    console.print(f"{source}: {state.documents:,} {noun} in {folder.archive}")
    if not state.documents:
        console.print("There was nothing in it; reports will say so.")
