"""What is where in an image: phases by name, their fractions, surfaces and connections."""

from electrode_homog.microstructure.connectivity import (
    ConnectedParts,
    PeriodicParts,
    connected_parts,
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
    "ConnectedParts",
    "Description",
    "Microstructure",
    "PeriodicParts",
    "PhaseDescription",
    "connected_parts",
    "describe",
    "face_count_area_per_m",
    "periodic_parts",
    "spanning",
    "spanning_fractions",
]
