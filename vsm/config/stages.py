"""Stages: the steps of the value stream, made up of statuses, or shown by commits, reviews or pipelines."""

from collections.abc import Collection, Iterator, Sequence
from html import escape
from typing import Final, Literal

from pydantic import Field, field_validator

from vsm.config.toml import Line, Section, Word, duplicates

Kind = Literal["queue", "work", "external", "done"]
Milestone = Literal["coding", "landing", "releasing"]
ReviewPhase = Literal["waiting", "reviewing", "author", "rework", "merging"]
PipelinePhase = Literal["queued", "running", "approval"]
HOLDER: Final = "holder "
"""Before the name of a field: the role of one that names who holds tickets in a stage."""
_SHOWN_BY: Final = {"git": "Git", "review": "reviews", "pipeline": "pipelines"}
_STATELESS: Final = {"git": "a milestone", "review": "a review", "pipeline": "a pipeline"}
Assumed = Literal["name", "category", "board", "evidence", "nothing"]


class Stage(Section):
    """A ``[[stage]]``: one step of the value stream.

    ``statuses`` are names or ids (``jira:10001``) of the tracker; an id wins over a name. ``batch`` says
    that tickets leave this stage together on purpose (a release), which is then not taken for clean-up.
    ``wip`` is how many tickets may be in it, by agreement. In a ``blocked`` stage tickets are held up, as if
    they were flagged. ``assumed`` says what its kind was guessed from; it stays a guess until the key is
    removed, or ``confirmed`` is true. ``holder_field`` is the field of Jira, by name or id, that names who
    holds tickets while they are in the stage, such as Tester; where it is empty the assignee does.

    A stage with ``git``, ``review`` or ``pipeline`` has no statuses: commits, pull requests or pipelines show
    when a ticket is in it, and it splits the stages named ``within`` (see ``splits_of``). One of pipelines is
    a machine's queue, so of kind queue or external: its runs interrupt a stage and are no step of the stream
    (``vsm.model.interruptions``).
    """

    name: Line
    kind: Kind
    statuses: tuple[Word, ...] = ()
    team: Line | None = None
    discipline: Line | None = None
    holder_field: Line | None = None
    batch: bool = False
    blocked: bool = False
    assumed: Assumed | None = None
    confirmed: bool = False
    wip: int | None = Field(default=None, ge=1)
    git: Milestone | None = None
    review: ReviewPhase | None = None
    pipeline: PipelinePhase | None = None
    within: tuple[Word, ...] | None = Field(default=None, min_length=1)

    @property
    def shown(self) -> str | None:
        """The status of a stage that something else than the tracker shows, such as ``git:coding``."""
        return next((f"{by}:{word}" for by in _SHOWN_BY if (word := getattr(self, by))), None)

    @field_validator("kind", mode="before")
    @classmethod
    def _is_called_as_it_is_now(cls, kind: object) -> object:
        if kind == "outside":
            raise ValueError("kind 'outside' of a [[stage]] is called 'external' since version 0.2.0")
        return kind

    @field_validator("holder_field")
    @classmethod
    def _is_no_field_of_flow(cls, field: str | None) -> str | None:
        if field is not None and field.casefold() in ("assignee", "status"):
            raise ValueError(
                f"holder_field of a [[stage]] is '{field}'; name a field of people of your own, such as "
                "Tester, or leave it out: the assignee holds what no such field gives to somebody else"
            )
        return field


