"""What the last hours looked like, computed inside the graph from a state: the features of trees and linear models.

One step takes the inputs of that hour and the state, and gives features and the new state; an all-zero state is a new patient. The same
module runs over whole stays in training (`over_stays`) and stands in front of every exported tree and linear model, so that both see the
same numbers. How often a variable is measured (`density`) tells one hospital's routine as much as the patient's state; recipes.py leaves it out.
"""

import numpy as np
import torch
from torch import nn

from .features import SINCE_CAP_HOURS, Contract, Normalisation
from .steady import log1p

RING_HOURS = 8
# Values are rounded to this fraction before anything is made of them, since libraries differ in the last bit of a logarithm; what follows
# is arithmetic that IEEE 754 settles to the bit. Features are rounded to it again. Without it the last bit of a difference that is zero
# decides which way it goes in a tree.
GRID = 1024.0
FAST_HOURS, SLOW_HOURS = 4.0, 16.0
FAST_KEEP, SLOW_KEEP = 0.5 ** (1 / FAST_HOURS), 0.5 ** (1 / SLOW_HOURS)
# No float32 has a larger log(1 + |z|).
CALM_LIMIT = 89.0
AGE_LIMIT_HOURS = 1e6
RINGED = ("heart_rate", "spo2", "temperature", "systolic_pressure", "mean_pressure", "diastolic_pressure", "respiratory_rate")
# Ratios that clinicians read: numerator, denominator, both in the units of features.json.
RATIOS = {
    "shock_index": ("heart_rate", "systolic_pressure"),
    "pulse_pressure_share": ("diastolic_pressure", "systolic_pressure"),
    "saturation_per_oxygen": ("spo2", "inspired_oxygen"),
    "urea_per_creatinine": ("urea_nitrogen", "creatinine"),
    "rapid_breathing": ("respiratory_rate", "spo2"),
}


