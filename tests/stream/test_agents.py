"""AI agents hold tickets and work at any hour, and are no persons."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from vsm.config import parse_workflow
from vsm.errors import ConfigError
from vsm.eventlog.from_tables import log_from_table
from vsm.from_log import stream_from_log
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

STAGES = (("New", "queue"), ("Build", "work"), ("Review", "work"), ("Over", "done"))
TOML = "\n".join(
    f'[[stage]]\nname = "{name}"\nkind = "{kind}"\nstatuses = ["{name}"]' for name, kind in STAGES
)
AGENT = '\n[[person]]\nname = "Devin"\naccounts = ["table:desk:devin"]\nagent = true\n'
SATURDAY = pd.Timestamp("2026-01-10T00:00", tz="UTC")
LIFE = (
    (0, "New", "devin"), (6, "Build", "devin"), (12, "Review", "ann"), (36, "Build", "devin"),
    (42, "Review", "ann"), (60, "Over", None),
)  # fmt: skip


def read(agent: str = AGENT, *, key: bytes | None = None, toml: str = "") -> ValueStream:
    """Thirteen tickets of one weekend: an agent builds, a person reviews and sends each back once."""

    def rows(number: int) -> Iterator[dict[str, Any]]:
        for line, (hour, status, holder) in enumerate(LIFE):
            at = (SATURDAY + pd.Timedelta(hours=hour, minutes=number)).isoformat()
            row = {"line": line, "at": at, "status": status, "holder": holder, "team": None, "actor": None}
            yield row

    log = log_from_table([{"ticket": str(n), "rows": list(rows(n))} for n in range(13)], source="table:desk")
    workflow = parse_workflow(f"{TOML}\n{agent}{toml}")
    return stream_from_log(log, workflow=workflow, as_of=SATURDAY + pd.Timedelta(days=9), key=key)


def test_an_agent_does_not_rest() -> None:
    """Its six hours on Saturday are working time, and waiting for it is none outside of it; Ann has a weekend."""
    visits = read().visits
    first = visits[(visits["ticket"] == "table:desk:0")].set_index("n")
    assert first["working"].tolist()[1] == pd.Timedelta(hours=6)
    assert first["working"].tolist()[2] == pd.Timedelta(0)
    waits = read().waits.astype({"cause": "str"})
    assert "non-working time" not in set(waits.loc[waits["stage"] == "New", "cause"])
    person = read('\n[[person]]\nname = "Devin"\naccounts = ["table:desk:devin"]\n')
    caused = person.waits.astype({"cause": "str"})
    assert set(caused.loc[caused["stage"] == "New", "cause"]) == {"non-working time"}


def test_handoffs_between_persons_and_agents_stand_apart() -> None:
    """To the person 26 times; back to the agent 13 times, each time a return."""
    found = read().responsibility.by_worker
    columns = ["from_worker", "to_worker", "handoffs", "tickets", "back"]
    assert sorted(found[columns].to_numpy().tolist()) == [
        ["agent", "person", 26, 13, 0],
        ["person", "agent", 13, 13, 13],
    ]
    assert read("").responsibility.by_worker.empty


def test_an_agent_makes_no_team_larger() -> None:
    """Two persons and an agent are two persons; the agent keeps its name, as it has nothing to hide."""
    team = '[[team]]\nname = "web"\nmembers = ["ann", "bob", "Devin"]\n'
    shared = read(key=b"k" * 32, toml=team)
    assert "small teams" in set(shared.visits["team"].dropna())
    assert "Devin" in set(shared.visits["holder"].dropna())
    assert "ann" not in set(shared.visits["holder"].dropna())
    assert "small teams" not in set(read("", key=b"k" * 32, toml=team).visits["team"].dropna())


def test_a_bot_is_no_agent() -> None:
    """A bot works by rule, and holds nothing."""
    with pytest.raises(ConfigError, match="person 'Devin' is a bot and an agent; keep one"):
        read(AGENT + "bot = true\n")