def splits_of(stages: Sequence[Stage]) -> dict[str, tuple[str, ...]]:
    """Give the stages that each stage without statuses splits, by its status (``git:coding``).

    They are those of ``within``. Without it coding, landing and the phases of a review split the nearest
    stage of kind work before them that has statuses. Releasing splits all stages that are done, and the
    stages of kind work that coding splits (else those of landing, else that nearest one). Runs of pipelines
    split the stage in which pull requests wait to be merged, else that nearest one.

    Examples
    --------
    >>> stages = [Stage(name="Build", kind="work"), Stage(name="Coding", kind="work", git="coding"),
    ...     Stage(name="Shipping", kind="queue", git="releasing"), Stage(name="Done", kind="done")]
    >>> splits_of(stages)
    {'git:coding': ('Build',), 'git:releasing': ('Build', 'Done')}
    """
    splits: dict[str, tuple[str, ...]] = {}
    work_before: tuple[str, ...] = ()
    merging = tuple(stage.name for stage in stages if stage.review == "merging")
    for stage in stages:
        if stage.shown:
            usual = merging if stage.pipeline and merging else work_before
            splits[stage.shown] = stage.within or usual
        elif stage.kind == "work":
            work_before = (stage.name,)
    releasing = next((stage for stage in stages if stage.git == "releasing"), None)
    if releasing and not releasing.within:
        work = splits.get("git:coding") or splits.get("git:landing") or splits["git:releasing"]
        own = {stage.name: stage.kind for stage in stages if not stage.shown}
        done = tuple(name for name, kind in own.items() if kind == "done")
        splits["git:releasing"] = (*(name for name in work if own.get(name) == "work"), *done)
    return splits


def faults_of_stages(stages: Sequence[Stage]) -> Iterator[str]:
    """Give contradictions in stages, and in what commits and reviews split off, one sentence each."""
    for stage in stages:
        if stage.blocked and stage.kind in ("work", "done"):
            yield (
                f"stage '{stage.name}' has blocked = true and is of kind {stage.kind}; tickets can be held "
                "up in a queue or an external stage"
            )
    for key in _SHOWN_BY:
        words = [word for stage in stages if (word := getattr(stage, key))]
        yield from duplicates(words, key + " = '{}' is said of {} stages; keep one")
    splits, names = splits_of(stages), {stage.name for stage in stages}
    trackers = {stage.name for stage in stages if not stage.shown}
    for stage in stages:
        if stage.shown:
            known = trackers if stage.git else names - {stage.name}
            yield from _faults_of_shown(stage, splits[stage.shown], known=known)
        elif stage.within:
            yield (
                f"stage '{stage.name}' says within, but no git, review or pipeline; within is for stages "
                "that these show"
            )


def _faults_of_shown(stage: Stage, splits: Sequence[str], *, known: Collection[str]) -> Iterator[str]:
    said = [key for key in _SHOWN_BY if getattr(stage, key)]
    if len(said) > 1:
        yield f"stage '{stage.name}' has {' and '.join(said)}; keep one"
    if stage.statuses:
        what = _STATELESS[said[0]]
        yield f"stage '{stage.name}' has {said[0]} and statuses; keep one: {what} has no status"
    if not splits:
        yield f"stage '{stage.name}' has no stage of kind work before it to split; name some in within"
    if stage.pipeline and stage.kind in ("work", "done"):
        yield (
            f"stage '{stage.name}' has pipeline and is of kind {stage.kind}; nobody works on a ticket "
            "while its pipeline runs: say queue, or external where others run it"
        )
    for name in stage.within or ():
        if name not in known:
            yield f"within of stage '{stage.name}' names '{name}', which is no stage of the tracker here"


def stages_html(stages: Sequence[Stage], *, title: str) -> str:
    """Give the stages as an HTML table, in the order of the stream; every text is escaped."""
    if not stages:
        return f"<p>{escape(title)}: no stages yet; vsm init --infer proposes them.</p>"
    columns = ("Stage", "Kind", "Team", "Statuses")
    head = "".join(f'<th scope="col" style="text-align: left;">{name}</th>' for name in columns)
    rows = []
    for stage in stages:
        by, _, word = (stage.shown or "").partition(":")
        statuses = ", ".join(stage.statuses) or (f"from {_SHOWN_BY[by]}: {word}" if by else "–")
        cells = (stage.name, stage.kind, stage.team or "–", statuses)
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    return (
        f'<table><caption style="text-align: left;">{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
