"""How far a long reading is: told to people who wait, and to nobody else."""

import io
import sys

import pytest

from vsm import archive_log
from vsm.archive_log import with_progress

DOCUMENTS = [{"id": str(number)} for number in range(3)]


class Terminal(io.StringIO):
    """Text that takes itself for a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("patience", "told"), [(0.0, True), (60.0, False)])
def test_only_long_readings_are_told(monkeypatch: pytest.MonkeyPatch, patience: float, told: bool) -> None:
    """The source and the documents, once patience ends; every document comes through."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(archive_log, "PATIENCE", patience)
    assert list(with_progress(DOCUMENTS, source="jira")) == DOCUMENTS
    assert ("reading jira" in terminal.getvalue()) is told


def test_a_file_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log would fill with half lines."""
    file = io.StringIO()
    monkeypatch.setattr(sys, "stderr", file)
    monkeypatch.setattr(archive_log, "PATIENCE", 0.0)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    assert list(with_progress(DOCUMENTS, source="jira")) == DOCUMENTS
    assert file.getvalue() == ""
