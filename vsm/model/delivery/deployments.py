"""What went into production, when, and which commits it brought first."""

from bisect import bisect_left
from collections.abc import Collection
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.eventlog.components import first_to_bring
from vsm.eventlog.history import NOWHERE, History
from vsm.tables import INSTANT

COLUMNS: Final = ["deployment", "repository", "component", "at", "commit", "outcome", "source"]


def production_deployments(
    deploys: pd.DataFrame,
    releases: pd.DataFrame,
    commits: pd.DataFrame,
    *,
    environments: Collection[str] = ("production",),
) -> pd.DataFrame:
    """Give what was deployed to production, in order.

    What somebody recorded counts; of a repository without any record, each final release counts as a
    deployment. Where a recorded deployment names no repository, no release counts: it might be the same.

    Returns
    -------
    DataFrame
        By instant: ``deployment`` (its id or tag), ``repository`` (missing where unknown),
        ``component`` (missing: all of it), ``at``, ``commit`` (whole hash, or missing where it is known to no
        repository), ``outcome`` (success, failure, unknown), ``source`` (of the deployment, or ``tags``). An
        abbreviated hash means the one commit that begins so; without a commit the repository is the only one
        there is.
    """
    written = deploys[deploys["environment"].isin(environments)]
    resolved = _resolved(written.astype({"repository": "str", "source": "str"}), commits)
    covered = set(resolved["repository"].dropna())
    final = releases[releases["final"] & ~releases["repository"].astype("str").isin(covered)]
    if resolved["repository"].isna().any():
        final = final.iloc[:0]
    tagged = pd.DataFrame(
        {
            "deployment": final["release"],
            "repository": final["repository"].astype("str"),
            "component": final["component"].astype("str"),
            "at": final["tagged"].where(final["tagged"] > final["at"], final["at"]),
            "commit": final["commit"],
            "outcome": "unknown",
            "source": "tags",
        }
    )
    parts = [part for part in (resolved[COLUMNS], tagged) if len(part)] or [tagged]
    rows = pd.concat(parts, ignore_index=True)
    words = [column for column in COLUMNS if column != "at"]
    typed = rows.astype(dict.fromkeys(words, "str") | {"at": INSTANT})
    return typed.sort_values(["at", "deployment"], ignore_index=True)


def _resolved(written: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Find the commit that each deployment names, and so its repository."""
    known = sorted(zip(commits["commit"], commits["repository"].astype("str"), strict=True))
    repositories = sorted(commits["repository"].astype("str").unique())
    only = repositories[0] if len(repositories) == 1 else None
    found = [
        _meant(known, prefix, repository, only)
        for prefix, repository in zip(written["commit"], written["repository"], strict=True)
    ]
    where = pd.DataFrame(found, columns=["commit", "repository"], index=written.index, dtype="str")
    about = {"deployment": written["deploy"], "outcome": written["outcome"].astype("str")}
    return written.drop(columns=["commit", "repository"]).assign(**about).join(where)


def _meant(
    known: list[tuple[str, str]], prefix: object, repository: object, only: str | None
) -> tuple[str | None, str | None]:
    given = repository if isinstance(repository, str) else None
    if isinstance(prefix, str) and prefix:
        first = bisect_left(known, (prefix, ""))
        near = known[first : first + 50]
        fits = [one for one in near if one[0].startswith(prefix) and given in (None, one[1])]
        if len(fits) == 1:
            return fits[0]
    return None, given or only


def brought_by_deployments(deployments: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Give the deployment that first brought each commit into production.

    Follows the graph: of several deployments that contain a commit the earliest counts, of those of its own
    component. Deploying an older commit again (a rollback) brings nothing. COMMITS have parents before
    children within a repository.

    Returns
    -------
    DataFrame
        One row per commit in production: ``repository``, ``commit``, ``number`` (row of ``deployments``),
        ``deployed`` (instant), ``authored``, ``merge`` (it has several parents), ``reverts``, ``opening``
        (its deployment is the first one known of the repository or component: it brings all that was there
        before, so how long its commits took is not known).
    """
    parts = []
    for repository, rows in commits.groupby("repository", observed=True):
        own = deployments[(deployments["repository"] == repository) & deployments["commit"].notna()]
        history = History(rows["commit"].tolist(), rows["parents"].tolist())
        known = own[own["commit"].isin(history.number.keys())]
        component = known["component"].astype("object").where(known["component"].notna(), None)
        claims = [(history.number[commit], of) for commit, of in zip(known["commit"], component, strict=True)]
        first, opening = first_to_bring(history, claims, rows["components"])
        number = np.append(known.index.to_numpy(dtype="int64"), NOWHERE)[first]
        parts.append(rows.assign(number=number, opening=opening)[number >= 0])
    nothing = {"number": pd.array([], dtype="int64"), "opening": pd.array([], dtype="bool")}
    rows = pd.concat(parts) if parts else commits.iloc[:0].assign(**nothing)
    columns = ["repository", "commit", "number", "authored", "reverts", "opening"]
    about = rows[columns].astype({"repository": "str"})
    deployed: Any = deployments["at"].reindex(rows["number"]).array
    return about.assign(deployed=deployed, merge=rows["parents"].str.contains(" ")).reset_index(drop=True)


def tickets_of_deployments(
    deployments: pd.DataFrame, brought: pd.DataFrame, *, events: pd.DataFrame, tickets: pd.DataFrame
) -> pd.DataFrame:
    """Give what each deployment brought first: how many commits, and of which tickets.

    Returns
    -------
    DataFrame
        One row per deployment, in order: ``commits``, ``tickets`` (counts; those of ``tickets`` alone),
        ``evidence`` (keys of the tickets, joined by a comma, sorted).
    """
    keys = dict(zip(tickets["ticket"].astype("str"), tickets["key"], strict=True))
    linked = events.loc[events["kind"].isin(["commit", "merge"]), ["ticket", "ref"]].astype("str")
    known = linked.assign(key=linked["ticket"].map(keys)).dropna(subset=["key"])
    pairs = brought[["commit", "number"]].merge(known, left_on="commit", right_on="ref")
    pairs = pairs.drop_duplicates(["number", "key"]).sort_values(["number", "key"])
    named = pairs.groupby("number")["key"]
    return pd.DataFrame(
        {
            "commits": brought["number"].value_counts().reindex(deployments.index, fill_value=0),
            "tickets": named.size().reindex(deployments.index, fill_value=0),
            "evidence": named.agg(", ".join).reindex(deployments.index, fill_value=""),
        }
    )
