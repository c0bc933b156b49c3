"""Paths of files in networks that are saved elsewhere."""

import os

import numpy as np
import pytest

import sharpwave as sw


@pytest.fixture
def played(tmp_path, monkeypatch):
    """A network that reads files of the folder `here`, in which it was built, and the folder around it."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    (here / "spikes.csv").write_text("node_id,timestamp_ms\n0,1.0\n2,5.0\n")
    np.save(here / "tau.npy", np.array([10.0, 20.0]))
    # As scipy.sparse.save_npz has a matrix.
    np.savez(here / "edges.npz", row=[0, 2], col=[0, 1], data=[20.0, 20.0], shape=[3, 2], format=b"coo")
    net = sw.Network()
    net.population("a", 3, "relay")
    net.population("b", 2, "lif", v_th="15 mV", tau_m={"file": "tau.npy"})
    net.project("a", "b", rule="from_file", file="edges.npz", delay="1 ms")
    net.stimulate("a", "spikes", file="spikes.csv")
    net.set(duration="10 ms", parameter={"file": "2 ms"})
    return net


@pytest.mark.parametrize("where", ["net.toml", "sub/net.toml", "../beside/net.toml", "../far/off/from/net.toml"])
def test_a_saved_model_reads_the_same_files(played, where, tmp_path, monkeypatch):
    expected = played.run()
    assert len(expected.spikes["b"]) == 2
    os.makedirs(os.path.dirname(where) or ".", exist_ok=True)
    played.save(where, "10 ms")
    path = (tmp_path / "here" / where).resolve()
    monkeypatch.chdir("/")
    assert sw.run(path).fingerprint == sw.Network.read(path).run().fingerprint == expected.fingerprint
    assert sw.Network.read(path).document["parameter"] == {"file": "2 ms"}


def test_paths_are_relative_where_files_are_near(played):
    os.makedirs("sub")
    os.makedirs("../far/off/from")
    for folder, start in ((".", ""), ("sub", "../"), ("../far/off/from", f"{os.getcwd()}/")):
        played.save(f"{folder}/net.toml")
        document = sw.Network.read(f"{folder}/net.toml").document
        assert document["stimulus"]["spikes_a"]["file"] == f"{start}spikes.csv"
        assert document["projection"]["a_b"]["file"] == f"{start}edges.npz"
        assert document["population"]["b"]["tau_m"]["file"] == f"{start}tau.npy"


def test_what_is_not_there_yet_is_looked_for_beside_the_model(tmp_path):
    net = sw.Network()
    net.population("a", 3, "relay")
    net.stimulate("a", "spikes", file="later.csv")
    net.save(tmp_path / "net.toml", "10 ms")
    (tmp_path / "later.csv").write_text("node_id,timestamp_ms\n0,1.0\n")
    assert len(sw.run(tmp_path / "net.toml").spikes["a"]) == 1


def test_a_link_to_a_folder_is_followed(played, tmp_path):
    os.makedirs("deep/er")
    os.symlink("here/deep/er", tmp_path / "link")
    played.document["stimulus"]["spikes_a"]["file"] = "../link/../../spikes.csv"
    played.save("deep/er/net.toml")
    assert sw.Network.read("deep/er/net.toml").document["stimulus"]["spikes_a"]["file"] == f"{os.getcwd()}/spikes.csv"
    assert sw.Network.read("deep/er/net.toml").run().fingerprint == played.run().fingerprint


def test_models_of_the_package_are_saved_anywhere(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("stdp_window", "stdp_frequency"):
        sw.Network.read(name).save(tmp_path / f"{name}.toml")
        assert sw.run(tmp_path / f"{name}.toml").fingerprint == sw.run(name).fingerprint
