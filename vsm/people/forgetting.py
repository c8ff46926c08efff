"""Persons who are to be forgotten: their names and accounts give way in raw documents, now and later.

What is remembered of them is keyed digests of words: whoever has the work folder's secret can still find out
by trial whether a name is among them, and nobody else can.
"""

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final

from vsm.people.accounts import mailbox
from vsm.people.contacts import ADDRESS
from vsm.people.free_text import SpellingTree
from vsm.people.spellings import Spelling, spellings, words_of

_DIGEST: Final = re.compile("~[0-9a-f]{6}$")
_BESIDE: Final = (
    ("author", "author_mail"),
    ("committer", "committer_mail"),
    *((name, "emailAddress") for name in ("accountId", "name", "key", "displayName")),
)
"""Fields of Jira and Git that name somebody, with those that hold the address."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """One person who is to be forgotten.

    Attributes
    ----------
    instead
        What stands in place of each name and account, a random word.
    spellings
        Ways to write them, with digests for words.
    addresses
        Digests of mail addresses.
    """

    instead: str
    spellings: tuple[Spelling, ...]
    addresses: frozenset[str]


@dataclass(frozen=True)
class Refusals:
    """Everybody who is to be forgotten, and raw documents that were too old.

    Attributes
    ----------
    key
        Secret of the work folder.
    documents
        Digests of documents, by source, id and content: the same content is refused, a changed one is not.

    Examples
    --------
    >>> names, addresses = ["Ann Lee", "jira:alee"], ["ann@example.org"]
    >>> who = forgotten_person(names, addresses, others=[], key=b"k", instead="nobody-1")
    >>> Refusals(b"k", (who,)).body({"name": "alee", "text": "Lee, Ann (ann@example.org) and Bo"})
    {'name': 'nobody-1', 'text': 'nobody-1 (nobody-1@forgotten.invalid) and Bo'}
    """

    key: bytes = field(repr=False)
    people: tuple[Forgotten, ...] = ()
    documents: frozenset[str] = frozenset()

    @cached_property
    def _tree(self) -> SpellingTree:
        tree = SpellingTree(lru_cache(1 << 18)(lambda word: digest_of(word, key=self.key)))
        for person in self.people:
            for spelling in person.spellings:
                tree.add(spelling, person.instead)
        return tree

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return {digest: person.instead for person in self.people for digest in person.addresses}

    @cached_property
    def _written_beside(self) -> re.Pattern[str]:
        """``nobody-1 <any address>``, as helpers stand in messages of commits."""
        words = "|".join(re.escape(person.instead) for person in self.people)
        return re.compile(rf"({words})(\s*<\s*){ADDRESS.pattern}", re.IGNORECASE)

    def text(self, text: str) -> str:
        """Give a text in which nobody is named who is to be forgotten."""
        if not self.people:
            return text

        def address(match: re.Match[str]) -> str:
            instead = self._addresses.get(digest_of(match[0].casefold(), key=self.key))
            return f"{instead}@forgotten.invalid" if instead else match[0]

        plain = self._tree.replaced(ADDRESS.sub(address, text) if "@" in text else text)
        return self._written_beside.sub(r"\1\2\1@forgotten.invalid", plain) if "@" in plain else plain

    def body(self, body: Any) -> Any:
        """Give a document's body in which nobody is named who is to be forgotten; pictures of them go."""
        if isinstance(body, str):
            return self.text(body)
        if isinstance(body, list):
            return [self.body(part) for part in body]
        if not isinstance(body, dict):
            return body
        plain = {self.text(str(name)): self.body(part) for name, part in body.items()}
        for name, mail in _BESIDE:
            if plain.get(name) != body.get(name) and mail in plain:
                plain[mail] = self._address(body[name], plain[name], plain[mail])
        about = [name for name in ("accountId", "name", "key", "displayName") if name in body]
        if "avatarUrls" in plain and any(plain.get(name) != body[name] for name in about):
            plain["avatarUrls"] = {}
        return plain

    def _address(self, before: Any, after: Any, mail: Any) -> Any:
        """Give what stands in place of an address, or of each in a list, beside whom a name was changed."""
        if isinstance(mail, list) and isinstance(before, list):
            return [self._address(*one) for one in zip(before, after, mail, strict=True)]
        who = next((one.instead for one in self.people if before != after and one.instead in after), None)
        return f"{who}@forgotten.invalid" if who and mail else mail

    @cached_property
    def _before(self) -> tuple["Refusals", ...]:
        """What was to be forgotten before each person was."""
        return tuple(Refusals(self.key, self.people[:number]) for number in range(1, len(self.people)))

    def versions(self, body: Any) -> Iterator[Any]:
        """Give a body as each person forgotten in turn left it; the last one is for today.

        Where no document was removed for its age, that is the only one.
        """
        for earlier in self._before if self.documents else ():
            yield earlier.body(body)
        yield self.body(body)

    def refuses(self, source: str, id_: str, texts: Iterable[bytes]) -> bool:
        """Whether this document was removed for its age, with one of these contents."""
        digests = (hashlib.sha256(text).hexdigest() for text in texts if self.documents)
        return any(document_digest(source, id_, one, key=self.key) in self.documents for one in digests)


