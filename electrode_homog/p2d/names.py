"""The one table of PyBaMM's parameter, variable and event names that this package uses, written in full.

Names of PyBaMM 26.10. A test compares the parameters with the list of those that its P2D model needs.
"""

TORTUOSITY_FACTOR_OPTION = {"transport efficiency": "tortuosity factor"}
RADIAL_POINTS = ("r_n", "r_p", "r_n_prim", "r_p_prim", "r_n_sec", "r_p_sec")
SURFACE_FORM_OPTION = "surface form"
PARTICLE_PHASES_OPTION = "particle phases"
CONTACT_RESISTANCE_OPTION = {"contact resistance": "true"}

CELL_PARAMETERS = {
    "nominal_capacity_Ah": "Nominal cell capacity [A.h]",
    "electrode_height_m": "Electrode height [m]",
    "electrode_width_m": "Electrode width [m]",
    "electrodes_in_parallel": "Number of electrodes connected in parallel to make a cell",
    "cells_in_series": "Number of cells connected in series to make a battery",
    "lower_voltage_V": "Lower voltage cut-off [V]",
    "upper_voltage_V": "Upper voltage cut-off [V]",
    "initial_temperature_K": "Initial temperature [K]",
    "ambient_temperature_K": "Ambient temperature [K]",
    "reference_temperature_K": "Reference temperature [K]",
    "contact_resistance_Ohm": "Contact resistance [Ohm]",
}
CURRENT_PARAMETER = "Current function [A]"
STATE_OF_CHARGE_PARAMETERS = {
    "lower_voltage_V": "Open-circuit voltage at 0% SOC [V]",
    "upper_voltage_V": "Open-circuit voltage at 100% SOC [V]",
}
"""What PyBaMM asks for besides when it is given an initial state of charge: the cut-offs, as in its own sets."""

SEPARATOR_PARAMETERS = {
    "thickness_m": "Separator thickness [m]",
    "porosity": "Separator porosity",
    "electrolyte_tortuosity_factor": "Separator tortuosity factor (electrolyte)",
    "electrolyte_bruggeman": "Separator Bruggeman coefficient (electrolyte)",
}

NEGATIVE_PARAMETERS = {
    "thickness_m": "Negative electrode thickness [m]",
    "porosity": "Negative electrode porosity",
    "active_fraction": "Negative electrode active material volume fraction",
    "particle_radius_m": "Negative particle radius [m]",
    "maximum_concentration_mol_m3": "Maximum concentration in negative electrode [mol.m-3]",
    "initial_concentration_mol_m3": "Initial concentration in negative electrode [mol.m-3]",
    "conductivity_S_m": "Negative electrode conductivity [S.m-1]",
    "diffusivity_m2_s": "Negative particle diffusivity [m2.s-1]",
    "open_circuit_potential_V": "Negative electrode OCP [V]",
    "entropic_change_V_K": "Negative electrode OCP entropic change [V.K-1]",
    "exchange_current_density_A_m2": "Negative electrode exchange-current density [A.m-2]",
    "electrolyte_tortuosity_factor": "Negative electrode tortuosity factor (electrolyte)",
    "electrolyte_bruggeman": "Negative electrode Bruggeman coefficient (electrolyte)",
    "solid_tortuosity_factor": "Negative electrode tortuosity factor (electrode)",
    "solid_bruggeman": "Negative electrode Bruggeman coefficient (electrode)",
}

POSITIVE_PARAMETERS = {
    "thickness_m": "Positive electrode thickness [m]",
    "porosity": "Positive electrode porosity",
    "active_fraction": "Positive electrode active material volume fraction",
    "particle_radius_m": "Positive particle radius [m]",
    "maximum_concentration_mol_m3": "Maximum concentration in positive electrode [mol.m-3]",
    "initial_concentration_mol_m3": "Initial concentration in positive electrode [mol.m-3]",
    "conductivity_S_m": "Positive electrode conductivity [S.m-1]",
    "diffusivity_m2_s": "Positive particle diffusivity [m2.s-1]",
    "open_circuit_potential_V": "Positive electrode OCP [V]",
    "entropic_change_V_K": "Positive electrode OCP entropic change [V.K-1]",
    "exchange_current_density_A_m2": "Positive electrode exchange-current density [A.m-2]",
    "electrolyte_tortuosity_factor": "Positive electrode tortuosity factor (electrolyte)",
    "electrolyte_bruggeman": "Positive electrode Bruggeman coefficient (electrolyte)",
    "solid_tortuosity_factor": "Positive electrode tortuosity factor (electrode)",
    "solid_bruggeman": "Positive electrode Bruggeman coefficient (electrode)",
}

