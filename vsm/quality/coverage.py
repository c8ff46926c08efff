"""How much evidence is there, and what can be claimed with it? Counts of what is known, of all there is."""

from typing import Any, Final

import pandas as pd

from vsm.clock import Clock
from vsm.model.lifecycle import completed
from vsm.people import is_bot
from vsm.tables import TOUCH_KINDS

EVIDENCE: Final = {
    "statuses named in vsm.toml": "statuses",
    "moves made by somebody known": "moves",
    "moves that are no bulk edit": "moves",
    "finishes that are no bulk edit": "finished tickets",
    "visits with a known team": "visits before the finish",
    "work visits with a known holder": "work visits",
    "work visits with a trace of the holder": "work visits",
    "finished tickets ever in a stage of work": "finished tickets",
    "acts in working hours": "acts",
    "waiting with a cause": "working hours of waiting",
    "tickets with a commit": "tickets",
    "commits that belong to a ticket": "commits",
}
"""What is counted, in this order, and of what."""
SURE: Final = 0.8
CAREFUL: Final = 0.5
"""From these shares on the weakest evidence bears a claim, or bears it with care."""
CLAIMS: Final = {
    "How long tickets take": ("finishes that are no bulk edit",),
    "In which stage they lie": ("statuses named in vsm.toml", "moves that are no bulk edit"),
    "Which team waits for which": ("visits with a known team", "work visits with a known holder"),
    "How much of it is work": (
        "finished tickets ever in a stage of work", "work visits with a trace of the holder",
    ),
    "Why it waits": ("waiting with a cause", "acts in working hours"),
    "How a commit reaches the customer": ("commits that belong to a ticket", "tickets with a commit"),
}  # fmt: skip
HELP: Final = {
    "statuses named in vsm.toml": "let vsm.toml say of each status which stage it is",
    "moves made by somebody known": "pull with a login that may see who did what",
    "moves that are no bulk edit": "move tickets when work moves, not at the clean-up",
    "finishes that are no bulk edit": "close tickets when they are done, one by one",
    "visits with a known team": "give stages or people a team in vsm.toml",
    "work visits with a known holder": "assign whoever works on it",
    "work visits with a trace of the holder": "let holders move, comment or name the ticket in commits",
    "finished tickets ever in a stage of work": "check the kinds of stages; move tickets when work begins",
    "acts in working hours": "describe the teams' own calendars in vsm.toml",
    "waiting with a cause": "assign, flag what is held up, name teams of stages",
    "tickets with a commit": "name the ticket's key in commits or branches",
    "commits that belong to a ticket": "name the ticket's key in commits or branches",
}
VERDICTS: Final = ("yes", "with care", "not from these data", "too few to say", "no data")
_COVERAGE: Final[dict[str, Any]] = {
    "evidence": "str",
    "known": "int64",
    "n": "int64",
    "of": "str",
    "share": "float64",
}
_CODE: Final = ("commit", "merge")
_HOUR: Final = pd.Timedelta(hours=1)


def evidence_coverage(
    visits: pd.DataFrame,
    *,
    lives: pd.DataFrame,
    waits: pd.DataFrame,
    events: pd.DataFrame,
    commits: pd.DataFrame,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    clock: Clock,
) -> pd.DataFrame:
    """How much of what happened left evidence of each kind?

    It is a count of all there is, no sample: there is no interval.

    Parameters
    ----------
    visits, waits, events, commits, tickets
        VISITS, WAITS with causes, EVENTS with persons for accounts, COMMITS and TICKETS.
    lives, stages
        As ``lifecycles_from_visits`` and ``stages_from_names`` give them.
    clock
        Working calendars of the teams; an act falls under that of the team for which its person mostly works.

    Returns
    -------
    DataFrame
        One row per kind of evidence, in the order of ``EVIDENCE``: ``evidence``, ``known`` of ``n``, ``of``
        (what n counts), ``share`` (missing where n is 0). Hours are whole ones.
    """
    done, finished = completed(lives), lives[lives["finished"].notna()]
    moves = events[(events["kind"] == "status") & events["before"].notna()]
    before = visits[visits["kind"] != "done"]
    work = visits[visits["kind"] == "work"]
    code = events[events["kind"].isin(_CODE)]
    mine = commits["commit"].isin(set(code["after"].dropna().astype("str")) | set(code["ref"].astype("str")))
    counts = [
        _of(stages["mapped"]),
        _of(moves["actor"].notna()),
        _of(~moves["bulk"].astype("bool")),
        (len(done), len(finished)),
        _of(before["team"].notna()),
        _of(work["holder"].notna()),
        _of(work["first_touch"].notna()),
        _of(done["started"].notna()),
        _of(_in_hours(events, visits, clock)),
        _explained(waits, done),
        _of(tickets["ticket"].isin(code["ticket"])),
        _of(mine),
    ]
    rows = [
        {"evidence": name, "known": known, "n": n, "of": of, "share": known / n if n else float("nan")}
        for (name, of), (known, n) in zip(EVIDENCE.items(), counts, strict=True)
    ]
    return pd.DataFrame(rows).astype(_COVERAGE)


