"""Compiled construction of the first coarse level: pieces of 2 x 2 x 2 blocks of voxels, and what joins them.

A code is 32 bits per block: 3 bits per voxel, number 4 di + 2 dj + dk, with the piece it belongs to, and from bit 24 on
the number of pieces. Pieces of a block are numbered by their first voxel; pieces of the image block by block, in
the order of the blocks. Voxels and blocks count from 0 here.
"""

import numpy as np
from numba import uintp

from electrode_homog.compiled import compiled, inlined
from electrode_homog.homogenization.plane_kernels import is_open

MOST_NEIGHBOURS = 24  # of one piece: it has no more faces to others


@compiled
def voxel_place(i, j, k, grid):
    """Where a voxel lies in an array; positions -1 and n are the border."""
    _, ny, _, places = grid
    half = k & 1
    return (((i + 1) * (ny + 2) + j + 1) * 2 + half) * places + (k - half) // 2 + 1


@compiled
def conductance(cells, axis, here, there):
    """Of the face between two voxels."""
    mixed, degree, rx, ry, rz, wx, wy, wz = cells
    if not mixed:
        return 1.0 if degree[here] > 0 and degree[there] > 0 else 0.0
    if axis == 0:
        return wx / (np.float64(rx[here]) + np.float64(rx[there]))
    if axis == 1:
        return wy / (np.float64(ry[here]) + np.float64(ry[there]))
    return wz / (np.float64(rz[here]) + np.float64(rz[there]))


@compiled
def contact(cells, axis, here):
    """Conductance between a voxel and an equipotential face half a voxel away."""
    mixed, _, rx, ry, rz, wx, wy, wz = cells
    if not mixed:
        return 2.0
    if axis == 0:
        return wx / np.float64(rx[here])
    return wy / np.float64(ry[here]) if axis == 1 else wz / np.float64(rz[here])


@compiled
def encode(pattern, joined, piece):
    """Code of a block from the bits of its conducting voxels and of the inner faces that join them.

    `joined` has a bit per face: 4 axis + number of its lower voxel among the four. Scratch: `piece` (2, 8).
    """
    for voxel in range(8):
        piece[0, voxel] = voxel
    face = 0
    for axis in range(3):
        step = 4 >> axis
        for voxel in range(8):
            if voxel & step:
                continue
            if (joined >> face) & 1:
                a, b = piece[0, voxel], piece[0, voxel + step]
                for other in range(8):
                    if piece[0, other] == max(a, b):
                        piece[0, other] = min(a, b)
            face += 1
    code, count = 0, 0
    for voxel in range(8):
        if (pattern >> voxel) & 1:
            if piece[0, voxel] == voxel:
                piece[1, voxel] = count
                count += 1
            code |= piece[1, piece[0, voxel]] << (3 * voxel)
    return np.uint32(code | (count << 24))


@compiled
def fill_table(table, piece):
    """table (256,) = code of each pattern of conducting voxels whose faces all conduct alike."""
    for pattern in range(256):
        joined, face = 0, 0
        for axis in range(3):
            step = 4 >> axis
            for voxel in range(8):
                if not voxel & step:
                    joined |= ((pattern >> voxel) & (pattern >> (voxel + step)) & 1) << face
                    face += 1
        table[pattern] = encode(pattern, joined, piece)


@compiled
def _corner(bi, bj, bk, grid):
    """Where the first voxel of a block lies; the others are at + di sx + dj sy + dk places."""
    _, ny, _, places = grid
    return ((2 * bi + 1) * (ny + 2) + 2 * bj + 1) * 2 * places + bk + 1


@compiled
def find_pieces(start, stop, at, best, piece, cells, weak, table, codes, patterns, grid):
    """Codes of the blocks of planes [start, stop).

    A face that conducts less than `weak` times the best face of either of its voxels does not join them. `patterns`
    gets the bits of the conducting voxels, if there is one conductor. Scratch: `at` (8,), `best` (8,), `piece` (2, 8).
    """
    nx, ny, nz, places = grid
    sx, sy = (ny + 2) * 2 * places, 2 * places
    for bi in range(start, stop):
        for bj in range(codes.shape[1]):
            for bk in range(codes.shape[2]):
                corner, pattern = _corner(bi, bj, bk, grid), 0
                whole = 2 * bi + 1 < nx and 2 * bj + 1 < ny and 2 * bk + 1 < nz
                for voxel in range(8):
                    di, dj, dk = voxel >> 2, (voxel >> 1) & 1, voxel & 1
                    if whole or (2 * bi + di < nx and 2 * bj + dj < ny and 2 * bk + dk < nz):
                        at[voxel] = corner + di * sx + dj * sy + dk * places
                        pattern |= np.int64(is_open(cells, at[voxel])) << voxel
                if not cells[0] or pattern == 0:
                    codes[bi, bj, bk] = table[pattern]
                    if not cells[0]:
                        patterns[bi, bj, bk] = pattern
                    continue
                for voxel in range(8):
                    best[voxel] = _best_face(cells, at[voxel], grid) if (pattern >> voxel) & 1 else 0.0
                codes[bi, bj, bk] = encode(pattern, _joined(cells, at, pattern, best, weak), piece)


