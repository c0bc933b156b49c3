"""Makes the ONNX fixtures: python3 make_onnx.py [DIRECTORY]. Needs numpy and onnx (made with 2.4.6 and 1.23.2)."""

import os
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def ramp(*shape):
    """0, 1/8, 2/8, ... minus 1/2, in C order: exact in every floating type used here."""
    return (numpy.arange(numpy.prod(shape)) / 8 - 0.5).reshape(shape).astype("f4")


def path(name):
    return os.path.join(directory, name)


def save(name, nodes, arrays, **options):
    """A model of `nodes` from x to y; `arrays` are its initialisers."""
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, None])
    initialisers = [numpy_helper.from_array(array, key) for key, array in arrays.items()]
    graph = helper.make_graph(nodes, "net", [value("x")], [value("y")], initialisers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="make_onnx.py")
    if not options:
        onnx.checker.check_model(model)
    onnx.save(model, path(name), **options)


node = helper.make_node
# As tf2onnx and skl2onnx write dense layers: weights (in, out), biases added as a row.
save(
    "linear.onnx",
    [
        node("Flatten", ["x"], ["flat"], name="flatten"),
        node("MatMul", ["flat", "W1"], ["h"], name="hidden"),
        node("Relu", ["h"], ["r"], name="relu"),
        node("MatMul", ["r", "W2"], ["l"], name="readout"),
        node("Softmax", ["l"], ["y"], name="softmax"),
    ],
    {"W1": ramp(3, 4).T.copy(), "W2": ramp(2, 3).T.copy().astype("f4")},
)
# Layers as Gemm, scaled: twice half of the weights, a quarter of four times the biases; the second one (in, out) in double.
save(
    "biased.onnx",
    [
        node("Gemm", ["x", "fc1.weight", "fc1.bias"], ["h"], name="fc1", transB=1, alpha=2.0, beta=0.25),
        node("Relu", ["h"], ["r"], name="relu"),
        node("Identity", ["fc2.bias"], ["b"], name="alias"),
        node("MatMul", ["r", "fc2.weight"], ["p"], name="fc2"),
        node("Add", ["b", "p"], ["y"], name="plus"),
    ],
    {
        "fc1.weight": ramp(3, 4) / 2,
        "fc1.bias": ramp(3) * 4,
        "fc2.weight": ramp(2, 3).T.copy(),
        "fc2.bias": ramp(2).reshape(1, 2),
    },
)
save("convolution.onnx", [node("Conv", ["x", "k"], ["y"], name="conv")], {"k": ramp(2, 1, 3, 3)})
save(
    "external.onnx",
    [node("MatMul", ["x", "W1"], ["y"], name="only")],
    {"W1": ramp(3, 4)},
    save_as_external_data=True,
    location="external.bin",
    size_threshold=0,
)
os.remove(path("external.bin"))
