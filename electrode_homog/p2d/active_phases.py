"""PyBaMM's words for active materials, by the path of their section: "negative", "negative.secondary", ...

PyBaMM calls the materials of a blended electrode its primary and its secondary phase, and names both; the material of
any other electrode is its primary phase, and goes without that word.
"""

from typing import Literal

from electrode_homog.p2d.layer_profiles import Side
from electrode_homog.p2d.names import BLEND_PARAMETERS, NEGATIVE_PARAMETERS, POSITIVE_PARAMETERS
from electrode_homog.parameters import CellParameters

SECONDARY = "secondary"


def side_of(path: str) -> Side:
    return "negative" if path.startswith("negative") else "positive"


def phase_of(path: str) -> Literal["primary", "secondary"]:
    """PyBaMM's word."""
    return "secondary" if path.endswith(f".{SECONDARY}") else "primary"


def is_blended(cell: CellParameters, path: str) -> bool:
    """Whether the electrode that holds this material has another one."""
    return cell.section(side_of(path)).secondary is not None


def particle_phases(cell: CellParameters) -> tuple[str, str]:
    """PyBaMM's option of that name."""
    negative, positive = ("2" if is_blended(cell, side) else "1" for side in ("negative", "positive"))
    return negative, positive


def parameter_names(cell: CellParameters, path: str) -> dict[str, str]:
    """Under the keys of the material: PyBaMM's names of its values."""
    if is_blended(cell, path):
        return BLEND_PARAMETERS[path]
    return NEGATIVE_PARAMETERS if path == "negative" else POSITIVE_PARAMETERS
