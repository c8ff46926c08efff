"""What of the repositories has landed, and been released, by the rules of vsm.toml?"""

from dataclasses import replace

import pandas as pd

from vsm.config import Workflow
from vsm.eventlog.history import with_deliveries
from vsm.eventlog.log import Log


def log_with_deliveries(log: Log, *, workflow: Workflow) -> Log:
    """When did each commit land, and come out? The log with its commits told so; the log given stays.

    Parameters
    ----------
    log
        Everything recorded, uncut: what contains a commit may be later than it.
    workflow
        Its ``[[repository]]`` sections say which branch is the main line and which tags are releases.
    """
    branches, releases = log.branches, log.releases
    repositories = {name: workflow.repository(str(name)) for name in releases["repository"].unique()}
    final = [
        repositories[repository].ships(tag)
        for repository, tag in zip(releases["repository"], releases["release"], strict=True)
    ]
    said = {name: workflow.repository(str(name)).main for name in branches["repository"].unique()}
    named = branches["repository"].astype("str").map({name: main for name, main in said.items() if main})
    main = branches["main"].where(named.isna(), branches["branch"] == named)
    branches = branches.assign(main=main.astype("bool"))
    releases = releases.assign(final=pd.array(final, dtype="bool"))
    commits = with_deliveries(log.commits, branches=branches, releases=releases)
    return replace(log, branches=branches, releases=releases, commits=commits)
