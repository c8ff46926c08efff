"""Marks that several figures share: bars in rows, lines over them, and the days below a life."""

from vsm.figures.compared import _value
from vsm.figures.experiments import _signed
from vsm.figures.life_strip import strip_of
from vsm.figures.marks import row_bars, upright


def test_a_bar_is_as_high_as_its_row_wherever_the_others_of_its_colour_are() -> None:
    """Two bars that are seven rows apart would else hide the rows between."""
    bars = row_bars([60, 70], [3, 10], name="50 to 80 %", marker={}, hovertext=["a", "b"])
    assert bars.width == 0.64


def test_a_limit_is_seen_over_bars_and_grid() -> None:
    """At 80 % there is a line of the grid, and most bars are longer."""
    assert upright(80)["layer"] == "above"


def test_the_days_below_a_life_are_those_of_its_beginning_and_its_end() -> None:
    """The axis begins and ends elsewhere, so that marks at the ends are whole."""
    bar = {
        "type": "bar", "name": "work", "base": ["2026-01-05T00:00Z"], "x": [2 * 86_400_000], "y": [0],
        "text": ["Build"], "hovertext": ["Build"], "marker": {"color": "#0072b2", "pattern": {"shape": ""}},
    }  # fmt: skip
    axis = {"range": ["2025-12-20T00:00Z", "2026-01-20T00:00Z"]}
    strip = strip_of({"data": [bar], "layout": {"xaxis": axis, "meta": {"alt": "A life."}}})
    assert strip.days == ("2026-01-05", "2026-01-06", "2026-01-07")


def test_a_change_in_counts_bears_its_sign_and_nothing_bears_none() -> None:
    """As minus, not as a hyphen."""
    assert [_signed(growth) for growth in (11.84, -0.4, 0.04, -0.04)] == ["+11.8", "−0.4", "0", "0"]


def test_days_that_are_compared_are_whole_from_ten_on_and_an_open_end_is_not_reached() -> None:
    """Half of the tickets took 190.7 days, from 97 on; how many at most the data do not show."""
    row = {
        "measure": "Lead time with open tickets, median",
        "a": 190.7,
        "a_low": 97.0,
        "a_high": float("nan"),
    }
    row |= {"b": 5.14, "b_low": 4.0, "b_high": 12.3}
    assert [_value(row, side) for side in "ab"] == ["191 d (97 to not reached)", "5.1 d (4.0 to 12)"]
