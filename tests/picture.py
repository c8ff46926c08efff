"""What does README show? The value stream map of the sample's newest report, as a browser draws it.

Run ``make docs``, which renders that report first.
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.conftest import CHROMIUM, QUIET

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "data" / "sample" / "value_stream_map.png"


def draw() -> None:
    """Write the picture; it shows the figure alone, without the page around it."""
    newest = max((ROOT / "data" / "runs").glob("2*/01_where_does_time_go.html"))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        page = chromium.new_page(viewport={"width": 1000, "height": 900}, device_scale_factor=1.5)
        page.goto(newest.as_uri())
        page.wait_for_selector("body[data-ready]")
        figure = page.get_by_role("img", name="Value stream map")
        figure.scroll_into_view_if_needed()
        figure.locator(".main-svg").first.wait_for()
        figure.screenshot(path=PICTURE)
        chromium.close()


if __name__ == "__main__":
    draw()
