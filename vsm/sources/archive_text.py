"""How are documents and instants written down in the archive? Equal things equally."""

import json
from datetime import UTC, datetime


def canonical(body: object) -> bytes:
    """Which bytes say this? Equal content gives equal bytes.

    Examples
    --------
    >>> canonical({"b": 1, "a": [2]})
    b'{"a":[2],"b":1}'
    """
    # The default turns what is a mapping but no dict into one.
    return encoded(
        json.dumps(
            body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=dict
        )
    )


def encoded(text: str) -> bytes:
    r"""Which UTF-8 is this? Half a surrogate pair, as in a cut emoji or an odd file name, becomes '?'.

    Examples
    --------
    >>> encoded("half \ud83d")
    b'half ?'
    """
    return text.encode("utf-8", errors="replace")


def written(at: datetime) -> str:
    """How is an instant written down? In UTC, to the microsecond.

    Examples
    --------
    >>> written(datetime(2026, 1, 5, tzinfo=UTC))
    '2026-01-05T00:00:00.000000+00:00'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds")
