"""Arrays for the engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core


def matrix(name: str, values: Any) -> np.ndarray:
    """A copy of `values` as 32-bit numbers in two dimensions, for the engine."""
    if hasattr(values, "detach"):
        # A tensor of PyTorch: it may have a gradient, lie on a device, or be of a type that NumPy does not know.
        values = values.detach().cpu().float()
    if np.ma.is_masked(values):
        raise _core.ModelError(f"`{name}`: found masked values, expected a number for each; `filled(0)` gives them one")
    try:
        array = np.asarray(values)
    except ValueError:
        raise _core.ModelError(f"`{name}`: found rows of several lengths, expected one length") from None
    if array.ndim != 2:
        raise _core.ModelError(f"`{name}`: found an array of {array.ndim} dimensions, expected 2: a row for each target")
    if array.dtype.kind not in "fiu":
        raise _core.ModelError(f"`{name}`: found an array of {array.dtype}, expected numbers")
    with np.errstate(over="ignore"):
        single = np.array(array, dtype=np.float32, order="C")
    if not np.isfinite(single).all():
        raise _core.ModelError(f"`{name}`: found a value that is not finite in single precision")
    return single


def spikes(t: Any, i: Any, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Times and neurons of spikes that a user gives: flat, of one length, sorted by time, of `size` neurons."""
    if not 0 <= size < 2**32:
        raise _core.ModelError(f"`size`: found {size}, expected a number of neurons from 0 to {2**32 - 1}")
    times, neurons = np.asarray(t), np.asarray(i)
    for name, array, kinds, what in (("t", times, "fiu", "numbers"), ("i", neurons, "iu", "whole numbers")):
        if array.ndim != 1:
            raise _core.ModelError(f"`{name}`: found an array of {array.ndim} dimensions, expected 1: an entry for each spike")
        # Nothing has no type.
        if array.dtype.kind not in kinds and len(array):
            raise _core.ModelError(f"`{name}`: found an array of {array.dtype}, expected {what}")
    if len(times) != len(neurons):
        raise _core.ModelError(f"`i`: found {len(neurons)} neurons, expected {len(times)}, one for each time")
    times = times.astype(np.float64, copy=False)
    if not np.isfinite(times).all():
        raise _core.ModelError("`t`: found a time that is not finite")
    falls = np.flatnonzero(np.diff(times) < 0)
    if len(falls):
        at = int(falls[0])
        raise _core.ModelError(
            f"`t`: found {times[at + 1]:g} ms after {times[at]:g} ms, expected times that ascend\n"
            "  help: `order = numpy.argsort(t, kind=\"stable\")`, then `t[order]` and `i[order]`"
        )
    outside = np.flatnonzero((neurons < 0) | (neurons >= size))
    if len(outside):
        raise _core.ModelError(f"`i`: found neuron {neurons[outside[0]]}, expected those of {size}, counted from 0")
    return times, neurons.astype(np.uint32, copy=False)
