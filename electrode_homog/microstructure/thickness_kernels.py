"""Compiled loops that paint balls of similar size: the voxels where |q - p|**2 < radius(p)**2 for some centre p.

The left side less the right is the power of q in the ball; its least over all balls is found axis by axis, and only
where it is negative. `cost` is the square of 0, 1, 2, ... steps along an axis, `least` a lower bound of a row, 0 where
no ball comes: such rows are neither written nor read. Importing this module loads numba: do so inside functions.
"""

import numpy as np

from electrode_homog.compiled import compiled


@compiled
def along_rows(squared, low, high, cost, reach, rows, least):
    """Least power along the rows of a plane of the balls with low <= squared radius < high and their centre there.

    Returns the number of the balls and the sum of their radii. Those inside the ball of a neighbour are left out.
    """
    n = squared.shape[1]
    step_length = np.sqrt(cost[1]) * np.float32(0.9999)  # infinite for a single voxel
    count, total = 0, 0.0
    for j in range(squared.shape[0]):
        radii, row = squared[j], rows[j]
        found = 0
        for k in range(n):
            found += radii[k] >= low and radii[k] < high
        count += found
        least[j] = 0
        if found == 0:
            continue
        for k in range(n):
            row[k] = 0
        for k in range(n):
            radius = radii[k]
            if radius >= low and radius < high:
                total += np.sqrt(radius)
                larger = (np.sqrt(radius) + step_length) ** 2  # around a neighbour, such a ball contains this one
                if max(radii[max(k - 1, 0)], radii[min(k + 1, n - 1)]) >= larger:
                    continue
                least[j] = min(least[j], -radius)
                for step in range(max(-reach, -k), min(reach + 1, n - k)):
                    power = cost[abs(step)] - radius
                    row[k + step] = power if power < row[k + step] else row[k + step]
    return count, total


@compiled
def across_rows(rows, least, cost, reach, powers, powers_least):
    """Least of rows[i'] + cost[|i - i'|] over the rows i', for each row i."""
    n = rows.shape[0]
    for i in range(n):
        target = powers[i]
        bound = np.float32(0)
        for step in range(-reach, reach + 1):
            other, added = i + step, cost[abs(step)]
            if 0 <= other < n and least[other] + added < 0:
                there = rows[other]
                if bound == 0:
                    for k in range(target.size):
                        target[k] = there[k] + added
                else:
                    for k in range(target.size):
                        power = there[k] + added
                        target[k] = power if power < target[k] else target[k]
                bound = min(bound, least[other] + added)
        powers_least[i] = bound


@compiled
def mark(powers, least, level, levels):
    """Write `level` where the power is negative."""
    for i in range(powers.shape[0]):
        if least[i] < 0:
            row, target = powers[i], levels[i]
            for k in range(row.size):
                target[k] = level if row[k] < 0 else target[k]
