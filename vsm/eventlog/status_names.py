"""What the names of resolutions and statuses say, in any language that the lists of words know."""

from functools import cache
from typing import Final, NamedTuple

from vsm.people.spellings import words_of
from vsm.tables import OUTCOME_WORDS, STATUS_WORDS

_APOSTROPHES: Final = str.maketrans("", "", "'’‘ʼ`´")


class NameKind(NamedTuple):
    """The kind of stage that a status' name suggests, and whether tickets are held up there."""

    kind: str
    blocked: bool = False


@cache
def kind_from_name(name: str, filed: str | None = None) -> NameKind | None:
    """Give what the name of a status says of its kind; None where the lists of words do not know it.

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
    if "finished" in says or says_discarded(name) or any(p in plain for p in outcome_phrases("done")):
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
    >>> [says_discarded(name) for name in ("Won’t Do", "Closed - DUPLICATE", "Wird nicht behoben", "Fixed")]
    [True, True, True, False]
    """
    plain = plain_words(name)
    return any(phrase in plain for phrase in outcome_phrases("discarded"))


@cache
def outcome_phrases(section: str) -> frozenset[str]:
    """Give the plain words of a section of the words on outcomes, in all languages."""
    return frozenset(plain_words(name) for names in OUTCOME_WORDS[section].values() for name in names)


def _says(section: str, plain: str) -> bool:
    whole, beginnings, parts = _phrases(section)
    return plain in whole or plain.startswith(beginnings) or any(phrase in plain for phrase in parts)


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
