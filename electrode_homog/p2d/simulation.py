"""Run a protocol on a cell with PyBaMM's Doyle-Fuller-Newman model, isothermal unless an option says otherwise.

The cell starts from the initial concentrations of its parameters, at rest. Nothing of PyBaMM shows: its log is
held back while it runs, and its failures become our errors.
"""

import logging
import os
import signal
import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from electrode_homog.errors import InputError, NotConvergedError, OutOfRangeError
from electrode_homog.p2d.active_phases import side_of
from electrode_homog.p2d.cell_run import CellRun, Mesh
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.model import pybamm_model
from electrode_homog.p2d.names import (
    CURRENT_VARIABLE,
    DISCHARGE_CAPACITY_VARIABLE,
    EXPERIMENT_TAG,
    FINAL_TIME_TERMINATION,
    LOST_LITHIUM_VARIABLES,
    OVER_AT_START,
    RADIAL_POINTS,
    TEMPERATURE_VARIABLE,
    TOTAL_LITHIUM_VARIABLE,
    TRANSPORT_EFFICIENCY_VARIABLES,
    VOLTAGE_VARIABLE,
)
from electrode_homog.p2d.options import ExtraValues, check_options, options_text, parameter_values
from electrode_homog.p2d.particle_history import particle_histories
from electrode_homog.p2d.protocol import Protocol, Step, check_window, protocol_steps
from electrode_homog.p2d.stepping import PlannedStep, plan
from electrode_homog.parameters import CellParameters
from electrode_homog.parameters.active_phase import at_stoichiometry

if TYPE_CHECKING:
    import pybamm

    from electrode_homog.p2d.particle_dfn import ParticleDFN

RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE = 1e-6, 1e-8
"""Against 1e-10 and 1e-12 the 1C voltage moves by 0.002 mV (chen2020) and the end of discharge by 3e-5 s; with
PyBaMM's defaults, 1e-4 and 1e-6, by 0.11 mV and 6e-3 s for a tenth less time."""

FIRST_STEP_S = 1e-5
"""Without it IDA fails where a measured current jumps in the first milliseconds (IDAGetDky: IDA_BAD_K)."""

NO_PROGRESS = {"num_steps_no_progress": 3000, "t_no_progress": 1.0}
"""Steps that must bring the time on by a second at least: IDA sets no limit to their number and may creep for hours
where the particles are full. The densest second seen of a run that ended well has 251 (3C, chen2020
with Darken's law)."""

FEW_ITERATIONS = {"max_nonlinear_iterations": 3}
"""With PyBaMM's 40 the solver keeps a Jacobian that no longer fits: 2.7 instead of 1.1 thousand steps at 3C
(chen2020), and twice the time where D(x) varies a hundredfold. 1C takes as long as before.
"""

SUNDIALS_ERROR_FILE = "SUNLOGGER_ERROR_FILENAME"
"""Environment variable that the logger of SUNDIALS reads when a solver is set up."""

USUAL_CAUSE = (
    "usually the salt in some pores, or the lithium at the surface of some particles, is used up: lower the "
    "current, end the step at a higher voltage, or refine the mesh"
)

LARGEST_RATIO = 20.0
"""Of nominal and theoretical capacity; a design study may thin an electrode a good deal."""

START_WINDOW_TOLERANCE_V = 0.05
"""Sets round their initial concentrations, so that the open-circuit voltage may start just outside the window."""


def simulate(
    cell: CellParameters,
    protocol: Protocol,
    *,
    mesh: Mesh = Mesh(),  # noqa: B008
    options: Mapping[str, Any] | None = None,
    extra_values: ExtraValues | None = None,
) -> CellRun:
    """Solve one step or a list of steps, each from where the one before ended; discharge is positive.

    A current step also ends at the cut-off of the cell in its direction, a drive cycle at either. `options` are further
    options of PyBaMM, such as {"thermal": "lumped"} for a cell with thermal values, and `extra_values` what they need
    that a cell does not hold, by PyBaMM's names: {"Negative electrode double-layer capacity [F.m-2]": 0.2, ...}.

    Raises InputError for something that is not a protocol, options that PyBaMM or this cell cannot carry out, and
    values of theirs that are missing or that nobody asks for; OutOfRangeError for a voltage outside the window of the
    cell, an initial state outside it, or a step that is over before it begins; NotConvergedError where the
    solver stops or the cell gives out (no salt, full particles) before the end of a step, with the part that
    was solved as `.best`, a CellRun, or None.
    """
    started = time.perf_counter()
    steps = protocol_steps(protocol)
    _check(cell, steps)
    check_options(cell, options)
    with _quiet_pybamm() as log, _interrupts() as interrupts:
        planned = plan(steps, cell)
        model = _model(cell, mesh, options)
        values = parameter_values(cell, model, extra_values)
        texts = {"protocol_text": ", then ".join(map(str, steps)), "options_text": options_text(options, extra_values)}
        solution, raised = _solved(model, values, planned, mesh)
        if raised is not None and interrupts:
            raise KeyboardInterrupt from raised
        if solution is None:
            raise _error_of(raised, planned)
        run = _cell_run(solution, cell, model, mesh=mesh, seconds=time.perf_counter() - started, **texts)
        unfinished = _unfinished(solution, planned, log)
    if unfinished is not None:
        raise NotConvergedError(unfinished, best=run)
    return run


