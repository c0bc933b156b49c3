"""Networks built in Python: each is a model file, piece by piece."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Union

import numpy as np

from . import _core, _files
from ._array import is_array as _is_array
from ._array import matrix as _matrix
from ._array import numbers as _numbers
from ._array import values as _values
from ._unit import ms

if TYPE_CHECKING:
    from pathlib import Path

    from ._run import Run
    from ._simulation import Simulation


def normal(mean: Any, sd: Any, low: Any = None, high: Any = None) -> dict[str, Any]:
    """A value that is drawn from a normal distribution, within bounds if there are any."""
    return _drawn("normal", mean=mean, sd=sd, low=low, high=high)


def uniform(low: Any, high: Any) -> dict[str, Any]:
    """A value that is drawn evenly between two."""
    return _drawn("uniform", low=low, high=high)


def lognormal(mean: Any, sd: Any, low: Any = None, high: Any = None) -> dict[str, Any]:
    """A value that is drawn from a log-normal distribution with this mean and standard deviation."""
    return _drawn("log_normal", mean=mean, sd=sd, low=low, high=high)


def exponential(mean: Any, low: Any = None, high: Any = None, *, offset: Any = None) -> dict[str, Any]:
    """A value that is drawn from an exponential distribution of this mean, and `offset` more, which its mean then is too; what
    lies outside `low` and `high` is drawn anew, by which the mean moves."""
    return _drawn("exponential", mean=mean, offset=offset, low=low, high=high)


def _drawn(distribution: str, **values: Any) -> dict[str, Any]:
    given = {key: value for key, value in values.items() if value is not None}
    return {"distribution": distribution, **given}


class Population(str):
    """The name of a population of a network: what `project` and `stimulate` take."""

    size: int


Names = Union[str, Iterable[str]]


def _target(target: Names) -> Any:
    if isinstance(target, str):
        return str(target)
    names = [str(name) for name in target]
    return names[0] if len(names) == 1 else names


def _plain(value: Any) -> Any:
    """`value` as JSON has it; NumPy's numbers and arrays too."""
    if isinstance(value, Mapping):
        return {str(key): _plain(of) for key, of in value.items()}
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(of) for of in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and -(2**63) <= value < 2**63 or isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, (int, float)):
        raise _core.ModelError(f"found {value}, expected a finite number, a whole one within 64 bits")
    raise _core.ModelError(f"found {value!r}, expected what a model file can hold: text, a number, a list, a dictionary")


