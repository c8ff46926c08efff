"""What is a rendered notebook about? Its question, its first paragraph and its headings."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_HEADINGS: Final = ("h1", "h2", "h3")
_ANCHOR: Final = "anchor-link"


@dataclass(frozen=True, slots=True)
class Entry:
    """Where does one heading lie? ``level`` is 2 or 3."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Outline:
    """What is a page about? ``question`` is its first heading, ``lead`` its first paragraph; may be empty."""

    question: str
    lead: str
    entries: tuple[Entry, ...]


def outline_of(html: str) -> Outline:
    """Which question, first paragraph and headings does this HTML have?

    Examples
    --------
    >>> outline_of('<h1 id="a">Where?</h1><p>Here &amp; there.</p><h2 id="b">Waits</h2>')
    Outline(question='Where?', lead='Here & there.', entries=(Entry(level=2, anchor='b', text='Waits'),))
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    entries = [Entry(int(tag[1]), anchor, text) for tag, anchor, text in reader.found if tag in ("h2", "h3")]
    return Outline(
        question=next((text for tag, _, text in reader.found if tag == "h1"), ""),
        lead=next((text for tag, _, text in reader.found if tag == "p"), ""),
        entries=tuple(entry for entry in entries if entry.anchor),
    )


@dataclass
class _Reader(HTMLParser):
    """Collects the texts of headings and paragraphs, without the marks that link to a heading."""

    found: list[tuple[str, str, str]] = field(default_factory=list)
    _tag: str = ""
    _anchor: str = ""
    _text: list[str] = field(default_factory=list)
    _in_mark: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in (*_HEADINGS, "p"):
            self._tag, self._anchor, self._text = tag, given.get("id") or "", []
        self._in_mark = tag == "a" and _ANCHOR in (given.get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = False
        if tag == self._tag:
            self.found.append((tag, self._anchor, " ".join("".join(self._text).split())))
            self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag and not self._in_mark:
            self._text.append(data)
