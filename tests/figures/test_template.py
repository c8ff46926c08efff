"""One look: told apart without colour, readable, nothing sent anywhere."""

import plotly.graph_objects as go
import plotly.io as pio
import pytest

from vsm.figures.maps.matrix import _COST, _MUTED
from vsm.figures.maps.stream_marks import DATA_FILL, HEAD_FILL
from vsm.figures.theme import (
    BACK,
    CAUSE_COLOURS,
    CAUSE_PATTERNS,
    CONFIG,
    INK,
    KIND_COLOURS,
    KIND_PATTERNS,
    KIND_SYMBOLS,
    KIND_WORDS,
    PAPER,
    TEMPLATE,
    framed,
)
from vsm.tables.words import CAUSES, STAGE_KINDS


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb``, by WCAG 2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_kind_of_stage_has_a_look_of_its_own() -> None:
    """In colour, in pattern, in shape and in words; bulk edits too."""
    for look in (KIND_COLOURS, KIND_PATTERNS, KIND_SYMBOLS, KIND_WORDS):
        assert look.keys() == {*STAGE_KINDS, "bulk"}
        assert len(set(look.values())) == len(look)


def test_causes_of_waiting_look_like_no_kind_of_stage() -> None:
    """Every cause has a colour of its own, and no kind of stage nor what moves back has it."""
    assert CAUSE_COLOURS.keys() == CAUSE_PATTERNS.keys() == set(CAUSES)
    assert len(set(CAUSE_COLOURS.values())) == len(CAUSES)
    assert {*KIND_COLOURS.values(), BACK}.isdisjoint(CAUSE_COLOURS.values())


@pytest.mark.parametrize("cause", CAUSES)
def test_waiting_never_looks_like_work(cause: str) -> None:
    """Causes are purple or crimson: as red as they are blue within a little, and less green than either."""
    red, green, blue = (int(CAUSE_COLOURS[cause][at : at + 2], 16) for at in (1, 3, 5))
    assert green < min(red, blue)


@pytest.mark.parametrize("fill", [PAPER, HEAD_FILL, DATA_FILL, *(colour for _, colour in (*_COST, *_MUTED))])
def test_text_can_be_read_on_every_fill_that_bears_it(fill: str) -> None:
    """A contrast of 4.5 : 1 at least."""
    assert contrast(INK, fill) >= 4.5


@pytest.mark.parametrize("kind", ["queue", "external"])
def test_the_letter_in_a_triangle_can_be_read(kind: str) -> None:
    """The inventory's I stands on the kind's own colour."""
    assert contrast(INK, KIND_COLOURS[kind]) >= 4.5


def test_nothing_can_be_sent_away() -> None:
    """No link to Plotly's cloud, no logo that leads there."""
    assert CONFIG["plotlyServerURL"] == ""
    assert not CONFIG["showSendToCloud"]
    assert not CONFIG["displaylogo"]


def test_the_template_asks_for_no_font_from_the_web() -> None:
    """Only fonts of the machine, ending in a family that every machine has."""
    family = TEMPLATE.layout.font.family
    assert family.endswith("sans-serif")
    assert "http" not in TEMPLATE.layout.to_plotly_json().__repr__()


def test_no_route_offers_to_send_a_figure_away() -> None:
    """Whatever shows the first figure: JupyterLab, VS Code, a browser."""
    framed(go.Figure(), title="Flow", caption="n = 0", alt="Nothing.", body=100)
    for name in ("plotly_mimetype", "jupyterlab", "vscode", "notebook", "browser"):
        assert pio.renderers[name].config["showSendToCloud"] is False
        assert pio.renderers[name].config["plotlyServerURL"] == ""
