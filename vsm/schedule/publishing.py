"""Copies a finished run to where it is published, file by file, and the page with links to it last.

That is a folder, or any address that fsspec knows (``s3://…``, ``gs://…``, ``sftp://…``). papermill's own
handlers are not used: they write text only, and a PDF is none.
"""

import mimetypes
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import fsspec

from vsm.config import Report
from vsm.errors import RunError, VsmError
from vsm.reports.atomic import beside, left_beside
from vsm.reports.render import is_own_page
from vsm.schedule.history import Run, listed_files, open_history
from vsm.schedule.ownership import (
    OWN_ONLY,
    PACKED,
    holds_run,
    is_packed_run,
    own_files,
    remove_files,
)
from vsm.sources.work_folder import WorkFolder

_LIBRARIES: Final = {
    "s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs",
}  # fmt: skip
_INSTEAD: Final = "publish to another place (publish in vsm.toml)"


def send(
    site: Path, *, folder: str | None, to: str, keep: Collection[str], known: Mapping[str, Sequence[str]]
) -> None:
    """Copy one run of a report and its first page to where they are published.

    The run's files come first, and the page with links to them last, so that no reader finds a dead link; a
    copy that is interrupted leaves the page as it was. Others that stay are copied where they are missing, as
    after a week without the store. Then runs that do not stay are removed. Files of somebody else are neither
    copied nor written over nor removed.

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
    known
        The files of every run that the history lists, by the name of its folder.

    Raises
    ------
    RunError
        The address is not known, a library for it is missing, or it refuses; or a link or a file of somebody
        else is in the way. The message has no secret.
    """
    try:
        store, root = fsspec.core.url_to_fs(to)
        store.invalidate_cache()
        local = "file" in ([store.protocol] if isinstance(store.protocol, str) else store.protocol)
        base = f"{root.rstrip('/')}/{site.name}"
        _refuse_others(store, base, run=site / folder if folder else None)
        for name in [*([folder] if folder else []), *sorted({*keep} - {folder})]:
            listed = known.get(name.removesuffix(PACKED), ())
            files = _missing(store, base, site=site, name=name, files=listed)
            if local:
                _refuse_in_folder(Path(base), files, site=site)
            for file in files:
                _copy(store, site / file, f"{base}/{file}")
        _copy(store, site / "index.html", f"{base}/index.html")
        _prune(store, base, keep, known)
    except ImportError as error:
        scheme = urlsplit(to).scheme
        library = _LIBRARIES.get(scheme, "a library of its own")
        extra = " (pip install 'vsm[s3]')" if library == "s3fs" else ""
        raise RunError(f"{without_secrets(to)} needs {library}{extra}, which is not installed") from error
    except RunError:
        raise
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


def _missing(store: Any, base: str, *, site: Path, name: str, files: Sequence[str]) -> list[str]:
    """List the files of a run to be copied; none where the last of them is there, which shows that all are.

    None either where the history has no list: the run is somebody else's, or of a version without lists.
    """
    packed = name.endswith(PACKED)
    last = name if packed else f"{name}/index.html"
    if not files or store.exists(f"{base}/{last}"):
        return []
    if packed:
        own = is_packed_run(site / name, name=name.removesuffix(PACKED), files=files)
        return [name] if own else []
    found = [path.relative_to(site).as_posix() for path in own_files(site / name, files)]
    return sorted(found, key=lambda file: (file == last, file))


def _refuse_others(store: Any, base: str, *, run: Path | None) -> None:
    """Raise RunError where the first page there, or the run's, is somebody else's, or the place is a link."""
    first = f"{base}/index.html"
    links = [path for path in (base, first) if "file" in store.protocol and Path(path).is_symlink()]
    if links:
        raise RunError(f"{links[0]} is a link, and {OWN_ONLY}; remove it, or {_INSTEAD}")
    foreign = [first] if store.exists(first) and not is_own_page(store.cat_file(first)) else []
    if run is not None and store.exists(page := f"{base}/{run.name}/index.html"):
        foreign += [page] if store.cat_file(page) != (run / "index.html").read_bytes() else []
    if foreign:
        raise RunError(f"{foreign[0]} was not written by vsm, and {OWN_ONLY}; move it away, or {_INSTEAD}")


def _refuse_in_folder(base: Path, files: Sequence[str], *, site: Path) -> None:
    """Raise RunError where a copy would go through a link, or over a file of somebody else."""
    home = base.resolve()
    for file in files:
        path = base / file
        if path.resolve() != home / file:
            raise RunError(f"{path} is a link, or in a folder that is one, and {OWN_ONLY}; remove it")
        if path.is_file() and path.read_bytes() != (site / file).read_bytes():
            raise RunError(f"{path} was not written by vsm, and {OWN_ONLY}; move it away, or {_INSTEAD}")


def _copy(store: Any, file: Path, to: str) -> None:
    """Write one file, with its content type; a folder gets it by renaming."""
    protocols = [store.protocol] if isinstance(store.protocol, str) else store.protocol
    if _LIBRARIES.keys().isdisjoint(protocols):  # a bucket has no folders, and none is made by a wrong name
        store.makedirs(to.rpartition("/")[0], exist_ok=True)
    if "file" in protocols:
        with beside(Path(to)) as hidden:
            store.put_file(str(file), str(hidden))
        for left in left_beside(Path(to)):
            left.unlink()
        return
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    about = {"ContentType": kind} if "s3" in protocols else {}
    store.pipe_file(to, file.read_bytes(), **about)


def _prune(store: Any, base: str, keep: Collection[str], known: Mapping[str, Sequence[str]]) -> None:
    """Remove the listed files of runs that do not stay; all others are somebody else's."""
    store.invalidate_cache()
    for entry in store.ls(base, detail=True):
        path = entry["name"].rstrip("/")
        name = path.rpartition("/")[2]
        run = name.removesuffix(PACKED)
        if name in keep or run not in known or entry.get("islink"):
            continue
        if entry["type"] != "directory":
            with store.open(path, "rb") as content:
                own = name != run and holds_run(content, name=run, files=known[run])
            if own:
                store.rm(path)
        elif "islink" in entry:  # a folder of this machine
            remove_files(Path(path), known[run])
        else:
            _remove_there(store, path, known[run])


def _remove_there(store: Any, run: str, files: Sequence[str]) -> None:
    """Remove a run's listed files from a store, and its folders where nothing else is in them."""
    found = store.find(run, withdirs=True, detail=True)
    for file, about in found.items():
        if about["type"] != "directory" and file.rpartition(f"{run}/")[2] in files:
            store.rm(file)
    for folder in [*sorted(found, reverse=True), run]:
        with suppress(OSError, NotImplementedError):  # a bucket has no folders; others may have files in it
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
        with open_history(folder.history) as history:
            known = listed_files(history.runs(report.name))
        to = address_of(folder, report)
        send(site, folder=run.folder if run.good else None, to=to, keep=keep, known=known)
    except VsmError as error:
        text = str(error)
        return f"{text[:1].upper()}{text[1:]}."
    return ""


def address_of(folder: WorkFolder, report: Report) -> str:
    """The address in vsm.toml; a relative path counts from the work folder: a scheduler runs elsewhere."""
    to = str(report.publish)
    known = "://" in to or to.startswith("~") or Path(to).is_absolute()
    return to if known else str(folder.root.resolve() / to)
