"""How far one team carries its work, where it first hands over, and who else could do it.

Persons are counted, never named or ranked. Bots are given by name and count for nobody.
"""

from vsm.model.responsibility.agents import handoffs_by_worker
from vsm.model.responsibility.defect_fixes import defects_fixed_at_home, fixes_of_defects
from vsm.model.responsibility.end_to_end import end_to_end_by_team, end_to_end_share, first_handovers
from vsm.model.responsibility.knowledge import knowledge_at_risk
from vsm.model.responsibility.multi_discipline import multi_discipline_work, ticket_disciplines
from vsm.model.responsibility.owners import production_of_tickets, ticket_owners

__all__ = [
    "defects_fixed_at_home",
    "end_to_end_by_team",
    "end_to_end_share",
    "first_handovers",
    "fixes_of_defects",
    "handoffs_by_worker",
    "knowledge_at_risk",
    "multi_discipline_work",
    "production_of_tickets",
    "ticket_disciplines",
    "ticket_owners",
]
