"""Makes the MATLAB fixtures: python3 make_matlab.py [DIRECTORY]. Needs numpy and scipy (made with 1.17.1)."""

import os
import sys

import numpy
from scipy.io import savemat

directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def ramp(*shape):
    """0, 1/8, 2/8, ... minus 1/2, in C order: exact in every floating type used here."""
    return (numpy.arange(numpy.prod(shape)) / 8 - 0.5).reshape(shape)


def path(name):
    return os.path.join(directory, name)


def cell(*matrices):
    """A cell of one row."""
    row = numpy.empty((1, len(matrices)), dtype=object)
    row[0, :] = matrices
    return row


# As `save_results.m` of the published code on sleep replay: matrices by themselves, compressed, as `save` has them.
savemat(path("linear.mat"), {"W1": ramp(3, 4), "W2": ramp(2, 3).astype("f4")}, do_compression=True)
# A network of that code: no biases; whole numbers are stored as narrow as they fit.
W1 = numpy.arange(12.0).reshape(3, 4)
network = {"size": [[4.0, 3.0, 2.0]], "n": 3.0, "activation_function": "relu", "W": cell(W1, ramp(2, 3)), "vW": cell(W1, W1)}
savemat(path("network.mat"), {"nn": network, "note": "a text", "epochs": 2.0})
# A network of the unmodified DeepLearnToolbox: the bias of a layer is the first column of its matrix.
savemat(path("biased.mat"), {"nn": {"size": [[4.0, 3.0, 2.0]], "W": cell(ramp(3, 5), ramp(2, 4))}}, do_compression=True)
# Numbers that are no weights.
savemat(path("whole.mat"), {"W1": numpy.arange(12, dtype="i2").reshape(3, 4)})
