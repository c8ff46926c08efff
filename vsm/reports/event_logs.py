"""Visits as event logs that process-mining tools read: XES (IEEE 1849) and OCEL 2.0 JSON."""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import pandas as pd

from vsm.reports.export import write_as

HEADER: Final = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<global scope="trace">
<string key="concept:name" value="UNKNOWN"/>
</global>
<global scope="event">
<string key="concept:name" value="UNKNOWN"/>
<string key="lifecycle:transition" value="complete"/>
<date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/>
</global>
<classifier name="Stage" keys="concept:name"/>
<string key="lifecycle:model" value="standard"/>
"""
OF_TICKET: Final = ("type", "priority", "project", "summary", "resolution")
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def export_event_log(visits: pd.DataFrame, *, tickets: pd.DataFrame, to: Path) -> None:
    """Write visits as an event log, in the format that the file's name ends with.

    ``.xes`` and ``.xes.gz`` have a trace for each ticket, named by its key, and for each visit a ``start``
    and, unless it is still open, a ``complete`` of the stage (``pi_abort`` where the ticket was found gone),
    with ``org:group`` and, while somebody works, ``org:resource``; ``kind`` is the kind of the stage. ``vsm
    pull table`` reads it back with the same visits. ``.json`` and ``.jsonocel`` are OCEL 2.0: an event for
    each entry into a stage, of the type that is called like the stage, with the objects that took part: the
    ticket, its holder and the team. An existing file is replaced.

    Raises
    ------
    ParameterError
        The suffix is none of these, or the folder does not exist.
    RunError
        The file cannot be written.
    """
    rows = visits.astype(dict.fromkeys(("ticket", "stage", "kind", "holder", "team"), "object"))
    formats = {suffix: partial(write, tickets=tickets) for suffix, write in LOG_FORMATS.items()}
    write_as(rows, to=to, formats=formats)


def _records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give each row with what it has: missing values are left out."""
    for row in frame.to_dict("records"):
        yield {str(name): value for name, value in row.items() if not pd.isna(value)}


def _write_xes(visits: pd.DataFrame, to: Path, *, tickets: pd.DataFrame, packed: bool) -> None:
    about = {row["ticket"]: row for row in _records(tickets[["ticket", "key", *OF_TICKET]])}
    with to.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if packed else raw as file:
        file.write(HEADER.encode())
        for ticket, rows in visits.groupby("ticket", sort=False):
            file.write("".join(_trace(about[ticket], list(_records(rows)))).encode())
        file.write(b"</log>\n")


def _trace(ticket: Mapping[str, Any], visits: list[dict[str, Any]]) -> Iterator[str]:
    words = {word: ticket[word] for word in OF_TICKET if word in ticket}
    yield f"<trace>\n{_texts({'concept:name': ticket['key'], **words})}"
    for number, visit in enumerate(visits, start=1):
        about = {"concept:name": visit["stage"], "kind": visit["kind"]}
        about |= {"org:group": visit["team"]} if "team" in visit else {}
        about |= {"org:resource": visit["holder"]} if "holder" in visit and visit["kind"] == "work" else {}
        yield _event(about, "start", visit["entered"])
        if "left" in visit:
            yield _event(about, "pi_abort" if number == len(visits) else "complete", visit["left"])
    yield "</trace>\n"


def _event(about: Mapping[str, str], transition: str, at: pd.Timestamp) -> str:
    texts = _texts({**about, "lifecycle:transition": transition})
    return f'<event>\n{texts}<date key="time:timestamp" value="{at.isoformat()}"/>\n</event>\n'


def _texts(words: Mapping[str, str]) -> str:
    """Give attributes of XES; what no XML may hold (control characters) becomes U+FFFD."""
    plain = ((key, quoteattr(_NO_XML.sub("\ufffd", value))) for key, value in words.items())
    return "".join(f'<string key="{key}" value={value}/>\n' for key, value in plain)


def _write_ocel(visits: pd.DataFrame, to: Path, *, tickets: pd.DataFrame) -> None:
    """Write OCEL 2.0. All values are texts, as its JSON schema wants; instants are of its type ``time``."""
    known = set(tickets["ticket"])
    objects = {
        row["ticket"]: _object(
            row["ticket"],
            "ticket",
            time=row["created"],
            attributes={word: row[word] for word in ("key", *OF_TICKET, "outcome") if word in row},
            relationships={row["parent"]: "part of"} if row.get("parent") in known else {},
        )
        for row in _records(tickets)
    }
    events = []
    for visit in _records(visits.sort_values(["entered", "ticket", "n"])):
        took_part = {visit["ticket"]: "ticket"}
        took_part |= {f"person:{visit['holder']}": "holder"} if "holder" in visit else {}
        took_part |= {f"team:{visit['team']}": "team"} if "team" in visit else {}
        attributes = {"kind": visit["kind"]}
        attributes |= {"left": visit["left"].isoformat()} if "left" in visit else {}
        event = {
            "id": f"{visit['ticket']}/{visit['n']}",
            "type": visit["stage"],
            "time": visit["entered"].isoformat(),
            "attributes": _named(attributes),
            "relationships": _related(took_part),
        }
        events.append(event)
        for id_, role in list(took_part.items())[1:]:
            kind = id_.partition(":")[0]
            name = {"name": visit[role]}
            objects.setdefault(id_, _object(id_, kind, time=visit["entered"], attributes=name))
    stages = list(dict.fromkeys(event["type"] for event in events))
    of_type = {"ticket": ("key", *OF_TICKET, "outcome"), "person": ("name",), "team": ("name",)}
    log = {
        "objectTypes": [_type(name, dict.fromkeys(words, "string")) for name, words in of_type.items()],
        "eventTypes": [_type(name, {"kind": "string", "left": "time"}) for name in stages],
        "objects": list(objects.values()),
        "events": events,
    }
    to.write_text(json.dumps(log, ensure_ascii=False), encoding="utf-8")


def _type(name: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": word, "type": kind} for word, kind in attributes.items()]}


def _object(
    id_: str,
    type_: str,
    *,
    time: pd.Timestamp,
    attributes: Mapping[str, str],
    relationships: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    named = [{**attribute, "time": time.isoformat()} for attribute in _named(attributes)]
    return {"id": id_, "type": type_, "attributes": named, "relationships": _related(relationships or {})}


def _named(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": word, "value": str(value)} for word, value in attributes.items()]


def _related(qualifiers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"objectId": id_, "qualifier": qualifier} for id_, qualifier in qualifiers.items()]


LOG_FORMATS: Final[dict[str, Callable[..., object]]] = {
    ".xes": partial(_write_xes, packed=False),
    ".xes.gz": partial(_write_xes, packed=True),
    ".json": _write_ocel,
    ".jsonocel": _write_ocel,
}
