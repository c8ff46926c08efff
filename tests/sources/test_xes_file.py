"""Event logs of process mining are read, and nothing that could harm."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from vsm.errors import SourceError
from vsm.sources.table_file import row_pages

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def event(name: str, at: str, transition: str = "", who: str = "") -> str:
    texts = {"concept:name": name, "lifecycle:transition": transition, "org:resource": who}
    strings = "".join(f'<string key="{key}" value="{text}"/>' for key, text in texts.items() if text)
    return f'<event>{strings}<date key="time:timestamp" value="{at}"/></event>'


def log(*events: str, case: str = "A-1") -> str:
    trace = f'<trace><string key="concept:name" value="{case}"/><string key="Type" value="Claim"/>{"".join(events)}</trace>'
    return f'{HEAD}<log xmlns="http://www.xes-standard.org/"><global scope="event"><string key="concept:name" value="?"/></global>{trace}</log>'


def bodies(path: Path, text: str, *, skip_bad: bool = False) -> list[dict[str, Any]]:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    pages = row_pages(path, columns={}, timezone=None, skip_bad=skip_bad)
    return [dict(document.body) for page in pages for document in page.documents]


def rows(body: dict[str, Any]) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (row["status"], row["at"][11:16], row["end"] and row["end"][11:16], row["holder"])
        for row in body["rows"]
    ]


@pytest.mark.parametrize("name", ["x.xes", "x.xes.gz", "X.XES"])
def test_starts_and_completions_are_activities(tmp_path: Path, name: str) -> None:
    """With who did them; the first begun of two runs of one activity ends first; the last one is open."""
    (body,) = bodies(
        tmp_path / name,
        log(
            event("Check", "2026-01-05T09:00:00.000+01:00", "start", "anna"),
            event("Check", "2026-01-05T08:30:00Z", "start", "bob"),
            event("Check", "2026-01-05T09:00:00Z", "complete", "anna"),
            event("Check", "2026-01-05T10:00:00Z", "COMPLETE"),
            event("Ship", "2026-01-05T11:00:00Z", "start"),
        ),
    )
    assert body["ticket"] == "A-1"
    assert body["type"] == "Claim"
    assert rows(body) == [
        ("Check", "08:00", "09:00", "anna"),
        ("Check", "08:30", "10:00", "bob"),
        ("Ship", "11:00", None, None),
    ]


def test_other_transitions_begin_end_or_are_told(tmp_path: Path) -> None:
    """Scheduled: the case waits; suspended and resumed: two runs; assigned: left out, and said so."""
    notes, body = bodies(
        tmp_path / "x.xes",
        log(
            event("Check", "2026-01-05T08:00:00Z", "schedule"),
            event("Check", "2026-01-05T08:30:00Z", "assign"),
            event("Check", "2026-01-05T09:00:00Z", "start"),
            event("Check", "2026-01-05T10:00:00Z", "suspend"),
            event("Check", "2026-01-05T11:00:00Z", "resume"),
            event("Check", "2026-01-05T12:00:00Z", "complete"),
            event("Mail", "2026-01-05T13:00:00Z", "complete"),
        ),
    )
    assert rows(body) == [
        ("Waiting for Check", "08:00", None, None),
        ("Check", "09:00", "10:00", None),
        ("Check", "11:00", "12:00", None),
        ("Mail", "13:00", "13:00", None),
    ]
    assert notes["notes"] == [("note", "transitions of no work are left out: assign (1)")]


def test_a_log_of_completions_alone_is_read_as_steps_and_told(tmp_path: Path) -> None:
    """When work began is not known."""
    notes, body = bodies(
        tmp_path / "x.xes",
        log(event("Check", "2026-01-05T08:00:00Z", "complete"), event("Ship", "2026-01-05T09:00:00Z")),
    )
    assert [(row["status"], "end" in row) for row in body["rows"]] == [("Check", False), ("Ship", False)]
    assert notes["notes"][0][0] == "warning"
    assert "by their completion only" in notes["notes"][0][1]


def test_events_that_cannot_be_used_are_listed_by_number(tmp_path: Path) -> None:
    """No time, no name, no case; they can be left out."""
    text = log(
        event("Check", "soon"), event("", "2026-01-05T08:00:00Z"), event("Ship", "2026-01-05T09:00:00Z")
    )
    with pytest.raises(
        SourceError, match=r"2 bad rows: event 1: no readable time 'soon', .*; event 2: no status"
    ):
        bodies(tmp_path / "x.xes", text)
    outside = event("Ship", "2026-01-05T09:00:00Z")
    for lost in (log(outside, case=""), log().replace("</log>", f"{outside}</log>")):
        with pytest.raises(SourceError, match=r"1 bad row: event 1: no ticket"):
            bodies(tmp_path / "x.xes", lost)
    _, _, body = bodies(tmp_path / "x.xes", text, skip_bad=True)
    assert [row["status"] for row in body["rows"]] == ["Ship"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            f'{HEAD}<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log>&b;</log>',
            "it declares a DTD or entities",
        ),
        (
            f'{HEAD}<!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/passwd">]><log>&a;</log>',
            "it declares a DTD or entities",
        ),
        (f'{HEAD}<!DOCTYPE log SYSTEM "http://example.org/x.dtd"><log/>', "it declares a DTD or entities"),
        ("<log><trace>", "not XML .no element found"),
        ("Case,Activity\n", "not XML .syntax error"),
        ("<html/>", "no event log: its root is <html>, not <log>"),
    ],
)
def test_files_that_are_no_log_or_could_harm_are_refused(tmp_path: Path, text: str, sentence: str) -> None:
    """Entities that grow, that read files or fetch; cut off; another format."""
    with pytest.raises(SourceError, match=sentence):
        bodies(tmp_path / "x.xes", text)


def test_a_log_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that is no gzip, or cut off."""
    monkeypatch.setattr("vsm.sources.xes_file.LARGEST", 1 << 20)
    (tmp_path / "x.xes.gz").write_bytes(gzip.compress(b"<log>" + b" " * (3 << 20) + b"</log>"))
    with pytest.raises(SourceError, match="unpacked it is larger than 1 MB"):
        next(row_pages(tmp_path / "x.xes.gz", columns={}, timezone=None))
    (tmp_path / "x.xes.gz").write_bytes(gzip.compress(log().encode())[:-9])
    with pytest.raises(SourceError, match="not a whole gzip file"):
        next(row_pages(tmp_path / "x.xes.gz", columns={}, timezone=None))
    (tmp_path / "x.xes.gz").write_text(log())
    with pytest.raises(SourceError, match="not a whole gzip file"):
        next(row_pages(tmp_path / "x.xes.gz", columns={}, timezone=None))


def test_an_event_log_needs_no_mapping(tmp_path: Path) -> None:
    """Its attributes have the names of the standard."""
    (tmp_path / "x.xes").write_text(log())
    with pytest.raises(SourceError, match="leave out --map"):
        next(row_pages(tmp_path / "x.xes", columns={"ticket": "a", "at": "b", "status": "c"}, timezone=None))
