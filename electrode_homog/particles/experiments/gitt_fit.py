"""One pulse of GITT: its samples, and the diffusivity that makes the exact surface value of the particle fit them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.particles.experiments.diffusion_series import flux_surface
from electrode_homog.particles.experiments.gitt import GITTRecord, Pulse
from electrode_homog.particles.radial import Geometry

BINS = 40
"""Groups of samples, evenly in the logarithm of the time since the change of current, in the pulse and in the rest."""

TAIL = 0.05
"""Last share of a rest over which the relaxed potential is a mean, and of which at least the last sample."""

REMEMBERED = 12
"""Earlier pulses whose profile may still be relaxing; of older ones only the mean is left."""

MODEL_SHARE = 0.005
"""Of the change of potential: how well the model can be right. Sets the weight of samples without noise."""

SMALLEST_CHANGE_V = 5e-5
"""Of a relaxed potential, for a slope that means something; and at least ten times the noise of its mean."""


@dataclass(frozen=True, eq=False)
class PulseData:
    """`history` (h, 3) has start, end [s] and rate [1/s] of this pulse, last, and of those before it; `base` is the
    mean before the first of these. `time_s`, `potential_V`, `deviation_V`, `in_pulse` are (b,), of groups of samples.
    """

    before: float
    after: float
    history: np.ndarray
    base: float
    tail_s: float
    time_s: np.ndarray
    potential_V: np.ndarray
    deviation_V: np.ndarray
    in_pulse: np.ndarray
    potential_before_V: float
    potential_after_V: float
    change_V: float
    noise_V: float
    relaxed_noise_V: float
    still_drifts: bool

    @property
    def length_s(self) -> float:
        return float(self.history[-1, 1] - self.history[-1, 0])

    @property
    def is_plateau(self) -> bool:
        """The relaxed potential does not change, or against the sense of the pulse."""
        change = self.potential_after_V - self.potential_before_V
        too_small = abs(change) < max(SMALLEST_CHANGE_V, 10 * self.relaxed_noise_V)
        return too_small or change * self.change_V <= 0

    def textbook(self, volume_per_area_m: float) -> float:
        """4/(pi t) (V/S)**2 (dE_s/dE_t)**2; NaN on a plateau."""
        if self.is_plateau:
            return math.nan
        ratio = (self.potential_after_V - self.potential_before_V) / self.change_V
        return 4 / (math.pi * self.length_s) * volume_per_area_m**2 * ratio**2


@dataclass(frozen=True)
class Relaxed:
    """The end of a rest: mean potential and instant of the tail, noise of one sample and of the mean, and the drift
    over four times the tail, beyond noise."""

    potential_V: float
    time_s: float
    noise_V: float
    mean_noise_V: float
    drift_V: float


@dataclass(frozen=True)
class PulseFit:
    """`left_over` is surface less mean at the end of the rest."""

    diffusivity_m2_s: float
    relative_error: float
    jump_V: float
    misfit_V: float
    left_over: float
    surface_at_end: float
    lowest_surface: float
    highest_surface: float


def pulse_data(record: GITTRecord, found: list[Pulse], number: int, settle_s: float | None) -> PulseData:
    """The samples of one pulse and its rest, those within `settle_s` after a change of current left out.

    `change_V` is the change during the pulse without the jump, which a square root of time from the first sample
    left, to the instant of the jump, gives.
    """
    pulse = found[number]
    length = pulse.end_s - pulse.start_s
    settle = 0.01 * length if settle_s is None else settle_s
    active = _samples(record, pulse.rows, pulse.start_s, settle, 3)
    resting = _samples(record, pulse.rest_rows, pulse.end_s, settle, 2)
    after = _relaxed(record, pulse.end_s, pulse.rest_rows)
    rest_before = (0, pulse.rows[0]) if number == 0 else found[number - 1].rest_rows
    start_before = float(record.time_s[0]) if number == 0 else found[number - 1].end_s
    before = _relaxed(record, start_before, rest_before).potential_V
    root = np.sqrt(active[0][[0, -1]])
    change = float((active[1][-1] - active[1][0]) * root[1] / (root[1] - root[0]))
    groups = [_grouped(*active), _grouped(*resting)]
    remembered = found[max(0, number - REMEMBERED) : number + 1]
    counts = np.concatenate([group[2] for group in groups])
    return PulseData(
        before=pulse.before,
        after=pulse.after,
        history=np.array([[p.start_s, p.end_s, p.rate_per_s] for p in remembered]),
        base=remembered[0].before,
        tail_s=after.time_s,
        time_s=np.concatenate([pulse.start_s + groups[0][0], pulse.end_s + groups[1][0]]),
        potential_V=np.concatenate([group[1] for group in groups]),
        deviation_V=np.sqrt(after.noise_V**2 / counts + (MODEL_SHARE * change) ** 2 + 1e-18),
        in_pulse=np.repeat([1.0, 0.0], [group[0].size for group in groups]),
        potential_before_V=before,
        potential_after_V=after.potential_V,
        change_V=change,
        noise_V=after.noise_V,
        relaxed_noise_V=after.mean_noise_V,
        still_drifts=after.drift_V > 0.02 * abs(after.potential_V - before),
    )


def fit_pulse(data: PulseData, curve: Callable, radius_m: float, geometry: Geometry) -> PulseFit:
    """Least squares in log D and the jump; the start is the D whose surface rise over mean rise is that of the data."""
    from scipy.optimize import least_squares

    if data.is_plateau:
        return PulseFit(*[math.nan] * 8)
    offset = data.potential_before_V

    def misfit(parameters: np.ndarray) -> np.ndarray:
        surface = surface_stoichiometry(data, data.time_s, radius_m**2 / math.exp(parameters[0]), geometry)
        model = _finite(curve(surface), offset) + parameters[1] * data.in_pulse
        return (model - data.potential_V) / data.deviation_V

    start = np.array([math.log(radius_m**2 / _first_guess(data, geometry)), 0.0])
    reach = np.array([12.0, np.inf])
    found = least_squares(
        misfit, start, bounds=(start - reach, start + reach), x_scale=[1.0, abs(data.change_V)], method="trf"
    )
    time = radius_m**2 / math.exp(found.x[0])
    surface = surface_stoichiometry(data, data.time_s, time, geometry)
    end = surface_stoichiometry(data, data.history[-1:, 1], time, geometry)[0]
    left = found.fun * data.deviation_V
    return PulseFit(
        diffusivity_m2_s=math.exp(found.x[0]),
        relative_error=math.hypot(_standard_error(found), _slope_error(data)),
        jump_V=float(found.x[1]),
        misfit_V=float(np.sqrt(np.mean(left**2))),
        left_over=left_over(data, time, geometry),
        surface_at_end=float(end),
        lowest_surface=float(min(surface.min(), end)),
        highest_surface=float(max(surface.max(), end)),
    )


def surface_stoichiometry(data: PulseData, time_s: np.ndarray, diffusion_s: float, geometry: Geometry) -> np.ndarray:
    """Exact surface value at `time_s` (b,) under all remembered pulses, with the diffusion time R**2/D."""
    since = time_s[:, None] - data.history[:, :2].reshape(1, -1)
    rates = np.outer(data.history[:, 2], [1.0, -1.0]).ravel() * diffusion_s / int(geometry)
    response = np.zeros(since.shape)
    response[since > 0] = flux_surface(since[since > 0] / diffusion_s, geometry)
    return data.base + response @ rates


def left_over(data: PulseData, diffusion_s: float, geometry: Geometry) -> float:
    """Surface less mean at the end of the rest, where the relaxed potential is read; 0 if the time is unknown."""
    if not math.isfinite(diffusion_s):
        return 0.0
    return float(surface_stoichiometry(data, np.array([data.tail_s]), diffusion_s, geometry)[0] - data.after)


def curve_through(places: np.ndarray, potential_V: np.ndarray) -> Callable:
    """The relaxed potentials as a function of stoichiometry: a cubic spline, of lower order through few points,
    and straight beyond the outermost."""
    from scipy.interpolate import make_interp_spline

    order = np.argsort(places)
    x, values = places[order], potential_V[order]
    apart = np.append(True, np.diff(x) > 1e-9)
    x, values = x[apart], values[apart]
    spline = make_interp_spline(x, values, k=min(3, x.size - 1))
    slopes = spline.derivative()

    def curve(at: np.ndarray) -> np.ndarray:
        inside = np.clip(at, x[0], x[-1])
        return spline(inside) + slopes(inside) * (at - inside)

    return curve


def _samples(record: GITTRecord, rows: tuple[int, int], start_s: float, settle_s: float, needed: int) -> tuple:
    """Time since the change of current at `start_s`, and potential, later than `settle_s` after it."""
    since = record.time_s[slice(*rows)] - start_s
    late = since >= settle_s * (1 - 1e-9)
    late &= since > 0
    if late.sum() < needed:
        raise InputError(
            f"{late.sum()} samples lie later than {settle_s:g} s after the change of current at {start_s:g} s, and "
            f"{needed} are needed: sample faster, or lower settle_s"
        )
    return since[late], record.potential_V[slice(*rows)][late]


def _relaxed(record: GITTRecord, start_s: float, rows: tuple[int, int]) -> Relaxed:
    time, potential = record.time_s[slice(*rows)], record.potential_V[slice(*rows)]
    length = time[-1] - start_s
    tail = time >= time[-1] - TAIL * length
    late = time >= time[-1] - 4 * TAIL * length
    noise, drift = 0.0, 0.0
    if late.sum() >= 8:
        line = np.polynomial.Polynomial.fit(time[late], potential[late], 1)
        noise = float(np.std(potential[late] - line(time[late]), ddof=2))
        drift = abs(line(time[-1]) - line(time[late][0]))
    elif late.sum() >= 2:
        drift = abs(potential[-1] - potential[late][0])
    return Relaxed(
        potential_V=float(potential[tail].mean()),
        time_s=float(time[tail].mean()),
        noise_V=noise,
        mean_noise_V=noise / math.sqrt(tail.sum()),
        drift_V=max(0.0, float(drift) - 4 * noise / math.sqrt(late.sum())),
    )


def _grouped(since_s: np.ndarray, potential_V: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means of potential and of root time over BINS groups, and how many samples each has."""
    edges = np.geomspace(since_s[0], since_s[-1] * (1 + 1e-12), BINS + 1)
    group = np.clip(np.searchsorted(edges, since_s, side="right") - 1, 0, BINS - 1)
    count = np.bincount(group, minlength=BINS)
    some = count > 0
    root = np.bincount(group, np.sqrt(since_s), BINS)[some] / count[some]
    return root**2, np.bincount(group, potential_V, BINS)[some] / count[some], count[some].astype(float)


