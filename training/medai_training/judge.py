"""All figures of one split: what a card says of a model, and of the baselines beside it."""

import numpy as np
from sklearn.metrics import roc_auc_score

from . import evaluate
from .baselines import NEWS2_ALARM, news2
from .cohort import Stay
from .features import Contract
from .fit import Logits, Scored, Settings, score
from .tensors import PatientTensors


class Judge:
    """One split with its labels and baselines; compares any score with them under the same rules."""

    def __init__(self, stays: list[Stay], tensors: PatientTensors, contract: Contract, settings: Settings):
        self.tensors, self.contract, self.settings = tensors, contract, settings
        self.ward = evaluate.Ward.of(stays)
        self.patient, step = np.nonzero(self.ward.recorded)
        self.hour = step + 1
        self.label = self.ward.label[self.ward.recorded]
        early_warning = np.concatenate([news2(s, contract)[s.recorded] for s in stays])
        self.baselines = {"news2": early_warning, "timeInIcuOnly": self.hour.astype(np.float64)}

    def news2_alarms(self) -> dict:
        return self._alarms(self.baselines["news2"], NEWS2_ALARM)

    def alert_for(self, logits: Logits) -> float:
        """The highest threshold at which the model finds as many septic patients in time as NEWS2 does."""
        risk = self._by_step(score(logits, self.tensors, self.settings))
        return evaluate.threshold_for(self.ward, self._table(risk), self.news2_alarms()["patientSensitivity"])

    def figures(self, logits: Logits, alert: float) -> dict:
        scored = score(logits, self.tensors, self.settings)
        risk, provisional = _risk(scored.committed), _risk(scored.provisional)
        return {
            "model": {
                **evaluate.rank_figures(scored.label, risk, scored.hour),
                "aurocInterval95": evaluate.auroc_interval(scored.label, risk, scored.patient, self.settings.seed),
                **evaluate.calibration_figures(scored.label, risk),
                "alarms": self._alarms(self._by_step(scored), alert),
            },
            "provisional": {
                **evaluate.rank_figures(scored.provisional_label, provisional, scored.hour),
                **evaluate.calibration_figures(scored.provisional_label, provisional),
            },
            "aurocWithout": {vital: self._auroc_without(logits, i) for i, vital in enumerate(self.contract.keys)},
            "baselines": self._baseline_figures(),
        }

    def _baseline_figures(self) -> dict:
        """A clock alarms everyone once at the same hour, so only NEWS2 has alarms worth comparing."""
        figures = {name: evaluate.rank_figures(self.label, value, self.hour) for name, value in self.baselines.items()}
        figures["news2"]["alarms"] = self.news2_alarms()
        return figures

    def _auroc_without(self, logits: Logits, channel: int) -> float:
        scored = score(logits, self.tensors.without(channel), self.settings)
        return evaluate.figure(roc_auc_score(scored.label, scored.committed))

    def _alarms(self, value: np.ndarray, alert: float) -> dict:
        return evaluate.alarm_figures(self.ward, self._table(value), alert, evaluate.CLEAR_RATIO * alert)

    def _table(self, value: np.ndarray) -> np.ndarray:
        """Spreads per-step values, in order of patient and hour, into a table; no value is minus infinity."""
        table = np.full(self.ward.recorded.shape, -np.inf)
        table[self.patient, self.hour - 1] = value
        return table

    @staticmethod
    def _by_step(scored: Scored) -> np.ndarray:
        return _risk(scored.committed)[np.lexsort((scored.hour, scored.patient))]


def _risk(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))
