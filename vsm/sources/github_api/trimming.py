"""What is stored of an answer: instants, states and accounts, and of texts only the keys of tickets."""

from collections.abc import Mapping
from typing import Any, Final

from vsm.bodies import keys_in
from vsm.sources.host_answers import Json

RUN: Final = (
    "id", "name", "head_branch", "head_sha", "event", "status", "conclusion", "workflow_id", "run_number",
    "run_attempt", "created_at", "run_started_at", "updated_at", "html_url", "check_suite_node_id",
)  # fmt: skip


def trimmed_pull(node: Mapping[str, Any]) -> Json:
    """Give a pull request without its text, and without the messages of its commits."""
    pull = {name: value for name, value in node.items() if name != "bodyText"}
    return {"type": "pull", **pull, "keys": keys_in(node.get("bodyText"))}


def trimmed_items(nodes: object) -> list[Any]:
    """Give timeline items; of a commit's message only keys are kept."""
    return [_trimmed_item(node) for node in nodes] if isinstance(nodes, list) else []


def _trimmed_item(node: Any) -> Any:
    change = node.get("change") if isinstance(node, dict) else None
    if not isinstance(change, dict) or "messageHeadline" not in change:
        return node
    kept = {name: value for name, value in change.items() if name != "messageHeadline"}
    return node | {"change": kept | {"keys": keys_in(change["messageHeadline"])}}


def trimmed_run(run: Mapping[str, Any]) -> Json:
    """Give a workflow run without the commit's message, people and addresses of other answers."""
    return {"type": "run"} | {name: run.get(name) for name in RUN}
