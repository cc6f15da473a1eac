"""Every figure of the report, by the definitions of docs/evaluation.md, with intervals over patients drawn with replacement."""

from dataclasses import dataclass

import numpy as np
from .utility import Utility
from .ward import Alarms, Ward, alarms, candidates, most_sensitive_threshold, sensitivity, threshold_for

BINS = 15
DRAWS = 200
NEWS2_LEVELS = (5, 7)


def auroc(label: np.ndarray, score: np.ndarray) -> float:
    """Area under the ROC curve by midranks: a tie counts a half."""
    values, inverse, count = np.unique(score, return_inverse=True, return_counts=True)
    midrank = np.cumsum(count) - (count - 1) / 2
    positive = label.sum()
    ranks = np.bincount(inverse, weights=label, minlength=len(values)) @ midrank
    return float((ranks - positive * (positive + 1) / 2) / (positive * (len(label) - positive)))


def auprc(label: np.ndarray, score: np.ndarray) -> float:
    """Average precision: at every distinct score, from the highest, precision times the recall gained."""
    values, inverse, count = np.unique(-score, return_inverse=True, return_counts=True)
    hits = np.bincount(inverse, weights=label, minlength=len(values))
    precision = np.cumsum(hits) / np.cumsum(count)
    return float(precision @ hits / label.sum())


def ece(label: np.ndarray, risk: np.ndarray) -> float:
    """Expected calibration error over 15 equally filled bins of the risks sorted ascending, ties in file order."""
    order = np.argsort(risk, kind="stable")
    return float(sum(abs(risk[p].mean() - label[p].mean()) * len(p) for p in np.array_split(order, BINS)) / len(label))


def logit(risk: np.ndarray) -> np.ndarray:
    clipped = np.clip(risk.astype(np.float64), 1e-7, 1 - 1e-7)
    return np.log(clipped / (1 - clipped))


def calibration_slope(label: np.ndarray, risk: np.ndarray) -> float:
    """b of the unpenalised logistic regression label ~ a + b * logit(risk), by Newton's method."""
    z = logit(risk)
    a, b = 0.0, 1.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-(a + b * z)))
        w = p * (1 - p)
        gradient = np.array([(label - p).sum(), ((label - p) * z).sum()])
        hessian = np.array([[w.sum(), (w * z).sum()], [(w * z).sum(), (w * z * z).sum()]])
        step = np.linalg.solve(hessian, gradient)
        a, b = a + step[0], b + step[1]
        if np.abs(step).max() < 1e-10:
            break
    return float(b)


@dataclass(frozen=True)
class Frozen:
    """Thresholds chosen on the validation patients: for alarms, and the one with the greatest utility there."""

    alert: float
    utility: float


