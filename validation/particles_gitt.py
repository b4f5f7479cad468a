"""Single particles follow the exact solutions, and GITT returns the diffusivity that went in, or says why not.

Sources: Crank, The Mathematics of Diffusion (1975), series for constant flux and constant surface value; Weppner and
Huggins, J. Electrochem. Soc. 124 (1977) 1569, the textbook formula. Its error on a sphere, for a straight potential and
a finished rest, is 4 T/(pi y(T)**2) - 1 with T = t D/R**2 and the surface value y(T) of the sphere under constant flux.
Titrations are simulated on particles of known D: constant, by Darken's law with a regular solution, and varying
tenfold over 0.1 of stoichiometry as in graphite; and in the cell, where electrolyte and kinetics join in.
"""

import math

import numpy as np
from outcome import Outcome, at_most

import electrode_homog as eh
from electrode_homog.errors import NotConvergedError
from electrode_homog.expression import CONSTANTS, Expression
from electrode_homog.particles import (
    ActiveMaterial,
    Ball,
    DarkenDiffusivity,
    FromOpenCircuitPotential,
    JumpDiffusivity,
    UniformConcentration,
    UniformFlux,
    Vacancy,
    reduce_particle,
)
from electrode_homog.particles.cahn_hilliard import CahnHilliard
from electrode_homog.particles.experiments.diffusion_series import flux_surface, held_influx, held_profile, held_uptake
from electrode_homog.particles.experiments.gitt import GITTRecord, gitt, gitt_record
from electrode_homog.particles.experiments.gitt_evaluation import MISFIT, evaluate_gitt
from electrode_homog.particles.experiments.protocol import ConstantInflux, HeldSurface, MeanReaches, ParticleRest
from electrode_homog.particles.experiments.simulation import simulate_particle
from electrode_homog.particles.laws.chemical_diffusivity import chemical_diffusivity
from electrode_homog.particles.shrinking_core import ShrinkingCore

R = 5e-6
SPHERE = eh.Sphere(radius_m=R)
STRAIGHT = Expression("4.2 - x", ("x",))
CURVED = Expression("4.2 - x - 0.1*tanh(8*(x-0.5)) + 0.02569*log((1-x)/x)", ("x",))
GRAPHITE = Expression("0.3 - 0.15*x + 0.4*exp(-30*x) - 0.03*tanh((x-0.25)/0.05) - 0.03*tanh((x-0.53)/0.04)", ("x",))
REGULAR = Expression("3.8 - R*298.15/F*(log(x/(1-x)) + 1.5*(1-2*x))", ("x",))
# reference values C-SPHN and C-SPHD
FLUX_TABLE = {
    0.001: 0.036706780329, 0.003: 0.064932133028, 0.01: 0.123643354199, 0.03: 0.229851669396, 0.1: 0.486761686342,
    0.3: 1.099768120445, 1.0: 3.199999999831,
}  # fmt: skip
SURFACE_TABLE = {
    0.001: 0.104047446969, 0.01: 0.308513750129, 0.03: 0.496323014284, 0.1: 0.770478738026, 0.3: 0.968524535116,
}  # fmt: skip


def darken(potential: Expression, jump_m2_s: float) -> ActiveMaterial:
    """D_J (1 - x) Gamma with Gamma from the potential: constant for an ideal lattice gas."""
    return ActiveMaterial(
        30e3, DarkenDiffusivity(JumpDiffusivity(jump_m2_s), FromOpenCircuitPotential(), Vacancy()), potential
    )


def tables() -> float:
    """Largest difference of the series from the tabulated values, which have 12 digits."""
    errors = [abs(float(flux_surface(tau)) - value) for tau, value in FLUX_TABLE.items()]
    errors += [abs(float(held_uptake(tau)) - value) for tau, value in SURFACE_TABLE.items()]
    return max(*errors, abs(float(held_profile(0.1, 0.0)) - 0.292899651842))


