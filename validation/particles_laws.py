"""The laws of solid diffusion give the numbers that thermodynamics and crystal symmetry ask for.

Sources: Darken (1948); closed forms of the lattice gas and the regular solution (spinodal 1/2 (1 -+ sqrt(1 - 2/W)),
binodal ln(x/(1 - x)) + W(1 - 2x) = 0, solved here by bisection); Carlson's elliptic integrals against quadrature over
the sphere; parameter sets Chen2020 and Marquis2019; the graphite of About:Energy (BPX example, MIT) where it is found.
"""

import json
from pathlib import Path

import numpy as np
from outcome import Outcome, at_most, within
from shared_files import shared_folder

import electrode_homog as eh
from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.particle_symbols import SymbolAlgebra
from electrode_homog.particles.laws.activity import LatticeGas, RedlichKister, RegularSolution
from electrode_homog.particles.laws.arrhenius import Arrhenius
from electrode_homog.particles.laws.chemical_diffusivity import (
    chemical_diffusivity,
    factor_of_potential,
    jump_diffusivity,
)
from electrode_homog.particles.laws.darken import DarkenDiffusivity, JumpDiffusivity
from electrode_homog.particles.laws.diffusivity_tensor import (
    DiffusivityTensor,
    principal_diffusivities,
    random_rotation,
    surface_mean_inverse_root,
    surface_mean_root,
)
from electrode_homog.particles.laws.free_energy import FreeEnergy
from electrode_homog.particles.laws.mechanism import Vacancy
from electrode_homog.particles.laws.ocv_smoothing import smoothed_table
from electrode_homog.particles.laws.phase_diagram import binodal, open_circuit_potential, spinodal
from electrode_homog.particles.laws.stability import check_fickian, unstable_windows
from electrode_homog.particles.laws.thermodynamics import FromOpenCircuitPotential
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.table import Table

T, D0 = 298.15, 1e-14
X = np.linspace(0.001, 0.999, 999)
EXACT = "closed form"


def darken(thermodynamics, potential, **parts) -> ActiveMaterial:
    return ActiveMaterial(30e3, DarkenDiffusivity(JumpDiffusivity(D0), thermodynamics, **parts), potential)


def of_lattice_gas() -> tuple[float, float]:
    """Largest relative error of D_chem = D0, and of Gamma = 1/(1 - x) from the potential."""
    potential = Expression("3.4 - R*298.15/F*log(x/(1 - x))", ("x",))
    D = chemical_diffusivity(darken(LatticeGas(), potential, mechanism=Vacancy()), X, T)
    gamma = factor_of_potential(potential, X, T)
    return float(np.abs(D / D0 - 1).max()), float(np.abs(gamma * (1 - X) - 1).max())


def of_regular_solution(W: float) -> float:
    """Largest error of spinodal, binodal and chemical potential at the spinodal, from the model and a free energy."""
    edge = (1 - np.sqrt(1 - 2 / W)) / 2
    low, high = 1e-12, edge
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.log(middle / (1 - middle)) + W * (1 - 2 * middle) < 0 else (low, middle)
    potential = np.log(edge / (1 - edge)) + W * (1 - 2 * edge)
    energy = FreeEnergy(Expression(f"x*log(x) + (1-x)*log(1-x) + {W}*298.15/T*x*(1-x)", ("x", "T")))
    worst = 0.0
    for model in (RegularSolution(W), RedlichKister((W,)), energy):
        ((a, b),), ((c, d),) = spinodal(model, T), binodal(model, T)
        found = np.array([a, 1 - b, c, 1 - d, model.chemical_potential(a, T)])
        worst = max(worst, float(np.abs(found - [edge, edge, low, low, potential]).max()))
    return worst


def of_random_mixtures() -> tuple[float, int]:
    """Largest amount by which a free energy lies below one of its common tangents, over 200 mixtures; and gaps seen."""
    rng, worst, gaps = np.random.default_rng(0), 0.0, 0
    x = np.concatenate([np.logspace(-9, -3, 300), np.linspace(0.001, 0.999, 3000), 1 - np.logspace(-3, -9, 300)])
    for _ in range(200):
        model = RedlichKister(tuple(rng.normal(size=rng.integers(1, 7)) * rng.choice([1, 3, 8])))
        g = model.free_energy(x, T)
        for low, high in binodal(model, T):
            g_low, g_high = model.free_energy(np.array([low, high]), T)
            tangent = g_low + (g_high - g_low) / (high - low) * (x - low)
            worst, gaps = max(worst, float((tangent - g).max())), gaps + 1
    return worst, gaps


