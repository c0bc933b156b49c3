"""Model files: named, shipped, changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Mapping, Union

from . import _core

if TYPE_CHECKING:
    from pathlib import Path

    from ._network import Network

    AnyModel = Union[str, os.PathLike[str], "Network"]


def models() -> list[str]:
    """The names of the model files that come with the package; `sharpwave.run` takes them as they are."""
    return sorted(_core.shipped())


def model_file(name: str) -> str:
    """The text of a model file that comes with the package."""
    shipped = _core.shipped()
    known = name.removesuffix(".toml")
    if known not in shipped:
        raise _core.ModelError(f"no model {name!r} comes with the package{near(name, shipped)}")
    return shipped[known]


def near(name: str, known: Any, lister: str = "models") -> str:
    """A line of help: which of `known` may be meant, or what lists them."""
    import difflib

    found = difflib.get_close_matches(name, list(known), n=1)
    return f"\n  help: did you mean `{found[0]}`?" if found else f"\n  help: `sharpwave.{lister}()` lists them"


def _text(value: Any) -> str:
    """`value` as a model file has it."""
    import json

    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        value = value.item()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(str(key))} = {_text(of)}" for key, of in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_text(of) for of in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (str, os.PathLike)):
        return json.dumps(os.fspath(value), ensure_ascii=False)
    raise _core.ModelError(f"found {value!r}, expected what a model file can hold: text, a number, a list, a dictionary")


def sets(seed: int | None, seeds: int | None, set: Mapping[str, Any] | None, keys: Mapping[str, Any]) -> list[str]:
    both = {**(set or {}), **keys}
    changes = [f"{key}={_text(value)}" for key, value in both.items()]
    changes += [f"seed={seed}"] if seed is not None else []
    changes += [f"seeds={seeds}"] if seeds is not None else []
    return changes


def read(
    model: "AnyModel",
    seed: int | None = None,
    seeds: int | None = None,
    set: Mapping[str, Any] | None = None,
    data: str | os.PathLike[str] | None = None,
    keys: Mapping[str, Any] | None = None,
    matrices: Path | None = None,
) -> _core.Model:
    """The model that `model` names: a file, one that comes with the package, or a network built here, whose matrices are written
    to the folder `matrices` if it is given."""
    from pathlib import Path

    from ._network import Network

    changes = sets(seed, seeds, set, keys or {})
    folder = Path.cwd()
    if isinstance(model, Network):
        text, folder = model.runnable(matrices)
        return _core.Model.parse("network", text, folder, changes, data)
    path = Path(model)
    shipped = _core.shipped()
    # A run may have left a folder that is called like the model.
    if path.exists() and not (path.is_dir() and str(path) in shipped):
        if path.is_dir():
            raise _core.ModelError(f"`{path}`: found a folder, expected a model file (TOML)")
        return _core.Model.read(path, changes, data)
    # `models/NAME.toml` is what it is called in the repository.
    name = path.stem if path.suffix == ".toml" else path.name
    is_known = name in shipped and str(path.parent) in (".", "models")
    if not is_known:
        raise _core.ModelError(f"`{path}`: no such file, and no model that comes with the package{near(name, shipped)}")
    text = shipped[name]
    return _core.Model.parse(f"{name}.toml", text, folder_of(text), changes, data)


def folder_of(text: str) -> Path:
    """Where relative paths start of a model file of the package: where one is that reads no file of the package, else a folder
    beside which these lie, and stay, as a run that goes on reads them again."""
    import tempfile
    from pathlib import Path

    files = {path: content for path, content in _core.shipped_files().items() if path in text}
    if not files:
        return Path.cwd()
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(cache) / "sharpwave" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        place = Path(os.path.normpath(folder / path))
        if place.exists() and place.read_bytes() == content:
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        # Another process may look at the same time.
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
            file.write(content)
        os.replace(file.name, place)
    return folder


def check(
    model: "AnyModel",
    *,
    seed: int | None = None,
    seeds: int | None = None,
    set: Mapping[str, Any] | None = None,
    data: str | os.PathLike[str] | None = None,
    **keys: Any,
) -> dict[str, Any]:
    """What a model resolves to and what it will take, without running it.

    A dictionary: `resolved`, the model file with every default filled in; `estimate`; `warnings`, what a run would warn of.
    """
    import json

    known = read(model, seed, seeds, set, data, keys)
    return {"resolved": known.resolved, **json.loads(known.check())}
