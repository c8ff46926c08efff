"""Which tables flow through the house, and what does each column mean? Written here and nowhere else."""

import tomllib
from importlib.resources import files
from typing import Final

from vsm.tables.git_words import BRANCHES, COMMITS, DEPLOYS, RELEASES
from vsm.tables.review_words import PIPELINES, PULL_EVENTS, PULLS
from vsm.tables.schema import Column, Table

EVENT_KINDS: Final = (
    "created", "status", "assignee", "team", "flag", "priority", "resolution", "sprint", "link",
    "parent", "move", "comment", "worklog", "commit", "merge", "release", "review_request", "review",
    "deploy", "delete", "workflow", "holder", "push", "ready", "draft", "close", "pipeline",
)  # fmt: skip
PERSON_KINDS: Final = ("assignee", "holder")
"""Kinds of events whose values are accounts."""
TOUCH_KINDS: Final = ("comment", "worklog", "commit", "review", "push")
STAGE_KINDS: Final = ("queue", "work", "external", "done")
LEVELS: Final = ("fault", "warning", "note")
CAUSES: Final = (
    "blocked",
    "external",
    "non-working time",
    "unassigned",
    "batched",
    "at capacity",
    "overtaken",
    "unexplained",
)
"""Causes of waiting, in the order in which they are tested: the first that applies counts."""
BLOCK_KINDS: Final = ("flag", "link", "stage")
TICKET_OUTCOMES: Final = ("delivered", "discarded")
REVIEW_PHASES: Final = ("draft", "author", "rework", "waiting", "reviewing", "merging")
"""Phases of a pull request, the least advanced first: ``vsm.definitions.reviews`` says what they are."""
PIPELINE_PHASES: Final = ("queued", "approval", "running")
"""Phases of a pipeline's run, the least advanced first."""
UNITS: Final = ("unit", "container", "part", "out of scope")


