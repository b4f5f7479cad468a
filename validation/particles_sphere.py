"""A sphere with any law of diffusivity is exact where the answer is known, and runs in the P2D model at its speed.

Sources: Crank, The Mathematics of Diffusion (1975), for constant D; Kirchhoff's variable for D(x); Robin's condition
l cot l = 1 - Bi; PyBaMM's own particle with 200 shells for Chen2020 in the P2D model. Darken: Chen2020 with the
thermodynamic factor of its open-circuit potentials, floor 0.05, jump diffusivities 1e-14 and 4e-16 m2/s, 30 and
25 kJ/mol. Times are processor times, the least of repetitions taken in turn with the stock model, on the same mesh
along x and at the same tolerances.
"""

import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pybamm
from outcome import Outcome, at_most
from scipy.integrate import solve_ivp

from electrode_homog.errors import NotConvergedError
from electrode_homog.expression import Expression
from electrode_homog.p2d import ConstantCurrent, Mesh, simulate
from electrode_homog.p2d.conversion import to_pybamm
from electrode_homog.p2d.model import pybamm_model
from electrode_homog.p2d.particle_dfn import ParticleDFN
from electrode_homog.parameters import CellParameters, load_parameter_set
from electrode_homog.particles import (
    ActiveMaterial,
    Arrhenius,
    DarkenDiffusivity,
    FromOpenCircuitPotential,
    Interstitial,
    JumpDiffusivity,
    Sphere,
    Vacancy,
)
from electrode_homog.particles.diffusion import fickian_drift, sphere_equations
from electrode_homog.particles.equations import ArrayAlgebra, ParticleEquations
from electrode_homog.particles.experiments.diffusion_series import flux_surface, held_profile, held_uptake, robin_roots
from electrode_homog.particles.radial import radial_grid

R, D, T = 1e-6, 1e-12, 298.15
"""R**2/D = 1 s, so that times are tau."""

FLUX_NOTES = {
    0.001: 0.036706780329, 0.003: 0.064932133028, 0.01: 0.123643354199, 0.03: 0.229851669396, 0.1: 0.486761686342,
    0.3: 1.099768120445, 1.0: 3.199999999831,
}  # fmt: skip
HELD_NOTES = {
    0.001: 0.104047446969, 0.01: 0.308513750129, 0.03: 0.496323014284, 0.1: 0.770478738026, 0.3: 0.968524535116,
}  # fmt: skip
CENTRE_NOTE = 0.292899651842
"""Reference values C-SPHN and C-SPHD: surface under constant influx, uptake and centre at tau = 0.1 under constant
surface value; twelve digits, summed from Crank's series."""

MANY_POINTS = 1000
DFN_POINTS, DARKEN_POINTS, REFERENCE_POINTS = 12, 10, 80
STOCK_POINTS, EXACT_POINTS = 40, 200
"""PyBaMM's uniform shells of the default mesh, within 0.17 mV rms of 200 at 1C, and of the reference."""
ONE, STATES = ArrayAlgebra(columns=False), ArrayAlgebra(columns=True)


# ---- alone ----------------------------------------------------------------------------------------------------------


def sphere(points: int) -> ParticleEquations:
    return sphere_equations(Sphere(R), ActiveMaterial(3e4, D, Expression("1 - x", ("x",))), points)


