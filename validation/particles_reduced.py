"""Particles of any shape and any diffusivity tensor, reduced to a few states: shape by shape and in the P2D model.

Reference values: exact solutions (Crank, The Mathematics of Diffusion; closed forms of the steady profile), values
computed semi-analytically for the ball with D = diag(1, 1, 0.1), and PyBaMM's own particle with 200 radial points.
j = R = 1 where no unit is given; all particles have the default seven states unless said.
"""

import math
import time
from itertools import pairwise

import numpy as np
from outcome import Outcome, at_most, within
from scipy.optimize import brentq

from electrode_homog.errors import ElectrodeHomogError
from electrode_homog.expression import Expression
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.particles.laws.diffusivity_tensor import (
    DiffusivityTensor,
    random_rotation,
    surface_mean_inverse_root,
)
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.reduced_particle import ReducedParticle, reduced_particle_equations
from electrode_homog.particles.reduction.closure import LinearisedKinetics, UniformConcentration, UniformFlux
from electrode_homog.particles.reduction.domains import FINE, Resolution, domain_of
from electrode_homog.particles.reduction.fewest_modes import SPHERE_RATE, slowest_rate
from electrode_homog.particles.reduction.finite_elements import discretise
from electrode_homog.particles.reduction.krylov import krylov_modes
from electrode_homog.particles.reduction.reducing import FREQUENCIES, reduce_particle
from electrode_homog.particles.reduction.shapes import Ball, Box, Cylinder, Ellipsoid, Plate
from electrode_homog.particles.reduction.smooth_cut import tetrahedra_inside
from electrode_homog.particles.reduction.structured_meshes import Fineness
from electrode_homog.particles.reduction.tetrahedral_shape import TetrahedralShape
from electrode_homog.particles.reduction.voxel_shape import VoxelShape

UM = 1e-6
BALL = Ball(5 * UM)
ANISOTROPIC = np.diag([1.0, 1.0, 0.1])
FULL = np.array([[1.0, 0.3, 0.2], [0.3, 0.8, 0.1], [0.2, 0.1, 0.5]])
FLUX, CONCENTRATION = UniformFlux(), UniformConcentration()

