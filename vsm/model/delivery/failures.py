"""Which deployments failed, when that was restored, and which were made to fix something."""

from collections.abc import Collection
from typing import Final

import pandas as pd

JOINT: Final = "; "


def incident_tickets(
    tickets: pd.DataFrame, *, types: Collection[str], labels: Collection[str]
) -> "pd.Series[bool]":
    """Mark the tickets that are incidents: those of such a type, or with such a label."""
    labelling = tickets["labels"].fillna("").str.split(JOINT)
    labelled = pd.Series(
        [not set(labels).isdisjoint(words) for words in labelling], tickets.index, dtype="bool"
    )
    return labelled | tickets["type"].astype("str").isin(list(types))


def failures_of_deployments(
    deployments: pd.DataFrame,
    brought: pd.DataFrame,
    *,
    incidents: pd.DataFrame,
    events: pd.DataFrame,
    reverts: bool = True,
) -> pd.DataFrame:
    """Give the deployments that failed, by what evidence, and when each was restored.

    A deployment failed when its outcome says so; when an incident was reported after it and before the next
    one (of any repository); or when a later deployment brought a commit that reverts one of its own.

    A failure of outcome is restored with the next deployment of the repository (and component) that did not
    fail by its outcome; an incident when it was finished; a revert when it was deployed. The failure begins
    with the deployment, or when the incident was reported. Of several failures of one deployment the first
    beginning and the last restoring count.

    Parameters
    ----------
    deployments, brought
        As ``production_deployments`` and ``brought_by_deployments`` give them.
    incidents
        ``ticket, created, finished`` of the tickets that are incidents.
    reverts
        Whether a revert means that the deployment of the reverted commit failed.

    Returns
    -------
    DataFrame
        One row per deployment, in order: ``failed``, ``by`` (outcome, incident, revert, joined; empty),
        ``begun``, ``restored`` (when it was restored; missing while it is not), ``rework`` (it brought a
        revert, or a commit of an incident), ``incidents`` (ticket ids).
    """
    parts = [_by_outcome(deployments)]
    if len(incidents):
        parts.append(_by_incident(deployments, incidents))
    if reverts and brought["reverts"].notna().any():
        parts.append(_by_revert(deployments, brought))
    found = pd.concat(parts, ignore_index=True)
    grouped = found.groupby("number")
    whole = grouped["restored"].max().mask(found["restored"].isna().groupby(found["number"]).any())
    rows = pd.DataFrame(index=deployments.index)
    rows["failed"] = rows.index.isin(found["number"])
    evidence = grouped["by"].agg(lambda words: ", ".join(dict.fromkeys(words)))
    rows["by"] = evidence.reindex(rows.index, fill_value="")
    rows["begun"] = grouped["begun"].min().reindex(rows.index)
    rows["restored"] = whole.reindex(rows.index)
    rows["rework"] = rows.index.isin(_rework(brought, incidents, events, reverts=reverts))
    named = found.dropna(subset=["ticket"]).groupby("number")["ticket"]
    rows["incidents"] = named.agg(JOINT.join).reindex(rows.index, fill_value="")
    return rows


def _rows(number: object, by: str, begun: object, restored: object, ticket: object = None) -> pd.DataFrame:
    rows = pd.DataFrame({"number": number, "begun": begun, "restored": restored})
    instants = {name: pd.to_datetime(rows[name], utc=True) for name in ("begun", "restored")}
    tickets = pd.Series(ticket, index=rows.index, dtype="object")
    return rows.assign(by=by, ticket=tickets, **instants).astype({"number": "int64"})


def _by_outcome(deployments: pd.DataFrame) -> pd.DataFrame:
    bad = deployments["outcome"] == "failure"
    place = [deployments[word].fillna("") for word in ("repository", "component")]
    sound = deployments["at"].mask(bad).groupby(place).bfill()
    return _rows(deployments.index[bad], "outcome", deployments["at"][bad].array, sound[bad].array)


def _by_incident(deployments: pd.DataFrame, incidents: pd.DataFrame) -> pd.DataFrame:
    """Give each incident to the last deployment before it."""
    position = deployments["at"].searchsorted(incidents["created"], side="right") - 1
    caused = incidents.assign(number=position)[position >= 0]
    return _rows(
        caused["number"].array, "incident", caused["created"].array, caused["finished"].array,
        caused["ticket"].to_numpy(),
    )  # fmt: skip


def _by_revert(deployments: pd.DataFrame, brought: pd.DataFrame) -> pd.DataFrame:
    """Give each revert to the deployment of what it reverts, if that was an earlier one."""
    taken = brought.dropna(subset=["reverts"])
    taken = taken.assign(reverts=taken["reverts"].str.split(" ")).explode("reverts")
    first = brought.set_index(["repository", "commit"])["number"]
    back = taken.join(first.rename("bad"), on=["repository", "reverts"]).dropna(subset=["bad"])
    later = back[back["bad"] < back["number"]]
    at = deployments["at"]
    return _rows(
        later["bad"].array, "revert", at.reindex(later["bad"]).array, at.reindex(later["number"]).array
    )


def _rework(
    brought: pd.DataFrame, incidents: pd.DataFrame, events: pd.DataFrame, *, reverts: bool
) -> set[int]:
    """Number the deployments that brought a revert, or a commit of an incident."""
    fixing = events["ticket"].isin(set(incidents["ticket"])) & events["kind"].isin(["commit", "merge"])
    commits = set(events.loc[fixing, "ref"])
    found = set(brought.loc[brought["commit"].isin(commits), "number"])
    return found | (set(brought.loc[brought["reverts"].notna(), "number"]) if reverts else set())
