"""Compiled halves of a multigrid cycle on the voxels: down to the first coarse level, and up again.

Red-black relaxation, red first on the way down from z = 0, red last on the way up, so that the cycle is symmetric. Read
as recurrences both ways are functions of the residual b alone,

    red0 = b / d,   black0 = (b + N red0) / d,   coarse right-hand side = sum over pieces of N black0 at red voxels
    red1 = red0 + correction,   black1 = (b + N red1) / d,   red2 = (b + N black1) / d

with N the sum over conducting neighbours (at black voxels, relaxed last, nothing is left over). They run
through the image plane by plane: a ring of six planes, which fits in the cache, holds what the next plane needs. Going
down reads b once and writes nothing but the coarse level. It knows b.M b already, since with the coarse solution c of
the right-hand side b_c

    b.M b = sum of d red0**2 + sum of d black0**2 + b_c.c

(M = S' + (1 - S K)^T P B P^T (1 - S K) with b.S' b = y.D y for y = (D - L)^-1 b: symmetric Gauss-Seidel). So the
step of conjugate gradients that needs it, p = z + beta p, is done on the way up, and z is never stored: going
up reads b and p once and writes p once.

A plane is counted from 1; pairs of planes are the blocks along x, from 0. Slabs recompute the planes around them, so
that they do not wait for each other. Needs a layout that is two-coloured; see `plain_smoothing` for the others.
"""

import numpy as np
from numba import uintp

from electrode_homog.compiled import compiled
from electrode_homog.homogenization.plane_kernels import (
    curvature_plane,
    gather_plane,
    is_open,
    relax_plane,
    start_plane,
    turn_plane,
)


@compiled
def descend(start, stop, ring, sums, rows, cells, b, pieces, coarse_b, wraps, grid):
    """The right-hand side of the first coarse level, for pairs of planes [start, stop); the sum of d y**2 over them.

    Scratch: `ring` of six planes, 0, `sums` of (2, rows + 1, half row), `rows` of two half rows.
    """
    nx, ny, _, places = grid
    plane = (ny + 2) * 2 * places
    total = 0.0
    for pair in range(start - 1, stop):
        for ahead in range(pair if pair < start else pair + 1, pair + 2):
            red = _first(ahead, ring, cells, b, pieces[0].shape[0], wraps, grid, rows)
            total += red if start <= ahead < stop else 0.0
            _close_pair(ahead, ring, pieces[0].shape[0], wraps, grid)
        for i in range(2 * pair + 2, 2 * pair + 4):
            black = _second(i, ring, cells, b, wraps, grid, rows)
            total += black if 2 * start < i <= 2 * stop else 0.0
        if pair < start:
            continue
        for i in range(2 * pair + 1, min(2 * pair + 3, nx + 1)):
            slot, above, below = (i % 6) * plane, ((i + 1) % 6) * plane, ((i - 1) % 6) * plane
            gather_plane(i, 0, cells, ring, slot, above, below, sums[i - 2 * pair - 1], grid, *rows)
        _restrict(pair, pieces, sums, 2 * pair + 2 <= nx, places, coarse_b)
    return total


@compiled
def ascend(start, stop, ring, blocks, rows, cells, b, pieces, coarse_x, p, beta, wraps, grid):
    """p = M b + beta p for pairs of planes [start, stop) from the correction of the first coarse level.

    Returns the sum of p K p over the planes but the first and the last, whose neighbours may be late. Scratch: as for
    `descend`, and `blocks` of (2, blocks of a row).
    """
    nx, ny, _, places = grid
    plane = (ny + 2) * 2 * places
    total = 0.0
    for pair in range(start - 1, stop):
        for ahead in range(pair if pair < start else pair + 1, pair + 2):
            _first(ahead, ring, cells, b, pieces[0].shape[0], wraps, grid, rows)
            _prolong(ahead, ring, cells, pieces, coarse_x, wraps, grid, blocks, rows[0])
            _close_pair(ahead, ring, pieces[0].shape[0], wraps, grid)
        for i in range(2 * pair + 2, 2 * pair + 4):
            _second(i, ring, cells, b, wraps, grid, rows)
        if pair < start:
            continue
        for i in range(2 * pair + 1, min(2 * pair + 3, nx + 1)):
            slot, above, below = (i % 6) * plane, ((i + 1) % 6) * plane, ((i - 1) % 6) * plane
            relax_plane(i, 0, cells, ring, slot, above, below, b, grid, *rows)
            turn_plane(i, ring, slot, p, beta, wraps, grid)
            if i - 1 > 2 * start + 1:
                total += curvature_plane(i - 1, cells, p, grid, *rows)
    return total


@compiled
def _inside(pair, pairs, wraps):
    """The pair of planes of the image that stands at `pair`, or -1 outside."""
    if wraps[0]:
        return pair % pairs
    return pair if 0 <= pair < pairs else -1


@compiled
def _first(pair, ring, cells, b, pairs, wraps, grid, rows):
    """Red voxels of a pair of planes: b / d, 0 outside the image; the sum of d z**2 over them."""
    nx, ny, _, places = grid
    sx = (ny + 2) * 2 * places
    inside = _inside(pair, pairs, wraps)
    total = 0.0
    for di in range(2):
        i, slot = 2 * inside + 1 + di, ((2 * pair + 1 + di) % 6) * sx
        if inside < 0 or i > nx:
            for k in range(sx):
                ring[slot + k] = 0
        else:
            total += start_plane(i, 0, cells, ring, slot, b, grid, *rows)
    return total


