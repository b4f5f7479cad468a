"""How long and how large the measures of an image are, and who is right: beside TauFactor and PoreSpy.

    python validation/benchmarks/morphology.py                       # every row that can be run here
    python validation/benchmarks/morphology.py describe              # some
    python validation/benchmarks/morphology.py --peers-python PATH   # with TauFactor and PoreSpy
    python validation/benchmarks/morphology.py --table               # the table of the last runs, nothing run

Every figure is from a new process (`our_measures.py`, `peer_measures.py`), two threads each, the clock that of the call
alone. Rows are kept in `records/morphology.json` of the validation. Bars on seconds are for two cores of a server.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import processes  # first: it puts the folder of `outcome` on the path
from exact_geometry import free_area_m2, triple_line_m
from outcome import Outcome, at_most
from processes import ELECTRODE, Line, Settings
from record import Measured, entry, table

import electrode_homog as eh
from electrode_homog.output import write_whole

HERE = Path(__file__).parent
RECORD = HERE.parent / "records" / "morphology.json"
AREAS = ("taufactor-face_counting", "taufactor-gradient", "taufactor-marching_cubes", "porespy-area")


def describe(settings: Settings) -> Measured:
    """All measures of two electrodes of 256^3 voxels: one that is published, one that is made here."""
    rows, runs = [], []
    published = eh.read_image(ELECTRODE.path(), voxel_size_m=390.625e-9).labels // 85
    made = eh.generate_electrode(seed=1, shape=(256, 256, 256)).labels
    for name, labels in (("published electrode", published), ("generated electrode", made)):
        rounds = [_ours("describe", labels) for _ in range(settings.rounds)]
        seconds, memory = _seconds(rounds), max(line["peak_bytes"] for line in rounds) / 1e9
        rows.append(at_most(f"describe, {name}, 256^3, three phases", "-", seconds, 20, "s"))
        rows.append(at_most(f"describe, {name}, peak memory of the process", "-", memory, 2, "GB"))
        runs += rounds
    return Measured(rows, runs)


def survey(settings: Settings) -> Measured:
    """Reading, fractions, connection, areas and triple lines of 1000^3 voxels, a file of 1 GB that is mapped."""
    labels = eh.generate_electrode(seed=1, shape=(256, 256, 256), periodic=True).labels
    place = np.arange(1000) % 256
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.npy"
        big = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(1000, 1000, 1000))
        for i, j in enumerate(place):
            big[i] = labels[j][np.ix_(place, place)]
        big.flush()
        del big
        line = processes.run([sys.executable, str(HERE / "our_measures.py"), "survey", str(path)])
    rows = [
        at_most("fractions, connection, areas, triple lines of 1000^3, with reading", "-", line["seconds"], 90, "s"),
        at_most("the same, peak memory with the pages of the mapped file", "-", line["peak_bytes"] / 1e9, 4, "GB"),
    ]
    return Measured(rows, [line])


def generate(settings: Settings) -> Measured:
    """A realistic electrode of three phases."""
    eh.generate_electrode(seed=0, shape=(32, 32, 32), mean_radius_m=2e-6)
    seconds = []
    for seed in range(settings.rounds):
        start = time.perf_counter()
        eh.generate_electrode(seed=seed, shape=(256, 256, 256))
        seconds.append(time.perf_counter() - start)
    claim = "generating an electrode, 256^3, three phases"
    return Measured([at_most(claim, "-", statistics.median(seconds), 20, "s")], [])


def areas(settings: Settings) -> Measured:
    """Area of the same images by five estimators."""
    rows, runs = [], []
    for name, labels, exact in _surfaces():
        ours = _ours("area", labels)
        theirs = {tool: _theirs(settings, tool, labels) for tool in AREAS}
        parts = [f"ours {ours['value'] / exact - 1:+.2%} in {ours['seconds']:.2g} s"]
        for tool, line in theirs.items():
            parts.append(f"{tool} {line['value'] / exact - 1:+.2%} in {line['seconds']:.2g} s")
        error = abs(ours["value"] / exact - 1)
        rows.append(Outcome(f"area, {name}", "exact", "ours <= 1.5 %", "; ".join(parts), error <= 0.015))
        runs += [ours, *theirs.values()]
    return Measured(rows, runs)


def _surfaces() -> list[tuple[str, np.ndarray, float]]:
    """Images of 0 and 1 whose surfaces stay clear of the border, or are cut as all tools cut them."""
    found = []
    for radius in (10, 20):
        x, y, z = np.meshgrid(*[np.arange(64) - 31.3] * 3, indexing="ij", sparse=True)
        ball = (x**2 + y**2 + z**2 < radius**2).astype(np.uint8)
        found.append((f"ball, R = {radius}", ball, 4 * np.pi * radius**2))
    x, y, z = np.meshgrid(*[np.arange(100) - 49.5] * 3, indexing="ij", sparse=True)
    tilted = (np.abs((x + y + z) / np.sqrt(3)) < 20) & (x**2 + y**2 + z**2 < 45**2)
    caps = 2 * np.pi * (45**2 - 20**2) + 2 * np.pi * 45 * 40
    found.append(("slice of a ball along its diagonal", tilted.astype(np.uint8), caps))
    edge = 200
    spheres = eh.overlapping_spheres(seed=0, box_m=(edge,) * 3, porosity=0.5, mean_radius_m=10.0)
    exact = free_area_m2(spheres, np.random.default_rng(0))
    found.append(("overlapping spheres, R = 10, void 0.5", spheres.voxelised((edge,) * 3).labels, exact))
    return found


def triple_line(settings: Settings) -> Measured:
    """Triple line of two Boolean models by ours and by TauFactor's count of edges."""
    edge = 160
    first, second = (
        eh.overlapping_spheres(seed=seed, box_m=(edge,) * 3, porosity=0.7, mean_radius_m=12.0) for seed in (0, 1)
    )
    one, two = (spheres.voxelised((edge,) * 3).labels for spheres in (first, second))
    labels = np.where(one == 1, 1, 2 * two).astype(np.uint8)
    exact = triple_line_m(first, second, np.random.default_rng(0))
    ours, theirs = _ours("triple_line", labels), _theirs(settings, "taufactor-triple_line", labels)
    error = ours["value"] / exact - 1
    text = f"ours {error:+.2%} in {ours['seconds']:.2g} s; "
    text += f"TauFactor {theirs['value'] / exact - 1:+.1%} in {theirs['seconds']:.2g} s"
    claim = "triple line of two Boolean models, R = 12, 160^3"
    return Measured([Outcome(claim, "exact", "ours <= 5 %", text, abs(error) <= 0.05)], [ours, theirs])


