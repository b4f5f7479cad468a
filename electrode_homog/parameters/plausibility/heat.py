"""Heat capacities, volumes, cooled surfaces and tabs against each other, at the reference temperature."""

import math

from electrode_homog.expression import evaluate
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.checking import quantities
from electrode_homog.parameters.plausibility.usual import Usual
from electrode_homog.parameters.problem import Problem, contradiction, oddity, within
from electrode_homog.parameters.thermal import Cooling, CurrentCollector, Thermal, ThermalLayer

HEAT_CAPACITY = Usual("density_kg_m3", "J/(m3 K)", 1.5e5, 6e6)
"""Density times specific heat: foams of separators 0.3e6, metals and liquids 2e6 to 4e6."""

FOIL = Usual("conductivity_S_m", "S/m", 1e6, 1e8)

THROUGH = Usual("through_plane_conductivity_W_m_K", "W/(m K)", 0.02, 30.0)
MOST_ANISOTROPIC = 50.0

LORENZ, LORENZ_FACTOR = 2.44e-8, 3.0
"""Thermal over electrical conductivity and temperature of a metal [W Ohm/K2] (Wiedemann, Franz and Lorenz)."""

TRANSFER_W_m2_K = (0.1, 3000.0)
"""Still air to flowing liquid; 0 is an insulated face."""

LARGEST_SURFACE = 1000.0
"""Cooled surface over volume**(2/3): 6 of a cube, 100 of a thin pouch."""

EDGE_TOLERANCE = 1e-6


def heat_problems(cell: CellParameters) -> list[Problem]:
    """None for a cell without thermal values."""
    thermal = cell.thermal
    if thermal is None:
        return []
    problems, T = [], cell.cell.reference_temperature_K
    for name in ("negative", "separator", "positive", "negative_collector", "positive_collector"):
        part = getattr(thermal, name)
        heat = part.density_kg_m3 * evaluate(part.specific_heat_J_kg_K, T=T)
        text = f"density times specific heat of {name.replace('_', ' ')}"
        problems += within(f"thermal.{name}", HEAT_CAPACITY.problems(heat, text=text))
        if isinstance(part, CurrentCollector):
            assumed = cell.sources[f"thermal.{name}.conductivity_S_m"].lower().startswith("assumed")
            own = [] if assumed else _foil_problems(part, T)
        else:
            own = _layer_problems(part, T)
        problems += within(f"thermal.{name}", own)
    return problems + _cooling_problems(thermal) + _size_problems(cell, thermal) + _tab_problems(cell, thermal)


def _foil_problems(foil: CurrentCollector, reference_K: float) -> list[Problem]:
    problems = FOIL.problems(foil.conductivity_S_m)
    heat = evaluate(foil.thermal_conductivity_W_m_K, T=reference_K)
    lorenz = heat / (foil.conductivity_S_m * reference_K)
    if not problems and not 1 / LORENZ_FACTOR <= lorenz / LORENZ <= LORENZ_FACTOR:
        text = f"thermal_conductivity_W_m_K = {heat:g} W/(m K) is {lorenz / LORENZ:.3g} times that of a metal of this"
        remedy = "check both conductivities: that of heat is 2.44e-8 times that of current times temperature"
        text = f"{text} electrical conductivity"
        problems.append(oddity("thermal_conductivity_W_m_K", text, heat, "W/(m K)", remedy))
    return problems


def _layer_problems(layer: ThermalLayer, reference_K: float) -> list[Problem]:
    both = (layer.through_plane_conductivity_W_m_K, layer.in_plane_conductivity_W_m_K)
    through, plane = (evaluate(value, T=reference_K) for value in both)
    problems = THROUGH.problems(through)
    if not problems and not 1 / 1.5 <= plane / through <= MOST_ANISOTROPIC:
        text = f"in the plane heat is conducted {plane / through:.3g} times as well as through the layer"
        remedy = "layers conduct better in the plane, by a factor of a few: exchanged?"
        problems.append(oddity("in_plane_conductivity_W_m_K", text, plane, "W/(m K)", remedy))
    return problems


def _cooling_problems(thermal: Thermal) -> list[Problem]:
    problems = []
    for name, quantity in quantities(Cooling).items():
        value = getattr(thermal.cooling, name)
        if value and name.endswith("_W_m2_K") and not TRANSFER_W_m2_K[0] <= value <= TRANSFER_W_m2_K[1]:
            text = f"{name} = {value:g} {quantity.unit} is unusual: still air gives 5 to 10, water some hundreds"
            remedy = "check its unit, W/(m2 K)"
            problems.append(oddity(f"thermal.cooling.{name}", text, value, quantity.unit, remedy))
    return problems


