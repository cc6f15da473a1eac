"""Evaluates the few ONNX operators that the exported steps use, where ONNX Runtime for Python is not installed.

It reads the file that ships, so a wrong weight, wiring or constant shows; speed does not matter.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


ELEMENTWISE = {
    "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Max": np.maximum, "MatMul": np.matmul,
    "Exp": np.exp, "Tanh": np.tanh, "Sigmoid": _sigmoid, "Relu": lambda x: np.maximum(x, np.float32(0)),
}


class Session:
    """A loaded model; `run` takes the inputs by name and returns the outputs by name."""

    def __init__(self, path: Path):
        self.graph = onnx.load(str(path)).graph
        self.weights = {i.name: numpy_helper.to_array(i) for i in self.graph.initializer}

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        known = {**self.weights, **inputs}
        for node in self.graph.node:
            given = [known[name] for name in node.input]
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            known.update(zip(node.output, _apply(node.op_type, given, attributes)))
        return {o.name: known[o.name] for o in self.graph.output}


def _apply(operator: str, given: list[np.ndarray], attributes: dict) -> list[np.ndarray]:
    if operator in ELEMENTWISE:
        return [ELEMENTWISE[operator](*given)]
    if operator == "Constant":
        return [numpy_helper.to_array(attributes["value"])]
    if operator == "Gemm":
        return [given[0] @ (given[1].T if attributes.get("transB") else given[1]) + given[2]]
    if operator == "Split":
        return np.split(given[0], np.cumsum(given[1])[:-1], axis=attributes["axis"])
    if operator == "Concat":
        return [np.concatenate(given, axis=attributes["axis"])]
    raise ValueError(f"the exported graph holds the operator {operator}, which this evaluator does not know")
