"""Compiled loops over runs: the stretches of conducting voxels in the rows along the last axis of an image.

Row i * ny + j holds the voxels (i, j, :). Its runs are numbered row_start[row] ... row_start[row + 1] - 1 and cover
start[run] <= z < stop[run]; between two runs of a row lies at least one voxel that does not conduct. Importing
this module loads numba: do so inside functions.
"""

import numpy as np

from electrode_homog.compiled import compiled


@compiled
def count_runs(first, last, labels, conducts, row_start):
    """Number of runs of each row in the planes [first, last), written to row_start[row + 1]."""
    ny = labels.shape[1]
    for i in range(first, last):
        for j in range(ny):
            row = labels[i, j]
            found = 0
            before = False
            for label in row:
                here = conducts[np.uintp(label)]  # unsigned, so that no negative index has to be thought of
                found += here and not before
                before = here
            row_start[i * ny + j + 1] = found


@compiled
def locate_runs(first, last, labels, conducts, row_start, start, stop, edges):
    """Where each run of the planes [first, last) begins and ends.

    Every position is written and kept if something changes there: a branch would be guessed wrong at each edge.
    Scratch: `edges` (nz + 1,).
    """
    ny, nz = labels.shape[1:]
    for i in range(first, last):
        for j in range(ny):
            row = labels[i, j]
            found = 0
            before = False
            for position in range(nz):
                here = conducts[np.uintp(row[position])]
                edges[found] = position
                found += here != before
                before = here
            edges[found] = nz
            begin = row_start[i * ny + j]
            for run in range(row_start[i * ny + j + 1] - begin):
                start[begin + run] = edges[2 * run]
                stop[begin + run] = edges[2 * run + 1]


@compiled
def root_of(parent, run):
    """The last in the chain of parents, shortened on the way by half."""
    while parent[run] != run:
        parent[run] = parent[parent[run]]
        run = parent[run]
    return run


@compiled
def _join_rows(parent, row_start, start, stop, row_a, row_b):
    """Unite the runs of two neighbouring rows that share faces; the root of a part is its first run."""
    a, end_a = row_start[row_a], row_start[row_a + 1]
    b, end_b = row_start[row_b], row_start[row_b + 1]
    while a < end_a and b < end_b:
        if start[a] < stop[b] and start[b] < stop[a]:
            root_a, root_b = root_of(parent, a), root_of(parent, b)
            parent[max(root_a, root_b)] = min(root_a, root_b)
        if stop[a] < stop[b]:
            a += 1
        else:
            b += 1


@compiled
def join_within(first, last, ny, row_start, start, stop, parent):
    """Unite what touches inside the planes [first, last): only runs of these planes are written."""
    for run in range(row_start[first * ny], row_start[last * ny]):
        parent[run] = run
    for i in range(first, last):
        for row in range(i * ny, (i + 1) * ny):
            if row > i * ny:
                _join_rows(parent, row_start, start, stop, row - 1, row)
            if i > first:
                _join_rows(parent, row_start, start, stop, row - ny, row)


@compiled
def join_plane(i, ny, row_start, start, stop, parent):
    """Unite what touches between the planes i - 1 and i."""
    for row in range(i * ny, (i + 1) * ny):
        _join_rows(parent, row_start, start, stop, row - ny, row)


@compiled
def number_parts(parent):
    """Replace the parent of each run by the number of its part, in order of first appearance; how many there are.

    A parent comes before its children, so that its number is known when theirs is asked for.
    """
    count = 0
    for run in range(parent.size):
        if parent[run] == run:
            parent[run] = count
            count += 1
        else:
            parent[run] = parent[parent[run]]
    return count


@compiled
def measure_parts(nx, ny, nz, row_start, start, stop, part, sizes, face_voxels):
    """Add the voxels of each part to sizes (count,), those on the outer faces to face_voxels (count, 3, 2)."""
    for row in range(nx * ny):
        i, j = row // ny, row % ny
        outer = i == 0 or i == nx - 1 or j == 0 or j == ny - 1
        for run in range(row_start[row], row_start[row + 1]):
            voxels = np.int64(stop[run] - start[run])
            sizes[part[run]] += voxels
            if outer or start[run] == 0 or stop[run] == nz:
                on_face = face_voxels[part[run]]
                on_face[0, 0] += voxels * (i == 0)
                on_face[0, 1] += voxels * (i == nx - 1)
                on_face[1, 0] += voxels * (j == 0)
                on_face[1, 1] += voxels * (j == ny - 1)
                on_face[2, 0] += start[run] == 0
                on_face[2, 1] += stop[run] == nz


