"""What is said of a run to those who are to know? At most three sentences, and where to look."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from vsm.findings import ClaimChange, Findings
from vsm.schedule.history import Outcome, Run

SENTENCES: Final = 3
_WORTH_TELLING: Final = ("worse", "new", "better", "gone")


@dataclass(frozen=True, slots=True)
class Message:
    """What is said? Plain text; ``link`` is an address or a path, ``attachments`` are files."""

    report: str
    outcome: Outcome
    title: str
    sentences: tuple[str, ...]
    link: str = ""
    attachments: tuple[Path, ...] = field(default=())

    @property
    def text(self) -> str:
        """All of it, a line each."""
        return "\n".join([self.title, *self.sentences, *([self.link] if self.link else [])])


def message_of(
    run: Run,
    *,
    findings: Findings,
    changes: Sequence[ClaimChange] | None,
    link: str = "",
    pdfs: Sequence[Path] = (),
) -> Message:
    """What is said of this run? What changed first, then what costs most; of a failure, why.

    Parameters
    ----------
    run
        As it ended.
    findings, changes
        What it found, and how that stands against the last good run; None where there is none.
    link
        Where the report can be read.
    pdfs
        Files to send along, where the channel can.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> run = Run("weekly", datetime(2026, 11, 23, tzinfo=UTC), title="Shop", outcome="done")
    >>> print(message_of(run, findings=Findings(), changes=None).text)
    Shop: the report 'weekly' is done.
    Nothing to see yet: there are too few finished tickets to say anything.
    """
    name = f"{run.title or 'vsm'}: the report '{run.report}'"
    if not run.good:
        return Message(run.report, run.outcome, f"{name} {_fate(run)}.", (_sentence(run.reason),), link)
    told = [change for change in changes or () if change.kind in _WORTH_TELLING]
    said = [str(change) for change in told[: SENTENCES - 1]]
    if changes is not None and not told:
        said = ["No change since the last report is borne by the data."]
    claims = [finding.claim for finding in findings if all(finding.claim not in line for line in said)]
    said += (claims or [Findings.nothing] if not findings else claims)[: SENTENCES - len(said)]
    mind = f"Mind: {_sentence(run.reason)}" if run.outcome == "stale" else ""
    sentences = ([mind, *said[: SENTENCES - 1]] if mind else said)[:SENTENCES]
    return Message(run.report, run.outcome, f"{name} {_fate(run)}.", tuple(sentences), link, tuple(pdfs))


def worth_telling(run: Run, changes: Sequence[ClaimChange] | None, *, on: str) -> bool:
    """Is this to be told to somebody who asked for it ``always``, on a ``change``, or on a ``failure``?

    A first report is a change, and so is one that is partly stale; what was not made anew is told to nobody.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> run = Run("weekly", datetime(2026, 11, 23, tzinfo=UTC), outcome="done")
    >>> [worth_telling(run, [], on=on) for on in ("always", "change", "failure")]
    [True, False, False]
    """
    if not run.good:
        return True
    if on == "failure" or run.outcome == "unchanged":
        return False
    moved = changes is None or any(change.kind in _WORTH_TELLING for change in changes)
    return on == "always" or moved or run.outcome == "stale"


def _fate(run: Run) -> str:
    return {
        "done": "is done", "stale": "is made of data that are partly stale or faulty",
        "unchanged": "stands: there is no news", "broken off": "was broken off",
        "misconfigured": "cannot be made as vsm.toml says",
    }.get(run.outcome, "has failed")  # fmt: skip


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 500 else f"{text[:499].rstrip()}…"
