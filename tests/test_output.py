"""Results are written whole or not at all."""

import multiprocessing
import resource
import sys

import pytest

from electrode_homog.errors import InputError
from electrode_homog.output import exclusive_folder, write_whole


def test_writes_and_refuses_to_overwrite(tmp_path):
    """A file is written once; again only when asked, and nothing is left beside it."""
    path = tmp_path / "result.json"
    write_whole(path, "first")
    with pytest.raises(InputError, match="exists already"):
        write_whole(path, "second")
    assert path.read_text() == "first"
    write_whole(path, b"third", overwrite=True)
    assert path.read_bytes() == b"third"
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]


def test_a_folder_is_no_file(tmp_path):
    """The name of a folder is refused, also when overwriting is asked for."""
    with pytest.raises(InputError, match="is a folder"):
        write_whole(tmp_path, "text", overwrite=True)


def test_missing_folder_is_named(tmp_path):
    """The error names the path, and nothing is made."""
    with pytest.raises(OSError, match=r"result\.json"):
        write_whole(tmp_path / "none" / "result.json", "text")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="file size limits are tested on Linux")
def test_full_disk_leaves_nothing(tmp_path):
    """When the system refuses more bytes, the old file stays as it was and no torn one appears."""
    import signal

    path = tmp_path / "result.json"
    write_whole(path, "old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(OSError, match="cannot write 100000 bytes"):
            write_whole(path, "x" * 100_000, overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]


def _hold(folder, ready, done):
    with exclusive_folder(folder):
        ready.set()
        done.wait(30)


def test_two_runs_in_one_folder_do_not_interleave(tmp_path):
    """The second run is refused and told which process holds the folder; afterwards it is free."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path / "results", ready, done))
    other.start()
    assert ready.wait(30)
    with pytest.raises(InputError, match=f"in use by process {other.pid}"), exclusive_folder(tmp_path / "results"):
        pass
    done.set()
    other.join()
    with exclusive_folder(tmp_path / "results") as folder:
        assert folder.is_dir()


def test_a_file_is_not_a_folder(tmp_path):
    """Results do not go into a file."""
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(InputError, match="is a file"), exclusive_folder(tmp_path / "taken"):
        pass
