"""Study files: what is understood, and what is refused with which words."""

from pathlib import Path

import pytest

from electrode_homog.errors import ElectrodeHomogError, InputError, OutOfRangeError
from electrode_homog.homogenization import Boundary
from electrode_homog.workflow import Collector, ImageLayers, Radii, Thickness, read_study
from electrode_homog.workflow.study import GeneratedImage, ImageFile

STUDY = """
title = "A study"
[image]
file = "image.tif"
voxel_size = ["400 nm", "0.2 um", "200nm"]
through_axis = 2
crop = [[0, 8], [1, 9], [2, 10]]
[phases]
pore = 0
solid = [1, 2]
[tensors.electrolyte]
conductivity = { pore = 1.0 }
boundary = "periodic"
tolerance = 1e-4
[tensors.electrons]
conductivity = { solid = 10 }
[bruggeman]
tensor = "electrolyte"
divisions = [1, 2, 2]
[cell]
base = "chen2020"
electrode = "positive"
porosity = "pore"
active = ["solid"]
electrolyte_transport = "electrolyte"
solid_conductivity_S_m = "electrons"
[discharge]
c_rates = [0.5, 1]
"""


def read(tmp_path: Path, text: str):
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    return read_study(path)


def test_everything_is_understood(tmp_path):
    """Lengths become metres, paths are relative to the file, settings that are not given stay None."""
    study = read(tmp_path, STUDY)
    assert study.image == ImageFile(
        tmp_path / "image.tif", (4e-7, pytest.approx(2e-7), 2e-7), 2, ((0, 8), (1, 9), (2, 10))
    )
    assert study.phases == {"pore": (0,), "solid": (1, 2)}
    assert study.tensors["electrolyte"].boundary is Boundary.PERIODIC
    assert study.tensors["electrolyte"].tolerance == 1e-4
    assert study.tensors["electrons"].boundary is None
    assert study.hand_over is not None
    assert study.hand_over.solid == "electrons"
    assert study.subvolume_divisions == (1, 2, 2)
    assert study.c_rates == (0.5, 1.0)


CHOICES = """solid_conductivity_S_m = "electrons"
thermal_conductivity_W_m_K = "electrons"
radii = "diffusive"
layers = 5
collector = "last-face"
thickness = "image"
reacting = ["pore"]
"""


def test_choices_of_the_hand_over(tmp_path):
    """Radii, layers with the face at the collector, thickness and heat are taken by their names."""
    text = replaced('solid_conductivity_S_m = "electrons"\n', CHOICES).replace('boundary = "periodic"\n', "")
    plan = read(tmp_path, text).hand_over
    assert plan is not None
    assert (plan.radii, plan.thickness, plan.heat) == (Radii.DIFFUSIVE, Thickness.IMAGE, "electrons")
    assert plan.layers == ImageLayers(5, Collector.LAST_FACE)
    assert plan.reacting == ("pore",)
    skeleton = read(tmp_path, replaced("solid_conductivity_S_m", "solid_transport").replace("solid = 10", "solid = 1"))
    assert skeleton.hand_over is not None
    assert (skeleton.hand_over.solid, skeleton.hand_over.skeleton) == (None, "electrons")


def test_what_is_not_chosen_stays_as_in_the_base_set(tmp_path):
    """Study files without the choices mean what they always did."""
    plan = read(tmp_path, STUDY).hand_over
    assert plan is not None
    assert (plan.radii, plan.thickness, plan.layers, plan.secondary) == (Radii.BASE, Thickness.BASE, None, ())


@pytest.mark.parametrize("boundary", list(Boundary))
def test_every_boundary_has_its_name(tmp_path, boundary):
    """The four conditions are named by their values."""
    study = read(tmp_path, replaced('boundary = "periodic"', f'boundary = "{boundary.value}"'))
    assert study.tensors["electrolyte"].boundary is boundary


def test_paths_are_relative_to_the_study(tmp_path):
    """A parameter set in a file is looked for beside the study, like the image; a name stays a name."""
    study = read(tmp_path, replaced('"chen2020"', '"mine.toml"'))
    assert study.hand_over is not None
    assert study.hand_over.base == str(tmp_path / "mine.toml")


def test_generated_image(tmp_path):
    """[generate] takes the arguments of the generator."""
    text = '[generate]\nseed = 3\nshape = [16, 16, 16]\nvoxel_size = "400 nm"\nperiodic = true\n[phases]\npore = 0\n'
    study = read(tmp_path, text)
    assert study.image == GeneratedImage({"seed": 3, "shape": (16, 16, 16), "voxel_size_m": 4e-7, "periodic": True})