@compiled
def _best_face(cells, at, grid):
    _, ny, _, places = grid
    sx, sy = (ny + 2) * 2 * places, 2 * places
    half = (at // places) & 1
    left = at + places - 1 if half == 0 else at - places
    best = max(conductance(cells, 0, at, at + sx), conductance(cells, 0, at, at - sx))
    best = max(best, max(conductance(cells, 1, at, at + sy), conductance(cells, 1, at, at - sy)))
    return max(best, max(conductance(cells, 2, at, left), conductance(cells, 2, at, left + 1)))


@compiled
def _joined(cells, at, pattern, best, weak):
    """Bits of the inner faces of a block that join their voxels."""
    joined, face = 0, 0
    for axis in range(3):
        step = 4 >> axis
        for voxel in range(8):
            if voxel & step:
                continue
            if (pattern >> voxel) & (pattern >> (voxel + step)) & 1:
                g = conductance(cells, axis, at[voxel], at[voxel + step])
                joined |= np.int64(g >= weak * max(best[voxel], best[voxel + step])) << face
            face += 1
    return joined


@compiled
def count_pieces(start, stop, codes, counts):
    """Number of pieces in each row of blocks."""
    for bi in range(start, stop):
        for bj in range(codes.shape[1]):
            total = 0
            for bk in range(codes.shape[2]):
                total += codes[bi, bj, bk] >> 24
            counts[bi, bj] = total


@compiled
def number_pieces(start, stop, codes, row_start, first, places):
    """First piece of each block, and the block (bi, bj, bk) of each piece."""
    for bi in range(start, stop):
        for bj in range(codes.shape[1]):
            piece = row_start[bi * codes.shape[1] + bj]
            for bk in range(codes.shape[2]):
                first[bi, bj, bk] = piece
                for _ in range(codes[bi, bj, bk] >> 24):
                    places[piece, 0], places[piece, 1], places[piece, 2] = bi, bj, bk
                    piece += 1


@compiled
def join_pieces(start, stop, near, weight, found, tie, degrees, indices, values, ties, cells, codes, patterns, first,
                tied, wraps, grid):  # fmt: skip
    """The graph of the pieces in planes [start, stop): neighbours of each, their indices and summed conductances, ties.

    Returns how many entries of `indices` and `values` it filled; there is room for MOST_NEIGHBOURS per piece. Scratch:
    `near` and `weight` (8, MOST_NEIGHBOURS), `found` and `tie` (8,).
    """
    piece, end = 0, 0
    for bi in range(start, stop):
        for bj in range(codes.shape[1]):
            for bk in range(codes.shape[2]):
                count = codes[bi, bj, bk] >> 24
                if count == 0:
                    continue
                simple = count == 1 and _look_simply(
                    bi, bj, bk, cells, codes, patterns, first, tied, wraps, grid, near, weight, found, tie
                )
                if not simple:
                    for a in range(count):
                        found[a], tie[a] = 0, 0.0
                    _look_around(bi, bj, bk, cells, codes, first, tied, wraps, grid, near, weight, found, tie)
                for a in range(count):
                    degrees[piece], ties[piece] = found[a], tie[a]
                    piece += 1
                    for n in range(found[a]):
                        indices[end], values[end] = near[a, n], weight[a, n]
                        end += 1
    return end


@inlined
def _look_simply(bi, bj, bk, cells, codes, patterns, first, tied, wraps, grid, near, weight, found, tie):
    """The neighbours of a block of one piece through its whole faces; False if one has several pieces, or is cut.

    Does what `_look_around` does, without going through the voxels one by one.
    """
    nx, ny, nz, places = grid
    sx, sy = (ny + 2) * 2 * places, 2 * places
    corner = _corner(bi, bj, bk, grid)
    found[0], tie[0] = 0, 0.0
    for side in range(6):
        axis, up = side >> 1, side & 1
        block, n = (bi, nx) if axis == 0 else ((bj, ny) if axis == 1 else (bk, nz))
        through = sx if axis == 0 else (sy if axis == 1 else places)
        a, b = (sy if axis == 0 else sx), (sy if axis == 2 else places)
        face = corner + up * through
        ends = block == ((n + 1) // 2 - 1 if up else 0)
        if ends and n % 2 == 1:
            return False
        if ends and not wraps[axis]:
            if tied[axis]:
                tie[0] += _contacts_of_face(cells, axis, up, face, a, b, patterns, bi, bj, bk)
            continue
        step = (1 if up else -1) * (1 - n // 2 if ends else 1)  # in blocks; across the border, to the other end
        x, y, z = bi + step * (axis == 0), bj + step * (axis == 1), bk + step * (axis == 2)
        count = codes[x, y, z] >> 24
        if count > 1:
            return False
        if count == 1 and first[x, y, z] != first[bi, bj, bk]:
            if cells[0]:
                there = _corner(x, y, z, grid) + (1 - up) * through
                g = _four_faces(cells, axis, face, there, a, b)
            else:
                g = _pairs(axis, up, patterns[bi, bj, bk], patterns[x, y, z])
            _add(0, first[x, y, z], g, near, weight, found)
    return True


@compiled
def _four_faces(cells, axis, here, there, a, b):
    """Sum of the conductances between the four voxels here, here + a, + b, + a + b and those there."""
    _, _, rx, ry, rz, wx, wy, wz = cells
    here, there, a, b = uintp(here), uintp(there), uintp(a), uintp(b)
    r, w = (rx, wx) if axis == 0 else ((ry, wy) if axis == 1 else (rz, wz))
    g = w / (r[here] + r[there]) + w / (r[here + a] + r[there + a])
    return np.float64(g + w / (r[here + b] + r[there + b]) + w / (r[here + a + b] + r[there + a + b]))


@compiled
def _pairs(axis, up, pattern, beyond):
    """How many of the four faces between two blocks have a conductor on both sides, from the bits of their voxels."""
    low, high = (beyond, pattern) if up else (pattern, beyond)
    mask = 0x0F if axis == 0 else (0x33 if axis == 1 else 0x55)
    bits = np.int64(low) & (np.int64(high) >> (4 >> axis)) & mask
    bits -= (bits >> 1) & 0x55
    bits = (bits & 0x33) + ((bits >> 2) & 0x33)
    return np.float64((bits + (bits >> 4)) & 0x0F)


@compiled
def _contacts_of_face(cells, axis, up, face, a, b, patterns, bi, bj, bk):
    """Conductance between one outer side of a block and the equipotential face there."""
    if not cells[0]:
        return 2 * _pairs(axis, up, patterns[bi, bj, bk], 0xFF)
    total = 0.0
    for here in (face, face + a, face + b, face + a + b):
        total += contact(cells, axis, here) if is_open(cells, here) else 0.0
    return total


@inlined
def _add(a, target, g, near, weight, found):
    """Add a conductance to the neighbours found of piece a."""
    if g == 0:
        return
    place = 0
    while place < found[a] and near[a, place] != target:
        place += 1
    if place == found[a]:
        near[a, place], weight[a, place] = target, 0.0
        found[a] += 1
    weight[a, place] += g


@compiled
def _look_around(bi, bj, bk, cells, codes, first, tied, wraps, grid, near, weight, found, tie):
    """Neighbours of the pieces of one block, through the six faces of each of its voxels."""
    nx, ny, nz, _ = grid
    code = codes[bi, bj, bk]
    for voxel in range(8):
        i, j, k = 2 * bi + (voxel >> 2), 2 * bj + ((voxel >> 1) & 1), 2 * bk + (voxel & 1)
        here = voxel_place(i, j, k, grid)
        if i >= nx or j >= ny or k >= nz or not is_open(cells, here):
            continue
        a = (code >> (3 * voxel)) & 7
        for side in range(6):
            axis, step = side >> 1, 2 * (side & 1) - 1
            x, y, z = i + step * (axis == 0), j + step * (axis == 1), k + step * (axis == 2)
            at, n = (x, nx) if axis == 0 else ((y, ny) if axis == 1 else (z, nz))
            if (at < 0 or at >= n) and not wraps[axis]:
                tie[a] += contact(cells, axis, here) if tied[axis] else 0.0
                continue
            x, y, z = x % nx, y % ny, z % nz
            there = voxel_place(x, y, z, grid)
            other = (codes[x >> 1, y >> 1, z >> 1] >> (3 * (4 * (x & 1) + 2 * (y & 1) + (z & 1)))) & 7
            target = first[x >> 1, y >> 1, z >> 1] + other
            if is_open(cells, there) and target != first[bi, bj, bk] + a:
                _add(a, target, conductance(cells, axis, here, there), near, weight, found)
