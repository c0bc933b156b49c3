"""Makes the MATLAB fixtures of version 7.3: python3 make_matlab_73.py [DIRECTORY]. Needs numpy and hdf5storage (made with
2.4.6 and 0.2.2, whose `matlab_compatible` files MATLAB reads as its own)."""

import os
import sys

import hdf5storage
import numpy

directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def ramp(*shape):
    """0, 1/8, 2/8, ... minus 1/2, in C order: exact in every floating type used here."""
    return (numpy.arange(numpy.prod(shape)) / 8 - 0.5).reshape(shape)


def cell(*matrices):
    """A cell of one row."""
    row = numpy.empty((1, len(matrices)), dtype=object)
    row[0, :] = matrices
    return row


def save(name, variables):
    path = os.path.join(directory, name)
    if os.path.exists(path):
        os.remove(path)
    hdf5storage.savemat(path, variables, format="7.3", matlab_compatible=True, store_python_metadata=False)


# The variables of `make_matlab.py`.
save("linear_73.mat", {"W1": ramp(3, 4), "W2": ramp(2, 3).astype("f4")})
W1, W2 = ramp(3, 4), ramp(2, 3)
network = {"size": numpy.array([[4.0, 3.0, 2.0]]), "n": 3.0, "activation_function": "relu", "W": cell(W1, W2), "vW": cell(W1, W1)}
save("network_73.mat", {"nn": network, "note": "a text", "epochs": 2.0})
save("biased_73.mat", {"nn": {"size": numpy.array([[4.0, 3.0, 2.0]]), "W": cell(ramp(3, 5), ramp(2, 4))}})
save("whole_73.mat", {"W1": numpy.arange(12, dtype="i2").reshape(3, 4)})
