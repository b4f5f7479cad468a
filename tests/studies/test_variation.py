"""What follows when one number of a cell is changed, and what may not be changed beside it."""

import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.parameters import load_parameter_set
from electrode_homog.studies.variation import PorosityRule, check_paths, varied_cell

CELL = load_parameter_set("chen2020")


def positive(changes, rule=PorosityRule.ACTIVE_FIXED):
    return varied_cell(CELL, changes, source="test", porosity_rule=rule).positive


@pytest.mark.parametrize("rule", PorosityRule)
def test_fractions_add_up_under_every_rule(rule):
    """Porosity, active and inactive fraction close to 1, and only the rule's own fields move."""
    before, after = CELL.positive, positive({"positive.porosity": 0.3}, rule)
    assert after.porosity + after.active_fraction + after.inactive_fraction == pytest.approx(1, abs=1e-12)
    assert (after.active_fraction == before.active_fraction) == (rule is PorosityRule.ACTIVE_FIXED)
    assert (after.thickness_m == before.thickness_m) == (rule is not PorosityRule.CALENDERED)


def test_calendering_keeps_the_coating():
    """Solid and active material per area are the same before and after."""
    before, after = CELL.positive, positive({"positive.porosity": 0.25}, PorosityRule.CALENDERED)
    assert after.thickness_m * after.active_fraction == pytest.approx(before.thickness_m * before.active_fraction)
    assert after.thickness_m * 0.75 == pytest.approx(before.thickness_m * 0.665)


def test_two_changes_of_one_electrode_are_made_at_once():
    """Porosity 0.4 alone leaves no room for the active material; together with less of it, it does."""
    with pytest.raises(OutOfRangeError, match=r"1\.065"):
        positive({"positive.porosity": 0.4})
    both = {"positive.porosity": 0.4, "positive.active_fraction": 0.55}
    for changes in (both, dict(reversed(both.items()))):
        assert positive(changes).inactive_fraction == pytest.approx(0.05)


def test_paths_of_every_section_are_set():
    """Nested, separator and cell paths change exactly what they name; the cell given stays as it was."""
    changes = {"negative.particle.radius_m": 3e-6, "separator.porosity": 0.5, "cell.contact_resistance_Ohm": 0.01}
    cell = varied_cell(CELL, changes, source="test")
    assert [cell.value(path) for path in changes] == list(changes.values())
    assert cell.sources["negative.particle"] == "test"
    assert CELL.value("separator.porosity") == 0.47


def test_paths_that_cannot_be_varied_are_refused():
    """Unknown paths, expressions, and what the porosity rule sets are InputErrors."""
    with pytest.raises(InputError, match="porosity"):
        check_paths(CELL, ["positive.porosty"])
    with pytest.raises(InputError, match="is an expression"):
        check_paths(CELL, ["electrolyte.conductivity_S_m"])
    with pytest.raises(InputError, match=r"thickness_m follows from positive\.porosity"):
        check_paths(CELL, ["positive.porosity", "positive.thickness_m"], PorosityRule.CALENDERED)
    check_paths(CELL, ["positive.porosity", "negative.thickness_m"], PorosityRule.CALENDERED)
