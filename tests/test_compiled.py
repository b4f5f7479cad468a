"""How loops are compiled: with a cache where there is a place for one, and without where there is none."""

import importlib.util
import sys

import numba
import pytest

from electrode_homog.compiled import compiled, on_compilation

MODULE = """
from electrode_homog.compiled import compiled


@compiled
def doubled(n):
    return 2 * n
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Import a module of one kernel from a folder of its own; NUMBA_CACHE_DIR is not set."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "cache"))
    path = tmp_path / "kernel_of_a_test.py"
    path.write_text(MODULE)

    def imported():
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        found = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
        return found

    return imported


def test_kernels_are_kept_beside_their_module_and_compilation_is_told_once(module, tmp_path):
    """The first process compiles, and says so; the next one finds what is on disk."""
    told = []
    with on_compilation(lambda: told.append("compiling")):
        first = module().doubled
        assert [first(2), first(2.5)] == [4, 5.0]  # two types are compiled, one line is said
        assert told == ["compiling"]
    assert list((tmp_path / "__pycache__").glob("*.nbi"))
    with on_compilation(lambda: told.append("again")):
        assert module().doubled(2) == 4
    assert told == ["compiling"]


def test_a_read_only_installation_falls_back_to_the_user_and_then_to_no_cache(module, tmp_path):
    """Without a place beside the module the cache goes to the user's folder; without that, each process compiles.

    Files where folders are needed: permissions do not stop an administrator, which containers often run as.
    """
    (tmp_path / "__pycache__").write_text("")
    assert module().doubled(2) == 4
    assert list((tmp_path / "home").rglob("*.nbi"))
    for path in sorted((tmp_path / "home").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (tmp_path / "home").rmdir()
    (tmp_path / "home").write_text("")
    kernel = module().doubled
    assert kernel(2) == 4
    assert kernel.stats.cache_path is None


def test_only_the_lack_of_a_cache_is_forgiven(monkeypatch):
    """Another failure of the compiler is not taken for a missing cache."""

    def refuse(**options):
        raise TypeError(options)

    monkeypatch.setattr(numba, "njit", refuse)
    with pytest.raises(TypeError):
        compiled(refuse)
