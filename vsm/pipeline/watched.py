"""How far is a long reading? A line for people that appears after two seconds, and goes when done."""

import sys
from collections.abc import Iterable, Iterator
from typing import Any, Final

from tqdm import tqdm

PATIENCE: Final = 2.0  # seconds


def watched(documents: Iterable[dict[str, Any]], *, source: str) -> Iterator[dict[str, Any]]:
    """Which documents are read? The same ones; how many so far is told on a terminal and in Jupyter.

    Nothing is told of what takes less than two seconds, nor into files and pipes; ``TQDM_DISABLE=1`` in the
    environment silences it altogether, as in notebooks that ``vsm report`` runs.

    Examples
    --------
    >>> list(watched([{"id": "1"}], source="jira"))
    [{'id': '1'}]
    """
    seen = sys.stderr.isatty() or "ipykernel" in sys.modules
    line = {"desc": f"reading {source}", "unit": " documents", "delay": PATIENCE, "leave": False}
    with tqdm(documents, **line, **({} if seen else {"disable": True})) as told:  # type: ignore[call-overload]
        yield from told
