"""Particles, diffusivities and tables of an electrode: what belongs together, what a path names, what a file keeps."""

import pickle

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.parameters import CellParameters, load_parameter_set, save_parameter_set
from electrode_homog.particles import (
    CahnHilliard,
    Cylinder,
    DarkenDiffusivity,
    FromOpenCircuitPotential,
    JumpDiffusivity,
    LatticeGas,
    LinearisedKinetics,
    RedlichKister,
    RegularSolution,
    ShrinkingCore,
    Sphere,
    SphereSizes,
    reduce_particle,
)
from electrode_homog.provenance import from_json, to_json
from electrode_homog.table import Table

# mu/RT = ln(x/(1-x)) + 4.5 (1-2x)/2: spinodals where 1/(x(1-x)) = 4.5
SEPARATING = Expression("3.42 - 0.0257*(log(x/(1-x)) + 2.25*(1-2*x))", ("x",))
FROM_OCP = DarkenDiffusivity(JumpDiffusivity(1e-16), FromOpenCircuitPotential())
TABLE = Table((0.05, 0.3, 0.6, 0.95), (4.3, 4.0, 3.8, 3.5))


@pytest.fixture(scope="module")
def base() -> CellParameters:
    return load_parameter_set("chen2020")


def separating(base: CellParameters, **changes) -> CellParameters:
    given = {"open_circuit_potential_V": SEPARATING, "diffusivity_m2_s": FROM_OCP, **changes}
    return base.with_electrode("positive", source="a test", **given)


FLAT = Expression("3.4 + 0.35*exp(-150*x) - 0.35*exp(-150*(1 - x))", ("x",))
FLAKE = reduce_particle(Cylinder(5e-6, 2e-6), tensor=np.diag([1, 1, 0.3]), closure=LinearisedKinetics(2.5), states=5)

CHANGES = [
    {"particle": FLAKE},
    {"particle": ShrinkingCore(1e-7, 0.05, 0.95, 2.0), "open_circuit_potential_V": FLAT},
    {"particle": SphereSizes((1e-6, 3e-6), (0.25, 0.75))},
    {"diffusivity_m2_s": DarkenDiffusivity(JumpDiffusivity(1e-14), LatticeGas())},
    {"diffusivity_m2_s": Expression("1e-14*(1 - 0.5*x)", ("x",))},
    {"open_circuit_potential_V": TABLE, "entropic_change_V_K": Table((0, 0.2, 0.7, 1), (0, 1e-4, -1e-4, 0))},
    {"open_circuit_potential_V": SEPARATING, "diffusivity_m2_s": FROM_OCP, "particle": CahnHilliard(1e-7, 1e-18)},
]


@pytest.mark.parametrize("changes", CHANGES, ids=[", ".join(c) for c in CHANGES])
def test_every_kind_survives_file_json_and_pickle(base, tmp_path, changes):
    """What an electrode may hold comes back equal from TOML, JSON and another process."""
    cell = base.with_electrode("positive", source="a test", **changes)
    path = save_parameter_set(cell, tmp_path / "mine.toml")
    assert load_parameter_set(path) == cell
    assert from_json(to_json(cell), CellParameters) == cell
    assert pickle.loads(pickle.dumps(cell)) == cell


def test_plain_sets_are_written_as_before(base, tmp_path):
    """A sphere, a number and a formula keep the keys they always had."""
    text = save_parameter_set(base, tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert "particle = {sphere_radius_m = 5.22e-06, source" in text
    assert "diffusivity_m2_s = {value = 4e-15, source" in text
    assert 'open_circuit_potential_V = {expression = "' in text
    assert not any(word in text for word in ("darken", "table", "variables"))


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"particle": Sphere(5e-6)}, OutOfRangeError, r"negative at 0.333.* < x < 0.666.*CahnHilliard.*floor"),
        ({"particle": SphereSizes((5e-6,), (1.0,))}, OutOfRangeError, "negative at 0.333"),
        ({"particle": CahnHilliard(1e-7, 1e-18), "diffusivity_m2_s": 1e-16}, InputError, "jump diffusivity"),
        ({"particle": FLAKE}, OutOfRangeError, "negative at 0.333"),
        ({"particle": ShrinkingCore(1e-7, 0.05, 0.95, 1.0)}, InputError, "flat within 1 mV"),
        ({"particle": CahnHilliard(1e-4, 1e-20)}, OutOfRangeError, "more than 2000 points: use ShrinkingCore"),
    ],
)
def test_particle_and_material_must_fit(base, changes, error, says):
    """A Fickian particle of a material that separates, and a phase field without a mobility, are refused."""
    with pytest.raises(error, match=says) as caught:
        separating(base, **changes)
    assert "positive electrode: particle" in str(caught.value)


