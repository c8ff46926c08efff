"""The line for cron does what it should in cron's own tiny world, and everybody else's lines stay."""

import tempfile
from datetime import datetime
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.schedule.calls import call_of, command_of, fake_crontab, line_of, shell
from tests.share import share
from vsm.errors import ParameterError, RunError
from vsm.schedule.call import EVERY, Call, cron_expression
from vsm.schedule.install import install_in_crontab, with_block
from vsm.schedule.schedulers import cron_block

NASTY = 'my %work\'s "50%" $HOME `id`; &'


def a_call(folder: str = "/srv/work", every: int = 15) -> Call:
    return Call(("/opt/vsm",), PurePosixPath(folder), PurePosixPath("/home/me/.config/vsm"), every=every)


def test_the_line_stands_between_marks_and_reads_as_one_would_write_it() -> None:
    """Minute fields, secrets if there are any, the call, and a log."""
    lines = cron_block(a_call()).splitlines()
    assert (lines[0], lines[-1]) == ("# >>> vsm schedule /srv/work", "# <<< vsm schedule /srv/work")
    file = "/home/me/.config/vsm/vsm-work-5fde1fa2.env"
    assert lines[-2] == (
        f"*/15 * * * * set -a; [ ! -r {file} ] || . {file}; "
        "/opt/vsm run --due --dir /srv/work >/dev/null 2>>/srv/work/schedule.log"
    )


@settings(max_examples=share(40, of=400), deadline=None)
@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters="/\\"), min_size=1))
def test_any_folder_reaches_vsm_as_it_is_called(name: str) -> None:
    """Blanks, quotes, dollars and percent signs survive cron and the shell, also of a cron that knows no %."""
    with tempfile.TemporaryDirectory() as root:
        tmp_path = Path(root)
        call = call_of(tmp_path, folder=f"work {name[:30]}")
        line = line_of(cron_block(call))
        for command in (command_of(line), line.split(maxsplit=5)[5]):
            shell(command, tmp_path)
            told = (tmp_path / "told").read_text().splitlines()
            assert told == ["run", "--due", "--dir", str(call.folder), "secret="]


def test_complaints_are_added_to_a_log_and_secrets_are_known(tmp_path: Path) -> None:
    """What a run says is in its own log already; the values of the file of secrets reach it as they are."""
    call = call_of(tmp_path, folder=NASTY)
    Path(call.secrets).mkdir()
    Path(call.environment).write_text("VSM_JIRA_TOKEN='s3 $cret'\n")
    for _ in range(2):
        shell(command_of(line_of(cron_block(call))), tmp_path)
    assert (tmp_path / "told").read_text().splitlines()[-1] == "secret=s3 $cret"
    assert Path(call.folder, "schedule.log").read_text() == "warned\n" * 2


@pytest.mark.parametrize("every", EVERY)
def test_every_interval_is_even(every: int) -> None:
    """Called so often, the gaps of a day are all of the same length, with an offset as without."""
    for offset in {0, min(7, every // 2)}:
        times = CronSim(cron_expression(every, offset=offset), datetime(2026, 3, 2))
        at = [next(times) for _ in range(50)]
        assert {(b - a).total_seconds() for a, b in pairwise(at)} == {every * 60}


@pytest.mark.parametrize("every", [0, -1, 7, 45, 90, 1441])
def test_uneven_intervals_are_refused(every: int) -> None:
    """Cron would make 45 minutes out of it, then 15."""
    with pytest.raises(ParameterError, match=f"every {every} minutes divides neither an hour nor a day"):
        a_call(every=every)


@pytest.mark.parametrize("folder", ["/srv/a\nb", "/srv/a\x00b", "/srv/a\x7f", "/srv/\udcff"])
def test_paths_that_would_end_a_line_are_refused(folder: str) -> None:
    """A line break in a folder's name would be a line of its own in a crontab."""
    with pytest.raises(ParameterError, match="has a character that no scheduler's file can"):
        a_call(folder)


def test_a_backslash_is_refused_as_crons_differ() -> None:
    """Some crons take one away before the shell sees it."""
    with pytest.raises(ParameterError, match="it has a backslash; rename it"):
        cron_block(a_call("/srv/a\\b"))


def test_a_line_longer_than_cron_reads_is_refused() -> None:
    """Cron would cut it off without a word."""
    with pytest.raises(ParameterError, match="its path is too long for cron"):
        cron_block(a_call(f"/srv/{'long' * 250}"))


LINES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=20), max_size=8
)


