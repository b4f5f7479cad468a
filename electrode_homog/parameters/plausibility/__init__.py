"""Whether the values of a set, each possible, are so together: what PyBaMM and BPX do not ask.

Errors are contradictions, with which no cell can run or two values cannot both be right; warnings are far from
what is published. All is estimated from the values, nothing is solved.
"""

from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.plausibility.balance import Balance, balance, balance_problems
from electrode_homog.parameters.plausibility.bookkeeping import bookkeeping_problems
from electrode_homog.parameters.plausibility.electrolyte import electrolyte_problems
from electrode_homog.parameters.plausibility.functions import function_problems
from electrode_homog.parameters.plausibility.heat import heat_problems
from electrode_homog.parameters.plausibility.losses import loss_problems
from electrode_homog.parameters.plausibility.structure import structure_problems
from electrode_homog.parameters.problem import Problem

__all__ = ["Balance", "balance", "plausibility_problems"]


def plausibility_problems(cell: CellParameters) -> list[Problem]:
    """Errors and warnings of a set that can be read, errors first."""
    found = balance(cell)
    problems = function_problems(cell, found)
    if not any(problem.key.endswith("open_circuit_potential_V") and problem.is_error for problem in problems):
        problems += balance_problems(cell, found)
    problems += electrolyte_problems(cell) + loss_problems(cell, found)
    problems += structure_problems(cell) + heat_problems(cell) + bookkeeping_problems(cell)
    return sorted(problems, key=lambda problem: not problem.is_error)
