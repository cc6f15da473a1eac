"""Functions whose bits do not depend on which other rows are in the batch when ONNX Runtime computes them."""

import torch

VECTOR = 16


def log1p(x: torch.Tensor) -> torch.Tensor:
    """log(1 + x).

    ONNX Runtime computes logarithms in vectors of up to 16 floats along the whole array, and what is left over at its end by another routine,
    whose last bit may differ. So a row's bits would depend on where it stands. Rows filled up to a multiple of 16 leave nothing over.
    """
    width = int(x.shape[-1])
    filled = torch.arange(width + -width % VECTOR) % width
    return torch.log1p(x[..., filled])[..., :width]
