"""Networks step by step: a controller of one's own acts between steps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping

import numpy as np

from . import _core
from ._model import read
from ._array import matrix
from ._table import Table
from ._unit import hz, ms, threads as _threads

if TYPE_CHECKING:
    from ._model import AnyModel


#: A picosecond, the clock's tick.
_TICK_MS = 1e-9

Arrays = dict[str, tuple[np.ndarray, np.ndarray]]


class Simulation:
    """A network that is run step by step, and acted upon between steps.

        sim = sw.Simulation("up_down_states", changing=["population.e.b"])
        while sim.now < 1000:
            spikes = sim.run("10 ms")
            if len(spikes["e"][0]) > 100:
                sim.alter("population.e.b", factor=1.2)

    Or others watch, while it runs: `sim.on_trigger("up", act)`, `sim.run("1 s", step="1 ms")`.

    The bouts of the model begin at their instants; the last one goes on for as long as it is run, or until its `until` ends it:
    `is_over` says so, and nothing runs any more. Without `changing` and
    acts it gives the bits of a run, on any number of threads and however it is cut into steps. `changing` lists what `alter`
    may change beside what the model's stages do; it is part of the network, as neurons that may change share less work, and
    so other noise, with others. `[guard]` guards runs; here whoever steps looks.
    """

    def __init__(
        self,
        model: "AnyModel",
        *,
        seed: int | None = None,
        set: Mapping[str, Any] | None = None,
        changing: str | Iterable[str] = (),
        threads: int | None = None,
        **keys: Any,
    ) -> None:
        from ._network import Network

        if isinstance(model, Network):
            # How long the first bout would be does not matter here.
            model = model._for(None, None)
            if not {"bout", "hypnogram"} & model.document.keys():
                model.document.setdefault("duration", "1 s")
        known = read(model, seed, None, set, None, keys)
        paths = [changing] if isinstance(changing, str) else list(changing)
        self._core = _core.Simulation(known, paths, _threads(threads))
        # What is called after each step, and what has come that nobody took: spikes, and events of triggers and pulses.
        self._on_spikes: list[tuple[str, Callable[..., Any]]] = []
        self._on_events: list[tuple[int, str, Callable[..., Any]]] = []
        self._spikes: list[Arrays] = []
        self._events: tuple[list[Any], list[Any]] = ([], [])
        self._is_running = False

    @property
    def now(self) -> float:
        """The end of the last step, in ms."""
        return self._core.now_ms

    @property
    def is_over(self) -> bool:
        """Whether the last bout has ended before the time asked for, as its `until` says."""
        return self._core.is_over

    @property
    def populations(self) -> list[str]:
        return self._core.populations

    @property
    def counts(self) -> dict[str, int]:
        """Spikes of each population since the beginning."""
        return self._core.counts()

    @property
    def fingerprint(self) -> str:
        """Hash of all spikes so far, as in run files."""
        return self._core.fingerprint

    def run(self, duration: float | str, *, step: float | str | None = None) -> Arrays:
        """Runs on for `duration`, in ms or with a unit. Gives the spikes of each population: times in ms, and neurons.

        What `on_spikes`, `on_trigger` and `on_pulse` were given is called at the end, or after each `step`.

        Ctrl-C, or what a callback raises, ends it early; `take_spikes` has what came until then, and `run` goes on from there.
        """
        length = duration if type(duration) is float else ms("duration", duration)
        if 0 < length < 0.5 * _TICK_MS:
            raise _core.ModelError(f"`duration`: found {duration!r}, expected a picosecond at least, or 0")
        if step is None and not self._on_spikes and not self._on_events and not self._spikes:
            return self._core.run(length)
        pace = length if step is None else ms("step", step)
        if step is not None and pace < _TICK_MS:
            raise _core.ModelError(f"`step`: found {step!r}, expected a time above 0, a picosecond at least")
        if self._is_running:
            raise _core.ModelError("`run`: called from what `run` calls, expected that to return first")
        self._is_running = True
        try:
            start = self.now
            n = max(1, math.ceil(length / pace - 1e-9)) if pace > 0 else 1
            for number in range(1, n + 1):
                # From the start on, so that roundings do not add up.
                until = start + (length if number == n else number * pace)
                found = self._core.run(until - self.now if n > 1 else length)
                self._spikes.append(found)
                self._call(found)
                if self.is_over:
                    break
        finally:
            self._is_running = False
        return self.take_spikes()

    def take_spikes(self) -> Arrays:
        """The spikes of a step that was interrupted."""
        parts, self._spikes = [*self._spikes, self._core.take_spikes()], []
        if len(parts) == 1:
            return parts[0]
        return {name: (np.concatenate([p[name][0] for p in parts]), np.concatenate([p[name][1] for p in parts])) for name in parts[0]}

    def _call(self, found: Arrays) -> None:
        """Tells everyone what has come."""
        for population, act in self._on_spikes:
            t, neurons = found[population]
            if len(t):
                act(t, neurons)
        if not self._on_events:
            return
        events = self._hold_events()
        for kind, name, act in self._on_events:
            for event in events[kind]:
                if event[0] == name:
                    act(*event[1:])

    def _hold_events(self) -> tuple[list[Any], list[Any]]:
        """Events of triggers and pulses that have come since, which `take_stimulation` will give."""
        found, sent = self._core.take_stimulation()
        self._events[0].extend(found)
        self._events[1].extend(sent)
        return found, sent

    def on_spikes(self, population: str, act: Callable[[np.ndarray, np.ndarray], Any]) -> None:
        """Has `act(t, neurons)` called after each step in which `population` spiked: times in ms, and neurons."""
        self._known("population", population, self.populations)
        _callable(act)
        self._on_spikes.append((str(population), act))

    def on_trigger(self, trigger: str, act: Callable[[float, float], Any]) -> None:
        """Has `act(event_ms, told_ms)` called after each step for whatever `trigger` found in it: when it was, and when it
        could be told."""
        self._known("trigger", trigger, self._core.triggers)
        _callable(act)
        self._on_events.append((0, str(trigger), act))

    def on_pulse(self, stimulus: str, act: Callable[[float, float, bool], Any]) -> None:
        """Has `act(event_ms, time_ms, delivered)` called after each step for each pulse of `stimulus` in it."""
        self._known("stimulus that comes in pulses", stimulus, self._core.pulsed)
        _callable(act)
        self._on_events.append((1, str(stimulus), act))

    def _known(self, what: str, name: str, known: list[str]) -> None:
        if str(name) not in known:
            there = ", ".join(f"`{one}`" for one in known) or "none"
            raise _core.ModelError(f"no {what} is called {str(name)!r}\n  help: there are {there}")

    def sample(self, population: str, variable: str, neurons: int | Iterable[int]) -> np.ndarray:
        """Values of a variable of neurons, now, in the unit that `describe` shows."""
        given: Any = neurons
        is_one = isinstance(given, str) or not hasattr(given, "__iter__") or getattr(given, "ndim", 1) == 0
        each: list[Any] = [given] if is_one else list(given)
        for neuron in each:
            if isinstance(neuron, (bool, np.bool_)) or not isinstance(neuron, (int, np.integer)) or neuron < 0:
                raise _core.ModelError(f"`sample`: found neuron {neuron!r}, expected a whole number, counted from 0, or a list of such")
        return self._core.sample(population, variable, [min(int(neuron), 2**32 - 1) for neuron in each])

    def switch(self, stimulus: str, on: bool) -> None:
        """Switches a stimulus on or off."""
        self._core.switch(stimulus, on)

    def set_rate(self, stimulus: str, rate: float | str) -> None:
        """Gives Poisson noise another rate onto each neuron: "8 kHz", or a number of hertz.

        It has this rate from now on, in later bouts too, and whatever altered it until now is over; what alters it later goes by it.
        A stimulus that goes up and down, with an `oscillation` or as a `rhythm`, is altered: `alter("stimulus.NAME.rate", ...)`.
        """
        self._core.set_rate(stimulus, hz("rate", rate))

    def set_learning(self, projection: str, on: bool) -> None:
        """Lets the synapses of a projection learn, or not, until the next bout.

        As `synapses`, on the clock of the targets' somata: where there is a dendritic delay, a synapse learns of what it meets
        one such delay later.
        """
        self._core.set_learning(projection, on)

    def alter(self, path: str, *, factor: float | None = None, offset: str | None = None, value: str | None = None) -> None:
        """Changes a number of the network until the next bout: to `factor` times what was declared, by `offset`, or to `value`.

        What neurons or synapses share without being built for a change must be among `changing`, or be changed by a stage of the
        model: an error says so.
        """
        if value is not None and (factor is not None or offset is not None):
            raise _core.ModelError("`alter`: found `value` beside `factor` or `offset`, expected one or the other")
        if value is None and factor is None and offset is None:
            raise _core.ModelError("`alter`: found nothing, expected `factor`, `offset` or `value`")
        self.apply(
            factor=None if factor is None else {path: factor},
            offset=None if offset is None else {path: offset},
            value=None if value is None else {path: value},
        )

    def apply(
        self,
        *,
        factor: Mapping[str, float] | None = None,
        offset: Mapping[str, str] | None = None,
        value: Mapping[str, str | float] | None = None,
    ) -> None:
        """Changes numbers of the network by their paths as a stage's tables do, all at this instant, until the next bout.

        They may change as in `alter`. Nothing changes if one cannot."""
        factors, offsets, values = dict(factor or {}), dict(offset or {}), dict(value or {})
        if both := sorted(set(values) & (set(factors) | set(offsets))):
            raise _core.ModelError(f"`apply`: found `{both[0]}` in `value` and in `factor` or `offset`, expected one or the other")
        for path, to in [*values.items(), *offsets.items()]:
            # Nothing is what says that there is no offset.
            if not str(to).strip():
                raise _core.ModelError(f"`{path}`: found {to!r}, expected a number, with its unit if it has one")
        changes = [(path, 0.0, str(to)) for path, to in values.items()]
        for path in dict.fromkeys([*factors, *offsets]):
            changes.append((path, float(factors.get(path, 1.0)), str(offsets.get(path, ""))))
        if not changes:
            raise _core.ModelError("`apply`: found nothing, expected `factor`, `offset` or `value`")
        self._core.alter(changes)

    def release(self, modulator: str, amount: float) -> None:
        """Releases so much of a modulator."""
        self._core.release(modulator, amount)

    def modulator(self, name: str) -> float:
        """The level of a modulator, now."""
        return self._core.modulator(name)

    def pulse(self, stimulus: str) -> None:
        """Sets off a pulse of a stimulus that comes in pulses."""
        self._core.pulse(stimulus)

    def weights(self, projection: str) -> np.ndarray:
        """The matrix of a dense projection, a row for each target."""
        return self._core.weights(projection)

    def set_weights(self, projection: str, weights: np.ndarray) -> None:
        """Gives a dense projection other weights."""
        self._core.set_weights(projection, matrix("weights", weights))

    def synapses(self, projection: str) -> Table:
        """The synapses of a sparse projection that learns: `source`, `target`, `delay_ms`, `weight`.

        Weights are those of what arrives at the targets' somata now: where there is a dendritic delay, what happens at a synapse
        shows in them one such delay later.
        """
        return Table(self._core.synapses(projection), name=projection)

    def take_stimulation(self) -> tuple[list[Any], list[Any]]:
        """What triggers found, (trigger, event ms, told ms), and pulses, (stimulus, event ms, time ms, delivered), since the last call."""
        self._hold_events()
        taken, self._events = self._events, ([], [])
        return taken

    def save(self) -> bytes:
        """The whole state."""
        return self._core.save()

    def load(self, state: bytes) -> None:
        """Goes to a state that `save` gave, of this simulation or of one of the same model; others are refused, and nothing
        changes."""
        self._core.load(bytes(state))
        # What had come before belongs to another course.
        self._spikes, self._events = [], ([], [])

    def __repr__(self) -> str:
        return f"<simulation of {', '.join(self.populations)} at {self.now:g} ms>"


def _callable(act: Any) -> None:
    """Refuses what cannot be called."""
    if not callable(act):
        raise _core.ModelError(f"`act`: found {act!r}, expected a function")