def propagated(matrix: np.ndarray, volumes: np.ndarray, source: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(n, m) exact solution of dx/dt = matrix x + source from 0, where volumes matrix is symmetric."""
    root = np.sqrt(volumes)
    symmetric = root[:, None] * matrix / root
    rates, modes = np.linalg.eigh((symmetric + symmetric.T) / 2)
    rates = np.minimum(rates, -1e-9)  # the mean has rate 0
    gains = np.expm1(np.multiply.outer(rates, times)) / rates[:, None]
    return (modes @ (gains * (modes.T @ (root * source))[:, None])) / root[:, None]


def under_flux(points: int, times: np.ndarray) -> np.ndarray:
    """y at the surface."""
    eq = sphere(points)
    return propagated(eq.drift(np.eye(points), T, STATES), eq.mean, eq.inlet * R, times)[-1]


def held(points: int, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Uptake and centre value with the surface at 1."""
    eq = sphere(points)
    matrix = eq.drift(np.eye(points), T, STATES)
    x = propagated(matrix[:-1, :-1], eq.mean[:-1], matrix[:-1, -1], times)
    return eq.mean[:-1] @ x + eq.mean[-1], x[0]


def series() -> list[Outcome]:
    flux_times, held_times = np.array(list(FLUX_NOTES)), np.array(list(HELD_NOTES))
    flux = np.abs(under_flux(MANY_POINTS, flux_times) - list(FLUX_NOTES.values())).max()
    uptake, centre = held(MANY_POINTS, held_times)
    held_error = np.abs(uptake - list(HELD_NOTES.values())).max()
    few = np.abs(under_flux(50, flux_times) - list(FLUX_NOTES.values())).max()
    points = f"{MANY_POINTS} points"
    return [
        at_most(f"constant flux, surface at seven times, {points}", "C-SPHN", flux, 1e-6),
        at_most("constant flux, surface at seven times, 50 points", "C-SPHN", few, 1e-3),
        at_most(f"constant surface, uptake at five times, {points}", "C-SPHD", held_error, 1e-6),
        at_most(f"constant surface, centre, {points}", "C-SPHD", abs(centre[3] - CENTRE_NOTE), 1e-6),
    ]


def orders() -> list[Outcome]:
    """Observed orders from 80, 160, 320 points at short and long times; the worst."""
    found: dict[str, list[float]] = {"flux, short": [], "flux, long": [], "held, short": [], "held, long": []}
    for when, times in (("short", np.array([1e-4, 1e-3])), ("long", np.array([0.03, 0.1, 0.3]))):
        exact_flux, exact_held = flux_surface(times), held_uptake(times)
        flux = [np.abs(under_flux(n, times) - exact_flux) for n in (80, 160, 320)]
        uptake = [np.abs(held(n, times)[0] - exact_held) for n in (80, 160, 320)]
        for name, errors in (("flux", flux), ("held", uptake)):
            for coarse, fine in pairwise(errors):
                found[f"{name}, {when}"] += list(np.log2(coarse / fine))
    profile = [np.abs(held(n, np.array([0.1]))[1] - held_profile(0.1, 0.0))[0] for n in (320, 640)]
    rows = [
        Outcome(f"order, {name} times", "Crank (1975)", ">= 1.9", f"{min(values):.3f}", bool(min(values) >= 1.9))
        for name, values in found.items()
    ]
    note = np.log2(profile[0] / profile[1])
    return [*rows, Outcome("order at the centre, held", "Crank (1975)", "reported", f"{note:.2f}", True)]


def robin() -> Outcome:
    """First three eigenvalues of a sphere in a medium, Bi = 0.1, 1, 10, from 200 points, relative."""
    worst = 0.0
    for biot in (0.1, 1.0, 10.0):
        eq = sphere(200)
        matrix = eq.drift(np.eye(200), T, STATES)
        matrix[-1, -1] -= biot * eq.inlet[-1] * R
        rates = np.sort(-np.linalg.eigvals(matrix).real)[:3]
        worst = max(worst, np.abs(np.sqrt(rates) / robin_roots(biot, 3) - 1).max())
    return at_most("Robin eigenvalues, Bi = 0.1, 1, 10, first three", "l cot l = 1 - Bi", worst, 1e-3)


def graphite() -> DarkenDiffusivity:
    return DarkenDiffusivity(JumpDiffusivity(D), FromOpenCircuitPotential(), floor=0.05)


def conservation() -> list[Outcome]:
    """Mean against the integral of an influx that jumps, by an explicit method, whose sums are exact for a mean."""
    worst_rate, worst_mean = 0.0, 0.0
    potential = load_parameter_set("chen2020").negative.open_circuit_potential_V
    influxes = R * np.random.default_rng(0).uniform(-3, 3, 6)
    for law in (graphite(), Expression("1e-12*(1 + x)", ("x",)), D):
        eq = sphere_equations(Sphere(R), ActiveMaterial(3e4, law, potential), 10)
        x, expected = 0.6 * eq.uniform, 0.6
        for influx in influxes:
            x = solve_ivp(lambda t, x, eq=eq, j=influx: eq.drift(x, T, ONE) + j * eq.inlet, (0, 0.02), x).y[:, -1]
            expected += 3 / R * influx * 0.02
            rate = eq.drift(x, T, ONE)
            worst_rate = max(worst_rate, abs(eq.mean @ rate) / np.abs(rate).max())
            worst_mean = max(worst_mean, abs(eq.mean @ x - expected))
    return [
        at_most("mean against the integral of the influx, three laws", "C-CONS", worst_mean, 1e-12),
        at_most("mean of the drift over its largest entry, three laws", "C-CONS", worst_rate, 1e-12),
    ]


def kirchhoff() -> list[Outcome]:
    """Steady state of D = 1 + c under uniform consumption, solved from a flat guess; and of exp(2 c), with order."""
    centres = {}
    for name, law, inverse in (
        ("1 + c", lambda x, T, a: 1 + x, lambda k: np.sqrt(1 + 2 * k) - 1),
        ("exp(2 c)", lambda x, T, a: np.exp(2 * x), lambda k: np.log(1 + 2 * k) / 2),
    ):
        surface = {"1 + c": 0.625, "exp(2 c)": (np.e - 1) / 2}[name]
        exact = inverse(surface - 1 / 6)
        errors = []
        for points in (10, 20, 40):
            drift = fickian_drift(radial_grid(points, grading=1.2), 1.0, law)

            def slope(t, x, drift=drift):
                return drift(np.append(x, 0.5), T, ONE)[:-1] - 1

            end = solve_ivp(slope, (0, 30), np.full(points - 1, 0.5), method="Radau", rtol=1e-11, atol=1e-13)
            errors.append(abs(end.y[0, -1] - exact))
        centres[name] = errors
    order = np.log2(centres["exp(2 c)"][1] / centres["exp(2 c)"][2])
    return [
        at_most("D = 1 + c, centre, 10 points (exact in Kirchhoff's variable)", "C-KIRCH", centres["1 + c"][0], 1e-9),
        Outcome("D = exp(2 c), order of the centre", "C-KIRCH", ">= 1.9", f"{order:.2f}", bool(order >= 1.9)),
    ]


def plateau() -> Outcome:
    """Surface of graphite with Darken's factor after a half discharge, 20 points against 80."""
    potential = load_parameter_set("chen2020").negative.open_circuit_potential_V
    values = []
    for points in (20, 80):
        eq = sphere_equations(Sphere(R), ActiveMaterial(3e4, graphite(), potential), points)
        end = solve_ivp(
            lambda t, x, eq=eq: eq.drift(x, T, ONE) - 0.2 * R * eq.inlet, (0, 0.6), 0.9 * eq.uniform, method="BDF",
            rtol=1e-8, atol=1e-10, t_eval=np.linspace(0.05, 0.6, 12),
            jac=lambda t, x, eq=eq: jacobian(eq, x),
        )  # fmt: skip
        values.append(end.y[-1])
    return at_most("graphite with plateaus, surface x along a discharge, 20 points", "80 points",
                   np.abs(values[0] - values[1]).max(), 2e-3)  # fmt: skip


def jacobian(eq: ParticleEquations, x: np.ndarray) -> np.ndarray:
    """By central differences of all states at once."""
    step = 1e-6 * np.eye(x.size)
    return (eq.drift(x[:, None] + step, T, STATES) - eq.drift(x[:, None] - step, T, STATES)) / 2e-6


# ---- in the P2D model -----------------------------------------------------------------------------------------------


@dataclass
class Solved:
    """A discharge, and how to repeat it."""

    simulation: pybamm.Simulation
    solution: pybamm.Solution
    end: float
    built_s: float
    solve_s: float = np.inf

    def repeat(self) -> None:
        start = time.process_time()
        self.simulation.solve([0, self.end])
        self.solve_s = min(self.solve_s, time.process_time() - start)

    def voltage(self, times: np.ndarray) -> np.ndarray:
        return self.solution["Voltage [V]"](times)

    def against(self, reference: "Solved") -> float:
        """Difference [mV] rms over the first 98 % of the shorter discharge."""
        times = np.linspace(0, 0.98 * min(self.solution.t[-1], reference.solution.t[-1]), 341)
        return float(1e3 * np.sqrt(np.mean((self.voltage(times) - reference.voltage(times)) ** 2)))

    @property
    def drift(self) -> float:
        lithium = self.solution["Total lithium in particles [mol]"].entries
        electrolyte = self.solution["Total lithium in electrolyte [mol]"].entries
        return float(np.ptp(lithium + electrolyte) / lithium[0])


def discharged(cell: CellParameters, c_rate: float, points: int | None, *, r_points: int = STOCK_POINTS) -> Solved:
    """The default mesh along x; `points` nodes of ours in the particles, or PyBaMM's own with r_points if None."""
    start = time.process_time()
    if points is None:
        model = pybamm_model(cell)
    else:
        equations = {}
        for side, electrode in (("negative", cell.negative), ("positive", cell.positive)):
            particle = Sphere(electrode.particle.radius_m)
            equations[side] = sphere_equations(particle, electrode.material, points)
        model = ParticleDFN(equations, pybamm_model(cell).options, sizes={})
    values = to_pybamm(cell)
    values["Current function [A]"] = c_rate * cell.cell.nominal_capacity_Ah
    options = {"dt_init": 1e-5, "max_nonlinear_iterations": 3}  # 3: a stale Jacobian is renewed sooner than by 40
    simulation = pybamm.Simulation(
        model,
        parameter_values=values,
        var_pts={"x_n": 30, "x_s": 10, "x_p": 30, "r_n": r_points, "r_p": r_points, "R_n": 1, "R_p": 1},
        solver=pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8, options=options),
    )
    end = 3700 / c_rate
    solution = simulation.solve([0, end])
    return Solved(simulation, solution, end, time.process_time() - start)


