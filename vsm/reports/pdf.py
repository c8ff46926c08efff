"""Pages as PDFs: by a browser on this machine, which prints it as people would.

The browser is driven by choreographer, which comes with plotly's kaleido; nothing is fetched.
"""

import asyncio
import base64
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vsm.errors import RunError
from vsm.reports.atomic import write_whole
from vsm.reports.whole import WHOLE

_POLL: Final = 0.2
_CLOSING: Final = 12.0
_ON_PAPER: Final = """
for (const plot of document.querySelectorAll(".chart-plot")) plot.replaceWith(plot.cloneNode(true));
for (const link of document.querySelectorAll("a[href]")) {
  const to = link.dataset.address ?? link.getAttribute("href");
  if (/^(https?:|#)/i.test(to)) link.setAttribute("href", to);
  else link.removeAttribute("href");
}
"""
"""Keeps figures as they are drawn, and removes links between files: in a PDF they would name this machine's
folders. Links to a ticket's timeline lead to the tracker instead.
"""
_LACKING: Final = """
(() => {
  const drawn = (letter) => {
    const sheet = Object.assign(document.createElement("canvas"), { width: 48, height: 48 });
    const pen = sheet.getContext("2d");
    pen.font = `24px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillText(letter, 4, 36);
    return sheet.toDataURL();
  };
  const box = drawn("\\u0378"); // no letter has this number
  const text = document.body.textContent;
  const letters = text.match(/(?![\\x00-\\xff])[\\p{L}\\p{Extended_Pictographic}]/gu) ?? [];
  return [...new Set(letters)].slice(0, 500).filter((letter) => drawn(letter) === box).slice(0, 12).join(" ");
})()
"""
"""Letters and emoji of a page for which this machine has no font: they are drawn as what no font knows."""


@dataclass(frozen=True, slots=True)
class Paper:
    """How a page is printed. Sizes in inches, ``view`` in pixels; ``query`` belongs to its address."""

    width: float
    height: float
    view: tuple[int, int]
    scale: float = 1.0
    margin: float = 0.0
    query: str = ""


A4: Final = Paper(8.27, 11.69, view=(1134, 1600), scale=0.62, margin=0.4, query="?unfolded")
"""For a page of a report: its wide tables fit; the room between the margins is 1134 pixels wide."""
SLIDE: Final = Paper(1280 / 96, 720 / 96, view=(1280, 720), query="?print-pdf")
"""For slides: one a sheet, as large as on the screen."""


def print_pdfs(pages: Mapping[Path, Path], *, paper: Paper, timeout: float = 60) -> str:
    """Print HTML files, each to the PDF it is mapped to; each PDF is whole or not there.

    One browser prints them all and has ended when this returns, whatever happened. ``timeout`` is in seconds,
    for each page and for the browser's start.

    Returns
    -------
    str
        Which letters no font of this machine has, and what to do about it; empty where nothing is missing.

    Raises
    ------
    RunError
        There is no browser, it ended or hung, or a file cannot be written. The HTML files remain.
    """
    if not pages:
        return ""
    try:
        lacking = asyncio.run(_print_all(pages, paper, timeout))
    except TimeoutError as error:
        raise RunError(
            f"cannot make a PDF: the browser gave none within {timeout:g} seconds; print the HTML yourself"
        ) from error
    except OSError as error:
        raise RunError(f"cannot write the PDF: {error.strerror or error}; the HTML remains") from error
    return lacking and (
        f"no font of this machine has {lacking}: empty boxes stand for them in the PDF; install one that "
        "does, such as fonts-noto-cjk or fonts-noto-color-emoji (the HTML shows them if its reader has one)"
    )


def print_whole(report: Path) -> tuple[Path, str]:
    """Print a whole report, from the page that ``publish_report`` made of it: ``report.pdf`` in its folder.

    Returns its path, and what ``print_pdfs`` says of fonts. That page goes when it is printed; it stays where
    there is no browser, so that people can print it.
    """
    page, to = report / WHOLE, report / "report.pdf"
    lacking = print_pdfs({page: to}, paper=A4, timeout=180)
    page.unlink()
    return to, lacking


