"""Warnings that teach: what an image cannot tell, in words, with the numbers that say so.

One sentence for each matter, whatever the number of phases: it names those concerned, the worst first.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from electrode_homog.images import VoxelImage
from electrode_homog.microstructure.debye_length import debye_length_m

if TYPE_CHECKING:
    from electrode_homog.microstructure.description import PhaseDescription
    from electrode_homog.microstructure.survey import PhaseSurvey

LEAST_VOXELS = 64  # along an axis; with fewer, sub-volumes say nothing about the electrode
SPARSE = 0.15  # volume fraction below which a phase may well not percolate
LEAST_CONNECTED = 0.95  # share of a phase below which islands are worth a word
MOST_ISOLATED = 0.001  # of a phase; single voxels that a segmentation leaves over come to less
# Median local thickness at which staircase and truth cannot be told apart: three voxels, which it takes for four.
UNRESOLVED_VOXELS = 4.5
COARSE_VOXELS = 10.0  # per diameter: an insulating ball of 10 voxels changes k by 2 to 4 % too much (simple cubic, 0.3)
LEAST_FEATURES = 10.0  # through the thickness; near the faces effective values are wrong by about one over it
MOST_MEDIAN_ERROR = 0.05  # of the median size by volume
MOST_FRACTION_ERROR = 0.05
# By chance isotropic images of 96^3 reach 1.04 along their flattest axis, of 128^3 1.015; calendered ones 1.2 to 2.
WRONG_AXIS_FLATTENING = 1.10
WRONG_AXIS_EXTENT = 3.0  # scans are seldom taller than wide; separators are a tenth as thick
# 1 mol/l of a salt of single charges in pure ethylene carbonate; in the mixtures that cells are filled with it is less.
DEBYE_LENGTH_m = debye_length_m(concentration_mol_m3=1000.0, relative_permittivity=90.0)
MOST_DEBYE_SHARE = 0.1  # of a pore's radius
_MOST_NAMED = 4  # phases in one sentence


def survey_cautions(image: VoxelImage, phases: "Sequence[PhaseSurvey]") -> tuple[str, ...]:
    """From size and connection."""
    return (*_small(image), *_thin(image), *_islands(phases), *_isolated(phases), *_blocked(phases))


def description_cautions(image: VoxelImage, phases: "Sequence[PhaseDescription]") -> tuple[str, ...]:
    """From sizes, correlation and anisotropy."""
    matters = (_wrong_axis, _resolution, _separation, _representation, _bodies, _double_layers)
    return tuple(sentence for matter in matters for sentence in matter(image, phases))


def _small(image: VoxelImage) -> list[str]:
    fewest = min(image.shape)
    if fewest >= LEAST_VOXELS:
        return []
    wide = "1 voxel" if fewest == 1 else f"{fewest} voxels"
    return [
        f"Along {'xyz'[image.shape.index(fewest)]} the image is only {wide} wide; effective values of so small a piece "
        "scatter strongly."
    ]


def _thin(image: VoxelImage) -> list[str]:
    """A slab whose thin direction is not x; a single layer of voxels is a picture of a plane, and no slab."""
    extents = [extent if n > 1 else math.inf for n, extent in zip(image.shape, image.extent_m, strict=True)]
    thinnest = min(extents)
    ratio = image.extent_m[0] / thinnest
    if ratio < WRONG_AXIS_EXTENT:
        return []
    letter = "xyz"[extents.index(thinnest)]
    return [
        f"The image extends {ratio:.1f} times as far along x as along {letter}. Is {letter} the thickness? Then read "
        "the image with another through_axis."
    ]


def _islands(phases: "Sequence[PhaseSurvey]") -> list[str]:
    found = []
    for phase in phases:
        shares = [share for share in phase.connected_fraction if share > 0]
        if shares and min(shares) < LEAST_CONNECTED:
            found.append((min(shares), f"{min(shares):.1%} of {phase.name!r}"))
    return _sentence(
        found,
        lambda named: (
            f"Only {named} connects the faces along its worst axis; the rest is islands and dead ends at the "
            "border. Check the segmentation."
        ),
    )


def _isolated(phases: "Sequence[PhaseSurvey]") -> list[str]:
    found = [
        (-phase.isolated_fraction, f"{_percent(phase.isolated_fraction)} of {phase.name!r}")
        for phase in phases
        if phase.isolated_fraction > MOST_ISOLATED
    ]
    return _sentence(
        found,
        lambda named: (
            f"Isolated from every outer face of the image: {named}. Nothing flows through closed pores and lone "
            "particles, yet they count in the volume fractions."
        ),
    )


def _blocked(phases: "Sequence[PhaseSurvey]") -> list[str]:
    found, turned = [], False
    for phase in phases:
        blocked = ", ".join("xyz"[axis] for axis in range(3) if not phase.percolates[axis])
        if blocked and phase.volume_fraction > SPARSE:
            found.append((-phase.volume_fraction, f"{phase.name!r} does not percolate along {blocked}"))
            turned = turned or (any(phase.percolates) and not phase.percolates[0])
    asked = " Is the through-thickness axis right?" if turned else ""
    return _sentence(found, lambda named: f"No path from face to face: {named}.{asked}")


def _wrong_axis(image: VoxelImage, phases: "Sequence[PhaseDescription]") -> list[str]:
    """One sentence, from the resolved phase that is flattest along another axis than x."""
    flat = []
    for phase in phases:
        flattening, axis = phase.anisotropy.chord_flattening, phase.anisotropy.flattest_axis
        along = flattening[axis]
        resolved = _voxels(image, phase) >= UNRESOLVED_VOXELS
        if resolved and axis != 0 and along >= WRONG_AXIS_FLATTENING * max(1.0, flattening[0]):
            flat.append((along, phase.name, "xyz"[axis], axis))
    if not flat or math.prod(image.shape) < LEAST_VOXELS**3 or min(image.shape) < LEAST_VOXELS // 2:
        return []
    along, name, letter, axis = max(flat)
    return [
        f"{name!r} is pressed flat along {letter}, by a factor {along:.2f}, and not along x. Coating and calendering "
        f"flatten through the thickness: is {letter}, axis {axis} of this image, the one? Then read it with another "
        "through_axis, which counts in the order of the file."
    ]


def _resolution(image: VoxelImage, phases: "Sequence[PhaseDescription]") -> list[str]:
    thick = [(_voxels(image, phase), f"{phase.name!r} ({_voxels(image, phase):.1f})") for phase in phases]
    unresolved = [one for one in thick if one[0] < UNRESOLVED_VOXELS]
    coarse = [one for one in thick if UNRESOLVED_VOXELS <= one[0] < COARSE_VOXELS]
    return [
        *_sentence(
            unresolved,
            lambda named: (
                f"Unresolved, by their median thickness in voxels: {named}. Area, connection and transport are those "
                "of the voxels; finer pores inside are not seen. Take binder like this as porous, or scan finer."
            ),
        ),
        *_sentence(
            coarse,
            lambda named: (
                f"Few voxels across, by the median thickness: {named}. Below {COARSE_VOXELS:g} the staircase of the "
                "walls makes transport beside them wrong by several per cent. Scan finer, or compare with a coarsened "
                "image."
            ),
        ),
    ]


def _separation(image: VoxelImage, phases: "Sequence[PhaseDescription]") -> list[str]:
    found = []
    for phase in phases:
        if phase.sizes is not None:
            median = phase.sizes.thickness.median_m
            features = image.extent_m[0] / median
            length = f"{1e6 * median:.3g} um" if image.has_physical_length else f"{median:.3g} voxels"
            if features < LEAST_FEATURES:
                found.append((features, f"{phase.name!r} {features:.1f} times (median thickness {length})"))
    return _sentence(
        found,
        lambda named: (
            f"The thickness of the image holds the features of {named}: scales are hardly apart, and an effective "
            "value is one of this piece."
        ),
    )


def _representation(_: VoxelImage, phases: "Sequence[PhaseDescription]") -> list[str]:
    found = []
    for phase in phases:
        error = phase.fraction_relative_error
        if error > MOST_FRACTION_ERROR:
            amount = f"{error:.0%}" if error < 1 else "all of itself"
            found.append((-error, f"of {phase.name!r} by {amount}"))
    return _sentence(
        found,
        lambda named: (
            f"As one of the whole electrode a volume fraction may be off (one standard error): that {named}. The "
            "image is small against its structure."
        ),
    )


def _bodies(_: VoxelImage, phases: "Sequence[PhaseDescription]") -> list[str]:
    """On sizes that are known badly or not at all."""
    cut, few = [], []
    for phase in phases:
        if phase.sizes is None:
            continue
        bodies = phase.sizes.particles
        if bodies is None:
            cut.append((0.0, f"{phase.name!r}"))
        elif not bodies.median_errors[1] <= MOST_MEDIAN_ERROR:
            count = bodies.effective_counts[1]
            few.append((count, f"{phase.name!r} (as good as {count:.0f} of one size)"))
    return [
        *_sentence(
            cut, lambda named: f"Every body of {named} touches the border of the image: their sizes are not known."
        ),
        *_sentence(
            few,
            lambda named: (
                f"Sizes rest on few whole bodies, so that the median by volume is not known to "
                f"{MOST_MEDIAN_ERROR:.0%}: {named}."
            ),
        ),
    ]


def _double_layers(image: VoxelImage, phases: "Sequence[PhaseDescription]") -> list[str]:
    found = []
    for phase in phases:
        if phase.sizes is not None and image.has_physical_length:
            radius = phase.sizes.thickness.quantile_m(0.1) / 2
            if DEBYE_LENGTH_m > MOST_DEBYE_SHARE * radius:
                found.append((radius, f"{phase.name!r} has a radius below {1e9 * radius:.2g} nm"))
    return _sentence(
        found,
        lambda named: (
            f"A tenth of {named}; where electrolyte fills it, the Debye length (about {1e9 * DEBYE_LENGTH_m:.2g} nm "
            "at 1 mol/l) is not small against that, and double layers overlap."
        ),
    )


def _voxels(image: VoxelImage, phase: "PhaseDescription") -> float:
    """Median thickness over the longest edge of a voxel; infinite for a phase without walls."""
    return math.inf if phase.sizes is None else phase.sizes.thickness.median_m / max(image.voxel_size_m)


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.01 else f"{share:.2%}"


def _sentence(found: list[tuple[float, str]], put: Callable[[str], str]) -> list[str]:
    """One sentence on the phases found, in rising order of their numbers; none if there are none."""
    words = [text for _, text in sorted(found, key=lambda one: one[0])]
    if len(words) > _MOST_NAMED:
        words = [*words[: _MOST_NAMED - 1], f"{len(words) - _MOST_NAMED + 1} phases more"]
    return [put(f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0])] if words else []
