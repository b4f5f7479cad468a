"""What is where in an image: phases by name, their fractions, surfaces and connections."""

from electrode_homog.microstructure.connectivity import (
    PeriodicParts,
    periodic_parts,
    spanning,
    spanning_fractions,
)
from electrode_homog.microstructure.description import (
    Description,
    PhaseDescription,
    describe,
    face_count_area_per_m,
)
from electrode_homog.microstructure.microstructure import Microstructure

__all__ = [
    "Description",
    "Microstructure",
    "PeriodicParts",
    "PhaseDescription",
    "describe",
    "face_count_area_per_m",
    "periodic_parts",
    "spanning",
    "spanning_fractions",
]
