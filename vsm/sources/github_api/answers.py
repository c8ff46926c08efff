"""What GitHub may answer: a model for each thing that the pull itself looks into."""

from typing import Annotated, Any

from pydantic import Field

from vsm.sources.host_answers import Answer, Count, Id, Json


def within(value: Any, *path: str) -> Any:
    """Give what is at a path of keys in an answer; None where there is none.

    Examples
    --------
    >>> within({"repository": {"issues": [1]}}, "repository", "issues"), within(None, "repository")
    ([1], None)
    """
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


class Numbered(Answer):
    """A pull request or an issue, or its number alone."""

    number: Count


class Timed(Numbered):
    """A pull request or an issue."""

    id: Id


class Stated(Answer):
    """A state of a deployment."""

    state: str


class States(Answer):
    """The states of a deployment."""

    nodes: list[Stated | None]


class Deployed(Answer):
    """A deployment."""

    id: Id
    statuses: States


class CheckSuite(Answer):
    """What belongs to a run in GraphQL."""

    id: Id
    status: str | None = None
    conclusion: str | None = None


class WorkflowRun(Answer):
    """A run of a workflow."""

    id: Count
    attempt: Annotated[Count | None, Field(alias="run_attempt")] = None
    suite: Annotated[str | None, Field(alias="check_suite_node_id")] = None


class Runs(Answer):
    """A page of workflow runs."""

    total: Annotated[Count, Field(alias="total_count")]
    runs: Annotated[list[Json], Field(alias="workflow_runs")]


class Project(Answer):
    """A project."""

    title: str | None = None


class ShownStatus(Answer):
    """The status that a board shows, and since when."""

    name: str | None = None
    since: Annotated[str | None, Field(alias="updatedAt")] = None


class Card(Answer):
    """An issue on a board."""

    id: Id
    project: Project | None = None
    status: ShownStatus | None = None


class Cards(Answer):
    """The boards that an issue is on."""

    nodes: list[Card | None]


class Option(Answer):
    """A column."""

    name: str


class StatusField(Answer):
    """The field of a project that its board has columns for."""

    options: list[Option] = Field(default_factory=list)


class ProjectBoard(Answer):
    """A project with its columns."""

    number: Count
    title: str
    field: StatusField | None = None


class ProjectBoards(Answer):
    """The projects of a repository."""

    nodes: list[ProjectBoard | None]
