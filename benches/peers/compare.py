"""A model file's network in Sharpwave and in other simulators, in one run, on one thread each.

    python3 -m venv DIR && DIR/bin/pip install -r benches/peers/requirements.txt
    DIR/bin/python benches/peers/compare.py models/vogels_abbott_delta.toml [--set KEY=VALUE ...] [--seconds 1]
        [--auryn CHECKOUT] [--genn PYTHON] [sharpwave] [brian2] [nest] [nest_exact] [auryn] [genn]

Every simulator gets the numbers that `sharpwave check` prints. What is compared is the processor's time per second of
biology once the network stands and has run for a while; rates show that it is the same network. Sharpwave and `nest_exact`
(the `_ps` models) have exact spike times, `nest` and `brian2` (C++ standalone, compiled before the clock starts) step by
0.1 ms, and so do `auryn`, which is built from a checkout of its source, and `genn`, compiled for one thread. Sharpwave is the
release program, timed from outside: a long run less a short one. Nothing is drawn or written: it counts spikes, as do `brian2`
and `auryn`, while `nest` and `genn` keep them in memory.

Two words of plasticity differ in NEST: all of a delay is dendritic there, which shifts the window of pairs, so give such a
model `dendritic_delay` alone where rates are to be compared; and what arrives there is a weight that the arrival itself has
changed already, here and in this Brian2 network one that it has not.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import tempfile

import auryn_network
import brian2_network
import genn_network
import nest_network
import numpy
from model_file import Model, resolve

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, "target", "release", "sharpwave")


def as_matrices(text, model, folder):
    """The same with every all-to-all projection as a matrix of weights, which the peers have no word for."""
    kept = []
    for line in text.splitlines():
        if line.startswith("[projection."):
            name = line[len("[projection."):-1]
            projection = model.projections[name]
            (target,) = projection["target"]
        if line.startswith("target = [") and kept[-1].startswith("source"):
            line = f'target = "{target}"'
        elif line.startswith('rule = "all_to_all"'):
            shape = model.populations[target]["size"], model.populations[projection["source"]]["size"]
            numpy.savez(os.path.join(folder, f"{name}.npz"), layer=numpy.full(shape, projection["weight"], "f4"))
            line = f'rule = "weights"\nfile = "{name}.npz"\nlayer = 1\ngain = "1 mV"'
        elif line.startswith("plasticity = "):
            # Bounds are as the matrix has weights: bare numbers.
            line = re.sub(r'(w_max = )"([^" ]+) mV"', r"\1\2", line)
        elif line.startswith(("autapses = ", "weight_profile = ", "delay_resolution = ")):
            continue
        elif line.startswith("weight = ") and kept[-1].endswith('gain = "1 mV"'):
            continue
        kept.append(line)
    return "\n".join(kept) + "\n"


def bare(text):
    """The same without what it records and draws."""
    kept, skips = [], False
    for line in text.splitlines():
        if line.startswith("["):
            skips = line.startswith(("[record]", "[figure"))
        if not skips:
            kept.append(line)
    return "\n".join(kept) + "\n"


def sharpwave(text, model, seconds, settle_ms, repeats):
    text = bare(text)
    are_full = all(projection["rule"] == "all_to_all" for projection in model.projections.values())

    def run(duration_ms):
        """CPU seconds, and spikes and neurons by population."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.toml")
            with open(path, "w") as file:
                file.write(as_matrices(text, model, folder) if are_full else text)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            printed = subprocess.run(
                [PROGRAM, "run", path, "--quiet", "--json", "--threads", "1", "--set", f'duration="{duration_ms} ms"',
                 "--out", os.path.join(folder, "run")],
                capture_output=True, text=True, check=True).stdout
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return cpu, json.loads(printed)["summary"]["populations"]

    short = [run(settle_ms) for _ in range(repeats)]
    long = [run(settle_ms + seconds * 1e3) for _ in range(repeats)]
    cpu = min(cpu for cpu, _ in long) - min(cpu for cpu, _ in short)
    rates = {after["population"]: (after["spikes"] - before["spikes"]) / after["neurons"] / seconds
             for before, after in zip(short[0][1], long[0][1])}
    return cpu / seconds, rates


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("simulators", nargs="*", default=["sharpwave", "brian2", "nest", "nest_exact"])
    parser.add_argument("--set", action="append", default=[], help="as for `sharpwave run`")
    parser.add_argument("--auryn", help="a checkout of Auryn's source")
    parser.add_argument("--genn", help="the Python that has GeNN, if it is another")
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--settle-ms", type=float, default=200.0)
    parser.add_argument("--repeats", type=int, default=3, help="the quickest counts")
    arguments = parser.parse_intermixed_args()
    if arguments.auryn and "auryn" not in arguments.simulators:
        arguments.simulators.append("auryn")
    if "auryn" in arguments.simulators and not arguments.auryn:
        parser.error("auryn is built from its source: name a checkout by --auryn")
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    text = resolve(PROGRAM, arguments.model, arguments.set)
    model = Model(text)
    # Before anything runs.
    lacks = {
        "nest": nest_network.unfit(model, exact=False),
        "nest_exact": nest_network.unfit(model, exact=True),
        "brian2": brian2_network.unfit(model),
        "auryn": auryn_network.unfit(model),
    }
    for simulator in arguments.simulators:
        if lacks.get(simulator):
            parser.error(f"{simulator} is not asked here for {lacks[simulator]}: name the simulators that are to run")
    how = arguments.seconds, arguments.settle_ms, arguments.repeats
    measures = {
        "sharpwave": lambda: sharpwave(text, model, *how),
        "brian2": lambda: brian2_network.measure(model, *how),
        "nest": lambda: nest_network.measure(model, *how, exact=False),
        "nest_exact": lambda: nest_network.measure(model, *how, exact=True),
        "auryn": lambda: auryn_network.measure(model, *how, arguments.auryn),
        "genn": lambda: genn_network.measure(model, *how, arguments.genn),
    }
    name = " ".join([os.path.basename(arguments.model)] + arguments.set)
    print(f"{name}: {model.size()} neurons, {arguments.seconds} s\n"
          f"| simulator | CPU s per s | ratio | rates of {', '.join(model.populations)}, Hz |\n|---|---|---|---|")
    first = None
    for simulator in arguments.simulators:
        cpu, rates = measures[simulator]()
        first = first or cpu
        rates = ", ".join(f"{rate:.2f}" for rate in rates.values())
        print(f"| {simulator} | {cpu:.4f} | {cpu / first:.1f} | {rates} |", flush=True)


if __name__ == "__main__":
    main()
