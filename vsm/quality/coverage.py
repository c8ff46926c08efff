"""Data coverage: what each source holds, how much evidence there is, and what can be claimed with it."""

from typing import Any, Final

import pandas as pd

from vsm.clock import Clock
from vsm.model.lifecycle import completed, units_of_work
from vsm.people import is_bot
from vsm.tables import INSTANT, TOUCH_KINDS

_KINDS: Final = "kinds of statuses that are not assumed"
EVIDENCE: Final = {
    "statuses named in vsm.toml": "statuses",
    _KINDS: "statuses",
    "moves made by somebody known": "moves",
    "moves outside bulk edits": "moves",
    "finishes outside bulk edits": "finished tickets",
    "visits with a known team": "visits before the finish",
    "work visits with a known holder": "work visits",
    "work visits with recorded activity": "work visits",
    "delivered tickets with a work stage": "delivered tickets",
    "activity in working hours": "acts",
    "waiting with a cause": "working hours of waiting",
    "tickets with a commit": "tickets",
    "commits that belong to a ticket": "commits",
}
"""What is counted, in this order, and of what."""
SURE: Final = 0.8
CAREFUL: Final = 0.5
"""From these shares on the weakest evidence supports a claim, or supports it with caution."""
CLAIMS: Final = {
    "How long tickets take": ("finishes outside bulk edits",),
    "Where their time goes": ("statuses named in vsm.toml", _KINDS, "moves outside bulk edits"),
    "Which team waits for which": ("visits with a known team", "work visits with a known holder"),
    "How much of it is work": (
        _KINDS, "delivered tickets with a work stage", "work visits with recorded activity",
    ),
    "Why it waits": ("waiting with a cause", "activity in working hours"),
    "How a commit reaches the customer": ("commits that belong to a ticket", "tickets with a commit"),
}  # fmt: skip
HELP: Final = {
    "statuses named in vsm.toml": "map every status to a stage in vsm.toml",
    _KINDS: "confirm the kinds of stages, with vsm init --review",
    "moves made by somebody known": "pull with a login that may see who did what",
    "moves outside bulk edits": "move tickets when work moves, not in a later clean-up",
    "finishes outside bulk edits": "close tickets when they are done, one by one",
    "visits with a known team": "give stages or people a team in vsm.toml",
    "work visits with a known holder": "assign whoever works on it",
    "work visits with recorded activity": "ask assignees to move, comment or name the ticket in commits",
    "delivered tickets with a work stage": "check the kinds of stages; move tickets when work begins",
    "activity in working hours": "describe the teams' own calendars in vsm.toml",
    "waiting with a cause": "assign, flag what is held up, name teams of stages",
    "tickets with a commit": "name the ticket's key in commits or branches",
    "commits that belong to a ticket": "name the ticket's key in commits or branches",
}
VERDICTS: Final = ("yes", "with caution", "not from these data", "too few to say", "no data")
_COVERAGE: Final[dict[str, Any]] = {
    "evidence": "str", "known": "int64", "n": "int64", "of": "str", "share": "float64",
}  # fmt: skip
_SOURCES: Final[dict[str, Any]] = {
    "source": "str", "records": "int64", "what": "str", "tickets": "int64",
    "first": INSTANT, "last": INSTANT,
}  # fmt: skip
_CODE: Final = ("commit", "merge")


def sources_seen(
    events: pd.DataFrame, *, commits: pd.DataFrame, releases: pd.DataFrame, deploys: pd.DataFrame
) -> pd.DataFrame:
    """Give what each source holds, how much of it, and from when to when.

    Returns
    -------
    DataFrame
        One row per source and what it holds (``events``, ``commits``, ``releases``, ``deployments``):
        ``source, what, records, tickets`` (that its events are of; 0 for what belongs to no ticket), ``first,
        last`` (instants of the first and the last).
    """
    parts = [
        ("events", events["source"].astype("str"), events["at"], events["ticket"].astype("str")),
        ("commits", "git:" + commits["repository"].astype("str"), commits["committed"], None),
        ("releases", "git:" + releases["repository"].astype("str"), releases["at"], None),
        ("deployments", deploys["source"].astype("str"), deploys["at"], None),
    ]
    rows = []
    for what, source, at, ticket in parts:
        for name, instants in at.groupby(source):
            tickets = 0 if ticket is None else ticket[source == name].nunique()
            span = {"first": instants.min(), "last": instants.max()}
            rows.append({"source": name, "what": what, "records": len(instants), "tickets": tickets, **span})
    found = pd.DataFrame(rows, columns=list(_SOURCES), dtype="object").astype(_SOURCES)
    return found.sort_values(["source", "what"], kind="stable", ignore_index=True)


