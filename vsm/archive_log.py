"""The log that a work folder's archive means: from the stored one, or from the documents."""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final, TypeVar

from tqdm import tqdm

from vsm.bodies import BOARDS, GITLAB_BOARDS
from vsm.config import Workflow
from vsm.errors import ArchiveError, VsmError
from vsm.eventlog.from_deployments import log_from_deployments
from vsm.eventlog.from_git import log_from_git
from vsm.eventlog.from_github import board_from_github, log_from_github
from vsm.eventlog.from_gitlab import log_from_gitlab
from vsm.eventlog.from_jira import parts_from_jira
from vsm.eventlog.from_tables import log_from_table
from vsm.eventlog.gitlab_statuses import board_from_gitlab
from vsm.eventlog.infer import Board, board_from_jira
from vsm.eventlog.jira_compared import check_compared
from vsm.eventlog.log import Log, PutAside, QualityNote, in_memory, merge_logs, quality_from_notes
from vsm.eventlog.log_groups import LogGroups
from vsm.eventlog.log_parts import LogPart, LogParts, log_part
from vsm.eventlog.pseudonymize import log_without_addresses
from vsm.eventlog.pull_links import events_from_pulls
from vsm.quality.records import check_keys
from vsm.sources.archive import Archive
from vsm.sources.put_aside import aside_in
from vsm.sources.table_store import load_table, open_table, save_parts, save_table
from vsm.sources.work_folder import WorkFolder, read_workflow, secret_key
from vsm.tables import EVENTS, TABLES, TICKETS

STORED: Final = tuple(part.name for part in fields(Log))
REST: Final = {name: TABLES[name] for name in STORED if name not in ("events", "quality")} | {
    "tickets": TICKETS.only("ticket", "created", "type", "parent", "unit", "components")
}
"""What is read of a log besides its events, where these are read in groups."""
PATIENCE: Final = 2.0
"""Seconds after which a long reading says how far it is."""
SELDOM: Final = 100_000
"""New objects after which Python looks for circular garbage while documents are read; 700 by default."""
LOG_VERSION: Final = 19
"""Raise it whenever the same documents would be read differently: when ``vsm.eventlog`` gives other rows, or
a stored table has another shape. Every stored log of a former version is then made anew.
"""
Part = TypeVar("Part")
UNREADABLE: Final = "unreadable source"
LABEL: Final = "label:"
"""Before a label that stages of vsm.toml name as a status."""


def read_log(folder: WorkFolder, archive: Archive, *, workflow: Workflow | None = None) -> Log:
    """Read everything recorded: from the stored log where the archive has not changed since, else anew.

    The stored log is Parquet, sorted by ticket and time, with dictionary-encoded strings; deleting it
    loses nothing. Where it cannot be written, there is none. ``workflow`` names fields of Jira.
    """
    return _read(folder, archive, workflow=workflow, stored=_stored)


def read_log_in_groups(
    folder: WorkFolder, archive: Archive, *, workflow: Workflow | None = None
) -> LogGroups | Log:
    """Read the same a group of tickets at a time; all of it only where it cannot be stored.

    Of TICKETS there is only what networks need, and no QUALITY.
    """
    return _read(folder, archive, workflow=workflow, stored=_stored_in_groups)


def _read(
    folder: WorkFolder,
    archive: Archive,
    *,
    workflow: Workflow | None,
    stored: Callable[[WorkFolder, str], Part | None],
) -> Part | Log:
    """Give the stored log, made where there is none; all of it where it cannot be stored."""
    whole = {f"{pull.source} {pull.scope}": pull.finished is not None for pull in archive.pulls()}
    workflow = workflow or read_workflow(folder)
    named = f"{workflow.jira!r} {workflow.holder_fields} {_labels(workflow)}"
    stamp = f"{archive.digest()} {whole} {named} log {LOG_VERSION}"
    if (log := stored(folder, stamp)) is not None:
        return log
    mail_key = _mail_key(folder) if whole else None
    with aside_in(folder.archive.parent) as aside:
        parts = parts_from_archive(archive, mail_key=mail_key, workflow=workflow, aside=aside)
        # A newer vsm may be able to read what this one was not.
        if whole and not (parts.rest.quality["check"] == UNREADABLE).any():
            with suppress(ArchiveError):
                _store(parts, folder, stamp=stamp)
                if (log := stored(folder, stamp)) is not None:
                    return log
        return parts.log()


