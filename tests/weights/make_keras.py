"""Makes the Keras fixtures: KERAS_BACKEND=numpy python3 make_keras.py [DIRECTORY]. Needs keras, h5py and, for its NumPy
backend, jax (made with keras 3.15.1, h5py 3.16.0, numpy 2.4.6)."""

import os
import sys

import keras
import numpy

directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def ramp(*shape):
    """0, 1/8, 2/8, ... minus 1/2, in C order: exact in every floating type used here."""
    return (numpy.arange(numpy.prod(shape)) / 8 - 0.5).reshape(shape).astype("f4")


def path(name):
    return os.path.join(directory, name)


def model(bias, last, *between):
    """4-3-2; its kernels are (in, out), so that they are those of the other fixtures turned."""
    network = keras.Sequential(
        [
            keras.Input((2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(3, use_bias=bias, name="hidden", activation="linear" if between else "relu"),
            *between,
            keras.layers.Dense(2, use_bias=bias, name="readout", activation=last),
        ],
        name="net",
    )
    for name, shape in (("hidden", (3, 4)), ("readout", (2, 3))):
        network.get_layer(name).set_weights([ramp(*shape).T] + ([ramp(shape[0])] if bias else []))
    return network


plain = model(False, "softmax")
plain.save(path("linear.keras"))
plain.save(path("linear.h5"))
biased = model(True, "linear", keras.layers.ReLU(), keras.layers.Dropout(0.25))
biased.save(path("biased.keras"))
biased.save(path("biased.h5"))
plain.save_weights(path("alone.weights.h5"))
model(False, "relu", keras.layers.Activation("tanh")).save(path("tanh.keras"))
inputs = keras.Input((4,))
outputs = keras.layers.Dense(2, activation="relu")(keras.layers.Dense(3, activation="relu")(inputs))
keras.Model(inputs, outputs, name="net").save(path("functional.keras"))
image = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(2)])
image.save(path("convolution.keras"))
