"""The 7-point operator on one plane of voxels: the innermost loops of the solver, where all its time goes.

Fields are flat arrays in the order of `layout`: a half row holds the voxels of one row along z whose position has one
parity, side by side, so that all six neighbours of a half row are contiguous too, and one colour of a red-black
order is a set of half rows. A function works on rows [first, last) of plane i (1 is the first, 0 the border) of the
arrays that describe the image, and of a field that may live elsewhere: `slot`, `above` and `below` are where row 0 of
planes i, i + 1, i - 1 of it would start. Rows outside the image stand for those one period away.

`cells` is (mixed, degree, rx, ry, rz, wx, wy, wz). One conductor in cubes: `degree` counts the conducting neighbours,
plus 2 for an equipotential outer face, and is 0 where nothing conducts; a field is 0 there, and
K x = degree x - sum of neighbours. Otherwise (`mixed`) the conductance of a face along x is wx / (rx + rx of the
neighbour), with r = 1 / 2k, infinite where nothing conducts and 0 beyond an equipotential face.

What makes the loops vectorise: offsets are unsigned (a signed index is tested for being negative); a loop writes one
array and reads few (the compiler gives up beyond eight tests for overlap), hence the scratch rows; and no function is
called per row, which would cost as much as the row. `flow` and `diagonal` are scratch, of a half row or more.
"""

import numpy as np
from numba import uintp

from electrode_homog.compiled import compiled, inlined


@inlined
def is_open(cells, at):
    """Whether the voxel conducts."""
    if cells[0]:
        return np.isfinite(cells[2][at])
    return cells[1][at] > 0


@inlined
def _add_faces(flow, diagonal, r, at, other, w, z, there, count):
    for k in range(count):
        g = w / (r[at + k] + r[other + k])
        diagonal[k] += g
        flow[k] += g * z[there + k]


@inlined
def _look_around(cells, z, own, up, down, left, at, before, sx, sy, count, flow, diagonal):
    """flow = conductance times neighbour, summed, and diagonal = sum of conductances, for a half row.

    The field's half row is at `own`, those around it at `up`, `down`, own + sy, own - sy, `left` and left + 1; in the
    arrays of the image they are at `at`, at + sx, at - sx, at + sy, at - sy, `before` and before + 1.
    """
    mixed, degree, rx, ry, rz, wx, wy, wz = cells
    one = uintp(1)
    if not mixed:
        north, south, right = own + sy, own - sy, left + one
        for k in range(count):
            flow[k] = (z[up + k] + z[down + k]) + (z[north + k] + z[south + k]) + (z[left + k] + z[right + k])
        for k in range(count):
            diagonal[k] = degree[at + k]
    else:
        for k in range(count):
            flow[k], diagonal[k] = 0, 0
        _add_faces(flow, diagonal, rx, at, at + sx, wx, z, up, count)
        _add_faces(flow, diagonal, rx, at, at - sx, wx, z, down, count)
        _add_faces(flow, diagonal, ry, at, at + sy, wy, z, own + sy, count)
        _add_faces(flow, diagonal, ry, at, at - sy, wy, z, own - sy, count)
        _add_faces(flow, diagonal, rz, at, before, wz, z, left, count)
        _add_faces(flow, diagonal, rz, at, before + one, wz, z, left + one, count)