@pytest.mark.parametrize("value", [3e-2, 1e-40, Expression("1e-6*(1 - 0.5*x)", ("x",))], ids=str)
def test_laws_of_a_diffusivity_are_as_large_as_numbers(base, value):
    """A plain number is 1e-22 to 1e-9 m2/s, against slips of unit; with 3e-2 a solver creeps without end."""
    laws = [DarkenDiffusivity(JumpDiffusivity(value), LatticeGas())]
    laws += [value] if isinstance(value, Expression) else []
    for law in laws:
        with pytest.raises(OutOfRangeError, match="the largest diffusivity_m2_s"):
            base.with_electrode("positive", diffusivity_m2_s=law)


def test_floor_makes_a_separating_material_fickian(base):
    """A floor is the one other way, and the entry shows it."""
    law = DarkenDiffusivity(JumpDiffusivity(1e-16), RegularSolution(3.0), floor=0.05)
    cell = separating(base, diffusivity_m2_s=law)
    floor = next(entry for entry in cell.entries() if entry.path == "positive.diffusivity_m2_s.floor")
    assert (floor.value, floor.unit, floor.source) == (0.05, "1", "a test")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("positive.particle.radius_m", 2e-7),
        ("positive.particle.gradient_coefficient_V_m2", 2e-18),
        ("positive.diffusivity_m2_s.diffusivity.value_m2_s", 1e-17),
        ("positive.diffusivity_m2_s.arrhenius.activation_energy_J_mol", 30e3),
    ],
)
def test_numbers_inside_have_paths(base, path, value):
    """A number of any depth is read and changed by its path, has an entry, and its source is kept where it stands."""
    cell = separating(base, particle=CahnHilliard(1e-7, 1e-18))
    changed = cell.with_value(path, value, source="measured")
    assert changed.value(path) == value != cell.value(path)
    entry = next(entry for entry in changed.entries() if entry.path == path)
    assert (entry.value, entry.source) == (value, "measured")
    assert changed.sources[".".join(path.split(".")[:2])] == "measured"
    assert cell.with_value(path, cell.value(path), source="a test") == cell


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("positive.particle.radius", "did you mean 'positive.particle.radius_m'"),
        ("positive.diffusivity_m2_s.arhenius.activation_energy_J_mol", "positive.diffusivity_m2_s.arrhenius.activ"),
        ("positive.diffusivity_m2_s.arrhenius", "not a single number but a Arrhenius"),
        ("positive.diffusivity_m2_s.mechanism", "not a single number"),
        ("positive.diffusivity_m2_s.thermodynamics.interaction", "no value"),
        ("positive.open_circuit_potential_V.text", "no value"),
    ],
)
def test_wrong_paths_are_explained(base, path, says):
    """A path that leads nowhere, or to no single number, is refused with the nearest one."""
    cell = separating(base, particle=CahnHilliard(1e-7, 1e-18))
    with pytest.raises(InputError, match=says):
        cell.with_value(path, 1.0)


def test_bad_number_inside_names_its_path(base):
    """A negative energy deep inside names path and set."""
    with pytest.raises(OutOfRangeError, match=r"arrhenius.activation_energy_J_mol of chen2020"):
        separating(base, particle=CahnHilliard(1e-7, 1e-18)).with_value(
            "positive.diffusivity_m2_s.arrhenius.activation_energy_J_mol", -1.0
        )


