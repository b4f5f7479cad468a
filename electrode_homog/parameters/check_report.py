"""What a check of a parameter set found: problems, and the quantities that follow from its values."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from electrode_homog.errors import ElectrodeHomogError, InputError
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.plausibility import Balance, balance, plausibility_problems
from electrode_homog.parameters.problem import Problem, problems_of
from electrode_homog.parameters.toml_reading import load_parameter_set
from electrode_homog.transport_law import tortuosity_factor

FILE_ENDINGS = (".toml", ".json")


@dataclass(frozen=True)
class Derived:
    """A quantity that no file gives, but all values together; NaN where it is not defined."""

    key: str
    value: float
    unit: str


@dataclass(frozen=True)
class CheckReport:
    """`findings` are errors, then warnings; `derived` is empty where the set could not be read.

    `file` is what was checked: a path, or the name of a shipped set.
    """

    name: str
    file: str
    findings: tuple[Problem, ...]
    derived: tuple[Derived, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.findings if problem.is_error)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.findings if not problem.is_error)

    @property
    def passed(self) -> bool:
        """Whether there is no error; warnings are allowed."""
        return not self.errors


def check_parameter_set(name_or_path: str | Path) -> CheckReport:
    """Check a shipped set by name, or a TOML or BPX file: form, ranges, closure, and whether the values fit together.

    A bad set is reported, never raised. Raises InputError only for a file that is not there, or an unknown name.
    """
    where = str(name_or_path)
    is_file = isinstance(name_or_path, Path) or where.lower().endswith(FILE_ENDINGS)
    if is_file and not Path(name_or_path).is_file():
        raise InputError(f"{where} is not a file")
    try:
        cell = load_parameter_set(name_or_path)
    except ElectrodeHomogError as error:
        if not is_file:
            raise
        return CheckReport(Path(where).stem, where, problems_of(error))
    return check_cell(cell, file=where)


def check_cell(cell: CellParameters, *, file: str = "") -> CheckReport:
    """The same of a set in memory, whose form and ranges were checked when it was made."""
    findings = tuple(plausibility_problems(cell))
    return CheckReport(cell.name, file, findings, tuple(_derived(cell, balance(cell))))


def _derived(cell: CellParameters, found: Balance) -> Iterator[Derived]:
    yield Derived("cell.electrode_area_m2", cell.cell.electrode_area_m2, "m2")
    yield Derived("cell.initial_voltage_V", found.initial_voltage_V, "V")
    yield Derived("cell.usable_capacity_Ah", found.usable_capacity_Ah, "A h")
    yield Derived("cell.capacity_ratio", found.capacity_ratio, "1")
    yield from _electrode(cell, "negative", found.negative_charged, found.negative_discharged)
    yield from _region(cell, "separator")
    yield from _electrode(cell, "positive", found.positive_charged, found.positive_discharged)
    assumed = sum(text.strip().lower().startswith("assumed") for text in cell.sources.values())
    yield Derived("sources.assumed_share", assumed / len(cell.sources), "1")


def _electrode(cell: CellParameters, side: str, charged: float, discharged: float) -> Iterator[Derived]:
    electrode = getattr(cell, side)
    yield Derived(f"{side}.theoretical_capacity_Ah", cell.theoretical_capacity_Ah(side), "A h")  # type: ignore[arg-type]
    yield Derived(f"{side}.initial_stoichiometry", electrode.initial_stoichiometry, "1")
    yield Derived(f"{side}.stoichiometry_charged", charged, "1")
    yield Derived(f"{side}.stoichiometry_discharged", discharged, "1")
    yield Derived(f"{side}.surface_area_per_m", electrode.surface_area_per_m, "1/m")
    yield Derived(f"{side}.kinetic_radius_m", electrode.kinetic_radius_m, "m")
    yield from _region(cell, side)
    yield Derived(f"{side}.solid_efficiency", electrode.solid_efficiency, "1")


def _region(cell: CellParameters, region: str) -> Iterator[Derived]:
    part = getattr(cell, region)
    B = part.electrolyte_efficiency
    yield Derived(f"{region}.electrolyte_efficiency", B, "1")
    yield Derived(f"{region}.tortuosity_factor", tortuosity_factor(part.porosity, B), "1")
