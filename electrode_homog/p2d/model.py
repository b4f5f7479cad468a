"""The P2D model of a cell: which particles PyBaMM's own equations run, and which ours.

A `Sphere` with a chemical diffusivity as it stands, a number or an expression, keeps PyBaMM's particle on Mesh.r_points
uniform shells, unless layers differ in area per active material. Everything else runs the equations of `particles`.
Cells with layers have the mesh of `layered_mesh` and the electrolyte of `layered_electrolyte`, others PyBaMM's.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, assert_never

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression
from electrode_homog.p2d.active_phases import is_blended, particle_phases
from electrode_homog.p2d.cell_run import Mesh
from electrode_homog.p2d.kinetic_radius import radius_scales
from electrode_homog.p2d.layer_profiles import Side
from electrode_homog.p2d.names import CONTACT_RESISTANCE_OPTION, PARTICLE_PHASES_OPTION, TORTUOSITY_FACTOR_OPTION
from electrode_homog.p2d.options import resistance_problems
from electrode_homog.p2d.thermal_conversion import check_heated_volume
from electrode_homog.parameters import CellParameters, Electrode, Layers
from electrode_homog.particles.cahn_hilliard import CahnHilliard, points_needed
from electrode_homog.particles.cahn_hilliard_interface import phase_boundaries
from electrode_homog.particles.discretised import OneSizeParticle, particle_equations
from electrode_homog.particles.equations import ParticleEquations
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.radial import FEWEST_POINTS, MOST_POINTS
from electrode_homog.particles.reduced_particle import ReducedParticle
from electrode_homog.particles.shrinking_core import ShrinkingCore
from electrode_homog.particles.sphere import Sphere
from electrode_homog.particles.sphere_sizes import SphereSizes

if TYPE_CHECKING:
    from electrode_homog.p2d.particle_dfn import ParticleDFN

SAME_EFFICIENCY = (*TORTUOSITY_FACTOR_OPTION.values(), "Bruggeman")
"""Options of PyBaMM with which it takes B from the cell; its others are formulas of the porosity."""


def pybamm_model(
    cell: CellParameters,
    *,
    mesh: Mesh = Mesh(),  # noqa: B008
    options: Mapping[str, Any] | None = None,
) -> "ParticleDFN":
    """PyBaMM's Doyle-Fuller-Newman model of the cell, for `pybamm.Simulation(model, parameter_values=to_pybamm(cell))`.

    `options` are further options of PyBaMM, such as {"thermal": "lumped"}; the parameters that they need are added to
    `to_pybamm(cell)` by the caller. Particles of ours bring their points with them, by the default submesh types of
    the model: "r_n" and "r_p" in `var_pts` then have no say, nor have "R_n" and "R_p", which SphereSizes needs there.
    Of `mesh`, only r_points is used. Radius and diffusivity of our particles are those of `cell`, and so is the
    potential of CahnHilliard: other parameter values end a run at its start. Change the cell, and make another model.
    The default submesh types also put faces of the mesh on the boundaries of layers.

    A blended electrode runs PyBaMM's particle phases. PyBaMM does so with "surface form" only; without this option the
    model has the potentials of electrode and electrolyte as states here too, as in any other cell: PyBaMM's algebraic
    form loses salt (0.2 % in 3000 s at 1C with 10 points per electrode, 0.04 % with 20).

    Raises PyBaMM's OptionError for options that it does not know, InputError for those that our particles do not
    carry out, such as stress and the heat of mixing, for a transport efficiency or contact resistance that is not the
    cell's, for SphereSizes in a blended electrode, and for a lumped pouch of several electrodes in parallel, which
    PyBaMM heats too much.
    """
    from electrode_homog.p2d.particle_dfn import ParticleDFN  # loads PyBaMM
    from electrode_homog.p2d.particle_events import particle_events

    equations = _own_equations(cell, mesh)
    model = ParticleDFN(
        equations,
        _all_options(cell, options or {}),
        sizes=_sizes(cell),
        own_radii_m=_own_radii_m(cell, equations),
        layers=_layers(cell),
        phases=particle_phases(cell),
    )
    model.events += particle_events(cell, model.variables, equations)
    return model


def _own_equations(cell: CellParameters, mesh: Mesh) -> dict[str, ParticleEquations]:
    """Of the active materials whose particles are ours."""
    equations = {}
    for path, phase in cell.active_materials().items():
        match phase.particle:
            case Sphere() if isinstance(phase.diffusivity_m2_s, float | Expression) and len(radius_scales(phase)) == 1:
                continue
            case SphereSizes() as sizes:
                particle = Sphere(sizes.radius_m)  # whose equations are then scaled for each size
            case particle:
                pass
        points = particle_points(particle, phase.material, mesh)
        equations[path] = particle_equations(particle, phase.material, points=points)
    return equations


def _sizes(cell: CellParameters) -> dict[str, SphereSizes]:
    sizes = {}
    for path, phase in cell.active_materials().items():
        if isinstance(phase.particle, SphereSizes):
            if is_blended(cell, path):
                raise InputError(
                    f"{path}.particle: particles of several sizes are not supported in an electrode with two active "
                    "materials; give a Sphere, or a particle of another kind"
                )
            sizes[path] = phase.particle
    return sizes


def _own_radii_m(cell: CellParameters, equations: Mapping[str, ParticleEquations]) -> dict[str, float]:
    """Of our particles where PyBaMM's radius stands for a measured area."""
    ours = {path: phase for path, phase in cell.active_materials().items() if path in equations}
    return {path: phase.particle.radius_m for path, phase in ours.items() if radius_scales(phase) != (1.0,)}


