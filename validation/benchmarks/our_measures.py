"""Measure one image with electrode_homog and print one line of JSON: the counterpart of `peer_measures.py`.

    python our_measures.py area image.npy

Clock and memory are those of the one call, after a small image has loaded libraries and compiled code; those of
`survey` include reading the file. Areas are those between label 1 and the others, in units of the voxel edge.
"""

import importlib.metadata
import sys
from pathlib import Path

import numpy as np
from measurement import Measurement, keep_to_cores, print_line

import electrode_homog as eh

PACKAGES = ("electrode-homog", "numpy", "numba")
THREADS = 2


def named(labels: np.ndarray) -> eh.Microstructure:
    """Phases called by their labels."""
    return eh.Microstructure(eh.VoxelImage(labels, 1.0), {str(label): int(label) for label in np.unique(labels)})


def area(medium: eh.Microstructure) -> float:
    return sum(found.area_m2 for found in eh.interfaces(medium) if "1" in found.phases)


def triple_line(medium: eh.Microstructure) -> float:
    return sum(found.length_m for found in eh.triple_lines(medium))


def two_point(medium: eh.Microstructure) -> list[list[float]]:
    found = eh.two_point(medium, "1")
    return [found.lags_m[0].tolist(), np.mean(list(found.probability), axis=0).tolist()]


def local_thickness(medium: eh.Microstructure) -> float:
    return next(found.median_m for found in eh.local_thickness(medium) if found.phase == "1")


def describe(medium: eh.Microstructure) -> int:
    return len(eh.describe(medium).phases)


MEASURES = {
    "area": area,
    "triple_line": triple_line,
    "two_point": two_point,
    "local_thickness": local_thickness,
    "describe": describe,
}


def survey(path: Path) -> list[float]:
    image = eh.read_image(path, voxel_size_m=4e-7)
    found = eh.survey(eh.Microstructure(image, {"pore": 0, "active": 1, "binder": 2}))
    return [found.phases[0].volume_fraction, *found.phases[0].connected_fraction, found.phases[0].area_per_m]


def main() -> None:
    name, path = sys.argv[1], Path(sys.argv[2])
    keep_to_cores(THREADS)
    small = np.random.default_rng(0).integers(0, 3, (24, 24, 24)).astype(np.uint8)
    if name == "survey":
        eh.survey(named(small))
        with Measurement() as measured:
            value = survey(path)
        shape = np.load(path, mmap_mode="r").shape
    else:
        medium, shape = named(np.load(path)), np.load(path, mmap_mode="r").shape
        MEASURES[name](named(small))
        with Measurement() as measured:
            value = MEASURES[name](medium)
    packages = {package: importlib.metadata.version(package) for package in PACKAGES}
    print_line({"measure": name, "shape": shape, "value": value, "packages": packages, **measured.record()})


if __name__ == "__main__":
    main()
