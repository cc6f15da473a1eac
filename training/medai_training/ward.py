"""The alarms a ward would get: the rule, the hits, and the threshold that reaches a given sensitivity (docs/evaluation.md)."""

from dataclasses import dataclass

import numba
import numpy as np

from .cohort import Cohort

LOCK_OUT_HOURS = 6
HIT_WINDOW_HOURS = 12


@dataclass(frozen=True)
class Ward:
    """The scored hours of some patients, end to end: patient p has the rows first[p] .. first[p + 1] - 1."""

    first: np.ndarray
    hour: np.ndarray
    label: np.ndarray
    onset: np.ndarray

    @staticmethod
    def of(cohort: Cohort) -> "Ward":
        patient = cohort.rows_patient[cohort.recorded]
        first = np.searchsorted(patient, np.arange(len(cohort.length) + 1)).astype(np.int64)
        return Ward(first, cohort.hour[cohort.recorded].astype(np.int64), cohort.label[cohort.recorded].astype(np.float64),
                    cohort.onset.astype(np.int64))

    @property
    def septic(self) -> np.ndarray:
        return self.onset >= 0

    @property
    def rows_patient(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.onset)), np.diff(self.first))

    def septic_only(self) -> tuple["Ward", np.ndarray]:
        """The septic patients, on whom alone sensitivity depends, and their rows."""
        chosen = self.septic
        rows = chosen[self.rows_patient]
        count = np.diff(self.first)[chosen]
        first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        return Ward(first, self.hour[rows], self.label[rows], self.onset[chosen]), rows


@dataclass(frozen=True)
class Alarms:
    """By patient: alarms, hits, and the hours from the earliest hit to onset (-1 without a hit)."""

    alarms: np.ndarray
    hits: np.ndarray
    lead: np.ndarray


def alarms(ward: Ward, score: np.ndarray, threshold: float, rearmed: bool = False) -> Alarms:
    """By crossings, or re-armed: after the lock-out a score that is still at or above the threshold alarms again."""
    return Alarms(*_alarms(ward.first, ward.hour, ward.onset, score.astype(np.float64), float(threshold), rearmed))


@numba.njit(cache=True)
def _alarms(first, hour, onset, score, threshold, rearmed):
    patients = len(onset)
    count, hits, lead = np.zeros(patients, np.int64), np.zeros(patients, np.int64), np.full(patients, -1, np.int64)
    for p in range(patients):
        above, last = False, -1_000_000
        for row in range(first[p], first[p + 1]):
            now = score[row] >= threshold
            # Scored hours need not be neighbours; what counts is the scored hour before, as it is in the file.
            if now and (rearmed or not above) and hour[row] - last >= LOCK_OUT_HOURS:
                last = hour[row]
                count[p] += 1
                if onset[p] >= 0 and onset[p] - HIT_WINDOW_HOURS <= hour[row] <= onset[p]:
                    hits[p] += 1
                    lead[p] = max(lead[p], onset[p] - hour[row])
            above = now
    return count, hits, lead


def sensitivity(found: Alarms, ward: Ward) -> float:
    return float((found.hits[ward.septic] > 0).mean())


def candidates(score: np.ndarray) -> np.ndarray:
    """The scores rounded to three significant digits, each once, highest first."""
    return np.unique([float(f"{s:.3g}") for s in np.unique(score.astype(np.float64))])[::-1]


def threshold_for(ward: Ward, score: np.ndarray, wanted: float, rearmed: bool = False) -> float:
    """The highest candidate at which the sensitivity is at least the wanted one; NaN where none is.

    Sensitivity does not rise steadily as the threshold falls, by crossings least of all: every candidate is tried from above.
    """
    few, rows = ward.septic_only()
    return float(_threshold(few.first, few.hour, few.onset, score[rows].astype(np.float64), candidates(score), float(wanted), rearmed))


def most_sensitive_threshold(ward: Ward, score: np.ndarray, rearmed: bool = False) -> float:
    """The candidate that finds most septic patients; the highest of equals. For scores so steady that none finds as many as was wanted."""
    few, rows = ward.septic_only()
    return float(_most_sensitive(few.first, few.hour, few.onset, score[rows].astype(np.float64), candidates(score), rearmed))


@numba.njit(cache=True)
def _most_sensitive(first, hour, onset, score, tried, rearmed):
    best, most = np.nan, -1
    for threshold in tried:
        _, hits, _ = _alarms(first, hour, onset, score, threshold, rearmed)
        found = np.sum(hits > 0)
        if found > most:
            best, most = threshold, found
    return best


@numba.njit(cache=True)
def _threshold(first, hour, onset, score, tried, wanted, rearmed):
    for threshold in tried:
        _, hits, _ = _alarms(first, hour, onset, score, threshold, rearmed)
        if np.sum(hits > 0) / len(onset) >= wanted:
            return threshold
    return np.nan
