"""How does a point lead to its ticket? By an address in its ``customdata``, which the report's page opens.

The agreement between figures and ``page.js``: a trace whose points can be followed has
``meta = {"links": slot}``, and each point's ``customdata`` is a list that holds its address, or nothing, at
that slot. The page opens addresses of the web only, each in a tab of its own that knows nothing of the page.
"""

from collections.abc import Iterable
from typing import Any, Final

SLOT: Final = 0
_SCHEMES: Final = ("http://", "https://")


def web_address(text: object) -> str | None:
    """Which page of the web is meant? None where it is none, or holds what no address may hold.

    Examples
    --------
    >>> web_address("https://jira.example.org/browse/AB-1")
    'https://jira.example.org/browse/AB-1'
    >>> web_address("javascript:alert(1)"), web_address(float("nan")), web_address("https://a.b/<b>")
    (None, None, None)
    """
    address = str(text).strip()
    odd = any(letter in '<>"\\' or not letter.isprintable() or letter.isspace() for letter in address)
    return None if odd or not address.lower().startswith(_SCHEMES) else address


def linked(addresses: Iterable[object]) -> dict[str, Any]:
    """What makes the points of a trace lead to these addresses, in their order? Arguments for the trace.

    Nothing at all where no point has an address, so that nothing seems to lead anywhere.

    Examples
    --------
    >>> linked(["https://a.example/1", "ftp://b.example"])
    {'customdata': [['https://a.example/1'], [None]], 'meta': {'links': 0}}
    >>> linked([None])
    {}
    """
    slots = [[web_address(text)] for text in addresses]
    if not any(address for (address,) in slots):
        return {}
    return {"customdata": slots, "meta": {"links": SLOT}}
