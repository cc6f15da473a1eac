"""Platt scaling on the validation patients, folded into the last layer so that the exported output is the probability."""

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

from .fit import Scored


def platt(scored: Scored) -> tuple[float, float]:
    """Slope and offset that make the logits of committed and provisional steps together best calibrated."""
    logit = np.concatenate([scored.committed, scored.provisional])
    label = np.concatenate([scored.label, scored.provisional_label])
    fitted = LogisticRegression(C=1e6).fit(logit[:, None], label)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope <= 0:
        raise ValueError(f"calibration found slope {slope:.3f}: on the validation patients the model ranks the wrong way round")
    return slope, offset


def fold(layer: nn.Linear, slope: float, offset: float) -> None:
    with torch.no_grad():
        layer.weight.mul_(slope)
        layer.bias.mul_(slope).add_(offset)
