"""How text gets into a figure: escaped, in lines that fit, durations in two units."""

import html
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.counts import counted
from vsm.figures.labels import escape, hover, number, text_width, wrapped
from vsm.findings.durations import short_duration

TEXT = st.text(max_size=60)


@pytest.mark.slow
@given(TEXT)
def test_escaped_text_holds_no_markup_and_reads_as_before(text: str) -> None:
    """No angle bracket is left to open a tag; unescaped it is the text, its blanks made single."""
    safe = escape(text)
    assert not set("<>") & set(safe)
    assert html.unescape(safe) == " ".join(text.split())


@pytest.mark.parametrize("text", ["%{y}", "%{meta.alt} of %{x}", "$5k and $10k", "$x^2$"])
def test_nothing_is_left_that_plotly_would_replace_or_typeset(text: str) -> None:
    """Neither a template nor mathematics; what is read stays the same."""
    safe = escape(text)
    assert "%{" not in safe
    assert "$" not in safe
    assert html.unescape(safe) == text


@given(TEXT, st.integers(4, 30), st.integers(1, 3))
def test_wrapped_names_fit_and_hold_no_markup_but_line_breaks(text: str, width: int, lines: int) -> None:
    """At most so many lines of so many characters; whatever is left out is told by an ellipsis."""
    shown = wrapped(text, width=width, lines=lines).split("<br>")
    assert len(shown) <= lines
    assert all(len(html.unescape(line)) <= width for line in shown)
    assert not set("<>") & set("".join(shown))


def test_a_name_that_is_cut_ends_in_an_ellipsis() -> None:
    """One that fits does not."""
    assert wrapped("a" * 30, width=10) == "a" * 10 + "<br>" + "a" * 9 + "…"
    assert wrapped("a" * 20, width=10) == "a" * 10 + "<br>" + "a" * 10


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        ("0s", "<1 min"), ("59.999999s", "<1 min"), ("60s", "1 min"), ("59 min 59s", "59 min"), ("1h", "1 h"),
        ("1h 1min", "1 h 1 min"), ("23h 59min", "23 h 59 min"), ("1 days", "1 d"), ("1 days 00:59:00", "1 d"),
        ("2 days 23:59:59", "2 d 23 h"), ("12345 days", "12,345 d"),
    ],
)  # fmt: skip
def test_durations_are_cut_to_their_two_largest_units(duration: str, words: str) -> None:
    """Never rounded up: 23 h 59 min is not yet a day. Seconds and timedeltas say the same."""
    length = pd.Timedelta(duration)
    assert short_duration(length) == words
    assert short_duration(length.total_seconds()) == words


def test_a_missing_duration_is_a_dash() -> None:
    """Unknown is not zero."""
    missing_durations: list[Any] = [pd.NaT, float("nan")]
    assert {short_duration(missing) for missing in missing_durations} == {"–"}


def test_the_pointers_box_escapes_names_and_facts_and_leaves_out_empty_ones() -> None:
    """Whatever stands in it came from somebody's tracker."""
    assert hover("<i>", [("<k>", "<v>"), ("team", "")]) == "<b>&lt;i&gt;</b><br>&lt;k&gt;: &lt;v&gt;"


def test_the_width_of_labels_is_that_of_their_longest_line() -> None:
    """Entities are measured as the one letter they show; no label takes no room."""
    assert text_width(["ab<br>abcd", "abc"], size=100) == 248
    assert text_width(["&lt;"], size=100) == 62
    assert text_width([], size=100) == 0


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 tickets"), (1, "1 ticket"), (2, "2 tickets"), (12345, "12,345 tickets")]
)
def test_counts_go_with_their_nouns(count: int, words: str) -> None:
    """One is singular, thousands have a comma."""
    assert counted(count, "ticket") == words
    assert number(count) == words.split(maxsplit=1)[0]
