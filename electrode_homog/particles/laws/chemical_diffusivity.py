"""Diffusivity, thermodynamic factor and equilibrium potential of a material at a stoichiometry x and temperature T.

x and T are numbers, arrays, or symbols of another library; `interpolate` evaluates a table at such an x. With plain
arrays or numbers the default serves.
"""

from typing import Any, assert_never

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.expression import CONSTANTS, Expression, evaluate
from electrode_homog.particles.laws.darken import DarkenDiffusivity, JumpDiffusivity, TracerDiffusivity
from electrode_homog.particles.laws.derivative import derivative
from electrode_homog.particles.laws.mechanism import availability
from electrode_homog.particles.laws.thermodynamics import FromOpenCircuitPotential, ThermodynamicFactor
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.table import Interpolate, Table, interpolated, slope_table


def chemical_diffusivity(material: ActiveMaterial, x: Any, T: Any, interpolate: Interpolate = interpolated) -> Any:
    """D_chem [m2/s], which drives a flux along gradients of concentration: J = -c_max D_chem grad x."""
    law = material.diffusivity_m2_s
    if isinstance(law, DarkenDiffusivity):
        return jump_diffusivity(material, x, T) * thermodynamic_factor(material, x, T, interpolate)
    return _shaped(evaluate(law, x=x, T=T), x)


def jump_diffusivity(material: ActiveMaterial, x: Any, T: Any) -> Any:
    """D_J [m2/s], which drives a flux along gradients of chemical potential: J = -c_max x D_J grad(mu/RT).

    Raises InputError for a material whose diffusivity is a chemical one, from which D_J is not known.
    """
    law = material.diffusivity_m2_s
    if not isinstance(law, DarkenDiffusivity):
        raise InputError(
            "diffusivity_m2_s is a chemical diffusivity as it stands, but the jump diffusivity is needed; give "
            "DarkenDiffusivity(JumpDiffusivity(...), thermodynamics, ...)"
        )
    attempted = evaluate(law.diffusivity.value_m2_s, x=x, T=T) * law.arrhenius.factor(T)
    match law.diffusivity:
        case JumpDiffusivity():
            pass
        case TracerDiffusivity():
            attempted = attempted / evaluate(law.diffusivity.correlation_factor, x=x)
        case _:
            assert_never(law.diffusivity)
    return _shaped(attempted * availability(law.mechanism, x), x)


def thermodynamic_factor(material: ActiveMaterial, x: Any, T: Any, interpolate: Interpolate = interpolated) -> Any:
    """Gamma = d(mu/RT)/d ln x, with the floor of a DarkenDiffusivity that has one."""
    law = material.diffusivity_m2_s
    factor = factor_without_floor(material, x, T, interpolate)
    if not isinstance(law, DarkenDiffusivity) or law.floor is None:
        return factor
    return 0.5 * (factor + np.sqrt(factor * factor + 4 * law.floor**2))


def factor_without_floor(material: ActiveMaterial, x: Any, T: Any, interpolate: Interpolate = interpolated) -> Any:
    """Gamma as it is; of a chemical diffusivity as it stands, the one that the open-circuit potential implies."""
    model = thermodynamics(material)
    if isinstance(model, FromOpenCircuitPotential):
        return factor_of_potential(material.open_circuit_potential_V, x, T, interpolate)
    return model.factor(x, T)


def thermodynamics(material: ActiveMaterial) -> ThermodynamicFactor:
    """Where the thermodynamic factor comes from; the potential for a chemical diffusivity as it stands."""
    law = material.diffusivity_m2_s
    return law.thermodynamics if isinstance(law, DarkenDiffusivity) else FromOpenCircuitPotential()


def factor_of_potential(
    open_circuit_potential_V: Expression | Table, x: Any, T: Any, interpolate: Interpolate = interpolated
) -> Any:
    """Gamma = -(F x/RT) dU/dx: CasADi derives a formula; the derivative of a table is its `slope_table`."""
    match open_circuit_potential_V:
        case Expression():
            slope = derivative(open_circuit_potential_V)(x=x, T=1.0)
        case Table():
            slope = interpolate(slope_table(open_circuit_potential_V), x)
        case _:
            assert_never(open_circuit_potential_V)
    return -CONSTANTS["F"] / CONSTANTS["R"] / T * x * slope


def equilibrium_potential(material: ActiveMaterial, x: Any, interpolate: Interpolate = interpolated) -> Any:
    """The open-circuit potential U(x) [V] against lithium."""
    match material.open_circuit_potential_V:
        case Table() as table:
            return interpolate(table, x)
        case expression:
            return _shaped(evaluate(expression, x=x), x)


def _shaped(value: Any, x: Any) -> Any:
    """A number as an array where x is one, so that the answer has the shape of x."""
    if not isinstance(x, np.ndarray) or not isinstance(value, float | np.ndarray) or np.shape(value) == x.shape:
        return value
    return value + np.zeros_like(x, dtype=float)
