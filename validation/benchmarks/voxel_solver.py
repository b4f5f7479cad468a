"""How fast, small and even the cell-problem solver is, on real and published images, beside other tools.

    python validation/benchmarks/voxel_solver.py                     # every row that can be run here
    python validation/benchmarks/voxel_solver.py binder memory       # some
    python validation/benchmarks/voxel_solver.py --peers-python PATH # with TauFactor and PoreSpy, see peer_run.py
    python validation/benchmarks/voxel_solver.py --table             # the table of the last runs, nothing run

Every figure comes from a new process that solves once (`our_run.py`, `peer_run.py`); clocks and memory are those of
the call alone. Rows are kept in `records/voxel_solver.json` of the validation, with every run behind them; the
bars on seconds are for two cores of a server and 24 GiB. `--crop 64` rehearses on small images and keeps nothing.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import peers  # first: it puts the folder of `outcome` on the path
from outcome import Outcome, at_most
from processes import BENCHMARK, ELECTRODE, NREL, Line, NotRunError, Settings
from record import Measured, entry, table

from electrode_homog.machine import available_memory_bytes
from electrode_homog.output import write_whole

RECORD = Path(__file__).parents[1] / "records" / "voxel_solver.json"
BINDER_X = 206.47  # tortuosity factor, reference solution with the same 7-point finite volumes


def taufactor(settings: Settings) -> Measured:
    return _against(peers.TAUFACTOR, settings)


def porespy(settings: Settings) -> Measured:
    return _against(peers.PORESPY, settings)


def _against(peer: peers.Peer, settings: Settings) -> Measured:
    found = peers.compare(settings)[peer.tool]
    claim = f"pore of a 256^3 electrode along x, times faster than {peer.name} (CPU), both errors <= 0.1 %"
    reference = f"{peer.name}, median and range of {len(found.rounds)} alternating rounds"
    return Measured([Outcome(claim, reference, f">= {peer.bar:g}", found.measured, found.passed)], found.runs)


def benchmark_500(settings: Settings) -> Measured:
    """The published benchmark of Kench et al. (2023), 447 s for one direction on 32 cores, doi 10.21105/joss.05358."""
    rows, runs = [], []
    for axis, claim, bar_s in [
        (0, "500^3, 30 % conducts, one direction (x)", 6),
        ("all", "500^3, 30 % conducts, all three directions", 15),
    ]:
        rounds = [settings.ours(BENCHMARK, {"pore": 1.0}, axis=axis) for _ in range(settings.rounds)]
        rows.append(_seconds(claim, rounds, bar_s))
        runs += rounds
    return Measured(rows, runs)


def _seconds(claim: str, runs: Sequence[Line], bar_s: float) -> Outcome:
    seconds = [run["seconds"] for run in runs]
    error, iterations = max(run["relative_error"] for run in runs), max(run["iterations"] for run in runs)
    middle = statistics.median(seconds)
    measured = (
        f"{middle:.2f} s ({min(seconds):.2f} to {max(seconds):.2f}, {len(runs)} rounds), {iterations} iterations, "
        f"error <= {error:.0e}"
    )
    return Outcome(claim, "-", f"<= {bar_s:g} s", measured, middle <= bar_s)


def binder(settings: Settings) -> Measured:
    """The thin, hardly connected binder of a calendered NMC532 electrode, 10 % of 251 x 301 x 301."""
    rows, runs = [], []
    for axis, name in enumerate("xyz"):
        rounds = [settings.ours(NREL, {"binder": 1.0}, axis=axis) for _ in range(settings.rounds)]
        rows.append(_seconds(f"binder network of an electrode along {name}", rounds, 3))
        runs += rounds
    tau = runs[0]["conducting_fraction"] / runs[0]["value"]
    error = tau / BINDER_X - 1
    bar = f"{BINDER_X} within 0.1 %"
    claim = "binder network, tortuosity factor along x"
    rows.append(Outcome(claim, "7-point finite volumes", bar, f"{tau:.2f} ({error:+.1e})", abs(error) <= 1e-3))
    rows.append(at_most("binder network, iterations, worst axis", "-", max(run["iterations"] for run in runs), 40))
    return Measured(rows, runs)


def sizes(settings: Settings) -> Measured:
    """One geometry in growing samples: the 500^3 benchmark is periodic, so 512^3 repeats its first 12 layers."""
    edges = (64, 128, 256, 512) if settings.crop is None else (settings.crop // 2, settings.crop)
    runs = [settings.ours(BENCHMARK, {"pore": 1.0}, axis="all", side=edge) for edge in edges]
    counts = [run["iterations"] for run in runs]
    claim = f"iterations from {edges[0]}^3 to {edges[-1]}^3 of one geometry, worst axis"
    passed = max(counts) <= 16 and counts[-1] <= 1.3 * counts[0]  # 30 % over 8 times the edge counts as no growth
    measured = ", ".join(f"{edge}^3: {count}" for edge, count in zip(edges, counts, strict=True))
    return Measured([Outcome(claim, "-", "<= 16, last <= 1.3 first", measured, passed)], runs)


def contrast(settings: Settings) -> Measured:
    """Three phases, conductivities 1, 1e-3 and 1e-6 in three orders."""
    rows, runs = [], []
    for order in (("pore", "binder", "active"), ("active", "binder", "pore"), ("binder", "pore", "active")):
        run = settings.ours(ELECTRODE, dict(zip(order, (1.0, 1e-3, 1e-6), strict=True)))
        claim = f"iterations at contrast 1e6, three phases: {order[0]} 1, {order[1]} 1e-3, {order[2]} 1e-6"
        rows.append(at_most(claim, "-", run["iterations"], 30))
        runs.append(run)
    return Measured(rows, runs)


def memory(settings: Settings) -> Measured:
    """Peak of the resident memory of one direction less that with the image read, libraries and code loaded."""
    rows, runs = [], []
    for claim, image, conductivity, bar in [
        ("binary, 500^3", BENCHMARK, {"pore": 1.0}, 22),
        ("binary, pore of a 256^3 electrode", ELECTRODE, {"pore": 1.0}, 22),
        ("two of three phases conduct, 256^3", ELECTRODE, {"pore": 1.0, "binder": 0.05}, 32),
        ("three phases conduct, 256^3", ELECTRODE, {"pore": 1.0, "binder": 0.05, "active": 0.2}, 32),
    ]:
        run = settings.ours(image, conductivity)
        if run["bytes_beyond"] is None:
            raise NotRunError("this system does not tell the peak of a process's memory")
        each = run["bytes_beyond"] / run["voxels"]
        rows.append(at_most(f"memory beyond the image, {claim}", "-", each, bar, "bytes per voxel"))
        runs.append(run)
    return Measured(rows, runs)


def cube(settings: Settings) -> Measured:
    """The benchmark repeated to 960^3, 8.8e8 voxels of which 30 % conduct, one direction."""
    edge, needed = (960, 22e9) if settings.crop is None else (2 * settings.crop, 0)
    if available_memory_bytes() < needed:
        raise NotRunError(f"{available_memory_bytes() / 1e9:.0f} GB of memory are free, {needed / 1e9:.0f} are needed")
    run = settings.ours(BENCHMARK, {"pore": 1.0}, side=edge)
    measured = (
        f"{edge}^3 in {run['seconds']:.0f} s, {run['peak_bytes'] / 1e9:.1f} GB with the image "
        f"({run['bytes_beyond'] / run['voxels']:.1f} bytes per voxel beyond it), {run['iterations']} iterations; "
        f"forecast {run['forecast_bytes'] / 1e9:.1f} GB, {run['forecast_seconds']:.0f} s"
    )
    claim = "a cube that 24 GiB hold, binary, one direction"
    return Measured([Outcome(claim, "-", ">= 960^3", measured, edge >= 960)], [run])


def bandwidth(settings: Settings) -> Measured:
    """Bytes that the passes over the voxels must move, per second, over the bandwidth of a += b + c / 2."""
    edge = 400 if settings.crop is None else settings.crop
    runs = [settings.bandwidth(edge) for _ in range(settings.rounds)]
    rows = []
    for name, claim in [("step", "x += alpha p, r -= alpha K p"), ("up", "cycle, way up"), ("down", "cycle, way down")]:
        found = statistics.median(run["fraction"][name] for run in runs)
        rows.append(Outcome(f"share of the memory bandwidth, {claim}", "-", ">= 60 %", f"{found:.0%}", found >= 0.6))
    together = statistics.median(run["fraction_of_an_iteration"] for run in runs)
    rate = statistics.median(run["bytes_per_second"]["triad"] for run in runs) / 1e9
    claim = f"share of the memory bandwidth ({rate:.0f} GB/s), all passes of an iteration, {edge}^3"
    rows.append(Outcome(claim, "-", ">= 60 %", f"{together:.0%}", together >= 0.6))
    return Measured(rows, runs)


CLAIMS: dict[str, Callable[[Settings], Measured]] = {
    function.__name__: function
    for function in (taufactor, porespy, benchmark_500, binder, sizes, contrast, memory, cube, bandwidth)
}


def main() -> int:
    """Run the claims that were asked for; returns how many rows failed."""
    options = _arguments()
    names = [] if options.table else options.claims or list(CLAIMS)
    settings = Settings(tuple(names), options.rounds, options.threads, options.crop, options.peers_python)
    if options.survey:
        peers.survey(settings)
        return 0
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() and settings.crop is None else {}
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        record[name] = entry(name, CLAIMS[name], settings, record.get(name))
        if settings.crop is None:
            write_whole(RECORD, json.dumps(record, indent=1) + "\n", overwrite=True)
    shown = {name: record[name] for name in CLAIMS if name in record}
    if settings.crop is not None:
        print(f"REHEARSAL on images of {settings.crop}^3 voxels: whatever the rows say, not the claims\n")
    print(table(shown))
    return sum(row["passed"] is False for name in names for row in record[name]["outcomes"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claims", nargs="*", metavar="CLAIM", help=f"of {', '.join(CLAIMS)}; all by default")
    there = os.environ.get("ELECTRODE_HOMOG_PEERS")
    parser.add_argument("--peers-python", default=there, help="that has TauFactor and PoreSpy")
    parser.add_argument("--rounds", type=int, default=3, help="of each timing")
    parser.add_argument("--threads", type=int, default=2, help="of every tool")
    parser.add_argument("--crop", type=int, help="rehearse on images of so many voxels along each edge")
    parser.add_argument("--table", action="store_true", help="print the table of the record")
    parser.add_argument("--survey", action="store_true", help="find the constants of the other tools again (an hour)")
    options = parser.parse_args()
    if unknown := sorted(set(options.claims) - set(CLAIMS)):
        parser.error(f"no claim {', '.join(unknown)}; the claims are {', '.join(CLAIMS)}")
    return options


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
