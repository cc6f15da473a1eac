"""Writes a served step as ONNX, with constant float32 weights, and checks the file before it is believed."""

import hashlib
import io
from pathlib import Path

import onnx
import torch
from torch import nn

OPSET = 17
SCORE_LIMIT = 60.0


def export_step(step: nn.Module, state_size: int, inputs: int, path: Path) -> str:
    """Exports a GruStep or LogisticStep; returns the sha256 of the file."""
    if not state_size:
        return _export(step, (torch.zeros(2, inputs),), ["x"], ["risk"], path)
    bound = step.score_bound()
    if bound > SCORE_LIMIT:
        raise ValueError(f"attention scores may reach {bound:.0f}; beyond {SCORE_LIMIT:.0f} their exponential can vanish in float32")
    example = (torch.zeros(2, inputs), torch.zeros(2, state_size))
    return _export(step, example, ["x", "state"], ["risk", "state_out", "attention"], path)


def _export(module: nn.Module, example: tuple, inputs: list[str], outputs: list[str], path: Path) -> str:
    buffer = io.BytesIO()
    torch.onnx.export(
        module, example, buffer, input_names=inputs, output_names=outputs, opset_version=OPSET,
        dynamic_axes={name: {0: "B"} for name in inputs + outputs}, do_constant_folding=True,
    )
    model = onnx.load_from_string(buffer.getvalue())
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = model.SerializeToString()
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()
