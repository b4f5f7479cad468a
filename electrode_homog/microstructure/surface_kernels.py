"""Compiled loops over the oriented faces of the voxel lattice, and their mean direction over a window.

Corner (i, j, k) of the lattice touches the voxels i - 1 and i, j - 1 and j, k - 1 and k; a quarter of each face belongs
to a corner. Three whole numbers, one along each axis, are kept in one: x + 2**21 y + 2**42 z. The window is a
triangle, n - |d| along each axis, as second differences of sums of sums; those wrap around, their differences do
not. A buffer begins n + 1 rows and columns before its first corner, and sums are kept for 2 n + 1 planes.
Importing this module loads numba: do so inside functions.
"""

import math

from electrode_homog.compiled import compiled, inlined

_FIELD = 21
_Y, _Z = 1 << _FIELD, 1 << 2 * _FIELD
_SHIFT = 64 - _FIELD
_LEAST = 0.25  # at the border: share of a direction that must be seen for the rest to be inferred


@compiled
def _across(p, q):
    """1 from code 1 to code 2, -1 back, else 0."""
    return (q - p) * ((p | q) == 3)


@compiled
def _weight(before, p, q, after):
    """Twice the weight of a face between two phases: 1, and 1/2 more for each side that is a single voxel."""
    return ((p | q) == 3) * (2 + (before == q) + (p == after))


@compiled
def count_faces(first, last, first_row, last_row, left, right, labels, faces):
    """Add to faces[a, b, axis] the faces from a voxel a of a box to the next voxel b along the axis."""
    nx, ny, nz = labels.shape
    for i in range(first, last):
        for j in range(first_row, last_row):
            row, below, beside = labels[i, j], labels[min(i + 1, nx - 1), j], labels[i, min(j + 1, ny - 1)]
            for k in range(left, right):
                here, after = row[k], row[min(k + 1, nz - 1)]
                if here != below[k] or here != beside[k] or here != after:
                    faces[here, below[k], 0] += 1
                    faces[here, beside[k], 1] += 1
                    faces[here, after, 2] += 1


@compiled
def _encode(labels, plane, top, table, codes):
    """Codes of the voxel rows from top - 2 on, with two columns of 0 on both sides and 0 outside the image."""
    nx, ny, nz = labels.shape
    for r in range(codes.shape[0]):
        row, j = codes[r], top + r - 2
        row[:] = 0
        if 0 <= plane < nx and 0 <= j < ny:
            of_row = labels[plane, j]
            for k in range(nz):
                row[k + 2] = table[of_row[k]]


@compiled
def _faces(codes, i, r, current, counts):
    """Faces at the corners of row r of plane i: oriented, and weighted in eighths of a face."""
    lowest, low, high, highest = codes[(i + 2) % 4], codes[(i + 3) % 4], codes[i % 4], codes[(i + 1) % 4]
    a, b, c, d = low[r + 1], low[r + 2], high[r + 1], high[r + 2]
    before = 0
    for k in range(current.size):
        here = a[k + 2] | b[k + 2] | c[k + 2] | d[k + 2]
        current[k] = counts[k] = 0
        if (before | here) == 3:
            x = y = z = p = q = s = 0
            for m in range(k + 1, k + 3):
                x += _across(a[m], c[m]) + _across(b[m], d[m])
                y += _across(a[m], b[m]) + _across(c[m], d[m])
                p += _weight(lowest[r + 1, m], a[m], c[m], highest[r + 1, m]) + _weight(
                    lowest[r + 2, m], b[m], d[m], highest[r + 2, m]
                )
                q += _weight(low[r, m], a[m], b[m], low[r + 3, m]) + _weight(high[r, m], c[m], d[m], high[r + 3, m])
            for row in (a, b, c, d):
                z += _across(row[k + 1], row[k + 2])
                s += _weight(row[k], row[k + 1], row[k + 2], row[k + 3])
            current[k] = x + _Y * y + _Z * z
            counts[k] = p + _Y * q + _Z * s
        before = here


@compiled
def _on_border(corner, n):
    """Is the corner on the outer face of an axis of n voxels."""
    return corner == 0 or corner == n