def against_series(points: int) -> tuple[float, float]:
    """Largest relative errors, at D t/R**2 > 0.003, of the surface under constant influx and of the current of a held
    surface (chronoamperometry)."""
    D = 1e-14
    material = ActiveMaterial(30e3, D, STRAIGHT)
    run = simulate_particle(
        SPHERE, material, ConstantInflux(1.0, duration_s=0.5 * R**2 / D), initial_stoichiometry=0.1, points=points
    )
    tau = run.time_s * D / R**2
    late = tau > 0.003
    rise = (run.surface - 0.1) * D / (run.influx_m_s * R)
    flux = np.abs(rise[late] / flux_surface(tau[late]) - 1).max()
    hold = HeldSurface(0.6, duration_s=0.5 * R**2 / D)
    run = simulate_particle(SPHERE, material, hold, initial_stoichiometry=0.1, points=points)
    tau = run.time_s * D / R**2
    late = tau > 0.003
    current = np.abs(run.influx_m_s[late] * R / (D * 0.5) / held_influx(tau[late]) - 1).max()
    return float(flux), float(current)


def lithium() -> float:
    """Largest lithium error through influx, rest, hold and reversal, of each particle model."""
    separating = Expression("3.42 - R*298.15/F*(log(x/(1-x)) + 3*(1-2*x))", ("x",))
    small = 50e-9
    volts = CONSTANTS["R"] * 298.15 / CONSTANTS["F"]
    particles = [
        (SPHERE, darken(GRAPHITE, 1e-14)),
        (CahnHilliard(small, 0.01 * small**2 * volts), darken(separating, 1e-16)),
        (ShrinkingCore(small, 0.05, 0.9, 1.0), ActiveMaterial(30e3, 1e-16, Expression("3.42 + 0*x", ("x",)))),
    ]
    steps = [
        ConstantInflux(2.0, until=MeanReaches(0.6)),
        ParticleRest(600),
        HeldSurface(0.93, until=MeanReaches(0.8)),
        ConstantInflux(-2.0, until=MeanReaches(0.2)),
        ParticleRest(600),
    ]
    runs = [simulate_particle(p, m, steps, initial_stoichiometry=0.03, points=60) for p, m in particles]
    return max(run.lithium_error for run in runs)


def titration(material: ActiveMaterial, start: float, end: float, *, rest_s: float = 7200.0) -> GITTRecord:
    run = gitt(
        SPHERE, material, c_rate=0.1, pulse_s=600.0, rest_s=rest_s,
        initial_stoichiometry=start, final_stoichiometry=end, points=60,
    )  # fmt: skip
    return gitt_record(run)


def measured(record: GITTRecord, *, jump_V: float, seed: int) -> GITTRecord:
    """As an instrument would have it: a sample each 2 s, 0.1 mV of noise, a jump of potential with the current."""
    apart = record.time_s + 1e-9 * np.arange(record.time_s.size)  # two rows at a jump
    time = np.arange(0.0, record.time_s[-1], 2.0)
    current = np.interp(time, apart, record.c_rate)
    noise = 1e-4 * np.random.default_rng(seed).standard_normal(time.size)
    jump = jump_V * current / np.abs(current).max()
    return GITTRecord(
        time, np.interp(time, apart, record.potential_V) - jump + noise, current, record.initial_stoichiometry
    )


def constant_diffusivities() -> tuple[float, int, int]:
    """Largest relative error of D over sound pulses, D t/R**2 from 0.007 to 0.7, and how many of how many are sound."""
    worst, sound, all_pulses = 0.0, 0, 0
    for D in (3e-16, 1e-15, 4e-15, 1e-14, 3e-14):
        found = evaluate_gitt(titration(ActiveMaterial(30e3, D, CURVED), 0.2, 0.5), radius_m=R)
        worst = max(worst, float(np.abs(found.diffusivity_m2_s[found.sound] / D - 1).max()))
        sound, all_pulses = sound + int(found.sound.sum()), all_pulses + found.sound.size
    return worst, sound, all_pulses


