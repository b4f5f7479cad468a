"""A million texts cannot crash the formula reader, nor get anything past it.

Seeded: trees of the grammar, the same with mutations, tricks (attributes, double underscores, lambda, walrus,
comprehensions, text, look-alike letters, other notations of numbers, zero bytes), deep, long and huge ones, and noise.
Each is refused with InputError, or accepted; then its tree holds numbers, the variables, five operators and six
functions only, it evaluates to a float for numbers and arrays without raising, and an evaluator that shares nothing
with ours (Python's own grammar, walked) gives the same bits. While ours reads, Python reports what it compiles,
executes, imports or opens (sys.addaudithook): nothing.
"""

import math
import operator
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from outcome import Outcome

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from formula_texts import VARIABLES, expected, texts

from electrode_homog import expression
from electrode_homog.errors import InputError
from electrode_homog.expression import Expression

COUNT, SEED = 1_000_000, 6
SLOWEST_S = 1.0
STATES = ({"x": 0.3, "T": 298.15}, {"x": -2.0, "T": 0.0})
ARRAYS = {"x": np.array([0.0, 1.0, 1e300, math.nan]), "T": np.array([273.15, -1.0, math.inf, 1e-300])}
ALLOWED = {operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.neg}
ALLOWED |= {np.exp, np.log, np.sqrt, np.tanh, np.sinh, np.cosh}
SUSPICIOUS = ("compile", "exec", "import", "open", "os.", "subprocess.", "socket.", "ctypes.", "pickle.")


@dataclass
class Tally:
    """What happened; lists hold the first texts of each kind."""

    refused: int = 0
    accepted: int = 0
    slowest_s: float = 0.0
    crashed: list[str] = field(default_factory=list)
    escaped: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)


class Watch:
    """Notes what the interpreter reports while it is on; a hook cannot be taken away again."""

    def __init__(self) -> None:
        self.on, self.events = False, []
        sys.addaudithook(self._note)

    def _note(self, event: str, _: Any) -> None:
        if self.on and event.startswith(SUSPICIOUS):
            self.events.append(event)


def allowed(node: Any) -> bool:
    """Whether a tree holds nothing but what a formula may."""
    match node:
        case expression._Number(value=value):
            return type(value) is float and math.isfinite(value)
        case expression._Variable(name=name):
            return name in VARIABLES
        case expression._Applied(apply=apply, operands=operands):
            return apply in ALLOWED and all(allowed(operand) for operand in operands)
    return False


def fuzz(count: int, seed: int) -> Tally:
    """Every text through the reader, and what it accepts through both evaluators."""
    tally, watch = Tally(), Watch()
    for text in texts(count, seed):
        start = time.process_time()
        watch.on = True
        try:
            formula = Expression(text, VARIABLES)
            results = [formula(**state) for state in STATES] + [formula(**ARRAYS)]
        except InputError:
            tally.refused += 1
            continue
        except BaseException as error:
            tally.crashed.append(f"{text[:60]!r}: {type(error).__name__}")
            continue
        finally:
            watch.on = False
            tally.slowest_s = max(tally.slowest_s, time.process_time() - start)
        tally.accepted += 1
        if not allowed(formula._tree) or not all(type(result) is float for result in results[:2]):
            tally.escaped.append(text[:60])
        elif not _same(text, results):
            tally.differing.append(text[:60])
    tally.events = watch.events
    return tally


def _same(text: str, results: list[Any]) -> bool:
    for state, ours in zip(STATES, results, strict=False):
        try:
            theirs = expected(text, state)
        except (ValueError, SyntaxError, ArithmeticError):
            return False
        if not (ours == theirs or (math.isnan(ours) and math.isnan(theirs))):
            return False
    return True


def outcomes() -> list[Outcome]:
    start = time.process_time()
    tally = fuzz(COUNT, SEED)
    seconds = time.process_time() - start
    read = f"{COUNT} texts: {tally.refused} refused, {tally.accepted} accepted, {len(tally.crashed)} crashed"
    read += f"; slowest {1e3 * tally.slowest_s:.0f} ms, all {seconds:.0f} s of one core"
    alone = f"{len(tally.escaped)} trees with anything else, {len(tally.events)} events"
    same = f"{len(tally.differing)} of {tally.accepted} differ"
    fine = not tally.crashed and tally.slowest_s < SLOWEST_S
    meant = 0.3 * COUNT < tally.accepted < 0.7 * COUNT
    whose, clean = "allow-list; audit events of Python", not tally.escaped + tally.events
    python = "Python's grammar"
    return [
        Outcome("formulas: no crash, none slow", "seeded fuzzing", "0 crashed, each < 1 s", read, fine and meant),
        Outcome("formulas: no escape", whose, "0 trees, 0 events", alone, clean),
        Outcome("formulas: an independent evaluator", python, "the same bits", same, not tally.differing),
    ]
