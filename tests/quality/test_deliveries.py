"""What is missing or doubtful about repositories and deployments is said, with what to write in vsm.toml."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from tests.git_bodies import Body, batch, commit, repository
from vsm.config import Workflow, parse_workflow
from vsm.eventlog.deliveries import log_with_deliveries
from vsm.eventlog.from_deployments import log_from_deployments
from vsm.eventlog.from_git import log_from_git
from vsm.eventlog.log import Log, merge_logs
from vsm.quality.deliveries import check_deliveries
from vsm.tables import TICKETS, conform


def found(log: Log, toml: str = "") -> dict[str, str]:
    """Details by check."""
    workflow = parse_workflow(toml)
    notes = check_deliveries(log_with_deliveries(log, workflow=workflow), workflow=workflow)
    return {note.check: note.detail for note in notes}


def deployed(*environments: str) -> Log:
    bodies: list[dict[str, Any]] = [
        {"deploy": str(day), "at": f"2026-01-{day:02}T09:00:00Z", "environment": environment,
         "outcome": "success", "commit": None, "repository": None}
        for day, environment in enumerate(environments, start=1)
    ]  # fmt: skip
    return log_from_deployments(bodies, source="deployments:shop")


def git_log(
    *messages: str,
    branches: Sequence[tuple[str, str]] = (),
    tags: Sequence[tuple[str, str]] = (),
    main: str | None = None,
    more: Sequence[Body] = (),
) -> Log:
    commits = [
        commit(f"c{n}", message, parents=[f"c{n - 1}"] if n else [], at=f"2026-02-{1 + n % 28:02}T09:00:00Z")
        for n, message in enumerate(messages or ("one",))
    ]
    last = commits[-1]["commit"]
    state = repository(
        last if main is None else main, branches=branches, tags=[(tag, at, None) for tag, at in tags]
    )
    return log_from_git([batch(*commits), state, *more], repository="shop", keys={})


@pytest.mark.parametrize("name", ["Production", "prod", "PROD-EU", "live", "Produktiv", "producción", "本番"])
def test_where_no_environment_is_named_the_likely_one_is_proposed(name: str) -> None:
    """In its own spelling, ready to be copied; deployments to staging are no candidates."""
    (detail,) = found(deployed(name, name, "staging")).values()
    assert detail == (
        f"none of 3 deployments went to 'production', so none counts, but release tags do; they went to "
        f"'{name}' (2), 'staging' (1); if customers use this, write environment = [\"{name}\"] in [delivery] "
        "of vsm.toml"
    )


def test_without_a_likely_one_it_is_asked_for() -> None:
    """Nobody can know what customers use here."""
    notes = found(deployed("k8s-a", "preprod"), '[delivery]\nenvironment = ["Live", "prod"]')
    assert notes["no production environment"] == (
        "none of 2 deployments went to 'Live' or 'prod', so none counts, but release tags do; they went to "
        "'k8s-a' (1), 'preprod' (1); name the one that customers use with environment = in [delivery] of "
        "vsm.toml"
    )


def test_another_likely_one_beside_what_is_named_is_proposed() -> None:
    """Two regions, of which vsm.toml names one."""
    notes = found(deployed("production", "PROD-EU", "live", "qa"))
    assert notes["another production environment"] == (
        "not counted as production: 2 deployments to 'PROD-EU' and 'live'; if customers use these too, "
        'write environment = ["production", "PROD-EU", "live"] in [delivery] of vsm.toml'
    )
    named = '[delivery]\nenvironment = ["production", "PROD-EU", "live"]'
    assert found(deployed("production", "PROD-EU", "live", "qa"), named) == {}


def test_a_main_line_that_nothing_tells_is_asked_for() -> None:
    """A checkout of CI that knows two feature branches."""
    branches = [("refs/remotes/origin/AB-1", "c0"), ("refs/remotes/origin/AB-2", "c0")]
    log = git_log(main="", branches=branches)
    assert found(log)["no main line"] == (
        'nothing says which branch work is merged to, so no commit counts as merged; name it: main = "…" in '
        'the [[repository]] of vsm.toml with name = "shop"; there are: origin/AB-1, origin/AB-2'
    )
    assert found(log, '[[repository]]\nname = "shop"\nmain = "AB-2"') == {}
    assert found(log, '[[repository]]\nname = "shop"\nmain = "AB-3"')["no main line"].startswith(
        "main = 'AB-3'"
    )


def test_tags_that_release_nothing_are_listed() -> None:
    """By their names, by moving, and as further tags of a commit."""
    tags = [("1.0.0", "c0"), ("1.0", "c0"), ("latest", "c1"), ("2.0-rc1", "c1"), ("emma", "c0")]
    assert found(git_log("a", "b", main="c1", tags=tags))["tags that are no releases"] == (
        "4 of 5 tags count as no release, by name, or since they move from commit to commit: latest, 2.0-rc1; "
        "since the commit has another tag: 1.0, emma; releases and previews in the [[repository]] of vsm.toml "
        "say what one is called"
    )


def test_components_that_nothing_belongs_to_are_named() -> None:
    """Of three the web has commits and a release, api has no release, and nobody changed the app."""
    pattern: Body = {"type": "patterns", "patterns": "p"}
    touched: Body = {
        "type": "components", "patterns": "p", "commit": ["c0", "c1"], "components": ["web", "api"],
    }  # fmt: skip
    log = git_log("a", "b", main="c1", tags=[("web-1", "c0"), ("v1", "c1")], more=[pattern, touched])
    components = ", ".join(f'{{name = "{name}", paths = "{name}"}}' for name in ("web", "api", "app"))
    notes = found(log, f'[[repository]]\nname = "shop"\ncomponents = [{components}]')
    assert notes == {
        "component without releases": (
            "no tag is a release of component 'api' of [[repository]] 'shop', so 1 commit will be "
            "unreleased until there is one of the whole repository; see its tags"
        ),
        "component without commits": (
            "no commit changes a file of component 'app' of [[repository]] 'shop' (app): its paths are "
            "misspelt, or were written after the last pull; correct them, and pull again"
        ),
        "releases of all components": (
            "1 of 2 releases are of no component and so release all of them: v1; see tags of the components "
            "of [[repository]] 'shop'"
        ),
    }


def tracker(*keys: str, created: str = "2026-01-05") -> Log:
    rows = pd.DataFrame({"ticket": [f"jira:{key}" for key in keys], "key": list(keys)})
    at = pd.Timestamp(created, tz="UTC")
    return Log(tickets=conform(rows.assign(created=at, project="X"), TICKETS))


@pytest.mark.parametrize(
    "form", ["OLD-{}: fix", "[OLD-{}] fix", "Merge branch 'OLD-{}-fix'", "fix (OLD-{})", "feature/OLD-{} fix"]
)
def test_a_renamed_project_is_proposed_as_an_alias(form: str) -> None:
    """Six commits name six tickets that NEW has; of the smaller project AB only some fit."""
    keys = [*(f"NEW-{n}" for n in range(1, 9)), "AB-1", "AB-2"]
    log = merge_logs(tracker(*keys), git_log(*(form.format(n) for n in range(1, 7))))
    assert found(log)["unknown project in commits"] == (
        "6 commits name 6 tickets of project OLD, of which none was pulled: OLD-1, OLD-2, OLD-3, OLD-4, "
        "OLD-5 and 1 more; they belong to no ticket. If NEW was called OLD before, write aliases = "
        '{ OLD = "NEW" } under [jira] in vsm.toml (100 % of them were tickets of NEW by then); else pull that '
        "project too"
    )
    assert found(log, '[jira]\naliases = { OLD = "NEW" }') == {}


def test_a_project_that_fits_none_is_no_alias_of_any() -> None:
    """The numbers are not tickets of NEW, or became so only later: it is another tracker's, or was renamed."""
    messages = [f"OLD-{n} fix" for n in range(101, 107)]
    for log in (tracker("NEW-1"), tracker(*(f"NEW-{n}" for n in range(101, 107)), created="2026-06-01")):
        detail = found(merge_logs(log, git_log(*messages)))["unknown project in commits"]
        assert detail.endswith(
            "they belong to no ticket. Pull that project too, or, if it was renamed, write its present key as "
            'aliases = { OLD = "…" } under [jira] in vsm.toml'
        )


