"""What does README show? Figures of the sample's newest report, as a browser draws them.

Run ``make docs``, which renders that report first.
"""

from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from tests.conftest import CHROMIUM, QUIET

ROOT: Final = Path(__file__).parents[1]
PICTURES: Final = {
    "value_stream_map": ("01_where_does_time_go", "Value stream map", 1000),
    "handoff_network": ("02_who_waits_for_whom", "Handoff network of", 1000),
    "ageing_work": ("05_what_is_stuck_now", "How old open work is", 1000),
}
"""File → the page that has the figure, how its alt text begins, and how wide the window is."""


def draw(browser: Browser, run: Path, name: str) -> None:
    """Write one picture; it shows the figure alone, without the page around it."""
    page_name, alt, width = PICTURES[name]
    page = browser.new_page(viewport={"width": width, "height": 900}, device_scale_factor=1.5)
    page.goto((run / f"{page_name}.html").as_uri())
    page.wait_for_selector("body[data-ready]")
    figure = page.locator(f".chart-plot[aria-label^='{alt}']")
    figure.scroll_into_view_if_needed()
    figure.locator(".main-svg").first.wait_for()
    figure.screenshot(path=ROOT / "data" / "sample" / f"{name}.png")


if __name__ == "__main__":
    newest = max(path.parent for path in (ROOT / "data" / "runs").glob("2*/index.html"))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        for picture in PICTURES:
            draw(chromium, newest, picture)
        chromium.close()
