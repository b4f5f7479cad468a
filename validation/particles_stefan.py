"""A particle of two phases keeps Stefan's moving interface, conserves lithium, and runs in the P2D model at its speed.

Sources: similarity solutions of Neumann for a plane (Carslaw and Jaeger 1959, sections 11.2 and 11.3) and of Paterson
(1952) for a sphere that grows from a point, here fed by a source there: a supersaturated poor phase is not stable, and
a model of stable phases has none. A sphere that shrinks is compared with an interface tracked on a mapped domain,
written here a second time, whose slow limit is that of the shrinking core, t/t_end = 1/2 where half the radius is left.
In the P2D model: PyBaMM's Prada2013 and Chen2020 with a positive electrode that has a plateau; steps and times against
PyBaMM's own particle in the same run, processor time, the least of repetitions taken in turn.
"""

import multiprocessing
import time
from typing import Any

import numpy as np
import pybamm
from outcome import Outcome, at_most
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.special import erf, erfc

from electrode_homog.expression import Expression
from electrode_homog.p2d.particle_dfn import ParticleDFN
from electrode_homog.particles.diffusion import sphere_equations
from electrode_homog.particles.equations import ArrayAlgebra, ParticleEquations
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.radial import Geometry
from electrode_homog.particles.shrinking_core import ShrinkingCore, interface_radii_m, shrinking_core_equations
from electrode_homog.particles.sphere import Sphere

R, D = 1e-6, 1e-14
"""Radius [m] and diffusivity [m2/s] of the similarity solutions, which know no scale."""

STEFAN_POINTS, CELL_POINTS = 80, 16
LFP_RADIUS_M, LFP_DIFFUSIVITIES, LFP_CAPACITY = 5e-8, (5.9e-18, 5.9e-19), 22806.0
"""Prada et al. (2013): R**2/D = 424 s; and ten times slower, so that the shell is far from its equilibrium."""

LFP_GAP, CHEN_GAP = (0.05, 0.75), (0.4, 0.8)
LONGEST_S = 60
"""A draw that takes longer counts as hanging."""


def plateau(low: float, high: float, least: float = 0.0, most: float = 1.0, level: float = 3.4) -> Expression:
    """An open-circuit potential that is flat within 0.5 mV between low and high and steep outside."""
    poor, rich = 7.5 / (low - least), 7.5 / (most - high)
    return Expression(f"{level!r} + 0.5*exp({-poor!r}*(x-{least!r})) - 0.9*exp({-rich!r}*({most!r}-x))", ("x",))


# ---- Stefan's problem -----------------------------------------------------------------------------------------------


def equations(core: ShrinkingCore, points: int, geometry: Geometry) -> ParticleEquations:
    return shrinking_core_equations(core, ActiveMaterial(2e4, D, Expression("3.4", ("x",))), points, geometry=geometry)


def integrated(core, points, geometry, start, times, *, surface=None, source=None) -> list[np.ndarray]:
    """States at the times; the surface held at a value, or a source [1/s] of mean stoichiometry in the centre."""
    eq, algebra = equations(core, points, geometry), ArrayAlgebra(columns=False)

    def rate(t, x):
        drift = eq.drift(x, 298.15, algebra)
        if surface is not None:
            drift[-1] = 0.0
        if source is not None:
            drift[0] += source(t) / eq.mean[0]
        return drift

    initial = np.full(points, float(start))
    if surface is not None:
        initial[-1] = surface
    options = {"method": "LSODA", "rtol": 1e-7, "atol": 1e-9, "lband": 1, "uband": 1}
    return list(solve_ivp(rate, (0, times[-1]), initial, t_eval=times, **options).y.T)


def depths(core, states, geometry) -> np.ndarray:
    return 1 - np.array([interface_radii_m(core, state, geometry=geometry)[-1] for state in states]) / R


def root(function, low: float, high: float) -> float:
    found: Any = brentq(function, low, high)
    return found


def neumann(stefan: float) -> float:
    return root(lambda y: y * np.exp(y * y) * erf(y) - stefan / np.sqrt(np.pi), 1e-6, 5)


