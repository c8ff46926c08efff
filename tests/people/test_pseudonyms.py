"""Pseudonyms: keyed, stable, different for different persons."""

from vsm.people import Wording, pseudonyms_of
from vsm.people.pseudonyms import pseudonym


def test_pseudonyms_depend_on_the_key_alone() -> None:
    """The same in every run, whoever else is there."""
    one = pseudonyms_of(["a", "b"], person_of={}, shown=(), key=b"k")
    two = pseudonyms_of(["b"], person_of={}, shown=(), key=b"k")
    assert one.person("b") == two.person("b") == pseudonym("b", key=b"k")
    assert one.person("b") != pseudonyms_of(["b"], person_of={}, shown=(), key=b"l").person("b")


def test_those_who_would_be_called_alike_both_get_longer_names() -> None:
    """Six letters are the same for a and b, so both have eight; c keeps six."""

    def naming(name: str, *, key: bytes, length: int) -> str:
        return "P-" + ("x" if name in "ab" else "y") * 6 + name * (length - 6)

    called = pseudonyms_of(["a", "b", "c"], person_of={}, shown=(), key=b"", naming=naming).called
    assert called == {"a": "P-xxxxxxaa", "b": "P-xxxxxxbb", "c": "P-yyyyyy"}


def test_bots_keep_their_names_and_unknown_accounts_do_not() -> None:
    """An account that nobody has heard of may be a person's."""
    called = pseudonyms_of(["a"], person_of={"git:ci-bot": "ci-bot"}, shown=["ci-bot"], key=b"k")
    assert called.account("git:ci-bot") == "git:ci-bot"
    assert called.account("jira:77") == "jira:" + pseudonym("jira:77", key=b"k")


def test_ordinary_words_stay() -> None:
    """Somebody is called Long; a long wait stays long."""
    wording = Wording({"long": "P-1", "jira:5": "jira:P-2", "Dev 1": "P-3"})
    assert wording.of("a long wait of jira:5 and jira:55, Dev 1's 'long'") == (
        "a long wait of jira:P-2 and jira:55, P-3's 'P-1'"
    )
