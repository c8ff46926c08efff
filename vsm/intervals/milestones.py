"""Which stretches of a ticket's life does Git tell better than the tracker?

At any instant a ticket's commits are *pending* (written, not landed), or have all landed and some are not
released, or are all released. A spell is an unbroken stay in the tracker's stages that milestones split and
that are not done. In a spell, pending work is ``coding`` as long as a further commit of the spell is to
come before it lands, and ``landing`` after the last one; whether one is to come is known once the work has
landed or the spell has ended, and until then it is ``coding``. What has all landed is ``releasing``, unless a
further commit of the spell comes before its release: then coding goes on. What is all released shows as the
tracker has it; a new commit begins anew. In a done stage nobody codes: what landed there is ``releasing``,
and pending work is ``landing`` only where vsm.toml has ``landing`` split that stage.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from vsm.intervals.states import states_from_events

SOURCE: Final = "git"
NEVER: Final = np.iinfo(np.int64).max
LONG_AGO: Final = np.iinfo(np.int64).min
NOTHING: Final[dict[str, Any]] = {"pending": 0, "unreleased": 0, "lands": LONG_AGO, "comes_out": LONG_AGO}


def events_with_milestones(
    events: pd.DataFrame,
    milestones: pd.DataFrame,
    *,
    stages: pd.DataFrame,
    within: Mapping[str, Collection[str]],
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """How does the log read where Git splits the tracker's stages? EVENTS with moves into such stages added.

    The result is for making visits only: what was recorded are the events given. A milestone shows only
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
    mine = events[events["ticket"].isin(set(milestones["ticket"]))]
    states = _spells(states_from_events(mine, stages=stages, as_of=as_of), stages, within)
    return _inserted(events, _shown(_timeline(states, milestones), states, within))


def _spells(
    states: pd.DataFrame, stages: pd.DataFrame, within: Mapping[str, Collection[str]]
) -> pd.DataFrame:
    """Write out each state's stage, and number the spells in which milestones split the tracker's stages."""
    about = (
        stages.drop_duplicates("stage").reset_index(drop=True).iloc[states["stage"]].reset_index(drop=True)
    )
    plain = states.assign(**{word: about[word] for word in ("stage", "kind", "status")}).astype(
        {"ticket": "str"}
    )
    split = plain["stage"].isin({name for names in within.values() for name in names}) & (
        plain["kind"] != "done"
    )
    begins = (split != split.shift()) | (plain["ticket"] != plain["ticket"].shift())
    stay = plain["moved"].cumsum()
    spell = begins.cumsum()
    return plain.assign(
        spell=spell,
        last=spell.groupby(plain["ticket"]).transform("max"),
        entrant=plain["mover"].astype("str").where(plain["moved"]).groupby(stay).transform("first"),
    )


def _timeline(states: pd.DataFrame, milestones: pd.DataFrame) -> pd.DataFrame:
    """Lay out every instant at which a ticket's status or commits change, and what holds from then on.

    ``pending`` and ``unreleased`` count commits; ``lands`` and ``comes_out`` tell when all commits written so
    far will have done so, ``state`` and ``now`` which row of the tracker's states holds, and begins here.
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
    fresh = (line["written"] > 0) & (line["pending"].groupby(ticket).shift(fill_value=0) == 0)
    line["author"] = line["author"].where(fresh).groupby(ticket).ffill()
    line["state"] = line["now"].groupby(ticket).ffill()
    return line


def _steps(milestones: pd.DataFrame) -> list[pd.DataFrame]:
    """Count each commit in and out: written, landed, released."""
    rows = milestones.sort_values(["ticket", "written", "commit", "repository"])
    instants = {step: _micros(rows[step]) for step in ("landed", "released")}
    comes_out = instants["released"].mask(rows["replaced"], LONG_AGO)
    written: dict[str, Any] = {
        "pending": 1,
        "lands": instants["landed"],
        "comes_out": comes_out,
        "author": rows["actor"],
    }
    kept = (~rows["replaced"]).astype("int64")
    steps = [
        rows[["ticket"]].assign(**NOTHING).assign(at=rows["written"], written=1.0, **written),
        rows[["ticket"]].assign(**NOTHING).assign(at=rows["landed"], pending=-1, unreleased=kept),
        rows[["ticket"]].assign(**NOTHING).assign(at=rows["released"], unreleased=-1),
    ]
    return [step[step["at"].notna()] for step in steps]


def _micros(instants: "pd.Series[Any]") -> "pd.Series[Any]":
    return instants.astype("int64").mask(instants.isna(), NEVER)


def _shown(line: pd.DataFrame, states: pd.DataFrame, within: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Tell which milestone, if any, shows from each instant on; keep where that begins or ends."""
    line = line[line["state"].notna()].reset_index(drop=True)
    words = ["stage", "kind", "status", "spell", "last", "assignee", "entrant", "moved", "bulk"]
    held = states[words].iloc[line["state"].astype("int64")].reset_index(drop=True)
    line = pd.concat([line, held], axis=1)
    phase = _phases(line, line["stage"].isin(within.get("landing", ())))
    splits = pd.MultiIndex.from_tuples([(m, stage) for m, names in within.items() for stage in names])
    shows = pd.MultiIndex.from_arrays([phase, line["stage"]]).isin(splits)
    shown = phase.where(shows, "")
    before = shown.groupby(line["ticket"]).shift(fill_value="")
    kept = (shown != before) | ((shown != "") & line["now"].notna())
    return line.assign(shown=shown)[kept].reset_index(drop=True)


def _phases(line: pd.DataFrame, to_land: "pd.Series[bool]") -> "pd.Series[Any]":
    """Say of every instant what Git makes of the ticket, as the module says above."""
    written = line["written"] > 0
    ahead = {name: _next(line[name].where(written), line["ticket"]) for name in ("at", "spell")}
    further = ahead["spell"] == line["spell"]
    following = _micros(ahead["at"])
    pending, unreleased, done = line["pending"] > 0, line["unreleased"] > 0, line["kind"] == "done"
    unknown = ~further & (line["lands"] == NEVER) & (line["spell"] == line["last"])
    cases = [
        (done & pending & to_land, "landing"),
        (~done & pending & ((further & (following < line["lands"])) | unknown), "coding"),
        (~done & pending, "landing"),
        (~done & unreleased & further & (following < line["comes_out"]), "coding"),
        (unreleased, "releasing"),
    ]
    return pd.Series(
        np.select([rule for rule, _ in cases], [word for _, word in cases], ""), index=line.index
    )


def _next(values: "pd.Series[Any]", ticket: "pd.Series[Any]") -> "pd.Series[Any]":
    """Carry the next known value of the same ticket back to the rows before it."""
    return values.groupby(ticket).shift(-1).groupby(ticket).bfill()


def _movers(line: pd.DataFrame) -> "pd.Series[Any]":
    """Say who moved the ticket: the tracker's mover, else the author who began coding, else nobody known."""
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
            "source": SOURCE,
            "ref": pd.Series(range(len(shown)), dtype="int64").astype("str"),
            "seq": 0,
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
