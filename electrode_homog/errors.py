"""What can go wrong, one class per remedy.

Each class carries the exit code that the command line returns for it. A message names the
argument, file or key, shows the value, and says what would be right.
"""

from typing import Any


class ElectrodeHomogError(Exception):
    """Anything that this package refuses or could not finish.

    `problems` lists what is wrong, one by one (`parameters.Problem`), where a parameter set is.
    """

    exit_code = 1
    problems: tuple[Any, ...] = ()


class InputError(ElectrodeHomogError):
    """The file or argument is wrong in itself: format, label, name, unit, missing value."""

    exit_code = 2


class OutOfRangeError(ElectrodeHomogError):
    """Understood, but not physical or outside the range in which a law holds: a porosity of 3."""

    exit_code = 2


class NotPercolatingError(ElectrodeHomogError):
    """No current flows under the boundary condition, so that the effective value is exactly 0.

    `axes` are the axes (0, 1, 2) along which that is so.
    """

    exit_code = 3

    def __init__(self, message: str, *, axes: tuple[int, ...] = ()):
        super().__init__(message)
        self.axes = axes


class NotConvergedError(ElectrodeHomogError):
    """A solver or a fit stopped early. `best` is what it had reached, for diagnosis only."""

    exit_code = 4

    def __init__(self, message: str, *, best: Any = None, residual: float = float("nan"), iterations: int = 0):
        super().__init__(message)
        self.best = best
        self.residual = residual
        self.iterations = iterations
