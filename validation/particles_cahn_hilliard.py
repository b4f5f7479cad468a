"""The phase-separating particle has the interface, the energy and the growth rates of Cahn and Hilliard's equation.

Source: Cahn and Hilliard 1958 and the closed forms that follow. Inside the P2D model: PyBaMM's set Prada2013 (lithium
iron phosphate) with particles of 50 nm, D0 = 1e-16 m2/s, a regular solution of W = 4 and kappa = 0.02 R**2; time
against PyBaMM's own particle, same mesh along x, same tolerances, CPU time, smallest of repeats taken in turn.
"""

import math
import os
import time
from functools import cache
from typing import Any

import numpy as np
from outcome import Outcome, at_most, within
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

import electrode_homog as eh
from electrode_homog.expression import CONSTANTS, Expression
from electrode_homog.particles.cahn_hilliard import CahnHilliard, cahn_hilliard_equations, points_needed
from electrode_homog.particles.cahn_hilliard_interface import phase_boundaries
from electrode_homog.particles.diffusion import sphere_equations
from electrode_homog.particles.equations import ArrayAlgebra, ParticleEquations
from electrode_homog.particles.laws.darken import DarkenDiffusivity, JumpDiffusivity
from electrode_homog.particles.laws.mechanism import Vacancy
from electrode_homog.particles.laws.thermodynamics import FromOpenCircuitPotential
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.radial import Geometry, radial_grid
from electrode_homog.particles.sphere import Sphere

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

T, FARADAY, C_MAX = 298.15, CONSTANTS["F"], 22806.0
VOLTS = CONSTANTS["R"] * T / FARADAY
RADIUS, D0, W, KAPPA = 50e-9, 1e-16, 4.0, 0.02
X_POINTS, RATES = 20, (0.1, 0.3, 1.0, 2.0, 3.0)
EXACT, STABILITY = "closed form", "linear stability"
PLAIN, MANY = ArrayAlgebra(columns=False), ArrayAlgebra(columns=True)
SOLVER = {"dt_init": 1e-5, "num_steps_no_progress": 3000, "t_no_progress": 1.0}


def regular_solution(W: float = W, D: float = D0, standard_V: float = 3.42) -> ActiveMaterial:
    U = Expression(f"{standard_V} - R*{T}/F*(log(x/(1-x)) + {W}*(1-2*x))", ("x",))
    return ActiveMaterial(C_MAX, DarkenDiffusivity(JumpDiffusivity(D), FromOpenCircuitPotential(), Vacancy()), U)


def double_well() -> ActiveMaterial:
    """f = x**2 (1 - x)**2 [V] and the mobility 1e-12 m2/(V s): times are in seconds for lengths in micrometres."""
    law = DarkenDiffusivity(JumpDiffusivity(Expression(f"{1e-12 * VOLTS!r}/x", ("x",))), FromOpenCircuitPotential())
    return ActiveMaterial(C_MAX, law, Expression("-2*x*(1-x)*(1-2*x)", ("x",)))


def particle(radius: float = RADIUS, kappa: float = KAPPA) -> CahnHilliard:
    return CahnHilliard(radius, kappa * radius**2 * VOLTS)


def lfp() -> ParticleEquations:
    return cahn_hilliard_equations(particle(), regular_solution(), points_needed(particle(), regular_solution()))


def energies(states: np.ndarray, material: ActiveMaterial, one: CahnHilliard, geometry: Geometry) -> np.ndarray:
    """Energy of each column over F c_max, J/m3 in volts: U by Gauss quadrature, gradients by Green's identity."""
    grid = radial_grid(states.shape[0], geometry, grading=1.0)
    at, weight = np.polynomial.legendre.leggauss(80)
    x = 0.5 + (states[:, :, None] - 0.5) * (1 + at) / 2
    U = material.open_circuit_potential_V
    local = -(U(x=x) @ weight) / 2 * (states - 0.5)
    curvature = grid.divergence @ grid.gradient @ states / one.radius_m**2
    return grid.volumes @ (local - one.gradient_coefficient_V_m2 / 2 * states * curvature)


def relaxed(equations: ParticleEquations, state: np.ndarray, duration_s: float) -> np.ndarray:
    """All states on the way, without influx."""
    options = {"method": "BDF", "rtol": 1e-9, "atol": 1e-11}
    return solve_ivp(lambda t, x: equations.drift(x, T, PLAIN), (0, duration_s), state, **options).y


