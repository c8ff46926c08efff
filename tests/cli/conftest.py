"""What do the tests of the command line share?"""

import pytest

from tests.cli.shell import Shell


@pytest.fixture
def vsm(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """The command."""
    return Shell(monkeypatch, capsys)