def digest_of(word: str, *, key: bytes) -> str:
    """Give a keyed digest of a word, 24 hex digits."""
    return hmac.new(key, b"forgotten\0" + word.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:24]


def document_digest(source: str, id_: str, digest: str, *, key: bytes) -> str:
    """Give a keyed digest of a document as it is."""
    return digest_of(f"{source}\0{id_}\0{digest}", key=key)


def forgotten_person(
    names: Iterable[str], addresses: Iterable[str], *, others: Iterable[str], key: bytes, instead: str
) -> Forgotten:
    """Give what is to be remembered of somebody.

    Parameters
    ----------
    names
        Names and accounts (``jira:5b10``), as known.
    others
        Names of everybody else: a spelling that is theirs as well stays, and so does a shared surname alone.
    """
    theirs, words_of_theirs = set[tuple[str, ...]](), set[str]()
    for name in others:
        theirs |= {one.words for one in spellings(name)}
        words_of_theirs |= set(words_of(name))
    found: dict[tuple[str, ...], Spelling] = {}
    for name in names:
        for one in _spellings_of(name):
            shared = one.rank and (
                one.words in theirs or (one.rank == 2 and one.words[-1] in words_of_theirs)
            )
            if not shared and (one.words not in found or one.rank < found[one.words].rank):
                found[one.words] = one
    hidden = tuple(
        one._replace(words=tuple(digest_of(word, key=key) for word in one.words)) for one in found.values()
    )
    return Forgotten(instead, hidden, frozenset(digest_of(one.casefold(), key=key) for one in addresses))


def _spellings_of(name: str) -> Iterator[Spelling]:
    """Give the spellings of a name, or of an account's id as it stands in addresses of the web."""
    system, colon, rest = name.partition(":")
    plain = _DIGEST.sub("", rest if colon and system.isalpha() else name)
    yield from spellings(plain)
    for part in {plain, plain.rpartition(":")[2]}:
        words = words_of(part)
        if len(words) > 1 or sum(map(len, words)) > 2:
            yield Spelling(words, 0)
            yield Spelling((f"3a{words[0]}", *words[1:]), 0)


def addresses_of(body: Any, *, refusals: Refusals, boxes: Collection[str]) -> set[str]:
    """Find the mail addresses in a document that are somebody's who is to be forgotten.

    They stand beside a name or account of theirs, or are of one of their mailboxes, as NAMES has them.
    """
    if isinstance(body, str):
        addresses = ADDRESS.findall(body) if "@" in body else []
        return {one for one in addresses if mailbox(one, key=refusals.key) in boxes}
    if isinstance(body, list):
        return set[str]().union(*(addresses_of(part, refusals=refusals, boxes=boxes) for part in body))
    if not isinstance(body, dict):
        return set()
    texts = {name: part for name, part in body.items() if isinstance(part, str)}
    found = {
        texts[mail]
        for name, mail in _BESIDE
        if texts.get(name) and texts.get(mail) and refusals.text(texts[name]) != texts[name]
    }
    return found.union(*(addresses_of(part, refusals=refusals, boxes=boxes) for part in body.values()))
