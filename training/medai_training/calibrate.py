"""Platt scaling on the validation patients, folded into the exported model so that its output is the probability."""

import numpy as np
from sklearn.linear_model import LogisticRegression


def platt(logit: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    """Slope and offset that make the logits best calibrated."""
    fitted = LogisticRegression(C=1e6).fit(logit[:, None], label)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope <= 0:
        raise ValueError(f"calibration found slope {slope:.3f}: on the validation patients the model ranks the wrong way round")
    return slope, offset


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))
