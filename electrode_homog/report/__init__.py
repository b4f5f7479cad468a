"""Tables and figures of results as one self-contained HTML file; the only place that draws."""

from electrode_homog.report.contents import Item, Named
from electrode_homog.report.report import write_report

__all__ = ["Item", "Named", "write_report"]
