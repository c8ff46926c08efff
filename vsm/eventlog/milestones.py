"""Which commits brought each ticket on, and when were they written, landed and released?"""

from typing import Final

import pandas as pd

COLUMNS: Final = [
    "ticket", "repository", "commit", "actor", "written", "landed", "released", "replaced",
]  # fmt: skip


def milestones_from_commits(
    events: pd.DataFrame, commits: pd.DataFrame, *, as_of: pd.Timestamp
) -> pd.DataFrame:
    """When was each commit of each ticket written, landed and released?

    A later step is never before an earlier one: what is released counts as landed by then, and nothing
    lands before it is written. Where clocks, or a release from a side branch, say otherwise, the span
    between is of zero length. A commit that has not landed is given up, or has
    become part of a squash, where a commit of the same ticket and repository lands after it was written:
    it counts as landed then (``replaced``), and is never released itself.

    Parameters
    ----------
    events
        EVENTS; rows of kind ``commit`` count, merges do not: they are no work on the ticket.
    commits
        COMMITS; those that no ticket's event names do not count, nor events of commits that are not there.
    as_of
        The instant that counts as now, with zone; later steps have not happened.

    Returns
    -------
    DataFrame
        One row per ticket and commit, by ticket, instant and hash: ``ticket, repository, commit, actor`` (of
        the event; str), ``written, landed, released`` (instants, missing while they have not happened),
        ``replaced`` (a flag).
    """
    source = events["source"].astype("str")
    named = events[(events["kind"] == "commit") & source.str.startswith("git:") & (events["at"] <= as_of)]
    words = ["ticket", "source", "actor"]
    facts = named[[*words, "ref", "at", "seq"]].astype(dict.fromkeys(words, "str")).sort_values("seq")
    facts = facts.assign(repository=facts["source"].str.removeprefix("git:"))
    facts = facts.rename(columns={"ref": "commit", "at": "written"}).drop_duplicates(
        ["ticket", "repository", "commit"]
    )
    known = commits[["repository", "commit", "landed", "released"]].astype({"repository": "str"})
    rows = facts.merge(known, on=["repository", "commit"])
    seen = {step: rows[step].where(rows[step] <= as_of) for step in ("landed", "released")}
    rows = _in_order(rows.assign(**seen))
    return _replaced(rows).sort_values(["ticket", "written", "commit", "repository"], ignore_index=True)[
        COLUMNS
    ]


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Bring the steps of a commit into their order: no span between them is negative."""
    landed = rows["landed"].mask(
        ~(rows["landed"] <= rows["released"]), rows["released"].fillna(rows["landed"])
    )
    landed = landed.mask(landed < rows["written"], rows["written"])
    released = rows["released"].mask(rows["released"] < landed, landed)
    return rows.assign(landed=landed, released=released)


def _replaced(rows: pd.DataFrame) -> pd.DataFrame:
    """Let what has not landed end where the next commit of its ticket and repository lands."""
    there = rows["landed"].notna()
    plain = rows.assign(line=rows.groupby(["ticket", "repository"]).ngroup())
    landings = plain.loc[there, ["line", "landed"]].sort_values("landed").rename(columns={"landed": "at"})
    waiting = plain.loc[~there, ["line", "written"]].reset_index().sort_values("written")
    found = pd.merge_asof(
        waiting,
        landings.assign(next=landings["at"]),
        left_on="written",
        right_on="at",
        by="line",
        direction="forward",
    ).set_index("index")["next"]
    ahead = found.reindex(rows.index).astype(rows["landed"].dtype)
    return rows.assign(landed=rows["landed"].fillna(ahead), replaced=ahead.notna())
