"""What of the repositories has landed, and been released, by the rules of vsm.toml?"""

from dataclasses import replace

import pandas as pd

from vsm.config import Workflow
from vsm.eventlog.history import with_deliveries
from vsm.eventlog.log import Log
from vsm.eventlog.quality import Doubt


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


def doubts_about_deliveries(log: Log, *, workflow: Workflow) -> list[Doubt]:
    """What of the repositories keeps landings and releases from being told, or from being true?

    Clock skew never changes what contains what; durations that it would make negative count as zero.
    """
    doubts = []
    for repository, commits in log.commits.groupby("repository", observed=True):
        source, said = f"git:{repository}", workflow.repository(str(repository))
        branches = log.branches[log.branches["repository"] == repository]
        if said.main and said.main not in set(branches["branch"]):
            known = ", ".join(sorted(branches["branch"])[:5])
            detail = f"main = '{said.main}' is no branch of [[repository]] '{repository}'; there are: {known}"
            doubts.append(Doubt("no main line", "warning", detail, source))
        elif not branches["main"].any():
            detail = "it has no branch to land on; name one with main = in a [[repository]] of vsm.toml"
            doubts.append(Doubt("no main line", "warning", detail, source))
        doubts += _skewed(commits, source)
    return doubts


def _skewed(commits: pd.DataFrame, source: str) -> list[Doubt]:
    early = commits[(commits["landed"] < commits["authored"]) | (commits["released"] < commits["landed"])]
    if early.empty:
        return []
    detail = (
        f"{len(early)} of {len(commits)} commits, such as {early['commit'].iloc[-1][:12]}, bear a later "
        "instant than what contains them: a clock was wrong; their times to land and to release count as "
        "zero where they would be negative"
    )
    return [Doubt("skewed clock", "note", detail, source)]
