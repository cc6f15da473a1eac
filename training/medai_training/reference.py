"""How the inputs of a model were spread over the training patients, so that the service can tell when its own are spread otherwise."""

import numpy as np

from .features import Contract

BINS = 10
DIGITS = 4
# Shares are rounded to this fraction; what rounding leaves over goes to the fullest bin, so that they sum to one.
SHARE_UNITS = 100_000


def input_reference(contract: Contract, rows: np.ndarray) -> dict[str, dict]:
    """By input: `edges` near its deciles, and the `shares` of the rows in the bins. The bin of a value is the number of edges <= it.

    An edge stands halfway between a decile and the next lower value that occurs, so that no rounding moves a value across it. Many inputs
    take few values (a mask takes two), so deciles fall together: each edge stands once. An input that never changes has no edge.
    """
    return {name: _spread(rows[:, i].astype(np.float64)) for i, name in enumerate(contract.inputs)}


def _spread(values: np.ndarray) -> dict:
    distinct = np.unique(values)
    # Where a tenth or more have the least value, the edge tells it from all others.
    place = np.searchsorted(distinct, np.quantile(values, np.arange(1, BINS) / BINS, method="higher")).clip(min=1)
    between = [(distinct[i - 1] + distinct[i]) / 2 for i in place] if len(distinct) > 1 else []
    edges = np.unique([float(f"{edge:.{DIGITS}g}") for edge in between])
    count = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    units = np.rint(count / len(values) * SHARE_UNITS).astype(np.int64)
    units[np.argmax(units)] += SHARE_UNITS - units.sum()
    return {"edges": edges.tolist(), "shares": (units / SHARE_UNITS).tolist()}
