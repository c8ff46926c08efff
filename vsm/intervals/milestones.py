"""Where Git shows more than the tracker: stages that milestones of commits split.

At any instant a ticket's commits are *pending* (some written, but not merged), or *unreleased* (all merged,
some not released), or all released. What shows, while the tracker's own stage is one that milestones split:

============ ================================================ ===========
commits      and                                              shows
============ ================================================ ===========
pending      another commit of the spell comes before they    coding
             are merged
pending      it is the last one, or none is to come           landing
pending      nobody can know yet (not merged, spell not over) coding
unreleased   another commit of the spell comes before the     coding
             release
unreleased   otherwise                                        releasing
all released                                                  the tracker's stage
============ ================================================ ===========

A *spell* is an unbroken stay in the tracker's stages that milestones split and that are not done. In a done
stage nobody codes: what is merged there is ``releasing``, and pending work is ``landing`` only where vsm.toml
lets ``landing`` split that stage. A life, with two commits that are merged together and released later::

    hour       9          10         12         15         18         20
    tracker    In Progress                                 Done
    Git                   written    written    merged                released
    pending    0          1          2          0          0          0
    unreleased 0          0          0          2          2          0
    shows      tracker's  coding     landing    releasing  releasing  tracker's (Done)

At 10 another commit comes before the merge at 15: coding. At 12 it was the last one: landing.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.intervals._kernels.arrays import MISSING, NEVER
from vsm.intervals.event_codes import MILESTONES
from vsm.intervals.states import states_from_events

LONG_AGO: Final = MISSING
NOTHING: Final[dict[str, Any]] = {"pending": 0, "unreleased": 0, "lands": LONG_AGO, "comes_out": LONG_AGO}


def events_with_milestones(
    events: pd.DataFrame,
    milestones: pd.DataFrame,
    *,
    stages: pd.DataFrame,
    within: Mapping[str, Collection[str]],
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Give EVENTS with moves into the stages that Git splits from the tracker's.

    The result is for making visits only; what was recorded are the events given. A milestone shows only
    while the tracker's own stage is one of those it splits; any other status wins. A move into ``coding`` is
    made by the author of the first commit of the work that is pending, where that commit begins it or nobody
    is assigned: so the author holds what nobody is assigned to.

    Parameters
    ----------
    events
        EVENTS in their order, with persons for accounts.
    milestones
        As ``milestones_from_commits`` gives them, up to the same ``as_of``.
    stages
        As ``stages_from_names`` gives them, with a row ``git:coding`` for the stage of that milestone.
    within
        Milestone → names of the stages that it splits (``Workflow.splits``).
    as_of
        The instant that counts as now, with zone.

    Returns
    -------
    DataFrame
        The events given, the same frame where there are no milestones; else with status events of source
        ``git`` in between, after all else of their instant.
    """
    if milestones.empty or not within:
        return events
    concerned = events[events["ticket"].isin(set(milestones["ticket"]))]
    states = _spells(states_from_events(concerned, stages=stages, as_of=as_of), stages, within)
    return _inserted(events, _shown(_timeline(states, milestones), states, within))


def _spells(
    states: pd.DataFrame, stages: pd.DataFrame, within: Mapping[str, Collection[str]]
) -> pd.DataFrame:
    """Write out the stage after each instant; number the spells in which milestones split the tracker's.

    ::

        stage      Open  In Progress  Review  Done        In Progress and Review are split
        split        F        T         T      F
        spell        1        2         2      3          a new number where ``split`` or the ticket changes
        entrant     ann      bob       bob    eve         who moved the ticket into its stage
    """
    states = states.drop_duplicates(["ticket", "at"], keep="last", ignore_index=True)
    elsewhere = (states["stage"] != states["stage"].shift()) | (states["ticket"] != states["ticket"].shift())
    states = states.assign(moved=elsewhere)
    about = stages.drop_duplicates("stage").reset_index(drop=True)
    about = about.iloc[states["stage"]].reset_index(drop=True)
    plain = states.assign(**{word: about[word] for word in ("stage", "kind", "status")})
    plain = plain.astype({"ticket": "str"})
    splittable = plain["stage"].isin({name for names in within.values() for name in names})
    split = splittable & (plain["kind"] != "done")
    spell = ((split != split.shift()) | (plain["ticket"] != plain["ticket"].shift())).cumsum()
    stay = plain["moved"].cumsum()
    return plain.assign(
        spell=spell,
        last=spell.groupby(plain["ticket"]).transform("max"),
        entrant=plain["mover"].astype("str").where(plain["moved"]).groupby(stay).transform("first"),
    )


