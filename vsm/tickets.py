"""Questions to a stream about single tickets."""

from vsm.definitions.explain import Explanation
from vsm.definitions.explain import explain as explanation_of
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
