"""Checks of the tracker against vsm.toml: bulk edits, stages, milestones of Git, and alignment."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from vsm.config import Workflow
from vsm.config.delivery import FLOWS
from vsm.counts import counted
from vsm.eventlog.edits import reopened_to_edit
from vsm.eventlog.log import QualityNote, quality_from_notes
from vsm.eventlog.sprints import FUTURE
from vsm.model.alignment import TicketSelectors

SHOWN: Final = 6


def check_bulk(events: pd.DataFrame, *, names: Mapping[str, str], minutes: float = 10.0) -> pd.DataFrame:
    """Find the bulk edits: QUALITY rows, one with their share of all moves, then one per burst, by time.

    A burst is an unbroken run of one move by one account; a longer pause than ``minutes`` begins another one.
    The status changes of a workflow migration are in no burst, but in the one row of the migration, which
    comes last.
    """
    migrations, marked = events[events["kind"] == "workflow"], events[events["bulk"]]
    migrated = _changes(marked).isin(set(_changes(migrations)))
    notes = [*_migrations(migrations, marked[migrated], names)]
    if marked.empty:
        return quality_from_notes(notes)
    moves = int(((events["kind"] == "status") & events["before"].notna()).sum())
    effect = "visits they begin or end do not count towards dwell times; for a release, set batch = true"
    share = f"{100 * len(marked) / moves:.2g} %" if len(marked) < moves else "100 %"
    whole = f"{len(marked):,} of {moves:,} status changes ({share}) are bulk edits; {effect}"
    window = pd.Timedelta(minutes=minutes)
    bursts = sorted(_bursts(marked[~migrated], names, window), key=lambda note: str(note.ref))
    return quality_from_notes([QualityNote("bulk edit", "note", whole), *bursts, *notes])


def _changes(events: pd.DataFrame) -> "pd.Series[str]":
    """Name the change of its tracker that each event was part of: of one ticket in one instant."""
    return events["ticket"].astype("str") + " " + events["at"].astype("int64").astype("str")


def _migrations(
    migrations: pd.DataFrame, moved: pd.DataFrame, names: Mapping[str, str]
) -> Iterator[QualityNote]:
    """Describe each change of one workflow for another, with its size, by whomever and however long."""
    words = ["source", "before", "after"]
    plain = migrations.astype(dict.fromkeys(words, "str")).fillna({"before": "none", "after": "none"})
    for (source, before, after), rows in plain.groupby(words):
        mine = moved[_changes(moved).isin(set(_changes(rows)))].astype({"before": "str", "after": "str"})
        paths = mine["before"].replace(names) + " → " + mine["after"].replace(names)
        listed = ", ".join(f"{count} {path}" for path, count in paths.value_counts().items())
        effect = (
            f"{len(mine)} of them got another status by it ({listed}), which is no flow: visits that it "
            "begins or ends do not count towards dwell times"
        )
        first, last = rows["at"].min(), rows["at"].max()
        detail = (
            f"{counted(rows['ticket'].nunique(), 'ticket was', 'tickets were')} migrated from workflow "
            f"'{before}' to '{after}', "
            f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC; "
            f"{effect if len(mine) else 'none of them got another status by it'}"
        )
        yield QualityNote("workflow migration", "note", detail, str(source), None, first.isoformat())


def _bursts(marked: pd.DataFrame, names: Mapping[str, str], window: pd.Timedelta) -> Iterator[QualityNote]:
    move = ["source", "actor", "before", "after"]
    plain = marked.astype(dict.fromkeys(move, "str")).sort_values([*move, "at"])
    for _, run in plain.groupby(move, dropna=False):
        for _, burst in run.groupby((run["at"].diff() > window).cumsum()):
            source, _, before, after = burst[move].iloc[0]
            first, last = burst["at"].iloc[0], burst["at"].iloc[-1]
            path = f"{names.get(before, before)} → {names.get(after, after)}"
            when = f"{first:%Y-%m-%d %H:%M} to {last:%H:%M} UTC"
            detail = f"{burst['ticket'].nunique()} tickets moved {path} by one account, {when}"
            yield QualityNote("bulk edit", "note", detail, source, None, first.isoformat())


def check_edits(events: pd.DataFrame, *, stages: pd.DataFrame) -> Iterator[QualityNote]:
    """Find tickets that were reopened only to edit them."""
    edits = events[reopened_to_edit(events, stages=stages)]
    if len(edits):
        detail = (
            f"{counted(edits['ticket'].nunique(), 'finished ticket was', 'finished tickets were')} reopened "
            "and closed again by the same person within an hour, without work: what counts is the first "
            "closing"
        )
        yield QualityNote("reopened to edit", "note", detail)


def check_stages(
    stages: pd.DataFrame, *, names: pd.DataFrame, events: pd.DataFrame, workflow: Workflow
) -> pd.DataFrame:
    """Find statuses that are unmapped, mean two stages, or are named but never used: QUALITY rows."""
    used = events[events["kind"] == "status"].dropna(subset=["after"])
    tickets = used.astype({"after": "str"}).groupby("after")["ticket"].nunique()
    notes = [
        *_unmapped(stages, tickets),
        *_two_stages(names, workflow),
        *_never_used(stages, names, workflow),
    ]
    return quality_from_notes(notes)


def check_done(stages: pd.DataFrame, *, workflow: Workflow, tickets: int) -> Iterator[QualityNote]:
    """Find that no stage is done, though there are tickets; one that no ticket has reached yet is one."""
    if tickets and "done" not in {*stages["kind"], *(stage.kind for stage in workflow.stages)}:
        detail = (
            "no stage is done, so no ticket ever counts as finished, and nothing can be said of lead time; "
            'give the last one kind = "done" in vsm.toml'
        )
        yield QualityNote("no done stage", "warning", detail)


def _unmapped(stages: pd.DataFrame, tickets: "pd.Series[Any]") -> Iterator[QualityNote]:
    for row in stages[~stages["mapped"]].to_dict("records"):
        if row["status"] in tickets.index:
            count, kind = tickets[row["status"]], row["kind"]
            detail = (
                f"status '{row['name']}' ({row['status']}) of {counted(count, 'ticket')} belongs to no stage "
                f"and counts as {kind}; add it to the statuses of a stage in vsm.toml"
            )
            yield QualityNote("unmapped status", "fault", detail, ref=row["status"])


def _two_stages(names: pd.DataFrame, workflow: Workflow) -> Iterator[QualityNote]:
    for status, borne in names[names["kind"] == "status"].groupby("id"):
        meant = sorted({workflow.mapping[name] for name in borne["name"] if name in workflow.mapping})
        if len(meant) > 1 and status not in workflow.mapping:
            detail = f"{status} had names of the stages {' and '.join(meant)}; list its id in the right one"
            yield QualityNote("status of two stages", "fault", detail, ref=str(status))


def _never_used(stages: pd.DataFrame, names: pd.DataFrame, workflow: Workflow) -> Iterator[QualityNote]:
    known = {*stages["status"], *names["name"]}
    seen = {stage for status, stage in workflow.mapping.items() if status in known}
    for status, stage in workflow.mapping.items():
        if known and status not in known:
            effect = "rests on its other statuses" if stage in seen else "is empty in every result"
            detail = (
                f"status '{status}' of stage '{stage}' does not occur in the data, so the stage {effect}; "
                "misspelt or not used"
            )
            yield QualityNote("status never seen", "note", detail, ref=status)


def check_milestones(events: pd.DataFrame, commits: pd.DataFrame, *, workflow: Workflow) -> pd.DataFrame:
    """Find what is missing for the stages that come from Git; QUALITY rows."""
    of_git = {stage.git: stage.name for stage in workflow.stages if stage.git}
    named = events[(events["kind"] == "commit") & events["ref"].isin(set(commits["commit"]))]
    return quality_from_notes(_missing_in_git(named, commits, of_git) if of_git else [])


def _missing_in_git(
    named: pd.DataFrame, commits: pd.DataFrame, of_git: dict[Any, str]
) -> Iterator[QualityNote]:
    names = ", ".join(f"'{name}'" for name in of_git.values())
    if named.empty:
        missing = "no repository was pulled" if commits.empty else "no commit names a ticket"
        detail = f"{names} in vsm.toml come from Git, but {missing}; only statuses are shown"
        yield QualityNote("stages of Git without commits", "warning", detail)
        return
    if commits["merged_at"].isna().all():
        detail = (
            f"no commit is known to be merged, so {names} cannot be told apart; was the main branch pulled?"
        )
        yield QualityNote("stages of Git without merges", "warning", detail)
    elif "releasing" in of_git and commits["released"].isna().all():
        merged = set(commits.loc[commits["merged_at"].notna(), "commit"])
        count = named.loc[named["ref"].isin(merged), "ticket"].nunique()
        detail = (
            f"no release is known, so '{of_git['releasing']}' holds {counted(count, 'ticket')} with merged "
            "commits as open; pull tags, or remove that stage from vsm.toml"
        )
        yield QualityNote("stages of Git without releases", "warning", detail)


def check_reviews(events: pd.DataFrame, pulls: pd.DataFrame, *, workflow: Workflow) -> Iterator[QualityNote]:
    """Find stages of reviews or pipelines that no pull request of a ticket can show."""
    of_pulls = events[events["before"].isin(set(pulls["pull"]))]
    for by, what, known in (
        ("review", "pull request", of_pulls),
        ("pipeline", "pipeline", of_pulls[of_pulls["kind"] == "pipeline"]),
    ):
        names = ", ".join(f"'{stage.name}'" for stage in workflow.stages if getattr(stage, by))
        if names and known.empty:
            missing = "none was pulled" if pulls.empty else f"no {what} belongs to a ticket"
            detail = f"{names} in vsm.toml come from {what}s, but {missing}; only other stages are shown"
            yield QualityNote(f"stages of {by}s without any", "warning", detail)


def check_sprints(events: pd.DataFrame, names: pd.DataFrame) -> Iterator[QualityNote]:
    """Find sprints whose dates are not known: nothing can be said of what they took on, or left undone."""
    held = events.loc[events["kind"] == "sprint", ["ticket", "source", "after"]].astype("str").dropna()
    held = held.assign(number=held["after"].str.split(",")).explode("number")
    held["sprint"] = held["source"] + ":" + held["number"].str.strip()
    ids = {kind: names[names["kind"] == kind] for kind in ("sprint", "sprint end")}
    called = dict(zip(ids["sprint"]["id"], ids["sprint"]["name"], strict=True))
    dated = {kind: set(rows.loc[rows["last"].notna(), "id"]) for kind, rows in ids.items()}
    planned = set(ids["sprint"].loc[ids["sprint"]["category"] == FUTURE, "id"])
    endless = dated["sprint"] & set(ids["sprint end"]["id"]) - dated["sprint end"]
    lacking = {
        "start": (set(held["sprint"]) - dated["sprint"] - planned, "what was taken on is not known"),
        "end": (endless & set(held["sprint"]), "it counts as under way"),
    }
    for what, (sprints, effect) in lacking.items():
        if sprints:
            listed = ", ".join(repr(called.get(sprint, sprint)) for sprint in sorted(sprints)[:SHOWN])
            more = f" and {len(sprints) - SHOWN} more" if len(sprints) > SHOWN else ""
            tickets = held.loc[held["sprint"].isin(sprints), "ticket"].nunique()
            detail = (
                f"{counted(len(sprints), 'sprint has', 'sprints have')} no {what} date ({listed}{more}), "
                f"with {counted(tickets, 'ticket')}: {effect}, and none of their tickets counts as carried "
                "over; pull issues with their sprint field as it is"
            )
            yield QualityNote("sprints without dates", "warning", detail)


def check_alignment(tickets: pd.DataFrame, *, workflow: Workflow) -> pd.DataFrame:
    """Find the selectors of vsm.toml that match no ticket at all: QUALITY rows."""
    section = workflow.alignment
    flows = [text for flow in FLOWS for text in getattr(section.flow, flow)]
    texts = (
        [text for several in section.objectives.values() for text in several] + flows + [*section.unplanned]
    )
    known = TicketSelectors(tickets)
    detail = "'{}' in [alignment] of vsm.toml matches no ticket; misspelt or not used"
    return quality_from_notes(
        QualityNote("selector matches no ticket", "note", detail.format(text))
        for text in dict.fromkeys(texts)
        if known.about and not any(known.meant(ticket, [text]) for ticket in known.about)
    )
