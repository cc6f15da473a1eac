"""Trains the GRU until the validation patients stop improving, and fits the logistic regression beside it."""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn import functional

from .cohort import EARLY_HOURS
from .network import LogisticStep, SepsisGru
from .tensors import Augmentation, Batch, PatientTensors

WARM_UP = 0.15

Logits = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class Settings:
    """Everything that decides the result besides the data."""

    seed: int = 20190
    epochs: int = 20
    patience: int = 5
    batch_steps: int = 4096
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    dropout: float = 0.3
    provisional_weight: float = 0.5
    late_weight: float = 0.2
    average: float = 0.995
    gradient_norm: float = 1.0


@dataclass
class Scored:
    """Logits of one split, with their labels, patient by patient; only labelled steps are kept."""

    committed: np.ndarray
    provisional: np.ndarray
    label: np.ndarray
    provisional_label: np.ndarray
    patient: np.ndarray
    hour: np.ndarray


def fit_gru(train: PatientTensors, validation: PatientTensors, settings: Settings) -> tuple[SepsisGru, int]:
    """Returns the averaged weights of the best epoch and the number of that epoch.

    The log loss is not reweighted for the rare class: reweighting buys no ranking here and spoils the probabilities.
    What is validated, and kept, is a running average of the weights, which is steadier than the weights themselves.
    """
    torch.manual_seed(settings.seed)
    draw = torch.Generator().manual_seed(settings.seed)
    order = np.random.default_rng(settings.seed)
    prior = float(train.label[train.recorded].mean())
    network = SepsisGru(*_width(train, settings), prior, settings.dropout)
    averaged = copy.deepcopy(network).eval()
    optimiser = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    updates = 0
    best, best_epoch, best_weights = float("inf"), 0, copy.deepcopy(averaged.state_dict())
    for epoch in range(1, settings.epochs + 1):
        started = time.monotonic()
        network.train()
        chunks = train.batches(settings.batch_steps, order)
        for i, patients in enumerate(chunks):
            for group in optimiser.param_groups:
                group["lr"] = settings.learning_rate * _pace((epoch - 1 + i / len(chunks)) / settings.epochs)
            loss = _loss(network, train.batch(patients, draw, Augmentation()), settings)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), settings.gradient_norm)
            optimiser.step()
            updates += 1
            _follow(averaged, network, min(settings.average, (1 + updates) / (10 + updates)))
        scored = score(averaged, validation, settings)
        current = log_loss(scored.committed, scored.label)
        mark = ""
        if current < best:
            best, best_epoch, best_weights, mark = current, epoch, copy.deepcopy(averaged.state_dict()), " *"
        print(f"  epoch {epoch:2d}  validation log loss {current:.5f}  {time.monotonic() - started:.0f} s{mark}", flush=True)
        if epoch - best_epoch >= settings.patience:
            break
    averaged.load_state_dict(best_weights)
    return averaged, best_epoch


def _width(train: PatientTensors, settings: Settings) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation of each input over the rows that training sees, committed and provisional."""
    rows, _ = _labelled_rows(train, settings)
    return rows.mean(0), rows.std(0).clamp(min=0.01)


def _labelled_rows(train: PatientTensors, settings: Settings) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(settings.seed)
    rows, labels = [], []
    for patients in train.batches(settings.batch_steps):
        batch = train.batch(patients, draw)
        rows += [batch.committed[batch.mask], batch.provisional[batch.mask]]
        labels += [batch.label[batch.mask], batch.provisional_label[batch.mask]]
    return torch.cat(rows), torch.cat(labels)


def _pace(progress: float) -> float:
    """Share of the learning rate: a linear start, then half a cosine down to zero at the last planned epoch."""
    if progress < WARM_UP:
        return 0.04 + 0.96 * progress / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP)))


def _loss(network: SepsisGru, batch: Batch, settings: Settings) -> torch.Tensor:
    """Mean log loss of committed and provisional steps.

    Late hours count less: how septic they are is a matter of which records were kept. At full weight the model learns that
    first, alarms every long stay at the same hour, and ranks early hours worse.
    """
    late = torch.arange(1, batch.label.shape[1] + 1) > EARLY_HOURS
    weight = batch.mask * torch.where(late, settings.late_weight, 1.0)
    committed, provisional = network(batch.committed, batch.provisional)
    full = functional.binary_cross_entropy_with_logits(committed, batch.label, weight, reduction="sum")
    part = functional.binary_cross_entropy_with_logits(provisional, batch.provisional_label, weight, reduction="sum")
    return (full + settings.provisional_weight * part) / weight.sum()


def _follow(averaged: SepsisGru, network: SepsisGru, keep: float) -> None:
    with torch.no_grad():
        for slow, fast in zip(averaged.parameters(), network.parameters()):
            slow.lerp_(fast, 1 - keep)


def log_loss(logit: np.ndarray, label: np.ndarray) -> float:
    return float(np.mean(np.logaddexp(0, logit) - label * logit))


def fit_logistic(train: PatientTensors, settings: Settings) -> LogisticStep:
    """Fits on committed and provisional rows alike: the two are scored by one model when served."""
    rows, labels = _labelled_rows(train, settings)
    model = LogisticRegression(C=1.0, max_iter=300)
    model.fit(rows.numpy().astype(np.float64), labels.numpy())
    return LogisticStep(torch.tensor(model.coef_[0], dtype=torch.float32), float(model.intercept_[0]))


def score(logits: Logits, split: PatientTensors, settings: Settings) -> Scored:
    """Scores a split; provisional rows are drawn with the same seed each time, so that figures can be compared."""
    draw = torch.Generator().manual_seed(settings.seed)
    parts = []
    with torch.no_grad():
        for patients in split.batches(settings.batch_steps):
            batch = split.batch(patients, draw)
            committed, provisional = logits(batch.committed, batch.provisional)
            row, step = torch.nonzero(batch.mask, as_tuple=True)
            parts.append((
                committed[batch.mask].numpy().astype(np.float64),
                provisional[batch.mask].numpy().astype(np.float64),
                batch.label[batch.mask].numpy(),
                batch.provisional_label[batch.mask].numpy(),
                patients[row.numpy()],
                step.numpy() + 1,
            ))
    return Scored(*(np.concatenate(p) for p in zip(*parts)))
