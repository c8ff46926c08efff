"""One answer has bounds: of time, of size, of depth, and of what it may ask of us."""

import gzip
import time
from typing import Any

import pytest

from tests.jira_server import ALWAYS, Site, Traps, When, serve
from tests.sources.jira_api.lab import session
from vsm.errors import RunError, SourceError
from vsm.sources.host_answers import said_by

WHERE = "/rest/api/2/serverInfo"


def site() -> Site:
    """Two tickets are plenty."""
    return Site.seeded(2, 1, mode="cloud", seed=1)


def test_a_dribbled_answer_ends_soon_after_the_patience() -> None:
    """A byte now and then keeps every time-out between two bytes from striking."""
    with serve(site(), Traps(dribble=0.5)) as run:  # minutes for all of it
        begun = time.monotonic()
        with pytest.raises(
            RunError, match=r"one answer was not complete after 0.3 s.*/rest/api/2/serverInfo"
        ):
            session(run, "cloud", patience=0.3).get(WHERE)
        assert time.monotonic() - begun < 2 * 0.3 + 20  # for a slow machine


def test_a_bomb_is_not_unpacked() -> None:
    """A few kilobytes that would be gigabytes; what counts is the unpacked size."""
    bomb = gzip.compress(b" " * 8_000_000)
    traps = Traps(change=lambda _, body: bomb, headers={"Content-Encoding": "gzip"})
    with (
        serve(site(), traps) as run,
        pytest.raises(RunError, match="the answer to /rest/api/2/serverInfo is longer than 1,000,000 bytes"),
    ):
        session(run, "cloud", largest=1_000_000).get(WHERE)
    assert len(run.requests) == 1


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "/rest/api/2/serverInfo is nested too deeply"),
        (b"null", r"/rest/api/2/serverInfo is empty \(null\)"),
        (b'{"name": "\xff\xfe"}', "a page instead of data; .*asked for /rest/api/2/serverInfo"),
        (b"", "a page instead of data; .*asked for /rest/api/2/serverInfo"),
    ],
    ids=["nesting", "null", "UTF-8", "nothing"],
)
def test_what_is_no_json_is_told_in_one_sentence(raw: bytes, sentence: str) -> None:
    """With the path that was asked for."""
    with serve(site(), Traps(change=lambda _, body: raw)) as run, pytest.raises(RunError, match=sentence):
        session(run, "cloud").get(WHERE)


@pytest.mark.parametrize("asked", ["nan", "inf", "-inf", "-5", "soon", "Sat, 99 Nov 99999 00:00:00 GMT", ""])
def test_a_pause_that_is_no_time_is_ours_to_choose(asked: str) -> None:
    """Then the question is asked again after a pause of our own, of a second or so."""
    pauses = list[float]()
    traps = Traps(rate_limit="missing", often=When(nth=(1,)), headers={"Retry-After": asked})
    with serve(site(), traps) as run:
        answer = session(run, "cloud", on_wait=lambda seconds, _: pauses.append(seconds)).get(WHERE)
    assert answer["deploymentType"] == "Cloud"
    assert [0 <= seconds <= 2 for seconds in pauses] == [True]


def test_an_absurd_pause_is_not_begun() -> None:
    """More seconds than anybody has."""
    traps = Traps(rate_limit="missing", often=ALWAYS, headers={"Retry-After": "1e300"})
    with serve(site(), traps) as run, pytest.raises(RunError, match="slow down"):
        session(run, "cloud").get(WHERE)


@pytest.mark.parametrize("messages", [5, "No.", {"a": 1}, None, [None], [[]]], ids=str)
def test_a_refusal_may_hold_anything(messages: Any) -> None:
    """It is told as one."""
    assert isinstance(said_by({"errorMessages": messages, "errors": messages}), str)
    with serve(site(), Traps(refuse=403, often=ALWAYS)) as run, pytest.raises(SourceError, match="403"):
        session(run, "cloud").get(WHERE)


def test_a_date_that_is_none_is_passed_over() -> None:
    """The answer counts all the same."""
    with serve(site(), Traps(headers={"Date": "Sat, 31 Feb 99999 25:00:00 +9999"})) as run:
        asking = session(run, "cloud")
        assert asking.get(WHERE)["deploymentType"] == "Cloud"
    assert asking.server_time is None
