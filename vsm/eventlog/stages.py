"""The stage of each status."""

from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

from vsm.config import Workflow, one_line
from vsm.config.stages import Stage
from vsm.eventlog.stage_evidence import order_by_majorities, worked_in
from vsm.eventlog.status_names import kind_from_name

RESOLVED: Final = "resolved"
"""The status that a resolved ticket has in place of one that is not done (``[outcome] finish``)."""
COLUMNS: Final = [
    "status", "name", "stage", "kind", "team", "discipline", "holder_field", "position", "batch", "blocked",
    "assumed", "mapped",
]  # fmt: skip
_STATUS: Final = [name for name in COLUMNS if name != "position"]
_TYPES: Final = dict.fromkeys(("batch", "blocked", "mapped"), "bool")
RANK: Final = {"queue": 0, "external": 1, "work": 2, "done": 3}


def stages_from_names(
    names: pd.DataFrame, *, workflow: Workflow, events: Iterable[pd.DataFrame] = ()
) -> pd.DataFrame:
    """Give the stage, kind, team and position in the stream of each status.

    A status is looked up by its id, then by the names it bore, the latest first; one that no stage lists
    but that is called like a stage belongs to it. One that the workflow file does not map keeps its own
    name as its stage; it is placed before ``done``, in the order that most moves follow, and ``mapped`` is
    false. Its kind is *assumed*: it is done or external if its category says so; else its name decides
    (``kind_from_name``), then the category, then whether people left traces of work in it (``worked_in``),
    else it is a queue. A stage that commits, reviews or pipelines show has a status such as ``git:coding``,
    ``review:waiting`` or ``pipeline:queued``. Names are shown without control characters.

    Parameters
    ----------
    names
        NAMES.
    events
        EVENTS in groups of whole tickets, for the order and the kinds of what is not mapped; gone through
        for each.

    Returns
    -------
    DataFrame
        One row per status id: ``status, name, stage, kind, team, discipline, holder_field, position, batch,
        blocked, assumed, mapped``; ``name`` is the latest, ``position`` counts stages from 0, ``assumed``
        says what the kind was guessed from (name, category, board, evidence, nothing), and is missing where
        none was.

    Examples
    --------
    >>> from vsm.tables import NAMES, conform
    >>> names = conform(pd.DataFrame({"kind": ["status"], "id": ["jira:1"], "name": ["Im Test"]}), NAMES)
    >>> stages_from_names(names, workflow=Workflow())[["stage", "kind", "assumed", "mapped"]].values.tolist()
    [['Im Test', 'work', 'name', False]]
    """
    table = statuses_from_names(names, workflow=workflow, events=events)
    order = _order(workflow, table, events)
    return table.assign(position=table["stage"].map(order).astype("int64"))[COLUMNS]


def statuses_from_names(
    names: pd.DataFrame, *, workflow: Workflow, events: Iterable[pd.DataFrame] = ()
) -> pd.DataFrame:
    """Give the same without ``position``: what each status is, not where its stage stands."""
    statuses = names[names["kind"] == "status"].sort_values(
        ["last", "name"], ascending=False, na_position="last"
    )
    stage_of = {stage.name: stage for stage in workflow.stages}
    borne: dict[str, list[tuple[str, Any]]] = {}
    for status, name, category in statuses[["id", "name", "category"]].itertuples(index=False):
        borne.setdefault(str(status), []).append((name, category))
    rows = [_row(status, borne[status], workflow.mapping, stage_of) for status in sorted(borne)]
    unclear = [row for row in rows if row["assumed"] == "nothing"]
    if unclear:
        worked = worked_in(events)
        for row in unclear:
            if row["status"] in worked.index:
                row |= {"kind": "work" if worked[row["status"]] else "queue", "assumed": "evidence"}
    # A stage that something else shows has a status of its own, so that it is one among others.
    rows += [_described(stage.shown, stage.name, stage) for stage in workflow.stages if stage.shown]
    if workflow.outcome.finish == "resolution":
        rows.append(_resolved(workflow))
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in _STATUS}
    arrays = {name: pd.array(values, dtype=_TYPES.get(name, "str")) for name, values in columns.items()}
    return pd.DataFrame(arrays, copy=False)


def _row(
    status: str, borne: list[tuple[str, Any]], mapping: dict[str, str], stage_of: dict[str, Stage]
) -> dict[str, Any]:
    names = [name for name, _ in borne]
    found = next((mapping[word] for word in (status, *names) if word in mapping), None)
    shown = [one_line(name) or status for name in names]
    found = found or next((name for name in shown if name in stage_of), None)
    if found is not None:
        return _described(status, shown[0], stage_of[found])
    filed = next((str(category) for _, category in borne if not pd.isna(category)), None)
    firm = filed in ("done", "external")
    said = None if firm else kind_from_name(shown[0], filed)
    return {
        "status": status, "name": shown[0], "stage": shown[0], "team": None, "discipline": None,
        "holder_field": None,
        "kind": said.kind if said else filed or "queue", "blocked": bool(said and said.blocked),
        "assumed": None if firm else "name" if said else "category" if filed else "nothing",
        "batch": False, "mapped": False,
    }  # fmt: skip


def _resolved(workflow: Workflow) -> dict[str, Any]:
    """Give the status of what is resolved in a status that is not done: of the first done stage."""
    done = next((stage for stage in workflow.stages if stage.kind == "done"), None)
    plain = Stage(name="Resolved", kind="done")
    return _described(RESOLVED, "Resolved", done or plain) | {"mapped": done is not None}


def _described(status: str, name: str, stage: Stage) -> dict[str, Any]:
    columns = {"kind": stage.kind, "team": stage.team, "discipline": stage.discipline, "batch": stage.batch}
    columns |= {"holder_field": stage.holder_field, "blocked": stage.blocked}
    columns |= {"assumed": None if stage.confirmed else stage.assumed}
    return {"status": status, "name": name, "stage": stage.name, "mapped": True, **columns}


def _order(workflow: Workflow, table: pd.DataFrame, events: Iterable[pd.DataFrame]) -> dict[str, int]:
    """Order unmapped stages between the workflow's own and its done stages; done ones are their last."""
    unmapped = table[~table["mapped"] & ~table["stage"].isin(list(workflow.order))].drop_duplicates("stage")
    unmapped = unmapped.sort_values("kind", key=lambda kinds: kinds.map(RANK), kind="stable")
    if len(unmapped):
        usual = order_by_majorities(events, stage_of=dict(zip(table["status"], table["stage"], strict=True)))
        step = pd.Series(range(len(usual)), index=usual).reindex(unmapped["stage"]).set_axis(unmapped.index)
        last = unmapped["kind"] == "done"
        unmapped = unmapped.assign(last=last, step=step).sort_values(["last", "step"], kind="stable")
    own = [stage.name for stage in workflow.stages if stage.kind != "done"]
    done = [stage.name for stage in workflow.stages if stage.kind == "done"]
    return {stage: order for order, stage in enumerate([*own, *unmapped["stage"], *done])}
