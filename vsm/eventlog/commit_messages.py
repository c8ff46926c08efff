"""What commit messages refer to: branch, pull request, reverted and picked commits, and people who helped.

What Git knows as trailers, and what people write instead: a line "Reviewers: A, B" is no trailer to Git, and
is the commonest of all in some projects (86 % of Apache Kafka's commits).
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

JOINT: Final = "; "
ROLES: Final = {
    "co-authored-by": "coauthors",
    "reviewed-by": "reviewers",
    "reviewer": "reviewers",
    "reviewers": "reviewers",
    "signed-off-by": "signers",
}

_OPENINGS: Final = frozenset({"Merg", "Reve", "Pull"})
_BRANCH: Final = (
    re.compile(r"^Merge (?:remote-tracking )?branch(?:es)? '([^']+)'"),
    re.compile(r"^Merge pull request #\d+ from [^\s/:]+[/:](\S+)"),
    re.compile(r"^Merge pull request #\d+ in \S+ from (\S+)"),
    re.compile(r"^Merged in (\S+)"),
    re.compile(r"^Merge (?:commit )?'?(\S+?)'? into \S+$"),
)
_PULL: Final = (
    re.compile(r"^Merge pull request #(\d+)"),
    re.compile(r"\(pull request #(\d+)\)"),
    re.compile(r"^(?:Merged PR|Pull request #)\s*(\d+):"),
    re.compile(r"\(#(\d+)\)\s*$"),
)
_GITLAB: Final = re.compile(r"(?m)^See merge request \S*!(\d+)\s*$")
_REVERTED: Final = re.compile(r"[Rr]everts commit ([0-9a-f]{7,64})")
_REVERTED_SUBJECT: Final = re.compile(r'^Revert "(.+)"$')
_PICKED: Final = re.compile(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")
_PERSON: Final = re.compile(r"\s*([^<>,;]*?)\s*(?:<([^<>]*)>)?\s*(?:[,;]|$)")


People = Mapping[str, tuple[tuple[str, str], ...]]
NOBODY: Final[People] = {}


class CommitRefs(NamedTuple):
    """What one message refers to; people are (name, mail address)."""

    branch: str | None = None
    pull: str | None = None
    reverts: tuple[str, ...] = ()
    reverted_subject: str | None = None
    picked: str | None = None
    people: People = NOBODY


def refs_of_messages(messages: Iterable[str]) -> dict[int, CommitRefs]:
    r"""Give what messages refer to.

    Parameters
    ----------
    messages
        Whole messages; the first line is the subject.

    Returns
    -------
    dict
        By the message's number, from 0; messages that refer to nothing are left out. ``branch`` is the one
        that a merge brought in, without its remote; ``pull`` the number of a pull or merge request as GitHub,
        GitLab, Bitbucket and Azure write it; ``reverts`` hashes, whole or abbreviated; ``reverted_subject``
        that of what is reverted; ``people`` by role: coauthors, reviewers, signers.

    Examples
    --------
    >>> message = "Merge pull request #7 from shop/AB-1-pay\n\nReviewed-by: dev-2 <d@x>"
    >>> refs = refs_of_messages(["Tidy up", message])[1]
    >>> refs.branch, refs.pull, refs.people
    ('AB-1-pay', '7', {'reviewers': (('dev-2', 'd@x'),)})
    """
    parts = (message.partition("\n") for message in messages)
    return {
        number: _refs(subject, body)
        for number, (subject, _, body) in enumerate(parts)
        if subject[:4] in _OPENINGS or "(#" in subject or (body and _helped(body)) or "commit " in body
    }


def _refs(subject: str, body: str) -> CommitRefs:
    reverted = _REVERTED_SUBJECT.match(subject) if subject.startswith("Revert") else None
    # A pull request's title that merely begins with "Merge" names no branch.
    merges = (form.match(subject) for form in _BRANCH) if subject.startswith("Merge") else ()
    return CommitRefs(
        branch=next((merge[1].removeprefix("origin/") for merge in merges if merge), None),
        pull=_pull(subject, body),
        reverts=tuple(dict.fromkeys(_REVERTED.findall(body))) if "everts commit" in body else (),
        reverted_subject=reverted[1] if reverted else None,
        picked=_last(_PICKED, body) if "cherry picked" in body else None,
        people=_people(body) if _helped(body) else NOBODY,
    )


def _helped(body: str) -> bool:
    """Whether trailers may name people. Plain searches: this is asked of every commit."""
    return "-by:" in body or "-By:" in body or "eviewer" in body


def _pull(subject: str, body: str) -> str | None:
    if "#" in subject or subject.startswith("Merged PR"):
        found = next((match[1] for form in _PULL if (match := form.search(subject))), None)
        if found:
            return found
    return _last(_GITLAB, body) if "merge request" in body else None


def _last(form: re.Pattern[str], text: str) -> str | None:
    matches = form.findall(text)
    return matches[-1] if matches else None


def _people(body: str) -> People:
    """Read trailers wherever they stand; each person once in a role."""
    named: dict[str, tuple[tuple[str, str], ...]] = {}
    for line in body.split("\n"):
        word, _, text = line.partition(":")
        role = ROLES.get(word.strip().lower())
        if role and (people := _persons(text)):
            named[role] = tuple(dict.fromkeys(named[role] + people)) if role in named else people
    return named


@lru_cache(maxsize=4096)
def _persons(text: str) -> tuple[tuple[str, str], ...]:
    """Give name and address of each; the same few people stand in thousands of messages."""
    return tuple(dict.fromkeys(person for person in _PERSON.findall(text) if person[0]))