def _timeline(states: pd.DataFrame, milestones: pd.DataFrame) -> pd.DataFrame:
    """Lay out every instant at which a ticket's status or commits change, and what holds from then on.

    ``pending`` and ``unreleased`` count commits; ``lands`` and ``comes_out`` are when all commits written so
    far will have been merged and released, ``state`` the row of the tracker's states that holds, and ``now``
    that row where it begins here. Each commit comes as steps, which are summed by instant and then added up::

        at         9    10    12    15    20
        pending         +1    +1    −2              cumsum → 0 1 2 0 0
        unreleased                  +2    −2        cumsum → 0 0 0 2 0
        lands           15    15                    cummax → –∞ 15 15 15 15
        now        0                                ffill  → 0 0 0 0 0  (state)
    """
    tracker = states[["ticket", "at"]].assign(**NOTHING, state=range(len(states)))
    rows = pd.concat([tracker, *_steps(milestones)], ignore_index=True)
    at = rows.groupby(["ticket", "at"], sort=True).agg(
        pending=("pending", "sum"),
        unreleased=("unreleased", "sum"),
        lands=("lands", "max"),
        comes_out=("comes_out", "max"),
        author=("author", "first"),
        written=("written", "count"),
        now=("state", "max"),
    )
    line = at.reset_index()
    ticket = line["ticket"]
    line[["pending", "unreleased"]] = line[["pending", "unreleased"]].groupby(ticket).cumsum()
    line[["lands", "comes_out"]] = line[["lands", "comes_out"]].groupby(ticket).cummax()
    # Who began the pending work: the author of a commit before which nothing was pending.
    fresh = (line["written"] > 0) & (line["pending"].groupby(ticket).shift(fill_value=0) == 0)
    line["author"] = line["author"].where(fresh).groupby(ticket).ffill()
    line["state"] = line["now"].groupby(ticket).ffill()
    return line


def _steps(milestones: pd.DataFrame) -> list[pd.DataFrame]:
    """Count each commit in and out: written, merged, released; one that was replaced is never unreleased."""
    rows = milestones.sort_values(["ticket", "written", "commit", "repository"])
    counted = (~rows["replaced"]).astype("int64")
    released = _micros(rows["released"]).mask(rows["replaced"], LONG_AGO)
    steps: list[dict[str, Any]] = [
        {"at": rows["written"], "written": 1.0, "pending": 1, "author": rows["actor"],
         "lands": _micros(rows["merged_at"]), "comes_out": released},
        {"at": rows["merged_at"], "pending": -1, "unreleased": counted},
        {"at": rows["released"], "unreleased": -1},
    ]  # fmt: skip
    frames = [rows[["ticket"]].assign(**NOTHING).assign(**step) for step in steps]
    return [frame[frame["at"].notna()] for frame in frames]


def _micros(instants: "pd.Series[Any]") -> "pd.Series[Any]":
    return instants.astype("int64").mask(instants.isna(), NEVER)


