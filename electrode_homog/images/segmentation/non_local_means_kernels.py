"""Compiled loops of non-local means. Importing this module loads numba: do so inside functions."""

import numpy as np

from electrode_homog.compiled import compiled


@compiled
def average_alike(first, last, padded, patch, search, scale, result, scratch):
    """Planes [first, last) of the mean of the voxels nearby, weighted by how alike their patches are.

    `padded` (nx + 2 r, ny + 2 r, nz + 2 r), r = patch + search, float32, has noise of unit variance; `scale` is
    1 / (64 h2). Scratch: (nx, 4, nz + 2 patch), of which a slab uses the entry of its first plane.
    """
    width, span = 2 * patch + 1, 2 * search + 1
    ny, nz = result.shape[1:]
    squares, sums = scratch[first, 0], scratch[first, 1]
    weights, means = scratch[first, 2], scratch[first, 3]
    per_patch = np.float32(1 / width**3)
    for i in range(first, last):
        for j in range(ny):
            weights[:] = 0
            means[:] = 0
            for offset in range(span**3):
                a, b, c = offset // span**2, offset // span % span, offset % span
                squares[:] = 0
                for beside in range(width * width):
                    x, y = i + beside // width, j + beside % width
                    here = padded[x + search, y + search, search : search + nz + 2 * patch]
                    _add_squares(squares, here, padded[x + a, y + b, c : c + nz + 2 * patch])
                sums[:] = 0
                for z in range(width):
                    part = squares[z : z + nz]
                    for k in range(nz):
                        sums[k] += part[k]
                centre = padded[i + a + patch, j + b + patch, c + patch : c + patch + nz]
                _add_weighted(weights, means, sums, per_patch, scale, centre)
            for k in range(nz):
                result[i, j, k] = means[k] / weights[k]


@compiled
def _add_squares(squares, here, there):
    for k in range(squares.size):
        difference = here[k] - there[k]
        squares[k] += difference * difference


@compiled
def _add_weighted(weights, means, sums, per_patch, scale, centre):
    """Add the weights of one offset and the weighted values there.

    With d2 the mean square difference of two patches, the weight is exp(-x), x = max(d2 - 2, 0) / h2, taken as
    (1 - y + y2 / 2)**64 with y = x / 64: multiplications only, so that the loop vectorises, and right to 6e-5 of the
    largest weight. All numbers are float32, or the loop would go to double precision.
    """
    nothing, half, one, both = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2)
    for k in range(centre.size):
        y = min(max(sums[k] * per_patch - both, nothing) * scale, one)
        weight = one - y * (one - half * y)
        weight *= weight
        weight *= weight
        weight *= weight
        weight *= weight
        weight *= weight
        weight *= weight
        weights[k] += weight
        means[k] += weight * centre[k]
