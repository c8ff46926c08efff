"""What does the sample's vsm.toml say? The same stages and people as the plan, in the workflow's words."""

from typing import Final

from vsm.sample import plan
from vsm.sample.bodies import account_id

HEAD: Final = """\
# How the sample's small business works, told to vsm. A good place to begin one's own file:
# every status of the tracker belongs to one stage, and stages stand in the order of the stream.
#
#   kind        queue: nobody works on it; work; outside: waits for somebody outside; done
#   statuses    by id (jira:7), which survives renaming, or by name
#   team        who takes the ticket up (queue) or works on it (work)
#   discipline  what kind of work it is; without it, the team counts
#   batch       tickets leave together on purpose, so that is no clean-up

[stream]
name = "Shop"
calendar = "office"

[privacy]
fewest_people = 2  # everybody here is invented; of a real business leave this out: it is 3
"""
OPENS: Final = min(person.opens for person in plan.PEOPLE)
CLOSES: Final = max(person.closes for person in plan.PEOPLE)
OFFICE: Final = f"""\
# When people work, by the local clock; this office closes on no holiday.

[[calendar]]
name = "office"
zone = "{plan.ZONE.key}"
hours = ["{OPENS:02}:00-{CLOSES:02}:00"]
"""
EXPERIMENTS: Final = f"""\
# What the team tried, and when; vsm says whether the data show that it helped.

[[experiment]]
name = "A second tester until 13:00"
since = {plan.IMPROVED}
stage = "{plan.QA.queue}"
expect = "shorter"
change = "Somebody of development tests in the morning."
"""
AIMS: Final = f"""\
# Which releases failed, and what work serves.

[delivery]
incident_labels = ["{plan.INCIDENT}"]

[alignment]
unplanned = ["Bug"]

[alignment.objectives]
"Sell more" = ["component:shop front"]
"Fewer calls" = ["component:orders", "component:accounts"]
"Less work behind the counter" = ["component:back office"]
"""
STAGES: Final = (
    ("Reported", "queue", "support", ""),
    ("In triage", "work", "support", "support"),
    ("Waiting for customer", "outside", "support", ""),
    ("Ready for development", "queue", "development", ""),
    ("In development", "work", "development", "development"),
    ("Waiting for approval", "queue", "development", ""),
    ("In approval", "work", "development", "approval"),
    ("Waiting for QA", "queue", "quality", ""),
    ("In QA", "work", "quality", "quality"),
    ("Waiting for release", "queue", "development", ""),
    ("Done", "done", "", ""),
)


def sample_workflow() -> str:
    """How does the sample's team work? The text of its vsm.toml.

    Examples
    --------
    >>> from vsm.config import parse_workflow
    >>> parse_workflow(sample_workflow()).order["Waiting for QA"]
    7
    """
    stages = [_stage(*stage) for stage in STAGES]
    teams = [
        "# Who belongs together, by the names of persons below.\n",
        *(_team(team) for team in plan.TEAMS),
    ]
    persons = ["# Which accounts are one person, in Jira and in Git.\n"]
    persons += [_person(person.name) for person in plan.PEOPLE]
    return "\n".join([HEAD, OFFICE, *stages, *teams, *persons, AIMS])


def _stage(name: str, kind: str, team: str, discipline: str) -> str:
    lines = [
        "[[stage]]",
        f'name = "{name}"',
        f'kind = "{kind}"',
        f'statuses = ["jira:{plan.STATUSES[name][0]}"]',
    ]
    lines += [f'team = "{team}"'] if team else []
    lines += [f'discipline = "{discipline}"'] if discipline else []
    lines += ["batch = true"] if name == plan.SHELF else []
    return "\n".join([*lines, ""])


def _team(name: str) -> str:
    members = ", ".join(f'"{person.name}"' for person in plan.PEOPLE if person.team == name)
    return f'[[team]]\nname = "{name}"\nmembers = [{members}]\n'


def _person(name: str) -> str:
    return f'[[person]]\nname = "{name}"\naccounts = ["jira:{account_id(name)}", "git:{name}"]\n'


def sample_experiments() -> str:
    """What did the sample's team try? The text of its experiments.toml.

    Examples
    --------
    >>> "since = 2025-09-08" in sample_experiments()
    True
    """
    return EXPERIMENTS
