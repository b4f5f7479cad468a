"""Particles as data and their equations: what a particle is, what it is made of, and how one runs alone."""

from electrode_homog.particles.cahn_hilliard import CahnHilliard
from electrode_homog.particles.cahn_hilliard_interface import (
    PhaseBoundary,
    gradient_coefficient_of_width,
    phase_boundaries,
)
from electrode_homog.particles.experiments.gitt import GITTRecord, gitt, gitt_record
from electrode_homog.particles.experiments.gitt_evaluation import GITTEvaluation, evaluate_gitt
from electrode_homog.particles.experiments.particle_run import ParticleRun
from electrode_homog.particles.experiments.protocol import (
    ConstantInflux,
    HeldPotential,
    HeldSurface,
    MeanReaches,
    ParticleRest,
    PotentialReaches,
    RateFalls,
    SurfaceReaches,
)
from electrode_homog.particles.experiments.simulation import simulate_particle
from electrode_homog.particles.laws.activity import Ideal, LatticeGas, Margules, RedlichKister, RegularSolution
from electrode_homog.particles.laws.arrhenius import Arrhenius
from electrode_homog.particles.laws.chemical_diffusivity import chemical_diffusivity, thermodynamic_factor
from electrode_homog.particles.laws.darken import DarkenDiffusivity, JumpDiffusivity, TracerDiffusivity
from electrode_homog.particles.laws.diffusivity_tensor import (
    DiffusivityTensor,
    isotropic_diffusivity,
    principal_diffusivities,
    random_rotation,
)
from electrode_homog.particles.laws.free_energy import FreeEnergy
from electrode_homog.particles.laws.mechanism import GivenAvailability, Interstitial, Mechanism, SiteBlocking, Vacancy
from electrode_homog.particles.laws.ocv_smoothing import SmoothedTable, smoothed_table
from electrode_homog.particles.laws.phase_diagram import binodal, open_circuit_potential, spinodal
from electrode_homog.particles.laws.polycrystal import PolycrystalDiffusivity, randomly_oriented
from electrode_homog.particles.laws.stability import check_fickian, unstable_windows
from electrode_homog.particles.laws.thermodynamics import FromOpenCircuitPotential, ThermodynamicFactor
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.particle import Particle, check_particle, check_temperature, with_radius
from electrode_homog.particles.reduced_particle import ReducedParticle
from electrode_homog.particles.reduction.closure import (
    LinearisedKinetics,
    SurfaceClosure,
    UniformConcentration,
    UniformFlux,
)
from electrode_homog.particles.reduction.linearised_kinetics import exchange_velocity, linearised_kinetics
from electrode_homog.particles.reduction.reducing import reduce_particle
from electrode_homog.particles.reduction.shapes import Ball, Box, Cylinder, Ellipsoid, Plate
from electrode_homog.particles.reduction.tetrahedral_shape import TetrahedralShape
from electrode_homog.particles.reduction.voxel_shape import VoxelShape
from electrode_homog.particles.shrinking_core import ShrinkingCore
from electrode_homog.particles.sphere import Sphere
from electrode_homog.particles.sphere_sizes import SphereSizes, log_normal_sizes

__all__ = [
    "ActiveMaterial",
    "Arrhenius",
    "Ball",
    "Box",
    "CahnHilliard",
    "ConstantInflux",
    "Cylinder",
    "DarkenDiffusivity",
    "DiffusivityTensor",
    "Ellipsoid",
    "FreeEnergy",
    "FromOpenCircuitPotential",
    "GITTEvaluation",
    "GITTRecord",
    "GivenAvailability",
    "HeldPotential",
    "HeldSurface",
    "Ideal",
    "Interstitial",
    "JumpDiffusivity",
    "LatticeGas",
    "LinearisedKinetics",
    "Margules",
    "MeanReaches",
    "Mechanism",
    "Particle",
    "ParticleRest",
    "ParticleRun",
    "PhaseBoundary",
    "Plate",
    "PolycrystalDiffusivity",
    "PotentialReaches",
    "RateFalls",
    "RedlichKister",
    "ReducedParticle",
    "RegularSolution",
    "ShrinkingCore",
    "SiteBlocking",
    "SmoothedTable",
    "Sphere",
    "SphereSizes",
    "SurfaceClosure",
    "SurfaceReaches",
    "TetrahedralShape",
    "ThermodynamicFactor",
    "TracerDiffusivity",
    "UniformConcentration",
    "UniformFlux",
    "Vacancy",
    "VoxelShape",
    "binodal",
    "check_fickian",
    "check_particle",
    "check_temperature",
    "chemical_diffusivity",
    "evaluate_gitt",
    "exchange_velocity",
    "gitt",
    "gitt_record",
    "gradient_coefficient_of_width",
    "isotropic_diffusivity",
    "linearised_kinetics",
    "log_normal_sizes",
    "open_circuit_potential",
    "phase_boundaries",
    "principal_diffusivities",
    "random_rotation",
    "randomly_oriented",
    "reduce_particle",
    "simulate_particle",
    "smoothed_table",
    "spinodal",
    "thermodynamic_factor",
    "unstable_windows",
    "with_radius",
]
