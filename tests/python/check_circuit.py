"""Compares synapses as Sharpwave makes them with what libsonata reads of a file of edges.

check_circuit.py FOUND EDGES.h5 [TYPES.csv [SYNAPSE_MODELS]]: FOUND has a line `source target weight delay_ms` for each
synapse. Weights are those of SONATA's guide, syn_weight * nsyns * sign, from the edge or else from its type.
"""
import csv
import json
import os
import sys

import h5py
import libsonata
import numpy as np

found_file, edges_file, types_file, models = sys.argv[1:5]
storage = libsonata.EdgeStorage(edges_file)
(name,) = storage.population_names
edges = storage.open_population(name)
every = edges.select_all()
types = {}
if types_file:
    with open(types_file) as table:
        types = {int(row["edge_type_id"]): row for row in csv.DictReader(table, delimiter=" ")}
with h5py.File(edges_file) as file:
    type_of = file[f"edges/{name}/edge_type_id"][:]


def values(attribute, default=None):
    if attribute in edges.attribute_names:
        return np.asarray(edges.get_attribute(attribute, every), dtype=float)
    return np.array([float(types[t][attribute]) if attribute in types.get(t, {}) else default for t in type_of])


def sign(type_id):
    model = types.get(type_id, {}).get("dynamics_params")
    if not models or not model:
        return 1
    with open(os.path.join(models, model)) as file:
        return json.load(file).get("sign", 1)


signs = {t: sign(t) for t in np.unique(type_of)}
weights = values("syn_weight") * np.array([signs[t] for t in type_of]) * values("nsyns", 1.0)
rows = zip(edges.source_nodes(every), edges.target_nodes(every), np.float32(weights), np.round(values("delay") * 1e9))
expected = sorted((int(s), int(t), float(w), int(d)) for s, t, w, d in rows)
with open(found_file) as file:
    split = (line.split() for line in file)
    found = sorted((int(s), int(t), float(np.float32(w)), round(float(d) * 1e9)) for s, t, w, d in split)
if found != expected:
    differing = [pair for pair in zip(found, expected) if pair[0] != pair[1]][:3]
    sys.exit(f"{len(found)} synapses, libsonata reads {len(expected)}; found and expected: {differing}")
print(f"{name}: {len(found)} synapses are equal in source, target, weight and delay")
