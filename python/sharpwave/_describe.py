"""What model files can name."""

from __future__ import annotations

from typing import Any

from . import _core
from ._model import near


class Description(dict[str, Any]):
    """An entry; printed as text, shown in notebooks as a table of its parameters."""

    def __repr__(self) -> str:
        lines = [f"{self['name']} ({self['kind']}): {self.get('summary', '')}"]
        if self.get("equations"):
            lines += ["", *(f"  {line}" for line in str(self["equations"]).splitlines())]
        for key in self.get("parameters") or self.get("keys") or []:
            unit = f" [{key['unit']}]" if key.get("unit") else ""
            lines.append(f"  {key['name']}{unit}: {key.get('meaning') or key.get('doc') or ''}")
        if self.get("source"):
            lines.append(f"  {self['source']}")
        return "\n".join(lines)


def describe(name: str | None = None) -> Any:
    """Everything that model files can name, as a dictionary of names by kind; or the entry called `name`.

    Where several share a name, a list of them; so for a kind, such as "distribution".
    """
    import json

    entries = [Description(entry) for entry in json.loads(_core.describe())]
    if name is None:
        kinds: dict[str, list[str]] = {}
        for entry in entries:
            kinds.setdefault(entry["kind"], []).append(entry["name"])
        return kinds
    # A kind stands for all of it: "distribution".
    if any(entry["kind"] == name for entry in entries):
        return [entry for entry in entries if entry["kind"] == name or entry["kind"] == "section" and entry["name"] == name]
    found = [entry for entry in entries if entry["name"] == name]
    found = found or [entry for entry in entries if entry["name"].rsplit(".")[-1] == name]
    if not found:
        raise _core.ModelError(f"nothing is called {name!r}{near(name, [entry['name'] for entry in entries], 'describe')}")
    return found[0] if len(found) == 1 else found
