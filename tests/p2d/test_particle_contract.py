"""What every kind of particle must do in a cell: keep lithium, pass the charge on, follow its equilibrium when slow."""

import pickle

import numpy as np
import pytest
from particle_cells import Case, cases

from electrode_homog.expression import evaluate
from electrode_homog.p2d import CellRun, ConstantCurrent, Mesh, Rest, simulate, to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.model import pybamm_model
from electrode_homog.particles.cahn_hilliard import cahn_hilliard_equations
from electrode_homog.particles.equations import ArrayAlgebra
from electrode_homog.provenance import from_json, to_json
from electrode_homog.table import Table

COARSE = Mesh(5, 3, 12)
CASES = cases()
FARADAY = 96485.33212331002


def case_names(*, separates: bool = False) -> list[str]:
    return [name for name, case in CASES.items() if case.separates is separates]


@pytest.fixture(params=CASES, scope="module")
def case(request) -> Case:
    return CASES[request.param]


@pytest.fixture(scope="module")
def cycle(case) -> CellRun:
    """Discharge, charge, and a rest so long that all gradients are gone."""
    steps = [ConstantCurrent(0.5, duration_s=2400), ConstantCurrent(-0.5, duration_s=1800), Rest(1e6)]
    return simulate(case.cell, steps, mesh=COARSE)


def potential(value, x):
    return value(x) if isinstance(value, Table) else evaluate(value, x=x)


def slow_run(case: Case) -> CellRun:
    return simulate(case.cell, ConstantCurrent(0.01), mesh=COARSE)


def test_cycle_conserves_lithium(cycle):
    """Discharge, charge and rest move no lithium out of the cell: 1e-8."""
    assert cycle.steps_ended_by == ("duration",) * 3
    assert cycle.lithium_drift < 1e-8


def test_run_can_be_kept(cycle):
    """A run comes back whole from JSON and from a pickle, its arrays read-only."""
    for copy in (from_json(to_json(cycle), CellRun), pickle.loads(pickle.dumps(cycle))):
        assert to_json(copy).split('"provenance"')[0] == to_json(cycle).split('"provenance"')[0]
        assert not copy.particles["positive"].stoichiometry.flags.writeable


@pytest.mark.filterwarnings("ignore")  # PyBaMM's own
def test_charge_is_lithium_and_the_area_that_reacts_is_given(case):
    """In PyBaMM's own simulation F times the lithium that leaves an electrode is the charge; 3 eps/radius_m reacts."""
    pybamm = import_pybamm()
    model = pybamm_model(case.cell, mesh=COARSE)
    points = {**model.default_var_pts, "x_n": 5, "x_s": 3, "x_p": 5}
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    simulation = pybamm.Simulation(model, parameter_values=to_pybamm(case.cell), var_pts=points, solver=solver)
    solution = simulation.solve([0, 900])
    charge_C = 3600 * solution["Discharge capacity [A.h]"].entries[-1]
    for side, sign in (("negative", -1), ("positive", 1)):
        lithium = solution[f"Total lithium in {side} electrode [mol]"].entries
        assert sign * FARADAY * (lithium[-1] - lithium[0]) == pytest.approx(charge_C, rel=1e-6)
        area = solution[f"X-averaged {side} electrode surface area to volume ratio [m-1]"].entries[0]
        assert area == pytest.approx(getattr(case.cell, side).surface_area_per_m, rel=1e-12)


@pytest.mark.parametrize("name", case_names())
def test_slow_discharge_follows_the_open_circuit_voltage(name):
    """At C/100 the voltage is U_p - U_n at the mean stoichiometries within 1 mV, but for the ends."""
    cell, run = CASES[name].cell, slow_run(CASES[name])
    moved = run.discharge_capacity_Ah
    x_p = cell.positive.initial_stoichiometry + moved / cell.theoretical_capacity_Ah("positive")
    x_n = cell.negative.initial_stoichiometry - moved / cell.theoretical_capacity_Ah("negative")
    middle = (moved > 0.03 * moved[-1]) & (moved < 0.9 * moved[-1])
    open_circuit = potential(cell.positive.open_circuit_potential_V, x_p[middle])
    open_circuit -= potential(cell.negative.open_circuit_potential_V, x_n[middle])
    assert np.abs(run.voltage_V[middle] - open_circuit).max() < 1e-3


@pytest.mark.parametrize("name", case_names(separates=True))
def test_slow_discharge_of_what_separates_follows_its_own_equilibrium(name):
    """At C/100 each particle is in equilibrium within itself and with the cell, within 1 mV, at nine times in ten.

    At the others a particle of the three is separating. At the end of each, it is poor or rich: the states between are
    unstable.
    """
    cell, run = CASES[name].cell, slow_run(CASES[name])
    particles, graphite = run.particles["positive"], run.particles["negative"]
    points = particles.position.size
    equations = cahn_hilliard_equations(cell.positive.particle, cell.positive.material, points)
    inside = equations.potential_V(particles.stoichiometry.reshape(-1, points).T, 298.15, ArrayAlgebra(True))
    inside = inside.T.reshape(particles.stoichiometry.shape)
    assert np.mean(np.ptp(inside, axis=2) < 1e-3) > 0.9
    cell_potential = inside[:, :, -1] - potential(cell.negative.open_circuit_potential_V, graphite.surface)
    voltage = np.interp(particles.time_s, run.time_s, run.voltage_V)[:, None]
    before_the_end = particles.time_s < 0.97 * run.duration_s
    assert np.mean(np.abs(voltage - cell_potential)[before_the_end, 2] < 1e-3) > 0.9
    assert np.mean((particles.mean > 0.3) & (particles.mean < 0.8)) < 0.1


def test_history_shows_the_particles(case, cycle):
    """At most 81 rising times from first to last; at the end of the rest all places of a particle are alike.

    But for phases, which stay apart.
    """
    for side in ("negative", "positive"):
        history = cycle.particles[side]
        electrode = getattr(case.cell, side)
        times, places = history.time_s.size, history.position.size
        assert history.model == type(electrode.particle).__name__
        assert times <= 81
        assert np.all(np.diff(history.time_s) > 0)
        assert (history.time_s[0], history.time_s[-1]) == (cycle.time_s[0], cycle.time_s[-1])
        assert history.stoichiometry.shape == (times, 3, places)
        assert history.mean.shape == history.surface.shape == (times, 3)
        assert history.stoichiometry[0] == pytest.approx(electrode.initial_stoichiometry, abs=1e-9)
        if side == "negative" or not case.phases:
            last = history.stoichiometry[-1]
            assert last == pytest.approx(np.repeat(history.mean[-1][:, None], places, axis=1), abs=1e-3)
            assert history.surface[-1] == pytest.approx(history.mean[-1], abs=1e-3)
