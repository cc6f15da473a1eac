"""What an exported model is made of: networks and trees over the same inputs, joined by a weighted mean of their logits."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import export
from .alarm import STATE_SIZE as ALARM_STATE
from .alarm import AlarmScore
from .export import Trees
from .features import Contract
from .summary import Plain, Summary

PROBABILITY_FLOOR = 1e-4


@dataclass(frozen=True)
class TreeMember:
    """Trees behind a summary; `columns` are the features they were fitted on. `probability`: the trees give one, not a logit."""

    summary: Summary | Plain
    columns: np.ndarray
    trees: Trees
    probability: bool = False

    def logits(self, features: np.ndarray) -> np.ndarray:
        """From the features of `over_stays`, all columns."""
        return self.of_chosen(np.ascontiguousarray(features[:, self.columns]))

    def of_chosen(self, chosen: np.ndarray) -> np.ndarray:
        """From the member's own columns."""
        raw = self.trees.raw(chosen)
        if not self.probability:
            return raw
        p = np.clip(raw.astype(np.float64), PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
        return np.log(p / (1 - p))


@dataclass(frozen=True)
class LinearMember:
    """A weighted sum of the summary's features: linear regression, logistic regression or a linear support vector machine."""

    summary: Summary | Plain
    columns: np.ndarray
    weight: np.ndarray
    offset: float

    def logits(self, features: np.ndarray) -> np.ndarray:
        return features[:, self.columns] @ self.weight.astype(np.float32) + np.float32(self.offset)


class Front(nn.Module):
    """Everything before the trees: (x, state) to the networks' logits, the features the trees read, state_out and attention.

    The state is that of the members one after another; two members with one summary share it. What follows it (alarm.py) is not read
    here. A state that no stay leads to (another model's, a damaged one) is first brought within the bounds of each of its parts, so that
    every finite state gives a finite risk.
    """

    def __init__(self, networks: list[nn.Module], behind: list[TreeMember | LinearMember], state_name: str = "state_out"):
        super().__init__()
        self.state_name = state_name
        self.networks = nn.ModuleList([n.served() for n in networks])
        self.summary = behind[0].summary if behind else None
        if any(m.summary is not self.summary for m in behind):
            raise ValueError("trees and linear members of one model must share their summary")
        for i, member in enumerate(behind):
            self.register_buffer(f"columns_{i}", torch.from_numpy(np.asarray(member.columns, np.int64)))
            if isinstance(member, LinearMember):
                self.register_buffer(f"weight_{i}", torch.from_numpy(member.weight.astype(np.float32))[:, None])
                self.register_buffer(f"offset_{i}", torch.tensor([member.offset], dtype=torch.float32))
        self.behind = len(behind)
        stateful = [*self.networks, *([self.summary] if behind else [])]
        self.sizes = [part.state_size for part in stateful]
        for name, place in (("least", 1), ("most", 2)):
            limits = [np.full(bound[0], bound[place]) for part in stateful for bound in part.bounds]
            self.register_buffer(name, torch.from_numpy(np.concatenate([np.empty(0), *limits]).astype(np.float32)))
        self.attends = any(n.attends for n in self.networks)

    @property
    def outputs(self) -> list[str]:
        names = [f"logit_{i}" for i in range(len(self.networks))] + [f"behind_{i}" for i in range(self.behind)]
        return [*names, *([self.state_name] if sum(self.sizes) else []), *(["attention"] if self.attends else [])]

    def forward(self, x: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, ...]:
        parts = [None]
        if state is not None:
            own = state[:, : sum(self.sizes)]
            parts = torch.minimum(torch.maximum(own, self.least), self.most).split(self.sizes, 1)
        logits, states, attention = [], [], None
        for network, part in zip(self.networks, parts):
            logit, after, attended = network(x, part)
            logits.append(logit)
            states.append(after)
            attention = attention if attention is not None else attended
        if self.behind:
            features, after = self.summary(x, parts[-1])
            states.append(after)
            for i in range(self.behind):
                chosen = features[:, getattr(self, f"columns_{i}")]
                weight = getattr(self, f"weight_{i}", None)
                logits.append(chosen if weight is None else chosen @ weight + getattr(self, f"offset_{i}"))
        return (*logits, *([] if state is None else [torch.cat(states, 1)]), *([attention] if self.attends else []))


@dataclass(frozen=True)
class Model:
    """Members with the weight of each one's logit and the offset: calibration is folded into both. `alarm` where it has an alarm score."""

    contract: Contract
    networks: list[nn.Module]
    behind: list[TreeMember | LinearMember]
    weights: list[float]
    offset: float
    alarm: AlarmScore | None = None

    def front(self) -> Front:
        return Front(self.networks, self.behind, "members_state" if self.alarm else "state_out").eval()

    def write(self, path: Path) -> tuple[str, int]:
        """Exports the model; returns the sha256 of the file and the size of the state."""
        front = self.front()
        for network in front.networks:
            bound = network.score_bound() if network.attends else 0.0
            if bound > export.SCORE_LIMIT:
                raise ValueError(f"attention scores may reach {bound:.0f}; beyond {export.SCORE_LIMIT:.0f} their exponential can vanish")
        own = sum(front.sizes)
        if self.alarm and not own:
            raise ValueError("a model without a state has no recent level to hold its risk against")
        size = own + (ALARM_STATE if self.alarm else 0)
        graph = export.torch_graph(front, len(self.contract.inputs), size, front.outputs)
        logits = [f"logit_{i}" for i in range(len(self.networks))]
        for i, member in enumerate(self.behind):
            name = f"behind_{i}"
            if isinstance(member, TreeMember):
                export.append_trees(graph, member.trees, name, f"{name}_raw")
                name = f"{name}_raw"
                if member.probability:
                    export.append_logit(graph, name, f"{name}_logit", PROBABILITY_FLOOR)
                    name = f"{name}_logit"
            logits.append(name)
        logit = export.append_risk(graph, list(zip(logits, self.weights)), self.offset)
        if self.alarm:
            export.append_alarm(graph, logit, front.state_name, own, self.alarm)
        outputs = ["risk", *(["state_out"] if size else []), *(["alarm"] if self.alarm else []), *(["attention"] if front.attends else [])]
        return export.finish(graph, outputs, path), size
