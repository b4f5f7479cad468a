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

A plane is counted from 1; pairs of planes are the blocks along x, from 0. The image is done in tiles, pairs [start,
stop) and rows of blocks [low, high) = `strip`, so that the ring of a tile fits in the cache of a core (without: 0.63 of
the speed on planes of 500 x 500). A tile recomputes what it needs around it and waits for no other. Needs a layout that
is two-coloured; see `plain_smoothing` for the others.
"""

import numpy as np
from numba import uintp

from electrode_homog.compiled import compiled
from electrode_homog.homogenization.plane_kernels import (
    gather_plane,
    is_open,
    relax_plane,
    start_plane,
    turn_plane,
)


@compiled
def descend(start, stop, strip, ring, sums, rows, cells, b, pieces, coarse_b, wraps, grid):
    """The right-hand side of the first coarse level, for a tile; the sum of d y**2 over it.

    Scratch: `ring` of six planes of the strip and three rows at each side, 0, `sums` of (2, rows of the strip + 1, half
    row), `rows` of two half rows.
    """
    nx, ny, _, places = grid
    low, high = 2 * strip[0] + 1, min(2 * strip[1], ny) + 1
    total = 0.0
    for pair in range(start - 1, stop):
        for ahead in range(pair if pair < start else pair + 1, pair + 2):
            red = _first(ahead, strip, ring, cells, b, pieces[0].shape[0], wraps, grid, rows)
            total += red if start <= ahead < stop else 0.0
            _close_pair(ahead, strip, ring, pieces[0].shape[0], wraps, grid)
        for i in range(2 * pair + 2, 2 * pair + 4):
            black = _second(i, strip, ring, cells, b, wraps, grid, rows)
            total += black if 2 * start < i <= 2 * stop else 0.0
        if pair < start:
            continue
        for i in range(2 * pair + 1, min(2 * pair + 3, nx + 1)):
            slot, above = _slot(i, strip, ring, places), _slot(i + 1, strip, ring, places)
            below = _slot(i - 1, strip, ring, places)
            gather_plane(i, 0, low, high, cells, ring, slot, above, below, sums[i - 2 * pair - 1], grid, *rows)
        _restrict(pair, strip, pieces, sums, 2 * pair + 2 <= nx, places, coarse_b)
    return total


@compiled
def ascend(start, stop, strip, ring, blocks, rows, cells, b, pieces, coarse_x, p, beta, wraps, grid):
    """p = M b + beta p in a tile, from the correction of the first coarse level.

    Scratch: as for `descend`, and `blocks` of (2, blocks of a row).
    """
    nx, ny, _, places = grid
    low, high = 2 * strip[0] + 1, min(2 * strip[1], ny) + 1
    for pair in range(start - 1, stop):
        for ahead in range(pair if pair < start else pair + 1, pair + 2):
            _first(ahead, strip, ring, cells, b, pieces[0].shape[0], wraps, grid, rows)
            _prolong(ahead, strip, ring, cells, pieces, coarse_x, wraps, grid, blocks, rows[0])
            _close_pair(ahead, strip, ring, pieces[0].shape[0], wraps, grid)
        for i in range(2 * pair + 2, 2 * pair + 4):
            _second(i, strip, ring, cells, b, wraps, grid, rows)
        if pair < start:
            continue
        for i in range(2 * pair + 1, min(2 * pair + 3, nx + 1)):
            slot, above = _slot(i, strip, ring, places), _slot(i + 1, strip, ring, places)
            below = _slot(i - 1, strip, ring, places)
            relax_plane(i, 0, low, high, cells, ring, slot, above, below, b, grid, *rows)
            turn_plane(i, low, high, ring, slot, p, beta, wraps, grid)


@compiled
def _slot(i, strip, ring, places):
    """Where row 0 of plane `i` would start in the ring, whose planes begin three rows before the strip."""
    return (i % 6) * (ring.size // 6) - (2 * strip[0] - 2) * 2 * places


@compiled
def _reach(strip, more, wraps, grid):
    """Rows of the strip and `more` at each side, without those that do not exist."""
    low, high = 2 * strip[0] + 1 - more, min(2 * strip[1], grid[1]) + 1 + more
    return (low, high) if wraps[1] else (max(low, 1), min(high, grid[1] + 1))


@compiled
def _inside(pair, pairs, wraps):
    """The pair of planes of the image that stands at `pair`, or -1 outside."""
    if wraps[0]:
        return pair % pairs
    return pair if 0 <= pair < pairs else -1


@compiled
def _first(pair, strip, ring, cells, b, pairs, wraps, grid, rows):
    """Red voxels of a pair of planes: b / d, 0 outside the image; the sum of d z**2 over those of the strip."""
    nx, places = grid[0], grid[3]
    inside = _inside(pair, pairs, wraps)
    low, high = _reach(strip, 2, wraps, grid)
    first, last = _reach(strip, 0, wraps, grid)
    total = 0.0
    for di in range(2):
        i, there = 2 * inside + 1 + di, 2 * pair + 1 + di
        slot = _slot(there, strip, ring, places)
        if inside < 0 or i > nx:
            plane = ring.size // 6
            for k in range(plane):
                ring[(there % 6) * plane + k] = 0
            continue
        start_plane(i, 0, low, first, cells, ring, slot, b, grid, *rows)
        total += start_plane(i, 0, first, last, cells, ring, slot, b, grid, *rows)
        start_plane(i, 0, last, high, cells, ring, slot, b, grid, *rows)
    return total


@compiled
def _close_pair(pair, strip, ring, pairs, wraps, grid):
    """Borders of a pair of planes where the image continues along z."""
    inside = _inside(pair, pairs, wraps)
    for di in range(2):
        i = 2 * inside + 1 + di
        if 1 <= i <= grid[0]:
            _close(i, 0, strip, ring, _slot(2 * pair + 1 + di, strip, ring, grid[3]), wraps, grid)


@compiled
def _prolong(pair, strip, ring, cells, pieces, coarse_x, wraps, grid, blocks, main):
    """Add the value of its piece to each red voxel of a pair of planes."""
    nx, ny, nz, places = grid
    codes, row_start, position = pieces
    sx, sy = (ny + 2) * 2 * places, 2 * places
    inside = _inside(pair, codes.shape[0], wraps)
    if inside < 0:
        return
    for strip_block in range(strip[0] - 1, strip[1] + 1):
        if not wraps[1] and not 0 <= strip_block < codes.shape[1]:
            continue
        block = strip_block % codes.shape[1]
        t = row_start[inside * codes.shape[1] + block]
        several = _spread(codes, inside, block, t, position, coarse_x, main, blocks)
        for row in range(4):
            i, j = 2 * inside + 1 + (row >> 1), 2 * block + 1 + (row & 1)
            if i > nx or j > ny:
                continue
            half = (i + j) & 1
            inner, count = j * sy + half * places + 1, (nz + 1 - half) // 2
            to = _slot(2 * pair + 1 + (row >> 1), strip, ring, places) + inner + 2 * (strip_block - block) * sy
            _add_where_open(cells, i * sx + inner, ring, to, main, count)
            for n in range(several):
                k = blocks[0, n]
                piece = (codes[inside, block, k] >> (3 * (2 * row + half))) & 7
                if piece > 0 and is_open(cells, i * sx + inner + k):
                    first = blocks[1, n]
                    ring[to + k] += coarse_x[position[first + piece]] - coarse_x[position[first]]


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
def _second(i, strip, ring, cells, b, wraps, grid, rows):
    """Black voxels of plane `i` from the red ones around them, and the sum of d z**2 over those of the strip."""
    nx, places = grid[0], grid[3]
    inside = (i - 1) % nx + 1 if wraps[0] else i
    if not 1 <= inside <= nx:
        return 0.0
    low, high = _reach(strip, 1, wraps, grid)
    first, last = _reach(strip, 0, wraps, grid)
    slot, above = _slot(i, strip, ring, places), _slot(i + 1, strip, ring, places)
    below = _slot(i - 1, strip, ring, places)
    relax_plane(inside, 1, low, first, cells, ring, slot, above, below, b, grid, *rows)
    total = relax_plane(inside, 1, first, last, cells, ring, slot, above, below, b, grid, *rows)
    relax_plane(inside, 1, last, high, cells, ring, slot, above, below, b, grid, *rows)
    _close(inside, 1, strip, ring, slot, wraps, grid)
    return total


@compiled
def _restrict(pair, strip, pieces, sums, whole, places, coarse_b):
    """Sum the residuals of a pair of planes over pieces; the red voxel of row (di, dj) is in half (di + dj) & 1."""
    codes, row_start, position = pieces
    zero, seven = sums.dtype.type(0), uintp(7)
    for block in range(strip[0], strip[1]):
        t = uintp(row_start[pair * codes.shape[1] + block])
        row, beside = uintp(2 * (block - strip[0]) * places), uintp((2 * (block - strip[0]) + 1) * places)
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
def _close(i, colour, strip, ring, slot, wraps, grid):
    """Borders along z of plane `i` where the image continues, at the voxels of one colour; sizes are even there."""
    _, ny, nz, places = grid
    if not wraps[2]:
        return
    low, high = _reach(strip, 2, wraps, grid)
    for j in range(low, high):
        row, half = slot + j * 2 * places, (i + (j - 1) % ny + 1 + colour) & 1
        if half == 1:
            ring[row + places] = ring[row + places + nz // 2]
        else:
            ring[row + nz // 2 + 1] = ring[row + 1]