def _listed(name: str) -> dict[str, dict[str, list[str]]]:
    """Read a list of words: what they say → language → names."""
    return tomllib.loads(files("vsm.tables").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


OUTCOME_WORDS: Final = _listed("outcome_words")
"""What names of resolutions and statuses say of it: ``discarded`` and ``done`` → language → names."""
STATUS_WORDS: Final = _listed("status_words")
"""What names of statuses say of their kind: ``blocked``, ``waiting``, … → language → names."""
NEGATION_WORDS: Final = _listed("negation_words")
"""What turns a name into its opposite: ``before``, ``after`` and ``between`` → language → words."""
FIELD_WORDS: Final = {
    role: frozenset(name.casefold() for names in by_language.values() for name in names)
    for role, by_language in _listed("field_words").items()
}
"""What custom fields of Jira are called, by role, in small letters; ``impediment`` is the flag's option."""


TICKETS: Final = Table(
    "tickets",
    "One row per ticket, as the tracker describes it now.",
    ("ticket",),
    (
        Column("ticket", "category", "stable id, such as `jira:10023`; survives moves between projects"),
        Column("key", "text", "its current key, such as `ABC-7`"),
        Column("project", "category", "key of its project now", may_lack=True),
        Column("type", "category", "the tracker's type: Bug, Story, …", may_lack=True),
        Column("priority", "category", "priority now", may_lack=True),
        Column("summary", "text", "its title", may_lack=True),
        Column("parent", "category", "ticket id of the epic or parent", may_lack=True),
        Column("objective", "category", "its business objective", may_lack=True),
        Column("components", "text", "parts of the product it concerns, joined by `; `", may_lack=True),
        Column("labels", "text", "its labels, joined by `; `", may_lack=True),
        Column("value", "amount?", "business value, in the unit of the tracker's field", may_lack=True),
        Column(
            "cost_of_delay",
            "amount?",
            "cost of a week's delay, in the unit of the tracker's field",
            may_lack=True,
        ),
        Column("created", "instant", "start of its life: created, or the first event where that is earlier"),
        Column(
            "resolved",
            "instant",
            "the tracker's own resolution instant; not used for lead time",
            may_lack=True,
        ),
        Column("resolution", "category", "how the tracker says it was resolved, now", may_lack=True),
        Column(
            "outcome",
            "category",
            "of a finished ticket; by its resolution, else by its status",
            allowed=TICKET_OUTCOMES,
            may_lack=True,
        ),
        Column(
            "unit",
            "category",
            "`unit`: a unit of work, which is counted; else why not: it holds others, is a part of its "
            "parent, or `[scope]` leaves it out",
            allowed=UNITS,
            may_lack=True,
        ),
        Column("url", "text", "its address in the tracker", may_lack=True),
    ),
)

EVENTS: Final = Table(
    "events",
    "One row per recorded fact about a ticket at one instant, sorted by ticket, at, seq; append-only.",
    ("source", "ticket", "ref", "seq"),
    (
        Column("ticket", "category", "ticket id"),
        Column("at", "instant", "when it happened"),
        Column("kind", "category", "what kind of fact", allowed=EVENT_KINDS),
        Column(
            "before",
            "category",
            "value before: a status or account id, a key, a text; of what happened in a pull request its id",
            may_lack=True,
        ),
        Column("after", "category", "value after; of a `delete` how the ticket was lost", may_lack=True),
        Column("actor", "category", "account that did it; not the holder", may_lack=True),
        Column("source", "category", "where the fact comes from, such as `jira` or `git:shop`"),
        Column("ref", "text", "the source's own id of the record"),
        Column("seq", "count", "order among facts of one ticket at one instant, from 0"),
        Column("bulk", "flag", "part of a bulk edit or a workflow migration: clean-up, not flow"),
        Column("field", "category", "of a `holder` event, the field that names the person", may_lack=True),
    ),
)

VISITS: Final = Table(
    "visits",
    "One row per unbroken stay of a ticket in one stage, with one holder and team; visits tile its life.",
    ("ticket", "n"),
    (
        Column("ticket", "category", "ticket id"),
        Column("n", "count", "number of the visit in the ticket's life, from 0"),
        Column("stage", "category", "stage of the value stream"),
        Column("kind", "category", "kind of the stage", allowed=STAGE_KINDS),
        Column("holder", "category", "person responsible; in a queue the next to start on it", may_lack=True),
        Column("team", "category", "team of the holder or of the stage", may_lack=True),
        Column("entered", "instant", "start, included"),
        Column(
            "left",
            "instant",
            "end, excluded; missing while the visit is open. Of a last visit: the ticket was found gone then",
            may_lack=True,
        ),
        Column("elapsed", "duration", "left − entered; up to the as-of instant while open"),
        Column(
            "working",
            "duration",
            "elapsed in the team's working calendar; missing as long as none has been applied",
            may_lack=True,
        ),
        Column(
            "blocked",
            "duration",
            "time flagged or blocked by a link; missing where not measured",
            may_lack=True,
        ),
        Column(
            "first_touch", "instant", "first evidence that the holder worked in this visit", may_lack=True
        ),
        Column(
            "last_touch",
            "instant",
            "last evidence that the holder worked in this visit; its end where they moved it on themselves",
            may_lack=True,
        ),
        Column("revisit", "flag", "the ticket had left this stage before"),
        Column("bulk", "flag", "started or ended by a bulk edit: left out of dwell times by default"),
    ),
)

HANDOFFS: Final = Table(
    "handoffs",
    "One row per passing of responsibility between two consecutive work visits of a ticket.",
    ("handoff",),
    (
        Column("handoff", "count", "number of the handoff, from 0, by ticket and time"),
        Column("ticket", "category", "ticket id"),
        Column("given", "instant", "when the sender's visit ended, or the ticket was last reopened"),
        Column("taken", "instant", "when the receiver is first known to have worked"),
        Column("from_stage", "category", "sender's stage"),
        Column("to_stage", "category", "receiver's stage"),
        Column("from_holder", "category", "sender", may_lack=True),
        Column("to_holder", "category", "receiver", may_lack=True),
        Column("from_team", "category", "sender's team", may_lack=True),
        Column("to_team", "category", "receiver's team", may_lack=True),
        Column("person", "flag", "the person changed"),
        Column("team", "flag", "the team changed"),
        Column("discipline", "flag", "the discipline changed"),
        Column("back", "flag", "the receiver's stage comes before the sender's in the stream"),
        Column(
            "wait",
            "duration",
            "taken − given, less the time in which parts of the ticket were worked on; never negative",
        ),
        Column(
            "wait_working",
            "duration",
            "wait in working time, the sum of its pieces'; missing as long as no calendar has been applied",
            may_lack=True,
        ),
    ),
)

WAITS: Final = Table(
    "waits",
    "One row per piece of time before the finish in which nobody worked on a ticket; pieces are disjoint.",
    ("ticket", "start"),
    (
        Column("ticket", "category", "ticket id"),
        Column("n", "count", "number of the visit that it is part of"),
        Column("handoff", "number?", "handoff it belongs to; missing where it is none", may_lack=True),
        Column("stage", "category", "stage in which the ticket waited"),
        Column("holder", "category", "holder of that visit", may_lack=True),
        Column("team", "category", "team of that visit", may_lack=True),
        Column(
            "receiver",
            "category",
            "who it waited for: the person assigned meanwhile, else the stage's team, else who started next",
            may_lack=True,
        ),
        Column(
            "cause",
            "category",
            "why it waited; missing as long as causes have not been determined",
            may_lack=True,
            allowed=CAUSES,
        ),
        Column(
            "carried",
            "flag?",
            "it ended after the ticket had been carried over from a sprint; missing where no sprint is known",
            may_lack=True,
        ),
        Column("start", "instant", "start, included"),
        Column("end", "instant", "end, excluded"),
        Column("elapsed", "duration", "end − start"),
        Column(
            "working",
            "duration",
            "elapsed in the receiver's working calendar; missing as long as none has been applied",
            may_lack=True,
        ),
        Column("bulk", "flag", "in a visit that a bulk edit began or ended: clean-up, not flow"),
    ),
)

BLOCKS: Final = Table(
    "blocks",
    "One row per span in which a ticket was flagged, in a blocked stage, or blocked by another one.",
    ("ticket", "start", "by", "how", "detail"),
    (
        Column("ticket", "category", "ticket that is blocked"),
        Column("start", "instant", "start, included"),
        Column(
            "end",
            "instant",
            "end, excluded; missing while open. At its start: the one ticket or the other was done already",
            may_lack=True,
        ),
        Column("how", "category", "what says so", allowed=BLOCK_KINDS),
        Column(
            "by",
            "category",
            "ticket that blocks; missing of a flag or a stage, and where the link names none that was pulled",
            may_lack=True,
        ),
        Column("detail", "text", "the tracker's own text, or the stage", may_lack=True),
    ),
)

NAMES: Final = Table(
    "names",
    "One row per name that a status, an account or a sprint has had.",
    ("kind", "id", "name"),
    (
        Column(
            "kind", "category", "what the id names", allowed=("status", "account", "sprint", "sprint end")
        ),
        Column("id", "text", "id of the status, account or sprint, such as `jira:10001`"),
        Column("name", "text", "a name of it"),
        Column(
            "category",
            "category",
            "the tracker's own category of a status; `app`: a program's account; `future`: a planned sprint",
            may_lack=True,
            allowed=("queue", "work", "external", "done", "app", "future"),
        ),
        Column("first", "instant", "first seen under this name", may_lack=True),
        Column(
            "last",
            "instant",
            "last seen under this name; the latest is the current one. Of a sprint: when it began, or ended",
            may_lack=True,
        ),
        Column(
            "mailbox",
            "text",
            "keyed digests of an account's mail addresses, separated by a space; no address is kept",
            may_lack=True,
        ),
    ),
)

QUALITY: Final = Table(
    "quality",
    "One row per fact that could not be used or should not be trusted; nothing is dropped silently.",
    (),
    (
        Column("check", "category", "name of the check"),
        Column(
            "level", "category", "fault falsifies results, warning may, note is good to know", allowed=LEVELS
        ),
        Column("source", "category", "where it was found", may_lack=True),
        Column("ticket", "category", "ticket concerned", may_lack=True),
        Column("ref", "text", "the source's record concerned", may_lack=True),
        Column("detail", "text", "what was found, and what to do"),
    ),
)

TABLES: Final = {
    table.name: table
    for table in (
        TICKETS, EVENTS, VISITS, HANDOFFS, WAITS, BLOCKS, COMMITS, RELEASES, BRANCHES, DEPLOYS, PULLS,
        PULL_EVENTS, PIPELINES, NAMES, QUALITY,
    )
}  # fmt: skip
