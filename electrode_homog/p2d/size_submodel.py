"""PyBaMM submodel of spheres of several sizes at every point of an electrode. Imported late: this loads PyBaMM.

PyBaMM splits the current between the sizes: each has the overpotential that its own surface leaves. Its integrals over
the radius become sums over our sizes, whose share of the area stands where the mesh keeps the width of its cells.
"""

from typing import Any

import numpy as np

from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.particle_submodel import EquationsParticle, profile
from electrode_homog.p2d.particle_symbols import SymbolAlgebra, per_particle

pybamm = import_pybamm()


class EquationsOfSizes(EquationsParticle):
    """`equations` are those of a sphere of the mean radius: in one s times as large, diffusion takes s**2 as long."""

    def get_fundamental_variables(self) -> dict[str, Any]:
        domain, Domain = self.domain_Domain
        electrode = {"secondary": f"{domain} electrode", "tertiary": "current collector"}
        state = pybamm.Variable(
            f"{Domain} particle state",
            domain=f"{domain} particle",
            auxiliary_domains={
                "secondary": f"{domain} particle size",
                "tertiary": f"{domain} electrode",
                "quaternary": "current collector",
            },
            scale=self.equations.tolerance_scale,
        )
        R = pybamm.SpatialVariable(
            f"R_{domain[0]}", domain=[f"{domain} particle size"], auxiliary_domains=electrode, coord_sys="cartesian"
        )
        variables = self._get_distribution_variables(R)
        area = variables[f"{Domain} area-weighted particle-size distribution [m-1]"]
        volume = variables[f"{Domain} volume-weighted particle-size distribution [m-1]"]
        c_max = self.phase_param.c_max
        surface = per_particle(self.equations.surface, state)
        concentration = c_max * SymbolAlgebra(state.domains).apply(profile(self.equations), state)
        mean = c_max * pybamm.Integral(volume * per_particle(self.equations.mean, state), R)
        variables |= self._get_standard_concentration_variables(
            pybamm.Integral(volume * concentration, R),
            c_s_rav=mean,
            c_s_av=pybamm.x_average(mean),
            c_s_surf=c_max * pybamm.Integral(area * surface, R),
        )
        return {
            **variables,
            f"{Domain} particle state": state,
            f"{Domain} particle concentration distribution [mol.m-3]": concentration,
            f"{Domain} particle surface concentration distribution [mol.m-3]": c_max * surface,
            f"{Domain} particle surface stoichiometry distribution": surface,
        }

    def set_rhs(self, variables: dict[str, Any]) -> None:
        domain, Domain = self.domain_Domain
        state = variables[f"{Domain} particle state"]
        T = pybamm.PrimaryBroadcast(variables[f"{Domain} electrode temperature [K]"], [f"{domain} particle size"])
        current_density = variables[f"{Domain} electrode interfacial current density distribution [A.m-2]"]
        if self.own_radius_m is not None:
            ratio = self.own_radius_m / self.phase_param.R
            current_density = current_density * pybamm.PrimaryBroadcast(ratio, [f"{domain} particle size"])
        size = self._over_the_particle(variables[f"{Domain} particle sizes"])
        if self.own_radius_m is not None:
            size = size * (self.phase_param.R_typ / self.own_radius_m)
        drift = self._drift(state, self._over_the_particle(T)) / size**2
        self.rhs = {state: drift + self._inflow(state, current_density) / size}

    def set_initial_conditions(self, variables: dict[str, Any]) -> None:
        state = variables[f"{self.domain_Domain[1]} particle state"]
        initial = self.phase_param.c_init / self.phase_param.c_max
        initial = pybamm.SecondaryBroadcast(initial, [f"{self.domain} particle size"])
        self.initial_conditions = {state: SymbolAlgebra(state.domains).apply(np.diag(self.equations.uniform), initial)}


class MeasuredAreaOfSizes(pybamm.active_material.Constant):
    """The area that the parameter "particle radius" says, where PyBaMM would take the mean of the sizes."""

    def get_fundamental_variables(self) -> dict[str, Any]:
        domain, Domain = self.domain_Domain
        area = 3 * self.phase_param.epsilon_s / self.phase_param.R
        return {
            **super().get_fundamental_variables(),
            f"{Domain} electrode surface area to volume ratio [m-1]": area,
            f"X-averaged {domain} electrode surface area to volume ratio [m-1]": pybamm.x_average(area),
        }


class SizesMesh(pybamm.SubMesh1D):
    """Our radii as nodes, and their shares of the area where a mesh has the widths of its cells."""

    def __init__(self, lims: Any, npts: Any, radii_m: np.ndarray, area_fractions: np.ndarray):
        spatial_variable, _, _ = self.read_lims(lims)
        super().__init__(np.append(0.0, np.cumsum(area_fractions)), spatial_variable.coord_sys)
        self.nodes, self.d_nodes, self.d_edges = radii_m, np.diff(radii_m), area_fractions
