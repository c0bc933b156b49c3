"""Makes the NumPy and safetensors fixtures: python3 make_numpy.py [DIRECTORY]. Needs numpy and safetensors."""

import os
import sys

import numpy
from safetensors.numpy import save_file

directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def ramp(*shape):
    """0, 1/8, 2/8, ... minus 1/2, in C order: exact in every floating type used here."""
    return (numpy.arange(numpy.prod(shape), dtype=numpy.float32) / 8 - 0.5).reshape(shape)


def path(name):
    return os.path.join(directory, name)


numpy.savez(path("linear.npz"), W1=ramp(3, 4), W2=ramp(2, 3))
# Every number format that is read, in both orders of rows and columns and both byte orders; W10 comes last.
numpy.savez_compressed(
    path("orders.npz"),
    W10=ramp(2, 3).astype(">f4"),
    W2=numpy.asfortranarray(ramp(3, 2).astype("<f8")),
    W1=numpy.asfortranarray(ramp(2, 4).astype("<f2")),
)
numpy.save(path("mean.npy"), (numpy.arange(6, dtype=numpy.float64) / 5).reshape(2, 3))
# Pickled Python objects inside an array: listed, never unpickled.
numpy.savez(path("objects.npz"), W1=ramp(3, 4), note=numpy.array(["a", None], dtype=object))
save_file({"0.weight": ramp(3, 4), "2.weight": ramp(2, 3)}, path("linear.safetensors"))
# Arrays that were given no names: a vector is the bias of the matrix before it.
numpy.savez(path("unnamed.npz"), ramp(3, 4), numpy.zeros(3, "f4"), ramp(2, 3), numpy.zeros(2, "f4"))
