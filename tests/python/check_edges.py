"""Checks that the sparse matrix NPZ and the SONATA file H5 hold the same edges, and writes the matrix by rows as CSR.

check_edges.py NPZ H5 CSR
"""

import sys

import libsonata
import numpy as np

npz, h5, csr = sys.argv[1:]
matrix = np.load(npz, allow_pickle=False)
assert matrix["format"].item() == b"coo"
assert matrix["shape"].tolist() == [120, 150]
row, col, data = matrix["row"], matrix["col"], matrix["data"]

edges = libsonata.EdgeStorage(h5).open_population("e_all")
assert (edges.source, edges.target) == ("e", "e+i")
everything = edges.select_all()
assert (edges.source_nodes(everything) == row).all()
assert (edges.target_nodes(everything) == col).all()
for name, values in [("syn_weight", data), ("delay", matrix["delay"]), ("dendritic_delay", matrix["dendritic_delay"])]:
    assert (edges.get_attribute(name, everything) == values).all(), name
assert (np.diff(row) >= 0).all(), "by source"
assert np.isclose(matrix["dendritic_delay"], 0.3).all() and matrix["delay"].min() >= 0.8

try:
    import scipy.sparse
except ImportError:
    pass
else:
    loaded = scipy.sparse.load_npz(npz)
    assert loaded.shape == (120, 150) and loaded.nnz == len(data)

indptr = np.searchsorted(row, np.arange(121)).astype(np.int32)
np.savez(csr, format=b"csr", shape=np.array([120, 150]), indices=col, indptr=indptr, data=data, delay=matrix["delay"])
