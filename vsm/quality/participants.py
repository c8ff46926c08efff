"""Checks of people: whom nobody could tell apart, and who was taken for a bot."""

from collections.abc import Iterator
from typing import Final

from vsm.eventlog.log import QualityNote
from vsm.people import People, Unclear

SHOWN: Final = 8


def check_people(people: People) -> list[QualityNote]:
    """What about persons could not be told, and who was taken for a bot?

    Examples
    --------
    >>> people = People({"git:ci-bot": "ci-bot"}, bots=frozenset({"ci-bot"}))
    >>> print(check_people(people)[0].detail)
    taken for bots, whose deeds are nobody's work: git:ci-bot; say bot = false in the [[person]] that is none
    """
    doubts = [_doubt(unclear) for unclear in people.unclear]
    bots = sorted(account for account, person in people.person_of.items() if person in people.bots)
    if bots:
        detail = (
            f"taken for bots, whose deeds are nobody's work: {_several(bots)}; "
            "say bot = false in the [[person]] that is none"
        )
        doubts.append(QualityNote("bots", "note", detail))
    return doubts


def _doubt(unclear: Unclear) -> QualityNote:
    accounts = _several(unclear.accounts)
    match unclear.about:
        case "name":
            detail = (
                f"{accounts} bear one name and share no mailbox; they are kept apart: declare a [[person]]"
            )
            return QualityNote("ambiguous name", "warning", detail)
        case "mailbox":
            detail = f"{accounts} share a mailbox, but persons are declared apart; it joins nobody"
            return QualityNote("ambiguous mailbox", "warning", detail)
    detail = f"patterns put {accounts} into {unclear.word}; none was taken: name a member or a [[membership]]"
    return QualityNote("ambiguous team", "warning", detail)


def _several(accounts: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    known = list(accounts)
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return ", ".join(known[:SHOWN]) + more