class Evaluation:
    """One set of patients with NEWS2 beside them; judges any score on it."""

    def __init__(self, ward: Ward, news2: np.ndarray, seed: int = 1):
        self.ward, self.utility = ward, Utility(ward)
        self.days = np.diff(ward.first) / 24
        self.levels = {level: alarms(ward, news2, level) for level in NEWS2_LEVELS}
        rng = np.random.default_rng(seed)
        patients = len(ward.onset)
        self.draws = [rng.integers(0, patients, patients) for _ in range(DRAWS)]

    def wanted(self, level: int) -> float:
        """The sensitivity of NEWS2 at a level on these patients."""
        return sensitivity(self.levels[level], self.ward)

    def freeze(self, score: np.ndarray) -> Frozen:
        """To be called on validation patients only."""
        alert = threshold_for(self.ward, score, self.wanted(7))
        if np.isnan(alert):
            alert = most_sensitive_threshold(self.ward, score)
        return Frozen(alert, self.utility.best_threshold(score, candidates(score)))

    def figures(self, score: np.ndarray, frozen: Frozen, probability: bool = True) -> dict:
        """All figures of one score, each with its 95 % interval beside it."""
        label = self.ward.label
        predicted = score >= frozen.utility
        rows = {"auroc": auroc, "auprc": auprc}
        if probability:
            rows |= {"brier": lambda y, s: float(np.mean((s - y) ** 2)), "ece": ece, "calibrationSlope": calibration_slope}
        by_hour = {
            "prevalence": lambda at: float(label[at].mean()),
            "utility": lambda at: self.utility.of_rows(predicted[at], at),
            **{name: (lambda at, f=f: f(label[at], score[at])) for name, f in rows.items()},
            **{name: (lambda at, i=i: _decided(label[at], predicted[at])[i]) for i, name in enumerate(("sensitivity", "precision", "f1"))},
        }
        result = {}
        everything = np.arange(len(label))
        for name, compute in by_hour.items():
            result[name] = compute(everything)
        samples = {name: [] for name in by_hour}
        for drawn in self.draws:
            at = _rows_of(self.ward, drawn)
            for name, compute in by_hour.items():
                samples[name].append(compute(at))
        result |= {f"{name}Interval95": _interval(values) for name, values in samples.items()}
        result["frozen"] = {"alert": frozen.alert, "utility": frozen.utility, **self._burden(score, frozen.alert)}
        result["matched"] = {}
        for level in NEWS2_LEVELS:
            threshold = threshold_for(self.ward, score, self.wanted(level))
            result["matched"][f"atNews2Ge{level}"] = {"threshold": threshold, **self._burden(score, threshold)}
        matched = result["matched"]
        result["alarmsPerPatientDay"] = {}
        for name, burden in matched.items():
            for key in ("alarmsPerPatientDay", "alarmsPerPatientDayInterval95"):
                result["alarmsPerPatientDay"][key.replace("alarmsPerPatientDay", name)] = burden.get(key)
        at7 = matched["atNews2Ge7"]
        result |= {key: at7.get(key) for key in ("nne", "nneInterval95", "leadHours")}
        return result

    def _burden(self, score: np.ndarray, threshold: float) -> dict:
        """Alarms at one threshold; empty where there is no such threshold."""
        if np.isnan(threshold):
            return {}
        found = alarms(self.ward, score, threshold)
        point = self._alarm_figures(found, np.arange(len(self.days)))
        samples = [self._alarm_figures(found, drawn) for drawn in self.draws]
        result = {}
        for name, value in point.items():
            result[name] = value
            result[f"{name}Interval95"] = _interval([s[name] for s in samples])
        lead = found.lead[found.lead >= 0]
        medians = [np.median(kept) for kept in (found.lead[d][found.lead[d] >= 0] for d in self.draws) if len(kept)]
        result["leadHours"] = {
            "median": float(np.median(lead)), "medianInterval95": _interval(medians),
            "histogram": np.bincount(lead, minlength=13).tolist(),
        } if len(lead) else None
        return result

    def _alarm_figures(self, found: Alarms, drawn: np.ndarray) -> dict:
        total, hits, days = found.alarms[drawn].sum(), found.hits[drawn].sum(), self.days[drawn].sum()
        septic = self.ward.septic[drawn]
        return {
            "sensitivity": float((found.hits[drawn][septic] > 0).mean()),
            "alarmsPerPatientDay": float(total / days),
            "falseAlarmsPerPatientDay": float((total - hits) / days),
            "nne": float(total / hits) if hits else np.inf,
        }


def _decided(label: np.ndarray, predicted: np.ndarray) -> tuple[float, float, float]:
    """Sensitivity, precision and F1 over hours."""
    hit = float((predicted & (label > 0)).sum())
    found = hit / max(label.sum(), 1.0)
    right = hit / max(float(predicted.sum()), 1.0)
    return found, right, 2 * found * right / (found + right) if hit else 0.0


def _rows_of(ward: Ward, drawn: np.ndarray) -> np.ndarray:
    count = np.diff(ward.first)[drawn]
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    return np.arange(count.sum()) + np.repeat(ward.first[drawn] - start, count)


def _interval(values: list[float]) -> list[float]:
    return [float(np.quantile(values, q)) for q in (0.025, 0.975)]
