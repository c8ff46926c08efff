"""How does a finished run get to where it is published? File by file, and what leads to it last.

A folder, or any address that fsspec knows (``s3://…``, ``gs://…``, ``sftp://…``). papermill's own handlers
are not used: they write text alone, and a PDF is none.
"""

import mimetypes
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import fsspec

from vsm.errors import RunError

_LIBRARIES: Final = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "abfs": "adlfs",
    "az": "adlfs",
}


def send(site: Path, *, folder: str, to: str, keep: Collection[str]) -> None:
    """Copy one run of a report and its first page to where they are published.

    The run's files come first, and the page that leads to them last, so that a reader never finds a link to
    what is not there; a copy that breaks off leaves the page as it was. What is there already is written
    again. Runs that do not stay are removed after that.

    Parameters
    ----------
    site
        The report's folder, ``site/<report>``.
    folder
        Name of the run in it.
    to
        A folder or an fsspec address; the report lies there under its own name.
    keep
        Names of the runs that stay there.

    Raises
    ------
    RunError
        The address is not known, a library for it is missing, or it refuses; never tells a secret of it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as root:
    ...     run = Path(root, "site", "weekly", "2026-11-23T070000Z")
    ...     run.mkdir(parents=True)
    ...     for file in (run / "index.html", run.parent / "index.html"):
    ...         _ = file.write_text("<p>whole</p>")
    ...     send(run.parent, folder=run.name, to=f"{root}/www", keep=[run.name])
    ...     sorted(path.name for path in Path(root, "www", "weekly").iterdir())
    ['2026-11-23T070000Z', 'index.html']
    """
    try:
        store, root = fsspec.core.url_to_fs(to)
        base = f"{root.rstrip('/')}/{site.name}"
        for file in sorted((site / folder).rglob("*")):
            if file.is_file():
                _copy(store, file, f"{base}/{folder}/{file.relative_to(site / folder).as_posix()}")
        _copy(store, site / "index.html", f"{base}/index.html")
        _prune(store, base, keep)
    except ImportError as error:
        scheme = urlsplit(to).scheme
        library = _LIBRARIES.get(scheme, "a library of its own")
        extra = " (pip install 'vsm[s3]')" if library == "s3fs" else ""
        raise RunError(f"{_shown(to)} needs {library}{extra}, which is not installed") from error
    except Exception as error:  # each store has errors of its own
        raise RunError(f"it could not be copied to {_shown(to)}: {_said(error, to)}") from error


def _copy(store: Any, file: Path, to: str) -> None:
    """Write one file, so that a browser takes it for what it is; a folder gets it by renaming."""
    store.makedirs(to.rpartition("/")[0], exist_ok=True)
    if "file" in _protocols(store):
        beside = f"{to}.part"
        store.put_file(str(file), beside)
        Path(beside).replace(to)
        return
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    about = {"ContentType": kind} if "s3" in _protocols(store) else {}
    store.pipe_file(to, file.read_bytes(), **about)


def _prune(store: Any, base: str, keep: Collection[str]) -> None:
    for entry in store.ls(base, detail=True):
        name = entry["name"].rstrip("/").rpartition("/")[2]
        if entry["type"] == "directory" and name[:1].isdigit() and name not in keep:
            store.rm(entry["name"], recursive=True)


def _protocols(store: Any) -> tuple[str, ...]:
    return (store.protocol,) if isinstance(store.protocol, str) else tuple(store.protocol)


def _shown(address: str) -> str:
    """Say where it is published without what only the owner may know."""
    parts = urlsplit(address)
    if not parts.scheme or "@" not in parts.netloc:
        return address.partition("?")[0]
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _said(error: Exception, address: str) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    secret = urlsplit(address).netloc.rpartition("@")[0]
    for part in filter(None, (secret, *secret.split(":"), urlsplit(address).query)):
        text = text.replace(part, "…")
    return text[:300]
