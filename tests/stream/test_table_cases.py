"""Small tables that once were read wrongly, with what is right; each stands for a kind."""

from pathlib import Path

import pandas as pd
import pytest

from vsm.config import Workflow
from vsm.errors import SourceError
from vsm.eventlog.as_of import last_recorded
from vsm.eventlog.from_tables import log_from_table
from vsm.from_log import stream_from_log
from vsm.sources.table_file import TableFormat, parse_columns, row_pages
from vsm.stream import ValueStream

CASES = Path(__file__).parents[1] / "cases"
SUMS = parse_columns("ticket=id,at=when,status=state,value=wert,cost_of_delay=cod")


def read(
    case: str,
    columns: dict[str, str] | None = None,
    form: TableFormat | None = None,
    *,
    folder: Path = CASES,
) -> ValueStream:
    """The stream of a case's table, under the workflow that nobody wrote."""
    pages = row_pages(folder / f"{case}.csv", columns=columns or {}, timezone="UTC", format_=form)
    log = log_from_table([d.body for page in pages for d in page.documents], source="table:case")
    as_of = last_recorded(log)
    assert as_of is not None
    return stream_from_log(log, workflow=Workflow(), as_of=as_of)


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["", "wide"])
def test_of_one_date_per_stage_a_skipped_stage_is_no_visit(shape: str) -> None:
    """Recognised, or asked for; the last stage is the end."""
    stream = read("one-date-per-stage", form=TableFormat(shape=shape))
    visits = stream.visits.astype({"ticket": "str", "stage": "str"})
    stages = visits.groupby("ticket")["stage"].agg(list).to_dict()
    assert stages == {
        "table:case:AB-1": ["Backlog", "Ready", "In Progress", "QA", "Done"],
        "table:case:AB-2": ["Backlog", "In Progress", "QA", "Done"],
    }
    assert stream.lifecycles["lead"].tolist() == [pd.Timedelta(days=7), pd.Timedelta(days=8)]
    assert stream.tickets["summary"].tolist() == ["One", "Two"]


@pytest.mark.parametrize("columns", [{}, parse_columns("ticket=Issue key,at=Updated,status=Status")])
def test_a_snapshot_of_jira_is_no_history(columns: dict[str, str]) -> None:
    """Whether its columns are mapped or not."""
    with pytest.raises(SourceError, match=r"Jira's own CSV export, .* it holds no history"):
        read("jira-csv-snapshot", columns)


@pytest.mark.slow
def test_a_snapshot_of_jira_gives_lead_times_and_nothing_else() -> None:
    """Two of 15 days; no wait, no handoff, no stage of the tracker, and a warning that says so."""
    stream = read("jira-csv-snapshot", form=TableFormat(shape="lead times"))
    finished = stream.lifecycles[stream.lifecycles["finished"].notna()]
    assert finished["lead"].tolist() == [pd.Timedelta(days=15)] * 2
    assert set(stream.visits["stage"].astype("str")) == {"Not recorded", "Resolved"}
    assert stream.waits.empty
    assert stream.handoffs.empty
    assert stream.visits["holder"].isna().all()
    warned = stream.quality[stream.quality["check"] == "reading of a table"]
    assert warned["level"].astype("str").tolist() == ["warning"]
    assert "stages, work, waits and handoffs are not known" in warned["detail"].iloc[0]


@pytest.mark.slow
def test_lead_times_of_a_snapshot_are_of_what_was_delivered(tmp_path: Path) -> None:
    """Its resolution says what was not; nobody's work, in whatever language the columns are."""
    (tmp_path / "x.csv").write_text(
        "Vorgangsschlüssel,Vorgangs-ID,Status,Lösung,Erstellt,Erledigt\n"
        "AB-1,10001,Fertig,Fertig,2026-01-05,2026-01-25\nAB-2,10002,Fertig,Duplikat,2026-01-05,2026-01-06\n"
    )
    stream = read("x", form=TableFormat(shape="lead times"), folder=tmp_path)
    assert stream.lifecycles["outcome"].tolist() == ["delivered", "discarded"]
    assert stream.waits.empty


@pytest.mark.slow
def test_a_decimal_comma_is_read_when_it_is_named_and_refused_until_then() -> None:
    """1,200.5 twice, 3.5, and 1,200 that is not 1.2."""
    with pytest.raises(SourceError, match="column 'wert': '1200,50' could be two numbers; name its mark"):
        read("decimal-comma", SUMS)
    tickets = read("decimal-comma", SUMS, TableFormat(decimal=",")).tickets
    assert tickets[["value", "cost_of_delay"]].to_numpy().tolist() == [[1200.5, 1200], [1200.5, 3.5]]
