"""Published and exact effective conductivities are reached, with the errors voxels are known to make.

Each row names a case of the project's reference values (A-CYL, ...), all for 7-point finite volumes on images made
by testing voxel centres; @N is the number of voxels per cell side.
- Square and hexagonal cylinder arrays: Perrins, McKenzie & McPhedran 1979, doi 10.1098/rspa.1979.0160, digits from
  Rayleigh multipoles of 60 orders. Simple cubic spheres: McPhedran & McKenzie 1978, Sangani & Acrivos 1983, digits
  from multipoles to degree 41. The stated tolerances belong to R = 0.40 (A-CYL) and f = 0.30 (A-SPH); the other
  fractions get a little more where walls insulate. k = infinity is left out: a phase conducts or insulates.
- Checkerboards: Dykhne's sqrt(k1 k2), 1/sqrt 3 with an insulating quarter, cubes 1 : 2 semi-analytic. At a corner the
  error falls as N^-g with g = (8/pi) atan sqrt(k_min/k_max), 4/3 at an insulating square: the order is tested.
- Inclined layers, separable media, Keller's duality: closed forms. Errors of a tensor are relative to its largest
  entry of the plane; xy of A-LAMXY is then 1.6 % off at 64, and 3.1 % of itself (exactly 2/N). Duality holds up to
  voxels only: the dual of a network with harmonic means has arithmetic ones.
- Overlapping spheres: Poisson centres in a periodic box, below eps/(1 - ln(eps)/2), estimate 0.973 of it. Spheres of
  R = 12 voxels are too coarse, and the error is O(h), so that N = 48 and 96 are extrapolated.

Left out: A-LAMR and A-LAMO, whose turned phase tensors two-point fluxes cannot carry and the package refuses; A-RCB,
a statement about samples; the tables of boundary conditions, which are in `apparent_media`.
"""

import itertools

import numpy as np
import voxel_media as media
from outcome import Outcome, at_most, within
from voxel_media import PERIODIC, tensor

import electrode_homog as eh

INSULATED = eh.Boundary.INSULATED_SIDES
EXACT = "closed form"
MULTIPOLES = "multipoles (Rayleigh)"

SQUARE = {  # f: k* at k = 0, 0.1, 2, 10, 50
    0.1: (0.8181767630, 0.8487366332, 1.0689657597, 1.1782217956, 1.2125879845),
    0.2: (0.6665306777, 0.7186707999, 1.1428654658, 1.3914576745, 1.4759943230),
    0.3: (0.5375799840, 0.6053136816, 1.2222902295, 1.6520360111, 1.8125289575),
    0.4: (0.4253512266, 0.5048908546, 1.3080018403, 1.9806260915, 2.2632657849),
    0.5: (0.3246544724, 0.4139985529, 1.4010254828, 2.4154673802, 2.9145939783),
}
HEXAGONAL = {
    0.3: (0.5384420171, 0.6058277672, 1.2222237307, 1.6506341475, 1.8099751136),
    0.5: (0.3328090121, 0.4190295148, 1.4000628645, 2.3864667398, 2.8529369157),
}
BY_RADIUS = {  # R: {k: (k*, tolerance)}
    0.25: {0.0: (0.6716274422, 0.015), 10.0: (1.3829339821, 0.005), 100.0: (1.4769198424, 0.01)},
    0.40: {
        0.0: (0.3220923133, 0.015),
        0.1: (0.4116849033, 0.01),
        10.0: (2.4290421922, 0.005),
        100.0: (3.0176956623, 0.01),
    },
}
CYLINDERS_K = {0.0: 0.02, 0.1: 0.01, 2.0: 0.002, 10.0: 0.005, 50.0: 0.01}  # k: tolerance @128
SPHERES = {  # f: k* at k = 0, 0.01, 0.1, 2, 10, 100
    0.10: (0.857111900, 0.859145404, 0.876693023, 1.076926673, 1.243338546, 1.322681759),
    0.20: (0.726703040, 0.730433550, 0.762798020, 1.157971745, 1.531723858, 1.727953380),
    0.30: (0.605661246, 0.610879517, 0.656289715, 1.243721219, 1.887740058, 2.274567358),
    0.40: (0.490109915, 0.496763042, 0.554624858, 1.335136771, 2.364431387, 3.133363278),
}
SPHERES_K = {0.0: 0.02, 0.01: 0.02, 0.1: 0.012, 2.0: 0.005, 10.0: 0.02, 100.0: 0.04}  # k: tolerance @64


