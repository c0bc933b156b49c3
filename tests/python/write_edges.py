"""Writes the table of edges TABLE as the SONATA file OUT, with attributes in reverse order, and checks that libsonata reads it.

write_edges.py TABLE OUT
"""

import sys

import h5py
import libsonata
import numpy as np

table, out = sys.argv[1:]
rows = np.genfromtxt(table, delimiter=",", names=True)
n = len(rows)
with h5py.File(out, "w") as file:
    # A second population, so that one must be chosen.
    file.create_group("edges/other")
    edges = file.create_group("edges/e_to_i")
    for name, column, nodes in [("source_node_id", "source", "e"), ("target_node_id", "target", "i")]:
        ids = edges.create_dataset(name, data=rows[column].astype(np.uint64))
        ids.attrs["node_population"] = nodes
    edges["edge_type_id"] = np.full(n, 100, dtype=np.uint64)
    edges["edge_group_id"] = np.zeros(n, dtype=np.uint64)
    edges["edge_group_index"] = np.arange(n, dtype=np.uint64)[::-1]
    group = edges.create_group("0")
    group["syn_weight"] = rows["weight"][::-1].astype(np.float32)
    group["delay"] = rows["delay_ms"][::-1]

edges = libsonata.EdgeStorage(out).open_population("e_to_i")
assert edges.size == n and edges.target == "i"