BLEND_PARAMETERS = {
    "negative": {
        "active_fraction": "Primary: Negative electrode active material volume fraction",
        "particle_radius_m": "Primary: Negative particle radius [m]",
        "maximum_concentration_mol_m3": "Primary: Maximum concentration in negative electrode [mol.m-3]",
        "initial_concentration_mol_m3": "Primary: Initial concentration in negative electrode [mol.m-3]",
        "diffusivity_m2_s": "Primary: Negative particle diffusivity [m2.s-1]",
        "open_circuit_potential_V": "Primary: Negative electrode OCP [V]",
        "entropic_change_V_K": "Primary: Negative electrode OCP entropic change [V.K-1]",
        "exchange_current_density_A_m2": "Primary: Negative electrode exchange-current density [A.m-2]",
    },
    "negative.secondary": {
        "active_fraction": "Secondary: Negative electrode active material volume fraction",
        "particle_radius_m": "Secondary: Negative particle radius [m]",
        "maximum_concentration_mol_m3": "Secondary: Maximum concentration in negative electrode [mol.m-3]",
        "initial_concentration_mol_m3": "Secondary: Initial concentration in negative electrode [mol.m-3]",
        "diffusivity_m2_s": "Secondary: Negative particle diffusivity [m2.s-1]",
        "open_circuit_potential_V": "Secondary: Negative electrode OCP [V]",
        "entropic_change_V_K": "Secondary: Negative electrode OCP entropic change [V.K-1]",
        "exchange_current_density_A_m2": "Secondary: Negative electrode exchange-current density [A.m-2]",
    },
    "positive": {
        "active_fraction": "Primary: Positive electrode active material volume fraction",
        "particle_radius_m": "Primary: Positive particle radius [m]",
        "maximum_concentration_mol_m3": "Primary: Maximum concentration in positive electrode [mol.m-3]",
        "initial_concentration_mol_m3": "Primary: Initial concentration in positive electrode [mol.m-3]",
        "diffusivity_m2_s": "Primary: Positive particle diffusivity [m2.s-1]",
        "open_circuit_potential_V": "Primary: Positive electrode OCP [V]",
        "entropic_change_V_K": "Primary: Positive electrode OCP entropic change [V.K-1]",
        "exchange_current_density_A_m2": "Primary: Positive electrode exchange-current density [A.m-2]",
    },
    "positive.secondary": {
        "active_fraction": "Secondary: Positive electrode active material volume fraction",
        "particle_radius_m": "Secondary: Positive particle radius [m]",
        "maximum_concentration_mol_m3": "Secondary: Maximum concentration in positive electrode [mol.m-3]",
        "initial_concentration_mol_m3": "Secondary: Initial concentration in positive electrode [mol.m-3]",
        "diffusivity_m2_s": "Secondary: Positive particle diffusivity [m2.s-1]",
        "open_circuit_potential_V": "Secondary: Positive electrode OCP [V]",
        "entropic_change_V_K": "Secondary: Positive electrode OCP entropic change [V.K-1]",
        "exchange_current_density_A_m2": "Secondary: Positive electrode exchange-current density [A.m-2]",
    },
}
"""Of an electrode with two active materials, by the path of the material; they replace those without a prefix."""

NEGATIVE_SIZE_PARAMETERS = {
    "smallest_radius_m": "Negative minimum particle radius [m]",
    "largest_radius_m": "Negative maximum particle radius [m]",
    "area_distribution_per_m": "Negative area-weighted particle-size distribution [m-1]",
}

POSITIVE_SIZE_PARAMETERS = {
    "smallest_radius_m": "Positive minimum particle radius [m]",
    "largest_radius_m": "Positive maximum particle radius [m]",
    "area_distribution_per_m": "Positive area-weighted particle-size distribution [m-1]",
}

ELECTROLYTE_PARAMETERS = {
    "initial_concentration_mol_m3": "Initial concentration in electrolyte [mol.m-3]",
    "transference_number": "Cation transference number",
    "thermodynamic_factor": "Thermodynamic factor",
    "diffusivity_m2_s": "Electrolyte diffusivity [m2.s-1]",
    "conductivity_S_m": "Electrolyte conductivity [S.m-1]",
}

