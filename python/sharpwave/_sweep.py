"""Many runs, one tidy table."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

import numpy as np

from ._core import ModelError, SharpwaveError
from ._network import Network
from ._run import Run, new_folder, run
from ._table import Table, column
from ._unit import whole

if TYPE_CHECKING:
    from pathlib import Path

    from ._model import AnyModel


def rates(found: Run) -> dict[str, float]:
    """Mean rate of the recorded neurons of each population over the run, in Hz."""
    seconds = found.stop_ms / 1e3
    return {f"{name}_hz": len(spikes) / spikes.recorded / seconds for name, spikes in found.spikes.items()}


def sweep(
    model: "AnyModel",
    over: Mapping[str, Sequence[Any]],
    seeds: int | Sequence[int] = 1,
    measure: Callable[[Run], Mapping[str, Any]] = rates,
    **options: Any,
) -> Table:
    """Runs a model at every combination of the values of keys, for every seed; a row for each.

    `over` is as in `{"parameter.g": [4.5, 5.0]}`. `seeds` is how many, from 1 on, or which. `measure` says what to keep of
    a run: a dictionary of numbers, mean rates unless given; whatever else it holds, such as arrays, is a column of objects.
    Options are those of `sharpwave.run`; `out` is the folder to make, in which each run has its own, numbered as its row:
    `001`, `002`. A run that fails is a row with its `error`, and NaN for what would have been measured. So is one of which
    `measure` raises, unless there is no row yet that it could cost.
    """
    if isinstance(model, Network):
        # As its own `run`: with the spikes of all populations, unless it says which.
        model = model._for(None, None)
    fixed = dict(options.pop("set", None) or {})
    _check(over, fixed, options)
    each = _seeds(seeds)
    runs = list(itertools.product(itertools.product(*over.values()), each))
    folders = _folders(options.pop("out", None), len(runs))
    rows: list[dict[str, Any]] = []
    for (point, seed), folder in zip(runs, folders):
        chosen = dict(zip(over, point))
        row = {**chosen, "seed": seed, "error": ""}
        try:
            # Whatever the model says: a row is of one seed.
            with run(model, seed=seed, seeds=1, set={**fixed, **chosen}, out=folder, **options) as found:
                measured = {**_measured(measure, found, bool(rows)), "fingerprint": found.fingerprint}
        except SharpwaveError as error:
            row["error"] = str(error)
        else:
            if taken := [name for name in measured if name in row]:
                raise ModelError(f"`measure`: found {taken[0]!r}, expected other names than those of keys, `seed` and `error`")
            row.update(measured)
        rows.append(row)
    names = list(dict.fromkeys(name for row in rows for name in row)) or [*over, "seed", "error"]
    # Last, as it is mostly empty.
    names = [name for name in names if name != "error"] + ["error"]
    return Table({name: column([row.get(name, np.nan) for row in rows]) for name in names})


def _seeds(seeds: Any) -> list[int]:
    """Which seeds there are: so many from 1 on, or those of a list."""
    if isinstance(seeds, (int, np.integer)) and not isinstance(seeds, bool):
        return list(range(1, whole("seeds", seeds, 1, 2**31) + 1))
    if isinstance(seeds, (str, bool)) or not hasattr(seeds, "__iter__"):
        raise ModelError(f"`seeds`: found {seeds!r}, expected how many, from 1 on, or a list of them")
    found = [whole("seeds", seed, 0, 2**63 - 1) for seed in seeds]
    if not found:
        raise ModelError("`seeds`: found none, expected one at least")
    return found


def _measured(measure: Callable[[Run], Mapping[str, Any]], found: Run, has_rows: bool) -> Mapping[str, Any]:
    """What `measure` keeps of a run. What it raises is an error of this run where there are rows of others, which would be
    lost."""
    try:
        return {**measure(found)}
    except SharpwaveError:
        raise
    except Exception as error:
        if not has_rows:
            raise
        raise SharpwaveError(f"`measure`: {type(error).__name__}: {error}") from error


def _check(over: Mapping[str, Sequence[Any]], fixed: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """Refuses what is no list, seeds among keys, and keys that are both swept and fixed, in `set` or as an option."""
    for key, values in over.items():
        if isinstance(values, str) or not hasattr(values, "__iter__"):
            raise ModelError(f"`over[{key!r}]`: found {values!r}, expected a list of values")
    for where, keys in (("over", over), ("set", fixed)):
        for key in keys:
            if key in ("seed", "seeds"):
                raise ModelError(f"`{where}[{key!r}]`: found one, expected `seeds=`: how many, from 1 on, or which")
    if "seed" in options:
        raise ModelError("`seed`: found one, expected `seeds`: how many, from 1 on, or which")
    # What `run` has a parameter for is no key.
    named = [key for key in options if key not in (run.__kwdefaults__ or {})]
    given = [(key, "in `set`") for key in fixed] + [(key, "as an option") for key in named]
    for key, (other, where) in itertools.product(over, given):
        # A table and a key in it say the same thing twice.
        if f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}."):
            raise ModelError(f"`{key}`: found in `over`, and `{other}` {where}, expected one or the other")


def _folders(out: Any, n: int) -> list[Path | None]:
    """A folder for each of `n` runs in the new folder `out`, if there is one."""
    if out is None:
        return [None] * n
    folder = new_folder(out)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise ModelError(f"`out`: found `{out}`, which exists already, expected the name of a new folder") from None
    except OSError as error:
        raise ModelError(f"`out`: cannot make `{out}`: {error.strerror}") from None
    digits = max(3, len(str(n)))
    return [folder / f"{number:0{digits}}" for number in range(1, n + 1)]
