"""The spikes of a population: two flat arrays."""

from __future__ import annotations

import operator
from typing import Any, Iterable, Iterator

import numpy as np

from ._array import spikes
from ._core import RecordingError
from ._unit import ms


#: Picoseconds, the clock's ticks, in a millisecond.
PS_PER_MS = 1e9


def _ticks(times_ms: Any) -> Any:
    """Times in whole picoseconds: what lies on the border of a bin is told exactly."""
    ticks = np.rint(np.asarray(times_ms, dtype=np.float64) * PS_PER_MS)
    # What no clock reaches is at its end.
    return np.clip(ticks, -(2.0**62), 2.0**62).astype(np.int64)


class Spikes:
    """Spikes of one population, sorted by time: `t` in ms and `i`, the neurons. `t, i = spikes` takes both."""

    def __init__(self, population: str, size: int, t: Any, i: Any, stop_ms: float | str) -> None:
        self.t, self.i = spikes(t, i, size)
        self.population = population
        self.size = size
        self.stop_ms = ms("stop_ms", stop_ms)

    @classmethod
    def _known(cls, population: str, size: int, t: np.ndarray, i: np.ndarray, stop_ms: float) -> "Spikes":
        """Of arrays that need no look at each spike."""
        known = cls.__new__(cls)
        known.population, known.size, known.t, known.i, known.stop_ms = population, size, t, i, stop_ms
        return known

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter((self.t, self.i))

    def __len__(self) -> int:
        return len(self.t)

    def __repr__(self) -> str:
        return f"<{len(self)} spikes of {self.size} neurons of {self.population!r} in {self.stop_ms:g} ms>"

    def between(self, start: float | str, stop: float | str) -> "Spikes":
        """Those from `start` up to `stop`, views of the same arrays."""
        return self._within(_ticks(ms("start", start)), _ticks(ms("stop", stop)))

    def _within(self, start: int, stop: int) -> "Spikes":
        """Those from picosecond `start` up to picosecond `stop`."""
        # Times are whole picoseconds but for their rounding.
        first, last = np.searchsorted(self.t, (np.array([start, stop]) - 0.5) / PS_PER_MS)
        return Spikes._known(self.population, self.size, self.t[first:last], self.i[first:last], self.stop_ms)

    def _check(self, neuron: Any) -> int:
        """`neuron` as a number of one of them."""
        try:
            number = operator.index(neuron)
        except TypeError:
            raise RecordingError(f"neuron {neuron!r} of {self.population!r}: expected a whole number") from None
        if not 0 <= number < self.size:
            raise RecordingError(f"neuron {number} of {self.population!r}: found {self.size} neurons, counted from 0")
        return number

    def of(self, neuron: int) -> np.ndarray:
        """The times of one neuron, in ms."""
        times: np.ndarray = self.t[self.i == self._check(neuron)]
        return times

    def trains(self, neurons: Iterable[int] | None = None) -> list[np.ndarray]:
        """The times of each neuron, or of `neurons`, in ms."""
        order = np.argsort(self.i, kind="stable")
        ends = np.searchsorted(self.i[order], np.arange(self.size + 1))
        times = self.t[order]
        wanted = range(self.size) if neurons is None else [self._check(neuron) for neuron in neurons]
        return [times[ends[neuron] : ends[neuron + 1]] for neuron in wanted]

    def _bins(self, bin: float | str, start: float | str, stop: float | str | None) -> tuple[int, int, int, int]:
        """Width, first and last instant in picoseconds, and the number of bins, of which the last may be shorter."""
        width, first = int(_ticks(ms("bin", bin))), int(_ticks(ms("start", start)))
        last = int(_ticks(self.stop_ms if stop is None else ms("stop", stop)))
        if width <= 0:
            raise RecordingError(f"`bin`: found {bin!r}, expected a picosecond at least")
        return width, first, last, max(0, -((first - last) // width))

    def rate(self, bin: float | str = "10 ms", start: float | str = 0.0, stop: float | str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Mean rate of a neuron: starts of the bins in ms, and Hz. The last bin may be shorter than `bin` and counts so."""
        width, first, last, n = self._bins(bin, start, stop)
        if n == 0 or self.size == 0:
            return np.empty(0), np.empty(0)
        edges = np.minimum(first + width * np.arange(n + 1), last)
        # Bins hold their start, not their end.
        counts = np.diff(np.searchsorted(self.t, (edges - 0.5) / PS_PER_MS))
        return edges[:-1] / PS_PER_MS, counts / self.size / np.diff(edges) * PS_PER_MS * 1e3

    def dense(self, bin: float | str = "1 ms", start: float | str = 0.0, stop: float | str | None = None) -> np.ndarray:
        """Counts per bin and neuron, time first, as snnTorch has its tensors: `torch.from_numpy(spikes.dense())`."""
        width, first, last, n = self._bins(bin, start, stop)
        counts = np.zeros((n, self.size), dtype=np.float32)
        inside = self._within(first, last)
        np.add.at(counts, ((_ticks(inside.t) - first) // width, inside.i), 1)
        return counts

    def to_pandas(self) -> Any:
        """A DataFrame of `time_ms` and `neuron`; needs pandas."""
        import pandas

        return pandas.DataFrame({"time_ms": self.t, "neuron": self.i}, copy=False)

    def to_neo(self, neurons: Iterable[int] | None = None) -> list[Any]:
        """A neo.SpikeTrain for each neuron, or for `neurons`: what Elephant takes; needs neo. Takes a millisecond each."""
        import neo
        import quantities as pq

        wanted = list(range(self.size) if neurons is None else neurons)
        stop = self.stop_ms
        return [
            neo.SpikeTrain(train * pq.ms, t_stop=stop * pq.ms, name=f"{self.population} {neuron}")
            for neuron, train in zip(wanted, self.trains(wanted))
        ]

    def to_pynapple(self, neurons: Iterable[int] | None = None) -> Any:
        """A pynapple.TsGroup, in seconds; needs pynapple. Takes a millisecond for each neuron."""
        import pynapple as nap

        wanted = list(range(self.size) if neurons is None else neurons)
        support = nap.IntervalSet(start=0.0, end=self.stop_ms / 1e3)
        trains = self.trains(wanted)
        return nap.TsGroup({n: nap.Ts(t=train / 1e3) for n, train in zip(wanted, trains)}, time_support=support)
