"""What of a cell PyBaMM's own Doyle-Fuller-Newman model computes, by which options, and what is lost on the way."""

from typing import Any

from electrode_homog.p2d.active_phases import particle_phases
from electrode_homog.p2d.kinetic_radius import radius_scales
from electrode_homog.p2d.names import CONTACT_RESISTANCE_OPTION, PARTICLE_PHASES_OPTION, TORTUOSITY_FACTOR_OPTION
from electrode_homog.parameters import CellParameters
from electrode_homog.parameters.active_phase import ActiveMaterialValues
from electrode_homog.particles import DarkenDiffusivity, Sphere
from electrode_homog.table import Table

SIDES = ("negative", "positive")


def stock_options(cell: CellParameters) -> dict[str, Any]:
    """Options for `pybamm.lithium_ion.DFN`, with which it computes this cell from `to_pybamm(cell)`."""
    options: dict[str, Any] = dict(TORTUOSITY_FACTOR_OPTION)
    if cell.cell.contact_resistance_Ohm > 0:
        options |= CONTACT_RESISTANCE_OPTION
    phases = particle_phases(cell)
    return options if phases == ("1", "1") else {**options, PARTICLE_PHASES_OPTION: phases}


def needed_options(cell: CellParameters) -> dict[str, Any]:
    """Those of `stock_options` without which it computes another cell, or none."""
    return {key: value for key, value in stock_options(cell).items() if key not in TORTUOSITY_FACTOR_OPTION}


def beyond_stock(cell: CellParameters) -> list[str]:
    """What PyBaMM's own model does not compute, one text each: path, reason, remedy. Empty if there is nothing."""
    texts = []
    for path, phase in cell.active_materials().items():
        if not isinstance(phase.particle, Sphere):
            texts.append(
                f"{path}.particle is a {type(phase.particle).__name__}, and PyBaMM's own particles are spheres of one "
                f"size: write particle = {{sphere_radius_m = {phase.particle.radius_m:.6g}}} for spheres of the same "
                "surface, or compute with pybamm_model"
            )
    for side in SIDES:
        if len(radius_scales(getattr(cell, side))) > 1:
            texts.append(
                f"{side}.layers differ in area per active material, which PyBaMM's own model takes for other sizes of "
                "the particles: leave surface_area_per_m out of the layers, or compute with pybamm_model"
            )
    return texts


def losses(cell: CellParameters) -> list[str]:
    """What values for PyBaMM cannot say, or only approximately, that PyBaMM's own model computes all the same."""
    texts = [
        "inactive_fraction, which is what porosity and active fraction leave",
        "transport laws between porosities: B of this porosity comes as tortuosity factor and as Bruggeman coefficient",
    ]
    for path, phase in cell.active_materials().items():
        texts += _material_losses(path, phase)
    for side in SIDES:
        layers = getattr(cell, side).layers
        if layers is not None:
            texts.append(
                f"{side}.layers are steps along x: exact on a mesh with cell faces on their boundaries, which "
                "pybamm_model brings and PyBaMM's own model does not; of these values PyBaMM's SPMe takes the "
                "Bruggeman coefficients only, by its default option"
            )
        if layers is not None and len(set(layers.active_fraction)) > 1:
            texts.append(
                f"{side}.layers differ in active fraction, of which PyBaMM evaluates no mean: it takes no initial "
                "state of charge, only initial concentrations, and no SEI in such an electrode but in pybamm_model"
            )
        if getattr(cell, side).secondary is not None:
            texts.append(
                f"{side}.secondary: with two active materials PyBaMM's own model takes an algebraic form that does not "
                "keep the salt, unlike pybamm_model: 0.5 mV apart at 1C on 20 points (chen2020_composite)"
            )
    if cell.thermal is not None:
        texts.append("thermal: in-plane conductivities, under names that PyBaMM's own models do not read")
    return texts


def _material_losses(path: str, phase: ActiveMaterialValues) -> list[str]:
    texts = []
    if phase.measured_surface_area_per_m is not None:
        texts.append(
            f"{path}.measured_surface_area_per_m comes as the radius with this surface and a diffusivity to match: the "
            "same currents and concentrations, but radii in the answers are not those of the particles"
        )
    if isinstance(phase.diffusivity_m2_s, DarkenDiffusivity):
        texts.append(
            f"{path}.diffusivity_m2_s comes as D(x, T) evaluated from its law; PyBaMM's own particle solves it on even "
            "shells, not on the points of pybamm_model"
        )
    for name in ("open_circuit_potential_V", "entropic_change_V_K"):
        if isinstance(getattr(phase, name), Table):
            texts.append(f"{path}.{name} ends where its table does; PyBaMM goes on beyond, without a word")
    return texts
