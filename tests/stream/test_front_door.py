"""Nothing behind the front door knows a name: everything reachable from a stream is searched, and its pickle."""

import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest

from tests.pull_rows import pipelines, pull_events, pulls
from tests.real_streams import WORKFLOW, real_log, real_workflow
from tests.stream.test_measures import MEASURES
from tests.streams import sample_stream
from vsm.archive_log import parts_from_archive
from vsm.config import Workflow, parse_workflow
from vsm.eventlog.log import Log
from vsm.from_log import stream_from_log
from vsm.sources.archive import read_archive
from vsm.stream import ValueStream
from vsm.tables import NAMES, conform

pytestmark = pytest.mark.slow

KEY = b"secret-of-the-work-folder-32-byt"
WRITTEN = {"summary", "labels", "components", "url", "subject"}
"""Columns of free text that people wrote, in which first names alone may stand."""
PEOPLE = """
[[person]]
name = "Person Seven"
accounts = ["jira:person-07"]
[[team]]
name = "stewards"
members = ["Person Seven"]
patterns = ["person-1*"]
[[membership]]
person = "person-02"
team = "stewards"
since = 2012-01-01
[[report]]
name = "weekly"
[[report.tell]]
email = ["person-09@example.org"]
"""


def texts_in(thing: Any, seen: dict[int, Any]) -> Iterator[str | bytes]:
    """Every text reachable from an object: attributes, items, closures, cells and categories of frames."""
    if isinstance(thing, (str, bytes)):
        yield thing
        return
    if id(thing) in seen or thing is None or isinstance(thing, (int, float, type)):
        return
    seen[id(thing)] = thing  # kept alive, so that no other thing gets its id
    if isinstance(thing, pd.DataFrame):
        yield from texts_in([thing[column] for column in thing.columns.difference(list(WRITTEN))], seen)
    elif isinstance(thing, (pd.Series, pd.Index)):
        values = thing.cat.categories if isinstance(thing, pd.Series) and thing.dtype == "category" else thing
        if not pd.api.types.is_numeric_dtype(values) and "time" not in str(values.dtype):
            yield from (text for text in values.dropna().astype("str").unique())
    elif isinstance(thing, nx.Graph):
        yield from texts_in([dict(thing.nodes(data=True)), list(thing.edges(data=True)), thing.graph], seen)
    elif isinstance(thing, Mapping):
        yield from texts_in([*thing.keys(), *thing.values()], seen)
    elif isinstance(thing, (list, tuple, set, frozenset)):
        yield from (text for one in thing for text in texts_in(one, seen))
    else:
        slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
        yield from texts_in({**getattr(thing, "__dict__", {})}, seen)
        yield from texts_in([getattr(thing, name, None) for name in slots], seen)


def all_made(stream: ValueStream) -> ValueStream:
    """The same stream after every measure was asked for."""
    for name in MEASURES:
        getattr(stream, name)
    return stream


def names_of(log: Log) -> set[str]:
    """Accounts and names of people, without bots: what must not be found."""
    accounts = log.names[log.names["kind"] == "account"]
    accounts = accounts[(accounts["category"].astype("str") != "app") & (accounts["name"] != "release-bot")]
    return {*accounts["id"], *accounts["name"], *accounts["id"].str.partition(":")[2]}


def assert_nobody_is_named(stream: ValueStream, names: set[str]) -> None:
    """No name as a whole text, and none longer than four letters within one; not in the pickle either."""
    found = {str(text) for text in texts_in(stream, {})}
    assert len(found) > 100
    assert not found & names
    assert not [text for text in found for name in names if len(name) > 4 and name in text]
    assert not [text for text in found if "secret" in text]
    loose = pickle.dumps(stream)
    assert KEY not in loose
    free = " ".join(str(stream.tickets["summary"].tolist()) + str(stream.commits["subject"].tolist()))
    assert not [name for name in names if len(name) > 4 and name.encode() in loose and name not in free]


