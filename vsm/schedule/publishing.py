"""Copies a finished run to where it is published, file by file, and the page with links to it last.

That is a folder, or any address that fsspec knows (``s3://…``, ``gs://…``, ``sftp://…``). papermill's own
handlers are not used: they write text only, and a PDF is none.
"""

import mimetypes
import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import fsspec

from vsm.config import Report
from vsm.errors import RunError
from vsm.schedule.history import Run
from vsm.sources.work_folder import WorkFolder

_LIBRARIES: Final = {
    "s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs",
}  # fmt: skip
_MADE: Final = re.compile(r"[^.].*\.(html|css|js|pdf|pptx|ipynb)")
"""What a run publishes, by its names; all else in its folder is somebody else's."""
_RUN_NAME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?(\.tar\.xz)?")


def send(site: Path, *, folder: str | None, to: str, keep: Collection[str]) -> None:
    """Copy one run of a report and its first page to where they are published.

    The run's files come first, and the page with links to them last, so that no reader finds a dead link; a
    copy that is interrupted leaves the page as it was. This run is written again if it is there already;
    others that stay are copied where they are missing, as after a week without the store. Then runs that do
    not stay are removed.

    Parameters
    ----------
    site
        The report's folder, ``site/<report>``.
    folder
        Name of the run in it; None for a failed run: the first page says what failed.
    to
        A folder or an fsspec address; the report gets a folder of its own name there.
    keep
        Names of the runs that stay there, folders and packed ones.

    Raises
    ------
    RunError
        The address is not known, a library for it is missing, or it refuses; the message has no secret.
    """
    try:
        store, root = fsspec.core.url_to_fs(to)
        store.invalidate_cache()
        local = "file" in ([store.protocol] if isinstance(store.protocol, str) else store.protocol)
        base = f"{root.rstrip('/')}/{site.name}"
        runs = _runs(site, folder, keep)
        if local:
            _refuse_links(base, ["", "/index.html", *(f"/{run.name}" for run in runs)])
        for run in runs:
            last = run / "index.html" if run.is_dir() else run  # is there only when all of the run is
            address = f"{base}/{last.relative_to(site).as_posix()}"
            if run.name == folder or not store.exists(address):
                files = [path for path in sorted(run.rglob("*")) if path.is_file() and path != last]
                for file in [*files, last]:
                    _copy(store, file, f"{base}/{file.relative_to(site).as_posix()}")
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
    """An address without its secrets.

    Examples
    --------
    >>> without_secrets("sftp://user:pass/word@host/www?token=1")
    'sftp://host/www'
    """
    bare = re.split(r"[?#]", address, maxsplit=1)[0] if "://" in address else address
    scheme, apart, rest = bare.partition("://")
    return f"{scheme}{apart}{rest.rpartition('@')[2]}" if apart else bare


def _runs(site: Path, folder: str | None, keep: Collection[str]) -> list[Path]:
    """List the runs that the first page links to: this one, and others that a store may lack."""
    others = (entry for entry in sorted(site.iterdir()) if _RUN_NAME.fullmatch(entry.name))
    missed = [entry for entry in others if entry.name in keep and entry.name != folder]
    return missed if folder is None else [site / folder, *missed]


def _refuse_links(base: str, parts: Collection[str]) -> None:
    if links := [f"{base}{part}" for part in parts if Path(f"{base}{part}").is_symlink()]:
        raise RunError(f"{links[0]} is a link, and only files of a run's own are written or removed")


def _copy(store: Any, file: Path, to: str) -> None:
    """Write one file, with its content type; a folder gets it by renaming."""
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
    """Remove runs that do not stay; files with other names are somebody else's."""
    store.invalidate_cache()
    for entry in store.ls(base, detail=True):
        name = entry["name"].rstrip("/").rpartition("/")[2]
        if not _RUN_NAME.fullmatch(name) or name in keep or entry.get("islink"):
            continue
        if entry["type"] != "directory":
            store.rm(entry["name"])
            continue
        found = store.find(entry["name"], withdirs=True, detail=True)
        for file, about in found.items():
            if about["type"] != "directory" and _MADE.fullmatch(file.rpartition("/")[2]):
                store.rm(file)
        for folder in [*(file for file in sorted(found, reverse=True)), entry["name"]]:
            with suppress(
                OSError, NotImplementedError
            ):  # a bucket has no folders; others may have files in it
                if store.isdir(folder):
                    store.rmdir(folder)


def _answer(error: Exception, address: str) -> str:
    """Give a store's answer without the secrets of its address, as they are or decoded."""
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

    Runs that are in the work folder stay published, older ones are removed. Of a failed run only the first
    page is sent, with what failed and since when.
    """
    site = folder.site / report.name
    entries = list(site.iterdir()) if site.is_dir() else []
    keep = [entry.name for entry in entries if entry.is_file() or (entry / "index.html").is_file()]
    try:
        send(site, folder=run.folder if run.good else None, to=address_of(folder, report), keep=keep)
    except RunError as error:
        text = str(error)
        return f"{text[:1].upper()}{text[1:]}."
    return ""


def address_of(folder: WorkFolder, report: Report) -> str:
    """The address in vsm.toml; a relative path counts from the work folder: a scheduler runs elsewhere."""
    to = str(report.publish)
    known = "://" in to or to.startswith("~") or Path(to).is_absolute()
    return to if known else str(folder.root.resolve() / to)
