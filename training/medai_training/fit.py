"""Trains a network until the validation patients stop improving, and keeps a running average of its weights."""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .network import Inputs, compressed
from .tensors import Augmentation, Batch, PatientTensors

WARM_UP = 0.15
# Later hours are mostly those of septic patients: 1.5 % of hours are positive before, 14 % after. The records were selected so.
EARLY_HOURS = 56

Logits = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class Settings:
    """Everything that decides the result besides the data and the architecture."""

    seed: int = 20190
    epochs: int = 16
    patience: int = 5
    batch_steps: int = 4096
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    provisional_weight: float = 0.5
    late_weight: float = 0.5
    average: float = 0.995
    gradient_norm: float = 1.0
    augmentation: Augmentation = Augmentation()


@dataclass
class Scored:
    """Logits of the labelled steps of one split, in order of patient and hour, with their labels; `every` has all committed steps."""

    every: np.ndarray
    committed: np.ndarray
    provisional: np.ndarray
    label: np.ndarray
    provisional_label: np.ndarray


def fit_network(
    make: Callable[[Inputs], nn.Module], train: PatientTensors, validation: PatientTensors, settings: Settings, hidden: torch.Tensor | None = None
) -> tuple[nn.Module, int]:
    """Returns the averaged weights of the best epoch and the number of that epoch.

    The log loss is not reweighted for the rare class: reweighting buys no ranking here and spoils the probabilities.
    What is validated, and kept, is a running average of the weights, which is steadier than the weights themselves.
    """
    torch.manual_seed(settings.seed)
    draw = torch.Generator().manual_seed(settings.seed)
    order = np.random.default_rng(settings.seed)
    network = make(Inputs(*_width(train, settings), hidden))
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
                group["lr"] = settings.learning_rate * pace((epoch - 1 + i / len(chunks)) / settings.epochs)
            batch = train.batch(patients, draw, settings.augmentation)
            optimiser.zero_grad()
            loss(network(batch.committed, batch.provisional), batch, settings).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), settings.gradient_norm)
            optimiser.step()
            updates += 1
            follow(averaged, network, min(settings.average, (1 + updates) / (10 + updates)))
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
    """Mean and standard deviation of each compressed input over the committed rows of some thousand training patients."""
    draw = torch.Generator().manual_seed(settings.seed)
    rows = []
    for patients in train.batches(settings.batch_steps)[::8]:
        batch = train.batch(patients, draw)
        rows.append(compressed(batch.committed[batch.mask]))
    joined = torch.cat(rows)
    return joined.mean(0), joined.std(0).clamp(min=0.05)


def pace(progress: float) -> float:
    """Share of the learning rate: a linear start, then half a cosine down to zero at the last planned epoch."""
    if progress < WARM_UP:
        return 0.04 + 0.96 * progress / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP)))


def loss(answer: tuple[torch.Tensor, torch.Tensor], batch: Batch, settings: Settings) -> torch.Tensor:
    """Mean log loss of what a network answers to committed and provisional steps.

    Late hours count less: how septic they are is a matter of which records were kept. At full weight the model learns that
    first, alarms every long stay at the same hour, and ranks early hours worse.
    """
    late = torch.arange(1, batch.label.shape[1] + 1) > EARLY_HOURS
    weight = batch.mask * torch.where(late, settings.late_weight, 1.0)
    committed, provisional = answer
    full = functional.binary_cross_entropy_with_logits(committed, batch.label, weight, reduction="sum")
    part = functional.binary_cross_entropy_with_logits(provisional, batch.provisional_label, weight, reduction="sum")
    return (full + settings.provisional_weight * part) / weight.sum()


def follow(averaged: nn.Module, network: nn.Module, keep: float) -> None:
    with torch.no_grad():
        for slow, fast in zip(averaged.parameters(), network.parameters()):
            slow.lerp_(fast, 1 - keep)


def log_loss(logit: np.ndarray, label: np.ndarray) -> float:
    return float(np.mean(np.logaddexp(0, logit) - label * logit))


def score(logits: Logits, split: PatientTensors, settings: Settings) -> Scored:
    """Scores a split; provisional rows are drawn with the same seed each time, so that figures can be compared."""
    draw = torch.Generator().manual_seed(settings.seed)
    full, part = np.empty(len(split.label)), np.empty(len(split.label))
    later = np.empty(len(split.label), np.float32)
    with torch.no_grad():
        for patients in split.batches(settings.batch_steps):
            batch = split.batch(patients, draw)
            committed, provisional = logits(batch.committed, batch.provisional)
            for i, patient in enumerate(patients):
                length, at = split.length[patient], split.offset[patient]
                full[at : at + length] = committed[i, :length]
                part[at : at + length] = provisional[i, :length]
                later[at : at + length] = batch.provisional_label[i, :length]
    kept = split.recorded.numpy()
    return Scored(full, full[kept], part[kept], split.label.numpy()[kept], later[kept])
