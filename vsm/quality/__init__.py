"""What can be trusted: every check of the data in one list, evidence, and what it can carry."""

from vsm.quality.checks import CHECKS, CheckedData, quality_table

__all__ = ["CHECKS", "CheckedData", "quality_table"]