def _check(cell: CellParameters, steps: Sequence[Step]) -> None:
    check_window(steps, cell.cell.lower_voltage_V, cell.cell.upper_voltage_V)
    _check_start(cell)
    if any(getattr(step, "c_rate", None) is not None for step in steps):
        _check_nominal_capacity(cell)


def _model(cell: CellParameters, mesh: Mesh, options: Mapping[str, Any] | None) -> "ParticleDFN":
    """The model, and our error for options that PyBaMM does not know or cannot carry out together."""
    pybamm = import_pybamm()
    try:
        return pybamm_model(cell, mesh=mesh, options=options)
    except (pybamm.OptionError, pybamm.ModelError, pybamm.DomainError, NotImplementedError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"options = {dict(options or {})}: PyBaMM does not carry them out: {reason}") from error


def _solved(
    model: "pybamm.BaseModel", values: "pybamm.ParameterValues", planned: list[tuple[PlannedStep, ...]], mesh: Mesh
) -> tuple["pybamm.Solution | None", Exception | None]:
    """What was solved, whole or in part, and what PyBaMM raised if it did."""
    pybamm = import_pybamm()
    experiment = pybamm.Experiment([tuple(step.pybamm_step for step in cycle) for cycle in planned])
    points = {"x_n": mesh.x_points, "x_s": mesh.separator_points, "x_p": mesh.x_points}
    solver_options = {"dt_init": FIRST_STEP_S, **NO_PROGRESS, **FEW_ITERATIONS}
    solver = pybamm.IDAKLUSolver(rtol=RELATIVE_TOLERANCE, atol=ABSOLUTE_TOLERANCE, options=solver_options)
    try:
        simulation = pybamm.Simulation(
            model,
            parameter_values=values,
            experiment=experiment,
            var_pts={**points, **dict.fromkeys(RADIAL_POINTS, mesh.r_points), "R_n": 1, "R_p": 1},
            solver=solver,
        )
        solution = simulation.solve(calc_esoh=False)
    except (pybamm.SolverError, pybamm.ModelError, RuntimeError, ValueError) as error:
        return None, error
    return solution, None


def _cell_run(solution: "pybamm.Solution", cell: CellParameters, model: "ParticleDFN", **record: Any) -> CellRun:
    """`record` are fields of the run that the solution does not tell."""
    known = solution.all_models[0].variables
    names = [name for name in (TOTAL_LITHIUM_VARIABLE, *LOST_LITHIUM_VARIABLES) if name in known]
    lithium = np.sum([solution[name].entries for name in names], axis=0)
    ends = tuple(_ending(step) for cycle in solution.cycles for step in cycle.steps)
    return CellRun(
        time_s=np.asarray(solution.t),
        current_A=solution[CURRENT_VARIABLE].entries,
        voltage_V=solution[VOLTAGE_VARIABLE].entries,
        discharge_capacity_Ah=solution[DISCHARGE_CAPACITY_VARIABLE].entries,
        transport_efficiency={
            key: _harmonic_mean(solution[name]) for key, name in TRANSPORT_EFFICIENCY_VARIABLES.items()
        },
        ended_by=ends[-1],
        steps_ended_by=ends,
        cell_name=cell.name,
        lithium_drift=float(np.ptp(lithium) / lithium[0]),
        particles=particle_histories(solution, cell, model.particle_equations),
        temperature_K=solution[TEMPERATURE_VARIABLE].entries,
        **record,
    )


def _harmonic_mean(profile: Any) -> float:
    """Over x, at the start; the value itself, to the last bit, where there is one only."""
    values = np.asarray(profile.entries)
    if np.all(values == values.flat[0]):
        return float(values.flat[0])
    widths = profile.mesh.d_edges
    return float(widths.sum() / np.sum(widths / values.reshape(widths.size, -1)[:, 0]))


def _ending(step: Any) -> str:
    """Why a solved step ended, in words: "duration", "over at its start", or the text of the event."""
    if isinstance(step, import_pybamm().EmptySolution):
        return "over at its start"
    text = step.termination.removeprefix("event: ").removesuffix(EXPERIMENT_TAG).strip()
    return "duration" if text == FINAL_TIME_TERMINATION else text