def test_entries_name_kinds_tables_and_lists(base):
    """A reader of the entries sees which particle and law it is, and that a table and a list are there."""
    cell = separating(base, diffusivity_m2_s=DarkenDiffusivity(JumpDiffusivity(1e-14), LatticeGas()))
    cell = cell.with_electrode("positive", particle=SphereSizes((1e-6, 3e-6), (0.25, 0.75)))
    cell = cell.with_electrode("positive", open_circuit_potential_V=TABLE)
    found = {entry.path: (entry.value, entry.unit) for entry in cell.entries()}
    assert found["positive.particle"] == ("SphereSizes", "")
    assert found["positive.particle.radii_m"] == ((1e-6, 3e-6), "m")
    assert found["positive.diffusivity_m2_s.thermodynamics"] == ("LatticeGas", "")
    assert found["positive.open_circuit_potential_V"] == (TABLE, "V")
    assert len(found) == len(cell.entries())


def test_kinetic_radius_sets_the_reacting_surface(base):
    """a = 3 eps/R with R = 3 V/S: for two sizes, eps times the sum of 3 share / radius."""
    cell = base.with_electrode("positive", particle=SphereSizes((1e-6, 3e-6), (0.25, 0.75)))
    by_hand = cell.positive.active_fraction * (0.25 * 3 / 1e-6 + 0.75 * 3 / 3e-6)
    assert cell.positive.surface_area_per_m == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize(
    "particle", [Sphere(5e-6), SphereSizes((1e-6, 3e-6), (0.25, 0.75)), FLAKE], ids=lambda p: type(p).__name__
)
def test_every_particle_has_a_radius_to_vary(base, particle):
    """positive.particle.radius_m reads the kinetic radius and scales the particle: the surface goes with 1/R."""
    cell = base.with_electrode("positive", particle=particle)
    path = "positive.particle.radius_m"
    doubled = cell.with_value(path, 2 * cell.value(path))
    assert type(doubled.positive.particle) is type(particle)
    assert doubled.value(path) == pytest.approx(2 * particle.radius_m, rel=1e-12)
    assert doubled.positive.surface_area_per_m == pytest.approx(cell.positive.surface_area_per_m / 2, rel=1e-12)
    assert [entry.path for entry in cell.entries()].count(path) == 1


def test_reduced_particle_is_changed_as_a_whole(base):
    """Nothing but the size of a reduced particle can be changed: the rest was computed together."""
    cell = base.with_electrode("positive", particle=FLAKE)
    for path in ("positive.particle.volume_m3", "positive.particle.closure.biot"):
        assert cell.value(path) > 0
        with pytest.raises(InputError, match="computed as a whole"):
            cell.with_value(path, 1.0)


def test_material_is_that_of_the_electrode(base):
    """The particles are made of the electrode's own capacity, diffusivity and potential: there is one of each."""
    electrode = separating(base, particle=CahnHilliard(1e-7, 1e-18)).positive
    material = electrode.material
    assert material.open_circuit_potential_V is electrode.open_circuit_potential_V
    assert material.diffusivity_m2_s is electrode.diffusivity_m2_s
    assert material.maximum_concentration_mol_m3 == electrode.maximum_concentration_mol_m3


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (Table((0.3, 0.5, 0.7, 0.9), (4, 3.9, 3.8, 3.7)), "initial stoichiometry is 0.269999.*never extrapolated"),
        (Table((-0.1, 0.5, 0.7, 0.9), (4, 3.9, 3.8, 3.7)), "a stoichiometry is in 0 to 1"),
        (Table((5.0, 27.0, 70.0, 90.0), (4, 3.9, 3.8, 3.7)), "a stoichiometry is in 0 to 1"),
        (Table((0.0, 0.5, 0.7, 0.9), (4, 3.9, 3.8, 3.7), variable="T"), "must be one of 'x'"),
    ],
)
def test_tables_must_hold_the_state(base, table, says):
    """A table in per cent, of another variable, or without the initial state is refused."""
    with pytest.raises((InputError, OutOfRangeError), match=says):
        base.with_electrode("positive", open_circuit_potential_V=table)