def planar(material: ActiveMaterial, one: CahnHilliard, points: int, phases: tuple[float, float], duration_s: float):
    """10-90 % width over the half thickness, and energy per area [V m], of a relaxed flat interface."""
    equations = cahn_hilliard_equations(one, material, points, geometry=Geometry.PLANE)
    z, (low, high) = equations.position, phases
    x = relaxed(equations, np.where(z < 0.47, low, high), duration_s)[:, -1]
    smooth = CubicSpline(z, (x - low) / (high - low))
    ten, ninety = (smooth.solve(level, extrapolate=False)[0] for level in (0.1, 0.9))
    flat = np.stack([x, np.full_like(x, low), np.full_like(x, high)], axis=1)
    own, of_low, of_high = energies(flat, material, one, Geometry.PLANE)
    share = (equations.mean @ x - low) / (high - low)
    return ninety - ten, (own - (1 - share) * of_low - share * of_high) * one.radius_m


def growth(equations: ParticleEquations, shape: np.ndarray) -> float:
    """The rate at which a small wave of this shape on x = 1/2 grows."""
    drift = equations.drift(0.5 + 1e-6 * shape, T, PLAIN)
    return float(equations.mean @ (shape * drift) / (1e-6 * equations.mean @ shape**2))


def interface_rows() -> list[Outcome]:
    well, slab, l_m = double_well(), CahnHilliard(1e-6, 0.01e-12), 0.0707106781e-6
    points = 1 + round(8 * 1e-6 / (4.39444915 * l_m))
    width, energy = planar(well, slab, points, (0.0, 1.0), 40.0)
    rows = [
        within("double well, 8 nodes in the width: 10-90 % width / l", EXACT, width * 1e-6 / l_m, 4.39444915, 5e-3),
        within("double well, 8 nodes in the width: energy", EXACT, energy * 1e6, 0.0235702260396, 5e-3),
    ]
    mixture, one = regular_solution(3.0), particle(kappa=0.004)
    (flat,) = phase_boundaries(mixture, one.gradient_coefficient_V_m2)
    points = 1 + math.ceil(8 * RADIUS / flat.width_m)
    width, energy = planar(mixture, one, points, (flat.low, flat.high), 3000.0)
    unit, exact = math.sqrt(one.gradient_coefficient_V_m2 * VOLTS), 0.288271868
    quadrature = flat.energy_J_m2 / (unit * FARADAY * C_MAX)
    return [
        *rows,
        within("regular solution W = 3: interface energy, quadrature", EXACT, quadrature, exact, 1e-5),
        within("regular solution W = 3, 8 nodes in the width: energy", EXACT, energy / unit, exact, 1e-2),
        within("the same: width over that of the quadrature", EXACT, width * RADIUS / flat.width_m, 1.0, 1e-2),
    ]


def growth_rows() -> list[Outcome]:
    rows = []
    for k, rate in ((3.0, 8.19), (7.0710678, 25.0), (9.0, 15.39)):
        half_wave = CahnHilliard(math.pi / k * 1e-6, 0.01e-12)
        equations = cahn_hilliard_equations(half_wave, double_well(), 40, geometry=Geometry.PLANE)
        seen = growth(equations, np.cos(math.pi * equations.position))
        rows.append(within(f"wave of k = {k:.4g} on c = 1/2: growth", STABILITY, seen, rate, 1e-2))
    for k in (4.493409458, 7.725251837):
        equations = cahn_hilliard_equations(particle(), regular_solution(3.0), 80)
        expected = D0 / RADIUS**2 * k**2 / 4 * (2 * 3.0 - 4 - KAPPA * k**2)
        seen = growth(equations, np.sinc(k * equations.position / math.pi))
        rows.append(within(f"sphere, sin(kr)/r, kR = {k:.4g}: growth", STABILITY, seen, expected, 1e-2))
    return rows


def energy_rows() -> list[Outcome]:
    rng, worst_mass, worst_power, worst_rise = np.random.default_rng(0), 0.0, -math.inf, -math.inf
    for W_here in (0.0, 2.5, 3.0, 4.0):
        material, one = regular_solution(W_here), particle()
        points = max(24, points_needed(one, material))
        equations = cahn_hilliard_equations(one, material, points)
        states = rng.uniform(1e-4, 1 - 1e-4, (points, 300))
        drift = equations.drift(states, T, MANY)
        power = -equations.mean @ (equations.potential_V(states, T, MANY) * drift)
        worst_power = max(worst_power, float(power.max()))
        worst_mass = max(worst_mass, float(np.max(np.abs(equations.mean @ drift) / np.abs(drift).max(axis=0))))
        path = relaxed(equations, 0.5 + rng.uniform(-0.01, 0.01, points), 5000.0)
        worst_rise = max(worst_rise, float(np.diff(energies(path, material, one, Geometry.SPHERE)).max()))
        worst_mass = max(worst_mass, float(np.ptp(equations.mean @ path)))
    return [
        at_most("no influx, 1200 random states: rate of the energy [V/s]", EXACT, worst_power, 0.0),
        at_most("separation from noise: largest rise of the energy in a step [V]", EXACT, worst_rise, 1e-10),
        at_most("no influx: change of the lithium", EXACT, worst_mass, 1e-12),
    ]


