"""A run that is under way too long: reported once, shown on the pages until it ends, and ended by nobody here."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.schedule.world import MONDAY, World, quickly, world
from vsm.errors import BusyError
from vsm.schedule import notify as notifying
from vsm.schedule.channels import Message
from vsm.schedule.history import Run, open_history
from vsm.schedule.rendering import Output
from vsm.schedule.run import run_reports
from vsm.sources.lock import one_at_a_time

LONG = timedelta(minutes=71)
"""An hour, ten minutes for the one notebook of the report, and one more."""
TELL = '[[report.tell]]\non = "failure"\ncommand = ["notify"]\n'


@pytest.fixture
def shop(tmp_path: Path, empty_stream: None) -> World:
    """A shop with a report, whose run began on Monday."""
    made = world(tmp_path)
    with open_history(made.folder.history) as history:
        history.begin(Run("weekly", MONDAY, title="Shop", phase="pull"))
    return made


@contextmanager
def held(shop: World) -> Iterator[None]:
    """Let another call hold the lock since Monday, and let this one come when it has taken too long."""
    with one_at_a_time(shop.folder.run_lock, what="run", at=MONDAY):
        shop.now = MONDAY + LONG
        yield


def refused(shop: World, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(BusyError, match="under way"):
            shop.run(due=True)


def first_page(shop: World) -> str:
    return (shop.folder.site / "index.html").read_text(encoding="utf-8")


def recorded(shop: World) -> list[tuple[str, str, int]]:
    with open_history(shop.folder.history) as history:
        return [(run.report, run.outcome, run.times) for run in history.runs()]


def test_it_is_recorded_and_reported_once(shop: World) -> None:
    """However often the scheduler calls: one line with a count, one message."""
    with held(shop):
        refused(shop, times=3)
    assert recorded(shop) == [("weekly", "refused", 3), ("weekly", "running", 1)]
    assert shop.told == [("weekly", "refused")]


def test_a_run_within_its_time_is_refused_without_a_message(shop: World) -> None:
    """A long pull is no fault: neither a message nor a page; afterwards it is reported."""
    with one_at_a_time(shop.folder.run_lock, what="run", at=MONDAY):
        shop.now = MONDAY + LONG - timedelta(minutes=2)
        refused(shop, times=2)
        assert (shop.told, shop.folder.site.exists()) == ([], False)
        shop.now = MONDAY + LONG
        refused(shop, times=2)
    assert shop.told == [("weekly", "refused")]
    assert recorded(shop)[:2] == [("weekly", "refused", 2), ("weekly", "refused", 2)]


def test_the_message_says_which_since_when_and_what_to_do(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the channels of the report, and on standard error."""
    (shop.root / "vsm.toml").write_text((shop.root / "vsm.toml").read_text() + TELL)
    sent: list[Message] = []

    def send(message: Message, **_: object) -> str:
        sent.append(message)
        return ""

    monkeypatch.setattr(notifying, "send_message", send)
    effects = replace(shop.effects, notify=partial(notifying.notify, shop.folder, secrets={}))
    with held(shop), pytest.raises(BusyError, match="end that process"):
        run_reports(shop.folder, effects=effects, due=True)
    assert [message.text.splitlines()[:2] for message in sent] == [[
        "Shop: the report 'weekly' is held up.",
        f"A run has been under way since 2026-01-05 07:00 UTC (process {os.getpid()}), longer than the time "
        "limits of the reports allow; end that process, and the next call goes on by itself.",
    ]]  # fmt: skip


@pytest.mark.slow
def test_both_first_pages_say_so_until_its_process_is_gone(shop: World) -> None:
    """The next call that gets the lock finds the run broken off, makes the report, and the words are gone."""
    with held(shop):
        refused(shop)
        for page in (shop.index(), first_page(shop)):
            assert "A run has been under way since 2026-01-05 07:00 UTC" in page
            assert "There is no complete report yet." in page
    assert shop.outcomes(due=True) == ["done"]
    assert recorded(shop)[0] == ("weekly", "done", 1)
    assert recorded(shop)[-1] == ("weekly", "broken off", 1)
    assert "Note:" not in shop.index() + first_page(shop)


