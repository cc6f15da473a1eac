"""Every model that is trained: its inputs, how it is fitted, and what is said of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import LinearSVC
from torch import nn

from . import export
from .alarm import Level
from .features import VITALS, Contract, input_names
from .fit import Settings, fit_network
from .held import directions
from .members import LinearMember, TreeMember
from .network import GruAttention, Inputs
from .prepared import Prepared, TreeRows
from .sequences import Cnn, Lstm, Transformer
from .tensors import Augmentation
from .worse import teach

# Chosen on the validation patients (README.md). The vital signs want many small updates.
VITALS_SETTINGS = Settings(epochs=18, batch_steps=2048, learning_rate=3e-3, late_weight=0.3,
                           augmentation=Augmentation(thin_patient=0.2, thin_channel=0.3))
ALL_SETTINGS = Settings()
INPUT_DROPOUT = 0.3
# The networks of the comparison get less time than the one that ships.
SHORTER = {"epochs": 12, "patience": 4}
# Charted at hospital A; EtCO2 is not, so no model of it can know what it means.
UNSEEN = ("end_tidal_co2",)


def contract_of(contract: Contract, inputs: str) -> Contract:
    """The inputs of a set: `vitals`, `all` or `time`."""
    if inputs == "time":
        return contract.of(("hours_since_admission",))
    if inputs == "vitals":
        return contract.of(input_names(VITALS))
    return contract.of(input_names(tuple(v.key for v in contract.variables if v.cinc2019_column and v.key not in UNSEEN)))


@dataclass(frozen=True)
class Recipe:
    """`fit` gives a network, trees or a linear member from what is prepared for the recipe's inputs, a seed, and the member it begins with, if any."""

    name: str
    inputs: str
    kind: str
    text: str
    fit: Callable[..., object]
    begins_with: str = ""


def _network(make: Callable[..., nn.Module], **changed):
    """With laboratory values there is more to learn by heart, so whole inputs are dropped out too."""
    def fit(prepared: Prepared, seed: int):
        settings = replace(_settings(prepared), seed=seed, **changed)
        dropped = 0.0 if _few(prepared) else INPUT_DROPOUT
        train, validation = prepared.tensors("train"), prepared.tensors("validation")
        network, _ = fit_network(lambda inputs: make(inputs, input_dropout=dropped), train, validation, settings)
        return network

    return fit


def _few(prepared: Prepared) -> bool:
    return len(prepared.contract.keys) <= len(VITALS)


def _settings(prepared: Prepared) -> Settings:
    return VITALS_SETTINGS if _few(prepared) else ALL_SETTINGS


def _taught(prepared: Prepared, seed: int, fitted: nn.Module):
    """A fitted network that has learned besides that a worse vital sign does not lower the risk."""
    settings = replace(_settings(prepared), seed=seed)
    return teach(fitted, prepared.tensors("train"), prepared.tensors("validation"), prepared.contract, prepared.norm, settings)


def boosted_classifier(seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.08, max_leaf_nodes=8, min_samples_leaf=400, l2_regularization=20.0, early_stopping=False, random_state=seed)


def _boosted(earlier: int, held: bool = False):
    """`held`: no vital sign that gets worse may lower the logit."""
    def fit(prepared: Prepared, seed: int):
        rows = prepared.tree_rows(TreeRows(copies=1, seed=seed, share=0.25, earlier=earlier))
        columns = steady_columns(prepared)
        ways = np.array(directions(prepared.summary))[columns] if held else None
        model = boosted_classifier(seed).set_params(monotonic_cst=ways).fit(rows.features[:, columns], rows.label, rows.weight)
        return TreeMember(prepared.summary, columns, export.boosted(model))

    return fit


def steady_columns(prepared: Prepared) -> np.ndarray:
    """All features but how often things are measured: it is one hospital's routine, and leaving it out costs nothing (README.md)."""
    return np.array([i for i, name in enumerate(prepared.summary.names) if name.rpartition(".")[2] != "density"])


def _forest(prepared: Prepared, seed: int):
    rows = prepared.tree_rows(TreeRows(copies=1, seed=seed, share=0.25))
    columns = steady_columns(prepared)
    model = RandomForestClassifier(
        n_estimators=100, max_leaf_nodes=250, min_samples_leaf=100, max_features="sqrt", random_state=seed, max_samples=0.5,
    ).fit(rows.features[:, columns], rows.label, rows.weight)
    return TreeMember(prepared.summary, columns, export.forest(model), probability=True)


