"""What a table's rows are is told by its columns, in any language, or asked for."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from vsm.errors import ParameterError, SourceError
from vsm.sources.table_file import TableFormat, parse_columns, row_pages

JIRA_ROWS = "AB-1,10001,First,Done,2026-01-05,2026-01-20\nAB-2,10002,Second,Open,2026-01-06,\n"


def bodies(path: Path, text: str, columns: str = "", **form: Any) -> list[dict[str, Any]]:
    path.write_text(text, encoding="utf-8")
    pages = row_pages(
        path, columns=parse_columns(columns, shape=form.get("shape", "")) if columns else {}, timezone="UTC", format_=TableFormat(**form)
    )  # fmt: skip
    return [dict(document.body) for page in pages for document in page.documents]


def steps(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["at"][:16], row["status"]) for row in body["rows"]]


@pytest.mark.parametrize(
    "header",
    [
        "Case ID,Timestamp,Activity,Resource",
        "Ticket,Date,Status,Assignee",
        "Key,When,State,Owner",
        "ID,time:timestamp,concept:name,org:resource",
        "Vorgangsnummer,Zeitpunkt,Zustand,Bearbeiter",
        "Clé,Horodatage,Étape,Responsable",
        "Номер,Время,Статус,Исполнитель",
        "チケット,日時,ステータス,担当者",
    ],
)
def test_columns_of_steps_are_recognised(tmp_path: Path, header: str) -> None:
    """English names of several tools, German, French, Russian, Japanese; what was taken for what is told."""
    notes, ticket = bodies(
        tmp_path / "x.csv", f"{header}\n7,2026-01-05 09:00,New,dev-1\n7,2026-01-06 09:00,Done,\n"
    )
    assert steps(ticket) == [("2026-01-05T09:00", "New"), ("2026-01-06T09:00", "Done")]
    assert ticket["rows"][0]["holder"] == "dev-1"
    assert f"ticket={header.split(',', maxsplit=1)[0]}" in notes["notes"][0][1]


@pytest.mark.parametrize(
    "header",
    [
        "Case ID;Activity;Start Timestamp;Complete Timestamp",
        "case;task name;started at;finished at",
        "Fallnummer;Tätigkeit;Beginn;Ende",
        "ID del caso;Actividad;Inicio;Fin",
        "Ticket;Status;Entered;Left",
    ],
)
def test_columns_of_start_and_end_are_recognised(tmp_path: Path, header: str) -> None:
    """English, German, Spanish; activities, or stays in a status."""
    rows = "7;Check;2026-01-05 09:00;2026-01-05 12:00\n7;Ship;2026-01-06 09:00;\n"
    _, ticket = bodies(tmp_path / "x.csv", f"{header}\n{rows}")
    assert [(row["status"], row["end"]) for row in ticket["rows"]] == [
        ("Check", "2026-01-05T12:00:00+00:00"),
        ("Ship", None),
    ]


def test_an_activity_that_ends_before_it_begins_is_a_bad_row(tmp_path: Path) -> None:
    """One of which only the end is known has no length."""
    text = "ID,Activity,Start,End\n7,Check,2026-01-05 09:00,2026-01-05 08:00\n8,Check,,2026-01-05 08:00\n"
    with pytest.raises(SourceError, match=r"1 bad row: line 2: it ends before it begins;"):
        bodies(tmp_path / "x.csv", text)


def test_starts_and_completions_on_rows_of_their_own_are_joined(tmp_path: Path) -> None:
    """As in tables that were made from an event log."""
    text = (
        "case:concept:name,concept:name,time:timestamp,lifecycle:transition\n"
        "7,Check,2026-01-05T09:00Z,start\n7,Check,2026-01-05T12:00Z,complete\n"
    )
    _, ticket = bodies(tmp_path / "x.csv", text)
    assert [(row["at"], row["end"]) for row in ticket["rows"]] == [
        ("2026-01-05T09:00:00+00:00", "2026-01-05T12:00:00+00:00")
    ]


WIDE = (
    "{}\nAB-1,One,2026-01-05,2026-01-06,2026-01-07,2026-01-20\nAB-2,Two,2026-01-05,,2026-01-08,2026-01-20\n"
)


@pytest.mark.parametrize(
    ("header", "stages"),
    [
        ("ID,Name,Backlog,Doing,Done,Updated", ["Backlog", "Doing", "Done"]),
        ("Schlüssel,Titel,Offen,In Arbeit,Fertig,Aktualisiert", ["Offen", "In Arbeit", "Fertig"]),
        ("Clé,Résumé,À faire,En cours,Terminé,Échéance", ["À faire", "En cours", "Terminé"]),
        ("Item ID,Title,Created,Activated,Closed,Last Viewed", ["Created", "Activated", "Closed"]),
    ],
)
def test_one_date_per_stage_is_recognised(tmp_path: Path, header: str, stages: list[str]) -> None:
    """A skipped stage has no row; a date of another kind is no stage; the last stage is done."""
    _, first, second = bodies(tmp_path / "x.csv", WIDE.format(header))
    days = ["2026-01-05T00:00", "2026-01-06T00:00", "2026-01-07T00:00"]
    assert steps(first) == list(zip(days, stages, strict=True))
    assert [status for _, status in steps(second)] == [stages[0], stages[2]]
    assert [row["kind"] for row in first["rows"]] == [None, None, "done"]
    assert first["summary"] == "One"


def test_stages_of_a_wide_table_can_be_named(tmp_path: Path) -> None:
    """In the order of the stream, and by names that hold commas."""
    text = 'ID,"Doing, now",Done,Seen\n7,2026-01-05,2026-01-05,2026-01-09\n'
    (_, ticket) = bodies(tmp_path / "x.csv", text, stages=("Done", "Doing, now"))
    assert steps(ticket) == [("2026-01-05T00:00", "Done"), ("2026-01-05T00:00", "Doing, now")]


def test_a_wide_row_without_a_date_or_with_a_ticket_again_is_bad(tmp_path: Path) -> None:
    """Its ticket has no life, or two."""
    text = "ID,Open,Done\n7,2026-01-05,2026-01-06\n8,,\n7,2026-01-05,soon\n"
    with pytest.raises(
        SourceError, match=r"2 bad rows: line 3: no time; line 4: its ticket has a row already"
    ):
        bodies(tmp_path / "x.csv", text, shape="wide")


def test_days_without_a_zone_are_days_of_utc_and_told(tmp_path: Path) -> None:
    """Times of day still need their zone."""
    (tmp_path / "x.csv").write_text("ID,Open,Done\n7,2026-01-05,2026-01-06\n")
    notes, ticket = [
        d.body for page in row_pages(tmp_path / "x.csv", columns={}, timezone=None) for d in page.documents
    ]
    assert steps(dict(ticket)) == [("2026-01-05T00:00", "Open"), ("2026-01-06T00:00", "Done")]
    assert notes["notes"][1] == (
        "note",
        "its times are days, taken as midnight UTC; --timezone names another zone",
    )
    (tmp_path / "x.csv").write_text("ID,Open,Done\n7,2026-01-05 08:00,2026-01-06\n")
    with pytest.raises(SourceError, match="its times carry no zone"):
        next(row_pages(tmp_path / "x.csv", columns={}, timezone=None))


def test_a_table_that_cannot_be_recognised_says_what_to_name(tmp_path: Path) -> None:
    """Its columns, and how dates that are not ISO 8601 are read."""
    with pytest.raises(
        SourceError,
        match=r"cannot be recognised; it has Schlüssel, Offen, Fertig\. Name them .*--date-format",
    ):
        bodies(tmp_path / "x.csv", "Schlüssel;Offen;Fertig\nX-1;05.01.2026;07.01.2026\n")
    _, ticket = bodies(
        tmp_path / "x.csv", "Schlüssel;Offen;Fertig\nX-1;05.01.2026;07.01.2026\n", date_format="%d.%m.%Y"
    )
    assert steps(ticket) == [("2026-01-05T00:00", "Offen"), ("2026-01-07T00:00", "Fertig")]


@pytest.mark.parametrize(
    "header",
    [
        "Issue key,Issue id,Summary,Status,Created,Resolved",
        "Vorgangsschlüssel,Vorgangs-ID,Zusammenfassung,Status,Erstellt,Erledigt",
        "Clé de ticket,ID de ticket,Résumé,État,Création,Résolu",
        "Clave de incidencia,ID de la incidencia,Resumen,Estado,Creada,Resuelta",
        "課題キー,課題 ID,要約,ステータス,作成日,解決日",
        "Ключ проблемы,Идентификатор проблемы,Тема,Статус,Создано,Дата решения",
        "Work item key,Work item id,Summary,Status,Created,Resolved",
    ],
)
@pytest.mark.parametrize("mapped", [False, True])
def test_jiras_own_csv_is_no_history(tmp_path: Path, header: str, mapped: bool) -> None:
    """In several languages, with its columns mapped or not; it says what to export instead."""
    key, _, _, status, created, _ = header.split(",")
    columns = f"ticket={key},at={created},status={status}" if mapped else ""
    with pytest.raises(
        SourceError, match=r"Jira's own CSV export, one row an issue .* expand=changelog\. --lead-times"
    ):
        bodies(tmp_path / "x.csv", f"{header}\n{JIRA_ROWS}", columns)
    notes, first, second = bodies(tmp_path / "x.csv", f"{header}\n{JIRA_ROWS}", shape="lead times")
    assert steps(first) == [("2026-01-05T00:00", "Not recorded"), ("2026-01-20T00:00", "Resolved")]
    assert steps(second) == [("2026-01-06T00:00", "Not recorded")]
    assert notes["notes"][0][0] == "warning"


@pytest.mark.parametrize(
    "text",
    [
        "Tila,Avain,Otsikko,Sprintti,Sprintti,Luotu\nValmis,AB-1,Eka,S 1,S 2,2026-01-05\nAvoin,AB-2,Toka,S 1,,2026-01-06\n",
        "Κωδικός,Κλειδί,Κατάσταση\n10001,AB-1,Done\n10002,AB-2,Open\n",
        "Summary,Status,Label,Label,Mã\nFirst,Done,web,,AB-1\nSecond,Open,web,shop,AB-2\n",
    ],
)
def test_jiras_own_csv_is_told_by_its_shape_in_other_languages(tmp_path: Path, text: str) -> None:
    """Keys once each beside a second id, or beside columns that bear one name."""
    with pytest.raises(SourceError, match="Jira's own CSV export"):
        bodies(tmp_path / "x.csv", text)


def test_a_history_of_jira_issues_is_no_snapshot(tmp_path: Path) -> None:
    """Apps export changes: a key then stands in several rows."""
    rows = "AB-1,10001,2026-01-05,Open\nAB-1,10001,2026-01-06,Done\nAB-2,10002,2026-01-05,Open\nAB-2,10002,2026-01-07,Done\n"
    _, first, _ = bodies(tmp_path / "x.csv", f"Issue key,Issue id,Date,To status\n{rows}")
    assert steps(first) == [("2026-01-05T00:00", "Open"), ("2026-01-06T00:00", "Done")]


def test_lead_times_need_creation_and_resolution(tmp_path: Path) -> None:
    """Other names are mapped."""
    text = "Nr,Opened on,Fixed on\n7,2026-01-05,2026-01-06\n"
    with pytest.raises(
        SourceError, match=r"no column for ticket, created, resolved; it has Nr, Opened on, Fixed on"
    ):
        bodies(tmp_path / "x.csv", text, shape="lead times")
    mapped = "ticket=Nr,created=Opened on,resolved=Fixed on"
    _, ticket = bodies(tmp_path / "x.csv", text, mapped, shape="lead times")
    assert steps(ticket) == [("2026-01-05T00:00", "Not recorded"), ("2026-01-06T00:00", "Resolved")]


@pytest.mark.parametrize(
    "text",
    [
        'ticket="Case, ID",at=When,status=State',
        "ticket=Case, ID,at=When,status=State",
        '"ticket=Case, ID",at=When,status=State',
    ],
)
def test_a_mapped_name_may_hold_a_comma(text: str) -> None:
    """Quoted, or not."""
    assert parse_columns(text) == {"ticket": "Case, ID", "at": "When", "status": "State"}


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"decimal": ";"}, "--decimal is ';'; it is a comma or a dot"),
        ({"date_format": "DD.MM.YYYY"}, "--date-format is 'DD.MM.YYYY'; write it as %d.%m.%Y"),
        ({"encoding": "windows"}, "no encoding 'windows'; name one such as cp1252"),
    ],
)
def test_a_format_that_cannot_be_is_refused(form: dict[str, str], sentence: str) -> None:
    """Before the file is opened."""
    with pytest.raises(ParameterError, match=sentence):
        TableFormat(**form)  # type: ignore[arg-type]


def test_dates_of_stages_that_go_back_are_reported(tmp_path: Path) -> None:
    """They are read in the order of the dates."""
    text = "ID,Open,Doing,Done\n7,2026-01-05,2026-01-08,2026-01-07\n8,2026-01-05,2026-01-06,2026-01-06\n"
    notes, ticket, _ = bodies(tmp_path / "x.csv", text)
    assert [status for _, status in steps(ticket)] == ["Open", "Done", "Doing"]
    assert notes["notes"][-1][1].startswith(
        "1 ticket, such as 7, entered a later stage before an earlier one"
    )


def test_who_holds_a_ticket_today_did_not_hold_it_in_each_stage(tmp_path: Path) -> None:
    """In a wide table the holder of a stage is unknown, unless one maps it."""
    text = "ID,Assignee,Team,Open,Done\n7,dev-1,web,2026-01-05,2026-01-08\n"
    _, ticket = bodies(tmp_path / "x.csv", text)
    assert {(row["holder"], row["team"]) for row in ticket["rows"]} == {(None, None)}
    _, ticket = bodies(tmp_path / "x.csv", text, "ticket=ID,team=Team", shape="wide")
    assert {(row["holder"], row["team"]) for row in ticket["rows"]} == {(None, "web")}


@pytest.mark.parametrize(
    "header",
    [
        "number,title,state,created_at,closed_at",
        "Nummer,Titel,Zustand,Erstellt am,Erledigt am",
        "ID,Título,Estado,Creado,Resuelto",
    ],
)
def test_a_list_of_tickets_is_no_history_either(tmp_path: Path, header: str) -> None:
    """Whichever tracker wrote it: two dates are no stages."""
    text = f"{header}\n7,One,open,2026-01-05,2026-01-09\n8,Two,closed,2026-01-06,2026-01-10\n"
    with pytest.raises(
        SourceError, match="a list of tickets, one row each, with no dates but those of creation, resolution"
    ):
        bodies(tmp_path / "x.csv", text)
    _, ticket, _ = bodies(tmp_path / "x.csv", text, shape="lead times")
    assert steps(ticket) == [("2026-01-05T00:00", "Not recorded"), ("2026-01-09T00:00", "Resolved")]


def test_a_ticket_that_is_resolved_before_it_is_created_is_a_bad_row(tmp_path: Path) -> None:
    """It would seem to be open."""
    text = "ID,Created,Resolved\n7,2026-01-05,2026-01-04\n"
    with pytest.raises(SourceError, match=r"1 bad row: line 2: it ends before it begins"):
        bodies(tmp_path / "x.csv", text, shape="lead times")


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Issue key,Summary,Status,Assignee,Updated", "ticket=Issue key,at=Updated,status=Status"),
        ("Key,Summary,Status,Assignee,Created", "ticket=Key,at=Created,status=Status"),
        ("ID,Title,State,Owner,Changed Date", "ticket=ID,at=Changed Date,status=State"),
        (
            "Nummer,Titel,Zustand,Bearbeiter,Zuletzt geändert",
            "ticket=Nummer,at=Zuletzt geändert,status=Zustand",
        ),
    ],
)
def test_a_mapping_does_not_make_a_list_of_tickets_a_history(
    tmp_path: Path, header: str, columns: str
) -> None:
    """Each ticket once, at the instant of its last change: its status of today is no first one."""
    text = f"{header}\nAB-1,One,Done,dev-1,2026-01-05\nAB-2,Two,Open,dev-1,2026-01-06\n"
    with pytest.raises(SourceError, match="it holds no history"):
        bodies(tmp_path / "x.csv", text, columns)


def test_a_history_may_call_its_time_updated(tmp_path: Path) -> None:
    """Each change then has a row."""
    text = "Issue key,Status,Updated\nAB-1,Open,2026-01-05\nAB-1,Done,2026-01-06\nAB-2,Open,2026-01-06\nAB-2,Done,2026-01-09\n"
    first, _ = bodies(tmp_path / "x.csv", text, "ticket=Issue key,at=Updated,status=Status")
    assert steps(first) == [("2026-01-05T00:00", "Open"), ("2026-01-06T00:00", "Done")]


def test_a_workbook_needs_no_format_of_dates_or_numbers(tmp_path: Path) -> None:
    """Its cells have types, whatever Excel shows: one date per stage, and a value with a comma in Germany."""
    book = xlsxwriter.Workbook(str(tmp_path / "x.xlsx"), {"default_date_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet("Export")
    sheet.write_row(0, 0, ["Nummer", "Offen", "Fertig", "Wert"])
    sheet.write_row(1, 0, [7, date(2026, 1, 5), datetime(2026, 1, 6, 12), 1200.5])
    sheet.write_row(2, 0, [8, date(2026, 1, 5), "", 3])
    book.close()
    columns = parse_columns("ticket=Nummer,value=Wert", shape="wide")
    pages = row_pages(tmp_path / "x.xlsx", columns=columns, timezone="UTC", format_=TableFormat(shape="wide"))
    _, first, second = [dict(document.body) for page in pages for document in page.documents]
    assert steps(first) == [("2026-01-05T00:00", "Offen"), ("2026-01-06T12:00", "Fertig")]
    assert steps(second) == [("2026-01-05T00:00", "Offen")]
    assert (first["ticket"], first["value"], second["value"]) == ("7", "1200.5", "3")
