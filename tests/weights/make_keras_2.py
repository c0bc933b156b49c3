"""Makes the fixtures of Keras 2: python3 make_keras_2.py [DIRECTORY]. Needs tensorflow-cpu (made with 2.15.1, Keras 2.15.0)."""

import os
import sys

import keras
import numpy

directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
assert keras.__version__.startswith("2."), keras.__version__


def ramp(*shape):
    """0, 1/8, 2/8, ... minus 1/2, in C order: exact in every floating type used here."""
    return (numpy.arange(numpy.prod(shape)) / 8 - 0.5).reshape(shape).astype("f4")


network = keras.Sequential(
    [
        keras.Input((2, 2)),
        keras.layers.Flatten(),
        keras.layers.Dense(3, name="hidden", activation="relu"),
        keras.layers.Dropout(0.25),
        keras.layers.Dense(2, name="readout", activation="softmax"),
    ],
    name="net",
)
for name, shape in (("hidden", (3, 4)), ("readout", (2, 3))):
    network.get_layer(name).set_weights([ramp(*shape).T, ramp(shape[0])])
for kind in ("h5", "keras"):
    network.save(os.path.join(directory, f"keras_2.{kind}"))
