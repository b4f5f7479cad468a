"""From the numbers of an image to a parameter set: what goes where, and what the source says.

Only the through-thickness entry of a tensor is handed over: a P2D model has no other slot, and a mean over
directions would be wrong wherever an electrode is calendered. What no image knows (potentials, kinetics,
concentrations, diffusivities, the electrolyte, the other electrode) comes from the base set, and its source says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from electrode_homog.errors import InputError, NotPercolatingError
from electrode_homog.expression import evaluate
from electrode_homog.homogenization import EffectiveTensor, Watch
from electrode_homog.microstructure import Microstructure, Survey
from electrode_homog.parameters import EFFECTIVE_ALREADY, CellParameters, Layers
from electrode_homog.report import BothDirections, ImageNotes, Named
from electrode_homog.workflow.image_choices import HandOver, Radii, Side
from electrode_homog.workflow.image_layers import LayeredTransport, check_boundaries, layers_from_image
from electrode_homog.workflow.image_values import (
    ImageFindings,
    Sourced,
    Values,
    fraction_values,
    image_name,
    share_of,
    surface_values,
    thermal_values,
    through_and_in_plane,
    transport_values,
)
from electrode_homog.workflow.image_warnings import hand_over_warnings
from electrode_homog.workflow.reacting_surface import ReactingSurface, reacting_surface

Tell = Callable[[str], None]
FROM_BASE = "from base set"


@dataclass(frozen=True)
class ThroughAndInPlane:
    """A value through the thickness, and the mean of both directions in the plane, for models with collectors."""

    through_plane: float
    in_plane: float


@dataclass(frozen=True, eq=False)
class ElectrodeFromImage:
    """The parameter set, and what of the image stands behind it.

    `tensors` are those that were handed over, by what they give: electrolyte, solid, skeleton, heat. The values under
    them are effective ones of the whole electrode at the reference temperature, None where the plan did not ask;
    `surface` is that of the first active material, `survey` what was counted. `warnings` are sentences: what the image
    cannot tell, and what no longer fits the base set.
    """

    cell: CellParameters
    electrode: str
    tensors: Mapping[str, EffectiveTensor]
    electrolyte_efficiency: ThroughAndInPlane
    electronic_conductivity_S_m: ThroughAndInPlane | None
    thermal_conductivity_W_m_K: ThroughAndInPlane | None
    surface: ReactingSurface | None
    layers: Layers | None
    survey: Survey
    warnings: tuple[str, ...]

    def report_items(self) -> list[Any]:
        """The results for `write_report`; give the image and the base set before them, runs after them."""
        tensors = [Named(role, tensor) for role, tensor in self.tensors.items()]
        return [self.survey, *tensors, self.cell, self.notes]

    @property
    def notes(self) -> ImageNotes:
        """What a report says beside the set; what the survey warns of stands elsewhere."""
        found = [
            BothDirections(name, unit, value.through_plane, value.in_plane)
            for name, unit, value in (
                ("transport efficiency of the electrolyte", "", self.electrolyte_efficiency),
                ("electronic conductivity", "S/m", self.electronic_conductivity_S_m),
                ("thermal conductivity", "W/(m K)", self.thermal_conductivity_W_m_K),
            )
            if value is not None
        ]
        warnings = tuple(text for text in self.warnings if text not in self.survey.warnings)
        return ImageNotes(self.cell.name, self.electrode, tuple(found), warnings)


def hand_over(
    electrode: Microstructure,
    base: CellParameters,
    plan: HandOver,
    found: ImageFindings,
    *,
    tell: Tell | None = None,
    watch: Watch | None = None,
) -> ElectrodeFromImage:
    """The base set with one electrode from the image; `tell` hears of the steps that take time.

    The electrolyte's B enters as the Bruggeman exponent that gives it at the image's porosity, so that a later change
    of porosity moves B sensibly, or as it is where there are layers.

    Raises NotPercolatingError if a tensor is 0 through the thickness, InputError where plan, base set and image do not
    fit together, NotConvergedError where a diffusive radius is asked for and was not found.
    """
    tensors = {role: found.tensors[name] for role, name in plan.tensors.items()}
    check_plan(base, plan, {role: tensor.conductivity for role, tensor in tensors.items()}, electrode)
    _check_percolation(tensors)
    before, image = getattr(base, plan.electrode), image_name(electrode)
    values = fraction_values(electrode, before, plan, found, image)
    if values["porosity"].deviation is None:  # an image too small for that is too small for the scatter of its pieces
        found = replace(found, scatter={})
    values |= transport_values(plan, found, image)
    surface = None
    if plan.radii is not Radii.BASE:
        _say(tell, "reacting surface and diffusive radius")
        surface, of_surface = _surfaces(electrode, base, plan, found, image)
        values |= of_surface
    if plan.layers is not None:
        _say(tell, f"{plan.layers.count} layers: the resistance of the image shared out among its slabs")
        layers = _layers(electrode, base, plan, tensors, surface, watch)
        values["layers"] = Sourced(layers, _source_of_layers(plan, image))
    heat = thermal_values(tensors["heat"], image) if "heat" in tensors and base.thermal is not None else {}
    cell = _filled(base, plan.electrode, values, heat)
    warnings = (*found.survey.warnings, *hand_over_warnings(electrode, base, cell, plan, tensors, surface))
    return _result(cell, plan.electrode, tensors, surface, found.survey, warnings)


def _result(
    cell: CellParameters,
    side: Side,
    tensors: Mapping[str, EffectiveTensor],
    surface: ReactingSurface | None,
    survey: Survey,
    warnings: tuple[str, ...],
) -> ElectrodeFromImage:
    filled = getattr(cell, side)
    through = {role: ThroughAndInPlane(*through_and_in_plane(tensor)) for role, tensor in tensors.items()}
    if "skeleton" in through:
        k = evaluate(filled.conductivity_S_m, T=cell.cell.reference_temperature_K)
        B = through["skeleton"]
        through["solid"] = ThroughAndInPlane(k * B.through_plane, k * B.in_plane)
    return ElectrodeFromImage(
        cell=cell,
        electrode=side,
        tensors=tensors,
        electrolyte_efficiency=through["electrolyte"],
        electronic_conductivity_S_m=through.get("solid"),
        thermal_conductivity_W_m_K=through.get("heat"),
        surface=surface,
        layers=filled.layers,
        survey=survey,
        warnings=warnings,
    )


def with_image_fractions(base: CellParameters, plan: HandOver, found: Survey) -> CellParameters:
    """The base set with porosity, active and inactive fraction of the image; its transport laws stay, layers do not."""
    porosity, active, second = (share_of(found, names) for names in (plan.porosity, plan.active, plan.secondary))
    return base.with_electrode(
        plan.electrode,
        source=f"volume fractions of the image {found.source}",
        porosity=porosity,
        active_fraction=active,
        inactive_fraction=max(0.0, 1.0 - porosity - active - second),
        **({"layers": None} if getattr(base, plan.electrode).layers is not None else {}),
        **({"secondary.active_fraction": second} if plan.secondary else {}),
    )


def check_plan(
    base: CellParameters, plan: HandOver, conductivities: Mapping[str, Mapping[str, Any]], electrode: Microstructure
) -> None:
    """Raise InputError where a plan does not fit base set and image; `conductivities` are those of the tensors."""
    for name in (*plan.porosity, *plan.active, *plan.secondary, *plan.reacting):
        electrode.checked_name(name)
    before, side = getattr(base, plan.electrode), plan.electrode
    if before.secondary is not None and not plan.secondary:
        raise InputError(
            f"the {side} electrode of {base.name} is blended; secondary must name the phases of the other material"
        )
    if before.secondary is None and plan.secondary:
        raise InputError(f"the {side} electrode of {base.name} has one active material; leave out secondary")
    heat = conductivities.get("heat")
    missing = [] if heat is None else [name for name in electrode.phases if name not in heat]
    if missing:
        raise InputError(f"the thermal conductivity of {', '.join(missing)} is not given; every phase conducts heat")
    if "skeleton" in conductivities and before.solid_law == EFFECTIVE_ALREADY:
        raise InputError(
            f"{base.name}: the conductivity of the {side} electrode is effective already, and with a transport "
            "efficiency of the image its structure would count twice; give bulk conductivities in S/m, or neither"
        )


def check_efficiencies(conductivity: Mapping[str, float], bulk: tuple[str, ...], where: str, material: str) -> None:
    """Raise InputError unless `bulk` phases, and no others, have the conductivity 1: else B is no efficiency.

    Without `bulk`, any phase may have it.
    """
    for phase in bulk:
        if conductivity.get(phase) != 1:
            raise InputError(
                f"{where} must give the phase {phase!r} the value 1, so that the entries are transport efficiencies"
            )
    for phase, k in conductivity.items():
        if k > 1:
            raise InputError(f"{where}.{phase} = {k:g}: nothing conducts better than {material}, which has 1")
        if k == 1 and bulk and phase not in bulk:
            raise InputError(f"{where}.{phase} = 1: what conducts like {material} is a pore; name it under porosity")


def _check_percolation(tensors: Mapping[str, EffectiveTensor]) -> None:
    for role, tensor in tensors.items():
        if not tensor.percolates[0]:
            raise NotPercolatingError(
                f"the {role} phases give 0 through the thickness, {' + '.join(tensor.conductivity)} "
                f"{tensor.boundary.obstacle(0)}: no cell works with that; check through_axis, labels and boundary",
                axes=(0,),
            )


def _surfaces(
    electrode: Microstructure, base: CellParameters, plan: HandOver, found: ImageFindings, image: str
) -> tuple[ReactingSurface, Values]:
    """Surface of the first active material, and the values of both."""
    before, survey = getattr(base, plan.electrode), found.survey
    surface = reacting_surface(electrode, survey, plan.active, plan.reacting_phases, plan.secondary)
    values = surface_values(before, plan, image, surface)
    if plan.secondary:
        second = reacting_surface(electrode, survey, plan.secondary, plan.reacting_phases, plan.active)
        of_second = surface_values(before.secondary, plan, image, second)
        values |= {f"secondary.{name}": value for name, value in of_second.items()}
    return surface, values


def _layers(
    electrode: Microstructure,
    base: CellParameters,
    plan: HandOver,
    tensors: Mapping[str, EffectiveTensor],
    surface: ReactingSurface | None,
    watch: Watch | None,
) -> Layers:
    assert plan.layers is not None
    check_boundaries({role: tensor.boundary for role, tensor in tensors.items()})
    before = getattr(base, plan.electrode)
    if "skeleton" in tensors:
        mean = tensors["skeleton"].through_thickness
    else:
        porosity = sum(electrode.fractions[name] for name in plan.porosity)
        mean = 1.0 if "solid" in tensors else before.solid_law(1 - porosity)
    transport = LayeredTransport(tensors["electrolyte"], tensors.get("solid", tensors.get("skeleton")), mean)
    own_area = surface if plan.radii in (Radii.DIFFUSIVE, Radii.BASE_AND_AREA) else None
    return layers_from_image(electrode, plan, transport, own_area, watch)


def _source_of_layers(plan: HandOver, image: str) -> str:
    assert plan.layers is not None
    solid = "" if plan.solid or plan.skeleton else "; solid alike in all, as in the base set"
    return (
        f"{plan.layers.count} slabs of the image {image}, its {plan.layers.collector.value} at the current "
        f"collector: voxels counted, resistance by what each slab dissipates in the field of the whole image{solid}"
    )


def _filled(base: CellParameters, side: str, values: Values, heat: Values) -> CellParameters:
    """The base set with values in their places, and everything else marked as its own."""
    cell = base.with_electrode(side, **{name: value.value for name, value in values.items()})  # type: ignore[arg-type]
    for name, value in heat.items():
        cell = cell.with_value(f"thermal.{side}.{name}", value.value)
    given = {f"{side}.{name}": value for name, value in values.items() if value.value is not None}
    given |= {f"thermal.{side}.{name}": value for name, value in heat.items()}
    sources = {path: given[path].source if path in given else _marked(base, path) for path in cell.sources}
    deviations = {path: value.deviation for path, value in given.items() if value.deviation is not None}
    return replace(
        cell,
        name=f"{base.name}-{side}-from-image",
        title=f"{base.title or base.name}, {side} electrode from an image",
        sources=sources,
        uncertainties={**cell.uncertainties, **deviations},
    )


def _marked(base: CellParameters, path: str) -> str:
    source = base.sources[path]
    return source if source.startswith(FROM_BASE) else f"{FROM_BASE} {base.name}: {source}"


def _say(tell: Tell | None, text: str) -> None:
    if tell is not None:
        tell(text)