def refused() -> tuple[int, int]:
    """How many of the matrices that are no diffusivity are refused, and how many there are."""
    Q = random_rotation(np.random.default_rng(0))
    wrong = [np.diag([1, 1, v]) for v in (-0.1, 0.0, -1e-9, 1e-15)]
    wrong += [Q @ matrix @ Q.T for matrix in wrong] + [np.zeros((3, 3)), -np.eye(3), np.diag([1, np.nan, 1])]
    wrong += [np.eye(3) + s * np.eye(3, k=1) for s in (1.0, 1e-6)] + [np.eye(2), np.diag([1, 1, np.inf])]
    count = 0
    for matrix in wrong:
        try:
            DiffusivityTensor(matrix)
        except (InputError, OutOfRangeError):
            count += 1
    return count, len(wrong)


def of_rotations() -> float:
    """Largest relative change of trace, determinant, trace of the inverse and surface means under 100 rotations."""
    rng, worst = np.random.default_rng(1), 0.0
    for _ in range(100):
        tensor = principal_diffusivities(D0 * np.exp(2 * rng.normal(size=3)))
        turned = tensor.rotated(random_rotation(rng))
        for measure in (
            lambda t: t.trace,
            lambda t: t.determinant,
            lambda t: t.trace_of_inverse,
            surface_mean_root,
            surface_mean_inverse_root,
        ):
            worst = max(worst, abs(measure(turned) / measure(tensor) - 1))
    return worst


def refusal_text() -> str:
    """What a Fickian particle of a regular solution with W = 3 is told."""
    potential = open_circuit_potential(RegularSolution(3.0), 3.4, T)
    try:
        check_fickian(darken(FromOpenCircuitPotential(), potential), T)
    except OutOfRangeError as error:
        return str(error)
    return "accepted"


def of_tables() -> list[Outcome]:
    """Gamma from tables of Chen2020's graphite: exact points, and 1000 points with 1 mV of noise."""
    U = eh.load_parameter_set("chen2020").negative.open_circuit_potential_V
    inside = np.linspace(0.05, 0.92, 500)
    exact = factor_of_potential(U, inside, T)
    x = np.linspace(0.02, 0.95, 1000)
    table = Table(tuple(x), tuple(U(x=x)))
    error = factor_of_potential(table, inside, T) - exact
    noisy = U(x=x) + 1e-3 * np.random.default_rng(0).standard_normal(x.size)
    raw = factor_of_potential(Table(tuple(x), tuple(noisy)), inside, T) - exact
    smooth = factor_of_potential(smoothed_table(x, noisy, standard_deviation=1e-3).table, inside, T) - exact
    rms = [float(np.sqrt(np.mean(part**2))) for part in (error, raw, smooth)]
    reference = f"Chen2020 graphite, Gamma up to {exact.max():.0f}"
    return [
        at_most("Gamma of a table of 1000 exact points: rms error", reference, rms[0], 0.02),
        at_most(f"Gamma of 1 mV noise, smoothed (raw table: {rms[1]:.1f}): rms error", reference, rms[2], 0.2),
    ]


def of_symbols() -> float:
    """Largest difference of D_chem on PyBaMM's symbols from that on arrays, over D_J; formula and table.

    Over D_J, since Gamma itself, 1 - tanh**2 for graphite, is 1e-7 at x = 0.98, where it has 9 digits.
    """
    pybamm = import_pybamm()
    U = eh.load_parameter_set("chen2020").negative.open_circuit_potential_V
    places = np.linspace(0.001, 0.999, 150)
    x, worst = np.linspace(0.02, 0.98, 97), 0.0
    state, temperature = pybamm.StateVector(slice(0, x.size)), pybamm.Scalar(310.0)
    interpolate = SymbolAlgebra({"primary": ["negative particle"]}).interpolate
    for potential in (U, Table(tuple(places), tuple(U(x=places)))):
        material = darken(FromOpenCircuitPotential(), potential, mechanism=Vacancy(), arrhenius=Arrhenius(30e3))
        symbol = chemical_diffusivity(material, state, temperature, interpolate).evaluate(y=x[:, None])[:, 0]
        difference = np.abs(symbol - chemical_diffusivity(material, x, 310.0))
        worst = max(worst, float((difference / jump_diffusivity(material, x, 310.0)).max()))
    return worst


