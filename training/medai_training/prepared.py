"""What the recipes share: the cohort of one set of inputs, its normalisation, its window features and its tensors, each made once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .cohort import LABEL_LEAD_HOURS, Cohort
from .degrade import degraded
from .features import Contract, Normalisation
from .reference import input_reference
from .rows import committed_rows
from .summary import Plain, Summary, over_stays
from .tensors import PatientTensors


@dataclass(frozen=True)
class TreeRows:
    """Which rows trees and linear models learn from.

    All hours of septic patients, and of the others a share, weighted up to stand for all: hours of one patient are alike, little is lost.
    Copies after the first are degraded: the same patients in a poorer hospital. `earlier` moves the onset of the label so many hours ahead.
    """

    copies: int
    seed: int
    share: float = 0.2
    earlier: int = 0


@dataclass(frozen=True)
class Labelled:
    features: np.ndarray
    label: np.ndarray
    weight: np.ndarray


class Prepared:
    """One set of inputs; `parts` are the splits of the whole cohort, with the variables of `everything`."""

    def __init__(self, parts: dict[str, Cohort], everything: Contract, contract: Contract, norm: Normalisation):
        self.contract, self.norm = contract, norm
        places = [everything.keys.index(k) for k in contract.keys]
        self.parts = {name: part.with_values(part.values[:, places]) for name, part in parts.items()}
        self.summary = Summary(contract, norm) if contract.keys else Plain(contract)
        self._tensors: dict[str, PatientTensors] = {}

    @cached_property
    def reference(self) -> dict[str, dict]:
        """How the inputs are spread over the committed steps of the training patients."""
        return input_reference(self.contract, committed_rows(self.parts["train"], self.contract, self.norm))

    def tensors(self, part: str) -> PatientTensors:
        if part not in self._tensors:
            self._tensors[part] = PatientTensors(self.parts[part], self.contract, self.norm)
        return self._tensors[part]

    def features(self, cohort: Cohort) -> np.ndarray:
        """The window features of every row of the dense grid; those of the validation patients, which every model asks for, are kept."""
        return self._validation if cohort is self.parts["validation"] else self._features(cohort)

    def _features(self, cohort: Cohort) -> np.ndarray:
        return over_stays(self.summary, committed_rows(cohort, self.contract, self.norm), cohort.offset, cohort.length)

    @cached_property
    def _validation(self) -> np.ndarray:
        return self._features(self.parts["validation"])

    def tree_rows(self, how: TreeRows) -> Labelled:
        train = self.parts["train"]
        rng = np.random.default_rng(how.seed)
        features, label, weight = [], [], []
        label_of = np.where(train.septic, train.onset - LABEL_LEAD_HOURS - how.earlier, np.iinfo(np.int64).max)[train.rows_patient]
        target = (train.hour >= label_of).astype(np.float32)
        septic = train.septic[train.rows_patient]
        for copy in range(how.copies if self.contract.keys else 1):
            kept = np.flatnonzero(train.recorded & (septic | (rng.random(len(septic)) < how.share)))
            cohort = degraded(train, rng) if copy else train
            features.append(self.features(cohort)[kept])
            label.append(target[kept])
            weight.append(np.where(septic[kept], 1.0, 1 / how.share))
        return Labelled(np.concatenate(features), np.concatenate(label), np.concatenate(weight))
