"""Writes a served model as ONNX, with constant float32 weights, and checks the file before it is believed.

A torch module makes everything that needs a state (networks, window features); trees follow as ONNX-ML nodes behind it.
"""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from .alarm import LEVEL_LIMIT, AlarmScore
from .alarm import STATE_SIZE as ALARM_STATE
from .steady import VECTOR

OPSET = 17
ML_OPSET = 3
SCORE_LIMIT = 60.0
LARGEST_BYTES = 4_000_000


@dataclass(frozen=True)
class Trees:
    """Trees as flat arrays, node after node; `value` of leaves is summed over all trees and added to `base`.

    Decision: feature <= threshold goes to `left`. Thresholds are float32, rounded down, so that a float32 feature goes the same way as it
    went in training with the float64 threshold.
    """

    tree: np.ndarray
    node: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    leaf: np.ndarray
    value: np.ndarray
    base: float

    def raw(self, features: np.ndarray) -> np.ndarray:
        """The sum of the leaves, by walking the same arrays that are exported."""
        first = np.flatnonzero(self.node == 0)
        total = np.full(len(features), self.base, np.float32)
        row = np.arange(len(features))
        for start in first:
            at = np.full(len(features), start)
            while True:
                inner = ~self.leaf[at]
                if not inner.any():
                    break
                goes_left = features[row, self.feature[at]] <= self.threshold[at]
                at = np.where(inner, start + np.where(goes_left, self.left[at], self.right[at]), at)
            total += self.value[at].astype(np.float32)
        return total


def rounded_down(threshold: np.ndarray) -> np.ndarray:
    """The greatest float32 that is not above the threshold: x <= it decides as x <= threshold does for every float32 x."""
    with np.errstate(over="ignore"):
        near = threshold.astype(np.float32)
    return np.where(near.astype(np.float64) > threshold, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)


def boosted(model) -> Trees:
    """The arrays of a fitted HistGradientBoostingClassifier (its raw prediction is the logit)."""
    parts = [(i, stage[0].nodes) for i, stage in enumerate(model._predictors)]
    nodes = np.concatenate([n for _, n in parts])
    return Trees(
        np.concatenate([np.full(len(n), i) for i, n in parts]), np.concatenate([np.arange(len(n)) for _, n in parts]),
        nodes["feature_idx"].astype(np.int64), rounded_down(nodes["num_threshold"]), nodes["left"].astype(np.int64),
        nodes["right"].astype(np.int64), nodes["is_leaf"].astype(bool), nodes["value"].astype(np.float64),
        float(np.ravel(model._baseline_prediction)[0]),
    )


def forest(model) -> Trees:
    """The arrays of a fitted RandomForestClassifier (the raw prediction is the mean probability of class 1)."""
    parts = [(i, e.tree_) for i, e in enumerate(model.estimators_)]
    value = np.concatenate([t.value[:, 0, 1] / t.value[:, 0].sum(1) for _, t in parts])
    feature = np.concatenate([t.feature for _, t in parts])
    return Trees(
        np.concatenate([np.full(t.node_count, i) for i, t in parts]), np.concatenate([np.arange(t.node_count) for _, t in parts]),
        np.maximum(feature, 0).astype(np.int64), rounded_down(np.concatenate([t.threshold for _, t in parts])),
        np.concatenate([t.children_left for _, t in parts]), np.concatenate([t.children_right for _, t in parts]), feature < 0,
        value / len(parts), 0.0,
    )


def torch_graph(module: nn.Module, inputs: int, state: int, outputs: list[str]) -> onnx.ModelProto:
    """The graph of a module that takes (x, state), or x alone where it keeps no state."""
    example = (torch.zeros(2, inputs), torch.zeros(2, state)) if state else (torch.zeros(2, inputs),)
    names = ["x", "state"][: len(example)]
    buffer = io.BytesIO()
    torch.onnx.export(module, example, buffer, input_names=names, output_names=outputs, opset_version=OPSET,
                      dynamic_axes={name: {0: "B"} for name in names + outputs}, do_constant_folding=True)
    model = onnx.load_from_string(buffer.getvalue())
    for node in model.graph.node:
        node.doc_string = ""
    return model


def append_trees(model: onnx.ModelProto, trees: Trees, source: str, target: str) -> None:
    """A TreeEnsembleRegressor from one tensor of the graph to a new one."""
    leaf = trees.leaf
    model.graph.node.append(helper.make_node(
        "TreeEnsembleRegressor", [source], [target], domain="ai.onnx.ml", name=f"{target}_trees", n_targets=1,
        aggregate_function="SUM", post_transform="NONE", base_values=[float(trees.base)],
        nodes_treeids=trees.tree.tolist(), nodes_nodeids=trees.node.tolist(),
        nodes_featureids=np.where(leaf, 0, trees.feature).tolist(),
        nodes_modes=["LEAF" if is_leaf else "BRANCH_LEQ" for is_leaf in leaf],
        nodes_values=np.where(leaf, 0, trees.threshold).astype(np.float32).tolist(),
        nodes_truenodeids=np.where(leaf, 0, trees.left).tolist(), nodes_falsenodeids=np.where(leaf, 0, trees.right).tolist(),
        nodes_missing_value_tracks_true=[0] * len(leaf),
        target_treeids=trees.tree[leaf].tolist(), target_nodeids=trees.node[leaf].tolist(), target_ids=[0] * int(leaf.sum()),
        target_weights=trees.value[leaf].astype(np.float32).tolist(),
    ))
    if all(o.domain != "ai.onnx.ml" for o in model.opset_import):
        model.opset_import.append(helper.make_opsetid("ai.onnx.ml", ML_OPSET))


