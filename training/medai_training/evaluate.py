"""Every figure of the report, by the definitions of docs/evaluation.md, with intervals over patients drawn with replacement."""

from dataclasses import dataclass

import numpy as np

from .utility import Utility
from .ward import Alarms, Ward, alarms, candidates, most_sensitive_threshold, sensitivity, threshold_for

BINS = 15
DRAWS = 200
NEWS2_LEVELS = (5, 7)
# Of the fit of the calibration slope.
MOST_STEPS, REACH, SETTLED, ROUNDING = 100, 4.0, 1e-11, 1e-13
BURDEN = ("sensitivity", "alarmsPerPatientDay", "falseAlarmsPerPatientDay", "nne")


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
    """b of the unpenalised logistic regression label ~ a + b * logit(risk); NaN where the likelihood has no maximum.

    A plain Newton step from (0, 1) leaves the numbers where many risks are certain and wrong, so a step moves no fitted logit by more
    than REACH, and is halved while it overshoots. The likelihood is concave: that cannot fail where it has a maximum.
    """
    z = logit(risk)
    if _separated(label, z):
        return float("nan")
    at = np.array([0.0, 1.0])
    likelihood = _likelihood(at, label, z)
    for _ in range(MOST_STEPS):
        p = 0.5 * (1 + np.tanh((at[0] + at[1] * z) / 2))
        w = p * (1 - p)
        gradient = np.array([(label - p).sum(), ((label - p) * z).sum()])
        hessian = np.array([[w.sum(), (w * z).sum()], [(w * z).sum(), (w * z * z).sum()]])
        if not np.linalg.det(hessian) > 0:
            return float("nan")
        step = np.linalg.solve(hessian, gradient)
        moved = max(abs(step[0] + step[1] * z.min()), abs(step[0] + step[1] * z.max()))
        if moved > REACH:
            step, moved = step * REACH / moved, REACH
        reached = _likelihood(at + step, label, z)
        while reached < likelihood - ROUNDING * abs(likelihood) and moved > SETTLED:
            step, moved = step / 2, moved / 2
            reached = _likelihood(at + step, label, z)
        at, likelihood = at + step, reached
        if np.abs(step).max() < SETTLED:
            break
    return float(at[1])


def _separated(label: np.ndarray, z: np.ndarray) -> bool:
    """Whether one label or one risk is all there is, or the risk parts the labels."""
    ill, well = z[label > 0], z[label == 0]
    return not (len(ill) and len(well) and ill.min() < well.max() and well.min() < ill.max())


