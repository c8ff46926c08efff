"""Which hands has a run in the world as it is? It copies where vsm.toml says, and tells whom it names."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import sleep

from vsm.config import Report
from vsm.errors import RunError
from vsm.findings import Findings
from vsm.schedule.history import Run
from vsm.schedule.message import message_of, worth_telling
from vsm.schedule.publishing import send, shown
from vsm.schedule.rendering import Made
from vsm.schedule.telling import tell
from vsm.sources.work_folder import WorkFolder


def publish_run(folder: WorkFolder, report: Report, run: Run) -> str:
    """Why could a run not be copied to where its report is published? Nothing where it was.

    What lies in the work folder stays there, as its first page leads to it; older runs are removed. A run
    that made nothing sends the first page alone, with what failed and since when. A relative path counts from
    the work folder: a scheduler has a folder of its own.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> run = Run("weekly", datetime(2026, 11, 23, tzinfo=UTC), folder="absent")
    >>> publish_run(WorkFolder(Path("work")), Report(name="weekly", publish="nowhere://x"), run)
    'It could not be copied to nowhere://x: Protocol not known: nowhere.'
    """
    site = folder.site / report.name
    keep = [entry.name for entry in site.iterdir()] if site.is_dir() else []
    try:
        send(site, folder=run.folder if run.good else None, to=_address(folder, report), keep=keep)
    except RunError as error:
        text = str(error)
        return f"{text[:1].upper()}{text[1:]}."
    return ""


def tell_run(
    folder: WorkFolder,
    report: Report,
    run: Run,
    made: Made | None,
    *,
    secrets: Mapping[str, str],
    pause: Callable[[float], None] = sleep,
) -> Sequence[str]:
    """Who could not be told of this run, and why? One sentence each; ``secrets``, ``pause`` as in ``tell``.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> run = Run("weekly", datetime(2026, 11, 23, tzinfo=UTC), outcome="done")
    >>> tell_run(WorkFolder(Path("work")), Report(name="weekly"), run, None, secrets={})
    []
    """
    changes = made.changes if made else []
    wanted = [channel for channel in report.tell if worth_telling(run, changes, on=channel.on)]
    page = folder.site / report.name / "index.html"
    message = message_of(
        run,
        findings=made.findings if made else Findings(),
        changes=changes,
        link=f"{shown(_address(folder, report)).rstrip('/')}/{report.name}/index.html"
        if report.publish
        else str(page.resolve()),
        pdfs=sorted((page.parent / run.folder).glob("*.pdf")) if run.good else (),
    )
    faults = (tell(message, to=channel, secrets=secrets, pause=pause) for channel in wanted)
    return [fault for fault in faults if fault]


def _address(folder: WorkFolder, report: Report) -> str:
    to = str(report.publish)
    known = "://" in to or to.startswith("~") or Path(to).is_absolute()
    return to if known else str(folder.root.resolve() / to)