def errors_within(claim: str, reference: str, errors: dict[str, float], limit: float) -> Outcome:
    """Relative errors by name, each of which must lie within `limit`."""
    measured = ", ".join(f"{name}: {100 * error:+.2f} %" for name, error in errors.items())
    passed = all(abs(error) <= limit for error in errors.values())
    return Outcome(claim, reference, f"each within {100 * limit:g} %", measured, passed)


def order_within(claim: str, errors: list[float], sizes: list[int], expected: float, distance: float) -> Outcome:
    """Order in N: the slope of -log |error| over log N."""
    order = -float(np.polyfit(np.log(sizes), np.log(np.abs(errors)), 1)[0])
    steps = ", ".join(f"{100 * e:+.2f}" for e in errors)
    measured = f"{order:.3f} ({steps} % @{', '.join(map(str, sizes))})"
    bar = f"{expected:.3g} +- {distance:g}"
    return Outcome(claim, "singularity of the corner", bar, measured, bool(abs(order - expected) <= distance))


def off_isotropy(matrix: np.ndarray, dimension: int) -> float:
    """Largest distance of the (d, d) block from a multiple of 1, relative to its mean."""
    block = matrix[:dimension, :dimension]
    mean = np.trace(block) / dimension
    return float(np.abs(block - mean * np.eye(dimension)).max() / mean)


def cylinders() -> list[Outcome]:
    square, hexagonal = {}, {}
    uneven = {"square": 0.0, "hexagonal": 0.0}
    for number, k in enumerate(CYLINDERS_K):
        for f, row in SQUARE.items():
            matrix = tensor(media.square_array(128, np.sqrt(f / np.pi)), (1, k))
            square[k, f] = matrix[0, 0] / row[number] - 1
            uneven["square"] = max(uneven["square"], off_isotropy(matrix, 2))
        for f, row in HEXAGONAL.items():
            labels, spacing = media.hexagonal_array(128, f)
            matrix = tensor(labels, (1, k), spacing)
            hexagonal[k, f] = (matrix[0, 0] + matrix[1, 1]) / 2 / row[number] - 1
            uneven["hexagonal"] = max(uneven["hexagonal"], off_isotropy(matrix, 2))
    rows = []
    for (name, errors), (k, limit) in itertools.product(
        (("square", square), ("hexagonal", hexagonal)), CYLINDERS_K.items()
    ):
        by_fraction = {f"f = {f}": error for (at, f), error in errors.items() if at == k}
        rows.append(errors_within(f"A-CYL {name} array of cylinders, k = {k:g}, @128", MULTIPOLES, by_fraction, limit))
    for radius, values in BY_RADIUS.items():
        labels = media.square_array(128, radius)
        for k, (expected, limit) in values.items():
            error = {f"R = {radius:g}": tensor(labels, (1, k))[0, 0] / expected - 1}
            rows.append(errors_within(f"A-CYL square array by radius, k = {k:g}, @128", MULTIPOLES, error, limit))
    rows.append(at_most("A-CYL square: xx = yy, xy = 0", "symmetry", uneven["square"], 1e-5))
    rows.append(at_most("A-CYL hexagonal: xx = yy, xy = 0 up to voxels", "symmetry", uneven["hexagonal"], 0.003))
    return rows


