"""Files of a network: arrays that it was given here, and paths in its model file."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Mapping, Union

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

# Where the table of an array's file is in the document: its keys from the top.
Place = tuple[str, ...]

# What a file holds: an array, or several by name, such as the columns of a table.
Held = Union[np.ndarray, dict[str, np.ndarray]]


def name_of(place: Place) -> str:
    """What the file of an array is called: PROJECTION.npz, a matrix or synapses, STIMULUS.csv, spikes, or POPULATION.KEY.npy, values
    of neurons."""
    # Other names are refused, but not before files are written.
    name, *keys = (re.sub(r"[^\w-]", "_", part) for part in place[1:])
    ending = {"projection": "npz", "stimulus": "csv"}.get(place[0])
    return f"{name}.{ending}" if ending else ".".join([name, *keys, "npy"])


def table_at(document: Mapping[str, Any], place: Place) -> Any:
    """The table at a place of the document; None if there is none."""
    found: Any = document
    for key in place:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else None


def write(path: Path, held: Held) -> None:
    """Writes an array, or several, as a file, whole or not at all."""
    part = path.with_name(f"{path.name}.part{path.suffix}")
    if not isinstance(held, dict):
        if path.suffix == ".npz":
            np.savez(part, held)
        else:
            np.save(part, held)
    elif path.suffix == ".npz":
        # As Mapping, of which the type of `savez` knows nothing.
        arrays: dict[str, Any] = held
        np.savez(part, **arrays)
    else:
        # Nine digits of milliseconds are picoseconds; neurons are whole.
        columns = [[f"{x:.9f}" for x in of] if of.dtype.kind == "f" else map(str, of.tolist()) for of in held.values()]
        with part.open("w", encoding="ascii") as file:
            file.write(",".join(held) + "\n")
            file.writelines(",".join(row) + "\n" for row in zip(*columns))
    os.replace(part, path)


def alike(one: Held, other: Held) -> bool:
    """Whether two files would hold the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(np.array_equal(array, other[name]) for name, array in one.items())
    return not isinstance(one, dict) and not isinstance(other, dict) and np.array_equal(one, other)


def moved(document: Mapping[str, Any], old: Path, new: Path) -> dict[str, Any]:
    """A document whose relative paths, which start at the folder `old`, name the same files from the folder `new`.

    Paths at which there is nothing stay: what they name may be put beside the model file later.
    """
    # The numbers of the user's own have the user's names.
    return {key: of if key == "parameter" else _moved(of, (key,), old, new) for key, of in document.items()}


def _moved(value: Any, place: Place, old: Path, new: Path) -> Any:
    if isinstance(value, Mapping):
        return {key: _moved(of, (*place, key), old, new) for key, of in value.items()}
    if isinstance(value, list):
        return [_moved(of, place, old, new) for of in value]
    is_path = place[-1] == "file" or place[0] == "projection" and place[2:] in (("types",), ("synapse_models",))
    return _path(value, old, new) if is_path and isinstance(value, str) else value


def _path(path: str, old: Path, new: Path) -> str:
    """`path` from the folder `new`: relative where its file lies below that, or below the one around it."""
    from pathlib import Path

    if os.path.isabs(path) or not path or not (old / path).exists():
        return path
    # Links among the folders would lead `..` elsewhere; one that is the file itself stays what it is.
    file = (old / path).parent.resolve() / Path(path).name
    return os.path.relpath(file, new) if new.parent in file.parents else str(file)