@pytest.mark.slow
def test_a_run_that_ends_at_last_takes_the_words_away(tmp_path: Path, empty_stream: None) -> None:
    """It was slow, not stuck: its own end refreshes the pages."""
    shop = world(tmp_path)

    def slowly(*known: object, **more: object) -> Output:
        shop.now += LONG
        refused(shop)
        assert "has been under way since 2026-01-05 07:00 UTC" in shop.index()
        return quickly(*known, **more)  # type: ignore[arg-type]

    shop.rendered = slowly
    assert shop.outcomes() == ["done"]
    assert shop.told == [("weekly", "refused"), ("weekly", "done")]
    assert "Note:" not in shop.index() + first_page(shop)


def test_only_reports_that_the_run_makes_are_reported(shop: World) -> None:
    """Another one waits, which is recorded; its page stays as it is."""
    (shop.root / "vsm.toml").write_text(
        (shop.root / "vsm.toml").read_text().replace("keep = 6", "minutes = 5")
        + '[[report]]\nname = "other"\n'
        'notebooks = ["05_what_is_stuck_now"]\nminutes = 5\n'
    )
    with open_history(shop.folder.history) as history:
        history.write(replace(history.begin(Run("other", MONDAY - LONG)), outcome="done"))
    with held(shop):
        refused(shop)
    assert shop.told == [("weekly", "refused")]
    assert ("other", "refused", 1) in recorded(shop)
    assert not (shop.folder.site / "other").exists()


@pytest.mark.slow
def test_a_call_that_hangs_before_its_first_record_is_reported_too(tmp_path: Path) -> None:
    """Then every report is held up; the next call takes the words away though it makes nothing."""
    shop = world(tmp_path)
    shop.run()
    with held(shop):
        refused(shop, times=2)
    assert shop.told == [("weekly", "done"), ("weekly", "refused")]
    assert "has been under way since" in first_page(shop)
    assert shop.run(due=True) == []
    assert "Note:" not in shop.index() + first_page(shop)


def test_a_workflow_that_cannot_be_read_states_no_limit(shop: World) -> None:
    """The call is refused as always; the stuck run is reported as soon as vsm.toml can be read again."""
    plan = (shop.root / "vsm.toml").read_text()
    (shop.root / "vsm.toml").write_text("[strem]")
    with held(shop):
        refused(shop)
        assert shop.told == []
        (shop.root / "vsm.toml").write_text(plan)
        refused(shop)
    assert shop.told == [("weekly", "refused")]


@pytest.mark.slow
@pytest.mark.parametrize("process", [os.getpid(), 2**22 + 1], ids=["reused", "gone"])
def test_what_a_killed_run_leaves_behind_blocks_nobody(shop: World, process: int) -> None:
    """Its lock file and its name stay: the number may be another process's by now, or nobody's."""
    shop.folder.run_lock.write_text("")
    holder = shop.folder.run_lock.with_suffix(".json")
    holder.write_text(json.dumps({"process": process, "since": MONDAY.isoformat()}))
    shop.now = MONDAY + LONG
    assert shop.outcomes(due=True) == ["done"]
    assert shop.told == [("weekly", "done")]
    assert not holder.exists()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"process": "x", "since": 5}', '{"process": 7, "since": "2026"}']
)
def test_a_holder_that_cannot_be_read_is_only_refused(shop: World, text: str) -> None:
    """Such as after a full disk: nobody knows since when."""
    with held(shop):
        shop.folder.run_lock.with_suffix(".json").write_text(text)
        with pytest.raises(BusyError, match="another run is under way; nothing was done"):
            shop.run(due=True)
    assert shop.told == []
