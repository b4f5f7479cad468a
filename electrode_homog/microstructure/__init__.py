"""What is where in an electrode: phases by name, what connects, surfaces, sizes, correlation, profiles."""

from electrode_homog.microstructure.anisotropy import Anisotropy, anisotropy
from electrode_homog.microstructure.chords import (
    ChordCounts,
    ChordLengths,
    LinealPath,
    chord_lengths,
    count_chords,
    lineal_path,
)
from electrode_homog.microstructure.connectivity import (
    ConnectedParts,
    connected_parts,
    phase_parts,
)
from electrode_homog.microstructure.correlation import Pairs, TwoPoint, cross_two_point, two_point
from electrode_homog.microstructure.debye_length import debye_length_m
from electrode_homog.microstructure.description import Description, EquivalentRadii, PhaseDescription, Sizes, describe
from electrode_homog.microstructure.equivalent_radii import DiffusionRadius, diffusion_radius, radius_from_area_m
from electrode_homog.microstructure.integral_range import IntegralRange, integral_range
from electrode_homog.microstructure.local_thickness import LocalThickness, local_thickness
from electrode_homog.microstructure.microstructure import Microstructure
from electrode_homog.microstructure.particle_sizes import SizeDistribution, size_distribution
from electrode_homog.microstructure.particles import Particles, find_particles
from electrode_homog.microstructure.profiles import Profiles, profiles
from electrode_homog.microstructure.surfaces import Interface, interfaces, phase_area_per_m
from electrode_homog.microstructure.survey import PhaseSurvey, Survey, survey
from electrode_homog.microstructure.triple_lines import TripleLine, triple_lines

__all__ = [
    "Anisotropy",
    "ChordCounts",
    "ChordLengths",
    "ConnectedParts",
    "Description",
    "DiffusionRadius",
    "EquivalentRadii",
    "IntegralRange",
    "Interface",
    "LinealPath",
    "LocalThickness",
    "Microstructure",
    "Pairs",
    "Particles",
    "PhaseDescription",
    "PhaseSurvey",
    "Profiles",
    "SizeDistribution",
    "Sizes",
    "Survey",
    "TripleLine",
    "TwoPoint",
    "anisotropy",
    "chord_lengths",
    "connected_parts",
    "count_chords",
    "cross_two_point",
    "debye_length_m",
    "describe",
    "diffusion_radius",
    "find_particles",
    "integral_range",
    "interfaces",
    "lineal_path",
    "local_thickness",
    "phase_area_per_m",
    "phase_parts",
    "profiles",
    "radius_from_area_m",
    "size_distribution",
    "survey",
    "triple_lines",
    "two_point",
]
