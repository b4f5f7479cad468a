"""The one table of PyBaMM's parameter, variable and event names that this package uses, written in full.

Names of PyBaMM 26.10. A test compares the parameters with the list of those that its P2D model needs.
"""

TORTUOSITY_FACTOR_OPTION = {"transport efficiency": "tortuosity factor"}
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

TRANSPORT_EFFICIENCY_VARIABLES = {
    "negative electrolyte": "X-averaged negative electrolyte transport efficiency",
    "separator electrolyte": "X-averaged separator electrolyte transport efficiency",
    "positive electrolyte": "X-averaged positive electrolyte transport efficiency",
    "negative solid": "X-averaged negative electrode transport efficiency",
    "positive solid": "X-averaged positive electrode transport efficiency",
}
CURRENT_VARIABLE = "Current [A]"
VOLTAGE_VARIABLE = "Voltage [V]"
DISCHARGE_CAPACITY_VARIABLE = "Discharge capacity [A.h]"
TOTAL_LITHIUM_VARIABLE = "Total lithium [mol]"

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

ONLY_OPTIONS = {
    "particle": "Fickian diffusion",
    "particle phases": "1",
    "particle mechanics": "none",
    "heat of mixing": "false",
    "diffusivity": "single",
}
"""Options of PyBaMM that change its own particles, with the one value that particles of ours carry out."""

FINAL_TIME_TERMINATION = "final time"
EXPERIMENT_TAG = "[experiment]"
OVER_AT_START = ("exceeded bounds at initial conditions", "non-positive at initial conditions")
