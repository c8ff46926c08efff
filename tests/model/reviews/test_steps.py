"""How long the steps of a review take, by whose rules, and by size."""

from typing import Any

import pandas as pd
import pytest

from tests.pull_rows import instant, instants
from vsm.model.reviews import review_sizes, review_steps, waiting_for_review
from vsm.tables import DURATION

AS_OF = instant("31 00:00")
HOUR = pd.Timedelta(hours=1)


def times(*rows: dict[str, Any]) -> pd.DataFrame:
    """Give times of pull requests, all opened and ready on the fifth at nine, spans in hours."""
    usual = {
        "key": "web#1", "repository": "web", "by": "person", "url": "", "size": 5, "opened": "05 09:00",
        "ready": "05 09:00", "responded": None, "merged": None, "closed": None, "deployed": None, "rounds": 0,
        "reviewed": False, "response_working": None, "coding": None, "pickup": None, "review": None, "deploy": None,
    }  # fmt: skip
    frame = pd.DataFrame([usual | {"pull": f"p{n}"} | row for n, row in enumerate(rows)])
    for name in ("opened", "ready", "responded", "merged", "closed", "deployed"):
        frame[name] = instants(frame[name])
    for name in ("response_working", "coding", "pickup", "review", "deploy"):
        frame[name] = pd.to_timedelta(frame[name].astype("float64"), unit="h").astype(DURATION)
    return frame


def phases(*rows: tuple[str, str, str, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["pull", "phase", "entered", "left"])
    for name in ("entered", "left"):
        frame[name] = instants(frame[name])
    return frame


NONE = phases().astype({"pull": "str", "phase": "str"})


def step(table: pd.DataFrame, rule: str, name: str, by: str = "everyone") -> dict[str, Any]:
    row = table[(table["rule"] == rule) & (table["step"] == name) & (table["by"] == by)]
    return dict(next(row.iterrows())[1])


def test_what_waits_still_is_in_the_first_response() -> None:
    """One answered after an hour, one after three, and one waits still: half are answered within three."""
    table = review_steps(
        times({"responded": "05 10:00"}, {"responded": "05 12:00"}, {}), NONE, as_of=AS_OF, minimum=2
    )
    found = step(table, "vsm", "first response")
    assert (found["n"], found["time"]) == (2, 3 * HOUR)


def test_phases_are_sums_over_the_rounds_of_what_was_merged() -> None:
    """It waited two hours and then one; what is open has no sum yet."""
    rows = times({"merged": "05 15:00", "closed": "05 15:00"}, {})
    spent = phases(
        ("p0", "waiting", "05 09:00", "05 11:00"), ("p0", "rework", "05 11:00", "05 14:00"),
        ("p0", "waiting", "05 14:00", "05 15:00"), ("p1", "waiting", "05 09:00", None),
    )  # fmt: skip
    table = review_steps(rows, spent, as_of=AS_OF, minimum=1)
    assert [step(table, "vsm", name)["time"] / HOUR for name in ("waiting", "rework", "merging")] == [3, 3, 0]
    assert step(table, "vsm", "ready to merged")["time"] == 6 * HOUR


def test_linearb_averages_from_when_it_is_ready() -> None:
    """Opened at seven as a draft, ready at nine, answered at ten; another after five hours: mean three."""
    rows = times(
        {"opened": "05 07:00", "pickup": 3, "review": 1, "merged": "05 11:00"},
        {"pickup": 5, "review": 1, "merged": "05 15:00"},
    )
    table = review_steps(rows, NONE, as_of=AS_OF, minimum=1)
    assert (step(table, "LinearB", "pickup")["time"], step(table, "LinearB", "pickup")["statistic"]) == (
        3 * HOUR,
        "mean",
    )
    assert step(table, "DevLake", "pickup")["time"] in (3 * HOUR, 5 * HOUR)


def test_people_and_ai_agents_are_apart() -> None:
    """Each has rows of its own beside everyone's; who opened nothing has none."""
    rows = times({"responded": "05 10:00"}, {"responded": "05 19:00", "by": "AI agent"})
    table = review_steps(rows, NONE, as_of=AS_OF, minimum=1)
    found = {by: step(table, "vsm", "first response", by)["time"] / HOUR for by in ("people", "AI agents")}
    assert found == {"people": 1, "AI agents": 10}
    assert "bots" not in set(table["by"])


def test_too_few_have_a_number_and_no_time() -> None:
    """Two are not twelve."""
    table = review_steps(times({"responded": "05 10:00"}, {}), NONE, as_of=AS_OF, minimum=12)
    assert step(table, "vsm", "first response")["n"] == 1
    assert table["time"].isna().all()


def test_each_size_has_its_wait() -> None:
    """Small ones are answered after an hour, a large one after a day; half of the small were not reviewed."""
    rows = times(
        {"size": 3, "responded": "05 10:00", "merged": "05 11:00", "reviewed": True},
        {"size": 10, "responded": "05 10:00", "merged": "05 11:00"},
        {"size": 5000, "responded": "06 09:00"},
    )
    found = review_sizes(rows, as_of=AS_OF, minimum=1).set_index("size")
    assert found["n"].tolist() == [2, 0, 0, 0, 1]
    assert found[["response", "unreviewed"]].to_numpy()[0].tolist() == [HOUR, 0.5]
    assert found.loc["over 1,000", "response"] == 24 * HOUR


@pytest.mark.parametrize("merged", [None, "06 09:00"])
def test_what_waits_now_is_listed_longest_first(merged: str | None) -> None:
    """Two wait; one is being reviewed; what is closed waits no more."""
    rows = times({"merged": merged, "closed": merged}, {}, {})
    open_ = phases(
        ("p0", "waiting", "07 09:00", None), ("p1", "waiting", "05 09:00", "06 09:00"),
        ("p1", "author", "06 09:00", None), ("p2", "reviewing", "06 09:00", None),
    )  # fmt: skip
    found = waiting_for_review(rows, open_, as_of=AS_OF)
    expected = [("p1", "author"), ("p0", "waiting")]
    assert list(zip(found["pull"], found["phase"], strict=True)) == (expected[:1] if merged else expected)
    assert found["waited"].iloc[0] == AS_OF - instant("06 09:00")