class Summary(nn.Module):
    """(x, state) to (features, state_out); `names` says what each feature is, `bounds` what width of the state lies between what numbers."""

    def __init__(self, contract: Contract, norm: Normalisation):
        super().__init__()
        self.keys = contract.keys
        count = len(self.keys)
        place = {name: i for i, name in enumerate(contract.inputs)}
        for block in ("value", "observed", "hours_since_last"):
            self._constant(block, [place[f"{k}.{block}"] for k in self.keys])
        self.facts = [n for n in ("age_years", "sex_male", "hours_since_admission") if n in place]
        self._constant("fact", [place[n] for n in self.facts])
        ringed = [i for i, k in enumerate(self.keys) if k in RINGED]
        self._constant("ringed", ringed)
        self.ring_width = len(ringed)
        self.ratios = {n: p for n, p in RATIOS.items() if p[0] in self.keys and p[1] in self.keys}
        pairs = [(self.keys.index(a), self.keys.index(b)) for a, b in self.ratios.values()]
        self._constant("upper", [a for a, _ in pairs])
        self._constant("lower", [b for _, b in pairs])
        self.register_buffer("mean", torch.tensor([norm.mean[k] for k in self.keys], dtype=torch.float32))
        self.register_buffer("std", torch.tensor([norm.std[k] for k in self.keys], dtype=torch.float32))
        self.bounds = [(count, *bounds) for bounds in _bounds().values()] + [(RING_HOURS * self.ring_width, -CALM_LIMIT, CALM_LIMIT)]
        self.state_size = sum(width for width, _, _ in self.bounds)
        self.names = self._names()

    def _constant(self, name: str, places: list[int]) -> None:
        self.register_buffer(f"at_{name}", torch.tensor(places, dtype=torch.int64))

    def _names(self) -> list[str]:
        """In the order in which `forward` joins them."""
        own = ["value", "since", "fast_gap", "slow_gap", "spread", "change", "low_gap", "high_gap", "density"]
        names = [f"{k}.{f}" for f in own for k in self.keys]
        ringed = [k for k in self.keys if k in RINGED]
        names += [f"{k}.{f}" for f in ("ring_low", "ring_high", "ring_delta", "ring_mean") for k in ringed]
        return [*names, *self.ratios, *self.facts]

    def forward(self, x: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        z = x[:, self.at_value]
        observed, since = x[:, self.at_observed].clamp(0.0, 1.0), x[:, self.at_hours_since_last].clamp(0.0, 1.0)
        count = len(self.keys)
        seen, fast, fast_weight, slow, slow_weight, square, newest, before, low, high, age = state[:, : count * 11].split(count, 1)
        ring = state[:, count * 11 :]
        # An observation before admission is in no step, but its value is carried: it counts as seen.
        known = torch.clamp(seen + (since < 1).float() + observed, max=1.0)
        first = known * (1 - seen)
        calm = _gridded(torch.sign(z) * log1p(z.abs()))

        fast, fast_weight = fast * FAST_KEEP + observed * calm, fast_weight * FAST_KEEP + observed
        slow, slow_weight = slow * SLOW_KEEP + observed * calm, slow_weight * SLOW_KEEP + observed
        square = square * SLOW_KEEP + observed * calm * calm
        fast_mean = fast / fast_weight.clamp(min=1e-6)
        slow_mean = slow / slow_weight.clamp(min=1e-6)
        spread = torch.sqrt((square / slow_weight.clamp(min=1e-6) - slow_mean * slow_mean).clamp(min=0.0))

        # The newest value is held until another is observed; then it becomes the one before.
        fresh = observed * seen
        before = torch.where(first > 0, calm, torch.where(fresh > 0, newest, before))
        newest = torch.where(known > 0, calm, newest)
        low = torch.where(first > 0, calm, torch.minimum(low, calm))
        high = torch.where(first > 0, calm, torch.maximum(high, calm))
        # Hours since the last observation: by the input up to its cap, then by counting.
        age = torch.where(since < 1, since * SINCE_CAP_HOURS, torch.maximum(age + 1, since * SINCE_CAP_HOURS))
        aged = log1p(age.clamp(max=240.0))

        z8, first8 = calm[:, self.at_ringed], first[:, self.at_ringed]
        width = self.ring_width
        shifted = torch.cat([ring[:, width:], z8], 1)
        ring = torch.where(first8.repeat(1, RING_HOURS) > 0, z8.repeat(1, RING_HOURS), shifted)
        hours = ring.reshape(-1, RING_HOURS, width)
        raw = z * self.std + self.mean
        ratio = raw[:, self.at_upper] / raw[:, self.at_lower].clamp(min=0.1)
        both = known[:, self.at_upper] * known[:, self.at_lower]
        ratio = torch.where(both > 0, ratio, torch.full_like(ratio, -1.0))

        features = torch.cat([
            torch.where(known > 0, calm, torch.full_like(calm, 0.0)), aged,
            known * (calm - fast_mean) * (fast_weight > 0).float(), known * (calm - slow_mean) * (slow_weight > 0).float(), spread,
            known * (calm - before), known * (calm - low), known * (high - calm), slow_weight,
            hours.amin(1), hours.amax(1), z8 - hours[:, RING_HOURS // 2 - 1], hours.mean(1),
            ratio, x[:, self.at_fact],
        ], 1)
        state = torch.cat([known, fast, fast_weight, slow, slow_weight, square, newest, before, low, high, age, ring], 1)
        return _gridded(features), state


def _gridded(values: torch.Tensor) -> torch.Tensor:
    return torch.round(values * GRID) / GRID


def _bounds() -> dict[str, tuple[float, float]]:
    """Between what numbers each part of the state of a variable lies, whatever was charted.

    A decaying sum of ones stays below 1 / (1 - keep); twice that leaves room for rounding.
    """
    fast, slow = (2 / (1 - keep) for keep in (FAST_KEEP, SLOW_KEEP))
    calm = (-CALM_LIMIT, CALM_LIMIT)
    return {
        "seen": (0.0, 1.0), "fast": (-fast * CALM_LIMIT, fast * CALM_LIMIT), "fast_weight": (0.0, fast),
        "slow": (-slow * CALM_LIMIT, slow * CALM_LIMIT), "slow_weight": (0.0, slow), "square": (0.0, slow * CALM_LIMIT**2),
        "newest": calm, "before": calm, "low": calm, "high": calm, "age": (0.0, AGE_LIMIT_HOURS),
    }


class Plain(nn.Module):
    """The inputs as they are: for a model without a state, such as the clock that every other model must beat."""

    state_size = 0
    bounds: list[tuple[int, float, float]] = []

    def __init__(self, contract: Contract):
        super().__init__()
        self.names = list(contract.inputs)

    def forward(self, x: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x, state


def over_stays(summary: Summary | Plain, rows: np.ndarray, offset: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The features of every row, stays side by side and step after step as in service."""
    order = np.argsort(-length, kind="stable")
    lengths, starts = length[order], offset[order]
    out = np.empty((len(rows), len(summary.names)), np.float32)
    state = torch.zeros(len(order), summary.state_size)
    with torch.no_grad():
        for step in range(int(lengths[0])):
            active = int(np.searchsorted(-lengths, -step, side="left"))
            at = starts[:active] + step
            features, state = summary(torch.from_numpy(rows[at]), state[:active])
            out[at] = features.numpy()
    return out