@given(LINES, LINES)
def test_all_other_lines_stay_to_the_letter(before: list[str], after: list[str]) -> None:
    """Wherever the block stands, it alone is replaced, and twice is the same as once."""
    old, new = a_call(every=30), a_call(every=15)
    top, bottom = "".join(f"{line}\n" for line in before), "".join(f"{line}\n" for line in after)
    once = with_block(f"{top}{cron_block(old)}\n{bottom}", new)
    assert once == f"{top}{cron_block(new)}\n{bottom}"
    assert with_block(once, new) == once
    assert with_block(top, new) == f"{top}{cron_block(new)}\n"


def test_a_last_line_without_its_end_gets_one() -> None:
    """Two lines never become one."""
    assert with_block("0 1 * * * backup", a_call()) == f"0 1 * * * backup\n{cron_block(a_call())}\n"


def test_two_work_folders_stand_beside_each_other() -> None:
    """Each has its marks; one is replaced without the other, also where a name begins with the other's."""
    both = with_block(with_block("", a_call("/srv/a")), a_call("/srv/a b"))
    changed = with_block(both, a_call("/srv/a", every=60))
    assert changed == f"{cron_block(a_call('/srv/a', every=60))}\n{cron_block(a_call('/srv/a b'))}\n"


@pytest.mark.parametrize("lost", ["# >>> vsm schedule /srv/work\n", "# <<< vsm schedule /srv/work\n"])
def test_a_mark_without_its_other_half_is_left_to_people(lost: str) -> None:
    """Nobody knows what may be replaced."""
    whole = with_block("", a_call())
    with pytest.raises(RunError, match="remove them with crontab -e, and try again; nothing was changed"):
        with_block(whole.replace(lost, ""), a_call())


def test_install_writes_once_and_keeps_what_is_there(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 stay too; a second time changes nothing."""
    environment = fake_crontab(tmp_path)
    (tmp_path / "table").write_bytes(b"# caf\xe9\n0 1 * * * backup\n")
    assert install_in_crontab(a_call(), environment=environment)
    expected = b"# caf\xe9\n0 1 * * * backup\n" + f"{cron_block(a_call())}\n".encode()
    assert (tmp_path / "table").read_bytes() == expected
    assert not install_in_crontab(a_call(), environment=environment)


def test_install_into_no_crontab_begins_one(tmp_path: Path) -> None:
    """Who has none yet gets one that holds the block alone."""
    assert install_in_crontab(a_call(), environment=fake_crontab(tmp_path))
    assert (tmp_path / "table").read_text() == f"{cron_block(a_call())}\n"


def test_a_crontab_that_cannot_be_read_is_not_taken_for_empty(tmp_path: Path) -> None:
    """Otherwise everything in it would be lost."""
    script = '#!/bin/sh\n[ "$1" = -l ] && { echo "you are not allowed" >&2; exit 1; }\ncat >"$0.new"\n'
    with pytest.raises(RunError, match="crontab -l failed: you are not allowed; nothing was changed"):
        install_in_crontab(a_call(), environment=fake_crontab(tmp_path, script))
    assert not (tmp_path / "crontab.new").exists()


def test_a_crontab_that_refuses_says_so(tmp_path: Path) -> None:
    """Its own words are told."""
    script = '#!/bin/sh\n[ "$1" = -l ] && exit 0\necho "bad minute" >&2; exit 1\n'
    with pytest.raises(RunError, match="crontab refused the new line: bad minute; nothing was changed"):
        install_in_crontab(a_call(), environment=fake_crontab(tmp_path, script))