def test_diffusivity_is_no_table(base):
    """Where a table may not stand, the message says what may."""
    with pytest.raises(InputError, match="is not a number"):
        base.with_electrode("positive", diffusivity_m2_s=TABLE)


PARTICLE = "{sphere_radius_m = 5.22e-06"


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("{cahn_hiliard = {}", InputError, r"\[positive\] particle: .*did you mean 'cahn_hilliard'"),
        ("{sphere_sizes = {radii_m = [1e-6]}", InputError, "sphere_sizes: volume_fractions is missing"),
        ("{sphere_sizes = {radii_m = [1.0], volume_fractions = [1]}", OutOfRangeError, "sphere_sizes: .*micrometres"),
        ("{sphere_sizes = {radii_m = [1e-6], volume_fractions = [1]}, sphere_radius_m = 1e-6", InputError, "not a key"),
        ("{reduced = {shape = 'ball'}", InputError, "reduced: tensor is missing"),
        (
            "{shrinking_core = {radius_m = 1e-7, x_alpha = 0.9, x_beta = 0.1, diffusivity_ratio = 1}",
            OutOfRangeError,
            "poor phase ends where the gap begins",
        ),
        ("{sphere = {radius_m = 1e-6}", InputError, "did you mean 'sphere_"),
        ("{cahn_hilliard = {radius_m = 1e-7, gradient_coefficient_V_m2 = 1e-18}", InputError, "jump diffusivity"),
    ],
)
def test_bad_particles_in_files(base, tmp_path, text, error, says):
    """A file with a wrong particle is refused with its name, the section and the remedy."""
    path = save_parameter_set(base, tmp_path / "mine.toml")
    content = path.read_text(encoding="utf-8")
    assert PARTICLE in content
    path.write_text(content.replace(PARTICLE, text), encoding="utf-8")
    with pytest.raises(error, match=says) as caught:
        load_parameter_set(path)
    assert "mine.toml" in str(caught.value)


def test_long_values_may_be_tables_of_their_own(base, tmp_path):
    """TOML's [a.b.c] means the same as {b = {c = ...}}, which leaves room for line breaks."""
    text = save_parameter_set(base, tmp_path / "mine.toml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("diffusivity_m2_s = {value = 4e-15")]
    where = lines.index("[electrolyte]")
    lines[where:where] = [
        "[positive.diffusivity_m2_s]",
        'source = "a paper"',
        "[positive.diffusivity_m2_s.darken]",
        "floor = 0.05",
        "[positive.diffusivity_m2_s.darken.diffusivity.jump]",
        "value_m2_s = 1e-14",
        "[positive.diffusivity_m2_s.darken.thermodynamics.redlich_kister]",
        "coefficients = [",
        "    3.0,",
        "    -0.5,",
        "]",
    ]
    (tmp_path / "long.toml").write_text("\n".join(lines), encoding="utf-8")
    law = load_parameter_set(tmp_path / "long.toml").positive.diffusivity_m2_s
    assert law == DarkenDiffusivity(JumpDiffusivity(1e-14), RedlichKister((3.0, -0.5)), floor=0.05)


def test_random_sets_come_back_equal(base, tmp_path):
    """Thirty random sets of sizes, tables and laws survive the file bit for bit."""
    rng = np.random.default_rng(3)
    for number in range(30):
        radii = np.unique(10 ** rng.uniform(-7, -4.5, rng.integers(1, 9)))
        shares = rng.dirichlet(np.ones(radii.size))
        x = np.unique(np.concatenate([[0.0], rng.uniform(0, 1, 6), [1.0]]))
        cell = base.with_electrode(
            "positive",
            particle=SphereSizes(tuple(radii), tuple(shares)),
            open_circuit_potential_V=Table(tuple(x), tuple(4.3 - x + 0.1 * rng.random(x.size))),
            diffusivity_m2_s=DarkenDiffusivity(
                JumpDiffusivity(float(10 ** rng.uniform(-18, -12))), RegularSolution(float(rng.uniform(-4, 1.9)))
            ),
        )
        assert load_parameter_set(save_parameter_set(cell, tmp_path / f"{number}.toml")) == cell
