"""The verbs that make images: convert, generate, segment."""

import numpy as np
import pytest

import electrode_homog as eh


@pytest.fixture
def made():
    return eh.generate_electrode(seed=1, shape=(24, 22, 20), mean_radius_m=2e-6)


@pytest.mark.parametrize("suffix", [".ome.tif", ".zarr", ".vti"])
def test_generate_and_convert_round_trip(command, tmp_path, made, suffix):
    """generate writes the electrode of its arguments; convert to any format that is written gives an equal image."""
    arguments = ("--seed", "1", "--shape", "24,22,20", "--radius", "2um")
    code, out, err = command("generate", "first.ome.tif", *arguments)
    assert (code, out) == (0, "")
    assert "wrote first.ome.tif" in err
    assert command("convert", "first.ome.tif", f"second{suffix}")[0] == 0
    second = eh.read_image(tmp_path / f"second{suffix}")
    np.testing.assert_array_equal(second.labels, made.labels)
    assert second.voxel_size_m == pytest.approx(made.voxel_size_m, rel=1e-12)
    code, _, err = command("convert", "first.ome.tif", f"second{suffix}")
    assert code == 2
    assert "exists already" in err


def test_convert_cuts_and_coarsens_a_raw_file(command, tmp_path, made):
    """A raw file with a header is read by its shape, type and offset; crop and coarsening go along x, y, z."""
    (tmp_path / "scan.raw").write_bytes(b"header" + np.moveaxis(made.labels, 0, 2).astype("<u2").tobytes())
    code, _, err = command(
        "convert", "scan.raw", "out.ome.tif", "--raw-shape", "22,20,24", "--raw-type", "<u2", "--raw-offset", "6",
        "--voxel-size", "0.4um", "--through-axis", "2", "--crop", "4:24,0:20,0:20", "--coarsen", "2",
    )  # fmt: skip
    assert code == 0, err
    expected = made.cropped(slice(4, 24), slice(0, 20), slice(0, 20)).coarsened(2)
    found = eh.read_image(tmp_path / "out.ome.tif")
    assert found.shape == (10, 10, 10)
    assert found.voxel_size_m == pytest.approx((8e-7,) * 3)
    assert np.mean(found.labels == expected.labels) > 0.95  # ties are broken in the order of the file
    code, _, err = command("convert", "scan.raw", "no.vti", "--raw-shape", "22,20", "--raw-type", "u1")
    assert code == 2
    assert "3 whole numbers" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("convert", "first.npy", "out.tif", "--voxel-size", "1um", "--crop", "0:3"), "FIRST:END"),
        (("convert", "first.npy", "out.tif", "--voxel-size", "1um", "--coarsen", "x"), "1 or 3 whole numbers"),
        (("convert", "first.npy", "out.png", "--voxel-size", "1um"), ".png"),
        (("convert", "first.npy", "out.tif"), "states no voxel size"),
        (("convert", "first.npy", "first.npy", "--voxel-size", "1um"), "choose another name"),
        (("convert", "scan.raw", "out.tif", "--raw-offset", "3"), "--raw-shape and --raw-type"),
        (("segment", "nothing.tif", "out.png", "--classes", "2"), "suffix '.png'"),
        (("generate", "out.npy", "--seed", "1"), "suffix '.npy'"),
        (("generate", "out.tif", "--seed", "1", "--shape", "5,5"), "3 whole numbers"),
        (("segment", "grey.npy", "out.tif", "--voxel-size", "1um"), "--classes"),
        (("segment", "grey.npy", "out.tif", "--voxel-size", "1um", "--classes", "2", "--denoise", "magic"), "magic"),
        (
            ("segment", "grey.npy", "out.tif", "--voxel-size", "1um", "--classes", "2", "--smallest-island", "all=1"),
            "LABEL=VOXELS",
        ),
        (
            ("segment", "grey.npy", "out.tif", "--voxel-size", "1um", "--classes", "2", "--smallest-island", "0:50"),
            "LABEL=VOXELS",
        ),
        (("segment", "first.npy", "out.tif", "--voxel-size", "1um", "--classes", "2"), "labelled already"),
        (("segment", "grey.npy", "out.tif", "--voxel-size", "1um", "--threshold", "999"), "without a voxel"),
    ],
)
def test_bad_arguments_are_refused_and_leave_nothing(command, tmp_path, made, arguments, said):
    """Exit code 2, the option or file and the remedy in the message, and no new file."""
    np.save(tmp_path / "first.npy", made.labels)
    np.save(tmp_path / "grey.npy", np.random.default_rng(0).integers(0, 255, (9, 9, 9)).astype(np.uint8))
    (tmp_path / "scan.raw").write_bytes(bytes(100))
    before = sorted(tmp_path.iterdir())
    code, _, err = command(*arguments)
    assert code == 2
    assert said in err
    assert sorted(tmp_path.iterdir()) == before


