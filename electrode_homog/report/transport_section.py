"""Section "Transport": effective tensors with their bounds and errors, and B against porosity."""

from typing import assert_never

import numpy as np

from electrode_homog.homogenization import Boundary, EffectiveConductivity, EffectiveTensor
from electrode_homog.microstructure import Microstructure
from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.report.digits import joined, percent, rounded, seconds_text, written
from electrode_homog.report.efficiency import bulk_conductivity, bulk_fraction, transport_efficiency
from electrode_homog.report.page import Beside, Block, Cell, Facts, Figure, Matrix, Panel, Section, Table
from electrode_homog.report.porosity_panel import porosity_panels
from electrode_homog.report.transport_figures import bars
from electrode_homog.transport_law import bruggeman_exponent

_ANISOTROPIC = 1.05  # ratio of the largest to the least diagonal entry that is called out
_BINDER_WORDS = ("binder", "cbd", "carbon", "additive")
BOUNDARY_TEXT = {
    Boundary.INSULATED_SIDES: "potential fixed on two faces, sides insulated",
    Boundary.PERIODIC: "periodic",
    Boundary.LINEAR_POTENTIAL: "linear potential on all six faces",
    Boundary.UNIFORM_FLUX: "uniform flux through all six faces",
}


def transport_section(contents: Contents) -> Section | None:
    panels = [_tensor_panel(tensor, contents, f"tensor{number}") for number, tensor in enumerate(contents.tensors)]
    if contents.conductivities:
        panels.append(_conductivity_panel(contents.conductivities))
    panels += porosity_panels(contents)
    return Section("transport", "Transport", tuple(panels)) if panels else None


def _tensor_panel(labelled: Labelled[EffectiveTensor], contents: Contents, name: str) -> Panel:
    tensor = labelled.item
    B = transport_efficiency(tensor)
    unitless = bulk_conductivity(tensor) == 1
    symbol = "Transport efficiency B" if unitless else "Effective conductivity (unit of the input)"
    conducting = joined([f"{name} ({_conductivity_text(values)})" for name, values in tensor.conductivity.items()])
    shows = (
        f"How well the structure conducts along each axis when {conducting} "
        f"{'conducts' if len(tensor.conductivity) == 1 else 'conduct'} and the rest insulates"
        f"{': effective over bulk conductivity' if unitless else ''}."
    )
    caption = "Bars: the effective value. Grey: what the volume fractions allow, up to Voigt (straight channels). "
    if tensor.hashin_shtrikman:
        caption += "HS+: the most that an isotropic structure reaches (Hashin–Shtrikman)."
    blocks: tuple[Block, ...] = (
        Beside((_matrix(tensor, symbol), Figure(caption, (bars(tensor, name, symbol),)))),
        _axis_table(tensor, B),
        _facts(tensor),
    )
    return Panel(labelled.label, shows, blocks, tuple(_cautions(tensor, contents)))


def _matrix(tensor: EffectiveTensor, symbol: str) -> Matrix:
    scale = float(np.abs(tensor.matrix).max()) or 1.0
    insulated = tensor.boundary is Boundary.INSULATED_SIDES
    texts = tuple(
        tuple("·" if insulated and i != j else rounded(float(tensor.matrix[i, j]), 4) for j in range(3))
        for i in range(3)
    )
    shades = tuple(tuple(float(abs(value)) / scale for value in row) for row in tensor.matrix)
    note = " Dots: not determined with insulated sides." if insulated else ""
    caption = f"{symbol}; row: direction of the flux, column: direction of the gradient.{note}"
    return Matrix(caption, texts, shades, "")


def _axis_table(tensor: EffectiveTensor, B: np.ndarray | None) -> Table:
    values = np.diag(tensor.matrix)
    single = len(tensor.conductivity) == 1
    head = ["Axis", "Effective value", "Tortuosity factor τ" if single else "Voigt over value", "Reuss", "Voigt"]
    if tensor.hashin_shtrikman is not None:
        head.append("HS+")
    if B is not None:
        head.append("Bruggeman exponent b")
    rows = []
    for axis in range(3):
        name = "x, through-thickness" if axis == 0 else "xyz"[axis]
        row = [name, rounded(float(values[axis]), 4), rounded(float(tensor.tortuosity_factor[axis]))]
        row += [rounded(float(bound[axis])) for bound in (tensor.reuss, tensor.voigt)]
        if tensor.hashin_shtrikman is not None:
            row.append(rounded(tensor.hashin_shtrikman[1]))
        if B is not None:
            row.append(_exponent_text(bulk_fraction(tensor), float(B[axis])))
        rows.append(tuple(Cell(text) for text in row))
    caption = "Effective values, and the bounds that volume fractions alone set."
    caption += " τ is volume fraction over B: a factor, never squared." if single else ""
    return Table(caption, tuple(head), tuple(rows), numeric=tuple(range(1, len(head))), marked_rows=(0,))


def _exponent_text(fraction: float, B: float) -> str:
    if B <= 0 or fraction >= 1 or fraction < B:
        return "–"
    return rounded(bruggeman_exponent(fraction, B))


def _facts(tensor: EffectiveTensor) -> Facts:
    values = np.diag(tensor.matrix)
    pairs = [
        ("Volume fraction", percent(tensor.volume_fraction)),
        ("Boundary", BOUNDARY_TEXT[tensor.boundary]),
        ("Relative error on these voxels", f"{rounded(tensor.relative_error, 2)} (asked: {tensor.tolerance:g})"),
        ("Iterations", str(tensor.iterations)),
        ("Time", seconds_text(tensor.seconds)),
    ]
    if values.min() > 0:
        pairs.append(("Anisotropy (largest over least)", rounded(float(values.max() / values.min()))))
    return Facts(tuple(pairs))


