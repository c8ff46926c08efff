"""Reading a work folder: its archive and vsm.toml become a ``ValueStream``, or its networks alone."""

import gc
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final, TypeVar

import pandas as pd
from tqdm import tqdm

from vsm.bodies import BOARDS, GITLAB_BOARDS
from vsm.config import Workflow
from vsm.config.where import words_of
from vsm.cuts import Window, day_of
from vsm.errors import ArchiveError, EmptyWindowError, ParameterError, VsmError
from vsm.eventlog.as_of import last_recorded
from vsm.eventlog.from_deployments import log_from_deployments
from vsm.eventlog.from_git import log_from_git
from vsm.eventlog.from_github import board_from_github, log_from_github
from vsm.eventlog.from_gitlab import log_from_gitlab
from vsm.eventlog.from_jira import log_from_jira
from vsm.eventlog.from_tables import log_from_table
from vsm.eventlog.gitlab_statuses import board_from_gitlab
from vsm.eventlog.infer import Board, board_from_jira
from vsm.eventlog.jira_compared import check_compared
from vsm.eventlog.log import Log, QualityNote, merge_logs, quality_from_notes
from vsm.eventlog.pseudonymize import log_without_addresses
from vsm.eventlog.pull_links import events_from_pulls
from vsm.eventlog.ticket_keys import ticket_keys
from vsm.from_log import stream_from_log
from vsm.networks import Networks, networks_from_log
from vsm.quality.records import check_future, check_keys, with_notes
from vsm.sources.archive import Archive, read_archive
from vsm.sources.table_store import load_table, save_table
from vsm.sources.work_folder import WorkFolder, read_experiments, read_workflow, secret_key
from vsm.stream import ValueStream
from vsm.tables import TABLES

STORED: Final = tuple(part.name for part in fields(Log))
PATIENCE: Final = 2.0
"""Seconds after which a long reading says how far it is."""
SELDOM: Final = 100_000
"""New objects after which Python looks for circular garbage while documents are read; 700 by default."""
LOG_VERSION: Final = 18
"""Raise it whenever the same documents would be read differently: when ``vsm.eventlog`` gives other rows, or
a stored table has another shape. Every stored log of a former version is then made anew.
"""
Part = TypeVar("Part")
UNREADABLE: Final = "unreadable source"
LABEL: Final = "label:"
"""Before a label that stages of vsm.toml name as a status."""
NEVER: Final = pd.Timestamp(0, tz="UTC")


def read_stream(
    data_dir: str | Path,
    *,
    since: str = "",
    until: str = "",
    where: str = "",
    rules: Mapping[str, object] | None = None,
    seed: int = 0,
    names: bool = False,
) -> ValueStream:
    """Read what is known about the value stream of this work folder.

    Parameters
    ----------
    data_dir
        A folder that ``vsm init`` and ``vsm pull`` have filled.
    since
        ``YYYY-MM-DD`` (UTC): keep tickets finished for good (or found gone) since then, and open ones. Whole
        lifecycles are kept, not clipped. Empty: all.
    until
        ``YYYY-MM-DD`` (UTC): look as of the beginning of that day; later events are ignored. Empty: as of
        the last look at a live tracker (when its latest whole pull began; of several trackers the earliest),
        or the instant at which an export was taken; where neither is known, the last event recorded. What is
        dated later than the latest pull is ignored either way and reported in ``quality``, and a later day
        is refused.
    where
        Keep tickets that fit words such as ``"type=Bug, component=shop front"``: those of ``stream.where``
        (component, label, epic, type, priority, team, stage). Empty: all.
    rules
        Thresholds in place of those of vsm.toml, by their names in ``[rules]``, ``[waiting]`` and
        ``[findings]``: ``{"minimum": 5}``. Of privacy there is none among them.
    seed
        Of the bootstrap intervals: the same seed gives the same numbers.
    names
        Show the names of persons. Without it every table, finding and quality note shows pseudonyms, the same
        in every run on this work folder; bots keep their names, and so do teams, except those of fewer people
        than ``[privacy]`` says, which are one. In free text that people wrote (summaries, subjects of
        commits, names of branches) mail addresses, telephone numbers and known names, however
        they are written, are replaced; first names alone and surnames that are words remain in it.

    Returns
    -------
    ValueStream
        With empty tables where nothing has been pulled yet. Reading changes nothing in the folder but the
        stored log, and that only where it can be written, and the key of the pseudonyms, made once.

    Raises
    ------
    InputError
        The folder, its vsm.toml or a parameter cannot be used: a day that is none, that is after the latest
        pull (``until``), or after the end of the data (``since``).
    ArchiveError
        The archive is damaged or locked, or the key of the pseudonyms can neither be read nor made.

    Examples
    --------
    >>> read_stream("no such folder")
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: no such folder: no work folder (no vsm.toml in it); run vsm init --dir ...
    """
    folder = WorkFolder.at(Path(data_dir))
    workflow, experiments = read_workflow(folder).with_rules(rules or {}), read_experiments(folder)
    window = Window(day_of("since", since), day_of("until", until), tuple(words_of(where).items()))
    with read_archive(folder.archive) as archive:
        log = read_log(folder, archive, workflow=workflow)
        state, known, look = archive.digest(), _latest_pull(archive), last_look(archive)
        key = None if names else secret_key(folder.key) if archive.pulls() else token_bytes()
    as_of = _as_of(log, since=window.since, until=window.until, known=known, look=look)
    if known is not None:
        log = with_notes(log, check_future(log, known=known, as_of=known if window.until else as_of))
    provenance = {
        "stream": workflow.stream.name,
        "as of": f"{as_of:%Y-%m-%d %H:%M} UTC",
        **({} if known is None else {"pulled": f"{known:%Y-%m-%d %H:%M} UTC"}),
        "archive": state[:12],
        "workflow": workflow.digest,
        "vsm": version("vsm"),
        **({"rules": ", ".join(f"{name}={value}" for name, value in rules.items())} if rules else {}),
    }
    return stream_from_log(
        log,
        workflow=workflow,
        as_of=as_of,
        window=window,
        seed=seed,
        provenance=provenance,
        key=key,
        experiments=experiments,
    )