def parameters(c_rate: float, initial_stoichiometry: float, **more: float) -> Any:
    import pybamm

    values = pybamm.ParameterValues("Prada2013")
    maximum = values["Maximum concentration in positive electrode [mol.m-3]"]
    values.update(
        {
            "Positive particle radius [m]": RADIUS,
            "Positive particle diffusivity [m2.s-1]": D0,
            "Initial concentration in positive electrode [mol.m-3]": initial_stoichiometry * maximum,
            "Current function [A]": c_rate * values["Nominal cell capacity [A.h]"],
            "Lower voltage cut-off [V]": 2.0,
            "Upper voltage cut-off [V]": 4.0,
            **more,
        }
    )
    return values


def simulation(equations: ParticleEquations | None, c_rate: float, steps: list[str] | None = None, **more: Any) -> Any:
    """PyBaMM's own particle for None; at a constant current from x = 0.03 unless steps are given."""
    import pybamm

    from electrode_homog.p2d.particle_dfn import ParticleDFN
    from electrode_homog.p2d.simulation import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE

    pybamm.set_logging_level("ERROR")
    points = {"x_n": X_POINTS, "x_s": X_POINTS, "x_p": X_POINTS, "r_n": 20, "r_p": 20}
    return pybamm.Simulation(
        ParticleDFN({"positive": equations} if equations else {}),
        parameter_values=parameters(c_rate, 0.03),
        var_pts={**points, **more},
        experiment=pybamm.Experiment(steps) if steps else None,
        solver=pybamm.IDAKLUSolver(rtol=RELATIVE_TOLERANCE, atol=ABSOLUTE_TOLERANCE, options=SOLVER),
    )


@cache
def time_ratios() -> tuple[float, float, int, int]:
    """CPU time of building and solving, and of solving again, over PyBaMM's own particle; steps of both."""
    whole: dict[bool, list[float]] = {False: [], True: []}
    again: dict[bool, list[float]] = {False: [], True: []}
    steps = {False: 0, True: 0}
    for _ in range(5):
        for ours in (False, True):
            start = time.process_time()
            one = simulation(lfp() if ours else None, 1.0)
            one.solve([0, 3600])
            built = time.process_time()
            steps[ours] = len(one.solve([0, 3600]).t)
            whole[ours].append(built - start)
            again[ours].append(time.process_time() - built)
    return min(whole[True]) / min(whole[False]), min(again[True]) / min(again[False]), steps[False], steps[True]


def cycles() -> tuple[list[float], float]:
    """Rates whose charge and discharge came to their cut-off, and the largest drift of the lithium."""
    completed, drift = [], 0.0
    for rate in RATES:
        steps = [f"Discharge at {rate}C until 2.5 V", "Rest for 10 minutes", f"Charge at {rate}C until 3.9 V"]
        solution = simulation(lfp(), rate, steps).solve(calc_esoh=False)
        ends = [step.termination for cycle in solution.cycles for step in cycle.steps]
        if len(ends) == 3 and "Voltage" in ends[0] and "Voltage" in ends[2]:
            completed.append(rate)
        lithium = solution["Total lithium in particles [mol]"].entries
        drift = max(drift, float(np.ptp(lithium) / lithium[0]))
    return completed, drift


def equilibrium(equations: ParticleEquations, state: np.ndarray) -> float:
    """Potential [V] of the state of equal potential everywhere with the same lithium, by Newton's method."""
    n, h = equations.states, 1e-7
    guess = np.append(state, equations.potential_V(state, T, PLAIN).mean())
    for _ in range(30):
        x, level = guess[:-1], guess[-1]
        residual = np.append(equations.potential_V(x, T, PLAIN) - level, equations.mean @ (x - state))
        shifted = [equations.potential_V(x[:, None] + sign * h * np.eye(n), T, MANY) for sign in (1, -1)]
        jacobian = np.block([[(shifted[0] - shifted[1]) / (2 * h), -np.ones((n, 1))], [equations.mean[None, :], 0.0]])
        step = np.linalg.solve(jacobian, -residual)
        guess = guess + step
        if np.abs(step).max() < 1e-10:
            return float(guess[-1])
    return math.nan