def _cautions(tensor: EffectiveTensor, contents: Contents) -> list[str]:
    values = np.diag(tensor.matrix)
    cautions = []
    blocked = [tensor.boundary.obstacle(axis) for axis in range(3) if not tensor.percolates[axis]]
    if blocked:
        conductors = joined(list(tensor.conductivity))
        cautions.append(f"{conductors} {joined(blocked)}; the value there is exactly 0, not small.")
    if values.min() > 0 and values.max() / values.min() > _ANISOTROPIC:
        best, worst = "xyz"[int(values.argmax())], "xyz"[int(values.argmin())]
        mean_over_x = float(values.mean() / values[0])
        cautions.append(
            f"Anisotropic: {best} conducts {rounded(float(values.max() / values.min()))} times as well as {worst}. A "
            f"cell model takes x only; the mean over the axes would be {percent(mean_over_x)} of it."
        )
    cautions += _boundary_cautions(tensor, contents)
    binder = [phase for phase in tensor.volume_fractions if any(word in phase.lower() for word in _BINDER_WORDS)]
    impermeable = [phase for phase in binder if phase not in tensor.conductivity]
    pores_conduct = any(
        word in phase.lower() for phase in tensor.conductivity for word in ("pore", "void", "electrolyte")
    )
    if impermeable and pores_conduct:
        share = percent(sum(tensor.volume_fractions[phase] for phase in impermeable))
        cautions.append(
            f"{joined(impermeable)} ({share} of the volume) is taken as impermeable. Real binder has pores of its own; "
            "treating it as solid lowers B of calendered electrodes by a factor of 1.35 to 1.8."
        )
    cautions.append(
        f"The relative error, {rounded(tensor.relative_error, 2)}, is that of the solver on these voxels. Staircase "
        "walls add an error of their own: B too low by 1 to 7 % at 64 voxels per feature, more when coarser."
    )
    return cautions


def _boundary_cautions(tensor: EffectiveTensor, contents: Contents) -> list[str]:
    smallest = min(tensor.shape)
    found = []
    if smallest < 64:
        found.append(f"The image is {smallest} voxels wide along one axis: too small to stand for an electrode.")
    match tensor.boundary:
        case Boundary.INSULATED_SIDES:
            found.append("Off-diagonal entries cannot be found with insulated sides; the other conditions show them.")
        case Boundary.PERIODIC:
            for electrode in contents.electrodes:
                image = electrode.item.image
                if (image.source, image.shape) == (tensor.source, tensor.shape):
                    found += _seam_cautions(electrode.item)
        case Boundary.LINEAR_POTENTIAL:
            found.append(
                "A potential fixed on all faces overestimates, the more the smaller the image: it is never below "
                "insulated or periodic faces, and not 0 where a phase only touches the surface in two places."
            )
        case Boundary.UNIFORM_FLUX:
            found.append(
                "A uniform flux through all faces underestimates, the more the smaller the image: it is never above "
                "periodic faces, and 0 along an axis whose faces an insulator touches, whatever conducts inside."
            )
        case _:
            assert_never(tensor.boundary)
    return found


def _seam_cautions(electrode: Microstructure) -> list[str]:
    """Periodic faces on an image whose opposite faces do not continue each other."""
    ratios = seam_ratios(electrode)
    rough = [axis for axis, ratio in zip("xyz", ratios, strict=True) if ratio > 2]
    if not rough:
        return []
    return [
        f"Solved as periodic, but opposite faces do not fit along {joined(rough)}: across that seam "
        f"{rounded(max(ratios), 2)} times as many voxels change phase as inside. Use insulated sides."
    ]


def seam_ratios(electrode: Microstructure) -> tuple[float, float, float]:
    """Changes of phase between first and last layer over those between neighbouring layers, per axis."""
    numbers = np.zeros(electrode.image.shape, dtype=np.uint8)
    for number, name in enumerate(electrode.phases):
        numbers[electrode.mask(name)] = number % 256
    ratios = []
    for axis in range(3):
        layers = np.moveaxis(numbers, axis, 0)
        seam = np.mean(layers[0] != layers[-1])
        step = max(1, len(layers) // 16)
        inside = np.mean(layers[:-1:step] != layers[1::step]) if len(layers) > 2 else 0.0
        ratios.append(float(seam / inside) if inside > 0 else 0.0)
    return ratios[0], ratios[1], ratios[2]


def _conductivity_panel(values: list[Labelled[EffectiveConductivity]]) -> Panel:
    rows = []
    for labelled in values:
        value = labelled.item
        tau = value.volume_fraction / value.value if 0 < value.value <= value.volume_fraction else float("nan")
        row = (
            labelled.label,
            "xyz"[value.axis],
            rounded(value.value, 4),
            percent(value.volume_fraction),
            rounded(tau),
            rounded(value.relative_error, 2),
            str(value.iterations),
            BOUNDARY_TEXT[value.boundary],
        )
        rows.append(tuple(Cell(text) for text in row))
    head = (
        "Name",
        "Axis",
        "Effective value",
        "Volume fraction",
        "τ if bulk is 1",
        "Relative error",
        "Iterations",
        "Boundary",
    )
    table = Table("Effective conductivities, in the unit of the input.", head, tuple(rows), numeric=(2, 3, 4, 5, 6))
    cautions = (
        "One direction only: how anisotropic the structure is does not show.",
        "τ is volume fraction over value and assumes a bulk conductivity of 1 in a single phase.",
    )
    return Panel("Single directions", "Effective values along one axis each.", (table,), cautions)


def _conductivity_text(values: tuple[float, float, float]) -> str:
    if len(set(values)) == 1:
        return written(values[0])
    return ", ".join(written(value) for value in values)
