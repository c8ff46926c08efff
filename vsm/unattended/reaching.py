"""Which hands has a run in the world as it is? It copies where vsm.toml says, and tells whom it names."""

from collections.abc import Mapping, Sequence

from vsm.errors import RunError
from vsm.findings import Findings
from vsm.sources.work_folder import WorkFolder
from vsm.unattended.history import Run
from vsm.unattended.message import message_of, worth_telling
from vsm.unattended.publishing import send
from vsm.unattended.rendering import Made
from vsm.unattended.telling import tell
from vsm.workflow import Report


def publish_run(folder: WorkFolder, report: Report, run: Run) -> str:
    """Why could a run not be copied to where its report is published? Nothing where it was.

    Runs that lie unpacked in the work folder stay there; older ones are removed.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from pathlib import Path
    >>> run = Run("weekly", datetime(2026, 11, 23, tzinfo=UTC), folder="absent")
    >>> publish_run(WorkFolder(Path("work")), Report(name="weekly", publish="nowhere://x"), run)
    'It could not be copied to nowhere://x: Protocol not known: nowhere.'
    """
    site = folder.site / report.name
    keep = [entry.name for entry in site.iterdir() if entry.is_dir()] if site.is_dir() else []
    try:
        send(site, folder=run.folder, to=str(report.publish), keep=keep)
    except RunError as error:
        text = str(error)
        return f"{text[:1].upper()}{text[1:]}."
    return ""


def tell_run(
    folder: WorkFolder, report: Report, run: Run, made: Made | None, *, secrets: Mapping[str, str]
) -> Sequence[str]:
    """Who could not be told of this run, and why? One sentence each.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from pathlib import Path
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
        link=report.publish or str(page.resolve()),
        pdfs=sorted((page.parent / run.folder).glob("*.pdf")) if run.good else (),
    )
    faults = (tell(message, to=channel, secrets=secrets) for channel in wanted)
    return [fault for fault in faults if fault]
