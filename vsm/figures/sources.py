"""What was pulled, what is a status taken for, and who is known? The tables to check first."""

from collections.abc import Mapping

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.figures.labels import number
from vsm.figures.tables import published
from vsm.quality.sources_seen import sources_seen


def sources_table(
    events: pd.DataFrame, *, commits: pd.DataFrame, releases: pd.DataFrame, deploys: pd.DataFrame
) -> Styler:
    """What was pulled from where, and of which days does it tell? ``sources_seen`` as a table.

    Parameters
    ----------
    events, commits, releases, deploys
        EVENTS, COMMITS, RELEASES and DEPLOYS.
    """
    found = sources_seen(events, commits=commits, releases=releases, deploys=deploys)
    rows = pd.DataFrame(
        {
            "Source": found["source"],
            "What": found["what"],
            "Records": [number(count) for count in found["records"]],
            "Of tickets": [number(count) if count else "–" for count in found["tickets"]],
            "First": [f"{at:%Y-%m-%d}" for at in found["first"]],
            "Last": [f"{at:%Y-%m-%d}" for at in found["last"]],
        }
    )
    caption = (
        f"n = {number(found['records'].sum())} records. First and last: when it happened (UTC), not when it "
        "was pulled. Events of a Git source are commits and merges that belong to a ticket."
    )
    return published(rows, caption, nothing="Nothing to see yet: nothing has been pulled.")


def statuses_table(stages: pd.DataFrame) -> Styler:
    """Which status counts as which stage, and who said so? The first to check.

    Parameters
    ----------
    stages
        As ``stages_from_names`` gives them.

    Examples
    --------
    >>> columns = "status name stage kind team place mapped"
    >>> statuses_table(pd.DataFrame(columns=columns.split())).data.empty
    True
    """
    found = stages.sort_values(["mapped", "place", "name"], kind="stable")
    rows = pd.DataFrame(
        {
            "Status": found["name"],
            "Stage": found["stage"],
            "Kind": found["kind"],
            "Team": found["team"].fillna("–"),
            "Who says so": ["vsm.toml" if mapped else "assumed" for mapped in found["mapped"]],
        }
    )
    assumed = int((~found["mapped"].astype("bool")).sum())
    caption = (
        f"n = {number(len(found))} statuses, {number(assumed)} of them assumed: their kind is what the "
        "tracker's own category suggests, else a queue."
    )
    return published(rows, caption, nothing="Nothing to see yet: no status is known.")


def people_table(visits: pd.DataFrame, *, events: pd.DataFrame, names: pd.DataFrame) -> Styler:
    """How many accounts, persons and teams are known? Counted, never named.

    Parameters
    ----------
    visits, events, names
        VISITS, EVENTS with persons for accounts, and NAMES.
    """
    accounts = names.loc[names["kind"] == "account", "id"].nunique()
    actors = set(events["actor"].dropna().astype("str"))
    holders = set(visits["holder"].dropna().astype("str"))
    placed = set(visits.loc[visits["team"].notna(), "holder"].dropna().astype("str"))
    rows = pd.DataFrame(
        {
            "Who": [
                "accounts in all sources", "persons and bots who did something", "persons who held a ticket",
                "of these, with a team", "teams",
            ],
            "Known": [
                accounts, len(actors), len(holders), len(placed),
                visits["team"].dropna().astype("str").nunique(),
            ],
        }
    )  # fmt: skip
    return published(
        rows,
        "Several accounts may be one person: by vsm.toml, a mailbox or a name. Without teams nobody can be "
        "said to wait for another team.",
    )


def provenance_table(provenance: Mapping[str, str]) -> Styler:
    """Which state of the data, and of vsm.toml, is this? What makes a run repeatable.

    Parameters
    ----------
    provenance
        Texts by name, as a stream bears them.

    Examples
    --------
    >>> provenance_table({"as of": "2026-01-05 00:00 UTC"}).data["Value"].tolist()
    ['2026-01-05 00:00 UTC']
    """
    rows = pd.DataFrame({"What": list(provenance), "Value": [str(value) for value in provenance.values()]})
    return published(
        rows,
        "As of: the instant that counts as now. The same archive, workflow and version give the "
        "same numbers.",
    )
