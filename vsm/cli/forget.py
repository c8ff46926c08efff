"""``vsm forget``: a person, or raw data of a certain age, leaves the work folder and does not come back."""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
import typer
from rich.console import Console

from vsm.archive_log import STORED, read_log
from vsm.cli.console import WORK, Dir, console
from vsm.cli.init import write_beside
from vsm.errors import ParameterError
from vsm.eventlog.participants import people_of
from vsm.people import mailbox, mask_addresses
from vsm.people.forgetting import Refusals, addresses_of, document_digest, forgotten_person
from vsm.reports.atomic import write_whole
from vsm.sources.archive import Archive, open_archive
from vsm.sources.forgotten import new_word, read_refusals, text_of
from vsm.sources.lock import one_at_a_time
from vsm.sources.stream_store import remove_streams
from vsm.sources.work_folder import WorkFolder, read_workflow, secret_key

OURS: Final = ("archive.sqlite", "pseudonyms.key", "forgotten.json")


def forget(
    person: Annotated[str, typer.Argument(help="A name, mail address or account, such as jira:5b10.")] = "",
    older_than: Annotated[
        int | None,
        typer.Option(
            help="Days: remove raw tickets last changed before that. By default [privacy] keep.", min=1
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    dir_: Dir = WORK,
) -> None:
    """Remove a person, or old raw tickets, from the work folder and from later pulls.

    The person's tickets stay and can be measured: a random word takes the place of each name and account. It
    cannot be undone. Published reports and exports, the sources themselves and backups are out of its reach.
    """
    folder, out, now = WorkFolder.at(dir_), console(), datetime.now(UTC)
    workflow = read_workflow(folder)
    days = older_than if older_than is not None else None if person else workflow.privacy.keep
    if not person and days is None:
        raise ParameterError("name a person, or --older-than DAYS, or set keep in [privacy] of vsm.toml")
    with ExitStack() as stack:
        archive = stack.enter_context(open_archive(folder.archive, create=False))
        for lock in {folder.run_lock, *(folder.pull_lock(source) for source in archive.sources())}:
            stack.enter_context(one_at_a_time(lock, what="vsm forget", at=now))
        refusals = read_refusals(folder) or Refusals(secret_key(folder.key))
        if person:
            refusals = _with_person(refusals, person, folder, archive)
        old = _old(archive, refusals.key, before=now - timedelta(days=days)) if days is not None else {}
        refusals = replace(refusals, documents=refusals.documents | set(old.values()))

        def changed(source: str, id_: str, body: dict[str, Any]) -> Mapping[str, Any] | None:
            return None if (source, id_) in old else refusals.body(body)

        if dry_run:
            bodies = [body for source, id_, *_, body in archive.bodies() if (source, id_) not in old]
            rewritten, removed = sum(refusals.body(body) != body for body in bodies), len(old)
        else:
            write_beside(folder.forgotten, text_of(refusals))
            folder.forgotten.chmod(0o600)
            rewritten, removed = archive.forget(changed)
            _clean(folder, refusals)
        scopes = [pull.scope for pull in archive.pulls() if refusals.text(pull.scope) != pull.scope]
    verb = "would be " if dry_run else ""
    if person:
        out.print(f"Raw documents in which the person {verb}replaced by a random word: {rewritten:,}")
    if days is not None:
        out.print(
            f"Raw tickets last changed more than {days} days ago that {verb or 'were '}removed: {removed:,}"
        )
    out.print(
        f"The stored event log and streams {verb or 'were '}removed; they are made anew by the next reading."
    )
    _tell_what_is_left(out, folder, refusals, scopes)


def _with_person(refusals: Refusals, person: str, folder: WorkFolder, archive: Archive) -> Refusals:
    """Add everything by which this person is known; their accounts are those that reading would join."""
    log = read_log(folder, archive)
    person_of = people_of(log, workflow=read_workflow(folder)).person_of
    rows = log.names[log.names["kind"] == "account"]
    accounts = _accounts(person, rows, person_of, key=refusals.key)
    known = sorted({person_of.get(account, account) for account in accounts})
    if not known:
        raise ParameterError(f"nobody is known as '{person}'; give the name, mail address or account in full")
    if len(known) > 1:
        raise ParameterError(f"'{person}' may be {', '.join(sorted(accounts))}; give one of these accounts")
    theirs = {account for account, name in person_of.items() if name in known}
    mine = rows["id"].isin(theirs)
    names = sorted({*theirs, *rows.loc[mine, "name"], *known})
    others = sorted({*rows.loc[~mine, "name"]})
    addresses = {person} if "@" in person else set[str]()
    boxes = set(" ".join(rows.loc[mine, "mailbox"].dropna()).split())
    instead = new_word()
    for _ in range(2):  # once to find addresses beside the names, once with them
        one = forgotten_person(names, addresses, others=others, key=refusals.key, instead=instead)
        alone = Refusals(refusals.key, (one,))
        for *_, body in archive.bodies():
            addresses |= addresses_of(body, refusals=alone, boxes=boxes)
    return replace(refusals, people=(*refusals.people, one))


def _accounts(person: str, rows: pd.DataFrame, person_of: Mapping[str, str], *, key: bytes) -> set[str]:
    """Find the accounts that a name, a mail address or an account means."""
    asked = mask_addresses(person).casefold()
    box = mailbox(person, key=key)
    found = {
        str(account)
        for account, name, boxes in zip(rows["id"], rows["name"], rows["mailbox"], strict=True)
        if asked in (str(account).casefold(), str(name).casefold(), str(account).partition(":")[2].casefold())
        or (box and isinstance(boxes, str) and box in boxes.split())
    }
    return found | {account for account, name in person_of.items() if name.casefold() == asked}


def _old(archive: Archive, key: bytes, *, before: datetime) -> dict[tuple[str, str], str]:
    """Find the tickets that nobody has changed since; commits of Git stay."""
    found = {}
    for source, id_, digest, fetched, body in archive.bodies():
        ticket = "fields" in body or body.get("type") in {"issue", "pull"} or source.startswith("table:")
        if ticket and _last_change(body, fetched) < before:
            found[source, id_] = document_digest(source, id_, digest, key=key)
    return found


def _last_change(body: Mapping[str, Any], fetched: datetime) -> datetime:
    fields, rows = body.get("fields"), body.get("rows")
    texts = [fields.get("updated")] if isinstance(fields, Mapping) else [body.get("updatedAt")]
    texts += [row.get("at") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    instants = pd.to_datetime(
        pd.Series(texts, dtype="object"), utc=True, errors="coerce", format="ISO8601"
    ).dropna()
    last = instants.max().to_pydatetime() if len(instants) else fetched
    return last if isinstance(last, datetime) else fetched


def _clean(folder: WorkFolder, refusals: Refusals) -> None:
    """Remove what was derived, and rewrite the folder's own words and records."""
    for name in STORED:
        for path in folder.log.glob(f"*{name}.parquet*"):  # with what a process left that was killed
            if re.fullmatch(rf"{name}\.parquet|\.{name}\.parquet\.\d+\.new", path.name):
                path.unlink()
    remove_streams(folder.streams)
    logs = (folder.run_log, folder.run_log.with_suffix(".log.1"))
    for path in (folder.workflow, folder.experiments, *logs):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "surrogateescape")
            if (new := refusals.text(text)) != text:
                write_whole(path, new.encode("utf-8", "surrogateescape"))
    if folder.history.is_file():
        with closing(sqlite3.connect(folder.history, isolation_level=None)) as database:
            database.execute("PRAGMA secure_delete = ON")
            for number, about in database.execute("SELECT run, about FROM runs").fetchall():
                database.execute("UPDATE runs SET about = ? WHERE run = ?", (refusals.text(about), number))
            database.execute("VACUUM")


def _tell_what_is_left(out: Console, folder: WorkFolder, refusals: Refusals, scopes: list[str]) -> None:
    """Name the files of the folder that still name somebody, and what no command can reach."""
    for scope in scopes:
        out.print(f"Not changed: the options of a pull, {refusals.text(scope)}; pull with other ones")
    for path in sorted(folder.root.rglob("*")):
        if path.is_file() and not path.name.startswith(OURS) and _names_somebody(path, refusals):
            out.print(f"Not changed: {path} still names somebody who is forgotten")
    out.print(
        "Out of reach: published reports and exports, PDFs and slides, the sources (Jira, Git, exported "
        "files), and backups; remove the person there too."
    )


def _names_somebody(path: Path, refusals: Refusals) -> bool:
    text = path.read_bytes().decode("utf-8", "replace")
    return refusals.text(text) != text
