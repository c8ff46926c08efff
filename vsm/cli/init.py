"""Begins a work folder: ``vsm init`` writes vsm.toml, ``vsm demo`` builds the sample with its report."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import tomlkit
import typer
from rich.console import Console

from vsm.cli.console import WORK, Dir, PullProgress, console
from vsm.cli.pull import store
from vsm.cli.report import print_findings, publish
from vsm.config import Workflow, parse_workflow
from vsm.errors import ParameterError, RunError
from vsm.eventlog.infer import ProposedPerson, ProposedStage, propose_people, propose_stages
from vsm.eventlog.participants import people_of
from vsm.eventlog.stages import stages_from_names
from vsm.read import board_from_archive, read_log, read_stream
from vsm.reports.atomic import write_whole
from vsm.sample import build_sample, sample_experiments, sample_workflow
from vsm.sources.archive import open_archive
from vsm.sources.work_folder import WorkFolder, read_workflow

TEMPLATE: Final = """\
# How this team works. vsm reads it on every run; an unknown key is an error.
# After the first pull, `vsm init --infer` adds what it found; it never changes what stands here.

[stream]
name = "value stream"

[rules]
bulk_tickets = 5      # so many equal moves by one account …
bulk_minutes = 10.0   # … within so many minutes are clean-up, not flow
minimum = 12          # under so many tickets: too few to say

