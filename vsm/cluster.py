"""Work on a log shared by several processes or machines, on Dask (``vsm[large]``)."""

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from logging import CRITICAL, getLogger
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit
from warnings import catch_warnings, filterwarnings

from vsm.errors import ParameterError, RunError

LOCAL: Final = "local"
PROTOCOLS: Final = ("tcp", "tls", "ws", "wss")
ENCRYPTED: Final = ("tls:", "wss:")
LEAST: Final = 500_000_000
"""Bytes of a worker, at least: libraries and a small log take 170 MB, and Dask pauses one that is full."""
PATIENCE: Final = 10
"""Seconds in which a cluster has to answer."""
SMALL: Final = 20_000
"""Moves of a partition, at least: what is smaller is not worth its way."""
LARGE: Final = 1_000_000
"""Moves of a partition, at most: what is made of them at once takes some 1 GB."""


def connect(address: str = LOCAL, *, workers: int = 0, memory: str = "auto") -> "Cluster":
    """Give a cluster that reading functions let work for them: ``read_stream(..., cluster=cluster)``.

    What is read is the same, to the byte, as without it. Persons have their pseudonyms (with ``names`` their
    names) before anything is sent; workers get when which ticket moved where, by whom, and no texts. Whoever
    can reach a scheduler can run programs there: keep it within your own network, or use Dask's TLS.

    Parameters
    ----------
    address
        ``"local"``: processes of this machine, which end with it; or a scheduler's, such as
        ``tcp://10.0.0.5:8786``, whose workers have the same version of ``vsm``.
    workers
        How many processes ``"local"`` has; by default one a core.
    memory
        Most that each of these may have, from ``"500 MB"`` on: what it keeps goes to disk before. By default
        they share what the machine has.

    Raises
    ------
    ParameterError
        Dask is not installed, the address is none or needs certificates, or ``workers`` or ``memory`` make no
        sense.
    RunError
        No scheduler answers there, it has no workers, or a worker has another version of ``vsm``.

    Examples
    --------
    >>> connect("nowhere")
    Traceback (most recent call last):
    ...
    vsm.errors.ParameterError: cluster is 'nowhere'; write local, or a scheduler's address: tcp://host:port
    """
    if address != LOCAL and not _is_address(address):
        raise ParameterError(
            f"cluster is '{address}'; write local, or a scheduler's address: tcp://host:port"
        )
    if workers < 0:
        raise ParameterError(f"workers is {workers}; write how many processes, or 0 for one a core")
    distributed = _library("distributed")
    if address.startswith(ENCRYPTED):
        certificates = distributed.Security().get_connection_args("client")["ssl_context"]
        if certificates is None:
            raise ParameterError(
                f"cluster is '{address}', for which Dask has no certificates; name them in its "
                "configuration: distributed.comm.tls"
            )
    getLogger("distributed.client").setLevel(CRITICAL)  # what it fails of is said in a sentence
    with ExitStack() as opened:
        try:
            local = opened.enter_context(_local(workers, memory)) if address == LOCAL else None
            client = distributed.Client(local or address, timeout=PATIENCE, set_as_default=False)
            opened.enter_context(client)
        except (OSError, ValueError, RuntimeError) as error:
            refused = (
                f"no scheduler of Dask answers at {address} ({error}); see that it runs and can be reached"
            )
            if address == LOCAL:
                refused = f"a cluster of this machine cannot be started ({error}); give it fewer workers"
            raise RunError(refused) from error
        Cluster(client, opened).check()
        return Cluster(client, opened.pop_all())


def _local(workers: int, memory: str) -> Any:
    """Start processes that listen on loopback only, to who has this process's certificate; no dashboard."""
    _library("cryptography")
    settings: dict[str, Any] = {
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        # What is kept goes to disk early: a step needs room of its own (see LARGE).
        "distributed.worker.memory.target": 0.4,
        "distributed.worker.memory.spill": 0.5,
    }
    with _library("dask").config.set(settings), catch_warnings():
        # Of a slow disk, where what a killed cluster left is removed first.
        filterwarnings("ignore", "Creating scratch directories", UserWarning)
        return _library("distributed").LocalCluster(
            n_workers=workers or None, threads_per_worker=1, memory_limit=_bytes(memory), host="127.0.0.1",
            security=True, protocol="tls://", dashboard_address=None, silence_logs=CRITICAL,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        )  # fmt: skip


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in PROTOCOLS and bool(parts.hostname and parts.port)
    except ValueError:
        return False


