"""The keys of BPX, what they mean here, and which versions have them.

BPX 0.x keeps temperatures in Cell and the concentration in Electrolyte; BPX 1 moved both to State.
"""

from electrode_homog.parameters.active_phase import ActivePhase
from electrode_homog.parameters.cell import Cell
from electrode_homog.parameters.checking import PERCENT, Quantity, Slip, quantities
from electrode_homog.parameters.electrode import Electrode
from electrode_homog.parameters.electrolyte import Electrolyte
from electrode_homog.parameters.separator import Separator
from electrode_homog.parameters.thermal import Cooling, ThermalLayer

MODELS = ("DFN", "SPMe", "SPM", "Partial")
NEGATIVE, POSITIVE = "Negative electrode", "Positive electrode"
DIFFUSIVITY, CONDUCTIVITY = "Diffusivity [m2.s-1]", "Conductivity [S.m-1]"
DIFFUSIVITY_ENERGY = "Diffusivity activation energy [J.mol-1]"
CONDUCTIVITY_ENERGY = "Conductivity activation energy [J.mol-1]"
RATE, RATE_ENERGY = "Reaction rate constant [mol.m-2.s-1]", "Reaction rate constant activation energy [J.mol-1]"
THICKNESS, POROSITY, EFFICIENCY = "Thickness [m]", "Porosity", "Transport efficiency"
RADIUS, AREA = "Particle radius [m]", "Surface area per unit volume [m-1]"
MAXIMUM, LOWEST, HIGHEST = "Maximum concentration [mol.m-3]", "Minimum stoichiometry", "Maximum stoichiometry"
OCP, ENTROPIC = "OCP [V]", "Entropic change coefficient [V.K-1]"
BRANCHES = ("OCP (delithiation) [V]", "OCP (lithiation) [V]")
DECAY = "OCP hysteresis decay constant"
ELECTRODE_AREA = "Electrode area [m2]"
PAIRS = "Number of electrode pairs connected in parallel to make a cell"
LOWER, UPPER, NOMINAL = "Lower voltage cut-off [V]", "Upper voltage cut-off [V]", "Nominal cell capacity [A.h]"
REFERENCE, INITIAL, AMBIENT = "Reference temperature [K]", "Initial temperature [K]", "Ambient temperature [K]"
SURFACE, VOLUME = "External surface area [m2]", "Volume [m3]"
DENSITY, HEAT, HEAT_CONDUCTIVITY = (
    "Density [kg.m-3]", "Specific heat capacity [J.K-1.kg-1]", "Thermal conductivity [W.m-1.K-1]"
)  # fmt: skip
TRANSFERENCE = "Cation transference number"
SALT_0, SALT_1 = "Initial concentration [mol.m-3]", "Initial electrolyte concentration [mol.m-3]"
CHARGE, COOLING = "Initial state-of-charge", "Heat transfer coefficient [W.m-2.K-1]"
CONTACT_RESISTANCE, SERIES = "Contact resistance [Ohm]", "Number of cells connected in series to make a battery"
FACTOR = "Thermodynamic factor"
"""The last three are of PyBaMM, which takes them, as all that is "User-defined", under its own names."""

CONDITIONS, ENVIRONMENT, DEGRADATION = "Initial conditions", "Thermal environment", "Degradation"
STATE = {
    CONDITIONS: (CHARGE, INITIAL, SALT_1, *(f"Initial hysteresis state: {side}" for side in (NEGATIVE, POSITIVE))),
    ENVIRONMENT: (AMBIENT, COOLING),
    DEGRADATION: ("LLI", *(f"LAM: {side}" for side in (NEGATIVE, POSITIVE))),
}

