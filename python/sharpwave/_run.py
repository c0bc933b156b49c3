"""Runs, and what they left."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping, Sequence, TypeVar, Union

import numpy as np

from . import _core, _plot
from ._core import RecordingError
from ._model import read, sets
from ._progress import Callback, watcher
from ._spikes import Spikes
from ._table import Table
from ._unit import ms, threads as _threads, whole

if TYPE_CHECKING:
    from pathlib import Path

    from ._model import AnyModel

T = TypeVar("T")

PathLike = Union[str, "os.PathLike[str]"]


class _Lazy(Mapping[str, T]):
    """Values by name, each read when it is first asked for and kept."""

    def __init__(self, what: str, names: Sequence[str], read: Callable[[str], T]) -> None:
        self._what, self._names, self._read = what, list(names), read
        self._kept: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            known = ", ".join(self._names) or "none"
            raise KeyError(f"no {self._what} of {name!r} in this run; there are {known}")
        if name not in self._kept:
            self._kept[name] = self._read(name)
        return self._kept[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def is_read(self, name: str) -> bool:
        return name in self._kept

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<{self._what} of {', '.join(self._names) or 'nothing'}>"


class Weights:
    """Snapshots of the weights of one projection: `moments` says when, `[k]`, `["after sleep 1"]` and iteration read one.

    Of a dense projection a snapshot is a matrix with a row for each target; of a sparse one a Table of its synapses.
    """

    def __init__(self, file: _core.Recording, projection: str, is_dense: bool) -> None:
        self.projection = projection
        self.is_dense = is_dense
        self._file = file
        labels, times = zip(*moments) if (moments := file.moments(projection)) else ((), ())
        self.moments = Table({"label": list(labels), "time_ms": np.array(times, dtype=float)})

    def __len__(self) -> int:
        return self.moments.n_rows

    def __getitem__(self, number: int | str) -> Any:
        if isinstance(number, str):
            labels = list(self.moments["label"])
            if number not in labels:
                known = ", ".join(repr(label) for label in labels) or "none"
                raise KeyError(f"snapshot {number!r} of {self.projection!r}: there are {known}")
            number = labels.index(number)
        at = number + len(self) if number < 0 else number
        if not 0 <= at < len(self):
            raise IndexError(f"snapshot {number} of {self.projection!r}: there are {len(self)}")
        if self.is_dense:
            return self._file.matrix(self.projection, at)
        return Table(self._file.synapses(self.projection, at), name=self.projection)

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(len(self)))

    def __repr__(self) -> str:
        kind = "matrix" if self.is_dense else "synapses"
        return f"<{len(self)} snapshots of the {kind} of {self.projection!r}>"


class States:
    """Sampled states of a population: `t` in ms, `values` with a row for each sample and a column for each of `neurons`."""

    def __init__(self, report: tuple[str, str, str, np.ndarray, float], file: _core.Recording) -> None:
        self.report, self.variable, self.unit, self.neurons, self.every_ms = report
        first, every, self.values = file.states(self.report)
        self.t = first + every * np.arange(len(self.values))

    def to_xarray(self) -> Any:
        """An xarray.DataArray of `time_ms` and `neuron`; needs xarray."""
        import xarray

        where = {"time_ms": self.t, "neuron": self.neurons}
        return xarray.DataArray(self.values, where, ("time_ms", "neuron"), self.variable, {"units": self.unit})

    def __repr__(self) -> str:
        n, m = self.values.shape
        return f"<{self.variable} ({self.unit or 'bare'}) of {m} neurons, {n} samples every {self.every_ms:g} ms>"


class Run:
    """A run, read from its file: one that is complete, was stopped or killed, or still goes on (open it again for more)."""

    def __init__(self, path: PathLike, summary: str = "") -> None:
        from pathlib import Path

        self._file = _core.Recording.open(path)
        self._is_closed = False
        # What was read but for spikes, weights and states, by what it is.
        self._kept: dict[str, Any] = {}
        #: What the run printed at its end, if it was run here.
        self.summary = summary
        version, seed, complete, fingerprint = self._file.header()
        self.version: str = version
        self.seed: int = seed
        self.complete: bool = complete
        #: Hash of all spikes; None of a run that has not come to its end.
        self.fingerprint: str | None = fingerprint
        self.config, self.source, self.overrides, self.warnings = self._file.config()
        # It stays where it is when the process goes elsewhere.
        self.path = Path(self._file.path).absolute()
        self.stop_ms: float = self._file.reached_ms()
        rows = self._file.populations()
        names, sizes, recorded = zip(*rows) if rows else ((), (), ())
        self.populations = Table({"population": list(names), "size": np.array(sizes), "recorded": np.array(recorded)})
        self._sizes = {name: (size, recorded) for name, size, recorded in rows}
        # What reads holds the file, not the run: nothing that a run holds holds the run, so it goes when nobody has it any more.
        file, stop_ms, known = self._file, self.stop_ms, self._sizes

        def spikes_of(name: str) -> Spikes:
            t, i = file.spikes(name)
            # Whoever asks again gets the same arrays.
            t.flags.writeable = i.flags.writeable = False
            size, n = known[name]
            some = file.neurons(name) if n < size else None
            neurons = np.arange(size, dtype=np.uint32) if some is None else np.array(some, dtype=np.uint32)
            return Spikes._known(name, size, n, t, i, stop_ms, neurons)

        self.spikes: _Lazy[Spikes] = _Lazy("spikes", [name for name, n in zip(names, recorded) if n], spikes_of)
        dense, sparse = file.projections()
        self.weights: Mapping[str, Weights] = _Lazy(
            "weights", dense + sparse, lambda name: Weights(file, name, name in dense)
        )
        self.weight_statistics: Mapping[str, Table] = _Lazy(
            "statistics of weights", file.observed(), lambda name: Table(file.weight_statistics(name))
        )
        reports = {report[0]: report for report in file.reports()}
        self.states: Mapping[str, States] = _Lazy("states", list(reports), lambda name: States(reports[name], file))

    def _once(self, what: str, read: Callable[[], T]) -> T:
        """What `read` gives when it is first asked for."""
        if what not in self._kept:
            self._kept[what] = read()
        kept: T = self._kept[what]
        return kept

    @property
    def bouts(self) -> Table:
        """The bouts that have ended: `name`, `kind`, `start_ms`, `stop_ms`."""
        return self._once("bouts", lambda: Table(self._file.bouts(), name="bouts"))

    @property
    def accuracy(self) -> Table:
        """Scores of all seeds: `seed`, `network`, `stage`, `after_task`, `task` (−1 is all tasks), `accuracy` from 0 to 1,
        and `validation`, that of images held out, and `training`, that of images learnt, where there are any."""
        return self._once("accuracy", lambda: Table(self._file.accuracies(), name="accuracy"))

    @property
    def tasks(self) -> list[str]:
        """Labels of tasks."""
        return list(self._once("tasks", self._file.tasks))

    @property
    def triggers(self) -> dict[str, Table]:
        """What each trigger found: `event_ms`, and `told_ms`, when it could tell."""
        return {name: Table(columns, name=name) for name, columns in self._once("stimulation", self._file.stimulation)[0].items()}

    @property
    def pulses(self) -> dict[str, Table]:
        """The pulses of each stimulus: `event_ms`, `time_ms`, `delivered`."""
        return {name: Table(columns, name=name) for name, columns in self._once("stimulation", self._file.stimulation)[1].items()}

    def rates(self, bin: float | str = "10 ms", start: float | str | None = None, stop: float | str | None = None) -> Table:
        """Mean rate of a recorded neuron of each population, in Hz: a column for each, beside `time_ms`."""
        columns: dict[str, Any] = {}
        for name, spikes in self.spikes.items():
            time, rate = spikes.rate(bin, start, stop)
            columns.setdefault("time_ms", time)
            columns[name] = rate
        return Table(columns, units={name: "Hz" for name in self.spikes})

    def analyse(self, *measures: str, **options: Any) -> dict[str, Table]:
        """Measures of this run: see `sharpwave.analyse`."""
        return analyse(self.path, *measures, **options)

    def report(self, out: PathLike) -> Path:
        """Writes the page about this run to the new file `out`."""
        return report([self.path], out)

    def to_nwb(
        self,
        out: PathLike,
        *,
        experimenter: str | Iterable[str] = (),
        lab: str | None = None,
        institution: str | None = None,
    ) -> Path:
        """Writes the new NWB file `out`: a unit for each recorded neuron, an epoch for each bout, and whose it is.

        Experimenters are "Last, First"."""
        from pathlib import Path

        names = [experimenter] if isinstance(experimenter, str) else list(experimenter)
        self._file.to_nwb(Path(out), names, lab, institution)
        return Path(out)

    @property
    def figures(self) -> list[Path]:
        """The figures that the run left, as files: they are of its first seed, in `run.h5`, or of all."""
        folder = self.path.parent / "figures"
        if self.path.name != "run.h5":
            return []
        return sorted(path for kind in ("*.svg", "*.png") for path in folder.glob(kind))

    def plot(self, what: str = "raster", ax: Any = None, **options: Any) -> Any:
        """Shows a figure: one that the run left, by its name among `figures`; or "raster" or "rates", drawn by matplotlib.

        With axes `ax`, `ax=True` for new ones, or options, it is drawn by matplotlib in any case, and the axes are given."""
        return _plot.draw(self, what, ax, **options)

    def close(self) -> None:
        """Closes the file, so that other programs may write it. What was read stays, but `weights[...][k]` reads it each time."""
        self._file.close()
        self._is_closed = True

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        state = f"fingerprint {self.fingerprint}" if self.complete else "not complete"
        names = ", ".join(self._sizes)
        closed = ", closed" if self._is_closed else ""
        return f"<run of {names}: {self.stop_ms:g} ms, seed {self.seed}, {state}{closed}>"

    def _repr_html_(self) -> str:
        from html import escape

        # Of one that is closed, what was read before.
        read = [name for name in self.spikes if not self._is_closed or self.spikes.is_read(name)]
        cells = [(escape(name), size, self._shown_rate(name, name in read)) for name, (size, _) in self._sizes.items()]
        rows = [f"<tr><td>{name}</td><td>{size}</td><td>{rate}</td></tr>" for name, size, rate in cells]
        said = [f"fingerprint <code>{self.fingerprint}</code>" if self.complete else "<b>not complete</b>"]
        said += ["closed"] if self._is_closed else []
        if not self._is_closed or "bouts" in self._kept:
            shown = ", ".join(escape(f"{bout['name']} ({bout['kind']})") for _, bout in zip(range(8), self.bouts.rows()))
            said[-1] += f"; bouts: {shown}" + (f" and {self.bouts.n_rows - 8} more" if self.bouts.n_rows > 8 else "")
        return (
            f"<div><p>{self.stop_ms:g} ms, seed {self.seed}, {', '.join(said)}</p>"
            "<table><thead><tr><th>population</th><th>neurons</th><th>mean rate</th></tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table>{_plot.thumbnail(self, read)}</div>"
        )

    def _shown_rate(self, name: str, is_read: bool) -> str:
        """The mean rate of a population, or why there is none."""
        size, recorded = self._sizes[name]
        if name not in self.spikes or not size or self.stop_ms <= 0:
            return "not recorded"
        return f"{len(self.spikes[name]) / recorded / self.stop_ms * 1e3:.3g} Hz" if is_read else "not read"


def run(
    model: "AnyModel",
    *,
    seed: int | None = None,
    seeds: int | None = None,
    set: Mapping[str, Any] | None = None,
    data: PathLike | None = None,
    out: PathLike | None = None,
    threads: int | None = None,
    keep_seeds: bool = False,
    progress: bool | Callback | None = None,
    **keys: Any,
) -> Run:
    """Runs a model: a model file, the name of one that comes with the package (`sharpwave.models()`), or a `Network`.

    `set` gives keys other values, `{"population.e.tau_m": "15 ms"}`; keys without a dot may be given by name, `duration="2 s"`.
    `out` is the folder to make; without it the files last as long as the result. `threads` changes no result.
    `progress=True` shows a bar; a function is called with what is done, how much of it, and of how much.

    Ctrl-C stops the run with a checkpoint, from which `sharpwave.resume` goes on.
    """
    import shutil
    import tempfile
    from pathlib import Path

    temporary = None
    if out is None:
        temporary = tempfile.mkdtemp(prefix="sharpwave-")
        out = os.path.join(temporary, "run")
    out = new_folder(out)
    # Where a network that was built here has its matrices, by which a run that was stopped goes on; of an earlier run they stay.
    matrices = out.with_name(f"{out.name}.matrices")
    is_new = not matrices.exists() and not out.exists()
    show, end = watcher(progress)
    try:
        known = read(model, seed, seeds, set, data, keys, matrices if is_new else None)
        folder, _, summary = known.run(out, _threads(threads), keep_seeds, show)
        found = Run(folder, summary)
    except _core.GuardError as error:
        # What was found until then is there to look at, as it is in a folder of one's own.
        if not temporary:
            raise
        raise _core.GuardError(f"{error}\n  in {out}") from None
    except Exception:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
        elif is_new and not out.exists():
            shutil.rmtree(matrices, ignore_errors=True)
        raise
    finally:
        # A run that was interrupted stays, to go on with.
        end()
    if temporary:
        weakref.finalize(found, shutil.rmtree, temporary, ignore_errors=True)
    return found


def new_folder(out: PathLike) -> Path:
    """The absolute path of the folder that `out` names; refuses what names none, such as "" or "/"."""
    from pathlib import Path

    path = Path(out)
    if not path.name:
        raise _core.ModelError(f"`out`: found {os.fspath(out)!r}, expected the name of a folder to make")
    return path.absolute()


def resume(
    path: PathLike,
    *,
    set: Mapping[str, Any] | None = None,
    threads: int | None = None,
    progress: bool | Callback | None = None,
) -> Run:
    """Goes on with a run that was stopped or killed, to the same bits: its folder, its checkpoint or its run file.

    `set` gives a guard that stopped it another limit: `{"guard.max_rate": "off"}`.
    """
    show, end = watcher(progress)
    try:
        folder, _, summary = _core.resume(path, sets(None, None, set, {}), _threads(threads), show)
    finally:
        end()
    return Run(folder, summary)


def open(path: PathLike) -> Run:
    """Opens the run file `path`, or that in the folder `path`; also of a run that was killed or still goes on."""
    return Run(path)


def analyse(
    file: PathLike | Run,
    *measures: str,
    start: float | str | None = None,
    stop: float | str | None = None,
    bouts: Sequence[str] = (),
    populations: Sequence[str] = (),
    set: Mapping[str, Any] | None = None,
    seed: int = 1,
    size: int | None = None,
    threads: int | None = None,
) -> dict[str, Table]:
    """Takes measures of a run, or of any file of spikes that `sharpwave convert` reads; `describe()["measure"]` lists them.

    Gives the tables by name: that of a measure has its name, further ones a name that begins with it, such as `rate_neuron`.
    """
    from pathlib import Path

    if not isinstance(file, (Run, str, os.PathLike)):
        raise _core.ModelError(
            f"`file`: found {type(file).__name__}, expected a run, or the path of a file of spikes\n"
            "  help: `run.analyse(...)` takes measures of a run; spikes at hand are written as a table of `node_id` and `timestamp_ms` first"
        )
    path = file.path if isinstance(file, Run) else Path(file)
    arguments = (
        None if start is None else ms("start", start),
        None if stop is None else ms("stop", stop),
        [bouts] if isinstance(bouts, str) else list(bouts),
        [populations] if isinstance(populations, str) else list(populations),
        [f"{key}={value}" for key, value in (set or {}).items()],
        whole("seed", seed, 0, 2**64 - 1),
        None if size is None else whole("size", size, 0, 2**32 - 1),
        _threads(threads),
    )
    try:
        results = _core.analyse(path, list(measures), *arguments)
    except _core.SharpwaveError as error:
        raise type(error)(_renamed(str(error))) from None
    found: dict[str, Table] = {}
    for _, _, tables in results:
        for name, columns in tables:
            units = {column: unit for column, unit, _, _ in columns if unit}
            found[name] = Table({column: values for column, _, _, values in columns}, name=name, units=units)
    return found


#: What options of the command line are called here.
_OPTIONS = {"--from": "start", "--to": "stop", "--bout": "bouts", "--population": "populations", "--size": "size", "--set": "set"}


def _renamed(message: str) -> str:
    """A message about options of the command line, in the words of this package."""
    import re

    return re.sub(r"--[a-z]+\b", lambda found: _OPTIONS.get(found[0], found[0]), message)


def report(runs: PathLike | Run | Sequence[PathLike | Run], out: PathLike) -> Path:
    """Writes a page about a run, or several side by side, to the new file `out`."""
    from pathlib import Path

    each = [runs] if isinstance(runs, (str, os.PathLike, Run)) else list(runs)
    if not each:
        raise RecordingError("`runs`: found none, expected a run, or several")
    _core.report([run.path if isinstance(run, Run) else Path(run) for run in each], Path(out))
    return Path(out)
