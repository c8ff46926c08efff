"""Reports on a store: a real S3 protocol on loopback, the memory of fsspec, and plain folders."""

import logging
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.errors import RunError
from vsm.schedule import publishing
from vsm.schedule.publishing import send, without_secrets

pytestmark = pytest.mark.slow

OLDEST, OLD, NEW = "2026-11-09T070000Z", "2026-11-16T070000Z", "2026-11-23T070000Z"
FILES = ("index.html", "more/z.css", "weekly.pdf")
MARK = '<meta name="generator" content="vsm">'


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Moto's S3 on a free port of loopback."""
    pytest.importorskip("s3fs", reason="s3fs is not installed: pip install 'vsm[s3]'")
    moto = pytest.importorskip("moto.server", reason="moto is not installed: pip install 'moto[s3]' flask")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket ``reports``, with all that is set in the environment."""
    import s3fs  # noqa: PLC0415 - an extra

    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    told = {
        "AWS_ACCESS_KEY_ID": "key-of-tests", "AWS_SECRET_ACCESS_KEY": "hidden/word", "AWS_ENDPOINT_URL": server,
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }  # fmt: skip
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    found = s3fs.S3FileSystem()
    if found.exists("reports"):
        found.rm("reports", recursive=True)
    found.mkdir("reports")
    yield found
    s3fs.S3FileSystem.clear_instance_cache()


def made(site: Path, *names: str, word: str = "whole") -> Path:
    """Make a report's folder with these runs; its first page leads to each."""
    for name in names:
        (site / name / "more").mkdir(parents=True, exist_ok=True)
        (site / name / "index.html").write_text(f"<p>{word}</p>")
        (site / name / "more" / "z.css").write_text("p {}")
        (site / name / "weekly.pdf").write_bytes(b"%PDF-1.7 \xff\x00")
    (site / "index.html").write_text(f"{MARK}{' '.join(names)}")
    return site


def packed(site: Path, name: str) -> None:
    """Pack a run of these files, which is no folder any more."""
    with tarfile.open(site / f"{name}.tar.xz", "w:xz") as archive:
        for file in FILES:
            archive.addfile(tarfile.TarInfo(f"{name}/{file}"))


def copy_all(site: Path, *, folder: str, to: str, keep: list[str]) -> None:
    """Send a run, while the history lists the files of three."""
    send(site, folder=folder, to=to, keep=keep, known=dict.fromkeys((OLDEST, OLD, NEW), FILES))


def files(store: Any, base: str) -> dict[str, bytes]:
    store.invalidate_cache()
    return {path.removeprefix(f"{base}/"): store.cat_file(path) for path in store.find(base)}


def whole(*names: str) -> set[str]:
    return {"index.html", *(f"{name}/{file}" for name in names for file in FILES)}


def test_a_report_lies_on_s3_as_a_browser_takes_it(store: Any, tmp_path: Path) -> None:
    """Pages are pages, PDFs are PDFs byte by byte, and a second time changes nothing."""
    site = made(tmp_path / "weekly", OLD, NEW)
    copy_all(site, folder=NEW, to="s3://reports/vsm/", keep=[OLD, NEW])
    first = files(store, "reports/vsm/weekly")
    assert set(first) == whole(OLD, NEW)
    assert first[f"{NEW}/weekly.pdf"] == b"%PDF-1.7 \xff\x00"
    kinds = {
        file: store.info(f"reports/vsm/weekly/{file}", refresh=True)["ContentType"]
        for file in ("index.html", f"{NEW}/weekly.pdf", f"{NEW}/more/z.css")
    }
    assert list(kinds.values()) == ["text/html", "application/pdf", "text/css"]
    copy_all(site, folder=NEW, to="s3://reports/vsm", keep=[OLD, NEW])
    assert files(store, "reports/vsm/weekly") == first


