"""Tells whether the data can be trusted: ``vsm check`` fails where results would be false."""

import pandas as pd
import typer
from rich.console import Console

from vsm.cli.console import WORK, Dir, Names, console
from vsm.model.lifecycle import still_open
from vsm.read import read_stream
from vsm.stream import ValueStream
from vsm.tables import LEVELS

SHOWN = 15


def check(dir_: Dir = WORK, names: Names = False) -> None:
    """Say what can be trusted and what is unmapped; exit 1 only on faults that falsify results."""
    stream = read_stream(dir_, names=names)
    out = console()
    out.print(summary(stream))
    for level in LEVELS:
        rows = stream.quality[stream.quality["level"] == level]
        for name, group in rows.groupby("check", observed=True, sort=True):
            _print_checks(out, level, str(name), group)
    faults = int((stream.quality["level"] == "fault").sum())
    if faults:
        out.print(f"\n{faults} fault(s) would falsify results; mend them first.")
        raise typer.Exit(1)
    out.print("\nNo fault that would falsify results.")


def summary(stream: ValueStream) -> str:
    """Say in two sentences what is there."""
    lives = stream.lifecycles
    finished, bulk = int(lives["finished"].notna().sum()), int(lives["bulk"].sum())
    still, gone = int(still_open(lives).sum()), int(lives["gone"].notna().sum())
    away = f", {gone} gone" if gone else ""
    tables = ("visits", "handoffs", "commits", "releases")
    counts = ", ".join(f"{len(getattr(stream, name))} {name}" for name in tables)
    return (
        f"{stream.workflow.stream.name}: {len(lives)} tickets as of {stream.as_of:%Y-%m-%d %H:%M} UTC, "
        f"{finished} finished for good ({bulk} of them by a bulk edit), {still} open{away}; "
        f"{counts}."
    )


def _print_checks(console: Console, level: str, name: str, rows: pd.DataFrame) -> None:
    console.print(f"\n{level}: {name} ({len(rows)})")
    for detail, ticket in zip(
        rows["detail"].head(SHOWN), rows["ticket"].astype("str").head(SHOWN), strict=True
    ):
        console.print(f"  {detail}" if pd.isna(ticket) else f"  {ticket}: {detail}")
    if len(rows) > SHOWN:
        console.print(f"  … and {len(rows) - SHOWN} more; vsm export quality --to quality.csv has them all")
