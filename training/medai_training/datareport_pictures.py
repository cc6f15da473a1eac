"""The pictures of the data report, as SVG that is the same in every run: sums over groups of patients, never one of them."""

import re
from io import StringIO
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402  (the backend must be chosen first)
from matplotlib.colors import PowerNorm  # noqa: E402

# Okabe and Ito's colours, which people with the usual colour vision deficiencies can tell apart.
BLUE, RED, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"
UNIT_COLORS = {"unit 1": BLUE, "unit 2": RED, "unit not said": GREY}
LINES = {"unit 1": "-", "unit 2": "--", "unit not said": ":"}
WRITTEN = {"spo2": "SpO2", "ph": "pH", "paco2": "PaCO2", "sao2": "SaO2", "ast": "AST", "troponin_i": "troponin I"}
# Steps that values are written in, the widest first.
STEPS = (10, 5, 1, 0.5, 0.1, 0.05, 0.01)
GAP_NAMES = ("1", "2", "3", "4", "5-6", "7-8", "9-12", "13-24", ">24")
plt.rcParams.update({
    "svg.hashsalt": "medai", "svg.fonttype": "none", "font.sans-serif": ["DejaVu Sans", "Arial"], "font.size": 8, "axes.titlesize": 8, "axes.spines.top": False, "axes.spines.right": False,
    "path.simplify": True, "figure.constrained_layout.use": True,
})


def _save(figure, path: Path, **how) -> None:
    written = StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, **how)
    plt.close(figure)
    # A hundredth of a point is finer than any screen, and half the file.
    text = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", written.getvalue())
    path.write_text("".join(f"{line.rstrip()}\n" for line in text.splitlines()), encoding="utf-8")


def title(key: str) -> str:
    """A variable as a clinician writes it."""
    return WRITTEN.get(key, key.replace("_", " "))


def charted_by_hour(path: Path, keys: tuple[str, ...], shares: np.ndarray) -> None:
    figure, axes = plt.subplots(figsize=(8.5, 5.6))
    shown = axes.imshow(100 * shares, aspect="auto", interpolation="nearest", cmap="viridis", norm=PowerNorm(0.4, 0, 100),
                        extent=(0.5, shares.shape[1] + 0.5, len(keys) - 0.5, -0.5))
    axes.set_yticks(range(len(keys)), [title(k) for k in keys], fontsize=7)
    axes.set_xlabel("hours since admission to intensive care")
    figure.colorbar(shown, label="% of patients still there in whom it was charted that hour", ticks=[0, 1, 5, 10, 25, 50, 75, 100])
    _save(figure, path)


