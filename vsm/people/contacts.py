"""Mail addresses and telephone numbers in sentences, hidden."""

import re
from typing import Final

HIDDEN: Final = "[address]"
NUMBER: Final = "[phone]"

_AT: Final = r"(?:@|%40|＠|﹫|\s*[(\[{<]\s*(?:at|ät|@)\s*[)\]}>]\s*)"
_DOT: Final = r"(?:\.|．|。|\s*[(\[{<]\s*(?:dot|punkt|\.)\s*[)\]}>]\s*)"
ADDRESS: Final = re.compile(
    rf"""[^\s@＠﹫<>()\[\]{{}},;:"'|=/\\]+{_AT}[\w-]+(?:{_DOT}[\w-]+)*{_DOT}[^\W\d_]{{2,}}""", re.IGNORECASE
)
_SPOKEN: Final = re.compile(  # ann.lee at example dot org
    r"[^\W_][\w.+-]*\s+at\s+[\w-]+(?:\s+dot\s+[\w-]+)*\s+dot\s+[^\W\d_]{2,}\b", re.IGNORECASE
)
_MAYBE_ADDRESS: Final = re.compile(r"[@＠﹫]|%40|[(\[{<]\s*(?:at|ät)\s*[)\]}>]|\sdot\s", re.IGNORECASE)
_BLANK: Final = "[ \u00a0\u2009\u202f]"
_SEP: Final = rf"(?:{_BLANK}|[-‐‑–./()])"
_PHONE: Final = re.compile(
    rf"""(?<![\w.,:/#+-])(?:
      (?:\+{_BLANK}?|00(?=[1-9]))[(]?\d{{1,3}}(?:{_SEP}{{0,3}}\d){{6,13}}
    | [(]0\d{{1,5}}[)]{_SEP}{{0,2}}\d(?:{_SEP}?\d){{4,9}}
    | 0\d{{1,4}}(?:{_BLANK}?[/–-]{_BLANK}?|{_BLANK})\d(?:(?:{_BLANK}|-)?\d){{4,9}}
    | (?:1[-. ])?(?:[(]\d{{3}}[)]{_BLANK}?|\d{{3}}[-.{_BLANK[1:-1]}])\d{{3}}[-.{_BLANK[1:-1]}]\d{{4}}
    | 1[3-9]\d[- ]\d{{4}}[- ]\d{{4}}
    )(?:{_BLANK}*(?:x|ext\.?|\#){_BLANK}*\d{{1,6}})?(?![\w]|[-./:]\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_ANNOUNCED: Final = re.compile(
    rf"""((?:(?<![^\W_])(?:tel|tél|telefono?|teléfono|telephone|phone|fon|mobile|mobil|handy|cell|fax|call|whatsapp|тел|
      τηλ)|电话|手机|電話|携帯|전화)[.:]?(?:{_BLANK}|:|no\.?|nr\.?){{0,4}})
      (?=[+(\d])[+(]?\d(?:{_SEP}{{0,2}}\d){{5,14}}(?!\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_DATE: Final = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}|\d{4}[-/. ]\d{1,2}[-/. ]\d{1,2}")
_DIGIT: Final = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")


def without_addresses(text: str) -> str:
    """Give a text with ``[address]`` in place of each mail address.

    Examples
    --------
    >>> without_addresses("Mail from <ann.lee@mail.example.org>, not @Override or web@1.2")
    'Mail from <[address]>, not @Override or web@1.2'
    >>> without_addresses("ann.lee (at) example.org or ann at example dot org")
    '[address] or [address]'
    """
    if not _MAYBE_ADDRESS.search(text):
        return text
    return _SPOKEN.sub(HIDDEN, ADDRESS.sub(HIDDEN, text))


def without_numbers(text: str) -> str:
    """Give a text with ``[phone]`` in place of each telephone number.

    Numbers count that are written as such (with a country's code, a leading 0 and gaps, or in groups of 3, 3
    and 4), or that a word like "phone" announces; others, and dates, versions and amounts, stay.

    Examples
    --------
    >>> without_numbers("Call 5551234567 or +49 30 123456 by 2026-01-05, order 4711 0815, 10.20.30.40")
    'Call [phone] or [phone] by 2026-01-05, order 4711 0815, 10.20.30.40'
    """
    if not _DIGIT.search(text):
        return text
    announced = _ANNOUNCED.sub(lambda match: f"{match[1]}{NUMBER}", text)
    return _PHONE.sub(lambda match: match[0] if _DATE.fullmatch(match[0]) else NUMBER, announced)
