"""Checks of repositories and deployments: main lines, tags, components, unknown projects, production."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pandas as pd

from vsm.config import Repository, Workflow
from vsm.config.repositories import means_production
from vsm.counts import counted
from vsm.eventlog.log import Log, QualityNote
from vsm.quality.records import some_of

SHOWN: Final = 5
MANY: Final = 5
"""Commits, and different keys, from which on a project that nobody knows is worth a word."""
FEW: Final = 0.01
"""Share of commits below which it is not."""
ALIKE: Final = 0.8
"""Share of a former project's keys that have to be tickets of the project that it may be now."""
STANDARDS: Final = frozenset(
    ("UTF", "ISO", "RFC", "CVE", "CWE", "GHSA", "SHA", "MD", "AES", "RSA", "TLS", "HTTP", "JSR", "JEP", "PEP",
     "PR", "MR", "GH", "GL")
)  # fmt: skip
"""What looks like a project's key, and names a standard, or a pull request."""
_INCIDENTS: Final = ("incident", "outage", "störung", "incidente", "panne", "storing", "incydent")
"""What types and labels of tickets about failures in production are called, in small letters."""
_KEY: Final = re.compile(r"(?<![\w.-])([A-Z][A-Z0-9_]+)-([1-9][0-9]*)(?![A-Za-z0-9_]|[.-][0-9])")


def check_deliveries(log: Log, *, workflow: Workflow) -> list[QualityNote]:
    """Find what is missing or doubtful about repositories and deployments.

    That is: no main line, tags that release nothing, components without commits or releases, commits whose
    clocks were wrong, projects that commits name and nobody pulled, no environment that is production, and
    incidents that count as no failure.
    Clock skew never changes what contains what; durations that it would make negative count as zero.
    """
    notes = list[QualityNote]()
    for repository, commits in log.commits.groupby("repository", observed=True):
        source, section = f"git:{repository}", workflow.repository(str(repository))
        branches = log.branches[log.branches["repository"] == repository]
        releases = log.releases[log.releases["repository"] == repository]
        notes += [
            *_main_line(branches, section, source),
            *_tags(releases, section, source),
            *_components(commits, releases, section, source),
            *_skew(commits, source),
        ]
    environments = _environments(log.deploys, workflow)
    return [*notes, *_unknown_projects(log, workflow), *environments, *_incidents(log.tickets, workflow)]


def _main_line(branches: pd.DataFrame, section: Repository, source: str) -> Iterator[QualityNote]:
    known = some_of(branches["branch"]) or "none"
    if section.main and not branches["main"].any():
        detail = (
            f"main = '{section.main}' is no branch of [[repository]] '{section.name}'; there are: {known}"
        )
        yield QualityNote("no main line", "warning", detail, source)
    elif not branches["main"].any():
        detail = (
            "nothing says which branch work is merged to, so no commit counts as merged; name it: main = "
            f'"…" in the [[repository]] of vsm.toml with name = "{section.name}"; there are: {known}'
        )
        yield QualityNote("no main line", "warning", detail, source)


def _tags(releases: pd.DataFrame, section: Repository, source: str) -> Iterator[QualityNote]:
    off = releases[~releases["final"]]
    if off.empty:
        return
    place = ["commit", "component"]
    shipped = pd.MultiIndex.from_frame(releases.loc[releases["final"], place].astype("str"))
    again = pd.MultiIndex.from_frame(off[place].astype("str")).isin(shipped)
    again &= off["release"].map(section.ships).to_numpy(dtype="bool")
    parts = (
        (off[~again], "by name, or since they move from commit to commit"),
        (off[again], "since the commit has another tag"),
    )
    listed = "; ".join(f"{why}: {some_of(rows['release'])}" for rows, why in parts if len(rows))
    detail = (
        f"{len(off)} of {len(releases)} tags count as no release, {listed}; releases and previews in the "
        "[[repository]] of vsm.toml say what one is called"
    )
    yield QualityNote("tags that are no releases", "note", detail, source)


def _components(
    commits: pd.DataFrame, releases: pd.DataFrame, section: Repository, source: str
) -> Iterator[QualityNote]:
    touched = Counter(name for text in commits["components"].dropna() for name in text.split("; "))
    final = releases[releases["final"]]
    for component in section.components:
        about = f"component '{component.name}' of [[repository]] '{section.name}'"
        if component.name not in touched:
            detail = (
                f"no commit changes a file of {about} ({', '.join(component.paths)}): its paths are "
                "misspelt, or were written after the last pull; correct them, and pull again"
            )
            yield QualityNote("component without commits", "warning", detail, source)
        elif not final["component"].isin([component.name]).any():
            detail = (
                f"no tag is a release of {about}, so {counted(touched[component.name], 'commit')} will be "
                "unreleased until there is one of the whole repository; see its tags"
            )
            yield QualityNote("component without releases", "note", detail, source)
    whole = final[final["component"].isna()]
    if section.components and len(whole):
        detail = (
            f"{len(whole)} of {len(final)} releases are of no component and so release all of them: "
            f"{some_of(whole['release'])}; see tags of the components of [[repository]] '{section.name}'"
        )
        yield QualityNote("releases of all components", "note", detail, source)


