"""Quantities of time and rate: as in model files, or plain numbers in milliseconds or hertz."""

from __future__ import annotations

import math
import re
from typing import Mapping

from ._core import ModelError

_MS = {"ps": 1e-9, "ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6}
_HZ = {"Hz": 1.0, "kHz": 1e3}
_FORM = re.compile(r"\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*([a-zA-Zµ]+)\s*\Z")


def ms(name: str, value: float | str) -> float:
    """`value` in milliseconds: a number of them, or a text such as "10 ms" or "2 s"."""
    return _number(name, value, _MS, "a time", "10 ms", "milliseconds")


def hz(name: str, value: float | str) -> float:
    """`value` in hertz: a number of them, or a text such as "8 kHz"."""
    return _number(name, value, _HZ, "a rate", "8 kHz", "hertz")


def _number(name: str, value: float | str, scale: Mapping[str, float], what: str, such: str, plain: str) -> float:
    if isinstance(value, str):
        found = _FORM.match(value)
        if found is None or found[2] not in scale:
            units = ", ".join(f"`{unit}`" for unit in scale)
            raise ModelError(f"`{name}`: found {value!r}, expected {what} with its unit\n  help: units: {units}")
        try:
            value = float(found[1]) * scale[found[2]]
        except ValueError:
            raise ModelError(f"`{name}`: found {value!r}, expected {what} such as \"{such}\"") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)) and not hasattr(value, "__float__"):
        raise ModelError(f"`{name}`: found {value!r}, expected {what} such as \"{such}\", or a number of {plain}")
    value = float(value)
    if not math.isfinite(value):
        raise ModelError(f"`{name}`: found {value!r}, expected a finite {what.split()[1]}")
    return value
