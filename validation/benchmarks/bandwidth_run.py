"""How near the passes over the voxels come to the memory bandwidth; one process, one line of JSON.

Bytes are those that must move: each array of a pass once in, once out, whatever the caches do. Bandwidth is that of
a += s b over arrays of the same size, shared by the same threads, counted alike (12 bytes per element). Times are
the least of several, in turn.
"""

import argparse
import json
import time

import numpy as np

import electrode_homog as eh
from electrode_homog.compiled import Team, compiled, slabs
from electrode_homog.homogenization.problem import Problem
from electrode_homog.homogenization.voxel_multigrid import VoxelMultigrid
from electrode_homog.homogenization.voxel_operator import Vectors, VoxelOperator


@compiled
def triad(start, stop, a, b, c):
    """a = b + c / 2."""
    x, y, z = a[start:stop], b[start:stop], c[start:stop]
    for k in range(x.size):
        x[k] = y[k] + np.float32(0.5) * z[k]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edge", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    coarse = np.random.default_rng(3).random((options.edge // 10,) * 3) < 0.5
    labels = np.kron(coarse, np.ones((10, 10, 10), dtype=bool)).astype(np.uint8)
    electrode = eh.Microstructure(eh.VoxelImage(labels, 1.0), {"solid": 0, "pore": 1})
    problem = Problem(electrode, {"pore": 1.0}, eh.Boundary.INSULATED_SIDES, 1e-3, 100)
    with Team() as team:
        operator = VoxelOperator(problem.medium, problem.parts, problem.carrying.keep[0], (True, False, False),
                                 (False, False, False), np.float32, team, Vectors())  # fmt: skip
        print(json.dumps(_measured(operator, VoxelMultigrid(operator), options.rounds)))


def _measured(operator: VoxelOperator, inverse: VoxelMultigrid, rounds: int) -> dict:
    x, r, p = operator.vector(), operator.vector(), operator.vector()
    operator.balance(x, np.array([1.0, 0.0, 0.0]), r)
    inverse.measure(r)
    n, spare = operator.layout.size, operator.vector()
    passes = {  # what runs, and bytes per place: four of a vector, one of the degree
        "triad": (lambda: operator.team.run(triad, slabs(n, 8), spare, x, p), 12),
        "down": (lambda: inverse._down(r), 5),
        "up": (lambda: inverse._up(r, p, 0.5), 4 + 8 + 1),
        "step": (lambda: operator.step(x, r, p, 1e-3), 4 + 8 + 8 + 1),
    }
    seconds = {name: [] for name in passes}
    for _ in range(rounds + 1):
        for name, (run, _bytes) in passes.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    rates = {name: bytes_each * n / min(seconds[name][1:]) for name, (_, bytes_each) in passes.items()}
    own = [name for name in passes if name != "triad"]
    together = sum(passes[name][1] for name in own) * n / sum(min(seconds[name][1:]) for name in own)
    return {
        "places": n,
        "bytes_per_second": rates,
        "fraction": {name: rates[name] / rates["triad"] for name in own},
        "fraction_of_an_iteration": together / rates["triad"],
    }


if __name__ == "__main__":
    main()
