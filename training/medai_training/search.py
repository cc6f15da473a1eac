"""A random search of hyper-parameters, seeded and written down: every trial with its settings and what the validation patients say of it."""

import csv
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import LinearSVC

from . import calibrate
from .evaluate import auroc
from .features import VITALS
from .fit import fit_network, log_loss, score
from .network import GruAttention
from .prepared import Labelled, Prepared, TreeRows
from .recipes import ALL_SETTINGS, VITALS_SETTINGS, steady_columns
from .sequences import Cnn, Lstm, Transformer
from .tensors import PatientTensors

COLUMNS = ("inputs", "kind", "trial", "auroc", "log_loss", "seconds", "settings")
# Enough to rank settings, not to be compared with the models that ship.
TREE_SHARE = 0.15
NETWORK_PATIENTS = 2500
NETWORK_EPOCHS = 6

Space = dict[str, Callable[[np.random.Generator], float]]


def _log_uniform(low: float, high: float) -> Callable[[np.random.Generator], float]:
    return lambda rng: float(f"{np.exp(rng.uniform(np.log(low), np.log(high))):.3g}")


def _one_of(*values) -> Callable[[np.random.Generator], object]:
    return lambda rng: values[rng.integers(len(values))]


SPACES: dict[str, Space] = {
    "linear": {"alpha": _log_uniform(1, 1e6)},
    "logistic": {"C": _log_uniform(1e-5, 1)},
    "svm": {"C": _log_uniform(1e-7, 1e-2)},
    "forest": {"max_leaf_nodes": _one_of(60, 120, 250, 500), "min_samples_leaf": _one_of(30, 100, 300), "max_features": _one_of("sqrt", 0.1, 0.3)},
    "trees": {"max_iter": _one_of(75, 150, 300), "learning_rate": _log_uniform(0.02, 0.2), "max_leaf_nodes": _one_of(4, 6, 8, 16, 32),
              "min_samples_leaf": _one_of(50, 200, 400, 800), "l2_regularization": _log_uniform(0.1, 100)},
    **{kind: {"learning_rate": _log_uniform(5e-4, 6e-3), "batch_steps": _one_of(2048, 4096), "weight_decay": _log_uniform(1e-4, 3e-2),
              "late_weight": _one_of(0.2, 0.3, 0.5, 1.0), "width": _one_of(16, 32, 64), "dropout": _one_of(0.1, 0.3, 0.5),
              "input_dropout": _one_of(0.0, 0.2, 0.4)} for kind in ("cnn", "lstm", "gru", "transformer")},
}
ESTIMATORS = {
    "linear": lambda seed, s: Ridge(**s),
    "logistic": lambda seed, s: LogisticRegression(max_iter=200, **s),
    "svm": lambda seed, s: LinearSVC(dual=False, random_state=seed, **s),
    "forest": lambda seed, s: RandomForestClassifier(50, max_samples=0.5, random_state=seed, **s),
    "trees": lambda seed, s: HistGradientBoostingClassifier(early_stopping=False, random_state=seed, **s),
}
NETWORKS = {"cnn": (Cnn, "width"), "lstm": (Lstm, "hidden"), "gru": (GruAttention, "hidden"), "transformer": (Transformer, "width")}


def search(prepared: Prepared, inputs: str, kind: str, trials: int, seed: int, path: Path) -> None:
    """Tries so many draws of the space and adds a line to the table for each; the same seed draws the same settings."""
    rng = np.random.default_rng([seed, *kind.encode()])
    judge = _network if kind in NETWORKS else _behind
    rows = None if kind in NETWORKS else prepared.tree_rows(TreeRows(copies=1, seed=seed, share=TREE_SHARE))
    for trial in range(1, trials + 1):
        settings = {name: draw(rng) for name, draw in SPACES[kind].items()}
        started = time.monotonic()
        found, loss = judge(prepared, kind, settings, seed, rows)
        said = ";".join(f"{name}={value}" for name, value in settings.items())
        _note(path, (inputs, kind, trial, f"{found:.4f}", f"{loss:.5f}", f"{time.monotonic() - started:.0f}", said))
        print(f"  {inputs} {kind} {trial}: {found:.4f} {said}", flush=True)


def _note(path: Path, line: tuple) -> None:
    fresh = not path.exists()
    with open(path, "a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, line] if fresh else [line])


def _behind(prepared: Prepared, kind: str, settings: dict, seed: int, rows: Labelled) -> tuple[float, float]:
    columns = steady_columns(prepared)
    validation = prepared.parts["validation"]
    judged = prepared.features(validation)[validation.recorded][:, columns]
    learned = rows.features[:, columns]
    if kind in ("linear", "logistic", "svm"):
        mean, std = learned.mean(0, dtype=np.float64), learned.std(0, dtype=np.float64).clip(min=0.05)
        learned, judged = (learned - mean) / std, (judged - mean) / std
    model = ESTIMATORS[kind](seed, settings).fit(learned, rows.label, rows.weight)
    if kind == "linear":
        logit = model.predict(judged)
    elif kind == "forest":
        p = np.clip(model.predict_proba(judged)[:, 1], 1e-4, 1 - 1e-4)
        logit = np.log(p / (1 - p))
    else:
        logit = model.decision_function(judged)
    return _judged(validation.label[validation.recorded], logit)


def _network(prepared: Prepared, kind: str, settings: dict, seed: int, rows: None) -> tuple[float, float]:
    settings = dict(settings)
    make, width_name = NETWORKS[kind]
    of_network = {width_name: settings.pop("width"), **{name: settings.pop(name) for name in ("dropout", "input_dropout")}}
    base = VITALS_SETTINGS if len(prepared.contract.keys) <= len(VITALS) else ALL_SETTINGS
    train = prepared.parts["train"]
    few = np.sort(np.random.default_rng(seed).choice(len(train.length), min(NETWORK_PATIENTS, len(train.length)), replace=False))
    tensors = PatientTensors(train.part(few), prepared.contract, prepared.norm)
    validation = prepared.tensors("validation")
    how = replace(base, seed=seed, epochs=NETWORK_EPOCHS, **settings)
    network, _ = fit_network(lambda inputs: make(inputs, **of_network), tensors, validation, how)
    scored = score(network, validation, how)
    return _judged(scored.label, scored.committed)


def _judged(label: np.ndarray, logit: np.ndarray) -> tuple[float, float]:
    """AUROC, and the log loss after Platt scaling, as every model here is calibrated."""
    slope, offset = calibrate.platt(logit, label)
    return auroc(label, logit), log_loss(slope * logit + offset, label)
