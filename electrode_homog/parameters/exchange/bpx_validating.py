"""What is written is validated by `bpx`, the reference implementation, where that is installed.

Its validator would execute the open-circuit potentials of the document, so that it sees them as tables, and their
formulas one by one, which only parses them.
"""

import copy
import warnings
from typing import Any

from electrode_homog.errors import InputError
from electrode_homog.parameters.exchange import bpx_keys as keys


def not_validated(document: dict[str, Any]) -> list[str]:
    """A loss where `bpx` is not installed, none where it accepts the document.

    Raises InputError where it refuses it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the parser that bpx uses
        try:
            import bpx
        except ImportError:
            return ["not validated, as bpx is not installed; pip install 'electrode_homog[bpx]' brings it"]
        seen = copy.deepcopy(document)  # which bpx changes
        try:
            for text in _formulas(seen["Parameterisation"]):
                bpx.Function.validate(text)
            bpx.parse_bpx_obj(seen)
        except ValueError as error:  # ValidationError is one
            raise InputError(f"the bpx package refuses what was to be written: {error}") from error
    return []


def _formulas(part: dict[str, Any]) -> list[str]:
    """All formulas inside; an open-circuit potential is replaced by a table."""
    found = []
    for key, value in part.items():
        if isinstance(value, dict):
            found += _formulas(value)
        elif isinstance(value, str):
            found.append(value)
            if key == keys.OCP:
                part[key] = {"x": [0.0, 1.0], "y": [1.0, 0.0]}
    return found
