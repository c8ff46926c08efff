"""How do notebooks become pages that can be handed round? Parameters, runs, pages, exports.

The right wall of the house: here files are written and processes started.
"""

from vsm.reports.export import export_table
from vsm.reports.lives import drawing_of
from vsm.reports.locate import notebooks_folder
from vsm.reports.parameters import check_parameters, parameter_table
from vsm.reports.publish import Cover, publish_report
from vsm.reports.publish_slides import publish_slides
from vsm.reports.render import render_index, render_page
from vsm.reports.run_notebook import run_notebook
from vsm.reports.searching import explore
from vsm.reports.slides import render_slides
from vsm.reports.workbench import Workbench, lay_out

__all__ = [
    "Cover",
    "Workbench",
    "check_parameters",
    "drawing_of",
    "explore",
    "export_table",
    "lay_out",
    "notebooks_folder",
    "parameter_table",
    "publish_report",
    "publish_slides",
    "render_index",
    "render_page",
    "render_slides",
    "run_notebook",
]
