"""``vsm export``: any table or network of a stream, or all of them, as files for other tools."""

from collections.abc import Iterable
from functools import reduce
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from vsm.cli.console import WORK, Dir, Names, OnCluster, Since, Until, Where, cluster_at, console
from vsm.counts import counted
from vsm.errors import ParameterError
from vsm.model.graphs import Graph
from vsm.read import read_networks, read_stream
from vsm.reports.event_logs import LOG_FORMATS, export_event_log
from vsm.reports.export import (
    NETWORK_FORMATS,
    TABLE_FORMATS,
    export_network,
    export_table,
    suffix_of,
)
from vsm.stream import ValueStream
from vsm.tables import DERIVED, TABLES

NETWORKS: Final = ("network", "team_network", "handoff_network", "blocking_network")
ALONE: Final = {"network": "stages", "team_network": "teams"}
"""Networks that need neither causes of waiting nor all visits in memory: for logs of millions of events."""
EVENT_LOG: Final = "event_log"
KNOWN: Final = (*TABLES, *DERIVED, *NETWORKS, EVENT_LOG, "all")
HELP: Final = (
    f"A base table ({', '.join(TABLES)}), a measure such as stage_shares or delivery.weeks, "
    f"a network ({', '.join(NETWORKS)}), {EVENT_LOG}, for process mining, or all of these. "
    "An unknown name lists all of them."
)


def export(
    table: Annotated[str, typer.Argument(help=HELP)],
    to: Annotated[
        Path,
        typer.Option(
            help="File to write: .parquet, .csv or .json; networks .graphml or .json; "
            "event_log .xes[.gz] (XES) or .json (OCEL 2.0); all: a folder."
        ),
    ],
    dir_: Dir = WORK,
    since: Since = "",
    until: Until = "",
    where: Where = "",
    names: Names = False,
    cluster: OnCluster = "",
) -> None:
    """Write a table, network or event log to a file, with pseudonyms; data/README.md explains the columns.

    A file that is there already is replaced; of all, those that bear the name of a table, a network or
    the event log.
    Keys of tickets and hashes of commits stay: whoever reads Jira or Git can join them back to names.
    """
    if table not in KNOWN:
        raise ParameterError(f"no table '{table}'; known: {', '.join(KNOWN)}")
    files = [(table, to)]
    if table == "all":
        files = [(name, to / f"{name}.parquet") for name in (*TABLES, *DERIVED)]
        files += [(name, to / f"{name}{kind}") for name in NETWORKS for kind in (".graphml", ".json")]
        files += [(EVENT_LOG, to / f"{EVENT_LOG}{kind}") for kind in (".xes.gz", ".json")]
        if links := [str(path) for _, path in files if path.is_symlink()]:
            raise ParameterError(
                f"{links[0]} is a link to a file elsewhere; remove it, or name another folder"
            )
    else:
        suffix_of(to, of=_suffixes(table))  # a wrong name is refused before minutes of reading
    if table in ALONE and not (since or where):
        with cluster_at(cluster) as workers:
            networks = read_networks(dir_, until=until, names=names, cluster=workers)
        _export_network(getattr(networks, ALONE[table]), table, to)
        return
    with cluster_at(cluster) as workers:
        stream = read_stream(dir_, names=names, since=since, until=until, where=where, cluster=workers)
    if table == "all":
        to.mkdir(parents=True, exist_ok=True)
    for name, path in files:
        _export(stream, name, path)


def _suffixes(table: str) -> Iterable[str]:
    if table == EVENT_LOG:
        return LOG_FORMATS
    return NETWORK_FORMATS if table in NETWORKS else TABLE_FORMATS


def _export(stream: ValueStream, name: str, to: Path) -> None:
    if name == EVENT_LOG:
        export_event_log(stream.visits, tickets=stream.tickets, to=to)
        console().print(f"{to}: {counted(len(stream.visits), 'visit')} as an event log")
        return
    part: Any = reduce(getattr, name.split("."), stream)
    if name in NETWORKS:
        _export_network(part, name, to)
    else:
        export_table(part, to=to)
        console().print(f"{to}: {counted(len(part), 'row')} of {name}")


def _export_network(network: Graph, name: str, to: Path) -> None:
    export_network(network, to=to)
    nodes, edges = counted(len(network), "node"), counted(network.number_of_edges(), "edge")
    console().print(f"{to}: {nodes} and {edges} of {name}")