@compiled
def _add_plane(i, nx, ny, top, n, current, row, line, sheet, last, here):
    """Sums of sums of a plane of corners along z, y and x, into `here`.

    On the outer faces of the image one direction is not seen: those corners are left out, unless there is no other.
    """
    corners = current.shape[1]
    line[:] = 0
    for r in range(current.shape[0]):
        once = twice = 0
        skip_row = (nx > 1 and _on_border(i, nx)) or (ny > 1 and _on_border(top + r, ny))
        for k in range(corners):
            if not (skip_row or (corners > 2 and _on_border(k, corners - 1))):
                once += current[r, k]
            twice += once
            row[n + 1 + k] = twice
        for k in range(n + 1 + corners, row.size):
            twice += once
            row[k] = twice
        for k in range(row.size):
            line[0, k] += row[k]
            line[1, k] += line[0, k]
            sheet[r, k] += line[1, k]
            here[r, k] = last[r, k] + sheet[r, k]


@inlined
def _second(row, k, n):
    return row[k + n - 1] - 2 * row[k - 1] + row[k - n - 1]


@compiled
def _second_of_plane(plane, r, k, n):
    return _second(plane[r + n - 1], k, n) - 2 * _second(plane[r - 1], k, n) + _second(plane[r - n - 1], k, n)


@compiled
def _window(sums, c, r, k, n):
    """Sum of the current over the window of half-width n around a corner."""
    depth = sums.shape[0]
    return (
        _second_of_plane(sums[(c + n - 1) % depth], r, k, n)
        - 2 * _second_of_plane(sums[(c + depth - 1) % depth], r, k, n)
        + _second_of_plane(sums[(c + depth - n - 1) % depth], r, k, n)
    )


@compiled
def _unpacked(packed, scale):
    x = (packed << _SHIFT) >> _SHIFT
    rest = (packed - x) >> _FIELD
    y = (rest << _SHIFT) >> _SHIFT
    return x * scale[0], y * scale[1], ((rest - y) >> _FIELD) * scale[2]


@compiled
def _area(counts, direction, seen):
    """Face area over the sum of the direction cosines, both along the axes that are seen here."""
    x, y, z = direction
    length = math.sqrt(x * x + y * y + z * z)
    total = faces = 0.0
    for axis in range(3):
        if seen[axis]:
            total += abs(direction[axis])
            faces += counts[axis]
    return faces * (length / max(total, _LEAST * length) if length > 0 else 2 / 3)  # 2/3: the mean over all directions


@compiled
def _add_moments(part, direction, moments):
    x, y, z = direction
    square = x * x + y * y + z * z
    if square > 0:
        part /= square
        moments[0] += part * x * x
        moments[1] += part * y * y
        moments[2] += part * z * z
        moments[3] += part * x * y
        moments[4] += part * x * z
        moments[5] += part * y * z


@compiled
def sum_areas(first, last, begin, labels, nx, table, top, rows, n, scale, work, totals, moments):
    """Add, for the corner planes [first, last), the area to totals (last - first,) and its moments (6,).

    `labels` holds the voxel planes of an image of nx from `begin` on, as far as there are any in n + 1 planes around;
    `table` is 1 and 2 for the two phases. The buffer's row 0 is corner row `top`; the rows n + 1 to n + rows count.
    `scale` (3,) is a quarter of a face normal to each axis. Moments are xx, yy, zz, xy, xz, yz of the normal.
    """
    codes, currents, counts, row, line, sheet, sums = work
    ny, corners, depth = labels.shape[1], labels.shape[2] + 1, sums.shape[0]
    lowest = max(first - n + 1, 0)
    for plane in range(lowest - 2, lowest + 1):
        _encode(labels, plane - begin, top, table, codes[(plane + 4) % 4])
    for i in range(lowest, last + n - 1):
        _encode(labels, i + 1 - begin, top, table, codes[(i + 1) % 4])
        current = currents[i % n]
        for r in range(current.shape[0]):
            _faces(codes, i, r, current[r], counts[i % n, r])
        _add_plane(i, nx, ny, top, n, current, row, line, sheet, sums[(i + depth - 1) % depth], sums[i % depth])
        c = i - n + 1
        if c < first:
            continue
        for r in range(n + 1, n + 1 + rows):
            for k in range(corners):
                if counts[c % n, r, k] != 0:
                    normal = _unpacked(_window(sums, c, r, n + 1 + k, n), scale)
                    seen = (not _on_border(c, nx), not _on_border(top + r, ny), not _on_border(k, corners - 1))
                    area = _area(_unpacked(counts[c % n, r, k], scale), normal, seen) / 2
                    totals[c - first] += area
                    _add_moments(area, normal, moments)
