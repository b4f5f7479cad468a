"""The main job on small electrodes: what it writes, resumes, hands over and refuses."""

import dataclasses

import numpy as np
import pandas
import pytest

from electrode_homog.errors import InputError, NotPercolatingError
from electrode_homog.homogenization import EffectiveTensor
from electrode_homog.parameters import load_parameter_set
from electrode_homog.provenance import from_json
from electrode_homog.workflow import (
    Collector,
    HandOver,
    ImageLayers,
    Radii,
    Study,
    demonstration_study,
    electrode_from_image,
    run_study,
)
from electrode_homog.workflow.study import GeneratedImage, ImageFile, TensorRequest

FILES = {
    "cell.toml", "cell.jsonld", "description.json", "discharge.csv", "report.html", "ro-crate-metadata.json",
    "tensor-electrolyte.json", "tensor-electrons.json",
}  # fmt: skip


def silent(_: str) -> None:
    """Nobody listens."""


def small(**changes) -> Study:
    """The demonstration on 24^3 voxels and one discharge."""
    return dataclasses.replace(demonstration_study(size=24), **{"c_rates": (1.0,), **changes})


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study") / "results"
    return folder, run_study(small(), folder, tell=silent)


def test_every_result_is_on_disk(finished):
    """The folder holds the tensors, the parameter set, the curves and the report, and nothing half written."""
    folder, result = finished
    assert {path.name for path in folder.iterdir() if not path.name.startswith(".")} == FILES
    tensor = from_json((folder / "tensor-electrolyte.json").read_text(), EffectiveTensor)
    np.testing.assert_array_equal(tensor.matrix, result.tensors["electrolyte"].matrix)
    table = pandas.read_csv(folder / "discharge.csv")
    assert set(table["c_rate"]) == {1.0}
    assert len(set(table["variant"])) == 3


def test_what_the_cell_gets_is_what_the_image_says(finished):
    """Fractions, B through the thickness and the effective conductivity arrive; PyBaMM evaluates the same B."""
    folder, result = finished
    electrode = result.variants[-1].cell.positive
    fractions = result.electrode.fractions
    assert electrode.porosity == pytest.approx(fractions["pore"], rel=1e-12)
    assert electrode.active_fraction == pytest.approx(fractions["active"], rel=1e-12)
    assert electrode.inactive_fraction == pytest.approx(fractions["binder"], rel=1e-9)
    B = result.tensors["electrolyte"].matrix[0, 0]
    assert electrode.electrolyte_efficiency == pytest.approx(B, rel=1e-12)
    assert electrode.conductivity_S_m == result.tensors["electrons"].matrix[0, 0]
    used = result.variants[-1].runs[0].transport_efficiency
    assert used["positive electrolyte"] == pytest.approx(B, rel=1e-12)
    assert used["positive solid"] == pytest.approx(1.0, rel=1e-12)  # effective already: not corrected twice
    saved = load_parameter_set(folder / "cell.toml")
    assert saved.positive == electrode
    assert "generate_electrode" in saved.sources["positive.electrolyte_law"]


def test_the_base_set_comes_first_and_is_untouched(finished):
    """The first variant is the base set itself; the second has the image's fractions but the base set's law."""
    _, result = finished
    base, fractions, image = result.variants
    assert base.cell == load_parameter_set("chen2020")
    assert fractions.cell.positive.electrolyte_law == base.cell.positive.electrolyte_law
    assert fractions.cell.positive.porosity == image.cell.positive.porosity


def test_a_study_may_ask_for_everything(tmp_path):
    """Radii, area, layers and heat arrive in the set as in `electrode_from_image`, through the same tensors."""
    study = small()
    assert study.hand_over is not None
    choices = {"heat": "heat", "radii": Radii.DIFFUSIVE, "layers": ImageLayers(3, Collector.FIRST_FACE)}
    heat = TensorRequest({"pore": 0.2, "active": 1.5, "binder": 0.5})
    asked = small(
        c_rates=(), hand_over=dataclasses.replace(study.hand_over, **choices), tensors={**study.tensors, "heat": heat}
    )
    result = run_study(asked, tmp_path / "results", tell=silent)
    direct = electrode_from_image(
        result.electrode,
        load_parameter_set("chen2020"),
        "positive",
        porosity="pore",
        active="active",
        solid_conductivity_S_m={"active": 0.1, "binder": 100.0},
        thermal_conductivity_W_m_K={"pore": 0.2, "active": 1.5, "binder": 0.5},
        layers=ImageLayers(3, Collector.FIRST_FACE),
    )
    assert result.from_image is not None
    assert result.from_image.layers == direct.layers
    for part in ("positive", "thermal"):
        assert getattr(result.from_image.cell, part) == getattr(direct.cell, part)
    assert load_parameter_set(tmp_path / "results" / "cell.toml").positive == direct.cell.positive


