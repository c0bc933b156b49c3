"""Arrays for the engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core


def matrix(name: str, values: Any) -> np.ndarray:
    """`values` as 32-bit numbers in two dimensions, for the engine."""
    if hasattr(values, "detach"):
        # A tensor of PyTorch: it may have a gradient, lie on a device, or be of a type that NumPy does not know.
        values = values.detach().cpu().float()
    try:
        array = np.asarray(values)
    except ValueError:
        raise _core.ModelError(f"`{name}`: found rows of several lengths, expected one length") from None
    if array.ndim != 2:
        raise _core.ModelError(f"`{name}`: found an array of {array.ndim} dimensions, expected 2: a row for each target")
    if array.dtype.kind not in "fiu":
        raise _core.ModelError(f"`{name}`: found an array of {array.dtype}, expected numbers")
    if not np.isfinite(array).all():
        raise _core.ModelError(f"`{name}`: found a value that is not finite")
    return np.ascontiguousarray(array, dtype=np.float32)
