"""Who is who: one person across Jira and Git, teams with dates, bots, pseudonyms."""

from vsm.people.accounts import is_bot, mailbox, mailboxes_of, mask_addresses
from vsm.people.free_text import FreeText, Wording
from vsm.people.identity import People, Unclear, people_from_names, with_renamed
from vsm.people.pseudonyms import Pseudonyms, pseudonyms_of
from vsm.people.teams import Spell, Teams, teams_with_tickets

__all__ = [
    "FreeText", "People", "Pseudonyms", "Spell", "Teams", "Unclear", "Wording", "is_bot", "mailbox",
    "mailboxes_of", "mask_addresses", "people_from_names", "pseudonyms_of", "teams_with_tickets",
    "with_renamed",
]  # fmt: skip
