"""Links between tickets: sentences of the changelog that name a key."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from vsm.config.rules import sides_of_links
from vsm.eventlog.ticket_keys import Aliases, ticket_keys
from vsm.tables import among

KEY: Final = re.compile(
    r"(?<![A-Za-z0-9_-])([A-Za-z][A-Za-z0-9_]*-[0-9]+|[A-Za-z0-9_][A-Za-z0-9_.-]*#[0-9]+)(?![A-Za-z0-9_-])"
)
"""Of Jira (``ABC-7``), or of a project of a host of Git (``shop#7``)."""
BEGINNING: Final = re.compile(r"this (?:issue|work item|ticket|request) ")
"""How Jira begins the sentence; Cloud says "work item" since 2025. A translated Jira may say anything."""
COLUMNS: Final = ("ticket", "by", "name", "sort", "told_by", "at", "seq", "there", "detail")


class LinkSentence(NamedTuple):
    """A sentence about a link: the key it names, and the wording beside it, in small letters.

    ``whole``: that is the whole wording of the link, since the sentence began as Jira's sentences do.
    """

    key: str
    wording: str
    whole: bool = True


def parse_link(text: str) -> LinkSentence | None:
    """Give the key that a sentence names, and its wording; None where it names no key.

    Examples
    --------
    >>> parse_link("This issue is blocked by ABC-7")
    LinkSentence(key='ABC-7', wording='is blocked by', whole=True)
    >>> parse_link("This work item blocks abc-9")
    LinkSentence(key='ABC-9', wording='blocks', whole=True)
    """
    keys = list(KEY.finditer(text))
    if not keys:
        return None
    rest = small_letters(text[: keys[-1].start()] + text[keys[-1].end() :])
    whole = BEGINNING.match(rest) is not None
    return LinkSentence(keys[-1][1].upper(), BEGINNING.sub("", rest, count=1), whole)


def blocking_side(
    sentence: LinkSentence, *, sides: Mapping[str, tuple[int, bool]]
) -> tuple[int, bool] | None:
    """Give the sort of blocking link and whether it is the blocked end; None where no such link says this.

    A sentence that begins in an unknown way, such as a translated one, need only end with the wording.
    ``sides`` are those of ``vsm.config.rules.sides_of_links``.

    Examples
    --------
    >>> sides = {"blocks": (0, False), "wird blockiert durch": (1, True)}
    >>> blocking_side(parse_link("Dieser Vorgang wird blockiert durch AB-7"), sides=sides)
    (1, True)
    >>> blocking_side(parse_link("This issue no longer blocks AB-7"), sides=sides) is None
    True
    """
    if sentence.whole or sentence.wording in sides:
        return sides.get(sentence.wording)
    return sides.get(longest_ending(sentence.wording, sides))


def longest_ending(wording: str, wordings: Iterable[str]) -> str:
    """Give the longest of these wordings with which the wording ends; itself where it ends with none."""
    ends = [known for known in wordings if wording.endswith(f" {known}")]
    return max(ends, key=len, default=wording)


def blocking_sentences(
    events: pd.DataFrame, tickets: pd.DataFrame, *, links: Iterable[tuple[str, str]]
) -> pd.DataFrame:
    """Give the blocking links that were made and taken away, as either ticket tells it.

    ``links`` are pairs of wordings that mean a block, as ``vsm.config.Blocking`` holds them.

    Returns
    -------
    DataFrame
        One row per sentence: ``ticket`` (that is blocked), ``by`` (the ticket that blocks it; missing where
        the key is of none, or of several), ``name`` (ticket or key of what blocks it), ``sort`` (number of
        the sort of link), ``told_by``, ``at``, ``seq``, ``there`` (made, not taken away) and ``detail`` (the
        sentence). Where the blocked ticket is not known, there is no row.
    """
    rows, sides = _sentences(events), sides_of_links(links)
    meaning: dict[str, tuple[str, int, bool]] = {}
    for text in rows["detail"].unique():
        sentence = parse_link(text)
        if sentence and (side := blocking_side(sentence, sides=sides)):
            meaning[text] = (sentence.key, *side)
    rows = rows[among(rows["detail"], meaning)]
    told_by, meant = rows["told_by"].tolist(), [meaning[text] for text in rows["detail"].tolist()]
    others = _resolved(told_by, [key for key, _, _ in meant], events, tickets)
    # A sentence names the other ticket; which of the two is blocked depends on its wording.
    ends = [
        (teller, other, other or key) if blocked else (other, teller, teller)
        for teller, other, (key, _, blocked) in zip(told_by, others, meant, strict=True)
    ]
    words = {
        name: pd.array([end[side] for end in ends], dtype="str")
        for side, name in enumerate(("ticket", "by", "name"))
    }
    sort = np.array([sort for _, sort, _ in meant], dtype=np.int64)
    sentences = pd.DataFrame({**words, "sort": sort, **rows.reset_index(drop=True)})
    return sentences.loc[sentences["ticket"].notna(), list(COLUMNS)].reset_index(drop=True)


def link_wordings(events: pd.DataFrame, *, links: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Give the wordings of links, and which of them mean a block.

    Returns
    -------
    DataFrame
        One row per wording, the most frequent first: ``wording`` (in small letters; all of the sentence
        but the key where it begins in an unknown way), ``links`` (how often one was made),
        ``blocks`` (a flag).
    """
    rows, sides = _sentences(events), sides_of_links(links)
    sentences = (parse_link(text) for text in rows.loc[rows["there"], "detail"])
    wordings = [(one.wording, blocking_side(one, sides=sides) is not None) for one in sentences if one]
    table = pd.DataFrame(wordings, columns=["wording", "blocks"]).astype({"wording": "str", "blocks": "bool"})
    counts = table.groupby("wording")["blocks"].agg(links="size", blocks="first").reset_index()
    return counts.sort_values(["links", "wording"], ascending=[False, True], ignore_index=True)


def _sentences(events: pd.DataFrame) -> pd.DataFrame:
    """List sentences about links: one row per sentence that appeared or went."""
    rows = events.loc[events["kind"] == "link", ["ticket", "at", "seq", "before", "after"]]
    plain = rows[["at", "seq"]].assign(told_by=rows["ticket"].astype("str"))
    gone = plain.assign(detail=rows["before"].astype("str"), there=False)
    made = plain.assign(detail=rows["after"].astype("str"), there=True)
    return pd.concat([gone, made]).dropna(subset=["detail"]).reset_index(drop=True)


def with_present_keys(changes: pd.DataFrame, *, aliases: Aliases) -> pd.DataFrame:
    """Give facts in whose sentences about links each key of a renamed project is today's.

    Parameters
    ----------
    changes
        Facts with ``kind, before, after`` as texts.
    aliases
        Former project → project.
    """
    if not aliases:
        return changes
    renamed = {old.upper(): new.upper() for old, new in aliases.items()}

    def present(named: re.Match[str]) -> str:
        project, dash, number = named[1].upper().rpartition("-")
        if not dash or "#" in number:
            return named[0]
        for _ in renamed:  # a project may have been renamed several times
            project = renamed.get(project, project)
        return f"{project}-{number}"

    links = changes["kind"] == "link"
    sides = {side: changes[side].copy() for side in ("before", "after")}
    for side in sides.values():
        side[links] = side[links].str.replace(KEY, present, regex=True)
    return changes.assign(**sides)


def _resolved(
    tellers: list[str], keys: list[str], events: pd.DataFrame, tickets: pd.DataFrame
) -> list[str | None]:
    """Find the ticket that each key means in the tracker of the ticket that names it."""
    named, moves = tickets[among(tickets["key"].str.upper(), keys)], events[events["kind"] == "move"]
    trackers, of_tickets, of_moves = (
        pd.Series([one.rpartition(":")[0] for one in ids], dtype="str")
        for ids in (tellers, named["ticket"].tolist(), moves["ticket"].tolist())
    )
    keys_of = {
        tracker: ticket_keys(named[(of_tickets == tracker).array], moves[(of_moves == tracker).array])
        for tracker in trackers.unique()
    }
    return [keys_of[tracker].get(key) or None for tracker, key in zip(trackers, keys, strict=True)]


def small_letters(wording: str) -> str:
    """Give a wording in small letters, its words one blank apart."""
    return " ".join(wording.casefold().split())
