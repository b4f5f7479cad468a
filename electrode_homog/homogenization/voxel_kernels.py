"""Compiled passes over whole planes of voxels: filling the arrays, and the vector operations of the iteration.

Planes count from 1, since 0 is the border; `grid` is (nx, ny, nz, places of a half row). See `layout` and
`plane_kernels` for the order of the arrays and for `cells`.
"""

import numpy as np
from numba import uintp

from electrode_homog.compiled import compiled, inlined
from electrode_homog.homogenization.plane_kernels import curvature_plane, step_plane, turn_plane


@compiled
def fill_open(start, stop, row_start, run_start, run_stop, run_part, keep, values, grid):
    """1 where a voxel belongs to a part that is kept; planes of runs count from 0."""
    _, ny, _, places = grid
    for i in range(start, stop):
        for j in range(ny):
            row = ((i + 1) * (ny + 2) + j + 1) * 2 * places
            for run in range(row_start[i * ny + j], row_start[i * ny + j + 1]):
                if keep[run_part[run]]:
                    for z in range(run_start[run], run_stop[run]):
                        values[row + (z & 1) * places + (z >> 1) + 1] = 1


@compiled
def fill_resistivity(start, stop, labels, table, is_open, values, grid):
    """table[label] where a voxel is open, infinity elsewhere; `labels` are the planes [start, stop), counted from 0."""
    _, ny, nz, places = grid
    for i in range(start, stop):
        for j in range(ny):
            row = ((i + 1) * (ny + 2) + j + 1) * 2 * places
            for z in range(nz):
                at = row + (z & 1) * places + (z >> 1) + 1
                values[at] = table[labels[i - start, j, z]] if is_open[at] else np.inf


