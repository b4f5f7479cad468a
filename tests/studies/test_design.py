"""Designs on a coarse mesh; one study is run once and looked at from several sides."""

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.p2d import ConstantCurrent, Mesh, simulate
from electrode_homog.parameters import load_parameter_set
from electrode_homog.studies.design import FIGURES, DesignTable, design
from electrode_homog.studies.variation import PorosityRule
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency

CELL = load_parameter_set("chen2020")
COARSE = Mesh(4, 3, 6)
HERE = {"workers": 1, "time_limit_s": None}  # no processes to start
PROTOCOL = ConstantCurrent(c_rate=1.0)
VARY = {"positive.porosity": (0.30, 0.335, 0.4), "positive.particle.radius_m": (5.22e-6, 8e-6)}


@pytest.fixture(scope="module")
def journal(tmp_path_factory):
    return tmp_path_factory.mktemp("design") / "study.jsonl"


@pytest.fixture(scope="module")
def study(journal) -> DesignTable:
    return design(CELL, VARY, PROTOCOL, mesh=COARSE, workers=2, journal=journal)


def test_rows_are_the_full_grid_in_order(study):
    """Three porosities times two radii, the first varying slowest, with what was asked written beside."""
    assert study.table["positive.porosity"].tolist() == [0.30, 0.30, 0.335, 0.335, 0.4, 0.4]
    assert study.table["positive.particle.radius_m"].tolist() == [5.22e-6, 8e-6] * 3
    assert study.protocol_text == "1C until the cut-off"
    assert study.cell_name == "chen2020"


def test_infeasible_point_is_a_row(study):
    """Porosity 0.4 leaves no room for an active fraction of 0.665: the row says so and has no figures."""
    failed = study.table[study.table["positive.porosity"] == 0.4]
    assert failed["status"].str.startswith("OutOfRangeError").all()
    assert failed["status"].str.contains("1.065", regex=False).all()
    assert failed[list(FIGURES)].isna().all(axis=None)
    assert (study.table["status"] == "done").sum() == 4


def test_base_point_is_the_cell_itself(study):
    """At its own values the design returns what `simulate` returns, divided by area and volume."""
    run = simulate(CELL, PROTOCOL, mesh=COARSE)
    row = study.table.iloc[2]
    area_m2, stack_m = 0.065 * 1.58, 85.2e-6 + 12e-6 + 75.6e-6
    assert row["capacity_Ah"] == pytest.approx(run.capacity_Ah, rel=1e-6)
    assert row["energy_Wh"] == pytest.approx(run.energy_Wh, rel=1e-6)
    assert row["capacity_mAh_per_cm2"] == pytest.approx(1000 * run.capacity_Ah / (1e4 * area_m2), rel=1e-6)
    assert row["stack_energy_density_Wh_per_L"] == pytest.approx(run.energy_Wh / (1e3 * area_m2 * stack_m), rel=1e-6)
    assert row["mean_power_W"] == pytest.approx(3600 * row["energy_Wh"] / row["duration_s"], rel=1e-9)
    assert row["ended_by"] == run.ended_by


def test_larger_particles_deliver_less(study):
    """At each porosity the slower diffusion of the larger radius costs capacity and energy."""
    done = study.table[study.table["status"] == "done"]
    small, large = (done[done["positive.particle.radius_m"] == radius] for radius in (5.22e-6, 8e-6))
    assert (small["energy_Wh"].to_numpy() > large["energy_Wh"].to_numpy()).all()
    assert study.best("energy_Wh")["positive.particle.radius_m"] == 5.22e-6
    with pytest.raises(InputError, match="energy_Wh"):
        study.best("energy")


def test_journal_gives_the_same_table_without_running(study, journal):
    """A second call reads every figure from the journal, to the last digit, and adds no task line."""
    before = journal.read_text().count('"task"')
    again = design(CELL, VARY, PROTOCOL, mesh=COARSE, journal=journal, **HERE)
    assert again.table.equals(study.table)
    assert journal.read_text().count('"task"') == before
    with pytest.raises(InputError, match="another study"):
        design(CELL, VARY, ConstantCurrent(c_rate=0.5), mesh=COARSE, journal=journal)


def test_calendered_cell_is_denser():
    """Pressing the same coating keeps the slow capacity, shrinks the stack, and so raises the energy density."""
    table = design(
        CELL,
        {"positive.porosity": [0.25, 0.335]},
        ConstantCurrent(c_rate=0.1),
        mesh=COARSE,
        porosity_rule=PorosityRule.CALENDERED,
        **HERE,
    ).table
    assert table["capacity_Ah"][0] == pytest.approx(table["capacity_Ah"][1], rel=2e-3)
    stack = 85.2 + 12 + np.array([75.6 * 0.665 / 0.75, 75.6])
    ratio = table["stack_energy_density_Wh_per_L"] / table["energy_Wh"]
    assert ratio[0] / ratio[1] == pytest.approx(stack[1] / stack[0], rel=1e-9)


@pytest.mark.parametrize(
    ("law", "warning"),
    [
        (FixedEfficiency(0.2), "B stays 0.2"),
        (BruggemanLaw(1.5, (0.3, 0.34)), "leaves 0.3 to 0.34"),
        (BruggemanLaw(1.5), None),
    ],
)
def test_law_that_cannot_follow_is_warned_of(law, warning):
    """A fixed B, or a law outside its data, is named in the result."""
    cell = CELL.with_electrode("positive", electrolyte_law=law)
    vary = {"positive.porosity": [0.28]}
    warnings = design(cell, vary, ConstantCurrent(c_rate=1.0, duration_s=10), mesh=COARSE, **HERE).warnings
    assert (warnings == ()) if warning is None else warning in warnings[0]


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        ({}, "0 paths"),
        ({"positive.porosity": [0.3], "negative.porosity": [0.2], "separator.porosity": [0.4]}, "3 paths"),
        ({"positive.porosty": [0.3]}, "positive.porosity"),
        ({"positive.porosity": []}, "must hold values"),
        ({"positive.porosity": [0.3, 0.3]}, "none of them twice"),
        ({"positive.porosity": [float("nan")]}, "finite"),
    ],
)
def test_wrong_grid_is_refused_before_anything_runs(vary, message):
    """Too few, too many, unknown, empty, repeated and not finite."""
    with pytest.raises(InputError, match=message):
        design(CELL, vary, PROTOCOL)
