"""XES, the event logs of process mining (IEEE 1849): events of cases, each a transition of an activity."""

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from vsm.errors import SourceError
from vsm.sources.table_cells import LARGEST

if TYPE_CHECKING:
    import pandas as pd

Note = tuple[str, str]
"""Level and text of what a reader should know of how a file was read."""
OF_EVENT: Final = {
    "concept:name": "status", "time:timestamp": "at", "lifecycle:transition": "transition",
    "org:resource": "holder", "org:group": "team", "kind": "kind",
}  # fmt: skip
"""Attribute of an event → our word; ``kind`` (of the stage) is what ``vsm export`` writes."""
OF_CASE: Final = ("type", "priority", "project", "summary", "url", "resolution")
BEGIN: Final = frozenset({"start", "resume"})
FINISH: Final = frozenset({
    "complete", "suspend", "autoskip", "manualskip", "withdraw", "ate_abort", "pi_abort",
})  # fmt: skip
GONE: Final = "pi_abort"
"""The transition with which a case ends without being done."""


def is_xes(path: Path) -> bool:
    """Whether a file is an event log by its name."""
    return path.name.lower().endswith((".xes", ".xes.gz"))


class _Bounded:
    """A stream that refuses to give more than so many bytes."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream, self._path, self._left = stream, path, LARGEST

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        self._left -= len(part)
        if self._left < 0:
            raise SourceError(f"{self._path}: unpacked it is larger than {LARGEST >> 20} MB; split the log")
        return part


def read_xes(path: Path) -> "pd.DataFrame":
    """Read the events of a log, one row each, under our words, with their number as ``line``.

    Cases are named by ``concept:name``. Documents with a DTD or entities are refused, and what is larger
    than ``LARGEST`` unpacked.

    Raises
    ------
    SourceError
        The file cannot be read, is no XES, or is not safe to read.

    Examples
    --------
    >>> read_xes(Path("nowhere.xes"))
    Traceback (most recent call last):
    ...
    vsm.errors.SourceError: nowhere.xes: No such file or directory
    """
    import pandas as pd  # noqa: PLC0415 - see vsm.sources.table_cells

    try:
        packed = path.name.lower().endswith(".gz")
        with cast("IO[bytes]", gzip.open(path) if packed else path.open("rb")) as stream:
            rows = list(_events(_Bounded(stream, path), path))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceError(f"{path}: not a whole gzip file ({error}); export it again") from error
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    except DefusedXmlException as error:
        raise SourceError(f"{path}: it declares a DTD or entities; export it without them") from error
    except ParseError as error:
        raise SourceError(f"{path}: not XML ({error})") from error
    words = ["ticket", *OF_EVENT.values(), *OF_CASE]
    frame = pd.DataFrame(rows, columns=words, dtype="object").fillna("")
    return frame.assign(line=range(1, len(frame) + 1), odd="")


def _events(stream: _Bounded, path: Path) -> Iterator[dict[str, str]]:
    root, in_case = None, False
    for moment, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        if root is None:
            root = element
            if _name(root) != "log":
                raise SourceError(f"{path}: no event log: its root is <{_name(root)}>, not <log>")
        if _name(element) == "trace":
            in_case = moment == "start"
            if not in_case:
                yield from _of_case(element)
                root.clear()
        elif _name(element) == "event" and moment == "end" and not in_case:
            yield _of_event(element)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _of_case(trace: Element) -> Iterator[dict[str, str]]:
    attributes = _attributes(trace)
    plain = {key.casefold(): value for key, value in attributes.items()}
    about: dict[str, str] = {word: plain[word] for word in OF_CASE if word in plain}
    for event in trace:
        if _name(event) == "event":
            yield {"ticket": attributes.get("concept:name", "")} | about | _of_event(event)


def _of_event(event: Element) -> dict[str, str]:
    found = _attributes(event)
    return {word: found[key] for key, word in OF_EVENT.items() if key in found}


def _attributes(element: Element) -> dict[str, str]:
    """Give key and value of each simple attribute; lists and containers have none."""
    return {child.get("key", ""): child.get("value", "") for child in element if "value" in child.attrib}


def joined_transitions(rows: "pd.DataFrame") -> tuple["pd.DataFrame", list[Note]]:
    """Join the start and the completion of each activity into a row with ``at`` and ``end``.

    Of several runs of one activity at a time the first begun ends first. A suspended activity ends, and
    begins again when it is resumed. A completion without a start is an activity of no length. A case that
    begins with another transition (schedule, assign, …) waits for that activity from then on; elsewhere
    these are left out. Where nothing ever starts, each row stays a step from its own instant on.

    Parameters
    ----------
    rows
        Sorted by ``ticket`` and ``at``, with ``transition``.
    """
    import pandas as pd  # noqa: PLC0415 - see vsm.sources.table_cells

    transition = rows["transition"].str.casefold()
    rows = rows.assign(transition=transition.mask(transition == "", "complete"))
    if not rows["transition"].isin(BEGIN).any():
        completed = rows[rows["transition"].isin(FINISH)]
        note = "activities are known by their completion only: a stage shows the time after its activity"
        some = len(completed) > 0
        return (completed if some else rows).drop(columns="transition"), [("warning", note)] if some else []
    joined, left_out = list[dict[str, Any]](), Counter[str]()
    for _, case in rows.groupby("ticket", sort=False):
        runs: dict[str, list[dict[str, Any]]] = {}
        for number, row in enumerate(cast("list[dict[str, Any]]", case.to_dict("records"))):
            word = row.pop("transition")
            row["end"] = pd.NaT
            if word in BEGIN:
                joined.append(row)
                runs.setdefault(row["status"], []).append(row)
            elif word in FINISH:
                if runs.get(row["status"]):
                    run = runs[row["status"]].pop(0)
                else:
                    run = row
                    joined.append(row)
                run |= {"end": row["at"], "gone": word == GONE}
                run["holder"] = run.get("holder") or row.get("holder")
            elif number == 0:
                joined.append(row | {"status": f"Waiting for {row['status']}", "kind": "queue", "holder": ""})
            else:
                left_out[word] += 1
    frame = pd.DataFrame(joined).sort_values(["ticket", "at"], ignore_index=True)
    texts = frame.columns.difference(["at", "end", "line", "gone"])
    frame[texts] = frame[texts].astype("object").fillna("")
    listed = ", ".join(f"{word} ({times:,})" for word, times in left_out.most_common())
    return frame, [("note", f"transitions of no work are left out: {listed}")] if listed else []
