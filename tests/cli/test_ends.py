"""How a command ends when something goes wrong that nobody expected: one sentence, never a traceback."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from vsm.cli.console import console
from vsm.errors import VsmError


def raising(error: Exception) -> Callable[..., None]:
    def fail(*words: object, **more: object) -> None:
        raise error

    return fail


def test_what_nobody_expected_is_one_sentence(
    vsm: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kind of error, its text on one line, and what to do; exit 1; no traceback."""
    monkeypatch.setattr("vsm.cli.check.read_stream", raising(KeyError("no\nsuch column")))
    monkeypatch.delenv("VSM_DEBUG", raising=False)
    assert vsm("check", "--dir", tmp_path) == 1
    assert vsm.err == (
        r"vsm: unexpected KeyError: 'no\nsuch column'; "
        "please report it, with VSM_DEBUG=1 for the traceback\n"
    )


def test_vsm_debug_shows_the_traceback(vsm: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence still comes last."""
    monkeypatch.setattr("vsm.cli.check.read_stream", raising(KeyError("x")))
    monkeypatch.setenv("VSM_DEBUG", "1")
    assert vsm("check", "--dir", tmp_path) == 1
    assert vsm.err.startswith("Traceback (most recent call last):\n")
    assert vsm.err.splitlines()[-1].startswith("vsm: unexpected KeyError: 'x'; please report it")


def test_a_disk_that_refuses_is_told_with_the_file(
    vsm: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is nobody's bug: no word of reporting it."""
    refused = OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "vsm.toml"))
    monkeypatch.setattr("vsm.cli.init.write_beside", raising(refused))
    assert vsm("init", "--dir", tmp_path / "w") == 1
    assert vsm.err == (
        f"vsm: {tmp_path}/vsm.toml: No space left on device; "
        "check that it can be read and written, and that its disk has space\n"
    )


def test_ctrl_c_says_what_is_safe(vsm: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 130, as shells know it."""
    monkeypatch.setattr("vsm.cli.check.read_stream", raising(KeyboardInterrupt()))  # type: ignore[arg-type]
    assert vsm("check", "--dir", tmp_path) == 130
    assert vsm.err == "vsm: stopped; what was reported as stored is stored\n"


def test_what_users_named_is_shown_to_the_letter(capsys: pytest.CaptureFixture[str]) -> None:
    """No emoji for ``table:x:``, no style for ``[bold]``, and no line is broken."""
    text = "table:x:1 and :warning: in [bold]" + "x" * 200
    console().print(text)
    assert capsys.readouterr().out == text + "\n"


def test_no_message_steers_the_terminal(
    vsm: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither an error that quotes what came from outside, nor what a command prints."""
    monkeypatch.setattr("vsm.cli.check.read_stream", raising(VsmError("status '\x1b[31mX\x07\u202e' is odd")))
    assert vsm("check", "--dir", tmp_path) == 1
    assert vsm.err == "vsm: status 'X' is odd\n"
    console().print("stage '\x1b]0;mine\x07A\rB'")
    assert capsys.readouterr().out == "stage 'AB'\n"