def slow_discharge() -> tuple[float, float]:
    """C/100: largest distance [mV] of a particle from its own equilibrium branch; share of samples left out.

    The branch is that of the single particle, uniform or with a core, found from its state without the cell. A
    particle that switches from one to the other is not at equilibrium: samples where its lithium moves more than ten
    times as fast as the mean of all are left out, and counted.
    """
    equations = lfp()
    solution = simulation(equations, 0.01, x_n=10, x_s=10, x_p=10).solve([0, 360000])
    times = np.linspace(0.005, 0.985, 300) * solution.t[-1]
    states = solution["Positive particle state"](times)
    potentials = solution["Positive particle surface potential [V]"](times)
    later = solution["Positive particle state"](times + 1.0)
    speed = np.abs(np.einsum("n,nik->ik", equations.mean, later - states))
    quiet = speed < 10 / 360000
    distances = [
        abs(potentials[i, k] - equilibrium(equations, states[:, i, k])) for i, k in zip(*np.nonzero(quiet), strict=True)
    ]
    return 1e3 * float(np.max(distances)), 1 - quiet.mean()


def common_limit() -> float:
    """Largest difference in voltage [mV], 1C: kappa = 0 and a potential that falls, against Darken in a Sphere."""
    material, points = regular_solution(1.0), 60
    ours = cahn_hilliard_equations(CahnHilliard(RADIUS, 0.0), material, points)
    darken = sphere_equations(Sphere(RADIUS), material, points)
    U = material.open_circuit_potential_V
    voltages = []
    for equations in (ours, darken):
        one = simulation(equations, 1.0)
        one.parameter_values.update({"Positive electrode OCP [V]": lambda sto: U(x=sto)})
        solution = one.solve([0, 3600])
        voltages.append(solution["Voltage [V]"](np.linspace(0, 0.98, 400) * 3000.0))
    return 1e3 * float(np.abs(voltages[0] - voltages[1]).max())


def draws(number: int = 50) -> tuple[int, int, float, str]:
    """Random particles in place of the positive ones of chen2020: completed, refused with a reason, longest [s]."""
    rng, done, said, longest, unexplained = np.random.default_rng(5), 0, 0, 0.0, ""
    cell = eh.load_parameter_set("chen2020")
    while done + said < number and not unexplained:
        W_here, kappa = rng.uniform(2.2, 5.0), 10 ** rng.uniform(-2.7, -0.5)
        radius, D, rate = (10 ** rng.uniform(*span) for span in ((-7.7, -6.3), (-17, -14), (-1, 0.5)))
        material = regular_solution(W_here, D, 3.9)
        changed = cell.with_electrode(
            "positive",
            particle=particle(radius, kappa),
            open_circuit_potential_V=material.open_circuit_potential_V,
            diffusivity_m2_s=material.diffusivity_m2_s,
            initial_concentration_mol_m3=0.02 * cell.positive.maximum_concentration_mol_m3,
        )
        start = time.perf_counter()
        try:
            eh.simulate(changed, eh.ConstantCurrent(rate), mesh=eh.Mesh(8, 5, 20))
            done += 1
        except eh.ElectrodeHomogError as error:
            said += 1
            if len(str(error)) < 40:
                unexplained = str(error)
        except Exception as error:
            unexplained = repr(error)
        longest = max(longest, time.perf_counter() - start)
    return done, said, longest, unexplained


def cell_rows() -> list[Outcome]:
    whole, again, stock_steps, steps = time_ratios()
    completed, drift = cycles()
    distance, left_out = slow_discharge()
    done, said, longest, unexplained = draws()
    title = f"1C, {X_POINTS} points along x, {lfp().states} along r"
    branch = f"C/100: each particle from its own equilibrium branch ({left_out:.1%} of samples switch, left out)"
    return [
        Outcome(
            f"{title}: CPU time of building and solving over stock",
            "PyBaMM's own particle",
            "<= 10",
            f"{whole:.1f}; of solving again {again:.1f}, {steps} steps against {stock_steps}",
            whole <= 10,
        ),
        Outcome(
            "discharge, rest and charge come to their cut-offs",
            "-",
            f"all of {RATES} C",
            f"{completed} C",
            completed == list(RATES),
        ),
        at_most("lithium over a cycle, 0.1C to 3C: relative change", "conservation", drift, 1e-8),
        at_most(branch, "stationary states of one particle", distance, 1.0, "mV"),
        at_most("W = 1, kappa = 0 against Darken in a Sphere, 1C: voltage", "Darken 1948", common_limit(), 0.1, "mV"),
        Outcome(
            "50 random particles (W 2.2 to 5, kappa, R, D, rate)",
            "-",
            "none hangs or crashes",
            f"{done} completed, {said} said why not, longest {longest:.1f} s {unexplained}".strip(),
            done + said == 50 and not unexplained and longest < 120,
        ),
    ]


def outcomes() -> list[Outcome]:
    return [*interface_rows(), *growth_rows(), *energy_rows(), *cell_rows()]