def read_networks(data_dir: str | Path, *, until: str = "", names: bool = False) -> Networks:
    """Give only the networks of stages and teams of this work folder: for logs of millions of events.

    They are those of ``read_stream(...).network`` and ``.team_network``, in less time and memory: visits and
    waits are made for one group of tickets at a time, and without causes. Parameters and errors are those of
    ``read_stream``; with ``names``, teams of too few people have their own names.
    """
    folder = WorkFolder.at(Path(data_dir))
    workflow, last = read_workflow(folder), day_of("until", until)
    with read_archive(folder.archive) as archive:
        log, known, look = (
            read_log(folder, archive, workflow=workflow),
            _latest_pull(archive),
            last_look(archive),
        )
    as_of = _as_of(log, since=None, until=last, known=known, look=look)
    return networks_from_log(log, workflow=workflow, as_of=as_of, names=names)


def read_log(folder: WorkFolder, archive: Archive, *, workflow: Workflow | None = None) -> Log:
    """Read everything recorded: from the stored log where the archive has not changed since, else anew.

    The stored log is Parquet, sorted by ticket and time, with dictionary-encoded strings; deleting it
    loses nothing. Where it cannot be written, there is none. ``workflow`` names fields of Jira.
    """
    whole = {f"{pull.source} {pull.scope}": pull.finished is not None for pull in archive.pulls()}
    workflow = workflow or read_workflow(folder)
    named = f"{workflow.jira!r} {workflow.holder_fields} {_labels(workflow)}"
    stamp = f"{archive.digest()} {whole} {named} log {LOG_VERSION}"
    stored = {name: load_table(folder.log / f"{name}.parquet", TABLES[name], stamp=stamp) for name in STORED}
    kept = {name: frame for name, frame in stored.items() if frame is not None}
    if len(kept) == len(STORED):
        return Log(**kept)
    mail_key = _mail_key(folder) if whole else None
    log = log_from_archive(archive, mail_key=mail_key, workflow=workflow)
    if (log.quality["check"] == UNREADABLE).any():
        return log  # a newer vsm may be able to
    with suppress(ArchiveError):
        for name in STORED if whole else ():
            save_table(getattr(log, name), TABLES[name], folder.log / f"{name}.parquet", stamp=stamp)
    return log


def _mail_key(folder: WorkFolder) -> bytes:
    """Give the folder's secret; where there can be none, one of this run does as well."""
    try:
        return secret_key(folder.key)
    except ArchiveError:
        return token_bytes()


def log_from_archive(
    archive: Archive, *, mail_key: bytes | None = None, workflow: Workflow | None = None
) -> Log:
    """Merge what the archive's documents record. Trackers first: Git needs to know their keys.

    ``mail_key`` is the secret that makes digests of mail addresses; without it there are none. ``workflow``
    names fields of Jira, and former keys of projects.
    """
    sources, workflow = archive.sources(), workflow or Workflow()
    aliases = workflow.jira.aliases
    readers: dict[str, Callable[..., Log]] = {
        "jira": partial(log_from_jira, mail_key=mail_key, aliases=aliases, fields=workflow.tracker_fields),
        "github": partial(log_from_github, statuses=_labels(workflow)),
        "gitlab": partial(log_from_gitlab, statuses=_labels(workflow)),
        "table": log_from_table,
        "deployments": log_from_deployments,
    }
    trackers = []
    for source in sources:
        kind = source.partition(":")[0]
        if kind != "git":
            bodies = _issues(archive, source) if kind == "jira" else archive.documents(source)
            trackers.append(_read_or_told(readers[kind], with_progress(bodies, source=source), source=source))
    merged = merge_logs(*trackers)
    keys = ticket_keys(merged.tickets, merged.events, aliases=aliases)
    repositories = []
    for source in sources:
        if source.startswith("git:"):
            bodies, repository = archive.documents(source), source.removeprefix("git:")
            reader = partial(log_from_git, repository=repository, keys=keys, mail_key=mail_key)
            repositories.append(_read_or_told(reader, with_progress(bodies, source=source), source=source))
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
    doubts = [*unfinished, *compared, *check_keys(merged.tickets)]
    whole = merge_logs(merged, *repositories, Log(quality=quality_from_notes(doubts)))
    of_pulls = Log(events=events_from_pulls(whole, keys=keys))
    return log_without_addresses(merge_logs(whole, of_pulls) if len(of_pulls.events) else whole)


