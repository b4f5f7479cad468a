"""Apparent tensors of one image under the four boundary conditions reach the tabulated values and keep their order.

Cases A-BC3, A-BCS and the table of A4 of the project's reference values, 7-point finite volumes, @N voxels per cell.
- A linear potential on an image one voxel thick also holds the z faces and gives the arithmetic mean. Plane values
  come from voxels 1e5 times longer in z, on which these contacts are negligible (2e-6 at 512 voxels). A uniform
  flux in the plane needs no such care: its z faces are closed.
- A-BCS, surface terms (apparent - k*) n: compared with Legendre polynomials (below). The tabulated 0.23972 "for
  every n" of the linear potential is 0.6 to 1 % too high: it is 0.237405 at n = 1, 0.238270 at n = 2.
- Order: UF <= PERIODIC <= LP as quadratic forms, INSULATED <= LP by entries. Insulated sides are *not* above UF
  entry by entry, as inclined layers show; what holds is 1 / (UF^-1)_kk <= INSULATED_kk: 1 / INSULATED_kk is the
  least dissipation of a unit total flux along k with closed sides, and the uniform flux is one of those.
"""

import itertools

import numpy as np
import voxel_media as media
from numpy.polynomial import legendre
from outcome import Outcome, at_most, within
from reference_media import errors_within
from voxel_media import PERIODIC, tensor

import electrode_homog as eh

INSULATED, LINEAR, FLUX = eh.Boundary.INSULATED_SIDES, eh.Boundary.LINEAR_POTENTIAL, eh.Boundary.UNIFORM_FLUX
SLAB = (1.0, 1.0, 1e5)  # voxels so long in z that what is prescribed on the z faces does not matter
PLANE_CELLS = {1: (1.5371, 1.5626), 2: (1.5406, 1.5534), 4: (1.5424, 1.5488), 8: (1.5433, 1.5465)}  # n: UF, LP


def apparent_values() -> list[Outcome]:
    rows = []
    cube = media.centred_cube(32)
    cases = {
        INSULATED: (1.34434, 1.33911),
        PERIODIC: (1.34434, 1.33911),
        FLUX: (1.33805, 1.33275),
        LINEAR: (1.358, 1.35241),
    }
    for boundary, (continuum, voxels) in cases.items():
        value = tensor(cube, (1, 10), boundary=boundary)[0, 0]
        name = f"A-BC3 cube in a cube, {boundary.value}"
        rows.append(within(f"{name}, @32", "semi-analytic", value, continuum, 0.006))
        rows.append(within(f"{name}, of these voxels", "finite volumes, another program", value, voxels, 1e-5))
    flux, linear, insulated = {}, {}, {}
    for n, (expected_flux, expected_linear) in PLANE_CELLS.items():
        labels = media.centred_square(64, n)
        flux[f"n = {n}"] = tensor(labels, (1, 10), boundary=FLUX)[0, 0] / expected_flux - 1
        linear[f"n = {n}"] = tensor(labels, (1, 10), SLAB, LINEAR)[0, 0] / expected_linear - 1
        insulated[f"n = {n}"] = tensor(labels, (1, 10), boundary=INSULATED)[0, 0] / 1.544220 - 1
    for name, errors in (("uniform flux", flux), ("linear potential", linear), ("insulated sides", insulated)):
        rows.append(errors_within(f"A4 squares in n x n cells, plane, {name} @64", "semi-analytic", errors, 0.002))
    return rows


def surface_terms() -> list[Outcome]:
    """A-BCS: (apparent - k*) n of the linear potential and the uniform flux."""
    exact, terms = 2 * np.sqrt(3), {}
    for cells, boundary in ((1, LINEAR), (2, LINEAR), (8, FLUX)):
        spacing = SLAB if boundary is LINEAR else (1.0, 1.0, 1.0)
        value = tensor(*media.separable_cosines(32, cells), spacing, boundary, tolerance=1e-8)[0, 0]
        terms[boundary, cells] = (value - exact) * cells
    rows = [
        within(
            f"A-BCS surface term of the linear potential, n = {n} @32",
            "Legendre polynomials of degree 30",
            terms[LINEAR, n],
            (legendre_linear_potential(n, degree=30) - exact) * n,
            0.02,
        )
        for n in (1, 2)
    ]
    rows.append(
        within("A-BCS surface term of the uniform flux, n = 8 @32", "semi-analytic", terms[FLUX, 8], -0.0973, 0.02)
    )
    return rows


def legendre_linear_potential(cells: int, degree: int) -> float:
    """Energy of A-BCS under a linear potential, chi in products of (P_i+1 - P_i-1)(2q - 1), 0 at both ends."""
    q, weight = legendre.leggauss(3 * degree)
    q, weight = (q + 1) / 2, weight / 2
    values = legendre.legvander(2 * q - 1, degree).T
    chi = values[2:] - values[:-2]
    slope = 2 * (2 * np.arange(1, degree) + 1)[:, None] * values[1:-1]
    scale = 1 / np.sqrt(4 * np.arange(1, degree) + 2)[:, None]
    chi, slope = scale * chi, scale * slope
    factor = weight * (2 + np.cos(2 * np.pi * cells * q))
    mass, stiffness = (chi * factor) @ chi.T, (slope * factor) @ slope.T
    load = np.kron(slope @ factor, chi @ factor)
    solution = np.linalg.solve(np.kron(stiffness, mass) + np.kron(mass, stiffness), load)
    return float(factor.sum() ** 2 - load @ solution)


def order_of_boundaries() -> list[Outcome]:
    """Least eigenvalue, or entry, of each difference that must not be negative, over the largest entry."""
    least = dict.fromkeys(("PERIODIC - UF", "LP - PERIODIC", "LP - INSULATED", "INSULATED - 1 / (UF^-1)"), np.inf)
    for seed, k in itertools.product(range(5), ((1, 10, 0.3), (1, 1e3, 1e-2))):
        labels = media.random_phases(seed, (12, 9, 10))
        spacing = tuple(np.random.default_rng(seed).uniform(0.5, 2, 3))
        p, lp, uf, ins = (tensor(labels, k, spacing, b, 1e-9) for b in (PERIODIC, LINEAR, FLUX, INSULATED))
        for name, difference in (
            ("PERIODIC - UF", np.linalg.eigvalsh(p - uf)),
            ("LP - PERIODIC", np.linalg.eigvalsh(lp - p)),
            ("LP - INSULATED", np.diag(lp - ins)),
            ("INSULATED - 1 / (UF^-1)", np.diag(ins) - 1 / np.diag(np.linalg.inv(uf))),
        ):
            least[name] = min(least[name], difference.min() / lp.max())
    rows = [
        at_most(f"A4 order on random 3-phase images: {name} below 0 by", "variational", -float(value), 0.0)
        for name, value in least.items()
    ]
    layers = np.tile(media.inclined_layers(24), (2, 2, 1))
    uf, ins = (tensor(layers, (1, 10), boundary=b) for b in (FLUX, INSULATED))
    low, high = 1 / np.linalg.inv(uf)[0, 0], uf[0, 0]
    measured = f"{low:.4f} <= {ins[0, 0]:.4f} < {high:.4f}"
    passed = bool(low <= ins[0, 0] < high)
    claim = "A4 inclined layers, 2 x 2 cells: 1 / (UF^-1)_xx <= INSULATED_xx, yet below UF_xx"
    return [*rows, Outcome(claim, "variational", "holds", measured, passed)]


def outcomes() -> list[Outcome]:
    return [*apparent_values(), *surface_terms(), *order_of_boundaries()]
