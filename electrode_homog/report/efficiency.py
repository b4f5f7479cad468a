"""B out of an effective tensor: the effective value over the conductivity of the bulk, where there is one."""

import numpy as np

from electrode_homog.homogenization import EffectiveTensor


def bulk_conductivity(tensor: EffectiveTensor) -> float | None:
    """What the effective value is a share of; None where that is nothing in particular.

    It is the conductivity of the one phase that conducts, if isotropic. Where several conduct it is 1, if the
    best of them has 1: electrolyte in the pores, and a porous binder with a part of it.
    """
    if any(len(set(values)) > 1 for values in tensor.conductivity.values()):
        return None
    conductivities = [values[0] for values in tensor.conductivity.values()]
    if len(conductivities) == 1:
        return conductivities[0]
    return 1.0 if max(conductivities) == 1 else None


def bulk_phases(tensor: EffectiveTensor) -> list[str]:
    """The phases that conduct as the bulk does; empty without a bulk."""
    bulk = bulk_conductivity(tensor)
    return [name for name, values in tensor.conductivity.items() if values[0] == bulk]


def bulk_fraction(tensor: EffectiveTensor) -> float:
    """Total share of the phases that conduct as the bulk does: the porosity that goes with B."""
    return sum(tensor.volume_fractions[name] for name in bulk_phases(tensor))


def transport_efficiency(tensor: EffectiveTensor) -> np.ndarray | None:
    """(3,) B along x, y, z, or None as in `bulk_conductivity`."""
    bulk = bulk_conductivity(tensor)
    return None if bulk is None else np.diag(tensor.matrix) / bulk