THERMAL_PARAMETERS = {
    "negative": {
        "density_kg_m3": "Negative electrode density [kg.m-3]",
        "specific_heat_J_kg_K": "Negative electrode specific heat capacity [J.kg-1.K-1]",
        "through_plane_conductivity_W_m_K": "Negative electrode thermal conductivity [W.m-1.K-1]",
        "in_plane_conductivity_W_m_K": "Negative electrode in-plane thermal conductivity [W.m-1.K-1]",
    },
    "separator": {
        "density_kg_m3": "Separator density [kg.m-3]",
        "specific_heat_J_kg_K": "Separator specific heat capacity [J.kg-1.K-1]",
        "through_plane_conductivity_W_m_K": "Separator thermal conductivity [W.m-1.K-1]",
        "in_plane_conductivity_W_m_K": "Separator in-plane thermal conductivity [W.m-1.K-1]",
    },
    "positive": {
        "density_kg_m3": "Positive electrode density [kg.m-3]",
        "specific_heat_J_kg_K": "Positive electrode specific heat capacity [J.kg-1.K-1]",
        "through_plane_conductivity_W_m_K": "Positive electrode thermal conductivity [W.m-1.K-1]",
        "in_plane_conductivity_W_m_K": "Positive electrode in-plane thermal conductivity [W.m-1.K-1]",
    },
    "negative_collector": {
        "thickness_m": "Negative current collector thickness [m]",
        "conductivity_S_m": "Negative current collector conductivity [S.m-1]",
        "density_kg_m3": "Negative current collector density [kg.m-3]",
        "specific_heat_J_kg_K": "Negative current collector specific heat capacity [J.kg-1.K-1]",
        "thermal_conductivity_W_m_K": "Negative current collector thermal conductivity [W.m-1.K-1]",
        "tab_width_m": "Negative tab width [m]",
        "tab_centre_y_m": "Negative tab centre y-coordinate [m]",
        "tab_centre_z_m": "Negative tab centre z-coordinate [m]",
    },
    "positive_collector": {
        "thickness_m": "Positive current collector thickness [m]",
        "conductivity_S_m": "Positive current collector conductivity [S.m-1]",
        "density_kg_m3": "Positive current collector density [kg.m-3]",
        "specific_heat_J_kg_K": "Positive current collector specific heat capacity [J.kg-1.K-1]",
        "thermal_conductivity_W_m_K": "Positive current collector thermal conductivity [W.m-1.K-1]",
        "tab_width_m": "Positive tab width [m]",
        "tab_centre_y_m": "Positive tab centre y-coordinate [m]",
        "tab_centre_z_m": "Positive tab centre z-coordinate [m]",
    },
    "cooling": {
        "cell_volume_m3": "Cell volume [m3]",
        "surface_area_m2": "Cell cooling surface area [m2]",
        "heat_transfer_coefficient_W_m2_K": "Total heat transfer coefficient [W.m-2.K-1]",
        "negative_face_coefficient_W_m2_K": "Negative current collector surface heat transfer coefficient [W.m-2.K-1]",
        "positive_face_coefficient_W_m2_K": "Positive current collector surface heat transfer coefficient [W.m-2.K-1]",
        "edge_coefficient_W_m2_K": "Edge heat transfer coefficient [W.m-2.K-1]",
        "negative_tab_coefficient_W_m2_K": "Negative tab heat transfer coefficient [W.m-2.K-1]",
        "positive_tab_coefficient_W_m2_K": "Positive tab heat transfer coefficient [W.m-2.K-1]",
    },
}
"""By section and field of `thermal`. The in-plane conductivities are names of ours, which `in_plane_thermal` reads."""

