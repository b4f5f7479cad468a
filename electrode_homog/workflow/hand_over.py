"""From the numbers of an image to a parameter set: what goes where, and what the source says.

Only the through-thickness entry of a tensor is handed over: a P2D model has no other slot, and a mean over
directions would be wrong wherever an electrode is calendered.
"""

from dataclasses import replace

from electrode_homog.errors import NotPercolatingError
from electrode_homog.homogenization import EffectiveTensor
from electrode_homog.microstructure import Survey
from electrode_homog.parameters import EFFECTIVE_ALREADY, CellParameters
from electrode_homog.transport_law import BruggemanLaw, bruggeman_exponent
from electrode_homog.workflow.study import HandOver


def with_image_fractions(base: CellParameters, plan: HandOver, survey: Survey) -> CellParameters:
    """The base set with porosity, active and inactive fraction of the image; its transport laws stay."""
    porosity, active = (_share(survey, names) for names in (plan.porosity, plan.active))
    inactive = max(0.0, 1.0 - porosity - active)
    return base.with_electrode(
        plan.electrode,
        source=f"volume fractions of the image {survey.source}",
        porosity=porosity,
        active_fraction=active,
        inactive_fraction=inactive,
    )


def handed_over(
    base: CellParameters,
    plan: HandOver,
    survey: Survey,
    electrolyte: EffectiveTensor,
    solid: EffectiveTensor | None,
    law: BruggemanLaw | None,
) -> CellParameters:
    """The base set with the image's fractions and through-thickness transport.

    The electrolyte's B enters as the Bruggeman exponent that gives it at the image's porosity, so that a later
    change of porosity moves B sensibly; `law`, fitted to sub-volumes, says over which porosities.
    `solid`, in S/m, becomes the electrode's conductivity, marked effective: it is not corrected again.

    Raises NotPercolatingError if a tensor is 0 through the thickness.
    """
    for name, tensor in (("electrolyte", electrolyte), ("solid", solid)):
        if tensor is not None and not tensor.percolates[0]:
            raise NotPercolatingError(
                f"the {name} phases give 0 through the thickness, {' + '.join(tensor.conductivity)} "
                f"{tensor.boundary.obstacle(0)}: no cell works with that; check through_axis, labels and boundary",
                axes=(0,),
            )
    cell = replace(
        with_image_fractions(base, plan, survey),
        name=f"{base.name}-{plan.electrode}-from-image",
        title=f"{base.title or base.name}, {plan.electrode} electrode from an image",
    )
    porosity = _share(survey, plan.porosity)
    exponent = bruggeman_exponent(porosity, electrolyte.through_thickness)
    low, high = (porosity, porosity) if law is None else law.porosity_range
    measured = BruggemanLaw(exponent, (min(low, porosity), max(high, porosity)))
    cell = cell.with_electrode(
        plan.electrode,
        source=f"through-thickness B = {electrolyte.through_thickness:.6g} of {_method(electrolyte)}",
        electrolyte_law=measured,
    )
    if solid is None:
        return cell
    return cell.with_electrode(
        plan.electrode,
        source=f"through-thickness effective value, bulk conductivities as given in the study, of {_method(solid)}",
        conductivity_S_m=solid.through_thickness,
        solid_law=EFFECTIVE_ALREADY,
    )


def _share(survey: Survey, names: tuple[str, ...]) -> float:
    return sum(phase.volume_fraction for phase in survey.phases if phase.name in names)


def _method(tensor: EffectiveTensor) -> str:
    phases = ", ".join(f"{name} {k[0]:g}" for name, k in tensor.conductivity.items())
    return (
        f"{tensor.source} ({phases}; {tensor.boundary.value}, finite volumes on voxels, "
        f"relative error {tensor.relative_error:.1e})"
    )