def _of(flags: "pd.Series[Any]") -> tuple[int, int]:
    return int(flags.astype("bool").sum()), len(flags)


def _explained(waits: pd.DataFrame, done: pd.DataFrame) -> tuple[int, int]:
    """Count working hours of waiting of counted tickets, and those with a cause."""
    mine = waits[waits["ticket"].isin(done["ticket"]) & ~waits["bulk"].astype("bool")]
    hours = mine["working"].dt.total_seconds() / _HOUR.total_seconds()
    told = hours[(mine["cause"] != "unexplained") & mine["cause"].notna()]
    return round(told.sum()), round(hours.sum())


def _in_hours(events: pd.DataFrame, visits: pd.DataFrame, clock: Clock) -> "pd.Series[Any]":
    """Which acts of people lie in working hours? Bots have none, and bulk edits are no acts."""
    moved = events["before"].notna() | (events["kind"] != "status")
    kinds = events["kind"].isin([*TOUCH_KINDS, "status"])
    acts = events[kinds & moved & events["actor"].notna() & ~events["bulk"].astype("bool")]
    actor = acts["actor"].astype("str")
    bots = {name for name in actor.unique() if is_bot(name)}
    mine = acts[~actor.isin(bots)]
    held = visits[(visits["kind"] == "work") & visits["team"].notna()]
    team = (
        held["team"]
        .astype("str")
        .groupby(held["holder"].astype("str"))
        .agg(lambda teams: teams.mode().iloc[0])
    )
    usual = mine["actor"].astype("str").map(dict(team))
    return clock.is_open(mine["at"], team=usual)


def claims_from_coverage(coverage: pd.DataFrame, *, minimum: int = 12) -> pd.DataFrame:
    """What can be claimed from these data, and what had better not be?

    A claim is as strong as its weakest evidence: from 80 % on it is borne, from 50 % on with care.

    Parameters
    ----------
    coverage
        As ``evidence_coverage`` gives it.
    minimum
        Under so many of something it is too few to say; statuses are few by nature.

    Returns
    -------
    DataFrame
        One row per claim, in the order of ``CLAIMS``: ``claim``, ``verdict`` (of ``VERDICTS``),
        ``evidence`` (the weakest), ``share, known, n, of``, and ``help``: what would make it stronger (empty
        where nothing lacks).

    Examples
    --------
    >>> rows = pd.DataFrame(list(EVIDENCE.items()), columns=["evidence", "of"])
    >>> claims_from_coverage(rows.assign(known=3, n=4, share=0.75), minimum=2)["verdict"].unique().tolist()
    ['with care']
    """
    found = coverage.set_index("evidence")
    rows = []
    for claim, needed in CLAIMS.items():
        mine = found.loc[list(needed)]
        few = mine[(mine["n"] < minimum) & (mine["of"] != "statuses")]
        name = str((few if len(few) else mine)["share"].fillna(-1).idxmin())
        about = found.loc[[name]].to_dict("records")[0]
        verdict = "too few to say" if about["n"] and len(few) else _verdict(about["share"])
        help_ = "" if verdict == VERDICTS[0] else HELP[name]
        rows.append(about | {"claim": claim, "verdict": verdict, "evidence": name, "help": help_})
    return pd.DataFrame(rows)


def _verdict(share: float) -> str:
    if pd.isna(share):
        return "no data"
    return "yes" if share >= SURE else "with care" if share >= CAREFUL else "not from these data"
