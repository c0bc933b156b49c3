"""The spikes of a population: two flat arrays."""

from __future__ import annotations

import operator
from typing import Any, Iterable, Iterator

import numpy as np

from ._array import spikes
from ._core import ModelError, RecordingError
from ._unit import ms, whole


#: Picoseconds, the clock's ticks, in a millisecond.
PS_PER_MS = 1e9

#: The last double before the clock's end of 2**63 ps.
_LAST = 2.0**63 - 1024


def _ticks(times_ms: Any) -> Any:
    """Times in whole picoseconds: what lies on the border of a bin is told exactly."""
    ticks = np.rint(np.asarray(times_ms, dtype=np.float64) * PS_PER_MS)
    # What no clock reaches is at its end, but for what a double does not tell from it.
    return np.clip(ticks, -_LAST, _LAST).astype(np.int64)


class Spikes:
    """Spikes of one population, sorted by time: `t` in ms and `i`, the neurons. `t, i = spikes` takes both.

    They are all that there were of `recorded` of its `size` neurons, `neurons`, from `start_ms` up to `stop_ms`.
    """

    start_ms: float
    stop_ms: float

    def __init__(self, population: str, size: int, t: Any, i: Any, stop_ms: float | str) -> None:
        self.start_ms, self.stop_ms = 0.0, ms("stop_ms", stop_ms)
        if self.stop_ms < 0:
            raise ModelError(f"`stop_ms`: found {stop_ms!r}, expected a time that is not negative")
        size = whole("size", size, 0, 2**32 - 1)
        self.t, self.i = spikes(t, i, size, self.stop_ms)
        self.population = population
        self.size = self.recorded = size
        self.neurons = np.arange(size, dtype=np.uint32)

    @classmethod
    def _known(
        cls, population: str, size: int, recorded: int, t: np.ndarray, i: np.ndarray, stop_ms: float, neurons: np.ndarray
    ) -> "Spikes":
        """Of arrays that need no look at each spike."""
        known = cls.__new__(cls)
        known.population, known.size, known.recorded, known.t, known.i = population, size, recorded, t, i
        known.start_ms, known.stop_ms, known.neurons = 0.0, stop_ms, neurons
        return known

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter((self.t, self.i))

    def __len__(self) -> int:
        return len(self.t)

    def __repr__(self) -> str:
        of = "" if self.recorded == self.size else f"{self.recorded} of "
        return f"<{len(self)} spikes of {of}{self.size} neurons of {self.population!r} in {self.stop_ms - self.start_ms:g} ms>"

    def between(self, start: float | str, stop: float | str) -> "Spikes":
        """Those from `start` up to `stop`, views of the same arrays; rates and trains of theirs are of that stretch."""
        first, last = ms("start", start), ms("stop", stop)
        within = self._within(_ticks(first), _ticks(last))
        within.start_ms = max(first, self.start_ms)
        within.stop_ms = max(within.start_ms, min(last, self.stop_ms))
        return within

    def _within(self, start: int, stop: int) -> "Spikes":
        """Those from picosecond `start` up to picosecond `stop`."""
        # Times are whole picoseconds but for their rounding.
        first, last = np.searchsorted(self.t, (np.array([start, stop]) - 0.5) / PS_PER_MS)
        of = self.population, self.size, self.recorded
        return Spikes._known(*of, self.t[first:last], self.i[first:last], self.stop_ms, self.neurons)

    def _check(self, neuron: Any) -> int:
        """`neuron` as a number of one of them."""
        try:
            number = operator.index(neuron)
        except TypeError:
            raise RecordingError(f"neuron {neuron!r} of {self.population!r}: expected a whole number") from None
        if not 0 <= number < self.size:
            raise RecordingError(f"neuron {number} of {self.population!r}: found {self.size} neurons, counted from 0")
        if len(self.neurons) < self.size and number not in self.neurons:
            raise RecordingError(
                f"neuron {number} of {self.population!r}: its spikes were not recorded, expected one of `neurons`, "
                f"{len(self.neurons)} of {self.size}"
            )
        return number

    def of(self, neuron: int) -> np.ndarray:
        """The times of one neuron, in ms."""
        times: np.ndarray = self.t[self.i == self._check(neuron)]
        return times

    def trains(self, neurons: Iterable[int] | None = None) -> list[np.ndarray]:
        """The times of each recorded neuron, or of `neurons`, in ms."""
        order = np.argsort(self.i, kind="stable")
        ends = np.searchsorted(self.i[order], np.arange(self.size + 1))
        times = self.t[order]
        wanted = self.neurons if neurons is None else [self._check(neuron) for neuron in neurons]
        return [times[ends[neuron] : ends[neuron + 1]] for neuron in wanted]

    def _bins(self, bin: float | str, start: float | str | None, stop: float | str | None) -> tuple[int, int, int, int]:
        """Width, first and last instant in picoseconds, and the number of bins, of which the last may be shorter."""
        width = int(_ticks(ms("bin", bin)))
        first = int(_ticks(self.start_ms if start is None else ms("start", start)))
        last = int(_ticks(self.stop_ms if stop is None else ms("stop", stop)))
        if width <= 0:
            raise RecordingError(f"`bin`: found {bin!r}, expected a picosecond at least")
        bounds = int(_ticks(self.start_ms)), int(_ticks(self.stop_ms))
        for name, given, at in (("start", start, first), ("stop", stop, last)):
            # Where nothing was seen there is no rate, not one of 0.
            if given is not None and not bounds[0] <= at <= bounds[1]:
                seen = f"{self.start_ms:g} to {self.stop_ms:g} ms"
                raise RecordingError(f"`{name}`: found {given!r}, expected a time within what was recorded, {seen}")
        return width, first, last, max(0, -((first - last) // width))

    def rate(
        self, bin: float | str = "10 ms", start: float | str | None = None, stop: float | str | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mean rate of a recorded neuron: starts of the bins in ms, and Hz. The last bin may be shorter than `bin` and counts so."""
        width, first, last, n = self._bins(bin, start, stop)
        if n == 0 or self.recorded == 0:
            return np.empty(0), np.empty(0)
        edges = np.append(first + width * np.arange(n), last)
        # Bins hold their start, not their end.
        counts = np.diff(np.searchsorted(self.t, (edges - 0.5) / PS_PER_MS))
        return edges[:-1] / PS_PER_MS, counts / self.recorded / np.diff(edges) * PS_PER_MS * 1e3

    def dense(
        self, bin: float | str = "1 ms", start: float | str | None = None, stop: float | str | None = None
    ) -> np.ndarray:
        """Counts per bin and recorded neuron, time first, as snnTorch has its tensors: `torch.from_numpy(spikes.dense())`."""
        width, first, last, n = self._bins(bin, start, stop)
        counts = np.zeros((n, len(self.neurons)), dtype=np.float32)
        inside = self._within(first, last)
        np.add.at(counts, ((_ticks(inside.t) - first) // width, self._rows(inside.i)), 1)
        return counts

    def _rows(self, neurons: np.ndarray) -> np.ndarray:
        """Which of the recorded neurons these are."""
        rows: np.ndarray = np.searchsorted(self.neurons, neurons)
        return rows

    def to_pandas(self) -> Any:
        """A DataFrame of `time_ms` and `neuron`; needs pandas."""
        import pandas

        return pandas.DataFrame({"time_ms": self.t, "neuron": self.i}, copy=False)

    def to_neo(self, neurons: Iterable[int] | None = None) -> list[Any]:
        """A neo.SpikeTrain for each recorded neuron, or for `neurons`: what Elephant takes; needs neo. Takes a millisecond each."""
        import neo
        import quantities as pq

        wanted = self.neurons.tolist() if neurons is None else list(neurons)
        start, stop = self.start_ms * pq.ms, self.stop_ms * pq.ms
        return [
            neo.SpikeTrain(train * pq.ms, t_start=start, t_stop=stop, name=f"{self.population} {neuron}")
            for neuron, train in zip(wanted, self.trains(wanted))
        ]

    def to_pynapple(self, neurons: Iterable[int] | None = None) -> Any:
        """A pynapple.TsGroup of the recorded neurons, in seconds; needs pynapple. Takes a millisecond for each neuron."""
        import pynapple as nap

        wanted = self.neurons.tolist() if neurons is None else list(neurons)
        support = nap.IntervalSet(start=self.start_ms / 1e3, end=self.stop_ms / 1e3)
        trains = self.trains(wanted)
        return nap.TsGroup({n: nap.Ts(t=train / 1e3) for n, train in zip(wanted, trains)}, time_support=support)
