"""PyBaMM's own JSON of a cell, written for others to read; it is never read here, because reading it can run code."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from electrode_homog.output import refuse_existing, write_whole
from electrode_homog.p2d.conversion import to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.names import ELECTROLYTE_PARAMETERS
from electrode_homog.p2d.python_source import identifier, plain_name
from electrode_homog.p2d.stock_model import beyond_stock, losses, needed_options
from electrode_homog.parameters import CellParameters, Exported

FORMAT = "PyBaMM JSON"
EXCHANGE_CURRENT = "exchange-current density [A.m-2]"


def write_pybamm_json(cell: CellParameters, path: str | Path, *, overwrite: bool = False) -> Exported:
    """The values of `to_pybamm(cell)` for `pybamm.ParameterValues.from_json(path)`; whole or not at all.

    Formulas, tables and layers are expression trees there. `losses` of the answer name what it does not hold, and the
    options that PyBaMM must be given for it. Particles that PyBaMM's own model does not have are spheres of the same
    surface. Raises InputError where `path` exists and `overwrite` is not set, OSError where it cannot be written.
    """
    refuse_existing(path, overwrite=overwrite)
    values = {name: _written(name, value) for name, value in to_pybamm(cell).items()}
    plain = import_pybamm().ParameterValues(values).to_json()
    write_whole(path, json.dumps(plain, indent=1, allow_nan=False) + "\n", overwrite=overwrite)
    return Exported(str(path), FORMAT, tuple(_losses(cell)))


def _written(name: str, value: Any) -> Any:
    """Functions under a name from which PyBaMM can write their source; all else as it is."""
    if not callable(value) or isinstance(value, import_pybamm().Symbol):
        return value
    function: Callable[..., Any] = _with_smooth_powers(value) if name.endswith(EXCHANGE_CURRENT) else value
    function.__name__ = identifier(plain_name(name))
    return function


def _with_smooth_powers(function: Callable[..., Any]) -> Callable[..., Any]:
    """An exchange-current density with the powers of concentrations that PyBaMM makes of it, smooth at zero.

    In a function it scales them by the largest concentration, in JSON, whose arguments it does not recognise, by 1: the
    voltages differ by 0.1 mV at a surface that is 5 % full (PyBaMM 26.10). Smooth powers in the file are kept.
    """
    pybamm = import_pybamm()

    def smooth(c_e: Any, c_s_surf: Any, c_s_max: Any, T: Any) -> Any:
        salt = pybamm.Parameter(ELECTROLYTE_PARAMETERS["initial_concentration_mol_m3"])
        scales = {c_e: salt, c_s_surf: c_s_max, c_s_max - c_s_surf: c_s_max}

        def with_scale(symbol: Any, parts: Any) -> Any:
            if isinstance(symbol, pybamm.Power):
                return _smooth_power(parts[0], parts[1], scales, (c_e, c_s_surf))
            if isinstance(symbol, pybamm.Sqrt) and _depends_on(parts[0], (c_e, c_s_surf)):
                return pybamm.RegPower(parts[0], 0.5, scale=scales.get(parts[0]))  # of which it takes nothing out
            return pybamm.rebuild(symbol, parts)

        return pybamm.tree_map(with_scale, function(c_e, c_s_surf, c_s_max, T))

    return smooth


def _smooth_power(base: Any, exponent: Any, scales: Mapping[Any, Any], state: tuple[Any, ...]) -> Any:
    """As PyBaMM makes it once it has taken constant factors out of the base, or into a sum there."""
    pybamm = import_pybamm()
    if not _depends_on(base, state):
        return base**exponent
    if isinstance(base, pybamm.Multiplication | pybamm.Division):
        constant, other = base.left, base.right
        if _depends_on(constant, state):
            constant, other = other, constant
        if not _depends_on(constant, state) and not isinstance(other, pybamm.Addition | pybamm.Subtraction):
            left, right = (_smooth_power(part, exponent, scales, state) for part in base.children)
            return left * right if isinstance(base, pybamm.Multiplication) else left / right
    return pybamm.RegPower(base, exponent, scale=scales.get(base))


def _depends_on(symbol: Any, state: tuple[Any, ...]) -> bool:
    return any(part in state for part in symbol.pre_order())


def _losses(cell: CellParameters) -> list[str]:
    texts = ["sources, standard deviations, title and citations of all values"]
    options = needed_options(cell)
    if options:
        texts.append(f"options of PyBaMM, which this cell needs: {options}")
    texts += [f"approximate: {reason}" for reason in beyond_stock(cell)]
    return texts + losses(cell)
