"""One small item of every kind, made without solving a cell."""

import numpy as np
import pandas
import pytest
from made_runs import made_history, made_particle_run, made_run, particle_run, rested_run

import electrode_homog as eh

EXPONENT = 2.25


def made_design(paths: dict[str, tuple[float, ...]]) -> eh.DesignTable:
    """A grid on which the energy density grows with the sum of the values; the last point failed."""
    points = [
        dict(zip(paths, values, strict=True))
        for values in np.stack(np.meshgrid(*paths.values()), -1).reshape(-1, len(paths))
    ]
    table = pandas.DataFrame(points)
    figures = ("capacity_Ah", "energy_Wh", "mean_power_W", "capacity_mAh_per_cm2", "energy_mWh_per_cm2", "duration_s")
    for number, column in enumerate(("stack_energy_density_Wh_per_L", *figures)):
        table[column] = 400.0 + number + np.arange(len(table))
    table["ended_by"], table["status"] = "voltage fell to 2.5 V", "done"
    table.loc[len(table) - 1, ["stack_energy_density_Wh_per_L", "capacity_mAh_per_cm2"]] = np.nan
    table.loc[len(table) - 1, "status"] = "OutOfRangeError: the sum is 1.2"
    return eh.DesignTable(paths, table, "2C until the cut-off", "chen2020", eh.PorosityRule.RECIPE_FIXED)


def made_fit(cell: eh.CellParameters) -> eh.CellFit:
    """Two values, the second on its bound, the first known to 10 %."""
    run = made_run(cell, 1.0)
    data = eh.CyclingData(run.time_s, run.current_A, run.voltage_V - 0.004, None, "bench record 7")
    return eh.CellFit(
        vary={"positive.porosity": (0.2, 0.4), "positive.particle.radius_m": (1e-6, 1e-5)},
        values={"positive.porosity": 0.31234, "positive.particle.radius_m": 1e-5},
        standard_errors={"positive.porosity": 0.031, "positive.particle.radius_m": float("nan")},
        correlation=np.array([[1.0, np.nan], [np.nan, np.nan]]),
        at_bound=("positive.particle.radius_m",),
        rms_V=0.004,
        max_V=0.0051,
        initial_values={"positive.porosity": 0.335, "positive.particle.radius_m": 5.22e-6},
        initial_rms_V=0.0318,
        solves=17,
        failed_solves=1,
        seconds=2.0,
        message="converged",
        warnings=("positive.particle.radius_m sits on its bound",),
        cell=cell,
        data=data,
        run=run,
        initial_run=made_run(cell, 1.0, 0.9),
    )


@pytest.fixture(scope="session")
def base() -> eh.CellParameters:
    return eh.load_parameter_set("chen2020")


@pytest.fixture(scope="session")
def changed(base) -> eh.CellParameters:
    return base.with_electrode("positive", electrolyte_law=eh.BruggemanLaw(EXPONENT, (0.2, 0.3)), source="the image")


@pytest.fixture(scope="session")
def electrode() -> eh.Microstructure:
    """Smoothed noise, 32 x 30 x 28 voxels: pores connect, binder is sparse."""
    noise = np.random.default_rng(3).normal(size=(32, 30, 28))
    for axis in range(3):
        noise = noise + np.roll(noise, 1, axis) + np.roll(noise, -1, axis)
    low, high = np.quantile(noise, [0.4, 0.92])
    labels = np.where(noise < low, 0, np.where(noise < high, 1, 2)).astype(np.uint8)
    return eh.Microstructure(eh.VoxelImage(labels, 0.4e-6, "noise"), {"pore": 0, "active": 1, "binder": 2})


@pytest.fixture(scope="session")
def description(electrode) -> eh.Description:
    return eh.describe(electrode)


@pytest.fixture(scope="session")
def tensor(electrode) -> eh.EffectiveTensor:
    return eh.effective_tensor(electrode, {"pore": 1.0})


@pytest.fixture(scope="session")
def items(electrode, description, tensor, base, changed) -> dict[str, object]:
    """Every kind of item under a name of its own."""
    pieces = eh.subvolume_values(electrode, {"pore": 1.0})
    return {
        "microstructure": electrode,
        "survey": eh.survey(electrode),
        "description": description,
        "tensor": eh.Named("electrolyte", tensor),
        "periodic tensor": eh.effective_tensor(electrode, {"pore": 1.0}, boundary=eh.Boundary.PERIODIC),
        "two phases": eh.effective_tensor(electrode, {"active": 0.1, "binder": 100.0}),
        "conductivity": eh.effective_conductivity(electrode, {"pore": 1.0}, axis=1),
        "pieces": eh.Named("electrolyte", pieces),
        "law": eh.Named("electrolyte", eh.fit_bruggeman(pieces.volume_fractions, pieces.values)),
        "base": eh.Named("from the paper", base),
        "changed": eh.Named("from the image", changed),
        "base run": eh.Named("from the paper", made_run(base, 1.0)),
        "fast base run": eh.Named("from the paper", made_run(base, 2.0, 0.9)),
        "phase field": eh.Named("phase field", particle_run(base, made_history("CahnHilliard"))),
        "flake": eh.Named(
            "flake", particle_run(base, made_history("ReducedParticle", ("centre", "<b>rim</b>", "top")))
        ),
        "particle alone": eh.Named("alone", made_particle_run()),
        "run": eh.Named("from the image", made_run(changed, 1.0, 0.98)),
        "fast run": eh.Named("from the image", made_run(changed, 2.0, 0.6)),
        "rest": eh.Named("from the image", rested_run(changed)),
        "design": made_design({"positive.thickness_m": (5e-5, 7.5e-5), "positive.porosity": (0.25, 0.3, 0.35)}),
        "line": made_design({"positive.thickness_m": (5e-5, 7.5e-5, 1e-4)}),
        "fit": made_fit(base),
    }