def _read(path: "Path") -> str:
    """The text of a model file."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise _core.ModelError(f"`{path}`: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise _core.ModelError(f"`{path}`: found bytes that are no text in UTF-8, at byte {error.start}") from None


def _toml(document: Mapping[str, Any]) -> str:
    import json

    return _core.to_toml(json.dumps(_plain(document)))


def _with_files(document: Mapping[str, Any], named: Mapping[_files.Place, Any]) -> dict[str, Any]:
    """A document in which arrays are in these files."""
    import copy

    changed = copy.deepcopy(dict(document))
    for place, path in named.items():
        _files.table_at(changed, place)["file"] = str(path)
    return changed


class Network:
    """A network, in the words of a model file.

        net = sw.Network(seed=1)
        e = net.population("e", 800, "lif", tau_m="20 ms", v_th="15 mV")
        net.project(e, e, rule="fixed_in_degree", in_degree=80, weight="0.1 mV", delay="1.5 ms")
        net.stimulate(e, "poisson", rate="8 kHz", weight="0.1 mV")
        run = net.run("500 ms")

    `toml()` is the model file; `Network.read` is the way back. Values have units, as in model files; what is wrong with
    them is said when the network is checked, run or saved.
    """

    def __init__(self, seed: int = 1) -> None:
        from pathlib import Path

        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**63:
            raise _core.ModelError(f"`seed`: found {seed!r}, expected a whole number from 0 to {2**63 - 1}")
        self.document: dict[str, Any] = {"schema": 1, "experiment": "network", "seed": _plain(seed)}
        # Matrices and values of neurons that were given here, by where the document has the name of their file.
        self._arrays: dict[_files.Place, _files.Held] = {}
        # Where relative paths of the document start.
        self._folder = Path.cwd()
        # Where arrays lie that are run from here, once they do.
        self._kept: Path | None = None

    @classmethod
    def read(cls, model: str | os.PathLike[str]) -> "Network":
        """The network of a model file, or of one that comes with the package."""
        import json
        from pathlib import Path

        from ._model import folder_of, model_file

        path = Path(model)
        if path.is_file():
            text, folder = _read(path), path.resolve().parent
        elif path.is_dir():
            raise _core.ModelError(f"`{path}`: found a folder, expected a model file (TOML)")
        else:
            text = model_file(path.stem if path.suffix == ".toml" else str(model))
            folder = folder_of(text)
        try:
            document = json.loads(_core.from_toml(text))
        except _core.ModelError as error:
            raise _core.ModelError(f"`{model}`: {error}") from None
        found = document.get("experiment")
        if found != "network":
            raise _core.ModelError(f"`{model}`: found `experiment = {json.dumps(found)}`, expected `\"network\"`")
        network = cls()
        network.document, network._folder = document, folder
        return network

    def runnable(self, matrices: "Path | None" = None) -> tuple[str, Path]:
        """The text of a model file that runs now, and the folder in which relative paths of it start: arrays that were given here
        are written to the folder `matrices`, or to one that goes with this network."""
        given = self._given()
        if not given:
            return self.toml(), self._folder
        if matrices is None:
            matrices = self._kept = self._kept or self._keep()
        else:
            matrices.mkdir(parents=True, exist_ok=True)
        named = {place: matrices.resolve() / _files.name_of(place) for place in given}
        for place, path in named.items():
            _files.write(path, given[place])
        return _toml(_with_files(self.document, named)), self._folder

    def _given(self) -> dict[_files.Place, _files.Held]:
        """The arrays whose files the document still names."""
        tables = {place: _files.table_at(self.document, place) or {} for place in self._arrays}
        return {place: array for place, array in self._arrays.items() if tables[place].get("file") == _files.name_of(place)}

    def __getstate__(self) -> dict[str, Any]:
        """What a copy has of it, and a pickle: not the folder, which goes with this one."""
        return {**self.__dict__, "_kept": None}

    def _keep(self) -> "Path":
        """A folder that lasts as long as this network."""
        import shutil
        import tempfile
        import weakref
        from pathlib import Path

        folder = tempfile.mkdtemp(prefix="sharpwave-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)

    def section(self, kind: str, name: str, /, **keys: Any) -> None:
        """Adds the table `[kind.name]`: whatever model files know, such as `section("stage", "N3", ...)`."""
        known = self.document.setdefault(kind, {})
        if name in known:
            raise _core.ModelError(f"{kind} `{name}` is there already")
        known[name] = {key: _plain(value) for key, value in keys.items() if value is not None}

    def set(self, **keys: Any) -> None:
        """Gives keys of the document values: `set(duration="2 s")`, `set(engine={"lanes": 2})`; None takes one away."""
        for key, value in keys.items():
            if value is None:
                self.document.pop(key, None)
            else:
                self.document[key] = _plain(value)

    def population(self, name: str, size: int, neuron: str | None = None, *, like: str | None = None, **parameters: Any) -> Population:
        """Adds `size` neurons of the model `neuron`, or with the parameters of the population `like`.

        An array gives each neuron its own value of a parameter, in the unit that `describe` shows or in that beside it:
        `tau_m=(array, "ms")`; so it does in `initial`. It is copied, and has a file as a matrix has, MODEL.NAME.KEY.npy.
        """
        like = None if like is None else str(like)
        given: dict[_files.Place, np.ndarray] = {}
        parameters = self._values(("population", str(name)), parameters, size, given)
        if isinstance(initial := parameters.get("initial"), Mapping):
            parameters["initial"] = self._values(("population", str(name), "initial"), initial, size, given)
        self.section("population", name, like=like, neuron=neuron, size=size, **parameters)
        self._arrays.update(given)
        population = Population(name)
        population.size = size
        return population

    @staticmethod
    def _values(
        table: _files.Place, keys: Mapping[str, Any], size: Any, given: dict[_files.Place, np.ndarray]
    ) -> dict[str, Any]:
        """The keys of a table in which arrays are names of files; the arrays are added to `given`."""
        named = dict(keys)
        for key, value in keys.items():
            place = (*table, key)
            if (own := _values(".".join(place), value, size)) is not None:
                given[place], unit = own
                named[key] = {"file": _files.name_of(place), **({"unit": unit} if unit else {})}
        return named

    def project(self, source: str, target: Names, *, name: str | None = None, delay: Any = None, **keys: Any) -> str:
        """Adds a projection, called SOURCE_TARGET unless named; `delay` is its `axonal_delay`. Gives the name."""
        onto = _target(target)
        if name is None:
            name = f"{source}_{onto if isinstance(onto, str) else '_'.join(onto)}"
        if delay is not None:
            if "axonal_delay" in keys:
                raise _core.ModelError("`delay`: found beside `axonal_delay`, which it is, expected one or the other")
            keys["axonal_delay"] = delay
        self.section("projection", name, source=str(source), target=onto, **keys)
        return name

    def matrix(
        self, source: str, target: str, weights: Any, *, gain: Any, name: str | None = None, delay: Any = None, **keys: Any
    ) -> str:
        """Adds every source onto every target: `weights` has a row for each target, such as a layer's `weight` in PyTorch.

        A weight of 1 adds `gain`. The weights are copied. A model file that is saved has them in a file beside it, MODEL.NAME.npz;
        a run into the folder OUT in the folder OUT.matrices, by which it can be resumed. Gives the name.
        """
        array = _matrix("weights", weights)
        if name is None:
            name = f"{source}_{target}"
        place = ("projection", str(name))
        keys.update(rule="weights", file=_files.name_of(place), layer=1, gain=gain)
        self.project(source, target, name=name, delay=delay, **keys)
        self._arrays[place] = array
        return name

    def connect(
        self,
        source: str,
        target: str,
        pre: Any,
        post: Any,
        *,
        weight: Any,
        delay: Any = None,
        name: str | None = None,
        **keys: Any,
    ) -> str:
        """Adds given synapses, from the neurons `pre` onto the neurons `post`, which are arrays of one length.

        `weight` and `delay` are one for all, "0.5 mV" and "1.5 ms", or arrays: weights in mV or pA, as the targets have them, and
        delays in ms, to which a `dendritic_delay` adds either way. They are copied, and have a file as a matrix has, MODEL.NAME.npz.
        Gives the name.
        """
        if name is None:
            name = f"{source}_{target}"
        held: dict[str, np.ndarray] = {}
        for key, given, column in (("pre", pre, "row"), ("post", post, "col")):
            held[column] = _numbers(key, given, None, whole=True)
        n = len(held["row"])
        if len(held["col"]) != n:
            raise _core.ModelError(f"`post`: found {len(held['col'])} neurons, expected {n}, one for each of `pre`")
        place = ("projection", str(name))
        keys.update(rule="from_file", file=_files.name_of(place))
        if _is_array(weight):
            held["data"] = _numbers("weight", weight, n)
        else:
            keys["weight"] = weight
        if _is_array(delay):
            held["delay"] = _numbers("delay", delay, n)
            if keys.get("axonal_delay") is not None:
                raise _core.ModelError("`delay`: found beside `axonal_delay`, expected one or the other")
            behind = keys.get("dendritic_delay")
            if behind is not None:
                # Delays of a file are whole ones.
                if isinstance(behind, Mapping):
                    raise _core.ModelError("`dendritic_delay`: found one that is drawn, expected a time beside an array of delays")
                held["delay"] = held["delay"] + ms("dendritic_delay", behind)
            delay = None
        held["format"] = np.array(b"coo")
        self.project(source, target, name=name, delay=delay, **keys)
        self._arrays[place] = held
        return name

    def spikes(self, target: str, t: Any, i: Any = None, *, weight: Any, name: str | None = None, **keys: Any) -> str:
        """Adds given spikes: at the times `t`, in ms from when the stimulus is switched on, onto the neurons `i`; in any order.

        `t` may also be the spikes of a run, `run.spikes["e"]`. They are copied, and have a file as a matrix has, MODEL.NAME.csv.
        Gives the name.
        """
        if i is None:
            try:
                t, i = t
            except (TypeError, ValueError):
                raise _core.ModelError("`i`: found none, expected a neuron for each time, or `t` to be the spikes of a run") from None
        times, neurons = _numbers("t", t, None), _numbers("i", i, None, whole=True)
        if len(neurons) != len(times):
            raise _core.ModelError(f"`i`: found {len(neurons)} neurons, expected {len(times)}, one for each time")
        if len(times) and times.min() < 0:
            raise _core.ModelError(f"`t`: found {times.min():g} ms, expected times from 0 on")
        order = np.lexsort((neurons, times))
        if name is None:
            name = f"spikes_{target}"
        place = ("stimulus", str(name))
        self.stimulate(target, "spikes", name=name, weight=weight, file=_files.name_of(place), **keys)
        self._arrays[place] = {"time_ms": times[order], "neuron": neurons[order]}
        return name

    def stimulate(self, target: Names, kind: str, *, name: str | None = None, **keys: Any) -> str:
        """Adds a stimulus of this kind onto populations, called KIND_TARGET unless named. Gives the name."""
        onto = _target(target)
        if name is None:
            name = f"{kind}_{onto if isinstance(onto, str) else '_'.join(onto)}"
        self.section("stimulus", name, kind=kind, target=onto, **keys)
        return name

    def poisson(self, target: Names, rate: Any, weight: Any, **keys: Any) -> str:
        """Adds Poisson spikes, of its own for each neuron. Gives the name."""
        return self.stimulate(target, "poisson", rate=rate, weight=weight, **keys)

    def stage(self, name: str, /, **keys: Any) -> None:
        """Adds a stage: what changes in it, as in `stage("N3", factor={"population.e.b": 2.0})`."""
        self.section("stage", name, **keys)

    def bout(self, duration: Any, *, stage: str | None = None, **keys: Any) -> None:
        """Adds a bout behind the others, which run one after the other, in a stage if it is in one."""
        bout = {"stage": stage, "duration": duration, **keys}
        self.document.setdefault("bout", []).append(_plain({k: v for k, v in bout.items() if v is not None}))

    def record(
        self, spikes: Names | Mapping[str, Any] | Iterable[str | Mapping[str, Any]] | None = None, **keys: Any
    ) -> None:
        """Says what is recorded: the spikes of these populations, and whatever `[record]` knows.

        Of a large population some neurons: `spikes=["i", {"population": "e", "neurons": [3, 7]}]`. Said again, spikes and states
        come to those that are recorded already; anything else is there once.
        """
        record = self.document.setdefault("record", {})
        if spikes is not None:
            one = isinstance(spikes, (str, Mapping))
            more = [_plain(entry) if isinstance(entry, Mapping) else str(entry) for entry in ([spikes] if one else spikes)]
            known = record.get("spikes", [])
            # A model file may have one by itself.
            known = record["spikes"] = list(known) if isinstance(known, list) else [known]
            known.extend(entry for entry in more if entry not in known)
        for key, value in keys.items():
            given = _plain(value)
            if key == "states" and "states" in record:
                known, given = (
                    entry if isinstance(entry, list) else [entry] for entry in (record["states"], given)
                )
                given = known + [entry for entry in given if entry not in known]
            elif key in record and record[key] != given:
                raise _core.ModelError(f"`record.{key}`: found {given!r}, but it is {record[key]!r} already")
            record[key] = given

    def toml(self) -> str:
        """The text of the model file."""
        return _toml(self.document)

    def save(self, path: str | os.PathLike[str], duration: Any = None) -> None:
        """Writes the model file, which `sharpwave run` takes, and the arrays beside it; a wrong one is refused.

        With a `duration` it is what `run` would run for it. Relative paths of files that are there name the same files from
        the model file's folder.
        """
        from pathlib import Path

        if duration is not None:
            return self._for(duration, None).save(path)
        runnable, folder = self.runnable()
        _core.Model.parse(str(path), runnable, folder, [], None)
        target = Path(path)
        # Other models in the folder may have arrays of the same name.
        given = self._given()
        named = {place: f"{target.stem}.{_files.name_of(place)}" for place in given}
        beside = target.parent.resolve()
        document = self.document if beside == folder else _files.moved(self.document, folder, beside)
        text = _toml(_with_files(document, named))
        if target.is_dir():
            raise _core.ModelError(f"`{target}`: found a folder, expected the name of a model file")
        part = target.with_name(target.name + ".part")
        try:
            for place, file in named.items():
                _files.write(target.with_name(file), given[place])
            part.write_text(text, encoding="utf-8")
            os.replace(part, target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _core.ModelError(f"`{target}`: cannot be written: {error.strerror}") from None

    def _for(self, duration: Any, record: Names | None) -> "Network":
        """A copy that runs for `duration` and records these populations; all, if nothing is said anywhere."""
        import copy

        network = Network()
        network.document = copy.deepcopy(self.document)
        network._arrays, network._folder = dict(self._arrays), self._folder
        if duration is not None:
            if not isinstance(duration, str):
                # As `Simulation.run` takes it.
                duration = f"{ms('duration', duration)!r} ms"
            for other in ("bout", "hypnogram"):
                if other in network.document:
                    raise _core.ModelError(
                        f"`duration`: found {duration!r} beside what `{other}` says of how long it runs, expected one or the other\n"
                        f"  help: without a duration it runs through them; `del net.document[{other!r}]` leaves them out"
                    )
            network.set(duration=duration)
        if record is not None:
            network.record(record)
        elif "spikes" not in network.document.get("record", {}):
            network.record(list(network.document.get("population", {})))
        return network

    def check(self, duration: Any = None) -> dict[str, Any]:
        """What it resolves to and will take, as `sharpwave.check`; with a `duration`, what `run` would run for it."""
        from ._model import check

        return check(self if duration is None else self._for(duration, None))

    def run(self, duration: Any = None, *, record: Names | None = None, **options: Any) -> "Run":
        """Runs it for `duration`, in ms or with a unit, or through its bouts or hypnogram, as `sharpwave.run`; the spikes of all
        populations are recorded unless said."""
        from ._run import run

        return run(self._for(duration, record), **options)

    def simulation(self, *, changing: Iterable[str] = (), threads: int | None = None) -> "Simulation":
        """It, to be run step by step: see `sharpwave.Simulation`."""
        from ._simulation import Simulation

        return Simulation(self, changing=changing, threads=threads)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Network):
            return False
        ours, theirs = self._given(), other._given()
        if ours.keys() != theirs.keys() or any(not _files.alike(held, theirs[place]) for place, held in ours.items()):
            return False
        return bool(_plain(self.document) == _plain(other.document))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        parts = [f"{len(self.document.get(kind, {}))} {kind}s" for kind in ("population", "projection")]
        return f"<network of {' and '.join(parts)}, seed {self.document['seed']}>"

