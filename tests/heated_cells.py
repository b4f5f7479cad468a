"""A cell that conducts heat differently along its layers and through them, and what uniform heating makes of it."""

from typing import Any

import numpy as np

from electrode_homog.p2d import pybamm_model, to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.parameters import CellParameters, load_parameter_set
from electrode_homog.parameters.thermal import Cooling, CurrentCollector, Thermal, ThermalLayer

IN_PLANE = {"thermal": "x-lumped", "current collector": "potential pair", "cell geometry": "pouch"}
HEIGHT_M, WIDTH_M, TAB_M = 0.2, 0.3, 0.1
INSULATED = {
    f"{place}_coefficient_W_m2_K": 0.0
    for place in ("negative_face", "positive_face", "edge", "negative_tab", "positive_tab")
}


def heated_cell(**cooling: float) -> CellParameters:
    """Chen2020 as a pouch of 0.2 m x 0.3 m with two tabs of 0.1 m at its top; insulated but for `cooling`."""
    cell = load_parameter_set("chen2020").with_value("cell.electrode_height_m", HEIGHT_M)
    thermal = Thermal(
        negative=ThermalLayer(1657.0, 700.0, 1.2, 7.7),
        separator=ThermalLayer(397.0, 700.0, 0.16, 0.9),
        positive=ThermalLayer(3262.0, 700.0, 2.1, 4.4),
        negative_collector=CurrentCollector(12e-6, 5.84e7, 8960.0, 385.0, 401.0, TAB_M, TAB_M / 2, HEIGHT_M),
        positive_collector=CurrentCollector(16e-6, 3.69e7, 2700.0, 897.0, 237.0, TAB_M, WIDTH_M - TAB_M / 2, HEIGHT_M),
        cooling=Cooling(2.42e-5, 5.31e-3, 10.0, **{**INSULATED, **cooling}),
    )
    return cell.with_value("cell.electrode_width_m", WIDTH_M).with_thermal(thermal)


def layers(cell: CellParameters) -> list[tuple[float, float, float]]:
    """Thickness, through-plane and in-plane conductivity, from the negative foil to the positive one."""
    thermal = cell.thermal
    assert thermal is not None
    foils = [
        (foil.thickness_m, foil.thermal_conductivity_W_m_K, foil.thermal_conductivity_W_m_K)
        for foil in (thermal.negative_collector, thermal.positive_collector)
    ]
    inner = [
        (part.thickness_m, layer.through_plane_conductivity_W_m_K, layer.in_plane_conductivity_W_m_K)
        for part, layer in (
            (cell.negative, thermal.negative),
            (cell.separator, thermal.separator),
            (cell.positive, thermal.positive),
        )
    ]
    return [foils[0], *inner, foils[1]]


def thickness_m(cell: CellParameters) -> float:
    return sum(thickness for thickness, _, _ in layers(cell))


def in_plane_conductivity(cell: CellParameters) -> float:
    """The mean weighted with thickness: layers side by side."""
    return sum(thickness * along for thickness, _, along in layers(cell)) / thickness_m(cell)


def steady_temperatures_K(
    cell: CellParameters, options: dict[str, Any], heat_W_m3: float, points: dict[str, int], names: list[str]
) -> list[np.ndarray]:
    """Variables after a time without end when every place is heated alike and nothing else goes on."""
    pybamm = import_pybamm()
    model = pybamm_model(cell, options=options)
    thermal = model.submodels["thermal"]
    variables = thermal.get_fundamental_variables()
    inside = ("negative electrode", "separator", "positive electrode")
    everywhere = pybamm.PrimaryBroadcast(heat_W_m3, "current collector")
    variables |= {
        "Surface temperature [K]": variables["Ambient temperature [K]"],
        "X-averaged total heating [W.m-3]": everywhere,
        "Negative current collector Ohmic heating [W.m-3]": everywhere,
        "Positive current collector Ohmic heating [W.m-3]": everywhere,
        "Total heating [W.m-3]": pybamm.concatenation(
            *(pybamm.FullBroadcast(heat_W_m3, [domain], "current collector") for domain in inside)
        ),
    }
    thermal.set_rhs(variables)
    thermal.set_boundary_conditions(variables)
    thermal.set_initial_conditions(variables)
    alone = pybamm.BaseModel()
    alone.rhs, alone.initial_conditions = thermal.rhs, thermal.initial_conditions
    alone.boundary_conditions = thermal.boundary_conditions
    alone.variables = {name: variables[name] for name in names}
    values, geometry = to_pybamm(cell), model.default_geometry
    values.process_geometry(geometry)
    values.process_model(alone)
    mesh = pybamm.Mesh(geometry, model.default_submesh_types, {**model.default_var_pts, **points})
    pybamm.Discretisation(mesh, model.default_spatial_methods).process_model(alone)
    solution = pybamm.IDAKLUSolver(rtol=1e-10, atol=1e-10).solve(alone, [0, 1e7])
    return [solution[name].entries[..., -1] for name in names]


def temperature_drop_K(cell: CellParameters, heat_W_m3: float) -> float:
    """Of all layers but the foils, which are each at one temperature, when the heat leaves by the positive face only.

    A layer of thickness L and conductivity k, which the flux q enters, has q L/k + Q L**2/(2 k) across it.
    """
    foil, *inner, _ = layers(cell)
    flux, drop = heat_W_m3 * foil[0], 0.0
    for thickness, through, _ in inner:
        drop += (flux * thickness + heat_W_m3 * thickness**2 / 2) / through
        flux += heat_W_m3 * thickness
    return drop


def heat_that_leaves_W(cell: CellParameters, temperature_K: np.ndarray) -> float:
    """By faces, edges and tabs, from the temperature (y, z) at the nodes of a mesh whose nodes the tabs end on."""
    thermal = cell.thermal
    assert thermal is not None
    cooling = thermal.cooling
    above_K = temperature_K - cell.cell.ambient_temperature_K
    y, z = np.linspace(0, WIDTH_M, above_K.shape[0]), np.linspace(0, HEIGHT_M, above_K.shape[1])
    faces = np.trapezoid(np.trapezoid(above_K, z, axis=1), y)
    edges = np.trapezoid(above_K[:, [0, -1]], y, axis=0).sum() + np.trapezoid(above_K[[0, -1]], z, axis=1).sum()
    negative, positive = y <= TAB_M + 1e-9, y >= WIDTH_M - TAB_M - 1e-9
    tabs = [
        (foil.thickness_m * np.trapezoid(above_K[at, -1], y[at]), coefficient or 0.0)
        for foil, at, coefficient in (
            (thermal.negative_collector, negative, cooling.negative_tab_coefficient_W_m2_K),
            (thermal.positive_collector, positive, cooling.positive_tab_coefficient_W_m2_K),
        )
    ]
    face_coefficients = (cooling.negative_face_coefficient_W_m2_K or 0) + (
        cooling.positive_face_coefficient_W_m2_K or 0
    )
    edge = (cooling.edge_coefficient_W_m2_K or 0) * (thickness_m(cell) * edges - sum(area for area, _ in tabs))
    return float(face_coefficients * faces + edge + sum(area * coefficient for area, coefficient in tabs))
