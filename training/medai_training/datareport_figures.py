"""The calculations of the data report: who the patients are, what is charted and how often, and how far wards lie from each other.

Everything here returns sums over groups of patients. A group of fewer than FEWEST patients gives NaN, which the report shows as "few".
"""

from dataclasses import dataclass

import numpy as np

from .cohort import Cohort

# Fewer patients than this are never shown as a group, so that no cell speaks of a person.
FEWEST = 10
FIRST_HOURS = 24
GAP_EDGES = (1, 2, 3, 4, 6, 8, 12, 24)
PSI_BINS = 10
# A share of nothing would make the index infinite; half a patient in a thousand is as good as none.
PSI_FLOOR = 5e-4


@dataclass(frozen=True)
class Group:
    """Some patients under one heading."""

    name: str
    patients: np.ndarray


def groups(cohort: Cohort) -> list[Group]:
    return [Group("all", np.ones(len(cohort.length), bool)), Group("septic", cohort.septic), Group("not septic", ~cohort.septic),
            *units(cohort)]


def units(cohort: Cohort) -> list[Group]:
    return [Group(name, cohort.unit == unit) for name, unit in (("unit 1", 1), ("unit 2", 2), ("unit not said", 0))]


def share(chosen: np.ndarray) -> float:
    """Share of patients (a boolean for each); NaN where they, or those inside or outside, are too few to be shown."""
    inside = int(chosen.sum())
    few = 0 < inside < FEWEST or 0 < len(chosen) - inside < FEWEST
    return float("nan") if len(chosen) < FEWEST or few else inside / len(chosen)


def quartiles(values: np.ndarray) -> tuple[float, float, float]:
    """Median, lower and upper quartile of one number a patient; NaN for too few."""
    given = values[~np.isnan(values)]
    return tuple(np.quantile(given, [0.5, 0.25, 0.75])) if len(given) >= FEWEST else (float("nan"),) * 3


def by_patient(cohort: Cohort, rows: np.ndarray) -> np.ndarray:
    """Sum of a number a row (or a row of them) over each patient."""
    return np.add.reduceat(rows, cohort.offset, axis=0)


def means(cohort: Cohort) -> np.ndarray:
    """[patients, variables]: each patient's mean of what was charted; NaN where nothing was."""
    count = by_patient(cohort, (~np.isnan(cohort.values)).astype(np.int64))
    total = by_patient(cohort, np.nan_to_num(cohort.values))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def smd(a: np.ndarray, b: np.ndarray) -> float:
    """Standardised mean difference of b from a: difference of means over the root of the mean variance. One number a patient."""
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    if min(len(a), len(b)) < FEWEST:
        return float("nan")
    spread = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
    return float((b.mean() - a.mean()) / spread) if spread > 0 else 0.0


def psi(reference: np.ndarray, other: np.ndarray) -> float:
    """Population stability index over the deciles of the reference: sum of (q - p) ln(q / p). 0.1 is some shift, 0.25 much."""
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, PSI_BINS + 1)[1:-1]))
    p, q = (np.maximum(np.bincount(np.searchsorted(edges, x, side="left"), minlength=len(edges) + 1) / len(x), PSI_FLOOR)
            for x in (reference, other))
    return float(((q - p) * np.log(q / p)).sum())


def observed(cohort: Cohort, variable: int, patients: np.ndarray) -> np.ndarray:
    """All charted values of a variable in some patients; nothing where too few of them have any."""
    rows = patients[cohort.rows_patient] & ~np.isnan(cohort.values[:, variable])
    return cohort.values[rows, variable] if len(np.unique(cohort.rows_patient[rows])) >= FEWEST else np.empty(0)


def unit_psi(cohort: Cohort, variable: int, reference: np.ndarray, other: np.ndarray) -> float:
    a, b = observed(cohort, variable, reference), observed(cohort, variable, other)
    return psi(a, b) if len(a) and len(b) else float("nan")


def charted(cohort: Cohort, patients: np.ndarray) -> np.ndarray:
    """By variable: share of scored hours of some patients in which it was charted; NaN where it was so in too few patients."""
    rows = patients[cohort.rows_patient] & cohort.recorded
    there = ~np.isnan(cohort.values)
    ever = (by_patient(cohort, there.astype(np.int64))[patients] > 0).sum(axis=0)
    return np.where((ever > 0) & (ever < FEWEST), np.nan, there[rows].mean(axis=0))


def charted_by_hour(cohort: Cohort, hours: int) -> np.ndarray:
    """[variables, hours]: share of the patients with a row at hours 1, 2, ... in whom the variable was charted then."""
    there, hour = ~np.isnan(cohort.values), cohort.hour
    result = np.full((there.shape[1], hours), np.nan)
    for h in range(hours):
        at = cohort.recorded & (hour == h + 1)
        count = there[at].sum(axis=0)
        if at.sum() >= FEWEST:
            result[:, h] = np.where((count > 0) & (count < FEWEST), np.nan, count / at.sum())
    return result


def gaps(cohort: Cohort, variable: int, patients: np.ndarray) -> np.ndarray:
    """Hours from one observation to the next of the same patient; nothing where too few patients have two."""
    rows = np.flatnonzero(~np.isnan(cohort.values[:, variable]) & patients[cohort.rows_patient])
    patient = cohort.rows_patient[rows]
    same = np.diff(patient) == 0
    return np.diff(rows)[same] if len(np.unique(patient[1:][same])) >= FEWEST else np.empty(0, np.int64)


def gap_shares(found: np.ndarray) -> np.ndarray:
    """Share of the gaps of 1 h, 2 h, 3 h, 4 h, 5-6 h, 7-8 h, 9-12 h, 13-24 h and longer."""
    count = np.bincount(np.searchsorted(GAP_EDGES, found, side="left"), minlength=len(GAP_EDGES) + 1)
    return count / len(found) if len(found) else np.full(len(count), np.nan)


def hour_bands(cohort: Cohort, bands: list[tuple[int, int]]) -> list[dict]:
    """Who is still there in a band of hours since admission, and how many hours are labelled: septic records end otherwise."""
    result, hour, patient = [], cohort.hour, cohort.rows_patient
    for first, last in bands:
        rows = cohort.recorded & (hour >= first) & (hour <= last)
        present = np.zeros(len(cohort.length), bool)
        present[patient[rows]] = True
        labelled = float(cohort.label[rows].mean()) if rows.any() else float("nan")
        result.append({"first": first, "last": last, "present": present, "hours": int(rows.sum()), "labelled": labelled})
    return result


def early(cohort: Cohort, hours: int = FIRST_HOURS) -> Cohort:
    """The same patients with only their first hours charted: what could be known then."""
    return cohort.with_values(np.where((cohort.hour <= hours)[:, None], cohort.values, np.nan))


def later_septic(cohort: Cohort, hours: int = FIRST_HOURS) -> tuple[np.ndarray, np.ndarray]:
    """Patients who were still there after the first hours without a label so far, and who of all was labelled only afterwards."""
    labelled_early = by_patient(cohort, (cohort.label > 0) & (cohort.hour <= hours)) > 0
    return (cohort.length > hours) & ~labelled_early, cohort.septic & ~labelled_early


def wilson(inside: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, 1927)."""
    z, p = 1.959964, inside / total
    middle, half = p + z * z / (2 * total), z * np.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    return float((middle - half) / (1 + z * z / total)), float((middle + half) / (1 + z * z / total))
