"""Warnings that teach: what an image cannot tell, in words, with the numbers that say so."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from electrode_homog.images import VoxelImage
from electrode_homog.microstructure.debye_length import debye_length_m

if TYPE_CHECKING:
    from electrode_homog.microstructure.description import PhaseDescription
    from electrode_homog.microstructure.survey import PhaseSurvey

LEAST_VOXELS = 64  # through the thickness; with fewer, sub-volumes say nothing about the electrode
SPARSE = 0.15  # volume fraction below which a phase may well not percolate
LEAST_CONNECTED = 0.95  # share of a phase below which islands are worth a word
UNRESOLVED_VOXELS = 3.0  # median thickness at which staircase and truth cannot be told apart
COARSE_VOXELS = 10.0  # per diameter: an insulating ball of 10 voxels changes k by 2 to 4 % too much (simple cubic, 0.3)
LEAST_FEATURES = (
    10.0  # of a phase through the thickness; effective values are wrong by about one over it near the faces
)
MOST_MEDIAN_ERROR = 0.05  # of the median size by volume
MOST_FRACTION_ERROR = 0.05
# By chance isotropic images of 96^3 reach 1.04 along their flattest axis, of 128^3 1.015; calendered ones 1.2 to 2.
WRONG_AXIS_FLATTENING = 1.10
# 1 mol/l of a salt of single charges in pure ethylene carbonate; in the mixtures that cells are filled with it is less.
DEBYE_LENGTH_m = debye_length_m(concentration_mol_m3=1000.0, relative_permittivity=90.0)
MOST_DEBYE_SHARE = 0.1  # of a pore's radius


def survey_cautions(shape: tuple[int, int, int], phases: "Sequence[PhaseSurvey]") -> tuple[str, ...]:
    """From size and connection."""
    found = []
    if min(shape) < LEAST_VOXELS:
        found.append(
            f"The image is only {min(shape)} voxels wide along one axis; effective values of so small a piece scatter "
            "strongly."
        )
    for phase in phases:
        shares = [share for share in phase.connected_fraction if share > 0]
        if shares and min(shares) < LEAST_CONNECTED:
            found.append(
                f"Only {min(shares):.1%} of {phase.name!r} connects the faces along its worst axis; the rest is "
                "islands and dead ends at the border. Check the segmentation."
            )
        if 0 < sum(phase.percolates) < 3 and phase.volume_fraction > SPARSE:
            blocked = ", ".join("xyz"[axis] for axis in range(3) if not phase.percolates[axis])
            found.append(f"{phase.name!r} does not percolate along {blocked}. Is the through-thickness axis right?")
    return tuple(found)


def description_cautions(image: VoxelImage, phases: "Sequence[PhaseDescription]") -> tuple[str, ...]:
    """From sizes, correlation and anisotropy."""
    found = _wrong_axis(image, phases)
    for phase in phases:
        found += [*_resolution(image, phase), *_separation(image, phase), *_representation(phase)]
        found += _double_layers(image, phase)
    return tuple(found)


def _wrong_axis(image: VoxelImage, phases: "Sequence[PhaseDescription]") -> list[str]:
    """One sentence, from the phase that is flattest along another axis than x."""
    flat = []
    for phase in phases:
        flattening, axis = phase.anisotropy.chord_flattening, phase.anisotropy.flattest_axis
        along = flattening[axis]
        if axis != 0 and along >= WRONG_AXIS_FLATTENING * max(1.0, flattening[0]):
            flat.append((along, phase.name, "xyz"[axis], axis))
    if not flat or min(image.shape) < LEAST_VOXELS:
        return []
    along, name, letter, axis = max(flat)
    return [
        f"{name!r} is pressed flat along {letter}, by a factor {along:.2f}, and not along x. Coating and calendering "
        f"flatten through the thickness: is {letter}, axis {axis} of this image, the one? Then read it with another "
        "through_axis, which counts in the order of the file."
    ]


def _resolution(image: VoxelImage, phase: "PhaseDescription") -> list[str]:
    if phase.sizes is None:
        return []
    edge = max(image.voxel_size_m)
    voxels = phase.sizes.thickness.median_m / edge
    if voxels < UNRESOLVED_VOXELS:
        return [
            f"{phase.name!r} is {voxels:.1f} voxels thick (median): unresolved. Its area, connection and transport are "
            "those of the voxels; finer pores in it are not seen. Treat it as porous, or scan finer."
        ]
    if voxels < COARSE_VOXELS:
        return [
            f"{phase.name!r} is {voxels:.1f} voxels thick (median); below {COARSE_VOXELS:g} the staircase of its walls "
            "makes transport beside it wrong by several per cent. Scan finer, or compare with a coarsened image."
        ]
    return []


def _separation(image: VoxelImage, phase: "PhaseDescription") -> list[str]:
    if phase.sizes is None or not image.has_physical_length:
        return []
    features = image.extent_m[0] / phase.sizes.thickness.median_m
    if features < LEAST_FEATURES:
        return [
            f"The image is {features:.1f} times as thick as the features of {phase.name!r} (median thickness "
            f"{phase.sizes.thickness.median_m:.3g} m): scales are hardly apart, and an effective value is one of this "
            "piece."
        ]
    return []


def _representation(phase: "PhaseDescription") -> list[str]:
    found = []
    error = phase.fraction_relative_error
    if error > MOST_FRACTION_ERROR:
        amount = f"{error:.0%}" if error < 1 else "all of itself"
        found.append(
            f"The volume fraction of {phase.name!r} may be off by {amount} (one standard error) as one of the whole "
            "electrode: the image is small against its structure."
        )
    if phase.sizes is not None and phase.sizes.particles is None:
        found.append(f"Every body of {phase.name!r} touches the border of the image: their sizes are not known.")
    elif phase.sizes is not None and phase.sizes.particles is not None:
        bodies = phase.sizes.particles
        if not bodies.median_errors[1] <= MOST_MEDIAN_ERROR:
            found.append(
                f"The sizes of {phase.name!r} rest on few whole bodies, as good as {bodies.effective_counts[1]:.0f} "
                "of one size: the median by volume is not known to 5 %."
            )
    return found


def _double_layers(image: VoxelImage, phase: "PhaseDescription") -> list[str]:
    if phase.sizes is None or not image.has_physical_length:
        return []
    radius = phase.sizes.thickness.quantile_m(0.1) / 2
    if DEBYE_LENGTH_m < MOST_DEBYE_SHARE * radius:
        return []
    return [
        f"A tenth of {phase.name!r} is narrower than {2e9 * radius:.2g} nm; if it holds electrolyte, the Debye length "
        f"(about {1e9 * DEBYE_LENGTH_m:.2g} nm at 1 mol/l) is not small against it and double layers overlap."
    ]
