"""The stage of each status."""

from typing import Any, Final

import pandas as pd

from vsm.config import Workflow, one_line
from vsm.config.stages import Stage

RESOLVED: Final = "resolved"
"""The status that a resolved ticket has in place of one that is not done (``[outcome] finish``)."""
COLUMNS: Final = ["status", "name", "stage", "kind", "team", "discipline", "position", "batch", "mapped"]


def stages_from_names(names: pd.DataFrame, *, workflow: Workflow) -> pd.DataFrame:
    """Give the stage, kind, team and position in the stream of each status.

    A status is looked up by its id, then by the names it bore, the latest first; one that no stage lists
    but that is called like a stage belongs to it. One that the workflow file does not map keeps its own
    name as its stage and the kind that the tracker's category suggests (``queue`` without one); it is
    placed before ``done``, and ``mapped`` is false. A stage that Git shows has the status ``git:coding``,
    ``git:landing`` or ``git:releasing``. Names are shown without control characters.

    Returns
    -------
    DataFrame
        One row per status id: ``status, name, stage, kind, team, discipline, position, batch, mapped``;
        ``name`` is the latest, ``position`` counts stages from 0.

    Examples
    --------
    >>> from vsm.tables import NAMES, conform
    >>> names = conform(pd.DataFrame({"kind": ["status"], "id": ["jira:1"], "name": ["Open"]}), NAMES)
    >>> stages_from_names(names, workflow=Workflow())[["stage", "kind", "mapped"]].values.tolist()
    [['Open', 'queue', False]]
    """
    statuses = names[names["kind"] == "status"].sort_values(
        ["last", "name"], ascending=False, na_position="last"
    )
    stage_of = {stage.name: stage for stage in workflow.stages}
    rows = [
        _row(str(status), borne, workflow.mapping, stage_of)
        for status, borne in statuses.groupby("id", sort=True)
    ]
    # A stage that Git shows has a status of its own, so that it is one among others.
    rows += [_described(f"git:{stage.git}", stage.name, stage) for stage in workflow.stages if stage.git]
    words = ["status", "name", "stage", "kind", "team", "discipline"]
    if workflow.outcome.finish == "resolution":
        rows.append(_resolved(workflow))
    table = pd.DataFrame(rows, columns=[*words, "batch", "mapped"])
    table = table.astype(dict.fromkeys(words, "str") | {"batch": "bool", "mapped": "bool"})
    order = _order(workflow, table)
    return table.assign(position=table["stage"].map(order).astype("int64"))[COLUMNS]


def _row(
    status: str, borne: pd.DataFrame, mapping: dict[str, str], stage_of: dict[str, Stage]
) -> dict[str, Any]:
    names = list(borne["name"])
    found = next((mapping[word] for word in (status, *names) if word in mapping), None)
    shown = [one_line(name) or status for name in names]
    found = found or next((name for name in shown if name in stage_of), None)
    if found is not None:
        return _described(status, shown[0], stage_of[found])
    category = borne["category"].dropna()
    kind = str(category.iloc[0]) if len(category) else "queue"
    nobody = {"team": None, "discipline": None, "batch": False, "mapped": False}
    return {"status": status, "name": shown[0], "stage": shown[0], "kind": kind, **nobody}


def _resolved(workflow: Workflow) -> dict[str, Any]:
    """Give the status of what is resolved in a status that is not done: of the first done stage."""
    done = next((stage for stage in workflow.stages if stage.kind == "done"), None)
    plain = Stage(name="Resolved", kind="done")
    return _described(RESOLVED, "Resolved", done or plain) | {"mapped": done is not None}


def _described(status: str, name: str, stage: Stage) -> dict[str, Any]:
    columns = {"kind": stage.kind, "team": stage.team, "discipline": stage.discipline, "batch": stage.batch}
    return {"status": status, "name": name, "stage": stage.name, "mapped": True, **columns}


def _order(workflow: Workflow, table: pd.DataFrame) -> dict[str, int]:
    """Order unmapped stages, queues first, between the workflow's own and its done stages."""
    rank = {"queue": 0, "external": 1, "work": 2, "done": 3}
    unmapped = table[~table["mapped"] & ~table["stage"].isin(list(workflow.order))].drop_duplicates("stage")
    unmapped = unmapped.sort_values(["kind", "stage"], key=lambda c: c.map(rank) if c.name == "kind" else c)
    own = [stage.name for stage in workflow.stages if stage.kind != "done"]
    done = [stage.name for stage in workflow.stages if stage.kind == "done"]
    return {stage: order for order, stage in enumerate([*own, *unmapped["stage"], *done])}
