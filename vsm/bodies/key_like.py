"""What looks like a ticket's key in a text: all that is kept of what people wrote beside a title."""

import re
from typing import Final

_KEY: Final = r"(?<![A-Za-z0-9])[A-Z][A-Z0-9_]{1,30}-[0-9]{1,9}(?![A-Za-z0-9])"
_PATTERNS: Final = {False: re.compile(_KEY), True: re.compile(_KEY, re.IGNORECASE | re.ASCII)}


def keys_in(text: object, *, any_case: bool = False) -> list[str]:
    """Give what may be keys of tickets in a text, each once, as written; in capitals, as trackers write them.

    Examples
    --------
    >>> keys_in("Fixes SHOP-7 and shop-8; see SHOP-7, UTF-8")
    ['SHOP-7', 'UTF-8']
    >>> keys_in("feature/shop-8", any_case=True), keys_in(None)
    (['shop-8'], [])
    """
    return list(dict.fromkeys(_PATTERNS[any_case].findall(text))) if isinstance(text, str) else []