def with_darken(cell: CellParameters) -> CellParameters:
    negative, positive = darken_law(1e-14, 3e4), darken_law(4e-16, 2.5e4)
    cell = cell.with_electrode("negative", diffusivity_m2_s=negative)
    return cell.with_electrode("positive", diffusivity_m2_s=positive)


def darken_law(diffusivity_m2_s: float, energy_J_mol: float) -> DarkenDiffusivity:
    jump, arrhenius = JumpDiffusivity(diffusivity_m2_s), Arrhenius(energy_J_mol)
    return DarkenDiffusivity(jump, FromOpenCircuitPotential(), arrhenius=arrhenius, floor=0.05)


def isotropic() -> list[Outcome]:
    """Constant D: our nodes against PyBaMM's particle with 200 shells; PyBaMM's with 40 for comparison."""
    cell, rows = load_parameter_set("chen2020"), []
    for c_rate, bar in ((1.0, 0.3), (3.0, 2.0)):
        reference = discharged(cell, c_rate, None, r_points=EXACT_POINTS)
        stock, ours = discharged(cell, c_rate, None), discharged(cell, c_rate, DFN_POINTS)
        known = f"{STOCK_POINTS} shells of stock: {stock.against(reference):.2f}"
        rows.append(
            at_most(
                f"constant D, {c_rate:g}C, {DFN_POINTS} points ({known})",
                f"PyBaMM, {EXACT_POINTS} shells", ours.against(reference), bar, "mV rms",
            )
        )  # fmt: skip
    return rows


