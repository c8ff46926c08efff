"""The folder of finished reports: a folder each, whose runs are whole or not there.

::

    site/index.html                      every report and its latest run
    site/<report>/index.html             the latest good run, and all runs; replaced in one step
    site/<report>/<instant>/             one run, whole: it came by renaming
    site/<report>/<instant>.tar.xz       an older run, packed; its pages share much, so it is small

What is removed and written over is known to be a run's own, see ``ownership``; everything else stays.
"""

import re
import tarfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final

from vsm.errors import RunError
from vsm.reports.atomic import beside, left_beside, settle, stamp_of, write_whole
from vsm.reports.render import Page, RunRow, made_with, render_site
from vsm.schedule.effects import Log
from vsm.schedule.history import History, Run, failing_since, last_good, listed_files
from vsm.schedule.ownership import PACKED, is_packed_run, own_files, refuse_foreign, remove_files
from vsm.sources.work_folder import WorkFolder

WHOLE: Final = 4
"""Number of good runs of a report that stay unpacked; older ones are packed."""
_FAILED: Final = 3
_SHOWN: Final = 200
_WORK: Final = re.compile(
    r"(\.stage-)?(?P<stamp>\d{4}-\d\d-\d\dT\d{6}Z)(-\d+)?(-slides(-\d+)?)?(-[0-9a-f]{32})?"
)
"""Folders that a run makes while it renders, by the instant it began at."""
_MADE: Final = re.compile(r"[^.].*\.(html|pdf|ipynb|pptx)|\..+\.[0-9a-f]{32}")
"""Their files: of a run that was killed there is no list."""
_WORDS: Final = {"stale": "stale data", "broken off": "interrupted"}


def free_name(site: Path, *, at: datetime) -> str:
    """Give a run its name in its report's folder: its instant, with a number where that is taken."""
    stamp, taken = stamp_of(at), {entry.name.removesuffix(PACKED) for entry in entries_of(site)}
    names = (stamp if n == 1 else f"{stamp}-{n}" for n in count(1))
    return next(name for name in names if name not in taken)


def put_in_place(made: Path, *, site: Path, name: str) -> str:
    """Move a finished run into its report's folder; returns its name there."""
    site.parent.mkdir(parents=True, exist_ok=True)
    return settle(made, site, name).name


def refuse_others(folder: WorkFolder, report: str) -> None:
    """Raise RunError where something that a run writes or clears is a link, or a page of somebody else."""
    site, runs = folder.site / report, folder.runs / report
    pages = (folder.site / "index.html", site / "index.html")
    refuse_foreign((folder.site, site, folder.runs, runs, runs / "failed", *pages), pages=pages)


def refresh_pages(
    folder: WorkFolder, report: str, *, history: History, log: Log, at: datetime, keep: int | None = None
) -> str:
    """Write the first pages and remove old runs; returns why a page was not written, or nothing.

    Whatever moment the process is killed at, a page leads to what is there: old runs are packed before it is
    written, and it leads to nothing that is removed after. What cannot be removed goes with the next run.
    """
    runs = history.runs(report)
    try:
        refuse_others(folder, report)
        if keep:
            with _unless_refused(log, report):
                pack_old(folder, report, runs=runs, keep=keep)
        write_index(folder, report, history=history, at=at, keep=keep)
    except (OSError, RunError) as error:
        log("no first page", report=report, reason=str(error))
        return str(error)
    if keep:
        with _unless_refused(log, report):
            tidy(folder, report, runs=runs, keep=keep)
    return ""


