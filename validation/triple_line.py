"""The length of lines where three phases meet: lenses of two balls, and two independent Boolean models.

Two balls of radius 1, centres 1 apart, meet in a circle of length 5.4413980927; voxel edges are 1.66 times as long.
Surfaces of independent isotropic models with areas s1, s2 per volume meet in lines of pi/4 s1 s2 per volume
(Santalo 1976); here against the circles of the very spheres that were drawn.
"""

import numpy as np
from exact_geometry import triple_line_m
from outcome import Outcome

import electrode_homog as eh

BAR = 0.05
TWO_BALLS = 5.4413980927


def outcomes() -> list[Outcome]:
    random = np.random.default_rng(5)
    return [*(_lenses(radius, random) for radius in (10, 15, 20)), *(_boolean(radius, random) for radius in (10, 15))]


def _length(labels: np.ndarray) -> float:
    medium = eh.Microstructure(eh.VoxelImage(labels, 1.0), {"rest": 0, "first": 1, "second": 2})
    return eh.triple_lines(medium)[0].length_m


def _row(claim: str, reference: str, errors: list[float]) -> Outcome:
    worst = max(errors, key=abs)
    text = f"worst {worst:+.2%} of {len(errors)}, mean {np.mean(errors):+.2%}"
    return Outcome(claim, reference, f"<= {BAR:.0%} each", text, bool(abs(worst) <= BAR))


def _lenses(radius: int, random: np.random.Generator) -> Outcome:
    n, errors = 3 * radius + 14, []
    for _ in range(10):
        axis = random.normal(size=3)
        axis *= radius / np.linalg.norm(axis) / 2
        middle = n / 2 + random.uniform(-0.5, 0.5, 3)
        place = np.stack(np.meshgrid(*[np.arange(n) + 0.5] * 3, indexing="ij"), axis=-1)
        labels = np.zeros((n, n, n), dtype=np.uint8)
        labels[((place - middle - axis) ** 2).sum(-1) < radius**2] = 2
        labels[((place - middle + axis) ** 2).sum(-1) < radius**2] = 1
        errors.append(_length(labels) / (TWO_BALLS * radius) - 1)
    claim = f"triple line of two balls that overlap, R = {radius} voxels, 10 orientations"
    return _row(claim, "5.4413980927 R", errors)


def _boolean(radius: int, random: np.random.Generator) -> Outcome:
    edge, errors = 12 * radius, []
    for seed in range(3):
        first, second = (
            eh.overlapping_spheres(seed=2 * seed + k, box_m=(edge,) * 3, porosity=0.7, mean_radius_m=radius)
            for k in range(2)
        )
        one, two = (spheres.voxelised((edge,) * 3).labels for spheres in (first, second))
        labels = np.where(one == 1, 1, 2 * two).astype(np.uint8)
        errors.append(_length(labels) / triple_line_m(first, second, random) - 1)
    claim = f"triple line of two Boolean models, R = {radius} voxels in {edge}^3"
    return _row(claim, "circles of the spheres that were drawn", errors)
