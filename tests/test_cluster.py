"""A cluster of this machine gives what this process would give, also where its processes die meanwhile."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]
import pytest

import vsm
from tests.cli.shell import Shell
from tests.real_streams import real_log, real_workflow
from tests.stream.partitioned import same_bytes
from tests.stream.test_networks import same
from tests.stream.work import done, filled
from vsm import cluster as clusters
from vsm.cluster import Cluster, connect
from vsm.context import Context, intervals_of
from vsm.cuts import BASE_TABLES
from vsm.errors import ParameterError, RunError
from vsm.from_log import stream_from_log
from vsm.partitions import intervals_in_partitions

pytestmark = pytest.mark.slow


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with connect("local", workers=2, memory="3 GB") as workers:
        yield workers


@pytest.fixture(scope="module")
def context(real_data: Path) -> Context:
    log = real_log(real_data, "duracloud")
    return stream_from_log(log, workflow=real_workflow(), as_of=log.events["at"].max())._context


def anywhere(context: Context, partitions: int) -> Any:
    """Each ticket in any partition."""
    tickets = len(context.moves["ticket"].cat.categories)
    return np.random.default_rng(partitions).integers(0, partitions, tickets)


@pytest.mark.parametrize("partitions", [1, 3, 8])
def test_intervals_are_the_same(cluster: Cluster, context: Context, partitions: int) -> None:
    """Of a real tracker, with each ticket in any partition."""
    made = intervals_in_partitions(context, workers=cluster, partition=anywhere(context, partitions))
    same_bytes(made, intervals_of(context))


def test_a_worker_that_dies_changes_nothing(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """It dies once visits are there and before waits have their causes: another one makes again what it had."""
    serial, gather = intervals_of(context), Cluster.gather
    with connect("local", workers=2) as workers:
        victims = [min(workers._client.run(os.getpid).values())]

        def gathered(self: Cluster, promises: list[Any]) -> list[Any]:
            made = gather(self, promises)
            while victims:
                os.kill(victims.pop(), signal.SIGKILL)
            return made

        monkeypatch.setattr(Cluster, "gather", gathered)
        made = intervals_in_partitions(context, workers=workers, partition=anywhere(context, 8))
        left = workers._client.run(os.getpid).values()
    assert not victims
    assert not [process for process in left if psutil.pid_exists(process)]
    same_bytes(made, serial)


def test_workers_that_are_all_gone_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster of other machines may lose them for good; nor is one that is closed asked again."""
    monkeypatch.setattr(clusters, "PATIENCE", 1)
    with connect("local", workers=1) as workers:
        promised = workers.submit(time.sleep, 600)
        workers._client.cluster.scale(0)
        with pytest.raises(RunError, match=r"^no worker of the cluster answers .* runs and has workers$"):
            workers.gather([promised])
    with pytest.raises(RunError, match=r"^the cluster is closed, or its scheduler is gone; connect again$"):
        workers.submit(time.sleep, 0)


def test_a_work_folder_is_read_alike(cluster: Cluster, tmp_path: Path) -> None:
    """Every base table of the stream, and both networks."""
    tickets = [done(number, 7 + number) for number in range(1, 9)]
    folders = [filled(tmp_path / name, *tickets) for name in ("here", "there")]
    here, there = (
        vsm.read_stream(folders[0], names=True),
        vsm.read_stream(folders[1], names=True, cluster=cluster),
    )
    same_bytes(*([getattr(stream, name) for name in BASE_TABLES] for stream in (there, here)))
    same(vsm.read_networks(folders[1], names=True, cluster=cluster), here)


def test_local_workers_have_the_memory_that_is_given(cluster: Cluster) -> None:
    """No more, so that what they keep goes to disk before."""
    workers = cluster._client.scheduler_info()["workers"].values()
    assert {worker["memory_limit"] for worker in workers} == {3_000_000_000}


