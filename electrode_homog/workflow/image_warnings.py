"""What to be careful with where an image became an electrode: sentences with the numbers that say so."""

from collections.abc import Mapping

from electrode_homog.expression import Expression, evaluate
from electrode_homog.homogenization import EffectiveTensor
from electrode_homog.microstructure import Microstructure
from electrode_homog.parameters import EFFECTIVE_ALREADY, CellParameters
from electrode_homog.particles import Sphere
from electrode_homog.workflow.image_choices import HandOver, Radii, Thickness
from electrode_homog.workflow.reacting_surface import ReactingSurface

_BALANCE_OFF = 0.01  # change of the capacity of an electrode that is worth a word
_THICKNESS_OFF = 0.01
_POROSITY_OFF = 0.05
_COVERED = 0.05  # share of a surface


def hand_over_warnings(
    electrode: Microstructure,
    base: CellParameters,
    cell: CellParameters,
    plan: HandOver,
    tensors: Mapping[str, EffectiveTensor],
    surface: ReactingSurface | None,
) -> tuple[str, ...]:
    """On capacity, thickness, solid, heat and surface; `tensors` by what they give."""
    return (
        *_capacity(base, cell, plan),
        *_thickness(electrode, cell, plan),
        *_solid(base, plan, tensors),
        *_heat(base, cell, plan, tensors),
        *_kept_surface(cell, plan),
        *_surface(cell, plan, tensors, surface),
    )


def _capacity(base: CellParameters, cell: CellParameters, plan: HandOver) -> list[str]:
    side = plan.electrode
    full, before = (found.theoretical_capacity_Ah(side) for found in (cell, base))
    if abs(full / before - 1) <= _BALANCE_OFF:
        return []
    fraction, old = (getattr(found, side).active_fractions for found in (cell, base))
    um, old_um = (1e6 * getattr(found, side).thickness_m for found in (cell, base))
    thickness = "" if um == old_um else f" and a thickness of {um:.4g} um instead of {old_um:.4g} um"
    return [
        f"The {side} electrode holds {full:.4g} Ah instead of {before:.4g} Ah ({full / before - 1:+.1%}), with an "
        f"active fraction of {fraction:.4g} instead of {old:.4g}{thickness}: the balance of the cell moves, and the "
        f"nominal capacity of {base.name}, {base.cell.nominal_capacity_Ah:g} Ah, no longer fits. It stays, and C-rates "
        "are shares of it; change cell.nominal_capacity_Ah or the thickness to suit."
    ]


def _thickness(electrode: Microstructure, cell: CellParameters, plan: HandOver) -> list[str]:
    extent, kept = electrode.image.extent_m[0], getattr(cell, plan.electrode).thickness_m
    if plan.thickness is Thickness.IMAGE or not electrode.image.has_physical_length:
        return []
    if abs(extent / kept - 1) <= _THICKNESS_OFF:
        return []
    layers = ", and its layers are stretched over that" if plan.layers is not None else ""
    return [
        f"The image is {1e6 * extent:.4g} um thick, the {plan.electrode} electrode {1e6 * kept:.4g} um: a scan is "
        f"often a crop, so the thickness of the base set stays{layers}. If the scan holds the whole coating, take that "
        "of the image."
    ]


def _solid(base: CellParameters, plan: HandOver, tensors: Mapping[str, EffectiveTensor]) -> list[str]:
    if "solid" in tensors or "skeleton" in tensors:
        return []
    before = getattr(base, plan.electrode)
    effective = before.solid_law == EFFECTIVE_ALREADY
    kind = "effective for the structure of that electrode" if effective else "with the transport law of that set"
    T = base.cell.reference_temperature_K
    k = f"{evaluate(before.conductivity_S_m, T=T):g} S/m"
    k = f"{k} at {T:g} K" if isinstance(before.conductivity_S_m, Expression) else k
    return [
        f"The electronic conductivity stays that of {base.name}, {k}, {kind}: an image "
        "knows no conductivities. Give those of its solid phases to have the effective one."
    ]


def _heat(
    base: CellParameters, cell: CellParameters, plan: HandOver, tensors: Mapping[str, EffectiveTensor]
) -> list[str]:
    if base.thermal is not None:
        porosity, before = (getattr(found, plan.electrode).porosity for found in (cell, base))
        if abs(porosity - before) <= _POROSITY_OFF:
            return []
        return [
            f"Density and heat capacity of the {plan.electrode} electrode stay those of {base.name} at a porosity of "
            f"{before:.4g}, not {porosity:.4g}: an image knows no masses. Give thermal.{plan.electrode} anew where "
            "heat matters."
        ]
    if "heat" not in tensors:
        return []
    return [
        f"{base.name} has no thermal section, so that the thermal conductivities of the image have no place in the "
        "set; they are in the result."
    ]


def _kept_surface(cell: CellParameters, plan: HandOver) -> list[str]:
    area = getattr(cell, plan.electrode).measured_surface_area_per_m
    if plan.radii is not Radii.BASE or area is None:
        return []
    return [
        f"The reacting surface stays {area:.4g} 1/m, measured for the base set and not at the active fraction of this "
        "image. Choose other radii to have that of the image."
    ]


def _surface(
    cell: CellParameters, plan: HandOver, tensors: Mapping[str, EffectiveTensor], surface: ReactingSurface | None
) -> list[str]:
    if surface is None:
        return []
    found = []
    wet = [name for name in tensors["electrolyte"].conductivity if name not in plan.reacting_phases]
    if surface.covered_fraction > _COVERED and wet:
        found.append(
            f"{surface.covered_fraction:.1%} of the active surface is covered, and counts as not reacting, although "
            f"{', '.join(wet)} passes electrolyte. Name it among the reacting phases if the surface beneath reacts."
        )
    particle = getattr(cell, plan.electrode).particle
    if plan.radii in (Radii.KINETIC, Radii.DIFFUSIVE) and not isinstance(particle, Sphere):
        found.append(
            f"The particles stay {type(particle).__name__}, scaled so that their kinetic radius is the "
            f"{plan.radii.value} radius of the image."
        )
    return found
