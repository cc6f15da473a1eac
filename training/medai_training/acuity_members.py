"""What the acuity model is made of: boosted trees and small networks, several of each on the features of `acuity_summary.py`, as one graph."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from torch import nn
from torch.nn import functional

from . import export
from .acuity_summary import StaySummary
from .export import Trees

FARTHEST = 4.0
SMALLEST_DEVIATION = 0.05


@dataclass(frozen=True)
class Settings:
    """Chosen by cross-validation within set a (README.md)."""

    bags: int = 6
    column_share: float = 0.3
    trees: int = 200
    learning_rate: float = 0.05
    leaves: int = 6
    leaf_rows: int = 30
    networks: int = 6
    hidden: int = 64
    input_dropout: float = 0.3
    dropout: float = 0.5
    epochs: int = 25
    batch: int = 64
    network_rate: float = 1e-3
    weight_decay: float = 1e-2


@dataclass(frozen=True)
class Rows:
    """What one member learns from."""

    features: np.ndarray
    label: np.ndarray
    weight: np.ndarray


def fit_trees(draws: list[Rows], settings: Settings, seed: int) -> Trees:
    """The mean of boosted trees, each on its own draw of rows and of features, as one sum of trees."""
    parts = []
    for bag in range(settings.bags):
        rows = draws[bag % len(draws)]
        count = rows.features.shape[1]
        columns = np.sort(np.random.default_rng(seed + bag).permutation(count)[: int(settings.column_share * count)])
        model = HistGradientBoostingClassifier(
            max_iter=settings.trees, learning_rate=settings.learning_rate, max_leaf_nodes=settings.leaves, min_samples_leaf=settings.leaf_rows,
            l2_regularization=20.0, early_stopping=False, random_state=seed + bag,
        ).fit(rows.features[:, columns], rows.label, rows.weight)
        parts.append((columns, export.boosted(model)))
    return joined(parts)


def joined(parts: list[tuple[np.ndarray, Trees]]) -> Trees:
    """Ensembles on some of the columns each, as one on all of them whose sum is their mean."""
    share, first = 1 / len(parts), np.cumsum([0] + [int(t.tree.max()) + 1 for _, t in parts])
    return Trees(
        np.concatenate([t.tree + at for (_, t), at in zip(parts, first)]), np.concatenate([t.node for _, t in parts]),
        np.concatenate([columns[t.feature] for columns, t in parts]), np.concatenate([t.threshold for _, t in parts]),
        np.concatenate([t.left for _, t in parts]), np.concatenate([t.right for _, t in parts]), np.concatenate([t.leaf for _, t in parts]),
        np.concatenate([t.value * share for _, t in parts]), float(share * sum(t.base for _, t in parts)),
    )


class Networks(nn.Module):
    """Networks of one hidden layer side by side, as one wide one: their mean logit."""

    def __init__(self, centre: np.ndarray, spread: np.ndarray, alone: list[nn.Sequential]):
        """`centre` and `spread` of the training features; networks as `_alone` makes them."""
        super().__init__()
        scale = 1 / np.maximum(spread, SMALLEST_DEVIATION)
        self.register_buffer("scale", torch.from_numpy(scale.astype(np.float32)))
        self.register_buffer("shift", torch.from_numpy((-centre * scale).astype(np.float32)))
        with torch.no_grad():
            self.register_buffer("hidden_weight", torch.cat([n[1].weight for n in alone]))
            self.register_buffer("hidden_bias", torch.cat([n[1].bias for n in alone]))
            self.register_buffer("weight", torch.cat([n[4].weight for n in alone], 1) / len(alone))
            self.register_buffer("bias", torch.stack([n[4].bias for n in alone]).mean(0))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        hidden = functional.linear(scaled(features, self.scale, self.shift), self.hidden_weight, self.hidden_bias)
        return functional.linear(torch.relu(hidden), self.weight, self.bias)

    def logits(self, features: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return self(torch.from_numpy(np.ascontiguousarray(features)))[:, 0].numpy().astype(np.float64)


def scaled(features: torch.Tensor, scale: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
    return (features * scale + shift).clamp(-FARTHEST, FARTHEST)


def fit_networks(draws: list[Rows], settings: Settings, seed: int) -> Networks:
    """Each network is trained by itself, on its own draw of rows, with dropout of features and of hidden units."""
    centre, spread = draws[0].features.mean(0), draws[0].features.std(0)
    empty = Networks(centre, spread, [_alone(len(centre), settings, 0.5)])
    fitted = []
    for i in range(settings.networks):
        rows = draws[i % len(draws)]
        torch.manual_seed(seed + i)
        network = _alone(len(centre), settings, float(np.average(rows.label, weights=rows.weight)))
        _train(network, scaled(torch.from_numpy(rows.features), empty.scale, empty.shift), rows, settings)
        fitted.append(network)
    return Networks(centre, spread, fitted)


def _alone(features: int, settings: Settings, prior: float) -> nn.Sequential:
    network = nn.Sequential(nn.Dropout(settings.input_dropout), nn.Linear(features, settings.hidden), nn.ReLU(), nn.Dropout(settings.dropout),
                            nn.Linear(settings.hidden, 1))
    nn.init.constant_(network[4].bias, float(np.log(prior / (1 - prior))))
    return network


def _train(network: nn.Module, scaled: torch.Tensor, rows: Rows, settings: Settings) -> None:
    label, weight = (torch.from_numpy(a.astype(np.float32)) for a in (rows.label, rows.weight))
    optimiser = torch.optim.AdamW(network.parameters(), settings.network_rate, weight_decay=settings.weight_decay)
    steps, done = settings.epochs * -(-len(label) // settings.batch), 0
    for _ in range(settings.epochs):
        for chosen in torch.randperm(len(label)).split(settings.batch):
            for group in optimiser.param_groups:
                group["lr"] = settings.network_rate * 0.5 * (1 + np.cos(np.pi * done / steps))
            done += 1
            loss = functional.binary_cross_entropy_with_logits(network(scaled[chosen])[:, 0], label[chosen], weight[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


class Front(nn.Module):
    """Everything before the trees: (x, state) to the networks' logit, the features the trees read and state_out."""

    def __init__(self, summary: StaySummary, networks: Networks):
        super().__init__()
        self.summary, self.networks = summary, networks

    def forward(self, x: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        features, after = self.summary(x, state)
        return self.networks(features), features, after


@dataclass(frozen=True)
class AcuityModel:
    """Both kinds with the weight of each one's logit and the offset: calibration is folded into them."""

    networks: Networks
    trees: Trees
    weights: tuple[float, float]
    offset: float

    def logits(self, features: np.ndarray) -> np.ndarray:
        """The calibrated logit of feature rows."""
        return self.offset + self.weights[0] * self.networks.logits(features) + self.weights[1] * self.trees.raw(features).astype(np.float64)

    def write(self, summary: StaySummary, inputs: int, path: Path) -> str:
        """Exports the model; returns the sha256 of the file."""
        front = Front(summary, self.networks).eval()
        graph = export.torch_graph(front, inputs, summary.state_size, ["logit", "features", "state_out"])
        export.append_trees(graph, self.trees, "features", "trees")
        export.append_risk(graph, [("logit", self.weights[0]), ("trees", self.weights[1])], self.offset)
        return export.finish(graph, ["risk", "state_out"], path)