# One [[stage]] for each step, in the order of the stream:
#
# [[stage]]
# name = "Waiting for QA"
# kind = "queue"               # queue: nobody works on it · work · external: waits for someone else · done
# statuses = ["QA", "jira:7"]  # names or ids of the tracker; an id wins
# team = "quality"             # optional: whom the stage belongs to
# discipline = "testing"       # optional: for handoffs between disciplines
# batch = true                 # optional: tickets leave it together on purpose, as in a release
# wip = 3                      # optional: how many tickets may be in it, by agreement
#
# [[stage]]                    # a step that Git tells: it splits stages of the tracker, and has no statuses
# name = "Waiting to land"
# kind = "queue"
# git = "landing"              # coding: first to last commit · landing: from there until all has landed on
#                              # the main line · releasing: until all is released, even if the ticket is done
# within = ["In Progress"]     # optional: what it splits; left out: the work stage before it (releasing:
#                              # the same one and all that are done)
#
# [[team]]
# name = "quality"
# members = ["qa-1", "qa-2"]   # names of persons
# patterns = ["qa-*"]          # … or what their names look like; a person whom two teams match is in none
# components = ["Checkout"]    # what nobody in a team holds belongs to this one by the ticket's components, …
# repositories = ["shop"]      # … or by the repositories of its commits
# calendar = "office"          # when it works; left out: what [stream] says, calendar = "office" there
#
# [[calendar]]                 # when people work; without one Mon-Fri 09:00-17:00 UTC is assumed, and told
# name = "office"
# zone = "Europe/Berlin"       # whose clock the hours go by, summer time and all
# hours = ["09:00-12:30", "13:00-17:00"]  # shifts of each day; "22:00-06:00" lasts into the next day
# days = ["mon", "tue", "wed", "thu", "fri"]
# fri = ["09:00-14:00"]        # optional: a weekday with hours of its own, sat and sun too
# country = "DE"               # optional: public holidays are off, …
# subdivision = "BE"           # … and those of a part of the country
# days_off = [2026-05-15, "12-24"]  # further days off: one date, or one day of every year
# half_days = ["12-31"]        # days that end early, …
# half_day_ends = "12:00"      # … at this time
# always = true                # instead of all this but the name: nights and weekends count
#
# [[membership]]               # who was in which team when; wins over members while it lasts
# person = "qa-1"
# team = "quality"
# since = 2026-01-01           # left out: always before
# until = 2026-07-01           # the first day that no longer counts; left out: to this day
#
# [[person]]
# name = "qa-1"
# accounts = ["jira:5b10a2844c20165700ede21g", "git:qa-1"]
# bot = false                  # true: a program, whose deeds are nobody's work; left out: told by its name
#
# [[repository]]               # what counts as landed and as released in a Git repository
# name = "shop"
# main = "main"                # the branch that work lands on; left out: the repository's own
# releases = "^v"              # tags that are releases, as a regular expression; left out: all but …
# previews = "-rc"             # … these; left out: rc, alpha, beta, snapshot, milestones and the like
#
# [delivery]                   # what tells that a deployment failed
# environment = "production"   # its name among the deployments pulled
# incident_types = ["Incident"]
# incident_labels = ["outage"] # tickets of such a type or label; the deployment before one failed
# reverts = true               # so does what a later deployment takes back
#
# [jira]                       # custom fields of a live Jira, by name or id; taken from the next pull on
# objective = "Business aim"   # also: value, cost_of_delay (numbers, per week)
#
# [alignment]                  # what delivered work serves: by ticket type ("Bug"), label:, component:,
# unplanned = ["label:unplanned", "priority:Blocker"]                      # epic: (its key), priority:
# [alignment.objectives]       # the first that means a ticket counts
# "Faster search" = ["component:Search", "epic:ABC-12"]
# [alignment.flow]             # what no selector means goes by the tracker's type
# defect = ["Bug"]             # also: feature, risk, debt
# risk = ["label:security"]
#
# [waiting]                    # how causes of waiting are told apart
# # the first that holds is a wait's cause:
# order = ["blocked", "external", "non-working time", "unassigned", "batched", "at capacity", "overtaken"]
# batch_tickets = 3            # so many tickets that leave one after another, …
# batch_minutes = 10.0         # … with no longer pause than this, are a batch
# active_days = 14.0           # a member of a team is active for so long after each trace
# work = "touches"            # where tickets lie forgotten "In Progress": somebody works only between traces;
#                              # left out: "statuses", as long as the ticket is in a stage of work
#
# [blocking]                   # which links mean that one ticket holds up another; flags always do
# links = [["is blocked by", "blocks"]]  # what the blocked ticket says, and the other one
#
# [privacy]                    # in all that is read without names
# fewest_people = 3            # teams of fewer people are told of as one, "small teams"; 1: each by its name
#
# [[report]]                   # one report that arrives on its own: vsm run makes it, vsm schedule plans it
# name = "weekly"
# cron = "0 7 * * MON"         # when it is due; left out: only when it is named
# zone = "Europe/Berlin"       # whose clock the hours of cron go by; left out: UTC
# notebooks = ["05_what_is_stuck_now"]  # without .ipynb; left out: all that are numbered
# formats = ["html", "slides", "pdf"]   # left out: html
# publish = "s3://bucket/vsm"  # a folder (seen from this one) or any fsspec address; left out: site/ alone
# keep = 26                    # so many good runs stay
# minutes = 10.0               # no notebook may take longer
# [report.parameters]
# since = "last 90 days"       # by the run's own day; also "last 8 weeks", "this quarter", or YYYY-MM-DD
# [[report.tell]]
# on = "change"                # always, change (or a failure), failure
# webhook = "env:VSM_WEBHOOK"  # the address is a secret of the environment; or …
# email = ["team@example.org"] # … by VSM_SMTP_URL and VSM_MAIL_FROM; or command = ["./tell", "us"]
"""


def init(
    dir_: Dir = WORK,
    infer: Annotated[bool, typer.Option("--infer", help="Add stages and people found in the data.")] = False,
) -> None:
    """Write a commented vsm.toml; with --infer add what the pulled data suggest, changing nothing."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    folder = WorkFolder(dir_)
    if not folder.workflow.exists():
        write_beside(folder.workflow, TEMPLATE)
        console.print(f"Wrote {folder.workflow}. Next: vsm pull --dir {dir_} jira --file FILE")
    elif not infer:
        console.print(f"{folder.workflow} is there already and stays as it is.")
    if infer:
        stages, people = _proposals(folder, workflow := read_workflow(folder))
        with folder.workflow.open(encoding="utf-8-sig", newline="") as file:
            added = with_proposals(file.read(), stages=stages, people=people)
        parse_workflow(added, origin=str(folder.workflow))
        write_beside(folder.workflow, added)
        _print_added(console, folder.workflow, workflow, stages, people)


