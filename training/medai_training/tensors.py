"""Whole patients as tensors: the committed rows, and provisional versions of them for training.

A step may be scored before it is complete. Such a row is made from the committed one by withholding some of its
observations, ending the step early and ageing what was seen before, exactly as the service would see it.
"""

from dataclasses import dataclass

import numpy as np
import torch

from .cohort import Cohort
from .features import ADMISSION_CAP_HOURS, SINCE_CAP_HOURS, VITALS, Contract, Normalisation
from .rows import NEVER, carry


@dataclass(frozen=True)
class Augmentation:
    """How often training sees a poorer hospital than the one it learns from.

    `drop_*`: whole channels of some patients. `thin_*`: single observations of some channels (another hospital draws blood less often).
    """

    drop_patient: float = 0.3
    drop_channel: float = 0.3
    thin_patient: float = 0.3
    thin_channel: float = 0.5
    unknown_facts: float = 0.05
    charted_late: float = 0.5


@dataclass
class Batch:
    """Padded [patients, steps, ...]; `mask` marks the steps that have a label."""

    committed: torch.Tensor
    label: torch.Tensor
    mask: torch.Tensor
    provisional: torch.Tensor
    provisional_label: torch.Tensor


class PatientTensors:
    """All stays of one split, laid end to end; a batch is a gather. Rows have the inputs of the contract in its own order."""

    def __init__(self, cohort: Cohort, contract: Contract, norm: Normalisation):
        self.length, self.offset = cohort.length, cohort.offset
        mean = np.array([norm.mean[k] for k in contract.keys])
        std = np.array([norm.std[k] for k in contract.keys])
        carried, last = carry(cohort)
        z = np.clip((carried - mean) / std, -norm.clip, norm.clip)
        self.z = torch.from_numpy(np.nan_to_num(z).astype(np.float32))
        start = np.repeat(self.offset, self.length)[:, None]
        self.last = torch.from_numpy(np.where(last == NEVER, NEVER, last - start).astype(np.int16))
        self.label = torch.from_numpy(cohort.label)
        self.recorded = torch.from_numpy(cohort.recorded)
        age = np.clip((cohort.age - norm.mean["age_years"]) / norm.std["age_years"], -norm.clip, norm.clip)
        self.facts = torch.from_numpy(np.stack([np.nan_to_num(age), np.nan_to_num(cohort.male, nan=0.5)], 1).astype(np.float32))
        hours = np.arange(int(self.length.max()) + 1)
        self.elapsed = np.log(1 + np.minimum(hours, ADMISSION_CAP_HOURS)) / np.log(1 + ADMISSION_CAP_HOURS)
        self.slow = torch.tensor([k not in VITALS for k in contract.keys])

    def batches(self, steps: int, order: np.random.Generator | None = None) -> list[np.ndarray]:
        """Patients of similar length together, about `steps` padded steps a batch; in random order for training.

        Batches of equal numbers of patients would give an hour of a long stay less weight than one of a short stay.
        """
        length = self.length.astype(np.float64)
        if order is not None:
            length = length * order.uniform(0.9, 1.1, len(length))
        chunks, chunk, longest = [], [], 0
        for patient in np.argsort(length, kind="stable"):
            longest = max(longest, self.length[patient])
            if chunk and longest * (len(chunk) + 1) > steps:
                chunks.append(np.array(chunk))
                chunk, longest = [], self.length[patient]
            chunk.append(patient)
        chunks.append(np.array(chunk))
        if order is not None:
            order.shuffle(chunks)
        return chunks

    def batch(self, patients: np.ndarray, draw: torch.Generator, augmentation: Augmentation | None = None) -> Batch:
        """The committed rows of some patients and one provisional version of each; augmented for training only."""
        steps = int(self.length[patients].max())
        k = torch.arange(steps)
        length = torch.from_numpy(self.length[patients])
        at = torch.from_numpy(self.offset[patients])[:, None] + torch.minimum(k, length[:, None] - 1)
        inside = k < length[:, None]
        z, last = self.z[at], self.last[at].long()
        facts = self.facts[patients]
        delay = torch.zeros(z.shape)
        if augmentation is not None:
            z, last, facts = self._poorer(z, last, facts, draw, augmentation)
            late = torch.rand(len(patients), 1, 1, generator=draw) < augmentation.charted_late
            delay = torch.rand(z.shape, generator=draw) * late
        observed = last == k[:, None]
        age = (k[:, None] - last) + delay.gather(1, last.clamp(min=0))
        since = torch.where(last == NEVER, torch.inf, age)
        elapsed = torch.from_numpy(self.elapsed.astype(np.float32))[k + 1].expand(len(patients), -1)
        committed = _rows(z, observed, since, facts, elapsed, torch.ones_like(elapsed))
        label = self.label[at]
        return Batch(committed, label, self.recorded[at] & inside, *_truncate(z, observed, since, facts, label, draw))

    def _poorer(self, z, last, facts, draw, how: Augmentation):
        """Takes whole channels, single observations and the facts from some patients: another hospital may not have them."""
        patients, steps, channels = z.shape
        chosen = torch.rand(patients, 1, generator=draw) < how.drop_patient
        gone = (torch.rand(patients, channels, generator=draw) < how.drop_channel) & chosen
        chosen = torch.rand(patients, 1, generator=draw) < how.thin_patient
        thinned = (torch.rand(patients, channels, generator=draw) < how.thin_channel) & chosen
        share = torch.rand(patients, 1, channels, generator=draw)
        lost = (torch.rand(z.shape, generator=draw) < share) & thinned[:, None]
        step = torch.arange(steps)[:, None]
        kept = torch.where((last == step) & ~lost & ~gone[:, None], step, NEVER)
        last = kept.cummax(1).values
        z = torch.where(last == NEVER, 0.0, z.gather(1, last.clamp(min=0)))
        unknown = torch.rand(patients, 2, generator=draw) < how.unknown_facts
        return z, last, torch.where(unknown, torch.tensor([0.0, 0.5]), facts)


def _truncate(z, observed, since, facts, label, draw):
    """One provisional version of every step: its end drawn uniformly, each observation kept if it came before the end."""
    fraction = torch.rand(label.shape, generator=draw).clamp(min=1e-3)
    came = torch.rand(z.shape, generator=draw)
    kept = observed & (came < fraction[..., None])
    before_z = torch.cat([torch.zeros_like(z[:, :1]), z[:, :-1]], 1)
    before_since = torch.cat([torch.full_like(since[:, :1], torch.inf), since[:, :-1]], 1)
    since_now = torch.where(kept, fraction[..., None] - came, before_since + fraction[..., None])
    hours = torch.arange(label.shape[1]) + fraction
    elapsed = torch.log1p(hours.clamp(max=ADMISSION_CAP_HOURS)) / float(np.log(1 + ADMISSION_CAP_HOURS))
    rows = _rows(torch.where(kept, z, before_z), kept, since_now, facts, elapsed, fraction)
    before_label = torch.cat([label[:, :1], label[:, :-1]], 1)
    return rows, before_label


def _rows(z, observed, since, facts, elapsed, fraction):
    aged = since.clamp(max=SINCE_CAP_HOURS) / SINCE_CAP_HOURS
    patient = facts[:, None].expand(-1, z.shape[1], -1)
    return torch.cat([z, observed.float(), aged, patient, elapsed[..., None], fraction[..., None]], -1)