def test_segment_finds_the_phases_of_a_grey_image(command, tmp_path, made):
    """Grey levels with noise come back as their phases, with thresholds and fractions; shifted labels on request."""
    noise = np.random.default_rng(0).normal(scale=6, size=made.shape)
    levels = np.array([60, 200, 130])[made.labels]  # binder between pore and active
    np.save(tmp_path / "grey.npy", np.clip(levels + noise, 0, 255).astype(np.uint8))
    options = ("--classes", "3", "--voxel-size", "0.4um", "--shifted", "--json", "record.json")
    code, out, err = command("segment", "grey.npy", "labels.ome.tif", *options)
    assert code == 0, err
    found = eh.read_image(tmp_path / "labels.ome.tif")
    expected = np.array([0, 2, 1])[made.labels]
    assert np.mean(found.labels == expected) > 0.999
    assert f"{np.mean(made.labels == 0):.2f}" in out
    for name, more in (("lower", 2), ("upper", 0)):
        moved = eh.read_image(tmp_path / f"labels-{name}.ome.tif").labels
        assert np.mean(moved == more) >= np.mean(found.labels == more)
    code, out, err = command("segment", "grey.npy", "again.zarr", *options[:4], "--json", "-")
    assert code == 0, err
    record = eh.from_json(out, eh.SegmentationRecord)  # nothing else on stdout
    assert record == eh.from_json((tmp_path / "record.json").read_text(), eh.SegmentationRecord)
    assert 60 < record.thresholds.values[0] < 130 < record.thresholds.values[1] < 200
    assert record.fractions.lowest[0] <= np.mean(made.labels == 0) <= record.fractions.highest[0]


def test_segment_cleans_and_floods(command, tmp_path):
    """With a watershed and an island limit, an island is reported and gone; without the limit it stays."""
    bright = np.zeros((24, 22, 20))
    bright[:, :, 10:] = 1
    bright[10:13, 10:13, 3:6] = 1  # 27 voxels
    grey = np.clip(80 + 90 * bright + np.random.default_rng(0).normal(scale=4, size=bright.shape), 0, 255)
    np.save(tmp_path / "grey.npy", grey.astype(np.uint8))
    options = ("--threshold", "125", "--denoise", "median", "--watershed", "--voxel-size", "0.4um")
    code, _, err = command("segment", "grey.npy", "kept.zarr", *options)
    assert code == 0, err
    assert "island" not in err
    code, _, err = command("segment", "grey.npy", "labels.zarr", *options, "--smallest-island", "1=40")
    assert code == 0, err
    assert "labels.zarr: 1 island, " in err
    assert "of label 1 -> 0" in err
    kept, cleaned = (eh.read_image(tmp_path / name).labels for name in ("kept.zarr", "labels.zarr"))
    assert kept[11, 11, 4] == 1
    bright[10:13, 10:13, 3:6] = 0
    np.testing.assert_array_equal(cleaned, bright)


def test_segment_reads_a_raw_scan_and_a_part_of_it(command, tmp_path):
    """A scan without a header is segmented like any other: by its shape and type, cropped and coarsened first."""
    solid = np.random.default_rng(0).random((12, 10, 8)) < 0.5
    grey = np.random.default_rng(1).normal(np.where(solid, 200, 60), 8).clip(0, 255).astype("<u2")
    (tmp_path / "scan.raw").write_bytes(b"header" + grey.tobytes())
    layout = ("--raw-shape", "12,10,8", "--raw-type", "<u2", "--raw-offset", "6", "--voxel-size", "1um")
    code, _, err = command(
        "segment", "scan.raw", "labels.ome.tif", "--classes", "2", *layout, "--crop", "2:12,0:10,0:8"
    )
    assert code == 0, err
    np.testing.assert_array_equal(eh.read_image(tmp_path / "labels.ome.tif").labels, solid[2:])
    code, _, err = command("segment", "scan.raw", "small.ome.tif", "--threshold", "130", *layout, "--coarsen", "2")
    assert code == 0, err
    assert eh.read_image(tmp_path / "small.ome.tif").shape == (6, 5, 4)
