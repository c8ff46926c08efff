"""Open work, one ticket's life and the evidence in a real headless Chromium: every text whole and on free ground."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.figures.drawn import Drawn, drawn_figures
from tests.figures.small_stream import HOSTILE
from tests.figures.test_stuck import aged, life
from tests.model import test_ticket_life as one
from tests.model.test_ageing import stage_visits
from tests.quality.test_coverage import of_tickets
from tests.streams import sample_stream

WIDTHS = (1100, 700)


@pytest.fixture(scope="module")
def sample(
    browser: Browser, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, int], Drawn]:
    """The sample's figures, on a wide page and on a narrow one."""
    stream, file = sample_stream(sample_folder), tmp_path_factory.mktemp("sample") / "stuck.html"
    figures = {
        "age": stream.plot.ageing_work(),
        "stay": stream.plot.ageing_work(measure="stay"),
        "finished": stream.life("SHOP-12"),
        "open": stream.life("SHOP-588"),
        "evidence": stream.plot.coverage_bars(),
    }
    return {
        (name, width): drawn
        for width in WIDTHS
        for name, drawn in drawn_figures(browser, figures, file=file, width=width).items()
    }


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["age", "stay", "finished", "open", "evidence"])
def test_the_sample_is_drawn_offline_and_can_be_read(
    sample: dict[tuple[str, int], Drawn], name: str, width: int
) -> None:
    """As wide as the page; no message, no request; no text cut or on another."""
    drawn = sample[name, width]
    assert (drawn.said, drawn.called) == ([], [])
    assert drawn.size[0] == width
    assert drawn.marks > 5
    assert drawn.cut() == []
    assert drawn.overlapping() == []


def test_hostile_and_long_names_stand_in_nobodys_way(browser: Browser, tmp_path: Path) -> None:
    """As stages, teams, titles and holders."""
    figures = {}
    for number, name in enumerate(HOSTILE):
        figures[f"age-{number}"] = aged(
            stage_visits().assign(stage=stage_visits()["stage"] + f" {name}"), title=name
        )
        visits = one.visits()
        figures[f"life-{number}"] = life(visits.assign(stage=name, team=name), title=name)
        figures[f"evidence-{number}"] = of_tickets(one.tickets(), title=name)
    for drawn in drawn_figures(browser, figures, file=tmp_path / "hostile.html", width=700).values():
        assert (drawn.said, drawn.called, drawn.links) == ([], [], 0)
        assert drawn.cut() == []
        assert drawn.overlapping() == []
