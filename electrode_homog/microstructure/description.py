"""An electrode in numbers: everything that is measured on an image before a cell problem is solved."""

import math
from dataclasses import dataclass

from electrode_homog.errors import NotConvergedError, OutOfRangeError
from electrode_homog.microstructure.anisotropy import Anisotropy, anisotropy
from electrode_homog.microstructure.cautions import description_cautions
from electrode_homog.microstructure.chords import (
    ChordCounts,
    ChordLengths,
    LinealPath,
    chord_lengths,
    count_chords,
    lineal_path,
)
from electrode_homog.microstructure.connectivity import phase_parts
from electrode_homog.microstructure.correlation import TwoPoint, two_point
from electrode_homog.microstructure.equivalent_radii import diffusion_radius, radius_from_area_m
from electrode_homog.microstructure.integral_range import IntegralRange, integral_range
from electrode_homog.microstructure.local_thickness import LocalThickness, local_thickness
from electrode_homog.microstructure.microstructure import Microstructure
from electrode_homog.microstructure.particle_sizes import SizeDistribution, size_distribution
from electrode_homog.microstructure.particles import find_particles
from electrode_homog.microstructure.profiles import Profiles, profiles_of_parts
from electrode_homog.microstructure.survey import PhaseSurvey, Survey, survey_of_parts

_DIFFUSION_TOLERANCE = 1e-3  # voxels are worth more


@dataclass(frozen=True)
class EquivalentRadii:
    """Radii of equal balls that stand for a phase; for balls of one size all of them are its radius.

    `volume_m` is the mean of the radii of the particles weighted by volume, None where none is whole. `area_m` is
    3 eps / a: with it a cell model has the area a. `diffusion_m` has the diffusion time of the phase, see
    `diffusion_radius`, here to a tolerance of 1e-3; NaN where the solution was not found.
    """

    volume_m: float | None
    area_m: float
    diffusion_m: float


@dataclass(frozen=True, eq=False)
class Sizes:
    """How large a phase is. `particles` are its parts on either side of narrow necks; None where none is whole."""

    thickness: LocalThickness
    particles: SizeDistribution | None
    radii: EquivalentRadii


@dataclass(frozen=True, eq=False)
class PhaseDescription:
    """One phase beyond the survey. `sizes` is None for a phase that fills the image.

    `fraction_relative_error` is the standard error of its volume fraction as an estimate for the electrode that the
    image was cut from, over the fraction.
    """

    name: str
    sizes: Sizes | None
    chords: ChordLengths
    lineal_path: LinealPath
    two_point: TwoPoint
    anisotropy: Anisotropy
    integral_range: IntegralRange
    fraction_relative_error: float


@dataclass(frozen=True, eq=False)
class Description:
    """The survey, more of every phase, profiles through the thickness, and what to be careful with."""

    survey: Survey
    phases: tuple[PhaseDescription, ...]
    profiles: Profiles
    warnings: tuple[str, ...]


def describe(electrode: Microstructure) -> Description:
    """All measures of an image; see the functions of each for the estimator and its error.

    Takes memory in proportion to the image, at most 40 bytes per voxel beyond it. `survey` is for images too large.
    """
    parts = {name: phase_parts(electrode, name) for name in electrode.phases}
    found, along_x = survey_of_parts(electrode, parts), profiles_of_parts(electrode, parts)
    del parts
    counts = count_chords(electrode)
    sizes = _sizes(electrode, found)
    phases = tuple(_phase(electrode, counts, phase, sizes.get(phase.name)) for phase in found.phases)
    warnings = (*found.warnings, *description_cautions(electrode.image, phases))
    return Description(found, phases, along_x, warnings)


def _phase(electrode: Microstructure, counts: ChordCounts, phase: PhaseSurvey, sizes: Sizes | None) -> PhaseDescription:
    chords, pairs = chord_lengths(counts, phase.name), two_point(electrode, phase.name)
    spread = integral_range(electrode, phase.name)
    return PhaseDescription(
        name=phase.name,
        sizes=sizes,
        chords=chords,
        lineal_path=lineal_path(counts, phase.name),
        two_point=pairs,
        anisotropy=anisotropy(chords, pairs),
        integral_range=spread,
        fraction_relative_error=spread.relative_error,
    )


def _sizes(electrode: Microstructure, found: Survey) -> dict[str, Sizes]:
    """By phase; none where there is only one, which has no walls."""
    if len(found.phases) == 1:
        return {}
    thickness = local_thickness(electrode)
    result = {}
    for phase, of_phase in zip(found.phases, thickness, strict=True):
        particles = _particle_sizes(electrode, phase.name)
        radii = EquivalentRadii(
            volume_m=None if particles is None else particles.volume_mean_m,
            area_m=radius_from_area_m(phase.volume_fraction, phase.area_per_m),
            diffusion_m=_diffusion_radius_m(electrode, phase.name),
        )
        result[phase.name] = Sizes(of_phase, particles, radii)
    return result


def _particle_sizes(electrode: Microstructure, name: str) -> SizeDistribution | None:
    try:
        return size_distribution(find_particles(electrode, name))
    except OutOfRangeError:  # each of them touches the border
        return None


def _diffusion_radius_m(electrode: Microstructure, name: str) -> float:
    try:
        return diffusion_radius(electrode, name, tolerance=_DIFFUSION_TOLERANCE).radius_m
    except NotConvergedError:  # one number that is missing is no reason to lose all others
        return math.nan
