"""Whether the data can be trusted: ``vsm check`` fails where results would be false."""

import pandas as pd
import typer

from vsm.cli.console import WORK, Dir, Names, OnCluster, cluster_at, console
from vsm.counts import counted
from vsm.model.lifecycle import still_open
from vsm.read import read_stream
from vsm.stream import ValueStream
from vsm.tables import LEVELS

SHOWN = 15


def check(dir_: Dir = WORK, names: Names = False, cluster: OnCluster = "") -> None:
    """Check the data: what can be trusted, what is unmapped. Exit 1 only on faults that falsify results."""
    with cluster_at(cluster) as workers:
        stream = read_stream(dir_, names=names, cluster=workers)
    out = console()
    out.print(summary(stream))
    for level in LEVELS:
        rows = stream.quality[stream.quality["level"] == level]
        for name, group in rows.groupby("check", observed=True, sort=True):
            out.print(f"\n{level}: {name} ({len(group)})")
            first = group.head(SHOWN)
            for detail, ticket in zip(first["detail"], first["ticket"].astype("str"), strict=True):
                out.print(f"  {detail}" if pd.isna(ticket) else f"  {ticket}: {detail}")
            if (more := len(group) - SHOWN) > 0:
                out.print(f"  … and {more} more; vsm export quality --to quality.csv has them all")
    faults = int((stream.quality["level"] == "fault").sum())
    if faults:
        out.print(f"\n{counted(faults, 'fault')} would falsify results: fix what is named above first.")
        raise typer.Exit(1)
    out.print("\nNo fault that would falsify results.")


def summary(stream: ValueStream) -> str:
    """The name of the stream and the numbers of its tickets and rows, in a sentence."""
    lifecycles = stream.lifecycles
    finished, bulk = int(lifecycles["finished"].notna().sum()), int(lifecycles["bulk"].sum())
    still, gone = int(still_open(lifecycles).sum()), int(lifecycles["gone"].notna().sum())
    away = f", {gone} deleted or hidden" if gone else ""
    counts = ", ".join(f"{len(getattr(stream, name))} {name}" for name in ("visits", "handoffs", "commits"))
    return (
        f"{stream.workflow.stream.name}: {len(lifecycles)} tickets as of {stream.as_of:%Y-%m-%d %H:%M} UTC, "
        f"{finished} finished for good ({bulk} of them by a bulk edit), {still} open{away}; "
        f"{counts}, {stream.releases['final'].sum()} releases."
    )
