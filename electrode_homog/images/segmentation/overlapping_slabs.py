"""A filter applied to slabs of planes that overlap by its reach, so that its temporary arrays stay small."""

from collections.abc import Callable

import numpy as np

from electrode_homog.compiled import Team, slabs

_SLAB_VOXELS = 2**21  # of the result, per slab


def filtered_by_slabs(
    function: Callable[[np.ndarray], np.ndarray], values: np.ndarray, reach: int, result: np.ndarray, team: Team
) -> None:
    """function(values) into `result`, from slabs that see `reach` planes more on either side where there are any.

    The function returns an array of the shape of its argument and treats the ends of a slab as it would the border of
    the image: what it finds further than `reach` from them must not depend on that. It is given native numbers of a
    type that SciPy's filters know.
    """
    depth = values.shape[0]
    known = values.dtype.newbyteorder("=")
    if known.kind == "f":
        known = np.dtype(np.float32 if known.itemsize <= 4 else np.float64)

    def work(start: int, stop: int) -> None:
        first, last = max(0, start - reach), min(depth, stop + reach)
        result[start:stop] = function(values[first:last].astype(known, copy=False))[start - first : stop - first]

    team.run(work, slabs(depth, max(team.cores, -(-values.size // _SLAB_VOXELS))))