def two_point(settings: Settings) -> Measured:
    """Two-point function of overlapping spheres, worst lag up to 3 R: PoreSpy's is a mean over all directions."""
    edge, radius, porosity = 200, 8.0, 0.5
    spheres = eh.overlapping_spheres(seed=1, box_m=(edge,) * 3, porosity=porosity, mean_radius_m=radius, periodic=True)
    labels = 1 - spheres.voxelised((edge,) * 3).labels
    model, realised = eh.BooleanModel(porosity, radius), float(labels.mean())
    runs, parts, errors = [], [], []
    lines = {"ours": _ours("two_point", labels), "PoreSpy": _theirs(settings, "porespy-two_point", labels)}
    for name, line in lines.items():
        lags, values = (np.array(part) for part in line["value"])
        kept = lags <= 3 * radius
        errors.append(float(np.abs(values[kept] / realised - model.void_two_point(lags[kept]) / porosity).max()))
        parts.append(f"{name} {errors[-1]:.2%} of the fraction in {line['seconds']:.2g} s")
        runs.append({key: value for key, value in line.items() if key != "value"})
    claim = f"two-point function of overlapping spheres, R = {radius:g}, one image of {edge}^3, mean over x, y, z"
    return Measured([Outcome(claim, "closed form", "ours <= theirs", "; ".join(parts), errors[0] <= errors[1])], runs)


