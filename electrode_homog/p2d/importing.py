"""How PyBaMM is imported: late, because it takes seconds, and without telemetry or a question on the terminal."""

import os
from types import ModuleType


def import_pybamm() -> ModuleType:
    """PyBaMM builds its telemetry client at import, so the variable that stops it must be set before."""
    os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
    import pybamm

    return pybamm