@compiled
def _close_pair(pair, ring, pairs, wraps, grid):
    """Borders of a pair of planes where the image continues."""
    inside = _inside(pair, pairs, wraps)
    sx = (grid[1] + 2) * 2 * grid[3]
    for di in range(2):
        i, slot = 2 * inside + 1 + di, ((2 * pair + 1 + di) % 6) * sx
        if 1 <= i <= grid[0]:
            _close(i, 0, ring, slot, wraps, grid)


@compiled
def _prolong(pair, ring, cells, pieces, coarse_x, wraps, grid, blocks, main):
    """Add the value of its piece to each red voxel of a pair of planes."""
    nx, ny, nz, places = grid
    codes, row_start, position = pieces
    sx, sy = (ny + 2) * 2 * places, 2 * places
    inside = _inside(pair, codes.shape[0], wraps)
    if inside < 0:
        return
    for block in range((ny + 1) // 2):
        t = row_start[inside * codes.shape[1] + block]
        several = _spread(codes, inside, block, t, position, coarse_x, main, blocks)
        for row in range(4):
            i, j = 2 * inside + 1 + (row >> 1), 2 * block + 1 + (row & 1)
            if i > nx or j > ny:
                continue
            half = (i + j) & 1
            inner = j * sy + half * places + 1
            slot = ((2 * pair + 1 + (row >> 1)) % 6) * sx
            _add_where_open(cells, i * sx + inner, ring, slot + inner, main, (nz + 1 - half) // 2)
            for n in range(several):
                k = blocks[0, n]
                piece = (codes[inside, block, k] >> (3 * (2 * row + half))) & 7
                if piece > 0 and is_open(cells, i * sx + inner + k):
                    first = blocks[1, n]
                    ring[slot + inner + k] += coarse_x[position[first + piece]] - coarse_x[position[first]]


@compiled
def _add_where_open(cells, at, ring, own, main, count):
    at, own, zero = uintp(at), uintp(own), ring.dtype.type(0)
    degree, r = cells[1], cells[2]
    if not cells[0]:
        for k in range(uintp(count)):
            ring[own + k] += main[k] if degree[at + k] > 0 else zero
    else:
        for k in range(uintp(count)):
            ring[own + k] += main[k] if r[at + k] < np.inf else zero


@compiled
def _spread(codes, pair, block, t, position, coarse_x, main, blocks):
    """Values of the first pieces of a row of blocks in `main`; the number of blocks with several.

    These are listed in `blocks`, with their first unknowns.
    """
    several = uintp(0)
    t, one = uintp(t), uintp(1)
    for k in range(uintp(codes.shape[2])):
        count = uintp(codes[pair, block, k] >> 24)
        if count == 0:
            main[k] = 0
            continue
        main[k] = coarse_x[uintp(position[t])]
        if count > one:
            blocks[uintp(0), several], blocks[one, several] = k, t
            several += one
        t += count
    return np.int64(several)


@compiled
def _second(i, ring, cells, b, wraps, grid, rows):
    """Black voxels of plane `i` from the red ones around them, and the sum of d z**2 over them."""
    nx, ny, _, places = grid
    sx = (ny + 2) * 2 * places
    inside = (i - 1) % nx + 1 if wraps[0] else i
    if not 1 <= inside <= nx:
        return 0.0
    slot, above, below = (i % 6) * sx, ((i + 1) % 6) * sx, ((i - 1) % 6) * sx
    total = relax_plane(inside, 1, cells, ring, slot, above, below, b, grid, *rows)
    _close(inside, 1, ring, slot, wraps, grid)
    return total


@compiled
def _restrict(pair, pieces, sums, whole, places, coarse_b):
    """Sum the residuals of a pair of planes over pieces; the red voxel of row (di, dj) is in half (di + dj) & 1."""
    codes, row_start, position = pieces
    zero, seven = sums.dtype.type(0), uintp(7)
    for block in range(codes.shape[1]):
        t = uintp(row_start[pair * codes.shape[1] + block])
        row, beside = uintp(2 * block * places), uintp((2 * block + 1) * places)
        for k in range(uintp(codes.shape[2])):
            code = uintp(codes[pair, block, k])
            count = code >> uintp(24)
            if count == 0:
                continue
            a, b = sums[uintp(0), row + k], sums[uintp(0), beside + k]
            c, d = (sums[uintp(1), row + k], sums[uintp(1), beside + k]) if whole else (zero, zero)
            if count == 1:
                coarse_b[uintp(position[t])] = (a + b) + (c + d)
            else:
                for piece in range(count):
                    coarse_b[uintp(position[t + piece])] = 0
                coarse_b[uintp(position[t + (code & seven)])] += a
                coarse_b[uintp(position[t + ((code >> uintp(9)) & seven)])] += b
                coarse_b[uintp(position[t + ((code >> uintp(15)) & seven)])] += c
                coarse_b[uintp(position[t + ((code >> uintp(18)) & seven)])] += d
            t += count


@compiled
def _close(i, colour, ring, slot, wraps, grid):
    """Borders of plane `i` where the image continues, at the voxels of one colour or more; sizes are even there."""
    _, ny, nz, places = grid
    sy = 2 * places
    if wraps[2]:
        for j in range(1, ny + 1):
            row, half = slot + j * sy, (i + j + colour) & 1
            if half == 1:
                ring[row + places] = ring[row + places + nz // 2]
            else:
                ring[row + nz // 2 + 1] = ring[row + 1]
    if wraps[1]:
        for k in range(sy):
            ring[slot + k] = ring[slot + ny * sy + k]
            ring[slot + (ny + 1) * sy + k] = ring[slot + sy + k]
