"""The examples in the docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import electrode_homog

MODULES = sorted(module.name for module in pkgutil.walk_packages(electrode_homog.__path__, "electrode_homog."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    """Each example prints what it says."""
    found = doctest.testmod(importlib.import_module(name))
    assert found.failed == 0
