"""Teaches a fitted network that the risk does not fall because one vital sign of the last hours is worse: a penalty beside the log loss."""

import copy
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from .features import SINCE_CAP_HOURS, Contract, Normalisation
from .fit import Settings, follow, log_loss, loss, pace, score
from .tensors import PatientTensors

HOURS = 6
# A sign counts as worse from so many standard deviations on.
NOTICEABLE = 0.5


@dataclass(frozen=True)
class Range:
    """Between what values a sign is put (drawn, so that no single one is learned by heart), and how often it is the one that is put."""

    low: float
    high: float
    high_is_bad: bool
    odds: float


RANGES = {
    "spo2": Range(75.0, 91.0, False, 3.0),
    "respiratory_rate": Range(25.0, 40.0, True, 1.0),
    "heart_rate": Range(115.0, 160.0, True, 1.0),
    "systolic_pressure": Range(60.0, 90.0, False, 1.0),
}
# Multiplied by what the systolic pressure is multiplied by.
PRESSURES = ("mean_pressure", "diastolic_pressure")


@dataclass(frozen=True)
class Lesson:
    """`margin` is how far the logit should rise at least, `weight` what each unit that it falls short costs beside the log loss."""

    learning_rate: float = 1e-3
    margin: float = 0.05
    weight: float = 0.1


class Worse:
    """Makes one vital sign of every stay bad from a random hour on."""

    def __init__(self, contract: Contract, norm: Normalisation):
        self.place = {name: i for i, name in enumerate(contract.inputs)}
        self.norm = norm
        self.odds = torch.tensor([of_sign.odds for of_sign in RANGES.values()])

    def __call__(self, x: torch.Tensor, mask: torch.Tensor, draw: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """The changed rows [patients, steps, inputs], and at which of the first hours thereafter the sign is noticeably worse."""
        patients, steps, _ = x.shape
        chosen = torch.multinomial(self.odds, patients, replacement=True, generator=draw)
        first = (torch.rand(patients, generator=draw) * mask.sum(1)).long() + mask.int().argmax(1)
        hours = torch.arange(steps) - first[:, None]
        drawn = torch.rand(patients, generator=draw)[:, None]
        rows, worse = x.clone(), torch.zeros(patients, steps, dtype=torch.bool)
        for i, (key, span) in enumerate(RANGES.items()):
            was, value = self._raw(x, key), span.low + (span.high - span.low) * drawn
            bad = torch.maximum(was, value) if span.high_is_bad else torch.minimum(was, value)
            mine = (chosen == i)[:, None] & (hours >= 0)
            put = self._put(rows, key, bad, mine, hours)
            worse |= put & ((bad - was).abs() > NOTICEABLE * self.norm.std[key])
            if key == "systolic_pressure":
                for pressure in PRESSURES:
                    self._put(rows, pressure, self._raw(x, pressure) * bad / was.clamp(min=1.0), mine, hours)
        return rows, worse & mask & (hours < HOURS)

    def _raw(self, x: torch.Tensor, key: str) -> torch.Tensor:
        return x[..., self.place[f"{key}.value"]] * self.norm.std[key] + self.norm.mean[key]

    def _put(self, rows: torch.Tensor, key: str, value: torch.Tensor, mine: torch.Tensor, hours: torch.Tensor) -> torch.Tensor:
        """Where it was charted since the beginning, else what was carried stays; returns where."""
        put = mine & (rows[..., self.place[f"{key}.hours_since_last"]] * SINCE_CAP_HOURS < hours + 1)
        z = ((value - self.norm.mean[key]) / self.norm.std[key]).clamp(-self.norm.clip, self.norm.clip)
        column = self.place[f"{key}.value"]
        rows[..., column] = torch.where(put, z, rows[..., column])
        return put


def teach(network: nn.Module, train: PatientTensors, validation: PatientTensors, contract: Contract, norm: Normalisation, settings: Settings,
          lesson: Lesson = Lesson()) -> nn.Module:
    """One more epoch of the same training with the penalty, in which the head alone learns; returns the running average of the weights."""
    started = time.monotonic()
    torch.manual_seed(settings.seed)
    draw = torch.Generator().manual_seed(settings.seed + 1)
    network, averaged = copy.deepcopy(network).train(), copy.deepcopy(network).eval()
    for name, weights in network.named_parameters():
        weights.requires_grad_(name.startswith("head"))
    head = [weights for weights in network.parameters() if weights.requires_grad]
    optimiser = torch.optim.AdamW(head, lesson.learning_rate, weight_decay=settings.weight_decay)
    make_worse, penalties = Worse(contract, norm), []
    chunks = train.batches(settings.batch_steps, np.random.default_rng(settings.seed + 1))
    for i, patients in enumerate(chunks):
        optimiser.param_groups[0]["lr"] = lesson.learning_rate * pace(i / len(chunks))
        batch = train.batch(patients, draw, settings.augmentation)
        # The same units are dropped out of both versions, so that they differ in the vital sign alone.
        dropped = torch.get_rng_state()
        answer = network(batch.committed, batch.provisional)
        torch.set_rng_state(dropped)
        rows, worse = make_worse(batch.committed, batch.mask, draw)
        risen = (network(rows, batch.provisional)[0] - answer[0].detach())[worse]
        penalty = (lesson.margin - risen).clamp(min=0).sum() / max(len(risen), 1)
        penalties.append(float(penalty.detach()))
        optimiser.zero_grad()
        (loss(answer, batch, settings) + lesson.weight * penalty).backward()
        torch.nn.utils.clip_grad_norm_(head, settings.gradient_norm)
        optimiser.step()
        follow(averaged, network, settings.average)
    scored = score(averaged, validation, settings)
    few = max(len(penalties) // 10, 1)
    print(f"  taught: validation log loss {log_loss(scored.committed, scored.label):.5f}, penalty {np.mean(penalties[:few]):.4f} -> "
          f"{np.mean(penalties[-few:]):.4f}  {time.monotonic() - started:.0f} s", flush=True)
    return averaged
