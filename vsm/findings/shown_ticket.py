"""How is a ticket shown that somebody should look at? By a mark that a report leads to the ticket's life.

The agreement with ``vsm.reports``: what carries ``data-ticket`` names one ticket by its key. A notebook
shows the key, linked to the tracker where its address is known; a report links it to a strip of its life.
"""

from html import escape


def shown_ticket(key: str, *, address: str | None = None) -> str:
    """How is a ticket's key shown in HTML? Unbroken, escaped, and as a link where there is an address.

    Parameters
    ----------
    key
        As people know the ticket.
    address
        Of the web, checked before (``vsm.figures.links.web_address``); None: no link.

    Examples
    --------
    >>> shown_ticket("R&D-1")
    '<span data-ticket="R&amp;D-1" style="white-space: nowrap">R&amp;D-1</span>'
    >>> 'href="https://a.example/AB-1"' in shown_ticket("AB-1", address="https://a.example/AB-1")
    True
    """
    name, look = escape(key), 'style="white-space: nowrap"'
    if address is None:
        return f'<span data-ticket="{name}" {look}>{name}</span>'
    return f'<a data-ticket="{name}" href="{escape(address)}" rel="noreferrer" {look}>{name}</a>'
