"""Compiled loops for -laplace psi = 1 in a phase with psi = 0 on its walls: 7-point finite volumes without a matrix.

All fields have one voxel around the image. `diagonal` is 0 outside the phase and there, and fields vanish with it: a
neighbour outside adds nothing to the off-diagonal part, whether it is a wall or, without a term in the diagonal, an
insulated face. `weights` (3,) are 1 / h**2 along each axis. Importing this module loads numba: do so inside functions.
"""

import numpy as np

from electrode_homog.compiled import compiled


@compiled
def assemble(first, last, inside, wall, weights, diagonal):
    """The diagonal for planes [first, last) of the image; its voxels in the phase, and the sum of 1 / diagonal.

    `inside` is 1 in the phase, 0 in others, 2 around the image. A face to another phase adds `wall` times what one
    to the same phase adds.
    """
    count, total = 0, 0.0
    for i in range(first + 1, last + 1):
        for j in range(1, inside.shape[1] - 1):
            for k in range(1, inside.shape[2] - 1):
                if inside[i, j, k] == 1:
                    value = np.float32(0)
                    for axis in range(3):
                        di, dj, dk = axis == 0, axis == 1, axis == 2
                        for beside in (inside[i - di, j - dj, k - dk], inside[i + di, j + dj, k + dk]):
                            value += weights[axis] * (beside == 1) + wall * weights[axis] * (beside == 0)
                    diagonal[i, j, k] = value
                    count += 1
                    total += 1 / value
    return count, total


@compiled
def multiply(first, last, p, diagonal, weights, q):
    """q = K p for planes [first, last) of the image, meaningful in the phase; the sum of p q."""
    wx, wy, wz = weights[0], weights[1], weights[2]
    n = p.shape[2] - 2
    total = 0.0
    for i in range(first + 1, last + 1):
        for j in range(1, p.shape[1] - 1):
            west, here, east = p[i, j, 0:n], p[i, j, 1 : n + 1], p[i, j, 2 : n + 2]
            north, south, up, down = p[i, j - 1, 1:], p[i, j + 1, 1:], p[i - 1, j, 1:], p[i + 1, j, 1:]
            d, target = diagonal[i, j, 1 : n + 1], q[i, j, 1 : n + 1]
            row = np.float32(0)
            for k in range(n):
                beside = wx * (up[k] + down[k]) + wy * (north[k] + south[k]) + wz * (west[k] + east[k])
                image = d[k] * here[k] - beside
                target[k] = image
                row += here[k] * image
            total += row
    return total


@compiled
def descend(first, last, alpha, q, diagonal, r):
    """r -= alpha q in the phase, for the rows [first, last) of fields (rows, nz + 2); the sum of r**2 / diagonal."""
    total = 0.0
    for row in range(first, last):
        image, d, target = q[row], diagonal[row], r[row]
        part = np.float32(0)
        for k in range(target.size):
            rest = target[k] - alpha * image[k] if d[k] > 0 else np.float32(0)
            target[k] = rest
            part += rest * rest / (d[k] if d[k] > 0 else np.float32(1))
        total += part
    return total


@compiled
def turn(first, last, beta, r, diagonal, p):
    """p = r / diagonal + beta p, for the rows [first, last)."""
    for row in range(first, last):
        here, d, target = r[row], diagonal[row], p[row]
        for k in range(target.size):
            target[k] = here[k] / (d[k] if d[k] > 0 else np.float32(1)) + beta * target[k]
