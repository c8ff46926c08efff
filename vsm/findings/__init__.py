"""What does the data say, and how sure is it? Claims with their number, interval, evidence and caveat."""

from vsm.findings.finding import Finding, Findings
from vsm.findings.rules import Evidence, findings_from_evidence

__all__ = ["Evidence", "Finding", "Findings", "findings_from_evidence"]