def evidence_coverage(
    visits: pd.DataFrame,
    *,
    lifecycles: pd.DataFrame,
    waits: pd.DataFrame,
    events: pd.DataFrame,
    commits: pd.DataFrame,
    tickets: pd.DataFrame,
    stages: pd.DataFrame,
    clock: Clock,
) -> pd.DataFrame:
    """Count how much of what happened left evidence of each kind.

    It is a count of all there is, no sample, so there is no interval. An act is judged by the calendar of the
    team for which its person mostly works.

    Returns
    -------
    DataFrame
        One row per kind of evidence, in the order of ``EVIDENCE``: ``evidence``, ``known`` of ``n``, ``of``
        (what n counts), ``share`` (missing where n is 0). Hours are whole ones.
    """
    done, finished = completed(lifecycles), units_of_work(lifecycles)
    finished = finished[finished["finished"].notna()]
    moves = events[(events["kind"] == "status") & events["before"].notna()]
    before = visits[visits["kind"] != "done"]
    work = visits[visits["kind"] == "work"]
    code = events[events["kind"].isin(_CODE)]
    mine = commits["commit"].isin(set(code["after"].dropna().astype("str")) | set(code["ref"].astype("str")))
    counts = [
        _of(stages["mapped"]),
        _of(stages["assumed"].isna()),
        _of(moves["actor"].notna()),
        _of(~moves["bulk"].astype("bool")),
        _of(~finished["bulk"].astype("bool")),
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
    """Count the working hours that completed tickets waited for a known cause, and for any."""
    waited = waits[waits["ticket"].isin(done["ticket"]) & ~waits["bulk"].astype("bool")]
    hours = waited["working"].dt.total_seconds() / 3600
    explained = hours[(waited["cause"] != "unexplained") & waited["cause"].notna()]
    return round(explained.sum()), round(hours.sum())


def _in_hours(events: pd.DataFrame, visits: pd.DataFrame, clock: Clock) -> "pd.Series[Any]":
    """Mark the acts of people in working hours; bots and agents have none, and bulk edits are no acts."""
    moved = events["before"].notna() | (events["kind"] != "status")
    kinds = events["kind"].isin([*TOUCH_KINDS, "status"])
    acts = events[kinds & moved & events["actor"].notna() & ~events["bulk"].astype("bool")]
    actor = acts["actor"].astype("str")
    bots = {name for name in actor.unique() if is_bot(name)} | clock.agents
    mine = acts[~actor.isin(bots)]
    held = visits[(visits["kind"] == "work") & visits["team"].notna()]
    pairs = held[["holder", "team"]].astype("str").value_counts(sort=False).rename("visits").reset_index()
    pairs = pairs.sort_values(["visits", "team"], ascending=[False, True]).drop_duplicates("holder")
    team = pairs.set_index("holder")["team"]
    usual = mine["actor"].astype("str").map(dict(team))
    return clock.is_open(mine["at"], team=usual)


def claims_from_coverage(coverage: pd.DataFrame, *, minimum: int = 12) -> pd.DataFrame:
    """Give what can be claimed from these data, and what should not be.

    A claim is as strong as its weakest evidence: from 80 % on it can be made, from 50 % on with caution.
    Under ``minimum`` of something it is too few to say; statuses are few by nature. That kinds are assumed
    forbids no claim: it can be made with caution.

    Returns
    -------
    DataFrame
        One row per claim, in the order of ``CLAIMS``: ``claim``, ``verdict`` (of ``VERDICTS``),
        ``evidence`` (the weakest), ``share, known, n, of``, and ``help``: what would make it stronger
        (empty where nothing is missing).

    Examples
    --------
    >>> rows = pd.DataFrame(list(EVIDENCE.items()), columns=["evidence", "of"])
    >>> claims_from_coverage(rows.assign(known=3, n=4, share=0.75), minimum=2)["verdict"].unique().tolist()
    ['with caution']
    """
    found = coverage.set_index("evidence")
    rows = []
    for claim, needed in CLAIMS.items():
        mine = found.loc[list(needed)]
        few = mine[(mine["n"] < minimum) & (mine["of"] != "statuses")]
        name = str((few if len(few) else _weakest(mine))["share"].fillna(-1).idxmin())
        about = found.loc[[name]].to_dict("records")[0]
        verdict = "too few to say" if about["n"] and len(few) else _verdict(name, about["share"])
        help_ = "" if verdict == VERDICTS[0] else HELP[name]
        rows.append(about | {"claim": claim, "verdict": verdict, "evidence": name, "help": help_})
    return pd.DataFrame(rows)


def _weakest(evidence: pd.DataFrame) -> pd.DataFrame:
    """Keep what supports a claim least."""
    verdicts = [_verdict(str(name), share) for name, share in evidence["share"].items()]
    ranks = [VERDICTS.index(verdict) for verdict in verdicts]
    return evidence[[rank == max(ranks) for rank in ranks]]


def _verdict(evidence: str, share: float) -> str:
    if pd.isna(share):
        return "no data"
    low = "with caution" if evidence == _KINDS else "not from these data"
    return "yes" if share >= SURE else "with caution" if share >= CAREFUL else low
