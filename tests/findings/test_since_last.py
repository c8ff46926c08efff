"""What has changed since the last report: told by a test, not by eye."""

from math import nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.findings import Finding, changes_since, remembered


def finding(subject: str, share: float, *, half: float = 0.02, rule: str = "queue", n: int = 40) -> Finding:
    """Make a claim with an interval of so much to either side."""
    return Finding(
        rule=rule, subject=subject, claim=f"{subject} waits.", cost=pd.Timedelta(days=1), share=share,
        low=share - half, high=share + half, n=n, tickets=("AB-1",), caveat="None.", experiment="Try.",
    )  # fmt: skip


def kinds(before: list[Finding], now: list[Finding]) -> dict[str, str]:
    return {change.subject: change.kind for change in changes_since(remembered(before), now)}


def test_claims_are_new_gone_better_worse_or_the_same() -> None:
    """By 20 points down, by 20 up, by one point, only before and only now; in the order of what matters."""
    before = [finding(name, 0.4) for name in ("down", "up", "still", "old")]
    now = [finding("down", 0.2), finding("up", 0.6), finding("still", 0.41), finding("fresh", 0.1)]
    assert list(kinds(before, now).items()) == [
        ("fresh", "new"), ("up", "worse"), ("down", "better"), ("old", "gone"), ("still", "same"),
    ]  # fmt: skip


def test_each_change_is_one_sentence_with_both_shares() -> None:
    """A change that is not shown is told as that, not as none."""
    now = [finding("QA", 0.2), finding("Review", 0.41)]
    told = changes_since(remembered([finding("QA", 0.4), finding("Review", 0.4), finding("Old", 0.1)]), now)
    assert [str(change) for change in told] == [
        "Better: QA: 40 % of lead time before, now 20 %.",
        "No longer supported by the data: Old waits.",
        "Review: 40 % of lead time before, now 41 %; the data show no change.",
    ]


def test_the_same_subject_under_another_rule_is_another_claim() -> None:
    """A queue that is now told as a batch: one is gone, one is new."""
    told = changes_since(remembered([finding("QA", 0.4)]), [finding("QA", 0.4, rule="batch")])
    assert [change.kind for change in told] == ["new", "gone"]


def test_many_claims_are_looked_at_together() -> None:
    """A difference of 2.3 standard errors is shown alone (p = .02), and not as one of ten (Holm: .005)."""
    error = 0.02 / 1.959964 * np.sqrt(2)
    alone = kinds([finding("QA", 0.4)], [finding("QA", 0.4 - 2.3 * error)])
    assert alone == {"QA": "better"}
    others = [finding(f"stage {n}", 0.3) for n in range(9)]
    among = kinds([finding("QA", 0.4), *others], [finding("QA", 0.4 - 2.3 * error), *others])
    assert among["QA"] == "same"


def test_where_no_interval_is_known_no_change_is_claimed() -> None:
    """Too few to say before is too few to say."""
    assert kinds([finding("QA", 0.4, half=nan)], [finding("QA", 0.1)]) == {"QA": "same"}


def test_what_is_kept_is_plain_json() -> None:
    """Also of numbers that came from arrays."""
    kept = remembered([finding("QA", float(np.float64(0.4)), n=int(np.int64(3)))])
    assert [type(value) for value in kept[0].values()] == [str, str, str, float, float, float, int]


@given(st.lists(st.floats(0.05, 0.95), min_size=1, max_size=8, unique=True))
def test_a_report_held_against_itself_shows_no_change(shares: list[float]) -> None:
    """Whatever was found."""
    found = [finding(f"stage {n}", share) for n, share in enumerate(shares)]
    assert set(kinds(found, found).values()) == {"same"}


@pytest.mark.parametrize("seed", range(3))
def test_chance_alone_seldom_shows_a_change(seed: int) -> None:
    """Of 400 pairs of reports of five equal stages, at most 5 % (and a margin for chance) claim any change."""
    rng = np.random.default_rng(seed)
    error, wrong = 0.02 / 1.959964, 0
    for _ in range(400):
        before, now = (
            [finding(f"s{n}", 0.3 + error * rng.standard_normal()) for n in range(5)] for _ in range(2)
        )
        wrong += any(kind != "same" for kind in kinds(before, now).values())
    assert wrong <= 32
