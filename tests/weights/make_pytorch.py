"""Makes the PyTorch fixtures with PyTorch itself: python3 make_pytorch.py [DIRECTORY].

Values are simple functions of the position, so that the tests can state them: see `ramp`.
"""

import collections
import os
import sys

import torch
from torch import nn

directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def ramp(*shape):
    """0, 1/8, 2/8, ... minus 1/2, in C order: exact in every floating type used here."""
    count = 1
    for size in shape:
        count *= size
    return (torch.arange(count, dtype=torch.float32) / 8 - 0.5).reshape(shape)


def fill(module):
    for parameter in module.parameters():
        parameter.data = ramp(*parameter.shape)
    return module


def path(name):
    return os.path.join(directory, name)


linear = fill(nn.Sequential(nn.Linear(4, 3, bias=False), nn.ReLU(), nn.Linear(3, 2, bias=False)))
torch.save(linear.state_dict(), path("linear.pt"))
torch.save(linear.state_dict(), path("legacy.pt"), _use_new_zipfile_serialization=False)
torch.save(linear, path("whole_model.pt"))

named = fill(
    nn.Sequential(collections.OrderedDict(fc1=nn.Linear(4, 3), relu=nn.ReLU(), fc2=nn.Linear(3, 2)))
)
torch.save(named.state_dict(), path("bias.pth"))

optimizer = torch.optim.SGD(linear.parameters(), lr=0.1, momentum=0.5)
linear(torch.ones(1, 4)).sum().backward()
optimizer.step()
fill(linear)
checkpoint = {"epoch": 3, "state_dict": linear.state_dict(), "optimizer": optimizer.state_dict()}
torch.save(checkpoint, path("checkpoint.pt"))

# Views that share one storage, every floating type, a Parameter: a state dict may hold all of them.
big = ramp(6, 4)
views = collections.OrderedDict()
views["0.weight"] = big[3:]
views["1.weight"] = ramp(3, 2).t()
views["2.weight"] = nn.Parameter(ramp(3, 2).double())
views["3.weight"] = big[:2, 1:].half()
views["4.weight"] = ramp(4, 2).bfloat16()
torch.save(views, path("views.pt"))

convolution = fill(nn.Sequential(nn.Conv2d(1, 2, 3, bias=False), nn.BatchNorm2d(2)))
torch.save(convolution.state_dict(), path("convolution.pt"))
