"""Figures of a run: small ones for notebooks, and into matplotlib axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._unit import ms

if TYPE_CHECKING:
    from pathlib import Path

    from ._run import Run

# Neurons of each population and spikes in all that a small raster shows: what one can tell apart.
_NEURONS = 50
_SPIKES = 2_000
# Colours that people with any colour vision tell apart (Okabe and Ito 2008).
_COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]


def thumbnail(run: "Run", names: list[str]) -> str:
    """A small raster as SVG: the first neurons of each of these populations."""
    from html import escape

    if not names or run.stop_ms <= 0:
        return ""
    width, height = 480, 120
    # So long that there are few enough spikes; what it leaves out is said.
    places = {name: run.spikes[name]._rows(run.spikes[name].i) for name in names}
    shown = {name: places[name] < _NEURONS for name in names}
    rows = sum(min(_NEURONS, len(run.spikes[name].neurons)) for name in names)
    total = sum(int(mask.sum()) for mask in shown.values())
    stop = run.stop_ms * min(1.0, _SPIKES / total) if total else run.stop_ms
    paths, row = [], 0
    for number, name in enumerate(names):
        spikes = run.spikes[name]
        mask = shown[name] & (spikes.t < stop)
        x = spikes.t[mask] / stop * width
        y = (row + places[name][mask] + 0.5) / rows * height
        dots = "".join(f"M{a:.1f} {b:.1f}h1" for a, b in zip(x, y))
        colour = _COLOURS[number % len(_COLOURS)]
        paths.append(f'<path d="{dots}" stroke="{colour}" stroke-width="1.5"><title>{escape(name)}</title></path>')
        row += min(_NEURONS, len(spikes.neurons))
    text = f"first {_NEURONS} recorded neurons of each population, 0 to {stop:.4g} ms"
    return (
        f'<figure><svg width="{width}" height="{height}" role="img" aria-label="raster, {text}" '
        f'style="background:#fff">{"".join(paths)}</svg><figcaption>{text}</figcaption></figure>'
    )


class Figure:
    """A figure that the program drew: its file is `path`, and notebooks show it."""

    def __init__(self, path: "Path") -> None:
        self.path = path
        # Files of a run that has no folder of its own go with it.
        self._content = path.read_bytes()

    def _repr_svg_(self) -> str | None:
        return self._content.decode() if self.path.suffix == ".svg" else None

    def _repr_png_(self) -> bytes | None:
        return self._content if self.path.suffix == ".png" else None

    def __repr__(self) -> str:
        return f"<figure {self.path.name}>"


def draw(run: "Run", what: str, ax: Any, **options: Any) -> Any:
    """The program's own figure `what`, if there is one and nothing else is asked for, or `what` of `run` drawn into `ax`."""
    kinds = {"raster": _raster, "rates": _rates}
    own = {path.stem: path for path in run.figures}
    if ax is None and not options and what in own:
        return Figure(own[what])
    if what not in kinds:
        known = ", ".join(f'"{name}"' for name in [*kinds, *(name for name in own if name not in kinds)])
        raise _core.RecordingError(f"`plot`: found {what!r}, expected one of {known}")
    if ax is None or ax is True:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots()
    kinds[what](run, ax, **options)
    ax.set_xlabel("time (ms)")
    return ax


def _named(populations: Any) -> Any:
    """Names of populations; one by itself is a list of it."""
    return [populations] if isinstance(populations, str) else populations


def _raster(run: "Run", ax: Any, neurons: int = 100, start: Any = 0.0, stop: Any = None, populations: Any = None) -> None:
    last = run.stop_ms if stop is None else ms("stop", stop)
    ticks, labels, row = [], [], 0
    for number, name in enumerate(_named(populations) or run.spikes):
        spikes = run.spikes[name].between(start, last)
        places = spikes._rows(spikes.i)
        mask = places < neurons
        ax.plot(spikes.t[mask], row + places[mask], ".", markersize=2, color=_COLOURS[number % len(_COLOURS)])
        rows = min(neurons, len(spikes.neurons))
        ticks.append(row + rows / 2)
        labels.append(name)
        row += rows
    ax.set_yticks(ticks, labels)
    ax.set_xlim(ms("start", start), last)
    ax.set_ylim(-0.5, max(row, 1) - 0.5)


def _rates(run: "Run", ax: Any, bin: Any = "10 ms", start: Any = None, stop: Any = None, populations: Any = None) -> None:
    for number, name in enumerate(_named(populations) or run.spikes):
        time, rate = run.spikes[name].rate(bin, start, stop)
        ax.step(time, rate, where="post", label=name, color=_COLOURS[number % len(_COLOURS)])
    ax.set_ylabel("rate (Hz)")
    ax.set_ylim(bottom=0)
    ax.legend()