def test_a_large_pdf_comes_in_parts_with_its_type(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 takes more than 100 MB in parts only; the type has to be told at their beginning."""
    site = made(tmp_path / "weekly", NEW)
    pipe = type(store).pipe_file

    def in_parts(self: Any, path: str, value: bytes, **more: Any) -> Any:
        return pipe(self, path, value, chunksize=5 << 20, **more)

    monkeypatch.setattr(type(store), "pipe_file", in_parts)
    (site / NEW / "weekly.pdf").write_bytes(b"x" * (11 << 20))
    copy_all(site, folder=NEW, to="s3://reports", keep=[NEW])
    told = store.info(f"reports/weekly/{NEW}/weekly.pdf", refresh=True)
    assert (told["ContentType"], told["size"]) == ("application/pdf", 11 << 20)


def test_a_bucket_that_is_not_there_is_not_made(store: Any, tmp_path: Path) -> None:
    """A wrong name is told; it does not become a bucket that somebody pays for."""
    with pytest.raises(
        RunError, match=r"^it could not be copied to s3://reportz/vsm: .*bucket does not exist"
    ):
        copy_all(made(tmp_path / "weekly", NEW), folder=NEW, to="s3://reportz/vsm", keep=[NEW])
    assert not store.exists("reportz")


def test_missing_credentials_are_told_and_those_that_are_there_are_not(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any, and with some in the address; whatever the store answers."""
    site = made(tmp_path / "weekly", NEW)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    type(store).clear_instance_cache()
    with monkeypatch.context() as patch:
        patch.setattr(fsspec.config, "conf", {"s3": {"anon": False}})
        with pytest.raises(
            RunError, match=r"^it could not be copied to s3://reports: Unable to locate credentials"
        ):
            copy_all(site, folder=NEW, to="s3://reports", keep=[NEW])
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    type(store).clear_instance_cache()
    with pytest.raises(RunError, match="could not be copied to s3://reports") as told:
        copy_all(site, folder=NEW, to="s3://us%2Fer:pa/ss@reports", keep=[NEW])
    assert not any(word in str(told.value) for word in ("us%2Fer", "us/er", "pa/ss"))


@pytest.fixture(params=["memory", "file", "folder"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Any, str]]:
    """Where to, its store, and the path in it."""
    memory, local = fsspec.filesystem("memory"), fsspec.filesystem("file")
    www = str(tmp_path / "www")
    yield {
        "memory": ("memory://www", memory, "/www/weekly"),
        "file": (f"file://{www}", local, f"{www}/weekly"),
        "folder": (www, local, f"{www}/weekly"),
    }[request.param]
    memory.store.clear()


def test_a_copy_that_breaks_off_leads_nowhere_new(
    target: tuple[str, Any, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it breaks, the page there leads to whole runs; the next copy mends it."""
    to, store, base = target
    site = made(tmp_path / "weekly", OLD)
    copy_all(site, folder=OLD, to=to, keep=[OLD])
    made(site, OLD, NEW)
    copy = publishing._copy
    for most in range(4):
        left = iter(range(most))

        def breaking(store: Any, file: Path, to: str, left: Any = left) -> None:
            if next(left, None) is None:
                raise OSError(28, "No space left on device")
            copy(store, file, to)

        with monkeypatch.context() as patch:
            patch.setattr(publishing, "_copy", breaking)
            with pytest.raises(RunError, match="No space left on device"):
                copy_all(site, folder=NEW, to=to, keep=[OLD, NEW])
        there = files(store, base)
        assert there["index.html"] == f"{MARK}{OLD}".encode()
        assert whole(OLD) <= set(there)
        assert (f"{NEW}/index.html" in there) == (most == 3), "its last file tells that it is whole"
    copy_all(site, folder=NEW, to=to, keep=[OLD, NEW])
    assert set(files(store, base)) == whole(OLD, NEW)


def test_a_run_that_a_dead_store_missed_comes_with_the_next(
    target: tuple[str, Any, str], tmp_path: Path
) -> None:
    """The first page leads to it, and to the packed ones, so they have to be there."""
    to, store, base = target
    site = made(tmp_path / "weekly", OLD, NEW)
    packed(site, OLDEST)
    copy_all(site, folder=NEW, to=to, keep=[entry.name for entry in site.iterdir()])
    assert set(files(store, base)) == whole(OLD, NEW) | {f"{OLDEST}.tar.xz"}


def test_what_does_not_stay_goes_and_what_is_not_ours_stays(
    target: tuple[str, Any, str], tmp_path: Path
) -> None:
    """A folder of somebody else may begin with a digit, too."""
    to, store, base = target
    site = made(tmp_path / "weekly", OLD, NEW)
    packed(site, OLDEST)
    copy_all(site, folder=NEW, to=to, keep=[entry.name for entry in site.iterdir()])
    store.makedirs(f"{base}/2025", exist_ok=True)
    store.pipe_file(f"{base}/2025/notes.txt", b"ours")
    copy_all(site, folder=NEW, to=to, keep=[NEW])
    assert set(files(store, base)) == whole(NEW) | {"2025/notes.txt"}


def test_prune_removes_from_s3_what_does_not_stay(store: Any, tmp_path: Path) -> None:
    """Folders of S3 are prefixes; all below goes."""
    site = made(tmp_path / "weekly", OLD, NEW)
    copy_all(site, folder=NEW, to="s3://reports", keep=[OLD, NEW])
    copy_all(site, folder=NEW, to="s3://reports", keep=[NEW])
    assert set(files(store, "reports/weekly")) == whole(NEW)


def test_a_full_disk_leaves_no_part_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was begun beside is removed, and what was there stays."""
    site = made(tmp_path / "weekly", NEW)
    copy_all(site, folder=NEW, to=str(tmp_path / "www"), keep=[NEW])

    def full(self: Path, *_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RunError, match="No space left on device"):
        copy_all(site, folder=NEW, to=str(tmp_path / "www"), keep=[NEW])
    assert {path.name for path in (tmp_path / "www").rglob("*") if path.is_file()} == {
        "index.html", "z.css", "weekly.pdf",
    }  # fmt: skip


def test_a_store_without_its_library_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words that install it, where we know them."""

    def absent(_: str) -> None:
        raise ImportError("install s3fs to access S3")

    monkeypatch.setattr(fsspec.core, "url_to_fs", absent)
    site = made(tmp_path / "weekly", NEW)
    with pytest.raises(
        RunError, match=r"^s3://b/x needs s3fs \(pip install 'vsm\[s3\]'\), which is not installed$"
    ):
        copy_all(site, folder=NEW, to="s3://u:p@b/x", keep=[])
    with pytest.raises(RunError, match=r"^gs://b needs gcsfs, which is not installed$"):
        copy_all(site, folder=NEW, to="gs://b", keep=[])


SECRET = st.text(alphabet="QXZ/:%+=!", min_size=6, max_size=20)


@given(user=SECRET, password=SECRET, scheme=st.sampled_from(["sftp", "s3", "simplecache::s3", "ftp"]))
def test_an_address_is_told_without_its_secrets(user: str, password: str, scheme: str) -> None:
    """Wherever a login stands in an address, and whatever it is made of."""
    address = f"{scheme}://{user}:{password}@host/www?token={password}#{user}"
    told = without_secrets(address) + publishing._answer(
        OSError(f"cannot log in to {address} as {user} by {password}"), address
    )
    assert user not in told
    assert password not in told


def test_a_decoded_password_is_hidden_as_well() -> None:
    """Libraries decode what they were given before they complain about it."""
    said = publishing._answer(OSError("Permission denied: p@ss w"), "sftp://me:p%40ss%20w@host/www")
    assert said == "Permission denied: …"
