"""One electrode of a cell from its image, in one call: measure, solve, hand over."""

from collections.abc import Mapping, Sequence
from typing import Any

from electrode_homog.errors import InputError
from electrode_homog.homogenization import (
    Boundary,
    EffectiveTensor,
    SubvolumeValues,
    Watch,
    check_divisions,
    effective_tensor,
    forecast,
    subvolume_values,
)
from electrode_homog.images import FractionIntervals
from electrode_homog.microstructure import Microstructure, survey
from electrode_homog.parameters import CellParameters
from electrode_homog.transport_law import BruggemanLaw, fit_bruggeman
from electrode_homog.workflow.hand_over import ElectrodeFromImage, Tell, check_efficiencies, check_plan, hand_over
from electrode_homog.workflow.image_choices import HandOver, ImageLayers, Radii, Side, Thickness
from electrode_homog.workflow.image_layers import check_boundaries, layer_edges
from electrode_homog.workflow.image_values import ImageFindings

NO_PIECES = (1, 1, 1)


def electrode_from_image(
    electrode: Microstructure,
    base: CellParameters,
    side: Side,
    *,
    porosity: str | Sequence[str],
    active: str | Sequence[str],
    secondary: str | Sequence[str] = (),
    electrolyte_transport: Mapping[str, float] | None = None,
    solid_conductivity_S_m: Mapping[str, float] | None = None,
    solid_transport: Mapping[str, float] | None = None,
    thermal_conductivity_W_m_K: Mapping[str, float] | None = None,
    radii: Radii = Radii.DIFFUSIVE,
    layers: ImageLayers | None = None,
    thickness: Thickness = Thickness.BASE,
    reacting: str | Sequence[str] = (),
    divisions: tuple[int, int, int] = (2, 2, 2),
    segmentation: FractionIntervals | None = None,
    boundary: Boundary = Boundary.INSULATED_SIDES,
    tolerance: float = 1e-3,
    tell: Tell | None = None,
    watch: Watch | None = None,
) -> ElectrodeFromImage:
    """The `base` set with its "negative" or "positive" electrode (`side`) from an image; x is through the thickness.

    Of the phases, `porosity` are pores, `active` the active material, `secondary` that of a blend; others are inactive.
    `electrolyte_transport` maps phases to their transport efficiency, 1 in the pores (None: nothing else conducts). Of
    the solid, give bulk conductivities in S/m, or efficiencies (`solid_transport`, the bulk has 1) by which the base
    set's bulk conductivity is multiplied, or neither: then conductivity and law stay those of the base set. Thermal
    conductivities are those of all phases. `radii` says what becomes of particles and surface, which reacts at the
    phases `reacting` (none named: the pores); `layers` grades the electrode; `thickness` says whose counts. Pieces of
    the image, as `divisions` cuts it, give standard deviations; (1, 1, 1) gives none. `segmentation` is from
    `Segmentation.fraction_intervals`. The cell problems take `boundary` and `tolerance`; `tell` hears before each what
    it costs.

    Raises InputError where phases, base set and choices do not fit together, NotPercolatingError where pores or solid
    do not reach through, NotConvergedError where a solution, or a diffusive radius that is asked for, was not found.
    """
    pores = _names(porosity)
    conductivities = _conductivities(
        pores, electrolyte_transport, solid_conductivity_S_m, solid_transport, thermal_conductivity_W_m_K
    )
    solid, skeleton, heat = (role if role in conductivities else None for role in ("solid", "skeleton", "heat"))
    plan = HandOver(
        base.name, side, pores, _names(active), "electrolyte", solid, skeleton, heat,
        secondary=_names(secondary), radii=radii, layers=layers, thickness=thickness,
        reacting=_names(reacting),
    )  # fmt: skip
    _check(electrode, base, plan, conductivities, boundary, divisions)
    settings: dict[str, Any] = {"boundary": boundary, "tolerance": tolerance}
    _say(tell, f"image {electrode.image.source}: fractions, connection and surfaces")
    found = survey(electrode)
    tensors = {role: _tensor(electrode, role, k, settings, tell, watch) for role, k in conductivities.items()}
    scatter = {}
    if divisions != NO_PIECES:
        transport = {role: k for role, k in conductivities.items() if role != "heat"}
        _say(tell, f"pieces {divisions} of the image: scatter of {', '.join(transport)}")
        scatter = {role: subvolume_values(electrode, k, divisions=divisions) for role, k in transport.items()}
    law = fitted_law(scatter["electrolyte"], pores) if scatter else None
    findings = ImageFindings(found, tensors, scatter, law, segmentation=segmentation)
    return hand_over(electrode, base, plan, findings, tell=tell, watch=watch)


def fitted_law(values: SubvolumeValues, pores: Sequence[str]) -> BruggemanLaw | None:
    """The Bruggeman law of pieces of an image; None where none of them has one.

    A piece that is all pore has B = 1 with every exponent; one whose binder carries more than its pores hold has none.
    """
    if not values.pieces:
        return None
    porosity = values.fractions_of(*pores)
    mixed = (porosity < 1) & (values.values <= porosity)
    return fit_bruggeman(porosity[mixed], values.values[mixed]) if mixed.any() else None


def _conductivities(
    pores: tuple[str, ...],
    electrolyte: Mapping[str, float] | None,
    solid: Mapping[str, float] | None,
    skeleton: Mapping[str, float] | None,
    heat: Mapping[str, float] | None,
) -> dict[str, dict[str, float]]:
    """What each tensor needs, by role; those that were not asked for are left out."""
    wet = dict.fromkeys(pores, 1.0) if electrolyte is None else dict(electrolyte)
    check_efficiencies(wet, pores, "electrolyte_transport", "the bulk electrolyte")
    if skeleton is not None:
        check_efficiencies(skeleton, (), "solid_transport", "the bulk of the solid")
    given = {"electrolyte": wet, "solid": solid, "skeleton": skeleton, "heat": heat}
    return {role: dict(values) for role, values in given.items() if values is not None}


def _check(
    electrode: Microstructure,
    base: CellParameters,
    plan: HandOver,
    conductivities: Mapping[str, Mapping[str, float]],
    boundary: Boundary,
    divisions: tuple[int, int, int],
) -> None:
    """All that can be wrong before anything is solved."""
    check_plan(base, plan, conductivities, electrode)
    if divisions != NO_PIECES:
        try:
            check_divisions(electrode.image.shape, divisions)
        except InputError as error:
            raise InputError(f"{error}; {NO_PIECES} makes none, and the scatter is not known") from error
    if plan.layers is not None:
        layer_edges(electrode, plan.layers)
        check_boundaries(dict.fromkeys(conductivities, boundary))


def _tensor(
    electrode: Microstructure,
    role: str,
    conductivity: Mapping[str, float],
    settings: Mapping[str, Any],
    tell: Tell | None,
    watch: Watch | None,
) -> EffectiveTensor:
    cost = forecast(electrode, conductivity, axes=3, **settings)
    _say(tell, f"{role}: {cost.unknowns / 1e6:.3g} million unknowns, {cost.seconds:.0f} s, {cost.bytes / 1e9:.1f} GB")
    return effective_tensor(electrode, conductivity, watch=watch, **settings)


def _names(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _say(tell: Tell | None, text: str) -> None:
    if tell is not None:
        tell(text)
