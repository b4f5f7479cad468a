"""Fitting numbers of a cell to a measured constant-current discharge."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from electrode_homog.errors import InputError, NotConvergedError
from electrode_homog.machine import usable_cores
from electrode_homog.p2d import CellRun, Mesh, simulate
from electrode_homog.parameters import CellParameters
from electrode_homog.studies.cycling_data import CyclingData
from electrode_homog.studies.executor import Workers
from electrode_homog.studies.least_squares import NOISE_SLOPE_V, Minimum, minimise, root_mean_square
from electrode_homog.studies.measured_discharge import MeasuredDischarge
from electrode_homog.studies.outcome import Failed
from electrode_homog.studies.search_range import SearchRange
from electrode_homog.studies.variation import check_paths, varied_cell

POOR_V = 0.03  # three times what cells of one batch differ by (up to 9 mV rms in the LG M50 records)
CORRELATED = 0.95  # above, only a combination of the two is known
_SOURCE = "fitted to"


@dataclass(frozen=True, eq=False)
class CellFit:
    """Parameters of `cell` fitted to `data`.

    `values` and `standard_errors` map each path to a number in its own unit. The errors come from the slopes at the
    minimum and are widened for the serial correlation of the residuals; they do not know what the model leaves out.
    NaN for a value on its bound, infinite for one without effect. `correlation` is (k, k) in the order of `values`.
    `rms_V`, `max_V` compare 100 points equally spaced in charge; `initial_*` belong to the cell as it was given.
    `warnings` names what should not be believed.
    """

    vary: Mapping[str, tuple[float, float]]
    values: Mapping[str, float]
    standard_errors: Mapping[str, float]
    correlation: np.ndarray
    at_bound: tuple[str, ...]
    rms_V: float
    max_V: float
    initial_values: Mapping[str, float]
    initial_rms_V: float
    solves: int
    failed_solves: int
    seconds: float
    message: str
    warnings: tuple[str, ...]
    cell: CellParameters
    data: CyclingData
    run: CellRun
    initial_run: CellRun


def fit(
    cell: CellParameters,
    data: CyclingData | Sequence[CyclingData],
    *,
    vary: Mapping[str, tuple[float, float]],
    mesh: Mesh | None = None,
    max_solves: int = 200,
    workers: int | None = None,
    time_limit_s: float | None = 120.0,
) -> CellFit:
    """Bounded least squares of the voltage, starting from the values of `cell`.

    `data` is one constant-current discharge from rest (`record.first_discharge()`), simulated with its median
    current from the initial concentrations of `cell`. `vary` maps paths to (low, high); a positive range of more
    than a decade is searched logarithmically. A solve may take `time_limit_s`; None with workers=1 runs here.

    Raises NotConvergedError where the search stops on `max_solves` or stalls; `.best` is the CellFit reached.
    """
    start = time.perf_counter()
    record = _only(data)
    check_paths(cell, vary)
    ranges = [SearchRange(path, *_pair(path, bounds)) for path, bounds in vary.items()]
    if not ranges:
        raise InputError("vary is empty; name at least one path, e.g. 'positive.diffusivity_m2_s'")
    if max_solves < len(ranges) + 3:
        raise InputError(f"max_solves = {max_solves} is too few for one step; give at least {len(ranges) + 3}")
    units = [bounds.unit(cell.value(bounds.path)) for bounds in ranges]
    measured = MeasuredDischarge(record, cell)
    problem = _Problem(cell, record, measured, tuple(ranges), Mesh() if mesh is None else mesh, start)
    count = min(workers or usable_cores(), len(ranges))
    with Workers(simulate_varied, count=count, time_limit_s=time_limit_s) as pool:
        (_, initial), *_ = pool.run([problem.task(None)])
        if isinstance(initial, Failed):
            raise NotConvergedError(f"{cell.name} as given cannot be simulated: {initial.error}: {initial.message}")
        try:
            minimum = minimise(pool, problem.task, measured.residuals_V, units, max_solves=max_solves - 1)
        except NotConvergedError as error:
            if isinstance(error.best, Minimum):
                error.best = problem.result(error.best, initial.value)
            raise
    return problem.result(minimum, initial.value)


def simulate_varied(task: Mapping[str, Any]) -> CellRun:
    """One solve; runs in a worker."""
    return simulate(varied_cell(task["cell"], task["changes"], source=_SOURCE), task["protocol"], mesh=task["mesh"])


@dataclass(frozen=True, eq=False)
class _Problem:
    """What the search starts from, and how its end becomes a CellFit."""

    cell: CellParameters
    data: CyclingData
    measured: MeasuredDischarge
    ranges: tuple[SearchRange, ...]
    mesh: Mesh
    start: float

    def values(self, unit: np.ndarray) -> dict[str, float]:
        return {bounds.path: bounds.value(u) for bounds, u in zip(self.ranges, unit, strict=True)}

    def task(self, unit: np.ndarray | None) -> dict[str, Any]:
        """`unit=None` is the cell as it was given."""
        changes = {} if unit is None else self.values(unit)
        return {"cell": self.cell, "changes": changes, "protocol": self.measured.protocol, "mesh": self.mesh}

    def result(self, minimum: Minimum, initial_run: CellRun) -> CellFit:
        values = self.values(minimum.unit)
        slopes = np.array([bounds.slope(u) for bounds, u in zip(self.ranges, minimum.unit, strict=True)])
        errors, correlation = _uncertainty(minimum)
        standard_errors = dict(zip(values, (errors * slopes).tolist(), strict=True))
        at_bound = tuple(path for path, on in zip(values, minimum.on_bound, strict=True) if on)
        rms = root_mean_square(minimum.residuals)
        return CellFit(
            vary={bounds.path: (bounds.low, bounds.high) for bounds in self.ranges},
            values=values,
            standard_errors=standard_errors,
            correlation=correlation,
            at_bound=at_bound,
            rms_V=rms,
            max_V=float(np.abs(minimum.residuals).max()),
            initial_values={path: self.cell.value(path) for path in values},
            initial_rms_V=root_mean_square(self.measured.residuals_V(initial_run)),
            solves=minimum.solves + 1,
            failed_solves=minimum.failed_solves,
            seconds=time.perf_counter() - self.start,
            message=minimum.message,
            warnings=_warnings(list(values), at_bound, errors, correlation, rms),
            cell=self._fitted(values, standard_errors, rms),
            data=self.data,
            run=minimum.result,
            initial_run=initial_run,
        )

    def _fitted(self, values: Mapping[str, float], errors: Mapping[str, float], rms_V: float) -> CellParameters:
        """The cell whose sources say which data its new values come from."""
        source = f"{_SOURCE} {self.data.source} (sha256 {self.data.sha256[:16]}), rms {rms_V * 1e3:.2f} mV"
        cell = varied_cell(self.cell, values, source=source)
        known = {_section_path(path): error for path, error in errors.items() if np.isfinite(error)}
        return replace(cell, uncertainties={**cell.uncertainties, **known})


def _uncertainty(minimum: Minimum) -> tuple[np.ndarray, np.ndarray]:
    """Standard errors (k,) per unit and correlation (k, k), NaN where a value has none.

    Covariance s^2 (J^T J)^-1 of the values that are free, s^2 widened by (1 + rho) / (1 - rho): residuals of one
    discharge follow each other, and with lag-one correlation rho, n of them count as n (1 - rho) / (1 + rho).
    """
    size = minimum.unit.size
    errors, correlation = np.full(size, np.nan), np.full((size, size), np.nan)
    moves = np.sqrt(np.mean(minimum.jacobian**2, axis=0)) >= NOISE_SLOPE_V
    errors[~moves & ~minimum.on_bound] = np.inf
    free = np.flatnonzero(moves & ~minimum.on_bound)
    if free.size == 0 or not np.isfinite(minimum.jacobian).all():
        return errors, correlation
    r, J = minimum.residuals, minimum.jacobian[:, free]
    power = r @ r
    rho = float(np.clip(r[1:] @ r[:-1] / power, 0.0, 0.98)) if power > 0 else 0.0
    variance = power / (r.size - free.size) * (1 + rho) / (1 - rho)
    covariance = variance * np.linalg.pinv(J.T @ J, hermitian=True)
    deviation = np.sqrt(np.diag(covariance))
    errors[free] = deviation
    correlation[np.ix_(free, free)] = covariance / np.maximum(np.outer(deviation, deviation), np.finfo(float).tiny)
    return errors, correlation


def _warnings(
    paths: Sequence[str], at_bound: tuple[str, ...], errors: np.ndarray, correlation: np.ndarray, rms_V: float
) -> tuple[str, ...]:
    warnings = []
    if rms_V > POOR_V:
        warnings.append(
            f"{rms_V * 1e3:.0f} mV (rms) remain: these parameters do not describe the record, or the minimum is a "
            "false one; start elsewhere or vary others"
        )
    warnings += [f"{path} sits on its bound: the data ask for a value outside, or do not need it" for path in at_bound]
    for path, error in zip(paths, errors, strict=True):
        if np.isinf(error):
            warnings.append(
                f"{path} moves the voltage by less than the solver's noise: it cannot be found from this record"
            )
    for i, j in combinations(range(len(paths)), 2):
        if abs(correlation[i, j]) > CORRELATED:
            warnings.append(
                f"{paths[i]} and {paths[j]} are correlated ({correlation[i, j]:+.3f}): only a combination is known"
            )
    return tuple(warnings)


def _section_path(path: str) -> str:
    """Sources and uncertainties stand at the first two parts, "positive.particle"."""
    return ".".join(path.split(".")[:2])


def _only(data: CyclingData | Sequence[CyclingData]) -> CyclingData:
    records = [data] if isinstance(data, CyclingData) else list(data)
    if len(records) != 1 or not isinstance(records[0], CyclingData):
        raise InputError(f"data holds {len(records)} records; this version fits one CyclingData at a time")
    return records[0]


def _pair(path: str, bounds: Sequence[float]) -> tuple[float, float]:
    try:
        low, high = bounds
        return float(low), float(high)
    except (TypeError, ValueError):
        raise InputError(f"vary[{path!r}] = {bounds!r} must be (low, high)") from None