@compiled
def fill_mask(first, last, row_start, start, stop, part, keep, mask):
    """True where a voxel of the planes [first, last) is in a part to keep, False elsewhere."""
    ny = mask.shape[1]
    for i in range(first, last):
        for j in range(ny):
            row = mask[i, j]
            row[:] = False
            for run in range(row_start[i * ny + j], row_start[i * ny + j + 1]):
                if keep[part[run]]:
                    row[start[run] : stop[run]] = True


@compiled
def _find(root, cell, node):
    """Root of a node, and the cell of the node relative to it; what is passed is hung higher up on the way."""
    x = y = z = 0
    while root[node] != node:
        above = root[node]
        for axis in range(3):
            cell[node, axis] += cell[above, axis]  # a root is in cell (0, 0, 0) of its own
        root[node] = root[above]
        x += cell[node, 0]
        y += cell[node, 1]
        z += cell[node, 2]
        node = root[node]
    return node, x, y, z


@compiled
def _link(root, cell, closes, axes, a, b, axis):
    """Let part a touch part b of the next cell along an axis; note the net movement of a walk that closes."""
    root_a, ax, ay, az = _find(root, cell, a)
    root_b, bx, by, bz = _find(root, cell, b)
    x, y, z = ax - bx + (axis == 0), ay - by + (axis == 1), az - bz + (axis == 2)
    if root_a != root_b:
        root[root_b] = root_a
        cell[root_b, 0], cell[root_b, 1], cell[root_b, 2] = x, y, z
    elif x != 0 or y != 0 or z != 0:
        closes[a] = True
        axes[0] |= x != 0
        axes[1] |= y != 0
        axes[2] |= z != 0


@compiled
def _link_rows(root, cell, closes, axes, row_start, start, stop, part, row_a, row_b, axis):
    """Link the parts of row a, on the last layer, to those of row b, on the first, wherever they touch."""
    a, end_a = row_start[row_a], row_start[row_a + 1]
    b, end_b = row_start[row_b], row_start[row_b + 1]
    while a < end_a and b < end_b:
        if start[a] < stop[b] and start[b] < stop[a]:
            _link(root, cell, closes, axes, np.int64(part[a]), np.int64(part[b]), axis)
        if stop[a] < stop[b]:
            a += 1
        else:
            b += 1


@compiled
def link_faces(nx, ny, nz, row_start, start, stop, part, root, cell, closes, axes):
    """Link the parts across the periodic faces; `root` becomes the root of each part, `closes` is True at roots too."""
    for j in range(ny):
        _link_rows(root, cell, closes, axes, row_start, start, stop, part, (nx - 1) * ny + j, j, 0)
    for i in range(nx):
        _link_rows(root, cell, closes, axes, row_start, start, stop, part, i * ny + ny - 1, i * ny, 1)
    for row in range(nx * ny):
        head, tail = row_start[row], row_start[row + 1] - 1
        if head <= tail and start[head] == 0 and stop[tail] == nz:
            _link(root, cell, closes, axes, np.int64(part[tail]), np.int64(part[head]), 2)
    for node in range(root.size):
        root[node] = _find(root, cell, node)[0]
        if closes[node]:
            closes[root[node]] = True


@compiled
def spread_contacts(nx, ny, nz, row_start, start, stop, part, lowest, highest):
    """Least and greatest coordinates (parts, 3), in half voxels, of the outer voxel faces of each part."""
    for i in range(nx):
        for j in range(ny):
            for run in range(row_start[i * ny + j], row_start[i * ny + j + 1]):
                first, last = 2 * start[run] + 1, 2 * stop[run] - 1
                p = part[run]
                for side in range(2):
                    if i == side * (nx - 1):
                        _widen(lowest, highest, p, 2 * nx * side, 2 * j + 1, first)
                        _widen(lowest, highest, p, 2 * nx * side, 2 * j + 1, last)
                    if j == side * (ny - 1):
                        _widen(lowest, highest, p, 2 * i + 1, 2 * ny * side, first)
                        _widen(lowest, highest, p, 2 * i + 1, 2 * ny * side, last)
                if start[run] == 0:
                    _widen(lowest, highest, p, 2 * i + 1, 2 * j + 1, 0)
                if stop[run] == nz:
                    _widen(lowest, highest, p, 2 * i + 1, 2 * j + 1, 2 * nz)


@compiled
def _widen(lowest, highest, part, x, y, z):
    lowest[part, 0], highest[part, 0] = min(lowest[part, 0], x), max(highest[part, 0], x)
    lowest[part, 1], highest[part, 1] = min(lowest[part, 1], y), max(highest[part, 1], y)
    lowest[part, 2], highest[part, 2] = min(lowest[part, 2], z), max(highest[part, 2], z)
