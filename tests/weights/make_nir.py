"""Makes the NIR fixtures: python3 make_nir.py [DIRECTORY]. Needs numpy, h5py and nir (made with 2.4.6, 3.16.0 and 1.0.8)."""

import os
import sys

import nir
import numpy

directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def ramp(*shape):
    """0, 1/8, 2/8, ... minus 1/2, in C order: exact in every floating type used here."""
    return (numpy.arange(numpy.prod(shape)) / 8 - 0.5).reshape(shape).astype("f4")


def save(name, nodes, edges):
    nodes = {"input": nir.Input(numpy.array([4])), **nodes, "output": nir.Output(numpy.array([2]))}
    nir.write(os.path.join(directory, name), nir.NIRGraph(nodes=nodes, edges=edges, type_check=False))


def full(n, value):
    return numpy.full(n, value, dtype="f4")


lif = nir.LIF(tau=full(3, 0.02), r=full(3, 200), v_leak=full(3, 0), v_threshold=full(3, 1))
cuba = nir.CubaLIF(
    tau_mem=full(2, 0.01), tau_syn=full(2, 0.005), r=full(2, 2), v_leak=full(2, 0), v_threshold=full(2, 1.5), w_in=full(2, 50)
)
chain = [("input", "fc1"), ("fc1", "lif.1"), ("lif.1", "fc2"), ("fc2", "last"), ("last", "output")]
layers = {"fc1": nir.Affine(ramp(3, 4), full(3, 0)), "lif.1": lif, "fc2": nir.Linear(ramp(2, 3)), "last": cuba}
save("chain.nir", layers, chain)
integrate = nir.IF(r=full(2, 10000), v_threshold=full(2, 1))
save("biased.nir", {**layers, "fc1": nir.Affine(ramp(3, 4), ramp(3)), "last": integrate}, chain)
loop = {**layers, "rec": nir.Linear(ramp(3, 3))}
save("recurrent.nir", loop, chain + [("lif.1", "rec"), ("rec", "lif.1")])
wait = nir.Delay(delay=numpy.full(3, 0.004))
delayed = {**layers, "late": wait, "rec": nir.Affine(ramp(3, 3), full(3, 0))}
back = [("lif.1", "late"), ("late", "rec"), ("rec", "lif.1")]
save("delayed.nir", delayed, chain + back)
# As snnTorch has a recurrent layer.
inner = nir.NIRGraph(
    nodes={
        "input": nir.Input(numpy.array([3])),
        "lif": lif,
        "w_rec": nir.Linear(ramp(3, 3)),
        "output": nir.Output(numpy.array([3])),
    },
    edges=[("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")],
    type_check=False,
)
save("nested.nir", {**layers, "lif.1": inner}, chain)
uneven = nir.Delay(delay=numpy.array([0.001, 0.002, 0.001]))
save("uneven.nir", {**delayed, "late": uneven}, chain + back)
kernel = nir.Conv1d(input_shape=4, weight=ramp(1, 1, 2), stride=1, padding=0, dilation=1, groups=1, bias=ramp(1))
save("convolution.nir", {"conv": kernel}, [("input", "conv"), ("conv", "output")])
