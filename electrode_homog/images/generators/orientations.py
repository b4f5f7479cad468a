"""How the axes of ellipsoids lie: along x, y, z, tilted from them, or anyhow."""

from dataclasses import dataclass
from typing import assert_never

import numpy as np

from electrode_homog.images.generators.arguments import check_range


@dataclass(frozen=True)
class Aligned:
    """The three axes lie along x, y and z."""


@dataclass(frozen=True)
class Tilted:
    """The first axis leaves x by |angle|, the angle normal with standard deviation `spread_rad`, to any side alike.

    The particle is turned at random about that axis, so that y and z are alike. 0 <= spread <= pi/2. A spread of
    0.2 (11 degrees) is a well calendered graphite.
    """

    spread_rad: float

    def __post_init__(self):
        check_range("spread_rad", self.spread_rad, 0, np.pi / 2)


@dataclass(frozen=True)
class Isotropic:
    """All rotations alike."""


Orientation = Aligned | Tilted | Isotropic


def drawn_directions(orientation: Orientation, count: int, random: np.random.Generator) -> np.ndarray:
    """(count, 3, 3): row k is the unit vector of axis k."""
    match orientation:
        case Aligned():
            return np.broadcast_to(np.eye(3), (count, 3, 3))
        case Tilted(spread_rad):
            tilt = spread_rad * random.standard_normal(count)
            azimuth, turn = random.uniform(0, 2 * np.pi, (2, count))
            about_x = _turned(turn, 1, 2)
            return about_x @ _turned(tilt, 0, 1) @ _turned(azimuth, 1, 2)
        case Isotropic():
            q, r = np.linalg.qr(random.standard_normal((count, 3, 3)))
            q *= np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None, :]  # else not uniform (Mezzadri 2007)
            return q.transpose(0, 2, 1)
        case _:
            assert_never(orientation)


def _turned(angle: np.ndarray, first: int, second: int) -> np.ndarray:
    """(n, 3, 3) rotations by `angle` (n,) in the plane of two axes."""
    matrix = np.tile(np.eye(3), (angle.size, 1, 1))
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix[:, first, first], matrix[:, second, second] = cosine, cosine
    matrix[:, first, second], matrix[:, second, first] = sine, -sine
    return matrix