def one_phase(stefan: float, points: int) -> np.ndarray:
    """Relative errors of the depth, from 0.2 to 0.8 of a plate that starts at x_alpha."""
    core = ShrinkingCore(R, 0.1, 0.4, 1.0)
    exact = np.linspace(0.2, 0.8, 61)
    times = (exact * R / (2 * neumann(stefan))) ** 2 / D
    states = integrated(core, points, Geometry.PLANE, 0.1, times, surface=0.4 + 0.3 * stefan)
    return depths(core, states, Geometry.PLANE) / exact - 1


def two_phases(ratio: float, points: int) -> np.ndarray:
    """Relative errors of the depth, from 0.05 to 0.15: later the far side of the plate would be felt."""
    core = ShrinkingCore(R, 0.1, 0.9, ratio)
    faster = np.sqrt(ratio)

    def balance(y: float) -> float:
        beta, alpha = 0.1 * faster * np.exp(-y * y) / erf(y), 0.1 * np.exp(-y * y * ratio) / erfc(y * faster)
        return y * np.sqrt(np.pi) * faster * 0.8 - beta + alpha

    speed = root(balance, 1e-6, 3)
    exact = np.linspace(0.05, 0.15, 41)
    states = integrated(core, points, Geometry.PLANE, 0.0, (exact * R / (2 * speed)) ** 2 / (ratio * D), surface=1.0)
    return depths(core, states, Geometry.PLANE) / exact - 1


def from_a_point(points: int) -> np.ndarray:
    """Relative errors of the radius, from 0.3 to 0.8, of a rich sphere that a source ~ sqrt(t) feeds at its centre."""
    gap, y = 0.5, 0.282630506491
    core = ShrinkingCore(R, 0.1, 0.1 + gap, 1.0)
    strength = 2 * gap * y**3 * np.exp(y * y)
    exact = np.linspace(0.3, 0.8, 51)
    times = (exact * R / (2 * y)) ** 2 / D

    def source(t: float) -> float:
        return 6 * strength * (D / R**2) ** 1.5 * np.sqrt(t)

    states = integrated(core, points, Geometry.SPHERE, 0.1, times, source=source)
    return np.array([interface_radii_m(core, state)[-1] for state in states]) / R / exact - 1


