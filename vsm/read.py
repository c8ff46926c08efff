"""Reading a work folder: its archive and vsm.toml become a ``ValueStream``, or its networks alone."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

import pandas as pd

from vsm.config.where import words_of
from vsm.cuts import Window, day_of, shown, with_merged
from vsm.errors import EmptyWindowError, ParameterError
from vsm.eventlog.as_of import last_recorded
from vsm.eventlog.log import Log
from vsm.quality.records import check_future, with_notes
from vsm.recent import recent, remember
from vsm.sources.archive import Archive, read_archive
from vsm.sources.put_aside import aside_in
from vsm.sources.work_folder import WorkFolder, read_experiments, read_workflow, secret_key
from vsm.stored_stream import store_stream, stored_stream, stream_file
from vsm.stream import ValueStream

if TYPE_CHECKING:
    from vsm.cluster import Cluster
    from vsm.networks import Networks

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
    cluster: "Cluster | None" = None,
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
    cluster
        Who makes visits, handoffs and waits, as ``vsm.connect`` gives it; by default this process. The stream
        is the same to the byte, and its tables are in this process's memory.

    Returns
    -------
    ValueStream
        With empty tables where nothing has been pulled yet. Reading changes nothing in the folder but the
        stored log and streams, and these only where they can be written, and the key of the pseudonyms, made
        once. What has not changed since is not read anew, in this process or another.

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
        pulls, state = archive.pulls(), archive.digest()
        key = None if names else secret_key(folder.key) if pulls else token_bytes()
        made_of = (until, seed, tuple(pulls), workflow.model_dump_json(), experiments, repr(rules))
        asked = (str(folder.root.resolve()), key and sha256(key).digest(), state, since, where, made_of)
        if (stream := recent(asked)) is not None:
            return stream
        file = stream_file(folder.streams, state=state, made_of=made_of, key=key) if key and pulls else None
        if file and key and (stream := _stored(file, window, key=key)) is not None:
            remember(asked, stream)
            return stream
        from vsm.archive_log import UNREADABLE, read_log  # noqa: PLC0415 - a fifth of a second of import,
        from vsm.from_log import stream_from_log  # noqa: PLC0415 - where nothing is stored

        log = read_log(folder, archive, workflow=workflow)
        known, look = _latest_pull(archive), last_look(archive)
    recorded = last_recorded(log, known=known)
    as_of = _as_of(recorded, since=window.since, until=window.until, known=known, look=look)
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
    stream = stream_from_log(
        log,
        workflow=workflow,
        as_of=as_of,
        window=window,
        seed=seed,
        provenance=provenance,
        key=key,
        experiments=experiments,
        workers=cluster,
    )
    remember(asked, stream)
    if file and key and not (log.quality["check"] == UNREADABLE).any():
        store_stream(stream, file, key=key)
    return stream


def _stored(file: Path, window: Window, *, key: bytes) -> ValueStream | None:
    """Give the stored stream in a window; None where it has to be read anew, if only to refuse the window."""
    whole = stored_stream(file, key=key)
    if whole is None or (window.since is not None and not window.since <= whole.events["at"].max()):
        return None
    return shown(whole, window, again=with_merged)


def read_networks(
    data_dir: str | Path, *, until: str = "", names: bool = False, cluster: "Cluster | None" = None
) -> "Networks":
    """Give only the networks of stages and teams of this work folder: for logs of millions of events.

    They are those of ``read_stream(...).network`` and ``.team_network``, in less time and memory: visits and
    waits are made for one group of tickets at a time, and without causes. Parameters and errors are those of
    ``read_stream``; with ``names``, teams of too few people have their own names.
    """
    from vsm.archive_log import read_log_in_groups  # noqa: PLC0415 - as above
    from vsm.networks import in_groups, networks_from_log  # noqa: PLC0415 - as above

    folder = WorkFolder.at(Path(data_dir))
    workflow, last = read_workflow(folder), day_of("until", until)
    with read_archive(folder.archive) as archive:
        log, known, look = (
            read_log_in_groups(folder, archive, workflow=workflow),
            _latest_pull(archive),
            last_look(archive),
        )
    groups = in_groups(log) if isinstance(log, Log) else log
    as_of = _as_of(groups.last_recorded(known=known), since=None, until=last, known=known, look=look)
    with aside_in(folder.archive.parent) as aside:
        return networks_from_log(
            groups, workflow=workflow, as_of=as_of, names=names, workers=cluster, aside=aside
        )


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
    recorded: pd.Timestamp | None,
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
    now = recorded if look is None or recorded is None else look
    if since is not None and now is not None and since > now:
        what = "the last event recorded" if look is None else "the last look at the tracker"
        raise EmptyWindowError(
            f"since is {since:%Y-%m-%d}, but {what} is of {now:%Y-%m-%d %H:%M} UTC; pull again, or name an "
            "earlier day",
            last=now.date(),
        )
    return until or now or known or NEVER