CELL = (
    ELECTRODE_AREA, SURFACE, VOLUME, PAIRS, LOWER, UPPER, NOMINAL, REFERENCE, DENSITY, HEAT,
)  # fmt: skip
MOVED_FROM_CELL = {
    INITIAL: f"State/{CONDITIONS}",
    AMBIENT: f"State/{ENVIRONMENT}",
    HEAT_CONDUCTIVITY: "Parameterisation/User-defined",
}
ELECTROLYTE = (TRANSFERENCE, DIFFUSIVITY, DIFFUSIVITY_ENERGY, CONDUCTIVITY, CONDUCTIVITY_ENERGY)
MOVED_FROM_ELECTROLYTE = {SALT_0: f"State/{CONDITIONS} as {SALT_1!r}"}
LAYER = (THICKNESS, POROSITY, EFFICIENCY)
PARTICLE = (
    LOWEST, HIGHEST, MAXIMUM, RADIUS, AREA, DIFFUSIVITY, DIFFUSIVITY_ENERGY, OCP, ENTROPIC, RATE, RATE_ENERGY,
)  # fmt: skip
HYSTERESIS = (*BRANCHES, DECAY)

_cell, _phase, _electrode = quantities(Cell), quantities(ActivePhase), quantities(Electrode)
_salt, _layer, _cooling = quantities(Electrolyte), quantities(ThermalLayer), quantities(Cooling)
QUANTITIES = {
    ELECTRODE_AREA: Quantity("m2", 1e-8, 1e4, slips=(Slip("cm2", 1e-4),)),
    PAIRS: _cell["electrodes_in_parallel"],
    LOWER: _cell["lower_voltage_V"],
    UPPER: _cell["upper_voltage_V"],
    NOMINAL: _cell["nominal_capacity_Ah"],
    REFERENCE: _cell["reference_temperature_K"],
    INITIAL: _cell["initial_temperature_K"],
    AMBIENT: _cell["ambient_temperature_K"],
    THICKNESS: _electrode["thickness_m"],
    POROSITY: _electrode["porosity"],
    EFFICIENCY: Quantity("1", 0.0, 1.0, slips=(PERCENT,)),
    CONDUCTIVITY: _electrode["conductivity_S_m"],
    MAXIMUM: _phase["maximum_concentration_mol_m3"],
    RADIUS: Quantity("m", 1e-8, 1e-4, slips=(Slip("micrometres", 1e-6), Slip("nanometres", 1e-9))),
    AREA: _phase["measured_surface_area_per_m"],
    LOWEST: Quantity("1", 0.0, 1.0, slips=(PERCENT,)),
    HIGHEST: Quantity("1", 0.0, 1.0, slips=(PERCENT,)),
    RATE: Quantity("mol/(m2 s)", 1e-16, 1.0),
    DIFFUSIVITY: _phase["diffusivity_m2_s"],
    ENTROPIC: _phase["entropic_change_V_K"],
    TRANSFERENCE: _salt["transference_number"],
    SALT_1: _salt["initial_concentration_mol_m3"],
    CHARGE: Quantity("1", 0.0, 1.0, slips=(PERCENT,)),
    COOLING: _cooling["heat_transfer_coefficient_W_m2_K"],
    SURFACE: _cooling["surface_area_m2"],
    VOLUME: _cooling["cell_volume_m3"],
    DENSITY: _layer["density_kg_m3"],
    HEAT: _layer["specific_heat_J_kg_K"],
    HEAT_CONDUCTIVITY: _layer["through_plane_conductivity_W_m_K"],
    CONTACT_RESISTANCE: _cell["contact_resistance_Ohm"],
    SERIES: _cell["cells_in_series"],
    FACTOR: _salt["thermodynamic_factor"],
}
"""Key -> unit, range and likely slips."""

SEPARATOR_POROSITY = quantities(Separator)["porosity"]
SALT_DIFFUSIVITY, SALT_CONDUCTIVITY = _salt["diffusivity_m2_s"], _salt["conductivity_S_m"]
ACTIVATION_ENERGY = Quantity("J/mol", -1e5, 3e5)
SMALLEST_ENERGY = 100.0
"""J/mol; a smaller one that is not 0 is in kJ/mol."""
