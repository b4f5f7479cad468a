"""What a cell needs for its temperature: heat capacity, conduction in both directions, cooling.

Layers of a cell conduct in series through the thickness and in parallel in the plane, so both values are kept; only an
image tells them apart for an electrode. Specific heats and thermal conductivities may be functions of temperature, T.
"""

from dataclasses import dataclass, field

from electrode_homog.expression import Expression
from electrode_homog.parameters.checking import (
    MICROMETRES,
    MILLIMETRES,
    TEMPERATURE_ALONE,
    Metadata,
    Slip,
    check_numbers,
    number,
    number_or_expression,
    section,
    section_type_problems,
    temperature_problems,
)
from electrode_homog.parameters.problem import raise_problems

GRAMS_PER_CM3, JOULE_PER_GRAM_K = Slip("g/cm3", 1e3), Slip("J/(g K)", 1e3)
CM2, CM3, LITRES = Slip("cm2", 1e-4), Slip("cm3", 1e-6), Slip("litres", 1e-3)


def _density() -> Metadata:
    return number("kg/m3", 100.0, 2.5e4, GRAMS_PER_CM3)


def _specific_heat() -> Metadata:
    return number_or_expression("J/(kg K)", 50.0, 5e3, JOULE_PER_GRAM_K, variables=TEMPERATURE_ALONE)


def _conductivity() -> Metadata:
    return number_or_expression("W/(m K)", 1e-3, 2e3, variables=TEMPERATURE_ALONE)


def _transfer() -> Metadata:
    return number("W/(m2 K)", 0.0, 1e5)


@dataclass(frozen=True)
class ThermalLayer:
    """Electrode or separator with its electrolyte; effective values of the whole layer. Errors as in Electrode."""

    density_kg_m3: float = field(metadata=_density())
    specific_heat_J_kg_K: float | Expression = field(metadata=_specific_heat())
    through_plane_conductivity_W_m_K: float | Expression = field(metadata=_conductivity())
    in_plane_conductivity_W_m_K: float | Expression = field(metadata=_conductivity())

    def __post_init__(self):
        raise_problems("thermal layer", check_numbers(self) or temperature_problems(self))


@dataclass(frozen=True)
class CurrentCollector:
    """The foil of an electrode; the tab is where the current leaves it, for models with current collectors.

    Tab centres are measured from the lower left corner of the electrode, y along its width, z along its height.
    None where it is not known. Errors as in Electrode.
    """

    thickness_m: float = field(metadata=number("m", 1e-6, 1e-3, MICROMETRES, MILLIMETRES))
    conductivity_S_m: float = field(metadata=number("S/m", 1e3, 1e9))
    density_kg_m3: float = field(metadata=_density())
    specific_heat_J_kg_K: float | Expression = field(metadata=_specific_heat())
    thermal_conductivity_W_m_K: float | Expression = field(metadata=_conductivity())
    tab_width_m: float | None = field(default=None, metadata=number("m", 1e-4, 10.0, MILLIMETRES))
    tab_centre_y_m: float | None = field(default=None, metadata=number("m", 0.0, 100.0, MILLIMETRES))
    tab_centre_z_m: float | None = field(default=None, metadata=number("m", 0.0, 100.0, MILLIMETRES))

    def __post_init__(self):
        raise_problems("current collector", check_numbers(self) or temperature_problems(self))


@dataclass(frozen=True)
class Cooling:
    """How heat leaves the cell: as a whole, or, where given, through faces, edges and tabs. Errors as in Electrode."""

    cell_volume_m3: float = field(metadata=number("m3", 1e-12, 1.0, LITRES, CM3))
    surface_area_m2: float = field(metadata=number("m2", 1e-8, 1e3, CM2))
    heat_transfer_coefficient_W_m2_K: float = field(metadata=_transfer())
    negative_face_coefficient_W_m2_K: float | None = field(default=None, metadata=_transfer())
    positive_face_coefficient_W_m2_K: float | None = field(default=None, metadata=_transfer())
    edge_coefficient_W_m2_K: float | None = field(default=None, metadata=_transfer())
    negative_tab_coefficient_W_m2_K: float | None = field(default=None, metadata=_transfer())
    positive_tab_coefficient_W_m2_K: float | None = field(default=None, metadata=_transfer())

    def __post_init__(self):
        raise_problems("cooling", check_numbers(self))


@dataclass(frozen=True)
class Thermal:
    """All of it; a cell without is isothermal."""

    negative: ThermalLayer = field(metadata=section(ThermalLayer))
    separator: ThermalLayer = field(metadata=section(ThermalLayer))
    positive: ThermalLayer = field(metadata=section(ThermalLayer))
    negative_collector: CurrentCollector = field(metadata=section(CurrentCollector))
    positive_collector: CurrentCollector = field(metadata=section(CurrentCollector))
    cooling: Cooling = field(metadata=section(Cooling))

    def __post_init__(self):
        raise_problems("thermal", section_type_problems(self))
