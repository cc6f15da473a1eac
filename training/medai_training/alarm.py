"""The alarm score: the risk held against the patient's own recent level, so that a patient who has long been high does not alarm for that alone."""

from dataclasses import dataclass

import numba
import numpy as np

from . import calibrate

# No level is further from 0: a state that no stay leads to must not silence a patient.
LEVEL_LIMIT = 20.0
# What the alarm score adds to a model's state: the level, and whether there is one yet.
STATE_SIZE = 2


@dataclass(frozen=True)
class Level:
    """The exponentially weighted mean of the logits of earlier committed hours, and how much of it is taken off the logit."""

    weight: float
    half_life_hours: float

    @property
    def share(self) -> float:
        """How far the level moves towards a new logit in an hour."""
        return 1 - 0.5 ** (1 / self.half_life_hours)

    def risen(self, logit: np.ndarray, offset: np.ndarray, length: np.ndarray) -> np.ndarray:
        """logit - weight * level of every committed step, stay after stay; the level of the first is its own logit."""
        return logit - self.weight * _levels(logit.astype(np.float64), offset, length, self.share)


@dataclass(frozen=True)
class AlarmScore:
    """sigmoid(slope * (logit - weight * level) + offset): between 0 and 1, calibrated like a risk."""

    level: Level
    slope: float
    offset: float

    def of(self, logit: np.ndarray, offset: np.ndarray, length: np.ndarray) -> np.ndarray:
        """From the logit of the risk of every committed step, stay after stay."""
        return calibrate.sigmoid(self.slope * self.level.risen(logit, offset, length) + self.offset)

    def steady_risk(self, threshold: float) -> float:
        """The risk from which a patient's alarm score reaches a threshold though his risk never changed."""
        logit = (np.log(threshold / (1 - threshold)) - self.offset) / self.slope
        return float(calibrate.sigmoid(logit / (1 - self.level.weight)))


@numba.njit(cache=True)
def _levels(logit, offset, length, share):
    before = np.empty_like(logit)
    for start, steps in zip(offset, length):
        level = logit[start]
        for row in range(start, start + steps):
            before[row] = level if row == start else min(max(level, -LEVEL_LIMIT), LEVEL_LIMIT)
            level = before[row] + share * (logit[row] - before[row])
    return before
