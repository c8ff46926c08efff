"""A stream's base tables beside the archive, as Arrow: the next process that reads begins with them.

What is stored has pseudonyms, as everything behind the front door; a stream with names is never stored. It is
found again only by everything that it was made of, and measures are made of it as of any other.
"""

import hmac
import json
import os
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import TypeAdapter

from vsm.clock import Clock
from vsm.config import Experiment, Workflow
from vsm.context import Context, clock_of
from vsm.cuts import BASE_TABLES
from vsm.eventlog.log import Log, QualityNote
from vsm.eventlog.participants import SmallTeams
from vsm.people import People, Teams, Unclear
from vsm.sources.stream_store import load_stream, save_stream
from vsm.stream import ValueStream
from vsm.tables import TABLES, empty

LOG: Final = tuple(part.name for part in fields(Log))
MADE: Final = ("visits", "handoffs", "waits", "blocks")
PERSONS: Final = ["before", "after", "actor"]
"""Columns of EVENTS that have accounts in the log, and persons in the stream."""
_LENGTH: Final = struct.Struct("<Q")
_ALONE: Final = pa.ipc.IpcReadOptions(use_threads=False)
_COMPRESSED: Final = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass(frozen=True, slots=True)
class _Words:
    """What a stream consists of besides tables; ``hours`` tells its calendars from others."""

    workflow: Workflow
    experiments: tuple[Experiment, ...]
    provenance: dict[str, str]
    as_of: datetime
    seed: int
    notes: tuple[QualityNote, ...]
    small: SmallTeams | None
    person_of: dict[str, str]
    team_of: dict[str, str]
    of_ticket: dict[str, str]
    bots: frozenset[str]
    agents: frozenset[str]
    unclear: tuple[Unclear, ...]
    hours: str


def stream_file(folder: Path, *, state: str, made_of: object, key: bytes) -> Path:
    """Give the file of the stream that is made of an archive in this state, and of all else named.

    It is another one for each version of vsm, of what is installed beside it, and of its own sources.
    """
    digests = [
        hmac.new(key, repr(part).encode(), "sha256").hexdigest() for part in ((state, _code()), made_of)
    ]
    return folder / f"{digests[0][:16]}-{digests[1][:32]}.arrow"


@cache
def _code() -> str:
    """Say what reads: versions, and names, sizes and instants of vsm's own files, for those who edit them."""
    files = []
    for folder, _, names in os.walk(Path(__file__).parent):
        for path in (Path(folder, name) for name in names if not name.endswith(".pyc")):
            about = path.stat()
            files.append((str(path), about.st_size, about.st_mtime_ns))
    versions = (version("vsm"), sys.version, pd.__version__, np.__version__, pa.__version__)
    return repr((versions, sorted(files)))


def store_stream(stream: ValueStream, path: Path, *, key: bytes) -> None:
    """Store the stream of all tickets that this one, whose persons have pseudonyms, is a window of.

    Not where the window made teams too small to be shown: in others they are not.
    """
    whole, _ = stream._cut or (stream, None)  # noqa: SLF001 - it is read to be made again
    context = whole._context  # noqa: SLF001
    if context.small and context.small.within:
        return
    people, teams = context.people, context.people.teams
    words = _Words(
        workflow=context.workflow,
        experiments=whole.experiments,
        provenance=dict(whole.provenance),
        as_of=whole.as_of.to_pydatetime(),
        seed=whole.seed,
        notes=context.notes,
        small=context.small,
        person_of=dict(people.person_of),
        team_of=dict(teams.team_of),
        of_ticket=dict(teams.of_ticket),
        bots=people.bots,
        agents=people.agents,
        unclear=people.unclear,
        hours=_hours(context.clock),
    )
    tables = {f"log.{name}": frame for name in LOG if len(frame := getattr(context.log, name))}
    tables |= {name: frame for name in MADE if len(frame := getattr(whole, name))}
    tables |= {"stages": context.stages, "moves": context.moves, "spells": teams.spells}
    tables |= {"persons": context.events[PERSONS], "in_parts": whole._in_parts.to_frame()}  # noqa: SLF001
    if context.phases is not None:
        tables["phases"] = context.phases
    text = TypeAdapter(_Words).dump_json(words, by_alias=True)
    save_stream(path, _written(text, tables), key=key)


