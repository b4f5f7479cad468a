"""Layers as PyBaMM's parameters: functions of its x, which runs from the negative collector to the positive one.

A profile is a sum of values times steps, so that PyBaMM's own model and its JSON hold it. It is exact on a mesh with
cell faces on the boundaries of the layers; elsewhere PyBaMM takes the value at the middle of a cell.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.kinetic_radius import radius_scales
from electrode_homog.p2d.names import NEGATIVE_PARAMETERS, POSITIVE_PARAMETERS, SEPARATOR_PARAMETERS
from electrode_homog.parameters import Electrode, Layers
from electrode_homog.transport_law import tortuosity_factor

Side = Literal["negative", "positive"]


def layer_values(electrode: Electrode, layers: Layers, side: Side) -> dict[str, Any]:
    """What the layers of an electrode make functions of x, under the keys of the tables in `names`.

    Both porosity and B are those of the layer, so tau = porosity/B and b = ln B/ln porosity are profiles too.
    """
    porosity, solid = np.array(layers.porosity), 1 - np.array(layers.porosity)
    B, B_solid = np.array(layers.electrolyte_efficiency), np.array(layers.solid_efficiency)
    symbols = {
        "electrolyte_tortuosity_factor": [tortuosity_factor(*pair) for pair in zip(porosity, B, strict=True)],
        "electrolyte_bruggeman": np.log(B) / np.log(porosity),
        "solid_tortuosity_factor": [tortuosity_factor(*pair) for pair in zip(solid, B_solid, strict=True)],
        "solid_bruggeman": np.log(B_solid) / np.log(solid),
    }
    active = layers.active_fraction
    values: dict[str, Any] = {
        "porosity": of_place(layers, layers.porosity, side),
        # a number where it can be: PyBaMM evaluates no mean of a function, which an initial state of charge asks for
        "active_fraction": active[0] if len(set(active)) == 1 else of_place(layers, active, side),
        **{name: _number_or_symbol(layers, profile, side) for name, profile in symbols.items()},
    }
    scales = radius_scales(electrode)
    if len(scales) > 1:
        radii = [scale * electrode.particle.radius_m for scale in scales]
        values["particle_radius_m"] = of_x(layers, radii, side)
    return values


def _number_or_symbol(layers: Layers, profile: Sequence[float], side: Side) -> Any:
    """A number where the layers are alike: PyBaMM solves no exponent of 0 that is a symbol, as of effective values."""
    values = [float(value) for value in profile]
    return values[0] if len(set(values)) == 1 else on_the_electrode(layers, values, side)


def of_place(layers: Layers, values: Sequence[float], side: Side) -> Callable[[Any, Any, Any], Any]:
    """For PyBaMM's functions of x, y and z."""
    return lambda x, y, z: _at_depth(layers, values, _depth(x, side))


def of_x(layers: Layers, values: Sequence[float], side: Side) -> Callable[[Any], Any]:
    """For PyBaMM's functions of x."""
    return lambda x: _at_depth(layers, values, _depth(x, side))


def on_the_electrode(layers: Layers, values: Sequence[float], side: Side) -> Any:
    """For parameters that PyBaMM has as numbers: a symbol on the electrode domain in their place."""
    variables = import_pybamm().standard_spatial_vars
    return of_x(layers, values, side)(variables.x_n if side == "negative" else variables.x_p)


def middle_of_first_layer(electrode: Electrode, side: Side) -> Any:
    """x in the middle of the layer at the collector, or of the electrode if it has no layers."""
    depth = 0.5 if electrode.layers is None else 0.5 * electrode.layers.thickness_fractions[0]
    negative, separator, positive = _thicknesses()
    return depth * negative if side == "negative" else negative + separator + (1 - depth) * positive


def _depth(x: Any, side: Side) -> Any:
    """Distance from the collector of the electrode over its thickness, whatever thicknesses PyBaMM is given."""
    negative, separator, positive = _thicknesses()
    return x / negative if side == "negative" else (negative + separator + positive - x) / positive


def _thicknesses() -> tuple[Any, Any, Any]:
    names = (NEGATIVE_PARAMETERS, SEPARATOR_PARAMETERS, POSITIVE_PARAMETERS)
    negative, separator, positive = (import_pybamm().Parameter(table["thickness_m"]) for table in names)
    return negative, separator, positive


def _at_depth(layers: Layers, values: Sequence[float], depth: Any) -> Any:
    """The value of the layer that holds the depth: one term is that value to the last bit, the others are 0."""
    inner, values = layers.boundaries[1:-1].tolist(), [float(value) for value in values]
    if not inner:
        return values[0] + 0 * depth
    profile = values[0] * (depth <= inner[0])
    for value, low, high in zip(values[1:-1], inner[:-1], inner[1:], strict=True):
        profile = profile + value * ((depth > low) * (depth <= high))
    return profile + values[-1] * (depth > inner[-1])