@pytest.mark.parametrize(
    "messages",
    [
        [f"Fix CVE-2021-{n} and CVE-{n}" for n in range(9)],
        [f"Use UTF-8 and SHA-256 in step {n}" for n in range(9)],
        [f"release old-{n}.0.0, OLD-{n}.1" for n in range(9)],
        [f"OLD-{n % 3} again" for n in range(9)],
        ["OLD-1", "OLD-2", "OLD-3"],
        [f"NEW-{n} fix" for n in range(9)],
    ],
)
def test_standards_versions_and_single_keys_are_no_projects(messages: list[str]) -> None:
    """Nor is a project of which tickets are there, whatever numbers are missing."""
    assert "unknown project in commits" not in found(merge_logs(tracker("NEW-1"), git_log(*messages)))


def test_nothing_pulled_is_nothing_doubtful() -> None:
    """No repository, no deployment; or a repository, but no tracker whose projects could be unknown."""
    assert check_deliveries(Log(), workflow=Workflow()) == []
    assert found(git_log(*(f"OLD-{n} fix" for n in range(9)))) == {}


def tracked(**columns: list[str | None]) -> Log:
    rows = pd.DataFrame(
        {"ticket": ["a", "b"], "key": ["A-1", "A-2"], "created": pd.Timestamp("2026-01-05", tz="UTC")}
        | columns
    )
    return Log(tickets=conform(rows, TICKETS))


def test_incidents_that_count_as_no_failure_are_said() -> None:
    """By type, as a GitLab has them, or by label, as GitHub does; not where vsm.toml names incidents."""
    types, labels = tracked(type=["Incident", "Issue"]), tracked(labels=["bug; incident", "outage"])
    assert 'write incident_types = ["Incident"] in [delivery]' in found(types)["incidents are not named"]
    assert found(labels)["incidents are not named"].startswith("2 tickets are incidents by label")
    named = '[delivery]\nincident_types = ["Bug"]'
    assert "incidents are not named" not in {**found(types, named), **found(tracked(type=["Bug", "Story"]))}
