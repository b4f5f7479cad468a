"""Measure one image with TauFactor or PoreSpy and print one line of JSON; for the peers' own Python.

    peers-python peer_measures.py taufactor-gradient image.npy

The image holds the labels 0, 1 (and 2); areas are those of label 1, in units of the voxel edge. TauFactor counts faces
(`face_counting`), sums the gradient of a smoothed mask (`gradient`, its default) or meshes it (`marching_cubes`);
PoreSpy meshes a smoothed region (`region_surface_areas`). Its mesh closes the region at the outer faces of the image;
those faces are taken off again, since nobody else counts them. Two-point functions are those of label 1.
"""

import contextlib
import importlib.metadata
import json
import sys
from pathlib import Path

import numpy as np
from measurement import Measurement, keep_to_cores

PACKAGES = {"taufactor": ("taufactor", "torch"), "porespy": ("porespy", "scikit-image", "scipy")}
THREADS = 2


def taufactor_area(labels, method: str) -> float:
    from taufactor.metrics import specific_surface_area

    phases = {"one": 1}
    return specific_surface_area(labels, phases=phases, method=method, device="cpu")["one"] * labels.size


def taufactor_triple_line(labels) -> float:
    """Its share of the inner edges that touch three phases, as a length."""
    from taufactor.metrics import triple_phase_boundary

    x, y, z = labels.shape
    edges = z * (x - 1) * (y - 1) + x * (y - 1) * (z - 1) + y * (x - 1) * (z - 1)
    return float(triple_phase_boundary(labels.astype(np.int64))) * edges


def porespy_area(labels) -> float:
    import porespy

    found = float(porespy.metrics.region_surface_areas((labels == 1).astype(int))[0])
    return found - sum(np.count_nonzero(np.take(labels, side, axis) == 1) for axis in range(3) for side in (0, -1))


def porespy_two_point(labels) -> list[list[float]]:
    """At the distances it states; its `probability` is 1 at the least of them, so that the fraction is put back."""
    import porespy

    found = porespy.metrics.two_point_correlation(labels == 1)
    scale = float(np.mean(labels == 1)) / found.probability[0]
    return [list(map(float, found.distance)), [scale * float(value) for value in found.probability]]


def porespy_local_thickness(labels) -> float:
    """Its values are radii; the median over the voxels of label 1, as a diameter."""
    import porespy

    found = porespy.filters.local_thickness(labels == 1)
    return 2 * float(np.median(found[labels == 1]))


MEASURES = {
    "taufactor-face_counting": lambda labels: taufactor_area(labels, "face_counting"),
    "taufactor-gradient": lambda labels: taufactor_area(labels, "gradient"),
    "taufactor-marching_cubes": lambda labels: taufactor_area(labels, "marching_cubes"),
    "taufactor-triple_line": taufactor_triple_line,
    "porespy-area": porespy_area,
    "porespy-two_point": porespy_two_point,
    "porespy-local_thickness": porespy_local_thickness,
}


def main() -> None:
    name, path = sys.argv[1], Path(sys.argv[2])
    keep_to_cores(THREADS)
    measure = MEASURES[name]
    labels = np.load(path)
    with contextlib.redirect_stdout(sys.stderr):  # both libraries print
        small = np.zeros((24, 24, 24), dtype=labels.dtype)  # first use loads code
        small[6:18, 6:18, 6:14], small[6:18, 6:18, 14:18] = 1, labels.max()
        measure(small)
        with Measurement() as measured:
            value = measure(labels)
    versions = {package: importlib.metadata.version(package) for package in PACKAGES[name.split("-")[0]]}
    print(json.dumps({"measure": name, "value": value, "packages": versions, **measured.record()}), flush=True)


if __name__ == "__main__":
    main()
