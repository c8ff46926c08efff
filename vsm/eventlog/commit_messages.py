"""What does a commit's message tell beyond its text? Branch, pull request, what it takes back, who helped.

What Git knows as trailers, and what people write instead: a line "Reviewers: A, B" is no trailer to Git, and
is the commonest of all in some projects (86 % of Apache Kafka's commits).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

JOINT: Final = "; "
ROLES: Final = {
    "co-authored-by": "coauthors",
    "reviewed-by": "reviewers",
    "reviewer": "reviewers",
    "reviewers": "reviewers",
    "signed-off-by": "signers",
}

_WORTH: Final = re.compile(
    r"(?mi)^merge|^revert|^pull request|-by:|^reviewers?:|reverts commit|cherry picked|\(#\d"
)
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
_REVERTED: Final = re.compile(r"(?i)reverts commit ([0-9a-f]{7,64})")
_TAKEN_BACK: Final = re.compile(r'^Revert "(.+)"$')
_PICKED: Final = re.compile(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")
_TRAILER: Final = re.compile(rf"(?mi)^\s*({'|'.join(ROLES)})\s*:[ \t]*(\S.*)$")
_PERSON: Final = re.compile(r"\s*([^<>,;]*?)\s*(?:<([^<>]*)>)?\s*(?:[,;]|$)")


class Told(NamedTuple):
    """What does one message tell? Empty where it says nothing; people are (name, mail address)."""

    branch: str | None = None
    pull: str | None = None
    reverts: tuple[str, ...] = ()
    taken_back: str | None = None
    picked: str | None = None
    people: Mapping[str, tuple[tuple[str, str], ...]] = {}


NOTHING: Final = Told()


def told_by_messages(messages: Iterable[str]) -> list[Told]:
    r"""What do these messages tell?

    Parameters
    ----------
    messages
        Whole messages; the first line is the subject.

    Returns
    -------
    list
        ``branch`` is the one that a merge brought in, without its remote; ``pull`` the number of a pull or
        merge request as GitHub, GitLab, Bitbucket and Azure write it; ``reverts`` hashes, whole or
        abbreviated; ``taken_back`` the subject of what is reverted; ``people`` by role: coauthors,
        reviewers, signers.

    Examples
    --------
    >>> message = "Merge pull request #7 from shop/AB-1-pay\n\nReviewed-by: dev-2 <d@x>"
    >>> (told,) = told_by_messages([message])
    >>> told.branch, told.pull, told.people
    ('AB-1-pay', '7', {'reviewers': (('dev-2', 'd@x'),)})
    """
    return [_told(message) if _WORTH.search(message) else NOTHING for message in messages]


def _told(message: str) -> Told:
    subject, _, body = message.partition("\n")
    back = _TAKEN_BACK.match(subject)
    picked = _PICKED.findall(body)
    return Told(
        branch=_branch(subject),
        pull=next((found[1] for form in _PULL if (found := form.search(subject))), None)
        or _last(_GITLAB, body),
        reverts=tuple(dict.fromkeys(hash_.lower() for hash_ in _REVERTED.findall(body))),
        taken_back=back[1] if back else None,
        picked=picked[-1].lower() if picked else None,
        people=_people(body),
    )


def _last(form: re.Pattern[str], text: str) -> str | None:
    found = form.findall(text)
    return found[-1] if found else None


def _branch(subject: str) -> str | None:
    """Name the branch; a pull request's title that merely begins with "Merge" names none."""
    found = next((match[1] for form in _BRANCH if (match := form.match(subject))), None)
    return found.removeprefix("origin/") if found else None


def _people(body: str) -> dict[str, tuple[tuple[str, str], ...]]:
    named: dict[str, dict[tuple[str, str], None]] = {}
    for role, text in _TRAILER.findall(body):
        for name, address in _PERSON.findall(text):
            if name:
                named.setdefault(ROLES[role.lower()], {})[name, address] = None
    return {role: tuple(people) for role, people in named.items()}
