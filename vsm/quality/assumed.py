"""Stages whose kind is a guess: what it was guessed from, and what would change if it were wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from vsm.counts import counted
from vsm.eventlog.log import QualityNote
from vsm.model.lifecycle import completed

FROM: Final[Mapping[str, str]] = {
    "name": "its name",
    "category": "the tracker's category",
    "board": "its place on the board",
    "evidence": "traces of work",
    "nothing": "nothing at all",
}
"""What a kind was guessed from, in the middle of a sentence."""
WORTH: Final = 0.01
"""Smaller shares of the time make no finding."""


def check_assumed(
    stages: pd.DataFrame,
    *,
    shares: pd.DataFrame,
    lifecycles: pd.DataFrame,
    visits: pd.DataFrame,
    claims: Mapping[str, Sequence[str]],
    minimum: int,
) -> Iterator[QualityNote]:
    """Find the stages that tickets were in and whose kind nobody confirmed, each with its effect.

    Parameters
    ----------
    stages
        As ``stages_from_names`` gives them.
    shares
        As ``stage_shares`` gives them.
    claims
        What the findings that rest on a stage are about, by stage.
    """
    assumed = stages.dropna(subset=["assumed"]).drop_duplicates("stage").sort_values("position")
    share = shares.set_index("stage")[["share", "tickets"]].to_dict("index")
    finished = completed(lifecycles)["ticket"]
    last = visits.drop_duplicates("ticket", keep="last")
    ends = last.loc[last["ticket"].isin(finished), "stage"].astype("str").value_counts()
    for row in assumed[assumed["stage"].isin(visits["stage"].astype("str"))].to_dict("records"):
        stage, held = row["stage"], share.get(row["stage"], {"share": 0.0, "tickets": 0})
        rest = [f"'{subject}'" for subject in claims.get(stage, ())]
        effect = _effect(row, held, int(ends.get(stage, 0)), rest, minimum)
        held_up = ", in which tickets are held up" if row["blocked"] else ""
        confirm = "confirm it with vsm init --review" if row["mapped"] else "add it with vsm init --infer"
        detail = (
            f"stage '{stage}' counts as {row['kind']}{held_up}: assumed from {FROM[row['assumed']]}. "
            f"{effect}; {confirm}, or in vsm.toml"
        )
        yield QualityNote("assumed kind", "warning", detail, ref=row["status"])


def _effect(
    row: Mapping[Any, Any], held: Mapping[Any, Any], ends: int, rest: Sequence[str], minimum: int
) -> str:
    """Say what would change if the kind were another one."""
    word = "finding" if len(rest) == 1 else "findings"
    findings = f"the {word} on {', '.join(rest)} would change" if rest else "no finding rests on it"
    time = f"{100 * held['share']:.0f} % of lead time is spent there"
    if row["kind"] == "done":
        return f"If it were not done, {counted(ends, 'delivered ticket')} would still be open; {findings}"
    if row["kind"] != "work":
        return f"{time}: if it were work, none of that would be waiting; {findings}"
    new = held["share"] >= WORTH and held["tickets"] >= minimum
    more = ", and a finding would say so" if new else ""
    return f"{time}: if it were a queue, all of that would be waiting{more}; {findings}"
