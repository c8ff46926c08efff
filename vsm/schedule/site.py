"""The folder of finished reports: a folder each, whose runs are whole or not there.

::

    site/index.html                      every report and its latest run
    site/<report>/index.html             the latest good run, and all runs; replaced in one step
    site/<report>/<instant>/             one run, whole: it came by renaming
    site/<report>/<instant>.tar.xz       an older run, packed; its pages share much, so it is small
"""

import re
import tarfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from vsm.errors import RunError
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
_RUN: Final = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?(-slides(-\d+)?)?")
_STAMP: Final = len("2026-11-23T070000Z")
_STAGE: Final = re.compile(r"\.stage-[0-9a-f]{32}")
_MADE: Final = re.compile(r"[^.].*\.(html|pdf|ipynb|pptx)|\.[0-9a-f]{32}")
_WORDS: Final = {"stale": "stale data", "broken off": "interrupted"}


def put_in_place(made: Path, *, site: Path, at: datetime) -> str:
    """Move a finished run into its report's folder; returns its name there."""
    site.parent.mkdir(parents=True, exist_ok=True)
    return settle(made, site, stamp_of(at)).name


def refuse_links(folder: WorkFolder, report: str) -> None:
    """Raise RunError where something that a run writes or clears is a link: what it leads to is not ours."""
    site, runs = folder.site / report, folder.runs / report
    first = (folder.site / "index.html", site / "index.html")
    for path in (folder.site, site, folder.runs, runs, runs / "failed", *first):
        if path.is_symlink():
            raise RunError(
                f"{path} is a link, and a run writes and removes only files of its own; put a folder there, "
                "or publish to where it leads (publish in vsm.toml)"
            )


def refresh_pages(
    folder: WorkFolder, report: str, *, history: History, log: Log, at: datetime, keep: int | None = None
) -> str:
    """Write the first pages and remove old runs; returns why a page was not written, or nothing.

    A page links to a new run before an old one is removed. What cannot be removed goes with the next run.
    """
    try:
        refuse_links(folder, report)
        write_index(folder, report, history=history, at=at)
    except (OSError, RunError) as error:
        log("no first page", report=report, reason=str(error))
        return str(error)
    if keep:
        before = entries_of(folder.site / report)
        try:
            tidy(folder, report, runs=history.runs(report), keep=keep)
        except OSError as error:
            log("old runs not removed", report=report, reason=str(error))
        if entries_of(folder.site / report) != before:
            return refresh_pages(folder, report, history=history, log=log, at=at)
    return ""


def tidy(folder: WorkFolder, report: str, *, runs: Sequence[Run], keep: int) -> None:
    """Keep the newest good runs of a report, whole or packed, and remove unfinished leftovers.

    Only to be called by the one run that is under way. ``keep`` good runs stay, the newest ``WHOLE`` of
    them as folders, the others packed; the newest is never touched. ``runs`` has the latest first. Only what
    the history knows as a run's own is removed: files of somebody else stay, in a run's folder as well.
    """
    stay = list(dict.fromkeys(run.folder for run in runs if run.good and run.folder))[:keep]
    site, made = folder.site / report, folder.runs / report
    files = {run.folder or stamp_of(run.begun): run.files for run in runs if run.files}
    stamps = {stamp_of(run.begun) for run in runs}
    for entry in entries_of(site):
        name = entry.name.removesuffix(_PACKED)
        if not _is_of(entry, stamps):
            continue
        if name not in stay:
            _remove(entry, files.get(name, ()))
        elif name in stay[WHOLE:] and (entry / "index.html").is_file():
            _pack(entry, files.get(name, ()))
    for name in stay[WHOLE:]:
        if (site / f"{name}{_PACKED}").is_file() and _is_of(site / name, stamps):
            _remove(site / name, files.get(name, ()))
    began = next((run for run in runs if run.others is not None), None)
    left = began if began and (began is runs[0] or began.outcome == "broken off") else None
    for entry in entries_of(made):
        ours = left and entry.name not in (left.others or ()) and entry.is_dir() and not entry.is_symlink()
        if entry.name != "failed" and (ours or _is_of(entry, stamps)):
            _remove(entry)
    failed = [entry for entry in entries_of(made / "failed") if _is_of(entry, stamps)]
    for entry in failed[::-1][_FAILED:]:
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
    """What failed, or takes too long, and since when; nothing where the last run was good. Latest run first.

    Examples
    --------
    >>> from datetime import UTC
    >>> banner([Run("weekly", datetime(2026, 11, 23, tzinfo=UTC), outcome="failed", reason="no room.")])
    'The latest run failed (2026-11-23 00:00 UTC): no room. There is no complete report yet.'
    """
    good = last_good(runs)
    stands = (
        f"Below is the last complete report, of {good.begun:%Y-%m-%d %H:%M} UTC."
        if good
        else "There is no complete report yet."
    )
    if runs and runs[0].overlong:
        return f"{runs[0].reason} {stands}"
    first = failing_since(runs)
    if first is None:
        stale = next((run for run in runs if run.outcome not in ("running", "refused")), None)
        return stale.reason if stale and stale.outcome == "stale" else ""
    latest = next(run for run in runs if run.outcome not in ("running", "refused"))
    since = f" and every one since {first.begun:%Y-%m-%d %H:%M} UTC" if first != latest else ""
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


def _pack(run: Path, files: Sequence[str]) -> None:
    with beside(run.with_name(f"{run.name}{_PACKED}")) as hidden, tarfile.open(hidden, "w:xz") as archive:
        archive.add(run, arcname=run.name)
    _remove(run, files)


def entries_of(folder: Path) -> list[Path]:
    """List what is in a folder, by name; nothing where there is none."""
    return sorted(folder.iterdir()) if folder.is_dir() else []


def files_of(run: Path) -> tuple[str, ...]:
    """List the files of a finished run, as they are called in its folder."""
    return tuple(sorted(path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()))


def _is_of(entry: Path, stamps: Collection[str]) -> bool:
    """Whether this is the folder, or the packed folder, of a run that began at one of these instants."""
    if entry.is_symlink():
        return False
    if entry.is_dir():
        known = _STAGE.fullmatch(entry.name) or _RUN.fullmatch(entry.name)
        return bool(known) and (entry.name.startswith(".") or entry.name[:_STAMP] in stamps)
    packed = entry.name.endswith(_PACKED) and _RUN.fullmatch(entry.name.removesuffix(_PACKED))
    return entry.is_file() and bool(packed) and entry.name[:_STAMP] in stamps


def _remove(entry: Path, files: Sequence[str] = ()) -> None:
    """Remove a run's files, and its folder where nothing else is in it.

    Of a run that did not get to its end no list is known: then it is what a run makes, by its names.
    """
    if not entry.is_dir():
        entry.unlink()
        return
    made = files or [path.name for path in entry.iterdir() if _MADE.fullmatch(path.name)]
    for file in (entry / name for name in made):
        if file.is_symlink() or file.is_file():
            file.unlink()
    folders = sorted((path for path in entry.rglob("*") if path.is_dir()), reverse=True)
    for folder in [*folders, entry]:
        with suppress(OSError):  # somebody else's file is in it
            folder.rmdir()
