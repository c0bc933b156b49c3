"""What other programs read of a run."""

import subprocess
import os
from pathlib import Path

import numpy as np
import pytest

import sharpwave as sw


WEIGHTS = Path(__file__).parents[2] / "tests" / "weights"


def layer(name):
    """The first layer of a file of weights, as a network has it."""
    net = sw.Network()
    net.population("a", 4, "relay")
    net.population("b", 3, "lif", tau_m="20 ms", v_th="15 mV")
    net.project("a", "b", rule="weights", file=str(WEIGHTS / name), layer=1, gain="1 mV", delay="1 ms")
    return net.simulation().weights("a_b")


@pytest.mark.parametrize("name", ["linear.npz", "linear.keras", "linear.h5", "linear.onnx", "linear_73.mat"])
def test_weights_come_from_every_format_that_the_command_line_reads(name):
    assert np.array_equal(layer(name), (np.arange(12) / 8 - 0.5).reshape(3, 4))


def test_other_layers_are_refused_by_name():
    with pytest.raises(sw.SharpwaveError, match="layer `hidden`: found activation tanh, expected relu between layers"):
        layer("tanh.keras")


def test_nwb_has_units_and_epochs(staged, tmp_path):
    h5py = pytest.importorskip("h5py")
    path = staged.to_nwb(tmp_path / "run.nwb")
    with h5py.File(path) as file:
        units = file["units"]
        ends = units["spike_times_index"][:]
        assert units["spike_times_index"].attrs["target"] and len(ends) == 100
        for row in (0, 7, 99):
            population, neuron = units["population"].asstr()[row], int(units["neuron"][row])
            times = units["spike_times"][ends[row - 1] if row else 0 : ends[row]]
            assert np.allclose(times * 1e3, staged.spikes[population].of(neuron), rtol=0, atol=1e-9)
        # What nwbinspector misses otherwise.
        assert list(file["general/keywords"].asstr()[:]) == ["simulation", "spiking neurons"]
        assert "simulated" in file["general/experiment_description"].asstr()[()]
        epochs = file["intervals/epochs"]
        assert epochs["stop_time"][:].tolist() == [0.12, 0.2]
        assert list(epochs["bout"].asstr()[:]) == list(staged.bouts["name"])
    with pytest.raises(sw.RecordingError, match="run.nwb"):
        staged.to_nwb(path)
    # And back, population by population and bout by bout.
    both = sw.analyse(path, "rate", populations=["i", "e"])["rate"]
    assert dict(zip(both["population"], both["spikes"])) == {name: len(s) for name, s in staged.spikes.items()}
    for bout in staged.bouts["name"]:
        own, read = (sw.analyse(which, "rate", bouts=[bout])["rate"]["spikes"] for which in (staged.path, path))
        assert own.tolist() == read.tolist()


def test_nwb_says_whose_it_is(staged, tmp_path):
    h5py = pytest.importorskip("h5py")
    path = staged.to_nwb(tmp_path / "a.nwb", experimenter=["Doe, Jane", "Roe, Rick"], lab="Sleep", institution="Here")
    with h5py.File(path) as file:
        assert list(file["general/experimenter"].asstr()[:]) == ["Doe, Jane", "Roe, Rick"]
        assert file["general/lab"].asstr()[()] == "Sleep" and file["general/institution"].asstr()[()] == "Here"
    with h5py.File(staged.to_nwb(tmp_path / "b.nwb", experimenter="Doe, Jane")) as file:
        assert list(file["general/experimenter"].asstr()[:]) == ["Doe, Jane"] and "lab" not in file["general"]


def test_pynwb_finds_nothing_wrong(staged, tmp_path):
    pynwb = pytest.importorskip("pynwb")
    path = staged.to_nwb(tmp_path / "run.nwb")
    assert pynwb.validate(path=str(path)) == []
    with pynwb.NWBHDF5IO(str(path), "r") as file:
        read = file.read()
        assert len(read.units) == 100 and len(read.intervals["epochs"]) == 2
        assert read.identifier.endswith(f"{staged.fingerprint} seed 3")


def test_the_command_line_writes_the_same(staged, tmp_path):
    binary = os.environ.get("SHARPWAVE_BINARY")
    if not binary:
        pytest.skip("SHARPWAVE_BINARY is not set")
    h5py = pytest.importorskip("h5py")
    done = subprocess.run([binary, "convert", staged.path, tmp_path / "a.nwb"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    staged.to_nwb(tmp_path / "b.nwb")
    with h5py.File(tmp_path / "a.nwb") as a, h5py.File(tmp_path / "b.nwb") as b:
        assert np.array_equal(a["units/spike_times"][:], b["units/spike_times"][:])
        assert a.attrs["object_id"] == b.attrs["object_id"]
    refused = subprocess.run(
        [binary, "convert", staged.path, tmp_path / "c.nwb", "--population", "e"], capture_output=True, text=True
    )
    assert refused.returncode == 2 and "--population" in refused.stderr and not (tmp_path / "c.nwb").exists()
