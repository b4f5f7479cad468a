"""B out of an effective tensor: the effective value over the bulk conductivity of the one phase that conducts."""

import numpy as np

from electrode_homog.homogenization import EffectiveTensor


def bulk_conductivity(tensor: EffectiveTensor) -> float | None:
    """Of the one conducting phase, if it is isotropic; None where several conduct, since B has no bulk then."""
    values = [set(values) for values in tensor.conductivity.values()]
    return values[0].pop() if len(values) == 1 and len(values[0]) == 1 else None


def transport_efficiency(tensor: EffectiveTensor) -> np.ndarray | None:
    """(3,) B along x, y, z, or None as in `bulk_conductivity`."""
    bulk = bulk_conductivity(tensor)
    return None if bulk is None else np.diag(tensor.matrix) / bulk
