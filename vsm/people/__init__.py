"""Who is who? One person across Jira and Git, teams with dates, bots, pseudonyms."""

from vsm.people.addresses import mailbox, mailboxes_of, masked
from vsm.people.bots import is_bot
from vsm.people.free_text import FreeText
from vsm.people.identity import People, Unclear, people_from_names, with_renamed
from vsm.people.pseudonyms import Pseudonyms, pseudonyms_of
from vsm.people.teams import Spell, Teams, teams_with_tickets
from vsm.people.wording import Wording

__all__ = [
    "FreeText", "People", "Pseudonyms", "Spell", "Teams", "Unclear", "Wording", "is_bot", "mailbox",
    "mailboxes_of", "masked", "people_from_names", "pseudonyms_of", "teams_with_tickets", "with_renamed",
]  # fmt: skip
