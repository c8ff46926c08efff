"""What happened in the lifecycles of tickets: spans and marks on lines of time, ready to be drawn."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any, Final

import pandas as pd

from vsm.errors import ParameterError
from vsm.eventlog.ticket_keys import ticket_keys
from vsm.tables import DURATION, PERSON_KINDS, TOUCH_KINDS

LANES: Final = ("stage", "hands", "wait", "trace", "code")
CODE_KINDS: Final = ("commit", "merge", "release", "deploy")
_SPANS: Final[dict[str, Any]] = {
    "ticket": "str", "lane": "str", "label": "str", "group": "str", "who": "str",
    "start": "datetime64[us, UTC]", "end": "datetime64[us, UTC]", "elapsed": DURATION, "working": DURATION,
}  # fmt: skip
_MARKS: Final[dict[str, Any]] = {
    "ticket": "str", "lane": "str", "what": "str", "who": "str", "at": "datetime64[us, UTC]", "detail": "str",
}  # fmt: skip
_NIGHT: Final = "non-working time"
_NEAR: Final = 3
MOST_EXPLAINED: Final = 5_000
"""Changes of one ticket: explaining takes time with their square, a second for a thousand."""


def ticket_of_key(
    tickets: pd.DataFrame, *, key: str, events: pd.DataFrame, aliases: Mapping[str, str] | None = None
) -> str:
    """Find the ticket with this key, today or before it was moved; capital letters make no difference.

    Parameters
    ----------
    events
        EVENTS of these tickets, which say how they were moved between projects.
    aliases
        Former keys of renamed projects with today's, as ``[jira]`` of vsm.toml says.

    Raises
    ------
    ParameterError
        None has; names some that are written nearly so.
    """
    asked, keys = key.strip().upper(), tickets["key"].astype("str")
    found = tickets.loc[keys.str.upper() == asked, "ticket"].astype("str")
    if len(found):
        return str(found.iloc[0])
    if former := ticket_keys(tickets, events, aliases=aliases).get(asked):
        return former
    near = get_close_matches(asked, list(keys), n=_NEAR)
    hint = f"near: {', '.join(near)}" if near else f"{len(keys)} tickets are known, none is near"
    raise ParameterError(f"no ticket has the key '{key}'; {hint}")


def refuse_endless(moves: pd.DataFrame, *, keys: Mapping[str, str]) -> None:
    """Refuse to explain anything where one ticket has more than ``MOST_EXPLAINED`` changes.

    Raises
    ------
    ParameterError
        One has: that would take hours.
    """
    changes = moves.loc[moves["kind"].isin(["status", *PERSON_KINDS]), "ticket"].value_counts()
    if len(changes) and (most := int(changes.iloc[0])) > MOST_EXPLAINED:
        raise ParameterError(
            f"{keys[str(changes.index[0])]} has {most:,} changes of status or assignee; the definitions "
            "compare each with all others, so nothing is explained where a ticket has more than "
            f"{MOST_EXPLAINED:,}; its visits, handoffs and waits are in the tables"
        )


def life_spans(visits: pd.DataFrame, *, tickets: Collection[str], waits: pd.DataFrame) -> pd.DataFrame:
    """Give everything that lasted in the lifecycles of these tickets: stages, hands and waits.

    Returns
    -------
    DataFrame
        By lane, ticket and time: ``ticket``, ``lane`` (``stage``; ``hands``, of visits to work and to
        external parties; ``wait``), ``label`` (stage; team, else holder; cause), ``group`` (kind; team;
        cause), ``who`` (holder, or who is waited for), ``start, end, elapsed, working``. Waits of one cause
        that only non-working time separates are one; non-working time between two causes belongs to the
        latter. An open span ends now.
    """
    words = dict.fromkeys(("ticket", "stage", "kind", "holder", "team"), "str")
    stage_visits = visits[visits["ticket"].isin(tickets)].astype(words).sort_values(["ticket", "n"])
    stage_visits = stage_visits.assign(
        start=stage_visits["entered"], end=stage_visits["entered"] + stage_visits["elapsed"]
    )
    held = stage_visits[stage_visits["kind"].isin(["work", "external"])]
    hands = held["team"].fillna(held["holder"]).fillna("not known")
    lanes = [
        stage_visits.assign(
            lane="stage", label=stage_visits["stage"], group=stage_visits["kind"], who=stage_visits["team"]
        ),
        held.assign(lane="hands", label=hands, group=held["kind"], who=held["holder"]),
        _waits(waits, tickets),
    ]
    spans = [_joined(lane[list(_SPANS)].astype(_SPANS)) for lane in lanes]
    return pd.concat(spans, ignore_index=True)


def _waits(waits: pd.DataFrame, tickets: Collection[str]) -> pd.DataFrame:
    words = ("cause", "receiver")
    waited = waits[waits["ticket"].isin(tickets)].astype(dict.fromkeys(("ticket", *words), "str"))
    waited = waited.sort_values(["ticket", "start"], ignore_index=True)
    gap = (waited["start"] != waited["end"].shift()) | (waited["ticket"] != waited["ticket"].shift())
    unbroken = gap.cumsum()
    # A night tells nothing of its own: it belongs to the piece that follows, else to the one before.
    row = pd.Series(waited.index, index=waited.index, dtype="float64")
    awake = row.where(waited["cause"] != _NIGHT).groupby(unbroken).bfill()
    awake = awake.groupby(unbroken).ffill().fillna(row).astype("int64")
    cause, whom = (waited[name].take(awake.to_numpy()).set_axis(waited.index) for name in words)
    return waited.assign(lane="wait", label=cause, group=cause, who=whom)


def _joined(spans: pd.DataFrame) -> pd.DataFrame:
    """Join spans that follow each other without a gap and are otherwise equal."""
    said = spans[["ticket", "label", "group", "who"]].fillna("")
    fresh = (said != said.shift()).any(axis=1) | (spans["start"] != spans["end"].shift())
    ways = dict.fromkeys(("ticket", "lane", "label", "group", "who", "start"), "first") | {"end": "last"}
    sums = {name: pd.NamedAgg(name, "sum") for name in ("elapsed", "working")}
    firsts = {name: pd.NamedAgg(name, way) for name, way in ways.items()}
    joined = spans.groupby(fresh.cumsum()).agg(**firsts, **sums)
    return joined.reset_index(drop=True)[list(_SPANS)].astype(_SPANS)


def life_marks(
    events: pd.DataFrame, *, tickets: Collection[str], handoffs: pd.DataFrame, commits: pd.DataFrame
) -> pd.DataFrame:
    """Give everything that happened to these tickets at one instant: traces of work, code, and handoffs.

    Parameters
    ----------
    events, handoffs, commits
        EVENTS with persons for accounts, HANDOFFS and COMMITS.

    Returns
    -------
    DataFrame
        By lane and time: ``ticket``, ``lane`` (``hands``, ``trace``, ``code``), ``what`` (``handoff``,
        ``move``, ``bulk edit``, ``comment``, ``worklog``, ``review``, or a kind of Git's), ``who`` (person,
        or the teams between which it passed), ``at``, and ``detail`` (a commit's subject).
    """
    known = events[events["ticket"].isin(tickets)]
    known = known.astype(dict.fromkeys(("ticket", "kind", "actor", "ref", "after"), "str"))
    code = known[known["kind"].isin(CODE_KINDS)]
    subject = commits.drop_duplicates("commit").set_index("commit")["subject"].astype("str")
    touches = known[known["kind"].isin([kind for kind in TOUCH_KINDS if kind not in CODE_KINDS])]
    # What a ticket was created with is no move.
    moves = known[(known["kind"] == "status") & ~known["ref"].str.endswith("/created")]
    moved = moves.assign(kind=moves["bulk"].map({True: "bulk edit", False: "move"}))
    passed = handoffs[handoffs["ticket"].isin(tickets)]
    words = dict.fromkeys(("ticket", "from_team", "to_team", "from_holder", "to_holder"), "str")
    passed = passed.astype(words)
    ends = [passed[f"{end}_team"].fillna(passed[f"{end}_holder"]).fillna("?") for end in ("from", "to")]
    tables = [
        passed.assign(
            lane="hands", what="handoff", who=ends[0] + " → " + ends[1], at=passed["taken"], detail=None
        ),
        pd.concat([touches, moved]).assign(lane="trace", detail=None),
        code.assign(lane="code", detail=code["ref"].map(subject)),
    ]
    named = {"kind": "what", "actor": "who"}
    marks = pd.concat([table.rename(columns=named)[list(_MARKS)].astype(_MARKS) for table in tables])
    marks["position"] = marks["lane"].map({lane: position for position, lane in enumerate(LANES)})
    ordered = marks.sort_values(["position", "at"], kind="stable", ignore_index=True)
    return ordered[list(_MARKS)]
