"""Groups of patients by k-means on what was charted in their first day, and how well charting alone tells one ward from another."""

from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from . import datareport_figures as figures
from .cohort import Cohort
from .evaluate import auroc
from .features import VITALS

MOST_CLUSTERS = 8
# Two halves of the patients must agree this well (adjusted Rand index) about everybody for a number of clusters to be believed.
AGREEMENT = 0.8
HALVINGS = 10
RESTARTS = 10
LEAST_COVERED = 0.6
FOLDS = 5


@dataclass(frozen=True)
class Summaries:
    """[patients, features], standardised; what was never charted stands at the mean."""

    names: tuple[str, ...]
    table: np.ndarray


def charting_rates(cohort: Cohort) -> np.ndarray:
    """[patients, variables]: observations per scored hour of the first day; 0 for the few who have no row in it."""
    hours = figures.by_patient(cohort, (cohort.recorded & (cohort.hour <= figures.FIRST_HOURS)).astype(np.int64))
    return figures.by_patient(cohort, (~np.isnan(figures.early(cohort).values)).astype(np.int64)) / np.maximum(hours, 1)[:, None]


def summaries(cohort: Cohort, keys: tuple[str, ...]) -> Summaries:
    """Of the first day: mean of every variable that most patients have, how much was charted, age and hours in hospital before."""
    first = figures.early(cohort)
    mean = figures.means(first)
    kept = [i for i, k in enumerate(keys) if k in VITALS or (~np.isnan(mean[:, i])).mean() >= LEAST_COVERED]
    vital = [i for i, k in enumerate(keys) if k in VITALS]
    other = [i for i, k in enumerate(keys) if k not in VITALS]
    rate = charting_rates(cohort)
    columns = {keys[i]: mean[:, i] for i in kept}
    columns |= {"vital signs charted per hour": rate[:, vital].sum(axis=1), "other results per hour": rate[:, other].sum(axis=1),
                "age": cohort.age, "hours in hospital before": np.log1p(np.maximum(cohort.before, 0))}
    return Summaries(tuple(columns), np.column_stack([_standardised(c) for c in columns.values()]))


def _standardised(column: np.ndarray) -> np.ndarray:
    """Values beyond the outer 1 % are drawn in: a few extreme patients must not make clusters of their own."""
    low, high = np.nanquantile(column, [0.01, 0.99])
    drawn = np.clip(column, low, high)
    return np.nan_to_num((drawn - np.nanmean(drawn)) / max(np.nanstd(drawn), 1e-9))


def agreement(table: np.ndarray, k: int, seed: int) -> float:
    """Mean adjusted Rand index of two clusterings of everybody, each learned from one random half."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(HALVINGS):
        order = rng.permutation(len(table))
        halves = [KMeans(k, n_init=RESTARTS, random_state=int(rng.integers(1 << 31))).fit(table[part]).predict(table)
                  for part in np.array_split(order, 2)]
        found.append(adjusted_rand_score(*halves))
    return float(np.mean(found))


@dataclass(frozen=True)
class Clusters:
    """`of` is each patient's cluster, the one with the lowest share of sepsis first; `agreements` by number of clusters from 2."""

    of: np.ndarray
    centres: np.ndarray
    agreements: dict[int, float]


def clusters(found: Summaries, septic: np.ndarray, seed: int) -> Clusters:
    """As many as two halves of the patients agree on: the largest number whose agreement is at least AGREEMENT, else the best one."""
    agreements = {k: agreement(found.table, k, seed) for k in range(2, MOST_CLUSTERS + 1)}
    k = max((k for k, a in agreements.items() if a >= AGREEMENT), default=max(agreements, key=agreements.get))
    fitted = KMeans(k, n_init=RESTARTS, random_state=seed).fit(found.table)
    order = np.argsort([septic[fitted.labels_ == c].mean() for c in range(k)])
    return Clusters(np.argsort(order)[fitted.labels_], fitted.cluster_centers_[order], agreements)


def tells_units_apart(table: np.ndarray, unit: np.ndarray, seed: int) -> float:
    """AUROC of unit 2 against unit 1 from some numbers a patient: logistic regression, out of fold. 0.5 would be no difference."""
    known = unit > 0
    x, y = table[known], (unit[known] == 2).astype(np.float64)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return auroc(y, cross_val_predict(LogisticRegression(max_iter=500), x, y, cv=folds, method="decision_function"))


def charting_and_values(cohort: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """Of the first day, standardised: how often each variable was charted per hour, and each one's mean (at the middle where there is none)."""
    rate, mean = charting_rates(cohort), figures.means(figures.early(cohort))
    used = (~np.isnan(mean)).sum(axis=0) >= figures.FEWEST
    return (np.column_stack([_standardised(rate[:, i]) for i in np.flatnonzero(used)]),
            np.column_stack([_standardised(mean[:, i]) for i in np.flatnonzero(used)]))