def _proposals(folder: WorkFolder, workflow: Workflow) -> tuple[list[ProposedStage], list[ProposedPerson]]:
    with open_archive(folder.archive, create=False) as archive:
        log, board = read_log(folder, archive), board_from_archive(archive)
    stages = stages_from_names(log.names, workflow=workflow)
    people = people_of(log, workflow=workflow)
    proposed = propose_stages(stages, events=log.events, board=board)
    taken = {stage.name for stage in workflow.stages}
    return [s for s in proposed if s.name not in taken], propose_people(people, declared=workflow.person_of)


def with_proposals(text: str, *, stages: Sequence[ProposedStage], people: Sequence[ProposedPerson]) -> str:
    """A vsm.toml with proposals added at its end; what stands in it stays, to the letter.

    Examples
    --------
    >>> stage = ProposedStage("QA", "queue", ("jira:7",), "by its name")
    >>> print(with_proposals("", stages=[stage], people=[]))
    <BLANKLINE>
    [[stage]]
    name = "QA"
    kind = "queue" # guessed by its name
    statuses = ["jira:7"]
    <BLANKLINE>
    """
    blocks = [text.rstrip("\n") + "\n" if text else ""]
    for stage in stages:
        kind = tomlkit.item(stage.kind).comment(f"guessed {stage.reason}")
        entries = {"name": stage.name, "kind": kind, "statuses": list(stage.statuses)}
        blocks.append(_block("stage", entries | ({"wip": stage.wip} if stage.wip else {})))
    blocks += [_block("person", {"name": p.name, "accounts": list(p.accounts)}) for p in people]
    return "\n".join(blocks)


def _block(section: str, entries: dict[str, Any]) -> str:
    table = tomlkit.table()
    for key, entry in entries.items():
        table.add(key, entry)
    document = tomlkit.document()
    document.add(section, tomlkit.aot())
    document[section].append(table)
    return tomlkit.dumps(document)


def write_beside(path: Path, text: str) -> None:
    """Write a file whole or not at all, as ``write_whole`` does.

    Raises
    ------
    RunError
        The folder cannot be made, or not be written to.
    """
    try:
        write_whole(path, text)
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror or error}") from error


def _print_added(
    console: Console,
    path: Path,
    workflow: Workflow,
    stages: Sequence[ProposedStage],
    people: Sequence[ProposedPerson],
) -> None:
    for stage in stages:
        console.print(f"  stage '{stage.name}': {stage.kind}, {stage.reason}")
    console.print(
        f"Added to {path}: stages {len(stages)}, people {len(people)}; stages that stood there: "
        f"{len(workflow.stages)}. Check their kinds and order, then run vsm check."
    )


def demo(dir_: Dir = Path("demo"), seed: int = 7) -> None:
    """Build a small business's stream from a seed, pull it like real data, and render its report."""
    out = console()
    folder = WorkFolder(dir_)
    if folder.workflow.exists() and folder.workflow.read_text(encoding="utf-8-sig") != sample_workflow():
        raise ParameterError(f"{folder.workflow} is not the sample's; choose another --dir for the demo")
    folder.archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sample = build_sample(folder.archive.parent / "sample", seed=seed)
    write_beside(folder.workflow, sample_workflow())
    if not folder.experiments.exists():
        write_beside(folder.experiments, sample_experiments())
    into = dir_, PullProgress()
    store(into, "jira", {"file": str(sample.issues.absolute())})
    store(into, "git:shop", {"repo": str(sample.repository.absolute()), "allow_shallow": False})
    stream = read_stream(dir_)
    page = publish(dir_, stream, {})
    out.print(f"Report: {page}")
    print_findings(out, stream)
