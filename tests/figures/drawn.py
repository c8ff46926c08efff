"""How does a browser draw figures? One offline page, and where on it every line of text lies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from weakref import WeakKeyDictionary

import plotly.graph_objects as go
from playwright.sync_api import Browser
from plotly.offline import get_plotlyjs

from tests.reports.pages import Visit
from vsm.figures import CONFIG

_PAGE = """<!doctype html><html><head><meta charset="utf-8"><style>body {{ margin: 0 }}</style>
<script>{plotly}</script></head><body data-ready="yes">Figures come here</body></html>"""
_DRAW = """async ([figures, config]) => {
  document.body.replaceChildren(...Object.keys(figures).map(name => Object.assign(document.createElement('div'), {className: 'figure', id: name})));
  await Promise.all(Object.keys(figures).map(name => Plotly.newPlot(name, figures[name].data, figures[name].layout, config)));
}"""

# Of every figure: its size, its marks, its boxes, and each line of each text with the area it is clipped to.
_MEASURE = """() => Object.fromEntries([...document.querySelectorAll('.figure')].map(figure => {
  const frame = figure.getBoundingClientRect();
  const inside = r => [r.left - frame.left, r.top - frame.top, r.right - frame.left, r.bottom - frame.top];
  const clipped = line => {
    const held = line.closest('[clip-path]');
    if (!held) return [0, 0, frame.width, frame.height];
    const rect = document.querySelector(held.getAttribute('clip-path').match(/#[^)'"]+/)[0] + ' rect');
    const at = held.getScreenCTM(), [x, y, w, h] = ['x', 'y', 'width', 'height'].map(a => +rect.getAttribute(a));
    return inside({left: at.e + x, top: at.f + y, right: at.e + x + w, bottom: at.f + y + h});
  };
  const texts = [...figure.querySelectorAll('svg text')].flatMap((text, owner) => {
    const lines = text.querySelectorAll('tspan.line');
    return [...(lines.length ? lines : [text])].filter(line => line.textContent.trim()).map(line => (
      {owner, text: line.textContent, box: inside(line.getBoundingClientRect()), clip: clipped(line)}));
  });
  return [figure.id, {
    texts, size: [frame.width, frame.height], drawings: figure.querySelectorAll('svg.main-svg').length,
    marks: figure.querySelectorAll('.cartesianlayer :is(path, image)').length, links: figure.querySelectorAll('svg a, svg script').length,
    boxes: [...figure.querySelectorAll('.shapelayer path')].map(path => inside(path.getBoundingClientRect())),
  }];
}))"""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Line:
    """Which text stands where? In pixels from the figure's upper left corner."""

    owner: int
    text: str
    box: Box
    clip: Box


@dataclass(frozen=True)
class Drawn:
    """What did the browser make of one figure, and what did the page say and call?"""

    lines: list[Line]
    size: tuple[float, float]
    drawings: int
    marks: int
    links: int
    boxes: list[Box]
    said: list[str]
    called: list[str]

    def cut(self, *, by: float = 1.0) -> list[str]:
        """Which texts reach beyond the figure, or beyond what clips them?"""
        area = (0.0, 0.0, *self.size)
        return [
            line.text for line in self.lines if not all(_within(line.box, a, by) for a in (area, line.clip))
        ]

    def overlapping(self, *, by: float = 2.0) -> list[tuple[str, str]]:
        """Which texts lie on each other by more than so many pixels both ways?"""
        pairs = combinations(self.lines, 2)
        return [(a.text, b.text) for a, b in pairs if a.owner != b.owner and _common(a.box, b.box) > by]

    def spilled(self, *, by: float = 1.0) -> list[str]:
        """Which texts lie in a box of the map and are wider than it?"""
        return [
            line.text
            for line in self.lines
            for box in self.boxes
            if _common(line.box, box) > 4 and not (line.box[0] >= box[0] - by and line.box[2] <= box[2] + by)
        ]


def _within(box: Box, area: Box, by: float) -> bool:
    left, top, right, bottom = box
    return left >= area[0] - by and top >= area[1] - by and right <= area[2] + by and bottom <= area[3] + by


def _common(a: Box, b: Box) -> float:
    return min(min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1]))


_visits: WeakKeyDictionary[Browser, Visit] = WeakKeyDictionary()


def _opened(browser: Browser, file: Path) -> Visit:
    """A page with plotly.js, which takes a browser more than a second; opened once by each."""
    if browser not in _visits:
        file.write_text(_PAGE.format(plotly=get_plotlyjs()), encoding="utf-8")
        visit = Visit(browser, width=700, height=720)
        visit.open(file)
        _visits[browser] = visit
    return _visits[browser]


def drawn_figures(
    browser: Browser, figures: Mapping[str, go.Figure], *, file: Path, width: int
) -> dict[str, Drawn]:
    """Draw the figures on a page of this width, and measure."""
    visit = _opened(browser, file)
    said, called = len(visit.said), len(visit.called)
    visit.page.set_viewport_size({"width": width, "height": 720})
    visit.page.evaluate(
        _DRAW, [{name: json.loads(figure.to_json()) for name, figure in figures.items()}, CONFIG]
    )
    measured = visit.page.evaluate(_MEASURE)
    return {
        name: Drawn(
            [Line(**line) for line in what.pop("texts")],
            **what,
            said=visit.said[said:],
            called=visit.called[called:],
        )
        for name, what in measured.items()
    }
