"""Compiled loops that divide a phase into particles: uphill to the peaks, the passes between them, what each contains.

`height` is the distance map with one voxel of 0 around it, 0 outside the phase; voxels are counted through that padded
array, which is handed in flat, and `plane` is the size of one of its planes. All 26 neighbours count. `up` leads from a
voxel to a higher one, from a peak to itself, from outside to 0; in the end it is minus the number of the peak, from 1
on. Importing this module loads numba: do so inside functions.
"""

import numpy as np

from electrode_homog.compiled import compiled
from electrode_homog.microstructure.run_kernels import root_of


@compiled
def climb(first, last, height, shape, strides, inverse_lengths, slope, way, up):
    """Let each voxel point to the neighbour in the steepest direction upwards, for planes [first, last) of the image.

    `strides` (26,) are the neighbours in the order of memory, `inverse_lengths` those of the steps. Of equal slopes
    the last counts, of level ones only those that come after the voxel: so there is no way round in a circle.
    Scratch: `slope`, `way` (nz,).
    """
    _, ny, nz = shape
    for i in range(first + 1, last + 1):
        for j in range(1, ny + 1):
            begin = (i * (ny + 2) + j) * (nz + 2) + 1
            here = height[begin : begin + nz]
            for k in range(nz):
                slope[k] = 0
                way[k] = 0
            for neighbour in range(strides.size):
                stride = strides[neighbour]
                there, inverse = height[begin + stride : begin + stride + nz], inverse_lengths[neighbour]
                least = np.float32(0) if stride > 0 else np.float32(1e-30)
                for k in range(nz):
                    rise = (there[k] - here[k]) * inverse
                    steeper = rise >= max(slope[k], least)
                    slope[k] = rise if steeper else slope[k]
                    way[k] = np.int32(stride) if steeper else way[k]
            for k in range(nz):
                up[begin + k] = begin + k + way[k] if here[k] > 0 else 0


@compiled
def count_peaks(first, last, plane, up):
    """How many voxels of the slab point to themselves; all others are led on to their peak."""
    count = 0
    for voxel in range((first + 1) * plane, (last + 1) * plane):
        peak = up[voxel]
        if peak == 0:
            continue
        count += peak == voxel
        while up[peak] != peak:
            peak = up[peak]
        up[voxel] = peak  # other threads may pass here: before and after, it leads to the same peak
    return count


@compiled
def number_peaks(up, height, peaks):
    """Number the peaks in the order of memory, from 1; note their heights in `peaks` (count,)."""
    count = 0
    for voxel in range(1, up.size):
        if up[voxel] == voxel:
            peaks[count] = height[voxel]
            count += 1
            up[voxel] = -count


@compiled
def spread_numbers(first, last, plane, up):
    """Give each voxel of the slab the number of its peak."""
    for voxel in range((first + 1) * plane, (last + 1) * plane):
        if up[voxel] > 0:
            up[voxel] = up[up[voxel]]


@compiled
def find_passes(first, last, plane, height, up, strides, peaks, neck_ratio, lower, upper, level):
    """Pairs of neighbours that belong to two peaks, and may join them; how many. As many as fit are noted.

    `strides` (13,) are the neighbours behind a voxel. The level of a pass is the lesser height of the two. Passes
    too low to ever be used are left out, and so are most repetitions.
    """
    count = 0
    for voxel in range((first + 1) * plane, (last + 1) * plane):
        number = -up[voxel]
        if number == 0:
            continue
        for stride in strides:
            other = -up[voxel + stride]
            if other == number or other == 0:
                continue
            here = min(height[voxel], height[voxel + stride])
            if here < neck_ratio * min(peaks[number - 1], peaks[other - 1]):
                continue
            if count < level.size:
                lower[count], upper[count], level[count] = min(number, other) - 1, max(number, other) - 1, here
            count += 1
    return count


@compiled
def merge_peaks(order, lower, upper, level, neck_ratio, peaks, parent):
    """Unite peaks over the passes in the given order, wherever a pass is high against the lesser peak.

    The root of a united peak is its highest, the first of equals.
    """
    for place in order:
        a, b = root_of(parent, lower[place]), root_of(parent, upper[place])
        if a == b:
            continue
        if peaks[b] > peaks[a] or (peaks[b] == peaks[a] and b < a):
            a, b = b, a
        if level[place] >= neck_ratio * peaks[b]:
            parent[b] = a
    for peak in range(parent.size):
        parent[peak] = root_of(parent, peak)


@compiled
def label_planes(first, last, up, particle, labels):
    """labels (nx, ny, nz) from the numbers of peaks; `particle` (peaks + 1,) is 0 for 0."""
    for i in range(first, last):
        for j in range(labels.shape[1]):
            numbers, row = up[i + 1, j + 1], labels[i, j]
            for k in range(row.size):
                row[k] = particle[-numbers[k + 1]]


@compiled
def measure_particles(labels, lowest, highest, sums):
    """Boxes (count, 3), and sums (count, 10) over the voxels of each particle: 1, x, y, z, xx, yy, zz, xy, xz, yz."""
    nx, ny, nz = labels.shape
    for i in range(nx):
        for j in range(ny):
            row = labels[i, j]
            start = 0
            while start < nz:
                stop = start + 1
                while stop < nz and row[stop] == row[start]:
                    stop += 1
                particle = row[start] - 1
                if particle >= 0:
                    box_low, box_high, total = lowest[particle], highest[particle], sums[particle]
                    box_low[0], box_high[0] = min(box_low[0], i), max(box_high[0], i + 1)
                    box_low[1], box_high[1] = min(box_low[1], j), max(box_high[1], j + 1)
                    box_low[2], box_high[2] = min(box_low[2], start), max(box_high[2], stop)
                    n = stop - start
                    z = n * (start + stop - 1) // 2
                    zz = ((stop - 1) * stop * (2 * stop - 1) - (start - 1) * start * (2 * start - 1)) // 6
                    total[0] += n
                    total[1] += n * i
                    total[2] += n * j
                    total[3] += z
                    total[4] += n * i * i
                    total[5] += n * j * j
                    total[6] += zz
                    total[7] += n * i * j
                    total[8] += z * i
                    total[9] += z * j
                start = stop
