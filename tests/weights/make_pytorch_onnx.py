"""Makes `pytorch.onnx`: python3 make_pytorch_onnx.py [DIRECTORY]. Needs PyTorch (made with 1.13, Debian 12's)."""

import os
import sys

import torch

directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def ramp(*shape):
    """0, 1/8, 2/8, ... minus 1/2, in C order."""
    count = 1
    for size in shape:
        count *= size
    return (torch.arange(count) / 8 - 0.5).reshape(shape)


network = torch.nn.Sequential(
    torch.nn.Flatten(), torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(3, 2)
)
state = {"1.weight": ramp(3, 4), "1.bias": ramp(3), "4.weight": ramp(2, 3), "4.bias": ramp(2)}
network.load_state_dict(state)
network.eval()
names = {"input_names": ["image"], "output_names": ["logits"]}
axes = {"image": {0: "n"}, "logits": {0: "n"}}
torch.onnx.export(network, torch.zeros(1, 2, 2), os.path.join(directory, "pytorch.onnx"), dynamic_axes=axes, **names)
