"""Evaluates the ONNX operators that the exported models use, where ONNX Runtime for Python is not installed.

It reads the file that ships, so a wrong weight, wiring or constant shows; speed does not matter.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from .export import Trees


def _sigmoid(x: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


ELEMENTWISE = {
    "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Max": np.maximum, "Min": np.minimum, "MatMul": np.matmul,
    "Exp": np.exp, "Log": np.log, "Tanh": np.tanh, "Sigmoid": _sigmoid, "Relu": lambda x: np.maximum(x, np.float32(0)), "Abs": np.abs,
    "Neg": np.negative, "Round": np.rint, "Sign": np.sign, "Sqrt": np.sqrt, "Pow": np.power, "Greater": np.greater, "Less": np.less, "Equal": np.equal,
    "GreaterOrEqual": np.greater_equal, "Not": np.logical_not, "And": np.logical_and, "Where": np.where, "Identity": lambda x: x,
}
REDUCTIONS = {"ReduceMin": np.min, "ReduceMax": np.max, "ReduceMean": np.mean, "ReduceSum": np.sum}


class Session:
    """A loaded model; `run` takes the inputs by name and returns the outputs by name."""

    def __init__(self, path: Path):
        self.graph = onnx.load(str(path)).graph
        self.weights = {i.name: numpy_helper.to_array(i) for i in self.graph.initializer}
        self.attributes = [{a.name: onnx.helper.get_attribute_value(a) for a in n.attribute} for n in self.graph.node]
        self.trees = {i: _trees(self.attributes[i]) for i, n in enumerate(self.graph.node) if n.op_type == "TreeEnsembleRegressor"}

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        known = {**self.weights, **inputs}
        for i, node in enumerate(self.graph.node):
            given = [known[name] if name else None for name in node.input]
            if i in self.trees:
                known[node.output[0]] = self.trees[i].raw(given[0])[:, None]
            else:
                known.update(zip(node.output, _apply(node.op_type, given, self.attributes[i])))
        return {o.name: known[o.name] for o in self.graph.output}


def _trees(attributes: dict) -> Trees:
    tree, node = np.array(attributes["nodes_treeids"]), np.array(attributes["nodes_nodeids"])
    leaf = np.array([m == b"LEAF" for m in attributes["nodes_modes"]])
    value = np.zeros(len(tree))
    place = {key: i for i, key in enumerate(zip(tree.tolist(), node.tolist()))}
    for t, n, w in zip(attributes["target_treeids"], attributes["target_nodeids"], attributes["target_weights"]):
        value[place[t, n]] = w
    return Trees(tree, node, np.array(attributes["nodes_featureids"]), np.array(attributes["nodes_values"], np.float32),
                 np.array(attributes["nodes_truenodeids"]), np.array(attributes["nodes_falsenodeids"]), leaf, value,
                 attributes["base_values"][0])


def _apply(operator: str, given: list[np.ndarray], attributes: dict) -> list[np.ndarray]:
    if operator in ELEMENTWISE:
        return [ELEMENTWISE[operator](*given)]
    if operator in REDUCTIONS:
        axes = tuple(given[1].tolist()) if len(given) > 1 else tuple(attributes["axes"])
        return [REDUCTIONS[operator](given[0], axis=axes, keepdims=bool(attributes.get("keepdims", 1)))]
    simple = SHAPING.get(operator)
    if simple is None:
        raise ValueError(f"the exported graph holds the operator {operator}, which this evaluator does not know")
    return simple(given, attributes)


def _constant(given, attributes):
    return [numpy_helper.to_array(attributes["value"])]


def _gemm(given, attributes):
    left = given[0].T if attributes.get("transA") else given[0]
    right = given[1].T if attributes.get("transB") else given[1]
    return [left @ right + (given[2] if len(given) > 2 else np.float32(0))]


def _split(given, attributes):
    return np.split(given[0], np.cumsum(given[1])[:-1], axis=attributes["axis"])


def _slice(given, attributes):
    data, starts, ends, axes = given[0], given[1], given[2], given[3] if len(given) > 3 else range(len(given[1]))
    steps = given[4] if len(given) > 4 else [1] * len(starts)
    cut = [slice(None)] * data.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps):
        cut[axis] = slice(int(start), int(end), int(step))
    return [data[tuple(cut)]]


def _clip(given, attributes):
    low = given[1] if len(given) > 1 and given[1] is not None else -np.inf
    high = given[2] if len(given) > 2 and given[2] is not None else np.inf
    return [np.clip(given[0], low, high).astype(given[0].dtype)]


def _reshape(given, attributes):
    shape = [given[0].shape[i] if n == 0 else n for i, n in enumerate(given[1].tolist())]
    return [given[0].reshape(shape)]


def _cast(given, attributes):
    return [given[0].astype(onnx.mapping.TENSOR_TYPE_TO_NP_TYPE[attributes["to"]])]


def _expand(given, attributes):
    return [given[0] * np.ones(given[1], given[0].dtype)]


def _softmax(given, attributes):
    shifted = np.exp(given[0] - given[0].max(axis=attributes["axis"], keepdims=True))
    return [shifted / shifted.sum(axis=attributes["axis"], keepdims=True)]


def _layer_norm(given, attributes):
    centred = given[0] - given[0].mean(-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(attributes.get("epsilon", 1e-5)))
    return [centred / spread * given[1] + given[2]]


SHAPING = {
    "Constant": _constant, "Gemm": _gemm, "Split": _split, "Slice": _slice, "Clip": _clip, "Reshape": _reshape, "Cast": _cast,
    "Expand": _expand, "Softmax": _softmax, "LayerNormalization": _layer_norm,
    "Concat": lambda given, attributes: [np.concatenate([np.atleast_1d(g) for g in given], axis=attributes["axis"])],
    "Gather": lambda given, attributes: [np.take(given[0], given[1], axis=attributes.get("axis", 0))],
    "Tile": lambda given, attributes: [np.tile(given[0], given[1])],
    "Transpose": lambda given, attributes: [np.transpose(given[0], attributes["perm"])],
    "Shape": lambda given, attributes: [np.array(given[0].shape, np.int64)],
    "Unsqueeze": lambda given, attributes: [np.expand_dims(given[0], tuple(given[1].tolist()))],
    "Squeeze": lambda given, attributes: [np.squeeze(given[0], tuple(given[1].tolist()))],
    "ConstantOfShape": lambda given, attributes: [np.full(given[0], numpy_helper.to_array(attributes["value"])[0])],
}
