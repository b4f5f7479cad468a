"""Compiled loops of the distance map: along rows by counting, across rows by the least of shifted rows.

`cost` is the square of 0, 1, 2, ... steps along an axis, with infinity behind the last one. Squared distances are
float32. Importing this module loads numba: do so inside functions.
"""

import numpy as np

from electrode_homog.compiled import compiled

CHUNK = 64  # voxels along z that stop searching together


@compiled
def along_rows(numbers, cost, squared):
    """Squared distance along the rows of a plane to the nearest voxel of another number; both (rows, nz)."""
    n = numbers.shape[1]
    for j in range(numbers.shape[0]):
        row, target = numbers[j], squared[j]
        steps = n
        for k in range(n):
            if k > 0 and row[k] != row[k - 1]:
                steps = 0
            steps = min(steps + 1, n)
            target[k] = cost[steps]
        steps = n
        for k in range(n - 1, -1, -1):
            if k < n - 1 and row[k] != row[k + 1]:
                steps = 0
            steps = min(steps + 1, n)
            target[k] = min(target[k], cost[steps])


@compiled
def across_rows(numbers, squared, cost, nearest):
    """Least of squared[i'] + cost[|i - i'|] over the rows i', 0 + cost where row i' has another number there.

    The search goes outwards, and ends where the cost alone exceeds all that a chunk of the row has found.
    """
    n, nz = squared.shape
    for i in range(n):
        for low in range(0, nz, CHUNK):
            high = min(low + CHUNK, nz)
            found, mine, start = nearest[i, low:high], numbers[i, low:high], squared[i, low:high]
            for k in range(found.size):
                found[k] = start[k]
            farthest = np.float32(np.inf)
            for step in range(1, max(i + 1, n - i)):
                added = cost[step]
                if added >= farthest:
                    break
                for side in range(2):
                    other = i - step if side == 0 else i + step
                    if 0 <= other < n:
                        there, theirs = squared[other, low:high], numbers[other, low:high]
                        for k in range(found.size):
                            value = (there[k] if theirs[k] == mine[k] else np.float32(0)) + added
                            found[k] = value if value < found[k] else found[k]
                if step % 2 == 0:
                    farthest = np.float32(0)
                    for k in range(found.size):
                        farthest = found[k] if found[k] > farthest else farthest
