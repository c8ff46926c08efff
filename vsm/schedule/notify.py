"""Who is notified of a run, and the message: at most three sentences and a link."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import sleep
from typing import Final

from vsm.config import Report
from vsm.findings import ClaimChange, Finding, Findings, Summary
from vsm.schedule.channels import Message, send_message
from vsm.schedule.history import Run
from vsm.schedule.publishing import address_of, without_secrets
from vsm.schedule.rendering import Output
from vsm.sources.work_folder import WorkFolder

SENTENCES: Final = 3
_WORTH_SENDING: Final = ("worse", "new", "better", "gone")


def message_of(
    run: Run,
    *,
    findings: Findings,
    changes: Sequence[ClaimChange] | None,
    link: str = "",
    pdfs: Sequence[Path] = (),
    summary: Summary | None = None,
    passed: Sequence[str] = (),
) -> Message:
    """The message about this run: what was passed or has changed, or is still so, then what costs most.

    Of a run that failed, why.

    ``changes`` are those since the last good run, None without one; ``passed`` are sentences on thresholds
    that were passed since then; ``pdfs`` are attached to e-mail, which also carries the ``summary``.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> run = Run("weekly", datetime(2026, 11, 23, tzinfo=UTC), title="Shop", outcome="done")
    >>> print(message_of(run, findings=Findings(), changes=None).text)
    Shop: the report 'weekly' is ready.
    Nothing to show: there are too few delivered tickets to say anything.
    """
    name = f"{run.title or 'vsm'}: the report '{run.report}'"
    if not run.good:
        return Message(run.report, run.outcome, f"{name} {_fate(run)}.", (_sentence(run.reason),), link)
    moves = [change for change in changes or () if change.kind in _WORTH_SENDING]
    lines = [*passed, *map(str, moves)][: SENTENCES - 1]
    if changes is not None and not lines:
        still = [str(change) for change in changes if change.kind == "still"]
        lines = ["No significant change since the last report.", *still[:1]]
    first = findings.headlines(SENTENCES)
    claims = [
        f"{finding.headline} Try: {finding.experiment}"
        for finding in first
        if all(finding.claim not in line for line in lines)
    ]
    lines += [*(claims if first else [first.nothing]), *findings.notes()][: SENTENCES - len(lines)]
    caveat = f"Note: {_sentence(run.reason)}" if run.outcome == "stale" else ""
    sentences = ([caveat, *lines[: SENTENCES - 1]] if caveat else lines)[:SENTENCES]
    details = () if summary is None else _details(summary, said=sentences)
    return Message(
        run.report, run.outcome, f"{name} {_fate(run)}.", tuple(sentences), link, tuple(pdfs), details
    )


def _details(summary: Summary, *, said: Sequence[str]) -> tuple[str, ...]:
    """Give the measures, and the findings that are not among the sentences, with their tickets."""
    rest = [
        f"- {finding.headline} Try: {finding.experiment}{_evidence(finding)}"
        for finding in summary.findings.headlines(SENTENCES)
        if all(finding.claim not in line for line in said)
    ]
    return (summary.about, *(f"- {tile}" for tile in summary.tiles), *rest)


def _evidence(finding: Finding) -> str:
    """Name the tickets, or pull requests, that show it best, where there are any."""
    if finding.pulls:
        return f" Pull requests: {', '.join(key for key, _ in finding.pulls)}."
    return f" Tickets: {', '.join(finding.tickets)}." if finding.tickets else ""


def worth_sending(run: Run, changes: Sequence[ClaimChange] | None, *, on: str, passed: bool = False) -> bool:
    """Whether this is sent to somebody who asked for it ``always``, on a ``change``, or on a ``failure``.

    A first report is a change, and so is one with stale data; without news nothing is sent. Who asked for a
    ``threshold`` is notified when it was ``passed`` since the last good report, and of failures.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> run = Run("weekly", datetime(2026, 11, 23, tzinfo=UTC), outcome="done")
    >>> [worth_sending(run, [], on=on) for on in ("always", "change", "failure")]
    [True, False, False]
    """
    if not run.good:
        return True
    if on == "failure" or run.outcome == "unchanged":
        return False
    if on == "threshold":
        return passed
    change_found = changes is None or any(change.kind in _WORTH_SENDING for change in changes)
    return on == "always" or change_found or run.outcome == "stale"


def _fate(run: Run) -> str:
    return {
        "done": "is ready", "stale": "is ready, but some of its data are stale or faulty",
        "unchanged": "is unchanged: there are no new data", "broken off": "was interrupted",
        "misconfigured": "cannot be made: vsm.toml has a mistake", "refused": "is held up",
    }.get(run.outcome, "has failed")  # fmt: skip


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 500 else f"{text[:499].rstrip()}…"


def notify(
    folder: WorkFolder,
    report: Report,
    run: Run,
    output: Output | None,
    *,
    secrets: Mapping[str, str],
    pause: Callable[[float], None] = sleep,
) -> Sequence[str]:
    """Notify the channels of vsm.toml; returns a sentence for each that could not be reached.

    ``secrets`` and ``pause`` are those of ``send_message``.
    """
    changes = output.changes if output else []
    passed = output.passed if output and output.passed else ((),) * len(report.tell)
    wanted = [
        channel
        for channel, own in zip(report.tell, passed, strict=True)
        if worth_sending(run, changes, on=channel.on, passed=bool(own))
    ]
    page = folder.site / report.name / "index.html"
    message = message_of(
        run,
        findings=output.findings if output else Findings(),
        changes=changes,
        link=f"{without_secrets(address_of(folder, report)).rstrip('/')}/{report.name}/index.html"
        if report.publish
        else str(page.resolve()),
        pdfs=sorted((page.parent / run.folder).glob("*.pdf")) if run.good else (),
        summary=output.summary if output else None,
        passed=[*dict.fromkeys(sentence for each in passed for sentence in each)],
    )
    faults = (send_message(message, to=channel, secrets=secrets, pause=pause) for channel in wanted)
    return [fault for fault in faults if fault]
