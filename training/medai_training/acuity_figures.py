"""Figures of one risk a stay, by the definitions of docs/evaluation.md, with intervals over stays drawn with replacement."""

import numpy as np

from .acuity_data import Stays
from .evaluate import DRAWS, auprc, auroc, calibration_slope, ece


def decided(death: np.ndarray, predicted: np.ndarray) -> tuple[float, float]:
    """Sensitivity and precision."""
    hits = float((predicted & (death > 0)).sum())
    return hits / max(float(death.sum()), 1.0), hits / max(float(predicted.sum()), 1.0)


def best_threshold(death: np.ndarray, score: np.ndarray) -> float:
    """The candidate (three significant digits) with the greatest min(sensitivity, precision); the highest of equals. Not on stays that are judged."""
    candidates = np.unique([float(f"{s:.3g}") for s in score])[::-1]
    return float(max(candidates, key=lambda t: min(decided(death, score >= t))))


def figures(stays: Stays, risk: np.ndarray, threshold: float, seed: int = 1) -> dict:
    """Every figure with its 95 % interval beside it."""
    def of(at: np.ndarray) -> dict:
        death, own = stays.death[at], risk[at]
        sensitivity, precision = decided(death, own >= threshold)
        return {
            "prevalence": float(death.mean()), "auroc": auroc(death, own), "auprc": auprc(death, own), "brier": float(np.mean((own - death) ** 2)),
            "ece": ece(death, own), "calibrationSlope": calibration_slope(death, own), "sensitivity": sensitivity, "precision": precision,
            "minSensitivityPrecision": min(sensitivity, precision), "sapsIAuroc": auroc(death, np.maximum(stays.saps[at], 0)),
        }

    point = of(np.arange(len(risk)))
    draw = np.random.default_rng(seed)
    samples = [of(draw.integers(0, len(risk), len(risk))) for _ in range(DRAWS)]
    intervals = {f"{k}Interval95": [float(np.quantile([s[k] for s in samples], q)) for q in (0.025, 0.975)] for k in point}
    return {"threshold": threshold, **point, **intervals}
