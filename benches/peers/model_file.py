"""A network's model file as Sharpwave resolves it: numbers in place of formulas, defaults filled in."""

import subprocess
import tomllib

# Milliseconds, millivolts, picoamperes, picofarads, hertz: what Sharpwave resolves to and NEST expects.
UNITS = {"ms": 1.0, "s": 1e3, "mV": 1.0, "pA": 1.0, "pF": 1.0, "Hz": 1.0}


def resolve(program, path, sets):
    """The text of the model file without what it records and draws."""
    command = [program, "check", path]
    for one in sets:
        command += ["--set", one]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    document = tomllib.loads(text)
    assert document["experiment"] == "network", f"{path} is no network"
    kept, keep = [], True
    for line in text.splitlines():
        if line.startswith("["):
            keep = not line.startswith(("[record", "[figure"))
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def number(value):
    """`"1.5 ms"` is 1.5; `"off"` is None."""
    if value == "off":
        return None
    if isinstance(value, str):
        amount, unit = value.split(" ")
        return float(amount) * UNITS[unit]
    return value


class Model:
    """Populations, projections and stimuli by name, with plain numbers, and distributions as tables of them."""

    def __init__(self, text):
        document = tomllib.loads(text)
        self.populations = {name: plain(table) for name, table in document["population"].items()}
        self.projections = {name: plain(table) for name, table in document["projection"].items()}
        self.stimuli = {name: plain(table) for name, table in document.get("stimulus", {}).items()}
        kinds = {stimulus["kind"] for stimulus in self.stimuli.values()}
        assert kinds <= {"poisson"}, f"stimuli of {kinds}"
        # No peer has another.
        resets = {population.get("reset", "v_reset") for population in self.populations.values()}
        assert resets == {"v_reset"}, f"reset to {resets}"

    def size(self):
        return sum(population["size"] for population in self.populations.values())


def plain(table):
    words = {"neuron", "source", "target", "rule", "kind", "distribution", "pairing", "reset"}
    return {key: value if key in words else plain(value) if isinstance(value, dict) else number(value)
            for key, value in table.items()}
