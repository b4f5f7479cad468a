"""PyBaMM's Doyle-Fuller-Newman model with our particles. Imported late: this module loads PyBaMM."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.names import ONLY_OPTIONS
from electrode_homog.p2d.particle_submodel import EquationsParticle, EquationsPotential, StatesMesh
from electrode_homog.p2d.size_submodel import EquationsOfSizes, SizesMesh
from electrode_homog.particles.equations import ParticleEquations
from electrode_homog.particles.sphere_sizes import SphereSizes

pybamm = import_pybamm()

ELECTRODES = ("negative", "positive")


class ParticleDFN(pybamm.lithium_ion.DFN):
    """The model with particles of `equations` in the electrodes named there, PyBaMM's own particle in others.

    Where `sizes` names an electrode too, its equations are those of a sphere of sizes.radius_m, and it holds spheres
    of all sizes. `options` are PyBaMM's; "particle size" is set here. The default submesh types give the particles
    the points that their equations need: `var_pts` has no say there.
    """

    def __init__(
        self,
        equations: Mapping[str, ParticleEquations],
        options: Mapping[str, Any] | None = None,
        *,
        sizes: Mapping[str, SphereSizes] | None = None,
        name: str = "Doyle-Fuller-Newman model with particles of electrode_homog",
    ):
        self.particle_equations = dict(equations)  # before super(), which builds the model
        self.particle_sizes = dict(sizes or {})
        if self.particle_sizes:
            kinds = tuple("distribution" if side in self.particle_sizes else "single" for side in ELECTRODES)
            options = {**(options or {}), "particle size": kinds}
        super().__init__(dict(options or {}), name=name)

    def set_particle_submodel(self) -> None:
        self._check_options()
        super().set_particle_submodel()
        for domain, equations in self.particle_equations.items():
            kind = EquationsOfSizes if domain in self.particle_sizes else EquationsParticle
            self.submodels[f"{domain} primary particle"] = kind(self.param, domain, self.options, equations)

    def set_open_circuit_potential_submodel(self) -> None:
        super().set_open_circuit_potential_submodel()
        for domain, equations in self.particle_equations.items():
            if equations.potential_V is not None:
                self.submodels[f"{domain} primary open-circuit potential"] = EquationsPotential(
                    self.param, domain, "lithium-ion main", self.options, "primary", False
                )

    def _check_options(self) -> None:
        """Raise InputError for an option that our particles would pass over in silence."""
        for domain, equations in self.particle_equations.items():
            only = dict(ONLY_OPTIONS)
            if equations.potential_V is not None:
                only["open-circuit potential"] = "single"
            for name, value in only.items():
                if (given := getattr(self.options, domain)[name]) != value:
                    raise InputError(
                        f"options {name!r} = {given!r}: the {domain} particles of this cell run equations of their "
                        f"own, which know {value!r} only; give that, or a Sphere with a chemical diffusivity there"
                    )

    @property
    def default_submesh_types(self) -> dict[str, Any]:
        types = super().default_submesh_types
        for domain, equations in self.particle_equations.items():
            types[f"{domain} particle"] = pybamm.MeshGenerator(StatesMesh, {"states": equations.states})
        for domain, sizes in self.particle_sizes.items():
            values = {"radii_m": np.array(sizes.radii_m), "area_fractions": np.array(sizes.area_fractions)}
            types[f"{domain} particle size"] = pybamm.MeshGenerator(SizesMesh, values)
        return types
