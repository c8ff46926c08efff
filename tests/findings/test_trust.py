"""How far findings can be trusted, and what is said of it."""

from dataclasses import replace

import pandas as pd

from vsm.findings import Finding
from vsm.findings.trust import trusted

WEAK = {
    "claim": "Where their time goes", "verdict": "with caution", "evidence": "moves outside bulk edits",
    "share": 0.66, "known": 66, "n": 100, "of": "moves", "help": "move tickets when work moves",
}  # fmt: skip
WAITS = Finding(
    "queue", "Ready", "Work waits in 'Ready'.", pd.Timedelta(days=1), 0.1, 0.1, 0.2, 12, (), "", "Try.",
    question="Where their time goes",
)  # fmt: skip


def said(claim: dict[str, object], *, stages: tuple[str, ...] = ()) -> str:
    """What is said of one finding's trust, of a stream in which the kind of 'Ready' is a guess."""
    (found,), _ = trusted([replace(WAITS, stages=stages)], pd.DataFrame([claim]), assumed={"Ready": "name"})
    return found.trust_in_full


def test_caution_has_its_reason() -> None:
    """The weakest evidence with its share, kinds that are guesses, or both; what is sound has none."""
    assert said(WEAK) == "with caution (moves outside bulk edits: only 66 % of 100 moves)"
    assert said(WEAK | {"verdict": "yes"}) == "sound"
    assert said(WEAK | {"verdict": "yes"}, stages=("Ready",)) == (
        "with caution (the kind of 'Ready' is a guess)"
    )
