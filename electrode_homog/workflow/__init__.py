"""The main job: from a study file, through image, tensors, parameter set and discharges, to a report."""

from electrode_homog.workflow.demonstration import demonstration_study
from electrode_homog.workflow.electrode_from_image import electrode_from_image
from electrode_homog.workflow.examination import Examination, examine
from electrode_homog.workflow.hand_over import ElectrodeFromImage, ThroughAndInPlane
from electrode_homog.workflow.image_choices import Collector, HandOver, ImageLayers, Radii, Thickness
from electrode_homog.workflow.reacting_surface import ReactingSurface
from electrode_homog.workflow.result import DischargeVariant, StudyResult
from electrode_homog.workflow.ro_crate import Agent, write_ro_crate
from electrode_homog.workflow.running import run_study
from electrode_homog.workflow.study import Study
from electrode_homog.workflow.study_file import parse_boundary, read_study

__all__ = [
    "Agent",
    "Collector",
    "DischargeVariant",
    "ElectrodeFromImage",
    "Examination",
    "HandOver",
    "ImageLayers",
    "Radii",
    "ReactingSurface",
    "Study",
    "StudyResult",
    "Thickness",
    "ThroughAndInPlane",
    "demonstration_study",
    "electrode_from_image",
    "examine",
    "parse_boundary",
    "read_study",
    "run_study",
    "write_ro_crate",
]
