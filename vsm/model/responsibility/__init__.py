"""How far does one team carry its work, where does it let go, and who else could do it?

Persons are counted, never named or ranked. Bots are given by name and count for nobody.
"""

from vsm.model.responsibility.defect_fixes import defects_mended_at_home, mended_defects
from vsm.model.responsibility.end_to_end import carried_by_team, end_to_end, letting_go
from vsm.model.responsibility.knowledge import knowledge_at_risk
from vsm.model.responsibility.multi_discipline import disciplines_together, ticket_disciplines
from vsm.model.responsibility.owners import production_of_tickets, ticket_owners

__all__ = [
    "carried_by_team",
    "defects_mended_at_home",
    "disciplines_together",
    "end_to_end",
    "knowledge_at_risk",
    "letting_go",
    "mended_defects",
    "production_of_tickets",
    "ticket_disciplines",
    "ticket_owners",
]