def spheres() -> list[Outcome]:
    rows, uneven = [], 0.0
    for number, (k, limit) in enumerate(SPHERES_K.items()):
        errors = {}
        for f, row in SPHERES.items():
            matrix = tensor(media.simple_cubic_spheres((64, 64, 64), f), (1, k))
            errors[f"f = {f:g}"] = matrix[0, 0] / row[number] - 1
            uneven = max(uneven, off_isotropy(matrix, 3))
        rows.append(
            errors_within(f"A-SPH simple cubic spheres, k = {k:g}, @64", "multipoles (degree 41)", errors, limit)
        )
    rows.append(at_most("A-SPH: isotropic", "symmetry", uneven, 1e-5))
    shape = (64, 40, 32)
    matrix = tensor(media.simple_cubic_spheres(shape, 0.3), (1, 10), tuple(1 / n for n in shape))
    oblong = {axis: matrix[a, a] / SPHERES[0.3][4] - 1 for a, axis in enumerate("xyz")}
    rows.append(
        errors_within("A-SPH f = 0.3, k = 10 on 64 x 40 x 32 oblong voxels", "multipoles (degree 41)", oblong, 0.025)
    )
    rows.append(
        at_most("A-SPH on oblong voxels: distance of the axes", "symmetry", float(np.ptp([*oblong.values()])), 0.005)
    )
    return rows


def corners() -> list[Outcome]:
    sizes = [16, 32, 64, 128, 256]
    dykhne = [tensor(media.checkerboard(n, 2), (1, 10)) for n in sizes]
    errors = [matrix[0, 0] / np.sqrt(10) - 1 for matrix in dykhne]
    quarters = [tensor(media.quarter(n), (1, 0))[0, 0] * np.sqrt(3) - 1 for n in sizes]
    cubes = tensor(media.checkerboard(64, 3), (1, 2))
    prism = np.diag(tensor(media.quarter(64, thickness=64), (1, 0)))
    prism_errors = {axis: prism[a] / (3**-0.5, 3**-0.5, 0.75)[a] - 1 for a, axis in enumerate("xyz")}
    sharp = 8 / np.pi * np.arctan(np.sqrt(0.1))
    return [
        within("A-DYK10 checkerboard 1 : 10 @128", "Dykhne 1970", dykhne[3][0, 0], np.sqrt(10), 0.03),
        at_most("A-DYK10: xx = yy, xy = 0", "symmetry", max(off_isotropy(m, 2) for m in dykhne), 1e-5),
        order_within("A-DYK10: order in N", errors, sizes, sharp, 0.06),
        errors_within("A-OBN0 insulating quarter @64", EXACT, {"xx": quarters[2]}, 0.004),
        order_within("A-OBN0: order in N", quarters, sizes, 4 / 3, 0.06),
        errors_within("A-OBN3 insulating prism @64", EXACT, prism_errors, 0.004),
        errors_within(
            "A-CB3 checkerboard of cubes 1 : 2 @64", "semi-analytic", {"xx": cubes[0, 0] / 1.442143 - 1}, 0.0015
        ),
        at_most("A-CB3: isotropic", "symmetry", off_isotropy(cubes, 3), 1e-5),
    ]


def inclined() -> list[Outcome]:
    rows = []
    cases = {
        "A-LAMXY layers normal to (1, 1)": ((1.0, 1.0, 1.0), (3.65909090909, -1.84090909091, 3.65909090909), 0.025),
        "A-STRETCH on voxels 1 : 3": ((1.0, 3.0, 1.0), (2.18636364, -1.10454545, 5.13181818), 0.03),
    }
    for name, (spacing, (xx, xy, yy), limit) in cases.items():
        exact = np.array([[xx, xy], [xy, yy]])
        coarse, fine = (tensor(media.inclined_layers(n), (1, 10), spacing)[:2, :2] for n in (32, 64))
        error = (fine - exact) / exact.max()
        named = {"xx": error[0, 0], "yy": error[1, 1], "xy": error[0, 1]}
        rows.append(errors_within(f"{name} @64, over the largest entry", EXACT, named, limit))
        distance = float(np.abs(2 * fine - coarse - exact).max() / exact.max())
        rows.append(at_most(f"{name}: extrapolated from 32 and 64", EXACT, distance, 1e-4))
    return rows


def separable() -> list[Outcome]:
    labels, k = media.separable_random()
    matrix = tensor(labels, k, tolerance=1e-12)
    error = np.abs(matrix - np.diag([1.405843311, 1.918064977, 1.543573246])).max()
    smooth = tensor(*media.separable_cosines(32), tolerance=1e-12)
    smooth_error = np.abs(smooth[:2, :2] / (2 * np.sqrt(3)) - np.eye(2)).max()
    return [
        at_most("A-SEP random f(x) g(y) h(z)", EXACT, float(error), 1e-9),
        at_most("A-SEPS (2 + cos 2 pi x)(2 + cos 2 pi y) @32", EXACT, float(smooth_error), 1e-9),
    ]


