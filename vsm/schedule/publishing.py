"""Copies a finished run to where it is published, file by file, and what leads to it last.

A folder, or any address that fsspec knows (``s3://…``, ``gs://…``, ``sftp://…``). papermill's own handlers
are not used: they write text alone, and a PDF is none.
"""

import mimetypes
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import fsspec

from vsm.config import Report
from vsm.errors import RunError
from vsm.schedule.history import Run
from vsm.sources.work_folder import WorkFolder

_LIBRARIES: Final = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "abfs": "adlfs",
    "az": "adlfs",
}
_RUN_NAME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?(\.tar\.xz)?")


def send(site: Path, *, folder: str | None, to: str, keep: Collection[str]) -> None:
    """Copy one run of a report and its first page to where they are published.

    The run's files come first, and the page that leads to them last, so that a reader never finds a link to
    what is not there; a copy that breaks off leaves the page as it was. This run is written again if it is
    there already; others that stay are copied where they are missing, as after a week without the store.
    Runs that do not stay are removed after that.

    Parameters
    ----------
    site
        The report's folder, ``site/<report>``.
    folder
        Name of the run in it; None of a run that made nothing: its first page says what failed.
    to
        A folder or an fsspec address; the report lies there under its own name.
    keep
        Names of the runs that stay there, folders and packed ones.

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
        store.invalidate_cache()
        base = f"{root.rstrip('/')}/{site.name}"
        for run in _runs(site, folder, keep):
            if run.name == folder or not store.exists(f"{base}/{_last_of(run)}"):
                _send_whole(store, run, base)
        _copy(store, site / "index.html", f"{base}/index.html")
        _prune(store, base, keep)
    except ImportError as error:
        scheme = urlsplit(to).scheme
        library = _LIBRARIES.get(scheme, "a library of its own")
        extra = " (pip install 'vsm[s3]')" if library == "s3fs" else ""
        raise RunError(f"{without_secrets(to)} needs {library}{extra}, which is not installed") from error
    except Exception as error:  # each store has errors of its own
        raise RunError(f"it could not be copied to {without_secrets(to)}: {_answer(error, to)}") from error


def without_secrets(address: str) -> str:
    """An address without what only its owner may know.

    Examples
    --------
    >>> without_secrets("sftp://user:pass/word@host/www?token=1")
    'sftp://host/www'
    """
    bare = re.split(r"[?#]", address, maxsplit=1)[0] if "://" in address else address
    scheme, apart, rest = bare.partition("://")
    return f"{scheme}{apart}{rest.rpartition('@')[2]}" if apart else bare


def _runs(site: Path, folder: str | None, keep: Collection[str]) -> list[Path]:
    """List what the first page leads to: this run, and others that a store which was down has missed."""
    others = (entry for entry in sorted(site.iterdir()) if _RUN_NAME.fullmatch(entry.name))
    missed = [entry for entry in others if entry.name in keep and entry.name != folder]
    return missed if folder is None else [site / folder, *missed]


def _send_whole(store: Any, run: Path, base: str) -> None:
    """Copy a run; its last file is there only when all of it is."""
    files = [path for path in sorted(run.rglob("*")) if path.is_file()] if run.is_dir() else [run]
    last = run.parent / _last_of(run)
    for file in sorted(files, key=lambda file: file == last):
        _copy(store, file, f"{base}/{file.relative_to(run.parent).as_posix()}")


def _last_of(run: Path) -> str:
    return f"{run.name}/index.html" if run.is_dir() else run.name


def _copy(store: Any, file: Path, to: str) -> None:
    """Write one file, so that a browser takes it for what it is; a folder gets it by renaming."""
    protocols = [store.protocol] if isinstance(store.protocol, str) else store.protocol
    if _LIBRARIES.keys().isdisjoint(protocols):  # a bucket has no folders, and none is made by a wrong name
        store.makedirs(to.rpartition("/")[0], exist_ok=True)
    if "file" in protocols:
        beside = Path(f"{to}.part")
        try:
            store.put_file(str(file), str(beside))
            beside.replace(to)
        finally:
            beside.unlink(missing_ok=True)
        return
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    about = {"ContentType": kind} if "s3" in protocols else {}
    store.pipe_file(to, file.read_bytes(), **about)


def _prune(store: Any, base: str, keep: Collection[str]) -> None:
    """Remove runs that do not stay; what is called otherwise is somebody else's."""
    store.invalidate_cache()
    for entry in store.ls(base, detail=True):
        name = entry["name"].rstrip("/").rpartition("/")[2]
        if _RUN_NAME.fullmatch(name) and name not in keep:
            store.rm(entry["name"], recursive=entry["type"] == "directory")


def _answer(error: Exception, address: str) -> str:
    """Say what a store answered, without what only the owner may know, as it stands or decoded."""
    text = " ".join(str(error).split()) or type(error).__name__
    rest = address.partition("://")[2]
    hidden = rest.rpartition("@")[0]
    asked = re.split(r"[?#]", rest, maxsplit=1)[1:]
    parts = [address, hidden, *hidden.split(":"), *asked, *re.split(r"[&=?#]", "".join(asked))]
    for part in sorted({*parts, *map(unquote, parts)} - {""}, key=len, reverse=True):
        text = text.replace(part, without_secrets(address) if part == address else "…")
    return text[:300]


def publish_run(folder: WorkFolder, report: Report, run: Run) -> str:
    """Copy a run to where its report is published; returns why that failed, or nothing.

    What lies in the work folder stays there, as its first page leads to it; older runs are removed. A run
    that made nothing sends the first page alone, with what failed and since when. A relative path counts from
    the work folder: a scheduler has a folder of its own.
    """
    site = folder.site / report.name
    keep = [entry.name for entry in site.iterdir()] if site.is_dir() else []
    try:
        send(site, folder=run.folder if run.good else None, to=address_of(folder, report), keep=keep)
    except RunError as error:
        text = str(error)
        return f"{text[:1].upper()}{text[1:]}."
    return ""


def address_of(folder: WorkFolder, report: Report) -> str:
    """Where vsm.toml says that a report is published; a relative path counts from the work folder."""
    to = str(report.publish)
    known = "://" in to or to.startswith("~") or Path(to).is_absolute()
    return to if known else str(folder.root.resolve() / to)
