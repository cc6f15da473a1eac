"""The clinical scores a model must beat, and the clock, exactly as the service computes them from charted values.

Values are carried for 4 h, temperature for 8 h; of one hour the only value is the last. A missing part adds nothing: consciousness is not in
the data, and unknown oxygen is missing, so every total is a lower bound of the real score.
"""

import numpy as np

from .cohort import Cohort
from .features import Contract
from .rows import NEVER, carry

VALID_HOURS = {"temperature": 8}
USUAL_VALID_HOURS = 4
ROOM_AIR_PERCENT = 21
ON_OXYGEN_POINTS = 2
# Upper edges of the bands and the points from the lowest band to the one above the last edge.
# Royal College of Physicians, NEWS2 (2017), SpO2 scale 1.
NEWS2 = {
    "respiratory_rate": ([8, 11, 20, 24], [3, 1, 0, 2, 3]),
    "spo2": ([91, 93, 95], [3, 2, 1, 0]),
    "systolic_pressure": ([90, 100, 110, 219], [3, 2, 1, 0, 3]),
    "heart_rate": ([40, 50, 90, 110, 130], [3, 1, 0, 1, 2, 3]),
    "temperature": ([35.0, 36.0, 38.0, 39.0], [3, 1, 0, 1, 2]),
}
# Subbe et al., QJM 2001;94:521-526.
MEWS = {
    "systolic_pressure": ([70, 80, 100, 199], [3, 2, 1, 0, 2]),
    "heart_rate": ([40, 50, 100, 110, 129], [2, 1, 0, 1, 2, 3]),
    "respiratory_rate": ([8, 14, 20, 29], [2, 0, 1, 2, 3]),
    "temperature": ([34.9, 38.4], [2, 0, 2]),
}
# Singer et al., JAMA 2016;315:801-810.
QSOFA = {"respiratory_rate": ([21], [0, 1]), "systolic_pressure": ([100], [1, 0])}


def clinical_scores(cohort: Cohort, contract: Contract) -> dict[str, np.ndarray]:
    """news2, mews and qsofa of every row of the dense grid."""
    wanted = [k for k in (*NEWS2, "inspired_oxygen") if k in contract.keys]
    places = [contract.keys.index(k) for k in wanted]
    few = cohort.with_values(cohort.values[:, places])
    carried, last = carry(few)
    row = np.arange(len(carried))[:, None]
    valid = np.array([VALID_HOURS.get(k, USUAL_VALID_HOURS) for k in wanted])
    fresh = np.where((last != NEVER) & (row - last <= valid), carried, np.nan)
    column = {k: fresh[:, i] for i, k in enumerate(wanted)}
    news2 = _total(NEWS2, column)
    if "inspired_oxygen" in column:
        news2 += np.where(_rounded(column["inspired_oxygen"], 0) > ROOM_AIR_PERCENT, ON_OXYGEN_POINTS, 0)
    return {"news2": news2, "mews": _total(MEWS, column), "qsofa": _total(QSOFA, column)}


def _total(table: dict, column: dict[str, np.ndarray]) -> np.ndarray:
    total = np.zeros(len(column["heart_rate"]))
    for key, (edges, points) in table.items():
        value = _rounded(column[key], 1 if key == "temperature" else 0)
        band = np.searchsorted(edges, np.nan_to_num(value), side="left")
        total += np.where(np.isnan(value), 0, np.array(points)[band])
    return total


def _rounded(value: np.ndarray, decimals: int) -> np.ndarray:
    """To the table's resolution, halves away from zero, after the noise of binary fractions is taken off at four decimals."""
    scaled = np.rint(value * 1e4) / (1e3 if decimals else 1e4)
    return np.floor(scaled + 0.5) / (10 if decimals else 1)
