"""Checks of repositories: what keeps merges and releases from being known, or from being true."""

import pandas as pd

from vsm.config import Workflow
from vsm.eventlog.log import Log, QualityNote


def check_deliveries(log: Log, *, workflow: Workflow) -> list[QualityNote]:
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
            doubts.append(QualityNote("no main line", "warning", detail, source))
        elif not branches["main"].any():
            detail = "it has no branch to land on; name one with main = in a [[repository]] of vsm.toml"
            doubts.append(QualityNote("no main line", "warning", detail, source))
        doubts += _skewed(commits, source)
    return doubts


def _skewed(commits: pd.DataFrame, source: str) -> list[QualityNote]:
    early = commits[(commits["landed"] < commits["authored"]) | (commits["released"] < commits["landed"])]
    if early.empty:
        return []
    detail = (
        f"{len(early)} of {len(commits)} commits, such as {early['commit'].iloc[-1][:12]}, bear a later "
        "instant than what contains them: a clock was wrong; their times to land and to release count as "
        "zero where they would be negative"
    )
    return [QualityNote("skewed clock", "note", detail, source)]
