"""Mailboxes join accounts, where they are one person's own; what they would join wrongly is told."""

import pandas as pd
import pytest

from vsm.people import Unclear, mailbox, mask_addresses, people_from_names
from vsm.tables import NAMES, conform


def named(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows, columns=["id", "name", "mailbox"]).assign(kind="account"), NAMES)


def test_a_shared_mailbox_joins_two_spellings_of_one_system() -> None:
    """One person with two names in Git; the tracker's account of the same mailbox gives the name."""
    names = named(("git:dev1", "dev1", "aa bb"), ("git:D. One", "D. One", "bb"), ("jira:7", "Dev One", "aa"))
    people = people_from_names(names, declared={}, team_of={})
    assert set(people.person_of.values()) == {"Dev One"}


def test_namesakes_with_one_mailbox_are_one_person() -> None:
    """Two accounts of one system with one name: told apart only where their mailboxes differ."""
    same = named(("jira:1", "dev", "aa"), ("jira:2", "dev", "aa"), ("git:dev", "dev", None))
    assert len(set(people_from_names(same, declared={}, team_of={}).person_of.values())) == 1


def test_a_mailbox_of_two_declared_persons_joins_nobody() -> None:
    """Both stay as declared; the third account that shares it is neither's."""
    names = named(("jira:1", "a", "aa"), ("jira:2", "b", "aa"), ("git:c", "c", "aa"))
    people = people_from_names(names, declared={"jira:1": "one", "jira:2": "two"}, team_of={})
    assert people.person_of == {"jira:1": "one", "jira:2": "two", "git:c": "c"}
    assert people.unclear == (Unclear("mailbox", ("git:c", "jira:1", "jira:2")),)


def test_a_namesake_of_a_declared_person_is_not_that_person() -> None:
    """Its system already has an account of that person: it might be somebody else."""
    names = named(("jira:1", "x", None), ("jira:2", "Dev One", None))
    people = people_from_names(names, declared={"jira:1": "Dev One"}, team_of={})
    assert people.person_of == {"jira:1": "Dev One", "jira:2": "Dev One (jira:2)"}
    assert people.unclear == (Unclear("name", ("jira:1", "jira:2"), "dev one"),)


def test_a_bot_that_uses_a_persons_mailbox_is_not_that_person() -> None:
    """Whoever set it up gave an own address."""
    names = named(("git:dev", "dev", "aa"), ("git:shop-bot", "shop-bot", "aa"))
    people = people_from_names(names, declared={}, team_of={"shop-bot": "web"})
    assert people.person_of == {"git:dev": "dev", "git:shop-bot": "shop-bot"}
    assert people.bots == {"shop-bot"}
    assert (people.persons, dict(people.teams.team_of)) == (["dev"], {})


def test_the_workflow_file_says_who_is_a_bot() -> None:
    """It wins over what the names suggest, in both directions."""
    names = named(("git:shop-bot", "shop-bot", None), ("git:dev", "dev", None))
    said = {"shop-bot": False, "dev": True}
    assert people_from_names(names, declared={}, team_of={}, bots=said).bots == {"dev"}


@pytest.mark.parametrize(
    "address",
    ["", "noreply@github.com", "dev@users.noreply.github.com", "root@localhost", "dev@mac.local",
     "dev@host.(none)", "info@example.org", "dev@host"],
)  # fmt: skip
def test_addresses_that_are_nobodys_own_have_no_digest(address: str) -> None:
    """They would join strangers."""
    assert mailbox(address, key=b"k") is None


def test_digests_depend_on_the_key_and_not_on_case() -> None:
    """GitHub's private address with an account's number is one person's own."""
    private = "1234+dev@users.noreply.github.com"
    assert mailbox(private, key=b"k") == mailbox(private.upper(), key=b"k")
    assert mailbox(private, key=b"k") != mailbox(private, key=b"l")


def test_masks_keep_no_address() -> None:
    """The part before the @ stays, so that a person is still recognised; equal addresses stay equal."""
    assert "@" not in mask_addresses("Dev <dev@example.org>")
    assert mask_addresses("git:dev@example.org") != mask_addresses("git:dev@example.com")
