"""Every kind of particle runs in the P2D model: right in common limits, conserving, at a fair price, and to its end.

The reference is PyBaMM's own particle (26.10) on the same cell and mesh, or the open-circuit potential. Times are
those of the processor, medians of interleaved repeats, relative to a 1C discharge with PyBaMM's particle.
Random draws run in processes of their own with a limit of wall-clock time: a draw may end in an error of ours that
says why, never in another, and none may hang.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from outcome import Outcome, at_most

import electrode_homog as eh
from electrode_homog.expression import evaluate
from electrode_homog.p2d import Mesh, simulate
from electrode_homog.p2d.model import pybamm_model
from electrode_homog.parameters import CellParameters
from electrode_homog.particles import (
    CahnHilliard,
    DarkenDiffusivity,
    FromOpenCircuitPotential,
    JumpDiffusivity,
    LatticeGas,
    RegularSolution,
    SphereSizes,
    UniformFlux,
    Vacancy,
)
from electrode_homog.particles.cahn_hilliard import cahn_hilliard_equations
from electrode_homog.particles.cahn_hilliard_interface import gradient_coefficient_of_width
from electrode_homog.particles.equations import ArrayAlgebra
from electrode_homog.particles.laws.phase_diagram import open_circuit_potential
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.reduction.reducing import reduce_particle
from electrode_homog.particles.reduction.shapes import Ball, Ellipsoid
from electrode_homog.particles.shrinking_core import ShrinkingCore
from electrode_homog.particles.sphere_sizes import log_normal_sizes
from electrode_homog.studies.executor import run_tasks
from electrode_homog.studies.outcome import Done, Failed

RATES = (0.1, 0.5, 1.0, 2.0, 3.0)
RADIUS_M, DIFFUSIVITY = 5.22e-6, 4e-15
"""Of the positive electrode of chen2020."""

PHOSPHATE_M, PHOSPHATE_MAXIMUM = 1e-7, 22806.0
"""Lithium iron phosphate, 3600 kg/m3 and 158 g/mol, in particles of 0.2 um."""

PLATEAU = eh.Expression("3.422 + 0.1*exp(-x/0.008) - 0.1*exp((x - 1)/0.008)", ("x",))
"""Flat within 0.2 mV from 0.05 to 0.95."""

SLOW, FAST = (
    eh.Expression(f"{factor}*c_e**0.5*c_s**0.5*(c_max-c_s)**0.5", ("c_e", "c_s", "c_max", "T"))
    for factor in ("1e-6", "1e-3")
)
"""Exchange current densities of 0.3 and 300 A/m2 of half-full phosphate."""

DRAWS, DRAW_LIMIT_S = 50, 60.0
REPEATS = 5


def chen(**changes) -> CellParameters:
    return eh.load_parameter_set("chen2020").with_electrode("positive", **changes)


def phosphate(particle, potential, diffusivity, kinetics=SLOW) -> CellParameters:
    """The cell of chen2020 with another positive electrode, 3 Ah."""
    cell = chen(
        particle=particle,
        open_circuit_potential_V=potential,
        diffusivity_m2_s=diffusivity,
        maximum_concentration_mol_m3=PHOSPHATE_MAXIMUM,
        initial_concentration_mol_m3=0.03 * PHOSPHATE_MAXIMUM,
        exchange_current_density_A_m2=kinetics,
        entropic_change_V_K=0.0,
    )
    return cell.with_value("cell.nominal_capacity_Ah", 3.0)


def separating(
    interaction=3.0, radius_m=PHOSPHATE_M, jump=1e-16, width=0.3, kinetics=SLOW, temperature=298.15
) -> CellParameters:
    """A regular solution, whose interface is `width` times the radius."""
    potential = open_circuit_potential(RegularSolution(interaction), 3.422, temperature)
    diffusivity = DarkenDiffusivity(JumpDiffusivity(jump), FromOpenCircuitPotential())
    material = ActiveMaterial(PHOSPHATE_MAXIMUM, diffusivity, potential)
    kappa = 1e-18 if interaction <= 2 else gradient_coefficient_of_width(material, width * radius_m)
    return phosphate(CahnHilliard(radius_m, kappa), potential, diffusivity, kinetics)


def core(x_alpha=0.05, x_beta=0.95, radius_m=PHOSPHATE_M, D=2e-17, ratio=2.0, kinetics=SLOW) -> CellParameters:
    return phosphate(ShrinkingCore(radius_m, x_alpha, x_beta, ratio), PLATEAU, D, kinetics)


def reduced(shape, tensor, states=8):
    return reduce_particle(shape, tensor=tensor, closure=UniformFlux(), states=states)


def thermodynamic(jump=DIFFUSIVITY, floor=0.05) -> DarkenDiffusivity:
    """From the open-circuit potential of chen2020, with a floor at its shallow parts."""
    return DarkenDiffusivity(JumpDiffusivity(jump), FromOpenCircuitPotential(), floor=floor)


def variants() -> dict[str, CellParameters]:
    return {
        "Darken": chen(diffusivity_m2_s=thermodynamic()),
        "ReducedParticle": chen(particle=reduced(Ellipsoid((4e-6, 5e-6, 9e-6)), np.diag([1.0, 0.5, 0.2]))),
        "SphereSizes": chen(particle=log_normal_sizes(RADIUS_M, 1.5, sizes=5)),
        "CahnHilliard": separating(),
        "ShrinkingCore": core(),
    }


def limits() -> dict[str, tuple[CellParameters, CellParameters]]:
    """The variant at its ideal parameters, and the sphere that it then is."""
    sphere = chen()
    ideal = DarkenDiffusivity(JumpDiffusivity(DIFFUSIVITY), LatticeGas(), Vacancy())
    gas = open_circuit_potential(RegularSolution(0.0), 3.9, 298.15)
    field = DarkenDiffusivity(JumpDiffusivity(DIFFUSIVITY), FromOpenCircuitPotential(), Vacancy())
    pair = SphereSizes((0.9999 * RADIUS_M, 1.0001 * RADIUS_M), (0.5, 0.5))
    return {
        "Darken: lattice gas with vacancies": (chen(diffusivity_m2_s=ideal), sphere),
        "ReducedParticle: isotropic ball": (chen(particle=reduced(Ball(RADIUS_M), np.eye(3))), sphere),
        "SphereSizes: two sizes that are one": (chen(particle=pair), sphere),
        "CahnHilliard: no gradient energy, lattice gas": (
            chen(particle=CahnHilliard(RADIUS_M, 0.0), open_circuit_potential_V=gas, diffusivity_m2_s=field),
            chen(open_circuit_potential_V=gas),
        ),
        "ShrinkingCore: no gap, one diffusivity": (chen(particle=ShrinkingCore(RADIUS_M, 0.5, 0.5, 1.0)), sphere),
    }


def difference_mV(pair: tuple[CellParameters, CellParameters]) -> float:
    """Rms over a 1C discharge but for its last hundredth, on a fine mesh."""
    runs = [simulate(cell, eh.ConstantCurrent(1.0), mesh=Mesh(10, 5, 200)) for cell in pair]
    t = np.linspace(0, 0.99 * min(run.duration_s for run in runs), 2000)
    ours, theirs = (np.interp(t, run.time_s, run.voltage_V) for run in runs)
    return 1e3 * float(np.sqrt(np.mean((ours - theirs) ** 2)))


def cycle_drift(cell: CellParameters) -> float:
    steps = [eh.ConstantCurrent(0.5, duration_s=4000), eh.ConstantCurrent(-0.5, duration_s=3000)]
    return simulate(cell, steps, mesh=Mesh(20, 10, 40)).lithium_drift


def slow_cells() -> dict[str, CellParameters]:
    """The variants with fast kinetics and diffusion in thin electrodes, so that C/100 is next to rest."""
    cells = {
        "Sphere": chen(),
        "Darken": chen(diffusivity_m2_s=thermodynamic(1e-13)),
        "ReducedParticle": variants()["ReducedParticle"],
        "SphereSizes": variants()["SphereSizes"],
        "CahnHilliard, solid solution": separating(1.5),
        "CahnHilliard, separating": separating(3.0),
        "ShrinkingCore": core(D=1e-16),
    }
    slow = {}
    for name, cell in cells.items():
        fast = {"exchange_current_density_A_m2": FAST}
        cell = cell.with_electrode("negative", thickness_m=42.6e-6, diffusivity_m2_s=3.3e-12, **fast)
        if isinstance(cell.positive.diffusivity_m2_s, float) and name != "ShrinkingCore":
            cell = cell.with_electrode("positive", diffusivity_m2_s=1e-13)
        cell = cell.with_electrode("positive", thickness_m=37.8e-6, **fast)
        slow[name] = cell.with_value("cell.nominal_capacity_Ah", cell.cell.nominal_capacity_Ah / 2)
    return slow


def from_equilibrium_mV(cell: CellParameters, name: str) -> float:
    """Largest difference of the voltage at C/100 from equilibrium, 3 % off the start and 10 % off the end.

    Of what separates: the 90 % quantile over time of the difference from the equilibrium of each particle with itself,
    at the separator; meanwhile one of the particles is separating, which no rate makes slow.
    """
    run = simulate(cell, eh.ConstantCurrent(0.01), mesh=Mesh(10, 5, 20))
    graphite, active = (getattr(cell, side) for side in ("negative", "positive"))
    if name == "CahnHilliard, separating":
        particles = run.particles["positive"]
        middle = particles.time_s < 0.97 * run.duration_s
        equations = cahn_hilliard_equations(active.particle, active.material, particles.position.size)
        inside = equations.potential_V(particles.stoichiometry[middle, 2].T, 298.15, ArrayAlgebra(True))[-1]
        equilibrium = inside - evaluate(
            graphite.open_circuit_potential_V, x=run.particles["negative"].surface[middle, 2]
        )
        voltage = np.interp(particles.time_s[middle], run.time_s, run.voltage_V)
        return 1e3 * float(np.quantile(np.abs(voltage - equilibrium), 0.9))
    moved = run.discharge_capacity_Ah
    x_p = active.initial_stoichiometry + moved / cell.theoretical_capacity_Ah("positive")
    x_n = graphite.initial_stoichiometry - moved / cell.theoretical_capacity_Ah("negative")
    middle = (moved > 0.03 * moved[-1]) & (moved < 0.9 * moved[-1])
    equilibrium = evaluate(active.open_circuit_potential_V, x=x_p[middle])
    equilibrium = equilibrium - evaluate(graphite.open_circuit_potential_V, x=x_n[middle])
    return 1e3 * float(np.abs(run.voltage_V[middle] - equilibrium).max())


def seconds(cell: CellParameters) -> tuple[float, float]:
    """Processor time of building and solving a 1C discharge on the default mesh, and of solving it once more."""
    import pybamm

    mesh = Mesh()
    started = time.process_time()
    model = pybamm_model(cell, mesh=mesh)
    points = {**model.default_var_pts, "x_n": mesh.x_points, "x_s": mesh.separator_points, "x_p": mesh.x_points}
    points |= {"r_n": mesh.r_points, "r_p": mesh.r_points}
    solver = pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8)
    simulation = pybamm.Simulation(model, parameter_values=eh.to_pybamm(cell), var_pts=points, solver=solver)
    simulation.solve([0, 4500])
    both = time.process_time() - started
    started = time.process_time()
    simulation.solve([0, 4500])
    return both, time.process_time() - started


def price() -> dict[str, tuple[float, float, float]]:
    """Relative to PyBaMM's particle in chen2020: build and solve, solve alone; to that in the same cell: solve alone.

    PyBaMM's particle in the cell of phosphate has the flat potential of PLATEAU.
    """
    cells = {"layered": chen(), "phosphate": phosphate(eh.Sphere(PHOSPHATE_M), PLATEAU, 2e-17), **variants()}
    seconds(cells["layered"])  # imports and caches
    rounds = [{name: seconds(cell) for name, cell in cells.items()} for _ in range(REPEATS)]
    medians = {name: [statistics.median(found[name][k] for found in rounds) for k in (0, 1)] for name in cells}
    layered, of_phosphate = medians.pop("layered"), medians.pop("phosphate")
    ratios = {}
    for name, (both, alone) in medians.items():
        same = of_phosphate if name in ("CahnHilliard", "ShrinkingCore") else layered
        ratios[name] = (both / layered[0], alone / layered[1], alone / same[1])
    return ratios


def completed(cell: CellParameters) -> tuple[float, ...]:
    """The rates at which a discharge reaches the cut-off of the cell."""

    def reached(rate: float) -> bool:
        try:
            return "fell to" in simulate(cell, eh.ConstantCurrent(rate)).ended_by
        except eh.ElectrodeHomogError:
            return False

    return tuple(rate for rate in RATES if reached(rate))


def drawn(variant: str, seed: int) -> tuple[CellParameters, float]:
    """A random cell of a variant, and a C-rate of 0.1 to 3."""
    r = np.random.default_rng(seed)
    uniform: Callable[..., float] = lambda low, high: float(r.uniform(low, high))  # noqa: E731
    spread: Callable[..., float] = lambda low, high: float(np.exp(r.uniform(np.log(low), np.log(high))))  # noqa: E731
    rate = spread(0.1, 3.0)
    match variant:
        case "Darken":
            law = thermodynamic(spread(1e-16, 1e-13), floor=spread(0.01, 0.5))
            return chen(particle=eh.Sphere(spread(1e-6, 1e-5)), diffusivity_m2_s=law), rate
        case "ReducedParticle":
            axes = tuple(spread(2e-6, 1e-5) for _ in range(3))
            shape = Ball(axes[0]) if r.random() < 0.5 else Ellipsoid(tuple(sorted(axes)))
            particle = reduced(shape, np.diag([spread(0.03, 1.0) for _ in range(3)]), states=int(r.integers(2, 9)))
            return chen(particle=particle, diffusivity_m2_s=spread(1e-15, 1e-13)), rate
        case "SphereSizes":
            sizes = log_normal_sizes(spread(1e-6, 8e-6), uniform(1.0, 1.8), sizes=int(r.integers(1, 7)))
            return chen(particle=sizes, diffusivity_m2_s=spread(1e-15, 1e-13)), rate
        case "CahnHilliard":
            radius = spread(2e-8, 5e-7)
            jump = radius**2 / spread(3.0, 3000.0)
            return separating(uniform(0.0, 4.5), radius, jump, uniform(0.2, 1.0), (SLOW, FAST)[r.integers(2)]), rate
        case "ShrinkingCore":
            radius = spread(2e-8, 5e-7)
            gap = uniform(0.05, 0.4), uniform(0.6, 0.95)
            D = radius**2 / spread(3.0, 3000.0)
            return core(*gap, radius, D, spread(0.05, 20.0), (SLOW, FAST)[r.integers(2)]), rate
    raise AssertionError(variant)


def run_draw(task: dict) -> str:
    """For a worker process."""
    cell, rate = drawn(task["variant"], task["seed"])
    return simulate(cell, eh.ConstantCurrent(rate), mesh=Mesh(10, 5, 20)).ended_by


def draws(variant: str) -> tuple[Outcome, list[Failed]]:
    tasks = [{"variant": variant, "seed": seed} for seed in range(DRAWS)]
    results = run_tasks(run_draw, tasks, study=variant, time_limit_s=DRAW_LIMIT_S)
    failed = [result for result in results if not isinstance(result, Done)]
    ours = [one for one in failed if issubclass(getattr(eh, one.error, Exception), eh.ElectrodeHomogError)]
    hung = sum(one.interrupted for one in failed)
    claim = f"{variant}: {DRAWS} random draws, {DRAW_LIMIT_S:g} s each, that hang or crash"
    measured = f"{len(failed) - len(ours)} ({hung} hang); {DRAWS - len(failed)} end, {len(ours)} say why not"
    return Outcome(claim, "none", "0", measured, len(failed) == len(ours)), failed


def outcomes() -> list[Outcome]:
    rows = [
        at_most(f"{name}, against Sphere, 1C, rms", "PyBaMM's particle", difference_mV(pair), 0.1, "mV")
        for name, pair in limits().items()
    ]
    rows += [
        at_most(f"{name}: lithium over a cycle", "conservation", cycle_drift(cell), 1e-8)
        for name, cell in variants().items()
    ]
    rows += [
        at_most(f"{name}: C/100 against its equilibrium", "open-circuit", from_equilibrium_mV(cell, name), 1.0, "mV")
        for name, cell in slow_cells().items()
    ]
    bars = {"Darken": 3, "ReducedParticle": 0.9, "SphereSizes": 10, "CahnHilliard": 10, "ShrinkingCore": 10}
    stock = "PyBaMM's particle"
    for name, (both, alone, same) in price().items():
        bar = bars[name]
        rows.append(at_most(f"{name}: 1C, build and solve, to chen2020", stock, both, max(bar, 1), "times"))
        rows.append(at_most(f"{name}: 1C, solve alone, to chen2020", stock, alone, bar, "times"))
        rows.append(at_most(f"{name}: 1C, solve alone, to the same cell", stock, same, bar, "times"))
    for name, cell in variants().items():
        done = completed(cell)
        shown = ", ".join(f"{rate:g}C" for rate in done)
        rows.append(Outcome(f"{name}: discharges that reach the cut-off", "all", str(RATES), shown, done == RATES))
    return rows + [draws(name)[0] for name in variants()]
