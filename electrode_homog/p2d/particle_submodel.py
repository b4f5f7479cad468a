"""PyBaMM submodels that run the equations of our particles. Imported late: this module loads PyBaMM."""

from typing import Any

import numpy as np
from pybamm.parameters.lithium_ion_parameters import U_asymptotes

from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.particle_symbols import SymbolAlgebra, per_particle
from electrode_homog.particles.equations import ParticleEquations

pybamm = import_pybamm()


class EquationsParticle(pybamm.particle.BaseParticle):
    """A particle whose states are those of `equations`; PyBaMM's particle mesh needs equations.states points.

    `own_radius_m` is that of the equations where the one that PyBaMM has stands for a measured area (see
    `kinetic_radius`), and None where they are one.
    """

    def __init__(
        self,
        param: Any,
        domain: str,
        options: Any,
        equations: ParticleEquations,
        own_radius_m: float | None = None,
        phase: str = "primary",
    ):
        super().__init__(param, domain, options, phase)
        self.equations = equations
        self.own_radius_m = own_radius_m

    def get_fundamental_variables(self) -> dict[str, Any]:
        domain, Domain = self.domain_Domain
        state = pybamm.Variable(
            f"{Domain} {self.phase_name}particle state",
            domain=f"{domain} {self.phase_name}particle",
            auxiliary_domains={"secondary": f"{domain} electrode", "tertiary": "current collector"},
            scale=self.equations.tolerance_scale,
        )
        c_max = self.phase_param.c_max
        mean = c_max * per_particle(self.equations.mean, state)
        variables = self._get_standard_concentration_variables(
            c_max * SymbolAlgebra(state.domains).apply(profile(self.equations), state),
            c_s_rav=mean,
            c_s_av=pybamm.x_average(mean),
            c_s_surf=c_max * per_particle(self.equations.surface, state),
        )
        return {**variables, f"{Domain} {self.phase_name}particle state": state}

    def get_coupled_variables(self, variables: dict[str, Any]) -> dict[str, Any]:
        Domain, phase = self.domain_Domain[1], self.phase_name
        state = variables[f"{Domain} {phase}particle state"]
        if self.equations.potential_V is not None:
            T = self._over_the_particle(variables[f"{Domain} electrode temperature [K]"])
            potential = self.equations.potential_V(state, T, SymbolAlgebra(state.domains))
            surface = per_particle(self.equations.surface, potential)
            variables[f"{Domain} {phase}particle surface potential [V]"] = surface
        return variables  # without a flux, which no model of ours has at the edges of a mesh

    def set_rhs(self, variables: dict[str, Any]) -> None:
        Domain, phase = self.domain_Domain[1], self.phase_name
        state = variables[f"{Domain} {phase}particle state"]
        T = self._over_the_particle(variables[f"{Domain} electrode temperature [K]"])
        current_density = variables[f"{Domain} electrode {phase}interfacial current density [A.m-2]"]
        if self.own_radius_m is not None:
            current_density = current_density * (self.own_radius_m / self.phase_param.R)
        self.rhs = {state: self._drift(state, T) + self._inflow(state, current_density)}

    def set_initial_conditions(self, variables: dict[str, Any]) -> None:
        state = variables[f"{self.domain_Domain[1]} {self.phase_name}particle state"]
        initial = self.phase_param.c_init / self.phase_param.c_max
        self.initial_conditions = {state: SymbolAlgebra(state.domains).apply(np.diag(self.equations.uniform), initial)}

    def _over_the_particle(self, symbol: Any) -> Any:
        return pybamm.PrimaryBroadcast(symbol, [f"{self.domain} {self.phase_name}particle"])

    def _drift(self, state: Any, T: Any) -> Any:
        return self.equations.drift(state, T, SymbolAlgebra(state.domains))

    def _inflow(self, state: Any, current_density: Any) -> Any:
        influx = self._over_the_particle(-current_density / (self.param.F * self.phase_param.c_max))
        return SymbolAlgebra(state.domains).apply(np.diag(self.equations.inlet), influx)


class EquationsPotential(pybamm.open_circuit_potential.SingleOpenCircuitPotential):
    """The equilibrium potential that the equations of the particle give at its surface.

    To it come what PyBaMM adds to every open-circuit potential: (T - T_ref) dU/dT, and a wall of a volt at
    stoichiometry 0 and 1 that is below a millivolt 0.001 away from them.
    """

    def get_coupled_variables(self, variables: dict[str, Any]) -> dict[str, Any]:
        Domain = self.domain_Domain[1]
        sto_surf, sto_bulk, T, T_bulk = self._get_stoichiometry_and_temperature(variables)
        entropic = self.phase_param.dUdT(sto_surf)
        surface = variables[f"{Domain} {self.phase_name}particle surface potential [V]"]
        surface = surface + (T - self.param.T_ref) * entropic + U_asymptotes(sto_surf)
        bulk = self.phase_param.U(sto_bulk, T_bulk)
        variables.update(self._get_standard_ocp_variables(surface, bulk, entropic))
        self._alias_ocp_as_equilibrium(variables)
        return variables


class StatesMesh(pybamm.Uniform1DSubMesh):
    """A particle mesh with one point per state, whatever number of points is asked for."""

    def __init__(self, lims: Any, npts: dict[str, int], states: int):
        super().__init__(lims, dict.fromkeys(npts, states))


def profile(equations: ParticleEquations) -> np.ndarray:
    """(n, n): the stoichiometry in the middle of n shells of equal thickness, interpolated between the places."""
    order = np.argsort(equations.position, kind="stable")
    position, places = equations.position[order], equations.places[order]
    middle = (np.arange(equations.states) + 0.5) / equations.states
    return np.array([np.interp(middle, position, column) for column in places.T]).T
