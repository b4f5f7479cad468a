"""Values of an electrode as its image gives them, each with source and standard deviation, by the field they fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

import numpy as np

from electrode_homog.errors import InputError, NotConvergedError, OutOfRangeError
from electrode_homog.homogenization import EffectiveTensor, SubvolumeValues
from electrode_homog.images import FractionIntervals
from electrode_homog.microstructure import Microstructure, Survey
from electrode_homog.parameters import EFFECTIVE_ALREADY, Electrode
from electrode_homog.parameters.active_phase import ActiveMaterialValues
from electrode_homog.particles import with_radius
from electrode_homog.report.provenance_section import image_hash
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TransportLaw, bruggeman_exponent
from electrode_homog.workflow.image_choices import HandOver, Radii, Thickness
from electrode_homog.workflow.image_uncertainty import Uncertainty, fraction_uncertainty, tensor_uncertainty
from electrode_homog.workflow.reacting_surface import ReactingSurface

_ROUNDING = 1e-9  # of an exponent: straight pores have B = porosity, and the exponent 1


@dataclass(frozen=True, eq=False)
class ImageFindings:
    """What was measured on an image: the survey, tensors by name, and how sure the numbers are.

    `scatter` holds pieces of the image by the name of the tensor; `law`, fitted to some, says over which porosities it
    is supported; `fraction_errors` relative sample errors of phases; `segmentation` how far thresholds move fractions.
    """

    survey: Survey
    tensors: Mapping[str, EffectiveTensor]
    scatter: Mapping[str, SubvolumeValues] = field(default_factory=dict)
    law: BruggemanLaw | None = None
    fraction_errors: Mapping[str, float] = field(default_factory=dict)
    segmentation: FractionIntervals | None = None


@dataclass(frozen=True)
class Sourced:
    """A value to hand over; `deviation` is its standard deviation in its own unit, None where it is not known."""

    value: Any
    source: str
    deviation: float | None = None


Values = dict[str, Sourced]
"""Field of an Electrode, or of its second active material as "secondary.active_fraction" -> what fills it."""


def image_name(electrode: Microstructure) -> str:
    """Its source; one that holds no hash of a file gets that of the labels, the one which a report shows."""
    source = electrode.image.source
    return source if "sha256:" in source else f"{source}, labels sha256:{image_hash(electrode)}"


def fraction_values(
    electrode: Microstructure, before: Electrode, plan: HandOver, found: ImageFindings, image: str
) -> Values:
    """Porosity, active and inactive fractions, and the thickness where it is asked of the image."""
    groups = {"porosity": plan.porosity, "active_fraction": plan.active, "secondary.active_fraction": plan.secondary}
    values: Values = {}
    for name, phases in groups.items():
        if phases:
            known = fraction_uncertainty(
                electrode, phases, known=found.fraction_errors, segmentation=found.segmentation
            )
            source = f"share of {' + '.join(phases)} in the voxels of the image {image}; {known.text}"
            share = share_of(found.survey, phases)
            values[name] = Sourced(share, source, None if known.relative is None else known.relative * share)
    rest = max(0.0, 1.0 - sum(value.value for value in values.values()))
    values["inactive_fraction"] = Sourced(rest, f"what is left of the image {image}")
    if before.layers is not None:
        values["layers"] = Sourced(None, "")
    if plan.thickness is Thickness.IMAGE:
        if not electrode.image.has_physical_length:
            raise InputError(f"{electrode.image.source!r} has no voxel size, so that it has no thickness; give one")
        values["thickness_m"] = Sourced(electrode.image.extent_m[0], f"extent of the image {image} along x")
    return values


def transport_values(plan: HandOver, found: ImageFindings, image: str) -> Values:
    """The law of the electrolyte, and what the plan asks of the solid: its conductivity, or its law."""
    electrolyte = found.tensors[plan.electrolyte]
    known = _tensor_uncertainty(found, plan.electrolyte)
    porosity, B = share_of(found.survey, plan.porosity), electrolyte.through_thickness
    law = FixedEfficiency(B) if plan.layers is not None else _bruggeman(porosity, B, found.law)
    source = f"through-thickness B = {B:.6g} of {method(electrolyte, image)}; {known.text}"
    values = {"electrolyte_law": Sourced(law, source, _of_law(law, known, porosity))}
    if plan.solid is not None:
        solid, known = found.tensors[plan.solid], _tensor_uncertainty(found, plan.solid)
        text = (
            f"through-thickness effective value, bulk conductivities as given, of {method(solid, image)}; {known.text}"
        )
        k = solid.through_thickness
        values["conductivity_S_m"] = Sourced(k, text, None if known.relative is None else known.relative * k)
        values["solid_law"] = Sourced(EFFECTIVE_ALREADY, text)
    elif plan.skeleton is not None:
        solid, known = found.tensors[plan.skeleton], _tensor_uncertainty(found, plan.skeleton)
        text = f"through-thickness B = {solid.through_thickness:.6g} of the solid, {method(solid, image)}; {known.text}"
        law = FixedEfficiency(solid.through_thickness)
        values["solid_law"] = Sourced(law, text, _of_law(law, known, 1 - porosity))
    return values


def surface_values(before: ActiveMaterialValues, plan: HandOver, image: str, surface: ReactingSurface) -> Values:
    """Particle and measured area of an active material, as `plan.radii` chooses."""
    area = Sourced(
        surface.area_per_m,
        f"area to {' + '.join(plan.reacting_phases)} in the image {image}, by mean directions of voxel faces (about "
        f"1 % on smooth surfaces, 2 % where a third phase is near); {surface.covered_fraction:.1%} of the surface is "
        "covered by other phases and does not count",
    )
    match plan.radii:
        case Radii.BASE:
            return {}
        case Radii.BASE_AND_AREA:
            return {"measured_surface_area_per_m": area}
        case Radii.KINETIC:
            text = f"kinetic radius, 3 active fraction / area; {area.source}"
            radius, area = surface.kinetic_radius_m, Sourced(None, "")
        case Radii.DIFFUSIVE:
            text = f"diffusive radius, of balls with the mean time of diffusion of the image {image}"
            radius = surface.diffusive_radius_m
            if not np.isfinite(radius):
                raise NotConvergedError("the diffusive radius was not found; choose other radii", best=surface)
        case _:
            assert_never(plan.radii)
    return {
        "particle": Sourced(with_radius(before.particle, radius), text),
        "measured_surface_area_per_m": area,
    }


def thermal_values(tensor: EffectiveTensor, image: str) -> Values:
    """Fields of a ThermalLayer: conduction through the thickness, and the mean of both directions in the plane."""
    source = f"effective value of {method(tensor, image)}, thermal conductivities of the phases as given"
    through, in_plane = through_and_in_plane(tensor)
    return {
        "through_plane_conductivity_W_m_K": Sourced(through, f"through-thickness {source}"),
        "in_plane_conductivity_W_m_K": Sourced(in_plane, f"in-plane {source}, mean of y and z"),
    }


def through_and_in_plane(tensor: EffectiveTensor) -> tuple[float, float]:
    """[0, 0] and the mean of [1, 1] and [2, 2]."""
    return tensor.through_thickness, float(tensor.matrix[1, 1] + tensor.matrix[2, 2]) / 2


def share_of(found: Survey, names: tuple[str, ...]) -> float:
    """Of phases together, in the image."""
    return sum(phase.volume_fraction for phase in found.phases if phase.name in names)


def method(tensor: EffectiveTensor, image: str) -> str:
    """What a source says of a tensor of `image`: phases, boundary condition, scheme, error."""
    phases = ", ".join(f"{name} {k[0]:g}" for name, k in tensor.conductivity.items())
    return (
        f"{image} ({phases}; {tensor.boundary.value}, finite volumes on voxels, "
        f"relative error {tensor.relative_error:.1e})"
    )


def _tensor_uncertainty(found: ImageFindings, name: str) -> Uncertainty:
    return tensor_uncertainty(found.tensors[name], found.scatter.get(name))


def _bruggeman(porosity: float, B: float, fitted: BruggemanLaw | None) -> BruggemanLaw:
    """The exponent that gives B at the porosity of the image; OutOfRangeError if B is above that."""
    if porosity * (1 + _ROUNDING) < B:
        raise OutOfRangeError(
            f"B = {B:.6g} of the electrolyte is above the porosity {porosity:.6g}: a phase that passes electrolyte, "
            "such as porous binder, holds some. Name it among the pores, or give it a lower transport efficiency"
        )
    B = min(B, porosity)
    exponent = bruggeman_exponent(porosity, B)
    if abs(exponent - 1) < _ROUNDING:
        exponent = 1.0
    low, high = (porosity, porosity) if fitted is None else fitted.porosity_range
    return BruggemanLaw(exponent, (min(low, porosity), max(high, porosity)))


def _of_law(law: TransportLaw, known: Uncertainty, fraction: float) -> float | None:
    """Standard deviation of the number of a law: of B itself, or of the exponent b = ln B / ln fraction."""
    if known.relative is None:
        return None
    if isinstance(law, BruggemanLaw):
        return known.relative / abs(float(np.log(fraction)))
    return known.relative * law(fraction)