def _labels(workflow: Workflow) -> list[str]:
    """Give the labels that stages name as statuses, in order, for trackers that have no other statuses."""
    named = [status for stage in workflow.stages for status in stage.statuses]
    return [status for status in named if status.startswith(LABEL)]


def _issues(archive: Archive, source: str) -> Iterator[object]:
    """Give a Jira's documents, its site's first: issues wait in memory until their site is known."""
    if archive.document(source, "site") is None:
        yield {"type": "site", "roles": {}}
    yield from archive.texts(source, first="site")


def _read_or_told(reader: Callable[..., Log], documents: Iterator[Any], *, source: str) -> Log:
    """Read one source; where its documents defeat us, the others are read all the same, and a fault says so.

    Not a mistake of the user's, nor one of the machine's: these are raised.
    """
    about = {} if source.startswith("git:") else {"source": source}
    try:
        with _seldom_collected():
            return reader(documents, **about)
    except (VsmError, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - what one source holds must not cost us the others
        detail = (
            f"none of its documents is in the numbers: reading them failed ({type(error).__name__}: "
            f"{error}); update vsm, or report this"
        )
        return Log(quality=quality_from_notes([QualityNote(UNREADABLE, "fault", detail, source)]))


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


def _latest_pull(archive: Archive) -> pd.Timestamp | None:
    """Give the instant of the latest look at the sources: nothing that happened since can be known."""
    instants = [pull.finished or pull.started for pull in archive.pulls()]
    return pd.Timestamp(max(instants)).tz_convert("UTC").as_unit("us") if instants else None


def last_look(archive: Archive) -> pd.Timestamp | None:
    """Give up to when all trackers that say so were seen: the earliest of their last looks; None: none says.

    A live tracker was seen when its latest whole pull began, an export when it was taken (``--taken``).
    Repositories, hosts without issues and deployments say nothing about tickets. Where the latest pull of a
    live tracker was broken off, nothing is known but what was recorded.
    """
    looks: dict[str, list[datetime | None]] = {}
    for pull in archive.pulls():
        with suppress(ValueError):
            asked = json.loads(pull.scope)
            if "url" in asked and not {"issue", "issues"} & set(asked.get("kinds", ["issues"])):
                continue  # pull requests alone
            if "url" in asked:
                looks.setdefault(pull.source, []).append(pull.started if pull.finished else None)
            elif taken := asked.get("taken"):
                looks[pull.source] = [datetime.fromisoformat(taken)]
            else:
                looks.pop(pull.source, None)
    last = [max((at for at in several if at), default=None) for several in looks.values()]
    known = [at for at in last if at]
    return pd.Timestamp(min(known)).as_unit("us") if known and len(known) == len(last) else None


def _as_of(
    log: Log,
    *,
    since: pd.Timestamp | None,
    until: pd.Timestamp | None,
    known: pd.Timestamp | None,
    look: pd.Timestamp | None,
) -> pd.Timestamp:
    """Give the instant that counts as now; refuse an empty window, and one beyond what is known."""
    if until is not None and known is not None and until > known:
        raise ParameterError(
            f"until is {until:%Y-%m-%d}, but the latest pull is of {known:%Y-%m-%d %H:%M} UTC, and nothing "
            "later is known; pull again, or leave until empty"
        )
    if since is not None and until is not None and since > until:
        raise ParameterError(f"since is {since:%Y-%m-%d}, after until, {until:%Y-%m-%d}; swap them")
    recorded = last_recorded(log, known=known)
    now = recorded if look is None or recorded is None else look
    if since is not None and now is not None and since > now:
        what = "the last event recorded" if look is None else "the last look at the tracker"
        raise EmptyWindowError(
            f"since is {since:%Y-%m-%d}, but {what} is of {now:%Y-%m-%d %H:%M} UTC; pull again, or name an "
            "earlier day",
            last=now.date(),
        )
    return until or now or known or NEVER


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