def _first_guess(data: PulseData, geometry: Geometry) -> float:
    """R**2/D from dE_t/dE_s = y(T)/(d T), T = t D/R**2, which falls from infinity to 1."""
    from scipy.optimize import root_scalar

    ratio = data.change_V / (data.potential_after_V - data.potential_before_V)

    def excess(log_tau: float) -> float:
        tau = math.exp(log_tau)
        return float(flux_surface(tau, geometry)) / (int(geometry) * tau) - max(ratio, 1.01)

    return data.length_s / math.exp(root_scalar(excess, bracket=(math.log(1e-9), math.log(1e3)), method="brentq").root)


def _finite(values: np.ndarray, instead: float) -> np.ndarray:
    return np.where(np.isfinite(values), values, instead)


def _slope_error(data: PulseData) -> float:
    """Of D from the noise of the two relaxed potentials, since D goes with the square of their difference."""
    return 2 * math.sqrt(2) * data.relaxed_noise_V / abs(data.potential_after_V - data.potential_before_V)


def _standard_error(found) -> float:
    """Of log D, from the curvature at the solution and the scatter or the assumed deviations, the larger."""
    normal = found.jac.T @ found.jac
    if not np.linalg.cond(normal) < 1e12:
        return math.inf
    scatter = max(1.0, 2 * found.cost / max(found.fun.size - 2, 1))
    return float(math.sqrt(np.linalg.inv(normal)[0, 0] * scatter))
