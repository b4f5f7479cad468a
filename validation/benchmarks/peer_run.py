"""Solve one direction of one phase with TauFactor or PoreSpy and print one line of JSON; for the peers' own Python.

    peers-python peer_run.py taufactor image.tif --label 0 --axis 0 --tolerance 1e-2 --threads 2

TauFactor's `Solver` holds the potential at the two outer faces, as we do, and takes `--tolerance` as the spread of the
layer fluxes (`conv_crit`). PoreSpy's `tortuosity_fd` fixes it in the first and last layer of voxels, which is another
scheme, and takes `--tolerance` as the mismatch of inlet and outlet flux (`ftol`). `--reference` over-converges:
64-bit field for TauFactor, relative residual (`tol`) for PoreSpy. D_eff is over the bulk value: our B.
"""

import argparse
import contextlib
import importlib.metadata
import os
import sys
from pathlib import Path

from measurement import Measurement, keep_to_cores, print_line

PACKAGES = {"taufactor": ("taufactor", "torch"), "porespy": ("porespy", "openpnm", "pyamg", "scipy")}


def main() -> None:
    options = _arguments()
    keep_to_cores(options.threads)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    import tifffile

    n = options.crop
    phase = tifffile.imread(options.image)[:n, :n, :n] == options.label
    solve = {"taufactor": _taufactor, "porespy": _porespy}[options.tool]
    with contextlib.redirect_stdout(sys.stderr):  # both libraries print
        record = solve(phase, options)
    asked = {name: getattr(options, name) for name in ("tool", "label", "axis", "tolerance", "reference", "threads")}
    packages = {name: importlib.metadata.version(name) for name in PACKAGES[options.tool]}
    print_line({**asked, "packages": packages, "image": options.image.name, "shape": phase.shape, **record})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", choices=("taufactor", "porespy"))
    parser.add_argument("image", type=Path)
    parser.add_argument("--label", type=int, required=True)
    parser.add_argument("--axis", type=int, choices=(0, 1, 2), required=True)
    parser.add_argument("--tolerance", type=float, required=True)
    parser.add_argument("--reference", action="store_true")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--crop", type=int)
    return parser.parse_args()


def _taufactor(phase, options) -> dict:
    import numpy as np
    import torch
    from taufactor import taufactor

    class DoubleSolver(taufactor.Solver):
        """The constructor of `Solver` in release 1.2.1, which has no argument for the precision."""

        def __init__(self, image, device):
            self.top_bc, self.bot_bc = -0.5, 0.5
            self.D_0 = 1
            taufactor.SORSolver.__init__(self, image, precision=torch.float64, device=device)
            self.VF = np.mean(self.vol_x, axis=1)

    def solved(mask, tolerance):
        image = np.ascontiguousarray(np.moveaxis(mask, options.axis, 0)).astype(np.uint8)
        solver = (DoubleSolver if options.reference else taufactor.Solver)(image, device="cpu")
        solver.solve(verbose=False, conv_crit=tolerance, iter_limit=1_000_000)
        return solver

    torch.set_num_threads(options.threads)
    solved(np.ones((8, 8, 8), dtype=bool), 1e-2)  # first use loads code
    with Measurement() as measured:
        solver = solved(phase, options.tolerance)
    if not solver.converged:
        raise SystemExit("TauFactor did not converge")
    return {"D_eff": float(solver.D_eff[0]), "iterations": int(solver.iter), **measured.record()}


def _porespy(phase, options) -> dict:
    import numpy as np
    import porespy

    stop = {"tol" if options.reference else "ftol": options.tolerance}
    # The first use imports OpenPNM, which PoreSpy needs and does not install, and compiles.
    porespy.simulations.tortuosity_fd(np.ones((8, 8, 8), dtype=bool), axis=options.axis)
    with Measurement() as measured:
        result = porespy.simulations.tortuosity_fd(phase, axis=options.axis, **stop)
    if not result.converged:
        raise SystemExit("PoreSpy did not converge")
    return {"D_eff": 1 / float(result.formation_factor), **measured.record()}


if __name__ == "__main__":
    main()
