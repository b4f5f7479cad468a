"""The P2D model of a cell: which particles PyBaMM's own equations run, and which ours.

A `Sphere` with a chemical diffusivity as it stands, a number or an expression, keeps PyBaMM's particle on Mesh.r_points
uniform shells. Everything else runs the equations of `particles`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, assert_never

from electrode_homog.expression import Expression
from electrode_homog.p2d.cell_run import Mesh
from electrode_homog.p2d.names import CONTACT_RESISTANCE_OPTION, TORTUOSITY_FACTOR_OPTION
from electrode_homog.parameters import CellParameters
from electrode_homog.particles.cahn_hilliard import CahnHilliard, points_needed
from electrode_homog.particles.cahn_hilliard_interface import phase_boundaries
from electrode_homog.particles.discretised import OneSizeParticle, particle_equations
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.radial import FEWEST_POINTS, MOST_POINTS
from electrode_homog.particles.reduced_particle import ReducedParticle
from electrode_homog.particles.shrinking_core import ShrinkingCore
from electrode_homog.particles.sphere import Sphere
from electrode_homog.particles.sphere_sizes import SphereSizes

if TYPE_CHECKING:
    from electrode_homog.p2d.particle_dfn import ParticleDFN


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

    Raises PyBaMM's OptionError for options that it does not know, InputError for those that our particles do not
    carry out, such as stress and the heat of mixing.
    """
    from electrode_homog.p2d.particle_dfn import ParticleDFN  # loads PyBaMM
    from electrode_homog.p2d.particle_events import particle_events

    all_options: dict[str, Any] = dict(TORTUOSITY_FACTOR_OPTION)
    if cell.cell.contact_resistance_Ohm > 0:
        all_options |= CONTACT_RESISTANCE_OPTION
    all_options |= options or {}
    equations, sizes = {}, {}
    for side, electrode in (("negative", cell.negative), ("positive", cell.positive)):
        match electrode.particle:
            case Sphere() if isinstance(electrode.diffusivity_m2_s, float | Expression):
                continue
            case SphereSizes() as particle:
                sizes[side] = particle
                particle = Sphere(particle.radius_m)  # whose equations are then scaled for each size
            case particle:
                pass
        points = particle_points(particle, electrode.material, mesh)
        equations[side] = particle_equations(particle, electrode.material, points=points)
    model = ParticleDFN(equations, all_options, sizes=sizes)
    model.events += particle_events(cell, model.variables, equations)
    return model


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
