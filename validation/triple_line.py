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


def outcomes() -> list[Outcome]:
    random = np.random.default_rng(5)
    rows = [_lenses(radius, random) for radius in (10, 15, 20)]
    rows += [_cut_balls(radius, random) for radius in (10, 20)]
    return [*rows, *(_boolean(radius, cover, random) for radius in (10, 15) for cover in (0.3, 0.5))]


def _length(labels: np.ndarray) -> float:
    medium = eh.Microstructure(eh.VoxelImage(labels, 1.0), {"rest": 0, "first": 1, "second": 2})
    return eh.triple_lines(medium)[0].length_m


def _row(claim: str, reference: str, errors: list[float]) -> Outcome:
    worst = max(errors, key=abs)
    text = f"worst {worst:+.2%} of {len(errors)}, mean {np.mean(errors):+.2%}"
    return Outcome(claim, reference, f"<= {BAR:.0%} each", text, bool(abs(worst) <= BAR))


def _places(n: int, random: np.random.Generator) -> np.ndarray:
    """(n, n, n, 3): voxel centres from a point near the middle."""
    return np.stack(np.meshgrid(*[np.arange(n) + 0.5 - n / 2] * 3, indexing="ij"), axis=-1) - random.uniform(
        -0.5, 0.5, 3
    )


def _lenses(radius: int, random: np.random.Generator) -> Outcome:
    """Distances of the centres from 0.8 to 1.5 radii; at 1 the circle is 5.4413980927 R long."""
    errors = []
    for distance in np.repeat([0.8, 1.0, 1.2, 1.5], 5):
        axis = random.normal(size=3)
        axis *= distance * radius / np.linalg.norm(axis) / 2
        place = _places(int(3.2 * radius) + 16, random)
        labels = np.zeros(place.shape[:3], dtype=np.uint8)
        labels[((place - axis) ** 2).sum(-1) < radius**2] = 2
        labels[((place + axis) ** 2).sum(-1) < radius**2] = 1
        errors.append(_length(labels) / (2 * np.pi * radius * np.sqrt(1 - distance**2 / 4)) - 1)
    claim = f"triple line of two balls that overlap, R = {radius} voxels, 20 orientations and distances"
    return _row(claim, "2 pi R sqrt(1 - d^2 / 4)", errors)


def _cut_balls(radius: int, random: np.random.Generator) -> Outcome:
    errors = []
    for _ in range(10):
        normal, height = random.normal(size=3), random.uniform(-0.5, 0.5) * radius
        place = _places(2 * radius + 16, random)
        ball = (place**2).sum(-1) < radius**2
        labels = ball.astype(np.uint8)
        labels[ball & (place @ (normal / np.linalg.norm(normal)) > height)] = 2
        errors.append(_length(labels) / (2 * np.pi * np.sqrt(radius**2 - height**2)) - 1)
    return _row(f"triple line of a ball cut by a plane, R = {radius} voxels, 10 planes", "its circle", errors)


def _boolean(radius: int, cover: float, random: np.random.Generator) -> Outcome:
    edge, errors = 12 * radius, []
    for seed in range(3):
        first, second = (
            eh.overlapping_spheres(seed=2 * seed + k, box_m=(edge,) * 3, porosity=1 - cover, mean_radius_m=radius)
            for k in range(2)
        )
        one, two = (spheres.voxelised((edge,) * 3).labels for spheres in (first, second))
        labels = np.where(one == 1, 1, 2 * two).astype(np.uint8)
        errors.append(_length(labels) / triple_line_m(first, second, random) - 1)
    claim = f"triple line of two Boolean models that cover {cover:.0%} each, R = {radius} voxels in {edge}^3"
    return _row(claim, "circles of the spheres that were drawn", errors)
