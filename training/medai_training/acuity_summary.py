"""What the whole stay so far looked like, computed inside the graph from a state: the features of the acuity model's trees and sums.

`summary.py` looks at the last hours, because sepsis is a change; whether a stay ends in death shows in how bad it was, for how long, and whether the
second day was better than the first. One step takes the inputs of that hour and the state; an all-zero state is a new patient.
"""

import numpy as np
import torch
from torch import nn

from .features import SINCE_CAP_HOURS, Contract, Normalisation
from .steady import log1p

# Features are rounded to this fraction, or the last bits of a difference that is zero would decide which way it goes in a tree.
GRID = 1024.0
FAST_HOURS, SLOW_HOURS = 4.0, 12.0
FIRST_DAY_HOURS = 24.0
# Whatever is written in a state, features stay within what floats can multiply.
STATE_LIMIT, FEATURE_LIMIT = 1e4, 1e4
OLDEST_HOURS = 96.0
STATES = ("known", "count", "total", "square", "low", "high", "first", "newest", "before", "fast", "fast_weight", "slow", "slow_weight", "age",
          "early_total", "early_count", "late_low", "late_high", "late_total", "late_count")
FEATURES = ("value", "since", "mean", "low", "high", "spread", "first_gap", "change", "fast", "slow", "count", "early_mean", "late_gap", "late_low",
            "late_high")
# Ratios that clinicians read, of the newest values: numerator, denominator, both in the units of features.json.
RATIOS = {
    "shock_index": ("heart_rate", "systolic_pressure"),
    "pulse_pressure_share": ("diastolic_pressure", "systolic_pressure"),
    "oxygenation": ("pao2", "inspired_oxygen"),
    "urea_per_creatinine": ("urea_nitrogen", "creatinine"),
    "urine_per_weight": ("urine_output", "body_weight"),
}
SMALLEST = 0.1


class StaySummary(nn.Module):
    """(x, state) to (features, state_out); `names` says what each feature is."""

    def __init__(self, contract: Contract, norm: Normalisation):
        super().__init__()
        self.keys = contract.keys
        place = {name: i for i, name in enumerate(contract.inputs)}
        for block in ("value", "observed", "hours_since_last"):
            self._constant(block, [place[f"{k}.{block}"] for k in self.keys])
        self.facts = ["age_years", "sex_male", "hours_since_admission"]
        self._constant("fact", [place[n] for n in self.facts])
        self.ratios = {n: p for n, p in RATIOS.items() if p[0] in self.keys and p[1] in self.keys}
        self._constant("upper", [self.keys.index(a) for a, _ in self.ratios.values()])
        self._constant("lower", [self.keys.index(b) for _, b in self.ratios.values()])
        self.register_buffer("mean", torch.tensor([norm.mean[k] for k in self.keys], dtype=torch.float32))
        self.register_buffer("std", torch.tensor([norm.std[k] for k in self.keys], dtype=torch.float32))
        self.state_size = len(self.keys) * len(STATES) + 1
        self.names = [f"{k}.{f}" for f in FEATURES for k in self.keys] + [*self.ratios, *self.facts]

    def _constant(self, name: str, places: list[int]) -> None:
        self.register_buffer(f"at_{name}", torch.tensor(places, dtype=torch.int64))

    def forward(self, x: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        z, observed, since = x[:, self.at_value], x[:, self.at_observed], x[:, self.at_hours_since_last]
        state = state.clamp(-STATE_LIMIT, STATE_LIMIT)
        count = len(self.keys)
        hour = (state[:, count * len(STATES) :] + 1).clamp(max=STATE_LIMIT)
        (seen, number, total, square, low, high, first, newest, before, fast, fast_weight, slow, slow_weight, age, early_total, early_count,
         late_low, late_high, late_total, late_count) = state[:, : count * len(STATES)].split(count, 1)
        # A reading at or before admission is in no step, but its value is carried: it counts as known, and as the first.
        known = torch.clamp(seen + (since < 1).float() + observed, max=1.0)
        new = (known > 0) & ~(seen > 0)
        calm = torch.sign(z) * log1p(z.abs())

        taken = torch.where(new, torch.ones_like(observed), observed)
        number, total, square = number + taken, total + taken * calm, square + taken * calm * calm
        low, high = torch.where(new, calm, torch.minimum(low, calm)), torch.where(new, calm, torch.maximum(high, calm))
        first = torch.where(new, calm, first)
        before = torch.where(new, calm, torch.where((observed > 0) & (seen > 0), newest, before))
        newest = torch.where(known > 0, calm, newest)
        fast_keep, slow_keep = 0.5 ** (1 / FAST_HOURS), 0.5 ** (1 / SLOW_HOURS)
        fast, fast_weight = fast * fast_keep + taken * calm, fast_weight * fast_keep + taken
        slow, slow_weight = slow * slow_keep + taken * calm, slow_weight * slow_keep + taken
        age = torch.where(since < 1, since * SINCE_CAP_HOURS, torch.maximum(age + 1, since * SINCE_CAP_HOURS)).clamp(0.0, OLDEST_HOURS)
        late = (hour > FIRST_DAY_HOURS).float() * observed
        early = taken - late
        early_total, early_count = early_total + early * calm, early_count + early
        fresh = (late > 0) & ~(late_count > 0)
        late_low = torch.where(fresh, calm, torch.where(late > 0, torch.minimum(late_low, calm), late_low))
        late_high = torch.where(fresh, calm, torch.where(late > 0, torch.maximum(late_high, calm), late_high))
        late_total, late_count = late_total + late * calm, late_count + late

        mean = total / number.clamp(min=1.0)
        early_mean = torch.where(early_count > 0, early_total / early_count.clamp(min=1.0), mean)
        late_mean = torch.where(late_count > 0, late_total / late_count.clamp(min=1.0), early_mean)
        fast_mean, slow_mean = fast / fast_weight.clamp(min=1e-4), slow / slow_weight.clamp(min=1e-4)
        spread = torch.sqrt((square / number.clamp(min=1.0) - mean * mean).clamp(min=0.0))
        raw = z * self.std + self.mean
        ratio = raw[:, self.at_upper] / raw[:, self.at_lower].clamp(min=SMALLEST)
        both = known[:, self.at_upper] * known[:, self.at_lower]
        features = torch.cat([
            known * calm, log1p(age), mean, known * low, known * high, spread, known * (calm - first), known * (calm - before), fast_mean, slow_mean,
            log1p(number.clamp(min=0.0)), early_mean, late_mean - early_mean, torch.where(late_count > 0, late_low, low), torch.where(late_count > 0, late_high, high),
            torch.where(both > 0, ratio, torch.full_like(ratio, -1.0)), x[:, self.at_fact],
        ], 1).clamp(-FEATURE_LIMIT, FEATURE_LIMIT)
        state = torch.cat([known, number, total, square, low, high, first, newest, before, fast, fast_weight, slow, slow_weight, age, early_total,
                           early_count, late_low, late_high, late_total, late_count, hour], 1)
        return torch.round(features * GRID) / GRID, state


def features_of(summary: StaySummary, rows: np.ndarray) -> np.ndarray:
    """[stays, hours, features] of `acuity_data.rows_of`, step after step as in service."""
    out = np.empty((*rows.shape[:2], len(summary.names)), np.float32)
    state = torch.zeros(len(rows), summary.state_size)
    with torch.no_grad():
        for step in range(rows.shape[1]):
            features, state = summary(torch.from_numpy(rows[:, step]), state)
            out[:, step] = features.numpy()
    return out
