"""Starts a work folder: ``vsm init`` writes vsm.toml, ``vsm demo`` builds the sample with its report."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
import tomlkit
import typer
from rich.prompt import Prompt

from vsm.archive_log import board_from_archive, read_log
from vsm.cli.console import WORK, Dir, PullProgress, console
from vsm.cli.pull import store
from vsm.cli.report import print_findings, publish
from vsm.config import Workflow, parse_workflow
from vsm.context import with_bulk_marks
from vsm.errors import ParameterError, RunError
from vsm.eventlog.infer import ProposedPerson, ProposedStage, most_used, propose_people, propose_stages
from vsm.eventlog.infer_reviews import STEPS, ProposedReviews, propose_reviews
from vsm.eventlog.infer_teams import ProposedTeam, propose_teams
from vsm.eventlog.log import Log
from vsm.eventlog.participants import people_of
from vsm.eventlog.stages import stages_from_names
from vsm.quality.assumed import FROM
from vsm.read import read_stream
from vsm.reports.atomic import write_whole
from vsm.reports.forks import get_ready
from vsm.sample import build_reviews, build_sample, sample_experiments, sample_workflow
from vsm.sample.plan import REPOSITORY
from vsm.sources.archive import open_archive
from vsm.sources.work_folder import WorkFolder, read_workflow
from vsm.tables import STAGE_KINDS

TEMPLATE: Final = Path(__file__).with_name("template.toml").read_text(encoding="utf-8")
"""The commented vsm.toml that explains every key."""
BLOCKED: Final = "blocked"
"""The answer for a queue in which tickets are held up."""
LATER: Final = "later"
MOST_STAGES: Final = 50
"""So many are proposed at most, those that are there included: nobody confirms the kinds of more, and no
figure has room for them.
"""


def init(
    dir_: Dir = WORK,
    infer: Annotated[
        bool, typer.Option("--infer", help="Add stages and people found in the data; propose teams.")
    ] = False,
    review: Annotated[bool, typer.Option("--review", help="Ask for each kind that is a guess.")] = False,
) -> None:
    """Write a commented vsm.toml; --infer adds what it finds in the data, and never changes what is there."""
    out, folder = console(), WorkFolder(dir_)
    if not folder.workflow.exists():
        write_beside(folder.workflow, TEMPLATE)
        out.print(
            f"Wrote {folder.workflow}. Next, one of: vsm pull --dir {dir_} jira --file FILE, "
            f"github --repo OWNER/NAME, gitlab --project GROUP/NAME or table --file FILE"
        )
    elif not (infer or review):
        out.print(f"{folder.workflow} exists already and stays as it is.")
    if infer:
        _infer(folder)
    if review:
        _review(folder)


def _infer(folder: WorkFolder) -> None:
    """Add what the data suggest to vsm.toml."""
    out = console()
    workflow = read_workflow(folder)
    with open_archive(folder.archive, create=False) as archive:
        log, board = read_log(folder, archive, workflow=workflow), board_from_archive(archive)
    known = stages_from_names(log.names, workflow=workflow, events=[log.events])
    proposed = propose_stages(known, events=log.events, board=board)
    declared = {stage.name for stage in workflow.stages}
    stages = [stage for stage in proposed if stage.name not in declared]
    room = max(0, MOST_STAGES - len(workflow.stages))
    too_many = len(stages) - room
    stages = most_used(stages, events=log.events, most=room)
    persons = propose_people(people_of(log, workflow=workflow), declared=workflow.person_of)
    teams = () if workflow.teams else _teams(log, known, workflow)
    reviews = None if workflow.review_splits else _reviews(log, known, stages)
    with folder.workflow.open(encoding="utf-8-sig", newline="") as file:
        added = with_proposals(file.read(), stages=stages, people=persons, teams=teams, reviews=reviews)
    parse_workflow(added, origin=str(folder.workflow))
    write_beside(folder.workflow, added)
    for stage in stages:
        out.print(f"  stage '{stage.name}': {stage.kind}, {stage.reason}")
    for team in teams:
        out.print(f"  team '{team.name}' of {len(team.members)} people, assumed: {team.reason}")
    if too_many > 0:
        out.print(
            f"Not proposed as stages: {too_many:,} more statuses or columns, because {MOST_STAGES} "
            "stages are the most that can be checked and drawn. Add their statuses to stages that mean "
            "the same, or pull fewer projects into this folder."
        )
    out.print(
        f"Added to {folder.workflow}: stages {len(stages)}, people {len(persons)}; stages that were there "
        f"already: {len(workflow.stages)}. Check their kinds and order (vsm init --review asks for each kind "
        "that is a guess), then run vsm check."
    )
    if reviews:
        out.print(
            f"{reviews.tickets} tickets have pull requests. Proposed stages of their reviews are comments in "
            "it: they count only once you remove the '#' before their lines."
        )
    if teams:
        out.print(
            "Proposed teams are comments in it: they count only once you remove the '#' before their lines."
        )
    elif not workflow.teams:
        out.print(
            "No team is proposed: nothing separates groups of people who start work in different places."
        )


def _teams(log: Log, stages: pd.DataFrame, workflow: Workflow) -> list[ProposedTeam]:
    """Propose teams, without what clean-ups moved."""
    marked, people = with_bulk_marks(log, workflow=workflow), people_of(log, workflow=workflow)
    return propose_teams(marked.events, stages=stages, tickets=log.tickets, people=people)


def _reviews(log: Log, known: pd.DataFrame, added: Sequence[ProposedStage]) -> ProposedReviews | None:
    """Propose stages of reviews, by stages as they are called with those that are added."""
    undone = known[known["kind"] != "done"]
    stage_of = dict(zip(undone["status"], undone["stage"], strict=True))
    stage_of |= {status: stage.name for stage in added for status in stage.statuses if stage.kind != "done"}
    return propose_reviews(log.events, stage_of=stage_of)


def _review(folder: WorkFolder) -> None:
    """Ask for the kind of each stage that is a guess; each answer is written at once."""
    out = console()
    with folder.workflow.open(encoding="utf-8-sig", newline="") as file:
        text = file.read()
    for number, stage in enumerate(parse_workflow(text, origin=str(folder.workflow)).stages):
        if stage.assumed is None or stage.confirmed:
            continue
        kind = BLOCKED if stage.blocked else stage.kind
        out.print(f"'{stage.name}' ({', '.join(stage.statuses)}): {kind}, assumed from {FROM[stage.assumed]}")
        try:
            answer = Prompt.ask("Kind", choices=[*STAGE_KINDS, BLOCKED, LATER], default=kind, console=out)
        except EOFError:
            raise ParameterError("vsm init --review asks on a terminal; nobody answered") from None
        if answer != LATER:
            text = with_kind(text, number, answer)
            parse_workflow(text, origin=str(folder.workflow))
            write_beside(folder.workflow, text)
    out.print("Every stage was asked for. Next: vsm check")


def with_kind(text: str, number: int, kind: str) -> str:
    r"""A vsm.toml in which the kind of the stage of this number, from 0, is known; all else stays.

    Examples
    --------
    >>> text = '[[stage]]\nname = "QA" # ours\nkind = "work" # guessed by its name\nassumed = "name"\n'
    >>> print(with_kind(text, 0, "blocked"))
    [[stage]]
    name = "QA" # ours
    kind = "queue"
    blocked = true
    <BLANKLINE>
    """
    document = tomlkit.parse(text)
    stage = document["stage"][number]
    stage.pop("assumed")
    stage.pop("blocked", None)
    stage["kind"] = "queue" if kind == BLOCKED else kind
    if stage["kind"].trivia.comment.startswith("# guessed"):
        stage["kind"].trivia.comment = stage["kind"].trivia.comment_ws = ""
    if kind == BLOCKED:
        stage["blocked"] = True
    return tomlkit.dumps(document)


def with_proposals(
    text: str,
    *,
    stages: Sequence[ProposedStage],
    people: Sequence[ProposedPerson],
    teams: Sequence[ProposedTeam] = (),
    reviews: ProposedReviews | None = None,
) -> str:
    """A vsm.toml with proposals added at its end; its text so far stays, to the letter.

    Teams are added as comments, once: nothing says that those who do the same work are one team. So are
    stages of reviews, behind the stages that they split where these are added with them; a name that is in
    use, as that of a column "In review", is not given twice.

    Examples
    --------
    >>> stage = ProposedStage("QA", "work", ("jira:7",), "by its name", "name")
    >>> print(with_proposals("", stages=[stage], people=[]))
    <BLANKLINE>
    [[stage]]
    name = "QA"
    kind = "work" # guessed by its name
    statuses = ["jira:7"]
    assumed = "name"
    <BLANKLINE>
    """
    blocks = [text.rstrip("\n") + "\n" if text else ""]
    used = {*(stage.name for stage in parse_workflow(text).stages), *(stage.name for stage in stages)}
    of_reviews = _commented_reviews(reviews, used) if reviews else ""
    last = next((stage for stage in reversed(stages) if reviews and stage.name in reviews.within), None)
    for stage in stages:
        kind = tomlkit.item(stage.kind)
        if stage.assumed:
            kind.comment(f"guessed {stage.reason}")
        optional = {"wip": stage.wip, "blocked": stage.blocked, "assumed": stage.assumed}
        entries: dict[str, Any] = {"name": stage.name, "kind": kind, "statuses": list(stage.statuses)}
        entries |= {key: value for key, value in optional.items() if value}
        blocks.append(tomlkit.dumps({"stage": [entries]}))
        blocks += [of_reviews] if stage is last and of_reviews not in text else []
    blocks += [tomlkit.dumps({"person": [{"name": p.name, "accounts": list(p.accounts)}]}) for p in people]
    comments = [*map(_commented_team, teams), *([of_reviews] if last is None else [])]
    return "\n".join([*blocks, *(comment for comment in comments if comment not in text)])


def _commented_team(team: ProposedTeam) -> str:
    entries: dict[str, Any] = {"name": team.name, "members": list(team.members)}
    if team.component:
        entries["components"] = [team.component]
    return _commented(f"Proposed, assumed from this: {team.reason}.", {"team": [entries]})


def _commented_reviews(reviews: ProposedReviews, used: Collection[str]) -> str:
    stages = [
        {
            "name": f"{name} (pull request)" if name in used else name,
            "kind": kind,
            "review": phase,
            "within": list(reviews.within),
        }
        for name, kind, phase in STEPS
    ]
    reason = "Proposed, because tickets have pull requests; their place is behind the stages that they split."
    return _commented(reason, {"stage": stages})


def _commented(reason: str, entries: dict[str, Any]) -> str:
    """Write entries as a comment, whose lines become valid without their first two letters."""
    lines = [reason, *tomlkit.dumps(entries).splitlines()]
    return "".join(f"# {line}\n" for line in lines)


def write_beside(path: Path, text: str) -> None:
    """Write a file whole or not at all; raises RunError where it or its folder cannot be written."""
    try:
        write_whole(path, text)
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror or error}") from error


def demo(
    dir_: Dir = Path("demo"),
    seed: int = 7,
    reviews: Annotated[
        bool, typer.Option("--reviews", help="With pull requests, reviews and pipelines of GitHub.")
    ] = False,
) -> None:
    """Build a small business's stream from a seed, pull it like real data, and render its report."""
    out = console()
    folder, ours = WorkFolder(dir_), sample_workflow(reviews=reviews)
    if folder.workflow.exists() and folder.workflow.read_text(encoding="utf-8-sig") != ours:
        raise ParameterError(f"{folder.workflow} is not the sample's; choose another --dir for the demo")
    get_ready()
    folder.archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sample = build_sample(folder.archive.parent / "sample", seed=seed)
    write_beside(folder.workflow, ours)
    if not folder.experiments.exists():
        write_beside(folder.experiments, sample_experiments())
    into = dir_, PullProgress()
    store(into, "jira", {"file": str(sample.issues.absolute())})
    store(into, "git:shop", {"repo": str(sample.repository.absolute()), "allow_shallow": False})
    if reviews:
        pulls = build_reviews(folder.archive.parent / "sample", seed=seed)
        store(
            into, f"github:{REPOSITORY}", {"file": str(pulls.absolute()), "taken": sample.as_of.isoformat()}
        )
    stream = read_stream(dir_)
    page = publish(dir_, stream, {})
    out.print(f"Report: {page}")
    print_findings(out, stream)