@pytest.mark.parametrize("memory", ["much", "", "-4 GB", "1 KB"])
def test_memory_that_is_no_size_or_too_little_is_refused(memory: str) -> None:
    """Before a process is started."""
    with pytest.raises(
        ParameterError, match=rf"^memory is '{memory}'; write a size of at least 500 MB, such as"
    ):
        connect("local", memory=memory)


def test_fewer_than_no_workers_are_refused() -> None:
    """As no number of processes."""
    with pytest.raises(ParameterError, match="workers is -1; write how many processes, or 0 for one a core"):
        connect("local", workers=-1)


@pytest.mark.parametrize("address", ["tcp://", "tcp://127.0.0.1", "http://127.0.0.1:9", "tcp://host:port"])
def test_what_is_no_address_of_a_scheduler_is_refused(address: str) -> None:
    """At once, without asking Dask."""
    with pytest.raises(
        ParameterError, match=rf"^cluster is '{address}'; write local, or a scheduler's address"
    ):
        connect(address)


@pytest.mark.parametrize(
    "words",
    [("check",), ("export", "waits", "--to", "waits.csv"), ("export", "network", "--to", "network.json")],
)
def test_commands_take_a_cluster(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: Shell, words: tuple[str, ...]
) -> None:
    """They ask for it by its address, and let it work."""
    asked, steps, submit = list[str](), list[object](), Cluster.submit

    def connected(address: str) -> AbstractContextManager[Cluster]:
        asked.append(address)
        return nullcontext(cluster)

    def submitted(self: Cluster, work: Callable[..., Any], *args: Any) -> Any:
        steps.append(work)
        return submit(self, work, *args)

    monkeypatch.chdir(filled(tmp_path, done(1, 8), done(2, 9)))
    monkeypatch.setattr(clusters, "connect", connected)
    monkeypatch.setattr(Cluster, "submit", submitted)
    assert shell(*words, "--dir", ".", "--cluster", "tcp://10.0.0.5:8786") == 0
    assert asked == ["tcp://10.0.0.5:8786"]
    assert steps


def test_without_dask_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no part of a plain installation."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        ParameterError, match=r"^a cluster needs distributed, .*: pip install 'vsm\[large\]'$"
    ):
        connect("local")


def test_an_address_where_nobody_answers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within seconds, in one sentence."""
    monkeypatch.setattr(clusters, "PATIENCE", 1)
    with pytest.raises(
        RunError, match=r"^no scheduler of Dask answers at tcp://127.0.0.1:1 .* can be reached$"
    ):
        connect("tcp://127.0.0.1:1")


def test_an_encrypted_address_needs_certificates() -> None:
    """Those that Dask is configured with."""
    with pytest.raises(
        ParameterError, match=r"Dask has no certificates; name them .*: distributed\.comm\.tls$"
    ):
        connect("tls://127.0.0.1:1")


def test_a_worker_with_another_version_is_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its numbers might be others."""
    monkeypatch.setattr(clusters, "this_version", lambda: "vsm 0.1.0 (00000000)")
    monkeypatch.setattr(cluster._client, "run", lambda *_, **__: {"tcp://w:1": "vsm 0.2.0 (11111111)"})
    with pytest.raises(RunError, match=r"worker at tcp://w:1 has vsm 0\.2\.0 .* this process vsm 0\.1\.0"):
        cluster.check()


def test_it_listens_on_loopback_only(cluster: Cluster) -> None:
    """With TLS, and without a dashboard."""
    mine = {os.getpid(), *cluster._client.run(os.getpid).values()}
    listening = [one for process in mine for one in psutil.Process(process).net_connections("inet")
                 if one.status == psutil.CONN_LISTEN]  # fmt: skip
    assert {one.laddr.ip for one in listening} == {"127.0.0.1"}
    assert 8787 not in {one.laddr.port for one in listening}
    assert cluster._client.scheduler.address.startswith("tls://127.0.0.1:")
