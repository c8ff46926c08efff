"""Repositories of several components: what releases or deploys one of them brings nothing of another."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from vsm.eventlog.history import NOWHERE, History

JOINT: Final = "; "


def first_to_bring(
    history: History, claims: Sequence[tuple[int, str | None]], components: Iterable[object]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Give which release or deployment first brought each commit, and whether it is the first of its kind.

    Parameters
    ----------
    claims
        Commit and component of each release or deployment, the first to come first; None: of all components.
    components
        Those of each commit, joined by ``; ``; missing where it belongs to none, as everywhere in a
        repository without components.

    Returns
    -------
    tuple
        The number of the claim; ``NOWHERE`` where none brings the commit. A commit of several components is
        brought with the last of them, one of none with the first claim that contains it. And whether no claim
        of its component came before: it also brings what was there already.

    Examples
    --------
    >>> line = History(["a", "b", "c"], ["", "a", "b"])
    >>> [found.tolist() for found in first_to_bring(line, [(1, "api"), (2, "web")], ["api", "web", None])]
    [[0, 1, 1], [True, True, False]]
    """
    texts = np.array([text if isinstance(text, str) else "" for text in components], dtype="object")
    number, opening = np.full(len(texts), NOWHERE), np.zeros(len(texts), dtype=bool)
    of_component: dict[str, npt.NDArray[np.int64]] = {}
    for text in sorted(set(texts)):
        rows = np.flatnonzero(texts == text)
        for name in text.split(JOINT):
            if name not in of_component:
                of_component[name] = _claimed(history, claims, name)
        several = np.stack([of_component[name] for name in text.split(JOINT)])
        first = np.array([min(of[of != NOWHERE], default=NOWHERE) for of in several])
        part = several[:, rows]
        number[rows] = np.where((part == NOWHERE).any(axis=0), NOWHERE, part.max(axis=0))
        opening[rows] = number[rows] == first[part.argmax(axis=0)]
    return number, opening & (number != NOWHERE)


def _claimed(history: History, claims: Sequence[tuple[int, str | None]], name: str) -> npt.NDArray[np.int64]:
    """Give the first claim of one component, of any without a name, that contains each commit."""
    first: dict[int, int] = {}
    for number, (commit, component) in enumerate(claims):
        if not name or component in (None, name):
            first.setdefault(commit, number)
    return np.array([first.get(owner, NOWHERE) for owner in history.claimed(first)], dtype="int64")