def _unfinished(solution: "pybamm.Solution", planned: list[tuple[PlannedStep, ...]], log: list[str]) -> str | None:
    """What kept the protocol from being carried out to its end; None if nothing did."""
    solved = [step for cycle in solution.cycles for step in cycle.steps]
    wanted = [step for cycle in planned for step in cycle]
    for plan_of_step, step in zip(wanted, solved, strict=False):
        if isinstance(step, import_pybamm().EmptySolution):
            continue
        if step.termination == FINAL_TIME_TERMINATION:
            if plan_of_step.must_end_by_event:
                return f"{plan_of_step.text} did not reach its end within {step.t[-1] - step.t[0]:g} s"
        elif EXPERIMENT_TAG not in step.termination:
            return (
                f"{plan_of_step.text} stopped after {step.t[-1] - step.t[0]:.6g} s because of "
                f"{_ending(step)!r}: the cell gives out before the end of the step; lower the current"
            )
    if len(solved) < len(wanted):
        reason = " ".join(" ".join(log).split()) or "no reason given"
        return f"{wanted[len(solved)].text} could not be solved: {reason}; {USUAL_CAUSE}"
    return None


def _error_of(raised: Exception | None, planned: list[tuple[PlannedStep, ...]]) -> Exception:
    """Our error for what PyBaMM raised before there was a solution to show."""
    reason = " ".join(str(raised).split())
    steps = [step for cycle in planned for step in cycle]
    text = next((step.text for step in steps if step.text in reason), steps[0].text)
    if any(phrase in reason for phrase in OVER_AT_START):
        return OutOfRangeError(
            f"{text} is over before it begins: the voltage, or the state of the cell, is beyond its end as soon "
            "as the current flows; lower the current, change the end, or bring the cell to another state first"
        )
    return NotConvergedError(f"{text} could not be solved: {reason}; {USUAL_CAUSE}")


def _check_nominal_capacity(cell: CellParameters) -> None:
    """A C-rate means nothing if the nominal capacity has little to do with the electrodes."""
    least = min(cell.theoretical_capacity_Ah("negative"), cell.theoretical_capacity_Ah("positive"))
    nominal = cell.cell.nominal_capacity_Ah
    if not least / LARGEST_RATIO <= nominal <= least * LARGEST_RATIO:
        raise OutOfRangeError(
            f"a C-rate of {cell.name} is meant for {nominal:g} Ah, but the smaller electrode holds {least:.3g} Ah; "
            "check nominal_capacity_Ah, the electrode area and electrodes_in_parallel, or give the current in A"
        )


def _check_start(cell: CellParameters) -> None:
    """The open-circuit voltage of the initial concentrations must lie in the window of the cell.

    Two materials in an electrode pull its potential to somewhere between their own.
    """
    potentials: dict[str, list[float]] = {"negative": [], "positive": []}
    excess_K = cell.cell.initial_temperature_K - cell.cell.reference_temperature_K
    for path, phase in cell.active_materials().items():
        x = phase.initial_stoichiometry
        entropic = excess_K * at_stoichiometry(phase.entropic_change_V_K, x)
        potentials[side_of(path)].append(at_stoichiometry(phase.open_circuit_potential_V, x) + entropic)
    lowest = min(potentials["positive"]) - max(potentials["negative"])
    voltage = max(potentials["positive"]) - min(potentials["negative"])
    low, high = cell.cell.lower_voltage_V, cell.cell.upper_voltage_V
    if not low - START_WINDOW_TOLERANCE_V <= voltage or not lowest <= high + START_WINDOW_TOLERANCE_V:
        voltage = max(lowest, voltage, key=lambda V: max(low - V, V - high))
        raise OutOfRangeError(
            f"the initial concentrations of {cell.name} give an open-circuit voltage of {voltage:.4g} V, outside "
            f"the window of the cell, {low:g} to {high:g} V; change initial_concentration_mol_m3"
        )


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Remember a Ctrl-C: inside a callback CasADi turns it into an error of its own."""
    seen: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # others cannot receive it
        yield seen
        return
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: Any) -> None:
        seen.append(number)
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _quiet_pybamm() -> Iterator[list[str]]:
    """Hold back PyBaMM's log, its warnings, and the lines that SUNDIALS writes to standard error.

    Gives the list that collects the messages of the log. Everything is as before afterwards.
    """
    logger = import_pybamm().logger
    sundials_file = os.environ.get(SUNDIALS_ERROR_FILE)
    os.environ[SUNDIALS_ERROR_FILE] = os.devnull
    messages: list[str] = []

    def keep(record: logging.LogRecord) -> bool:
        messages.append(record.getMessage())
        return False

    logger.addFilter(keep)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield messages
    finally:
        logger.removeFilter(keep)
        if sundials_file is None:
            del os.environ[SUNDIALS_ERROR_FILE]
        else:
            os.environ[SUNDIALS_ERROR_FILE] = sundials_file
