"""Tables and figures of results as one self-contained HTML file; the only place that draws."""

from electrode_homog.report.contents import Item, Named
from electrode_homog.report.image_notes import BothDirections, ImageNotes
from electrode_homog.report.report import write_report

__all__ = ["BothDirections", "ImageNotes", "Item", "Named", "write_report"]
