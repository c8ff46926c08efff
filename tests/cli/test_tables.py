"""Tables of any shape by the command line: what is asked, what is kept, what is said."""

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.shell import Shell

pytestmark = pytest.mark.slow
CASES = Path(__file__).parents[1] / "cases"


def test_the_options_of_a_table_are_kept_for_the_next_pull(vsm: Shell, tmp_path: Path) -> None:
    """A wide German table is pulled, and again by ``vsm pull`` alone when it has grown."""
    work, file = tmp_path / "work", tmp_path / "x.csv"
    file.write_text(
        "Schlüssel;Offen;In Arbeit;Fertig;Gesehen\nX-1;05.01.2026;07.01.2026;;09.01.2026\n", "cp1252"
    )
    assert vsm("init", "--dir", work) == 0
    pull = [
        "pull",
        "--dir",
        work,
        "table",
        "--file",
        file,
        "--stage",
        "Offen",
        "--stage",
        "In Arbeit",
        "--stage",
        "Fertig",
    ]
    assert (
        vsm(*pull, "--encoding", "cp1252", "--date-format", "%d.%m.%Y", "--timezone", "Europe/Berlin") == 0
    ), vsm.err
    file.write_text(
        "Schlüssel;Offen;In Arbeit;Fertig;Gesehen\nX-1;05.01.2026;07.01.2026;08.01.2026;09.01.2026\n",
        "cp1252",
    )
    assert vsm("pull", "--dir", work) == 0, vsm.err
    assert vsm("export", "--dir", work, "visits", "--to", tmp_path / "v.csv") == 0
    visits = pd.read_csv(tmp_path / "v.csv")
    assert visits["stage"].tolist() == ["Offen", "In Arbeit", "Fertig"]
    assert visits["entered"].iloc[0] == "2026-01-04T23:00:00.000000Z"


def test_an_event_log_goes_out_and_comes_in(vsm: Shell, tmp_path: Path) -> None:
    """XES under pseudonyms, which another folder reads; OCEL beside it."""
    (tmp_path / "a.csv").write_text(
        "Case ID,Activity,Start,End,Resource\n1,Check,2026-01-05T09:00Z,2026-01-05T12:00Z,Anna Muster\n"
    )
    for folder in ("a", "b"):
        assert vsm("init", "--dir", tmp_path / folder) == 0
    assert vsm("pull", "--dir", tmp_path / "a", "table", "--file", tmp_path / "a.csv") == 0, vsm.err
    for name in ("log.xes.gz", "log.json"):
        assert vsm("export", "--dir", tmp_path / "a", "event_log", "--to", tmp_path / name) == 0, vsm.err
    assert "2 visits as an event log" in vsm.out
    assert "Anna" not in (tmp_path / "log.json").read_text()
    assert vsm("pull", "--dir", tmp_path / "b", "table", "--file", tmp_path / "log.xes.gz") == 0, vsm.err
    assert vsm("export", "--dir", tmp_path / "b", "visits", "--to", tmp_path / "v.csv") == 0
    visits = pd.read_csv(tmp_path / "v.csv")
    assert visits[["ticket", "stage", "kind"]].to_numpy().tolist() == [
        ["table:log:1", "Check", "work"], ["table:log:1", "Ended with Check", "done"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--file", CASES / "jira-csv-snapshot.csv"], "Jira's own CSV export"),
        (["--file", CASES / "decimal-comma.csv", "--map", "ticket=id,at=when,status=state,value=wert", "--timezone", "UTC"], "name its mark, --decimal"),
        (["--file", CASES / "decimal-comma.csv", "--decimal", ";"], "--decimal is ';'; it is a comma or a dot"),
        (["--file", CASES / "one-date-per-stage.csv", "--wide", "--lead-times"], "--wide and --lead-times exclude each other"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_sentence(
    vsm: Shell, tmp_path: Path, words: list[object], sentence: str
) -> None:
    """Exit 2, and nothing is stored."""
    assert vsm("init", "--dir", tmp_path) == 0
    assert vsm("pull", "--dir", tmp_path, "table", *words) == 2
    assert sentence in vsm.err
