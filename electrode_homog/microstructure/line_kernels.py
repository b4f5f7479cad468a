"""Compiled loops for the length of the lines along which three phases meet.

The indicators of two phases and of all that is not one of the three are kept in one whole number, times 1, 2**21 and
2**42, and smoothed over windows of triangles of half-widths 2 and 3 voxels. At a corner of the lattice, smoothing and
the mean of the two voxels beside it make (1, 3, 3, 1) and (1, 3, 5, 5, 3, 1), smoothing and their difference
(-1, -1, 1, 1) and (-1, -1, -1, 1, 1, 1). The voxels at the outer faces are mirrored. Importing this module loads
numba: do so inside functions.
"""

import math

from electrode_homog.compiled import compiled, inlined

_NARROW, _WIDE = 4 * 8 * 8, 9 * 18 * 18  # sums of the weights, along one axis a difference
_FULL = 18**3
_FIELD = 21
_SHIFT = 64 - _FIELD


@inlined
def _mean(a, b, c, d, e, f):
    return (b + e) + 3 * (c + d), (a + f) + 3 * (b + e) + 5 * (c + d)


@inlined
def _difference(a, b, c, d, e, f):
    inner = (d + e) - (b + c)
    return inner, inner + (f - a)


@inlined
def _mirrored(i, n):
    """A place outside 0 <= i < n by up to three voxels, mirrored at the outer face; clamped in a thinner image."""
    i = -1 - i if i < 0 else i
    i = 2 * n - 1 - i if i >= n else i
    return max(0, min(i, n - 1))


@compiled
def _smooth_along_z(labels, table, left, padded, out):
    """Four numbers at the corners of a row of voxels from `left` on: means and differences, narrow and wide."""
    n, corners = labels.size, out.shape[1]
    first, last = max(left - 3, 0), min(left + corners + 2, n)
    for k in range(left - 3, first):
        padded[k - left + 3] = table[labels[_mirrored(k, n)]]
    for k in range(first, last):
        padded[k - left + 3] = table[labels[k]]
    for k in range(last, left + corners + 2):
        padded[k - left + 3] = table[labels[_mirrored(k, n)]]
    for k in range(corners):
        a, b, c, d, e, f = padded[k], padded[k + 1], padded[k + 2], padded[k + 3], padded[k + 4], padded[k + 5]
        out[0, k], out[1, k] = _mean(a, b, c, d, e, f)
        out[2, k], out[3, k] = _difference(a, b, c, d, e, f)


@compiled
def _smooth_along_y(rows, r, out):
    """Six numbers at each corner: mean of mean, difference of mean, mean of difference, narrow and wide."""
    for k in range(out.shape[1]):
        a, b, c, d, e, f = rows[r, 0, k], rows[r + 1, 0, k], rows[r + 2, 0, k], rows[r + 3, 0, k], rows[r + 4, 0, k], 0
        out[0, k] = _mean(a, b, c, d, e, f)[0]
        out[1, k] = _difference(a, b, c, d, e, f)[0]
        a, b, c, d, e = rows[r, 1, k], rows[r + 1, 1, k], rows[r + 2, 1, k], rows[r + 3, 1, k], rows[r + 4, 1, k]
        f = rows[r + 5, 1, k]
        out[3, k] = _mean(a, b, c, d, e, f)[1]
        out[4, k] = _difference(a, b, c, d, e, f)[1]
        out[2, k] = _mean(0, rows[r + 1, 2, k], rows[r + 2, 2, k], rows[r + 3, 2, k], rows[r + 4, 2, k], 0)[0]
        a, b, c, d, e = rows[r, 3, k], rows[r + 1, 3, k], rows[r + 2, 3, k], rows[r + 3, 3, k], rows[r + 4, 3, k]
        out[5, k] = _mean(a, b, c, d, e, rows[r + 5, 3, k])[1]