def duality() -> list[Outcome]:
    turn = np.array([[0, -1], [1, 0]])
    errors = {}
    for k, seed in itertools.product((5, 10), range(3)):
        labels = media.plane_blobs(128, seed)
        here, exchanged = (tensor(labels, pair)[:2, :2] for pair in ((1, k), (k, 1)))
        distance = np.abs(here - k * turn @ np.linalg.inv(exchanged) @ turn.T).max()
        errors[f"k = {k}, seed {seed}"] = distance / here.max()
    disks = media.square_array(128, np.sqrt(0.3 / np.pi))
    product = tensor(disks, (1, 10))[0, 0] * tensor(disks, (1, 0.1))[0, 0]
    return [
        errors_within("A-KELLER exchange of phases in random patterns @128", "Keller 1964", errors, 0.02),
        within("A-KELLER k*(10) k*(1/10) of a square array @128", "Keller 1964", product, 1.0, 0.02),
    ]


def overlapping() -> list[Outcome]:
    raw, extrapolated = [], []
    for seed in range(4):
        coarse, fine = (_over_bound(n, seed) for n in (48, 96))
        raw.append(fine)
        extrapolated.append(2 * fine - coarse)
    name = "A-OVL overlapping insulating spheres, 4 samples"
    return [
        at_most(f"{name}, over the bound", "eps/(1 - ln(eps)/2)", max(raw + extrapolated), 1.0),
        within(f"{name}, mean, extrapolated from 48 and 96", "0.973 of the bound", np.mean(extrapolated), 0.973, 0.03),
    ]


def _over_bound(n: int, seed: int) -> float:
    """Mean over the axes of k*, over the bound at the porosity of the voxels."""
    labels = media.overlapping_spheres(n, seed, porosity=0.7)
    porosity = np.mean(labels == 0)
    return float(np.trace(tensor(labels, (1, 0), tolerance=1e-5)) / 3 * (1 - np.log(porosity) / 2) / porosity)


def exact_cases() -> list[Outcome]:
    """Errors of the cases of A1, each the largest over its entries and boundaries, relative to the largest entry."""
    errors = {"A-HOM, every boundary, voxel shape and size to one voxel": _homogeneous()}
    both = (PERIODIC, INSULATED)
    halves, quarters, series = [0, 1], [0, 0, 1, 2], [0, 0, 1, 1, 1]
    errors["A-LAM1"] = max(_laminate(halves, 0, (1, 10), (20 / 11, 5.5, 5.5), b) for b in both)
    z = (2.375, 2.375, 1.25)
    errors["A-LAM2"] = max(_laminate(quarters, 2, (2, 5, 0.5), z, b, (1.0, 2.0, 0.5)) for b in both)
    errors["A-SERIES"] = _laminate(series, 0, (1, 4), (5 / 2.75, 2.8, 2.8), INSULATED)
    fine = tensor(_layers(halves, 0), (1, 10), tolerance=1e-12)
    two_scales = (np.diag(np.diag(fine)), 3 * np.eye(3))
    errors["A-REIT"] = max(_laminate(halves, 0, two_scales, (120 / 53, 4.25, 4.25), b) for b in both)
    errors["A-SLANT, N = 10 and 20"] = max(_staircase(n) for n in (10, 20))
    for name, error in zip(("A-CHAN", "A-PLUG", "A-POCKET"), np.max([_channels(b) for b in both], axis=0), strict=True):
        errors[name] = float(error)
    return [at_most(f"{name}: error", EXACT, error, 1e-9) for name, error in errors.items()]


def _homogeneous() -> float:
    worst, spacings = 0.0, [(1.0, 1.0, 1.0), (2.0, 1.0, 0.5), (1e-7, 3e-7, 2e-7)]
    for shape, spacing, boundary in itertools.product([(1, 1, 1), (1, 7, 3), (12, 9, 10)], spacings, eh.Boundary):
        for k in (2.5 * np.eye(3), np.diag([1.0, 2.0, 0.5])):
            matrix = tensor(np.zeros(shape, dtype=np.uint8), (k,), spacing, boundary, 1e-12)
            worst = max(worst, float(np.abs(matrix - k).max()))
    return worst


