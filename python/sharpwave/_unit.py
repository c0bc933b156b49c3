"""Quantities of time and rate: as in model files, or plain numbers in milliseconds or hertz."""

from __future__ import annotations

import math
import operator
import re
from typing import Any, Mapping

from ._core import ModelError

_MS = {"ps": 1e-9, "ns": 1e-6, "us": 1e-3, "µs": 1e-3, "\u03bcs": 1e-3, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6}
_HZ = {"mHz": 1e-3, "Hz": 1.0, "kHz": 1e3, "MHz": 1e6}
# As the engine has it.
_MOST_THREADS = 1024
_FORM = re.compile(r"\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*([a-zA-Zµ\u03bc]+)\s*\Z")


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
    try:
        value = float(value)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise ModelError(f"`{name}`: found {value!r}, expected a finite {what.split()[1]}")
    return value


def threads(value: Any) -> int | None:
    """A number of threads; None is one per core."""
    return None if value is None else whole("threads", value, 1, _MOST_THREADS, ", or None for one per core")


def whole(name: str, value: Any, least: int, most: int, other: str = "") -> int:
    """`value` as a whole number within bounds, which it may be beside what `other` says."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or not least <= number <= most:
        raise ModelError(f"`{name}`: found {_short(value)}, expected a whole number from {least} to {most}{other}")
    return number


def _short(value: Any) -> str:
    """`value` as a message shows it."""
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
