"""PyBaMM submodels that run the equations of our particles. Imported late: this module loads PyBaMM."""

from typing import Any

import numpy as np

from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.particle_symbols import SymbolAlgebra, per_particle
from electrode_homog.particles.equations import ParticleEquations

pybamm = import_pybamm()


class EquationsParticle(pybamm.particle.BaseParticle):
    """A particle whose states are those of `equations`; PyBaMM's particle mesh needs equations.states points."""

    def __init__(self, param: Any, domain: str, options: Any, equations: ParticleEquations):
        super().__init__(param, domain, options, "primary")
        self.equations = equations

    def _symbols(self, variables: dict[str, Any]) -> tuple[Any, Any, SymbolAlgebra]:
        """State, temperature on the particle domain, and algebra."""
        domain, Domain = self.domain_Domain
        temperature = pybamm.PrimaryBroadcast(variables[f"{Domain} electrode temperature [K]"], [f"{domain} particle"])
        algebra = SymbolAlgebra(f"{domain} particle", f"{domain} electrode")
        return variables[f"{Domain} particle state"], temperature, algebra

    def get_fundamental_variables(self) -> dict[str, Any]:
        domain, Domain = self.domain_Domain
        state = pybamm.Variable(
            f"{Domain} particle state",
            domain=f"{domain} particle",
            auxiliary_domains={"secondary": f"{domain} electrode", "tertiary": "current collector"},
        )
        c_max = self.phase_param.c_max
        mean = c_max * per_particle(self.equations.mean, state)
        surface = c_max * per_particle(self.equations.surface, state)
        x_averaged_mean = pybamm.x_average(mean)
        variables = self._get_standard_concentration_variables(
            c_max * state,
            c_s_xav=pybamm.PrimaryBroadcast(x_averaged_mean, [f"{domain} particle"]),
            c_s_rav=mean,
            c_s_av=x_averaged_mean,
            c_s_surf=surface,
        )
        return {**variables, f"{Domain} particle state": state}

    def get_coupled_variables(self, variables: dict[str, Any]) -> dict[str, Any]:
        domain, Domain = self.domain_Domain
        state, temperature, algebra = self._symbols(variables)
        if self.equations.potential_V is not None:
            potential = self.equations.potential_V(state, temperature, algebra)
            variables[f"{Domain} particle surface potential [V]"] = per_particle(self.equations.surface, potential)
        nothing = pybamm.FullBroadcastToEdges(
            0,
            [f"{domain} particle"],
            auxiliary_domains={"secondary": f"{domain} electrode", "tertiary": "current collector"},
        )
        variables.update(self._get_standard_flux_variables(nothing))
        return variables

    def set_rhs(self, variables: dict[str, Any]) -> None:
        domain, Domain = self.domain_Domain
        state, temperature, algebra = self._symbols(variables)
        current_density = variables[f"{Domain} electrode interfacial current density [A.m-2]"]
        influx = pybamm.PrimaryBroadcast(
            -current_density / (self.param.F * self.phase_param.c_max), [f"{domain} particle"]
        )
        drift = self.equations.drift(state, temperature, algebra)
        self.rhs = {state: drift + algebra.apply(np.diag(self.equations.inlet), influx)}

    def set_initial_conditions(self, variables: dict[str, Any]) -> None:
        state, _, algebra = self._symbols(variables)
        uniform = algebra.apply(np.diag(self.equations.uniform), self.phase_param.c_init / self.phase_param.c_max)
        self.initial_conditions = {state: uniform}


class EquationsPotential(pybamm.open_circuit_potential.SingleOpenCircuitPotential):
    """The equilibrium potential that the equations of the particle give at its surface."""

    def get_coupled_variables(self, variables: dict[str, Any]) -> dict[str, Any]:
        Domain = self.domain_Domain[1]
        sto_surf, sto_bulk, _, T_bulk = self._get_stoichiometry_and_temperature(variables)
        surface = variables[f"{Domain} particle surface potential [V]"]
        bulk = self.phase_param.U(sto_bulk, T_bulk)
        variables.update(self._get_standard_ocp_variables(surface, bulk, self.phase_param.dUdT(sto_surf)))
        self._alias_ocp_as_equilibrium(variables)
        return variables


class ParticleDFN(pybamm.lithium_ion.DFN):
    """PyBaMM's Doyle-Fuller-Newman model with our particles in the electrodes named in `equations`."""

    def __init__(
        self,
        equations: dict[str, ParticleEquations],
        options: dict[str, str] | None = None,
        name: str = "Doyle-Fuller-Newman model with particles of electrode_homog",
    ):
        self.particle_equations = equations  # before super(), which builds the model
        super().__init__(options, name=name)

    def set_particle_submodel(self) -> None:
        super().set_particle_submodel()
        for domain, equations in self.particle_equations.items():
            submodel = EquationsParticle(self.param, domain, self.options, equations)
            self.submodels[f"{domain} primary particle"] = submodel

    def set_open_circuit_potential_submodel(self) -> None:
        super().set_open_circuit_potential_submodel()
        for domain, equations in self.particle_equations.items():
            if equations.potential_V is not None:
                self.submodels[f"{domain} primary open-circuit potential"] = EquationsPotential(
                    self.param, domain, "lithium-ion main", self.options, "primary", False
                )
