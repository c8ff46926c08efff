"""Questions to a stream about single tickets, with the keys by which people know them."""

import pandas as pd

from vsm.definitions.explain import Explanation
from vsm.definitions.explain import explain as explanation_of
from vsm.model.handoffs import handoffs_between
from vsm.model.ticket_life import refuse_endless, ticket_of_key
from vsm.stream import ValueStream


def explain(stream: ValueStream, key: str) -> Explanation:
    """Walk through a ticket's life step by step, with the rule behind every number.

    Computed by the plain definitions (``vsm.definitions``), with the numbers of the tables. The key is as
    people know the ticket, or knew it before it was moved.

    Raises
    ------
    ParameterError
        No ticket has this key, or one has too many changes (``refuse_endless``).
    """
    context, aliases = stream._context, stream.workflow.jira.aliases  # noqa: SLF001 - a method from outside
    known = context.log.tickets
    ticket = ticket_of_key(stream.tickets, key=key, events=stream.events, aliases=aliases)
    keys = dict(zip(known["ticket"].astype("str"), known["key"].astype("str"), strict=True))
    refuse_endless(context.moves, keys=keys)
    titles = known.set_index(known["ticket"].astype("str"))["summary"].dropna()
    return explanation_of(ticket, stream._facts, keys=keys, title=str(titles.get(ticket, "")))  # noqa: SLF001


def tickets_on(stream: ValueStream, a: str, b: str) -> pd.DataFrame:
    """Give the handoffs from ``a`` to ``b``, two teams or two stages, the longest wait first.

    Returns
    -------
    DataFrame
        A row per handoff, of open tickets too: ``key, summary``, then the columns of HANDOFFS.

    Raises
    ------
    ParameterError
        They are neither two teams nor two stages of any handoff; lists those that are known.
    """
    return keyed(handoffs_between(stream.handoffs, a, b), stream.tickets)


def keyed(frame: pd.DataFrame, tickets: pd.DataFrame) -> pd.DataFrame:
    """Give a table of tickets with their ``key`` and ``summary`` in front; any other as it is.

    Examples
    --------
    >>> tickets = pd.DataFrame({"ticket": ["jira:1"], "key": ["AB-1"], "summary": ["Search"]})
    >>> keyed(pd.DataFrame({"ticket": ["jira:1", "jira:1"], "n": [1, 2]}), tickets).to_dict("list")
    {'key': ['AB-1', 'AB-1'], 'summary': ['Search', 'Search'], 'ticket': ['jira:1', 'jira:1'], 'n': [1, 2]}
    """
    if "ticket" not in frame:
        return frame
    about = tickets.set_index(tickets["ticket"].astype("str"))[["key", "summary"]]
    named = about.reindex(frame["ticket"].astype("str")).set_axis(frame.index)
    return named.join(frame.drop(columns=["key", "summary"], errors="ignore"))
