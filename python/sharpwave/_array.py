"""Arrays for the engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core


def _regular(name: str, values: Any) -> np.ndarray:
    """`values` as an array, which is no copy of one."""
    try:
        return np.asarray(values)
    except ValueError:
        raise _core.ModelError(f"`{name}`: found rows of several lengths, expected one length") from None


def matrix(name: str, values: Any) -> np.ndarray:
    """A copy of `values` as 32-bit numbers in two dimensions, for the engine."""
    if hasattr(values, "detach"):
        # A tensor of PyTorch: it may have a gradient, lie on a device, or be of a type that NumPy does not know.
        values = values.detach().cpu().float()
    if np.ma.is_masked(values):
        raise _core.ModelError(f"`{name}`: found masked values, expected a number for each; `filled(0)` gives them one")
    array = _regular(name, values)
    if array.ndim != 2:
        raise _core.ModelError(f"`{name}`: found an array of {array.ndim} dimensions, expected 2: a row for each target")
    if array.dtype.kind not in "fiu":
        raise _core.ModelError(f"`{name}`: found an array of {array.dtype}, expected numbers")
    with np.errstate(over="ignore"):
        single = np.array(array, dtype=np.float32, order="C")
    if not np.isfinite(single).all():
        raise _core.ModelError(f"`{name}`: found a value that is not finite in single precision")
    return single


def values(name: str, given: Any, size: Any) -> tuple[np.ndarray, str | None] | None:
    """A copy of values of `size` neurons, and their unit if it is given beside them, `(array, "ms")`. None of what is no array
    and no list of numbers, such as a text or blocks."""
    unit = None
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str) and hasattr(given[0], "__len__"):
        given, unit = given
    if hasattr(given, "detach"):
        given = given.detach().cpu()
    is_list = isinstance(given, (list, tuple)) and len(given) > 0 and all(_is_number(value) for value in given)
    if not is_list and getattr(given, "ndim", 0) == 0:
        return None
    if np.ma.is_masked(given):
        raise _core.ModelError(f"`{name}`: found masked values, expected a number for each neuron")
    array = np.array(given)
    if array.ndim == 2 and array.shape[1] == 2:
        # Blocks: how many neurons, and their value.
        return None
    if array.ndim != 1:
        raise _core.ModelError(f"`{name}`: found an array of {array.ndim} dimensions, expected 1: a value for each neuron")
    if array.dtype.kind not in "fiu":
        raise _core.ModelError(f"`{name}`: found an array of {array.dtype}, expected numbers, in the unit of the parameter")
    # A size may also be a formula.
    if isinstance(size, (int, np.integer)) and len(array) != size:
        raise _core.ModelError(f"`{name}`: found {len(array)} values, expected {size}, one for each neuron")
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise _core.ModelError(f"`{name}`: found a value that is not finite")
    return array, unit


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def is_array(given: Any) -> bool:
    """Whether a value is one for each of many."""
    return isinstance(given, (list, tuple)) or getattr(given, "ndim", 0) > 0


def numbers(name: str, given: Any, n: int | None, *, whole: bool = False) -> np.ndarray:
    """A copy of `given` as flat numbers, `n` of them if that is known; `whole` ones are not negative."""
    if hasattr(given, "detach"):
        given = given.detach().cpu()
    if np.ma.is_masked(given):
        raise _core.ModelError(f"`{name}`: found masked values, expected a number for each")
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str):
        raise _core.ModelError(f"`{name}`: found a unit beside an array, {given[1]!r}, expected the array alone, in the unit that is said")
    array = _regular(name, given)
    if array.ndim != 1:
        raise _core.ModelError(f"`{name}`: found an array of {array.ndim} dimensions, expected 1")
    if len(array) and array.dtype.kind not in ("iu" if whole else "fiu"):
        raise _core.ModelError(f"`{name}`: found an array of {array.dtype}, expected {'whole numbers' if whole else 'numbers'}")
    if n is not None and len(array) != n:
        raise _core.ModelError(f"`{name}`: found {len(array)} values, expected {n}, one for each synapse")
    if whole:
        if len(array) and array.min() < 0:
            raise _core.ModelError(f"`{name}`: found {array.min()}, expected neurons counted from 0")
        return array.astype(np.int64)
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise _core.ModelError(f"`{name}`: found a value that is not finite")
    return array


def spikes(t: Any, i: Any, size: int, stop_ms: float) -> tuple[np.ndarray, np.ndarray]:
    """Times and neurons of spikes that a user gives: flat, of one length, sorted by time, of `size` neurons, from 0 up to `stop_ms`."""
    for name, given in (("t", t), ("i", i)):
        if np.ma.is_masked(given):
            raise _core.ModelError(f"`{name}`: found masked values, expected one for each spike; `compressed()` leaves them out")
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
    if len(times) and not (times[0] >= 0 and times[-1] < stop_ms):
        at = times[0] if times[0] < 0 else times[-1]
        raise _core.ModelError(f"`t`: found a spike at {at:.15g} ms, expected them from 0 up to `stop_ms`, which is {stop_ms:.15g} ms")
    outside = np.flatnonzero((neurons < 0) | (neurons >= size))
    if len(outside):
        raise _core.ModelError(f"`i`: found neuron {neurons[outside[0]]}, expected those of {size}, counted from 0")
    return times, neurons.astype(np.uint32, copy=False)
