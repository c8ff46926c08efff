"""What has to stand in which scheduler so that reports arrive on their own?

One call suffices for all reports of a work folder: ``vsm run --due`` itself knows which of them are due.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from vsm.schedule.schedulers_airflow import airflow_dag
from vsm.schedule.schedulers_call import Call
from vsm.schedule.schedulers_cron import cron_block
from vsm.schedule.schedulers_hosted import github_workflow, gitlab_job
from vsm.schedule.schedulers_systemd import printed_units
from vsm.schedule.schedulers_windows import windows_task


class Scheduler(StrEnum):
    """Who calls ``vsm run --due``?"""

    CRON = "cron"
    SYSTEMD = "systemd"
    GITHUB = "github"
    GITLAB = "gitlab"
    WINDOWS = "windows"
    AIRFLOW = "airflow"


_TEXTS: Final[dict[Scheduler, Callable[[Call], str]]] = {
    Scheduler.CRON: cron_block,
    Scheduler.GITHUB: github_workflow,
    Scheduler.GITLAB: gitlab_job,
    Scheduler.WINDOWS: windows_task,
}


def scheduler_text(call: Call, *, scheduler: Scheduler, units: PurePath, notebook: PurePath) -> str:
    """What has to stand in this scheduler?

    Parameters
    ----------
    call
        What to call, and how often.
    scheduler
        Whose text it is to be.
    units
        Folder of the user's units of systemd.
    notebook
        A notebook of the suite, for Airflow's example.

    Raises
    ------
    ParameterError
        It cannot be called so often, or a path holds what this scheduler would misread.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> root = PurePosixPath("/srv/work")
    >>> call = Call(("/opt/vsm",), root, PurePosixPath("/etc"))
    >>> print(scheduler_text(call, scheduler=Scheduler.CRON, units=root, notebook=root).splitlines()[0])
    # >>> vsm schedule /srv/work
    """
    if scheduler is Scheduler.SYSTEMD:
        return printed_units(call, folder=units)
    if scheduler is Scheduler.AIRFLOW:
        return airflow_dag(call, notebook=notebook)
    return _TEXTS[scheduler](call)