def thickness(settings: Settings) -> Measured:
    """Local thickness of equal balls that do not touch: 2 R everywhere."""
    rows, runs = [], []
    for radius in (8.4, 16.7):
        edge = int(6 * radius)
        fraction = 4 / 3 * np.pi * radius**3 / (edge / 2) ** 3
        cubic = eh.SphereLattice.SIMPLE_CUBIC
        balls = eh.sphere_lattice(cubic, fraction=fraction, edge_m=edge / 2, cells=(2, 2, 2))
        labels = balls.voxelised((edge,) * 3).labels
        ours, theirs = _ours("local_thickness", labels), _theirs(settings, "porespy-local_thickness", labels)
        mine, other = ours["value"] - 2 * radius, theirs["value"] - 2 * radius
        text = f"ours {mine:+.2f} voxels in {ours['seconds']:.2g} s; PoreSpy {other:+.2f} in {theirs['seconds']:.2g} s"
        claim = f"local thickness (median) of balls of {2 * radius:g} voxels"
        rows.append(Outcome(claim, "2 R", "ours nearer than theirs", text, abs(mine) < abs(other)))
        runs += [ours, theirs]
    labels = np.asarray(eh.read_image(ELECTRODE.path(), voxel_size_m=390.625e-9).labels // 85 == 0).astype(np.uint8)
    ours, theirs = _ours("local_thickness", labels), _theirs(settings, "porespy-local_thickness", labels)
    text = f"ours {ours['value']:.3g} voxels in {ours['seconds']:.3g} s (both phases); "
    text += f"PoreSpy {theirs['value']:.3g} in {theirs['seconds']:.3g} s; no exact value"
    rows.append(Outcome("local thickness of the pores of a published electrode, 256^3", "-", "-", text, True))
    return Measured(rows, [*runs, ours, theirs])


def _ours(measure: str, labels: np.ndarray) -> Line:
    return _on_file([sys.executable, str(HERE / "our_measures.py"), measure], labels)


def _theirs(settings: Settings, measure: str, labels: np.ndarray) -> Line:
    return _on_file([settings.python_of_peers(), str(HERE / "peer_measures.py"), measure], labels)


def _on_file(command: list[str], labels: np.ndarray) -> Line:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.npy"
        np.save(path, np.ascontiguousarray(labels))
        return processes.run([*command, str(path)])


def _seconds(lines: list[Line]) -> float:
    return statistics.median(line["seconds"] for line in lines)


CLAIMS: dict[str, Callable[[Settings], Measured]] = {
    function.__name__: function for function in (describe, survey, generate, areas, triple_line, two_point, thickness)
}


def main() -> int:
    """Run the claims that were asked for; returns how many rows failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claims", nargs="*", metavar="CLAIM", help=f"of {', '.join(CLAIMS)}; all by default")
    parser.add_argument("--peers-python", default=os.environ.get("ELECTRODE_HOMOG_PEERS"))
    parser.add_argument("--rounds", type=int, default=3, help="of each timing")
    parser.add_argument("--table", action="store_true", help="print the table of the record")
    options = parser.parse_args()
    if unknown := sorted(set(options.claims) - set(CLAIMS)):
        parser.error(f"no claim {', '.join(unknown)}; the claims are {', '.join(CLAIMS)}")
    names = [] if options.table else options.claims or list(CLAIMS)
    settings = Settings(tuple(names), options.rounds, 2, None, options.peers_python)
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        record[name] = entry(name, CLAIMS[name], settings, record.get(name))
        write_whole(RECORD, json.dumps(record, indent=1) + "\n", overwrite=True)
    print(table({name: record[name] for name in CLAIMS if name in record}))
    return sum(row["passed"] is False for name in names for row in record[name]["outcomes"])


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