def _stored(folder: WorkFolder, stamp: str) -> Log | None:
    stored = {name: load_table(_file(folder, name), TABLES[name], stamp=stamp) for name in STORED}
    kept = {name: frame for name, frame in stored.items() if frame is not None}
    return Log(**kept) if len(kept) == len(STORED) else None


def _stored_in_groups(folder: WorkFolder, stamp: str) -> LogGroups | None:
    stored = {name: load_table(_file(folder, name), table, stamp=stamp) for name, table in REST.items()}
    events = open_table(_file(folder, "events"), EVENTS, stamp=stamp)
    kept = {name: frame for name, frame in stored.items() if frame is not None}
    if events is None or len(kept) < len(REST):
        return None
    return LogGroups(Log(**kept), events.groups, events.file.metadata.num_rows)


def _file(folder: WorkFolder, name: str) -> Path:
    return folder.log / f"{name}.parquet"


def _store(parts: LogParts, folder: WorkFolder, *, stamp: str) -> None:
    in_parts = {"tickets": parts.tickets, "events": parts.events}
    for name in STORED:
        if name not in in_parts:
            save_table(getattr(parts.rest, name), TABLES[name], _file(folder, name), stamp=stamp)
    for name, given in in_parts.items():
        save_parts(given(), TABLES[name], _file(folder, name), stamp=stamp)


def _mail_key(folder: WorkFolder) -> bytes:
    """Give the folder's secret; where there can be none, one of this run does as well."""
    try:
        return secret_key(folder.key)
    except ArchiveError:
        return token_bytes()


def parts_from_archive(
    archive: Archive,
    *,
    mail_key: bytes | None = None,
    workflow: Workflow | None = None,
    aside: PutAside = in_memory,
) -> LogParts:
    """Give what the archive's documents record. Trackers come first: Git needs to know their keys.

    ``mail_key`` is the secret that makes digests of mail addresses; without it there are none. ``workflow``
    names fields of Jira, and former keys of projects. Parts of a large tracker are put ``aside``.
    """
    sources, workflow = archive.sources(), workflow or Workflow()
    aliases = workflow.jira.aliases
    readers: dict[str, Callable[..., Iterable[Log]]] = {
        "jira": partial(
            parts_from_jira, mail_key=mail_key, aliases=aliases, fields=workflow.tracker_fields, aside=aside
        ),
        "github": _in_one(partial(log_from_github, statuses=_labels(workflow))),
        "gitlab": _in_one(partial(log_from_gitlab, statuses=_labels(workflow))),
        "table": _in_one(log_from_table),
        "deployments": _in_one(log_from_deployments),
    }
    read = list[LogPart]()
    for source in sources:
        kind = source.partition(":")[0]
        if kind != "git":
            bodies = _issues(archive, source) if kind == "jira" else archive.documents(source)
            read += _read_or_told(readers[kind], bodies, source=source, aside=aside)
    trackers = LogParts(tuple(read), Log())
    repositories = [source for source in sources if source.startswith("git:")]
    named = repositories or any(len(part.rest.pulls) for part in read)
    keys = trackers.keys(aliases) if named else {}
    known = list[LogPart]()
    for source in repositories:
        reader = partial(log_from_git, repository=source.removeprefix("git:"), keys=keys, mail_key=mail_key)
        known += _read_or_told(_in_one(reader), archive.documents(source), source=source, aside=in_memory)
    unfinished = [
        QualityNote(
            "unfinished pull", "fault", "a pull was broken off; pull again to complete it", pull.source
        )
        for pull in archive.pulls()
        if pull.finished is None
    ]
    compared = [
        note
        for source in sources
        if source.partition(":")[0] == "jira"
        for note in check_compared(_comparisons(archive, source), source=source)
    ]
    doubts = [*unfinished, *compared, *check_keys(trackers.bearers())]
    rest = merge_logs(
        *(part.rest for part in [*read, *known]),
        *(Log(events=part.events()) for part in known),
        Log(quality=quality_from_notes(doubts)),
    )
    of_pulls = Log(events=events_from_pulls(rest, keys=keys))
    rest = merge_logs(rest, of_pulls) if len(of_pulls.events) else rest
    return LogParts(tuple(read), log_without_addresses(rest))


