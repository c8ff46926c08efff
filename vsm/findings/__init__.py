"""What the data show, and how sure that is: claims with number, interval, evidence, trust and caveat."""

from vsm.findings.finding import Basis, Finding, Findings, Gap, shown_ticket
from vsm.findings.forecasts import findings_about_what_comes, forecast_line, forecast_sentence, usual_answer
from vsm.findings.kept_forecasts import kept_forecasts, scored
from vsm.findings.past import Evidence
from vsm.findings.present import Present
from vsm.findings.ranked import findings_about_now, findings_about_past
from vsm.findings.since_last import ClaimChange, changes_since, remembered
from vsm.findings.summary import Summary, Tile, summary_of
from vsm.findings.trust import CAUSES as WHY_IT_WAITS
from vsm.findings.trust import TEAMS as WHICH_TEAM
from vsm.findings.trust import answered

__all__ = [
    "WHICH_TEAM", "WHY_IT_WAITS", "Basis", "ClaimChange", "Evidence", "Finding", "Findings", "Gap", "Present",
    "Summary", "Tile", "answered", "changes_since", "findings_about_now", "findings_about_past",
    "findings_about_what_comes", "forecast_line", "forecast_sentence", "kept_forecasts", "remembered",
    "scored", "shown_ticket", "summary_of", "usual_answer",
]  # fmt: skip