def varying(material: ActiveMaterial, name: str, start: float, end: float) -> list[Outcome]:
    """Largest and median relative error of the fit over sound pulses, the largest in units of 1 % plus the stated
    standard error, and the largest of the textbook formula; without noise, and for two seeds of noise."""
    ideal = titration(material, start, end)
    cases = [
        ("", [ideal]),
        (", 0.1 mV noise, 20 mV jump", [measured(ideal, jump_V=0.02, seed=seed) for seed in (0, 1)]),
    ]
    rows = []
    for kind, records in cases:
        fit, stated, textbook = [], [], []
        for record in records:
            found = evaluate_gitt(record, radius_m=R)
            true = chemical_diffusivity(material, found.stoichiometry, 298.15)
            fit += np.abs(found.diffusivity_m2_s / true - 1)[found.sound].tolist()
            stated += found.relative_error[found.sound].tolist()
            in_the_middle = chemical_diffusivity(material, found.mean_stoichiometry, 298.15)
            textbook += np.abs(found.textbook_m2_s / in_the_middle - 1).tolist()
        ratio = float(np.max(np.array(fit) / (0.01 + np.array(stated))))
        measured_text = (
            f"{max(fit):.2g} = {ratio:.2g} x, median {np.median(fit):.2g}; textbook {np.nanmax(textbook):.2g}"
        )
        claim = f"GITT, D(x) of {name}{kind}: error of sound pulses over 1 % + stated standard error"
        rows.append(Outcome(claim, "the law that went in", "<= 3 x", measured_text, ratio <= 3))
    return rows


def textbook_table() -> list[Outcome]:
    """The formula on simulated titrations of a straight potential with long rests, against its predicted error."""
    rows = []
    for tau in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3):
        D, pulse_s = tau * R**2 / 600.0, 600.0
        run = gitt(
            SPHERE, ActiveMaterial(30e3, D, STRAIGHT), c_rate=0.01, pulse_s=pulse_s, rest_s=3 * R**2 / D,
            initial_stoichiometry=0.3, final_stoichiometry=0.304, points=200,
        )  # fmt: skip
        found = evaluate_gitt(gitt_record(run), radius_m=R, open_circuit_potential_V=STRAIGHT)
        expected = 4 * tau / (math.pi * float(flux_surface(tau)) ** 2) - 1
        error, fit = found.textbook_m2_s[0] / D - 1, found.diffusivity_m2_s[0] / D - 1
        rows.append(
            Outcome(
                f"textbook GITT formula on a sphere, D t/R^2 = {tau:g}: off by",
                "exact series",
                f"{expected:+.3f} within 0.03",
                f"{error:+.3f} (fit {fit:+.1e})",
                bool(abs(error - expected) <= 0.03),
            )
        )
    return rows


def anisotropic() -> Outcome:
    """An anisotropic ball whose surface is uniform is a sphere with the arithmetic mean of D; with a uniform flux no D
    describes pulse and rest, and the evaluation must say so."""
    tensor, D = np.diag([1.0, 1.0, 0.1]), 1e-14
    found = []
    for closure in (UniformConcentration(), UniformFlux()):
        particle = reduce_particle(Ball(R), tensor=tensor, closure=closure)
        run = gitt(
            particle, ActiveMaterial(30e3, D, STRAIGHT), c_rate=0.1, pulse_s=600.0, rest_s=20000.0,
            initial_stoichiometry=0.2, final_stoichiometry=0.3,
        )  # fmt: skip
        found.append(evaluate_gitt(gitt_record(run), radius_m=R))
    uniform, flux = found
    error = float(np.abs(uniform.diffusivity_m2_s[uniform.sound] / (0.7 * D) - 1).max())
    flagged = sum(MISFIT in flaws for flaws in flux.flaws)
    measured_text = f"{error:.2g} ({uniform.sound.sum()} of 6 sound); uniform flux: {flagged} of 6 flagged"
    claim = "GITT of an anisotropic ball: error of the arithmetic mean of D, uniform surface; uniform flux is flagged"
    return Outcome(claim, "arithmetic mean 0.7 D", "<= 0.03; 6", measured_text, error <= 0.03 and flagged == 6)