def charted_by_unit(path: Path, keys: tuple[str, ...], shares: dict[str, np.ndarray]) -> None:
    figure, axes = plt.subplots(figsize=(7.5, 5.6))
    place = np.arange(len(keys))
    together = 100 * np.array(list(shares.values()))
    axes.hlines(place, np.nanmin(together, axis=0), np.nanmax(together, axis=0), color="#cccccc", linewidth=2, zorder=1)
    for (name, values), marker in zip(shares.items(), "oDs"):
        axes.scatter(100 * values, place, s=20, color=UNIT_COLORS[name], marker=marker, label=name, zorder=2)
    axes.set_yticks(place, [title(k) for k in keys], fontsize=7)
    axes.set_ylim(len(keys) - 0.3, -0.7)
    axes.set_xscale("symlog", linthresh=1, linscale=0.5)
    ticks = [0, 1, 2, 5, 10, 20, 50, 100]
    axes.set_xticks(ticks, [str(t) for t in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlim(-0.05, 110)
    axes.grid(axis="x", color="#eeeeee", zorder=0)
    axes.set_xlabel("% of scored hours in which it was charted (logarithmic from 1 %)")
    axes.legend(loc="lower right", frameon=False)
    _save(figure, path)


def distributions(path: Path, units_of: dict[str, str], values: dict[str, dict[str, np.ndarray]], looks: dict[str, tuple[str, str]]) -> None:
    """One panel a variable, one line a group; the outermost 1 % at either end of all values lies outside the picture."""
    columns = 5
    rows = -(-len(values) // columns)
    figure, panels = plt.subplots(rows, columns, figsize=(10, 1.75 * rows))
    for axes in panels.flat[len(values):]:
        axes.set_visible(False)
    for axes, (key, by_group) in zip(panels.flat, values.items()):
        everything = np.concatenate(list(by_group.values()))
        low, high = np.quantile(everything, [0.01, 0.99])
        edges = _edges(everything, low, high)
        for name, found in by_group.items():
            if len(found):
                color, line = looks[name]
                # As shares of all of the group, so that what lies outside the picture is not spread over what lies inside.
                height = np.histogram(found, edges)[0] / len(found) / np.diff(edges)
                axes.plot(np.repeat(edges, 2)[1:-1], np.repeat(height, 2), color=color, linestyle=line, linewidth=1.1)
        axes.set_title(f"{title(key)}{units_of[key]}", fontsize=7)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_ylim(bottom=0)
        axes.tick_params(labelsize=6.5)
    handles = [plt.Line2D([], [], color=color, linestyle=line, label=name) for name, (color, line) in looks.items()]
    figure.legend(handles=handles, loc="upper center", ncol=len(looks), frameon=False,
                  bbox_to_anchor=(0.5, 1.04))
    _save(figure, path, bbox_inches="tight")


def _edges(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """About thirty bars, each of whole steps that most values are written in: half a step a bar would look like waves."""
    step = next((s for s in STEPS if np.mean(np.abs(values / s - np.round(values / s)) < 1e-6) > 0.8), STEPS[-1])
    width = step * max(1, round((high - low) / 30 / step))
    return np.arange(np.round(low / step) * step - step / 2, high + width, width)


def gaps(path: Path, shares: dict[str, dict[str, np.ndarray]]) -> None:
    """One panel a group: variables by hours until the next observation."""
    figure, panels = plt.subplots(1, len(shares), figsize=(9.5, 3.6), sharey=True)
    for axes, (name, by_key) in zip(panels, shares.items()):
        table = 100 * np.array(list(by_key.values()))
        shown = axes.imshow(table, aspect="auto", cmap="Blues", norm=PowerNorm(0.6, 0, 100))
        for (row, column), value in np.ndenumerate(table):
            if not np.isnan(value) and value >= 0.5:
                axes.text(column, row, f"{value:.0f}", ha="center", va="center", fontsize=6, color="white" if value > 45 else "#222222")
        axes.set_title(name)
        axes.set_yticks(range(len(by_key)), [title(k) for k in by_key], fontsize=7)
        axes.set_xticks(range(len(GAP_NAMES)), GAP_NAMES, fontsize=6, rotation=45)
        axes.set_xlabel("hours to the next")
        axes.spines[:].set_visible(False)
    figure.colorbar(shown, ax=panels[-1], label="% of gaps", ticks=[0, 10, 25, 50, 100])
    _save(figure, path)


def clusters(path: Path, names: tuple[str, ...], centres: np.ndarray, heads: list[str]) -> None:
    figure, axes = plt.subplots(figsize=(6.6, 5.4))
    shown = axes.imshow(centres.T, aspect="auto", cmap="RdBu_r", vmin=-2, vmax=2)
    for (cluster, feature), z in np.ndenumerate(centres):
        axes.text(cluster, feature, f"{round(float(z), 1) + 0.0:+.1f}", ha="center", va="center", fontsize=6.5, color="white" if abs(z) > 1.3 else "#222222")
    axes.set_yticks(range(len(names)), [title(n) for n in names], fontsize=7)
    axes.set_xticks(range(len(heads)), heads)
    axes.spines[:].set_visible(False)
    figure.colorbar(shown, label="standard deviations from the mean of all patients")
    _save(figure, path)


def stays(path: Path, hours: np.ndarray, staying: dict[str, np.ndarray], labelled: np.ndarray) -> None:
    """Left: share of patients whose record is still running, by hour. Right: labelled share of hours."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 2.8))
    for (name, values), (color, line) in zip(staying.items(), ((GREY, "--"), (RED, "-"))):
        left.plot(hours, 100 * values, color=color, linestyle=line, label=name)
    left.set(xlabel="hours since admission to intensive care", ylabel="% of records still running", ylim=(0, 101))
    left.legend(frameon=False)
    right.plot(hours, 100 * labelled, color=BLUE)
    right.set(xlabel="hours since admission to intensive care", ylabel="% of hours that are labelled", ylim=(0, None))
    _save(figure, path)