def darken() -> list[Outcome]:
    cell = load_parameter_set("chen2020")
    dark, rows = with_darken(cell), []
    discharged(cell, 1.0, None)  # what is loaded once
    stock, ours = discharged(cell, 1.0, None), discharged(dark, 1.0, DARKEN_POINTS)
    for _ in range(6):
        stock.repeat()
        ours.repeat()
    fine = discharged(dark, 1.0, REFERENCE_POINTS)
    built, solve = ours.built_s / stock.built_s, ours.solve_s / stock.solve_s
    name = f"Darken, {DARKEN_POINTS} points, 1C"
    rows += [
        at_most(f"{name}, with building the model, against stock", "PyBaMM, same run", built, 3.0),
        at_most(f"{name}, solve alone, against stock", "PyBaMM, same run", solve, 3.0),
        at_most(f"{name}, voltage", f"{REFERENCE_POINTS} points", ours.against(fine), 0.3, "mV rms"),
    ]
    drift, ends = [], []
    for c_rate in (0.1, 1.0, 3.0):
        run = discharged(dark, c_rate, DARKEN_POINTS)
        drift.append(run.drift)
        ends.append("voltage" in run.solution.termination)
    rows.append(at_most("Darken, lithium, 0.1C, 1C, 3C", "conservation", max(drift), 1e-8))
    text = f"{sum(ends)} of {len(ends)}"
    return [*rows, Outcome("Darken, 0.1C, 1C, 3C reach the cut-off", "no failure", "3 of 3", text, all(ends))]


