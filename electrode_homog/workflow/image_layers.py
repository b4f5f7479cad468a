"""Layers of an electrode from slabs of its image, from the current collector to the separator.

Fractions and areas are counted slab by slab. Transport efficiencies share the resistance of the whole image among the
slabs, as they share what it dissipates (`layer_values`), so that the harmonic mean of the layers is the value of the
electrode; slabs that are solved one by one would add up to too little.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.homogenization import Boundary, EffectiveTensor, Watch
from electrode_homog.homogenization.layer_values import SERIES, layer_values
from electrode_homog.microstructure import Microstructure
from electrode_homog.parameters import Layers
from electrode_homog.workflow.image_choices import Collector, HandOver, ImageLayers
from electrode_homog.workflow.reacting_surface import ReactingSurface

_FIELD_ERROR = 0.01  # of the value of a single layer, at most


@dataclass(frozen=True)
class LayeredTransport:
    """What layers need beyond the labels: the tensors to share out, and the solid's mean efficiency, 1 if effective."""

    electrolyte: EffectiveTensor
    solid: EffectiveTensor | None
    solid_efficiency: float


def layers_from_image(
    electrode: Microstructure,
    plan: HandOver,
    transport: LayeredTransport,
    surface: ReactingSurface | None,
    watch: Watch | None = None,
) -> Layers:
    """Layers whose means are the values of the whole image. `surface` gives each its own area, None none.

    Without a tensor of the solid all layers have the same solid efficiency. Raises InputError for more layers than
    planes of voxels and for boundary conditions under which current leaves through the sides; OutOfRangeError for a
    layer that lacks a phase.
    """
    request = plan.layers
    assert request is not None
    edges = layer_edges(electrode, request)
    voxels = np.diff(edges)
    counts = _plane_shares(electrode, {"porosity": plan.porosity, "active_fraction": plan.active})
    values = {name: np.add.reduceat(shares, edges[:-1]) / voxels for name, shares in counts.items()}
    shared = _shared(electrode, transport.electrolyte, edges, watch)
    values["electrolyte_efficiency"] = below_voigt(shared, voxels, values["porosity"])
    if transport.solid is None:
        values["solid_efficiency"] = np.full(request.count, transport.solid_efficiency)
    else:
        shared = _shared(electrode, transport.solid, edges, watch)
        shared *= transport.solid_efficiency / transport.solid.through_thickness
        effective = plan.solid is not None
        values["solid_efficiency"] = shared if effective else below_voigt(shared, voxels, 1 - values["porosity"])
    if surface is not None:
        values["surface_area_per_m"] = np.add.reduceat(surface.layer_area_per_m, edges[:-1]) / voxels
    values["thickness_fractions"] = voxels / voxels.sum()
    if request.collector is Collector.LAST_FACE:
        values = {name: value[::-1] for name, value in values.items()}
    try:
        return Layers(**{name: tuple(value.tolist()) for name, value in values.items()})
    except OutOfRangeError as error:
        wet = [name for name in transport.electrolyte.conductivity if name not in plan.porosity]
        remedy = f"take fewer, or count {', '.join(wet)} among the pores" if wet else "take fewer"
        planes = f"{request.count} layers of {int(voxels.min())} planes of {electrode.image.source!r}"
        raise OutOfRangeError(f"{planes}: {error}; {remedy}") from error


def below_voigt(values: np.ndarray, thickness: np.ndarray, most: np.ndarray) -> np.ndarray:
    """The layers' `values` (n,), none above `most`, with the same harmonic mean over the `thickness` of each.

    A slab with straight pores conducts as its porosity says, and the field is known to some tenths of a per cent: what
    is above by less than 1 % is taken to be that, at the cost of the other layers. More is left for others to refuse.
    """
    resistance, least = thickness / values, thickness / most
    total, held = resistance.sum(), resistance < least
    if np.any(resistance < (1 - _FIELD_ERROR) * least):
        return values
    while np.any(held) and not np.all(held):
        rest = (total - least[held].sum()) / resistance[~held].sum()
        resistance = np.where(held, least, resistance * rest)
        if not np.any(resistance < least):
            return np.minimum(thickness / resistance, most)
        held |= resistance < least
    return values


def layer_edges(electrode: Microstructure, request: ImageLayers) -> list[int]:
    """(n + 1) planes of voxels between which the layers lie, from plane 0 on; InputError if a layer would be empty."""
    planes = electrode.image.shape[0]
    if request.count > planes:
        raise InputError(f"layers = {request.count}, but {electrode.image.source!r} has {planes} planes along x")
    return np.rint(np.linspace(0, planes, request.count + 1)).astype(int).tolist()


def check_boundaries(boundaries: Mapping[str, Boundary]) -> None:
    """By role; raise InputError where current leaves an image through its sides: its slabs are not in series."""
    for role, boundary in boundaries.items():
        if role != "heat" and boundary not in SERIES:
            names = " or ".join(found.value for found in SERIES)
            raise InputError(
                f"the {role} tensor has boundary = {boundary.value!r}, by which current leaves through the sides; "
                f"layers need {names}"
            )


def _plane_shares(electrode: Microstructure, groups: Mapping[str, tuple[str, ...]]) -> dict[str, np.ndarray]:
    """(nx,) share of groups of phases in each plane of voxels."""
    nx, ny, nz = electrode.image.shape
    counts = np.zeros((nx, len(electrode.phases)))
    for i in range(nx):
        places = electrode.phases_of_planes(i, i + 1).ravel()
        counts[i] = np.bincount(places, minlength=len(electrode.phases))
    shares = dict(zip(electrode.phases, counts.T / (ny * nz), strict=True))
    return {group: np.sum([shares[name] for name in names], axis=0) for group, names in groups.items()}


def _shared(electrode: Microstructure, tensor: EffectiveTensor, edges: list[int], watch: Watch | None) -> np.ndarray:
    """Values of the slabs whose harmonic mean is the tensor's entry [0, 0], which was solved less exactly."""
    conductivity = {name: k[0] for name, k in tensor.conductivity.items()}
    found = layer_values(electrode, conductivity, edges, boundary=tensor.boundary, watch=watch)
    return found.values * (tensor.through_thickness / found.whole)
