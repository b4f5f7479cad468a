"""The diffusivity of a crystal as a tensor, and which of its means counts where.

D_lab = Q D_crystal Q^T. The trace, the determinant and the trace of the inverse do not depend on the axes chosen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from electrode_homog.errors import InputError, OutOfRangeError

SYMMETRY_TOLERANCE = 1e-10
"""|D - D^T| over the largest entry; a tensor typed with fewer digits on one side of the diagonal is refused."""

SINGULAR = 1e-13
"""An eigenvalue below this share of the largest is zero within the round-off of a rotation."""

ORTHOGONALITY_TOLERANCE = 1e-8
"""|Q Q^T - 1|: a rotation typed with nine digits passes."""


@dataclass(frozen=True, eq=False)
class DiffusivityTensor:
    """A symmetric positive definite (3, 3) matrix [m2/s] in the axes of the particle.

    Symmetry follows from Onsager's reciprocity, positivity from the second law. Raises InputError for what is not a
    (3, 3) matrix of finite numbers, OutOfRangeError for a matrix that is not symmetric within round-off, or has an
    eigenvalue that is negative, or zero within round-off.

    >>> DiffusivityTensor(np.diag([1.0, 1.0, 0.1])).harmonic_mean
    0.25
    """

    matrix: np.ndarray

    def __post_init__(self):
        matrix = _matrix("matrix", self.matrix)
        largest = np.abs(matrix).max()
        if (skew := np.abs(matrix - matrix.T).max()) > SYMMETRY_TOLERANCE * largest:
            i, j = np.unravel_index(np.argmax(np.abs(matrix - matrix.T)), (3, 3))
            raise OutOfRangeError(
                f"the diffusivity tensor is not symmetric: entries [{i}, {j}] = {matrix[i, j]:g} and [{j}, {i}] = "
                f"{matrix[j, i]:g} differ by {skew:.3g}"
            )
        matrix = (matrix + matrix.T) / 2
        values = np.linalg.eigvalsh(matrix)
        if values[0] <= SINGULAR * values[-1] or values[-1] <= 0:
            shown = ", ".join(f"{value:.6g}" for value in values)
            raise OutOfRangeError(
                f"the diffusivity tensor has eigenvalues {shown}; all must be positive, and above {SINGULAR:g} of the "
                "largest; a direction without diffusion gets a small positive value"
            )
        matrix.flags.writeable = False
        object.__setattr__(self, "matrix", matrix)

    @property
    def principal_values(self) -> tuple[float, float, float]:
        """The eigenvalues, smallest first."""
        a, b, c = np.linalg.eigvalsh(self.matrix).tolist()
        return a, b, c

    @property
    def trace(self) -> float:
        return float(np.trace(self.matrix))

    @property
    def determinant(self) -> float:
        return float(np.linalg.det(self.matrix))

    @property
    def trace_of_inverse(self) -> float:
        return float(np.trace(np.linalg.inv(self.matrix)))

    @property
    def harmonic_mean(self) -> float:
        """3/tr D^-1: what a ball shows whose surface takes the same flux everywhere (slow kinetics), at long times.

        Its surface mean lies jR/(5 D_H) above its volume mean.
        """
        return 3 / self.trace_of_inverse

    @property
    def arithmetic_mean(self) -> float:
        """tr D/3: what a ball shows whose surface is uniform in concentration (fast kinetics), quasi-steady.

        Its surface lies (mean influx) R/(5 D_A) above its volume mean. It is also the Voigt bound of a polycrystal.
        """
        return self.trace / 3

    def rotated(self, rotation: np.ndarray) -> "DiffusivityTensor":
        """Q D Q^T for an orthogonal (3, 3) matrix Q."""
        Q = checked_rotation(rotation)
        return DiffusivityTensor(Q @ self.matrix @ Q.T)


def principal_diffusivities(values_m2_s: ArrayLike, rotation: np.ndarray | None = None) -> DiffusivityTensor:
    """Q diag(values) Q^T: column k of the rotation Q is the direction of values[k]; without Q, the axes themselves.

    Raises InputError for what is not three numbers, OutOfRangeError for a value that is not positive.
    """
    values = np.asarray(values_m2_s, dtype=float) if _numeric(values_m2_s) else np.empty(0)
    if values.shape != (3,) or not np.isfinite(values).all():
        raise InputError(f"values_m2_s = {values_m2_s!r} must be three finite numbers, e.g. (1e-14, 1e-14, 1e-15)")
    tensor = DiffusivityTensor(np.diag(values))
    return tensor if rotation is None else tensor.rotated(rotation)


def isotropic_diffusivity(value_m2_s: float) -> DiffusivityTensor:
    """The same diffusivity in every direction."""
    return principal_diffusivities((value_m2_s,) * 3)


def surface_mean_root(tensor: DiffusivityTensor) -> float:
    """<(n . D n)^(1/2)> over the unit sphere: the uptake of a ball with constant surface value at short times.

    It is Carlson's elliptic integral R_G of the principal values (DLMF 19.23.7), [m/s^(1/2)].
    """
    from scipy.special import elliprg

    return _scaled(tensor, elliprg, 0.5)


def surface_mean_inverse_root(tensor: DiffusivityTensor) -> float:
    """<(n . D n)^(-1/2)> over the unit sphere: the mean surface rise under a uniform flux at short times.

    It is Carlson's elliptic integral R_F of the principal values (DLMF 19.23.6), [s^(1/2)/m].
    """
    from scipy.special import elliprf

    return _scaled(tensor, elliprf, -0.5)


def random_rotation(rng: np.random.Generator) -> np.ndarray:
    """A (3, 3) rotation, uniform over all orientations: from a unit quaternion of four normal numbers."""
    w, x, y, z = _unit(rng.standard_normal(4))
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def checked_rotation(rotation: np.ndarray) -> np.ndarray:
    """An orthogonal (3, 3) matrix; raises InputError for another shape, OutOfRangeError for another matrix."""
    Q = _matrix("rotation", rotation)
    if (error := np.abs(Q @ Q.T - np.eye(3)).max()) > ORTHOGONALITY_TOLERANCE:
        raise OutOfRangeError(
            f"rotation is not orthogonal: Q Q^T differs from 1 by {error:.3g}; its columns must be unit vectors at "
            "right angles"
        )
    return Q


def _scaled(tensor: DiffusivityTensor, carlson: Callable[..., float], power: float) -> float:
    values = np.asarray(tensor.principal_values)
    scale = values[-1]  # so that diffusivities of 1e-14 do not reach the limits of the algorithm
    return float(carlson(*(values / scale)) * scale**power)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def _numeric(values: object) -> bool:
    try:
        return np.asarray(values).dtype.kind in "fiu"
    except ValueError:  # ragged
        return False


def _matrix(name: str, values: object) -> np.ndarray:
    if not _numeric(values) or np.shape(values) != (3, 3) or not np.isfinite(values).all():  # type: ignore[arg-type]
        raise InputError(f"{name} = {values!r} must be a (3, 3) matrix of finite numbers")
    return np.array(values, dtype=float)