def public_run() -> Outcome:
    """Wall time of `simulate` as a user has it, default mesh."""
    cell = load_parameter_set("chen2020")
    cells = (cell, with_darken(cell))
    seconds = [min(simulate(c, ConstantCurrent(1.0), mesh=Mesh()).seconds for _ in range(3)) for c in cells]
    return at_most("Darken, simulate() at 1C, default mesh, against stock", "same run", seconds[1] / seconds[0], 3.0)


def draws() -> Outcome:
    """50 cells with Darken particles of random size, diffusivity, floor, activation energy and rate, a coarse mesh."""
    random, mesh = np.random.default_rng(7), Mesh(x_points=10, separator_points=5, r_points=20)
    ended, explained, longest = 0, 0, 0.0
    for _ in range(50):
        cell = load_parameter_set("chen2020")
        for side in ("negative", "positive"):
            law = DarkenDiffusivity(
                JumpDiffusivity(10 ** random.uniform(-16, -13)),
                FromOpenCircuitPotential(),
                (Vacancy(), Interstitial())[random.integers(2)],
                Arrhenius(random.uniform(0, 5e4)),
                floor=10 ** random.uniform(-2, -0.3),
            )
            cell = cell.with_electrode(side, diffusivity_m2_s=law, particle=Sphere(10 ** random.uniform(-6.3, -5)))
        protocol, start = ConstantCurrent(float(random.choice([0.1, 0.5, 1, 2, 3]))), time.perf_counter()
        try:
            ended += "voltage" in simulate(cell, protocol, mesh=mesh).ended_by
        except NotConvergedError as error:
            explained += "usually" in str(error)
        longest = max(longest, time.perf_counter() - start)
    measured = f"{ended} to the cut-off, {explained} explained failures, longest {longest:.1f} s"
    passed = ended + explained == 50 and longest < 60
    return Outcome("random Darken cells", "no crash, no hang", "50 end or say why, < 60 s each", measured, passed)


def outcomes() -> list[Outcome]:
    alone = [*series(), *orders(), robin(), *conservation(), *kirchhoff(), plateau()]
    return [*alone, *isotropic(), *darken(), public_run(), draws()]
