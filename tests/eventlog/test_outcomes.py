"""Delivered or discarded: by the resolution, else by the status, in the words of many trackers."""

import pandas as pd
import pytest

from vsm.config import Outcome, Workflow, parse_workflow
from vsm.errors import ConfigError
from vsm.eventlog.log import Log
from vsm.eventlog.outcomes import log_with_outcomes, outcome_of
from vsm.eventlog.status_names import says_discarded
from vsm.tables import EVENTS, NAMES, TICKETS, conform

PLAIN = Outcome()


@pytest.mark.parametrize(
    "name",
    [
        "Won't Do", "Won’t Fix", "WONTFIX", "won't-fix", "Wont do", "Closed - Duplicate", "Duplicate (of AB-1)",
        "Cannot Reproduce", "CAN'T REPRODUCE", "Incomplete", "Invalid", "Declined", "Answered", "Obsolete",
        "Cancelled", "Canceled by customer", "Rejected", "Wird nicht behoben", "DUPLIKAT", "Abgelehnt",
        "Nicht reproduzierbar", "Annulé", "ANNULE", "Doublon", "No se hará", "Rechazado", "Cancelado", "Annullato",
        "Geannuleerd", "Odrzucone", "Zamítnuto", "Avvisad", "Hylätty", "İptal Edildi", "Отклонено", "Дубликат",
        "対応しない", "重複", "已取消", "중복", "Ακυρώθηκε",
    ],
)  # fmt: skip
def test_a_name_that_says_discarded_is_known(name: str) -> None:
    """In any language of the list, case, accent, apostrophe and with more around it."""
    assert says_discarded(name)
    assert outcome_of(name, "Closed", settings=PLAIN) == "discarded"
    assert outcome_of(None, name, settings=PLAIN) == "discarded"


@pytest.mark.parametrize(
    "name",
    ["Done", "Fixed", "Fertig", "Erledigt", "Resolved", "Implemented", "Closed", "Terminé", "Hecho", "Готово",
     "完了", "Released", "Deployed to production", "Validated", "Completed"],
)  # fmt: skip
def test_a_name_that_says_delivered_is_not_taken_for_discarded(name: str) -> None:
    """ "Validated" holds no "invalid", and "Completed" no "incomplete"."""
    assert outcome_of(name, "Done", settings=PLAIN) == "delivered"


@pytest.mark.parametrize(
    "name",
    [
        "Not a duplicate", "No duplicate", "Not rejected", "Not yet obsolete", "Kein Duplikat", "Nicht abgelehnt",
        "No es un duplicado", "Pas un doublon", "Non duplicato", "Não duplicado", "Geen duplicaat", "Inte avvisad",
        "Не дубликат", "不是重复", "重複ではない",
    ],
)  # fmt: skip
def test_what_a_name_denies_it_does_not_say(name: str) -> None:
    """What came of it nobody knows, but it was no duplicate."""
    assert outcome_of(name, "Closed", settings=PLAIN) == "delivered"


@pytest.mark.parametrize(
    "name",
    ["Not done", "Not Fixed", "Not implemented yet", "Never delivered", "Nicht behoben", "Nicht umgesetzt",
     "No corregido", "Non corrigé", "Non corretto", "Não entregue", "Niet opgelost", "Не исправлено", "未完成"],
)  # fmt: skip
def test_not_done_is_discarded(name: str) -> None:
    """As a resolution, and as the status of a ticket that has none."""
    assert outcome_of(name, "Closed", settings=PLAIN) == "discarded"
    assert outcome_of(None, name, settings=PLAIN) == "discarded"


@pytest.mark.parametrize(
    ("resolution", "status", "outcome"),
    [
        ("Fixed", "Rejected", "delivered"),
        ("Done", "Rejected", "discarded"),
        ("Erledigt", "Abgelehnt", "discarded"),
        ("Готово", "Отменено", "discarded"),
        ("Won't Do", "Done", "discarded"),
        (None, "Done", "delivered"),
        (None, None, "delivered"),
    ],
)
def test_the_resolution_decides_unless_it_only_says_done(
    resolution: str | None, status: str | None, outcome: str
) -> None:
    """Trackers set "Done" by themselves when a ticket comes to any status of the last column."""
    assert outcome_of(resolution, status, settings=PLAIN) == outcome


def test_the_file_overrides_the_list() -> None:
    """Its own words first, of a status before any default word of a resolution; the same word twice is a fault."""
    settings = parse_workflow('[outcome]\ndiscarded = ["on ice"]\ndelivered = ["ANSWERED"]').outcome
    assert outcome_of("Answered", "Closed", settings=settings) == "delivered"
    assert outcome_of("Fixed", "On Ice", settings=settings) == "discarded"
    with pytest.raises(ConfigError, match="lists 'done' as discarded and as delivered; keep one"):
        parse_workflow('[outcome]\ndiscarded = ["Done"]\ndelivered = ["done"]')


def test_only_finished_tickets_have_an_outcome() -> None:
    """One is done, one resolved and open, one open; the last resolution counts."""
    rows = [
        ("a", 1, "status", "jira:2"), ("a", 2, "resolution", "Fixed"), ("a", 3, "resolution", "Won't Do"),
        ("b", 1, "status", "jira:1"), ("b", 2, "resolution", "Duplicate"), ("c", 1, "status", "jira:1"),
    ]  # fmt: skip
    at = pd.Timestamp("2026-01-05", tz="UTC")
    events = conform(
        pd.DataFrame(
            [
                {"ticket": ticket, "at": at + pd.Timedelta(days=day), "kind": kind, "after": after,
                 "source": "jira", "ref": f"{ticket}{day}", "seq": 0, "bulk": False}
                for ticket, day, kind, after in rows
            ]
        ),
        EVENTS,
    )  # fmt: skip
    tickets = conform(pd.DataFrame({"ticket": list("abc"), "key": list("ABC"), "created": at}), TICKETS)
    names = [("jira:1", "Open", "queue"), ("jira:2", "Done", "done")]
    named = [{"kind": "status", "id": s, "name": name, "category": kind} for s, name, kind in names]
    log = Log(tickets=tickets, events=events, names=conform(pd.DataFrame(named), NAMES))
    plain = log_with_outcomes(log, workflow=Workflow()).tickets["outcome"].astype("object")
    assert plain.where(plain.notna(), None).tolist() == ["discarded", None, None]
    by_resolution = parse_workflow('[outcome]\nfinish = "resolution"')
    resolved = log_with_outcomes(log, workflow=by_resolution).tickets["outcome"].astype("object")
    assert resolved.where(resolved.notna(), None).tolist() == ["discarded", "discarded", None]