def test_many_layers_get_the_points_that_they_need(tmp_path):
    """A study has no mesh of its own to set: with more layers than half the default points, all variants get more."""
    study = small()
    assert study.hand_over is not None
    layers = ImageLayers(18, Collector.FIRST_FACE)
    result = run_study(
        small(hand_over=dataclasses.replace(study.hand_over, layers=layers)), tmp_path / "results", tell=silent
    )
    assert {run.mesh.x_points for variant in result.variants for run in variant.runs} == {36}
    assert [variant.name for variant in result.variants][-1] == "all that the image gives"


def test_a_plan_that_does_not_fit_is_refused_before_anything_is_solved(tmp_path):
    """A skeleton for a base set whose conductivity is effective already: no folder is made."""
    study = small()
    assert study.hand_over is not None
    plan = dataclasses.replace(study.hand_over, solid=None, skeleton="skeleton")
    tensors = {**study.tensors, "skeleton": TensorRequest({"active": 1.0, "binder": 1.0})}
    with pytest.raises(InputError, match="count twice"):
        run_study(small(hand_over=plan, tensors=tensors), tmp_path / "results", tell=silent)
    assert not (tmp_path / "results").exists()


def test_a_finished_folder_is_left_alone(finished):
    """Running again into it is refused, unless overwriting is asked for."""
    folder, _ = finished
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    for study in (small(), small(title="another")):
        with pytest.raises(InputError, match=r"finished study.*--force"):
            run_study(study, folder, tell=silent)
    assert before == {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_stopped_run_goes_on(tmp_path):
    """After a stop before the cell, the next run takes up the finished tensors and ends with the same report."""
    folder = tmp_path / "results"
    heard: list[str] = []

    def stop_at_discharge(text: str) -> None:
        if "discharges" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(small(), folder, tell=stop_at_discharge)
    solved = (folder / "tensor-electrolyte.json").read_bytes()
    run_study(small(), folder, tell=heard.append)
    assert any("found in tensor-electrolyte.json" in text for text in heard)
    assert (folder / "tensor-electrolyte.json").read_bytes() == solved
    assert (folder / "report.html").is_file()


def test_a_corrected_through_axis_is_solved_again(tmp_path):
    """A stopped study goes on with tensors of the same axis only, though turned voxels have the same fractions."""
    labels = np.zeros((16, 16, 16), dtype=np.uint8)
    labels[5:9, 2:12, :] = 1
    np.save(tmp_path / "image.npy", labels)
    found = []
    for axis in (0, 2):
        image = ImageFile(tmp_path / "image.npy", (4e-7,) * 3, through_axis=axis)
        study = Study("a bar", image, {"pore": 0, "active": 1}, {"electrolyte": TensorRequest({"pore": 1.0})})
        found.append(run_study(study, tmp_path / "results", tell=silent).tensors["electrolyte"])
        (tmp_path / "results" / "report.html").unlink()
    assert found[0].matrix[2, 2] == pytest.approx(found[1].matrix[0, 0], rel=1e-9)
    assert found[0].matrix[0, 0] < 0.95 * found[1].matrix[0, 0]


def test_a_failed_study_can_be_corrected(tmp_path):
    """A study whose image is missing leaves no folder; one that failed later goes on in its folder when mended."""
    folder = tmp_path / "results"
    wrong = small(image=ImageFile(tmp_path / "none.tif", (4e-7,) * 3))
    with pytest.raises(InputError, match=r"none\.tif"):
        run_study(wrong, folder, tell=silent)
    assert not folder.exists()
    study = small()
    assert study.hand_over is not None
    with pytest.raises(InputError, match="chen2020"):
        run_study(small(hand_over=dataclasses.replace(study.hand_over, base="chen2021")), folder, tell=silent)
    assert not folder.exists()
    with pytest.raises(InputError, match="pieces"):
        run_study(small(subvolume_divisions=(20, 1, 1)), folder, tell=silent)
    run_study(study, folder, tell=silent)


def test_overwriting_deletes_nothing(tmp_path):
    """Files of the user in the folder survive overwriting, even those that are called like ours."""
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "tensor-mine.json").write_text("mine")
    run_study(small(c_rates=()), folder, tell=silent, overwrite=True)
    assert (folder / "tensor-mine.json").read_text() == "mine"


