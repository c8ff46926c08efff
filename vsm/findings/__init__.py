"""What the data show, and how sure that is: claims with their number, interval, evidence and caveat."""

from vsm.findings.finding import Finding, Findings, shown_ticket
from vsm.findings.rules import Evidence, findings_from_evidence
from vsm.findings.since_last import ClaimChange, changes_since, remembered

__all__ = [
    "ClaimChange", "Evidence", "Finding", "Findings", "changes_since", "findings_from_evidence", "remembered",
    "shown_ticket",
]  # fmt: skip
