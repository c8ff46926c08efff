"""How a name may be written: its spellings, as sequences of folded words."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

Words = tuple[str, ...]
ORDINARY: Final = frozenset(
    word
    for line in Path(__file__).with_name("ordinary_words.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
"""Words of everyday language that are names as well."""
SHORTEST_LOGIN: Final = 5
"""Single words shorter than this are too often something else to be taken for a login."""

_DENSE: Final = (  # scripts that put no blank between words: each character is a word of its own
    "\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U000323af"
)
DENSE: Final = re.compile(f"[{_DENSE}]+")
_DROPPED: Final = re.compile("[\u0300-\u036f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "å": "aa"})
_ASIDE: Final = re.compile(r"\([^)]*\)?|\[[^\]]*\]?|\{[^}]*\}?|（[^）]*）?|\s[-–—|/@•]\s.*|[|/@].*")
_ASCII_WORD: Final = re.compile("[a-z0-9]+")
_TITLES: Final = frozenset((
    "dr", "prof", "mr", "mrs", "ms", "miss", "mx", "sir", "herr", "frau", "hr", "fr", "dipl", "ing",
    "inz", "mgr", "jr", "sr", "ii", "iii", "iv", "phd", "md", "dds", "dvm", "bsc", "msc", "ba", "ma",
    "mba", "beng", "meng", "bed", "univprof", "mag", "m", "mme", "mlle", "dott", "sig", "sra", "srta",
    "don", "dona", "pan", "pani", "lic", "rer", "nat", "med", "habil",
))  # fmt: skip
_PARTICLES: Final = frozenset((
    "de", "del", "della", "di", "da", "do", "dos", "das", "du", "la", "le", "las", "los", "van", "von",
    "der", "den", "ten", "ter", "zu", "zum", "zur", "af", "av", "al", "el", "bin", "ibn", "ben", "y",
    "e", "i",
))  # fmt: skip
_PATRONYMIC: Final = re.compile("(?:вич|вна|ична|вны|ич)$")
_ROLES: Final = re.compile(
    "admin(?:istrator)?|agents?|analyst|anonymous|automation|build(?:er)?|client|contact|customers?|"
    "deploy(?:er)?|designer|developers?|editor|guest|jenkins|manager|nobody|owner|release|reporter|robot|service|"
    "support|system|testers?|unassigned|unknown"
)


@lru_cache(maxsize=1)
def word_pattern() -> re.Pattern[str]:
    """Give the pattern of a word; it takes a fiftieth of a second to make.

    Combining marks, and characters that are not seen, are parts of the word before them.

    Examples
    --------
    >>> word_pattern().findall("Ann Löwenhaupt, 李雷")
    ['Ann', 'Löwenhaupt', '李', '雷']
    """
    joined = "".join(
        re.escape(chr(code))
        for code in range(0xAD, 0xFF00)
        if unicodedata.category(chr(code)) in ("Mn", "Mc", "Cf")
    )
    return re.compile(rf"[{_DENSE}]|[^\W_{_DENSE}](?:[^\W_{_DENSE}]|[{joined}])*")


class Spelling(NamedTuple):
    """One way to write a name.

    ``rank`` is 0 for the name itself, 1 for another form of it, 2 for the surname alone. With ``capitals`` it
    counts only where each of its words begins with a capital letter; with ``initials`` its single letters are
    abbreviations, and count where they are written as such.
    """

    words: Words
    rank: int
    capitals: bool = False
    initials: bool = False


@lru_cache(1 << 16)
def folded(word: str) -> str:
    """Give a word without case, accents, width and characters that are not seen.

    Examples
    --------
    >>> folded("JOSÉ"), folded("Jose\u0301"), folded("Łukasz"), folded("Ｓtraße")
    ('jose', 'jose', 'lukasz', 'strasse')
    """
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word).casefold()
    return _DROPPED.sub("", unicodedata.normalize("NFKD", plain)).translate(_LETTERS)


def words_of(text: str) -> Words:
    """Give the folded words of a text."""
    if text.isascii():
        return tuple(_ASCII_WORD.findall(text.lower()))
    return tuple(filter(None, map(folded, word_pattern().findall(unicodedata.normalize("NFC", text)))))


def is_role(word: str) -> bool:
    """Whether a folded word says what somebody does, rather than who it is."""
    return bool(_ROLES.fullmatch(word))


def spellings(name: str) -> Iterator[Spelling]:
    """Give the ways in which a known name or login may be written.

    Examples
    --------
    >>> " | ".join(" ".join(one.words) for one in spellings("Ann Lee (QA)"))
    'ann lee | lee ann | a lee | lee a | l ann | ann l | annlee | leeann | lee'
    """
    seen = set[Words]()
    for form in dict.fromkeys((name, name.translate(_UMLAUTS))):
        for one in _spellings(form):
            if one.words not in seen:
                seen.add(one.words)
                words = [word for word in one.words if len(word) > 1]
                yield one._replace(capitals=one.capitals or all(word in ORDINARY for word in words))


def _spellings(name: str) -> Iterator[Spelling]:
    parts = _parts(name)
    if len(parts) == 1:
        yield from _of_single(parts[0])
    if len(parts) < 2:
        return
    whole = [words_of(part) for part in parts]
    tight = [
        words if DENSE.match(part) else ("".join(words),) for part, words in zip(parts, whole, strict=True)
    ]
    yield Spelling(_flat(*whole), 0)
    for several in (whole, tight):
        for order in _orders(several):
            yield Spelling(_flat(*order), 1)
    dense = bool(DENSE.match(parts[0]))
    cased = parts[0].upper() != parts[0].lower()
    if cased and not dense:
        yield from (Spelling(words, 1, initials=True) for words in _with_initials(whole))
        yield from (Spelling((word,), 1) for word in _logins(tight) if _is_login(word))
    yield from _alone(parts, whole, tight)


def _parts(name: str) -> list[str]:
    """Give the parts of a name, given name first, without titles and what stands in brackets."""
    plain = _ASIDE.sub(" ", unicodedata.normalize("NFC", name))
    plain = " ".join(plain.split()) or name
    surname, _, given = (part.strip() for part in re.sub("[，、]", ",", plain).partition(","))
    given = " ".join(part for part in given.replace(",", " ").split() if not _is_title(part))
    parts = [part for part in f"{given} {surname}".split() if words_of(part)]
    while len(parts) > 2 and _is_title(parts[0]):
        parts = parts[1:]
    while len(parts) > 2 and _is_title(parts[-1]):
        parts = parts[:-1]
    return parts


def _is_title(part: str) -> bool:
    return "".join(words_of(part)) in _TITLES


def _of_single(name: str) -> Iterator[Spelling]:
    """Give what a single word, such as a login, is written as."""
    words = words_of(name)
    if DENSE.fullmatch(name):
        if len(words) > 1 and name not in ORDINARY:
            yield Spelling(words, 0)
            yield from (Spelling(words[cut:] + words[:cut], 1) for cut in (1, 2) if cut < len(words) < 5)
    elif len(words) == 1:
        if _is_login(words[0]):
            yield Spelling(words, 0)
    elif sum(map(len, words)) >= SHORTEST_LOGIN and re.search(r"[^\W\d]", name):
        yield Spelling(words, 0)
        if len(words) == 2 and all(word.isalpha() and len(word) > 1 for word in words):
            yield Spelling(words[::-1], 1)


def _is_login(word: str) -> bool:
    letters = any(mark.isalpha() for mark in word)
    return len(word) >= SHORTEST_LOGIN and letters and not is_role(word) and word not in ORDINARY


def _orders(parts: list[Words]) -> Iterator[list[Words]]:
    """Give the name in other orders, and without some of its middle."""
    yield parts
    for cut in range(1, len(parts)):
        given, surname = parts[:cut], parts[cut:]
        yield surname + given
        if len(parts) > 2:
            yield parts[:1] + surname
            yield surname + parts[:1]
            yield from (part for part in (given, surname) if len(part) > 1)
            yield parts[1 : cut + 1] + parts[:1]


def _with_initials(parts: list[Words]) -> Iterator[Words]:
    particles = next((n for n in range(1, len(parts)) if "".join(parts[n]) in _PARTICLES), len(parts) - 1)
    for others, name in (
        (parts[:-1], parts[-1:]),
        (parts[:particles], parts[particles:]),
        (parts[1:], parts[:1]),
    ):
        initials = tuple(word[0] for part in others for word in part)
        joined, last = ("".join(initials),), (others[-1][0][0],)
        for short in dict.fromkeys((initials[:1], last, initials[:2], initials, joined)):
            yield short + _flat(*name)
            yield _flat(*name) + short
    yield from (parts[0] + tuple(p[0][0] for p in parts[1:-1]) + parts[-1] for _ in parts[2:3])


def _logins(tight: list[Words]) -> Iterator[str]:
    first, last = tight[0][0], tight[-1][0]
    yield from (first + last, last + first, first[0] + last, last + first[0])
    yield from ("".join(_flat(*tight)), first[0] + "".join(_flat(*tight[1:])))


def _alone(parts: list[str], whole: list[Words], tight: list[Words]) -> Iterator[Spelling]:
    """Give the surname alone: the last part, but the first where East Asia or a patronymic says so."""
    dense = bool(DENSE.match(parts[0])) and not re.match("[\u0e00-\u11ff\u1780-\u17ff]", parts[0])
    at = 0 if dense or _PATRONYMIC.search(parts[-1].casefold()) else -1
    pieces = [words_of(piece) for piece in parts[at].split("-")] if "-" in parts[at] else []
    for words in (whole[at], tight[at], *pieces):
        joined = "".join(words)
        least = (3 if re.match("[\u3041-\u30ff]", joined) else 2) if dense else 3
        if len(joined) >= least and joined not in ORDINARY and not is_role(joined):
            yield Spelling(words, 2, capitals=not dense and len(joined) == 3)


def _flat(*parts: Words) -> Words:
    return tuple(word for part in parts for word in part)
