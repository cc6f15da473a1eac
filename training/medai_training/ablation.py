"""What is left of a model that is not told how care was given: which values were asked for, when, and how long the stay is."""

from collections.abc import Callable

import numpy as np
from sklearn.linear_model import LogisticRegression

from . import calibrate
from .evaluate import Evaluation
from .features import VITALS
from .prepared import Labelled, Prepared, TreeRows
from .recipes import boosted_classifier, steady_columns

SHARE = 0.25
CLOCK = "hours_since_admission"


def _ordered(name: str) -> bool:
    """Hours since a value that somebody had to order."""
    key, _, what = name.rpartition(".")
    return what == "since" and key not in VITALS


# By name, the window features that are kept from the model.
WITHOUT: dict[str, Callable[[str], bool]] = {
    "nothing": lambda name: False,
    "time in ICU": lambda name: name == CLOCK,
    "time since laboratory values": _ordered,
    "both: care process": lambda name: name == CLOCK or _ordered(name),
    "these and time since vital signs": lambda name: name == CLOCK or name.endswith(".since"),
}


def ablation(prepared: Prepared, evaluation: Evaluation, seed: int) -> list[tuple[str, str, dict[str, float]]]:
    """Trees and logistic regression fitted anew without some features: (kind, what was left out, figures on the validation patients)."""
    rows = prepared.tree_rows(TreeRows(copies=1, seed=seed, share=SHARE))
    validation = prepared.parts["validation"]
    judged = prepared.features(validation)[validation.recorded]
    found, done = [], set()
    for said, hidden in WITHOUT.items():
        columns = np.array([c for c in steady_columns(prepared) if not hidden(prepared.summary.names[c])])
        if columns.tobytes() in done:
            continue
        done.add(columns.tobytes())
        for kind, fit in (("trees", _trees), ("logistic", _logistic)):
            logit = fit(rows, judged, columns, seed)
            slope, offset = calibrate.platt(logit, evaluation.ward.label)
            risk = calibrate.sigmoid(slope * logit + offset)
            figures = evaluation.figures(risk, evaluation.freeze(risk))
            found.append((kind, said, figures))
            print(f"  {kind} without {said}: {figures['auroc']:.4f}, utility {figures['utility']:.4f}", flush=True)
    return found


def _trees(rows: Labelled, judged: np.ndarray, columns: np.ndarray, seed: int) -> np.ndarray:
    model = boosted_classifier(seed).fit(rows.features[:, columns], rows.label, rows.weight)
    return model.decision_function(judged[:, columns])


def _logistic(rows: Labelled, judged: np.ndarray, columns: np.ndarray, seed: int) -> np.ndarray:
    learned = rows.features[:, columns].astype(np.float64)
    mean, std = learned.mean(0), learned.std(0).clip(min=0.05)
    model = LogisticRegression(C=0.003, max_iter=200).fit((learned - mean) / std, rows.label, rows.weight)
    return model.decision_function((judged[:, columns] - mean) / std)
