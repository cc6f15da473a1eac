"""The utility of the PhysioNet/CinC Challenge 2019 (Reyna et al., Crit Care Med 2020;48:210-217), normalised as there."""

import numpy as np

from .ward import Ward

EARLY, OPTIMAL, LATE = -12, -6, 3
TRUE_POSITIVE, FALSE_NEGATIVE, FALSE_POSITIVE = 1.0, -2.0, -0.05


class Utility:
    """What each scored hour is worth if predicted positive and if not; the sums are fast for any threshold."""

    def __init__(self, ward: Ward):
        self.positive, self.negative, self.best = _worth(ward)

    def of(self, score: np.ndarray, threshold: float) -> float:
        """(observed - inaction) / (best - inaction), where an hour is predicted if its score reaches the threshold."""
        return self.of_rows(score >= threshold, slice(None))

    def of_rows(self, predicted: np.ndarray, rows) -> float:
        inaction = self.negative[rows].sum()
        observed = np.where(predicted, self.positive[rows], self.negative[rows]).sum()
        return float((observed - inaction) / (self.best[rows].sum() - inaction))

    def best_threshold(self, score: np.ndarray, tried: np.ndarray) -> float:
        """Of the candidates (highest first), the one with the greatest utility; the highest of equals."""
        order = np.argsort(-score, kind="stable")
        gain = np.concatenate([[0.0], np.cumsum((self.positive - self.negative)[order])])
        reached = np.searchsorted(-score[order], -tried, side="right")
        return float(tried[np.argmax(gain[reached])])


def _worth(ward: Ward) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    patient = ward.rows_patient
    row = np.arange(len(ward.hour)) - ward.first[patient]
    septic = ward.septic[patient]
    # The challenge counts rows of the file from 0, not hours, so a stay that starts late is judged alike.
    first_label = np.where(ward.label > 0, row, np.iinfo(np.int64).max)
    onset = np.minimum.reduceat(first_label, ward.first[:-1])[patient] - OPTIMAL
    after = np.where(septic, row - onset, 0).astype(np.float64)
    rise = TRUE_POSITIVE / (OPTIMAL - EARLY)
    early = np.maximum(rise * (after - EARLY), FALSE_POSITIVE)
    falling = -TRUE_POSITIVE / (LATE - OPTIMAL) * (after - LATE)
    missed = FALSE_NEGATIVE / (LATE - OPTIMAL) * (after - OPTIMAL)
    positive = np.where(after <= OPTIMAL, early, np.where(after <= LATE, falling, 0.0))
    negative = np.where(after <= OPTIMAL, 0.0, np.where(after <= LATE, missed, 0.0))
    positive = np.where(septic, positive, FALSE_POSITIVE)
    negative = np.where(septic, negative, 0.0)
    best = np.where(septic & (after >= EARLY) & (after <= LATE), positive, negative)
    return positive, negative, best
