"""What an image holds, as tables on the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from electrode_homog.cli.console import table

if TYPE_CHECKING:
    from electrode_homog.microstructure import Description, PhaseDescription, Survey

AXES = ("x", "y", "z")


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
        ["phase", "labels", "fraction", "connected x", "y", "z", "isolated", f"area 1/{unit}", "by voxel faces"],
        [
            [
                phase.name,
                ", ".join(map(str, phase.labels)),
                f"{phase.volume_fraction:.4f}",
                *(f"{share:.4f}" for share in phase.connected_fraction),
                f"{phase.isolated_fraction:.2%}",
                f"{phase.area_per_m / length:.4g}",
                f"{phase.face_count_area_per_m / length:.4g}",
            ]
            for phase in survey.phases
        ],
    )
    if survey.interfaces:
        table(
            "interfaces, per volume of the image; facing: mean square of the normal along x, y, z",
            ["phases", f"area 1/{unit}", "facing x", "y", "z"],
            [
                [" | ".join(found.phases), f"{found.area_per_m / length:.4g}"]
                + [f"{found.normal_tensor[axis, axis]:.3f}" for axis in range(3)]
                for found in survey.interfaces
            ],
        )
    if survey.triple_lines:
        table(
            "lines where three phases meet, per volume of the image",
            ["phases", f"length 1/{unit}2"],
            [[" | ".join(line.phases), f"{line.length_per_m2 / length**2:.4g}"] for line in survey.triple_lines],
        )


def _show_sizes(phases: "Sequence[PhaseDescription]", length: float, unit: str) -> None:
    rows = []
    for phase in phases:
        if phase.sizes is None:
            continue
        thickness, particles, radii = phase.sizes.thickness, phase.sizes.particles, phase.sizes.radii
        bodies = ["", "", "", ""]
        if particles is not None:
            shares = (particles.volume_quantile_m(share) for share in (0.1, 0.5, 0.9))
            bodies = [str(particles.radii_m.size), *(f"{2 * radius * length:.3g}" for radius in shares)]
        rows.append(
            [phase.name]
            + [f"{thickness.quantile_m(share) * length:.3g}" for share in (0.1, 0.5, 0.9)]
            + bodies
            + ["" if radii.volume_m is None else f"{radii.volume_m * length:.3g}"]
            + [f"{radius * length:.3g}" for radius in (radii.area_m, radii.diffusion_m)]
        )
    if rows:
        table(
            f"sizes in {unit}: local thickness; diameters of whole bodies, parted at necks (by volume); radii of balls "
            "of the same volume, area, diffusion time",
            [
                "phase",
                "thickness D10",
                "D50",
                "D90",
                "bodies",
                "D10",
                "D50",
                "D90",
                "R volume",
                "R area",
                "R diffusion",
            ],
            rows,
        )


def _show_lines(phases: "Sequence[PhaseDescription]", length: float, unit: str) -> None:
    table(
        f"along x, y, z in {unit}; fraction ±: standard error of the volume fraction as that of the whole electrode",
        ["phase", *(f"chord {a}" for a in AXES), *(f"correlation {a}" for a in AXES), "fraction ±"],
        [
            [phase.name]
            + [f"{value * length:.3g}" for value in phase.anisotropy.mean_chord_m]
            + [f"{value * length:.3g}" for value in phase.anisotropy.correlation_length_m]
            + [f"{phase.fraction_relative_error:.2%}"]
            for phase in phases
        ],
    )
