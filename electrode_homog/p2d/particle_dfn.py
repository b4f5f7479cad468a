"""PyBaMM's Doyle-Fuller-Newman model with our particles. Imported late: this module loads PyBaMM."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.p2d.active_phases import phase_of, side_of
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.in_plane_thermal import InPlaneParameters, conducts_in_plane
from electrode_homog.p2d.layer_profiles import Side
from electrode_homog.p2d.layered_electrolyte import LayeredConductivity, LayeredDiffusion
from electrode_homog.p2d.layered_mesh import LayeredMesh, layer_mesh_values
from electrode_homog.p2d.names import ONLY_OPTIONS, PARTICLE_PHASES_OPTION, SURFACE_FORM_OPTION
from electrode_homog.p2d.particle_submodel import EquationsParticle, EquationsPotential, StatesMesh
from electrode_homog.p2d.size_submodel import EquationsOfSizes, MeasuredAreaOfSizes, SizesMesh
from electrode_homog.parameters import Layers
from electrode_homog.particles.equations import ParticleEquations
from electrode_homog.particles.sphere_sizes import SphereSizes

pybamm = import_pybamm()

ELECTRODES = ("negative", "positive")


class ParticleDFN(pybamm.lithium_ion.DFN):
    """The model with particles of `equations` in the active materials named there, PyBaMM's own particle in others.

    Materials are named as in `active_phases`; `phases` counts those of the negative and of the positive electrode.
    Where `sizes` names an electrode too, its equations are those of a sphere of sizes.radius_m, and it holds spheres
    of all sizes. `options` are PyBaMM's; "particle size" is set here. The default submesh types give the particles
    the points that their equations need: `var_pts` has no say there. `own_radii_m` are those of the equations where
    PyBaMM's stand for a measured area. The boundaries of `layers` are faces of the mesh of the electrodes named there.
    """

    def __init__(
        self,
        equations: Mapping[str, ParticleEquations],
        options: Mapping[str, Any] | None = None,
        *,
        sizes: Mapping[str, SphereSizes] | None = None,
        own_radii_m: Mapping[str, float] | None = None,
        layers: Mapping[Side, Layers] | None = None,
        phases: tuple[str, str] = ("1", "1"),
        name: str = "Doyle-Fuller-Newman model with particles of electrode_homog",
    ):
        self.particle_equations = dict(equations)  # before super(), which builds the model
        self.particle_sizes = dict(sizes or {})
        self.own_radii_m = dict(own_radii_m or {})
        self.layers = dict(layers or {})
        self.phases = phases
        if self.particle_sizes:
            kinds = tuple("distribution" if side in self.particle_sizes else "single" for side in ELECTRODES)
            options = {**(options or {}), "particle size": kinds}
        options = dict(options or {})
        self.surface_form = options.get(SURFACE_FORM_OPTION, "false")
        if "2" in self.phases:
            form = "algebraic" if self.surface_form == "false" else self.surface_form
            options |= {PARTICLE_PHASES_OPTION: self.phases, SURFACE_FORM_OPTION: form}
        super().__init__(options, name=name)

    def set_submodels(self, build: bool) -> None:
        """As asked for: PyBaMM refuses two phases without a surface form, though its equations carry them out.

        Nor does it evaluate a mean over x where SEI asks for the mean area, so that the one of layers is a number.
        """
        if "2" in self.phases:
            self.options[SURFACE_FORM_OPTION] = self.surface_form
        for side, layers in self.layers.items():
            material = getattr(self.param, side[0]).prim
            if layers.surface_area_per_m is not None:
                material.a_typ = pybamm.Scalar(layers.mean("surface_area_per_m"))
            else:
                material.a_typ = 3 * layers.mean("active_fraction") / material.R_typ
        super().set_submodels(build)

    def set_particle_submodel(self) -> None:
        self._check_options()
        super().set_particle_submodel()
        for path, equations in self.particle_equations.items():
            kind = EquationsOfSizes if path in self.particle_sizes else EquationsParticle
            domain, phase = side_of(path), phase_of(path)
            particle = kind(self.param, domain, self.options, equations, self.own_radii_m.get(path), phase)
            self.submodels[f"{domain} {phase} particle"] = particle

    def set_active_material_submodel(self) -> None:
        super().set_active_material_submodel()
        for domain in self.own_radii_m.keys() & self.particle_sizes.keys():
            material = MeasuredAreaOfSizes(self.param, domain, self.options)
            self.submodels[f"{domain} primary active material"] = material

    def set_electrolyte_concentration_submodel(self) -> None:
        super().set_electrolyte_concentration_submodel()
        if self.layers:
            self.submodels["electrolyte diffusion"] = LayeredDiffusion(self.param, self.options)

    def set_electrolyte_potential_submodel(self) -> None:
        super().set_electrolyte_potential_submodel()
        if self.layers and self.options["surface form"] == "false":
            self.submodels["electrolyte conductivity"] = LayeredConductivity(self.param, self.options)

    def set_thermal_submodel(self) -> None:
        super().set_thermal_submodel()
        if conducts_in_plane(self.submodels["thermal"]):
            self.submodels["thermal"].param = InPlaneParameters(self.param)

    def set_open_circuit_potential_submodel(self) -> None:
        super().set_open_circuit_potential_submodel()
        for path, equations in self.particle_equations.items():
            if equations.potential_V is not None:
                domain, phase = side_of(path), phase_of(path)
                self.submodels[f"{domain} {phase} open-circuit potential"] = EquationsPotential(
                    self.param, domain, "lithium-ion main", self.options, phase, False
                )

    def _check_options(self) -> None:
        """Raise InputError for an option that our particles would pass over in silence."""
        for path, equations in self.particle_equations.items():
            domain = side_of(path)
            only = {**ONLY_OPTIONS, PARTICLE_PHASES_OPTION: self.phases[ELECTRODES.index(domain)]}
            if path in self.own_radii_m and path in self.particle_sizes:
                only["loss of active material"] = "none"
            if equations.potential_V is not None:
                only["open-circuit potential"] = "single"
            for name, value in only.items():
                if (given := getattr(self.options, domain)[name]) != value:
                    raise InputError(
                        f"options {name!r} = {given!r}: the {path} particles of this cell run equations of their "
                        f"own, which know {value!r} only; give that, or a Sphere with a chemical diffusivity there"
                    )

    @property
    def default_submesh_types(self) -> dict[str, Any]:
        types = super().default_submesh_types
        for domain, layers in self.layers.items():
            values = layer_mesh_values(layers, domain)
            types[f"{domain} electrode"] = pybamm.MeshGenerator(LayeredMesh, values)
        for path, equations in self.particle_equations.items():
            domain = side_of(path)
            phase = f"{phase_of(path)} " if len(self.options.phases[domain]) > 1 else ""
            types[f"{domain} {phase}particle"] = pybamm.MeshGenerator(StatesMesh, {"states": equations.states})
        for domain, sizes in self.particle_sizes.items():
            values = {"radii_m": np.array(sizes.radii_m), "area_fractions": np.array(sizes.area_fractions)}
            types[f"{domain} particle size"] = pybamm.MeshGenerator(SizesMesh, values)
        return types
