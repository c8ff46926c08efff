"""The way from a page of Jira to a finding can be read in an afternoon: its list is true, and short."""

import re

from tests.metrics import ROOT, ROW, reading_path

MOST = 1500


def section() -> str:
    """What vsm/README.md says under "Reading path"."""
    text = (ROOT / "vsm" / "README.md").read_text(encoding="utf-8")
    return text.split("## Reading path\n")[1].split("\n## ")[0]


def test_the_path_from_a_page_of_jira_to_a_finding_is_short() -> None:
    """All that is listed is there, and it is 1,500 lines at most."""
    rows = reading_path(ROOT)
    assert list(rows)[:1] + list(rows)[-1:] == ["eventlog/jira_items.py", "findings/now.py"]
    assert {f"definitions/{name}.py" for name in ("visits", "handoffs", "waits", "causes")} <= set(rows)
    assert sum(rows.values()) <= MOST, rows


def test_every_table_row_and_optional_branch_names_a_file() -> None:
    """Nothing is left out by a slip of the pen, and nothing is named that is not there."""
    text = section()
    assert len(ROW.findall(text)) == text.count("\n| `")
    branches = re.findall(r"`([\w/]+/\w+\.py)`", text.split("Optional branches")[1])
    assert len(branches) >= 4
    assert not [file for file in branches if not (ROOT / "vsm" / file).is_file()]