async def _print_all(pages: Mapping[Path, Path], paper: Paper, timeout: float) -> str:
    # Imported here since it takes half a second, and most commands print nothing.
    import choreographer  # noqa: PLC0415
    from choreographer.browsers.chromium import ChromeNotFoundError  # noqa: PLC0415
    from choreographer.errors import BrowserClosedError, BrowserFailedError, ChannelClosedError  # noqa: PLC0415

    try:
        # Chromium's sandbox refuses to run as root, as in a container.
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        browser = choreographer.Browser(headless=True, enable_sandbox=not is_root)
    except ChromeNotFoundError as error:
        raise RunError(
            "cannot make a PDF: no Chrome or Chromium was found; install one, or print the HTML from "
            "your own browser (for slides with ?print-pdf after the address)"
        ) from error
    try:
        async with asyncio.timeout(timeout):
            await browser.open()
        lacking: dict[str, None] = {}
        for page, to in pages.items():
            async with asyncio.timeout(timeout):
                content, letters = await _printed(browser, page, paper)
            lacking |= dict.fromkeys(letters.split())
            write_whole(to, content)
    except (BrowserClosedError, BrowserFailedError, ChannelClosedError) as error:
        raise RunError(
            "cannot make a PDF: the browser ended at once; print the HTML from your own"
        ) from error
    finally:
        await _close(browser)
    return " ".join(lacking)


async def _printed(browser: Any, page: Path, paper: Paper) -> tuple[bytes, str]:
    tab = browser.get_tab()
    wide, high = paper.view
    size = {"width": wide, "height": high, "deviceScaleFactor": 1, "mobile": False}
    await _sent(tab, "Emulation.setDeviceMetricsOverride", size)
    await _sent(tab, "Page.navigate", {"url": page.absolute().as_uri() + paper.query})
    while not await _is_ready(tab):
        await asyncio.sleep(_POLL)
    # A page would draw its figures anew, for a sheet's 700 pixels; here a sheet is as wide as the page is.
    await _sent(tab, "Runtime.evaluate", {"expression": _ON_PAPER})
    margins = {f"margin{side}": paper.margin for side in ("Top", "Bottom", "Left", "Right")}
    wish = {"paperWidth": paper.width, "paperHeight": paper.height, "scale": paper.scale, **margins}
    answer = await _sent(tab, "Page.printToPDF", wish | {"printBackground": True, "generateTaggedPDF": True})
    letters = await _sent(tab, "Runtime.evaluate", {"expression": _LACKING, "returnByValue": True})
    return base64.b64decode(answer["data"]), str(letters["result"].get("value", ""))


async def _is_ready(tab: Any) -> bool:
    """Ask whether the page is there and drawn; one without a script is as soon as it is loaded."""
    ask = (
        "document.readyState === 'complete' && location.protocol === 'file:' && "
        "(!document.scripts.length || document.body.dataset.ready === 'true')"
    )
    answer = await _sent(tab, "Runtime.evaluate", {"expression": ask, "returnByValue": True})
    return bool(answer["result"].get("value"))


async def _sent(tab: Any, command: str, words: Mapping[str, Any]) -> dict[str, Any]:
    answer = await tab.send_command(command, params=dict(words))
    if "error" in answer:
        raise RunError(f"cannot make a PDF: the browser refused {command}: {answer['error'].get('message')}")
    result: dict[str, Any] = answer["result"]
    return result


async def _close(browser: Any) -> None:
    """Close the browser; one that does not close in time is ended, with what it started."""
    process = getattr(browser, "subprocess", None)
    with suppress(Exception):
        async with asyncio.timeout(_CLOSING):
            await browser.close()
    if process is not None and process.poll() is None:
        with suppress(ProcessLookupError):
            if os.name == "posix":  # choreographer starts it in a session of its own
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
