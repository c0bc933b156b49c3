"""Quantities of time: as in model files, or plain numbers in milliseconds."""

from __future__ import annotations

import math
import re

from ._core import ModelError

_MS = {"ps": 1e-9, "ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6}
_FORM = re.compile(r"\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*([a-zµ]+)\s*\Z")


def ms(name: str, value: float | str) -> float:
    """`value` in milliseconds: a number of them, or a text such as "10 ms" or "2 s"."""
    if isinstance(value, str):
        found = _FORM.match(value)
        if found is None or found[2] not in _MS:
            units = ", ".join(f"`{unit}`" for unit in _MS)
            raise ModelError(f"`{name}`: found {value!r}, expected a time with its unit\n  help: units: {units}")
        try:
            value = float(found[1]) * _MS[found[2]]
        except ValueError:
            raise ModelError(f"`{name}`: found {value!r}, expected a time such as \"10 ms\"") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)) and not hasattr(value, "__float__"):
        raise ModelError(f"`{name}`: found {value!r}, expected a time such as \"10 ms\", or a number of milliseconds")
    value = float(value)
    if not math.isfinite(value):
        raise ModelError(f"`{name}`: found {value!r}, expected a finite time")
    return value
