"""What the names of resolutions and statuses say, in any language that the lists of words know."""

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from vsm.people.spellings import words_of
from vsm.tables import NEGATION_WORDS, OUTCOME_WORDS, STATUS_WORDS

_APOSTROPHES: Final = str.maketrans("", "", "'’‘ʼ`´")


class NameKind(NamedTuple):
    """The kind of stage that a status' name suggests, and whether tickets are held up there."""

    kind: str
    blocked: bool = False


@cache
def kind_from_name(name: str, filed: str | None = None) -> NameKind | None:
    """Give what the name of a status says of its kind; None where the lists of words do not know it.

    What a name denies ("Not blocked", "Nicht fertig") it does not say, but that it waits.

    A status that is filed as not done is not done, whatever its name says: work on it is over, so it waits
    for what follows. So does one whose name says that a single step is over ("Dev done").

    Parameters
    ----------
    filed
        The kind by the tracker's category, if there is one.

    Examples
    --------
    >>> names = ("In Prüfung", "Warten auf QS", "En attente du client", "Hotovo", "Test beendet", "Stage 7")
    >>> [(said := kind_from_name(name)) and said.kind for name in names]
    ['work', 'queue', 'external', 'done', 'queue', None]
    >>> kind_from_name("Zablokowane"), kind_from_name("Resolved", filed="work")
    (NameKind(kind='queue', blocked=True), NameKind(kind='queue', blocked=False))
    """
    plain = plain_words(name)
    says = {section for section in STATUS_WORDS if _says(section, plain)}
    if "blocked" in says:
        return NameKind("queue", blocked=True)
    if "external" in says or says >= {"waiting", "party"}:
        return NameKind("external")
    if "waiting" in says:
        return NameKind("queue")
    if "finished" in says or says_discarded(name) or _affirmed(plain, outcome_phrases("done")):
        return NameKind("queue" if filed or "step" in says else "done")
    return NameKind("work") if says & {"step", "active"} else None


def plain_words(name: str) -> str:
    """Give a name's words without case, accents and punctuation, with a blank around each.

    Examples
    --------
    >>> plain_words("Won’t do: Überholt")
    ' wont do uberholt '
    """
    return f" {' '.join(words_of(name.translate(_APOSTROPHES)))} "


@cache
def says_discarded(name: str) -> bool:
    """Whether a resolution or a status is called like something that is not delivered.

    Examples
    --------
    >>> [says_discarded(name) for name in ("Won’t Do", "Closed - DUPLICATE", "Not a duplicate", "Fixed")]
    [True, True, False, False]
    """
    return _affirmed(plain_words(name), outcome_phrases("discarded"))


@cache
def says_undone(name: str) -> bool:
    """Whether a resolution denies that anything was done or delivered.

    Examples
    --------
    >>> [says_undone(name) for name in ("Not done", "Nicht behoben", "Done", "Not a duplicate")]
    [True, True, False, False]
    """
    plain, phrases = plain_words(name), outcome_phrases("done") | outcome_phrases("delivered")
    return any(phrase in plain for phrase in phrases) and not _affirmed(plain, phrases)


@cache
def says_delivered(name: str) -> bool:
    """Whether a resolution says that something came of it, or no more than that it is done."""
    return _affirmed(plain_words(name), outcome_phrases("delivered") | outcome_phrases("done"))


@cache
def outcome_phrases(section: str) -> frozenset[str]:
    """Give the plain words of a section of the words on outcomes, in all languages."""
    return frozenset(plain_words(name) for names in OUTCOME_WORDS[section].values() for name in names)


def _says(section: str, plain: str) -> bool:
    whole, beginnings, parts = _phrases(section)
    if plain in whole or plain.startswith(beginnings):
        return True
    # What denies that it waits, such as "Not ready", waits all the same.
    return any(phrase in plain for phrase in parts) if section == "waiting" else _affirmed(plain, parts)


def _affirmed(plain: str, phrases: Iterable[str]) -> bool:
    """Whether any of these phrases stands in a name where nothing denies it."""
    return any(phrase in plain and not _denied(plain, phrase) for phrase in phrases)


def _denied(plain: str, phrase: str) -> bool:
    """Whether a word before a phrase, or after it, turns it into its opposite wherever it stands."""
    before, after, between = (_negations(part) for part in ("before", "after", "between"))
    start = plain.find(phrase)
    while start >= 0:
        words = plain[: start + 1].split(" ")[:-1]
        while words and f" {words[-1]} " in between:
            words.pop()
        behind = plain[start + len(phrase) - 1 :]
        if not (any(f" {' '.join(words)} ".endswith(no) for no in before) or behind.startswith(after)):
            return False
        start = plain.find(phrase, start + 1)
    return True


@cache
def _negations(part: str) -> tuple[str, ...]:
    return tuple(plain_words(word) for words in NEGATION_WORDS[part].values() for word in words)


@cache
def _phrases(section: str) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Give a section's words as whole names, as beginnings, and as parts of names.

    The blanks around a word of a part say where it begins and ends; "*" takes one away.
    """
    sorts: dict[str, list[str]] = {"=": [], "^": [], "": []}
    for words in STATUS_WORDS[section].values():
        for word in words:
            plain = plain_words(word)
            plain = plain[word.startswith("*") : len(plain) - word.endswith("*")]
            sorts[word[0] if word[0] in sorts else ""].append(plain)
    return frozenset(sorts["="]), tuple(sorts["^"]), tuple(sorts[""])
