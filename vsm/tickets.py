"""Questions to a stream about single tickets, with the keys by which people know them."""

import pandas as pd

from vsm.definitions.explain import Explanation
from vsm.definitions.explain import explain as explanation_of
from vsm.model.ageing import open_ages, swarm_order, waiting_now
from vsm.model.handoffs import costliest_ends, handoffs_between
from vsm.model.ticket_life import refuse_endless, ticket_of_key
from vsm.stream import ValueStream


def explain(stream: ValueStream, key: str = "") -> Explanation:
    """Walk through a ticket's life step by step, with the rule behind every number.

    Computed by the plain definitions (``vsm.definitions``), with the numbers of the tables. The key is as
    people know the ticket, or knew it before it was moved; without one it is the ticket to look at first.

    Raises
    ------
    ParameterError
        No ticket has this key, or one has too many changes (``refuse_endless``).
    """
    context, aliases = stream._context, stream.workflow.jira.aliases  # noqa: SLF001 - a method from outside
    known = context.log.tickets
    key = key or first_to_look_at(stream)
    ticket = ticket_of_key(stream.tickets, key=key, events=stream.events, aliases=aliases)
    keys = dict(zip(known["ticket"].astype("str"), known["key"].astype("str"), strict=True))
    refuse_endless(context.moves, keys=keys)
    titles = known.set_index(known["ticket"].astype("str"))["summary"].dropna()
    return explanation_of(ticket, stream._facts, keys=keys, title=str(titles.get(ticket, "")))  # noqa: SLF001


def first_to_look_at(stream: ValueStream) -> str:
    """Give the key of the open ticket to look at first (``swarm_order``), else of the latest; empty: none."""
    lived, events = stream.lifecycles, stream.events
    ages = open_ages(stream.stage_visits, lifecycles=lived, events=events, minimum=stream.minimum)
    now = waiting_now(
        stream.waits, lifecycles=lived, blocks=stream.blocks, tickets=stream.tickets, events=events,
        as_of=stream.as_of,
    )  # fmt: skip
    order = swarm_order(ages, now)["ticket"].head(1)
    about = stream.tickets.set_index(stream.tickets["ticket"].astype("str"))["key"].astype("str")
    return "".join(about.reindex(order).head(1) if len(order) else about.tail(1))


def tickets_on(stream: ValueStream, a: str = "", b: str = "") -> pd.DataFrame:
    """Give the handoffs from ``a`` to ``b``, two teams or two stages, the longest wait first.

    Without both: those from and to the teams, or stages, between which work waited longest in all.

    Returns
    -------
    DataFrame
        A row per handoff, of open tickets too: ``key, summary``, then the columns of HANDOFFS.

    Raises
    ------
    ParameterError
        They are neither two teams nor two stages of any handoff; lists those that are known.
    """
    ends = (a, b) if a or b else costliest_ends(stream.handoffs)
    found = handoffs_between(stream.handoffs, *ends) if ends else stream.handoffs
    return keyed(found, stream.tickets)


def with_keys(stream: ValueStream, frame: pd.DataFrame) -> pd.DataFrame:
    """Give any frame of the stream, or a part of it, with each ticket's key and summary in front."""
    return keyed(frame, stream.tickets)


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
