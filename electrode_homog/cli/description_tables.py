"""What an image holds, as tables on the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from electrode_homog.cli.console import table

if TYPE_CHECKING:
    from electrode_homog.microstructure import Description, PhaseDescription, Survey


def show_description(described: "Survey | Description") -> None:
    """All tables of a survey, and for a description those of sizes and correlation; the figures are in the report."""
    from electrode_homog.microstructure import Description

    if not isinstance(described, Description):
        _show_survey(described)
        return
    _show_survey(described.survey)
    length, unit = _unit(described.survey)
    _show_sizes(described.phases, length, unit)
    _show_lines(described.phases, length, unit)


def _unit(survey: "Survey") -> tuple[float, str]:
    """What a length in metres is multiplied with, and the unit it has then."""
    return (1.0, "voxels") if survey.voxel_size_m == (1.0, 1.0, 1.0) else (1e6, "um")


def _show_survey(survey: "Survey") -> None:
    length, unit = _unit(survey)
    size = " x ".join(map(str, survey.shape))
    edges = " x ".join(f"{edge * length:g}" for edge in survey.voxel_size_m)
    table(
        f"{survey.source}: {size} voxels of {edges} {unit}; connected: share of the phase from face to face",
        ["phase", "labels", "fraction", "connected x", "y", "z", "isolated"],
        [
            [
                phase.name,
                ", ".join(map(str, phase.labels)),
                f"{phase.volume_fraction:.4f}",
                *(f"{share:.4f}" for share in phase.connected_fraction),
                f"{phase.isolated_fraction:.2%}",
            ]
            for phase in survey.phases
        ],
    )
    if survey.interfaces:
        _show_areas(survey, length, unit)
    if survey.triple_lines:
        table(
            "lines where three phases meet, per volume of the image",
            ["phases", f"length 1/{unit}2"],
            [[" | ".join(line.phases), f"{line.length_per_m2 / length**2:.4g}"] for line in survey.triple_lines],
        )


def _show_areas(survey: "Survey", length: float, unit: str) -> None:
    """The surface of each phase, then the interface of each two."""
    names = [phase.name for phase in survey.phases] + [" | ".join(found.phases) for found in survey.interfaces]
    facing = [[""] * 3 for _ in survey.phases]
    facing += [[f"{found.normal_tensor[axis, axis]:.3f}" for axis in range(3)] for found in survey.interfaces]
    table(
        "areas per volume of the image; facing: mean square of the normal along x, y, z",
        ["surface", f"area 1/{unit}", "counting faces", "facing x", "y", "z"],
        [
            [name, f"{found.area_per_m / length:.4g}", f"{found.face_count_area_per_m / length:.4g}", *normal]
            for name, found, normal in zip(names, (*survey.phases, *survey.interfaces), facing, strict=True)
        ],
    )


def _show_sizes(phases: "Sequence[PhaseDescription]", length: float, unit: str) -> None:
    described = [(phase.name, phase.sizes) for phase in phases if phase.sizes is not None]
    if not described:
        return
    shares = (0.1, 0.5, 0.9)
    rows, radii = [], []
    for name, sizes in described:
        bodies = ["", "", "", ""]
        if sizes.particles is not None:
            deciles = [2 * sizes.particles.volume_quantile_m(share) for share in shares]
            bodies = [str(sizes.particles.radii_m.size), *(f"{diameter * length:.3g}" for diameter in deciles)]
        rows.append([name, *(f"{sizes.thickness.quantile_m(share) * length:.3g}" for share in shares), *bodies])
        found = (sizes.radii.volume_m, sizes.radii.area_m, sizes.radii.diffusion_m)
        radii.append([name, *("" if radius is None else f"{radius * length:.3g}" for radius in found)])
    table(
        f"sizes by volume in {unit}: local thickness; number and diameters of whole bodies, parted at necks",
        ["phase", "thickness D10", "D50", "D90", "bodies", "D10", "D50", "D90"],
        rows,
    )
    table(
        f"radii in {unit} of balls of the same volume, area per volume, diffusion time",
        ["phase", "volume", "area", "diffusion"],
        radii,
    )


def _show_lines(phases: "Sequence[PhaseDescription]", length: float, unit: str) -> None:
    table(
        f"mean chord and correlation length along x, y, z in {unit}; fraction ±: standard error of the volume fraction "
        "as that of the whole electrode",
        ["phase", "chord x", "y", "z", "correlation x", "y", "z", "fraction ±"],
        [
            [phase.name]
            + [f"{value * length:.3g}" for value in phase.anisotropy.mean_chord_m]
            + [f"{value * length:.3g}" for value in phase.anisotropy.correlation_length_m]
            + [f"{phase.fraction_relative_error:.2%}"]
            for phase in phases
        ],
    )