def _layers(sequence: list[int], axis: int) -> np.ndarray:
    shape = [4, 3, 5]
    shape[axis] = len(sequence)
    line = np.reshape(sequence, [-1 if a == axis else 1 for a in range(3)])
    return np.broadcast_to(line, shape).astype(np.uint8)


def _laminate(sequence, axis, k, expected, boundary, spacing=(1.0, 1.0, 1.0)) -> float:
    matrix = tensor(_layers(sequence, axis), k, spacing, boundary, 1e-12)
    return float(np.abs(matrix - np.diag(expected)).max() / max(expected))


def _staircase(n: int) -> float:
    labels = media.staircase(n)
    efficiency = tensor(labels, (1, 0), boundary=INSULATED, tolerance=1e-11)[0, 0]
    return float(abs(np.mean(labels == 0) / efficiency / (8 - 29 / (3 * n)) - 1))


def _channels(boundary: eh.Boundary) -> tuple[float, float, float]:
    """Of a straight channel, the same with one blocked layer, and with a closed pore beside it."""
    straight = media.channel(16)
    plugged, pocket = straight.copy(), straight.copy()
    plugged[5] = 1
    pocket[3:9, 12:15, 5:9] = 0
    exact = np.diag([np.mean(straight == 0), 0, 0])
    matrices = (tensor(labels, (1, 0), boundary=boundary) for labels in (straight, plugged, pocket))
    return tuple(
        float(np.abs(matrix - expected).max())
        for matrix, expected in zip(matrices, (exact, 0 * exact, exact), strict=True)
    )


def invariances() -> list[Outcome]:
    asymmetry, shift, growth = 0.0, 0.0, np.inf
    for seed in range(3):
        labels, spacing = media.random_phases(seed, (14, 11, 12)), (1.0, 1.4, 0.7)
        k = (1, 50, 0.1)
        for boundary in (PERIODIC, eh.Boundary.LINEAR_POTENTIAL, eh.Boundary.UNIFORM_FLUX):
            matrix = tensor(labels, k, spacing, boundary, 1e-11)
            asymmetry = max(asymmetry, float(np.abs(matrix - matrix.T).max() / matrix.max()))
            raised = labels.copy()
            raised[tuple(np.random.default_rng(seed).integers(0, 11, (3, 60)))] = 1  # the best conductor
            difference = tensor(raised, k, spacing, boundary, 1e-11) - matrix
            growth = min(growth, np.linalg.eigvalsh(difference).min() / matrix.max())
        matrix = tensor(labels, k, spacing, tolerance=1e-11)
        for by in ((1, 0, 0), (5, -3, 7)):
            moved = tensor(np.roll(labels, by, (0, 1, 2)), k, spacing, tolerance=1e-11)
            shift = max(shift, float(np.abs(moved - matrix).max() / matrix.max()))
        growth = min(growth, _growth_of_porous(seed, PERIODIC), _growth_of_porous(seed, INSULATED))
    return [
        at_most("tensor is symmetric, 3 boundaries, 3 phases, oblong voxels", "symmetry", asymmetry, 1e-8),
        at_most("shifting a periodic 3-phase image: change", "symmetry", shift, 1e-8),
        at_most("more of a better conductor lowers the quadratic form by", "variational", -float(growth), 1e-9),
    ]


def _growth_of_porous(seed: int, boundary: eh.Boundary) -> float:
    """Least eigenvalue of the change when insulating voxels become conducting, over the largest entry."""
    r = np.random.default_rng(seed)
    labels = (r.random((12, 12, 12)) < 0.5).astype(np.uint8)
    before = tensor(labels, (1, 0), boundary=boundary, tolerance=1e-11)
    labels[tuple(r.integers(0, 12, (3, 100)))] = 0
    after = tensor(labels, (1, 0), boundary=boundary, tolerance=1e-11)
    return float(np.linalg.eigvalsh(after - before).min() / after.max())


def outcomes() -> list[Outcome]:
    parts = (exact_cases, separable, cylinders, spheres, corners, inclined, duality, overlapping, invariances)
    return [outcome for part in parts for outcome in part()]
