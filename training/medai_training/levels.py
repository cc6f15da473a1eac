"""How much of a patient's recent level to take off the risk for the alarm score, and how far back it reaches: judged over a grid."""

import numpy as np

from . import calibrate
from .alarm import AlarmScore, Level
from .evaluate import Evaluation
from .members import Model
from .prepared import Prepared
from .scoring import total_logit
from .ward import alarms, threshold_for

HALF_LIVES = (1.0, 2.0, 3.0, 4.0, 6.0, 12.0)
WEIGHTS = (0.6, 0.65, 0.7, 0.75, 0.8, 0.9)
NEWS2_LEVEL = 7


def levels(prepared: Prepared, model: Model, evaluation: Evaluation) -> dict[Level | None, tuple[float, float]]:
    """By level, None for the risk itself: the alarms at NEWS2's sensitivity as a share of NEWS2's own, by crossings and re-armed."""
    validation = prepared.parts["validation"]
    total = total_logit(prepared, model, validation)
    scored = validation.recorded
    found = {None: _shares(evaluation, calibrate.sigmoid(total[scored]))}
    for half_life in HALF_LIVES:
        for weight in WEIGHTS:
            level = Level(weight, half_life)
            risen = level.risen(total, validation.offset, validation.length)
            score = AlarmScore(level, *calibrate.platt(risen[scored], evaluation.ward.label))
            found[level] = _shares(evaluation, score.of(total, validation.offset, validation.length)[scored])
    return found


def _shares(evaluation: Evaluation, score: np.ndarray) -> tuple[float, float]:
    """NaN where no threshold reaches the sensitivity."""
    shares = []
    for rearmed in (False, True):
        threshold = threshold_for(evaluation.ward, score, evaluation.wanted(NEWS2_LEVEL, rearmed), rearmed)
        needed = np.nan if np.isnan(threshold) else alarms(evaluation.ward, score, threshold, rearmed).alarms.sum()
        shares.append(float(needed / evaluation.levels[NEWS2_LEVEL, rearmed].alarms.sum()))
    return shares[0], shares[1]