@compiled
def count_neighbours(start, stop, degree, tied, grid):
    """Turn 1 for open into the number of open neighbours, plus 2 per equipotential face; at least 1.

    In place: a voxel that is done still counts as open for its neighbours.
    """
    nx, ny, nz, places = grid
    sx, sy = uintp((ny + 2) * 2 * places), uintp(2 * places)
    one, none = np.uint8(1), np.uint8(0)
    for i in range(start, stop):
        for h in range(2 * ny):
            j, half = (h >> 1) + 1, h & 1
            ties = np.uint8(2 * tied[0] * ((i == 1) + (i == nx)) + 2 * tied[1] * ((j == 1) + (j == ny)))
            at = uintp(i) * sx + uintp(j) * sy + uintp(half * places + 1)
            left = uintp(i) * sx + uintp(j) * sy + uintp((1 - half) * places + half)
            up, down, north, south, right = at + sx, at - sx, at + sy, at - sy, left + uintp(1)
            for k in range(uintp((nz + 1 - half) // 2)):
                n = np.uint8(degree[up + k] > 0) + np.uint8(degree[down + k] > 0) + np.uint8(degree[north + k] > 0)
                n += np.uint8(degree[south + k] > 0) + np.uint8(degree[left + k] > 0) + np.uint8(degree[right + k] > 0)
                degree[at + k] = max(np.uint8(n + ties), one) if degree[at + k] > 0 else none
            for z in (0, nz - 1):
                if tied[2] and z & 1 == half and (z == 0 or nz > 1):
                    k = uintp(z >> 1)
                    n = ties + 2 * (1 + (nz == 1))
                    for other in (up, down, north, south, left, right):
                        n += degree[other + k] > 0
                    degree[at + k] = n if degree[at + k] > 0 else none


@compiled
def balance_planes(start, stop, buffer, at_rest, cells, field, gradient, spacing, tied, wraps, result, grid):
    """result = b - K x, the current that leaves no voxel unbalanced, and the energy of the field, both in double.

    `gradient` is the mean gradient of the potential, whose deviation from it the field is; with the field 0
    the result is the load b. `at_rest` says that it is 0, so that faces along which nothing drops need no look.
    """
    total = 0.0
    for i in range(start, stop):
        total += _balance_plane(i, at_rest, cells, field, gradient, spacing, tied, wraps, result, grid, buffer)
    return total


@compiled
def _balance_plane(i, at_rest, cells, field, gradient, spacing, tied, wraps, result, grid, buffer):
    nx, ny, nz, places = grid
    sx, sy = (ny + 2) * 2 * places, 2 * places
    inner, outer = 0.0, 0.0
    for h in range(2 * ny):
        j, half = (h >> 1) + 1, h & 1
        at, count = i * sx + j * sy + half * places + 1, (nz + 1 - half) // 2
        left = i * sx + j * sy + (1 - half) * places + half
        first = 1 if half == 0 and not wraps[2] else 0  # voxel 0 has no left neighbour
        last = count - 1 if (nz - 1) % 2 == half and not wraps[2] else count  # nor voxel nz - 1 a right one
        for k in range(count):
            buffer[k] = 0
        for side in range(6):
            axis, sign = side >> 1, 1 - 2 * (side & 1)
            drop = sign * gradient[axis] * spacing[axis]
            if at_rest and drop == 0:
                continue
            begin, end = 0, count
            other, ends = at + sign * (sx if axis == 0 else sy), False
            if axis == 2:
                other = left + (sign + 1) // 2
                begin, end = (0, last) if sign > 0 else (first, count)
            elif not wraps[axis]:
                ends = (i if axis == 0 else j) == ((nx if axis == 0 else ny) if sign > 0 else 1)
                end = 0 if ends else count
            inner += _faces(cells, axis, field, at, other, drop, begin, end, buffer)
            if tied[axis] and axis < 2 and ends:
                outer += _contacts(cells, axis, field, at, drop / 2, 0, count, buffer)
            elif tied[axis] and axis == 2:
                begin, end = (last, count) if sign > 0 else (0, first)
                outer += _contacts(cells, axis, field, at, drop / 2, begin, end, buffer)
        for k in range(count):
            result[at + k] = buffer[k]
    return inner / 2 + outer


@inlined
def _faces(cells, axis, field, at, other, drop, begin, end, buffer):
    """buffer += g (other - own + drop) over the faces of two half rows; the sum of g (other - own + drop)**2."""
    mixed, degree, rx, ry, rz, wx, wy, wz = cells
    energy = 0.0
    own, there = uintp(at), uintp(other)
    if not mixed:
        for k in range(uintp(begin), uintp(end)):
            difference = np.float64(field[there + k]) - np.float64(field[own + k]) + drop
            flow = difference if degree[own + k] > 0 and degree[there + k] > 0 else 0.0
            buffer[k] += flow
            energy += flow * difference
        return energy
    r, w = (rx, np.float64(wx)) if axis == 0 else ((ry, np.float64(wy)) if axis == 1 else (rz, np.float64(wz)))
    for k in range(uintp(begin), uintp(end)):
        difference = np.float64(field[there + k]) - np.float64(field[own + k]) + drop
        flow = w / (np.float64(r[own + k]) + np.float64(r[there + k])) * difference
        buffer[k] += flow
        energy += flow * difference
    return energy


@inlined
def _contacts(cells, axis, field, at, drop, begin, end, buffer):
    """The same for half faces between a half row and an equipotential outer face, where the field is 0."""
    mixed, degree, rx, ry, rz, wx, wy, wz = cells
    energy = 0.0
    for k in range(uintp(begin), uintp(end)):
        here = uintp(at) + k
        difference = drop - np.float64(field[here])
        g = 2.0 if degree[here if not mixed else uintp(0)] > 0 else 0.0
        if mixed:
            r, w = (rx, np.float64(wx)) if axis == 0 else ((ry, np.float64(wy)) if axis == 1 else (rz, np.float64(wz)))
            g = w / np.float64(r[here])
        buffer[k] += g * difference
        energy += g * difference * difference
    return energy


@compiled
def turn_planes(start, stop, z, p, beta, wraps, grid):
    """p = z + beta p."""
    plane = (grid[1] + 2) * 2 * grid[3]
    for i in range(start, stop):
        turn_plane(i, 1, grid[1] + 1, z, i * plane, p, beta, wraps, grid)


@compiled
def curvature_planes(start, stop, flow, diagonal, cells, p, grid):
    """Sum of p K p."""
    total = 0.0
    for i in range(start, stop):
        total += curvature_plane(i, cells, p, grid, flow, diagonal)
    return total


@compiled
def step_planes(start, stop, flow, diagonal, cells, x, r, p, alpha, grid):
    """x += alpha p, r -= alpha K p."""
    for i in range(start, stop):
        step_plane(i, cells, x, r, p, alpha, grid, flow, diagonal)


@compiled
def compare_planes(start, stop, a, b, grid):
    """Sums of (a - b)**2 and of b**2."""
    plane, sy = (grid[1] + 2) * 2 * grid[3], 2 * grid[3]
    difference, size = 0.0, 0.0
    for i in range(start, stop):
        first = uintp(i * plane + sy)
        for k in range(uintp(grid[1] * sy)):
            d, s = np.float64(a[first + k]) - np.float64(b[first + k]), np.float64(b[first + k])
            difference += d * d
            size += s * s
    return difference, size
