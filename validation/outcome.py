"""What a validation file reports: one row per figure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """`bar` says what was to be reached, `measured` what was seen; both are shown as they are."""

    claim: str
    reference: str
    bar: str
    measured: str
    passed: bool

    def __post_init__(self):
        object.__setattr__(self, "passed", bool(self.passed))  # a comparison of arrays gives numpy's own


def within(claim: str, reference: str, value: float, expected: float, relative: float) -> Outcome:
    """A figure that must lie within a relative distance of an expected one."""
    error = value / expected - 1
    bar = f"{expected:.6g} within {relative:.1g}"
    return Outcome(claim, reference, bar, f"{value:.6g} ({error:+.1e})", bool(abs(error) <= relative))


def at_most(claim: str, reference: str, value: float, limit: float, unit: str = "") -> Outcome:
    """A figure that must not exceed a limit."""
    measured = f"{value:.3g} {unit}".rstrip()
    return Outcome(claim, reference, f"<= {limit:g} {unit}".rstrip(), measured, bool(value <= limit))
