"""What is one step of the value stream? Statuses of the tracker make it up, or milestones of Git."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Kind = Literal["queue", "work", "external", "done"]
Milestone = Literal["coding", "landing", "releasing"]


class Section(BaseModel):
    """What may one section of vsm.toml say? Nothing but its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stage(Section):
    """What is one step of the value stream?

    ``statuses`` are names or ids (``jira:10001``) of the tracker; an id wins over a name. ``batch`` says
    that tickets leave this stage together on purpose (a release), so that it is not taken for clean-up.
    ``wip`` is how many tickets may be in it, by agreement.

    A stage with ``git`` has no statuses: commits tell when a ticket is in it, and it splits the stages named
    ``within`` (see ``splits_of``).
    """

    name: Word
    kind: Kind
    statuses: tuple[Word, ...] = ()
    team: Word | None = None
    discipline: Word | None = None
    batch: bool = False
    wip: int | None = Field(default=None, ge=1)
    git: Milestone | None = None
    within: tuple[Word, ...] | None = Field(default=None, min_length=1)

    @field_validator("kind", mode="before")
    @classmethod
    def _says_what_a_kind_is_called_now(cls, kind: object) -> object:
        if kind == "outside":
            raise ValueError("kind 'outside' of a [[stage]] is called 'external' since version 0.2.0")
        return kind


def splits_of(stages: Sequence[Stage]) -> dict[str, tuple[str, ...]]:
    """Which stages does each milestone split?

    What ``within`` says; without it ``coding`` and ``landing`` split the nearest stage of kind work before
    them that is the tracker's own, and ``releasing`` splits the stages of kind work that ``coding`` (without
    it ``landing``) splits, without either that nearest one, and all that are done.

    Examples
    --------
    >>> stages = [Stage(name="Build", kind="work"), Stage(name="Coding", kind="work", git="coding"),
    ...     Stage(name="Shipping", kind="queue", git="releasing"), Stage(name="Done", kind="done")]
    >>> splits_of(stages)
    {'coding': ('Build',), 'releasing': ('Build', 'Done')}
    """
    splits = {
        stage.git: stage.within or _before(stages, place) for place, stage in enumerate(stages) if stage.git
    }
    releasing = next((stage for stage in stages if stage.git == "releasing"), None)
    if releasing and not releasing.within:
        work = splits.get("coding") or splits.get("landing") or splits["releasing"]
        own = {stage.name: stage.kind for stage in stages if not stage.git}
        done = tuple(name for name, kind in own.items() if kind == "done")
        splits["releasing"] = (*(name for name in work if own.get(name) == "work"), *done)
    return {str(milestone): names for milestone, names in splits.items()}


def _before(stages: Sequence[Stage], place: int) -> tuple[str, ...]:
    work = [stage.name for stage in stages[:place] if stage.kind == "work" and not stage.git]
    return tuple(work[-1:])


def faults_of_splits(stages: Sequence[Stage]) -> list[str]:
    """What is wrong with the stages that milestones of Git split off? One sentence each.

    Examples
    --------
    >>> faults_of_splits([Stage(name="Coding", kind="work", git="coding")])
    ["stage 'Coding' has no stage of kind work before it to split; name some in within"]
    """
    times = Counter(stage.git for stage in stages if stage.git)
    twice = [
        f"git = '{git}' is said of {count} stages; keep one" for git, count in times.items() if count > 1
    ]
    own = {stage.name for stage in stages if not stage.git}
    splits = splits_of(stages)
    return twice + [fault for stage in stages for fault in _faults(stage, own, splits)]


def _faults(stage: Stage, own: set[str], splits: dict[str, tuple[str, ...]]) -> Iterator[str]:
    if not stage.git:
        if stage.within:
            yield f"stage '{stage.name}' says within, but no git; within is for stages that Git tells"
        return
    if stage.statuses:
        yield f"stage '{stage.name}' has git and statuses; keep one: a milestone has no status"
    if not splits[stage.git]:
        yield f"stage '{stage.name}' has no stage of kind work before it to split; name some in within"
    for name in stage.within or ():
        if name not in own:
            yield f"within of stage '{stage.name}' names '{name}', which is no stage of the tracker here"
