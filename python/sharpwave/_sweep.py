"""Many runs, one tidy table."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

import numpy as np

from ._core import ModelError, SharpwaveError
from ._network import Network
from ._run import Run, run
from ._table import Table

if TYPE_CHECKING:
    from ._model import AnyModel


def rates(found: Run) -> dict[str, float]:
    """Mean rate of each recorded population over the run, in Hz."""
    seconds = found.stop_ms / 1e3
    return {f"{name}_hz": len(spikes) / spikes.size / seconds for name, spikes in found.spikes.items()}


def sweep(
    model: "AnyModel",
    over: Mapping[str, Sequence[Any]],
    seeds: int | Sequence[int] = 1,
    measure: Callable[[Run], Mapping[str, Any]] = rates,
    **options: Any,
) -> Table:
    """Runs a model at every combination of the values of keys, for every seed; a row for each.

    `over` is as in `{"parameter.g": [4.5, 5.0]}`. `seeds` is how many, from 1 on, or which. `measure` says what to keep of
    a run: a dictionary of numbers, mean rates unless given. Options are those of `sharpwave.run`. A run that fails is a row
    with its `error`, and NaN for what would have been measured.
    """
    if isinstance(model, Network):
        # As its own `run`: with the spikes of all populations, unless it says which.
        model = model._for(None, None)
    keys = list(over)
    for key, values in over.items():
        if isinstance(values, str) or not hasattr(values, "__iter__"):
            raise ModelError(f"`over[{key!r}]`: found {values!r}, expected a list of values")
    if "seed" in options:
        raise ModelError("`seed`: found one, expected `seeds`: how many, from 1 on, or which")
    each = range(1, int(seeds) + 1) if isinstance(seeds, (int, np.integer)) else list(seeds)
    fixed = options.pop("set", None) or {}
    rows: list[dict[str, Any]] = []
    for point in itertools.product(*over.values()):
        chosen = dict(zip(keys, point))
        for seed in each:
            row = {**chosen, "seed": seed, "error": ""}
            try:
                with run(model, seed=seed, set={**fixed, **chosen}, **options) as found:
                    row.update({**measure(found), "fingerprint": found.fingerprint})
            except SharpwaveError as error:
                row["error"] = str(error)
            rows.append(row)
    names = list(dict.fromkeys(name for row in rows for name in row)) or [*keys, "seed", "error"]
    # Last, as it is mostly empty.
    names = [name for name in names if name != "error"] + ["error"]
    columns: dict[str, Any] = {}
    for name in names:
        values = [row.get(name, np.nan) for row in rows]
        columns[name] = values if any(isinstance(value, str) for value in values) else np.array(values)
    return Table(columns)
