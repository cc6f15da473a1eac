"""Judges scores by rank, by calibration, and by the alarms a ward would get."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from .cohort import EARLY_HOURS, Stay

LOCK_OUT_HOURS = 6
HIT_WINDOW_HOURS = 12
CLEAR_RATIO = 0.8


@dataclass(frozen=True)
class Ward:
    """The labelled steps of a split as [patients, hours] tables, so that alarms run hour by hour over all patients."""

    recorded: np.ndarray
    label: np.ndarray
    onset: np.ndarray

    @staticmethod
    def of(stays: list[Stay]) -> "Ward":
        hours = max(len(s.label) for s in stays)
        recorded, label = np.zeros((len(stays), hours), bool), np.zeros((len(stays), hours))
        onset = np.full(len(stays), -1)
        for i, stay in enumerate(stays):
            recorded[i, : len(stay.label)] = stay.recorded
            label[i, : len(stay.label)] = stay.label
            if stay.septic:
                onset[i] = stay.onset
        return Ward(recorded, label, onset)

    @property
    def days(self) -> float:
        return self.recorded.sum() / 24


def alarms(ward: Ward, score: np.ndarray, alert: float, clear: float) -> np.ndarray:
    """[patients, hours] of alarms: raised at `alert` or above, re-armed below `clear`, never twice within 6 h."""
    raised = np.zeros(score.shape, bool)
    above = np.zeros(len(score), bool)
    last = np.full(len(score), -LOCK_OUT_HOURS)
    for hour in range(score.shape[1]):
        now = score[:, hour]
        fire = ward.recorded[:, hour] & ~above & (now >= alert) & (hour - last >= LOCK_OUT_HOURS)
        raised[:, hour] = fire
        last[fire] = hour
        above = (above & (now >= clear)) | fire
    return raised


def alarm_figures(ward: Ward, score: np.ndarray, alert: float, clear: float) -> dict:
    """Sensitivity counts septic patients with an alarm in the 12 h before onset; the burden counts every alarm."""
    raised = alarms(ward, score, alert, clear)
    septic = ward.onset > 0
    hour = np.arange(1, score.shape[1] + 1)
    before = (hour <= ward.onset[:, None]) & (hour >= ward.onset[:, None] - HIT_WINDOW_HOURS)
    hits = raised & before & septic[:, None]
    total = int(raised.sum())
    return {
        "alert": alert,
        "patientSensitivity": figure(hits.any(1)[septic].mean()),
        "alarmsPerPatientDay": figure(total / ward.days),
        "alarmsInWindowShare": figure(hits.sum() / total) if total else 0.0,
        "nonSepticPatientsAlarmed": figure(raised.any(1)[~septic].mean()),
    }


def threshold_for(ward: Ward, score: np.ndarray, sensitivity: float) -> float:
    """The highest alert threshold that reaches the given patient-level sensitivity, to three significant digits."""
    finite = score[ward.recorded]
    candidates = np.unique([float(f"{q:.3g}") for q in np.quantile(finite, np.linspace(0.3, 0.9995, 400))])
    for alert in candidates[::-1]:
        if alarm_figures(ward, score, alert, CLEAR_RATIO * alert)["patientSensitivity"] >= sensitivity:
            return float(alert)
    raise ValueError(f"no threshold reaches a patient-level sensitivity of {sensitivity:.3f} on the validation patients")


def rank_figures(label: np.ndarray, score: np.ndarray, hour: np.ndarray) -> dict:
    """AUROC and AUPRC over all steps, and over the first 56 hours, where a clock cannot tell who is septic."""
    early = hour <= EARLY_HOURS
    return {
        "auroc": figure(roc_auc_score(label, score)),
        "auprc": figure(average_precision_score(label, score)),
        "aurocFirst56h": figure(roc_auc_score(label[early], score[early])),
        "auprcFirst56h": figure(average_precision_score(label[early], score[early])),
    }


def auroc_interval(label: np.ndarray, score: np.ndarray, patient: np.ndarray, seed: int, draws: int = 200) -> list[float]:
    """95 % interval of the AUROC by drawing patients, not steps: the steps of one patient are not independent."""
    rng = np.random.default_rng(seed)
    order = np.argsort(patient, kind="stable")
    steps = np.split(order, np.flatnonzero(np.diff(patient[order])) + 1)
    values = []
    for _ in range(draws):
        drawn = np.concatenate([steps[i] for i in rng.integers(0, len(steps), len(steps))])
        values.append(roc_auc_score(label[drawn], score[drawn]))
    return [figure(np.quantile(values, q)) for q in (0.025, 0.975)]


def calibration_figures(label: np.ndarray, risk: np.ndarray, bins: int = 15) -> dict:
    """Brier score, its value for the constant prevalence, and the expected calibration error over equally filled bins."""
    order = np.argsort(risk, kind="stable")
    parts = np.array_split(order, bins)
    gaps = [abs(risk[p].mean() - label[p].mean()) * len(p) for p in parts]
    prevalence = float(label.mean())
    return {
        "prevalence": figure(prevalence),
        "brier": figure(np.mean((risk - label) ** 2), 5),
        "brierOfPrevalence": figure(prevalence * (1 - prevalence), 5),
        "ece": figure(sum(gaps) / len(label), 5),
        "logLoss": figure(-np.mean(np.log(np.where(label == 1, risk, 1 - risk))), 5),
    }


def figure(value: float, digits: int = 4) -> float:
    return round(float(value), digits)
