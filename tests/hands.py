"""Through whose hands did small tickets go? Visits told in a few words, and all that follows from them.

``went("Ideas 2", "Build dev-1 web 3", "Done")`` is a ticket's life from ``START``: stage, holder and team
(``-`` for nobody), and days. What was told last is open, or done for good.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pandas as pd

from vsm.intervals import handoffs_from_visits, waits_from_visits
from vsm.model.lifecycle import lifecycles_from_visits
from vsm.model.responsibility import ticket_owners
from vsm.tables import COMMITS, EVENTS, TICKETS, VISITS, conform, empty

START: Final = pd.Timestamp("2026-01-05T09:00", tz="UTC")
DAY: Final = pd.Timedelta(days=1)
AS_OF: Final = START + 100 * DAY
ABOUT: Final = {
    "Ideas": ("queue", None), "Build": ("work", "coding"), "Test": ("work", "testing"),
    "Ship": ("work", None), "Done": ("done", None),
}  # fmt: skip
Row = dict[str, Any]


def stages() -> pd.DataFrame:
    """The stages that lifecycles go through."""
    rows = [
        {"status": name, "name": name, "stage": name, "kind": kind, "team": None, "discipline": discipline,
         "position": position, "batch": False, "mapped": True}
        for position, (name, (kind, discipline)) in enumerate(ABOUT.items())
    ]  # fmt: skip
    return pd.DataFrame(rows).astype(dict.fromkeys(("stage", "kind", "team", "discipline"), "str"))


def went(*steps: str) -> list[tuple[str, str | None, str | None, float]]:
    """One life: ``stage [holder team] [days]`` each."""
    return [_step(step.split()) for step in steps]


def _step(words: list[str]) -> tuple[str, str | None, str | None, float]:
    days = float(words.pop()) if len(words) in {2, 4} else 1.0
    holder, team = (None if word == "-" else word for word in words[1:] or ("-", "-"))
    return words[0], holder, team, days


Life = Sequence[tuple[str, str | None, str | None, float]]


@dataclass
class Hands:
    """What is known of these lifecycles; tickets are ``jira:1``, ``jira:2``, … with keys ``AB-1``, ``AB-2``, …"""

    lives_told: Sequence[Life]
    about: Sequence[Row] = ()
    events: pd.DataFrame = field(default_factory=lambda: empty(EVENTS))
    commits: pd.DataFrame = field(default_factory=lambda: empty(COMMITS))

    @cached_property
    def visits(self) -> pd.DataFrame:
        rows = [row for number, life in enumerate(self.lives_told, start=1) for row in _visits(number, life)]
        frame = pd.DataFrame(rows, columns=VISITS.names)
        instants = {
            side: pd.to_datetime(frame[side], utc=True) for side in ("entered", "left", "first_touch")
        }
        return conform(frame.assign(**instants), VISITS)

    @cached_property
    def handoffs(self) -> pd.DataFrame:
        return handoffs_from_visits(self.visits, stages=stages())

    @cached_property
    def lifecycles(self) -> pd.DataFrame:
        waits = waits_from_visits(self.visits, self.handoffs, as_of=AS_OF)
        return lifecycles_from_visits(
            self.visits, waits, tickets=self.tickets, events=empty(EVENTS), stages=stages(), as_of=AS_OF
        )

    @cached_property
    def tickets(self) -> pd.DataFrame:
        told = [*self.about, *({} for _ in self.lives_told[len(self.about) :])]
        rows = [
            {
                "ticket": f"jira:{number}",
                "key": f"AB-{number}",
                "type": "Story",
                "created": START + number * DAY,
            }
            | about
            for number, about in enumerate(told, start=1)
        ]
        return conform(pd.DataFrame(rows, columns=[*TICKETS.names]), TICKETS)

    def owners(self, **more: Any) -> pd.DataFrame:
        return ticket_owners(
            self.visits, handoffs=self.handoffs, lifecycles=self.lifecycles, events=self.events, commits=self.commits,
            stages=stages(), **more,
        )  # fmt: skip


def _visits(number: int, life: Life) -> list[Row]:
    rows, entered = [], START
    for n, (stage, holder, team, days) in enumerate(life):
        last = n == len(life) - 1
        left = AS_OF if last else entered + days * DAY
        rows.append(
            {"ticket": f"jira:{number}", "n": n, "stage": stage, "kind": ABOUT[stage][0], "holder": holder,
             "team": team, "entered": entered, "left": pd.NaT if last else left, "elapsed": left - entered,
             "revisit": False, "bulk": False}
        )  # fmt: skip
        entered = left
    return rows


def events(*rows: tuple[str, float, str, str | None, str | None, str | None]) -> pd.DataFrame:
    """EVENTS of ``(ticket, day, kind, before, after, actor)``; of commits, ``after`` is the hash."""
    told = []
    for number, (ticket, day, kind, before, after, actor) in enumerate(rows):
        git = kind in {"commit", "merge"}
        told.append(
            {"ticket": ticket, "at": START + day * DAY, "kind": kind, "before": before, "actor": actor,
             "after": None if git else after, "source": "git:shop" if git else "jira",
             "ref": after if git else str(number), "seq": number, "bulk": False}
        )  # fmt: skip
    return conform(pd.DataFrame(told, columns=EVENTS.names), EVENTS)


def commit(name: str, *, day: float = 0, released: float | None = None, **about: Any) -> Row:
    """One row of COMMITS, merged at once unless told otherwise."""
    at = START + day * DAY
    out = pd.NaT if released is None else START + released * DAY
    known = {"commit": name, "repository": "shop", "author": "git:dev-1", "committer": "git:dev-1"}
    times = {"authored": at, "committed": at, "merged_at": at, "released": out}
    return known | times | {"parents": ""} | about


def commits(*rows: Row) -> pd.DataFrame:
    """COMMITS of these rows."""
    frame = pd.DataFrame(rows)
    for name in ("merged_at", "released"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return conform(frame, COMMITS)