def _linear(make: Callable[[int], object]):
    def fit(prepared: Prepared, seed: int):
        rows = prepared.tree_rows(TreeRows(copies=1, seed=seed))
        columns = steady_columns(prepared)
        features = rows.features[:, columns].astype(np.float64)
        mean, std = features.mean(0), features.std(0).clip(min=0.05)
        model = make(seed).fit((features - mean) / std, rows.label, rows.weight)
        weight = np.ravel(model.coef_) / std
        offset = float(np.ravel(model.intercept_)[0] - weight @ mean)
        return LinearMember(prepared.summary, columns, weight, offset)

    return fit


def _clock(prepared: Prepared, seed: int):
    rows = prepared.tree_rows(TreeRows(copies=1, seed=seed, share=1.0))
    model = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=6, min_samples_leaf=2000, early_stopping=False, random_state=seed)
    return TreeMember(prepared.summary, np.arange(1), export.boosted(model.fit(rows.features, rows.label)))


KINDS: dict[str, tuple[str, Callable]] = {
    "linear": ("linear regression (ridge) on window features", _linear(lambda seed: Ridge(alpha=1000.0))),
    "logistic": ("logistic regression on window features", _linear(lambda seed: LogisticRegression(C=0.003, max_iter=200))),
    "svm": ("linear support vector machine on window features",
            _linear(lambda seed: LinearSVC(C=1e-4, dual=False, random_state=seed))),
    "forest": ("random forest on window features", _forest),
    "trees": ("gradient-boosted trees on window features", _boosted(earlier=0)),
    "early": ("gradient-boosted trees on window features that learn the twelve hours before onset", _boosted(earlier=6)),
    "trees-held": ("gradient-boosted trees on window features, held to the direction in which each vital sign is bad", _boosted(earlier=0, held=True)),
    "early-held": ("gradient-boosted trees on window features that learn the twelve hours before onset, held to the direction in which each vital sign is bad",
                   _boosted(earlier=6, held=True)),
    "gru": ("GRU with attention pooling carried as an online softmax", _network(GruAttention)),
    "gru-taught": ("GRU with attention pooling carried as an online softmax, taught that a worse vital sign should not lower the risk", _taught),
    "lstm": ("LSTM", _network(Lstm, **SHORTER)),
    "cnn": ("causal 1-D convolutions over the last 31 hours", _network(Cnn, **SHORTER)),
    "transformer": ("causal Transformer over the last 24 hours, keys and values carried in a ring", _network(Transformer, **SHORTER)),
}
# Kinds that begin with a fitted member of another.
BEGIN_WITH = {"gru-taught": "gru"}


def _of_kind(inputs: str, kind: str) -> Recipe:
    text, fit = KINDS[kind]
    begins_with = f"sepsis-{inputs}-{BEGIN_WITH[kind]}" if kind in BEGIN_WITH else ""
    return Recipe(f"sepsis-{inputs}-{kind}", inputs, kind, text, fit, begins_with)


RECIPES = {recipe.name: recipe for recipe in (_of_kind(inputs, kind) for inputs in ("vitals", "all") for kind in KINDS)}
RECIPES["sepsis-time"] = Recipe("sepsis-time", "time", "clock", "hours since admission alone: what every other model must beat", _clock)
# The models that the program ships as its own: the mean of the calibrated logits of the members. The member that sees the vital signs alone
# keeps the ensemble of all variables from leaning on laboratory values, of which every hospital has others.
ENSEMBLES = {
    "sepsis-vitals": ("sepsis-vitals-early-held", "sepsis-vitals-gru-taught"),
    "sepsis-all": ("sepsis-all-trees-held", "sepsis-all-early-held", "sepsis-all-gru-taught", "sepsis-vitals-gru-taught"),
}
# The ensembles as they would be were no member held to anything: what `alone` compares them with.
FREE = {
    "sepsis-vitals": ("sepsis-vitals-early", "sepsis-vitals-gru"),
    "sepsis-all": ("sepsis-all-trees", "sepsis-all-early", "sepsis-all-gru", "sepsis-vitals-gru"),
}
# Of the alarm score of the ensembles, which the other models do without; chosen on the validation patients (README.md).
LEVEL = Level(weight=0.75, half_life_hours=3.0)


def version_of(name: str) -> str:
    return "2.1.0" if name in ENSEMBLES else "2.0.0"