def _all_options(cell: CellParameters, options: Mapping[str, Any]) -> dict[str, Any]:
    resistance = CONTACT_RESISTANCE_OPTION if cell.cell.contact_resistance_Ohm > 0 else {}
    phases, given = particle_phases(cell), options.get(PARTICLE_PHASES_OPTION)
    if "2" in phases and given not in (None, phases):
        raise InputError(f"options {PARTICLE_PHASES_OPTION!r} = {given!r}: the cell has {phases!r} active materials")
    efficiency = options.get("transport efficiency", "Bruggeman")
    if efficiency not in SAME_EFFICIENCY:
        raise InputError(
            f"options 'transport efficiency' = {efficiency!r}: PyBaMM would take a formula of the porosity for the "
            f"values of the cell; give one of {', '.join(SAME_EFFICIENCY)}, or leave it out"
        )
    if problems := resistance_problems(cell, options):
        raise InputError(f"options {'; '.join(problems)}")
    check_heated_volume(cell, options)
    return {**TORTUOSITY_FACTOR_OPTION, **resistance, **options}


def _layers(cell: CellParameters) -> dict[Side, Layers]:
    electrodes: dict[Side, Electrode] = {"negative": cell.negative, "positive": cell.positive}
    return {side: electrode.layers for side, electrode in electrodes.items() if electrode.layers is not None}


def particle_points(particle: OneSizeParticle, material: ActiveMaterial, mesh: Mesh) -> int:
    """Nodes along the radius of our particle where PyBaMM's has mesh.r_points uniform shells.

    Nodes crowd at the surface: 12 are within 0.18 mV rms of 200 shells at 1C and 1.6 mV at 3C, where 40 shells are
    within 0.17 and 1.3 mV (chen2020), so two fifths as many are on the safe side, for ShrinkingCore too. The nodes of
    CahnHilliard are even, half as many, and more where an interface asks for it (20 are within 0.01 mV rms of 60 for
    one of 0.3 radii, phosphate at 1C); without an interface as many as shells.
    """
    match particle:
        case CahnHilliard():
            half = max(FEWEST_POINTS, (mesh.r_points + 1) // 2)
            separates = phase_boundaries(material, particle.gradient_coefficient_V_m2)
            least = half if separates else mesh.r_points
            return max(least, min(points_needed(particle, material), MOST_POINTS))
        case Sphere() | ShrinkingCore() | ReducedParticle():
            return max(FEWEST_POINTS, (2 * mesh.r_points + 4) // 5)
        case _:
            assert_never(particle)
