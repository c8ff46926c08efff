"""Whether defects are fixed by the team that made the change."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, Final

import pandas as pd

from vsm.model.lifecycle import completed
from vsm.model.responsibility.owners import NOBODY, commits_of_tickets, work_of_people
from vsm.stats.proportions import share_of

CAUSED: Final = r"caused by|introduced by|broken by|regressed by"
CAUSES: Final = r"causes|introduces|breaks|regresses"
_KEY: Final = r"(?P<key>[A-Za-z][A-Za-z0-9_]+-\d+)"
_TEXT: Final = re.compile(rf"\b(?:(?P<back>{CAUSED})|(?P<forth>{CAUSES}))\s+{_KEY}\s*$", re.IGNORECASE)
NO_DEFECTS: Final = "no delivered ticket is a defect by [alignment.flow] or by its type"
NO_CAUSES: Final = (
    "no defect names the change that caused it: link it in the tracker (“is caused by”), or revert that "
    "change's commit under the defect's key"
)
NO_TEAMS: Final = "teams are not known on both sides: declare [[team]] or the teams of stages in vsm.toml"


def defects_fixed_at_home(fixes: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """Give the share of defects that were fixed by the team that made the change.

    Only recorded causes count: a defect without a named cause is left out, and never guessed at.

    Parameters
    ----------
    fixes
        As ``fixes_of_defects`` gives them.

    Returns
    -------
    DataFrame
        One row: ``defects`` (finished), ``with_cause`` (whose cause is named), ``n`` (both teams known too),
        ``home`` (of ``n``), ``share`` with its 95 % Wilson interval ``low, high`` (NaN under ``minimum``) and
        ``missing`` (what would have to be known for any answer).
    """
    named, known = int(fixes["cause"].notna().sum()), fixes["home"].dropna()
    home = int(known.sum())
    lacking = NO_DEFECTS if fixes.empty else NO_CAUSES if not named else NO_TEAMS
    row: dict[str, Any] = {"defects": len(fixes), "with_cause": named, "n": len(known), "home": home}
    row |= share_of(home, len(known), minimum=minimum) | {"missing": None if len(known) else lacking}
    return pd.DataFrame([row]).astype({"missing": "str"})


def fixes_of_defects(
    lifecycles: pd.DataFrame,
    *,
    alignment: pd.DataFrame,
    visits: pd.DataFrame,
    events: pd.DataFrame,
    commits: pd.DataFrame,
    tickets: pd.DataFrame,
    bots: AbstractSet[str] = NOBODY,
) -> pd.DataFrame:
    """Give the change that made each finished defect, and the teams that made the one and fixed the other.

    The change is the ticket that a causal link names ("is caused by", "introduced by", "broken by",
    "regressed by", or from the other side "causes", …) and that was not unlinked, or the ticket of a commit
    that one of the defect's commits reverts. Of several it is the latest created before the defect. The team
    of a ticket is the one whose work visits on it lasted longest in all.

    Returns
    -------
    DataFrame
        One row per finished defect (not by a bulk edit): ``ticket``, ``cause`` (ticket, or missing), ``by``
        (link or revert), ``made_by``, ``fixed_by`` (teams), ``home`` (boolean, missing where a team or the
        cause is unknown).
    """
    defects = set(alignment.loc[alignment["flow"] == "defect", "ticket"].astype("str"))
    done = completed(lifecycles)["ticket"].astype("str")
    created = dict(zip(tickets["ticket"].astype("str"), tickets["created"], strict=True))
    pairs = [*linked_causes(events, tickets=tickets), *_reverted(events, commits)]
    known = [
        (defect, cause, by)
        for defect, cause, by in dict.fromkeys(pairs)
        if defect != cause and {defect, cause} <= created.keys() and created[cause] <= created[defect]
    ]
    latest = {
        defect: (cause, by) for defect, cause, by in sorted(known, key=lambda one: (created[one[1]], *one))
    }
    team = _longest_team(visits, bots)
    rows = [
        {"ticket": ticket, "cause": (found := latest.get(ticket, (None, None)))[0], "by": found[1],
         "made_by": team.get(found[0]), "fixed_by": team.get(ticket)}
        for ticket in sorted(done[done.isin(defects)])
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["ticket", "cause", "by", "made_by", "fixed_by"]).astype("str")
    home = (frame["made_by"] == frame["fixed_by"]).astype("boolean")
    return frame.assign(home=home.mask(frame["made_by"].isna() | frame["fixed_by"].isna()))


def linked_causes(events: pd.DataFrame, *, tickets: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Give ``(defect, cause, "link")`` for each causal link that still stands, in order.

    The tracker writes a link as a sentence that ends with a key; keys that tickets had before a move count.
    """
    moves = events[events["kind"] == "move"].dropna(subset=["before"])
    ids = dict(zip(moves["before"].astype("str").str.upper(), moves["ticket"].astype("str"), strict=True))
    ids |= dict(zip(tickets["key"].str.upper(), tickets["ticket"].astype("str"), strict=True))
    links = events[events["kind"] == "link"].sort_values(["at", "ticket", "seq"], kind="stable")
    rows = links[["ticket", "before", "after"]].astype("object")
    standing: dict[tuple[str, str, str], None] = {}
    for row in rows.where(rows.notna(), None).to_dict("records"):
        for pair in _pairs(str(row["ticket"]), row["before"], ids):
            standing.pop(pair, None)
        standing |= dict.fromkeys(_pairs(str(row["ticket"]), row["after"], ids))
    return list(standing)


def _pairs(ticket: str, text: Any, ids: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    found = _TEXT.search(text) if text else None
    other = ids.get(found["key"].upper()) if found else None
    if found and other:
        yield (ticket, other, "link") if found["back"] else (other, ticket, "link")


def _reverted(events: pd.DataFrame, commits: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Pair each ticket with those whose commits its own commits revert."""
    made = commits_of_tickets(events, commits=commits)
    taken_back = made[made["reverts"].notna()]
    owners = made.groupby(["repository", "commit"])["ticket"].agg(list).to_dict()
    for row in taken_back[["ticket", "repository", "reverts"]].to_dict("records"):
        for hash_ in str(row["reverts"]).split():
            for cause in owners.get((row["repository"], hash_), ()):
                yield row["ticket"], cause, "revert"


def _longest_team(visits: pd.DataFrame, bots: AbstractSet[str]) -> dict[Any, str]:
    work = work_of_people(visits, bots=bots)
    spent = work.groupby(["ticket", "team"])["elapsed"].sum().rename("spent").reset_index()
    order = spent.sort_values(["ticket", "spent", "team"], ascending=[True, False, True])
    return order.drop_duplicates("ticket").set_index("ticket")["team"].to_dict()