def append(model: onnx.ModelProto, operator: str, sources: list[str], target: str, **attributes) -> str:
    model.graph.node.append(helper.make_node(operator, sources, [target], name=target, **attributes))
    return target


def constant(model: onnx.ModelProto, name: str, value: float | np.ndarray) -> str:
    model.graph.initializer.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
    return name


def append_logit(model: onnx.ModelProto, source: str, target: str, floor: float) -> None:
    """log(p / (1 - p)) of a probability kept within [floor, 1 - floor]."""
    low, high, one = (constant(model, f"{target}_{n}", v) for n, v in (("low", floor), ("high", 1 - floor), ("one", 1.0)))
    append(model, "Clip", [source, low, high], f"{target}_p")
    append(model, "Sub", [one, f"{target}_p"], f"{target}_q")
    append(model, "Div", [f"{target}_p", f"{target}_q"], f"{target}_odds")
    # The logarithm of one column would be computed by another routine at the end of a batch (steady.py): a whole vector is computed for each row.
    model.graph.initializer.append(numpy_helper.from_array(np.array([1, VECTOR], np.int64), f"{target}_copies"))
    model.graph.initializer.append(numpy_helper.from_array(np.array([0], np.int64), f"{target}_first"))
    append(model, "Tile", [f"{target}_odds", f"{target}_copies"], f"{target}_filled")
    append(model, "Log", [f"{target}_filled"], f"{target}_logs")
    append(model, "Gather", [f"{target}_logs", f"{target}_first"], target, axis=1)


def append_risk(model: onnx.ModelProto, logits: list[tuple[str, float]], offset: float) -> str:
    """risk = sigmoid(offset + sum of weight * logit): calibration and ensemble in one. Returns the name of its logit."""
    total = constant(model, "risk_offset", offset)
    for i, (source, weight) in enumerate(logits):
        weighted = append(model, "Mul", [source, constant(model, f"risk_weight_{i}", weight)], f"risk_part_{i}")
        total = append(model, "Add", [weighted, total], f"risk_sum_{i}")
    append(model, "Sigmoid", [total], "risk")
    return total


def append_alarm(model: onnx.ModelProto, logit: str, members_state: str, size: int, score: AlarmScore) -> None:
    """The alarm score, and state_out: that of the members, then the level after this step and a 1 for having one.

    There is no logarithm in it (steady.py): the level is a mean of logits, which the graph has.
    """
    for i, name in enumerate(("alarm_level_in", "alarm_seen_in")):
        model.graph.initializer.append(numpy_helper.from_array(np.array([size + i], np.int64), f"{name}_column"))
        append(model, "Gather", ["state", f"{name}_column"], name, axis=1)
    low, high = constant(model, "alarm_least", -LEVEL_LIMIT), constant(model, "alarm_most", LEVEL_LIMIT)
    append(model, "Clip", ["alarm_level_in", low, high], "alarm_level_kept")
    append(model, "Greater", ["alarm_seen_in", constant(model, "alarm_half", 0.5)], "alarm_seen")
    append(model, "Where", ["alarm_seen", "alarm_level_kept", logit], "alarm_level")
    append(model, "Mul", ["alarm_level", constant(model, "alarm_weight", score.level.weight)], "alarm_usual")
    append(model, "Sub", [logit, "alarm_usual"], "alarm_risen")
    append(model, "Mul", ["alarm_risen", constant(model, "alarm_slope", score.slope)], "alarm_scaled")
    append(model, "Add", ["alarm_scaled", constant(model, "alarm_offset", score.offset)], "alarm_logit")
    append(model, "Sigmoid", ["alarm_logit"], "alarm")
    append(model, "Sub", [logit, "alarm_level"], "alarm_above")
    append(model, "Mul", ["alarm_above", constant(model, "alarm_share", score.level.share)], "alarm_moved")
    append(model, "Add", ["alarm_level", "alarm_moved"], "alarm_level_out")
    one = constant(model, "alarm_one", 1.0)
    append(model, "Clip", ["alarm_seen_in", one, one], "alarm_seen_out")
    append(model, "Concat", [members_state, "alarm_level_out", "alarm_seen_out"], "state_out", axis=1)
    model.graph.output.append(helper.make_tensor_value_info("state_out", TensorProto.FLOAT, ["B", size + ALARM_STATE]))


def finish(model: onnx.ModelProto, outputs: list[str], path: Path) -> str:
    """Names the outputs, checks the graph, writes it; returns the sha256 of the file."""
    shaped = {o.name: o for o in model.graph.output}
    del model.graph.output[:]
    for name in outputs:
        model.graph.output.append(shaped.get(name) or helper.make_tensor_value_info(name, TensorProto.FLOAT, ["B", 1]))
    onnx.checker.check_model(model)
    content = model.SerializeToString()
    if len(content) > LARGEST_BYTES:
        raise ValueError(f"{path.name} would have {len(content)} bytes; at most {LARGEST_BYTES} are shipped")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()