def _skew(commits: pd.DataFrame, source: str) -> Iterator[QualityNote]:
    late = commits["merged_at"] < commits["authored"]
    early = commits[late | (commits["released"] < commits["merged_at"])]
    if len(early):
        detail = (
            f"{len(early)} of {len(commits)} commits, such as {early['commit'].iloc[-1][:12]}, are dated "
            "later than what contains them: a clock was wrong; their times to merge and to release count "
            "as zero where they would be negative"
        )
        yield QualityNote("skewed clock", "note", detail, source)


def _unknown_projects(log: Log, workflow: Workflow) -> Iterator[QualityNote]:
    """Find projects that many commits name and no ticket has, and the one that each may be called now."""
    if log.tickets.empty:
        return
    created = dict(zip(log.tickets["key"].str.upper(), log.tickets["created"], strict=True))
    moved = log.events.loc[log.events["kind"] == "move", "before"].dropna().astype("str")
    known = {key.rpartition("-")[0] for key in [*created, *moved.str.upper()]}
    known |= {old.upper() for old in workflow.jira.aliases} | STANDARDS
    named: dict[str, list[tuple[int, str, pd.Timestamp]]] = {}
    texts = log.commits["subject"].fillna("") + " " + log.commits["branch"].astype("str").fillna("")
    for number, (text, at) in enumerate(zip(texts, log.commits["committed"], strict=True)):
        for project, ticket in _KEY.findall(text):
            if project not in known:
                named.setdefault(project, []).append((number, ticket, at))
    for project, mentions in sorted(named.items()):
        commits, numbers = len({one[0] for one in mentions}), {one[1] for one in mentions}
        if min(commits, len(numbers)) < MANY or commits < FEW * len(log.commits):
            continue
        there = Counter(
            today
            for today in {key.rpartition("-")[0] for key in created}
            for _, ticket, at in mentions
            if f"{today}-{ticket}" in created and created[f"{today}-{ticket}"] <= at
        )
        now, fitting = max(there.items(), key=lambda one: (one[1], one[0]), default=("", 0))
        examples = some_of(f"{project}-{number}" for number in numbers)
        detail = (
            f"{commits:,} commits name {len(numbers):,} tickets of project {project}, of which none was "
            f"pulled: {examples}; they belong to no ticket. "
        )
        if fitting >= ALIKE * len(mentions):
            detail += (
                f'If {now} was called {project} before, write aliases = {{ {project} = "{now}" }} under '
                f"[jira] in vsm.toml ({100 * fitting / len(mentions):.0f} % of them were tickets of {now} by "
                "then); else pull that project too"
            )
        else:
            detail += (
                "Pull that project too, or, if it was renamed, write its present key as "
                f'aliases = {{ {project} = "…" }} under [jira] in vsm.toml'
            )
        yield QualityNote("unknown project in commits", "warning", detail)


def _environments(deploys: pd.DataFrame, workflow: Workflow) -> Iterator[QualityNote]:
    """Find environments that seem to be production, and whether any is what vsm.toml calls so."""
    counts = deploys["environment"].astype("str").value_counts()
    named = workflow.delivery.environment
    known = [name for name in named if name in counts.index]
    similar = [name for name in counts.index if name not in named and means_production(name)]
    listed = ", ".join(f"'{name}' ({count})" for name, count in counts.head(SHOWN).items())
    words = ", ".join(f'"{name}"' for name in [*known, *similar])
    proposal = f"environment = [{words}] in [delivery] of vsm.toml"
    if len(counts) and not known:
        wanted = " or ".join(f"'{name}'" for name in named)
        detail = (
            f"none of {counted(len(deploys), 'deployment')} went to {wanted}, so none counts, but release "
            f"tags do; they went to {listed}; "
        )
        detail += (
            f"if customers use {'these' if len(similar) > 1 else 'this'}, write {proposal}"
            if similar
            else "name the one that customers use with environment = in [delivery] of vsm.toml"
        )
        yield QualityNote("no production environment", "warning", detail)
    elif similar:
        missed = counted(counts[similar].sum(), "deployment")
        detail = (
            f"not counted as production: {missed} to {' and '.join(map(repr, similar))}; if "
            f"customers use {'these' if len(similar) > 1 else 'this'} too, write {proposal}"
        )
        yield QualityNote("another production environment", "warning", detail)


def _incidents(tickets: pd.DataFrame, workflow: Workflow) -> Iterator[QualityNote]:
    """Find types and labels called incidents, where vsm.toml names none."""
    rules = workflow.delivery
    if rules.incident_types or rules.incident_labels:
        return
    labels = tickets["labels"].dropna().astype("str").str.split("; ").explode()
    types = tickets["type"].dropna().astype("str")
    for option, words in {"incident_types": types, "incident_labels": labels}.items():
        found = words[words.str.casefold().isin(_INCIDENTS)].value_counts()
        if len(found):
            named = ", ".join(f'"{word}"' for word in found.index)
            by = option.removeprefix("incident_").removesuffix("s")
            detail = (
                f"{counted(found.sum(), 'ticket is an incident', 'tickets are incidents')} by {by}, and no "
                f"failed deployment; if incidents should show one, write {option} = [{named}] in [delivery] "
                "of vsm.toml"
            )
            yield QualityNote("incidents are not named", "note", detail)
