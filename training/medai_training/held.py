"""Which way each vital sign is bad, and trees held to it: a feature that rises with badness may only raise the logit."""

from .summary import Summary

# Temperature is left out: both ends are bad.
BAD = {"heart_rate": 1, "spo2": -1, "respiratory_rate": 1, "systolic_pressure": -1, "mean_pressure": -1, "diastolic_pressure": -1}
# How the window features of a variable move with its newest values.
MOVES = {"value": 1, "fast_gap": 1, "slow_gap": 1, "change": 1, "low_gap": 1, "high_gap": -1,
         "ring_low": 1, "ring_high": 1, "ring_delta": 1, "ring_mean": 1}


def directions(summary: Summary) -> list[int]:
    """For each feature: 1 where it may only raise the logit, -1 where only lower it, 0 where it is free."""
    return [_ratio(summary.ratios[name]) if name in summary.ratios else _own(name) for name in summary.names]


def _own(name: str) -> int:
    key, _, feature = name.rpartition(".")
    # Any jump makes the spread larger: were it free, it could pay back what the values may not.
    return abs(BAD.get(key, 0)) if feature == "spread" else BAD.get(key, 0) * MOVES.get(feature, 0)


def _ratio(pair: tuple[str, str]) -> int:
    """Free where numerator and denominator pull in different ways."""
    ways = {way for way in (BAD.get(pair[0], 0), -BAD.get(pair[1], 0)) if way}
    return ways.pop() if len(ways) == 1 else 0
