"""Checks that killed run files, read as they are, hold every flushed spike and nothing wrong.

Arguments: pairs of a file and the number of spikes per population that were flushed before the kill. Spike k of each
population is at k microseconds and of neuron k % 97.
"""

import sys

import h5py
import numpy as np

arguments = sys.argv[1:]
for path, flushed in zip(arguments[::2], map(int, arguments[1::2])):
    with h5py.File(path, "r", swmr=True) as run:
        assert run.attrs["complete"] == 0, path
        assert run["config/resolved"].asstr()[()] == "a = 1\n", path
        for name in ("a", "b"):
            group = run["spikes"][name]
            times, nodes = group["timestamps"][:], group["node_ids"][:]
            for column in (times, nodes):
                assert len(column) >= flushed, f"{path}: {len(column)} of {flushed} flushed {name}"
            assert np.array_equal(times, np.arange(len(times)) / 1000), f"{path}: times of {name}"
            assert np.array_equal(nodes, np.arange(len(nodes)) % 97), f"{path}: nodes of {name}"
        snapshots = run["weights/a to b/values"][:]
        for index, matrix in enumerate(snapshots):
            assert (matrix == index).all(), f"{path}: snapshot {index}"
print("ok", len(arguments) // 2)
