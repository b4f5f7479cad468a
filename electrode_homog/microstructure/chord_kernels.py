"""Compiled walks along the rows of an image in all three directions at once, that count how long each phase lasts.

counts[whole, phase, voxels] is the number of runs of `voxels` voxels of a phase; `whole` is 0 for a run that touches
the border of the image, 1 for one that lies inside. Importing this module loads numba: do so inside functions.
"""

import numpy as np

from electrode_homog.compiled import compiled


@compiled
def count_within(first, last, numbers, begin, along_y, along_z):
    """Runs along y and z of the planes [first, last) of `numbers` (planes, ny, nz); scratch: `begin` (nz,)."""
    ny, nz = numbers.shape[1:]
    for i in range(first, last):
        for k in range(nz):
            begin[k] = 0
        for j in range(ny):
            here, start, phase = numbers[i, j], 0, numbers[i, j, 0]
            for k in range(nz):
                if here[k] != phase:
                    along_z[np.intp(start > 0), phase, k - start] += 1
                    start, phase = k, here[k]
            along_z[0, phase, nz - start] += 1
            before = numbers[i, max(j, 1) - 1]
            for k in range(nz):
                if here[k] != before[k]:
                    along_y[np.intp(begin[k] > 0), before[k], j - begin[k]] += 1
                    begin[k] = j
        for k in range(nz):
            along_y[0, numbers[i, ny - 1, k], ny - begin[k]] += 1


@compiled
def count_across(first, last, numbers, before, position, begin, along_x):
    """Runs along x of the rows [first, last) that end in `numbers` (planes, ny, nz), which begin at plane `position`.

    `before` (ny, nz) is the plane ahead of them, `begin` (ny, nz) where the run of each voxel there began; both are
    brought up to date.
    """
    planes, _, nz = numbers.shape
    for i in range(planes):
        for j in range(first, last):
            here, phase, start = numbers[i, j], before[j], begin[j]
            for k in range(nz):
                if here[k] != phase[k]:
                    along_x[np.intp(start[k] > 0), phase[k], position + i - start[k]] += 1
                    start[k], phase[k] = position + i, here[k]