def replaced(old: str, new: str) -> str:
    assert old in STUDY
    return STUDY.replace(old, new)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (replaced("through_axis", "trough_axis"), r"unknown key 'image.trough_axis'; did you mean 'through_axis'"),
        (replaced("[phases]", "[fases]"), r"unknown key 'fases'; did you mean 'phases'"),
        (replaced("conductivity = { solid", "conductivty = { solid"), "did you mean 'conductivity'"),
        (replaced("c_rates", "crates"), "did you mean 'c_rates'"),
        (replaced("base = ", "bass = "), "did you mean 'base'"),
        (replaced("[discharge]", "[discharge]\nspeed = 1"), "unknown key 'discharge.speed'"),
        (replaced('["400 nm", "0.2 um", "200nm"]', "0.4"), "image.voxel_size"),
        (replaced('["400 nm", "0.2 um", "200nm"]', '"0.4"'), "unit"),
        (replaced('["400 nm", "0.2 um", "200nm"]', '["400 nm"]'), "three"),
        (replaced("through_axis = 2", 'through_axis = "z"'), "is not int"),
        (replaced("through_axis = 2", "through_axis = true"), "is not int"),
        (replaced("[[0, 8], [1, 9], [2, 10]]", "[[0, 8]]"), "three are needed"),
        (replaced("[0, 8]", "[8, 0]"), "0 <= first < end"),
        (replaced("[1, 2]", "[1, 2.5]"), "phases.solid"),
        (replaced("pore = 0", "pore = true"), "phases.pore"),
        (
            replaced('boundary = "periodic"', 'boundary = "periodical"'),
            "insulated-sides, periodic, linear-potential, uniform-flux",
        ),
        (replaced("tolerance = 1e-4", "tolerance = nan"), "not a finite number"),
        (replaced("{ pore = 1.0 }", "{ por = 1.0 }"), "names the phase 'por'"),
        (replaced("{ pore = 1.0 }", "{ pore = 1.0, solid = 5 }"), "nothing conducts better than the bulk"),
        (replaced("tolerance = 1e-4", "tolerance = 1e-20"), "tolerance"),
        (replaced("through_axis = 2", "through_axis = 5"), "axes are 0, 1, 2"),
        (replaced("divisions = [1, 2, 2]", "divisions = [0, 1, 1]"), "at least 1"),
        (replaced("crop = [[0", "crop = [[" + "9" * 5000), "not TOML"),
        (replaced("{ pore = 1.0 }", '{ pore = "1" }'), "tensors.electrolyte.conductivity.pore"),
        (replaced('tensor = "electrolyte"', 'tensor = "ions"'), r"there is no \[tensors.ions\]"),
        (replaced('electrolyte_transport = "electrolyte"', 'electrolyte_transport = "ions"'), "no .tensors.ions"),
        (replaced('electrode = "positive"', 'electrode = "cathode"'), "'negative' or 'positive'"),
        (replaced('active = ["solid"]', 'active = ["pore"]'), "both name"),
        (replaced("divisions = [1, 2, 2]", "divisions = [2, 2]"), "three whole numbers"),
        (replaced("[discharge]", 'radii = "kinetik"\n[discharge]'), "base, base-and-area, kinetic, diffusive"),
        (replaced("[discharge]", "layers = 5\n[discharge]"), "'first-face' or 'last-face'"),
        (replaced("[discharge]", 'collector = "first-face"\n[discharge]'), "belong together"),
        (replaced("[discharge]", 'layers = 1\ncollector = "first-face"\n[discharge]'), "from 2 to 1000"),
        (replaced("[discharge]", 'layers = 5\ncollector = "left"\n[discharge]'), "first-face, last-face"),
        (replaced("[discharge]", 'thickness = "mine"\n[discharge]'), "base, image"),
        (replaced("[discharge]", 'secondary = "solid"\n[discharge]'), "both name"),
        (replaced("[discharge]", 'secondary = "silicon"\n[discharge]'), "cell.secondary names the phase"),
        (replaced("[discharge]", 'thermal_conductivity_W_m_K = "heat"\n[discharge]'), "no .tensors.heat"),
        (replaced("[discharge]", 'solid_transport = "electrons"\n[discharge]'), "count twice"),
        (replaced("solid_conductivity_S_m", "solid_transport"), "nothing conducts better than the bulk of the solid"),
        (
            replaced('"periodic"', '"uniform-flux"').replace(
                "[discharge]", 'layers = 2\ncollector = "last-face"\n[discharge]'
            ),
            "through the sides",
        ),
        (replaced('file = "image.tif"', ""), "image.file is missing"),
        (replaced("[image]", "[generate]\nseed = 1\n[image]"), "either"),
        (STUDY.split("[cell]")[0] + "[discharge]\nc_rates = [1]", "needs a cell"),
        ("title = ", "not TOML"),
        ("title = 'a'\ntitle = 'b'", "not TOML"),
        ("x = " + "[" * 5000, "not TOML"),
        ("", "either"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path, text, message):
    """Misspelt keys come with the nearest known one; every message begins with the file."""
    with pytest.raises(ElectrodeHomogError, match=message) as caught:
        read(tmp_path, text)
    assert caught.value.exit_code == 2
    assert str(tmp_path / "study.toml") in str(caught.value)


@pytest.mark.parametrize("rates", ["[0]", "[-1]", "[100]"])
def test_rates_have_a_range(tmp_path, rates):
    """A C-rate is positive and at most 20."""
    with pytest.raises(ElectrodeHomogError, match="c_rates") as caught:
        read(tmp_path, replaced("[0.5, 1]", rates))
    assert isinstance(caught.value, OutOfRangeError | InputError)


def test_bytes_that_are_not_text(tmp_path):
    """UTF-16 and huge files are refused, and so is a folder."""
    path = tmp_path / "study.toml"
    path.write_bytes(STUDY.encode("utf-16"))
    with pytest.raises(InputError, match="UTF-8"):
        read_study(path)
    path.write_bytes(b"#" * 2_000_000)
    with pytest.raises(InputError, match="bytes"):
        read_study(path)
    with pytest.raises(InputError, match="not a file"):
        read_study(tmp_path)
