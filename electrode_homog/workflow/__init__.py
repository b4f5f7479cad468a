"""The main job: from a study file, through image, tensors, parameter set and discharges, to a report."""

from electrode_homog.workflow.demonstration import demonstration_study
from electrode_homog.workflow.examination import Examination, examine
from electrode_homog.workflow.result import DischargeVariant, StudyResult
from electrode_homog.workflow.running import run_study
from electrode_homog.workflow.study import Study
from electrode_homog.workflow.study_file import parse_boundary, read_study

__all__ = [
    "DischargeVariant",
    "Examination",
    "Study",
    "StudyResult",
    "demonstration_study",
    "examine",
    "parse_boundary",
    "read_study",
    "run_study",
]