def test_inputs_are_never_replaced(tmp_path):
    """A base set called like a result is kept, even where overwriting is asked for."""
    from electrode_homog.parameters import save_parameter_set

    save_parameter_set(load_parameter_set("chen2020"), tmp_path / "cell.toml")
    before = (tmp_path / "cell.toml").read_bytes()
    study = small()
    assert study.hand_over is not None
    mine = dataclasses.replace(study.hand_over, base=str(tmp_path / "cell.toml"))
    with pytest.raises(InputError, match="input of this study"):
        run_study(small(hand_over=mine), tmp_path, tell=silent, overwrite=True)
    assert (tmp_path / "cell.toml").read_bytes() == before


def test_a_piece_that_is_all_pore_does_not_end_a_study(tmp_path):
    """Such a piece has B = 1 with every exponent; the law comes from the others."""
    labels = (np.random.default_rng(0).random((16, 16, 16)) < 0.4).astype(np.uint8)
    labels[:8, :8, :8] = 0
    np.save(tmp_path / "image.npy", labels)
    image = ImageFile(tmp_path / "image.npy", (4e-7,) * 3)
    tensors = {"electrolyte": TensorRequest({"pore": 1.0})}
    study = Study("open", image, {"pore": 0, "active": 1}, tensors, subvolume_tensor="electrolyte")
    result = run_study(study, tmp_path / "results", tell=silent)
    assert result.law is not None
    assert result.law.porosity_range[1] < 1


def test_overwriting_another_study_solves_again(tmp_path):
    """With overwriting asked for, tensors of another study are not mistaken for this one's."""
    folder = tmp_path / "results"
    first = run_study(small(c_rates=()), folder, tell=silent)
    wetter = {**first.study.tensors, "electrolyte": TensorRequest({"pore": 1.0, "binder": 0.3})}
    second = run_study(small(c_rates=(), tensors=wetter), folder, tell=silent, overwrite=True)
    assert second.tensors["electrolyte"].matrix[0, 0] > first.tensors["electrolyte"].matrix[0, 0]


def test_foreign_files_are_not_touched(tmp_path):
    """A folder with somebody's file is refused and stays as it was."""
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="something else"):
        run_study(small(), tmp_path, tell=silent)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_blocked_pores_are_refused_but_their_tensor_is_kept(tmp_path):
    """Nothing can run on B = 0: the error says so, and the tensor, an exact zero, is on disk."""
    import tifffile

    labels = np.zeros((12, 12, 12), dtype=np.uint8)
    labels[:, :6] = 1
    labels[5] = 1
    tifffile.imwrite(tmp_path / "blocked.tif", labels)
    study = Study(
        title="blocked",
        image=ImageFile(tmp_path / "blocked.tif", (4e-7,) * 3),
        phases={"pore": 0, "active": 1},
        tensors={"electrolyte": TensorRequest({"pore": 1.0})},
        hand_over=HandOver("chen2020", "positive", ("pore",), ("active",), "electrolyte"),
        c_rates=(1.0,),
    )
    with pytest.raises(NotPercolatingError, match="through the thickness"):
        run_study(study, tmp_path / "results", tell=silent)
    assert (tmp_path / "results" / "tensor-electrolyte.json").is_file()


ELECTRONS = TensorRequest({"active": 1.0})
IMAGE_ONLY = {"hand_over": None, "c_rates": (), "subvolume_tensor": None}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tensors": {"electrolyte": TensorRequest({"pore": 2.0}), "electrons": ELECTRONS}}, "value 1"),
        ({"tensors": {"../escape": ELECTRONS}, **IMAGE_ONLY}, "letters"),
    ],
)
def test_what_cannot_be_handed_over_is_refused(tmp_path, changes, message):
    """A tensor whose bulk electrolyte is not 1 is no transport efficiency; names of tensors are no paths."""
    with pytest.raises(InputError, match=message):
        run_study(small(**changes), tmp_path / "results", tell=silent)
    assert {path.name for path in tmp_path.iterdir()} <= {"results"}


def test_crop_outside_the_image(tmp_path):
    """A crop beyond the image names the axis and the voxels that there are."""
    np.save(tmp_path / "image.npy", np.zeros((8, 9, 10), dtype=np.uint8))
    image = ImageFile(tmp_path / "image.npy", (4e-7,) * 3, crop=((0, 8), (0, 10), (0, 10)))
    with pytest.raises(InputError, match="along y, but the image has 9"):
        run_study(Study("crop", image, {"pore": 0}, {}), tmp_path / "results", tell=silent)


def test_generator_arguments_are_checked(tmp_path):
    """An impossible electrode is refused before anything is written but the marker."""
    image = GeneratedImage({"seed": 1, "shape": (16, 16, 16), "active_fraction": 1.4})
    with pytest.raises(Exception, match="active_fraction"):
        run_study(Study("impossible", image, {"pore": 0}, {}), tmp_path / "results", tell=silent)
