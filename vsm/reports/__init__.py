"""Notebooks as pages that can be handed round: parameters, runs, pages, slides, exports.

The right outer wall: here files are written and processes started.
"""

from vsm.reports.export import explore, export_table
from vsm.reports.notebooks import (
    LabCopies,
    chosen_notebooks,
    copy_notebooks,
    notebooks_folder,
    with_data,
)
from vsm.reports.parameters import check_parameters
from vsm.reports.publish import publish_report, publish_slides
from vsm.reports.render import render_page
from vsm.reports.run_notebook import run_notebook
from vsm.reports.slides import render_slides
from vsm.reports.summary_page import Cover, cover_of
from vsm.reports.ticket_lists import listing_of
from vsm.reports.ticket_pages import drawing_of

__all__ = [
    "Cover",
    "LabCopies",
    "check_parameters",
    "chosen_notebooks",
    "copy_notebooks",
    "cover_of",
    "drawing_of",
    "explore",
    "export_table",
    "listing_of",
    "notebooks_folder",
    "publish_report",
    "publish_slides",
    "render_page",
    "render_slides",
    "run_notebook",
    "with_data",
]
