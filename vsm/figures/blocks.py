"""What holds work up? The longest blocks, with linked tickets."""

from typing import Final

import pandas as pd
from pandas.io.formats.style import Styler

from vsm.eventlog.blocking_links import link_told
from vsm.figures.links import linked_keys
from vsm.figures.tables import published
from vsm.findings.durations import short_duration
from vsm.model.blocking import lasting

_HOW: Final = {"flag": "a flag", "link": "a link"}


def blocks_table(
    blocks: pd.DataFrame, *, tickets: pd.DataFrame, as_of: pd.Timestamp, most: int = 10
) -> Styler:
    """Which blocks lasted longest, and what blocked? Tickets are linked; open blocks last until now.

    Parameters
    ----------
    blocks, tickets
        BLOCKS and TICKETS.
    as_of
        Where open blocks are cut.
    most
        How many are shown.
    """
    known = lasting(blocks).astype({"ticket": "str", "by": "str", "how": "str"})
    lasted = known["end"].fillna(as_of) - known["start"]
    found = known.assign(lasted=lasted).sort_values(
        ["lasted", "ticket", "start", "how"], ascending=[False, True, True, True], kind="stable"
    )[:most]
    key = dict(zip(tickets["ticket"].astype("str"), tickets["key"].astype("str"), strict=True))
    rows = pd.DataFrame(
        {
            "Ticket": [key.get(ticket, ticket) for ticket in found["ticket"]],
            "Blocked by": [
                _blocker(by, detail, key) for by, detail in zip(found["by"], found["detail"], strict=True)
            ],
            "Said by": [_HOW[how] for how in found["how"]],
            "Since": [f"{start:%Y-%m-%d}" for start in found["start"]],
            "Until": ["now" if pd.isna(end) else f"{end:%Y-%m-%d}" for end in found["end"]],
            "Lasted": [short_duration(lasted) for lasted in found["lasted"]],
        }
    )
    caption = (
        f"The n = {len(rows)} of {len(known)} blocks that lasted longest; elapsed time. A block by a ticket "
        "ends where that ticket, or the blocked one, is finished, or where the link is taken away."
    )
    table = published(rows, caption, nothing="Nothing tells of any block.")
    return table.format(linked_keys(tickets), subset=["Ticket", "Blocked by"])


def _blocker(by: object, detail: object, key: dict[str, str]) -> str | tuple[str, ...]:
    """Name what blocks: a ticket, the key of one that was not pulled, or what the flag says."""
    if isinstance(by, str):
        return key.get(by, by)
    told = link_told(detail) if isinstance(detail, str) else None
    return told.key if told else str(detail) if isinstance(detail, str) else ()
