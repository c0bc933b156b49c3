"""Decoding and line scores of one event, in Sharpwave and in nelpy, in one run, on one thread each.

    python3 -m venv DIR && DIR/bin/pip install -r benches/peers/replay-requirements.txt
    OMP_NUM_THREADS=1 DIR/bin/python benches/peers/replay.py [--neurons 300] [--shuffles 2000]

A planted replay of 500 ms in bins of 20 ms over 100 bins of position, with 35,000 random lines and column-cycle shuffles. nelpy
decodes and scores it with `decode1D` and `score_Davidson_final_bst_fast`. Sharpwave is the release program, timed from outside: the
measure `replay` on two events less the same on one, so that neither its start nor reading the file counts; both with the
p of the weighted correlation, which nelpy does not take. Seconds of the processor; the quickest of so many counts.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import scipy.ndimage

# nelpy 0.2.1 is older than these names' end in NumPy, SciPy and matplotlib.
np.int, np.float, np.bool = int, float, bool
scipy.ndimage.filters = scipy.ndimage
sys.modules["scipy.ndimage.filters"] = scipy.ndimage
for name in ["axes_grid", "axes_grid.inset_locator", "axes_grid.anchored_artists"]:
    sys.modules["mpl_toolkits." + name] = MagicMock()
from nelpy.analysis import replay
from nelpy.decoding import decode1D

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, "target", "release", "sharpwave")
POSITIONS, BIN, LENGTH, LINES = 100, 0.02, 0.5, 35_000


def planted(neurons, rng):
    """Fields in Hz by neuron, and the spikes of each in seconds: noise of 1 Hz, and of half of the neurons one along the track."""
    x = np.arange(POSITIONS) + 0.5
    centres = np.arange(neurons)[:, None] / neurons * POSITIONS
    fields = 0.1 + 12 * np.exp(-0.5 * ((x - centres) / 6) ** 2)
    spikes = []
    for n in range(neurons):
        times = list(rng.uniform(0, LENGTH, rng.poisson(LENGTH)))
        if rng.random() < 0.5:
            times.append(np.clip(LENGTH * n / neurons + rng.uniform(-0.01, 0.01), 0, LENGTH - 0.001))
        spikes.append(np.unique(np.round(times, 6)))
    return fields, spikes


def nelpy(fields, spikes, shuffles):
    """Seconds, score and p."""
    bins = round(LENGTH / BIN)
    counts = np.array([np.histogram(s, bins=bins, range=(0, LENGTH))[0] for s in spikes])
    bst = SimpleNamespace(data=counts, ds=BIN, lengths=np.array([bins]), n_epochs=1)
    before = time.process_time()
    decode1D(bst, fields)
    np.random.seed(1)
    score, shuffled = replay.score_Davidson_final_bst_fast(bst, fields, w=3, n_shuffles=shuffles, n_samples=LINES)[:2]
    seconds = time.process_time() - before
    score, shuffled = float(np.ravel(score)[0]), np.ravel(shuffled)
    return seconds, score, (np.sum(shuffled >= score) + 1) / (len(shuffled) + 1)


def sharpwave(fields, spikes, shuffles, repeats):
    """Seconds, score and p."""
    def run(folder, events):
        with open(os.path.join(folder, "events.csv"), "w") as out:
            out.write("start,stop\n" + "".join(f"{round(1e3 * k)},{round(1e3 * (k + LENGTH))}\n" for k in range(events)))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        printed = subprocess.run(
            [PROGRAM, "--quiet", "--json", "analyse", "spikes.csv", "replay", "--size", str(len(spikes)), "--threads", "1", "--out", f"out{events}.h5",
             "--set", "fields=fields.csv", "--set", "events=events.csv", "--set", f"shuffles={shuffles}", "--set", f"lines={LINES}"],
            cwd=folder, check=True, capture_output=True, text=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        columns = json.loads(printed)["measures"][0]["tables"][1]["columns"]
        first = {column["name"]: column["values"][0] for column in columns}
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, first

    times = {1: [], 2: []}
    for _ in range(repeats):
        for events in times:
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "fields.csv"), "w") as out:
                    out.write("neuron," + ",".join(str(k + 0.5) for k in range(POSITIONS)) + "\n")
                    out.writelines(f"{n}," + ",".join(map(repr, map(float, row))) + "\n" for n, row in enumerate(fields))
                with open(os.path.join(folder, "spikes.csv"), "w") as out:
                    # The event again a second later, and a spike behind both.
                    both = sorted((t + k, n) for k in range(2) for n, s in enumerate(spikes) for t in s) + [(3.0, 0)]
                    out.write("node_id,timestamp_ms\n" + "".join(f"{n},{t * 1e3:.3f}\n" for t, n in both))
                seconds, first = run(folder, events)
                times[events].append(seconds)
    return min(times[2]) - min(times[1]), first["score"], first["p_score"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurons", type=int, default=300)
    parser.add_argument("--shuffles", type=int, default=2_000)
    parser.add_argument("--nelpy-shuffles", type=int, default=None, help="fewer, and their time times what is left")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    fields, spikes = planted(arguments.neurons, np.random.default_rng(1))
    own, score, p = sharpwave(fields, spikes, arguments.shuffles, arguments.repeats)
    print(f"{arguments.neurons} neurons, one event of {LENGTH} s, {arguments.shuffles} shuffles of {LINES} lines\n"
          f"| | CPU s | ratio | score | p |\n|---|---|---|---|---|\n| sharpwave | {own:.3f} | 1 | {score:.4f} | {p:.5f} |", flush=True)
    n = arguments.nelpy_shuffles or arguments.shuffles
    seconds, score, p = nelpy(fields, spikes, n)
    if n < arguments.shuffles:
        none, _, _ = nelpy(fields, spikes, 1)
        seconds = none + (seconds - none) / (n - 1) * (arguments.shuffles - 1)
    print(f"| nelpy | {seconds:.1f} | {seconds / own:.0f} | {score:.4f} | {p:.5f} |")


if __name__ == "__main__":
    main()