@pytest.fixture(scope="module")
def dura(real_data: Path) -> tuple[Log, ValueStream]:
    """DuraCloud with people, teams, memberships and an addressee declared by their names."""
    log = real_log(real_data, "duracloud")
    workflow = parse_workflow(PEOPLE.strip() + "\n" + WORKFLOW)
    return log, stream_from_log(log, workflow=workflow, as_of=log.events["at"].max(), key=KEY)


def test_nothing_in_duracloud_names_anybody(dura: tuple[Log, ValueStream]) -> None:
    """Real accounts, with what vsm.toml says of them."""
    log, stream = dura
    names = names_of(log) | {"Person Seven", "person-09@example.org"}
    assert_nobody_is_named(all_made(stream), names)
    assert real_workflow().stages == stream.workflow.stages


def test_nothing_in_the_sample_names_anybody(sample_folder: Path) -> None:
    """Tracker and Git joined, with mailboxes."""
    stream = sample_stream(sample_folder)
    with read_archive(sample_folder / "archive.sqlite") as archive:
        log = parts_from_archive(archive, mail_key=b"m" * 32).log()
    shared = stream_from_log(log, workflow=stream.workflow, as_of=stream.as_of, key=KEY)
    assert_nobody_is_named(all_made(shared), names_of(log))


def test_with_names_the_walk_finds_them(sample_folder: Path) -> None:
    """The search would see a name if there were one."""
    stream = sample_stream(sample_folder)
    found = {str(text) for text in texts_in(stream, {})}
    assert "dev-1" in found
    assert b"dev-1" in pickle.dumps(stream)


def test_nothing_of_a_pull_request_names_anybody() -> None:
    """Authors, reviewers, titles, branches and requests have pseudonyms; a bot and a team keep their names."""
    accounts = {"github:dev1": "Dev Eins", "github:dev2": "Dev Zwei", "github:renovate[bot]": "renovate[bot]"}
    names = pd.DataFrame({"kind": "account", "id": list(accounts), "name": list(accounts.values())})
    log = Log(
        names=conform(names, NAMES),
        pulls=pulls(
            {"number": 1, "created": "05 09:00", "author": "github:dev1", "title": "Help Dev Zwei",
             "branch": "dev1/fix", "merged_by": "github:dev2"},
            {"number": 2, "created": "05 09:00", "author": "github:renovate[bot]"},
        ),
        pull_events=pull_events(
            1, ("05 09:00", "opened", "dev1", None), ("05 10:00", "review_request", "dev1", "dev2"),
            ("05 10:00", "review_request", "dev1", "team:Web"), ("06 09:00", "review", "dev2", "approved"),
        ),
        pipelines=pipelines({"created": "05 09:00", "branch": "dev1/fix"}),
    )  # fmt: skip
    as_of = pd.Timestamp("2026-02-01", tz="UTC")
    shared = stream_from_log(log, workflow=Workflow(), as_of=as_of, key=KEY)
    assert_nobody_is_named(all_made(shared), {"Dev Eins", "Dev Zwei", "dev1", "dev2"})
    assert shared.pulls["author"].iloc[1] == "github:renovate[bot]"
    asked = shared.pull_events["after"].astype("str").tolist()
    assert asked[1] == shared.pull_events["actor"].iloc[3]  # who was asked is who reviewed
    assert asked[2:] == ["team:Web", "approved"]


def test_a_repository_of_a_person_is_named_as_a_doubt() -> None:
    """Its owner's login is in the id of each of its pull requests, and stays there."""
    names = conform(pd.DataFrame({"kind": ["account"], "id": ["github:shop"], "name": ["Shop Owner"]}), NAMES)
    log = Log(names=names, pulls=pulls({"number": 1, "created": "05 09:00", "author": "github:shop"}))
    as_of = pd.Timestamp("2026-02-01", tz="UTC")
    quality = stream_from_log(log, workflow=Workflow(), as_of=as_of, key=KEY).quality
    (doubt,) = quality.loc[quality["check"] == "names in words", "detail"]
    assert doubt.startswith("repositories of persons, such as 'web' (1 in all)")
