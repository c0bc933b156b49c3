"""Networks step by step: a controller of one's own acts between steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Mapping

import numpy as np

from . import _core
from ._model import read
from ._array import matrix
from ._table import Table
from ._unit import hz, ms

if TYPE_CHECKING:
    from ._model import AnyModel


class Simulation:
    """A network that is run step by step, and acted upon between steps.

        sim = sw.Simulation("up_down_states", changing=["population.e.b"])
        while sim.now < 1000:
            spikes = sim.run("10 ms")
            if len(spikes["e"][0]) > 100:
                sim.alter("population.e.b", factor=1.2)

    The bouts of the model begin at their instants; the last one goes on for as long as it is run. Without `changing` and
    acts it gives the bits of a run, on any number of threads and however it is cut into steps. `changing` lists what `alter`
    may change beside what the model's stages do; it is part of the network, as neurons that may change share less work, and
    so other noise, with others.
    """

    def __init__(
        self,
        model: "AnyModel",
        *,
        seed: int | None = None,
        set: Mapping[str, Any] | None = None,
        changing: Iterable[str] = (),
        threads: int | None = None,
        **keys: Any,
    ) -> None:
        from ._network import Network

        if isinstance(model, Network):
            # How long the first bout would be does not matter here.
            model = model._for(None, None)
            if "bout" not in model.document:
                model.document.setdefault("duration", "1 s")
        known = read(model, seed, None, set, None, keys)
        self._core = _core.Simulation(known, list(changing), threads)

    @property
    def now(self) -> float:
        """The end of the last step, in ms."""
        return self._core.now_ms

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

    def run(self, duration: float | str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Runs on for `duration`, in ms or with a unit. Gives the spikes of each population: times in ms, and neurons.

        Ctrl-C ends a step early; `take_spikes` has what came until then, and `run` goes on from there.
        """
        length = duration if type(duration) is float else ms("duration", duration)
        return self._core.run(length)

    def take_spikes(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """The spikes of a step that was interrupted."""
        return self._core.take_spikes()

    def sample(self, population: str, variable: str, neurons: int | Iterable[int]) -> np.ndarray:
        """Values of a variable of neurons, now, in the unit that `describe` shows."""
        each = [neurons] if isinstance(neurons, int) else list(neurons)
        return self._core.sample(population, variable, each)

    def switch(self, stimulus: str, on: bool) -> None:
        """Switches a stimulus on or off."""
        self._core.switch(stimulus, on)

    def set_rate(self, stimulus: str, rate: float | str) -> None:
        """Gives Poisson noise another rate onto each neuron: "8 kHz", or a number of hertz."""
        self._core.set_rate(stimulus, hz("rate", rate))

    def set_learning(self, projection: str, on: bool) -> None:
        """Lets the synapses of a projection learn, or not, until the next bout."""
        self._core.set_learning(projection, on)

    def alter(self, path: str, *, factor: float | None = None, offset: str | None = None, value: str | None = None) -> None:
        """Changes a number of the network until the next bout: to `factor` times what was declared, by `offset`, or to `value`.

        The path must be among `changing`, or be changed by a stage of the model.
        """
        if value is not None:
            if factor is not None or offset is not None:
                raise _core.ModelError("`alter`: found `value` beside `factor` or `offset`, expected one or the other")
            return self._core.alter(path, 0.0, str(value))
        if factor is None and offset is None:
            raise _core.ModelError("`alter`: found nothing, expected `factor`, `offset` or `value`")
        self._core.alter(path, 1.0 if factor is None else factor, "" if offset is None else str(offset))

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
        """The synapses of a sparse projection that learns: `source`, `target`, `delay_ms`, `weight`."""
        return Table(self._core.synapses(projection), name=projection)

    def take_stimulation(self) -> tuple[list[Any], list[Any]]:
        """What triggers found, (trigger, event ms, told ms), and pulses, (stimulus, event ms, time ms, delivered), since the last call."""
        return self._core.take_stimulation()

    def save(self) -> bytes:
        """The whole state."""
        return self._core.save()

    def load(self, state: bytes) -> None:
        """Goes to a state that `save` gave in the same bout, of this simulation or of an equal one."""
        self._core.load(state)

    def __repr__(self) -> str:
        return f"<simulation of {', '.join(self.populations)} at {self.now:g} ms>"
