"""Reads the spikes of one population of a run: three lines of h5py."""

import sys

path, population = sys.argv[1:]

# README: begin
import h5py
with h5py.File(path) as run:
    times_ms, neurons = (run["spikes"][population][name][:] for name in ("timestamps", "node_ids"))
# README: end

print(len(times_ms), times_ms.sum(), neurons.sum())
