"""The two rows against other tools: one direction of the pore of a 256^3 electrode, at the same error.

TauFactor 2 (`Solver`) has our scheme: potentials fixed on the outer faces, closed sides, harmonic means. Its
over-converged value must be ours. PoreSpy (`tortuosity_fd`) fixes the potential in the first and last layer of
voxels; its value differs by 0.1 % and no iteration removes that, so its error is taken against its own value.
Errors are *iteration errors* of the effective value; the setting that counts is the cheapest tolerance, in half
decades from 1e-1, whose error is at most 0.1 %. `survey` finds both constants of `Peer` again.
"""

import functools
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processes import ELECTRODE, Line, NotRunError, Settings

MOST_ERROR = 1e-3
OVER_CONVERGED = 1e-8
SAME_SCHEME = 1e-6  # between the over-converged values of two codes with one scheme
QUIET = 0.2  # cores of others; with one busy, threads of PyTorch that wait in a loop took 40 times as long (64^3)
HALF_DECADES = (1e-1, 3.16e-2, 1e-2, 3.16e-3, 1e-3, 3.16e-4)


@dataclass(frozen=True)
class Peer:
    """One tool. From `survey`: `tolerance`, the setting that counts, and `converged`, D_eff by edge of the image."""

    tool: str
    name: str
    bar: float
    tolerance: float
    reference_tolerance: float
    converged: Mapping[int, float]
    our_scheme: bool


# Edges below 256: so many voxels at the origin of the image. TauFactor 1.2.1 in double precision until fluxes spread by
# 1e-9, which at 256 takes it over half an hour and was left out; PoreSpy 3.2.0 to a relative residual of 1e-12 (64) and
# 1e-10 (256). Errors at 256 by tolerance, TauFactor's against our value at 1e-8, 0.216593635: TauFactor 1e-1 1.9e-3,
# 3.16e-2 2.2e-4, 1e-2 1.9e-4; PoreSpy 1e-1 9.6e-3, 3.16e-2 3.0e-3, 1e-2 9.4e-4.
TAUFACTOR = Peer("taufactor", "TauFactor 2", 100, 3.16e-2, 1e-9, {64: 0.2030060580, 128: 0.2170297094}, our_scheme=True)
PORESPY = Peer("porespy", "PoreSpy", 30, 1e-2, 1e-10, {64: 0.2025157515, 256: 0.2163718176}, our_scheme=False)


@dataclass(frozen=True)
class Comparison:
    """Rounds of one of ours and one of theirs, one after the other.

    `reference` is our over-converged run on the same image, `check` that on the largest for which theirs is known.
    """

    peer: Peer
    reference: Line
    check: Line
    rounds: tuple[tuple[Line, Line], ...]

    @property
    def runs(self) -> list[Line]:
        return [self.reference, self.check, *(run for pair in self.rounds for run in pair)]

    @property
    def our_error(self) -> float:
        return max(abs(ours["value"] / self.reference["value"] - 1) for ours, _ in self.rounds)

    @property
    def their_error(self) -> float:
        scheme_value = self.reference["value"] if self.peer.our_scheme else self.peer.converged[_edge(self.reference)]
        return max(abs(theirs["D_eff"] / scheme_value - 1) for _, theirs in self.rounds)

    @property
    def quiet(self) -> list[tuple[Line, Line]]:
        """The rounds that count: in the others another program may have slowed one side."""
        return [pair for pair in self.rounds if all((run["cores_of_others"] or 0) <= QUIET for run in pair)]

    @property
    def ratios(self) -> list[float]:
        return [theirs["seconds"] / ours["seconds"] for ours, theirs in self.quiet or self.rounds]

    @property
    def scheme_distance(self) -> float:
        """Between the over-converged values, ours and theirs."""
        return abs(self.check["value"] / self.peer.converged[_edge(self.check)] - 1)

    @property
    def passed(self) -> bool:
        same = self.scheme_distance <= SAME_SCHEME or not self.peer.our_scheme
        fair = max(self.our_error, self.their_error) <= MOST_ERROR
        return bool(self.quiet) and same and fair and statistics.median(self.ratios) >= self.peer.bar

    @property
    def measured(self) -> str:
        ours, theirs = ([pair[side] for pair in self.quiet or self.rounds] for side in (0, 1))
        ratios = f"{statistics.median(self.ratios):.3g} ({min(self.ratios):.3g} to {max(self.ratios):.3g})"
        our_side = f"ours {_one_side(ours)}, error {self.our_error:.1e}"
        their_side = f"{self.peer.name} {_one_side(theirs)}, error {self.their_error:.1e} at {self.peer.tolerance:g}"
        converged = f"converged values differ by {self.scheme_distance:.1e} at {_edge(self.check)}^3"
        counted = f"{len(self.quiet)} of {len(self.rounds)} rounds undisturbed"
        return f"{ratios}; {our_side}; {their_side}; {converged}; {counted}"


def _one_side(runs: Sequence[Line]) -> str:
    seconds = statistics.median(run["seconds"] for run in runs)
    memory = max((run["bytes_beyond"] or 0) / _voxels(run) for run in runs)
    return f"{seconds:.3g} s, {memory:.0f} B per voxel"


def _edge(run: Line) -> int:
    return run["shape"][0]


def _voxels(run: Line) -> int:
    x, y, z = run["shape"]
    return x * y * z


@functools.cache
def compare(settings: Settings) -> dict[str, Comparison]:
    """Ours, one of theirs, ours, the other's, and again: a slow minute meets both sides of a round."""
    settings.python_of_peers()  # before our own runs
    peers = [peer for peer in (TAUFACTOR, PORESPY) if peer.tool in settings.claims]
    if settings.crop not in (None, *PORESPY.converged):
        raise NotRunError(f"over-converged values are known for edges of {', '.join(map(str, PORESPY.converged))}")
    pore = {"pore": 1.0}
    reference = settings.ours(ELECTRODE, pore, tolerance=OVER_CONVERGED)
    rounds: dict[str, list[tuple[Line, Line]]] = {peer.tool: [] for peer in peers}
    for _ in range(settings.rounds):
        for peer in peers:
            ours = settings.ours(ELECTRODE, pore)
            rounds[peer.tool].append((ours, settings.peer(peer.tool, ELECTRODE, "pore", peer.tolerance)))
    found = {}
    for peer in peers:
        known = max(edge for edge in peer.converged if edge <= _edge(reference))
        same = known == _edge(reference)
        check = reference if same else settings.ours(ELECTRODE, pore, tolerance=OVER_CONVERGED, side=known)
        found[peer.tool] = Comparison(peer, reference, check, tuple(rounds[peer.tool]))
    return found


def survey(settings: Settings) -> None:
    """Print the over-converged value of each tool and the error of each tolerance, down to the first that is fair."""
    for peer in (TAUFACTOR, PORESPY):
        best = settings.peer(peer.tool, ELECTRODE, "pore", peer.reference_tolerance, reference=True)
        print(f"{peer.name}: D_eff = {best['D_eff']:.10f} at {peer.reference_tolerance:g} in {best['seconds']:.1f} s")
        for tolerance in HALF_DECADES:
            run = settings.peer(peer.tool, ELECTRODE, "pore", tolerance)
            error = abs(run["D_eff"] / best["D_eff"] - 1)
            print(f"  {tolerance:g}: error {error:.2e}, {run['seconds']:.2f} s, load before {run['load_before']}")
            if error <= MOST_ERROR:
                break