def stack_volume_m3(cell: CellParameters, thermal: Thermal) -> float:
    """Of the layers and foils of all electrodes in parallel."""
    parts = (cell.negative, cell.separator, cell.positive, thermal.negative_collector, thermal.positive_collector)
    return sum(part.thickness_m for part in parts) * cell.cell.electrode_area_m2


def _size_problems(cell: CellParameters, thermal: Thermal) -> list[Problem]:
    volume, surface, problems = thermal.cooling.cell_volume_m3, thermal.cooling.surface_area_m2, []
    stack = stack_volume_m3(cell, thermal)
    ratio = volume / stack
    text = f"cell_volume_m3 = {volume:.4g} m3, but layers and foils take {stack:.4g} m3"
    about = (volume, "m3", "check the volume, and height, width and thicknesses")
    if not 0.05 <= ratio <= 100:
        problems.append(contradiction("thermal.cooling.cell_volume_m3", text, *about))
    elif not 0.4 <= ratio <= 4:
        problems.append(oddity("thermal.cooling.cell_volume_m3", text, *about))
    least = (36 * math.pi * volume**2) ** (1 / 3)
    if surface < least * (1 - 1e-3):
        text = f"surface_area_m2 = {surface:.4g} m2 is less than that of a sphere of the same volume, {least:.4g} m2"
        remedy = "check both; where only a part of the surface is cooled, lower the coefficient instead"
        problems.append(oddity("thermal.cooling.surface_area_m2", text, surface, "m2", remedy))
    if surface > LARGEST_SURFACE * volume ** (2 / 3):
        text = f"surface_area_m2 = {surface:.4g} m2 is that of no cell of {volume:.4g} m3"
        problems.append(oddity("thermal.cooling.surface_area_m2", text, surface, "m2", "check both"))
    return problems


def _tab_problems(cell: CellParameters, thermal: Thermal) -> list[Problem]:
    problems = []
    for name in ("negative_collector", "positive_collector"):
        problems += within(f"thermal.{name}", _place_problems(cell, getattr(thermal, name)))
    n, p = thermal.negative_collector, thermal.positive_collector
    places = [(t.tab_centre_y_m, t.tab_centre_z_m, t.tab_width_m) for t in (n, p)]
    if not problems and all(value is not None for place in places for value in place):
        (y, z, width), (y2, z2, width2) = places
        apart = math.hypot(y - y2, z - z2)  # type: ignore[operator]
        if (y == y2 or z == z2) and apart < (width + width2) / 2 * (1 - EDGE_TOLERANCE):  # type: ignore[operator]
            text = f"the tabs overlap: their centres are {apart:.4g} m apart, on one edge"
            key = "thermal.positive_collector.tab_centre_y_m"
            problems.append(oddity(key, text, y2, "m", "move them apart, if they are not on different sides"))
    return problems


def _place_problems(cell: CellParameters, foil: CurrentCollector) -> list[Problem]:
    """A tab lies on the edge of the electrode, y along the width and z along the height."""
    y, z, tab = foil.tab_centre_y_m, foil.tab_centre_z_m, foil.tab_width_m
    if y is None or z is None or tab is None:
        return []
    width, height = cell.cell.electrode_width_m, cell.cell.electrode_height_m
    slack = EDGE_TOLERANCE * max(width, height)
    across = z <= slack or z >= height - slack  # on the lower or upper edge, so that it extends along y
    for key, value, size, along in (("tab_centre_y_m", y, width, across), ("tab_centre_z_m", z, height, not across)):
        half = tab / 2 if along else 0.0
        remedy = "centres are measured from the lower left corner, y along the width and z along the height"
        if value > size + slack:
            text = f"{key} = {value:g} m is outside the electrode, of {size:g} m there"
            return [contradiction(key, text, value, "m", remedy)]
        if value - half < -slack or value + half > size + slack:
            text = f"{key} = {value:g} m: a tab {tab:g} m wide sticks out of the electrode, of {size:g} m there"
            return [oddity(key, text, value, "m", remedy)]
    if not across and slack < y < width - slack:
        text = f"tab_centre_y_m = {y:g} m, tab_centre_z_m = {z:g} m is not on an edge of the electrode"
        remedy = "put the tab on an edge: y = 0 or the width, z = 0 or the height"
        return [oddity("tab_centre_y_m", text, y, "m", remedy)]
    return []
