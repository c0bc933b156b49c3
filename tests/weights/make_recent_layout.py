"""Makes `recent.pt`, `big_endian.pt` and `executable.pt` without PyTorch: python3 make_recent_layout.py [DIRECTORY].

The archive follows what torch.save of PyTorch 2.1 and later writes (torch/serialization.py, `_save`: data.pkl,
.format_version, .storage_alignment, byteorder, data/N, then version and .data/serialization_id from the writer), and
the pickle has the names and persistent ids of torch._utils._rebuild_tensor_v2. It was not written by PyTorch itself.
"""

import collections
import io
import os
import pickle
import struct
import sys
import types
import zipfile

directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def module(name, **members):
    """A stand-in module, so that pickle writes the names that PyTorch's objects have."""
    created = types.ModuleType(name)
    for key, member in members.items():
        member.__module__, member.__qualname__ = name, key
        setattr(created, key, member)
    sys.modules[name] = created
    return created


class FloatStorage:
    pass


def rebuild_tensor_v2(*arguments):
    raise NotImplementedError


torch = module("torch", FloatStorage=FloatStorage)
torch._utils = module("torch._utils", _rebuild_tensor_v2=rebuild_tensor_v2)


class Storage:
    def __init__(self, key, values):
        self.key, self.values = key, values


class Tensor:
    def __init__(self, storage, shape):
        self.storage, self.shape = storage, shape

    def __reduce__(self):
        stride = (self.shape[1], 1)
        return rebuild_tensor_v2, (self.storage, 0, self.shape, stride, False, collections.OrderedDict())


class Pickler(pickle.Pickler):
    def persistent_id(self, item):
        if isinstance(item, Storage):
            return ("storage", FloatStorage, item.key, "cpu", len(item.values))
        return None


def ramp(count):
    return [n / 8 - 0.5 for n in range(count)]


def save(name, state, storages, byteorder):
    buffer = io.BytesIO()
    Pickler(buffer, protocol=2).dump(state)
    records = {"data.pkl": buffer.getvalue(), ".format_version": b"1", ".storage_alignment": b"64"}
    records["byteorder"] = byteorder.encode()
    for storage in storages:
        order = "<" if byteorder == "little" else ">"
        records[f"data/{storage.key}"] = struct.pack(f"{order}{len(storage.values)}f", *storage.values)
    records["version"] = b"3\n"
    records[".data/serialization_id"] = b"0" * 40
    with zipfile.ZipFile(os.path.join(directory, name), "w", zipfile.ZIP_STORED) as archive:
        prefix = name.rsplit(".", 1)[0]
        for record, content in records.items():
            archive.writestr(zipfile.ZipInfo(f"{prefix}/{record}"), content)


storages = [Storage("0", ramp(12)), Storage("1", ramp(6))]
state = collections.OrderedDict()
state["0.weight"] = Tensor(storages[0], (3, 4))
state["2.weight"] = Tensor(storages[1], (2, 3))
# As Module.state_dict leaves it: an attribute, pickled as the object's state.
state._metadata = collections.OrderedDict([("", {"version": 1}), ("0", {"version": 1})])
save("recent.pt", state, storages, "little")
save("big_endian.pt", state, storages, "big")


class Execute:
    """Unpickling this runs a harmless command; a reader must refuse it by name."""

    def __reduce__(self):
        return os.system, ("echo unpickled",)


save("executable.pt", {"0.weight": Execute()}, [], "little")


class device:
    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return device, (self.name,)


class Dtype:
    def __reduce__(self):
        return "float32"


float32 = Dtype()
module("torch", FloatStorage=FloatStorage, device=device)
float32.__module__, sys.modules["torch"].float32 = "torch", float32

# What training scripts save beside the weights.
import argparse
import numpy

adam = {"state": {0: {"step": 3, "exp_avg": Tensor(storages[0], (3, 4))}}, "param_groups": [{"lr": 1e-3, "params": [0]}]}
network = collections.OrderedDict(state)
network["note"] = "not a tensor"
beside = {
    "epoch": 12,
    "accuracy": numpy.float64(0.97),
    "history": {"loss": [numpy.float32(0.5), 0.25]},
    "classes": {0, 1, 2},
    "device": device("cuda:0"),
    "dtype": float32,
    "arguments": argparse.Namespace(batch=100, seed=2**70),
    "counts": collections.Counter("aab"),
    "groups": collections.defaultdict(list, a=[1]),
    "optimizer": adam,
    "model_state": network,
}
save("beside.pt", beside, storages, "little")
# Two dictionaries of tensors, one of them known by name.
save("net.pt", {"averaged": state, "net": {f"module.{name}": state[name] for name in state}}, storages, "little")