SPHN = dict(
    zip(
        (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
        (
            0.036706780329,
            0.064932133028,
            0.123643354199,
            0.229851669396,
            0.486761686342,
            1.099768120445,
            3.199999999831,
        ),
        strict=True,
    )
)
ANIS_T = {0.03: 0.21147, 0.1: 0.334031, 0.3: 0.482154, 1.0: 0.687643, 3.0: 0.793326}
ANIS_P = {"x pole": 0.88364, "y pole": 0.88364, "z pole": 3.10289, "centre": 0.38340}
ANIS_U = {0.03: 0.42364140, 0.1: 0.68538039, 0.3: 0.92461824, 1.0: 0.99931843}
SPHD = {0.03: 0.496323014284, 0.1: 0.770478738026, 0.3: 0.968524535116}


def step(particle: ReducedParticle, row, tau: float) -> float:
    """(x - mean) D/(influx R) of a place, at D t/R^2 = tau after a step of the influx."""
    rates = np.array(particle.rates_per_m2) * particle.radius_m**2
    return float(3 * np.sum(np.array(row) * particle.outlets / rates * -np.expm1(-rates * tau)))


def uptake(particle: ReducedParticle) -> tuple[np.ndarray, np.ndarray]:
    """Rates and weights of 1 - uptake under a constant surface value: zeros of the response of the surface."""
    poles = np.append(0.0, np.array(particle.rates_per_m2) * particle.radius_m**2)
    weights = 3 * np.append(1.0, np.array(particle.outlets) ** 2)
    zeros = [
        brentq(lambda m: np.sum(weights / (poles - m)), a + 1e-9 * (b - a), b - 1e-9 * (b - a))
        for a, b in pairwise(poles)
    ]
    slope = np.array([np.sum(weights / (poles - m) ** 2) for m in zeros])
    return np.array(zeros), 3 / (np.array(zeros) ** 2 * slope)


def of_the_ball() -> list[Outcome]:
    isotropic = reduce_particle(BALL, tensor=np.eye(3), closure=FLUX)
    flux = reduce_particle(BALL, tensor=ANISOTROPIC, closure=FLUX)
    uniform = reduce_particle(BALL, tensor=ANISOTROPIC, closure=CONCENTRATION)
    rows = dict(zip(flux.place_names, flux.place_outlets, strict=True))
    sphn = max(abs((step(isotropic, isotropic.outlets, t) + 3 * t) / y - 1) for t, y in SPHN.items())
    anis_t = max(abs(step(flux, flux.outlets, t) / y - 1) for t, y in ANIS_T.items())
    many = reduce_particle(BALL, tensor=ANISOTROPIC, closure=FLUX, states=16)
    rows_of_many = dict(zip(many.place_names, many.place_outlets, strict=True))
    anis_p = max(abs((step(flux, rows[place], 0.3) + 0.9) / y - 1) for place, y in ANIS_P.items())
    anis_p_many = max(abs((step(many, rows_of_many[place], 0.3) + 0.9) / y - 1) for place, y in ANIS_P.items())
    local = {"x pole": 0.5 - 1.2, "y pole": 0.5 - 1.2, "z pole": 5 - 1.2}
    anis_n = max(abs(step(flux, rows[place], 1e9) / y - 1) for place, y in local.items())
    zeros, weights = uptake(uniform)
    first = uptake(reduce_particle(BALL, tensor=ANISOTROPIC, closure=CONCENTRATION, states=16))[0][0]
    sphere = uptake(reduce_particle(BALL, tensor=np.eye(3), closure=CONCENTRATION))
    anis_u = max(abs(1 - weights @ np.exp(-zeros * t) - y) for t, y in ANIS_U.items())
    sphd = max(abs(1 - sphere[1] @ np.exp(-sphere[0] * t) - y) for t, y in SPHD.items())
    exact, semi = "exact", "semi-analytic"
    return [
        at_most("C-ROM static gain of the isotropic ball less R/5D", exact, abs(isotropic.static_gain * 5 - 1), 1e-3),
        at_most("C-ROM surface of the isotropic ball, tau >= 0.001", "Crank", sphn, 5e-3),
        at_most("C-SPHD uptake of the isotropic ball, tau >= 0.03", "Crank", sphd, 1e-3),
        within("C-ANIS-N surface mean - volume mean, uniform flux: 1/(5 D_H)", exact, flux.static_gain, 0.8, 1e-3),
        at_most("C-ANIS-N poles", exact, anis_n, 5e-3),
        within("C-ANIS-D the same, uniform c_s: 1/(5 D_A)", exact, uniform.static_gain, 1 / 3.5, 1e-3),
        at_most("C-ANIS-T mean surface value in time", semi, anis_t, 1e-2),
        at_most("C-ANIS-P poles and centre at t = 0.3, 16 states", semi, anis_p_many, 1e-2),
        at_most("C-ANIS-P the same, 7 states", semi, anis_p, 2e-2),
        within("C-ANIS-E first eigenvalue, 16 states", semi, first, 6.644426245, 5e-3),
        at_most("C-ANIS-U uptake", semi, anis_u, 3e-3),
        of_short_times(),
        of_kinetics(),
        of_turning(),
    ]


def of_short_times() -> Outcome:
    """Rise of the mean surface over 2 sqrt(t/pi), extrapolated to t = 0."""
    modes = krylov_modes(discretise(domain_of(BALL, ANISOTROPIC, FINE), FLUX))
    late, early = ((modes.step(np.array([t]))[0] + 3 * t) / (2 * math.sqrt(t / math.pi)) for t in (4e-4, 1e-4))
    expected = surface_mean_inverse_root(DiffusivityTensor(ANISOTROPIC))
    claim = "C-ANIS-S short times, uniform flux: <(n.Dn)^-1/2>, finite elements"
    return within(claim, "exact", 2 * early - late, expected, 2e-3)


def of_kinetics() -> Outcome:
    worst = 0.0
    for values in ((1, 1, 0.1), (1, 1, 0.01), (1, 0.4, 0.1)):
        for biot in (1e-3, 0.1, 1.0, 10.0, 1e4):
            weights = 1 / (np.array(values) + biot / 2)
            ball = reduce_particle(BALL, tensor=np.diag(values), closure=LinearisedKinetics(biot))
            worst = max(worst, abs(ball.equivalent_diffusivity / (values @ weights / weights.sum()) - 1))
    return at_most("equivalent D of local kinetics: sum D w/sum w, w = 1/(D + Bi/2)", "exact", worst, 1e-3)


def of_turning() -> Outcome:
    """A ball with a turned tensor, a mesh turned with its tensor."""
    rng, worst = np.random.default_rng(0), 0.0
    mesh = tetrahedral_ball(0.25)
    for shape, tensor in ((BALL, ANISOTROPIC), (BALL, np.diag([1, 0.5, 0.1])), (mesh, np.diag([1, 0.5, 0.1]))):
        for closure in (FLUX, CONCENTRATION, LinearisedKinetics(1.0)):
            straight = reduce_particle(shape, tensor=tensor, closure=closure).static_gain
            for Q in (random_rotation(rng) for _ in range(2)):
                turned = shape
                if isinstance(shape, TetrahedralShape):
                    turned = TetrahedralShape(shape.points_m @ Q.T, shape.tetrahedra)
                other = reduce_particle(turned, tensor=Q @ tensor @ Q.T, closure=closure).static_gain
                worst = max(worst, abs(other / straight - 1))
    return at_most("turned tensor in a ball, mesh turned with its tensor: change of the gain", "symmetry", worst, 1e-10)


def kinetic_radius(shape) -> float:
    return 3 * shape.volume_m3 / shape.surface_area_m2


def box_of_uniform_concentration(edges: np.ndarray, values: np.ndarray) -> float:
    """Mean of u with -div D grad u = 1, u = 0 on the surface: Fourier-sine series."""
    n = np.arange(1, 300, 2) * np.pi
    a, b, c = (D * (n / L) ** 2 for D, L in zip(values, edges, strict=True))
    share = 8 / n**2
    return float(np.einsum("i,j,k,ijk", share, share, share, 1 / (a[:, None, None] + b[:, None] + c)))


def closed_forms() -> list[tuple[str, object, np.ndarray, object, float]]:
    """Name, shape, tensor, closure, and c_s - mean over influx/D [m]."""
    diagonal = np.diag([1.0, 0.5, 0.1])
    cases = []
    for closure in (FLUX, CONCENTRATION, LinearisedKinetics(3.0)):
        cases.append(("plate", Plate(UM), FULL, closure, UM / 6 / FULL[2, 2]))
    across = FULL[:2, :2]
    rod = Cylinder(UM, math.inf)
    cases.append(("infinite cylinder", rod, FULL, FLUX, UM / 8 * np.trace(np.linalg.inv(across))))
    cases.append(("infinite cylinder", rod, FULL, CONCENTRATION, UM / 2 / np.trace(across)))
    for axes in ((1, 1, 1), (1, 2, 4), (1, 1, 20), (20, 20, 1), (1, 5, 20)):
        shape = Ellipsoid(tuple(a * UM for a in axes))
        for tensor in (np.eye(3), diagonal, FULL):
            depth = 3 / kinetic_radius(shape) / 2 / np.sum(np.diag(tensor) / np.array(shape.semi_axes_m) ** 2)
            cases.append(("ellipsoid", shape, tensor, CONCENTRATION, 0.4 * depth))
    for edges in ((1, 1, 1), (1, 2, 5), (1, 1, 20), (20, 20, 1)):
        shape = Box(tuple(a * UM for a in edges))
        radius = kinetic_radius(shape)
        for tensor in (np.eye(3), diagonal):
            cases.append(("box", shape, tensor, FLUX, radius / 9 * np.trace(np.linalg.inv(tensor))))
            mean = box_of_uniform_concentration(np.array(shape.edges_m), np.diag(tensor))
            cases.append(("box", shape, tensor, CONCENTRATION, 3 / radius * mean))
    for radius, length in ((1, 4), (5, 0.5), (1, 40)):
        a, L = radius * UM, length * UM
        for tensor in (np.eye(3), diagonal):
            ends = a**2 * L / 3 / tensor[2, 2]
            side = a**2 * L / 4 * (1 / tensor[0, 0] + 1 / tensor[1, 1])
            cases.append(("cylinder", Cylinder(a, L), tensor, FLUX, (ends + side) / (2 * a * (L + a))))
    return cases


def of_shapes() -> list[Outcome]:
    worst: dict[str, float] = {}
    dishonest = number = 0
    for name, shape, tensor, closure, expected in closed_forms():
        particle = reduce_particle(shape, tensor=tensor, closure=closure)
        error = abs(particle.static_gain * particle.radius_m / expected - 1)
        worst[name] = max(worst.get(name, 0.0), error)
        number += 1
        dishonest += error > particle.mesh_error + 1e-7
    plate = reduce_particle(Plate(UM), tensor=np.eye(3), closure=FLUX)
    n = np.arange(1, 400)
    rise = 0.0
    for tau in (0.003, 0.01, 0.1, 1.0):  # in half thicknesses; the kinetic radius is three of them
        series = 1 / 3 - 2 / np.pi**2 * np.sum(np.exp(-((n * np.pi) ** 2) * tau) / n**2)
        rise = max(rise, abs(3 * step(plate, plate.outlets, tau / 9) / series - 1))
    rows = [at_most(f"{name}, surface less mean", "closed form", error, 2e-3) for name, error in worst.items()]
    return [
        *rows,
        at_most("plate after a step of the flux, D t/(half thickness)^2 >= 0.003", "Crank", rise, 5e-3),
        at_most(f"of {number} steady values, errors above the reported mesh_error", "closed form", dishonest, 0),
    ]


FINER = Resolution(
    line=Fineness(0, 80, 1e-4),
    plane=Fineness(9, 22, 5e-4),
    eighth=Fineness(4, 11, 2e-3),
    whole=Fineness(3, 8, 4e-3),
    eighth_box=Fineness(2, 8, 4e-3),
    whole_box=Fineness(1, 6, 8e-3),
    order=2,
)


def of_meshes() -> list[Outcome]:
    """Response of the default meshes against finer ones, up to the highest frequency that is reported."""
    worst = 0.0
    cases = [
        (BALL, np.diag([1, 1, 0.01])),
        (BALL, np.diag([1, 0.3, 0.1])),
        (Ellipsoid((UM, UM, 20 * UM)), np.eye(3)),
        (Ellipsoid((UM, 2 * UM, 4 * UM)), FULL),
        (Cylinder(UM, UM), np.diag([1, 1, 0.1])),
        (Box((UM, UM, UM)), np.eye(3)),
    ]
    for shape, tensor in cases:
        for closure in (FLUX, CONCENTRATION):
            modes, finer = (krylov_modes(discretise(domain_of(shape, tensor, r), closure)) for r in (FINE, FINER))
            s = 1j * FREQUENCIES * slowest_rate(finer) / SPHERE_RATE
            worst = max(worst, float(np.abs(modes.response(s) / finer.response(s) - 1).max()))
    return [at_most("response of the meshes up to 300 D/R^2 against finer ones", "convergence", worst, 2e-3)]


def tetrahedral_ball(spacing: float) -> TetrahedralShape:
    at = np.arange(-np.ceil(1 / spacing) - 1, np.ceil(1 / spacing) + 2) * spacing
    x, y, z = np.meshgrid(at, at, at, indexing="ij")
    points, cells = tetrahedra_inside(1 - np.sqrt(x**2 + y**2 + z**2), (spacing,) * 3)
    return TetrahedralShape(points * 5 * UM, cells)


def voxels(semi_axes, size=(1.0, 1.0, 1.0)) -> VoxelShape:
    lines = [np.arange(-np.ceil(a / h), np.ceil(a / h) + 1) * h / a for a, h in zip(semi_axes, size, strict=True)]
    x, y, z = np.meshgrid(*lines, indexing="ij")
    return VoxelShape(x**2 + y**2 + z**2 <= 1, tuple(0.5 * UM * h for h in size))


def of_images() -> list[Outcome]:
    rows = []
    for axes, size, name in (
        ((10.3,) * 3, (1.0,) * 3, "voxel ball, R = 10.3 voxels"),
        ((14.0,) * 3, (1.0,) * 3, "voxel ball, R = 14 voxels"),
        ((8.0, 12.0, 15.0), (1.0, 1.0, 2.0), "ellipsoid of 8, 12, 15 in voxels 1 : 1 : 2"),
    ):
        shape = voxels(axes, size)
        true = Ellipsoid(tuple(0.5 * UM * a for a in axes))
        worst = abs(shape.surface_area_m2 / true.surface_area_m2 - 1)
        for closure in (FLUX, CONCENTRATION):
            for tensor in (np.eye(3), ANISOTROPIC):
                seen = reduce_particle(shape, tensor=tensor, closure=closure)
                exact = reduce_particle(true, tensor=tensor, closure=closure)
                worst = max(worst, abs(seen.equivalent_diffusivity / exact.equivalent_diffusivity - 1))
        rows.append(at_most(f"{name}: area and equivalent D", "ellipsoid", worst, 3e-2))
    return rows


def drawn(rng: np.random.Generator):
    """An admissible shape, tensor and closure."""
    first = float(10 ** rng.uniform(-6.7, -5.0))
    lengths = [first * float(10 ** rng.uniform(-0.65, 0.65)) for _ in range(3)]
    shapes = [
        lambda: Ball(first),
        lambda: Ellipsoid(tuple(lengths)),
        lambda: Plate(first),
        lambda: Cylinder(first, math.inf),
        lambda: Cylinder(*lengths[:2]),
        lambda: Box(tuple(lengths)),
        lambda: voxels(rng.uniform(3.5, 7, 3), (1.0, 1.0, float(rng.uniform(0.7, 1.5)))),
    ]
    values, Q = 10 ** rng.uniform(-2, 1, 3), random_rotation(rng)
    tensor = DiffusivityTensor(np.diag(values))
    closures = [FLUX, CONCENTRATION, LinearisedKinetics(float(10 ** rng.uniform(-2, 3)))]
    shape = shapes[rng.integers(len(shapes))]()
    return shape, tensor if rng.random() < 0.5 else tensor.rotated(Q), closures[rng.integers(3)]


def of_draws() -> list[Outcome]:
    rng, refused, bad, longest = np.random.default_rng(11), 0, 0, 0.0
    for _ in range(50):
        start = time.process_time()
        try:
            shape, tensor, closure = drawn(rng)
            particle = reduce_particle(shape, tensor=tensor, closure=closure)
        except ElectrodeHomogError:
            refused += 1
            continue
        longest = max(longest, time.process_time() - start)
        low, high = np.min(tensor.principal_values), np.max(tensor.principal_values)
        fine = particle.static_gain > 0 and particle.reduction_error < 0.02
        if isinstance(closure, UniformConcentration) and isinstance(shape, Ball):
            fine = fine and low <= particle.equivalent_diffusivity <= high
        bad += not fine
    return [
        at_most("of 50 random shapes, tensors and closures, crashes and nonsense", "-", bad, 0),
        at_most("of the same, refused with a reason", "-", refused, 0),
        at_most("longest of them, CPU time", "-", longest, 10, "s"),
    ]


def of_the_p2d_model() -> list[Outcome]:
    pybamm = import_pybamm()
    from electrode_homog.p2d.particle_dfn import ParticleDFN

    def equations(tensor, closure) -> dict:
        # radii and diffusivities of Chen2020; the open-circuit potential of `material` is not used
        electrodes = {"negative": (5.86e-6, 3.3e-14), "positive": (5.22e-6, 4e-15)}
        made = {}
        for side, (radius, diffusivity) in electrodes.items():
            particle = reduce_particle(Ball(radius), tensor=tensor, closure=closure)
            material = ActiveMaterial(3e4, diffusivity, Expression("4 - x", ("x",)))
            made[side] = reduced_particle_equations(particle, material, 0)
        return made

    def simulation(model, rate: float, points: int):
        values = pybamm.ParameterValues("Chen2020")
        values["Current function [A]"] = 5.0 * rate
        mesh = {"x_n": 20, "x_s": 20, "x_p": 20, "r_n": points, "r_p": points}
        solver = pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8)
        return pybamm.Simulation(model, parameter_values=values, var_pts=mesh, solver=solver)

    rows = []
    for rate, bar in ((1, 0.05), (3, 0.3)):
        reference = simulation(pybamm.lithium_ion.DFN(), rate, 200).solve([0, 3600])
        stock = simulation(pybamm.lithium_ion.DFN(), rate, 20)
        ours = simulation(ParticleDFN(equations(np.eye(3), FLUX)), rate, 20)
        solve, cpu = [], []
        for _ in range(8):
            seconds = []
            for one in (stock, ours):
                start = time.process_time()
                solution = one.solve([0, 3600])
                seconds.append((solution.solve_time.value, time.process_time() - start))
            solve.append(seconds[1][0] / seconds[0][0])
            cpu.append(seconds[1][1] / seconds[0][1])
        at = np.linspace(0, 0.98 * reference.t[-1], 341)
        error = 1e3 * (ours.solution["Voltage [V]"](at) - reference["Voltage [V]"](at))
        lithium = ours.solution["Total lithium [mol]"].entries
        name = f"isotropic ball, 7 states, Chen2020 {rate}C"
        rows += [
            at_most(f"{name}: rms", "PyBaMM, r = 200", float(np.sqrt(np.mean(error**2))), bar, "mV"),
            at_most(f"{name}: solve time over stock, median of 8", "PyBaMM, r = 20", float(np.median(solve)), 0.9),
            at_most(f"{name}: CPU time over stock, median of 8", "PyBaMM, r = 20", float(np.median(cpu)), 0.9),
            at_most(f"{name}: change of lithium", "balance", float(np.ptp(lithium) / lithium[0]), 1e-8),
        ]
    unfinished = 0
    for tensor in (np.diag([1, 1, 0.01]), np.diag([1, 1, 0.1])):
        for closure in (FLUX, CONCENTRATION, LinearisedKinetics(1.0)):
            for rate in (0.1, 1, 3):
                run = simulation(ParticleDFN(equations(tensor, closure)), rate, 20).solve([0, 3600 / rate * 1.1])
                unfinished += not run.termination.startswith("event")
    rows.append(at_most("of 18 runs with anisotropic balls, 0.1C to 3C, not run to a cut-off", "-", unfinished, 0))
    return rows


def outcomes() -> list[Outcome]:
    return [
        *of_the_ball(),
        *of_shapes(),
        *of_meshes(),
        *of_images(),
        *of_draws(),
        *of_the_p2d_model(),
    ]