@compiled
def start_plane(i, colour, first, last, cells, z, slot, b, grid, flow, diagonal):
    """z = b / diagonal at the voxels of one colour: the first half of a sweep from 0; the sum of diagonal z**2."""
    _, ny, nz, places = grid
    sx, sy = uintp((ny + 2) * 2 * places), uintp(2 * places)
    zero = z.dtype.type(0)
    total = 0.0
    mixed, degree = cells[0], cells[1]
    for j in range(first, last):
        true = (j - 1) % ny + 1
        half = (i + true + colour) & 1
        inner, beside = half * places + 1, (1 - half) * places + half
        own, at = uintp(slot + j * 2 * places + inner), uintp(i) * sx + uintp(true) * sy + uintp(inner)
        count = uintp((nz + 1 - half) // 2)
        row = zero
        if mixed:
            before = uintp(i) * sx + uintp(true) * sy + uintp(beside)
            _look_around(cells, b, at, at + sx, at - sx, before, at, before, sx, sy, count, flow, diagonal)
        else:
            for k in range(count):
                diagonal[k] = degree[at + k]
        for k in range(count):
            value = b[at + k] / diagonal[k] if diagonal[k] > zero else zero
            z[own + k] = value
            row += value * b[at + k]
        total += row
    return total


@compiled
def relax_plane(i, colour, first, last, cells, z, slot, above, below, b, grid, flow, diagonal):
    """z = (b + neighbours) / diagonal at the voxels of one colour, 0 red, 1 black; the sum of diagonal z**2."""
    _, ny, nz, places = grid
    sx, sy = uintp((ny + 2) * 2 * places), uintp(2 * places)
    zero = z.dtype.type(0)
    total = 0.0
    for j in range(first, last):
        true = (j - 1) % ny + 1
        half = (i + true + colour) & 1
        inner, beside, row_there = half * places + 1, (1 - half) * places + half, j * 2 * places
        own, left = uintp(slot + row_there + inner), uintp(slot + row_there + beside)
        up, down = uintp(above + row_there + inner), uintp(below + row_there + inner)
        here = uintp(i) * sx + uintp(true) * sy
        at, before, count = here + uintp(inner), here + uintp(beside), uintp((nz + 1 - half) // 2)
        _look_around(cells, z, own, up, down, left, at, before, sx, sy, count, flow, diagonal)
        row = zero
        for k in range(count):
            value = (b[at + k] + flow[k]) / diagonal[k] if diagonal[k] > zero else zero
            z[own + k] = value
            row += value * (value * diagonal[k])
        total += row
    return total


@compiled
def gather_plane(i, colour, first, last, cells, z, slot, above, below, out, grid, flow, diagonal):
    """out (rows, half row) = conductance times neighbour, summed, at the voxels of one colour; 0 where none conducts.

    That is the residual of voxels that were relaxed before their neighbours, from 0.
    """
    _, ny, nz, places = grid
    sx, sy = uintp((ny + 2) * 2 * places), uintp(2 * places)
    zero = z.dtype.type(0)
    for j in range(first, last):
        true = (j - 1) % ny + 1
        half = (i + true + colour) & 1
        inner, beside, row_there = half * places + 1, (1 - half) * places + half, j * 2 * places
        own, left = uintp(slot + row_there + inner), uintp(slot + row_there + beside)
        up, down = uintp(above + row_there + inner), uintp(below + row_there + inner)
        here = uintp(i) * sx + uintp(true) * sy
        at, before, count = here + uintp(inner), here + uintp(beside), uintp((nz + 1 - half) // 2)
        _look_around(cells, z, own, up, down, left, at, before, sx, sy, count, flow, diagonal)
        to = uintp((j - first) * places)
        for k in range(count):
            out[to + k] = flow[k] if diagonal[k] > zero else zero


@compiled
def turn_plane(i, first, last, z, slot, p, beta, wraps, grid):
    """p = z + beta p, and its borders along z."""
    _, ny, nz, places = grid
    sy = 2 * places
    plane = i * (ny + 2) * sy
    to, source = uintp(plane + first * sy), uintp(slot + first * sy)
    for k in range(uintp((last - first) * sy)):
        p[to + k] = z[source + k] + beta * p[to + k]
    if wraps[2]:
        for j in range(first, last):
            row = plane + j * sy
            p[row + places] = p[row + ((nz - 1) & 1) * places + ((nz - 1) >> 1) + 1]
            p[row + (nz & 1) * places + (nz >> 1) + 1] = p[row + 1]


@compiled
def curvature_plane(i, cells, p, grid, flow, diagonal):
    """Sum of p K p."""
    _, ny, nz, places = grid
    sx, sy = uintp((ny + 2) * 2 * places), uintp(2 * places)
    total = 0.0
    for h in range(2 * ny):
        j, half = (h >> 1) + 1, h & 1
        at = uintp(i) * sx + uintp(j) * sy + uintp(half * places + 1)
        left = uintp(i) * sx + uintp(j) * sy + uintp((1 - half) * places + half)
        count, row = uintp((nz + 1 - half) // 2), p.dtype.type(0)
        _look_around(cells, p, at, at + sx, at - sx, left, at, left, sx, sy, count, flow, diagonal)
        for k in range(count):
            row += p[at + k] * (diagonal[k] * p[at + k] - flow[k])
        total += row
    return total


@compiled
def step_plane(i, cells, x, r, p, alpha, grid, flow, diagonal):
    """x += alpha p, r -= alpha K p, without a place for K p."""
    _, ny, nz, places = grid
    sx, sy = uintp((ny + 2) * 2 * places), uintp(2 * places)
    zero = p.dtype.type(0)
    for h in range(2 * ny):
        j, half = (h >> 1) + 1, h & 1
        at = uintp(i) * sx + uintp(j) * sy + uintp(half * places + 1)
        left = uintp(i) * sx + uintp(j) * sy + uintp((1 - half) * places + half)
        count = uintp((nz + 1 - half) // 2)
        _look_around(cells, p, at, at + sx, at - sx, left, at, left, sx, sy, count, flow, diagonal)
        for k in range(count):
            x[at + k] += alpha * p[at + k]
        for k in range(count):
            r[at + k] -= alpha * (diagonal[k] * p[at + k] - flow[k]) if diagonal[k] > zero else zero