def of_published_potentials() -> list[Outcome]:
    """Where published potentials imply Gamma < 0: a statement about the data, checked by differences of U itself."""
    potentials = {
        f"{name} {side}": getattr(eh.load_parameter_set(name), side).open_circuit_potential_V
        for name in ("chen2020", "marquis2019")
        for side in ("negative", "positive")
    }
    try:
        path = shared_folder() / "bpx" / "nmc_pouch_cell_BPX.json"
    except FileNotFoundError:
        path = Path()
    if path.is_file():
        sets = json.loads(path.read_text(encoding="utf-8"))["Parameterisation"]
        for side in ("Negative", "Positive"):
            potentials[f"About:Energy NMC111 {side.lower()}"] = Expression(sets[f"{side} electrode"]["OCP [V]"], ("x",))
    rows = []
    for name, U in potentials.items():
        windows = unstable_windows(darken(FromOpenCircuitPotential(), U), T)
        x = np.linspace(0.0005, 0.9995, 100_001)
        rises = np.diff(U(x=x)) > 1e-12
        middle = (x[1:] + x[:-1]) / 2
        inside = np.any([(middle > low - 1e-5) & (middle < high + 1e-5) for low, high in windows] or [[False]], axis=0)
        shown = ", ".join(f"{low:.4f} to {high:.4f}" for low, high in windows) or "none"
        agrees = not (rises & ~inside).any() and (not windows or rises.any())
        rows.append(Outcome(f"Gamma < 0 in {name}", "differences of U", "the windows where U rises", shown, agrees))
    return rows


def of_measured_potential() -> list[Outcome]:
    """A real record at C/20 (About:Energy NMC111 cell): smoothed voltage against charge."""
    try:
        path = shared_folder() / "cycling" / "aboutenergy_nmc" / "NMC_25degC_Co20.csv"
    except FileNotFoundError:
        return []
    if not path.is_file():
        return []
    seconds, current, voltage = np.loadtxt(path, delimiter=",", skiprows=1, usecols=(0, 1, 2)).T
    during = np.flatnonzero(current < 0)[20:]
    charge = np.cumsum(-current[during] * np.gradient(seconds[during])) / 3600
    data = voltage[during]
    found = smoothed_table(charge / charge[-1], data, standard_deviation=1e-3)
    claim = f"measured C/20 discharge smoothed at 1 mV (largest residual {1e3 * found.largest_residual:.0f} mV): rms"
    largest = float(np.diff(found.table.values).max())
    return [
        at_most(claim, f"About:Energy record, {data.size} points", 1e3 * found.residual_rms, 1.0, "mV"),
        at_most("the smoothed record rises nowhere: largest rise", "equilibrium", max(0.0, 1e3 * largest), 0.0, "mV"),
    ]


def outcomes() -> list[Outcome]:
    flake = principal_diffusivities((1.0, 1.0, 0.1))
    cancelled, gamma = of_lattice_gas()
    below, gaps = of_random_mixtures()
    count, wrong = refused()
    text = refusal_text()
    names_all = all(part in text for part in ("0.2113 < x < 0.7887", "CahnHilliard", "floor"))
    return [
        within(
            "0.3 eV from 298 K to 328 K", EXACT, Arrhenius(0.3 * 96485.33212331, 298).factor(328), 2.911045420, 1e-6
        ),
        within("37.55419827 kJ/mol from 298 K to 328 K", EXACT, Arrhenius(37554.19827, 298).factor(328), 4.0, 1e-6),
        at_most("lattice gas: D_J Gamma = D0 at every x, relative error", EXACT, cancelled, 1e-12),
        at_most("Gamma = 1/(1 - x) by differentiation of U, relative error", EXACT, gamma, 1e-8),
        at_most("regular solution W = 3: spinodal, binodal, potential", EXACT, of_regular_solution(3.0), 1e-8),
        at_most("regular solution W = 4: spinodal, binodal, potential", EXACT, of_regular_solution(4.0), 1e-8),
        at_most(f"{gaps} gaps of 200 random mixtures: energy below a common tangent", "convexity", below, 1e-9, "RT"),
        within("<(n Dn)^-1/2> of diag(1, 1, 0.1)", EXACT, surface_mean_inverse_root(flake), 1.3166098475, 1e-6),
        within("<(n Dn)^1/2> of diag(1, 1, 0.1)", EXACT, surface_mean_root(flake), 0.8164188068, 1e-6),
        at_most("rotation keeps invariants and surface means: change", "symmetry", of_rotations(), 1e-10),
        Outcome("matrices that are no diffusivity", "second law", "all refused", f"{count} of {wrong}", count == wrong),
        Outcome("Fick where Gamma < 0 is refused", "-", "names window, model, floor", text, names_all),
        *of_tables(),
        at_most("D_chem on PyBaMM's symbols against arrays: difference over D_J", "the same law", of_symbols(), 1e-12),
        *of_published_potentials(),
        *of_measured_potential(),
    ]
