"""What belongs to the cell as a whole: size, window of voltage, temperature."""

from dataclasses import dataclass, field, replace

from electrode_homog.parameters.checking import (
    CELSIUS,
    CENTIMETRES,
    MILLIMETRES,
    MILLIVOLTS,
    Slip,
    check_numbers,
    number,
)
from electrode_homog.parameters.problem import Problem, raise_problems

MILLIOHMS, MILLIAMPERE_HOURS = Slip("milliohms", 1e-3), Slip("mA h", 1e-3)

LARGEST_VOLTAGE_V = 6.0
"""Of one cell."""


@dataclass(frozen=True)
class Cell:
    """Geometry and operating window; voltages are those of one cell of the series.

    `nominal_capacity_Ah` defines 1C. The electrode area is height x width x electrodes_in_parallel. Raises
    InputError or OutOfRangeError with every problem at once.
    """

    nominal_capacity_Ah: float = field(metadata=number("A h", 1e-6, 1e4, MILLIAMPERE_HOURS))
    electrode_height_m: float = field(metadata=number("m", 1e-4, 100.0, MILLIMETRES, CENTIMETRES))
    electrode_width_m: float = field(metadata=number("m", 1e-4, 100.0, MILLIMETRES, CENTIMETRES))
    electrodes_in_parallel: int = field(metadata=number("1", 1, 1e5, whole=True))
    cells_in_series: int = field(metadata=number("1", 1, 1e5, whole=True))
    lower_voltage_V: float = field(metadata=number("V", 0.0, LARGEST_VOLTAGE_V, MILLIVOLTS))
    upper_voltage_V: float = field(metadata=number("V", 0.0, LARGEST_VOLTAGE_V, MILLIVOLTS))
    initial_temperature_K: float = field(metadata=number("K", 200.0, 400.0, CELSIUS))
    ambient_temperature_K: float = field(metadata=number("K", 200.0, 400.0, CELSIUS))
    reference_temperature_K: float = field(metadata=number("K", 200.0, 400.0, CELSIUS))
    contact_resistance_Ohm: float = field(metadata=number("Ohm", 0.0, 10.0, MILLIOHMS))

    def __post_init__(self):
        problems = [self._of_the_series(problem) for problem in check_numbers(self)]
        if not problems and self.lower_voltage_V >= self.upper_voltage_V:
            low, high = self.lower_voltage_V, self.upper_voltage_V
            text = f"lower_voltage_V = {low:g} must be below upper_voltage_V = {high:g}"
            remedy = "exchange them, if they are swapped"
            problems = [Problem(text, True, key="lower_voltage_V", value=low, unit="V", remedy=remedy)]
        raise_problems("cell", problems)

    def _of_the_series(self, problem: Problem) -> Problem:
        """A voltage that is too large for one cell may be that of all cells in series."""
        count, voltage = self.cells_in_series, problem.value
        if not (problem.physical and problem.unit == "V" and isinstance(voltage, float) and isinstance(count, int)):
            return problem
        if count < 2 or not 0 <= voltage / count <= LARGEST_VOLTAGE_V:
            return problem
        return replace(problem, remedy=f"of all {count} cells in series? then write that of one, {voltage / count:g}")

    @property
    def electrode_area_m2(self) -> float:
        """Of all electrodes in parallel."""
        return self.electrode_height_m * self.electrode_width_m * self.electrodes_in_parallel