def _bytes(memory: str) -> str | int:
    if memory == "auto":
        return memory
    try:
        size = int(_library("dask.utils").parse_bytes(memory))
    except ValueError:
        size = 0
    if size < LEAST:
        raise ParameterError(f"memory is '{memory}'; write a size of at least 500 MB, such as 4 GB")
    return size


class Cluster:
    """Processes that work on a log together, as ``connect`` gives them; to be closed after use."""

    def __init__(self, client: Any, opened: ExitStack) -> None:
        self._client, self._opened = client, opened

    def __enter__(self) -> Self:
        """Use it in a ``with`` statement, which closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connection; processes that ``"local"`` started end."""
        self._opened.close()

    @property
    def threads(self) -> int:
        """How many steps are done at the same time."""
        with _in_a_sentence():
            return sum(self._client.nthreads().values())

    def partitions(self, moves: int) -> int:
        """Give in how many partitions so many moves are worked on."""
        return max(1, min(2 * self.threads, moves // SMALL), -(-moves // LARGE))

    def submit(self, work: Callable[..., Any], *args: Any) -> Any:
        """Promise what some work makes of these; promises among them are kept first."""
        # A partition is an argument, not scattered: it outlives the worker that has it.
        large = {"distributed.admin.large-graph-warning-threshold": "1 TiB"}
        with _in_a_sentence(), _library("dask").config.set(large):
            return self._client.submit(work, *args, pure=False)

    def gather(self, promises: list[Any]) -> list[Any]:
        """Wait for what was promised; what died with a worker is made by another one.

        Raises
        ------
        RunError
            Workers died of the same step again and again, or all of them are gone for ``PATIENCE``.
        """
        with _in_a_sentence(), self._client.as_current():
            while True:
                with suppress(TimeoutError):
                    _library("distributed").wait(promises, timeout=PATIENCE)
                    break
                self._client.wait_for_workers(1, timeout=PATIENCE)
            return list(self._client.gather(promises))

    def check(self) -> None:
        """Refuse workers whose ``vsm`` is another one: their numbers might be others."""
        with _in_a_sentence():
            self._client.wait_for_workers(1, timeout=PATIENCE)
        mine = this_version()
        for worker, theirs in sorted(self._client.run(this_version, on_error="return").items()):
            if theirs != mine:
                found = f"no vsm that answers ({theirs!r})" if isinstance(theirs, Exception) else theirs
                raise RunError(
                    f"the worker at {worker} has {found}, and this process {mine}; give both the same"
                )


def _library(name: str) -> Any:
    """Import what only clusters need, when one is asked for: it takes nearly a second."""
    try:
        return import_module(name)
    except ImportError as lacking:
        raise ParameterError(
            f"a cluster needs {name}, which is not installed: pip install 'vsm[large]'"
        ) from lacking


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    """Raise what a cluster may fail of as one sentence; errors of ``vsm`` are their own."""
    try:
        yield
    except _library("distributed").KilledWorker as error:
        raise RunError(
            f"several workers died of the same step ({error}); give them more memory, or ask for less"
        ) from error
    except (CancelledError, _library("distributed.client").ClosedClientError) as error:
        raise RunError("the cluster is closed, or its scheduler is gone; connect again") from error
    except (TimeoutError, OSError) as error:
        raise RunError(
            f"no worker of the cluster answers ({error}); see that its scheduler runs and has workers"
        ) from error


@cache
def this_version() -> str:
    """Give the version of ``vsm`` in this process, and a digest of its sources, for those who edit them."""
    root, digest = Path(__file__).parent, sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return f"vsm {version('vsm')} ({digest.hexdigest()[:8]})"
