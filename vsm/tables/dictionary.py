"""The data dictionary: the meaning of every column, as a page."""

from vsm.tables.derived import DERIVED
from vsm.tables.words import OUTCOME_WORDS, TABLES


def data_dictionary() -> str:
    """The text of ``data/README.md``: Markdown with a section for each table."""
    lines = ["# The tables", "", "Generated from `vsm/tables` by `make docs`; do not edit.", ""]
    lines += [
        "Instants are UTC to the microsecond, durations too; ratios are floats. First the base tables, then",
        "the measures that are made of them (`stream.stage_shares`, `stream.delivery.weeks`, …). Any of them",
        "is written to a file, and so are the networks `network`, `team_network`, `handoff_network` (of the",
        "current period) and `blocking_network`:",
        "",
        "    vsm export --dir WORK TABLE --to FILE.parquet     # or .csv, .json",
        "    vsm export --dir WORK team_network --to FILE.graphml  # or .json (node-link)",
        "    vsm export --dir WORK all --to FOLDER             # every table as Parquet, networks as both",
        "    vsm export --dir WORK event_log --to FILE.xes.gz  # for process mining; .json: OCEL 2.0",
        "",
    ]
    for table in (*TABLES.values(), *DERIVED.values()):
        name = table.name.upper() if table.name in TABLES else table.name
        key = f" Key: {', '.join(f'`{name}`' for name in table.key)}." if table.key else ""
        lines += [
            f"## {name}",
            "",
            table.meaning + key,
            "",
            "| column | type | meaning |",
            "|---|---|---|",
        ]
        lines += [
            f"| `{c.name}` | {c.type.rstrip('?')}{' or missing' if c.may_lack else ''} | {c.meaning}"
            + (f" ({', '.join(f'`{value}`' for value in c.allowed)}) |" if c.allowed else " |")
            for c in table.columns
        ]
        lines.append("")
    lines += [
        "## Words of an outcome",
        "",
        "A finished ticket is *discarded* if its resolution, or without one its status, contains one of",
        "these names, whatever the case, accents and punctuation; else it is *delivered*. A resolution that",
        'says no more than *done* leaves it to the status; what it denies ("Not a duplicate") it does not',
        'say, and "Not done" is discarded. `[outcome]` in vsm.toml overrides any of them, and `vsm check`',
        "lists resolutions that contain none.",
        "",
    ]
    for word, by_language in OUTCOME_WORDS.items():
        lines += [f"- **{word}**, {code}: {', '.join(names)}" for code, names in by_language.items()]
    return "\n".join([*lines, ""])
