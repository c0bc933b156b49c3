"""There and back through packages that users have, with equal values. Their versions are pinned in .ci/python-requirements.txt."""

import os
import subprocess

import numpy as np
import pytest

import sharpwave as sw


def test_pynapple_has_the_same_spikes_and_epochs(staged, tmp_path):
    nap = pytest.importorskip("pynapple")
    spikes = staged.spikes["e"]
    group = spikes.to_pynapple()
    assert len(group) == 80 and group.time_support.end[0] == 0.2
    for neuron in range(80):
        assert np.allclose(group[neuron].t * 1e3, spikes.of(neuron), rtol=0, atol=1e-9)
    counts = group.count(0.01).values.sum(axis=1)
    assert np.array_equal(counts, spikes.dense("10 ms").sum(axis=1))
    # And as it reads a file of NWB.
    file = nap.load_file(str(staged.to_nwb(tmp_path / "run.nwb")))
    units = file["units"]
    assert len(units) == 100
    of_i = [n for n, population in zip(units.index, units["population"]) if population == "i"]
    assert len(of_i) == 20
    for number, neuron in enumerate(of_i):
        assert np.allclose(units[neuron].t * 1e3, staged.spikes["i"].of(number), rtol=0, atol=1e-9)
    # Epochs that touch are shortened by a microsecond there.
    epochs = file["epochs"]
    assert np.allclose(epochs.start, [0.0, 0.12]) and np.allclose(epochs.end, [0.12, 0.2], atol=2e-6)


def test_elephant_counts_as_we_do(run):
    pytest.importorskip("elephant")
    import quantities as pq
    from elephant.statistics import cv, isi, mean_firing_rate, time_histogram

    spikes = run.spikes["e"]
    trains = spikes.to_neo()
    rates = run.analyse("rate", populations=["e"])["rate_neuron"]
    for neuron, train in enumerate(trains):
        assert np.array_equal(train.rescale("ms").magnitude, spikes.of(neuron))
        assert np.isclose(float(mean_firing_rate(train).rescale("Hz")), rates["rate"][neuron], rtol=1e-9)
    counts = time_histogram(trains, bin_size=10 * pq.ms).magnitude[:, 0]
    assert np.array_equal(counts, spikes.dense("10 ms").sum(axis=1))
    intervals = run.analyse("interval", populations=["e"])
    table = intervals["interval_neuron"]
    ours = dict(zip(table["neuron"], table["cv"]))
    several = [neuron for neuron, train in enumerate(trains) if len(train) > 2]
    assert len(several) > 10
    for neuron in several:
        assert np.isclose(ours[neuron], cv(isi(trains[neuron])), rtol=1e-9)


def test_xarray_has_rates_and_states(net):
    pytest.importorskip("xarray")
    net.record(["e", "i"], states={"population": "e", "neurons": [3, 7], "variables": ["v_m"], "every": "1 ms"})
    run = net.run("300 ms")
    rates = run.rates("20 ms")
    found = rates.to_xarray()
    assert dict(found.sizes) == {"time_ms": 15} and found["e"].attrs["units"] == "Hz"
    assert np.array_equal(found["i"], rates["i"]) and np.array_equal(found["time_ms"], rates["time_ms"])
    states = run.states["e"]
    array = states.to_xarray()
    assert array.dims == ("time_ms", "neuron") and array.attrs["units"] == "mV"
    assert np.array_equal(array.sel(neuron=7), states.values[:, 1])


def weights(path):
    """The first layer of a file, as a network has it."""
    net = sw.Network()
    net.population("a", 4, "relay")
    net.population("b", 3, "lif", tau_m="20 ms", v_th="15 mV")
    net.project("a", "b", rule="weights", file=str(path), layer=1, gain="1 mV", delay="1 ms")
    return net.simulation().weights("a_b")


def test_scipy_writes_what_we_read(tmp_path):
    io = pytest.importorskip("scipy.io")
    matrix = np.arange(12, dtype=np.float64).reshape(3, 4) / 8 - 0.5
    second = np.ones((2, 3))
    cell = np.empty((1, 2), dtype=object)
    cell[0, 0], cell[0, 1] = matrix, second
    for name, given in [
        ("one.mat", {"W1": matrix}),
        ("single.mat", {"W1": matrix.astype(np.float32)}),
        ("network.mat", {"nn": {"W": cell, "size": np.array([[4.0, 3.0, 2.0]])}}),
    ]:
        for packed in (False, True):
            io.savemat(tmp_path / name, given, do_compression=packed)
            assert np.array_equal(weights(tmp_path / name), matrix.astype(np.float32)), (name, packed)


def test_scipy_reads_what_we_write(tmp_path):
    io = pytest.importorskip("scipy.io")
    binary = os.environ.get("SHARPWAVE_BINARY")
    if not binary:
        pytest.skip("SHARPWAVE_BINARY is not set")
    (tmp_path / "m.toml").write_text(sw.model_file("sleep_replay_patches"))
    for name in ("a.mat", "a.npz"):
        done = subprocess.run(
            [binary, "--quiet", "train", "m.toml", "--out", name], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    matrices = {name: array for name, array in io.loadmat(tmp_path / "a.mat").items() if not name.startswith("__")}
    arrays = np.load(tmp_path / "a.npz")
    assert len(matrices) == len(arrays.files) > 0
    for name, other in zip(sorted(matrices), sorted(arrays.files)):
        assert matrices[name].dtype == np.float32 and np.array_equal(matrices[name], arrays[other])
