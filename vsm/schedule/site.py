"""The folder of finished reports: a folder each, whose runs are whole or not there.

::

    site/index.html                      every report and its latest run
    site/<report>/index.html             the latest good run, and all runs; replaced in one step
    site/<report>/<instant>/             one run, whole: it came by renaming
    site/<report>/<instant>.tar.xz       an older run, packed; its pages share much, so it is small
"""

import shutil
import tarfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from vsm.reports.atomic import beside, settle, stamp_of, write_whole
from vsm.reports.render import Page, RunRow, made_with, render_site
from vsm.schedule.effects import Log
from vsm.schedule.history import History, Run, failing_since, last_good
from vsm.sources.work_folder import WorkFolder

WHOLE: Final = 4
"""Number of good runs of a report that stay unpacked; older ones are packed."""
_FAILED: Final = 3
_PACKED: Final = ".tar.xz"
_SHOWN: Final = 200
_WORDS: Final = {"stale": "stale data", "broken off": "interrupted"}


def put_in_place(made: Path, *, site: Path, at: datetime) -> str:
    """Move a finished run into its report's folder; returns its name there."""
    site.parent.mkdir(parents=True, exist_ok=True)
    return settle(made, site, stamp_of(at)).name


def refresh_pages(
    folder: WorkFolder, report: str, *, history: History, log: Log, at: datetime, keep: int | None = None
) -> str:
    """Write the first pages and remove old runs; returns why a page was not written, or nothing.

    A page links to a new run before an old one is removed. What cannot be removed goes with the next run.
    """
    try:
        write_index(folder, report, history=history, at=at)
    except OSError as error:
        log("no first page", report=report, reason=str(error))
        return str(error)
    if keep:
        before = _entries(folder.site / report)
        try:
            tidy(folder, report, runs=history.runs(report), keep=keep)
        except OSError as error:
            log("old runs not removed", report=report, reason=str(error))
        if _entries(folder.site / report) != before:
            return refresh_pages(folder, report, history=history, log=log, at=at)
    return ""


def tidy(folder: WorkFolder, report: str, *, runs: Sequence[Run], keep: int) -> None:
    """Keep the newest good runs of a report, whole or packed, and remove unfinished leftovers.

    Only to be called by the one run that is under way. ``keep`` good runs stay, the newest ``WHOLE`` of
    them as folders, the others packed; the newest is never touched. ``runs`` has the latest first.
    """
    stay = list(dict.fromkeys(run.folder for run in runs if run.good and run.folder))[:keep]
    site, made = folder.site / report, folder.runs / report
    for entry in _entries(site):
        name = entry.name.removesuffix(_PACKED)
        if entry.name == "index.html":
            continue
        if name not in stay:
            _remove(entry)
        elif entry.is_dir() and name in stay[WHOLE:]:
            _pack(entry)
    for name in stay[WHOLE:]:
        if (site / f"{name}{_PACKED}").exists() and (site / name).exists():
            shutil.rmtree(site / name)
    for entry in _entries(made):
        if entry.name != "failed":
            _remove(entry)
    for entry in sorted(_entries(made / "failed"), reverse=True)[_FAILED:]:
        _remove(entry)


def write_index(folder: WorkFolder, report: str, *, history: History, at: datetime) -> None:
    """Write a report's first page (latest report, all runs, what failed), and that of all reports."""
    runs, site = history.runs(report), folder.site / report
    title = next((run.title for run in runs if run.title), report)
    page = render_site(
        title=f"{title}: {report}" if title != report else report,
        latest=_latest(site, last_good(runs)),
        runs=[_row(run, site) for run in runs[:_SHOWN]],
        about=made_with(at),
        notice=banner(runs),
    )
    write_whole(site / "index.html", page)
    write_whole(folder.site / "index.html", _overview(history, at))


def banner(runs: Sequence[Run]) -> str:
    """What failed and since when, as a sentence; nothing where the last run was good. Latest run first.

    Examples
    --------
    >>> from datetime import UTC
    >>> banner([Run("weekly", datetime(2026, 11, 23, tzinfo=UTC), outcome="failed", reason="no room.")])
    'The latest run failed (2026-11-23 00:00 UTC): no room. There is no complete report yet.'
    """
    first = failing_since(runs)
    if first is None:
        stale = next((run for run in runs if run.outcome not in ("running", "refused")), None)
        return stale.reason if stale and stale.outcome == "stale" else ""
    latest = next(run for run in runs if run.outcome not in ("running", "refused"))
    since = f" and every one since {first.begun:%Y-%m-%d %H:%M} UTC" if first != latest else ""
    good = last_good(runs)
    stands = (
        f"Below is the last complete report, of {good.begun:%Y-%m-%d %H:%M} UTC."
        if good
        else "There is no complete report yet."
    )
    what = "was interrupted" if latest.outcome == "broken off" else "failed"
    return f"The latest run {what}{since} ({latest.begun:%Y-%m-%d %H:%M} UTC): {latest.reason} {stands}"


def _overview(history: History, at: datetime) -> str:
    pages, troubles = [], []
    for report in history.reports():
        runs = history.runs(report)
        good, trouble = last_good(runs), banner(runs)
        outcome = _WORDS.get(good.outcome, good.outcome) if good else ""
        summary = f"{good.begun:%Y-%m-%d %H:%M} UTC, {outcome}" if good else "no complete report yet"
        pages.append(Page(f"{report}/index.html", report, summary))
        troubles += [f"{report}: {trouble}"] if trouble else []
    title = next((run.title for run in history.runs() if run.title), "Reports")
    return render_site(title=title, latest=pages, runs=[], about=made_with(at), notice=" ".join(troubles))


def _latest(site: Path, good: Run | None) -> list[Page]:
    if good is None or not (site / good.folder).is_dir():
        return []
    pages = [Page(f"{good.folder}/index.html", "Report", f"data as of {good.data}")]
    if (site / good.folder / "retro.html").is_file():
        pages.append(Page(f"{good.folder}/retro.html", "Slides for the retrospective"))
    for pdf in sorted((site / good.folder).glob("*.pdf")):
        name = pdf.stem.lstrip("0123456789_").replace("_", " ").replace("retro", "slides")
        pages.append(Page(f"{good.folder}/{pdf.name}", f"PDF: {name}"))
    return pages


def _row(run: Run, site: Path) -> RunRow:
    kept = (
        name for name in (f"{run.folder}/index.html", f"{run.folder}{_PACKED}") if (site / name).is_file()
    )
    outcome = _WORDS.get(run.outcome, run.outcome)
    return RunRow(
        begun=f"{run.begun:%Y-%m-%d %H:%M}",
        outcome=outcome if run.times == 1 else f"{outcome}, {run.times} times",
        took=f"{(run.ended - run.begun).total_seconds():,.0f} s" if run.ended else "",
        tickets=f"{run.tickets:,}" if run.good else "",
        warnings=f"{run.warnings:,}" if run.good else "",
        data=run.data,
        why=run.reason,
        href=next(kept, "") if run.folder else "",
    )


def _pack(run: Path) -> None:
    with beside(run.with_name(f"{run.name}{_PACKED}")) as hidden, tarfile.open(hidden, "w:xz") as archive:
        archive.add(run, arcname=run.name)
    shutil.rmtree(run)


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()