def tracked(stefan: float, least: float = 0.3, cells: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Times over t_end of the slow limit and core radii over R, by tracking: the shell is mapped onto 0 to 1."""
    y = np.linspace(0, 1, cells + 1)

    def rate(t, state):
        core, excess = state[0], np.concatenate(([0.0], state[1:], [1.0]))
        width = 1 - core
        r = core + y * width
        slope = np.gradient(excess, y, edge_order=2) / width
        velocity = -stefan * slope[0]
        curvature = (excess[2:] - 2 * excess[1:-1] + excess[:-2]) * (cells / width) ** 2
        moving = (1 - y[1:-1]) * velocity * slope[1:-1]
        return np.concatenate(([velocity], curvature + 2 / r[1:-1] * slope[1:-1] + moving))

    start = 0.995
    lam = neumann(stefan)
    profile = 1 - erf(lam * (1 - y)) / erf(lam)
    begun = ((1 - start) / (2 * lam)) ** 2

    def small(t, state):
        return state[0] - least

    small.terminal = True
    done = solve_ivp(
        rate,
        (begun, 10 / stefan),
        np.concatenate(([start], profile[1:-1])),
        method="BDF",
        rtol=1e-7,
        atol=1e-10,
        events=small,
    )
    return done.t * 6 * stefan, done.y[0]


def tracked_half(stefan: float) -> float:
    times, radii = tracked(stefan, least=0.4)
    return float(np.interp(-0.5, -radii, times))


def shrinking(stefan: float, points: int) -> tuple[float, float]:
    """Time to half the radius over t_end: ours and tracked."""
    time_to_half = tracked_half(stefan)
    core = ShrinkingCore(R, 0.1, 0.6, 1.0)
    times = np.linspace(0.2, 1.2, 201) * time_to_half / (6 * stefan) * R**2 / D
    states = integrated(core, points, Geometry.SPHERE, 0.1, times, surface=0.6 + 0.5 * stefan)
    radii = 1 - depths(core, states, Geometry.SPHERE)
    ours = np.interp(-0.5, -radii, times * 6 * stefan * D / R**2)
    return float(ours), time_to_half


def stefan_outcomes() -> list[Outcome]:
    n = STEFAN_POINTS
    rows = []
    for stefan in (1.0, 0.1):
        error = np.abs(one_phase(stefan, n)).max()
        claim = f"C-STE1, plane, one phase, Stefan number {stefan:g}: depth 0.2 to 0.8, {n} points"
        rows.append(at_most(claim, "exact solution", error, 0.01))
        order = np.log2(np.abs(one_phase(stefan, n)).mean() / np.abs(one_phase(stefan, 2 * n)).mean())
        claim = f"C-STE1, Stefan number {stefan:g}: order of the mean error, {n} to {2 * n} points"
        rows.append(Outcome(claim, "first order", ">= 0.9", f"{order:.2f}", bool(order >= 0.9)))
    for ratio in (1.0, 5.0):
        error = np.abs(two_phases(ratio, n)).max()
        claim = f"C-STE2, plane, two phases, D_beta/D_alpha = {ratio:g}: depth 0.05 to 0.15, {n} points"
        rows.append(at_most(claim, "exact solution", error, 0.01))
    claim = f"C-STE3, sphere that grows from a point with lambda = 0.2826: radius 0.3 to 0.8, {n} points"
    rows.append(at_most(claim, "exact solution", np.abs(from_a_point(n)).max(), 0.01))
    ours, theirs = shrinking(0.1, n)
    claim = f"C-SHR, Stefan number 0.1, {n} points: time until half the radius is left, relative error"
    rows.append(at_most(claim, f"tracked interface: {theirs:.4f} t_end", abs(ours / theirs - 1), 0.01))
    slow = tracked_half(1e-3)
    rows.append(
        at_most("C-SHR, Stefan number 0.001, tracked interface: t/t_end - 1/2", "slow limit", abs(slow - 0.5), 1e-3)
    )
    return rows


# ---- In the P2D model -----------------------------------------------------------------------------------------------


def prada(diffusivity: float, rate: float = 1.0, potential: Expression | None = None) -> pybamm.ParameterValues:
    potential = potential or plateau(*LFP_GAP)
    values = pybamm.ParameterValues("Prada2013")
    values["Positive electrode OCP [V]"] = lambda sto: potential(x=sto)
    values["Positive particle diffusivity [m2.s-1]"] = diffusivity
    values["Current function [A]"] = rate * values["Nominal cell capacity [A.h]"]
    values["Upper voltage cut-off [V]"] = 4.3
    return values


def lfp(diffusivity: float, points: int = CELL_POINTS) -> ParticleDFN:
    material = ActiveMaterial(LFP_CAPACITY, diffusivity, plateau(*LFP_GAP))
    core = ShrinkingCore(LFP_RADIUS_M, *LFP_GAP, 1.0)
    return ParticleDFN({"positive": shrinking_core_equations(core, material, points)})


def simulation(model, values, experiment=None, points: int = CELL_POINTS) -> pybamm.Simulation:
    mesh = dict.fromkeys(("x_n", "x_s", "x_p", "r_n"), 20) | {"r_p": points}
    solver = pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8)
    return pybamm.Simulation(model, parameter_values=values, experiment=experiment, var_pts=mesh, solver=solver)


def drift(solution) -> float:
    lithium = solution["Total lithium [mol]"].entries
    return float(np.ptp(lithium) / lithium[0])


def cpu(call):
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def difference_mV(one, other) -> np.ndarray:
    at = np.linspace(0, 0.98 * min(one.t[-1], other.t[-1]), 341)
    return 1e3 * (one["Voltage [V]"](at) - other["Voltage [V]"](at))


def wall_times(values, ours, repetitions: int = 5) -> dict[str, float]:
    """Ratios to PyBaMM's own particle, 1C: first solve with its build, and least of repeated solves."""
    build, repeat, steps = {}, {}, {}
    simulations = {}
    for name, model in (("stock", pybamm.lithium_ion.DFN), ("ours", ours)):

        def first(name=name, model=model):
            simulations[name] = simulation(model(), values)
            return simulations[name].solve([0, 3700])

        build[name], solution = cpu(first)
        steps[name] = len(solution.t)
    for _ in range(repetitions):
        for name, sim in simulations.items():
            repeat[name] = min(repeat.get(name, np.inf), cpu(lambda sim=sim: sim.solve([0, 3700]))[0])
    return {
        "build": build["ours"] / build["stock"],
        "solve": repeat["ours"] / repeat["stock"],
        "steps": steps["ours"] / steps["stock"],
    }


def wall_time(cell: str, values, ours) -> Outcome:
    ratios = wall_times(values, ours)
    note = f"x{ratios['build']:.1f} with build, x{ratios['solve']:.1f} solve alone ({ratios['steps']:.1f} x steps)"
    passed = max(ratios["build"], ratios["solve"]) <= 10
    return Outcome(f"{cell}: 1C against PyBaMM's own particle, {CELL_POINTS} points", "same run", "<= 10", note, passed)


CYCLE = (
    "Discharge at 1C for 20 minutes",
    "Rest for 20 minutes",
    "Charge at 1C for 8 minutes",
    "Rest for 10 minutes",
    "Discharge at 1C for 12 minutes",
    "Charge at 0.5C for 10 minutes",
    "Rest for 30 minutes",
    "Discharge at 2C until 2.2 V",
    "Rest for 10 minutes",
    "Charge at 1C until 4.0 V",
    "Hold at 4.0 V until C/20",
)


def cell_outcomes() -> list[Outcome]:
    rows = []
    for diffusivity in LFP_DIFFUSIVITIES:
        cell = f"LFP with a plateau, R**2/D = {LFP_RADIUS_M**2 / diffusivity:.0f} s"
        rows.append(wall_time(cell, prada(diffusivity), lambda diffusivity=diffusivity: lfp(diffusivity)))
        failed = []
        for rate in (0.1, 0.3, 1.0, 3.0):
            sim = simulation(lfp(diffusivity), prada(diffusivity, rate))
            solution = sim.solve([0, 4000 / rate])
            if "Minimum voltage" not in solution.termination:
                failed.append(f"{rate:g}C: {solution.termination}")
        claim = f"{cell}: 0.1C, 0.3C, 1C, 3C end at 2 V"
        rows.append(Outcome(claim, "no failure", "all", "; ".join(failed) or "all", not failed))
        cycles: list[Any] = [CYCLE] * 2
        experiment = pybamm.Experiment(cycles)
        cycled = simulation(lfp(diffusivity), prada(diffusivity), experiment).solve()
        claim = f"{cell}: lithium over two cycles with reversals and rests in mid-course"
        rows.append(at_most(claim, "conservation", drift(cycled), 1e-8))
        fine = simulation(lfp(diffusivity, 80), prada(diffusivity), points=80).solve([0, 3700])
        error = difference_mV(simulation(lfp(diffusivity), prada(diffusivity)).solve([0, 3700]), fine)
        claim = f"{cell}: 1C, {CELL_POINTS} points against 80, rms"
        rows.append(at_most(claim, "refinement", float(np.sqrt(np.mean(error**2))), 1.0, "mV"))
    return rows


def chen_outcomes() -> list[Outcome]:
    """Slow discharge and common limit, in Chen2020. At C/100 other polarisation is 2 mV, and the same with a Sphere."""
    potential = plateau(*CHEN_GAP, 0.15, 1.0, 3.9)
    values = pybamm.ParameterValues("Chen2020")
    values["Positive electrode OCP [V]"] = lambda sto: potential(x=sto)
    values["Current function [A]"] = 0.05
    radius = values["Positive particle radius [m]"]
    material = ActiveMaterial(63104.0, 4e-15, potential)
    core = shrinking_core_equations(ShrinkingCore(radius, *CHEN_GAP, 1.0), material, CELL_POINTS)
    sphere = sphere_equations(Sphere(radius), material, CELL_POINTS)
    slow, fick = (simulation(ParticleDFN({"positive": eq}), values).solve([0, 3.6e5]) for eq in (core, sphere))
    surface, bulk = (slow[f"Positive electrode {part}open-circuit potential [V]"] for part in ("", "bulk "))
    off = 1e3 * np.abs(np.mean(surface.entries, axis=0) - np.mean(np.atleast_2d(bulk.entries), axis=0))
    rows = [
        at_most("C/100: open-circuit potential at the surface against that of the mean", "OCV", off.max(), 1.0, "mV"),
        at_most(
            "C/100: voltage against that with Sphere", "Sphere", np.abs(difference_mV(slow, fick)).max(), 1.0, "mV"
        ),
    ]
    values["Current function [A]"] = 5.0
    rows.append(wall_time("Chen2020 with a plateau", values, lambda: ParticleDFN({"positive": core})))
    stock = pybamm.ParameterValues("Chen2020")
    plain = ActiveMaterial(63104.0, 4e-15, Expression("4.0", ("x",)))
    for gap in ((0.5, 0.5), (0.5, 0.50001)):
        empty = shrinking_core_equations(ShrinkingCore(radius, *gap, 1.0), plain, CELL_POINTS)
        sphere = sphere_equations(Sphere(radius), plain, CELL_POINTS)
        both = [simulation(ParticleDFN({"positive": eq}), stock).solve([0, 3600]) for eq in (empty, sphere)]
        claim = (
            f"common limit, gap {gap[0]:g} to {gap[1]:g}, one diffusivity, Chen2020 1C: largest difference from Sphere"
        )
        rows.append(at_most(claim, "Sphere", float(np.abs(difference_mV(*both)).max()), 0.1, "mV"))
    return rows


def draw(number: int) -> tuple[str, float]:
    """How a random cell ends, and after how long [s]: gap, ratio, radius, R**2/D, start and current are drawn."""
    random = np.random.default_rng((5, number))
    low = random.uniform(0.01, 0.4)
    high = random.uniform(low + 0.01, 0.98)
    radius, diffusion_time = 10 ** random.uniform(-7.5, -6), 10 ** random.uniform(1, 5)
    ratio, rate, start = 10 ** random.uniform(-2, 2), 10 ** random.uniform(-1, 0.6), random.uniform(0.003, 0.9)
    potential = plateau(low, high)
    values = prada(radius**2 / diffusion_time, rate * random.choice([1, 1, -1]), potential)
    values["Positive particle radius [m]"] = radius
    values["Initial concentration in positive electrode [mol.m-3]"] = start * LFP_CAPACITY
    material = ActiveMaterial(LFP_CAPACITY, radius**2 / diffusion_time, potential)
    core = shrinking_core_equations(ShrinkingCore(radius, low, high, ratio), material, CELL_POINTS)
    begun = time.monotonic()
    try:
        end = simulation(ParticleDFN({"positive": core}), values).solve([0, 3600 / rate]).termination
    except pybamm.SolverError as error:
        end = f"solver: {error}"
    return end, time.monotonic() - begun


def draws_outcome(count: int = 50) -> Outcome:
    """In a process of their own, so that one that hangs can be ended."""
    found: list[tuple[str, float]] = []
    pool = multiprocessing.Pool(1)
    for number in range(count):
        try:
            found.append(pool.apply_async(draw, (number,)).get(LONGEST_S))
        except multiprocessing.TimeoutError:
            found.append(("hangs", float(LONGEST_S)))
            pool.terminate()
            pool = multiprocessing.Pool(1)
    pool.terminate()
    odd = [end for end, _ in found if not end.startswith(("event", "final time"))]
    longest = max(seconds for _, seconds in found)
    measured = f"{count - len(odd)} end at a voltage or in time, longest {longest:.1f} s"
    measured += "".join(f"; {end:.80}" for end in odd)
    claim = f"{count} random cells: gap, diffusivities, radius, start, current"
    return Outcome(claim, "no failure", "none hangs or crashes", measured, "hangs" not in odd)


def outcomes() -> list[Outcome]:
    return [*stefan_outcomes(), *cell_outcomes(), *chen_outcomes(), draws_outcome()]