def _shown(line: pd.DataFrame, states: pd.DataFrame, within: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Give the rows at which a milestone begins or ceases to show, or the tracker moves while one shows."""
    line = line[line["state"].notna()].reset_index(drop=True)
    words = ["stage", "kind", "status", "spell", "last", "assignee", "entrant", "moved", "bulk"]
    held = states[words].iloc[line["state"].astype("int64")].reset_index(drop=True)
    line = pd.concat([line, held], axis=1)
    phase = _phases(line, line["stage"].isin(within.get("landing", ())))
    splits = pd.MultiIndex.from_tuples([(m, stage) for m, names in within.items() for stage in names])
    shown = phase.where(pd.MultiIndex.from_arrays([phase, line["stage"]]).isin(splits), "")
    before = shown.groupby(line["ticket"]).shift(fill_value="")
    turns = (shown != before) | ((shown != "") & line["now"].notna())
    return line.assign(shown=shown)[turns].reset_index(drop=True)


def _phases(line: pd.DataFrame, to_land: "pd.Series[bool]") -> "pd.Series[Any]":
    """Give what Git makes of the ticket at every instant, by the table in the module's docstring."""
    written = line["written"] > 0
    ahead = {name: _next(line[name].where(written), line["ticket"]) for name in ("at", "spell")}
    further = ahead["spell"] == line["spell"]
    next_commit = _micros(ahead["at"])
    pending, unreleased, done = line["pending"] > 0, line["unreleased"] > 0, line["kind"] == "done"
    unknown = ~further & (line["lands"] == NEVER) & (line["spell"] == line["last"])
    cases = [
        (done & pending & to_land, "landing"),
        (~done & pending & ((further & (next_commit < line["lands"])) | unknown), "coding"),
        (~done & pending, "landing"),
        (~done & unreleased & further & (next_commit < line["comes_out"]), "coding"),
        (unreleased, "releasing"),
    ]
    conditions, phases = zip(*cases, strict=True)
    return pd.Series(np.select(conditions, phases, ""), index=line.index)


def _next(values: "pd.Series[Any]", ticket: "pd.Series[Any]") -> "pd.Series[Any]":
    """Give the next known value of the same ticket, from the row after on: ``[1 – 3]`` → ``[3 3 –]``."""
    return values.groupby(ticket).shift(-1).groupby(ticket).bfill()


def _movers(line: pd.DataFrame) -> "pd.Series[Any]":
    """Give who moved the ticket: the tracker's mover, else the author who began coding, else nobody known."""
    moved = line["now"].notna() & line["moved"].astype(bool)
    free = line["assignee"].isna()
    tracker = line["entrant"].where(moved | (free & (line["shown"] == "")))
    author = (line["shown"] == "coding") & ((line["written"] > 0) | free)
    return tracker.mask(author, line["author"])


def _inserted(events: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """Add a status event for each row, after all other events of its ticket and instant."""
    status = ("git:" + shown["shown"]).where(shown["shown"] != "", shown["status"])
    rows = pd.DataFrame(
        {
            "ticket": shown["ticket"],
            "at": shown["at"],
            "kind": "status",
            "before": None,
            "after": status,
            "actor": _movers(shown),
            "source": MILESTONES,
            "ref": pd.Series(range(len(shown)), dtype="int64").astype("str"),
            "seq": 1000,  # after everything else at this instant
            "bulk": shown["now"].notna() & shown["bulk"].astype(bool),
        }
    )
    words = ["ticket", "kind", "before", "after", "actor", "source"]
    types = {word: _wider(events[word], rows[word]) for word in words}
    both = pd.concat([frame.astype(types) for frame in (events, rows)], ignore_index=True)
    return both.sort_values(["ticket", "at"], ignore_index=True, kind="stable")


def _wider(known: "pd.Series[Any]", added: "pd.Series[Any]") -> pd.CategoricalDtype:
    """Give the type that holds both: the known categories first, in their order."""
    more = sorted(set(added.dropna()) - set(known.cat.categories))
    return pd.CategoricalDtype([*known.cat.categories, *more])
