"""Watches a run file while it is written: each look must find a correct beginning of the run, never a shorter one.

Arguments: the file and the number of spikes of population `a` at which to stop watching. Prints `watching` once the
file is open, and at the end how many different lengths it saw.
"""

import sys
import time

import h5py
import numpy as np

path, most = sys.argv[1], int(sys.argv[2])
deadline = time.monotonic() + 60


def wait(why):
    assert time.monotonic() < deadline, why
    time.sleep(0.005)


while True:
    try:
        run = h5py.File(path, "r", swmr=True)
        break
    except OSError:
        wait("the file never opened")

print("watching", flush=True)
lengths = [0]
with run:
    times, nodes = run["spikes/a/timestamps"], run["spikes/a/node_ids"]
    while lengths[-1] < most:
        times.refresh()
        nodes.refresh()
        seen, length = lengths[-1], min(len(times), len(nodes))
        assert length >= seen, f"{length} after {seen}"
        assert np.array_equal(times[seen:length], np.arange(seen, length) / 1000), f"times up to {length}"
        assert np.array_equal(nodes[seen:length], np.arange(seen, length) % 97), f"nodes up to {length}"
        if length > seen:
            lengths.append(length)
        else:
            wait(f"the run stopped growing at {length}")

while True:
    try:
        with h5py.File(path, "r") as run:
            assert run.attrs["complete"] == 1 and run.attrs["fingerprint"] == "abcd"
            assert np.array_equal(run["spikes/a/timestamps"], np.arange(lengths[-1]) / 1000)
        break
    except OSError:
        wait("the finished file never opened")
print(len(lengths) - 1)