@compiled
def _unpacked(packed):
    first = (packed << _SHIFT) >> _SHIFT
    rest = (packed - first) >> _FIELD
    second = (rest << _SHIFT) >> _SHIFT
    return first, second, (rest - second) >> _FIELD


@compiled
def _share_of_third(packed):
    """Of what is neither of the two phases around a corner, the share that is the third."""
    first, second, others = _unpacked(packed)
    third = _FULL - first - second - others
    return third / (third + others) if third > 0 else 0.0


@compiled
def _cross(x, y, z, unit):
    """|grad 1 x grad 2| of three packed differences; `unit` (3,) is the area of a face over the voxel's volume."""
    (ax, bx, _), (ay, by, _), (az, bz, _) = _unpacked(x), _unpacked(y), _unpacked(z)
    p, q, s = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    if p == 0 and q == 0 and s == 0:
        return 0.0
    p, q, s = p * unit[1] * unit[2], q * unit[2] * unit[0], s * unit[0] * unit[1]
    return math.sqrt(p * p + q * q + s * s)


@compiled
def sum_lengths(first, last, begin, labels, nx, table, top, rows, left, unit, work, totals):
    """Add 2 (3 J2 - 2 J3), J = |grad s1 x grad s2| at half-widths 2 and 3, over corner planes [first, last), to totals.

    `labels` holds the voxel planes of an image of nx from `begin` on, as far as there are any in 3 planes around; a
    corner on an outer face counts half. Corner rows [top, top + rows) are done, of them as many corners from `left`
    on as `work` holds. `table` is 1 and 2**21 for two phases, 0 for the third, 2**42 for all others; `unit` (3,) is one
    over the voxel size.
    """
    padded, lines, planes = work
    ny, nz, corners = labels.shape[1], labels.shape[2], planes.shape[3]
    for plane in range(first - 3, last + 2):
        source, kept = labels[_mirrored(plane, nx) - begin], planes[(plane + 6) % 6]
        for r in range(rows + 5):
            _smooth_along_z(source[_mirrored(top + r - 3, ny)], table, left, padded, lines[r])
        for r in range(rows):
            _smooth_along_y(lines, r, kept[r])
        i = plane - 2  # the corner between the third and the fourth of the last six planes
        if i < first:
            continue
        a, b, c = planes[(i + 3) % 6], planes[(i + 4) % 6], planes[(i + 5) % 6]
        d, e, f = planes[i % 6], planes[(i + 1) % 6], planes[(i + 2) % 6]
        for r in range(rows):
            share = 1 / ((1 + (i == 0 or i == nx)) * (1 + (top + r == 0 or top + r == ny)))
            for k in range(corners):
                x = _difference(a[r, 3, k], b[r, 3, k], c[r, 3, k], d[r, 3, k], e[r, 3, k], f[r, 3, k])[1]
                y = _mean(a[r, 4, k], b[r, 4, k], c[r, 4, k], d[r, 4, k], e[r, 4, k], f[r, 4, k])[1]
                z = _mean(a[r, 5, k], b[r, 5, k], c[r, 5, k], d[r, 5, k], e[r, 5, k], f[r, 5, k])[1]
                if x == 0 and y == 0 and z == 0:
                    continue
                wide = _cross(x, y, z, unit)
                x = _difference(0, b[r, 0, k], c[r, 0, k], d[r, 0, k], e[r, 0, k], 0)[0]
                y = _mean(0, b[r, 1, k], c[r, 1, k], d[r, 1, k], e[r, 1, k], 0)[0]
                z = _mean(0, b[r, 2, k], c[r, 2, k], d[r, 2, k], e[r, 2, k], 0)[0]
                narrow = _cross(x, y, z, unit)
                x = _mean(a[r, 3, k], b[r, 3, k], c[r, 3, k], d[r, 3, k], e[r, 3, k], f[r, 3, k])[1]
                half = share * (0.5 if left + k == 0 or left + k == nz else 1.0) * _share_of_third(x)
                totals[i - first] += half * (6 * narrow / _NARROW**2 - 4 * wide / _WIDE**2)