TRANSPORT_EFFICIENCY_VARIABLES = {
    "negative electrolyte": "Negative electrolyte transport efficiency",
    "separator electrolyte": "Separator electrolyte transport efficiency",
    "positive electrolyte": "Positive electrolyte transport efficiency",
    "negative solid": "Negative electrode transport efficiency",
    "positive solid": "Positive electrode transport efficiency",
}
CURRENT_VARIABLE = "Current [A]"
VOLTAGE_VARIABLE = "Voltage [V]"
DISCHARGE_CAPACITY_VARIABLE = "Discharge capacity [A.h]"
TOTAL_LITHIUM_VARIABLE = "Total lithium [mol]"
LOST_LITHIUM_VARIABLES = (
    "Total lithium lost to side reactions [mol]",
    "Loss of lithium due to loss of active material in negative electrode [mol]",
    "Loss of lithium due to loss of active material in positive electrode [mol]",
    "Loss of lithium due to loss of primary active material in negative electrode [mol]",
    "Loss of lithium due to loss of primary active material in positive electrode [mol]",
    "Loss of lithium due to loss of secondary active material in negative electrode [mol]",
    "Loss of lithium due to loss of secondary active material in positive electrode [mol]",
)
"""Where lithium goes that is no longer in particles and electrolyte; a model has some of them."""
TEMPERATURE_VARIABLE = "Volume-averaged cell temperature [K]"

PLACE_VARIABLES = {"negative": "x_n [m]", "positive": "x_p [m]"}
PARTICLE_STATE_VARIABLES = {"negative": "Negative particle state", "positive": "Positive particle state"}
STOICHIOMETRY_VARIABLES = {"negative": "Negative particle stoichiometry", "positive": "Positive particle stoichiometry"}
MEAN_STOICHIOMETRY_VARIABLES = {
    "negative": "R-averaged negative particle stoichiometry",
    "positive": "R-averaged positive particle stoichiometry",
}
SURFACE_STOICHIOMETRY_VARIABLES = {
    "negative": "Negative particle surface stoichiometry",
    "positive": "Positive particle surface stoichiometry",
}
SURFACE_STOICHIOMETRY_DISTRIBUTION_VARIABLES = {
    "negative": "Negative particle surface stoichiometry distribution",
    "positive": "Positive particle surface stoichiometry distribution",
}

BLEND_STATE_VARIABLES = {
    "negative": "Negative primary particle state",
    "negative.secondary": "Negative secondary particle state",
    "positive": "Positive primary particle state",
    "positive.secondary": "Positive secondary particle state",
}
BLEND_STOICHIOMETRY_VARIABLES = {
    "negative": "Negative primary particle stoichiometry",
    "negative.secondary": "Negative secondary particle stoichiometry",
    "positive": "Positive primary particle stoichiometry",
    "positive.secondary": "Positive secondary particle stoichiometry",
}
BLEND_MEAN_STOICHIOMETRY_VARIABLES = {
    "negative": "R-averaged negative primary particle stoichiometry",
    "negative.secondary": "R-averaged negative secondary particle stoichiometry",
    "positive": "R-averaged positive primary particle stoichiometry",
    "positive.secondary": "R-averaged positive secondary particle stoichiometry",
}
BLEND_SURFACE_STOICHIOMETRY_VARIABLES = {
    "negative": "Negative primary particle surface stoichiometry",
    "negative.secondary": "Negative secondary particle surface stoichiometry",
    "positive": "Positive primary particle surface stoichiometry",
    "positive.secondary": "Positive secondary particle surface stoichiometry",
}

ONLY_OPTIONS = {
    "particle": "Fickian diffusion",
    "particle mechanics": "none",
    "heat of mixing": "false",
    "diffusivity": "single",
}
"""Options of PyBaMM that change its own particles, with the one value that particles of ours carry out."""

_WHOLE_CELL = "simulate solves a full cell that is alike all over its plane; use pybamm_model in a pybamm.Simulation"
SIMULATE_OPTIONS: dict[str, tuple[str | int, str]] = {
    "dimensionality": (0, _WHOLE_CELL),
    "current collector": ("uniform", _WHOLE_CELL),
    "working electrode": ("both", _WHOLE_CELL),
    "operating mode": ("current", "the protocol says what is controlled"),
    "transport efficiency": ("tortuosity factor", "the cell says how well it conducts"),
    "particle size": ("single", "particles of several sizes are SphereSizes of the cell"),
    "particle phases": ("1", "a second active material is the section secondary of an electrode"),
    "particle shape": ("spherical", "the shape of particles is that of the cell's"),
}
"""Options that simulate takes from elsewhere, with the one value that is not in the way, and why."""

FINAL_TIME_TERMINATION = "final time"
EXPERIMENT_TAG = "[experiment]"
OVER_AT_START = ("exceeded bounds at initial conditions", "non-positive at initial conditions")