def _in_one(reader: Callable[..., Log]) -> Callable[..., list[Log]]:
    """Let a source be a part by itself."""
    return lambda *documents, **about: [reader(*documents, **about)]


def _labels(workflow: Workflow) -> list[str]:
    """Give the labels that stages name as statuses, in order, for trackers that have no other statuses."""
    named = [status for stage in workflow.stages for status in stage.statuses]
    return [status for status in named if status.startswith(LABEL)]


def _issues(archive: Archive, source: str) -> Iterator[object]:
    """Give a Jira's documents, its site's first: issues wait in memory until their site is known."""
    if archive.document(source, "site") is None:
        yield {"type": "site", "roles": {}}
    yield from archive.texts(source, first="site")


def _read_or_told(
    reader: Callable[..., Iterable[Log]], documents: Iterable[Any], *, source: str, aside: PutAside
) -> list[LogPart]:
    """Read one source; where its documents defeat us, the others are read all the same, and a fault says so.

    Not a mistake of the user's, nor one of the machine's: these are raised.
    """
    about = {} if source.startswith("git:") else {"source": source}
    try:
        with _seldom_collected():
            read = reader(with_progress(documents, source=source), **about)
            return [log_part(log, aside=aside) for log in read]
    except (VsmError, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - what one source holds must not cost us the others
        detail = (
            f"none of its documents is in the numbers: reading them failed ({type(error).__name__}: "
            f"{error}); update vsm, or report this"
        )
        fault = Log(quality=quality_from_notes([QualityNote(UNREADABLE, "fault", detail, source)]))
        return [log_part(fault, aside=aside)]


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for circular garbage seldom: documents have none, and the search took a quarter of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _comparisons(archive: Archive, source: str) -> list[dict[str, Any]]:
    """Give how a Jira's pulls compared with the server, a document for each question."""
    names = sorted(name for name in archive.ids(source) if name.startswith("compared/"))
    return [body for name in names if (body := archive.document(source, name))]


def board_from_archive(archive: Archive) -> Board | None:
    """Give the board by which tickets were pulled, of several sources' the first; None without one."""
    for source in archive.sources():
        kind = source.partition(":")[0]
        body = archive.document(source, "board") if kind in {"jira", "gitlab"} else None
        if kind == "jira" and body and (read := BOARDS.read(body).body):
            return board_from_jira(read, source=source)
        if kind == "gitlab" and body and (lists := GITLAB_BOARDS.read(body).body):
            return board_from_gitlab(lists)
        if kind == "github" and (board := board_from_github(archive.texts(source), source=source)):
            return board
    return None


def with_progress(documents: Iterable[Part], *, source: str) -> Iterator[Part]:
    """Give the same documents, and show on a terminal and in Jupyter how many were read so far.

    Nothing is said of what takes less than two seconds, nor into files and pipes; ``TQDM_DISABLE=1`` in the
    environment silences it altogether, as in notebooks that ``vsm report`` runs.

    Examples
    --------
    >>> list(with_progress([{"id": "1"}], source="jira"))
    [{'id': '1'}]
    """
    seen = sys.stderr.isatty() or "ipykernel" in sys.modules
    line = {"desc": f"reading {source}", "unit": " documents", "delay": PATIENCE, "leave": False}
    with tqdm(documents, **line, **({} if seen else {"disable": True})) as shown:  # type: ignore[call-overload]
        yield from shown
