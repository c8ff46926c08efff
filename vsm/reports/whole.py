"""A whole report as one page, the summary first: what a PDF of it is printed from."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from markupsafe import Markup

from vsm.reports.notebook_html import OPENING_ENDS, Body, Outline
from vsm.reports.render import Page

WHOLE: Final = "whole.html"
_NAME: Final = re.compile(r' (id|aria-labelledby|for)="([^"]+)"')
_LINK: Final = re.compile(r' href="(?P<page>[^"#:]*)(#(?P<anchor>[^"]+))?"')


def whole_body(bodies: Mapping[Page, Body], *, title: str) -> Body:
    """Join pages, in this order, each on a sheet of its own; links between them stay within the page."""
    names = {page.href: PurePosixPath(page.href).stem for page in bodies}
    sheets = [_sheet(body.html, names[page.href], names) for page, body in bodies.items()]
    return Body(Markup("\n").join(sheets), Outline(title, "", ()))


def _sheet(html: str, name: str, names: Mapping[str, str]) -> Markup:
    """Put a page's names under its own, so that no two pages share any."""

    def linked(found: re.Match[str]) -> str:
        page, anchor = found["page"] or "", found["anchor"]
        if page and page not in names:
            return found[0]
        sheet = names.get(page, name)
        return f' href="#{sheet}-{anchor}"' if anchor else f' href="#{sheet}"'

    own = _LINK.sub(linked, html.replace(OPENING_ENDS, ""))
    own = _NAME.sub(lambda found: f' {found[1]}="{name}-{found[2]}"', own)
    return Markup(f'<section class="sheet" id="{name}">{own}</section>')  # noqa: S704 - pages of our own