def in_the_cell() -> tuple[float, int, float]:
    """Largest relative error of D of the positive electrode of chen2020 from its cell voltage over sound pulses."""
    cell = eh.load_parameter_set("chen2020").with_electrode(
        "negative",
        source="flat, so that the cell shows the positive electrode",
        open_circuit_potential_V=Expression("0.1 + 0*x", ("x",)),
    )
    steps: list = [eh.Rest(600)]
    for _ in range(6):
        steps += [eh.ConstantCurrent(c_rate=0.1, duration_s=600), eh.Rest(3600)]
    run, positive = eh.simulate(cell, steps), cell.positive
    area = cell.cell.electrode_height_m * cell.cell.electrode_width_m
    sites = positive.maximum_concentration_mol_m3 * positive.active_fraction * positive.thickness_m * area
    current = run.current_A * 3600 / (CONSTANTS["F"] * sites)
    record = GITTRecord(run.time_s, run.voltage_V, current, float(positive.initial_stoichiometry))
    found = evaluate_gitt(record, radius_m=positive.particle.radius_m, settle_s=120.0)
    error = np.abs(found.diffusivity_m2_s / positive.diffusivity_m2_s - 1)[found.sound]
    textbook = np.abs(found.textbook_m2_s / positive.diffusivity_m2_s - 1)
    return float(error.max()), int(found.sound.sum()), float(textbook.max())


def random_draws(count: int = 50) -> tuple[int, int]:
    """How many random laws, rates and protocols end as asked or by a stated reason, and how many with an error."""
    rng = np.random.default_rng(5)
    done = failed = 0
    for _ in range(count):
        radius, rate = 10 ** rng.uniform(-7, -5), 10 ** rng.uniform(-1, 1.3)
        D = radius**2 * rate / 3600 * 10 ** rng.uniform(-1.5, 2)
        a, b, c = rng.uniform(-4, 4), rng.uniform(0, 3), rng.uniform(0.1, 0.9)
        law = Expression(f"{D!r}*exp({a!r}*x)*(1 + {b!r}*tanh((x - {c!r})/0.02)/({b!r} + 0.1))", ("x",))
        steps = [ConstantInflux(rate), ParticleRest(600), HeldSurface(c, duration_s=600), ConstantInflux(-rate)]
        material = ActiveMaterial(30e3, law, CURVED)
        try:
            run = simulate_particle(
                eh.Sphere(radius_m=radius), material, steps, initial_stoichiometry=rng.uniform(0.01, 0.99), points=40
            )
            done += run.lithium_error < 1e-10 and run.steps_ended_by[-1] == "surface empty"
        except NotConvergedError:
            failed += 1
    return done, failed


def outcomes() -> list[Outcome]:
    coarse, fine = against_series(40), against_series(80)
    order = min(math.log2(coarse[0] / fine[0]), math.log2(coarse[1] / fine[1]))
    worst, sound, number = constant_diffusivities()
    cell_error, cell_sound, cell_textbook = in_the_cell()
    done, failed = random_draws()
    crank = "series of Crank"
    return [
        at_most("series of the sphere against tables: error", "reference values C-SPHN, C-SPHD", tables(), 1e-12),
        at_most("particle, constant influx, 80 points: surface, relative error", crank, fine[0], 1e-3),
        at_most("particle, held surface, 80 points: current, relative error", crank, fine[1], 1e-3),
        Outcome("particle: order from 40 to 80 points", crank, ">= 1.9", f"{order:.2f}", order >= 1.9),
        at_most("particle models alone, five steps: lithium error", "lithium that went in", lithium(), 1e-10),
        Outcome(
            "GITT, constant D, D t/R^2 from 0.007 to 0.7: relative error of sound pulses",
            "D that went in",
            "<= 0.01",
            f"{worst:.2g} ({sound} of {number} pulses sound)",
            worst <= 0.01,
        ),
        *varying(darken(REGULAR, 4e-15), "Darken's law, regular solution W = 1.5", 0.1, 0.9),
        *varying(darken(GRAPHITE, 5e-16), "Darken's law, potential like graphite's, lithiation", 0.05, 0.8),
        *varying(darken(GRAPHITE, 5e-16), "Darken's law, potential like graphite's, delithiation", 0.8, 0.05),
        *textbook_table(),
        anisotropic(),
        Outcome(
            "GITT of a simulated cell (chen2020, positive): relative error of sound pulses",
            "D of the parameter set",
            "<= 0.05",
            f"{cell_error:.2g} ({cell_sound} of 6 sound); textbook formula {cell_textbook:.2g}",
            cell_error <= 0.05 and cell_sound >= 3,
        ),
        Outcome(
            "50 random spheres, laws and protocols: as asked / failed with a reason / other",
            "",
            "50 / any / 0",
            f"{done} / {failed} / {50 - done - failed}",
            done + failed == 50,
        ),
    ]
