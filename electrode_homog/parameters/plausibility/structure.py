"""Lengths, fractions, transport laws and areas: what is possible, but not found in electrodes.

Conductivities are those at the reference temperature.
Usual ranges are wider than those of the published sets that are shipped and of the tomograms cited at each.
"""

from electrode_homog.expression import evaluate
from electrode_homog.parameters.active_phase import ActiveMaterialValues
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.checking import CM2_PER_SECOND
from electrode_homog.parameters.electrode import Electrode
from electrode_homog.parameters.plausibility.usual import Usual
from electrode_homog.parameters.problem import Problem, contradiction, oddity, within
from electrode_homog.parameters.separator import Separator
from electrode_homog.transport_law import BruggemanLaw, TransportLaw, tortuosity_factor

THICKNESS = Usual("thickness_m", "m", 5e-6, 3e-4)
POROSITY = Usual("porosity", "1", 0.1, 0.75)
INACTIVE = Usual("inactive_fraction", "1", 0.0, 0.4)
CONDUCTIVITY = Usual("conductivity_S_m", "S/m", 1e-6, 1e4)
DIFFUSIVITY = Usual("diffusivity_m2_s", "m2/s", 1e-20, 1e-11, (CM2_PER_SECOND,))
SEPARATOR_THICKNESS = Usual("thickness_m", "m", 3e-6, 3e-4)
SEPARATOR_POROSITY = Usual("porosity", "1", 0.25, 1.0)

LARGEST_TORTUOSITY_FACTOR = 15.0
"""Tomograms of electrodes and separators have 1.5 to 7 (Usseglio-Viretta et al. 2018), impedance up to 10."""

USUAL_AREA_RATIO, LARGEST_AREA_RATIO = 4.0, 100.0
"""Measured area over that of spheres: flakes and porous secondary particles, not more; a slip of unit."""


def structure_problems(cell: CellParameters) -> list[Problem]:
    """Of both electrodes and the separator."""
    problems = []
    for side in ("negative", "positive"):
        problems += within(side, _electrode_problems(getattr(cell, side), cell.cell.reference_temperature_K))
    return problems + within("separator", _separator_problems(cell.separator))


def _electrode_problems(electrode: Electrode, reference_K: float) -> list[Problem]:
    problems = THICKNESS.problems(electrode.thickness_m) + POROSITY.problems(electrode.porosity)
    problems += INACTIVE.problems(electrode.inactive_fraction)
    problems += CONDUCTIVITY.problems(evaluate(electrode.conductivity_S_m, T=reference_K))
    problems += _law_problems("electrolyte_law", electrode.electrolyte_law, electrode.porosity)
    problems += _particle_problems(electrode, electrode.thickness_m) + _area_problems(electrode)
    if electrode.secondary is not None:
        second = _particle_problems(electrode.secondary, electrode.thickness_m) + _area_problems(electrode.secondary)
        problems += within("secondary", second)
    return problems


def _separator_problems(separator: Separator) -> list[Problem]:
    problems = SEPARATOR_THICKNESS.problems(separator.thickness_m) + SEPARATOR_POROSITY.problems(separator.porosity)
    return problems + _law_problems("electrolyte_law", separator.electrolyte_law, separator.porosity)


def _law_problems(key: str, law: TransportLaw, porosity: float) -> list[Problem]:
    efficiency = law(porosity)
    tau = tortuosity_factor(porosity, efficiency)
    text = f"the tortuosity factor porosity / B is {tau:.4g} (B = {efficiency:.4g} at porosity {porosity:g})"
    if tau > LARGEST_TORTUOSITY_FACTOR:
        remedy = "B = effective / bulk conductivity; check that it is neither squared nor counted twice"
        return [oddity(key, text, tau, "1", remedy)]
    if tau < 1.02 and porosity < 0.9:
        remedy = "these are straight pores; is the value a porosity, or a path length?"
        return [oddity(key, text, tau, "1", remedy)]
    if isinstance(law, BruggemanLaw) and not law.covers(porosity):
        low, high = law.porosity_range
        text = f"the law was supported by data from porosity {low:g} to {high:g}; here it is {porosity:g}"
        return [oddity(key, text, porosity, "1", "take a law that holds at this porosity")]
    return []


def _particle_problems(phase: ActiveMaterialValues, thickness_m: float) -> list[Problem]:
    radius, problems = phase.particle.radius_m, []
    if isinstance(phase.diffusivity_m2_s, float):
        problems = DIFFUSIVITY.problems(phase.diffusivity_m2_s)
    text = f"the radius of the particles is {radius:.4g} m, the thickness of the electrode {thickness_m:.4g} m"
    remedy = "check both, and whether a diameter was meant"
    if radius > thickness_m:
        return [*problems, contradiction("particle", text, radius, "m", remedy)]
    if 2 * radius > thickness_m:
        return [*problems, oddity("particle", text, radius, "m", remedy)]
    return problems


def _area_problems(phase: ActiveMaterialValues) -> list[Problem]:
    if phase.measured_surface_area_per_m is None:
        return []
    area, radius = phase.measured_surface_area_per_m, phase.particle.radius_m
    spheres = 3 * phase.active_fraction / radius
    ratio = area / spheres
    text = f"measured_surface_area_per_m = {area:.4g} 1/m is {ratio:.3g} times that of the particles, 3 x active"
    text = f"{text} fraction / radius = {spheres:.4g} 1/m"
    remedy = "check its unit (1/m, per volume of the electrode, not of the solid or per mass) and the radius"
    if not 1 / LARGEST_AREA_RATIO <= ratio <= LARGEST_AREA_RATIO:
        return [contradiction("measured_surface_area_per_m", text, area, "1/m", remedy)]
    if not 1 / USUAL_AREA_RATIO <= ratio <= USUAL_AREA_RATIO:
        return [oddity("measured_surface_area_per_m", text, area, "1/m", remedy)]
    return []
