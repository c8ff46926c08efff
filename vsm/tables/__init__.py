"""The schema of every table, and the meaning of each column.

Every table is a plain pandas frame. Its columns are described once, in ``words``, ``git_words``,
``review_words`` and, for measures, ``derived``; ``conform`` gives a frame the right types, and ``check`` is
called where a stage hands its table on. ``data/README.md`` is generated from them.
"""

from vsm.tables.derived import DERIVED
from vsm.tables.dictionary import data_dictionary
from vsm.tables.git_words import BRANCHES, COMMITS, DEPLOYS, OUTCOMES, RELEASES
from vsm.tables.review_words import PIPELINE_OUTCOMES, PIPELINES, PULL_EVENTS, PULL_KINDS, PULLS
from vsm.tables.schema import DTYPES, DURATION, INSTANT, Column, Table, check, conform, empty
from vsm.tables.texts import among
from vsm.tables.words import (
    BLOCK_KINDS,
    BLOCKS,
    CAUSES,
    EVENT_KINDS,
    EVENTS,
    FIELD_WORDS,
    HANDOFFS,
    LEVELS,
    NAMES,
    NEGATION_WORDS,
    OUTCOME_WORDS,
    PERSON_KINDS,
    PIPELINE_PHASES,
    QUALITY,
    REVIEW_PHASES,
    STAGE_KINDS,
    STATUS_WORDS,
    TABLES,
    TICKETS,
    TOUCH_KINDS,
    VISITS,
    WAITS,
)

__all__ = [
    "BLOCKS",
    "BLOCK_KINDS",
    "BRANCHES",
    "CAUSES",
    "COMMITS",
    "DEPLOYS",
    "DERIVED",
    "DTYPES",
    "DURATION",
    "EVENTS",
    "EVENT_KINDS",
    "FIELD_WORDS",
    "HANDOFFS",
    "INSTANT",
    "LEVELS",
    "NAMES",
    "NEGATION_WORDS",
    "OUTCOMES",
    "OUTCOME_WORDS",
    "PERSON_KINDS",
    "PIPELINES",
    "PIPELINE_OUTCOMES",
    "PIPELINE_PHASES",
    "PULLS",
    "PULL_EVENTS",
    "PULL_KINDS",
    "QUALITY",
    "RELEASES",
    "REVIEW_PHASES",
    "STAGE_KINDS",
    "STATUS_WORDS",
    "TABLES",
    "TICKETS",
    "TOUCH_KINDS",
    "VISITS",
    "WAITS",
    "Column",
    "Table",
    "among",
    "check",
    "conform",
    "data_dictionary",
    "empty",
]