@contextmanager
def _unless_refused(log: Log, report: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log("old runs not removed", report=report, reason=str(error))


def _staying(runs: Sequence[Run], keep: int) -> list[str]:
    """List the folders of the newest good runs, so many at most, the latest first."""
    return list(dict.fromkeys(run.folder for run in runs if run.good and run.folder))[:keep]


def pack_old(folder: WorkFolder, report: str, *, runs: Sequence[Run], keep: int) -> None:
    """Pack all good runs that stay but the newest ``WHOLE``; ``tidy`` removes their folders then.

    One that is packed stays as it is, and so does one whose name something else has taken.
    """
    site, known = folder.site / report, listed_files(runs)
    for name in _staying(runs, keep)[WHOLE:]:
        own, packed = own_files(site / name, known.get(name, ())), site / f"{name}{PACKED}"
        for left in left_beside(packed):
            left.unlink()
        if site / name / "index.html" in own and not packed.exists():
            with beside(packed) as hidden, tarfile.open(hidden, "w:xz") as archive:
                for file in own:
                    archive.add(file, arcname=file.relative_to(site).as_posix())


def tidy(folder: WorkFolder, report: str, *, runs: Sequence[Run], keep: int) -> None:
    """Keep the newest good runs of a report, whole or packed, and remove unfinished leftovers.

    Only to be called by the one run that is under way. ``keep`` good runs stay, the newest ``WHOLE`` of
    them as folders, the others packed if ``pack_old`` could; the newest is never touched. ``runs`` has the
    latest first. Only what the history lists as a run's own is removed: files of somebody else stay, in a
    run's folder as well, and so do runs of versions that kept no list.
    """
    stay, site = _staying(runs, keep), folder.site / report
    for name, files in listed_files(runs).items():
        whole, packed = site / name, site / f"{name}{PACKED}"
        if name not in stay:
            remove_files(whole, files)
            if is_packed_run(packed, name=name, files=files):
                packed.unlink()
        elif (
            name in stay[WHOLE:] and own_files(whole, files) and is_packed_run(packed, name=name, files=files)
        ):
            remove_files(whole, files)
    for page in (site / "index.html", folder.site / "index.html"):
        for left in left_beside(page):
            left.unlink()
    _clear(folder.runs / report, runs)


def _clear(made: Path, runs: Sequence[Run]) -> None:
    """Remove what killed runs left in a report's working folder, and all but the latest failed ones."""
    known = {stamp_of(run.begun): run.others for run in runs if run.others is not None}
    own = [
        [entry for entry in entries_of(parent) if _is_work(entry, entry.relative_to(made).as_posix(), known)]
        for parent in (made, made / "failed")
    ]
    for entry in [*own[0], *own[1][::-1][_FAILED:]]:
        remove_files(entry, [path.name for path in entry.iterdir() if _MADE.fullmatch(path.name)])


def _is_work(entry: Path, name: str, known: Mapping[str, Collection[str]]) -> bool:
    """Whether a run made this folder while it rendered: it began then, and the folder was not there yet."""
    about = _WORK.fullmatch(entry.name)
    others = known.get(about["stamp"]) if about else None
    return others is not None and name not in others and entry.is_dir() and not entry.is_symlink()


def work_of(made: Path) -> tuple[str, ...]:
    """List what is in a report's working folder, and in that of its failed runs."""
    entries = [*entries_of(made), *entries_of(made / "failed")]
    return tuple(entry.relative_to(made).as_posix() for entry in entries)


def write_index(
    folder: WorkFolder, report: str, *, history: History, at: datetime, keep: int | None = None
) -> None:
    """Write a report's first page (latest report, all runs, what failed), and that of all reports.

    With ``keep``, as ``tidy`` has it, the page leads to no run that will be removed.
    """
    runs, site = history.runs(report), folder.site / report
    stay = None if keep is None else _staying(runs, keep)
    title = next((run.title for run in runs if run.title), report)
    good = last_good(runs)
    page = render_site(
        title=f"{title}: {report}" if title != report else report,
        latest=_latest(site, good),
        runs=[_row(run, href=_place_of(run, site, stay)) for run in runs[:_SHOWN]],
        about=made_with(at),
        notice=banner(runs),
        summary=_summary_of(site, good),
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


def _summary_of(site: Path, good: Run | None) -> str:
    """Read the first page of the latest good run; nothing where it is not there."""
    page = site / good.folder / "index.html" if good else site
    return page.read_text(encoding="utf-8") if page.is_file() else ""


def _latest(site: Path, good: Run | None) -> list[Page]:
    if good is None or not (site / good.folder).is_dir():
        return []
    pages = [Page(f"{good.folder}/index.html", "Report", f"data as of {good.data}")]
    if (site / good.folder / "retro.html").is_file():
        pages.append(Page(f"{good.folder}/retro.html", "Slides for the retrospective"))
    for pdf in sorted((site / good.folder).glob("*.pdf")):
        name = "Slides" if pdf.stem == "retro" else "The whole report"
        pages.append(Page(f"{good.folder}/{pdf.name}", f"{name} as PDF"))
    return pages


def _place_of(run: Run, site: Path, stay: Sequence[str] | None) -> str:
    """Give where a run can be read, and will be; a run whose folder is about to go is packed already."""
    going = stay is not None and run.files and run.folder not in stay
    if not (run.good and run.folder) or going:
        return ""
    whole, packed = f"{run.folder}/index.html", f"{run.folder}{PACKED}"
    there = [name for name in (whole, packed) if (site / name).is_file()]
    old = stay is not None and run.folder in stay[WHOLE:]
    if len(there) == 2 and old and is_packed_run(site / packed, name=run.folder, files=run.files):
        return packed
    return there[0] if there else ""


def _row(run: Run, *, href: str) -> RunRow:
    outcome = _WORDS.get(run.outcome, run.outcome)
    return RunRow(
        begun=f"{run.begun:%Y-%m-%d %H:%M}",
        outcome=outcome if run.times == 1 else f"{outcome}, {run.times} times",
        took=f"{(run.ended - run.begun).total_seconds():,.0f} s" if run.ended else "",
        tickets=f"{run.tickets:,}" if run.good else "",
        warnings=f"{run.warnings:,}" if run.good else "",
        data=run.data,
        why=run.reason,
        href=href,
    )


def entries_of(folder: Path) -> list[Path]:
    """List what is in a folder, by name; nothing where there is none."""
    return sorted(folder.iterdir()) if folder.is_dir() else []
