"""The layer between the electrodes, filled with electrolyte."""

from dataclasses import dataclass, field

from electrode_homog.parameters.checking import (
    CENTIMETRES,
    MICROMETRES,
    MILLIMETRES,
    PERCENT,
    check_numbers,
    law_problems,
    law_type_problems,
    number,
)
from electrode_homog.parameters.problem import raise_problems
from electrode_homog.transport_law import TransportLaw


@dataclass(frozen=True)
class Separator:
    """Porosity 1 is free electrolyte between the electrodes. Errors as in Electrode."""

    thickness_m: float = field(metadata=number("m", 1e-6, 1e-3, MICROMETRES, MILLIMETRES, CENTIMETRES))
    porosity: float = field(metadata=number("1", 1e-3, 1.0, PERCENT))
    electrolyte_law: TransportLaw

    def __post_init__(self):
        problems = check_numbers(self) + law_type_problems(electrolyte_law=self.electrolyte_law)
        if not problems:
            problems = law_problems("electrolyte_law", self.electrolyte_law, "porosity", self.porosity)
        raise_problems("separator", problems)

    @property
    def electrolyte_efficiency(self) -> float:
        return self.electrolyte_law(self.porosity)