def stored_stream(path: Path, *, key: bytes) -> ValueStream | None:
    """Give the stream of all tickets that was stored in this file; None where there is none to be trusted.

    It is not trusted where a byte of the file differs, and where vsm.toml means other calendars today: what
    is installed says when clocks change and which days are holidays.
    """
    content = load_stream(path, key=key)
    if content is None:
        return None
    try:
        text, tables = _read(content)
        words = TypeAdapter(_Words).validate_json(text)
        return _made_of(words, tables)
    except (ValueError, KeyError, TypeError, struct.error, pa.ArrowException):
        return None


def _made_of(words: _Words, tables: dict[str, pd.DataFrame]) -> ValueStream | None:
    """Put a stream together as ``from_log`` does; None where its calendars are not those of today."""
    log = Log(**{name: tables[f"log.{name}"] for name in LOG if f"log.{name}" in tables})
    as_of = pd.Timestamp(words.as_of).tz_convert("UTC").as_unit("us")
    people = People(
        words.person_of,
        Teams(words.team_of, tables["spells"], words.of_ticket),
        words.bots,
        words.unclear,
        words.agents,
    )
    moves = tables["moves"]
    clock = clock_of(moves, log.pulls, workflow=words.workflow, as_of=as_of, agents=words.agents)
    if _hours(clock) != words.hours:
        return None
    context = Context(
        log=log,
        people=people,
        workflow=words.workflow,
        stages=tables["stages"],
        events=log.events.assign(**tables["persons"]),
        moves=moves,
        clock=clock,
        as_of=as_of,
        shared=True,
        notes=words.notes,
        small=words.small,
        phases=tables.get("phases"),
    )
    recorded: dict[str, Any] = {name: getattr(log, name) for name in BASE_TABLES if name not in MADE}
    made = {name: tables[name] if name in tables else empty(TABLES[name]) for name in MADE}
    return ValueStream(
        **recorded | made | {"events": context.events},
        stages=context.stages,
        clock=clock,
        workflow=words.workflow,
        as_of=as_of,
        seed=words.seed,
        experiments=words.experiments,
        provenance=words.provenance,
        _context=context,
        _in_parts=tables["in_parts"].iloc[:, 0],
    )


def _hours(clock: Clock) -> str:
    """Give a digest of all calendars."""
    digest = sha256()
    for name, calendar in [("", clock.default), *sorted(clock.teams.items())]:
        digest.update(f"{name}\0{calendar.name}\0{calendar.since} {calendar.until}\0".encode())
        digest.update(calendar.opens.tobytes())
        digest.update(calendar.closes.tobytes())
    return digest.hexdigest()


def _written(text: bytes, tables: Mapping[str, pd.DataFrame]) -> Iterator[memoryview]:
    """Give a file's content in parts, one in memory at a time, and at the end what they are.

    ::

        words      JSON
        visits     a stream of Arrow, compressed; …
        index      {"words": 1234, "visits": 56789, …}   how long each part is, in order
        8 bytes    how long the index is
    """
    sizes = {"words": len(text)}
    yield memoryview(text)
    for name, frame in tables.items():
        arrow, sink = pa.Table.from_pandas(frame), pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, arrow.schema, options=_COMPRESSED) as writer:
            writer.write_table(arrow)
        part = memoryview(sink.getvalue())
        sizes[name] = part.nbytes
        yield part
    index = json.dumps(sizes).encode()
    yield memoryview(index)
    yield memoryview(_LENGTH.pack(len(index)))


def _read(content: memoryview) -> tuple[bytes, dict[str, pd.DataFrame]]:
    """Give the words and tables of a file's content."""
    (length,) = _LENGTH.unpack(content[-_LENGTH.size :])
    begin, parts = 0, {}
    for name, size in json.loads(bytes(content[-_LENGTH.size - length : -_LENGTH.size])).items():
        parts[name] = content[begin : begin + size]
        begin += size
    text = bytes(parts.pop("words"))
    return text, {name: _frame(part) for name, part in parts.items()}


def _frame(part: memoryview) -> pd.DataFrame:
    """Read one table; by this thread alone, as others would take longer to begin than it takes."""
    arrow = pa.ipc.open_stream(part, options=_ALONE).read_all()
    frame: pd.DataFrame = arrow.to_pandas(use_threads=False)
    for column in arrow.schema:
        if pa.types.is_dictionary(column.type) and not len(words := frame[column.name].cat.categories):
            frame[column.name] = frame[column.name].astype(pd.CategoricalDtype(words.astype("str")))
    return frame