def _likelihood(at: np.ndarray, label: np.ndarray, z: np.ndarray) -> float:
    eta = at[0] + at[1] * z
    return float((label * eta - np.logaddexp(0, eta)).sum())


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
        self.levels = {(level, rearmed): alarms(ward, news2, level, rearmed) for level in NEWS2_LEVELS for rearmed in (False, True)}
        rng = np.random.default_rng(seed)
        patients = len(ward.onset)
        self.draws = [rng.integers(0, patients, patients) for _ in range(DRAWS)]

    def wanted(self, level: int, rearmed: bool = False) -> float:
        """The sensitivity of NEWS2 at a level on these patients, its alarms counted in the same way as a score's."""
        return sensitivity(self.levels[level, rearmed], self.ward)

    def freeze(self, score: np.ndarray, alarm: np.ndarray | None = None) -> Frozen:
        """To be called on validation patients only; the threshold for alarms is chosen by the re-armed counting."""
        alarm = score if alarm is None else alarm
        alert = threshold_for(self.ward, alarm, self.wanted(7, rearmed=True), rearmed=True)
        if np.isnan(alert):
            alert = most_sensitive_threshold(self.ward, alarm, rearmed=True)
        return Frozen(alert, self.utility.best_threshold(score, candidates(score)))

    def figures(self, score: np.ndarray, frozen: Frozen, probability: bool = True, alarm: np.ndarray | None = None) -> dict:
        """All figures of one score, each with its 95 % interval beside it; those of alarms are of the alarm score where there is one."""
        alarm = score if alarm is None else alarm
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
        result["frozen"] = {"alert": frozen.alert, "utility": frozen.utility, **self._burden(alarm, frozen.alert, False),
                            "rearmed": self._burden(alarm, frozen.alert, True)}
        matched = self._matched(alarm, False) | {"rearmed": self._matched(alarm, True)}
        result["matched"] = matched
        result["alarmsPerPatientDay"] = _per_day(matched) | {"rearmed": _per_day(matched["rearmed"])}
        at7 = matched["atNews2Ge7"]
        lead = at7["leadHours"]
        result |= {"nne": at7["nne"], "nneInterval95": at7["nneInterval95"], "leadHours": lead if lead["median"] is not None else None}
        return _finite(result)

    def _matched(self, score: np.ndarray, rearmed: bool) -> dict:
        """The alarms at NEWS2's sensitivities; where no threshold reaches one there are none, and the greatest sensitivity says how near it comes."""
        most = self._burden(score, most_sensitive_threshold(self.ward, score, rearmed), rearmed)
        greatest = {f"greatestSensitivity{end}": most[f"sensitivity{end}"] for end in ("", "Interval95")}
        found = {}
        for level in NEWS2_LEVELS:
            threshold = threshold_for(self.ward, score, self.wanted(level, rearmed), rearmed)
            found[f"atNews2Ge{level}"] = {"threshold": threshold, **self._burden(score, threshold, rearmed), **greatest}
        return found

    def _burden(self, score: np.ndarray, threshold: float, rearmed: bool) -> dict:
        """Alarms at one threshold; nothing but None where there is no such threshold."""
        if np.isnan(threshold):
            return {f"{name}{end}": None for name in BURDEN for end in ("", "Interval95")} | {
                "leadHours": {"median": None, "medianInterval95": None, "histogram": []}}
        found = alarms(self.ward, score, threshold, rearmed)
        point = self._alarm_figures(found, np.arange(len(self.days)))
        samples = [self._alarm_figures(found, drawn) for drawn in self.draws]
        result = {}
        for name in BURDEN:
            result[name] = point[name]
            result[f"{name}Interval95"] = _interval([s[name] for s in samples])
        lead = found.lead[found.lead >= 0]
        medians = [np.median(kept) for kept in (found.lead[d][found.lead[d] >= 0] for d in self.draws) if len(kept)]
        result["leadHours"] = {"median": float(np.median(lead)) if len(lead) else None, "medianInterval95": _interval(medians) if len(lead) else None,
                               "histogram": np.bincount(lead, minlength=13).tolist()}
        return result

    def _alarm_figures(self, found: Alarms, drawn: np.ndarray) -> dict:
        total, hits, days = found.alarms[drawn].sum(), found.hits[drawn].sum(), self.days[drawn].sum()
        septic = self.ward.septic[drawn]
        return {
            "sensitivity": float((found.hits[drawn][septic] > 0).mean()) if septic.any() else np.nan,
            "alarmsPerPatientDay": float(total / days),
            "falseAlarmsPerPatientDay": float((total - hits) / days),
            "nne": float(total / hits) if hits else np.inf if total else np.nan,
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


def _interval(values: list[float]) -> list[float] | None:
    """Percentiles 2.5 and 97.5 of the draws that gave a number; an end that is infinite is open."""
    given = np.sort([v for v in values if not np.isnan(v)])
    if not len(given):
        return None
    ends = []
    for q in (0.025, 0.975):
        place = q * (len(given) - 1)
        below, part = given[int(place)], place - int(place)
        ends.append(float(below + (given[int(place) + 1] - below) * part if part and np.isfinite(below) else below))
    return ends


def _per_day(matched: dict) -> dict:
    """The alarms per patient-day out of everything that is said of a counting."""
    return {f"{level}{end}": matched[level][f"alarmsPerPatientDay{end}"]
            for level in (f"atNews2Ge{n}" for n in NEWS2_LEVELS) for end in ("", "Interval95")}


def _finite(value):
    """JSON has neither infinity nor NaN: what is not defined, and the open end of an interval, is None."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
